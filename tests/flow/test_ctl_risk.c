/* shikumenctl risk and forecasts over a state.db filled by hand: who is ranked where, that too
 * little data never looks well, what is said of times that are not known, and the record. */
#include "ctl_fixture.h"

#include <math.h>

#include "shikumen/core/outlook.h"
#include "shikumen/core/risk.h"
#include "shikumen/svc/plan.h"

#define NOW_US (INT64_C(20600) * US_PER_DAY)

#define LINE_H1                                                                                    \
    "{\"at\":\"2026-05-26T00:00:00Z\",\"house\":\"H1\",\"class\":\"MH\",\"score\":71.25,"          \
    "\"confidence\":0.72,\"coverage\":0.9,\"p30\":0.01,\"p180\":0.12,\"p365\":0.4,\"reasons\":["   \
    "{\"kind\":\"limit\",\"text\":{\"zh\":\"东墙裂缝将达限值\",\"en\":\"crack nears its "  \
    "limit\"}},"                                                                                   \
    "{\"kind\":\"evidence\",\"text\":{\"zh\":\"第二条\",\"en\":\"second reason\"}},"            \
    "{\"kind\":\"evidence\",\"text\":{\"zh\":\"第三条\",\"en\":\"third \\u001b[31mreason\"}}]," \
    "\"reasons_total\":5,\"colour\":\"orange\",\"grey\":false,\"provisional\":true,"               \
    "\"commission_appraisal\":true,\"weakest\":\"coverage\",\"p30_range\":[0.005,0.02],"           \
    "\"p180_range\":[0.1,0.2],\"p365_range\":[0.25,0.5],\"weakest_value\":0.6,\"history_d\":400,"  \
    "\"elements\":[{\"element\":\"H1/wall\",\"class\":\"MH\",\"score\":70,\"confidence\":0.7,"     \
    "\"coverage\":0.9,\"p30\":0.01,\"p180\":0.12,\"p365\":0.4,\"colour\":\"orange\","              \
    "\"grey\":false,\"provisional\":true,\"weakest\":\"skill\"}]}\n"
#define LINE_H2                                                                                    \
    "{\"house\":\"H2\",\"class\":\"L\",\"score\":4,\"confidence\":0.95,\"coverage\":1,"            \
    "\"p30\":0,\"p180\":0,\"p365\":0.0004,\"reasons\":[],\"colour\":\"green\",\"grey\":false,"     \
    "\"provisional\":false,\"weakest\":\"history\"}"
/* Says green and not enough data at once, which must not be shown green. */
#define LINE_H3                                                                                    \
    "{\"house\":\"H3\",\"class\":\"insufficient data\",\"score\":44,\"confidence\":0.3,"           \
    "\"coverage\":0.1,\"p30\":null,\"p180\":null,\"p365\":null,\"reasons\":[],"                    \
    "\"colour\":\"green\",\"grey\":true,\"provisional\":false,\"weakest\":\"coverage\"}"

static void put_risk(struct site *s, const char *house, const char *class_name, double score,
                     double p365, double confidence, const char *line)
{
    const struct state_risk r = {.house = house,
                                 .at_us = NOW_US,
                                 .class_name = class_name,
                                 .colour = "orange",
                                 .score = score,
                                 .confidence = confidence,
                                 .coverage = 0.5,
                                 .p30 = (double)NAN,
                                 .p180 = p365 / 2,
                                 .p365 = p365,
                                 .line = line};

    assert_int_equal(state_risk_put(s->state, &r), ERR_OK);
}

static int setup(void **state)
{
    struct site *s = site_make("ctl-risk");

    site_open_store(s);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    site_end(*state);
    return 0;
}

static void put_all(struct site *s)
{
    put_risk(s, "H2", "L", 4, 0.0004, 0.95, LINE_H2);
    put_risk(s, "H1", "MH", 71.25, 0.4, 0.72, LINE_H1);
    put_risk(s, "H3", "insufficient data", 44, (double)NAN, 0.3, LINE_H3);
    put_risk(s, "H9", "H", 99, 0.9, 0.9, LINE_H1); /* no longer registered */
}

