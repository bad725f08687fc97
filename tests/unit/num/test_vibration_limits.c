#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "near.h"
#include "shikumen/num/random.h"
#include "shikumen/num/vibration_limits.h"

#define PI 3.14159265358979323846

static const struct vibration_building dwelling = {.use = USE_DWELLING};
static const struct vibration_building listed = {
    .use = USE_DWELLING, .protected_or_damaged = true, .heritage = HERITAGE_CITY};
static const struct vibration_building factory = {.use = USE_INDUSTRIAL};

/* One component v at f by both ways, in direction axis. */
static struct vibration_peaks single(enum vibration_place place, enum vibration_source source,
                                     int axis, double v, double f)
{
    struct vibration_peaks p = {.place = place, .source = source};

    p.peak_mm_s[axis] = v;
    for (int i = 0; i < 3; i++)
        p.crossing_hz[i] = p.spectrum_hz[i] = f;
    return p;
}

static struct vibration_verdicts judge(const struct vibration_peaks *p,
                                       const struct vibration_building *b)
{
    struct vibration_verdicts v;

    assert_int_equal(vibration_judge(p, b, &v), ERR_OK);
    return v;
}

/* The first applicable verdict by that standard; NULL when there is none. */
static const struct vibration_verdict *by(const struct vibration_verdicts *v, const char *standard)
{
    for (size_t i = 0; i < v->count; i++)
        if (v->verdict[i].application == LIMIT_APPLIES &&
            strcmp(v->verdict[i].limit->standard, standard) == 0)
            return &v->verdict[i];
    return NULL;
}

static double limit_by(const char *standard, const struct vibration_peaks *p,
                       const struct vibration_building *b)
{
    struct vibration_verdicts v = judge(p, b);
    const struct vibration_verdict *r = by(&v, standard);

    return r ? r->limit_mm_s : 0;
}

/* DIN 4150-3:1999-02 figure 1 at the frequencies of DIN 45669-1 table E.1. */
static void vector_din_4150_3_foundation(void **state)
{
    static const double f[] = {1, 10, 12, 18, 20, 25, 30, 40, 50, 63, 80, 100, 150};
    static const double limit[3][13] = {
        {20, 20, 21, 24, 25, 27.5, 30, 35, 40, 42.6, 46, 50, 50},
        {5, 5, 5.5, 7.0, 7.5, 8.75, 10, 12.5, 15, 16.3, 18, 20, 20},
        {3, 3, 3.25, 4.0, 4.25, 4.875, 5.5, 6.75, 8, 8.52, 9.2, 10, 10},
    };
    const struct vibration_building *const line[] = {&factory, &dwelling, &listed};

    (void)state;
    for (unsigned k = 0; k < 3; k++)
        for (int i = 0; i < 13; i++) {
            struct vibration_peaks p = single(PLACE_FOUNDATION, SOURCE_PILING, i % 3, 2, f[i]);
            struct vibration_verdicts v = judge(&p, line[k]);
            const struct vibration_verdict *r = by(&v, "DIN 4150-3");

            assert_near(r->limit_mm_s, limit[k][i], 1e-12);
            assert_near(r->ratio, 2 / limit[k][i], 1e-12);
            assert_int_equal(r->component, i % 3);
            assert_true(r->limit->mark == 'S');
            assert_near(curve_at(din_4150_3_curve(k + 1), 4, f[i]), limit[k][i], 1e-12);
        }
}

static void vector_din_4150_3_other_places(void **state)
{
    static const double top[] = {40, 15, 8}, lasting[] = {10, 5, 2.5}, pipe[] = {50, 80, 100};
    const struct vibration_building *const line[] = {&factory, &dwelling, &listed};
    struct vibration_peaks p;

    (void)state;
    for (int k = 0; k < 3; k++) {
        struct vibration_building b = dwelling;

        p = single(PLACE_TOP_FLOOR, SOURCE_BLASTING, 1, 1, 33);
        assert_near(limit_by("DIN 4150-3", &p, line[k]), top[k], 0);
        p.source = SOURCE_PERMANENT;
        assert_near(limit_by("DIN 4150-3", &p, line[k]), lasting[k], 0);
        p.place = PLACE_FOUNDATION; /* no long-term value there */
        assert_near(limit_by("DIN 4150-3", &p, line[k]), 0, 0);
        p = single(PLACE_FLOOR_MIDDLE, SOURCE_PILING, 2, 1, 33);
        assert_near(limit_by("DIN 4150-3", &p, line[k]), 20, 0);
        b.pipe = (enum pipe_material)k;
        p = single(PLACE_BURIED_PIPE, SOURCE_PILING, 0, 1, 0);
        assert_near(limit_by("DIN 4150-3", &p, &b), pipe[k], 0);
        p.source = SOURCE_PERMANENT;
        assert_near(limit_by("DIN 4150-3", &p, &b), pipe[k] / 2, 0);
    }
}

