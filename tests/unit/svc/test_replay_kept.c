/* What a replay leaves in state.db of the forecasts' fates: of derived quantities and of single
 * events too, as of others. */
#include "replay_stage.h"

#include <math.h>

#include "shikumen/io/state_db.h"

struct row {
    char quantity[32], of[16];
    double value;
    struct state_crossing c;
};

struct rows {
    struct row row[64];
    size_t n;
};

static enum err see(void *context, const struct state_limit *l, const struct state_crossing *c)
{
    struct rows *rows = context;
    struct row *r = &rows->row[rows->n++];

    assert_true(rows->n < 64);
    snprintf(r->quantity, sizeof r->quantity, "%s", l->quantity);
    snprintf(r->of, sizeof r->of, "%s", l->of);
    r->value = l->value;
    r->c = *c;
    return ERR_OK;
}

static struct rows crossings_of(const struct stage *g)
{
    struct rows rows = {.n = 0};
    struct state_db *db;
    struct strbuf faults = {0};
    char why[200];

    assert_int_equal(state_open(g->store, STATE_WRITE, why, sizeof why, &db), ERR_OK);
    assert_int_equal(state_crossing_each(db, see, &rows), ERR_OK);
    assert_int_equal(state_verify(db, &faults), ERR_OK);
    state_close(db);
    strbuf_free(&faults);
    return rows;
}

static double day_of(const struct stage *g, int64_t t_us)
{
    return (double)(t_us - g->t0_us) / (double)US_PER_DAY;
}

static void end_replay(struct stage *g)
{
    stage_finish(g);
    replay_close(g->replay);
    g->replay = NULL;
}

#define DAMP                                                                                       \
    "{\"id\":\"H1/n1/rh\",\"node\":\"H1/n1\",\"house\":\"H1\",\"element\":\"H1/wall\","            \
    "\"quantity\":\"humidity\",\"unit\":\"%RH\",\"medium\":\"wall\",\"period_s\":3600},"           \
    "{\"id\":\"H1/n1/t\",\"node\":\"H1/n1\",\"house\":\"H1\",\"element\":\"H1/wall\","             \
    "\"quantity\":\"temperature\",\"unit\":\"Cel\",\"medium\":\"wall\",\"period_s\":3600}"

static const char damp_beam[] =
    "{\"district\":{\"id\":\"d1\"},\"houses\":[{\"id\":\"H1\",\"elements\":[{\"id\":\"H1/wall\","
    "\"kind\":\"beam\",\"material\":\"timber\"}]}],\"sensors\":[" DAMP "]}";

static const struct row *row_of(const struct rows *rows, const char *quantity)
{
    for (size_t i = 0; i < rows->n; i++)
        if (strcmp(rows->row[i].quantity, quantity) == 0)
            return &rows->row[i];
    fail_msg("nothing came of %s", quantity);
    return NULL;
}

/* Dry for two months, then so wet that mould grows and wood rots past their limits. */
static void test_derived_quantities_are_scored(void **state)
{
    static const char *const quantities[] = {"mould_index", "decay_activation", "mass_loss"};
    struct stage g;
    struct rows rows;

    (void)state;
    stage_open(&g, damp_beam, NULL);
    for (int h = 0; h < 200 * 24; h++) {
        double rh = h > 60 * 24 ? 96 : 60;
        take(&g, 0, h * 3600, rh + 0.5 * sin(h * 0.3));
        take(&g, 1, h * 3600, 22 + sin(h * 0.26));
    }
    end_replay(&g);
    rows = crossings_of(&g);
    assert_int_equal(rows.n, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct row *r = row_of(&rows, quantities[i]);
        assert_string_equal(r->of, "value");
        assert_true(r->c.reached_us != STATE_UNKNOWN_US);
        assert_true(day_of(&g, r->c.reached_us) > 60 && day_of(&g, r->c.reached_us) < 160);
    }
    stage_close(&g);
}

