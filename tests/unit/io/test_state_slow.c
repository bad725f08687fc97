/* state.db: forecasts and what came of them, risk of the houses, packed states: what is put comes
 * back, old ones are thinned as promised, and a file of the first version is brought up. */
#include "state_fixture.h"

#include <math.h>
#include <unistd.h>

#include "shikumen/base/clock.h"

/* A Tuesday, 00:00 UTC: 1970-01-06 and whole weeks after it. */
#define TUESDAY (INT64_C(2900) * 7 * US_PER_DAY + 5 * US_PER_DAY)
#define WEEK_US (7 * US_PER_DAY)

static struct state_forecast forecast(const char *sensor, double value, int64_t at_us)
{
    return (struct state_forecast){
        .at_us = at_us,
        .limit = {.element = "H1/wall",
                  .sensor = sensor,
                  .quantity = "crack_width",
                  .of = "change",
                  .value = value,
                  .source = "JGJ 125-2016 4.2.1"},
        .state = "dated",
        .reason = "fine",
        .method = "first_passage",
        .t05_us = at_us + 100 * US_PER_DAY,
        .t50_us = at_us + 200 * US_PER_DAY,
        .t95_us = STATE_UNKNOWN_US,
        .p30 = 0.01,
        .p180 = 0.4,
        .p365 = 0.8,
    };
}

static void put(const struct fixture *f, const char *sensor, double value, int64_t at_us)
{
    struct state_forecast one = forecast(sensor, value, at_us);

    assert_int_equal(state_forecast_put(f->db, &one), ERR_OK);
}

/* --- what comes back --- */

struct seen {
    size_t n;
    struct {
        char sensor[32], source[64], state[16];
        double value, p30, p365;
        int64_t at_us, t05_us, t95_us, baseline_us, reached_us, until_us;
        bool watched;
    } row[200];
};

static enum err see(void *context, const struct state_forecast *f,
                    const struct state_crossing *came)
{
    struct seen *s = context;

    assert_true(s->n < 200);
    snprintf(s->row[s->n].sensor, 32, "%s", f->limit.sensor);
    snprintf(s->row[s->n].source, 64, "%s", f->limit.source);
    snprintf(s->row[s->n].state, 16, "%s", f->state);
    s->row[s->n].value = f->limit.value;
    s->row[s->n].p30 = f->p30;
    s->row[s->n].p365 = f->p365;
    s->row[s->n].at_us = f->at_us;
    s->row[s->n].t05_us = f->t05_us;
    s->row[s->n].t95_us = f->t95_us;
    s->row[s->n].watched = came != NULL;
    if (came) {
        s->row[s->n].baseline_us = came->baseline_us;
        s->row[s->n].reached_us = came->reached_us;
        s->row[s->n].until_us = came->observed_until_us;
    }
    s->n++;
    return ERR_OK;
}

static struct seen look(const struct fixture *f, const struct forecast_filter *filter)
{
    struct seen s = {0};

    assert_int_equal(state_forecast_each(f->db, filter, see, &s), ERR_OK);
    return s;
}

static const struct forecast_filter all = {.since_us = INT64_MIN};

static void a_forecast_comes_back(void **state)
{
    struct fixture *f = *state;
    struct state_forecast one = forecast("H1/n1/crack", 2, T0), unsaid = one;
    struct seen s;

    assert_int_equal(state_forecast_put(f->db, &one), ERR_OK);
    unsaid.limit.value = 5;
    unsaid.state = "abstained";
    unsaid.p30 = unsaid.p180 = unsaid.p365 = (double)NAN;
    unsaid.t05_us = unsaid.t50_us = STATE_UNKNOWN_US;
    assert_int_equal(state_forecast_put(f->db, &unsaid), ERR_OK);
    s = look(f, &all);
    assert_int_equal(s.n, 2);
    assert_string_equal(s.row[0].sensor, "H1/n1/crack");
    assert_string_equal(s.row[0].source, "JGJ 125-2016 4.2.1");
    assert_true(s.row[0].p30 == 0.01 && s.row[0].p365 == 0.8 && s.row[0].value == 2);
    assert_true(s.row[0].t05_us == T0 + 100 * US_PER_DAY);
    assert_true(s.row[0].t95_us == STATE_UNKNOWN_US && !s.row[0].watched);
    assert_string_equal(s.row[1].state, "abstained");
    assert_true(isnan(s.row[1].p30) && isnan(s.row[1].p365));
    assert_true(s.row[1].t05_us == STATE_UNKNOWN_US);
}

