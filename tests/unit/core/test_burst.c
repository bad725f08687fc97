/* Bursts: from samples to verdicts, and what a record is worth. */
#include "burst_fixture.h"

static struct burst_assessment *assess(struct fixture *f, size_t sensor)
{
    struct burst_assessment *a = arena_alloc(&f->arena, sizeof *a);
    const struct burst_site site = burst_site(&site_registry, (uint32_t)sensor);
    const struct burst_record b = read_burst(f);

    assert_null(b.fault);
    assert_int_equal(burst_assess(&b, &site, &f->arena, a), ERR_OK);
    return a;
}

static const struct burst_verdict *verdict(const struct burst_assessment *a,
                                           enum vibration_source source, enum vibration_place place,
                                           const char *standard)
{
    for (size_t i = 0; i < a->count; i++) {
        const struct burst_verdict *v = &a->verdict[i];

        if (v->source == source && v->place == place && !strcmp(v->limit->standard, standard))
            return v;
    }
    return NULL;
}

/* --- sites --- */

static void places_by_height_and_kind(void **state)
{
    static const struct {
        size_t sensor, places;
        enum vibration_place place[2];
        size_t component;
    } cases[] = {
        {ON_FOOT, 1, {PLACE_FOUNDATION}, 3},
        {LOW, 1, {PLACE_FOUNDATION}, 3},
        {MIDDLE, 2, {PLACE_FOUNDATION, PLACE_TOP_FLOOR}, 3},
        {HIGH, 1, {PLACE_TOP_FLOOR}, 0},
        {NOWHERE, 2, {PLACE_FOUNDATION, PLACE_TOP_FLOOR}, 3},
        {ON_FLOOR, 2, {PLACE_FLOOR_MIDDLE, PLACE_TOP_FLOOR}, 2},
        {ON_BEAM, 1, {PLACE_TOP_FLOOR}, 2},
        {PLAIN_FOOT, 1, {PLACE_FOUNDATION}, 3},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct burst_site s = burst_site(&site_registry, (uint32_t)cases[i].sensor);

        assert_int_equal(s.places, cases[i].places);
        assert_int_equal(s.component, cases[i].component);
        for (size_t j = 0; j < s.places; j++)
            assert_int_equal(s.place[j], cases[i].place[j]);
    }
}

static void protection_chooses_the_line(void **state)
{
    struct burst_site protected = burst_site(&site_registry, ON_FOOT);
    struct burst_site plain = burst_site(&site_registry, PLAIN_FOOT);

    (void)state;
    assert_true(protected.building.protected_or_damaged);
    assert_true(protected.building.below_seismic_standard);
    assert_int_equal(protected.building.heritage, HERITAGE_CITY);
    assert_int_equal(protected.building.material, BEARING_BRICK);
    assert_false(plain.building.protected_or_damaged);
    assert_false(plain.building.below_seismic_standard);
    assert_int_equal(plain.building.heritage, HERITAGE_NONE);
}

/* --- assessment --- */

/* B8: fs 2048, 90 s, 0.02 at 11 Hz, Hann bursts of 3 s: 1.8 at 17 Hz from 22 s, 0.9 at 26 Hz from
 * 68 s. Published: 1.816 mm/s, KB_Fmax 1.210, ratio to line 2 0.269 (f by whole samples 17.07). */
static void vector_of_din_45669(void **state)
{
    enum { N = 90 * 2048 };
    struct fixture *f = *state;
    double *x = arena_array(&f->arena, N, sizeof *x);
    const double *axis[3] = {x};

    for (size_t i = 0; i < N; i++)
        x[i] = 0.02 * sin(2 * M_PI * 11 * (double)i / 2048);
    add_pulse(x, N, 2048, 1.8, 17, 22, 3);
    add_pulse(x, N, 2048, 0.9, 26, 68, 3);
    put_burst(&f->text, 2048, "velocity", "mm/s", axis, N, true);
    const struct burst_assessment *a = assess(f, PLAIN_FOOT);
    const struct burst_verdict *v = verdict(a, SOURCE_PILING, PLACE_FOUNDATION, "DIN 4150-3");

    assert_near(a->axis[0].ppv_mm_s, 1.816, 0.001);
    assert_near(a->axis[0].kb_fmax, 1.210, 0.001);
    assert_near(a->axis[0].crossing_hz, 17, 0.1);
    assert_near(a->axis[0].spectrum_hz, 17, 0.01);
    assert_near(a->axis[0].runner_up_hz, 11, 0.01); /* weak but 90 s long */
    assert_non_null(v);
    assert_near(v->limit_mm_s, 0.25 * 17 + 2.5, 0.03);
    assert_near(v->ratio, 0.269, 0.001);
    assert_true(a->settled && a->count > 0 && a->event.axes == 1);
    assert_near((double)(a->event.t_us - T0_US) * 1e-6, 23.5, 0.05);
    /* from where the first pulse passes a fifth of its peak to where the second last does */
    assert_near(a->duration_s, 68 - 22 + 3 - 3 * (asin(sqrt(0.2)) + asin(sqrt(0.4))) / M_PI, 0.05);
}

