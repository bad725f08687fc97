#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "near.h"
#include "shikumen/base/clock.h"
#include "shikumen/core/ledger.h"
#include "shikumen/num/random.h"

#define AT 1704067200000000 /* 2024-01-01T00:00:00Z */

static struct ledger_entry entry_of(enum outlook_state s, double p30, double p180, double p365)
{
    return (struct ledger_entry){.at_us = AT,
                                 .element = "H001/wall-n",
                                 .sensor = "H001/n1/crack-1",
                                 .quantity = "crack_width",
                                 .limit = 2.5,
                                 .of = LIMIT_CHANGE,
                                 .limit_source = "DG/TJ \"08\" 5.3",
                                 .outlook = {.state = s,
                                             .method = OUTLOOK_FIRST_PASSAGE,
                                             .t05_d = 100,
                                             .t50_d = 200,
                                             .t95_d = 300,
                                             .p30 = p30,
                                             .p180 = p180,
                                             .p365 = p365}};
}

static int64_t after(double days)
{
    return AT + (int64_t)(days * (double)US_PER_DAY);
}

static void exact_line(void **state)
{
    struct ledger_entry e = entry_of(OUTLOOK_DATED, 1.0 / 3, 0.5, 0.9999999);
    struct strbuf out = {0};

    (void)state;
    e.outlook.t95_d = NAN;
    ledger_put_line(&e, &out);
    assert_string_equal(
        strbuf_text(&out),
        "{\"at\":\"2024-01-01T00:00:00Z\",\"element\":\"H001/wall-n\","
        "\"sensor\":\"H001/n1/crack-1\",\"quantity\":\"crack_width\",\"limit\":2.5,"
        "\"limit_source\":\"DG/TJ \\\"08\\\" 5.3\",\"t05\":\"2024-04-10T00:00:00Z\","
        "\"t50\":\"2024-07-19T00:00:00Z\",\"t95\":null,\"p30\":0.333333,\"p180\":0.5,\"p365\":1}"
        "\n");
    strbuf_clear(&out);
    e = entry_of(OUTLOOK_ABSTAINED, NAN, NAN, NAN);
    e.outlook.t05_d = e.outlook.t50_d = NAN;
    e.outlook.t95_d = INFINITY;
    ledger_put_line(&e, &out);
    assert_non_null(strstr(strbuf_text(&out), "\"t05\":null,\"t50\":null,\"t95\":null,\"p30\":null,"
                                              "\"p180\":null,\"p365\":null}"));
    strbuf_free(&out);
}

static void exact_source(void **state)
{
    struct limit limit = {.source = "JGJ 125-2016 5.3", .clause = "5.3"};
    struct strbuf out = {0};

    (void)state;
    ledger_put_source(&limit, &out);
    assert_string_equal(strbuf_text(&out), "JGJ 125-2016 5.3");
    strbuf_clear(&out);
    limit.clause = "table 4";
    ledger_put_source(&limit, &out);
    assert_string_equal(strbuf_text(&out), "JGJ 125-2016 5.3 table 4");
    strbuf_free(&out);
}

/* Crossed on day 170: not within 30, though watched; within 180 and 365. */
static void exact_score_of_a_crossing(void **state)
{
    struct ledger_entry e = entry_of(OUTLOOK_DATED, 0.6, 0.4, 0.8);
    struct ledger_score s = ledger_score(&e, after(170), after(170));

    (void)state;
    assert_int_equal(s.fate[0], LEDGER_FALSE);
    assert_int_equal(s.fate[1], LEDGER_MISS);
    assert_int_equal(s.fate[2], LEDGER_HIT);
    assert_near(s.brier[0], 0.36, 1e-12);
    assert_near(s.brier[1], 0.36, 1e-12);
    assert_near(s.brier[2], 0.04, 1e-12);
    assert_near(s.log_loss[0], -log(0.4), 1e-12);
    assert_near(s.log_loss[1], -log(0.4), 1e-12);
    assert_near(s.log_loss[2], -log(0.8), 1e-12);
    assert_int_equal(s.inside, LEDGER_WITHIN);
    assert_near(s.t50_error_d, -30, 1e-9);
}

