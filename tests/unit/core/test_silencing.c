/* Silences: what they hold back and what they never do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "chance.h"
#include "shikumen/core/silencing.h"

#define SECOND   INT64_C(1000000)
#define HOUR     (3600 * SECOND)
#define DAY      (24 * HOUR)
#define NOW      (1767225600 * SECOND)
#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Two lanes: H1 and H2 of row r1 in lane L1, H3 in lane L2. */
enum { CRACK, TILT, FAR, LOOSE, SENSORS };

struct world {
    struct house houses[3];
    struct element elements[2];
    struct sensor sensors[SENSORS];
    struct registry r;
};

static void make(struct world *w)
{
    *w = (struct world){
        .houses = {{.id = "H1", .lane = "L1", .row = "r1"},
                   {.id = "H2", .lane = "L1", .row = "r1"},
                   {.id = "H3", .lane = "L2", .row = ""}},
        .elements = {{.id = "H1/wall", .house = 0}, {.id = "H2/wall", .house = 1}},
        .sensors = {[CRACK] = {.id = "H1/n1/crack", .house = 0, .element = 0},
                    [TILT] = {.id = "H2/n1/tilt", .house = 1, .element = 1},
                    [FAR] = {.id = "H3/n1/t", .house = 2, .element = REGISTRY_NONE},
                    [LOOSE] = {.id = "x", .house = REGISTRY_NONE, .element = REGISTRY_NONE}}};
    w->r = (struct registry){.district_id = "d1",
                             .houses = w->houses,
                             .house_count = 3,
                             .elements = w->elements,
                             .element_count = 2,
                             .sensors = w->sensors,
                             .sensor_count = SENSORS};
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(strmap_put(&w->r.house_by_id, w->houses[i].id, 2, i), ERR_OK);
    for (uint32_t i = 0; i < 2; i++)
        assert_int_equal(strmap_put(&w->r.element_by_id, w->elements[i].id, 7, i), ERR_OK);
    for (uint32_t i = 0; i < SENSORS; i++)
        assert_int_equal(
            strmap_put(&w->r.sensor_by_id, w->sensors[i].id, strlen(w->sensors[i].id), i), ERR_OK);
}

static int setup(void **state)
{
    static struct world w;

    make(&w);
    *state = &w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;

    strmap_free(&w->r.house_by_id);
    strmap_free(&w->r.element_by_id);
    strmap_free(&w->r.sensor_by_id);
    return 0;
}

static struct silencing of(const char *scope)
{
    return (struct silencing){.row = 1,
                              .scope = scope,
                              .kind = KIND_COUNT,
                              .from_us = NOW - HOUR,
                              .until_us = NOW + HOUR,
                              .by = "a",
                              .reason = "b",
                              .ended_by = ""};
}

static struct silencing_subject about(const uint32_t *sensors, size_t n, int level)
{
    return (struct silencing_subject){.house = "H1",
                                      .element = "H1/wall",
                                      .sensors = sensors,
                                      .sensor_count = n,
                                      .kind = KIND_LIMIT,
                                      .level = level};
}

static bool holds(struct world *w, const struct silencing *s, size_t n,
                  const struct silencing_subject *subject)
{
    return silencing_matches((struct silencings){s, n}, &w->r, subject, NOW);
}

static void a_scope_holds_what_lies_in_it(void **state)
{
    static const struct {
        const char *scope;
        bool crack, tilt, far, loose;
    } cases[] = {
        {"H1/n1/crack", true, false, false, false}, {"H1/wall", true, false, false, false},
        {"H1", true, false, false, false},          {"r1", true, true, false, false},
        {"L1", true, true, false, false},           {"L2", false, false, true, false},
        {"H2/n1/tilt", false, true, false, false},  {"x", false, false, false, true},
        {"d1", false, false, false, false},         {"", false, false, false, false},
        {"H", false, false, false, false},
    };
    struct world *w = *state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct silencing s = of(cases[i].scope);
        const bool wanted[SENSORS] = {cases[i].crack, cases[i].tilt, cases[i].far, cases[i].loose};
        for (uint32_t k = 0; k < SENSORS; k++) {
            struct silencing_subject a = about(&k, 1, LEVEL_ORANGE);
            assert_int_equal(holds(w, &s, 1, &a), wanted[k]);
        }
        assert_int_equal(silencing_scope_known(&w->r, cases[i].scope),
                         wanted[0] || wanted[1] || wanted[2] || wanted[3]);
    }
}

