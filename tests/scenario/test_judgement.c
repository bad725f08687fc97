/* The figures of bench_judgement over a history made by hand: what is counted, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "judgement.h"
#include "near.h"
#include "seen_fixture.h"

/* Told of on 2 March, 91 days before the alarm limit of 1 June. At B1 and of a sound house of the
 * damaged row: false; of A1's roof: not about its damage; of a thermometer: none ails. */
#define ALERTS                                                                                     \
    SEEN_ALERTS                                                                                    \
    SEEN_STEP("f", "2021-06-02", "raised",                                                         \
              "\"house\":\"B1\",\"element\":\"B1/wall\",\"sensors\":[\"B1/n1/crack-1\"]",          \
              "structure", "trend", "1", "blue")                                                   \
    SEEN_STEP("f", "2021-06-09", "worsened",                                                       \
              "\"house\":\"B1\",\"element\":\"B1/wall\",\"sensors\":[\"B1/n1/crack-1\"]",          \
              "structure", "trend", "2", "yellow")                                                 \
    SEEN_STEP("f", "2021-06-12", "worsened",                                                       \
              "\"house\":\"B1\",\"element\":\"B1/wall\",\"sensors\":[\"B1/n1/crack-1\"]",          \
              "structure", "trend", "3", "orange")                                                 \
    SEEN_STEP("g", "2021-01-05", "raised",                                                         \
              "\"house\":\"A1\",\"element\":\"A1/wall\",\"sensors\":[\"A1/n1/crack-1\"]",          \
              "structure", "trend", "2", "yellow")                                                 \
    SEEN_STEP("u", "2021-07-02", "raised",                                                         \
              "\"house\":\"A1\",\"element\":\"A1/roof\",\"sensors\":[\"A1/n1/moist-1\"]",          \
              "structure", "moisture", "2", "yellow")                                              \
    SEEN_STEP("i", "2021-09-02", "raised", SEEN_ROOM, "instrument", "fault", "2", "yellow")

#define SENSOR(id, quantity, element, limits)                                                      \
    "{\"id\":\"" id "\",\"quantity\":\"" quantity "\",\"element\":" element ",\"limits\":" limits  \
    "}"
#define REGISTRY                                                                                   \
    "{\"houses\":[{\"id\":\"A1\",\"row\":\"R1\"},{\"id\":\"A2\",\"row\":\"R1\"},"                  \
    "{\"id\":\"A3\",\"row\":\"R1\"},{\"id\":\"B1\",\"row\":\"R2\"}],\"sensors\":[" SENSOR(         \
        "A1/n1/crack-1", "crack_width", "\"A1/wall\"",                                             \
        "\"crack\"") "," SENSOR("A1/n1/crack-2", "crack_width", "\"A1/wall\"",                     \
                                "\"crack\"") "," SENSOR("A2/n1/t-in", "temperature", "null",       \
                                                        "null") "," SENSOR("B1/n1/crack-1",        \
                                                                           "crack_width",          \
                                                                           "\"B1/wall\"",          \
                                                                           "\"crack\"") "]}"

#define FORECAST(day, sensor, quantity, limit, times, p)                                           \
    "{\"at\":\"2021-" day "T00:00:00Z\",\"sensor\":\"" sensor "\",\"quantity\":\"" quantity        \
    "\",\"limit\":" limit ",\"t05\":" times ",\"p30\":" p ",\"p180\":" p ",\"p365\":" p "}\n"
#define DATES(a, b, c)                                                                             \
    "\"2021-" a "T00:00:00Z\",\"t50\":\"2021-" b "T00:00:00Z\",\"t95\":\"2021-" c "T00:00:00Z\""
#define NO_DATES             "null,\"t50\":null,\"t95\":null"
#define CRACK(day, times, p) FORECAST(day, "A1/n1/crack-1", "crack_width", "1", times, p)

#define RISK(day, house, score)                                                                    \
    "{\"at\":\"2021-" day "T00:00:00Z\",\"house\":\"" house "\",\"score\":" score                  \
    ",\"p365\":0.1,\"grey\":false}\n"