static const char *house_at(const cJSON *rows, int i)
{
    return text_at(cJSON_GetArrayItem(rows, i), "house");
}

static void assert_ranked(struct site *s, const char *sort, const char *const ids[3])
{
    cJSON *rows;

    assert_int_equal(ctl(s, "risk", "--json", "--sort", sort), 0);
    rows = ctl_json(s);
    assert_int_equal(cJSON_GetArraySize(rows), 3);
    for (int i = 0; i < 3; i++)
        if (strcmp(house_at(rows, i), ids[i]) != 0)
            fail_msg("by %s place %d is %s, not %s", sort, i, house_at(rows, i), ids[i]);
    cJSON_Delete(rows);
}

/* --- risk --- */

static void houses_are_ranked(void **state)
{
    struct site *s = *state;

    put_all(s);
    assert_ranked(s, "score", (const char *const[]){"H1", "H3", "H2"});
    assert_ranked(s, "p365", (const char *const[]){"H1", "H2", "H3"});
    assert_ranked(s, "p180", (const char *const[]){"H1", "H2", "H3"});
    assert_ranked(s, "p30", (const char *const[]){"H1", "H3", "H2"});
    assert_ranked(s, "confidence", (const char *const[]){"H3", "H1", "H2"});
}

/* A date is the whole of that day in the district's zone. */
static void risk_as_it_stood(void **state)
{
    struct site *s = *state;
    cJSON *rows;

    put_all(s); /* at 2026-05-27T00:00:00Z, 08:00 in Shanghai */
    assert_int_equal(ctl(s, "risk", "--json", "--at", "2026-05-26"), 0);
    rows = ctl_json(s);
    assert_true(cJSON_IsNull(at(cJSON_GetArrayItem(rows, 0), "at")));
    cJSON_Delete(rows);
    assert_int_equal(ctl(s, "risk", "--json", "--at", "2026-05-27"), 0);
    rows = ctl_json(s);
    assert_string_equal(house_at(rows, 0), "H1");
    assert_string_equal(text_at(cJSON_GetArrayItem(rows, 0), "at"), "2026-05-27T00:00:00Z");
    cJSON_Delete(rows);
    assert_int_equal(ctl(s, "risk", "--at", "soon"), 2);
    assert_int_equal(ctl(s, "risk", "H1", "--at", "2026-05-27"), 2);
}

static void a_row_says_what_is_behind_it(void **state)
{
    struct site *s = *state;
    cJSON *rows;
    const cJSON *row;

    put_all(s);
    assert_int_equal(ctl(s, "risk", "--json"), 0);
    rows = ctl_json(s);
    row = cJSON_GetArrayItem(rows, 0);
    assert_string_equal(text_at(row, "class"), "MH");
    assert_string_equal(text_at(row, "colour"), "orange");
    assert_string_equal(text_at(row, "weakest"), "coverage");
    assert_string_equal(text_at(row, "label"), "EN 16096-like, computed from sensors");
    assert_true(number_at(row, "score") == 71.25 && number_at(row, "p30") == 0.01);
    assert_true(cJSON_IsTrue(at(row, "provisional")));
    assert_true(cJSON_IsTrue(at(row, "commission_appraisal")));
    assert_int_equal(cJSON_GetArraySize(at(row, "reasons")), 3);
    cJSON_Delete(rows);
    assert_int_equal(ctl(s, "risk"), 0);
    assert_said(s->out, "MH provisional");
    assert_said(s->out, "▲ orange");
    assert_said(s->out, "40 % (25 %–50 %)");
    assert_said(s->out, "0.72 coverage");
    assert_said(s->out, "crack nears its limit | second reason");
    assert_not_said(s->out, "third");
    assert_said(s->out, "EN 16096-like, computed from sensors");
    assert_said(s->out, "<0.1 %");
    assert_int_equal(ctl(s, "risk", "--horizon", "30"), 0);
    assert_said(s->out, "1.0 % (0.5 %–2.0 %)");
    assert_int_equal(ctl(s, "risk", "--csv"), 0);
    assert_said(s->out, "house,name,class,colour,score,p30,p180,p365,confidence,weakest,coverage");
    site_write_conf(s, "zh");
    assert_int_equal(ctl(s, "risk"), 0);
    assert_said(s->out, "▲ 橙");
    assert_said(s->out, "MH 暂定");
    assert_said(s->out, "数据不足");
    assert_said(s->out, "东墙裂缝将达限值");
}

