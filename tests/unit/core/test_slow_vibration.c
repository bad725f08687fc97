/* Vibrations in the slow analysis: piles beside a row are works, told once for the row; trains at
 * night are not; what events come to as risk. */
#include "slow_house.h"

#include <stdio.h>

#include "shikumen/core/derived.h"
#include "shikumen/num/random.h"

/* Houses H0 .. of a row each R0, R0, R1: velocity and its frequency on one node. */
static struct place *row_of(size_t houses, const char *more)
{
    struct strbuf text = {0};
    struct place *p;

    strbuf_puts(&text, "{\"district\":{\"id\":\"d\"},\"houses\":[");
    for (size_t h = 0; h < houses; h++)
        strbuf_printf(&text,
                      "%s{\"id\":\"H%zu\",\"lane\":\"L\",\"row\":\"R%zu\",\"protection\":\"city\","
                      "\"elements\":[{\"id\":\"H%zu/all\",\"kind\":\"structure\"}]}",
                      h ? "," : "", h, h / 2, h);
    strbuf_puts(&text, "],\"sensors\":[");
    for (size_t h = 0; h < houses; h++)
        strbuf_printf(&text,
                      "%s{\"id\":\"H%zu/n/v\",\"node\":\"H%zu/n\",\"element\":\"H%zu/all\","
                      "\"quantity\":\"velocity\",\"unit\":\"mm/s\",\"period_s\":3600,"
                      "\"limits\":[{\"level\":4,\"of\":\"event\",\"value\":3,\"clear\":2,"
                      "\"unit\":\"mm/s\"}]},"
                      "{\"id\":\"H%zu/n/f\",\"node\":\"H%zu/n\",\"element\":\"H%zu/all\","
                      "\"quantity\":\"dominant_frequency\",\"unit\":\"Hz\",\"period_s\":3600}",
                      h ? "," : "", h, h, h, h, h, h);
    strbuf_printf(&text, "]%s}", more);
    assert_false(text.failed);
    p = place_of(strbuf_text(&text));
    strbuf_free(&text);
    return p;
}

/* A peak in mm/s with its frequency, which stands first or last in its message. */
static void shake(struct place *p, size_t house, int64_t t_us, double mm_s, double hz)
{
    char v[16], f[16];

    snprintf(v, sizeof v, "H%zu/n/v", house);
    snprintf(f, sizeof f, "H%zu/n/f", house);
    if (t_us / HOUR_US % 2)
        say(p, f, t_us, hz);
    say(p, v, t_us, mm_s);
    if (!(t_us / HOUR_US % 2))
        say(p, f, t_us, hz);
}

/* Local midnight of a day after the first. */
static int64_t local(int64_t day)
{
    return BEGIN + day * DAY_US - 8 * HOUR_US;
}

/* Every hour a small peak: people, doors. */
static void quiet_day(struct place *p, size_t house, int64_t day, struct random *chance)
{
    for (int64_t h = 0; h < 24; h++)
        shake(p, house, BEGIN + day * DAY_US + h * HOUR_US, 0.02 + 0.01 * random_uniform(chance),
              20);
}

static void piling_day(struct place *p, size_t house, int64_t day, double mm_s,
                       struct random *chance)
{
    for (int64_t i = 0; i < 60 && (day + 8 * 24) % 7 != 6; i++)
        shake(p, house, local(day) + 8 * HOUR_US + i * 8 * 60 * INT64_C(1000000),
              mm_s * (0.7 + 0.3 * random_uniform(chance)), 15);
}

static void metro_day(struct place *p, size_t house, int64_t day, double mm_s,
                      struct random *chance)
{
    for (int64_t i = 0; i < 90; i++)
        shake(p, house, local(day) + 5 * HOUR_US + i * 12 * 60 * INT64_C(1000000),
              mm_s * (0.7 + 0.3 * random_uniform(chance)), 40);
}

typedef void day_fn(struct place *p, size_t house, int64_t day, double mm_s, struct random *chance);

