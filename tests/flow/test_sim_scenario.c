/* Scenario files: those that are shipped, what is wrong with a wrong one, and their messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>

#include "shikumen/core/payload.h"
#include "shikumen/core/registry_json.h"
#include "sim_fixture.h"
#include "tmpdir.h"

#define EXIT_CONFIG 78
#define START       "\"start\":\"2021-03-01T00:00:00Z\""
#define SMALL       "{\"seed\":1," START ",\"days\":3,\"houses\":{\"count\":2}"

/* Runs the simulator over the text; what it says on stderr, malloc'd. */
static char *faults_of(const char *folder, const char *scenario, int code)
{
    char *file = path_in(folder, "wrong.json"), *said = path_in(folder, "said"), *text;
    struct process_options o = {.output = said};
    const char *const argv[] = {SIM, "--scenario", file, "--registry-out", "/dev/null", NULL};

    write_text(file, scenario);
    write_text(said, "");
    assert_int_equal(process_run(argv, &o, 30), code);
    text = read_text(said, NULL);
    free(file);
    free(said);
    return text;
}

static void every_fault_says_where_and_what(void **state)
{
    static const char *const wrong[][2] = {
        {"{", "wrong.json:1:"},
        {"{\"seed\":1}", "start: missing, a time is needed"},
        {"{\"seed\":1," START ",\"days\":3}", "houses: missing"},
        {SMALL ",\"haus\":1}", "haus: unknown key"},
        {SMALL ",\"period_s\":7000}", "period_s: 7000 does not divide a day"},
        {SMALL ",\"sensors\":[\"crack-9\"]}", "sensors[0]: \"crack-9\" is no sensor"},
        {SMALL ",\"district\":{\"houses\":2,\"years\":1,\"damaged_share\":0,"
               "\"ills_per_sensor_year\":0}}",
         "days: not together with district"},
        {SMALL ",\"weather\":{\"heat_waves\":[{\"from\":\"2021-07-01\",\"days\":3,"
               "\"rise_celsius\":50}]}}",
         "weather.heat_waves[0].rise_celsius: 50 is not within 0..15"},
        {SMALL ",\"damages\":[{\"kind\":\"flood\"}]}", "damages[0].kind: \"flood\" is not a kind"},
        {SMALL ",\"damages\":[{\"kind\":\"linear\",\"house\":\"H001\"," START ",\"onset\":"
               "\"2021-03-02\",\"size\":1,\"days\":1}]}",
         "linear happens to a sensor"},
        {SMALL ",\"damages\":[{\"kind\":\"linear\",\"sensor\":\"H009/n1/crack-1\",\"onset\":"
               "\"2021-03-02\",\"size\":1,\"days\":1}]}",
         "damages[0]: 无此处 \"H009/n1/crack-1\""},
        {SMALL ",\"ills\":[{\"kind\":\"gap\",\"sensor\":\"H001/n1/crack-1\",\"from\":"
               "\"2021-03-02\"}]}",
         "ills[0].days: missing"},
        {SMALL ",\"ills\":[{\"kind\":\"swap\",\"sensor\":\"H001/n1/crack-1\",\"from\":"
               "\"2021-03-02\"}]}",
         "ills[0].size: missing"},
        {SMALL ",\"ills\":[{\"kind\":\"stuck\",\"sensor\":\"H001/n1/crack-1\",\"from\":"
               "\"2021-03-02\",\"epoch\":true}]}",
         "ills[0].epoch: nobody notes a stuck"},
        {SMALL ",\"ills\":[{\"kind\":\"stuck\",\"sensor\":\"H001/n1/crack-7\",\"from\":"
               "\"2021-03-02\"}]}",
         "ills[0]: 无此处 \"H001/n1/crack-7\""},
        {SMALL ",\"epochs\":[{\"t\":\"2021-03-02\",\"scope\":\"H007\",\"kind\":\"repair\"}]}",
         "epochs[0].scope: 无此处 \"H007\""},
        {SMALL ",\"expect\":[{\"raised\":{\"category\":\"structure\",\"damage\":0}}]}",
         "expect[0].raised.damage"},
        {SMALL ",\"expect\":[{}]}", "expect[0]: one verb is needed"},
        {SMALL ",\"expect\":[{\"at_most\":{\"category\":\"structure\"}}]}",
         "expect[0].at_most.episodes: missing"},
        {"{\"seed\":1," START ",\"days\":3,\"houses\":[{\"id\":\"H1\"},{\"id\":\"H1\"}]}",
         "houses[1]: \"H1\" is already the id"},
        {"{\"seed\":1," START ",\"days\":3,\"houses\":[{\"id\":\"H/1\"}]}",
         "houses[0].id: \"H/1\" is no id"},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char *said = faults_of(*state, wrong[i][0], EXIT_CONFIG);
        if (!strstr(said, wrong[i][1]))
            fail_msg("%s\nsaid: %snot: %s", wrong[i][0], said, wrong[i][1]);
        free(said);
    }
    free(faults_of(*state, SMALL "}", 0));
}