/* The crack crosses on 1 June. Before the onset; within; late; early; not dated; exceeded, but not
 * yet; exceeded. Then a sound wall, twice, and what has no truth. */
#define FORECASTS                                                                                  \
    CRACK("01-20", NO_DATES, "0")                                                                  \
    CRACK("02-10", DATES("05-01", "06-11", "08-01"), "0.8")                                        \
    CRACK("02-17", DATES("03-01", "04-01", "05-01"), "0.8")                                        \
    CRACK("02-24", DATES("07-01", "08-01", "09-01"), "0.2")                                        \
    CRACK("03-03", NO_DATES, "0.1")                                                                \
    CRACK("03-10", DATES("03-10", "03-10", "03-10"), "1")                                          \
    CRACK("06-10", DATES("06-10", "06-10", "06-10"), "1")                                          \
    FORECAST("03-03", "B1/n1/crack-1", "crack_width", "1", NO_DATES, "0.1")                        \
    FORECAST("03-03", "B1/n1/crack-1", "crack_width", "1", NO_DATES, "null")                       \
    FORECAST("03-03", "B1/n1/crack-1", "mould_index", "3", NO_DATES, "0.1")

#define RISKS                                                                                      \
    RISK("03-01", "A1", "10")                                                                      \
    RISK("03-01", "A2", "20")                                                                      \
    RISK("03-01", "A3", "10")                                                                      \
    RISK("03-01", "B1", "5")                                                                       \
    RISK("05-30", "A1", "50")                                                                      \
    RISK("06-02", "A2", "90")

static int set_up(void **state)
{
    struct judged_run *r = calloc(1, sizeof *r);
    char *folder = tmpdir_make("judgement"), *alerts = path_in(folder, "alerts.ndjson");

    seen_write(folder, "truth.json", SEEN_TRUTH);
    seen_write(folder, "registry.json", REGISTRY);
    seen_write(folder, "alerts.ndjson", ALERTS);
    r->out = folder;
    *state = r;
    assert_true(sim_truth_read(folder, &r->truth));
    assert_true(sim_alerts_read(alerts, &r->alerts));
    free(alerts);
    return 0;
}

static int take_down(void **state)
{
    struct judged_run *r = *state;
    char *folder = (char *)(uintptr_t)r->out;

    judge_free(r);
    tmpdir_remove(folder);
    free(r);
    return 0;
}

static void finds(void **state)
{
    struct judgement j = {0};
    struct find_figures *f = &j.find;

    judge_finds(*state, false, f);
    assert_int_equal(f->damage_kinds, 1);
    assert_int_equal(f->damage[0].judged, 1);
    assert_int_equal(f->damage[0].found, 1);
    assert_int_equal(f->damage[0].lasting, 1);
    assert_int_equal(f->damage[0].early, 1);
    assert_near(numbers_quantile(&f->damage[0].lead_d, 0.5), 91, 1e-9);
    /* f, and g: before the onset */
    assert_int_equal(f->false_structure, 2);
    assert_int_equal(f->unrelated, 1);
    assert_int_equal(f->false_instrument, 1);
    assert_int_equal(f->instrument[1], 1);
    assert_int_equal(f->instrument[2], 1);
    assert_near(f->house_years, 4 * 365 / 365.25, 1e-9);
    assert_near(f->sound_house_years, (3 * 365 + 31) / 365.25, 1e-9);
    assert_int_equal(f->ill_kinds, 1);
    assert_int_equal(f->ill[0].count, 1);
    assert_int_equal(f->ill[0].found, 1);
    judgement_free(&j);
}

