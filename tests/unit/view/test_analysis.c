/* What the slow analysis kept of a sensor, seen as it was concluded; and what stands beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/core/registry_json.h"
#include "shikumen/io/state_db.h"
#include "shikumen/view/analysis.h"
#include "tmpdir.h"

#define T0_US  INT64_C(1704067200000000) /* 2024-01-01T00:00:00Z, a Monday */
#define DAY    INT64_C(86400000000)
#define DIGEST 7

/* --- a house with two cracks that breathe with the temperature of their wall --- */

enum place { CRACK, CRACK_2, T_WALL, PLACES };

static const char registry_text[] =
    "{\"district\":{\"id\":\"d1\"},\"houses\":[{\"id\":\"H0\",\"elements\":["
    "{\"id\":\"H0/wall\",\"kind\":\"wall\"}]}],\"sensors\":["
    "{\"id\":\"H0/n1/c\",\"element\":\"H0/wall\",\"quantity\":\"crack_width\",\"unit\":\"mm\","
    "\"environment\":[\"H0/n1/t\"],\"period_s\":21600,\"limits\":["
    "{\"level\":4,\"of\":\"change\",\"value\":1,\"unit\":\"mm\"}]},"
    "{\"id\":\"H0/n1/c2\",\"element\":\"H0/wall\",\"quantity\":\"crack_width\",\"unit\":\"mm\","
    "\"period_s\":21600},"
    "{\"id\":\"H0/n1/t\",\"house\":\"H0\",\"quantity\":\"temperature\",\"medium\":\"wall\","
    "\"unit\":\"Cel\",\"period_s\":21600}]}";

struct site {
    struct registry *r;
    struct slow *slow;
};

static void take(struct site *s, enum place at, int64_t t_us, double value)
{
    const struct reading r = {.t_us = t_us, .rx_us = t_us, .value = value, .flag = QF_PASS};

    slow_take(s->slow, (uint32_t)at, &r);
}

/* Of unit size, without a pattern that the analysis could find. */
static double noise(int i)
{
    uint32_t x = ((uint32_t)i + 1) * 2654435761U;

    x ^= x >> 15;
    x *= 2246822519U;
    x ^= x >> 13;
    return 2 * ((double)x / UINT32_MAX) - 1;
}

