#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "near.h"

#include "shikumen/num/random.h"
#include "shikumen/num/wood.h"

enum { WEEK = 168, MOST_HOURS = 14000 };

static const struct mould_material *of(enum mould_class c)
{
    return mould_material(c);
}

static void hours(struct mould *s, enum mould_class c, double decline, double celsius, double rh,
                  int n)
{
    for (int i = 0; i < n; i++)
        mould_step(s, of(c), decline, celsius, rh);
}

static void exact_critical_rh(void **state)
{
    const struct mould_material *m = of(MOULD_SENSITIVE);

    (void)state;
    assert_near(mould_critical_rh(m, -5), 100, 0);
    assert_near(mould_critical_rh(m, 0), 100, 0);
    assert_near(mould_critical_rh(m, 10), -2.67 + 16 - 31.3 + 100, 1e-13);
    assert_near(mould_critical_rh(m, 49), 80, 0);
    assert_near(mould_critical_rh(of(MOULD_RESISTANT), 49), 85, 0);
}

/* 6 h at -0.032 per day, 18 h nothing, then -0.016 per day. */
static void exact_decline(void **state)
{
    struct mould s = {.index = 3};

    (void)state;
    hours(&s, MOULD_VERY_SENSITIVE, 1, 20, 50, 6);
    assert_near(s.index, 3 - 0.008, 1e-14);
    hours(&s, MOULD_VERY_SENSITIVE, 1, 20, 50, 18);
    assert_near(s.index, 3 - 0.008, 1e-14);
    hours(&s, MOULD_VERY_SENSITIVE, 1, -5, 100, 24);
    assert_near(s.index, 3 - 0.008 - 0.016, 1e-14);
    assert_near(s.dry_hours, 48, 0);
    hours(&s, MOULD_VERY_SENSITIVE, 1, 20, 97, 1); /* one hour of growth starts the count anew */
    assert_near(s.dry_hours, 0, 0);
}

static void exact_first_hour(void **state)
{
    struct mould s = {0};
    double weeks = exp(-0.68 * log(22) - 13.9 * log(97) + 66.02);
    double x = (mould_critical_rh(of(0), 22) - 97) / (mould_critical_rh(of(0), 22) - 100);
    double greatest = 1 + 7 * x - 2 * x * x;

    (void)state;
    hours(&s, MOULD_VERY_SENSITIVE, 1, 22, 97, 1);
    assert_close(s.index, (1 - exp(-2.3 * greatest)) / (7 * weeks) / 24, 1e-14);
    assert_near(s.peak, s.index, 0);
}

/* The critical RH of pine, computed, printed digits. */
static void vector_critical_rh(void **state)
{
    static const double row[][2] = {{0, 100},       {1, 97.0273}, {5, 88.01625},  {10, 82.03},
                                    {15, 80.03875}, {20, 80.04},  {25, 80.03125}, {30, 80}};

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        assert_near(mould_critical_rh(of(MOULD_VERY_SENSITIVE), row[i][0]), row[i][1], 5e-5);
}

/* Constant climates from no mould: index after 1, 2, 4, 8, 12 weeks; two implementations of the
 * model, five decimals. */
static void vector_constant_climates(void **state)
{
    static const struct {
        double celsius, rh, decline;
        enum mould_class class;
        double index[5];
    } row[] = {
        {22, 97, 1, MOULD_VERY_SENSITIVE, {0.71920, 1.87497, 4.68105, 5.50092, 5.50092}},
        {22, 97, 1, MOULD_SENSITIVE, {0.41569, 0.83135, 1.44309, 2.55050, 3.62354}},
        {22, 97, 1, MOULD_MEDIUM_RESISTANT, {0.05173, 0.10346, 0.20689, 0.41363, 0.62013}},
        {22, 97, 1, MOULD_RESISTANT, {0.02331, 0.04659, 0.09309, 0.18573, 0.27784}},
        {28, 90, 1, MOULD_VERY_SENSITIVE, {0.29913, 0.59821, 1.39153, 3.57910, 3.99717}},
        {28, 85, 0.5, MOULD_SENSITIVE, {0.07656, 0.15281, 0.30418, 0.60009, 0.88040}},
    };
    static const int until[] = {1, 2, 4, 8, 12};

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct mould s = {0};
        int week = 0;

        for (size_t k = 0; k < 5; k++) {
            hours(&s, row[i].class, row[i].decline, row[i].celsius, row[i].rh,
                  WEEK * (until[k] - week));
            week = until[k];
            assert_near(s.index, row[i].index[k], 5e-6);
        }
    }
}