/* BS 7385-2:1993: linear between 15 at 4 Hz, 20 at 15 Hz, 50 at 40 Hz; 8 Hz 16.82, 25 Hz 32.0;
 * below 4 Hz 0.6 mm, which is 15.1 mm/s at 4 Hz. */
static void vector_bs_7385_2(void **state)
{
    static const double f[] = {4, 8, 15, 25, 40, 90}, v[] = {15, 16.82, 20, 32, 50, 50};
    struct vibration_peaks p = single(PLACE_FOUNDATION, SOURCE_PILING, 0, 1, 2);

    (void)state;
    assert_near(limit_by("BS 7385-2", &p, &dwelling), 2 * PI * 2 * 0.6, 1e-12);
    for (int i = 0; i < 6; i++) {
        p = single(PLACE_FOUNDATION, SOURCE_PILING, 0, 1, f[i]);
        assert_near(limit_by("BS 7385-2", &p, &dwelling), v[i], 5.1e-3);
        assert_near(limit_by("BS 7385-2", &p, &listed), v[i], 5.1e-3); /* status is no reason */
        assert_near(limit_by("BS 7385-2", &p, &factory), 50, 0);
        p.source = SOURCE_PERMANENT;
        assert_near(limit_by("BS 7385-2", &p, &dwelling), v[i] / 2, 5.1e-3);
    }
    p = single(PLACE_FOUNDATION, SOURCE_PILING, 0, 1, 3.99999);
    assert_near(limit_by("BS 7385-2", &p, &dwelling), 15.1, 0.05);
    assert_near(limit_by("BS 7385-2", &p, &factory), 0, 0); /* no value below 4 Hz */
}

/* SN 640 312a: below 30, to 60, above 60 Hz; half for the highly sensitive class [J]. */
static void vector_sn_640_312a(void **state)
{
    static const enum vibration_source source[] = {SOURCE_BLASTING, SOURCE_PILING,
                                                   SOURCE_PERMANENT};
    static const double f[] = {10, 29.9, 30.1, 60, 60.1, 120};
    static const double v[3][6] = {
        {15, 15, 20, 20, 30, 30}, {6, 6, 8, 8, 12, 12}, {2, 2, 4, 4, 6, 6}};
    static const unsigned long events[] = {10, 5000, 200000};

    (void)state;
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < 6; i++) {
            struct vibration_peaks p = single(PLACE_FOUNDATION, source[k], 0, 1, f[i]);

            assert_near(limit_by("SN 640 312a", &p, &dwelling), v[k][i], 0);
            assert_near(limit_by("SN 640 312a", &p, &listed), v[k][i] / 2, 0);
            assert_near(limit_by("SN 640 312a", &p, &factory), 0, 0);
            p.source = SOURCE_PILING;
            p.event_count = events[k];
            assert_near(limit_by("SN 640 312a", &p, &dwelling), v[k][i], 0);
        }
}