/* days in all; from day from until to each of houses houses is shaken. */
static struct place *live(size_t houses, size_t shaken, int64_t days, int64_t from, int64_t to,
                          double mm_s, day_fn *fn, int64_t batch)
{
    struct place *p = row_of(houses, "");
    struct random chance = random_seeded(9);

    for (int64_t d = 0; d < days; d++) {
        for (size_t h = 0; h < houses; h++) {
            quiet_day(p, h, d, &chance);
            if (h < shaken && d >= from && d < to)
                fn(p, h, d, mm_s, &chance);
        }
        if (d % batch == batch - 1)
            conclude(p, BEGIN + (d + 1) * DAY_US);
    }
    conclude(p, BEGIN + (days + 1) * DAY_US);
    return p;
}

static void piles_are_works_of_the_row(void **state)
{
    struct place *p = live(4, 2, 100, 30, 65, 0.9, piling_day, 1);

    (void)state;
    assert_true(p->tolds >= 4); /* two houses: begun, ended */
    for (size_t i = 0; i < p->tolds; i++) {
        const struct told *t = &p->told[i];
        assert_int_equal(t->f.kind, KIND_CONSTRUCTION);
        assert_string_equal(t->f.derived, DERIVED_WORKS);
        assert_true(t->f.together);
        assert_true(t->f.level <= LEVEL_YELLOW);
        assert_true(p->r->sensors[t->sensor].house < 2); /* the other row is far */
    }
    assert_true(day_of(p->told[0].f.t_us) > 30 && day_of(p->told[0].f.t_us) < 34);
    assert_int_equal(p->told[0].f.level, LEVEL_BLUE);
    assert_int_equal(last_of(p, DERIVED_WORKS)->f.level, LEVEL_NORMAL);
    leave(p);
}

static void strong_works_are_yellow(void **state)
{
    struct place *p = live(1, 1, 50, 30, 45, 2.9, piling_day, 1);
    const struct told *strong = first_of(p, DERIVED_WORKS, LEVEL_YELLOW);

    (void)state;
    assert_non_null(strong);
    assert_false(strong->f.together); /* there is nobody else */
    assert_true(strong->f.value >= 0.8);
    assert_int_equal(strong->f.limit->level, LEVEL_YELLOW);
    leave(p);
}

/* Works at house 0; its sensor dies in the midst of them and is back, all quiet, on day 80. */
static void a_silent_sensor_ends_no_works(void **state)
{
    struct place *p = row_of(2, "");
    struct random chance = random_seeded(10);

    (void)state;
    for (int64_t d = 0; d < 110; d++) {
        bool speaks = d < 45 || d >= 80;
        for (size_t h = 0; h < 2; h++)
            if (h == 1 || speaks)
                quiet_day(p, h, d, &chance);
        if (d >= 30 && d < 45)
            piling_day(p, 0, d, 0.9, &chance);
        conclude(p, BEGIN + (d + 1) * DAY_US);
        if (d >= 45 && d < 90) /* nobody knows that they ended */
            assert_true(last_of(p, DERIVED_WORKS)->f.level > LEVEL_NORMAL);
    }
    assert_int_equal(last_of(p, DERIVED_WORKS)->f.level, LEVEL_NORMAL);
    leave(p);
}

static void trains_are_no_works(void **state)
{
    struct place *p = live(2, 2, 120, 20, 120, 0.25, metro_day, 1);

    (void)state;
    assert_int_equal(p->tolds, 0);
    assert_null(strstr(p->risk, "vibration_over"));
    leave(p);
}

static void batches_do_not_matter(void **state)
{
    struct place *one = live(2, 2, 80, 30, 50, 2.9, piling_day, 1);
    struct place *other = live(2, 2, 80, 30, 50, 2.9, piling_day, 16);

    (void)state;
    assert_true(one->tolds > 0 && one->forecasts > 0);
    assert_string_equal(strbuf_text(&one->log), strbuf_text(&other->log));
    leave(one);
    leave(other);
}