/* The same motion as acceleration: a sine of 10 Hz under a long window. */
static void acceleration_is_integrated(void **state)
{
    enum { N = 20 * 500 };
    struct fixture *f = *state;
    double a_g[N], v[N];
    const double *as_v[3] = {NULL, v}, *as_a[3] = {NULL, a_g};

    for (size_t i = 0; i < N; i++) {
        double t = (double)i / 500, w = 2 * M_PI * 10, env = sin(M_PI * t / 20);

        v[i] = 4 * env * env * sin(w * t);
        a_g[i] = (4 * env * env * w * cos(w * t) +
                  4 * 2 * env * cos(M_PI * t / 20) * M_PI / 20 * sin(w * t)) /
                 1000 / 9.80665;
    }
    put_burst(&f->text, 500, "velocity", "mm/s", as_v, N, true);
    const struct burst_assessment *from_v = assess(f, ON_FOOT);
    put_burst(&f->text, 500, "acceleration", "g", as_a, N, true);
    const struct burst_assessment *from_a = assess(f, ON_FOOT);

    assert_near(from_v->axis[1].ppv_mm_s, 4, 0.01);
    assert_near(from_a->axis[1].ppv_mm_s, 4, 0.01);
    assert_near(from_a->axis[1].crossing_hz, 10, 0.01);
    assert_near(from_a->event.worst[SOURCE_PILING].ratio, from_v->event.worst[SOURCE_PILING].ratio,
                0.01);
}

static const struct burst_assessment *three_axes(struct fixture *f, size_t sensor, double scale)
{
    enum { N = 10 * 500 };
    static double x[N], y[N], z[N];
    const double *axis[3] = {x, y, z};

    memset(x, 0, sizeof x);
    memset(y, 0, sizeof y);
    memset(z, 0, sizeof z);
    add_pulse(x, N, 500, 2 * scale, 8, 3, 2);
    add_pulse(y, N, 500, 1 * scale, 12, 3, 2);
    add_pulse(z, N, 500, 3 * scale, 30, 3, 2);
    put_burst(&f->text, 500, "velocity", "mm/s", axis, N, false);
    return assess(f, sensor);
}

/* City protection, on the foundation: line 3 at each component's frequency. 2 / 3 at 8 Hz is the
 * worst of DIN; the 70 % of GB 50868 at 8 Hz, 1.4 mm/s, is stricter. */
static void every_standard_speaks(void **state)
{
    const struct burst_assessment *a = three_axes(*state, ON_FOOT, 1);
    const struct burst_verdict *din = verdict(a, SOURCE_PILING, PLACE_FOUNDATION, "DIN 4150-3");
    const struct burst_verdict *gb = verdict(a, SOURCE_PILING, PLACE_FOUNDATION, "GB 50868");
    const struct burst_verdict *blast = verdict(a, SOURCE_BLASTING, PLACE_FOUNDATION, "GB 6722");

    assert_non_null(din);
    assert_near(din->ratio, 2.0 / 3, 0.01);
    assert_int_equal(din->component, 0);
    assert_non_null(gb);
    assert_near(gb->ratio, 2 / 1.4, 0.02);
    assert_int_equal(gb->limit->mark, 'M');
    assert_non_null(blast);
    assert_near(blast->ratio, 2.0, 0.02); /* 1 mm/s below 10 Hz */
    assert_ptr_equal(&a->verdict[a->governing[SOURCE_PILING]], gb);
    assert_ptr_equal(a->event.worst[SOURCE_PILING].limit, gb->limit);
    assert_int_equal(a->event.axes, 3);
    assert_int_equal(a->event.moving, 3); /* 1 is a third of 3 */
    assert_near(a->event.peak_mm_s, 3, 0.01);
    assert_near(a->event.frequency_hz, 30, 0.2);
    for (size_t i = 0; i < a->count; i++)
        assert_true(a->verdict[i].ratio <= a->verdict[a->governing[a->verdict[i].source]].ratio);
}