/* GB/T 50452-2008 tables [M] at the ends and in the middle of the interpolated band of Vp. */
static void vector_gbt_50452(void **state)
{
    static const double vp[3][2] = {{1600, 2100}, {2300, 2900}, {4600, 5600}};
    static const double v[3][3][2] = {{{.45, .60}, {.27, .36}, {.15, .20}},
                                      {{.60, .75}, {.36, .45}, {.20, .25}},
                                      {{.29, .35}, {.25, .30}, {.18, .22}}};

    (void)state;
    for (int m = 0; m < 3; m++)
        for (int level = 0; level < 3; level++) {
            struct vibration_building b = listed;
            struct vibration_peaks p =
                single(m == 2 ? PLACE_COLUMN_HEAD : PLACE_TOP_FLOOR, SOURCE_PERMANENT, 1, 0.1, 4);
            const double *w = v[m][level];

            b.material = (enum bearing_material)m;
            b.heritage = (enum heritage_level)(level + 1);
            assert_near(limit_by("GB/T 50452", &p, &b), w[0], 1e-15); /* Vp not known */
            b.wave_velocity_m_s = vp[m][0] - 500;
            assert_near(limit_by("GB/T 50452", &p, &b), w[0], 1e-15);
            b.wave_velocity_m_s = (vp[m][0] + vp[m][1]) / 2;
            assert_near(limit_by("GB/T 50452", &p, &b), (w[0] + w[1]) / 2, 1e-15);
            b.wave_velocity_m_s = vp[m][1] + 1;
            assert_near(limit_by("GB/T 50452", &p, &b), w[1], 1e-15);
            p.source = SOURCE_PILING;
            assert_near(limit_by("GB/T 50452", &p, &b), 0, 0);
        }
}

/* GB 50868-2013 table 7.1.2 [M]; 70 % of residential: 3.5 / 1.4 / 3.5 / 4.9. */
static void vector_gb_50868(void **state)
{
    static const double f[] = {5, 10, 50, 100}, house[] = {2, 2, 5, 7},
                        old[] = {1.4, 1.4, 3.5, 4.9};
    static const double works[] = {5, 5, 10, 12.5}, sensitive[] = {1, 1, 2.5, 3};
    struct vibration_building shaky = dwelling, shaky_listed = listed;
    struct vibration_peaks p;

    (void)state;
    shaky.below_seismic_standard = shaky_listed.below_seismic_standard = true;
    for (int i = 0; i < 4; i++) {
        p = single(PLACE_FOUNDATION, SOURCE_PERMANENT, 2, 1, f[i]);
        assert_near(limit_by("GB 50868", &p, &dwelling), house[i], 1e-14);
        assert_near(limit_by("GB 50868", &p, &shaky), old[i], 1e-14);
        assert_near(limit_by("GB 50868", &p, &factory), works[i], 1e-14);
        assert_near(limit_by("GB 50868", &p, &listed), sensitive[i], 1e-14);
        p.source = SOURCE_PILING;
        assert_near(limit_by("GB 50868", &p, &shaky_listed), old[i], 1e-14);
    }
    p = single(PLACE_TOP_FLOOR, SOURCE_PERMANENT, 0, 1, 20);
    assert_near(limit_by("GB 50868", &p, &shaky), 3.5, 1e-14);
    assert_near(limit_by("GB 50868", &p, &dwelling), 5, 0);
    assert_near(limit_by("GB 50868", &p, &factory), 10, 0);
    assert_near(limit_by("GB 50868", &p, &listed), 2.5, 0);
}

/* GB 6722-2003, lower ends: historic 1 / 2 / 3, brick 20 / 23 / 27, earth and rubble 5 / 7 / 11. */
static void vector_gb_6722(void **state)
{
    static const double f[] = {5, 30, 80}, old[] = {1, 2, 3}, brick[] = {20, 23, 27};
    static const double rubble[] = {5, 7, 11};
    struct vibration_building stone = dwelling, provincial = listed;

    (void)state;
    stone.material = BEARING_STONE;
    provincial.heritage = HERITAGE_PROVINCIAL;
    for (int i = 0; i < 3; i++) {
        struct vibration_peaks p = single(PLACE_FOUNDATION, SOURCE_BLASTING, 0, 1, f[i]);

        assert_near(limit_by("GB 6722", &p, &listed), old[i], 0);
        assert_near(limit_by("GB 6722", &p, &dwelling), brick[i], 0);
        assert_near(limit_by("GB 6722", &p, &stone), rubble[i], 0);
        assert_near(limit_by("GB 6722", &p, &provincial), 0, 0); /* by expert decision */
        p.source = SOURCE_PILING;
        assert_near(limit_by("GB 6722", &p, &listed), 0, 0);
    }
}