/* A week at 97 %, a week at 60 %, and so on, 22 deg C: index at the end of weeks 1 .. 8. */
static void vector_cycling(void **state)
{
    static const double vs[] = {0.71920, 0.61520, 1.66826, 1.56426,
                                3.00135, 2.89735, 4.30820, 4.20420};
    static const double sensitive[] = {0.41569, 0.36369, 0.77935, 0.72735,
                                       1.09613, 1.04413, 1.32166, 1.26966};
    struct mould a = {0}, b = {0};

    (void)state;
    for (size_t i = 0; i < 8; i++) {
        hours(&a, MOULD_VERY_SENSITIVE, MOULD_DECLINE_ORIGINAL, 22, i % 2 == 0 ? 97 : 60, WEEK);
        hours(&b, MOULD_SENSITIVE, MOULD_DECLINE_SIGNIFICANT, 22, i % 2 == 0 ? 97 : 60, WEEK);
        assert_near(a.index, vs[i], 5e-6);
        assert_near(b.index, sensitive[i], 5e-6);
    }
    assert_near(a.peak, 4.30820, 5e-6);
}

#define PRINTED 0.000051 /* half a unit, and rounding of the decimal */

static size_t read_climate(const char *name, double *celsius, double *rh)
{
    char path[500], line[200];
    size_t n = 0;
    FILE *f;

    snprintf(path, sizeof path, "%s/trh1_finland/%s", TEST_DATA, name);
    f = fopen(path, "r");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    while (n < MOST_HOURS && fgets(line, sizeof line, f)) {
        char *end;

        celsius[n] = strtod(line, &end);
        assert_int_equal(*end, ',');
        rh[n++] = strtod(end + 1, NULL);
    }
    fclose(f);
    return n;
}

/* expected: greatest and last index of the classes in order, after the fifth comma of the line. */
static void check_series(const char *line, const double *celsius, const double *rh, size_t n)
{
    static const double decline[] = {1, 0.5, 0.25, 0.1};
    static double index[MOST_HOURS];
    char *end;

    for (int comma = 0; comma < 6; comma++)
        line = strchr(line, ',') + 1;
    for (int c = 0; c < MOULD_CLASSES; c++) {
        double greatest = strtod(line, &end), last = strtod(end + 1, &end);
        struct mould s = {0};

        assert_int_equal(mould_run(&s, of((enum mould_class)c), decline[c], celsius, rh, n, index),
                         ERR_OK);
        assert_near(s.peak, greatest, PRINTED);
        assert_near(index[n - 2], last, PRINTED);
        assert_near(index[n - 1], last, 0.01);
        line = end + 1;
    }
}

/* Twenty months in a Finnish roof (TRH-tietokanta), an independent implementation of the model to
 * four decimals. Its index of hour i is from before that hour, its last is ours of the last hour
 * but one. */
static void vector_finnish_roof(void **state)
{
    static double celsius[MOST_HOURS], rh[MOST_HOURS];
    char line[500], name[100];
    size_t series = 0;
    FILE *f = fopen(TEST_DATA "/trh1_finland/mould_index_expected.csv", "r");

    (void)state;
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    for (; fgets(line, sizeof line, f); series++) {
        size_t length = strcspn(line, ","), n;

        memcpy(name, line, length);
        name[length] = '\0';
        n = read_climate(name, celsius, rh);
        assert_int_equal(n, strtoul(line + length + 1, NULL, 10));
        check_series(line, celsius, rh, n);
    }
    fclose(f);
    assert_int_equal(series, 7);
}

static void weather(struct random *r, double *celsius, double *rh, size_t n)
{
    double t = 15, h = 85;

    for (size_t i = 0; i < n; i++) {
        t += 0.1 * (15 - t) + 2 * random_normal(r);
        h += 0.05 * (87 - h) + 3 * random_normal(r);
        celsius[i] = t;
        rh[i] = h;
    }
}

/* In parts or at once; and a more sensitive material, or less decline, never has less mould. */
static void invariant_parts_and_order(void **state)
{
    static double celsius[5000], rh[5000];
    struct random chance = random_seeded(61);
    struct mould whole = {0}, parts = {0};

    (void)state;
    weather(&chance, celsius, rh, 5000);
    assert_int_equal(mould_run(&whole, of(0), 1, celsius, rh, 5000, NULL), ERR_OK);
    assert_int_equal(mould_run(&parts, of(0), 1, celsius, rh, 1234, NULL), ERR_OK);
    assert_int_equal(mould_run(&parts, of(0), 1, celsius + 1234, rh + 1234, 3766, NULL), ERR_OK);
    assert_near(parts.index, whole.index, 0);
    assert_near(parts.peak, whole.peak, 0);
    for (int c = 1; c < MOULD_CLASSES; c++) {
        struct mould more = {0}, less = {0}, kept = {0};

        assert_int_equal(
            mould_run(&more, of((enum mould_class)(c - 1)), 1, celsius, rh, 5000, NULL), ERR_OK);
        assert_int_equal(mould_run(&less, of((enum mould_class)c), 1, celsius, rh, 5000, NULL),
                         ERR_OK);
        assert_int_equal(mould_run(&kept, of((enum mould_class)c), 0.1, celsius, rh, 5000, NULL),
                         ERR_OK);
        assert_true(less.peak <= more.peak);
        assert_true(kept.index >= less.index);
    }
}

