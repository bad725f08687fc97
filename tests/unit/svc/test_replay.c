/* The replay: what it concludes and when, that nothing but its input has a say, epochs in force at
 * their time and not before. */
#include "replay_stage.h"

#include <math.h>

#include "shikumen/io/readings_query.h"
#include "shikumen/io/state_db.h"

#define WALL "limit|H1/wall|crack_width"

static const char one_crack[] = REGISTRY(CRACK("c", LIMIT(2, "value", 5, 4, "")), "");

static void test_a_step_has_the_time_of_the_next_minute(void **state)
{
    struct stage g;

    (void)state;
    stage_open(&g, one_crack, NULL);
    take(&g, 0, 0, 1);
    take(&g, 0, 600, 6); /* arrives at 602 */
    take(&g, 0, 1200, 6);
    take(&g, 0, 1798, 1); /* arrives at 1800: the round of 1800 comes before it */
    stage_finish(&g);
    assert_int_equal(g.count, 2);
    expect_step(&g, 0, WALL, EVENT_RAISED, 2, 660);
    expect_step(&g, 1, WALL, EVENT_RESOLVED, 0, 1860);
    stage_close(&g);
}

static void test_persistence_runs_in_event_time(void **state)
{
    struct stage g;

    (void)state;
    stage_open(&g, REGISTRY(CRACK("c", LIMIT(2, "value", 5, 4, ",\"persist_s\":3600")), ""), NULL);
    for (int s = 0; s <= 3600; s += 600)
        take_late(&g, 0, s, 6, 7200); /* all at once, from a buffer */
    stage_finish(&g);
    assert_int_equal(g.count, 1);
    expect_step(&g, 0, WALL, EVENT_RAISED, 2, 7260);
    stage_close(&g);
}

static void test_late_readings_are_judged_in_their_place(void **state)
{
    struct stage g;

    (void)state;
    stage_open(&g, REGISTRY(CRACK("c", LIMIT(2, "value", 5, 4, ",\"persist_s\":3600")), ""), NULL);
    for (int s = 0; s <= 3600; s += 600)
        take(&g, 0, s, 6);
    take_late(&g, 0, 1500, 1, 4000); /* it had not been so all the time */
    stage_finish(&g);
    assert_int_equal(g.count, 2);
    expect_step(&g, 0, WALL, EVENT_RAISED, 2, 3660);
    expect_step(&g, 1, WALL, EVENT_RESOLVED, 0, 4020);
    stage_close(&g);
}

static void test_silence_at_its_time(void **state)
{
    struct stage g;
    int s;

    (void)state;
    stage_open(&g, REGISTRY(CRACK("c", LIMIT(2, "value", 5, 4, "")) "," CRACK("e", ""), ""), NULL);
    for (s = 0; s <= 6000; s += 600) {
        take(&g, 0, s, 1);
        take(&g, 1, s, 1);
    }
    take(&g, 0, 20000, 1);
    stage_finish(&g);
    assert_int_equal(g.count, 2);
    /* five periods after 6002 */
    expect_step(&g, 0, "silence|H1/n1", EVENT_RAISED, 2, 9060);
    expect_step(&g, 1, "silence|H1/n1", EVENT_EASED, 1, 20040);
    stage_close(&g);
}

/* One sensor of two speaks for an hour in three: told twice more, and then it
 * ends only after a day without a pause. */
static void test_silence_by_fits_and_starts(void **state)
{
    struct stage g;
    const int64_t day = 86400;

    (void)state;
    stage_open(&g, REGISTRY(CRACK("c", "") "," CRACK("e", ""), ""), NULL);
    for (int64_t s = 0; s <= 4 * day; s += 600) {
        take(&g, 0, (int)s, 1);
        if (s >= 2 * day || s % 10800 < 3600)
            take(&g, 1, (int)s, 1);
    }
    stage_finish(&g);
    assert_int_equal(g.count, 6); /* back twice, then it is held */
    expect_step(&g, 0, "silence|H1/n1", EVENT_RAISED, 1, 6120);
    expect_step(&g, 1, "silence|H1/n1", EVENT_RESOLVED, 0, 10860);
    expect_step(&g, 2, "silence|H1/n1", EVENT_REOPENED, 1, 16920);
    expect_step(&g, 4, "silence|H1/n1", EVENT_REOPENED, 1, 27720);
    assert_int_equal(g.step[5].event, EVENT_RESOLVED);
    assert_in_range((g.step[5].at_us - g.t0_us) / US_PER_S, 3 * day, 3 * day + 7200);
    stage_close(&g);
}