/* Metro at the top: GB/T 50452 0.45 mm/s for a city-level brick house, DIN long-term 2.5. */
static void permanent_sources_have_their_limits(void **state)
{
    const struct burst_assessment *a = three_axes(*state, HIGH, 0.1);
    const struct burst_verdict *gbt = verdict(a, SOURCE_PERMANENT, PLACE_TOP_FLOOR, "GB/T 50452");
    const struct burst_verdict *din = verdict(a, SOURCE_PERMANENT, PLACE_TOP_FLOOR, "DIN 4150-3");

    assert_non_null(gbt);
    assert_non_null(din);
    assert_near(gbt->ratio, 0.2 / 0.45, 0.005);
    assert_near(din->ratio, 0.2 / 2.5, 0.001);
    assert_ptr_equal(a->event.worst[SOURCE_PERMANENT].limit, gbt->limit);
    assert_true(burst_worst_ratio(&a->event) >= gbt->ratio);
}

/* One axis of a sensor that is said to be vertical: the horizontal limits do not apply to it. */
static void a_single_axis_is_what_the_registry_says(void **state)
{
    enum { N = 2000 };
    struct fixture *f = *state;
    double x[N] = {0};
    const double *axis[3] = {x};

    add_pulse(x, N, 500, 5, 10, 1.5, 1);
    put_burst(&f->text, 500, "velocity", "mm/s", axis, N, true);
    assert_near(assess(f, HIGH)->event.worst[SOURCE_PILING].value_mm_s, 5, 0.05);
    const struct burst_assessment *beam = assess(f, ON_BEAM);
    assert_true(beam->event.worst[SOURCE_PILING].value_mm_s == 0);
    assert_near(beam->event.peak_mm_s, 5, 0.05);
}

static void what_cannot_be_judged_is_an_error(void **state)
{
    struct fixture *f = *state;
    double x[400] = {0};
    const double *axis[3] = {x};
    const struct burst_site site = burst_site(&site_registry, ON_FOOT);
    struct burst_assessment a;
    static const struct {
        size_t n;
        double fs_hz;
        enum err e;
    } cases[] = {{1, 200, ERR_TOO_FEW},   {2, 200, ERR_TOO_FEW}, {200, 200, ERR_TOO_FEW},
                 {209, 200, ERR_TOO_FEW}, {210, 200, ERR_OK},    {400, 13, ERR_RANGE},
                 {400, 1e7, ERR_RANGE},   {400, 15, ERR_OK},     {400, 1e-3, ERR_RANGE}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_burst(&f->text, cases[i].fs_hz, "velocity", "mm/s", axis, cases[i].n, true);
        struct burst_record b = read_burst(f);

        assert_int_equal(burst_assess(&b, &site, &f->arena, &a), cases[i].e);
        assert_true(*burst_error_text(cases[i].e).zh && *burst_error_text(cases[i].e).en);
    }
    for (size_t i = 0; i < 400; i++) /* the largest float, and a unit that makes it larger */
        x[i] = i % 2 ? 3e38 : -3e38;
    put_burst(&f->text, 100, "velocity", "m/s", axis, 400, true);
    struct burst_record b = read_burst(f);
    enum err e = burst_assess(&b, &site, &f->arena, &a);
    assert_true(e == ERR_OK || e == ERR_NOT_FINITE);
}

static void silence_exceeds_nothing(void **state)
{
    struct fixture *f = *state;
    double x[1000] = {0};
    const double *axis[3] = {x, x, x};

    put_burst(&f->text, 200, "velocity", "mm/s", axis, 1000, true);
    const struct burst_assessment *a = assess(f, ON_FOOT);
    assert_true(a->vector_mm_s == 0 && a->duration_s == 0 && a->event.moving == 0);
    assert_true(burst_worst_ratio(&a->event) == 0);
}

