/* Climate in the slow analysis: a leak that rots a beam end is told step by step and foretold;
 * the plum rain of a sound house is not worth a word. */
#include "slow_house.h"

#include "shikumen/core/doses.h"
#include "shikumen/num/random.h"

#define HOUSE                                                                                      \
    "{\"district\":{\"id\":\"d\"},\"houses\":[{\"id\":\"H1\",\"lane\":\"L\",\"row\":\"R\","        \
    "\"elements\":[{\"id\":\"H1/beam\",\"kind\":\"beam\"},{\"id\":\"H1/truss\",\"kind\":"          \
    "\"truss\"},{\"id\":\"H1/all\",\"kind\":\"structure\"}]}],\"sensors\":["                       \
    "{\"id\":\"t\",\"house\":\"H1\",\"quantity\":\"temperature\",\"medium\":\"indoor\","           \
    "\"unit\":\"Cel\",\"period_s\":3600},"                                                         \
    "{\"id\":\"h\",\"house\":\"H1\",\"quantity\":\"humidity\",\"medium\":\"indoor\","              \
    "\"unit\":\"%RH\",\"period_s\":3600},"                                                         \
    "{\"id\":\"m\",\"element\":\"H1/beam\",\"quantity\":\"moisture_content\",\"unit\":\"%\","      \
    "\"period_s\":3600},"                                                                          \
    "{\"id\":\"l\",\"element\":\"H1/truss\",\"quantity\":\"leak\",\"unit\":\"/\","                 \
    "\"period_s\":3600}]"
#define SOUND HOUSE "}"
#define REPAIRED(kind)                                                                             \
    HOUSE ",\"epochs\":[{\"t\":\"2025-03-01T00:00:00Z\",\"scope\":\"H1/beam\",\"kind\":\"" kind    \
          "\"}]}"
#define LEAK_DAY   120.0
#define REPAIR_DAY 425.0 /* 2025-03-01 */

/* What a house is like at an hour. */
struct air {
    double celsius, rh, moisture, leak;
};
typedef struct air weather(struct random *chance, double day);

static double summer(double day)
{
    return sin(6.283185307179586 * (day - 110) / 365.25);
}

/* Plum rain from the middle of June on for a month: 88 % in the room, 17 % in the beam. */
static struct air sound(struct random *chance, double day)
{
    double year = fmod(day, 365.25), plum = exp(-pow((year - 180) / 15, 2));

    return (struct air){17 + 10 * summer(day) + random_normal(chance),
                        68 + 4 * summer(day) + 16 * plum + 3 * random_normal(chance),
                        12.5 + summer(day) + 3 * plum + 0.1 * random_normal(chance), 0};
}

static struct air leaking(struct random *chance, double day)
{
    struct air a = sound(chance, day);

    if (day > LEAK_DAY && day < REPAIR_DAY)
        a.moisture += fmin(18, 0.15 * (day - LEAK_DAY));
    return a;
}

/* The truss has no moisture sensor, only a wire that gets wet. */
static struct air dripping(struct random *chance, double day)
{
    struct air a = sound(chance, day);

    a.leak = day > LEAK_DAY && day < LEAK_DAY + 150;
    return a;
}

static struct place *live(const char *text, weather *w, int64_t days, int64_t batch_h)
{
    struct place *p = place_of(text);
    struct random chance = random_seeded(5);

    for (int64_t h = 0; h < days * 24; h++) {
        int64_t t_us = BEGIN + h * HOUR_US;
        struct air a = w(&chance, (double)h / 24);
        say(p, "t", t_us, a.celsius);
        say(p, "h", t_us, a.rh);
        say(p, "m", t_us, a.moisture);
        say(p, "l", t_us, a.leak);
        if (h % batch_h == batch_h - 1) {
            slow_epochs(p->slow, t_us);
            conclude(p, t_us);
        }
    }
    conclude(p, BEGIN + (days + 1) * DAY_US);
    return p;
}

