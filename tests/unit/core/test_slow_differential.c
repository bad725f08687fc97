/* Settlement against the least settled point of the house and against the adjoining houses: what
 * is told, when, with which number; and what is no differential movement. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shikumen/base/strbuf.h"
#include "shikumen/core/registry_json.h"
#include "shikumen/core/slow.h"
#include "shikumen/num/random.h"
#include "zones.h"

#define T0_US   INT64_C(1704067200000000) /* 2024-01-01T00:00:00Z, a Monday */
#define DAY     INT64_C(86400000000)
#define PER_DAY 4
#define NOISE   0.05
#define TOLD    64
#define START_D 364 /* days of tests begin after a still year, on a Monday */

/* Points a and b of H1, c of H2 (on its left), d of H3 (on its right), e and f of H4, far away. */
enum point { A, B, C, D, E, F, POINTS };

/* How a point moves: at rest, then slope a day between two days, and half of that back from a third
 * on until 60 % are taken back (0: never); first and last day it reports. */
struct course {
    double from_d, to_d, slope, back_d, first_d, last_d;
};

struct row {
    struct registry *r;
    struct slow *slow;
    struct arena arena;
    struct random chance;
    struct course course[POINTS];
    struct {
        uint32_t sensor;
        struct finding f;
    } told[TOLD];
    size_t count;
};

/* --- the row --- */

#define LEVEL(level, of, value, clear)                                                             \
    "{\"level\":" #level ",\"of\":\"" of "\",\"value\":" #value ",\"clear\":" #clear               \
    ",\"unit\":\"mm\"}"
#define DIFFERENTIAL                                                                               \
    LEVEL(4, "differential", 8, 7.2)                                                               \
    "," LEVEL(3, "differential", 4, 3.6) "," LEVEL(2, "differential", 1.5, 1.35)

static struct registry *registry_of(const char *adjoining, const char *limits)
{
    static const char house_of[] = "112344";
    struct strbuf text = {0};
    struct fault_list faults = {0};
    struct registry *r;

    strbuf_puts(&text, "{\"district\":{\"id\":\"d1\"},\"houses\":[");
    for (int h = 1; h <= 4; h++)
        strbuf_printf(&text,
                      "%s{\"id\":\"H%d\",\"adjoining\":[%s],\"elements\":[{\"id\":\"H%d/base\","
                      "\"kind\":\"foundation\"}]}",
                      h > 1 ? "," : "", h, h == 1 ? adjoining : "", h);
    strbuf_puts(&text, "],\"sensors\":[");
    for (int i = 0; i < POINTS; i++)
        strbuf_printf(&text,
                      "%s{\"id\":\"H%c/n/%c\",\"element\":\"H%c/base\",\"quantity\":\"settlement\","
                      "\"unit\":\"mm\",\"period_s\":21600,\"limits\":[%s]}",
                      i > 0 ? "," : "", house_of[i], 'a' + i, house_of[i], limits);
    strbuf_puts(&text, "]}");
    const struct source_text source = {"r.json", text.data, text.len};
    if (registry_parse(&source, NULL, 0, &faults, &r) != ERR_OK)
        fault_print(&faults, 2);
    assert_non_null(r);
    strbuf_free(&text);
    fault_list_free(&faults);
    r->zone = &zone_shanghai;
    return r;
}

static struct row *row_with(const char *adjoining, const char *limits)
{
    struct row *w = calloc(1, sizeof *w);

    assert_non_null(w);
    w->r = registry_of(adjoining, limits);
    w->slow = slow_new(w->r);
    w->chance = random_seeded(7);
    assert_non_null(w->slow);
    for (int i = 0; i < POINTS; i++)
        w->course[i] = (struct course){.first_d = -START_D, .last_d = 1e9};
    return w;
}

static struct row *row_new(const char *adjoining)
{
    return row_with(adjoining, DIFFERENTIAL);
}

static void row_free(struct row *w)
{
    slow_free(w->slow);
    registry_free(w->r);
    arena_free(&w->arena);
    free(w);
}

static void settle(struct row *w, enum point p, double from_d, double to_d, double slope)
{
    w->course[p].from_d = from_d;
    w->course[p].to_d = to_d;
    w->course[p].slope = slope;
}

static uint32_t sensor_of(const struct row *w, enum point p)
{
    static const char *const id[] = {"H1/n/a", "H1/n/b", "H2/n/c", "H3/n/d", "H4/n/e", "H4/n/f"};

    return registry_sensor(w->r, id[p], strlen(id[p]));
}

static enum err hear_finding(void *context, uint32_t sensor, const struct finding *f)
{
    struct row *w = context;

    assert_true(w->count < TOLD);
    w->told[w->count].sensor = sensor;
    w->told[w->count++].f = *f;
    return ERR_OK;
}

