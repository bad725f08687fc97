/* shikumenctl over a store made by hand, no daemon: how it is used, and how it ends. */
#include "ctl_filled.h"

/* --- usage --- */

static void every_wrong_usage_ends_with_2(void **state)
{
    static const char *const wrong[][6] = {
        {NULL},
        {"stauts"},
        {"--frobnicate"},
        {"status", "--frobnicate"},
        {"status", "extra"},
        {"status", "--csv"},
        {"status", "--house", "H1"},
        {"houses", "--json", "--csv"},
        {"houses", "--all"},
        {"sensors", "--house"},
        {"sensors", "--house", ""},
        {"sensors", "--unknown", "--silent"},
        {"alerts", "--level", "5"},
        {"alerts", "--level", "0"},
        {"alerts", "--level", "pink"},
        {"alerts", "--since", "yesterday"},
        {"alerts", "aaaa", "--all"},
        {"alerts", "aaaa", "bbbb"},
        {"readings"},
        {"readings", ""},
        {"readings", "a", "b"},
        {"readings", "H1/n1/t", "--step", "week"},
        {"readings", "H1/n1/t", "--from", "-24x"},
        {"readings", "H1/n1/t", "--from", "-"},
        {"readings", "H1/n1/t", "--from", "-9999999999d"},
        {"readings", "H1/n1/t", "--from", "2026-02-30"},
        {"readings", "H1/n1/t", "--from", "now", "--to", "-1h"},
        {"quarantine", "--limit", "0"},
        {"quarantine", "--limit", "1x"},
        {"quarantine", "--limit", "-1"},
        {"quarantine", "--reason", "because"},
        {"export", "--json"},
        {"export", "-o"},
        {"export", "-o", ""},
        {"backup"},
        {"backup", "a", "b"},
        {"verify", "a", "b"},
        {"check", "--all"},
        {"status", "--version"},
    };
    const struct site *s = *state;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int code = ctl_v(s, wrong[i]);
        if (code != 2)
            fail_msg("case %zu (%s) ended with %d", i, wrong[i][0] ? wrong[i][0] : "", code);
        assert_said(s->err, "shikumenctl: ");
        char *out = read_text(s->out, NULL);
        assert_string_equal(out, "");
        free(out);
    }
    assert_int_equal(ctl(s, "stauts"), 2);
    assert_said(s->err, "'status'");
    assert_int_equal(ctl(s, "quarantine", "--reason", "formt"), 2);
    assert_said(s->err, "format");
}

static void help_is_there_for_each(void **state)
{
    static const char *const commands[] = {"check",    "status",     "houses", "sensors", "alerts",
                                           "readings", "quarantine", "export", "backup",  "verify"};
    const struct site *s = *state;

    assert_int_equal(ctl(s, "--help"), 0);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        assert_said(s->out, commands[i]);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        char usage[64];
        snprintf(usage, sizeof usage, "[-c FILE] %s", commands[i]);
        assert_int_equal(ctl(s, commands[i], "--help"), 0);
        assert_said(s->out, usage);
    }
    assert_int_equal(ctl(s, "--version"), 0);
    assert_said(s->out, "shikumenctl ");
}

/* --- no store, bad configuration --- */

static void without_a_store_all_say_so(void **state)
{
    static const char *const needing[][3] = {
        {"houses"},     {"sensors"}, {"alerts"},          {"readings", "H1/n1/t"},
        {"quarantine"}, {"export"},  {"backup", "b.tar"}, {"verify"},
    };
    const struct site *s = *state;
    cJSON *json;

    for (size_t i = 0; i < sizeof needing / sizeof needing[0]; i++) {
        assert_int_equal(ctl_v(s, needing[i]), 1);
        assert_said(s->err, s->store);
        assert_said(s->err, "yet");
    }
    assert_int_equal(ctl(s, "status", "--json"), 0);
    json = ctl_json(s);
    assert_string_equal(text_at(json, "daemon"), "stopped");
    assert_string_equal(text_at(json, "state"), "stopped");
    assert_string_equal(text_at(json, "broker"), "");
    assert_true(number_at(json, "shikumen_readings_received_total") == 0);
    assert_true(number_at(json, "shikumen_sensors_silent") == 3);
    assert_true(number_at(json, "houses_unknown") == 3);
    assert_true(cJSON_IsTrue(at(json, "reconciles")));
    cJSON_Delete(json);
}

