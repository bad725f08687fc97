/* The daemon as a command: wrong usage, faults of its configuration, missing files. */
#include "lonely_daemon.h"

static void test_wrong_usage_is_one_line_and_2(void **state)
{
    static const char *const cases[][5] = {
        {"-x"},
        {"--nope"},
        {"-c"},
        {"--config"},
        {"-c", ""},
        {"extra"},
        {"-tp"},
        {"--c"},
        {"--debug=3"},
        {"-h", "-V"},
        {"-t", "a", "b"},
        {"-dd", "-"},
        {"-V", "--check-config"},
    };
    struct site *s = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *out, *err;
        assert_int_equal(run(s, cases[i], &out, &err), 2);
        assert_string_equal(out, "");
        assert_memory_equal(err, "shikumend: ", 11);
        assert_ptr_equal(strchr(err, '\n'), err + strlen(err) - 1);
        free(out);
        free(err);
    }
}

static void test_version_and_help(void **state)
{
    static const char *const cases[][2] = {{"--version"}, {"-V"}, {"--help"}, {"-h"}};
    struct site *s = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *out, *err;
        assert_int_equal(run(s, cases[i], &out, &err), 0);
        assert_string_equal(err, "");
        if (i < 2)
            assert_string_equal(out, "shikumend " SHIKUMEN_VERSION "\n");
        else
            assert_non_null(strstr(out, "--print-config"));
        free(out);
        free(err);
    }
}

static void expect_checked(const struct site *s, int expected_code, const char *expected)
{
    const char *const arguments[] = {"-c", s->conf, "--check-config", NULL};
    char *out, *err;
    int code = run(s, arguments, &out, &err);

    assert_string_equal(err, expected);
    assert_string_equal(out, "");
    assert_int_equal(code, expected_code);
    free(out);
    free(err);
}

static void test_check_config_of_a_good_one(void **state)
{
    struct site *s = *state;
    struct strbuf expected = {0};

    strbuf_printf(&expected,
                  "%s: ok: 1 houses, 2 sensors, 1 limit sets, 1 sensors without limits\n", s->conf);
    expect_checked(s, 0, strbuf_text(&expected));
    assert_int_equal(access(s->store, F_OK), -1); /* checking touches nothing */
    strbuf_free(&expected);
}

static void test_check_config_reports_the_faults_of_all_files(void **state)
{
    struct site *s = *state;
    const char *const arguments[] = {"-t", "-c", s->conf, NULL};
    char *out, *err, *limit = path_in(s->limits, "bad.json"), *line, *rest;
    bool in_conf = false, in_registry = false, in_limits = false;

    write_conf(s, "keepalve_s = 10;", "\nassess: { interval_s = 0; };\n");
    write_text(s->registry,
               "{\"district\":{\"id\":\"d1\"},\"houses\":[],\n\n\"sensors\":[{\"id\":1}]}");
    write_text(limit, "{\n\"name\": \"bad\" \"x\"");
    assert_int_equal(run(s, arguments, &out, &err), 78);
    assert_string_equal(out, "");
    assert_non_null(strstr(err, "shikumend.conf:1: mqtt.keepalve_s: no such setting; did you mean "
                                "\"keepalive_s\"? / 没有这一设置；是否指“keepalive_s”？\n"));
    assert_non_null(strstr(err, "shikumend.conf:4: assess.interval_s: 0 is out of range"));
    for (line = strtok_r(err, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        assert_memory_equal(line, s->folder, strlen(s->folder)); /* a file name begins every line */
        in_conf = in_conf || strstr(line, "shikumend.conf:1: ");
        in_registry = in_registry || strstr(line, "registry.json:3: ");
        in_limits = in_limits || strstr(line, "limits/bad.json:2: ");
    }
    assert_true(in_conf && in_registry && in_limits);
    free(out);
    free(err);
    free(limit);
}

static void test_check_config_reads_templates(void **state)
{
    struct site *s = *state;
    const char *const arguments[] = {"-t", "-c", s->conf, NULL};
    char *out, *err, *file = path_in(s->folder, "desk.template");

    write_conf(s, "",
               "\nendpoints: ( { name = \"a\"; url = \"http://h/\"; format = \"template\";\n"
               "template = \"desk.template\"; } );\n");
    write_text(file, "Content-Type: application/json\n\n{\n\"zh\": {{/summry/zh}}}");
    assert_int_equal(run(s, arguments, &out, &err), 78);
    assert_non_null(strstr(err,
                           "desk.template:4: {{/summry/zh}}: there is no such thing in a step; "
                           "allowed: /title, /text, /id"));
    free(out);
    free(err);
    write_text(file, "Content-Type: application/json\n\n{\n\"zh\": {{/summary/zh}}}");
    assert_int_equal(run(s, arguments, &out, &err), 0);
    free(out);
    free(err);
    free(file);
}

static void test_missing_files(void **state)
{
    struct site *s = *state;
    struct strbuf expected = {0};
    const char *const arguments[] = {"-c", "/does/not/exist.conf", NULL};
    char *out, *err, *limit = path_in(s->limits, "crack.json");

    assert_int_equal(run(s, arguments, &out, &err), 78);
    assert_string_equal(err, "/does/not/exist.conf: does not exist / 不存在\n");
    free(out);
    free(err);

    unlink(limit);
    rmdir(s->limits); /* missed only because a sensor refers to a set */
    assert_int_equal(run(s, (const char *const[]){"-t", "-c", s->conf, NULL}, &out, &err), 78);
    assert_non_null(strstr(err, "/limits: does not exist, but "));
    assert_ptr_equal(strchr(err, '\n'), err + strlen(err) - 1); /* one line, whatever the number */
    free(out);
    free(err);
    write_text(s->registry, registry_two);
    strbuf_printf(&expected,
                  "%s: ok: 2 houses, 0 sensors, 0 limit sets, 0 sensors without limits\n", s->conf);
    expect_checked(s, 0, strbuf_text(&expected));
    strbuf_free(&expected);
    free(limit);
}

static void test_print_config_reads_back(void **state)
{
    struct site *s = *state;
    const char *const arguments[] = {"--print-config", "--config", s->conf, NULL};
    char *out, *err, *again;

    assert_int_equal(run(s, arguments, &out, &err), 0);
    assert_string_equal(err, "");
    write_text(s->conf, out);
    free(err);
    assert_int_equal(run(s, arguments, &again, &err), 0);
    assert_string_equal(out, again);
    free(out);
    free(again);
    free(err);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_wrong_usage_is_one_line_and_2), T(test_version_and_help),
        T(test_check_config_of_a_good_one),    T(test_check_config_reports_the_faults_of_all_files),
        T(test_check_config_reads_templates),  T(test_missing_files),
        T(test_print_config_reads_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