static void exact_score_of_none(void **state)
{
    struct ledger_entry e = entry_of(OUTLOOK_DATED, 0.1, 0.2, 0.3);
    struct ledger_score s = ledger_score(&e, LEDGER_NEVER, after(200));

    (void)state;
    assert_int_equal(s.fate[0], LEDGER_QUIET);
    assert_int_equal(s.fate[1], LEDGER_QUIET);
    assert_int_equal(s.fate[2], LEDGER_OPEN);
    assert_true(s.brier[2] == 0 && s.log_loss[2] == 0);
    assert_int_equal(s.inside, LEDGER_DATE_OPEN);
    assert_true(isnan(s.t50_error_d));
    assert_int_equal(ledger_score(&e, LEDGER_NEVER, after(301)).inside, LEDGER_LATE);
    assert_int_equal(ledger_score(&e, after(99), after(99)).inside, LEDGER_EARLY);
    assert_int_equal(ledger_score(&e, after(100), after(100)).inside, LEDGER_WITHIN);
    assert_int_equal(ledger_score(&e, after(301), after(301)).inside, LEDGER_LATE);
    e.outlook.t95_d = NAN;
    assert_int_equal(ledger_score(&e, after(3000), after(3000)).inside, LEDGER_WITHIN);
    assert_int_equal(ledger_score(&e, LEDGER_NEVER, after(3000)).inside, LEDGER_DATE_OPEN);
}

/* What was exceeded, or said nothing, does not make the record look better. */
static void exact_unscored(void **state)
{
    struct ledger_entry e = entry_of(OUTLOOK_EXCEEDED, 1, 1, 1);

    (void)state;
    assert_int_equal(ledger_score(&e, after(-5), after(400)).fate[2], LEDGER_UNSCORED);
    assert_int_equal(ledger_score(&e, after(0), after(400)).fate[0], LEDGER_UNSCORED);
    e = entry_of(OUTLOOK_ABSTAINED, NAN, NAN, NAN);
    assert_int_equal(ledger_score(&e, after(5), after(400)).fate[0], LEDGER_UNSCORED);
    e = entry_of(OUTLOOK_BEYOND, 0.1, 0.1, 0.1);
    assert_int_equal(ledger_score(&e, after(-5), after(400)).fate[0], LEDGER_UNSCORED);
    assert_int_equal(ledger_score(&e, after(5), after(400)).fate[0], LEDGER_MISS);
    assert_int_equal(ledger_score(&e, after(5), after(400)).inside, LEDGER_NOT_DATED);
}

/* The vector of C2: Brier 0.0890625, log loss 0.3115116, skill 0.64375. */
static void vector_figures(void **state)
{
    const double p[] = {.9, .8, .3, .1, .6, .2, .05, .4};
    const bool y[] = {1, 1, 0, 0, 1, 0, 0, 1};
    struct ledger_summary sum = {0};
    struct ledger_figures f;
    struct score_proportion share;

    (void)state;
    assert_true(isnan(ledger_figures(&sum, 0).brier));
    assert_int_equal(ledger_coverage(&sum, &share), ERR_TOO_FEW);
    for (size_t i = 0; i < 8; i++) {
        struct ledger_entry e = entry_of(OUTLOOK_DATED, p[i], p[i], p[i]);
        struct ledger_score s = ledger_score(&e, y[i] ? after(20) : LEDGER_NEVER, after(40));

        ledger_add(&sum, &s);
    }
    f = ledger_figures(&sum, 0);
    assert_int_equal(f.scored, 8);
    assert_int_equal(f.events, 4);
    assert_near(f.brier, 0.0890625, 1e-12);
    assert_near(f.log_loss, 0.3115116, 1e-7);
    assert_near(f.skill, 0.64375, 1e-9);
    assert_near(f.calibration_error, (.1 + .2 + .3 + .1 + .4 + .2 + .05 + .6) / 8, 1e-12);
    assert_int_equal(sum.horizon[0].fate[LEDGER_HIT], 3);
    assert_int_equal(sum.horizon[0].fate[LEDGER_MISS], 1);
    assert_int_equal(sum.horizon[0].fate[LEDGER_QUIET], 4);
    assert_int_equal(sum.horizon[2].fate[LEDGER_OPEN], 4);
    assert_int_equal(sum.errors, 4);
    assert_near(sum.error_d / 4, -180, 1e-9);
    assert_int_equal(sum.early, 4);
    assert_int_equal(ledger_coverage(&sum, &share), ERR_OK);
    assert_true(share.rate == 0 && share.upper > 0.3);
}