/* The store is empty, or a house has no data: neither looks well. */
static void too_little_data_is_never_green(void **state)
{
    struct site *s = *state;
    cJSON *rows;

    put_risk(s, "H3", "insufficient data", 44, (double)NAN, 0.3, LINE_H3);
    put_risk(s, "H2", "L", 1, 0, 1, "{ not JSON");
    assert_int_equal(ctl(s, "risk"), 0);
    assert_not_said(s->out, "green");
    assert_said(s->out, "? grey");
    assert_said(s->out, "not enough data");
    assert_said(s->out, "not assessed yet"); /* H1 */
    assert_int_equal(ctl(s, "risk", "--json"), 0);
    rows = ctl_json(s);
    assert_int_equal(cJSON_GetArraySize(rows), 3);
    for (int i = 0; i < 3; i++) {
        assert_string_equal(text_at(cJSON_GetArrayItem(rows, i), "colour"), "grey");
        assert_string_equal(text_at(cJSON_GetArrayItem(rows, i), "class"), "insufficient data");
        assert_true(cJSON_IsTrue(at(cJSON_GetArrayItem(rows, i), "grey")));
    }
    cJSON_Delete(rows);
}

static void put_group(struct site *s, const char *lane, const char *row, const char *line)
{
    const struct state_group g = {.lane = lane,
                                  .row = row,
                                  .risk = {.at_us = NOW_US,
                                           .class_name = "MH",
                                           .colour = "orange",
                                           .score = 71.25,
                                           .confidence = 0.5,
                                           .coverage = 0.5,
                                           .p30 = 0,
                                           .p180 = 0,
                                           .p365 = 0.4,
                                           .line = line}};

    assert_int_equal(state_group_put(s->state, &g), ERR_OK);
}

#define LINE_GROUP                                                                                 \
    "\"class\":\"MH\",\"score\":71.25,\"confidence\":0.5,\"coverage\":0.5,\"p30\":0,"              \
    "\"p180\":0,\"p365\":0.4,\"reasons\":[{\"text\":{\"zh\":\"东墙\",\"en\":\"the east "         \
    "wall\"}}],\"colour\":\"orange\",\"grey\":false,\"provisional\":false,\"worst\":\"H1\","       \
    "\"houses\":3,\"houses_grey\":1}"

