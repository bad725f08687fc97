/* The fold: reference vectors hour by hour, gaps, sensors behind one another, hostile input. */
#include "doses_fixture.h"

#include <stdio.h>

#define WEEK 168

/* Hours are closed by the one after. */
static double value_of(struct dose *d, enum dose_measure m, int64_t h)
{
    return look(d, h).of[m].value;
}

static struct dose *new_class(enum mould_class c, double decline)
{
    struct dose_pair p = pair_of_basis(DOSE_OF_AIR);

    p.mould = c;
    p.decline = decline;
    return new_dose(p);
}

/* Index after 1, 2, 4, 8, 12 weeks, as in the reference. */
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
        struct dose *d = new_class(row[i].class, row[i].decline);
        int64_t h = 0;

        for (size_t k = 0; k < 5; k++) {
            h = feed_hours(d, DOSE_RH, h, WEEK * until[k] + 1 - h, row[i].celsius, row[i].rh);
            near_to(value_of(d, DOSE_M_MOULD, h), row[i].index[k], 5e-6);
        }
        dose_free(d);
    }
}

static void vector_cycling(void **state)
{
    static const double index[] = {0.41569, 0.36369, 0.77935, 0.72735,
                                   1.09613, 1.04413, 1.32166, 1.26966};

    (void)state;
    for (int64_t weeks = 1; weeks <= 8; weeks++) {
        struct dose *d = new_class(MOULD_SENSITIVE, 0.5);

        for (int64_t w = 0; w < weeks; w++)
            feed_hours(d, DOSE_RH, w * WEEK, WEEK, 22, w % 2 ? 60 : 97);
        feed(d, DOSE_RH, weeks * WEEK, 22, 0); /* closes the last */
        near_to(value_of(d, DOSE_M_MOULD, weeks * WEEK), index[weeks - 1], 5e-6);
        dose_free(d);
    }
}

static void vector_decay(void **state)
{
    static const struct {
        double celsius, rh;
        int64_t days;
        double loss;
    } row[] = {{20, 97, 60, 4.28237},
               {20, 97, 120, 11.40317},
               {20, 97, 365, 40.47977},
               {10, 99, 365, 34.39667},
               {25, 98, 180, 26.16070}};

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct dose *d = new_of(DOSE_OF_AIR);
        int64_t h = feed_hours(d, DOSE_RH, 0, row[i].days * 24 + 1, row[i].celsius, row[i].rh);

        near_to(value_of(d, DOSE_M_MASS_LOSS, h), row[i].loss, 5e-6);
        near_to(value_of(d, DOSE_M_DECAY, h), 1, 0);
        assert_int_equal(look(d, h).of[DOSE_M_DECAY].level, 4);
        dose_free(d);
    }
}

/* --- a roof in Finland (TRH-tietokanta), an independent implementation of the model --- */

#define MOST_HOURS 14000

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
        rh[n++] = strtod(end + 1, NULL);
    }
    fclose(f);
    return n;
}

/* expected: greatest and last index by class; the last is of the last hour but one, which is the
 * last one closed. */
static void check_series(const char *line, const double *celsius, const double *rh, size_t n)
{
    static const double decline[] = {1, 0.5, 0.25, 0.1};
    char *end;

    for (int comma = 0; comma < 6; comma++)
        line = strchr(line, ',') + 1;
    for (int c = 0; c < MOULD_CLASSES; c++) {
        double greatest = strtod(line, &end), last = strtod(end + 1, &end);
        struct dose *d = new_class((enum mould_class)c, decline[c]);
        struct dose_view v;

        for (size_t h = 0; h < n; h++)
            feed(d, DOSE_RH, (int64_t)h, celsius[h], rh[h]);
        v = look(d, (int64_t)n);
        near_to(v.mould_peak, greatest, 0.000051);
        near_to(v.of[DOSE_M_MOULD].value, last, 0.000051);
        near_to(v.watched_share, 1, 1e-3);
        dose_free(d);
        line = end + 1;
    }
}

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
        check_series(line, celsius, rh, n);
    }
    fclose(f);
    assert_int_equal(series, 7);
}

/* --- readings within an hour --- */

static void exact_hour_mean(void **state)
{
    struct dose *a = new_of(DOSE_OF_AIR), *b = new_of(DOSE_OF_AIR);

    (void)state;
    for (int64_t h = 0; h < 300; h++) {
        feed(a, DOSE_RH, h, 24, 92);
        for (int64_t m = 0; m < 60; m += 10) {
            dose_add(b, DOSE_CELSIUS, T0 + h * HOUR + m * 60000000, m < 30 ? 20 : 28);
            dose_add(b, DOSE_RH, T0 + h * HOUR + m * 60000000, m < 30 ? 94 : 90);
        }
    }
    near_to(value_of(b, DOSE_M_MOULD, 300), value_of(a, DOSE_M_MOULD, 300), 1e-13);
    assert_true(value_of(a, DOSE_M_MOULD, 300) > 0.2);
    dose_free(a);
    dose_free(b);
}

