/* Doses of climate and vibrations over restarts: byte for byte what is concluded without one. */
#include "slow_house.h"

#include "shikumen/num/random.h"
#include "slow_again.h"

#define MINUTE_US INT64_C(60000000)

/* Two houses of a row: a room, a beam, a truss with a leak wire; velocity with its frequency; an
 * epoch of each. */
static const char registry[] =
    "{\"district\":{\"id\":\"d\"},\"houses\":["
    "{\"id\":\"H1\",\"lane\":\"L\",\"row\":\"R\",\"protection\":\"city\",\"elements\":["
    "{\"id\":\"H1/beam\",\"kind\":\"beam\"},{\"id\":\"H1/truss\",\"kind\":\"truss\"},"
    "{\"id\":\"H1/all\",\"kind\":\"structure\"}]},"
    "{\"id\":\"H2\",\"lane\":\"L\",\"row\":\"R\",\"elements\":["
    "{\"id\":\"H2/all\",\"kind\":\"structure\"}]}],\"sensors\":["
    "{\"id\":\"t\",\"house\":\"H1\",\"quantity\":\"temperature\",\"medium\":\"indoor\","
    "\"unit\":\"Cel\",\"period_s\":3600},"
    "{\"id\":\"h\",\"house\":\"H1\",\"quantity\":\"humidity\",\"medium\":\"indoor\","
    "\"unit\":\"%RH\",\"period_s\":3600},"
    "{\"id\":\"m\",\"element\":\"H1/beam\",\"quantity\":\"moisture_content\",\"unit\":\"%\","
    "\"period_s\":3600},"
    "{\"id\":\"l\",\"element\":\"H1/truss\",\"quantity\":\"leak\",\"unit\":\"/\","
    "\"period_s\":3600},"
    "{\"id\":\"H1/n/v\",\"node\":\"H1/n\",\"element\":\"H1/all\",\"quantity\":\"velocity\","
    "\"unit\":\"mm/s\",\"period_s\":3600,\"limits\":[{\"level\":4,\"of\":\"event\",\"value\":3,"
    "\"clear\":2,\"unit\":\"mm/s\"}]},"
    "{\"id\":\"H1/n/f\",\"node\":\"H1/n\",\"element\":\"H1/all\",\"quantity\":"
    "\"dominant_frequency\",\"unit\":\"Hz\",\"period_s\":3600},"
    "{\"id\":\"H2/n/v\",\"node\":\"H2/n\",\"element\":\"H2/all\",\"quantity\":\"velocity\","
    "\"unit\":\"mm/s\",\"period_s\":3600}],\"epochs\":["
    "{\"t\":\"2024-10-27T00:00:00Z\",\"scope\":\"H1/beam\",\"kind\":\"repair\"},"  /* day 300 */
    "{\"t\":\"2024-08-08T00:00:00Z\",\"scope\":\"H1/n/v\",\"kind\":\"rezero\"}]}"; /* day 220 */

#define DAYS 430 /* the band of EN 15757 is known after 13 months */

static double summer(double day)
{
    return sin(6.283185307179586 * (day - 110) / 365.25);
}

/* The beam gets wet from day 120 on, the wire now and then, the air in plum rain. */
static void air_of(struct place *p, struct random *chance, int64_t hour)
{
    int64_t t_us = BEGIN + hour * HOUR_US;
    double day = (double)hour / 24, plum = exp(-pow((fmod(day, 365.25) - 180) / 15, 2));
    double wet = day > 120 && day < 300 ? fmin(18, 0.15 * (day - 120)) : 0;

    say(p, "t", t_us, 17 + 10 * summer(day) + random_normal(chance));
    say(p, "h", t_us, 72 + 4 * summer(day) + 20 * plum + 3 * random_normal(chance));
    say(p, "m", t_us, 12.5 + summer(day) + 3 * plum + wet + 0.1 * random_normal(chance));
    say(p, "l", t_us, hour % 500 > 470);
}

/* A doubtful value that was taken and is revised before its day ends. */
static void spoil(struct place *p, int64_t hour)
{
    int64_t t_us = BEGIN + hour * HOUR_US + MINUTE_US;

    say(p, "m", t_us, 80);
    say(p, "H2/n/v", t_us, 30);
    slow_revised(p->slow, sensor_of(p, "m"), t_us);
    slow_revised(p->slow, sensor_of(p, "H2/n/v"), t_us);
}

static void record(struct place *p, int64_t t_us, double mm_s)
{
    uint32_t sensor = sensor_of(p, "H2/n/v");
    struct burst_site site = burst_site(p->r, sensor);
    struct vibration_event e;

    assert_int_equal(burst_event_of_reading(t_us, mm_s, 15, &site, &e), ERR_OK);
    e.duration_s = 2;
    slow_burst(p->slow, sensor, &e);
}

/* Doors all day; piles for some weeks, at the first house as readings, at the second as records. */
static void shake(struct place *p, struct random *chance, int64_t hour)
{
    int64_t t_us = BEGIN + hour * HOUR_US, day = hour / 24, local_h = (hour + 8) % 24;
    bool works = ((day >= 40 && day < 70) || (day >= 210 && day < 240)) && day % 7 != 6 &&
                 local_h >= 8 && local_h < 16;

    say(p, "H1/n/f", t_us, 20);
    say(p, "H1/n/v", t_us, 0.02 + 0.01 * random_uniform(chance));
    say(p, "H2/n/v", t_us + 1, 0.02 + 0.01 * random_uniform(chance));
    for (int64_t i = 0; i < 8 && works; i++) {
        double mm_s = (day == 50 ? 4.0 : 1.4) * (0.7 + 0.3 * random_uniform(chance));
        int64_t at_us = t_us + (i + 1) * 7 * MINUTE_US;
        say(p, "H1/n/v", at_us, mm_s);
        say(p, "H1/n/f", at_us, 15);
        record(p, at_us, 0.7 * mm_s);
    }
}