static void the_same_time_and_limit_is_one_forecast(void **state)
{
    struct fixture *f = *state;
    struct state_forecast again = forecast("a", 2, T0);
    struct seen s;

    put(f, "a", 2, T0);
    again.p365 = 0.9;
    again.limit.source = "another clause";
    assert_int_equal(state_forecast_put(f->db, &again), ERR_OK);
    s = look(f, &all);
    assert_int_equal(s.n, 1);
    assert_true(s.row[0].p365 == 0.9);
    assert_string_equal(s.row[0].source, "another clause");
}

static void filters(void **state)
{
    struct fixture *f = *state;
    struct state_forecast floor = forecast("c", 2, T0);
    struct seen s;

    for (int day = 0; day < 3; day++) {
        put(f, "b", 5, T0 + day * US_PER_DAY);
        put(f, "a", 5, T0 + day * US_PER_DAY);
        put(f, "a", 2, T0 + day * US_PER_DAY);
    }
    put(f, "a", 9, T0); /* a limit that is no more */
    floor.limit.element = "H1/floor";
    assert_int_equal(state_forecast_put(f->db, &floor), ERR_OK);
    assert_int_equal(look(f, &all).n, 11);
    s = look(f, &(struct forecast_filter){.since_us = INT64_MIN, .latest_only = true});
    assert_int_equal(s.n, 4);
    assert_string_equal(s.row[0].sensor, "c"); /* by element first */
    assert_true(s.row[1].value == 2 && s.row[2].value == 5 && s.row[1].at_us == s.row[2].at_us);
    assert_string_equal(s.row[3].sensor, "b");
    assert_true(s.row[3].at_us == T0 + 2 * US_PER_DAY);
    s = look(f, &(struct forecast_filter){.since_us = T0 + 1, .sensor = "a"});
    assert_int_equal(s.n, 4);
    s = look(f, &(struct forecast_filter){.since_us = INT64_MIN, .element = "H1/floor"});
    assert_int_equal(s.n, 1);
    s = look(f, &(struct forecast_filter){.since_us = INT64_MIN, .element = "H1/f"});
    assert_int_equal(s.n, 0);
}

static enum err stop(void *context, const struct state_forecast *f,
                     const struct state_crossing *came)
{
    (void)f;
    (void)came;
    ++*(int *)context;
    return ERR_CLOSED;
}

static void what_cannot_be_is_refused(void **state)
{
    struct fixture *f = *state;
    struct state_forecast odd = forecast("a", (double)NAN, T0);
    struct state_crossing c = {.observed_until_us = T0, .reached_us = STATE_UNKNOWN_US};
    int calls = 0;

    assert_int_equal(state_forecast_put(f->db, &odd), ERR_RANGE);
    odd.limit.value = HUGE_VAL;
    assert_int_equal(state_crossing_put(f->db, &odd.limit, &c), ERR_RANGE);
    odd = forecast("a", 1, T0);
    odd.state = NULL;
    assert_int_equal(state_forecast_put(f->db, &odd), ERR_RANGE);
    assert_int_equal(look(f, &all).n, 0);
    put(f, "a", 1, T0);
    put(f, "b", 1, T0);
    assert_int_equal(state_forecast_each(f->db, &all, stop, &calls), ERR_CLOSED);
    assert_int_equal(calls, 1);
}

/* --- crossings --- */

static void put_crossing(const struct fixture *f, double value, int64_t baseline_us,
                         int64_t reached_us, int64_t until_us)
{
    struct state_forecast one = forecast("a", value, T0);
    struct state_crossing c = {baseline_us, reached_us, until_us};

    one.limit.source = "of the crossing";
    assert_int_equal(state_crossing_put(f->db, &one.limit, &c), ERR_OK);
}

