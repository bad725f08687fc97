/* shikumenctl backtest: the steps of the running daemon again, the same bytes from every form of
 * the same history, and what is left out is said. */
#include "alerts_stage.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tmpdir.h"

#define CTL BIN_DIR "/shikumenctl"

/* --- running it --- */

static char *read_in(const char *folder, const char *name)
{
    char *path = path_in(folder, name), *content = read_text(path, NULL);

    free(path);
    return content;
}

/* Runs a shell command in the folder, with CTL in front of what it names $CTL. */
static int shell(const char *folder, const char *command, const char *stdout_to)
{
    const char *const argv[] = {"sh", "-c", command, NULL};
    const char *const env[] = {"CTL=" CTL, "LC_ALL=C.UTF-8", NULL};
    struct process_options o = {
        .env = env, .folder = folder, .stdout_to = stdout_to, .output = "/dev/null"};
    char *said = path_in(folder, "said");

    o.output = said;
    unlink(said);
    int code = process_run(argv, &o, PATIENCE_S);
    free(said);
    return code;
}

static void expect_file(const char *folder, const char *a, const char *b)
{
    char *x = read_in(folder, a), *y = read_in(folder, b);

    assert_string_equal(x, y);
    free(x);
    free(y);
}

static void expect_said(const char *folder, const char *words)
{
    char *said = read_in(folder, "said");

    if (!strstr(said, words))
        fail_msg("\"%s\" is not in: %s", words, said);
    free(said);
}

/* --- beside the daemon --- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A step without what belongs to the moment it was made in: coverage counts what had come by then.
 */
static char *lasting(const char *body)
{
    cJSON *o = cJSON_Parse(body);
    char *printed;

    assert_non_null(o);
    cJSON_DeleteItemFromObject(o, "id");
    cJSON_DeleteItemFromObject(o, "at");
    cJSON_DeleteItemFromObject(cJSON_GetObjectItem(o, "evidence"), "coverage");
    printed = cJSON_PrintUnformatted(o);
    cJSON_Delete(o);
    return printed;
}

static size_t daemon_steps(struct stage *g, char **out, size_t max)
{
    struct site_steps steps = site_steps(&g->site);
    size_t n = 0;

    for (size_t i = 0; i < steps.count && n < max; i++)
        if (steps.list[i].category == CATEGORY_STRUCTURE)
            out[n++] = lasting(steps.list[i].body);
    site_steps_free(&steps);
    qsort(out, n, sizeof *out, by_text);
    return n;
}

static size_t backtest_steps(const char *folder, char **out, size_t max)
{
    char *all = read_in(folder, "out/alerts.ndjson"), *rest = all, *line;
    size_t n = 0;

    while ((line = strsep(&rest, "\n")) && *line && n < max)
        if (strstr(line, "\"category\":\"structure\""))
            out[n++] = lasting(line);
    free(all);
    qsort(out, n, sizeof *out, by_text);
    return n;
}

static void test_the_steps_of_the_daemon(void **state)
{
    static const double values[] = {1, 6, 11, 11, 8, 3, 3, 1, 7, 7, 12, 1, 1, 1, 6};
    struct stage *g = *state;
    char *theirs[64], *ours[64];

    add_wall(g,
             "[" LIMIT(1, "value", 5, 4.5, "") "," LIMIT(2, "value", 10, 9, "") "," LIMIT(
                 2, "value", 7, 6.3, ",\"persist_s\":1200") "," LIMIT(1, "rate", 4, 2,
                                                                      ",\"window_s\":3600") "]",
             0);
    begin(g);
    for (int i = 0; i < 15; i++) {
        wall(g, 600 * i, values[i]);
        if (i % 4 == 3)
            judged(g);
    }
    wall(g, 1500, 2); /* late */
    wall(g, 600, 6);  /* twice */
    judged(g);
    site_stop(&g->site);
    assert_int_equal(shell(g->site.folder,
                           "\"$CTL\" -c \"$PWD\"/*.conf export -o history.ndjson &&"
                           " \"$CTL\" backtest --registry registry.json --limits limits"
                           " --readings history.ndjson --out out",
                           NULL),
                     0);
    size_t n = daemon_steps(g, theirs, 64), m = backtest_steps(g->site.folder, ours, 64);
    assert_true(n >= 6);
    assert_int_equal(n, m);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(theirs[i], ours[i]) != 0) {
            fprintf(stderr, "daemon:   %s\nbacktest: %s\n", theirs[i], ours[i]);
            fail();
        }
        free(theirs[i]);
        free(ours[i]);
    }
}

/* --- alone --- */

