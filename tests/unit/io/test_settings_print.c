/* shikumend.conf: what is printed reads back the same; what changed; the installed file. */
#include "settings_fixture.h"
#include "shikumen/model/alert.h"

static const char full[] =
    "district: { id = \"d\"; name = \"黄浦 \\\"里\\\" \\\\\"; timezone = \"UTC\"; language = "
    "\"en\"; };\n"
    "mqtt: { host = \"::1\"; port = 1999; client_id = \"c # /* \"; version = 311; username = "
    "\"u\";\n"
    "  password_file = \"secret\"; tls_ca = \"secret\"; tls_cert = \"secret\"; tls_key = "
    "\"secret\";\n"
    "  receive_maximum = 7; session_expiry_s = 4294967294; keepalive_s = 5;\n"
    "  subscribe = ( \"a/+/b\", \"#\" ); };\n"
    "store: { path = \"st\"; commit_ms = 1000; commit_readings = 1; retention_days = 36500; };\n"
    "registry: { file = \"registry.json\"; limits = \"l\"; profiles = \"p\"; };\n"
    "assess: { interval_s = 1; };\n"
    "alerts: { budget_per_house_week = 2; house_most_week = 9; acknowledge_within_h = 1;\n"
    "  daily_at = \"00:05\"; };\n"
    "http: { listen = \"[::1]:1\"; tls_cert = \"secret\"; tls_key = \"secret\"; tokens_file = "
    "\"secret\"; "
    "};\n"
    "endpoints: ( { name = \"a\"; url = \"https://h/?q=1\"; format = \"native\"; min_level = 4;\n"
    "    categories = [ \"system\", \"instrument\" ]; houses = [ \"H001\", \"H\\\"2\" ];\n"
    "    secret_file = \"secret\"; timeout_s = 120; fallback = \"b\"; escalate_to = \"b\";\n"
    "    escalate_after_s = 60; heartbeat = true; quiet = \"22:30-07:01\"; },\n"
    "  { name = \"b\"; url = \"http://i\"; } );\n";

static void test_what_is_printed_reads_back_the_same(void **state)
{
    struct folder *f = *state;
    struct settings *first = read_text(f, full), *second;
    struct strbuf printed = {0}, again = {0};
    const char *changes[4];
    char other[1024];

    settings_print(first, &printed);
    assert_non_null(strstr(strbuf_text(&printed), "session_expiry_s = 4294967294L;"));
    assert_non_null(strstr(strbuf_text(&printed), "version = 4;"));
    assert_non_null(strstr(strbuf_text(&printed), "budget_per_house_week = 2.0;"));
    write_text(f, CONF, strbuf_text(&printed));
    second = expect_settings(f);
    assert_int_equal(settings_changed(first, second, changes, 4), 0);
    assert_string_equal(second->district.name, "黄浦 \"里\" \\");
    assert_string_equal(second->mqtt.client_id, "c # /* ");
    assert_int_equal(second->endpoint_count, 2);
    assert_int_equal(second->endpoints[0].categories, 6);
    assert_int_equal(second->endpoints[0].house_count, 2);
    assert_string_equal(second->endpoints[0].houses[1], "H\"2");
    assert_int_equal(second->endpoints[0].escalate_after_s, 60);
    assert_true(second->endpoints[0].heartbeat);
    assert_int_equal(second->endpoints[0].quiet_from, 22 * 60 + 30);
    assert_int_equal(second->endpoints[0].quiet_until, 7 * 60 + 1);
    assert_int_equal(second->endpoints[1].quiet_from, second->endpoints[1].quiet_until);
    assert_int_equal(second->alerts.daily_at, 5);
    assert_non_null(strstr(strbuf_text(&printed), "quiet = \"22:30-07:01\";"));
    assert_non_null(strstr(strbuf_text(&printed), "quiet = \"\";"));
    assert_true(second->endpoints[1].is_fallback);
    settings_print(second, &again);
    assert_string_equal(strbuf_text(&printed), strbuf_text(&again));
    settings_free(second);

    /* from another folder too: all paths are absolute */
    make_directory(f, "other");
    write_text(f, "other/x", strbuf_text(&printed));
    snprintf(other, sizeof other, "%s/other/x", f->path);
    struct fault_list faults = {0};
    assert_int_equal(settings_read(other, &faults, &second), ERR_OK);
    assert_int_equal(settings_changed(first, second, changes, 4), 0);
    settings_free(first);
    settings_free(second);
    strbuf_free(&printed);
    strbuf_free(&again);
}