/* A forecast is scored by the baseline it was made under. */
static void forecasts_meet_what_came(void **state)
{
    struct fixture *f = *state;
    const int64_t renewed = T0 + 50 * US_PER_DAY, now = T0 + 90 * US_PER_DAY;
    struct seen s;

    put(f, "a", 2, T0);
    put(f, "a", 2, T0 + 60 * US_PER_DAY);
    put(f, "a", 5, T0);
    put(f, "b", 2, T0);
    put_crossing(f, 2, T0 - US_PER_DAY, STATE_UNKNOWN_US, T0);
    put_crossing(f, 2, T0 - US_PER_DAY, T0 + 7, renewed); /* known better */
    put_crossing(f, 2, renewed, STATE_UNKNOWN_US, now);
    put_crossing(f, 5, T0 + 1, T0 + 2, now); /* began after that forecast */
    s = look(f, &all);
    assert_int_equal(s.n, 4);
    assert_true(s.row[0].watched && s.row[0].reached_us == T0 + 7);
    assert_true(s.row[0].until_us == renewed && s.row[0].baseline_us == T0 - US_PER_DAY);
    assert_true(s.row[1].watched && s.row[1].reached_us == STATE_UNKNOWN_US);
    assert_true(s.row[1].until_us == now);
    assert_false(s.row[2].watched);
    assert_false(s.row[3].watched);
    assert_string_equal(s.row[0].source, "JGJ 125-2016 4.2.1");
}

struct crossings {
    size_t n;
    double value[8];
    struct state_crossing c[8];
};

static enum err see_crossing(void *context, const struct state_limit *limit,
                             const struct state_crossing *c)
{
    struct crossings *s = context;

    assert_true(s->n < 8);
    assert_string_equal(limit->sensor, "a");
    assert_string_equal(limit->of, "change");
    s->value[s->n] = limit->value;
    s->c[s->n++] = *c;
    return ERR_OK;
}

static void crossings_come_back_in_order(void **state)
{
    struct fixture *f = *state;
    struct crossings s = {0};

    put_crossing(f, 5, T0, STATE_UNKNOWN_US, T0 + 5);
    put_crossing(f, 2, T0 + 3, T0 + 4, T0 + 5);
    put_crossing(f, 2, INT64_MIN + 1, STATE_UNKNOWN_US, T0);
    assert_int_equal(state_crossing_each(f->db, see_crossing, &s), ERR_OK);
    assert_int_equal(s.n, 3);
    assert_true(s.value[0] == 2 && s.c[0].baseline_us == INT64_MIN + 1);
    assert_true(s.c[0].reached_us == STATE_UNKNOWN_US && s.c[1].reached_us == T0 + 4);
    assert_true(s.value[2] == 5 && s.c[2].observed_until_us == T0 + 5);
}

/* --- thinning --- */

/* One a day for six years; put in one go. */
static void put_days(const struct fixture *f, int days)
{
    assert_int_equal(state_begin(f->db), ERR_OK);
    for (int day = 0; day < days; day++)
        put(f, "a", 2, TUESDAY - day * US_PER_DAY);
    assert_int_equal(state_commit(f->db), ERR_OK);
}

static bool stays(int64_t day)
{
    int64_t since_tuesday = TUESDAY / US_PER_DAY - 5 - day;

    if (day <= 14)
        return true;
    return day <= 1827 && since_tuesday % (day <= 26 * 7 ? 7 : 28) == 0;
}

static void old_forecasts_are_thinned(void **state)
{
    struct fixture *f = *state;
    struct seen s, again;
    size_t i;

    put_days(f, 6 * 365);
    assert_int_equal(state_forecast_prune(f->db, TUESDAY), ERR_OK);
    s = look(f, &all);
    assert_in_range(s.n, 15 + 24 + 58, 15 + 24 + 59);
    i = s.n;
    for (int64_t day = 0; day < 6 * 365; day++)
        if (stays(day)) {
            assert_true(i > 0);
            assert_true(s.row[--i].at_us == TUESDAY - day * US_PER_DAY);
        }
    assert_int_equal(i, 0);
    assert_int_equal(state_forecast_prune(f->db, TUESDAY), ERR_OK);
    again = look(f, &all);
    assert_int_equal(again.n, s.n);
    assert_memory_equal(&again, &s, sizeof s);
}

