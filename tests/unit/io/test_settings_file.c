/* shikumend.conf: defaults, numbers as they are written, files that are none. */
#include "settings_fixture.h"
#include "shikumen/model/alert.h"

/* --- defaults --- */

static void test_an_empty_file_gives_the_defaults(void **state)
{
    struct folder *f = *state;
    struct settings *s = read_text(f, "");

    assert_string_equal(s->file, f->conf);
    assert_string_equal(s->district.timezone, "");
    assert_string_equal(s->district.language, "zh");
    assert_string_equal(s->district.id, "");
    assert_string_equal(s->mqtt.host, "127.0.0.1");
    assert_int_equal(s->mqtt.port, 1883);
    assert_string_equal(s->mqtt.client_id, "");
    assert_int_equal(s->mqtt.version, 5);
    assert_string_equal(s->mqtt.username, "");
    assert_string_equal(s->mqtt.password_file, "");
    assert_int_equal(s->mqtt.receive_maximum, 2000);
    assert_int_equal(s->mqtt.session_expiry_s, 4294967295);
    assert_int_equal(s->mqtt.keepalive_s, 60);
    assert_int_equal(s->mqtt.subscribe_count, 1);
    assert_string_equal(s->mqtt.subscribe[0], "shikumen/v1/#");
    assert_string_equal(s->store.path, "/var/lib/shikumen");
    assert_int_equal(s->store.commit_ms, 10);
    assert_int_equal(s->store.commit_readings, 20000);
    assert_int_equal(s->store.retention_days, 0);
    assert_path(f, s->registry.file, "registry.json");
    assert_path(f, s->registry.limits, "limits");
    assert_path(f, s->registry.profiles, "profiles");
    assert_int_equal(s->assess.interval_s, 300);
    assert_true(s->alerts.budget_per_house_week == 0.1);
    assert_int_equal(s->alerts.house_most_week, 3);
    assert_int_equal(s->alerts.acknowledge_within_h, 24);
    assert_string_equal(s->http.listen, "127.0.0.1:8420");
    assert_int_equal(s->endpoint_count, 0);
    settings_free(s);
}

static void test_endpoint_defaults(void **state)
{
    struct folder *f = *state;
    struct settings *s = read_text(f, "endpoints: ( { name = \"a\"; url = \"http://h/x\"; } );");
    const struct endpoint *e = &s->endpoints[0];

    assert_int_equal(s->endpoint_count, 1);
    assert_string_equal(e->name, "a");
    assert_string_equal(e->url, "http://h/x");
    assert_string_equal(e->format, "native");
    assert_int_equal(e->min_level, 1);
    assert_int_equal(e->categories, (1u << CATEGORY_COUNT) - 1);
    assert_int_equal(e->house_count, 0);
    assert_string_equal(e->secret_file, "");
    assert_string_equal(e->url_secret_file, "");
    assert_string_equal(e->template, "");
    assert_string_equal(e->language, "both");
    assert_string_equal(e->keyword, "");
    assert_int_equal(e->timeout_s, 20);
    assert_string_equal(e->fallback, "");
    assert_string_equal(e->escalate_to, "");
    assert_int_equal(e->escalate_after_s, 0);
    assert_false(e->heartbeat);
    assert_int_equal(e->quiet_from, e->quiet_until);
    assert_false(e->is_fallback);
    settings_free(s);
}

static void test_a_robot(void **state)
{
    struct folder *f = *state;
    struct settings *s =
        read_text(f, "endpoints: ( { name = \"a\"; url = \"https://h/send?key={secret}\";\n"
                     "url_secret_file = \"secret\"; format = \"wecom\"; language = \"zh\";\n"
                     "keyword = \"报警\"; } );");
    const struct endpoint *e = &s->endpoints[0];

    assert_string_equal(e->url, "https://h/send?key={secret}");
    assert_string_equal(e->format, "wecom");
    assert_string_equal(e->language, "zh");
    assert_string_equal(e->keyword, "报警");
    assert_non_null(strstr(e->url_secret_file, "/secret"));
    settings_free(s);
}