/* A document that reaches the section, in two halves around one more key. */
static const struct {
    const char *name, *before, *after; /* name: of the schema's $defs; "": the document */
} sections[] = {
    {"", "{\"seed\":1,", "}"},
    {"houses", "{\"seed\":1," START ",\"days\":3,\"houses\":{\"count\":1,", "}}"},
    {"house", "{\"seed\":1," START ",\"days\":3,\"houses\":[{\"id\":\"H1\",", "}]}"},
    {"weather", SMALL ",\"weather\":{", "}}"},
    {"heat_wave", SMALL ",\"weather\":{\"heat_waves\":[{", "}]}}"},
    {"plum_rain", SMALL ",\"weather\":{\"plum_rains\":[{", "}]}}"},
    {"damage", SMALL ",\"damages\":[{", "}]}"},
    {"ill", SMALL ",\"ills\":[{", "}]}"},
    {"epoch", SMALL ",\"epochs\":[{", "}]}"},
    {"expect", SMALL ",\"expect\":[{", "}]}"},
    {"sentence", SMALL ",\"expect\":[{\"raised\":{", "}}]}"},
    {"district", "{\"seed\":1," START ",\"district\":{", "}}"},
};

/* The keys that the program would take are those of the schema. */
static void schema_and_program_agree(void **state)
{
    char *text = sim_file(SCENARIOS, "schema.json");
    cJSON *schema = cJSON_Parse(text);

    assert_non_null(schema);
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        const cJSON *of =
            *sections[i].name
                ? cJSON_GetObjectItem(cJSON_GetObjectItem(schema, "$defs"), sections[i].name)
                : schema;
        char scenario[500], *said, *list, *rest;
        int known = 0;

        snprintf(scenario, sizeof scenario, "%s\"zzzzzzzz\":1%s", sections[i].before,
                 sections[i].after);
        said = faults_of(*state, scenario, EXIT_CONFIG);
        list = strstr(said, "zzzzzzzz: unknown key (");
        assert_non_null(list);
        list = strchr(list, '(') + 1;
        *strchr(list, ')') = '\0';
        for (char *key = strtok_r(list, ", ", &rest); key; key = strtok_r(NULL, ", ", &rest)) {
            if (!cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItem(of, "properties"), key))
                fail_msg("%s: the schema has no %s", sections[i].name, key);
            known++;
        }
        assert_int_equal(known, cJSON_GetArraySize(cJSON_GetObjectItem(of, "properties")));
        free(said);
    }
    cJSON_Delete(schema);
    free(text);
}

static void shipped_scenarios_are_sound(void **state)
{
    DIR *d = opendir(SCENARIOS);
    size_t n = 0;

    (void)state;
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        char *file = path_in(SCENARIOS, e->d_name), *text;
        const char *const argv[] = {SIM, "--scenario", file, "--registry-out", "/dev/null", NULL};
        if (strstr(e->d_name, ".json") && strcmp(e->d_name, "schema.json") != 0) {
            text = read_text(file, NULL);
            if (process_run(argv, NULL, 30) != 0)
                fail_msg("%s", e->d_name);
            assert_true(strstr(text, "\"expect\"") || strstr(text, "\"district\""));
            free(text);
            n++;
        }
        free(file);
    }
    closedir(d);
    assert_true(n >= 25);
}

static struct registry *registry_of(const char *folder)
{
    char *text = sim_file(folder, "registry.json");
    struct source_text source = {"registry.json", text, strlen(text)};
    struct fault_list faults = {0};
    struct registry *r = NULL;

    if (registry_parse(&source, NULL, 0, &faults, &r) != ERR_OK)
        fault_print(&faults, 2);
    assert_non_null(r);
    fault_list_free(&faults);
    free(text);
    return r;
}