/* An alert of a row is held back only when all its houses are. */
static void every_sensor_must_lie_in_some_scope(void **state)
{
    struct world *w = *state;
    const uint32_t both[] = {CRACK, TILT};
    struct silencing s[] = {of("H1"), of("H2/wall")};
    struct silencing_subject a = about(both, 2, LEVEL_YELLOW);

    assert_false(holds(w, s, 1, &a));
    assert_false(holds(w, s + 1, 1, &a));
    assert_true(holds(w, s, 2, &a));
    s[1].kind = KIND_LEAK;
    assert_false(holds(w, s, 2, &a));
    assert_false(holds(w, s, 0, &a));
}

static void without_sensors_the_house_or_element_counts(void **state)
{
    static const struct {
        const char *scope;
        bool held;
    } cases[] = {{"H1", true},  {"H1/wall", true}, {"L1", true},  {"r1", true},
                 {"H2", false}, {"d1", false},     {"L2", false}, {"H1/n1/crack", false}};
    struct world *w = *state;
    struct silencing_subject a = about(NULL, 0, LEVEL_BLUE), system = {.house = "", .element = ""};

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct silencing s = of(cases[i].scope);
        assert_int_equal(holds(w, &s, 1, &a), cases[i].held);
        assert_false(holds(w, &s, 1, &system));
    }
}

static void kinds_and_times_limit_it(void **state)
{
    struct world *w = *state;
    const uint32_t crack = CRACK;
    struct silencing_subject a = about(&crack, 1, LEVEL_ORANGE);
    struct silencing s = of("H1");

    s.kind = KIND_VIBRATION;
    assert_false(holds(w, &s, 1, &a));
    a.kind = KIND_VIBRATION;
    assert_true(holds(w, &s, 1, &a));
    s.from_us = NOW;
    assert_true(holds(w, &s, 1, &a));
    s.from_us = NOW + 1;
    assert_false(holds(w, &s, 1, &a));
    s = of("H1");
    s.until_us = NOW + 1;
    assert_true(holds(w, &s, 1, &a));
    s.until_us = NOW;
    assert_false(holds(w, &s, 1, &a));
    s = of("H1");
    s.ended_us = NOW - 1;
    assert_false(holds(w, &s, 1, &a));
}

/* The promise: whatever the silences, red passes. */
static void red_is_never_held_back(void **state)
{
    static const char *const scopes[] = {"H1", "H2",      "H3",          "L1", "L2", "r1",
                                         "d1", "H1/wall", "H1/n1/crack", "x",  ""};
    struct world *w = *state;
    struct chance chance = {7};
    int held = 0;

    for (int i = 0; i < 20000; i++) {
        struct silencing s[6];
        uint32_t sensors[3];
        size_t n = chance_below(&chance, 7), count = chance_below(&chance, 4);
        for (size_t k = 0; k < n; k++) {
            s[k] = of(scopes[chance_below(&chance, COUNT(scopes))]);
            s[k].from_us = NOW + ((int64_t)chance_below(&chance, 5) - 3) * HOUR;
            if (chance_below(&chance, 3) == 0)
                s[k].kind = (enum alert_kind)chance_below(&chance, KIND_COUNT);
        }
        for (size_t k = 0; k < count; k++)
            sensors[k] = (uint32_t)chance_below(&chance, SENSORS + 1); /* one that is none */
        struct silencing_subject a = about(sensors, count, LEVEL_RED);
        a.kind = (enum alert_kind)chance_below(&chance, KIND_COUNT);
        assert_false(holds(w, s, n, &a));
        a.level = LEVEL_RED + 1;
        assert_false(holds(w, s, n, &a));
        a.level = LEVEL_ORANGE;
        held += holds(w, s, n, &a);
    }
    assert_true(held > 1000);
}

static void the_end_is_told_a_day_before_or_halfway(void **state)
{
    struct silencing s = of("H1");

    (void)state;
    s.from_us = NOW;
    s.until_us = NOW + 10 * DAY;
    assert_int_equal(silencing_reminder_us(&s), NOW + 9 * DAY);
    s.until_us = NOW + 2 * DAY;
    assert_int_equal(silencing_reminder_us(&s), NOW + DAY);
    s.until_us = NOW + 4 * HOUR;
    assert_int_equal(silencing_reminder_us(&s), NOW + 2 * HOUR);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_scope_holds_what_lies_in_it),
        T(every_sensor_must_lie_in_some_scope),
        T(without_sensors_the_house_or_element_counts),
        T(kinds_and_times_limit_it),
        T(red_is_never_held_back),
        T(the_end_is_told_a_day_before_or_halfway),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