/* So many days, concluded as they end. */
static void run(struct site *s, int days)
{
    const struct slow_sink nobody = {0};
    struct arena arena = {0};

    for (int i = 0; i < 4 * days; i++) {
        int64_t t_us = T0_US + i * (DAY / 4);
        double wall = 16 - 12 * cos(2 * M_PI * i / (4 * 365.0)) + 3 * noise(3 * i);
        take(s, T_WALL, t_us, wall);
        take(s, CRACK, t_us, 2 - 0.01 * wall + 0.005 * noise(3 * i + 1));
        take(s, CRACK_2, t_us, 1 - 0.02 * wall + 0.005 * noise(3 * i + 2));
        while (slow_due(s->slow, t_us))
            assert_int_equal(slow_day(s->slow, &arena, &nobody), ERR_OK);
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static struct site site_new(void)
{
    const struct source_text source = {"r.json", registry_text, strlen(registry_text)};
    struct fault_list faults = {0};
    struct site s;

    assert_int_equal(registry_parse(&source, NULL, 0, &faults, &s.r), ERR_OK);
    s.slow = slow_new(s.r);
    assert_non_null(s.slow);
    return s;
}

static void site_free(struct site *s)
{
    slow_free(s->slow);
    registry_free(s->r);
}

/* --- a desk over what was kept --- */

struct desk_of {
    char *dir;
    struct desk desk;
    struct arena arena;
    struct strbuf out;
};

static struct desk_of open_desk(const struct site *s)
{
    struct desk_of x = {.dir = tmpdir_make("analysis")};

    assert_int_equal(state_open(x.dir, STATE_WRITE, NULL, 0, &x.desk.state), ERR_OK);
    x.desk.registry = s->r;
    x.desk.zone = &zone_utc;
    x.desk.language = DESK_EN;
    return x;
}

static void close_desk(struct desk_of *x)
{
    state_close(x->desk.state);
    arena_free(&x->arena);
    strbuf_free(&x->out);
    tmpdir_remove(x->dir);
}

/* As the assessor keeps it. */
static void keep(const struct site *s, struct state_db *state)
{
    struct arena arena = {0};
    size_t written = 0;

    assert_int_equal(state_begin(state), ERR_OK);
    for (size_t i = 0; i < slow_pieces(s->slow); i++) {
        const char *name = slow_piece_name(s->slow, i, &arena);
        const void *bytes;
        size_t n;
        assert_int_equal(slow_pack(s->slow, i, slow_key(DIGEST), &arena, &bytes, &n), ERR_OK);
        assert_int_equal(state_slow_put(state, name, bytes, n, &written), ERR_OK);
    }
    assert_int_equal(state_commit(state), ERR_OK);
    arena_free(&arena);
}

static void test_seen_as_it_was_concluded(void **state)
{
    struct site s = site_new();
    struct desk_of x = open_desk(&s);
    uint32_t sensor = CRACK;
    struct slow_trace t;
    struct analysis a;

    (void)state;
    x.desk.arena = &x.arena;
    run(&s, 300);
    keep(&s, x.desk.state);
    slow_trace_init(&t, sensor);
    assert_int_equal(slow_trace_take(&t, s.slow), ERR_OK);
    assert_int_equal(analysis_load(&x.desk, DIGEST, sensor, &a), ERR_OK);
    assert_int_equal(a.lack, ANALYSIS_THERE);
    assert_int_equal(a.trace.count, t.count);
    for (size_t i = 0; i < t.count; i++)
        assert_memory_equal(&a.trace.days[i].residual, &t.days[i].residual, sizeof(float));
    assert_int_equal(a.trace.view.at_us, t.view.at_us);
    assert_int_equal(analysis_json(&x.desk, &a, INT64_MIN, INT64_MAX, &x.out), ERR_OK);
    assert_non_null(strstr(strbuf_text(&x.out), "\"lack\":null,\"as_of\":\"2024-10-26T"));
    assert_non_null(strstr(strbuf_text(&x.out), "\"limits\":[\n {\"level\":4,\"of\":\"change\","
                                                "\"value\":1,"));
    assert_non_null(strstr(strbuf_text(&x.out), "\"epochs\":[],\"forecasts\":"));
    analysis_free(&a);
    slow_trace_free(&t);
    close_desk(&x);
    site_free(&s);
}

static size_t count(const char *text, const char *what)
{
    size_t n = 0;

    for (const char *at = strstr(text, what); at; at = strstr(at + 1, what))
        n++;
    return n;
}

static void test_days_of_the_span_alone(void **state)
{
    struct site s = site_new();
    struct desk_of x = open_desk(&s);
    struct analysis a;

    (void)state;
    x.desk.arena = &x.arena;
    run(&s, 120);
    keep(&s, x.desk.state);
    assert_int_equal(analysis_load(&x.desk, DIGEST, CRACK, &a), ERR_OK);
    assert_int_equal(analysis_json(&x.desk, &a, T0_US + 60 * DAY, T0_US + 70 * DAY, &x.out),
                     ERR_OK);
    assert_int_equal(count(strbuf_text(&x.out), "[\"2024-03-"), 10);
    assert_int_equal(count(strbuf_text(&x.out), "[\"2024-"), 10);
    analysis_free(&a);
    close_desk(&x);
    site_free(&s);
}

static void expect_lack(struct desk_of *x, uint64_t digest, uint32_t sensor, const char *lack)
{
    struct analysis a;

    assert_int_equal(analysis_load(&x->desk, digest, sensor, &a), ERR_OK);
    assert_string_equal(analysis_lack_name(a.lack), lack);
    strbuf_clear(&x->out);
    assert_int_equal(analysis_json(&x->desk, &a, INT64_MIN, INT64_MAX, &x->out), ERR_OK);
    assert_non_null(strstr(strbuf_text(&x->out), "\"as_of\":null,\"coverage\":null,\"doubt\":null,"
                                                 "\"model\":null,\"movement\":null,"));
    assert_non_null(strstr(strbuf_text(&x->out), "\"daily\":[],"));
    analysis_free(&a);
}

static void test_why_there_is_none(void **state)
{
    struct site s = site_new();
    struct desk_of x = open_desk(&s);
    struct state_db *db = x.desk.state;
    uint32_t crack = CRACK;

    (void)state;
    x.desk.arena = &x.arena;
    expect_lack(&x, DIGEST, crack, "not_yet");
    x.desk.state = NULL;
    expect_lack(&x, DIGEST, crack, "not_yet");
    x.desk.state = db;
    run(&s, 60);
    keep(&s, db);
    expect_lack(&x, DIGEST, T_WALL, "not_for_it");
    expect_lack(&x, DIGEST + 1, crack, "other");
    close_desk(&x);
    site_free(&s);
}

/* An alert that names the sensor, one that does not, and one that was over before the span. */
static void test_alerts_that_name_it(void **state)
{
    static const char *const bodies[] = {"[\"H0/n1/c\",\"H0/n1/c2\"]", "[\"H0/n1/c2\"]",
                                         "[\"H0/n1/c\"]"};
    struct site s = site_new();
    struct desk_of x = open_desk(&s);
    struct analysis a;
    char body[256];

    (void)state;
    x.desk.arena = &x.arena;
    assert_int_equal(state_begin(x.desk.state), ERR_OK);
    for (int i = 0; i < 3; i++) {
        struct episode e = {.key = i == 0   ? "a"
                                   : i == 1 ? "b"
                                            : "c",
                            .category = CATEGORY_STRUCTURE,
                            .kind = KIND_TREND,
                            .level = i == 2 ? 0 : 3,
                            .peak_level = 3,
                            .step = 1,
                            .opened_us = T0_US,
                            .changed_us = T0_US + DAY,
                            .house = "H0",
                            .element = "H0/wall",
                            .resolved_us = i == 2 ? T0_US + DAY : 0};
        snprintf(e.id, sizeof e.id, "00000000-0000-4000-8000-00000000000%d", i);
        snprintf(body, sizeof body,
                 "{\"id\":\"%s\",\"step\":1,\"event\":\"raised\",\"at\":\"2024-01-01T00:00:00Z\","
                 "\"level\":3,\"sensors\":%s}",
                 e.id, bodies[i]);
        assert_int_equal(state_episode_put(x.desk.state, &e), ERR_OK);
        assert_int_equal(state_step_put(x.desk.state, &e, EVENT_RAISED, T0_US, body, strlen(body)),
                         ERR_OK);
    }
    assert_int_equal(state_commit(x.desk.state), ERR_OK);
    assert_int_equal(analysis_load(&x.desk, DIGEST, CRACK, &a), ERR_OK);
    assert_int_equal(analysis_json(&x.desk, &a, T0_US + 2 * DAY, INT64_MAX, &x.out), ERR_OK);
    assert_non_null(strstr(strbuf_text(&x.out),
                           "\"alerts\":[\n {\"id\":\"00000000-0000-4000-8000-000000000000\","
                           "\"category\":\"structure\",\"kind\":\"trend\",\"level\":3,"
                           "\"peak_level\":3,\"opened\":\"2024-01-01T00:00:00Z\",\"resolved\":null,"
                           "\"steps\":[\n {\"t\":\"2024-01-01T00:00:00Z\",\"level\":3,\"event\":"
                           "\"raised\"}]}]}"));
    analysis_free(&a);
    close_desk(&x);
    site_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seen_as_it_was_concluded),
        cmocka_unit_test(test_days_of_the_span_alone),
        cmocka_unit_test(test_why_there_is_none),
        cmocka_unit_test(test_alerts_that_name_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