/* What governs, for the decision table: metro at a listed house GB/T 50452, piling DIN line 3 or
 * the 70 % of GB 50868, blasting the historic row of GB 6722; knocks and places without values
 * nothing. */
static void exact_governing(void **state)
{
    struct vibration_building old = listed;
    struct vibration_peaks p = single(PLACE_TOP_FLOOR, SOURCE_PERMANENT, 0, 0.9, 12);
    struct vibration_verdicts v = judge(&p, &old);

    (void)state;
    assert_string_equal(v.verdict[v.governing].limit->standard, "GB/T 50452");
    assert_near(v.verdict[v.governing].ratio, 2, 1e-15);
    assert_true(v.verdict[v.governing].limit->mark == 'M');
    p = single(PLACE_FOUNDATION, SOURCE_PILING, 0, 2, 20);
    v = judge(&p, &old);
    old.below_seismic_standard = true;
    assert_near(v.verdict[v.governing].ratio, 2 / 2.75, 1e-15); /* residential, GB 50868 */
    assert_near(by(&v, "DIN 4150-3")->ratio, 2 / 4.25, 1e-15);
    assert_near(by(&v, "SN 640 312a")->ratio, 2.0 / 3, 1e-15);
    v = judge(&p, &old);
    assert_string_equal(v.verdict[v.governing].limit->standard, "GB 50868");
    assert_near(v.verdict[v.governing].ratio, 2 / (0.7 * 2.75), 1e-15);
    p = single(PLACE_FOUNDATION, SOURCE_BLASTING, 0, 2, 20);
    v = judge(&p, &listed);
    assert_string_equal(v.verdict[v.governing].limit->standard, "GB 6722");
    assert_string_equal(v.verdict[v.governing].limit->edition, "2003");
    /* a house that is neither protected nor damaged, below the seismic standard */
    old = dwelling;
    old.below_seismic_standard = true;
    p = single(PLACE_TOP_FLOOR, SOURCE_PERMANENT, 1, 2.1, 12);
    v = judge(&p, &old);
    assert_string_equal(v.verdict[v.governing].limit->standard, "GB 50868");
    assert_near(v.verdict[v.governing].ratio, 2.1 / 3.5, 1e-15);
    assert_near(by(&v, "DIN 4150-3")->ratio, 2.1 / 5, 1e-15);
    p = single(PLACE_FOUNDATION, SOURCE_PILING, 0, 2, 20);
    v = judge(&p, &old);
    assert_near(by(&v, "DIN 4150-3")->ratio, 2 / 7.5, 1e-15);
    assert_near(by(&v, "GB 50868")->ratio, 2 / (0.7 * 2.75), 1e-15);
    p.source = SOURCE_BLASTING;
    v = judge(&p, &old);
    assert_string_equal(v.verdict[v.governing].limit->standard, "DIN 4150-3");
    assert_near(by(&v, "GB 6722")->ratio, 2.0 / 23, 1e-15);
    p.source = SOURCE_KNOCK;
    v = judge(&p, &listed);
    assert_true(v.governing == NO_VERDICT && v.applicable == 0);
    for (size_t i = 0; i < v.count; i++)
        assert_true(v.verdict[i].application != LIMIT_APPLIES && v.verdict[i].ratio == 0);
}