/* A day's air that comes a day late. */
static void come_late(struct place *p, int64_t hour)
{
    for (int64_t k = 0; k < 24; k++) {
        say(p, "h", BEGIN + (hour - 30 + k) * HOUR_US + MINUTE_US, 90);
        say(p, "H1/n/v", BEGIN + (hour - 30 + k) * HOUR_US + MINUTE_US, 0.9);
    }
}

/* every: hours between restarts, before and after what is due is concluded; 0: none. */
static struct place *live(int64_t every)
{
    struct place *p = place_of(registry);
    struct random chance = random_seeded(5);

    for (int64_t hour = 0; hour < DAYS * 24; hour++) {
        int64_t t_us = BEGIN + hour * HOUR_US;
        bool cut = every > 0 && hour % every == every - 1;
        air_of(p, &chance, hour);
        shake(p, &chance, hour);
        if (hour % 700 == 650)
            spoil(p, hour);
        if (hour % 900 == 850)
            come_late(p, hour);
        if (cut)
            again_restart(&p->slow, p->r);
        slow_epochs(p->slow, t_us);
        conclude(p, t_us);
        if (cut)
            again_restart(&p->slow, p->r);
    }
    return p;
}

static void expect_same(struct place *a, struct place *b)
{
    assert_false(a->log.failed || b->log.failed);
    assert_string_equal(strbuf_text(&a->log), strbuf_text(&b->log));
    for (uint32_t i = 0; i < a->r->sensor_count; i++) {
        struct finding x[SLOW_CURRENT], y[SLOW_CURRENT];
        size_t n = slow_current(a->slow, i, x);
        assert_int_equal(slow_current(b->slow, i, y), n);
        for (size_t k = 0; k < n; k++) {
            assert_int_equal(x[k].level, y[k].level);
            assert_int_equal(x[k].t_us, y[k].t_us);
            assert_ptr_equal(x[k].limit, y[k].limit);
            assert_string_equal(x[k].derived, y[k].derived);
        }
    }
}

static void cuts_change_nothing(void **state)
{
    static const int64_t every[] = {101, 1103, 24 * 47};
    struct place *a = live(0);

    (void)state;
    assert_non_null(first_of(a, "decay_activation", 3));
    assert_non_null(first_of(a, "works_vibration", 1));
    assert_non_null(strstr(strbuf_text(&a->log), "\"quantity\":\"mould_index\""));
    assert_non_null(strstr(strbuf_text(&a->log), "\"quantity\":\"velocity\""));
    for (size_t i = 0; i < sizeof every / sizeof *every; i++) {
        struct place *b = live(every[i]);
        expect_same(a, b);
        leave(b);
    }
    leave(a);
}

/* --- hostile bytes --- */

static struct again of_a_year(struct place *p)
{
    struct random chance = random_seeded(7);

    for (int64_t hour = 0; hour < 130 * 24 + 11; hour++) {
        air_of(p, &chance, hour);
        shake(p, &chance, hour);
        conclude(p, BEGIN + hour * HOUR_US);
    }
    shake(p, &chance, 50 * 24 + 2); /* a record waits */
    return again_pack(p->slow);
}

static void broken_bytes_are_refused(void **state)
{
    struct place *p = place_of(registry);
    struct random chance = random_seeded(11);
    struct again a = of_a_year(p);
    struct arena arena = {0};

    (void)state;
    for (size_t i = 0; i < a.pieces; i++) {
        struct slow *other = slow_new(p->r);
        for (size_t n = 0; n < a.n[i]; n += n < 300 || a.n[i] - n < 300 ? 1 : 211)
            assert_int_equal(slow_unpack(other, i, AGAIN_KEY, &arena, a.bytes[i], n), ERR_CORRUPT);
        for (int k = 0; k < 100; k++) {
            uint8_t *at = (uint8_t *)a.bytes[i] + random_below(&chance, a.n[i]);
            *at ^= 0x10;
            assert_int_equal(slow_unpack(other, i, AGAIN_KEY, &arena, a.bytes[i], a.n[i]),
                             ERR_CORRUPT);
            *at ^= 0x10;
        }
        slow_free(other);
    }
    arena_free(&arena);
    again_free(&a);
    leave(p);
}

/* The bytes packed within have a checksum of their own, so what is forged is around them. */
static void forged_bytes_do_no_harm(void **state)
{
    struct place *p = place_of(registry);
    struct random chance = random_seeded(13);
    struct again a = of_a_year(p);
    size_t refused = 0;

    (void)state;
    for (int k = 0; k < 400; k++) {
        struct slow *other;
        again_forge(&a, k % 2 ? 1 : random_below(&chance, a.pieces), &chance);
        other = again_try(&a, p->r);
        again_mend(&a);
        refused += other == NULL;
        if (!other)
            continue;
        slow_free(p->slow);
        p->slow = other;
        p->tolds = 0;
        strbuf_clear(&p->log);
        conclude(p, BEGIN + 138 * DAY_US);
    }
    assert_in_range(refused, 40, 360);
    again_free(&a);
    leave(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_change_nothing),
        cmocka_unit_test(broken_bytes_are_refused),
        cmocka_unit_test(forged_bytes_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