static const char registry[] =
    "{\"district\":{\"id\":\"d1\"},\"houses\":[{\"id\":\"H1\",\"row\":\"R1\",\"elements\":[{\"id\":"
    "\"H1/wall\","
    "\"kind\":\"wall\"}]}],\"sensors\":[{\"id\":\"H1/n1/c\",\"node\":\"H1/n1\",\"house\":\"H1\","
    "\"element\":\"H1/wall\",\"quantity\":\"crack_width\",\"unit\":\"mm\",\"period_s\":3600,"
    "\"limits\":\"crack\"}]}";
static const char limits[] =
    "{\"name\":\"crack\",\"quantity\":\"crack_width\",\"limits\":[{\"level\":3,\"of\":\"value\","
    "\"value\":5.0,\"clear\":4.5,\"unit\":\"mm\",\"source\":\"test\",\"clause\":\"1\",\"mark\":"
    "\"J\"}"
    "]}";

/* A crack that opens by 20 um an hour: the same in all forms. */
static void put_histories(const char *folder)
{
    struct strbuf json = {0}, csv = {0}, traffic = {0};
    char *path;

    strbuf_puts(&csv, "t,sensor,v,u,rx\r\n");
    for (int h = 0; h < 300; h++) {
        int day = 1 + h / 24, hour = h % 24;
        double v = 1.0 + 0.02 * h;
        strbuf_printf(&json,
                      "{\"t\":\"2024-03-%02dT%02d:00:00Z\",\"sensor\":\"H1/n1/c\",\"v\":%.4g,"
                      "\"u\":\"mm\",\"rx\":\"2024-03-%02dT%02d:00:05Z\"}\n",
                      day, hour, v, day, hour);
        strbuf_printf(&csv, "2024-03-%02dT%02d:00:00Z,H1/n1/c,%.4g,mm,2024-03-%02dT%02d:00:05Z\r\n",
                      day, hour, v, day, hour);
        strbuf_printf(&traffic,
                      "{\"topic\":\"shikumen/v1/H1/n1/senml\",\"payload\":\"[{\\\"n\\\":\\\"c\\\","
                      "\\\"u\\\":\\\"mm\\\",\\\"t\\\":%lld,\\\"v\\\":%.4g}]\","
                      "\"rx\":\"2024-03-%02dT%02d:00:05Z\"}\n",
                      1709251200LL + h * 3600LL, v, day, hour);
    }
    path = path_in(folder, "h.ndjson");
    write_text(path, strbuf_text(&json));
    free(path);
    path = path_in(folder, "h.csv");
    write_text(path, strbuf_text(&csv));
    free(path);
    path = path_in(folder, "traffic.ndjson");
    write_text(path, strbuf_text(&traffic));
    free(path);
    strbuf_free(&json);
    strbuf_free(&csv);
    strbuf_free(&traffic);
}

static int setup_alone(void **state)
{
    char *folder = tmpdir_make("backtest"), *path = path_in(folder, "registry.json");

    write_text(path, registry);
    free(path);
    path = path_in(folder, "limits");
    assert_int_equal(mkdir(path, 0700), 0);
    free(path);
    path = path_in(folder, "limits/crack.json");
    write_text(path, limits);
    free(path);
    put_histories(folder);
    *state = folder;
    return 0;
}

static int teardown_alone(void **state)
{
    tmpdir_remove(*state);
    return 0;
}

#define BACKTEST "\"$CTL\" backtest --registry registry.json "

/* The summary but for its last line, which tells how long it took. */
static void expect_same_run(const char *folder, const char *a, const char *b)
{
    char command[300];

    snprintf(command, sizeof command,
             "cmp %s/alerts.ndjson %s/alerts.ndjson && cmp %s/forecasts.ndjson %s/forecasts.ndjson"
             " && cmp %s/risk.ndjson %s/risk.ndjson && grep -v timing %s/summary.json >s1 &&"
             " grep -v timing %s/summary.json >s2 && cmp s1 s2",
             a, b, a, b, a, b, a, b);
    if (shell(folder, command, NULL) != 0) {
        char *said = read_in(folder, "said");
        fail_msg("%s and %s: %s", a, b, said);
    }
}

static void test_every_form_comes_to_the_same(void **state)
{
    const char *folder = *state;

    assert_int_equal(shell(folder,
                           BACKTEST "--readings h.ndjson --out a && " BACKTEST
                                    "--readings h.ndjson --out b && gzip -k h.ndjson && " BACKTEST
                                    "--readings h.ndjson.gz --out c && " BACKTEST
                                    "--readings - --out d <h.ndjson && head -n 100 h.ndjson | gzip"
                                    " >two.gz && tail -n +101 h.ndjson | gzip >>two.gz && " BACKTEST
                                    "--readings - --out e <two.gz && " BACKTEST
                                    "--readings h.csv --out f && " BACKTEST
                                    "--readings traffic.ndjson --out g",
                           NULL),
                     0);
    expect_same_run(folder, "a", "b");
    expect_same_run(folder, "a", "c");
    expect_same_run(folder, "a", "d");
    expect_same_run(folder, "a", "e");
    expect_file(folder, "a/alerts.ndjson", "f/alerts.ndjson");
    expect_file(folder, "a/alerts.ndjson", "g/alerts.ndjson");
}