/* The lower limit of the two frequencies; one unknown; none known: least value of the curve. */
static void exact_two_frequencies(void **state)
{
    struct vibration_peaks p = single(PLACE_FOUNDATION, SOURCE_PILING, 0, 1, 0);
    struct vibration_verdicts v;

    (void)state;
    assert_near(limit_by("DIN 4150-3", &p, &listed), 3, 0);
    p.crossing_hz[0] = 30;
    assert_near(limit_by("DIN 4150-3", &p, &listed), 5.5, 0);
    p.spectrum_hz[0] = 12;
    v = judge(&p, &listed);
    assert_near(by(&v, "DIN 4150-3")->limit_mm_s, 3.25, 0);
    assert_near(by(&v, "DIN 4150-3")->frequency_hz, 12, 0);
    p.crossing_hz[0] = 0;
    assert_near(limit_by("DIN 4150-3", &p, &listed), 3.25, 0);
    p.crossing_hz[0] = 3; /* line 1 of BS 7385 has a value at one of them */
    assert_near(limit_by("BS 7385-2", &p, &factory), 50, 0);
    /* a smaller component at a low frequency may be nearer to its limit than the largest */
    p = single(PLACE_FOUNDATION, SOURCE_PILING, 0, 6, 100);
    p.peak_mm_s[1] = 5;
    p.crossing_hz[1] = p.spectrum_hz[1] = 8;
    v = judge(&p, &listed);
    assert_int_equal(by(&v, "DIN 4150-3")->component, 1);
    assert_near(by(&v, "DIN 4150-3")->ratio, 5.0 / 3, 1e-15);
    assert_near(by(&v, "SN 640 312a")->value_mm_s, sqrt(61), 1e-14);
    p.vector_mm_s = 7;
    v = judge(&p, &listed);
    assert_near(by(&v, "SN 640 312a")->value_mm_s, 7, 0);
    assert_int_equal(by(&v, "SN 640 312a")->component, 3);
    p.vector_mm_s = 1; /* below its own component: not believed */
    v = judge(&p, &listed);
    assert_near(by(&v, "SN 640 312a")->value_mm_s, 6, 0);
}

/* Ratios are proportional to the peaks and do not care which horizontal axis is which. */
static void invariant_scale_and_axes(void **state)
{
    struct random r = random_seeded(1);

    (void)state;
    for (int run = 0; run < 300; run++) {
        struct vibration_peaks p = {.place = (enum vibration_place)random_below(&r, 5),
                                    .source = (enum vibration_source)random_below(&r, 4)};
        struct vibration_peaks q;
        struct vibration_building b = {.use = (enum building_use)random_below(&r, 2),
                                       .protected_or_damaged = random_below(&r, 2),
                                       .below_seismic_standard = random_below(&r, 2),
                                       .heritage = (enum heritage_level)random_below(&r, 4),
                                       .material = (enum bearing_material)random_below(&r, 3),
                                       .pipe = (enum pipe_material)random_below(&r, 3),
                                       .wave_velocity_m_s = 6000 * random_uniform(&r)};
        struct vibration_verdicts v, w;

        for (int i = 0; i < 3; i++) {
            p.peak_mm_s[i] = 20 * random_uniform(&r);
            p.crossing_hz[i] = 150 * random_uniform(&r);
            p.spectrum_hz[i] = 150 * random_uniform(&r);
        }
        q = p;
        for (int i = 0; i < 3; i++) {
            int to = i == 2 ? 2 : 1 - i;

            q.peak_mm_s[to] = 2 * p.peak_mm_s[i];
            q.crossing_hz[to] = p.crossing_hz[i];
            q.spectrum_hz[to] = p.spectrum_hz[i];
        }
        v = judge(&p, &b);
        w = judge(&q, &b);
        assert_int_equal(v.governing, w.governing);
        assert_int_equal(v.applicable, w.applicable);
        for (size_t i = 0; i < v.count; i++)
            assert_near(w.verdict[i].ratio, 2 * v.verdict[i].ratio, 1e-13 * w.verdict[i].ratio);
    }
}

/* Whatever applies has a limit, a mark and a source, and the governing ratio is the largest. */
static void truth_table_is_complete(void **state)
{
    size_t rows;
    const struct vibration_limit *t = vibration_limits(&rows);

    (void)state;
    assert_true(rows >= 40 && rows <= VERDICTS_MAX);
    for (size_t i = 0; i < rows; i++) {
        assert_non_null(t[i].standard);
        assert_non_null(t[i].edition);
        assert_non_null(t[i].clause);
        assert_non_null(strchr("VSCJM", t[i].mark));
        assert_true(t[i].places && t[i].sources && t[i].factor > 0 && t[i].points >= 1);
        for (size_t k = 0; k < t[i].points; k++) {
            assert_true(t[i].curve[k].value > 0);
            assert_true(k == 0 || t[i].curve[k].frequency_hz >= t[i].curve[k - 1].frequency_hz);
        }
        assert_false(t[i].sources & 1u << SOURCE_KNOCK);
    }
}