static void test_what_follows_from_other_settings(void **state)
{
    struct folder *f = *state;
    struct settings *s = read_text(f, "district: { id = \"huangpu-01\"; };\n"
                                      "mqtt: { tls_ca = \"registry.json\"; };");

    assert_string_equal(s->mqtt.client_id, "shikumend-huangpu-01");
    assert_int_equal(s->mqtt.port, 8883);
    settings_free(s);
    s = read_text(f, "mqtt: { tls_ca = \"registry.json\"; port = 1883; client_id = \"c\"; };");
    assert_int_equal(s->mqtt.port, 1883);
    assert_string_equal(s->mqtt.client_id, "c");
    settings_free(s);
    s = read_text(f, "endpoints: ( { name = \"a\"; url = \"http://h\"; fallback = \"b\"; },\n"
                     "             { name = \"b\"; url = \"HTTPS://h:1/?a=b@c\"; } );");
    assert_false(s->endpoints[0].is_fallback);
    assert_true(s->endpoints[1].is_fallback);
    settings_free(s);
}

static void test_mqtt_versions(void **state)
{
    static const struct {
        const char *text;
        int version;
    } cases[] = {{"5", 5}, {"4", 4}, {"311", 4}, {"\"3.1.1\"", 4}, {"\"5\"", 5}, {"5L", 5}};
    struct folder *f = *state;
    char text[128];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(text, sizeof text, "mqtt = { version = %s; };", cases[i].text);
        struct settings *s = read_text(f, text);
        assert_int_equal(s->mqtt.version, cases[i].version);
        settings_free(s);
    }
}

/* libconfig 1.5 by itself reads 4294967295 as -1. */
static void test_long_numbers_are_read_as_written(void **state)
{
    static const struct {
        const char *text;
        int64_t value;
    } cases[] = {{"4294967295", 4294967295}, {"4294967295L", 4294967295},
                 {"0xFFFFFFFF", 4294967295}, {"2147483648", 2147483648},
                 {"2147483647", 2147483647}, {"0x10", 16},
                 {"00000000000017", 17},     {"1", 1}};
    struct folder *f = *state;
    char text[256];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(text, sizeof text,
                 "/* 99999999999999999999 \n @include \"no\" */ # 99999999999999999999\n"
                 "mqtt: { session_expiry_s = %s; username = \"99999999999999999999\\\"1\"; };",
                 cases[i].text);
        struct settings *s = read_text(f, text);
        assert_int_equal(s->mqtt.session_expiry_s, cases[i].value);
        assert_string_equal(s->mqtt.username, "99999999999999999999\"1");
        settings_free(s);
    }
}

static void test_numbers_with_a_fraction(void **state)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {{"0.1", 0.1}, {"0", 0}, {"1000", 1000}, {"2.5e-3", 0.0025}, {"1.0", 1}};
    struct folder *f = *state;
    struct settings *kept = read_text(f, "alerts: { budget_per_house_week = 7.25; };");
    const char *changes[2];
    char text[256];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(text, sizeof text, "alerts: { budget_per_house_week = %s; };", cases[i].text);
        struct settings *s = read_text(f, text);
        assert_true(s->alerts.budget_per_house_week == cases[i].value);
        assert_int_equal(settings_changed(s, kept, changes, 2), 1);
        assert_string_equal(changes[0], "alerts.budget_per_house_week");
        assert_int_equal(settings_keep(s, kept, "alerts."), ERR_OK);
        assert_int_equal(settings_changed(s, kept, changes, 2), 0);
        settings_free(s);
    }
    settings_free(kept);
}

/* --- files that are none --- */

static void test_missing_file(void **state)
{
    struct folder *f = *state;

    expect_faults(f, IN_CONF "0: does not exist\n");
}