/* After the houses, as rows of the list; a row that is no longer registered is not told. */
static void rows_and_the_district_follow(void **state)
{
    struct site *s = *state;
    cJSON *rows;
    const cJSON *row;

    put_all(s);
    put_group(s, "", "", "{\"district\":\"d1\"," LINE_GROUP);
    put_group(s, "L1", "R1", "{\"row\":\"R1\",\"lane\":\"L1\"," LINE_GROUP);
    put_group(s, "L9", "R1", "{\"row\":\"R1\",\"lane\":\"L9\"," LINE_GROUP);
    assert_int_equal(ctl(s, "risk", "--json"), 0);
    rows = ctl_json(s);
    assert_int_equal(cJSON_GetArraySize(rows), 5);
    row = cJSON_GetArrayItem(rows, 3);
    assert_true(cJSON_IsNull(at(row, "house")) && cJSON_IsNull(at(row, "district")));
    assert_string_equal(text_at(row, "row"), "R1");
    assert_string_equal(text_at(row, "lane"), "L1");
    assert_string_equal(text_at(row, "worst"), "H1");
    assert_true(number_at(row, "houses_grey") == 1 && number_at(row, "p365") == 0.4);
    row = cJSON_GetArrayItem(rows, 4);
    assert_string_equal(text_at(row, "district"), "d1");
    assert_true(cJSON_IsNull(at(row, "row")));
    cJSON_Delete(rows);
    assert_int_equal(ctl(s, "risk"), 0);
    assert_said(s->out, "row L1 R1");
    assert_said(s->out, "district District one");
    assert_said(s->out, "3 houses, 1 grey");
    assert_said(s->out, "the east wall");
    assert_int_equal(ctl(s, "risk", "--csv"), 0);
    assert_said(s->out, ",L1,R1,,3,1,H1");
    assert_int_equal(ctl(s, "risk", "--min-class", "H"), 0);
    assert_not_said(s->out, "row L1");
    site_write_conf(s, "zh");
    assert_int_equal(ctl(s, "risk"), 0);
    assert_said(s->out, "排 L1 R1");
    assert_said(s->out, "全区 一区");
    assert_said(s->out, "3 栋，灰 1");
}

static void the_class_asked_for(void **state)
{
    struct site *s = *state;
    cJSON *rows;

    put_all(s);
    assert_int_equal(ctl(s, "risk", "--json", "--min-class", "MH"), 0);
    assert_said(s->err, "1 houses without enough data are not listed");
    rows = ctl_json(s);
    assert_int_equal(cJSON_GetArraySize(rows), 1);
    assert_string_equal(house_at(rows, 0), "H1");
    cJSON_Delete(rows);
    assert_int_equal(ctl(s, "risk", "--min-class", "H"), 0);
    assert_said(s->err, "no house to list");
    assert_int_equal(ctl(s, "risk", "--min-class", "L", "--json"), 0);
    rows = ctl_json(s);
    assert_int_equal(cJSON_GetArraySize(rows), 2);
    cJSON_Delete(rows);
}

static void one_house_in_full(void **state)
{
    struct site *s = *state;
    cJSON *line;

    put_all(s);
    assert_int_equal(ctl(s, "risk", "H1"), 0);
    assert_said(s->out, "H1 Fuyuan 1");
    assert_said(s->out, "MH provisional");
    assert_said(s->out, "commission an appraisal");
    assert_said(s->out, "exceeds a limit within 180 d: 12 % (10 % to 20 %)");
    assert_said(s->out, "confidence 0.72, weakest: coverage 0.60; coverage 90 %; 400 d of data");
    assert_said(s->out, "reasons (5 in all");
    assert_said(s->out, "3. third \\x1b[31mreason"); /* harmless to a terminal */
    assert_said(s->out, "2 more of little weight");
    assert_said(s->out, "H1/wall");
    assert_said(s->out, "0.70 skill");
    assert_said(s->out, "EN 16096-like");
    assert_int_equal(ctl(s, "risk", "H1", "--json"), 0);
    line = ctl_json(s);
    assert_int_equal(cJSON_GetArraySize(at(line, "elements")), 1);
    cJSON_Delete(line);
    assert_int_equal(ctl(s, "risk", "H3"), 0);
    assert_said(s->out, "not enough data");
    assert_said(s->out, "abstained");
    assert_not_said(s->out, "green");
    assert_int_equal(ctl(s, "risk", "H4"), 1);
    assert_said(s->err, "no house H4");
}