static void forecasts(void **state)
{
    struct judged_run *r = *state;
    struct forecast_figures f = {0};
    const struct ledger_summary *all = &f.of[FORECAST_ALL], *first = &f.of[FORECAST_FIRST];

    seen_write(r->out, "forecasts.ndjson", FORECASTS);
    assert_true(judge_forecasts(r, &f));
    assert_int_equal(f.lines, 10);
    assert_int_equal(f.abstained, 1);
    assert_int_equal(f.derived, 1);
    assert_int_equal(f.exceeded, 2);
    assert_int_equal(f.rightly, 1);
    assert_int_equal(f.soon, 1);
    assert_int_equal(all->within, 1);
    assert_int_equal(all->early, 1);
    assert_int_equal(all->late, 1);
    assert_int_equal(f.of[FORECAST_CROSSED].dated, 3);
    assert_int_equal(f.of[FORECAST_KNOWABLE].dated, 3);
    assert_int_equal(first->within + first->early + first->late, 1);
    assert_int_equal(first->within, 1);
    assert_near(first->error_d, -10, 1e-9);
    /* p180: 0, 0.8, 0.8, 0.2, 0.1 came; 0.1 of the sound wall did not */
    assert_int_equal(all->horizon[1].fate[LEDGER_HIT], 2);
    assert_int_equal(all->horizon[1].fate[LEDGER_MISS], 3);
    assert_int_equal(f.of[FORECAST_KNOWABLE].horizon[1].fate[LEDGER_MISS], 2);
    assert_int_equal(all->horizon[1].fate[LEDGER_QUIET], 1);
    assert_near(all->horizon[1].brier, 2 * 0.04 + 1 + 0.64 + 0.81 + 0.01, 1e-9);
}

static void ranks(void **state)
{
    struct judged_run *r = *state;
    struct judgement j = {0};

    judge_finds(r, false, &j.find);
    seen_write(r->out, "risk.ndjson", RISKS);
    assert_true(judge_ranks(r, &j.rank));
    /* a year before the limit there was no damage; then one of three is above, one equal */
    assert_int_equal(j.rank.at[0].n, 0);
    assert_int_equal(j.rank.at[1].n, 1);
    assert_near(j.rank.at[1].score, 0.5, 1e-9);
    assert_near(j.rank.at[2].score, 1, 1e-9);
    assert_near(j.rank.at[2].p365, 0.5, 1e-9);
    judgement_free(&j);
}

static double discounted(double day)
{
    return pow(1.03, -day / 365.25);
}

/* Limits on days 90 (level 3) and 151 (level 4), told on day 60, onset day 31; level 2 has none of
 * its own and lies at 10 % of the way, day 43. q = 3. */
static void costs(void **state)
{
    struct judgement j = {0};
    const struct cost_figures *f = &j.cost;
    double alerts, reactive;

    judge_finds(*state, false, &j.find);
    judge_cost(*state, &j.cost);
    reactive = 0.2 * 27 * discounted(151 + 0.5 * 365.25);
    assert_near(f->by[1].repair[COST_REACTIVE], reactive, 1e-9);
    assert_near(f->by[1].sudden, 0, 0);
    /* a quarter of a year after day 60 is day 151.3: the fourth category has just begun */
    alerts = 0.2 * 27 * discounted(60 + 0.25 * 365.25);
    assert_near(f->by[1].repair[COST_ALERTS], alerts, 1e-9);
    /* two elements with limits, one year; two false alarms */
    assert_near(f->element_years, 2 * 0.985, 0.01);
    assert_near(f->false_alarms, 0.06, 0.001);
    assert_near(cost_of(f, 1, COST_ALERTS), alerts + f->sensors + f->false_alarms, 1e-9);
    /* whatever an inspection finds is repaired in the fourth category, only earlier */
    assert_true(f->by[1].repair[COST_PERIODIC] > reactive);
    assert_close(f->by[1].repair[COST_PERIODIC], reactive, 0.01);
    /* at the break-even price the saving is what was asked for */
    assert_near(cost_of(f, 1, COST_ALERTS) - f->sensors +
                    cost_break_even(f, 1, COST_PERIODIC, 0.38) * f->element_years,
                0.62 * cost_of(f, 1, COST_PERIODIC), 1e-9);
    judgement_free(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(finds, set_up, take_down),
        cmocka_unit_test_setup_teardown(forecasts, set_up, take_down),
        cmocka_unit_test_setup_teardown(ranks, set_up, take_down),
        cmocka_unit_test_setup_teardown(costs, set_up, take_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