/* --- gaps --- */

static void exact_short_gap_is_a_straight_line(void **state)
{
    struct dose *gap = new_of(DOSE_OF_AIR), *line = new_of(DOSE_OF_AIR);

    (void)state;
    feed_hours(gap, DOSE_RH, 0, 100, 20, 97);
    feed_hours(line, DOSE_RH, 0, 100, 20, 97);
    for (int64_t k = 0; k < 6; k++)
        feed(line, DOSE_RH, 100 + k, 20 + (double)(k + 1), 97 - (double)(k + 1));
    feed_hours(gap, DOSE_RH, 106, 50, 27, 90);
    feed_hours(line, DOSE_RH, 106, 50, 27, 90);
    near_to(value_of(gap, DOSE_M_MOULD, 156), value_of(line, DOSE_M_MOULD, 156), 1e-12);
    near_to(value_of(gap, DOSE_M_DECAY, 156), value_of(line, DOSE_M_DECAY, 156), 1e-12);
    near_to(look(gap, 155).watched_share, 149.0 / 155, 1e-12);
    dose_free(gap);
    dose_free(line);
}

/* Time stands still from the seventh hour on, however long. */
static void gap_is_no_drying(void **state)
{
    static const int64_t length[] = {7, 24, 720, 20000};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct dose *d = new_of(DOSE_OF_AIR), *whole = new_of(DOSE_OF_AIR);
        int64_t h = feed_hours(d, DOSE_RH, 0, 401, 20, 97);

        feed_hours(d, DOSE_RH, h + length[i], 101, 20, 97);
        feed_hours(whole, DOSE_RH, 0, 502, 20, 97);
        near_to(value_of(d, DOSE_M_MOULD, h), value_of(whole, DOSE_M_MOULD, 502), 1e-12);
        near_to(value_of(d, DOSE_M_DECAY, h), value_of(whole, DOSE_M_DECAY, 502), 1e-12);
        near_to(look(d, h).history_d, 501.0 / 24, 1e-12);
        dose_free(d);
        dose_free(whole);
    }
}

/* Hours since a sensor fell silent are unwatched. */
static void silence_lowers_the_share(void **state)
{
    struct dose *d = new_of(DOSE_OF_AIR);

    (void)state;
    feed_hours(d, DOSE_RH, 0, 1001, 20, 60);
    near_to(look(d, 1000).watched_share, 1, 1e-12);
    near_to(look(d, 4000).watched_share, 0.25, 1e-3);
    near_to(look(d, 50000).watched_share, 0, 0);
    dose_free(d);
}

static void one_sensor_alone_is_not_watched(void **state)
{
    struct dose *d = new_of(DOSE_OF_AIR);

    (void)state;
    for (int64_t h = 0; h < 200; h++)
        dose_add(d, DOSE_CELSIUS, T0 + h * HOUR, 20);
    near_to(look(d, 200).history_d, 0, 0);
    near_to(look(d, 200).watched_share, 0, 0);
    assert_true(isnan(look(d, 200).of[DOSE_M_MOULD].value));
    dose_free(d);
}

/* --- sensors behind one another --- */

static void late_humidity_is_the_same(void **state)
{
    struct dose *level = new_of(DOSE_OF_AIR);
    struct sky sky = sky_of(3, 80);
    static struct room room[3000];

    (void)state;
    for (int64_t h = 0; h < 3000; h++) {
        room[h] = sky_hour(&sky, h);
        feed(level, DOSE_RH, h, room[h].celsius, room[h].rh);
    }
    for (int64_t lag = 1; lag <= DOSE_LATE_H; lag += 23) {
        struct dose *d = new_of(DOSE_OF_AIR);

        for (int64_t h = 0; h < 3000 + lag; h++) {
            if (h < 3000)
                assert_true(dose_add(d, DOSE_CELSIUS, T0 + h * HOUR, room[h].celsius));
            if (h >= lag)
                assert_true(dose_add(d, DOSE_RH, T0 + (h - lag) * HOUR, room[h - lag].rh));
        }
        assert_int_equal(look(d, 3000).late, 0);
        near_to(value_of(d, DOSE_M_MOULD, 3000), value_of(level, DOSE_M_MOULD, 3000), 0);
        near_to(value_of(d, DOSE_M_EMC, 3000), value_of(level, DOSE_M_EMC, 3000), 0);
        dose_free(d);
    }
    dose_free(level);
}