/* A repair begins anew: what was reached before it is not held against what is said after it. */
static void test_an_epoch_begins_anew(void **state)
{
    static const char repaired[] =
        REGISTRY(CRACK("c", LIMIT(3, "value", 2, 1.9, "")),
                 "{\"t\":\"2024-06-01T00:00:00Z\",\"scope\":\"H1/wall\",\"kind\":\"repair\"}");
    struct stage g;
    struct rows rows;

    (void)state;
    stage_open(&g, repaired, NULL);
    for (int i = 0; i < 250 * 144; i++)
        take(&g, 0, i * 600, (i < 92 * 144 ? 2.1 : 1) + 0.01 * sin(i * 0.1));
    end_replay(&g);
    rows = crossings_of(&g);
    assert_int_equal(rows.n, 2);
    assert_true(rows.row[0].c.reached_us != STATE_UNKNOWN_US);
    assert_int_equal(day_of(&g, rows.row[1].c.baseline_us), 92);
    assert_true(rows.row[1].c.reached_us == STATE_UNKNOWN_US);
    stage_close(&g);
}

#define SHAKEN                                                                                     \
    "{\"id\":\"H1/n1/ppv\",\"node\":\"H1/n1\",\"house\":\"H1\",\"element\":\"H1/wall\","           \
    "\"quantity\":\"velocity\",\"unit\":\"mm/s\",\"axis\":\"z\",\"period_s\":3600,"                \
    "\"quality\":{\"spike_suspect\":null,\"spike_fail\":null,\"rate_suspect_per_h\":null},"        \
    "\"limits\":[{\"level\":4,\"of\":\"event\",\"value\":3,\"clear\":2,\"unit\":\"mm/s\"}]}"

/* Each forecast meets the first event after it: a baseline begins after each time the limit was
 * passed; of an event between two forecasts the first and the last count. */
static void test_events_are_scored_one_after_another(void **state)
{
    static const int events_d[] = {170, 171, 320};
    struct stage g;
    struct rows rows;

    (void)state;
    stage_open(&g, REGISTRY(SHAKEN, ""), NULL);
    for (int h = 0; h < 480 * 24; h++) {
        double v = 0.05 + 0.02 * sin(h * 0.7);
        if (h % (24 * 5) == 12) /* now and then a heavy lorry */
            v = 0.9 + 0.4 * sin(h);
        for (size_t i = 0; i < 3; i++)
            if (h == events_d[i] * 24 + 10)
                v = 4;
        take(&g, 0, h * 3600, v);
    }
    end_replay(&g);
    rows = crossings_of(&g);
    assert_int_equal(rows.n, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(rows.row[i].of, "event");
    assert_true(fabs(day_of(&g, rows.row[0].c.reached_us) - 171) < 1.5);
    assert_true(fabs(day_of(&g, rows.row[1].c.baseline_us) - 172) < 1.5);
    assert_true(fabs(day_of(&g, rows.row[1].c.reached_us) - 321) < 1.5);
    assert_true(fabs(day_of(&g, rows.row[2].c.baseline_us) - 321) < 1.5);
    assert_true(rows.row[2].c.reached_us == STATE_UNKNOWN_US);
    assert_true(day_of(&g, rows.row[2].c.observed_until_us) > 440);
    stage_close(&g);
}

/* Silence is not quiet: while nobody hears, nothing is said to have been watched. */
static void test_silence_is_not_quiet(void **state)
{
    struct stage g;
    struct rows rows;

    (void)state;
    stage_open(&g, REGISTRY(SHAKEN "," DAMP, ""), NULL);
    for (int h = 0; h < 480 * 24; h++) {
        if (h < 240 * 24)
            take(&g, 0, h * 3600, h % 120 == 12 ? 0.9 + 0.4 * sin(h) : 0.05);
        take(&g, 1, h * 3600, 50);
        take(&g, 2, h * 3600, 15);
    }
    end_replay(&g);
    rows = crossings_of(&g);
    for (size_t i = 0; i < rows.n; i++)
        if (strcmp(rows.row[i].of, "event") == 0)
            assert_true(day_of(&g, rows.row[i].c.observed_until_us) < 275);
    assert_true(rows.n > 0);
    stage_close(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_derived_quantities_are_scored),
        cmocka_unit_test(test_an_epoch_begins_anew),
        cmocka_unit_test(test_events_are_scored_one_after_another),
        cmocka_unit_test(test_silence_is_not_quiet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