static void test_printing_tells_where_secrets_lie_but_not_what_they_are(void **state)
{
    struct folder *f = *state;
    struct settings *s = read_text(f, full);
    struct strbuf printed = {0};
    char path[1024];

    settings_print(s, &printed);
    assert_null(strstr(strbuf_text(&printed), "s3cret-value"));
    snprintf(path, sizeof path, "secret, read from %s/secret\n", f->path);
    assert_non_null(strstr(strbuf_text(&printed), path));
    make_directory(f, "credentials");
    write_text(f, "credentials/secret", "s3cret-value");
    snprintf(path, sizeof path, "%s/credentials", f->path);
    setenv("CREDENTIALS_DIRECTORY", path, 1);
    strbuf_clear(&printed);
    settings_print(s, &printed);
    unsetenv("CREDENTIALS_DIRECTORY");
    assert_null(strstr(strbuf_text(&printed), "s3cret-value"));
    snprintf(path, sizeof path, "secret, read from %s/credentials/secret\n", f->path);
    assert_non_null(strstr(strbuf_text(&printed), path));
    strbuf_free(&printed);
    settings_free(s);
}

static void test_changes_and_keeping(void **state)
{
    struct folder *f = *state;
    struct settings *a = read_text(f, "store: { path = \"one\"; };"), *b;
    const char *changes[8];

    b = read_text(f, "store: { path = \"two\"; commit_ms = 5; };\n"
                     "mqtt: { host = \"h\"; subscribe = [ \"x\", \"y\" ]; };");
    assert_int_equal(settings_changed(a, b, changes, 8), 4);
    assert_string_equal(changes[0], "mqtt.host");
    assert_string_equal(changes[1], "mqtt.subscribe");
    assert_string_equal(changes[2], "store.path");
    assert_string_equal(changes[3], "store.commit_ms");
    assert_int_equal(settings_changed(a, b, changes, 1), 1);
    assert_int_equal(settings_keep(b, a, "mqtt."), ERR_OK);
    assert_int_equal(settings_keep(b, a, "store.path"), ERR_OK);
    assert_int_equal(settings_changed(a, b, changes, 8), 1);
    assert_string_equal(changes[0], "store.commit_ms");
    settings_free(a); /* b owns what it kept */
    assert_string_equal(b->mqtt.subscribe[0], "shikumen/v1/#");
    assert_path(f, b->store.path, "one");
    settings_free(b);
}

/* Every name that --print-config prints stands in the file that is installed, which is itself
 * without fault and holds nothing but defaults. */
static void test_the_installed_file_is_complete(void **state)
{
    struct folder *f = *state;
    struct settings *defaults = read_text(f, E1("")), *shipped;
    struct strbuf printed = {0}, text = {0};
    struct fault_list faults = {0};
    FILE *file = fopen(SOURCE_DIR "/config/shikumend.conf", "r");
    char block[4096], *line, *rest;
    size_t n, names = 0;

    assert_non_null(file);
    while ((n = fread(block, 1, sizeof block, file)) > 0)
        strbuf_append(&text, block, n);
    fclose(file);
    settings_print(defaults, &printed);
    for (line = strtok_r(printed.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char name[64], wanted[80], first;
        if (sscanf(line, " # %63[a-z_] = %c", name, &first) != 2 &&
            sscanf(line, " %63[a-z_] = %c", name, &first) != 2)
            continue;
        snprintf(wanted, sizeof wanted, " %s = ", name);
        if (!strstr(strbuf_text(&text), wanted))
            fail_msg("%s is not in config/shikumend.conf", name);
        names++;
    }
    assert_true(names > 35);

    write_text(f, CONF, strbuf_text(&text));
    shipped = expect_settings(f);
    settings_free(defaults);
    defaults = read_text(f, "");
    const char *changes[1];
    assert_int_equal(settings_changed(shipped, defaults, changes, 1), 0);
    assert_int_equal(shipped->endpoint_count, 0);
    settings_free(shipped);
    settings_free(defaults);
    strbuf_free(&printed);
    strbuf_free(&text);
    fault_list_free(&faults);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_what_is_printed_reads_back_the_same),
        T(test_printing_tells_where_secrets_lie_but_not_what_they_are),
        T(test_changes_and_keeping),
        T(test_the_installed_file_is_complete),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