static void a_leak_into_a_beam_end_is_told_until_it_rots(void **state)
{
    struct place *p = live(SOUND, leaking, 400, 1);
    const struct told *attention = first_of(p, "decay_activation", 2);
    const struct told *alarm = first_of(p, "decay_activation", 4);

    (void)state;
    assert_non_null(attention);
    assert_non_null(alarm);
    assert_int_equal(attention->sensor, sensor_of(p, "m"));
    assert_int_equal(attention->f.kind, KIND_MOISTURE);
    assert_true(day_of(attention->f.t_us) > LEAK_DAY);
    assert_true(attention->f.value >= 0.25);
    assert_true(alarm->f.t_us > attention->f.t_us + 7 * DAY_US);
    assert_non_null(first_of(p, "mould_index", 4));
    assert_non_null(first_of(p, "moisture_content", 4)); /* no limits of its own judge it */
    assert_non_null(strstr(p->risk, "wet_timber"));
    assert_non_null(strstr(p->risk, "decay activation"));
    leave(p);
}

static void decay_is_foretold(void **state)
{
    struct place *p = live(SOUND, leaking, 400, 24);
    const struct told *first = first_of(p, "decay_activation", 2);
    const struct told *warning = first_of(p, "decay_activation", 3);

    (void)state;
    assert_non_null(first);
    assert_non_null(first->f.forecast.limit);
    assert_true(first->f.forecast.p365 > 0.5);
    assert_non_null(warning);
    assert_true(warning->f.forecast.p365 > 0.9);
    assert_true(first->f.forecast.p30 <= first->f.forecast.p180);
    assert_true(first->f.forecast.t50_us > first->f.t_us);
    assert_non_null(strstr(strbuf_text(&p->log), "\"quantity\":\"decay_activation\""));
    leave(p);
}

/* The new baseline ends what was held without a word (rules.h); it must not be raised again for
 * the day before. */
static void check_begins_anew(const char *registry)
{
    struct place *p = live(registry, leaking, (int64_t)REPAIR_DAY + 60, 6);
    struct finding now[SLOW_CURRENT];

    assert_int_equal(last_of(p, "decay_activation")->f.level, 4);
    for (size_t i = 0; i < p->tolds; i++)
        assert_true(day_of(p->told[i].f.t_us) < REPAIR_DAY - 1);
    assert_int_equal(slow_current(p->slow, sensor_of(p, "m"), now), 0);
    leave(p);
}

static void a_repair_begins_anew(void **state)
{
    (void)state;
    check_begins_anew(REPAIRED("repair"));
    check_begins_anew(REPAIRED("renovation"));
}

static void a_wet_wire_counts_without_a_moisture_sensor(void **state)
{
    struct place *p = live(SOUND, dripping, 255, 24);
    const struct told *mould = first_of(p, "mould_index", 2);

    (void)state;
    assert_non_null(mould);
    assert_int_equal(mould->sensor, sensor_of(p, "l"));
    assert_true(day_of(mould->f.t_us) > LEAK_DAY);
    assert_non_null(first_of(p, "decay_activation", 3));
    assert_non_null(strstr(p->risk, "\"evidence\":\"leak\""));
    leave(p);
}

static void plum_rain_on_a_sound_house_is_silent(void **state)
{
    struct place *p = live(SOUND, sound, 3 * 365, 24);

    (void)state;
    assert_int_equal(p->tolds, 0);
    assert_true(p->forecasts >= 3 * 3 * 13); /* three targets of three pairs, in 12 weeks once */
    assert_null(strstr(p->risk, "wet_timber"));
    leave(p);
}

static void batches_do_not_matter(void **state)
{
    static const int64_t batch[] = {24, 24 * 17};
    struct place *one = live(REPAIRED("repair"), leaking, 250, 1);

    (void)state;
    assert_true(one->tolds > 0);
    for (size_t i = 0; i < 2; i++) {
        struct place *other = live(REPAIRED("repair"), leaking, 250, batch[i]);
        assert_string_equal(strbuf_text(&one->log), strbuf_text(&other->log));
        leave(other);
    }
    leave(one);
}