/* The messages hold the readings of the history, in the same order. */
static void messages_say_the_same(void **state)
{
    const char *scenario = SMALL ",\"sensors\":[\"crack-1\",\"ppv\",\"ppv-f\",\"t-in\",\"bat\"]}";
    struct sim_history h = sim_run(*state, "same", scenario);
    char *file = path_in(*state, "same.json"), *out = path_in(*state, "out"), *text, *rest;
    char *registry = path_in(h.folder, "registry.json");
    const char *const argv[] = {SIM,     "--quiet",        "--scenario", file,    "--limits", "",
                                "--run", "--registry-out", registry,     "--out", out,        NULL};
    struct arena arena = {0};
    struct registry *r;
    size_t n = 0;

    assert_int_equal(process_run(argv, NULL, 30), 0);
    r = registry_of(h.folder);
    text = read_text(out, NULL);
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        cJSON *m = cJSON_Parse(line);
        char *payload = cJSON_PrintUnformatted(cJSON_GetObjectItem(m, "payload"));
        struct message message = {cJSON_GetObjectItem(m, "topic")->valuestring, payload,
                                  strlen(payload),
                                  sim_time(cJSON_GetObjectItem(m, "rx")->valuestring)};
        struct decoded d;

        assert_int_equal(payload_decode(&message, r, &arena, &d), ERR_OK);
        assert_int_equal(d.refused_count, 0);
        for (size_t i = 0; i < d.reading_count; i++, n++) {
            assert_true(n < h.count);
            assert_string_equal(r->sensors[d.readings[i].sensor].id, h.lines[n].sensor);
            assert_true(d.readings[i].t_us == h.lines[n].t_us);
            assert_true(d.readings[i].value == h.lines[n].value);
        }
        arena_reset(&arena);
        free(payload);
        cJSON_Delete(m);
    }
    assert_int_equal(n, h.count);
    arena_free(&arena);
    registry_free(r);
    sim_free(&h);
    free(text);
    free(registry);
    free(file);
    free(out);
}

static void compressed_says_the_same(void **state)
{
    struct sim_history h = sim_run(*state, "gzip", SMALL "}");
    char *file = path_in(*state, "gzip.json"), *packed = path_in(h.folder, "readings.ndjson.gz");
    char *out = path_in(*state, "unpacked"), *text;
    const char *const write[] = {SIM,         "--quiet", "--scenario", file,
                                 "--history", h.folder,  "--gzip",     NULL};
    const char *const unpack[] = {"gzip", "-dc", packed, NULL};
    struct process_options o = {.stdout_to = out};

    assert_int_equal(process_run(write, NULL, 30), 0);
    assert_int_equal(process_run(unpack, &o, 30), 0);
    text = read_text(out, NULL);
    assert_string_equal(text, h.text);
    sim_free(&h);
    free(text);
    free(file);
    free(packed);
    free(out);
}

/* A place that cannot be written fails the run; so do options that do not go together. */
static void failures_are_told(void **state)
{
    char *file = path_in(*state, "fails.json");
    const char *const nowhere[] = {SIM, "--scenario", file, "--history", "/dev/null/x", NULL};
    const char *const missing[] = {SIM, "--scenario", "/nowhere.json", "--history", *state, NULL};
    const char *const alone[] = {SIM, "--history", *state, NULL};
    const char *const both[] = {SIM, "--scenario", file, "--history", *state, "--out", "-", NULL};
    const char *const packed[] = {SIM, "--scenario", file, "--gzip", NULL};

    write_text(file, SMALL "}");
    assert_int_equal(process_run(nowhere, NULL, 30), 1);
    assert_int_equal(process_run(missing, NULL, 30), 1);
    assert_int_equal(process_run(alone, NULL, 30), 2);
    assert_int_equal(process_run(both, NULL, 30), 2);
    assert_int_equal(process_run(packed, NULL, 30), 2);
    free(file);
}

int main(void)
{
    char *folder = tmpdir_make("sim-scenario");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(every_fault_says_where_and_what, folder),
        cmocka_unit_test_prestate(schema_and_program_agree, folder),
        cmocka_unit_test_prestate(shipped_scenarios_are_sound, folder),
        cmocka_unit_test_prestate(messages_say_the_same, folder),
        cmocka_unit_test_prestate(compressed_says_the_same, folder),
        cmocka_unit_test_prestate(failures_are_told, folder),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    tmpdir_remove(folder);
    return failed;
}