/* Over random weather the index stays within 0 .. the greatest its climate allows, and a long
 * constant climate ends at a + b x - c x^2. */
static void truth_bounds_and_limit(void **state)
{
    static double celsius[5000], rh[5000], index[5000];

    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct random chance = random_seeded(seed);
        struct mould s = {0};
        double before = 0;

        weather(&chance, celsius, rh, 5000);
        assert_int_equal(mould_run(&s, of(0), 1, celsius, rh, 5000, index), ERR_OK);
        for (size_t i = 0; i < 5000; i++) {
            assert_true(index[i] >= 0 && index[i] <= 6);
            if (rh[i] < 80 || celsius[i] <= 0)
                assert_true(index[i] <= before);
            before = index[i];
        }
    }
    for (double h = 82; h <= 100; h += 3) {
        double critical = mould_critical_rh(of(0), 24), x = (critical - h) / (critical - 100);
        struct mould s = {0};

        hours(&s, MOULD_VERY_SENSITIVE, 1, 24, h, 100000);
        assert_near(s.index, 1 + 7 * x - 2 * x * x, 1e-3);
    }
}

static void invariant_hours_alike_are_steps(void **state)
{
    struct mould at_once = {0}, by_steps = {0};

    (void)state;
    for (int i = 0; i < 3000; i++) {
        double celsius = 12 + 20 * sin(i / 40.0), rh = 85 + 20 * sin(i / 7.0);

        mould_hours(&at_once, of(MOULD_SENSITIVE), 0.5, celsius, rh, 6);
        hours(&by_steps, MOULD_SENSITIVE, 0.5, celsius, rh, 6);
        assert_memory_equal(&at_once, &by_steps, sizeof at_once);
    }
    assert_true(at_once.peak > 1);
    mould_hours(&at_once, of(MOULD_SENSITIVE), 0.5, 20, 97, 0);
    assert_memory_equal(&at_once, &by_steps, sizeof at_once);
}

static void hostile_values(void **state)
{
    const double warm[] = {20, 20}, wet[] = {97, 97}, bad[] = {NAN, 97};
    struct mould s = {2, 3, 4}, rain = {0}, full = {0};
    double index[2] = {9, 9};

    (void)state;
    mould_step(&s, of(0), 1, NAN, 97);
    mould_step(&s, of(0), 1, 20, -INFINITY);
    mould_step(&s, of(0), NAN, 20, 50);
    mould_step(&s, of(0), INFINITY, 20, 50);
    mould_step(&s, of(0), -1, 20, 50);
    assert_int_equal(mould_run(&s, of(0), 1, warm, bad, 2, index), ERR_NOT_FINITE);
    assert_int_equal(mould_run(&s, of(0), 1, bad, wet, 2, index), ERR_NOT_FINITE);
    assert_int_equal(mould_run(&s, of(0), -1, warm, wet, 2, index), ERR_RANGE);
    assert_int_equal(mould_run(&s, of(0), NAN, warm, wet, 2, index), ERR_RANGE);
    assert_int_equal(mould_run(&s, of(0), 1, warm, wet, 0, index), ERR_OK);
    assert_near(s.index + s.peak + s.dry_hours + index[0] + index[1], 27, 0);
    hours(&rain, MOULD_SENSITIVE, 1, 20, 1e300, 50); /* counts as 100 % */
    hours(&full, MOULD_SENSITIVE, 1, 20, 100, 50);
    assert_near(rain.index, full.index, 0);
    hours(&full, MOULD_SENSITIVE, 1, 1e-300, 100, 50); /* critical RH is 100: no division by 0 */
    hours(&full, MOULD_SENSITIVE, 1, 1e300, 1e-300, 50);
    hours(&full, MOULD_SENSITIVE, 1, -1e300, -1e300, 50);
    assert_true(full.index >= 0 && full.index <= 6);
    assert_ptr_equal(mould_material(MOULD_CLASSES), of(MOULD_VERY_SENSITIVE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_critical_rh),
        cmocka_unit_test(exact_decline),
        cmocka_unit_test(exact_first_hour),
        cmocka_unit_test(vector_critical_rh),
        cmocka_unit_test(vector_constant_climates),
        cmocka_unit_test(vector_cycling),
        cmocka_unit_test(vector_finnish_roof),
        cmocka_unit_test(invariant_parts_and_order),
        cmocka_unit_test(invariant_hours_alike_are_steps),
        cmocka_unit_test(truth_bounds_and_limit),
        cmocka_unit_test(hostile_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