/* Eight hours at 60 % that quality control takes back the same day. */
static void revised_readings_do_not_count(void **state)
{
    struct place *p = place_of(SOUND);

    (void)state;
    for (int64_t h = 0; h < 24 * 10; h++) {
        int64_t t_us = BEGIN + h * HOUR_US;
        bool bad = h >= 100 && h < 108;
        say(p, "t", t_us, 20 + 0.5 * (double)(h % 24) / 24);
        say(p, "m", t_us, bad ? 60 : 12 + 0.1 * (double)(h % 7));
        if (bad)
            slow_revised(p->slow, sensor_of(p, "m"), t_us);
    }
    uint32_t sensor;
    int64_t from_us;
    while (slow_stale(p->slow, &sensor, &from_us))
        slow_put(p->slow, sensor, from_us, 12, 6, 6);
    conclude(p, BEGIN + 11 * DAY_US);
    assert_int_equal(p->tolds, 0);
    leave(p);
    p = place_of(SOUND);
    for (int64_t h = 0; h < 24 * 10; h++) {
        say(p, "t", BEGIN + h * HOUR_US, 20 + 0.5 * (double)(h % 24) / 24);
        say(p, "m", BEGIN + h * HOUR_US, h >= 100 && h < 108 ? 60 : 12 + 0.1 * (double)(h % 7));
    }
    conclude(p, BEGIN + 11 * DAY_US);
    assert_non_null(first_of(p, "moisture_content", 4)); /* and so they would have */
    leave(p);
}

static void hostile_values_say_nothing(void **state)
{
    static const double values[] = {NAN, INFINITY, -INFINITY, 1e300, -1e300, 0};
    struct place *p = place_of(SOUND);

    (void)state;
    conclude(p, BEGIN); /* nothing came at all */
    for (int64_t h = 0; h < 24 * 60; h++)
        for (size_t k = 0; k < 3; k++)
            say(p, (const char *const[]){"t", "h", "m"}[k], BEGIN + h * HOUR_US,
                values[(size_t)h % 5 + (k + (size_t)h) % 2]);
    conclude(p, BEGIN + 61 * DAY_US);
    for (size_t i = 0; i < p->tolds; i++)
        assert_true(p->told[i].f.kind == KIND_FAULT);
    leave(p);
    for (int n = 0; n < 3; n++) {
        p = place_of(SOUND);
        for (int i = 0; i < n; i++) {
            say(p, "t", BEGIN + i * HOUR_US, 20);
            say(p, "m", BEGIN + i * HOUR_US, 40);
        }
        conclude(p, BEGIN + 20 * DAY_US);
        assert_int_equal(p->tolds, 0);
        leave(p);
    }
}

static void suspect_readings_do_not_count(void **state)
{
    struct place *p = place_of(SOUND);

    (void)state;
    for (int64_t h = 0; h < 24 * 60; h++) {
        say(p, "t", BEGIN + h * HOUR_US, 20);
        say_flag(p, "m", BEGIN + h * HOUR_US, 60, QF_SUSPECT);
    }
    conclude(p, BEGIN + 61 * DAY_US);
    assert_null(first_of(p, "moisture_content", 1));
    leave(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leak_into_a_beam_end_is_told_until_it_rots),
        cmocka_unit_test(decay_is_foretold),
        cmocka_unit_test(a_repair_begins_anew),
        cmocka_unit_test(a_wet_wire_counts_without_a_moisture_sensor),
        cmocka_unit_test(plum_rain_on_a_sound_house_is_silent),
        cmocka_unit_test(batches_do_not_matter),
        cmocka_unit_test(revised_readings_do_not_count),
        cmocka_unit_test(hostile_values_say_nothing),
        cmocka_unit_test(suspect_readings_do_not_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