/* The line as the core writes it is understood. */
static void the_line_of_the_core(void **state)
{
    struct site *s = *state;
    const struct plan_files files = {
        .registry = s->registry, .limits = s->limits, .store = s->store};
    struct fault_list faults = {0};
    struct plan *plan;
    struct arena arena = {0};
    struct strbuf line = {0};
    struct risk house;

    assert_int_equal(plan_load_files(&files, &faults, &plan), ERR_OK);
    assert_int_equal(risk_house(plan->registry, 0, NULL, 0, &arena, &house), ERR_OK);
    risk_write(plan->registry, &house, NULL, 0, NOW_US, &line);
    put_risk(s, "H1", risk_class_name(house.level), house.score, (double)NAN, house.confidence,
             strbuf_text(&line));
    assert_int_equal(ctl(s, "risk", "H1"), 0);
    assert_said(s->out, "not enough data");
    assert_said(s->out, "1. ");
    assert_not_said(s->out, "green");
    strbuf_free(&line);
    arena_free(&arena);
    plan_release(plan);
}

/* --- forecasts --- */

static struct state_forecast forecast(double limit, int64_t at_us)
{
    return (struct state_forecast){.at_us = at_us,
                                   .limit = {.element = "H1/wall",
                                             .sensor = "H1/n1/crack",
                                             .quantity = "crack_width",
                                             .of = "value",
                                             .value = limit,
                                             .source = "test 1"},
                                   .state = "dated",
                                   .reason = "fine",
                                   .method = "first_passage",
                                   .t05_us = at_us + 100 * US_PER_DAY,
                                   .t50_us = at_us + 200 * US_PER_DAY,
                                   .t95_us = STATE_UNKNOWN_US,
                                   .p30 = 0.0,
                                   .p180 = 0.4,
                                   .p365 = 0.8};
}

static void put_forecast(struct site *s, struct state_forecast f)
{
    assert_int_equal(state_forecast_put(s->state, &f), ERR_OK);
}

static void put_abstained(struct site *s, const char *sensor, const char *reason)
{
    struct state_forecast f = forecast(7, NOW_US);

    f.limit.sensor = sensor;
    f.state = "abstained";
    f.method = "abstained";
    f.reason = reason;
    f.t05_us = f.t50_us = f.t95_us = STATE_UNKNOWN_US;
    f.p30 = f.p180 = f.p365 = (double)NAN;
    put_forecast(s, f);
}

static void forecasts_are_said(void **state)
{
    struct site *s = *state;
    struct state_forecast exceeded = forecast(2, NOW_US);
    cJSON *rows;

    assert_int_equal(ctl(s, "forecasts"), 0);
    assert_said(s->err, "no forecasts yet");
    exceeded.state = "exceeded";
    exceeded.t05_us = exceeded.t50_us = exceeded.t95_us = NOW_US;
    exceeded.p30 = exceeded.p180 = exceeded.p365 = 1;
    put_forecast(s, exceeded);
    put_forecast(s, forecast(5, NOW_US - 7 * US_PER_DAY)); /* not the latest */
    put_forecast(s, forecast(5, NOW_US));
    put_abstained(s, "H2/n1/x", "too_short");
    assert_int_equal(ctl(s, "forecasts"), 0);
    assert_said(s->out, "value 5 mm");
    assert_said(s->out, "test 1 [J] provisional");
    assert_said(s->out, "test 1 [V]");
    assert_said(s->out, "2026-12-13"); /* 200 days on */
    assert_said(s->out, "not within 10 years");
    assert_said(s->out, "exceeded");
    assert_said(s->out, "abstained (too short a history)");
    assert_int_equal(ctl(s, "forecasts", "--json"), 0);
    rows = ctl_json(s);
    assert_int_equal(cJSON_GetArraySize(rows), 3);
    assert_true(cJSON_IsNull(at(cJSON_GetArrayItem(rows, 1), "t95")));
    assert_true(number_at(cJSON_GetArrayItem(rows, 1), "p180") == 0.4);
    assert_true(cJSON_IsNull(at(cJSON_GetArrayItem(rows, 2), "p180")));
    assert_string_equal(text_at(cJSON_GetArrayItem(rows, 2), "reason"), "too_short");
    cJSON_Delete(rows);
    assert_int_equal(ctl(s, "forecasts", "--sensor", "H2/n1/x", "--json"), 0);
    rows = ctl_json(s);
    assert_int_equal(cJSON_GetArraySize(rows), 1);
    cJSON_Delete(rows);
    assert_int_equal(ctl(s, "forecasts", "--element", "H1/none"), 0);
    assert_said(s->err, "no forecasts yet");
    site_write_conf(s, "zh");
    assert_int_equal(ctl(s, "forecasts"), 0);
    assert_said(s->out, "10 年内不会");
    assert_said(s->out, "不作预测（数据太短）");
    assert_said(s->out, "暂定");
}

