/* The table of figures: its JSON as the contract has it, its OpenMetrics text line by line, what is
 * not known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <cjson/cJSON.h>

#include "shikumen/core/metrics.h"

static const struct metric_value reasons[] = {{"topic", 2}, {"a \"b\"\\\n", 1}};
static const struct metric_value houses[] = {{"H1", 0.5}, {"H2", NAN}};
static const struct metric_endpoint duty = {"duty", 3, 7, 2, 1};
static const double bounds[] = {0.001, 0.01, INFINITY}, values[] = {1, 4, 5};

static struct metrics sample(void)
{
    struct metrics m = {.messages_received = 100000,
                        .readings_received = 6,
                        .readings_stored = 3,
                        .commits = 12,
                        .files_done = 3,
                        .files_refused = 1,
                        .file_stored = 500,
                        .file_duplicate = 20,
                        .file_quarantined = 2,
                        .files_waiting = 2,
                        .files_oldest_s = 1.5,
                        .files_last_s = 1796031000.25,
                        .ingest_lag_s = 1.5,
                        .quarantined = reasons,
                        .quarantined_count = 2,
                        .commit_s = {bounds, values, 3, 0.25, 5},
                        .endpoints = &duty,
                        .endpoint_count = 1,
                        .coverage = houses,
                        .coverage_count = 2,
                        .houses = 4,
                        .load_budget = 0.1};
    m.open.n[CATEGORY_STRUCTURE][4] = 1;
    m.open.n[CATEGORY_SYSTEM][4] = 2;
    m.raised.n[CATEGORY_INSTRUMENT][1] = 9;
    m.load.week.n[CATEGORY_STRUCTURE][2] = 3;
    m.load.due.n[CATEGORY_STRUCTURE][3] = 4;
    m.load.in_time.n[CATEGORY_STRUCTURE][3] = 3;
    return m;
}

static struct metrics unknown(void)
{
    return (struct metrics){.messages_received = NAN,
                            .messages_lost = NAN,
                            .readings_received = NAN,
                            .readings_stored = NAN,
                            .readings_duplicate = NAN,
                            .readings_conflict = NAN,
                            .readings_expired = NAN,
                            .commits = NAN,
                            .ingest_lag_s = NAN,
                            .assess_lag_s = NAN,
                            .houses = NAN,
                            .load_budget = NAN,
                            .load_over = NAN,
                            .sensors_silent = NAN,
                            .files_done = NAN,
                            .files_refused = NAN,
                            .file_stored = NAN,
                            .file_duplicate = NAN,
                            .file_quarantined = NAN,
                            .files_waiting = NAN,
                            .files_oldest_s = NAN,
                            .files_left = NAN,
                            .files_ignored = NAN,
                            .files_last_s = NAN};
}

static cJSON *json_of(const struct metrics *m)
{
    struct strbuf text = {0};
    cJSON *json;

    strbuf_puts(&text, "{\"first\":0");
    metrics_json(m, &text);
    strbuf_putc(&text, '}');
    json = cJSON_Parse(strbuf_text(&text));
    if (!json)
        fail_msg("%s", strbuf_text(&text));
    strbuf_free(&text);
    return json;
}

static void expect_member(const cJSON *json, const char *name, const char *printed)
{
    char *text = cJSON_PrintUnformatted(cJSON_GetObjectItemCaseSensitive(json, name));

    if (!text || strcmp(text, printed) != 0)
        fail_msg("%s is %s, not %s", name, text ? text : "absent", printed);
    cJSON_free(text);
}

static void exact_json(void **state)
{
    const struct metrics m = sample();
    cJSON *json = json_of(&m);

    (void)state;
    assert_int_equal((size_t)cJSON_GetArraySize(json), metric_count + 1);
    expect_member(json, "shikumen_messages_received_total", "100000");
    expect_member(json, "shikumen_ingest_lag_seconds", "1.5");
    expect_member(json, "shikumen_readings_quarantined_total",
                  "{\"topic\":2,\"a \\\"b\\\"\\\\\\n\":1}");
    expect_member(json, "shikumen_outbox_pending", "{\"duty\":3}");
    expect_member(json, "shikumen_files_read_total", "{\"done\":3,\"refused\":1}");
    expect_member(json, "shikumen_file_readings_total",
                  "{\"stored\":500,\"duplicate\":20,\"quarantined\":2}");
    expect_member(json, "shikumen_files_waiting", "2");
    expect_member(json, "shikumen_files_oldest_waiting_seconds", "1.5");
    expect_member(json, "shikumen_files_last_read_timestamp_seconds", "1796031000.25");
    expect_member(json, "shikumen_deliveries_total",
                  "{\"duty\":{\"delivered\":7,\"failed\":2,\"parked\":1}}");
    expect_member(json, "shikumen_alerts_open",
                  "{\"level\":{\"1\":0,\"2\":0,\"3\":0,\"4\":3},\"category\":{\"structure\":1,"
                  "\"instrument\":0,\"system\":2}}");
    expect_member(
        json, "shikumen_alerts_raised_total",
        "{\"structure\":{\"1\":0,\"2\":0,\"3\":0,\"4\":0},\"instrument\":{\"1\":9,\"2\":0,"
        "\"3\":0,\"4\":0},\"system\":{\"1\":0,\"2\":0,\"3\":0,\"4\":0}}");
    expect_member(json, "shikumen_alarm_load_alerts_per_house_week",
                  "{\"structure\":{\"1\":0,\"2\":0.75,\"3\":0,\"4\":0},\"instrument\":{\"1\":0,"
                  "\"2\":0,\"3\":0,\"4\":0},\"system\":{\"1\":0,\"2\":0,\"3\":0,\"4\":0}}");
    expect_member(json, "shikumen_acknowledgements_due",
                  "{\"structure\":{\"3\":4,\"4\":0},\"instrument\":{\"3\":0,\"4\":0},\"system\":{"
                  "\"3\":0,\"4\":0}}");
    expect_member(json, "shikumen_acknowledged_in_time_ratio", "0.75");
    expect_member(json, "shikumen_coverage_ratio", "{\"H1\":0.5,\"H2\":null}");
    expect_member(json, "shikumen_commit_seconds",
                  "{\"buckets\":{\"0.001\":1,\"0.01\":4,\"+Inf\":5},\"sum\":0.25,\"count\":5}");
    cJSON_Delete(json);
}

static void exact_what_is_not_known(void **state)
{
    const struct metrics m = unknown();
    cJSON *json = json_of(&m);

    (void)state;
    assert_int_equal((size_t)cJSON_GetArraySize(json), metric_count + 1);
    expect_member(json, "shikumen_messages_received_total", "null");
    expect_member(json, "shikumen_readings_quarantined_total", "null");
    expect_member(json, "shikumen_outbox_pending", "null");
    expect_member(json, "shikumen_deliveries_total", "null");
    expect_member(json, "shikumen_coverage_ratio", "null");
    expect_member(json, "shikumen_files_waiting", "null");
    expect_member(json, "shikumen_commit_seconds", "null");
    expect_member(json, "shikumen_alarm_load_alerts_per_house_week", "null");
    expect_member(json, "shikumen_alarm_load_over_budget", "null");
    expect_member(json, "shikumen_acknowledged_in_time_ratio", "null");
    cJSON_Delete(json);
}

static void exact_empty_lists(void **state)
{
    struct metrics m = sample();

    (void)state;
    m.quarantined_count = m.endpoint_count = m.coverage_count = 0;
    cJSON *json = json_of(&m);
    expect_member(json, "shikumen_readings_quarantined_total", "{}");
    expect_member(json, "shikumen_outbox_pending", "{}");
    expect_member(json, "shikumen_deliveries_total", "{}");
    expect_member(json, "shikumen_coverage_ratio", "{}");
    cJSON_Delete(json);
}

static char *text_of(const struct metrics *m)
{
    struct strbuf text = {0};
    char *copy;

    metrics_text(m, METRICS_OPEN, &text);
    copy = strdup(strbuf_text(&text));
    assert_non_null(copy);
    strbuf_free(&text);
    return copy;
}

static void expect_line(const char *text, const char *line)
{
    char *whole;

    assert_true(asprintf(&whole, "\n%s\n", line) > 0);
    if (!strstr(text, whole))
        fail_msg("\"%s\" is not in:\n%s", line, text);
    free(whole);
}

static void exact_openmetrics(void **state)
{
    const struct metrics m = sample();
    char *text = text_of(&m);

    (void)state;
    assert_true(strncmp(text, "# TYPE shikumen_messages_received counter\n", 42) == 0);
    assert_string_equal(text + strlen(text) - 6, "# EOF\n");
    expect_line(text, "shikumen_messages_received_total 100000");
    expect_line(text, "# TYPE shikumen_ingest_lag_seconds gauge");
    expect_line(text, "# UNIT shikumen_ingest_lag_seconds seconds");
    expect_line(text, "shikumen_readings_quarantined_total{reason=\"topic\"} 2");
    expect_line(text, "shikumen_readings_quarantined_total{reason=\"a \\\"b\\\"\\\\\\n\"} 1");
    expect_line(text, "shikumen_deliveries_total{endpoint=\"duty\",outcome=\"parked\"} 1");
    expect_line(text, "shikumen_alerts_open{category=\"system\",level=\"4\"} 2");
    expect_line(text, "shikumen_alerts_raised_total{category=\"instrument\",level=\"1\"} 9");
    expect_line(text, "shikumen_commit_seconds_bucket{le=\"0.001\"} 1");
    expect_line(text, "shikumen_commit_seconds_bucket{le=\"+Inf\"} 5");
    expect_line(text, "shikumen_commit_seconds_sum 0.25");
    expect_line(text, "shikumen_commit_seconds_count 5");
    expect_line(text, "shikumen_coverage_ratio{house=\"H1\"} 0.5");
    assert_null(strstr(text, "H2")); /* not known */
    assert_null(strstr(text, "null"));
    free(text);
}