static double settled(const struct course *c, double day)
{
    double back_d =
        c->back_d > 0 ? fmin(fmax(0, day - c->back_d) / 2, 0.6 * (c->to_d - c->from_d)) : 0;

    return c->slope * (fmax(0, fmin(day, c->to_d) - c->from_d) - back_d);
}

static void take(struct row *w, uint32_t sensor, int64_t t_us, double value)
{
    struct reading r = {.t_us = t_us, .rx_us = t_us, .value = value, .flag = QF_PASS};

    slow_take(w->slow, sensor, &r);
}

/* Every point starts at a height of its own. */
static void run(struct row *w, int days)
{
    const struct slow_sink sink = {.context = w, .finding = hear_finding};

    for (int i = 0; i < (START_D + days) * PER_DAY; i++) {
        double day = (double)i / PER_DAY - START_D;
        int64_t t_us = T0_US + i * (DAY / PER_DAY);
        for (int p = 0; p < POINTS; p++) {
            const struct course *c = &w->course[p];
            double value = 10 * p + settled(c, day) + NOISE * random_normal(&w->chance);
            if (day >= c->first_d && day < c->last_d)
                take(w, sensor_of(w, (enum point)p), t_us, value);
        }
        while (slow_due(w->slow, t_us)) {
            assert_int_equal(slow_day(w->slow, &w->arena, &sink), ERR_OK);
            arena_reset(&w->arena);
        }
    }
}

/* --- questions --- */

static int worst(const struct row *w, enum point p)
{
    int level = 0;

    for (size_t i = 0; i < w->count; i++)
        if (w->told[i].sensor == sensor_of(w, p) && w->told[i].f.level > level)
            level = w->told[i].f.level;
    return level;
}

static const struct finding *first(const struct row *w, enum point p, int level)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->told[i].sensor == sensor_of(w, p) && w->told[i].f.level >= level)
            return &w->told[i].f;
    return NULL;
}

static struct finding now(const struct row *w, enum point p)
{
    struct finding f[SLOW_CURRENT];

    assert_int_equal(slow_current(w->slow, sensor_of(w, p), f), 1);
    return f[0];
}

static void expect_silence(const struct row *w)
{
    if (w->count > 0)
        fail_msg("told: %s level %d value %g", w->r->sensors[w->told[0].sensor].id,
                 w->told[0].f.level, w->told[0].f.value);
}

/* --- tests --- */

/* 0.04 mm a day from day 100 on: 1.5 mm more than b on day 137.5, 4 on day 200, 8 on day 300. */
static void one_corner_settles(void **state)
{
    static const double day_of_level[] = {0, 0, 137.5, 200, 300};
    struct row *w = row_new("");

    (void)state;
    settle(w, A, 100, 1e9, 0.04);
    run(w, 330);
    assert_int_equal(worst(w, A), 4);
    for (int level = 2; level <= 4; level++) {
        const struct finding *f = first(w, A, level);
        double day = (double)(f->t_us - T0_US) / (double)DAY - START_D;
        assert_int_equal(f->kind, KIND_TREND);
        assert_int_equal(f->level, level);
        assert_int_equal(f->limit->of, LIMIT_DIFFERENTIAL);
        assert_true(f->value - f->error >= f->limit->value);
        assert_true(day > day_of_level[level] && day < day_of_level[level] + 30);
        assert_true(fabs(f->value - 0.04 * (day - 5 - 100)) < 0.3); /* middle of ten days */
    }
    for (int p = B; p < POINTS; p++)
        assert_int_equal(worst(w, (enum point)p), 0);
    row_free(w);
}

/* The number is the difference of the two changes, its error that of both. */
static void changes_are_subtracted_and_errors_combined(void **state)
{
    struct row *w = row_new("");
    struct slow_view a, b;
    struct finding f;

    (void)state;
    settle(w, A, 60, 160, 0.07);
    settle(w, B, 60, 160, 0.02);
    run(w, 7 * 40 + 1); /* ends with a Monday */
    f = now(w, A);
    a = slow_look(w->slow, sensor_of(w, A));
    b = slow_look(w->slow, sensor_of(w, B));
    assert_true(a.moved && b.moved);
    assert_true(fabs(f.value - (a.movement.change - b.movement.change)) < 1e-12);
    assert_true(fabs(f.error - sqrt(a.movement.error * a.movement.error +
                                    b.movement.error * b.movement.error)) < 1e-12);
    assert_true(fabs(f.value - 5) < 0.2);
    assert_true(worst(w, B) == 0);
    row_free(w);
}

/* Both corners alike: within the house nothing differs, to the neighbours it does. */
static void a_house_settles_beside_its_neighbours(void **state)
{
    (void)state;
    for (int adjoins = 0; adjoins < 2; adjoins++) {
        struct row *w = row_new(adjoins ? "\"H2\",\"H3\"" : "");
        settle(w, A, 60, 160, 0.05);
        settle(w, B, 60, 160, 0.05);
        run(w, 7 * 40 + 1);
        if (!adjoins) {
            expect_silence(w);
        } else {
            assert_true(fabs(now(w, A).value - 5) < 0.2 && fabs(now(w, B).value - 5) < 0.2);
            assert_int_equal(worst(w, A), 3);
            assert_int_equal(worst(w, C), 0);
        }
        row_free(w);
    }
}