/* What no sensor measures has its own name, and its ladder's marks; every method has its words. */
static void forecasts_of_derived_quantities_are_said(void **state)
{
    struct site *s = *state;
    struct state_forecast f = forecast(5, NOW_US);
    cJSON *rows;

    f.limit = (struct state_limit){.sensor = "H1/n1/crack",
                                   .element = "H1/wall",
                                   .quantity = "mass_loss",
                                   .of = "value",
                                   .value = 5,
                                   .source = "test 2"};
    f.method = "doses";
    put_forecast(s, f);
    assert_int_equal(ctl(s, "forecasts"), 0);
    assert_said(s->out, "mass loss of timber (relative dose) 5 %");
    assert_said(s->out, "test 2 [M] provisional");
    assert_said(s->out, "moisture and decay models");
    assert_int_equal(ctl(s, "forecasts", "--json"), 0);
    rows = ctl_json(s);
    assert_true(number_at(cJSON_GetArrayItem(rows, 0), "level") == 4);
    assert_true(cJSON_IsTrue(at(cJSON_GetArrayItem(rows, 0), "provisional")));
    cJSON_Delete(rows);
    for (int m = 0; m < OUTLOOK_METHOD_COUNT; m++)
        for (int zh = 0; zh < 2; zh++) {
            f.method = outlook_method_name((enum outlook_method)m);
            f.at_us++;
            put_forecast(s, f);
            site_write_conf(s, zh ? "zh" : "en");
            assert_int_equal(ctl(s, "forecasts"), 0);
            assert_null(strstr(s->out, "(null)"));
        }
}

/* 40 weekly forecasts that say 0.8 for a year; the limit is reached 250 days after the first. */
static void put_record(struct site *s)
{
    const int64_t first = NOW_US - 700 * US_PER_DAY;
    const struct state_crossing c = {first - US_PER_DAY, first + 250 * US_PER_DAY, NOW_US};
    struct state_forecast f = forecast(5, first), quiet = forecast(2, first);

    assert_int_equal(state_begin(s->state), ERR_OK);
    for (int week = 0; week < 40; week++) {
        put_forecast(s, forecast(5, first + week * 7 * US_PER_DAY));
        quiet = forecast(2, first + week * 7 * US_PER_DAY);
        quiet.state = "beyond";
        quiet.t05_us = quiet.t50_us = quiet.t95_us = STATE_UNKNOWN_US;
        quiet.p30 = quiet.p180 = quiet.p365 = 0.01;
        put_forecast(s, quiet);
    }
    assert_int_equal(state_crossing_put(s->state, &f.limit, &c), ERR_OK);
    assert_int_equal(
        state_crossing_put(s->state, &quiet.limit,
                           &(struct state_crossing){c.baseline_us, STATE_UNKNOWN_US, NOW_US}),
        ERR_OK);
    assert_int_equal(state_commit(s->state), ERR_OK);
}