/* Pruned week by week or once at the end: the same stays. */
static void thinning_often_or_late_is_the_same(void **state)
{
    struct fixture *f = *state;
    struct seen often, late;

    for (int week = 80; week >= 0; week--) {
        for (int day = 0; day < 7; day++)
            put(f, "a", 2, TUESDAY - week * WEEK_US - day * US_PER_DAY);
        assert_int_equal(state_forecast_prune(f->db, TUESDAY - week * WEEK_US), ERR_OK);
    }
    often = look(f, &all);
    put_days(f, 81 * 7);
    assert_int_equal(state_forecast_prune(f->db, TUESDAY), ERR_OK);
    late = look(f, &all);
    assert_int_equal(often.n, late.n);
    assert_memory_equal(&often, &late, sizeof late);
}

static void what_nothing_needs_is_forgotten(void **state)
{
    struct fixture *f = *state;
    const int64_t old = TUESDAY - 2300 * US_PER_DAY;

    put(f, "a", 2, old);
    put(f, "a", 5, TUESDAY);
    put_crossing(f, 2, old, STATE_UNKNOWN_US, TUESDAY - 2200 * US_PER_DAY);
    put_crossing(f, 9, old, STATE_UNKNOWN_US, TUESDAY - 2100 * US_PER_DAY);
    assert_int_equal(state_forecast_prune(f->db, TUESDAY), ERR_OK);
    assert_int_equal(count_of(f, "forecast"), 1);
    assert_int_equal(count_of(f, "crossing"), 1);
    assert_int_equal(count_of(f, "foreseen"), 2);
}

/* --- packed states --- */

#define PART 896 /* as they are written */

static size_t put_packed(struct fixture *f, const char *name, const void *bytes, size_t n)
{
    size_t written = 0;

    assert_int_equal(state_slow_put(f->db, name, bytes, n, &written), ERR_OK);
    return written;
}

static void expect_packed(struct fixture *f, const char *name, const void *bytes, size_t n)
{
    struct strbuf got = {0};

    assert_int_equal(state_slow_get(f->db, name, &got), ERR_OK);
    assert_int_equal(got.len, n);
    assert_memory_equal(got.data, bytes, n);
    strbuf_free(&got);
}

static void packed_states(void **state)
{
    static const size_t sizes[] = {1, PART - 1, PART, PART + 1, 2 * PART, 100000, 3 * PART, 5};
    struct fixture *f = *state;
    struct strbuf none = {0};
    unsigned char *big = malloc(100000);

    for (size_t i = 0; i < 100000; i++)
        big[i] = (unsigned char)(i * 7 % 251);
    put_packed(f, "", "w", 1);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        put_packed(f, "b", big, sizes[i]);
        expect_packed(f, "b", big, sizes[i]);
        expect_packed(f, "", "w", 1);
    }
    assert_int_equal(count_of(f, "slow_state"), 2); /* nothing is left of the longer ones */
    put_packed(f, "b", "", 0);
    assert_int_equal(state_slow_get(f->db, "b", &none), ERR_NOTFOUND);
    assert_int_equal(state_slow_clear(f->db), ERR_OK);
    assert_int_equal(state_slow_get(f->db, "", &none), ERR_NOTFOUND);
    strbuf_free(&none);
    free(big);
}

static void what_does_not_differ_is_not_written(void **state)
{
    struct fixture *f = *state;
    unsigned char *big = calloc(1, 10 * PART);

    assert_int_equal(put_packed(f, "b", big, 10 * PART), 10 * PART);
    assert_int_equal(put_packed(f, "b", big, 10 * PART), 0);
    big[3 * PART] = 1;
    big[9 * PART + 5] = 1;
    assert_int_equal(put_packed(f, "b", big, 10 * PART), 2 * PART);
    assert_int_equal(put_packed(f, "b", big, 9 * PART + 6), 6);
    expect_packed(f, "b", big, 9 * PART + 6);
    assert_int_equal(put_packed(f, "c", big, 5), 5);
    free(big);
}