static void a_bad_configuration_ends_with_78(void **state)
{
    const struct site *s = *state;
    cJSON *json;

    write_text(s->conf, "store: { path = \"store\"; };\nmqtt: { prot = 1; };\n");
    assert_int_equal(ctl(s, "status"), 78);
    assert_said(s->err, "d.conf:2: ");
    site_write_conf(s, "en");
    write_text(s->registry, "{\"district\":{\"id\":\"d1\"},\n\"houses\":[],\n\"sensors\":[{\"id\":"
                            "\"a/b/c\"}]}");
    assert_int_equal(ctl(s, "check", "--json"), 78);
    assert_said(s->err, "registry.json:3: sensors[0]");
    json = ctl_json(s);
    assert_true(cJSON_IsFalse(at(json, "ok")));
    assert_true(cJSON_GetArraySize(at(json, "faults")) >= 1);
    assert_true(number_at(cJSON_GetArrayItem(at(json, "faults"), 0), "line") == 3);
    cJSON_Delete(json);
    assert_int_equal(ctl(s, "houses"), 78);
    assert_int_equal(ctl(s, "status", "--json"), 0); /* does not need the registry */
    json = ctl_json(s);
    assert_true(cJSON_IsNull(at(json, "shikumen_sensors_silent")));
    cJSON_Delete(json);
}

static void c_may_stand_after_the_command(void **state)
{
    const struct site *s = *state;
    const char *const argv[] = {BIN_DIR "/shikumenctl", "status", "-c", s->conf, NULL};
    const struct process_options o = {.output = s->err, .stdout_to = s->out};

    assert_int_equal(process_run(argv, &o, PATIENCE_S), 0);
    assert_said(s->out, "stopped");
}

/* --- language and form --- */

static void the_district_s_language_is_spoken(void **state)
{
    const struct site *s = *state;

    site_write_conf(s, "zh");
    assert_int_equal(ctl(s, "houses"), 0);
    assert_said(s->out, "福源里一号");
    assert_said(s->out, "未知");
    assert_int_equal(ctl(s, "alerts"), 0);
    assert_said(s->out, "裂缝超限");
    site_write_conf(s, "fr"); /* English where there is no translation */
    assert_int_equal(ctl(s, "houses"), 0);
    assert_said(s->out, "Fuyuan 1");
    assert_said(s->out, "unknown");
    assert_not_said(s->out, "\x1b"); /* no colour: not a terminal */
}

static void a_full_output_is_an_error(void **state)
{
    const struct site *s = *state;
    const char *const argv[] = {BIN_DIR "/shikumenctl", "-c", s->conf, "houses", NULL};
    const struct process_options o = {.output = s->err, .stdout_to = "/dev/full"};

    assert_int_equal(process_run(argv, &o, PATIENCE_S), 1);
    assert_said(s->err, "cannot write");
}

int main(void)
{
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
#define BARE(test)       cmocka_unit_test_setup_teardown(test, setup_bare, teardown)
    const struct CMUnitTest tests[] = {
        WITH_STORE(every_wrong_usage_ends_with_2), BARE(help_is_there_for_each),
        BARE(without_a_store_all_say_so),          BARE(a_bad_configuration_ends_with_78),
        BARE(c_may_stand_after_the_command),       WITH_STORE(the_district_s_language_is_spoken),
        WITH_STORE(a_full_output_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