static void test_directory_instead_of_a_file(void **state)
{
    struct folder *f = *state;

    make_directory(f, CONF);
    expect_faults(f, IN_CONF "0: is a directory, not a file\n");
    assert_int_equal(rmdir(f->conf), 0);
    write_text(f, CONF, "");
    make_directory(f, CONF ".d/10-folder.conf");
    expect_faults(f, CONF ".d/10-folder.conf:0: is a directory, not a file\n");
}

static void test_drop_in_directory_that_is_a_file(void **state)
{
    struct folder *f = *state;
    char path[1024];

    write_text(f, CONF, "");
    snprintf(path, sizeof path, "%s.d", f->conf);
    assert_int_equal(rmdir(path), 0);
    settings_free(expect_settings(f));
    write_text(f, CONF ".d", "");
    expect_faults(f, CONF ".d:0: cannot be listed: Not a directory\n");
}

static void test_huge_file(void **state)
{
    struct folder *f = *state;
    size_t n = (1u << 20) + 1;
    char *bytes = malloc(n);

    memset(bytes, '\n', n);
    write_bytes(f, CONF, bytes, n);
    expect_faults(f, IN_CONF "0: is larger than 1048576 bytes\n");
    write_bytes(f, CONF, bytes, n - 1);
    settings_free(expect_settings(f));
    memcpy(bytes + n - 10, "x = 1;", 6);
    write_bytes(f, CONF, bytes, n - 1);
    expect_faults(f,
                  IN_CONF "1048568: x: no such setting; allowed: district, mqtt, store, registry, "
                          "files, assess, alerts, http, endpoints\n");
    free(bytes);
}

static void test_deep_nesting_and_nul_bytes(void **state)
{
    struct folder *f = *state;
    size_t n = 500000;
    char *bytes = malloc(n);

    memset(bytes, '(', n);
    memcpy(bytes, "x=", 2);
    write_bytes(f, CONF, bytes, n);
    expect_faults(f, IN_CONF "1: memory exhausted\n");
    write_bytes(f, CONF, "a=1;\n\0b=2;", 11);
    expect_faults(f, IN_CONF "2: contains a NUL byte\n");
    free(bytes);
}

/* Random bytes and mutations of a good file end in settings or faults, nothing else. */
static void test_hostile_bytes(void **state)
{
    static const char good[] =
        "mqtt: { host = \"h\"; port = 1883; subscribe = [ \"a/#\" ]; };\n"
        "# c\n/* d */ endpoints: ( { name = \"a\"; url = \"http://h\"; } );\n";
    struct folder *f = *state;
    unsigned seed = 20261122;

    for (int round = 0; round < 3000; round++) {
        struct fault_list faults = {0};
        struct settings *s;
        char text[sizeof good];
        size_t n = sizeof good - 1;
        memcpy(text, good, n);
        for (int i = 0; i < 1 + round % 8; i++)
            text[(size_t)rand_r(&seed) % n] =
                round % 2 ? (char)rand_r(&seed) : "{}()[]\"=;:#/*@\\,0L"[rand_r(&seed) % 18];
        write_bytes(f, CONF, text, n - (size_t)rand_r(&seed) % 3);
        if (settings_read(f->conf, &faults, &s) == ERR_OK) {
            assert_int_equal(faults.count, 0);
            assert_non_null(s);
        } else {
            assert_true(faults.count > 0);
            assert_null(s);
        }
        settings_free(s);
        fault_list_free(&faults);
    }
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_an_empty_file_gives_the_defaults),
        T(test_endpoint_defaults),
        T(test_a_robot),
        T(test_what_follows_from_other_settings),
        T(test_mqtt_versions),
        T(test_long_numbers_are_read_as_written),
        T(test_numbers_with_a_fraction),
        T(test_missing_file),
        T(test_directory_instead_of_a_file),
        T(test_drop_in_directory_that_is_a_file),
        T(test_huge_file),
        T(test_deep_nesting_and_nul_bytes),
        T(test_hostile_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