/* Over the limit of 3 mm/s: evidence as long as it is recent, and a chance that it comes again. */
static void an_event_over_its_limit_is_evidence(void **state)
{
    struct place *p = live(1, 1, 130, 118, 119, 4, piling_day, 1);

    (void)state;
    assert_non_null(strstr(p->risk, "vibration_over"));
    assert_null(strstr(p->risk, "vibration_quiet"));
    leave(p);
    p = live(1, 1, 170, 118, 119, 4, piling_day, 1);
    assert_null(strstr(p->risk, "vibration_over"));
    leave(p);
}

static void a_quiet_year_is_evidence(void **state)
{
    struct place *p = live(1, 0, 400, 0, 0, 0, piling_day, 7);

    (void)state;
    assert_non_null(strstr(p->risk, "vibration_quiet"));
    leave(p);
}

/* A record of the same works in place of readings. */
static void records_are_heard(void **state)
{
    struct place *p = row_of(1, "");
    struct random chance = random_seeded(3);
    uint32_t sensor = sensor_of(p, "H0/n/v");
    struct burst_site site = burst_site(p->r, sensor);

    (void)state;
    for (int64_t d = 0; d < 40; d++) {
        quiet_day(p, 0, d, &chance);
        for (int64_t i = 0; i < 60 && d >= 28 && d % 7 != 6; i++) {
            struct vibration_event e;
            int64_t t_us = local(d) + 8 * HOUR_US + i * 8 * 60 * INT64_C(1000000);
            assert_int_equal(burst_event_of_reading(t_us, 0.9, 15, &site, &e), ERR_OK);
            e.duration_s = 2;
            slow_burst(p->slow, sensor, &e);
        }
        conclude(p, BEGIN + (d + 1) * DAY_US);
    }
    conclude(p, BEGIN + 41 * DAY_US);
    assert_non_null(first_of(p, DERIVED_WORKS, LEVEL_BLUE));
    leave(p);
}

static void excavation_is_evidence_while_it_lasts(void **state)
{
    static const char epochs[] = ",\"epochs\":[{\"t\":\"2024-02-01T00:00:00Z\",\"until\":"
                                 "\"2024-03-01T00:00:00Z\",\"scope\":\"R0\",\"kind\":"
                                 "\"excavation\"}]";
    struct place *p = row_of(1, epochs);
    struct random chance = random_seeded(3);
    int worked = 0, idle = 0;

    (void)state;
    for (int64_t d = 0; d < 90; d++) {
        quiet_day(p, 0, d, &chance);
        conclude(p, BEGIN + d * DAY_US + 12 * HOUR_US);
        bool works = strstr(p->risk, "\"evidence\":\"works\"") != NULL;
        worked += works && d >= 38 && d < 60;
        idle += works && (d < 31 || d > 70);
    }
    assert_int_equal(worked, 22);
    assert_int_equal(idle, 0);
    leave(p);
}

static void hostile_values_say_nothing(void **state)
{
    static const double values[] = {NAN, INFINITY, -INFINITY, 1e300, -0.2, 0};

    (void)state;
    for (int n = 0; n < 3; n++) {
        struct place *p = row_of(1, "");
        for (int64_t i = 0; i < n; i++)
            shake(p, 0, BEGIN + i * HOUR_US, 2, 10);
        conclude(p, BEGIN + 20 * DAY_US);
        assert_int_equal(p->tolds, 0);
        leave(p);
    }
    struct place *p = row_of(1, "");
    for (int64_t h = 0; h < 24 * 60; h++)
        shake(p, 0, BEGIN + h * HOUR_US, values[h % 6], values[(h + 3) % 6]);
    conclude(p, BEGIN + 61 * DAY_US);
    assert_int_equal(p->tolds, 0);
    leave(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(piles_are_works_of_the_row),
        cmocka_unit_test(strong_works_are_yellow),
        cmocka_unit_test(a_silent_sensor_ends_no_works),
        cmocka_unit_test(trains_are_no_works),
        cmocka_unit_test(batches_do_not_matter),
        cmocka_unit_test(an_event_over_its_limit_is_evidence),
        cmocka_unit_test(a_quiet_year_is_evidence),
        cmocka_unit_test(records_are_heard),
        cmocka_unit_test(excavation_is_evidence_while_it_lasts),
        cmocka_unit_test(hostile_values_say_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