static void send(struct stage *g, const char *topic, const char *payload, int64_t rx)
{
    assert_int_equal(
        replay_message(g->replay, topic, payload, strlen(payload), g->t0_us + rx * US_PER_S),
        ERR_OK);
}

static void test_a_last_will_is_heeded(void **state)
{
    struct stage g;

    (void)state;
    stage_open(&g, one_crack, NULL);
    take(&g, 0, 0, 1);
    send(&g, "shikumen/v1/H1/n1/status", "{\"state\":\"offline\"}", 130);
    send(&g, "shikumen/v1/H1/n1/status", "{\"state\":\"online\"}", 400);
    take(&g, 0, 600, 1);
    stage_finish(&g);
    assert_int_equal(g.count, 2);
    expect_step(&g, 0, "silence|H1/n1", EVENT_RAISED, 2, 180);
    expect_step(&g, 1, "silence|H1/n1", EVENT_RESOLVED, 0, 420);
    stage_close(&g);
}

#define SHAKEN                                                                                     \
    "{\"id\":\"H1/n1/ppv\",\"node\":\"H1/n1\",\"house\":\"H1\",\"element\":\"H1/wall\","           \
    "\"quantity\":\"velocity\",\"unit\":\"mm/s\",\"axis\":\"z\",\"period_s\":600,\"limits\":[{"    \
    "\"level\":3,\"of\":\"event\",\"value\":1,\"unit\":\"mm/"                                      \
    "s\",\"source\":\"survey\",\"clause\":\"7\","                                                  \
    "\"mark\":\"J\",\"curve\":[[1,3],[10,3],[50,8]]}]},"                                           \
    "{\"id\":\"H1/n1/hz\",\"node\":\"H1/"                                                          \
    "n1\",\"house\":\"H1\",\"quantity\":\"dominant_frequency\","                                   \
    "\"unit\":\"Hz\",\"axis\":\"z\",\"period_s\":600}"