/* Outcomes of which half as many come as was said. */
static struct ledger_calibration calibrated(size_t n, uint64_t seed)
{
    static double p[5000];
    static bool y[5000];
    struct random chance = random_seeded(seed);
    struct ledger_calibration c;

    for (size_t i = 0; i < n; i++) {
        p[i] = random_uniform(&chance);
        y[i] = random_uniform(&chance) < p[i] / 2;
    }
    assert_int_equal(ledger_calibrate(p, y, n, &c), ERR_OK);
    return c;
}

static void truth_recalibration(void **state)
{
    struct ledger_calibration c = calibrated(29, 1);
    double last = 0;

    (void)state;
    assert_false(c.corrects);
    assert_true(ledger_recalibrated(&c, 0.37) == 0.37);
    c = calibrated(200, 2);
    assert_true(c.corrects);
    assert_near(ledger_recalibrated(&c, 0.5), 0.36, 0.1); /* half the way on logits */
    c = calibrated(5000, 3);
    assert_true(c.corrects);
    for (double p = 0; p < 1; p += 0.05) {
        double q = ledger_recalibrated(&c, p);

        assert_near(q, p / 2, 0.08);
        assert_true(q >= last && q > 0);
        last = q;
    }
    assert_true(ledger_recalibrated(&c, 1) == 1);
    assert_true(isnan(ledger_recalibrated(&c, NAN)));
}

static void exact_recalibrated_never_falls(void **state)
{
    struct ledger_calibration c[LEDGER_HORIZONS] = {{.corrects = true, .platt = {1, 2}}};
    struct ledger_entry e = entry_of(OUTLOOK_DATED, 0.2, 0.3, 0.9);

    (void)state;
    ledger_recalibrate(c, &e.outlook);
    assert_near(e.outlook.p30, 1 / (1 + exp(-2 - log(0.25))), 1e-12);
    assert_true(e.outlook.p180 == e.outlook.p30);
    assert_true(e.outlook.p365 == 0.9);
    e = entry_of(OUTLOOK_ABSTAINED, NAN, NAN, NAN);
    ledger_recalibrate(c, &e.outlook);
    assert_true(isnan(e.outlook.p30) && isnan(e.outlook.p180) && isnan(e.outlook.p365));
}

static void hostile_calibration(void **state)
{
    double p[400];
    bool y[400] = {0};
    struct ledger_calibration c;

    (void)state;
    assert_int_equal(ledger_calibrate(NULL, NULL, 0, &c), ERR_OK);
    assert_false(c.corrects);
    for (size_t i = 0; i < 400; i++)
        p[i] = 0.4;
    assert_int_equal(ledger_calibrate(p, y, 400, &c), ERR_OK); /* nothing ever came */
    assert_false(c.corrects);
    for (size_t i = 0; i < 400; i += 4)
        y[i] = true;
    assert_int_equal(ledger_calibrate(p, y, 100, &c), ERR_OK); /* no rising curve */
    assert_false(c.corrects);
    for (size_t i = 0; i < 100; i++)
        p[i] = y[i] ? 0.1 : 0.9; /* upside down */
    assert_int_equal(ledger_calibrate(p, y, 100, &c), ERR_OK);
    assert_false(c.corrects);
    p[7] = NAN;
    assert_int_equal(ledger_calibrate(p, y, 100, &c), ERR_NOT_FINITE);
    p[7] = 1.5;
    assert_int_equal(ledger_calibrate(p, y, 100, &c), ERR_RANGE);
}

static void exact_names(void **state)
{
    (void)state;
    assert_string_equal(ledger_fate_name(LEDGER_OPEN), "open");
    assert_string_equal(ledger_fate_name(LEDGER_QUIET), "quiet");
    assert_string_equal(ledger_fate_name(LEDGER_FATES), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_line),
        cmocka_unit_test(exact_source),
        cmocka_unit_test(exact_score_of_a_crossing),
        cmocka_unit_test(exact_score_of_none),
        cmocka_unit_test(exact_unscored),
        cmocka_unit_test(vector_figures),
        cmocka_unit_test(truth_recalibration),
        cmocka_unit_test(exact_recalibrated_never_falls),
        cmocka_unit_test(hostile_calibration),
        cmocka_unit_test(exact_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