static void json_is_exact_and_the_same_again(void **state)
{
    struct fixture *f = *state;
    struct strbuf one = {0}, two = {0};

    burst_json(three_axes(f, ON_FOOT, 1), "H1/n1/burst", &one);
    burst_json(three_axes(f, ON_FOOT, 1), "H1/n1/burst", &two);
    assert_string_equal(one.data, two.data);
    assert_ptr_equal(strstr(one.data, "{\"t\":\"2025-11-22T08:00:00.125Z\",\"sensor\":\"H1/n1/"
                                      "burst\",\"kind\":\"velocity\",\"fs\":500,"),
                     one.data);
    assert_non_null(strstr(one.data, "\"places\":[\"foundation\"]"));
    assert_non_null(strstr(one.data, "\"standard\":\"DIN 4150-3\",\"edition\":\"1999-02\","
                                     "\"clause\":\"short-term vibration, line 3, foundation"));
    assert_non_null(strstr(one.data, "\"governing\":{\"permanent\":"));
    strbuf_free(&one);
    strbuf_free(&two);
}

/* --- readings, fates --- */

static void a_reading_is_an_event_too(void **state)
{
    const struct burst_site foot = burst_site(&site_registry, ON_FOOT);
    struct vibration_event e;

    (void)state;
    assert_int_equal(burst_event_of_reading(T0_US, 3, 8, &foot, &e), ERR_OK);
    assert_true(e.t_us == T0_US && e.axes == 0 && e.peak_mm_s == 3 && e.frequency_hz == 8);
    assert_near(e.worst[SOURCE_PILING].ratio, 3 / 1.4, 1e-12); /* 70 % of GB 50868 */
    assert_int_equal(burst_event_of_reading(T0_US, 3, 0, &foot, &e), ERR_OK);
    assert_near(e.worst[SOURCE_PILING].ratio, 3 / 1.4, 1e-12);
    assert_int_equal(burst_event_of_reading(T0_US, -1, 8, &foot, &e), ERR_RANGE);
    assert_int_equal(burst_event_of_reading(T0_US, (double)NAN, 8, &foot, &e), ERR_NOT_FINITE);
    assert_int_equal(burst_event_of_reading(T0_US, 1, (double)INFINITY, &foot, &e), ERR_NOT_FINITE);
}

static void fates_of_a_month(void **state)
{
    const double ratio[] = {0.1, 0.29, 0.3, 0.59, 0.6, 7, 7, (double)NAN};
    const enum burst_fate expected[] = {BURST_DROP, BURST_DROP, BURST_STAY, BURST_STAY,
                                        BURST_KEEP, BURST_KEEP, BURST_KEEP, BURST_STAY};
    const double quiet[] = {0.1, 0.2, (double)NAN, 0.2};
    enum burst_fate fate[8];

    (void)state;
    burst_fates(ratio, 8, fate);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(fate[i], expected[i]);
    burst_fates(quiet, 4, fate); /* the first of the largest */
    assert_int_equal(fate[0], BURST_DROP);
    assert_int_equal(fate[1], BURST_KEEP);
    assert_int_equal(fate[2], BURST_STAY);
    assert_int_equal(fate[3], BURST_DROP);
    burst_fates(&quiet[1], 2, fate); /* over what is left the same */
    assert_int_equal(fate[0], BURST_KEEP);
    assert_int_equal(fate[1], BURST_STAY);
    burst_fates(NULL, 0, fate);
}

static void limits_of_the_registry_count(void **state)
{
    static const struct curve_point curve[] = {{1, 3}, {10, 3}, {50, 8}};
    const struct limit limits[] = {
        {.of = LIMIT_EVENT, .value = 1, .curve = curve, .curve_len = 3},
        {.of = LIMIT_EVENT, .value = 10},
        {.of = LIMIT_VALUE, .value = 0.001},
    };
    const struct limit_set set = {.limits = limits, .count = 3};
    struct vibration_event e = {.peak_mm_s = 4, .frequency_hz = 30};

    (void)state;
    assert_near(burst_limit_ratio(&e, &set), 4 / 5.5, 1e-12);
    e.frequency_hz = 0; /* not known: the least of the curve */
    assert_near(burst_limit_ratio(&e, &set), 4 / 3.0, 1e-12);
    assert_true(burst_limit_ratio(&e, NULL) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(places_by_height_and_kind),
        TEST(protection_chooses_the_line),
        TEST(vector_of_din_45669),
        TEST(acceleration_is_integrated),
        TEST(every_standard_speaks),
        TEST(permanent_sources_have_their_limits),
        TEST(a_single_axis_is_what_the_registry_says),
        TEST(what_cannot_be_judged_is_an_error),
        TEST(silence_exceeds_nothing),
        TEST(json_is_exact_and_the_same_again),
        TEST(a_reading_is_an_event_too),
        TEST(fates_of_a_month),
        TEST(limits_of_the_registry_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