/* Of 2000 measured peaks with 7 % noise the verdict over / under one limit is wrong only near it:
 * at ratios below 0.6 or above 1.4 (4 sigma) never. */
static void promise_verdict_under_noise(void **state)
{
    struct random r = random_seeded(9);

    (void)state;
    for (int i = 0; i < 2000; i++) {
        double f = 1 + 99 * random_uniform(&r), limit = curve_at(din_4150_3_curve(3), 4, f);
        double ratio = i % 2 ? 0.6 * random_uniform(&r) : 1.4 + 2 * random_uniform(&r);
        double seen = fmax(0, ratio * limit * (1 + 0.07 * random_normal(&r)));
        struct vibration_peaks p = single(PLACE_FOUNDATION, SOURCE_PILING, 0, seen, f);
        struct vibration_verdicts v = judge(&p, &listed);

        assert_true((by(&v, "DIN 4150-3")->ratio >= 1) == (ratio >= 1));
    }
}

static void hostile_input(void **state)
{
    const struct vibration_peaks good = single(PLACE_FOUNDATION, SOURCE_PILING, 0, 1, 10);
    struct vibration_peaks p[9];
    struct vibration_building b[7];
    struct vibration_verdicts v = {.count = 7};

    (void)state;
    for (int i = 0; i < 9; i++)
        p[i] = good;
    for (int i = 0; i < 7; i++)
        b[i] = dwelling;
    p[0].peak_mm_s[1] = (double)NAN;
    p[1].crossing_hz[2] = (double)INFINITY;
    p[2].vector_mm_s = (double)NAN;
    p[3].peak_mm_s[0] = p[3].peak_mm_s[1] = 1.7e308;
    for (int i = 0; i < 4; i++)
        assert_int_equal(vibration_judge(&p[i], &dwelling, &v), ERR_NOT_FINITE);
    p[4].peak_mm_s[1] = -1;
    p[5].spectrum_hz[0] = -1;
    p[6].vector_mm_s = -1;
    p[7].place = (enum vibration_place)9;
    p[8].source = (enum vibration_source)9;
    for (int i = 4; i < 9; i++)
        assert_int_equal(vibration_judge(&p[i], &dwelling, &v), ERR_RANGE);
    b[0].use = (enum building_use)5;
    b[1].heritage = (enum heritage_level)5;
    b[2].material = (enum bearing_material)5;
    b[3].pipe = (enum pipe_material)5;
    b[4].wave_velocity_m_s = -1;
    b[5].wave_velocity_m_s = (double)NAN;
    for (int i = 0; i < 6; i++)
        assert_int_equal(vibration_judge(&good, &b[i], &v), ERR_RANGE);
    p[0] = good;
    p[0].crossing_hz[0] = 1e-300; /* 0.6 mm at no speed at all */
    p[0].peak_mm_s[0] = 1e10;
    assert_int_equal(vibration_judge(&p[0], &dwelling, &v), ERR_NOT_FINITE);
    assert_int_equal(v.count, 7);
    p[0] = good;
    p[0].peak_mm_s[0] = 0; /* silence has verdicts too */
    assert_int_equal(vibration_judge(&p[0], &dwelling, &v), ERR_OK);
    assert_true(v.applicable > 0 && v.verdict[v.governing].ratio == 0);
    p[0].peak_mm_s[0] = 1e300;
    assert_int_equal(vibration_judge(&p[0], &dwelling, &v), ERR_OK);
    assert_true(isfinite(v.verdict[v.governing].ratio));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vector_din_4150_3_foundation),
        cmocka_unit_test(vector_din_4150_3_other_places),
        cmocka_unit_test(vector_bs_7385_2),
        cmocka_unit_test(vector_sn_640_312a),
        cmocka_unit_test(vector_gbt_50452),
        cmocka_unit_test(vector_gb_50868),
        cmocka_unit_test(vector_gb_6722),
        cmocka_unit_test(exact_governing),
        cmocka_unit_test(exact_two_frequencies),
        cmocka_unit_test(invariant_scale_and_axes),
        cmocka_unit_test(truth_table_is_complete),
        cmocka_unit_test(promise_verdict_under_noise),
        cmocka_unit_test(hostile_input),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