static void a_row_that_settles_as_one_differs_nowhere(void **state)
{
    struct row *w = row_new("\"H2\",\"H3\"");

    (void)state;
    for (int p = 0; p < POINTS; p++)
        settle(w, (enum point)p, 60, 1e9, 0.06);
    run(w, 300);
    expect_silence(w);
    row_free(w);
}

/* a 9 mm, b 7 mm, neighbours 1 and 4 mm: 2 against b, 6.5 against the mean of both houses; and with
 * b at 1 mm, 8 against b. */
static void the_larger_of_both_counts(void **state)
{
    static const double b_mm[] = {7, 1}, expected[] = {6.5, 8};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct row *w = row_new("\"H2\",\"H3\"");
        settle(w, A, 60, 160, 0.09);
        settle(w, B, 60, 160, b_mm[i] / 100);
        settle(w, C, 60, 160, 0.01);
        settle(w, D, 60, 160, 0.04);
        run(w, 7 * 40 + 1);
        assert_true(fabs(now(w, A).value - expected[i]) < 0.25);
        row_free(w);
    }
}

/* What b did while a settled, before b was there, nobody knows. */
static void counted_from_when_both_are_there(void **state)
{
    struct row *w = row_new("");

    (void)state;
    settle(w, A, 40, 140, 0.06);
    w->course[B].first_d = 170;
    run(w, 400);
    expect_silence(w);
    row_free(w);

    w = row_new("");
    settle(w, A, 40, 1e9, 0.03);
    w->course[B].first_d = 170;
    run(w, 7 * 50 + 1); /* 5.3 mm from day 171, or the middle of b's first month, to day 346 */
    assert_int_equal(worst(w, A), 3);
    assert_true(now(w, A).value > 4.2 && now(w, A).value < 5.3);
    row_free(w);
}

/* b reports no more while both settle on: it is no reference for long. */
static void a_silent_point_is_no_reference(void **state)
{
    struct row *w = row_new("");

    (void)state;
    settle(w, A, 60, 1e9, 0.02);
    settle(w, B, 60, 1e9, 0.02);
    w->course[B].last_d = 150;
    run(w, 400);
    expect_silence(w);
    row_free(w);
}

/* b follows a month later: orange is left once the difference is surely past clear, after days. */
static void left_when_the_other_point_follows(void **state)
{
    struct row *w = row_new("");
    struct finding f[SLOW_CURRENT];
    const struct finding *raised, *last;

    (void)state;
    settle(w, A, 100, 200, 0.05);
    settle(w, B, 250, 350, 0.05);
    run(w, 420);
    raised = first(w, A, 3);
    assert_non_null(raised);
    last = &w->told[w->count - 1].f;
    assert_int_equal(last->level, 0);
    assert_true(last->value + last->error < 1.35);
    assert_int_equal(slow_current(w->slow, sensor_of(w, A), f), 0);
    row_free(w);
}

/* a settles 5 mm and comes back to 2 (a jack, or ground that swells) with b 0.4 mm less all the
 * way: the difference was never near 4 mm, so its low clear does not hold what the change had
 * raised. */
static void each_kind_of_limit_holds_its_own(void **state)
{
    struct row *w = row_with("", LEVEL(3, "change", 4, 3.6) "," LEVEL(3, "differential", 4, 0.1));
    struct finding f[SLOW_CURRENT];

    (void)state;
    settle(w, A, 60, 160, 0.05);
    settle(w, B, 60, 160, 0.046);
    w->course[A].back_d = w->course[B].back_d = 200;
    run(w, 320);
    assert_int_equal(first(w, A, 3)->limit->of, LIMIT_CHANGE);
    assert_int_equal(slow_current(w->slow, sensor_of(w, A), f), 0);
    row_free(w);
}

static void nothing_to_compare_with(void **state)
{
    struct row *w = row_new("");

    (void)state;
    settle(w, C, 60, 1e9, 0.2); /* alone in its house, adjoining none */
    run(w, 200);
    expect_silence(w);
    row_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_corner_settles),
        cmocka_unit_test(changes_are_subtracted_and_errors_combined),
        cmocka_unit_test(a_house_settles_beside_its_neighbours),
        cmocka_unit_test(a_row_that_settles_as_one_differs_nowhere),
        cmocka_unit_test(the_larger_of_both_counts),
        cmocka_unit_test(counted_from_when_both_are_there),
        cmocka_unit_test(a_silent_point_is_no_reference),
        cmocka_unit_test(left_when_the_other_point_follows),
        cmocka_unit_test(each_kind_of_limit_holds_its_own),
        cmocka_unit_test(nothing_to_compare_with),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