/* 5 mm/s is too much at 5 Hz, and for want of a frequency; not at 50 Hz. */
static void test_an_event_waits_for_its_frequency(void **state)
{
    static const struct {
        double hz; /* 0: none comes */
        int64_t rx;
        int steps;
    } cases[] = {{0, 0, 1}, {5, 1, 1}, {50, 1, 0}, {50, 0, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stage g;
        stage_open(&g, REGISTRY(SHAKEN, ""), NULL);
        take_late(&g, 0, 0, 0.1, 0);
        take_late(&g, 0, 600, 5, 602);
        if (cases[i].hz > 0)
            take_late(&g, 1, 600, cases[i].hz, 602 + cases[i].rx);
        stage_finish(&g);
        assert_int_equal(g.count, cases[i].steps);
        if (g.count > 0)
            expect_step(&g, 0, "vibration|H1/wall|velocity", EVENT_RAISED, 3, 660);
        stage_close(&g);
    }
}

/* A wall that jumps and then goes on slowly is one matter: one episode, first a step, then a trend.
 */
static void test_a_jump_that_goes_on_is_one_episode(void **state)
{
    struct stage g;
    uint64_t chance = 7;
    bool step = false;
    int raised = 0;

    (void)state;
    stage_open(
        &g,
        REGISTRY(CRACK("c", LIMIT(4, "change", 1, 0.9, "") "," LIMIT(
                                3, "change", 0.5, 0.45, "") "," LIMIT(2, "change", 0.1, 0.09, "")),
                 ""),
        NULL);
    for (int64_t i = 0; i < 400 * 144; i++) {
        double day = (double)i / 144, v = 1 + (day >= 150 ? 0.3 : 0) + 0.002 * fmax(0, day - 200);
        chance = chance * 6364136223846793005U + 1442695040888963407U;
        take(&g, 0, i * 600, v + 0.01 * ((double)(chance >> 40) / 16777216.0 - 0.5));
    }
    stage_finish(&g);
    for (int i = 0; i < g.count; i++) {
        if (strncmp(g.step[i].key, "trend|", 6) != 0)
            continue;
        assert_string_equal(g.step[i].key, "trend|H1/wall|crack_width");
        raised += g.step[i].event == EVENT_RAISED;
        assert_int_not_equal(g.step[i].event, EVENT_RESOLVED);
    }
    step = strstr(strbuf_text(&g.steps), "\"kind\":\"step\"") != NULL;
    assert_true(step);
    assert_int_equal(raised, 1);
    assert_non_null(strstr(strbuf_text(&g.steps), "\"jump\":0.3"));
    assert_non_null(strstr(strbuf_text(&g.steps), "\"kind\":\"trend\",\"level\":3"));
    stage_close(&g);
}

/* --- same input, same bytes --- */

enum how { PLAIN, NUDGED, PACKED };

static double wave(int sensor, int i)
{
    return 3.0 + 3.0 * ((i * 7 + sensor * 3) % 11) / 10.0 + (i % 97 == 5 ? 4.0 : 0.0);
}

/* Two days of four cracks, some readings late, nudged by the clock, or as messages of a node. */
static void run(struct stage *g, enum how how)
{
    static const char registry[] = REGISTRY(
        CRACK("a", LIMIT(2, "value", 5, 4.5, "")) "," CRACK(
            "b",
            LIMIT(
                3, "value", 6, 5,
                ",\"persist_s\":1200")) "," CRACK("c",
                                                  LIMIT(
                                                      1, "rate", 2, 1,
                                                      ",\"window_s\":7200")) "," CRACK("d",
                                                                                       LIMIT(
                                                                                           4,
                                                                                           "value",
                                                                                           9.5, 9,
                                                                                           "")),
        "");

    stage_open(g, registry, NULL);
    for (int i = 0; i < 30; i++) {
        char pack[400];
        int s = 600 * i + (i % 5 == 4 ? -900 : 0), rx = 600 * i + 3, n = 0;
        for (int k = 0; k < 4; k++) {
            if (how == NUDGED)
                assert_int_equal(replay_advance(g->replay, g->t0_us + (rx - 2) * US_PER_S + k),
                                 ERR_OK);
            if (how != PACKED)
                take_late(g, (uint32_t)k, s, wave(k, i), rx);
            n += snprintf(pack + n, sizeof pack - (size_t)n,
                          "%c{\"n\":\"%c\",\"u\":\"mm\",\"t\":%lld,\"v\":%.17g}", k ? ',' : '[',
                          'a' + k, (long long)(g->t0_us / US_PER_S + s), wave(k, i));
        }
        n += snprintf(pack + n, sizeof pack - (size_t)n, "]");
        if (how == PACKED)
            assert_int_equal(replay_message(g->replay, "shikumen/v1/H1/n1/senml", pack, (size_t)n,
                                            g->t0_us + rx * US_PER_S),
                             ERR_OK);
    }
    stage_finish(g);
}

#define OPENED LIMIT(3, "change", 0.4, 0.36, "") "," LIMIT(2, "change", 0.2, 0.18, "")

/* Eleven weeks of two cracks, the first of which opens by 0.015 mm a day from the fourth week on;
 * what comes on some days is two days old. */
static void run_weeks(struct stage *g, enum how how)
{
    static const char registry[] = REGISTRY(CRACK("a", OPENED) "," CRACK("b", OPENED), "");

    stage_open(g, registry, NULL);
    for (int i = 0; i < 77 * 144; i++) {
        char pack[400];
        int late = i / 144 % 20 == 10 ? 2 * 86400 - 300 : 0, rx = 600 * i + 3;
        double opened = i > 25 * 144 ? 0.015 * (i / 144.0 - 25) : 0;
        double a = 1 + opened + 0.02 * sin(12.9898 * i), b = 2 + 0.02 * sin(78.233 * i);
        if (how == NUDGED)
            assert_int_equal(replay_advance(g->replay, g->t0_us + (rx - 2) * US_PER_S), ERR_OK);
        if (how != PACKED) {
            take_late(g, 0, 600 * i - late, a, rx);
            take_late(g, 1, 600 * i - late, b, rx);
            continue;
        }
        long long t_s = (long long)(g->t0_us / US_PER_S + 600 * i - late);
        int n = snprintf(pack, sizeof pack,
                         "[{\"n\":\"a\",\"u\":\"mm\",\"t\":%lld,\"v\":%.17g},"
                         "{\"n\":\"b\",\"u\":\"mm\",\"t\":%lld,\"v\":%.17g}]",
                         t_s, a, t_s, b);
        assert_int_equal(replay_message(g->replay, "shikumen/v1/H1/n1/senml", pack, (size_t)n,
                                        g->t0_us + rx * US_PER_S),
                         ERR_OK);
    }
    stage_finish(g);
}

static void expect_same_of(void (*one)(struct stage *g, enum how how), enum how how, int least)
{
    struct stage a, b;

    one(&a, PLAIN);
    one(&b, how);
    assert_true(a.count >= least && a.count < 64);
    assert_string_equal(strbuf_text(&a.steps), strbuf_text(&b.steps));
    assert_int_equal(replay_counts(a.replay).stored, replay_counts(b.replay).stored);
    stage_close(&a);
    stage_close(&b);
}

static void expect_same(enum how how)
{
    expect_same_of(run, how, 11);
    expect_same_of(run_weeks, how, 1);
}

static void test_a_crack_that_opens_is_told_by_the_day(void **state)
{
    struct stage g;

    (void)state;
    run_weeks(&g, PLAIN);
    assert_true(g.count >= 1);
    for (int i = 0; i < g.count; i++) {
        assert_string_equal(g.step[i].key, "trend|H1/wall|crack_width");
        if (g.step[i].event != EVENT_ACKNOWLEDGED)
            assert_int_equal((g.step[i].at_us - g.t0_us) / US_PER_S % 86400, 6 * 3600);
    }
    assert_int_equal(g.step[g.count - 1].level, 3);
    assert_null(strstr(strbuf_text(&g.steps), "H1/n1/b"));
    stage_close(&g);
}

static void test_same_input_same_bytes(void **state)
{
    (void)state;
    expect_same(PLAIN);
}

static void test_the_clock_may_be_advanced_at_any_time(void **state)
{
    (void)state;
    expect_same(NUDGED);
}

static void test_messages_and_readings_come_to_the_same(void **state)
{
    (void)state;
    expect_same(PACKED);
}

static void test_ids_differ_within_a_run(void **state)
{
    struct stage g;
    char *first, *second;

    (void)state;
    stage_open(&g,
               REGISTRY(CRACK("c", LIMIT(2, "value", 5, 4, "")) "," CRACK(
                            "e", LIMIT(2, "value", 7, 6, "")),
                        ""),
               NULL);
    take(&g, 0, 0, 6);
    for (int i = 1; i <= 3; i++)
        take(&g, 1, i * 600, 1);
    take(&g, 1, 2400, 8);
    take(&g, 0, 999999, 1);
    stage_finish(&g);
    assert_true(g.count >= 2);
    first = strstr(strbuf_text(&g.steps), "\"id\":\"");
    second = strstr(strchr(strbuf_text(&g.steps), '\n'), "\"id\":\"");
    assert_non_null(first);
    assert_non_null(second);
    assert_memory_not_equal(first, second, 40);
    stage_close(&g);
}

/* --- epochs --- */

#define EPOCH(kind, t) "{\"t\":\"" t "\",\"scope\":\"H1\",\"kind\":\"" kind "\"}"

/* A crack gauge read 1 mm, is set anew at noon and reads 9 mm from then on. */
static void set_anew(struct stage *g)
{
    for (int s = 0; s < 43200; s += 600)
        take(g, 0, s, 1);
    for (int s = 43200; s < 86400; s += 600)
        take(g, 0, s, 9);
    stage_finish(g);
}

/* The same over sixty days, set anew after thirty. */
static void set_anew_for_long(struct stage *g)
{
    for (int i = 0; i < 60 * 144; i++)
        take(g, 0, 600 * i, (i < 30 * 144 ? 1 : 9) + 0.02 * sin(12.9898 * i));
    stage_finish(g);
}

static const char changing[] =
    REGISTRY(CRACK("c", LIMIT(2, "rate", 2, 1, ",\"window_s\":86400")), "");
static const char opening[] = REGISTRY(CRACK("c", LIMIT(2, "change", 2, 1, "")), "");
#define RATE  "trend|H1/wall|crack_width"
#define TREND "trend|H1/wall|crack_width"
#define DAY_S 86400

static void test_an_epoch_starts_a_baseline_at_its_time(void **state)
{
    struct stage g;

    (void)state;
    stage_open(&g, changing, NULL);
    set_anew(&g);
    assert_int_equal(g.count, 1); /* nobody said that it was set anew */
    stage_close(&g);
    stage_open(&g, changing, "[" EPOCH("rezero", "2024-03-01T12:00:00Z") "]");
    set_anew(&g);
    assert_int_equal(g.count, 0);
    stage_close(&g);
}

static void test_permanent_change_is_counted_from_the_epoch(void **state)
{
    struct stage g;
    int64_t raised_s;

    (void)state;
    stage_open(&g, opening, NULL);
    set_anew_for_long(&g);
    assert_int_equal(g.count, 1);
    raised_s = (g.step[0].at_us - g.t0_us) / US_PER_S;
    expect_step(&g, 0, TREND, EVENT_RAISED, 2, raised_s);
    assert_int_equal(raised_s % DAY_S, 6 * 3600); /* a day is concluded six hours past its end */
    assert_in_range(raised_s, 31 * DAY_S, 45 * DAY_S);
    stage_close(&g);
    stage_open(&g, opening, "[" EPOCH("rezero", "2024-03-31T00:00:00Z") "]");
    set_anew_for_long(&g);
    assert_int_equal(g.count, 0);
    stage_close(&g);
}

static void test_an_epoch_ends_what_was_held(void **state)
{
    struct stage g;

    (void)state;
    stage_open(&g, changing, "{\"epochs\":[" EPOCH("repair", "2024-03-01T18:00:30Z") "]}");
    set_anew(&g);
    assert_int_equal(g.count, 2);
    expect_step(&g, 0, RATE, EVENT_RAISED, 2, 43260);
    expect_step(&g, 1, RATE, EVENT_RESOLVED, 0, 64830);
    stage_close(&g);
    stage_open(&g, opening, "[" EPOCH("repair", "2024-04-20T18:00:30Z") "]");
    set_anew_for_long(&g);
    assert_int_equal(g.count, 2);
    assert_int_equal(g.step[0].level, 2);
    expect_step(&g, 1, TREND, EVENT_RESOLVED, 0, 50 * DAY_S + 64830);
    stage_close(&g);
}

static void test_epochs_of_the_future_have_no_say(void **state)
{
    struct stage a, b;

    (void)state;
    stage_open(&a, changing, NULL);
    stage_open(&b,
               REGISTRY(CRACK("c", LIMIT(2, "rate", 2, 1, ",\"window_s\":86400")),
                        EPOCH("rezero", "2024-03-02T00:00:00Z")),
               NULL);
    set_anew(&a);
    set_anew(&b);
    assert_int_equal(a.count, 1);
    assert_int_equal(b.count, 1);
    expect_step(&b, 0, RATE, EVENT_RAISED, 2, 43260);
    stage_close(&a);
    stage_close(&b);
    stage_open(&a, opening, NULL);
    stage_open(&b, opening, "[" EPOCH("rezero", "2024-04-30T00:00:00Z") "]");
    set_anew_for_long(&a);
    set_anew_for_long(&b);
    assert_int_equal(a.count, 1);
    assert_int_equal(b.count, 1);
    expect_step(&b, 0, TREND, EVENT_RAISED, 2, (a.step[0].at_us - a.t0_us) / US_PER_S);
    stage_close(&a);
    stage_close(&b);
}

static void test_other_epochs_start_nothing(void **state)
{
    struct stage g;

    (void)state;
    stage_open(&g, changing, "[" EPOCH("excavation", "2024-03-01T12:00:00Z") "]");
    set_anew(&g);
    assert_int_equal(g.count, 1);
    stage_close(&g);
    stage_open(&g, opening, "[" EPOCH("excavation", "2024-03-31T00:00:00Z") "]");
    set_anew_for_long(&g);
    assert_int_equal(g.count, 1);
    stage_close(&g);
}

/* --- the stores it leaves --- */

static void test_the_stores_are_whole(void **state)
{
    struct strbuf faults = {0};
    struct readings_reader *reader;
    struct state_db *db;
    struct stage g;
    int64_t assessed, snapshot;

    (void)state;
    run(&g, PLAIN);
    replay_close(g.replay);
    g.replay = NULL;
    assert_int_equal(reader_open(g.store, NULL, 0, &reader), ERR_OK);
    assert_int_equal(reader_verify(reader, &faults), ERR_OK);
    reader_close(reader);
    assert_int_equal(state_open(g.store, STATE_READ_ONLY, NULL, 0, &db), ERR_OK);
    assert_int_equal(state_verify(db, &faults), ERR_OK);
    assert_int_equal(state_number_get(db, "assessed_seq", 0, &assessed), ERR_OK);
    assert_int_equal(state_number_get(db, "snapshot_seq", 0, &snapshot), ERR_OK);
    assert_true(assessed > 0 && assessed == snapshot);
    state_close(db);
    strbuf_free(&faults);
    stage_close(&g);
}

static void test_nothing_at_all(void **state)
{
    struct stage g;

    (void)state;
    stage_open(&g, one_crack, NULL);
    stage_finish(&g);
    assert_int_equal(g.count, 0);
    assert_true(replay_counts(g.replay).first_us == INT64_MIN);
    stage_close(&g);
}

static void test_what_cannot_be_opened_is_told(void **state)
{
    struct stage g;

    (void)state;
    stage_open(&g, one_crack, NULL);
    g.plan->settings->store.path = "/nonexistent/store";
    assert_int_equal(replay_take(g.replay, 0, g.t0_us, 1.0, g.t0_us), ERR_IO);
    assert_true(*replay_error(g.replay) != '\0');
    stage_close(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_step_has_the_time_of_the_next_minute),
        cmocka_unit_test(test_persistence_runs_in_event_time),
        cmocka_unit_test(test_late_readings_are_judged_in_their_place),
        cmocka_unit_test(test_silence_at_its_time),
        cmocka_unit_test(test_silence_by_fits_and_starts),
        cmocka_unit_test(test_a_last_will_is_heeded),
        cmocka_unit_test(test_an_event_waits_for_its_frequency),
        cmocka_unit_test(test_a_jump_that_goes_on_is_one_episode),
        cmocka_unit_test(test_a_crack_that_opens_is_told_by_the_day),
        cmocka_unit_test(test_same_input_same_bytes),
        cmocka_unit_test(test_the_clock_may_be_advanced_at_any_time),
        cmocka_unit_test(test_messages_and_readings_come_to_the_same),
        cmocka_unit_test(test_ids_differ_within_a_run),
        cmocka_unit_test(test_an_epoch_starts_a_baseline_at_its_time),
        cmocka_unit_test(test_permanent_change_is_counted_from_the_epoch),
        cmocka_unit_test(test_an_epoch_ends_what_was_held),
        cmocka_unit_test(test_epochs_of_the_future_have_no_say),
        cmocka_unit_test(test_other_epochs_start_nothing),
        cmocka_unit_test(test_the_stores_are_whole),
        cmocka_unit_test(test_nothing_at_all),
        cmocka_unit_test(test_what_cannot_be_opened_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