static void exact_openmetrics_of_nothing(void **state)
{
    const struct metrics m = unknown();
    char *text = text_of(&m), *rest = text, *line;

    (void)state;
    while ((line = strsep(&rest, "\n")) && *line)
        if (*line != '#' && !strstr(line, "} 0"))
            fail_msg("%s", line);
    free(text);
}

/* Names as OpenMetrics wants them, each once; counters end in _total. */
static void invariant_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < metric_count; i++) {
        const struct metric *m = &metric_table[i];
        size_t n = strlen(m->name);
        assert_true(strncmp(m->name, "shikumen_", 9) == 0);
        assert_int_equal(strspn(m->name, "abcdefghijklmnopqrstuvwxyz_"), n);
        assert_int_equal(m->type == METRIC_COUNTER,
                         n > 6 && strcmp(m->name + n - 6, "_total") == 0);
        assert_true(*m->help_zh && *m->help_en);
        assert_true(m->labels[0] || !m->labels[1]);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(m->name, metric_table[k].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_json),
        cmocka_unit_test(exact_what_is_not_known),
        cmocka_unit_test(exact_empty_lists),
        cmocka_unit_test(exact_openmetrics),
        cmocka_unit_test(exact_openmetrics_of_nothing),
        cmocka_unit_test(invariant_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