static void the_record_is_told(void **state)
{
    struct site *s = *state;
    cJSON *json;
    const cJSON *year;

    put_record(s);
    assert_int_equal(ctl(s, "forecasts", "--score", "--json"), 0);
    json = ctl_json(s);
    year = cJSON_GetArrayItem(at(json, "horizons"), 2);
    /* 36 came before the crossing (0, 7, .. 245 days), 4 after it are not scored; 40 stay quiet. */
    assert_true(number_at(year, "days") == 365 && number_at(year, "scored") == 76);
    assert_true(number_at(year, "events") == 36 && number_at(year, "hits") == 36);
    assert_true(number_at(year, "misses") == 0 && number_at(year, "false") == 0);
    assert_true(number_at(year, "quiet") == 40 && number_at(year, "unscored") == 4);
    assert_true(fabs(number_at(year, "brier") - (36 * 0.04 + 40 * 0.0001) / 76) < 1e-12);
    assert_true(cJSON_IsTrue(at(year, "enough")));
    /* 30 days: 4 come within them (224 .. 245), said to be impossible. */
    assert_true(number_at(cJSON_GetArrayItem(at(json, "horizons"), 0), "misses") == 4);
    /* Within [t05, ever): crossing 100 days ahead or more: 0 .. 147. */
    assert_true(number_at(json, "within") == 22 && number_at(json, "early") == 14);
    assert_true(fabs(number_at(at(json, "coverage"), "share") - 22.0 / 36) < 1e-12);
    /* t50 is 200 d ahead, the crossing 250, 243 .. 5: errors 50, 43 .. -195. */
    assert_true(number_at(at(json, "t50_error_d"), "n") == 36);
    assert_true(number_at(at(json, "t50_error_d"), "median") == -72.5);
    cJSON_Delete(json);
    assert_int_equal(ctl(s, "forecasts", "--score"), 0);
    assert_said(s->out, "90 % should fall within [t05, t95]; 61 % did");
    assert_said(s->out, "median -72 d");
}

static void too_few_to_say(void **state)
{
    struct site *s = *state;
    const struct state_forecast f = forecast(5, NOW_US - 40 * US_PER_DAY);

    assert_int_equal(ctl(s, "forecasts", "--score"), 0);
    assert_said(s->out, "too few to say");
    put_forecast(s, f);
    assert_int_equal(state_crossing_put(s->state, &f.limit,
                                        &(struct state_crossing){0, STATE_UNKNOWN_US, NOW_US}),
                     ERR_OK);
    assert_int_equal(ctl(s, "forecasts", "--score"), 0);
    assert_said(s->out, "too few to say");
    assert_int_equal(ctl(s, "forecasts", "--score", "--csv"), 0);
    assert_said(s->out, "30,1,0,0,0,0,1,0,0,0,");
    site_write_conf(s, "zh");
    assert_int_equal(ctl(s, "forecasts", "--score"), 0);
    assert_said(s->out, "样本太少");
}

static void wrong_usage(void **state)
{
    static const char *const wrong[][5] = {
        {"risk", "--sort", "name"},
        {"risk", "--min-class", "XL"},
        {"risk", "--horizon", "90"},
        {"risk", "H1", "--csv"},
        {"risk", "H1", "--sort", "p30"},
        {"risk", "H1", "H2"},
        {"risk", "--score"},
        {"forecasts", "--element"},
        {"forecasts", "x"},
        {"forecasts", "--json", "--csv"},
        {"forecasts", "--house", "H1"},
    };
    const struct site *s = *state;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (ctl_v(s, wrong[i]) != 2)
            fail_msg("case %zu", i);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(houses_are_ranked),
        TEST(risk_as_it_stood),
        TEST(a_row_says_what_is_behind_it),
        TEST(too_little_data_is_never_green),
        TEST(rows_and_the_district_follow),
        TEST(the_class_asked_for),
        TEST(one_house_in_full),
        TEST(the_line_of_the_core),
        TEST(forecasts_are_said),
        TEST(forecasts_of_derived_quantities_are_said),
        TEST(the_record_is_told),
        TEST(too_few_to_say),
        TEST(wrong_usage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