static void test_what_it_writes(void **state)
{
    const char *folder = *state;
    char *alerts, *summary;
    cJSON *a, *s;

    assert_int_equal(shell(folder,
                           BACKTEST "--readings h.ndjson --out out; test -z \"$(ls -A out |"
                                    " grep store)\"",
                           NULL),
                     0);
    alerts = read_in(folder, "out/alerts.ndjson");
    summary = read_in(folder, "out/summary.json");
    const char *second = strchr(alerts, '\n') + 1;
    assert_null(strchr(strchr(second, '\n') + 1, '\n')); /* the alert, and who saw it */
    assert_non_null(strstr(second, "\"event\":\"acknowledged\",\"at\":\"2024-03-10T09:01:00Z\""));
    a = cJSON_Parse(alerts);
    s = cJSON_Parse(summary);
    assert_non_null(a);
    assert_non_null(s);
    assert_string_equal(text(a, "event"), "raised");
    assert_string_equal(text(a, "at"), "2024-03-09T08:01:00Z"); /* 5.00 mm came at 08:00:05 */
    assert_true(number(a, "value") == 5.0);
    assert_int_equal(number(s, "lines"), 300);
    assert_int_equal(number(s, "stored"), 300);
    assert_int_equal(number(s, "steps"), 2);
    assert_string_equal(text(s, "first"), "2024-03-01T00:00:05Z");
    assert_string_equal(text(s, "last"), "2024-03-13T11:00:05Z");
    cJSON *structure = cJSON_GetObjectItem(cJSON_GetObjectItem(s, "alerts"), "structure");
    assert_int_equal(number(structure, "orange"), 1);
    cJSON *load = cJSON_GetObjectItem(cJSON_GetObjectItem(s, "alerts_per_house_year"), "structure");
    assert_true(number(load, "orange") > 29.0 && number(load, "orange") < 30.0); /* 12.46 days */
    load = cJSON_GetObjectItem(s, "alarm_load");
    assert_true(number(load, "per_house_week") > 0.56 && number(load, "per_house_week") < 0.57);
    assert_true(number(load, "budget_per_house_week") == 0.1);
    const cJSON *busiest = cJSON_GetObjectItem(load, "busiest_week");
    assert_int_equal(number(busiest, "alerts"), 1);
    assert_true(number(busiest, "per_house") == 1);
    assert_string_equal(text(busiest, "until"), "2024-03-09T09:00:00Z");
    assert_true(number(load, "acknowledged_in_time") == 0); /* nobody was there in time */
    assert_string_equal(s->child->prev->string, "timing");
    cJSON_Delete(a);
    cJSON_Delete(s);
    free(alerts);
    free(summary);
}

static void test_the_store_may_be_kept(void **state)
{
    const char *folder = *state;

    assert_int_equal(
        shell(folder,
              BACKTEST
              "--readings h.ndjson --out out --keep-store && printf 'mqtt: { host = \"h\"; "
              "};\\nstore: { path = \"%s\"; };\\nregistry: { file = \"%s\"; limits = "
              "\"%s\"; };\\n' \"$PWD/out/store\" \"$PWD/registry.json\" \"$PWD/limits\""
              " >c.conf && \"$CTL\" -c c.conf verify && \"$CTL\" -c c.conf export -o again"
              " && cmp again h.ndjson",
              NULL),
        0);
    /* what the slow analysis says is in it as well, and alerts and status read it */
    assert_int_equal(
        shell(folder,
              "\"$CTL\" -c c.conf risk H1 --json >r && grep '\"house\":\"H1\",\"class' "
              "out/risk.ndjson |"
              " tail -n 1 | cmp - r && \"$CTL\" -c c.conf forecasts --json >f &&"
              " grep -q '\"sensor\":\"H1/n1/c\"' f && grep -q '\"sensor\":\"H1/n1/c\"' "
              "out/forecasts.ndjson && \"$CTL\" -c c.conf forecasts --score --json >s && grep -q "
              "'\"horizons\"' s && \"$CTL\" -c c.conf alerts --json >a && grep -q "
              "'\"level\":3' a && \"$CTL\" -c c.conf status --json >t; grep -q "
              "'\"alerts_open\":1' t",
              NULL),
        0);
    /* each assessment: the house, its row, the district */
    assert_int_equal(
        shell(
            folder,
            "sed -E 's/.*(Z\",\"house|Z\",\"row|Z\",\"district).*/\\1/; s/.*\"//'"
            " out/risk.ndjson | tail -n 3 | tr '\\n' ' ' >k && grep -qx 'house row district ' k &&"
            " \"$CTL\" -c c.conf risk --csv >k && grep -q ',R1,,1,1,H1' k",
            NULL),
        0);
    /* it is not written over */
    assert_int_equal(shell(folder, BACKTEST "--readings h.ndjson --out out --keep-store", NULL), 1);
}

