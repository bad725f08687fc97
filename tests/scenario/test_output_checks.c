/* Lines as they have to be pass; each way to be wrong is noticed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "output_checks.h"
#include "seen_fixture.h"

/* Three weeks of one house. */
#define TRUTH                                                                                      \
    "{\"start\":\"2021-01-01T00:00:00Z\",\"days\":21,\"damages\":[],\"ills\":[],"                  \
    "\"healthy_houses\":[\"A1\"]}"
#define REGISTRY "{\"houses\":[{\"id\":\"A1\",\"row\":\"R1\"}],\"sensors\":[]}"

#define STEP(level, colour)                                                                        \
    SEEN_STEP("w", "2021-01-02", "raised", SEEN_WALL, "structure", "trend", level, colour)
#define FORECAST(t, p)                                                                             \
    "{\"at\":\"2021-01-05T00:00:00Z\",\"element\":\"A1/wall\",\"sensor\":\"A1/n1/crack-1\","       \
    "\"quantity\":\"crack_width\",\"limit\":1,\"limit_source\":\"x\"," t "," p "}\n"
#define TIMES(t05, t50, t95) "\"t05\":" t05 ",\"t50\":" t50 ",\"t95\":" t95
#define SHARES(a, b, c)      "\"p30\":" a ",\"p180\":" b ",\"p365\":" c
#define DAY(month)           "\"2021-" month "-01T00:00:00Z\""
#define DATED                TIMES(DAY("02"), DAY("03"), "null")
#define RISK(day, class, colour, grey, confidence)                                                 \
    "{\"at\":\"2021-01-" day                                                                       \
    "T00:00:00Z\",\"house\":\"A1\",\"class\":\"" class "\",\"score\":10,"                          \
                                                       "\"confidence\":" confidence                \
                                                       ",\"coverage\":1," SHARES(                  \
                                                           "0", "0.1",                             \
                                                           "0.2") ","                              \
                                                                  "\"reasons\":[],\"colour\":"     \
                                                                  "\"" colour "\",\"grey\":" grey  \
                                                                  ",\"elements\":[]}\n"
#define GREEN(day) RISK(day, "L", "green", "false", "0.9")
#define WEEKS      GREEN("07") GREEN("14") GREEN("21")

static size_t faults(const char *folder, const char *alerts, const char *forecasts,
                     const char *risk)
{
    struct sim_truth truth;
    struct strbuf told = {0};
    size_t n;

    seen_write(folder, "alerts.ndjson", alerts);
    seen_write(folder, "forecasts.ndjson", forecasts);
    seen_write(folder, "risk.ndjson", risk);
    assert_true(sim_truth_read(folder, &truth));
    n = output_faults(folder, &truth, &told);
    assert_int_equal(n > 0, strlen(strbuf_text(&told)) > 0);
    strbuf_free(&told);
    sim_truth_free(&truth);
    return n;
}

static void good_lines_pass(void **state)
{
    assert_int_equal(faults(*state, "", "", WEEKS), 0);
    assert_int_equal(faults(*state, STEP("2", "yellow") STEP("0", "yellow"),
                            FORECAST(DATED, SHARES("0", "0.5", "1")) FORECAST(
                                TIMES("null", "null", "null"), SHARES("null", "null", "null")),
                            WEEKS),
                     0);
}

static void bad_alerts(void **state)
{
    assert_int_equal(faults(*state, "{\"at\":\n", "", WEEKS), 1);
    assert_int_equal(faults(*state, "[]\n", "", WEEKS), 1);
    assert_int_equal(faults(*state, STEP("2", "yellow") "{}", "", WEEKS), 1); /* no line end */
    assert_int_equal(faults(*state, STEP("2", "orange"), "", WEEKS), 1);
    assert_int_equal(faults(*state, STEP("5", "red"), "", WEEKS), 1);
    assert_true(faults(*state, "{\"at\":\"2021-01-02T00:00:00Z\"}\n", "", WEEKS) > 10);
}

static void bad_forecasts(void **state)
{
    static const char *const lines[] = {
        FORECAST(DATED, SHARES("0.2", "0.1", "0.3")),
        FORECAST(DATED, SHARES("0.1", "0.2", "1.1")),
        FORECAST(DATED, SHARES("-0.1", "0", "0.1")),
        FORECAST(DATED, SHARES("0.2", "null", "0.1")),
        FORECAST(DATED, SHARES("0", "\"1\"", "1")),
        FORECAST(TIMES(DAY("04"), DAY("03"), "null"), SHARES("0", "0", "0")),
        FORECAST(TIMES("null", DAY("03"), "null"), SHARES("0", "0", "0")),
        FORECAST(TIMES("\"2020-01-01T00:00:00Z\"", DAY("03"), DAY("04")), SHARES("0", "0", "0")),
        FORECAST(TIMES("12", DAY("03"), DAY("04")), SHARES("0", "0", "0")),
    };

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_true(faults(*state, "", lines[i], WEEKS) >= 1);
}

static void bad_risk(void **state)
{
    static const char *const weeks[] = {
        GREEN("07") GREEN("14"),             /* the end is the 22nd */
        GREEN("07") GREEN("15") GREEN("21"), /* more than a week */
        GREEN("14") GREEN("07") GREEN("21"), /* backwards */
        GREEN("07") GREEN("14") RISK("21", "L", "grey", "true", "0.9"),
        GREEN("07") GREEN("14") RISK("21", "M", "green", "true", "0.9"),
        GREEN("07") GREEN("14") RISK("21", "M", "grey", "false", "0.9"),
        GREEN("07") GREEN("14") RISK("21", "L", "green", "false", "0.4"),
        GREEN("07") GREEN("14") RISK("21", "Z", "green", "false", "0.9"),
        GREEN("07") GREEN("14") RISK("21", "L", "green", "false", "1.5"),
        "",
    };

    assert_int_equal(faults(*state, "", "", GREEN("07") GREEN("14") GREEN("15")), 0);
    for (size_t i = 0; i < sizeof weeks / sizeof *weeks; i++)
        assert_true(faults(*state, "", "", weeks[i]) >= 1);
}

static int set_up(void **state)
{
    *state = tmpdir_make("output-checks");
    seen_write(*state, "truth.json", TRUTH);
    seen_write(*state, "registry.json", REGISTRY);
    return 0;
}

static int take_down(void **state)
{
    tmpdir_remove(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_lines_pass),
        cmocka_unit_test(bad_alerts),
        cmocka_unit_test(bad_forecasts),
        cmocka_unit_test(bad_risk),
    };

    return cmocka_run_group_tests(tests, set_up, take_down);
}