/* --- care --- */

static void expect_fault(struct fixture *f, const char *sql, const char *words)
{
    sqlite3 *raw = raw_open(f);
    struct strbuf faults = {0};

    raw_exec(raw, sql);
    assert_int_equal(state_verify(f->db, &faults), ERR_CORRUPT);
    if (!strstr(strbuf_text(&faults), words))
        fail_msg("after %s: %s", sql, strbuf_text(&faults));
    strbuf_free(&faults);
    sqlite3_close(raw);
}

static void verify_finds_what_cannot_be(void **state)
{
    struct fixture *f = *state;
    sqlite3 *raw;

    put(f, "a", 2, T0);
    put_crossing(f, 2, T0 - 5, STATE_UNKNOWN_US, T0);
    put_risk(f, "H1", T0, 50);
    expect_fault(f, "UPDATE forecast SET p180 = 0.9", "forecast of a");
    expect_fault(f, "UPDATE forecast SET p180 = 0.4, p365 = 1.1", "forecast of a");
    expect_fault(f, "UPDATE forecast SET p365 = 0.8, p30 = -0.1", "forecast of a");
    expect_fault(f, "UPDATE forecast SET p30 = 0.01, t50_us = t05_us - 1", "forecast of a");
    expect_fault(f, "UPDATE forecast SET t50_us = NULL; UPDATE crossing SET reached_us = 5",
                 "crossing of a");
    expect_fault(f, "UPDATE crossing SET reached_us = NULL; UPDATE risk SET score = 101",
                 "risk of H1");
    expect_fault(f, "UPDATE risk SET score = 1, confidence = -0.5", "risk of H1");
    expect_fault(f, "UPDATE risk SET confidence = 1, p180 = 0.001", "risk of H1");
    raw = raw_open(f);
    raw_exec(raw, "UPDATE risk SET p180 = 0.1");
    sqlite3_close(raw);
    put_group(f, "L1", "R1", T0);
    expect_fault(f, "UPDATE risk_group SET coverage = 2", "risk of row L1 R1");
    raw = raw_open(f);
    raw_exec(raw, "UPDATE risk_group SET coverage = 1"); /* teardown verifies */
    sqlite3_close(raw);
}

/* A file of the first version keeps what it has and learns the rest. */
static void files_of_the_first_version_are_migrated(void **state)
{
    struct fixture *f = *state;
    struct episode e = sample(1);
    struct seen s;
    struct state_db *db;
    char why[200];

    put_step(f->db, &e, 3, only_a);
    state_close(f->db);
    make_version(f, 1);
    assert_int_equal(state_open(f->dir, STATE_READ_ONLY, why, sizeof why, &db), ERR_CONFIG);
    assert_non_null(strstr(why, "older"));
    f->db = open_mode(f->dir, STATE_DELIVER);
    put(f, "a", 2, T0);
    put_risk(f, "H1", T0, 5);
    s = look(f, &all);
    assert_int_equal(s.n, 1);
    assert_int_equal(count_of(f, "outbox"), 1);
    assert_int_equal(count_of(f, "step"), 1);
    state_close(f->db);
    f->db = open_mode(f->dir, STATE_WRITE); /* the audit begins with the assessor */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_forecast_comes_back),
        TEST(the_same_time_and_limit_is_one_forecast),
        TEST(filters),
        TEST(what_cannot_be_is_refused),
        TEST(forecasts_meet_what_came),
        TEST(crossings_come_back_in_order),
        TEST(old_forecasts_are_thinned),
        TEST(thinning_often_or_late_is_the_same),
        TEST(what_nothing_needs_is_forgotten),
        TEST(packed_states),
        TEST(what_does_not_differ_is_not_written),
        TEST(verify_finds_what_cannot_be),
        TEST(files_of_the_first_version_are_migrated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