static void too_late_is_counted(void **state)
{
    struct dose *d = new_of(DOSE_OF_AIR);

    (void)state;
    for (int64_t h = 0; h < 100; h++)
        dose_add(d, DOSE_CELSIUS, T0 + h * HOUR, 20);
    assert_false(dose_add(d, DOSE_RH, T0 + (99 - DOSE_LATE_H - 1) * HOUR, 80));
    assert_true(dose_add(d, DOSE_RH, T0 + (99 - DOSE_LATE_H) * HOUR, 80));
    assert_int_equal(look(d, 100).late, 1);
    dose_free(d);
}

/* --- hostile --- */

static void few_hours(void **state)
{
    struct dose *d = new_of(DOSE_OF_AIR);
    struct dose_view v = look(d, 0);

    (void)state;
    assert_true(v.from_us == v.at_us && isnan(v.rh) && isnan(v.celsius));
    near_to(v.watched_share, 0, 0);
    feed(d, DOSE_RH, 0, 20, 97);
    assert_true(isnan(look(d, 1).rh)); /* still open */
    feed(d, DOSE_RH, 1, 21, 96);
    near_to(look(d, 1).rh, 97, 0);
    near_to(look(d, 1).celsius, 20, 0);
    near_to(look(d, 1).history_d, 1.0 / 24, 1e-12);
    assert_true(look(d, 1).from_us == T0 && look(d, 1).at_us == T0 + HOUR);
    dose_free(d);
}

static void unusable_values(void **state)
{
    static const double bad[] = {NAN, INFINITY, -INFINITY};
    struct dose *d = new_of(DOSE_OF_AIR), *timber = new_of(DOSE_OF_TIMBER);

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_false(dose_add(d, DOSE_CELSIUS, T0, bad[i]));
        assert_false(dose_add(d, DOSE_RH, T0, bad[i]));
        assert_false(dose_add(timber, DOSE_MC, T0, bad[i]));
    }
    assert_false(dose_add(d, DOSE_CELSIUS, T0, 1e300));
    assert_false(dose_add(d, DOSE_MC, T0, 20));
    assert_false(dose_add(d, DOSE_LEAK, T0, 1));
    assert_false(dose_add(d, (enum dose_channel)77, T0, 1));
    assert_false(dose_add(d, DOSE_RH, INT64_MAX, 50));
    assert_false(dose_add(d, DOSE_RH, INT64_MIN, 50));
    assert_false(dose_add(timber, DOSE_MC, T0, -1));
    assert_false(dose_add(timber, DOSE_MC, T0, 301));
    feed_hours(d, DOSE_RH, 0, 500, 20, 140);
    near_to(look(d, 500).rh, 100, 0);
    dose_free(d);
    dose_free(timber);
}

static void lacking_channels(void **state)
{
    struct dose_pair p = pair_of_basis(DOSE_OF_TIMBER);

    (void)state;
    p.sensor[DOSE_MC] = REGISTRY_NONE;
    assert_null(dose_new(&p));
    p = pair_of_basis(DOSE_OF_LEAK);
    p.sensor[DOSE_LEAK] = REGISTRY_NONE;
    assert_null(dose_new(&p));
    p = pair_of_basis(DOSE_OF_AIR);
    p.decline = NAN;
    assert_null(dose_new(&p));
    dose_free(NULL);
}

/* Leaps over centuries, times before 1970, repeated and wild values: finite and within bounds. */
static void wild_times_and_values(void **state)
{
    struct random chance = random_seeded(8);
    struct dose *d = new_of(DOSE_OF_TIMBER);
    int64_t t = -3000 * (YEAR_H * HOUR) / 100;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        double leap = random_uniform(&chance);

        t += leap < 0.0005 ? (int64_t)(leap * 4000 * YEAR_H * (double)HOUR)
                           : (int64_t)((leap - 0.3) * (double)HOUR);
        dose_add(d, i % 2 ? DOSE_MC : DOSE_CELSIUS, t,
                 i % 2 ? 60 * random_uniform(&chance) : 200 * random_uniform(&chance) - 80);
    }
    for (size_t m = 0; m < DOSE_M_WET; m++) {
        double v = look(d, (t - T0) / HOUR).of[m].value;
        assert_true(isnan(v) || (v >= 0 && isfinite(v)));
    }
    assert_true(look(d, (t - T0) / HOUR).watched_share <= 1);
    dose_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vector_constant_climates),
        cmocka_unit_test(vector_cycling),
        cmocka_unit_test(vector_decay),
        cmocka_unit_test(vector_finnish_roof),
        cmocka_unit_test(exact_hour_mean),
        cmocka_unit_test(exact_short_gap_is_a_straight_line),
        cmocka_unit_test(gap_is_no_drying),
        cmocka_unit_test(silence_lowers_the_share),
        cmocka_unit_test(one_sensor_alone_is_not_watched),
        cmocka_unit_test(late_humidity_is_the_same),
        cmocka_unit_test(too_late_is_counted),
        cmocka_unit_test(few_hours),
        cmocka_unit_test(unusable_values),
        cmocka_unit_test(lacking_channels),
        cmocka_unit_test(wild_times_and_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