static void test_epochs_are_added(void **state)
{
    const char *folder = *state;

    assert_int_equal(
        shell(folder,
              "sed -i 's/\"level\":3/\"level\":2/' limits/crack.json && " /* ends without anybody */
              "echo '[{\"t\":\"2024-03-10T00:00:00Z\",\"scope\":\"H1/wall\","
              "\"kind\":\"repair\"}]' >e.json && " BACKTEST
              "--epochs e.json --readings h.ndjson --out out && grep -q "
              "'\"event\":\"resolved\",\"at\":\"2024-03-10T00:00:00Z\"' out/alerts.ndjson",
              NULL),
        0);
    assert_int_equal(shell(folder,
                           "echo '[{\"t\":\"2024-03-10T00:00:00Z\",\"scope\":\"H9\","
                           "\"kind\":\"repair\"}]' >e.json && " BACKTEST
                           "--epochs e.json --readings h.ndjson --out out2",
                           NULL),
                     78);
    expect_said(folder, "H9");
}

/* --- what is left out --- */

static void test_hostile_lines_are_counted(void **state)
{
    const char *folder = *state;
    char *summary;
    cJSON *s, *refused;

    assert_int_equal(
        shell(
            folder,
            "{ head -n 5 h.ndjson; for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo broken; done; echo;"
            " sed -n 6p h.ndjson | sed s/n1/n7/; sed -n 6p h.ndjson | sed s/mm/Cel/;"
            " sed -n 2p h.ndjson; sed -n 7p h.ndjson | sed "
            "'s/2024-03-01T06:00:00/2024-04-01T06:00:00/';"
            " head -c 1200000 /dev/zero | tr '\\0' x; echo;"
            " sed -n 6p h.ndjson | sed s/2024/2019/g; sed -n 6p h.ndjson | sed s/2024/2094/g;"
            " tail -n +6 h.ndjson; printf '{\"cut'; } >hostile && " BACKTEST
            "--readings hostile --out out",
            NULL),
        0);
    expect_said(folder, "line 6:");
    expect_said(folder, "14 lines are no readings");
    summary = read_in(folder, "out/summary.json");
    s = cJSON_Parse(summary);
    refused = cJSON_GetObjectItem(s, "refused");
    assert_int_equal(number(s, "stored"), 301); /* of 2019 one, as late as can be */
    assert_int_equal(number(s, "duplicate"), 1);
    assert_int_equal(number(s, "out_of_order"), 2);
    assert_int_equal(number(refused, "line"), 14);
    assert_int_equal(number(refused, "unknown_sensor"), 1);
    assert_int_equal(number(refused, "unit"), 1);
    assert_int_equal(number(refused, "future"), 2);
    cJSON_Delete(s);
    free(summary);
}

static void test_nothing_to_read_is_an_error(void **state)
{
    const char *folder = *state;

    assert_int_equal(shell(folder, ": >empty; " BACKTEST "--readings empty --out out", NULL), 1);
    assert_int_equal(shell(folder, BACKTEST "--readings registry.json --out out", NULL), 1);
    assert_int_equal(shell(folder, BACKTEST "--readings nothere --out out", NULL), 1);
    assert_int_equal(shell(folder,
                           "gzip -c h.ndjson | head -c 500 >cut.gz; " BACKTEST
                           "--readings cut.gz --out out",
                           NULL),
                     1);
    expect_said(folder, "gzip");
    assert_int_equal(shell(folder, "test ! -e out/summary.json", NULL), 0);
    assert_int_equal(shell(folder, BACKTEST "--readings h.ndjson", NULL), 2);
    assert_int_equal(
        shell(folder, "\"$CTL\" backtest --registry h.csv --readings h.csv --out o", NULL), 78);
}

#define ALONE(name) cmocka_unit_test_setup_teardown(name, setup_alone, teardown_alone)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(test_the_steps_of_the_daemon),
        ALONE(test_every_form_comes_to_the_same),
        ALONE(test_what_it_writes),
        ALONE(test_the_store_may_be_kept),
        ALONE(test_epochs_are_added),
        ALONE(test_hostile_lines_are_counted),
        ALONE(test_nothing_to_read_is_an_error),
    };

    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
