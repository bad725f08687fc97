/* shikumend.conf: every kind of fault with its file and line, drop-ins, defaults, round trip. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shikumen/io/settings_file.h"
#include "shikumen/model/alert.h"
#include "tmpdir.h"

#define CONF "shikumend.conf"

/* libconfig 1.5 forgets up to 64 bytes at a syntax error behind a text. */
const char *__lsan_default_suppressions(void);
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void)
{
    return "leak:libconfig.so\n";
}

/* A folder with a registry and a secret; the tests write shikumend.conf into it. */
struct folder {
    char *path;
    char conf[512];
};

static void write_bytes(const struct folder *f, const char *name, const void *bytes, size_t n)
{
    char path[1024];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", f->path, name);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static void write_text(const struct folder *f, const char *name, const char *text)
{
    write_bytes(f, name, text, strlen(text));
}

static void make_directory(const struct folder *f, const char *name)
{
    char path[1024];

    snprintf(path, sizeof path, "%s/%s", f->path, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static int setup(void **state)
{
    struct folder *f = calloc(1, sizeof *f);

    unsetenv("CREDENTIALS_DIRECTORY");
    f->path = tmpdir_make("settings");
    snprintf(f->conf, sizeof f->conf, "%s/" CONF, f->path);
    write_text(f, "registry.json", "{}");
    write_text(f, "secret", "s3cret-value\n \t\r\n");
    make_directory(f, CONF ".d");
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct folder *f = *state;

    tmpdir_remove(f->path);
    free(f);
    return 0;
}

/* The faults as "NAME:LINE: text\n" with NAME relative to the folder. */
static void list_faults(const struct folder *f, const struct fault_list *faults, struct strbuf *out)
{
    size_t n = strlen(f->path);

    for (const struct fault *fault = faults->first; fault; fault = fault->next) {
        bool inside = strncmp(fault->file, f->path, n) == 0;
        strbuf_printf(out, "%s:%d: %s\n", inside ? fault->file + n + 1 : fault->file, fault->line,
                      fault->text);
    }
}

static void expect_faults(const struct folder *f, const char *expected)
{
    struct fault_list faults = {0};
    struct settings *s = (struct settings *)(uintptr_t)1;
    struct strbuf got = {0};

    assert_int_equal(settings_read(f->conf, &faults, &s), ERR_CONFIG);
    assert_null(s);
    list_faults(f, &faults, &got);
    assert_string_equal(strbuf_text(&got), expected);
    strbuf_free(&got);
    fault_list_free(&faults);
}

static struct settings *expect_settings(const struct folder *f)
{
    struct fault_list faults = {0};
    struct settings *s;
    struct strbuf got = {0};
    enum err e = settings_read(f->conf, &faults, &s);

    list_faults(f, &faults, &got);
    assert_string_equal(strbuf_text(&got), "");
    assert_int_equal(e, ERR_OK);
    strbuf_free(&got);
    fault_list_free(&faults);
    return s;
}

static struct settings *read_text(const struct folder *f, const char *text)
{
    write_text(f, CONF, text);
    return expect_settings(f);
}

/* path is "<folder>/<name>". */
static void assert_path(const struct folder *f, const char *path, const char *name)
{
    char expected[1024];

    snprintf(expected, sizeof expected, "%s/%s", f->path, name);
    assert_string_equal(path, expected);
}

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

/* --- faults --- */

struct fault_case {
    const char *text;     /* of shikumend.conf */
    const char *expected; /* lines */
};

#define E1(rest) "endpoints: ( { name = \"a\"; url = \"http://h\";\n" rest " } );"
#define IN_CONF  CONF ":"

static const struct fault_case fault_cases[] = {
    /* unknown names */
    {"mqtt:\n{\n  prt = 1883;\n};",
     IN_CONF "3: mqtt.prt: no such setting; did you mean \"port\"?\n"},
    {"mqtx: { };", IN_CONF "1: mqtx: no such setting; did you mean \"mqtt\"?\n"},
    {"assess: { zzz = 1; };", IN_CONF "1: assess.zzz: no such setting; allowed: interval_s\n"},
    {"\nwhatever = 1;", IN_CONF "2: whatever: no such setting; allowed: district, mqtt, store, "
                                "registry, files, assess, alerts, http, endpoints\n"},
    {E1("timeout = 3;"),
     IN_CONF "2: endpoints[0].timeout: no such setting; did you mean \"timeout_s\"?\n"},
    /* types */
    {"mqtt = 5;", IN_CONF "1: mqtt: must be a group { ... }, not a whole number\n"},
    {"mqtt: { port = \"1883\"; };",
     IN_CONF "1: mqtt.port: must be a whole number, not text (1..65535)\n"},
    {"assess: { interval_s = 1.5; };",
     IN_CONF "1: assess.interval_s: must be a whole number, not a "
             "number with a fraction (1..86400 s)\n"},
    {"mqtt: { host = 4; };", IN_CONF "1: mqtt.host: must be text, not a whole number\n"},
    {"mqtt: { host = { }; };", IN_CONF "1: mqtt.host: must be text, not a group\n"},
    {"mqtt: { subscribe = \"x\"; };",
     IN_CONF "1: mqtt.subscribe: must be a list, not text (a list of texts)\n"},
    {"mqtt: { subscribe = (\n\"x\",\n5 ); };",
     IN_CONF "3: mqtt.subscribe: must be text, not a whole number (a list of texts)\n"},
    {E1("heartbeat = 1;"),
     IN_CONF "2: endpoints[0].heartbeat: must be true or false, not a whole number\n"},
    {E1("quiet = 5;"), IN_CONF "2: endpoints[0].quiet: must be text, not a whole number (from and "
                               "until, such as \"22:00-07:00\"; \"\" for none)\n"},
    {E1("quiet = \"24:00-07:00\";"),
     IN_CONF "2: endpoints[0].quiet: is not right; allowed: from and "
             "until, such as \"22:00-07:00\"; \"\" for none\n"},
    {E1("quiet = \"07:00-07:00\";"),
     IN_CONF "2: endpoints[0].quiet: is not right; allowed: from and "
             "until, such as \"22:00-07:00\"; \"\" for none\n"},
    {E1("quiet = \"7:00-9:00\";"), IN_CONF "2: endpoints[0].quiet: is not right; allowed: from and "
                                           "until, such as \"22:00-07:00\"; \"\" for none\n"},
    {"alerts: { daily_at = \"9:00\"; };",
     IN_CONF "1: alerts.daily_at: is not right; allowed: a time "
             "of day, \"00:00\" to \"23:59\"\n"},
    {"alerts: { daily_at = \"23:60\"; };",
     IN_CONF "1: alerts.daily_at: is not right; allowed: a time "
             "of day, \"00:00\" to \"23:59\"\n"},
    {E1("categories = true;"),
     IN_CONF "2: endpoints[0].categories: must be a list; allowed: a list "
             "of \"structure\", \"instrument\", \"system\"\n"},
    {"endpoints: { };", IN_CONF "1: endpoints: must be a list ( { name = ...; url = ...; }, ... ), "
                                "not a group\n"},
    {"endpoints = (\n 5 );",
     IN_CONF "2: endpoints[0]: must be a group { name = ...; url = ...; }, "
             "not a whole number\n" IN_CONF "2: endpoints[0]: name is missing\n" IN_CONF
             "2: endpoints[0]: url is missing\n"},
    /* ranges */
    {"mqtt: { port = 0; };", IN_CONF "1: mqtt.port: 0 is out of range; allowed: 1..65535\n"},
    {"mqtt: { port = 65536; };",
     IN_CONF "1: mqtt.port: 65536 is out of range; allowed: 1..65535\n"},
    {"mqtt: { port = 4294969179; };",
     IN_CONF "1: mqtt.port: 4294969179 is out of range; allowed: 1..65535\n"},
    {"mqtt: { port = 0x10000075B; };",
     IN_CONF "1: mqtt.port: 4294969179 is out of range; allowed: 1..65535\n"},
    {"mqtt: { port = -1; };", IN_CONF "1: mqtt.port: -1 is out of range; allowed: 1..65535\n"},
    {"mqtt: { session_expiry_s = 4294967296; };",
     IN_CONF "1: mqtt.session_expiry_s: 4294967296 is out of range; allowed: 1..4294967295 s\n"},
    {"mqtt:\n{ port = 99999999999999999999; };",
     IN_CONF "2: 99999999999999999999 is too large a number\n"},
    {"mqtt: { receive_maximum = 0; keepalive_s = 4; };",
     IN_CONF "1: mqtt.receive_maximum: 0 is out of range; allowed: 1..65535 messages\n" IN_CONF
             "1: mqtt.keepalive_s: 4 is out of range; allowed: 5..65535 s\n"},
    {"store: { commit_ms = 1001; commit_readings = 0; retention_days = -1; };",
     IN_CONF "1: store.commit_ms: 1001 is out of range; allowed: 0..1000 ms\n" IN_CONF
             "1: store.commit_readings: 0 is out of range; allowed: 1..1000000 readings\n" IN_CONF
             "1: store.retention_days: -1 is out of range; allowed: 0..36500 d\n"},
    {"assess: { interval_s = 86401; };",
     IN_CONF "1: assess.interval_s: 86401 is out of range; allowed: 1..86400 s\n"},
    {"alerts: { budget_per_house_week = 1000.5; house_most_week = 0; acknowledge_within_h = 721; "
     "};",
     IN_CONF
     "1: alerts.budget_per_house_week: 1000.5 is out of range; allowed: 0..1000 alerts\n" IN_CONF
     "1: alerts.house_most_week: 0 is out of range; allowed: 1..10000 alerts\n" IN_CONF
     "1: alerts.acknowledge_within_h: 721 is out of range; allowed: 1..720 h\n"},
    {"alerts: { budget_per_house_week = -0.1; };",
     IN_CONF "1: alerts.budget_per_house_week: -0.1 is out of range; allowed: 0..1000 alerts\n"},
    {"alerts: { budget_per_house_week = \"0.1\"; };",
     IN_CONF "1: alerts.budget_per_house_week: must be a number, not text (0..1000 alerts)\n"},
    {E1("min_level = 5; timeout_s = 121;"),
     IN_CONF "2: endpoints[0].min_level: 5 is out of range; allowed: 1..4\n" IN_CONF
             "2: endpoints[0].timeout_s: 121 is out of range; allowed: 1..120 s\n"},
    {"mqtt: { version = 3; };", IN_CONF "1: mqtt.version: is no MQTT version that is spoken here; "
                                        "allowed: 5, or 4, 311 or \"3.1.1\" for MQTT 3.1.1\n"},
    /* texts */
    {"district: { language = \"de\"; };",
     IN_CONF "1: district.language: \"de\" is not known; allowed: "
             "one of \"zh\", \"en\", \"fr\", \"es\", \"ca\"\n"},
    {"district: { timezone = \"../etc/passwd\"; };",
     IN_CONF "1: district.timezone: is not right; allowed: an IANA time zone such as "
             "\"Asia/Shanghai\" that this system has (本系统已有的时区), or an offset such as "
             "\"+08:00\"\n"},
    {"district: { timezone = \"Asia/Shangai\"; };",
     IN_CONF "1: district.timezone: is not right; allowed: an IANA time zone such as "
             "\"Asia/Shanghai\" that this system has (本系统已有的时区), or an offset such as "
             "\"+08:00\"\n"},
    {"district: { id = \"0123456789012345678901234567890123456789012345678901234567890123x\"; };",
     IN_CONF "1: district.id: has 65 bytes; at most 64 are allowed\n"},
    {"district: { name = \"a\\nb\"; };",
     IN_CONF "1: district.name: must not contain control characters\n"},
    {"district: { name = \"\\xff\"; };", IN_CONF "1: district.name: is not UTF-8\n"},
    {"mqtt: { host = \"tcp://broker\"; };",
     IN_CONF "1: mqtt.host: is not right; allowed: a host name or an address, without port\n"},
    {"mqtt: { subscribe = []; };", IN_CONF "1: mqtt.subscribe: has 0 elements; allowed: 1..64\n"},
    {"mqtt: { subscribe = [ \"a/#/b\" ]; };",
     IN_CONF "1: mqtt.subscribe: is not right; allowed: an MQTT topic filter: + stands for a whole "
             "level, # "
             "for all levels at the end\n"},
    {"mqtt: { subscribe = [ \"ok/+/x\", \"a+/b\" ]; };",
     IN_CONF "1: mqtt.subscribe: is not right; allowed: an MQTT topic filter: + stands for a whole "
             "level, # "
             "for all levels at the end\n"},
    {"http: { listen = \"8420\"; };",
     IN_CONF "1: http.listen: is not right; allowed: host:port, such "
             "as \"127.0.0.1:8420\" or \"[::1]:8420\"\n"},
    {"http: { listen = \"h:65536\"; };",
     IN_CONF "1: http.listen: is not right; allowed: host:port, "
             "such as \"127.0.0.1:8420\" or \"[::1]:8420\"\n"},
    {"http: { listen = \"::1:8420\"; };", IN_CONF "1: http.listen: is not right; allowed: an IPv6 "
                                                  "address in brackets, such as \"[::1]:8420\"\n"},
    /* files that must exist, things that go together */
    {"registry: {\n file = \"none.json\"; };",
     IN_CONF "2: registry.file: FOLDER/none.json does not "
             "exist\n"},
    {"registry: { file = \"" CONF ".d\"; };",
     IN_CONF "1: registry.file: FOLDER/" CONF ".d is a directory, not a file\n"},
    {"mqtt: { tls_ca = \"none.pem\"; };",
     IN_CONF "1: mqtt.tls_ca: FOLDER/none.pem does not exist\n"},
    {"mqtt: { tls_cert = \"secret\"; };", IN_CONF "1: mqtt.tls_cert: needs mqtt.tls_key too\n"},
    {"mqtt: { tls_key = \"secret\"; };", IN_CONF "1: mqtt.tls_key: needs mqtt.tls_cert too\n"},
    {"http: { listen = \"0.0.0.0:80\"; };",
     IN_CONF "1: http.listen: 0.0.0.0:80 is reached from other machines, which needs "
             "http.tokens_file; without it only 127.0.0.1, [::1] and localhost are allowed\n"},
    {"http: { listen = \"127.0.0.1.example.org:80\"; };",
     IN_CONF "1: http.listen: 127.0.0.1.example.org:80 is reached from other machines, which needs "
             "http.tokens_file; without it only 127.0.0.1, [::1] and localhost are allowed\n"},
    {"http: { url = \"https://h/\"; };",
     IN_CONF "1: http.url: is not right; allowed: a URL without "
             "query and without / at its end\n"},
    {"http: { url = \"https://h?a\"; };",
     IN_CONF "1: http.url: is not right; allowed: a URL without "
             "query and without / at its end\n"},
    {"http: { hosts = [ \"a b\" ]; };",
     IN_CONF "1: http.hosts: is not right; allowed: a host name or an address, without port\n"},
    {"http: { tls_cert = \"secret\"; };", IN_CONF "1: http.tls_cert: needs http.tls_key too\n"},
    {"http: { tls_key = \"secret\"; };", IN_CONF "1: http.tls_key: needs http.tls_cert too\n"},
    {"mqtt:\n{ password_file = \"secret\"; };",
     IN_CONF "2: mqtt.password_file: needs mqtt.username too\n"},
    {"mqtt: { username = \"u\";\npassword_file = \"none\"; };",
     IN_CONF "2: mqtt.password_file: FOLDER/none does not exist, and $CREDENTIALS_DIRECTORY has no "
             "such file\n"},
    {"mqtt: { username = \"u\"; password_file = \"empty\"; };",
     IN_CONF "1: mqtt.password_file: FOLDER/empty is empty\n"},
    {"http: { tokens_file = \"" CONF ".d\"; };",
     IN_CONF "1: http.tokens_file: FOLDER/" CONF ".d cannot be read as a secret: Is a directory\n"},
    {E1("\nsecret_file = \"none\";"), IN_CONF
     "3: endpoints[0].secret_file: FOLDER/none does not exist, and $CREDENTIALS_DIRECTORY has no "
     "such file\n"},
    /* endpoints */
    {"endpoints: (\n{ url = \"http://h\"; },\n{ name = \"b\"; } );",
     IN_CONF "2: endpoints[0]: name is missing\n" IN_CONF "3: endpoints[1]: url is missing\n"},
    {E1("format = \"dingtalks\";"),
     IN_CONF "2: endpoints[0].format: \"dingtalks\" is not known; allowed: one of \"native\", "
             "\"cloudevents\", \"alertmanager\", \"cap\", \"wecom\", \"dingtalk\", \"feishu\", "
             "\"slack\", \"ntfy\", \"template\"\n"},
    {E1("language = \"fr\";"),
     IN_CONF "2: endpoints[0].language: \"fr\" is not known; allowed: one "
             "of \"both\", \"zh\", \"en\"\n"},
    {E1("format = \"template\";"),
     IN_CONF "2: endpoints[0].format: \"template\" needs template, the file, too\n"},
    {E1("template = \"secret\";"),
     IN_CONF "2: endpoints[0].template: only with format = \"template\"\n"},
    {E1("format = \"template\"; template = \"nowhere\";"),
     IN_CONF "2: endpoints[0].template: FOLDER/nowhere does not exist\n"},
    {E1("format = \"wecom\"; secret_file = \"secret\";"),
     IN_CONF "2: endpoints[0].secret_file: wecom knows no signature; its key goes into "
             "url_secret_file, with {secret} in url\n"},
    {E1("url_secret_file = \"secret\";"),
     IN_CONF "2: endpoints[0].url_secret_file: needs {secret} in url\n"},
    {"endpoints: ( { name = \"a\"; url = \"http://h/{secret}\"; } );",
     IN_CONF "1: endpoints[0].url: {secret} needs url_secret_file too\n"},
    {"endpoints: ( { name = \"a\"; url = \"http://{secret}/\"; } );",
     IN_CONF "1: endpoints[0].url: is not right; allowed: a URL with a host name\n"},
    {"endpoints: ( { name = \"a\"; url = \"http://h/{secret}/{secret}\"; } );",
     IN_CONF "1: endpoints[0].url: is not right; allowed: a URL with a host name\n"},
    {"endpoints: ( { name = \"a\"; url = \"http://h/send?x=1&key=abc\"; } );",
     IN_CONF "1: endpoints[0].url: is not right; allowed: a URL with {secret} in the place of the "
             "key, because URLs are shown and logged; put the key into url_secret_file\n"},
    {"endpoints: ( { name = \"a\"; url = \"http://h/send?access_token=abc\"; } );",
     IN_CONF "1: endpoints[0].url: is not right; allowed: a URL with {secret} in the place of the "
             "key, because URLs are shown and logged; put the key into url_secret_file\n"},
    {"endpoints: ( { name = \"a\"; url = \"ftp://h\"; } );", IN_CONF
     "1: endpoints[0].url: is not right; allowed: a URL that begins with http:// or https://\n"},
    {"endpoints: ( { name = \"a\"; url = \"http:///x\"; } );",
     IN_CONF "1: endpoints[0].url: is not right; allowed: a URL with a host name\n"},
    {"endpoints: ( { name = \"a\"; url = \"https://me:pw@h/\"; } );",
     IN_CONF "1: endpoints[0].url: is not right; allowed: a URL without user and password, because "
             "URLs are "
             "shown and logged; put the secret into secret_file\n"},
    {E1("categories = [];"), IN_CONF "2: endpoints[0].categories: is empty; allowed: a list of "
                                     "\"structure\", \"instrument\", \"system\"\n"},
    {E1("categories = [ \"system\",\n\"weather\" ];"), IN_CONF
     "3: endpoints[0].categories: \"weather\" is no category; allowed: a list of \"structure\", "
     "\"instrument\", \"system\"\n"},
    {"endpoints: ( { name = \"a\"; url = \"http://h\"; },\n{ name = \"a\"; url = \"http://i\"; } "
     ");",
     IN_CONF "2: endpoints[1].name: \"a\" is the name of endpoints[0] too\n"},
    {E1("fallback = \"b\";"),
     IN_CONF "2: endpoints[0].fallback: there is no endpoint called \"b\"\n"},
    {E1("fallback = \"a\";"),
     IN_CONF "2: endpoints[0].fallback: must name another endpoint, not itself\n"},
    {E1("escalate_to = \"b\"; escalate_after_s = 60;"),
     IN_CONF "2: endpoints[0].escalate_to: there is no endpoint called \"b\"\n"},
    {E1("escalate_after_s = 60;"),
     IN_CONF "2: endpoints[0].escalate_after_s: needs escalate_to too\n"},
    {"endpoints: ( { name = \"a\"; url = \"http://h\"; fallback = \"b\"; },\n"
     "{ name = \"b\"; url = \"http://h\"; fallback = \"a\"; } );",
     IN_CONF "1: endpoints[0].fallback: leads back to \"a\"; nothing would be sent first\n" IN_CONF
             "2: endpoints[1].fallback: leads back to \"b\"; nothing would be sent first\n"},
    /* syntax */
    {"mqtt:\n{\n  port 1883;\n};", IN_CONF "3: syntax error\n"},
    {"mqtt: { port = 1;\n port = 2; };", IN_CONF "2: duplicate setting name\n"},
    {"mqtt: { host = \"unterminated;\n };", IN_CONF "2: syntax error\n"},
    {"mqtt: {", IN_CONF "1: syntax error\n"},
    {"\n\n@include \"/etc\"\n",
     IN_CONF "3: @include is not supported; put the file into FOLDER/" CONF
             ".d, its name ending in .conf\n"},
    {"\n# caf\xe9\n", IN_CONF "2: byte 0xe9 is not UTF-8; save it as UTF-8\n"},
    {"a = \"\xed\xa0\x80\";", IN_CONF "1: byte 0xed is not UTF-8; save it as UTF-8\n"},
};

/* Puts the folder's path where the expectation says FOLDER. */
static void put_folder(const struct folder *f, const char *text, struct strbuf *out)
{
    const char *at;

    while ((at = strstr(text, "FOLDER"))) {
        strbuf_append(out, text, (size_t)(at - text));
        strbuf_puts(out, f->path);
        text = at + strlen("FOLDER");
    }
    strbuf_puts(out, text);
}

static void test_every_fault_has_file_line_and_what_is_allowed(void **state)
{
    struct folder *f = *state;

    write_text(f, "empty", " \n");
    for (size_t i = 0; i < sizeof fault_cases / sizeof fault_cases[0]; i++) {
        struct strbuf expected = {0};
        put_folder(f, fault_cases[i].expected, &expected);
        write_text(f, CONF, fault_cases[i].text);
        expect_faults(f, strbuf_text(&expected));
        strbuf_free(&expected);
    }
}

static void test_all_faults_of_all_files_are_reported(void **state)
{
    struct folder *f = *state;

    write_text(f, CONF, "mqtt: { port = 0;\nhostt = \"x\"; };\nstore: { commit_ms = true; };");
    write_text(f, CONF ".d/10-broken.conf", "mqtt: {\n\n");
    write_text(f, CONF ".d/20-more.conf", "\nassess: { interval_s = 0; };");
    expect_faults(f,
                  IN_CONF "1: mqtt.port: 0 is out of range; allowed: 1..65535\n" IN_CONF
                          "2: mqtt.hostt: no such setting; did you mean \"host\"?\n" IN_CONF
                          "3: store.commit_ms: must be a whole number, not true or false (0..1000 "
                          "ms)\n" CONF ".d/10-broken.conf:3: syntax error\n" CONF
                          ".d/20-more.conf:2: assess.interval_s: 0 is out of range; allowed: "
                          "1..86400 s\n");
}

static void test_a_url_with_a_password_is_never_quoted(void **state)
{
    struct folder *f = *state;
    struct fault_list faults = {0};
    struct settings *s;

    write_text(f, CONF, "endpoints: ( { name = \"a\"; url = \"http://u:hunter2@h/\"; } );");
    assert_int_equal(settings_read(f->conf, &faults, &s), ERR_CONFIG);
    assert_int_equal(faults.count, 1);
    assert_null(strstr(faults.first->text, "hunter2"));
    fault_list_free(&faults);
}

static void test_partly_keeps_what_is_good(void **state)
{
    struct folder *f = *state;
    struct fault_list faults = {0};
    struct settings *s;

    write_text(f, CONF, "mqtt: { port = 0; host = \"h\"; };");
    assert_int_equal(settings_read_partly(f->conf, &faults, &s), ERR_CONFIG);
    assert_non_null(s);
    assert_string_equal(s->mqtt.host, "h");
    assert_int_equal(s->mqtt.port, 1883);
    settings_free(s);
    write_text(f, CONF, "mqtt: {");
    assert_int_equal(settings_read_partly(f->conf, &faults, &s), ERR_CONFIG);
    assert_null(s);
    fault_list_free(&faults);
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

/* --- drop-ins and paths --- */

static void test_drop_ins_override_in_name_order(void **state)
{
    struct folder *f = *state;

    write_text(f, CONF,
               "mqtt: { host = \"base\"; port = 1; keepalive_s = 10;\n"
               "        subscribe = [ \"a\", \"b\" ]; };\n"
               "endpoints: ( { name = \"one\"; url = \"http://h\"; min_level = 3; },\n"
               "             { name = \"two\"; url = \"http://h\"; } );");
    write_text(f, CONF ".d/20-b.conf", "mqtt: { port = 20; };");
    write_text(f, CONF ".d/10-a.conf",
               "mqtt: { port = 10; host = \"ten\"; subscribe = [ \"c\" ]; };\n"
               "endpoints: ( { name = \"three\"; url = \"http://i\"; } );");
    write_text(f, CONF ".d/30-no.txt", "mqtt: { port = 30; };");
    write_text(f, CONF ".d/.hidden.conf", "mqtt: { port = 40; };");
    struct settings *s = expect_settings(f);
    assert_string_equal(s->mqtt.host, "ten");
    assert_int_equal(s->mqtt.port, 20);
    assert_int_equal(s->mqtt.keepalive_s, 10);
    assert_int_equal(s->mqtt.subscribe_count, 1);
    assert_string_equal(s->mqtt.subscribe[0], "c");
    assert_int_equal(s->endpoint_count, 1);
    assert_string_equal(s->endpoints[0].name, "three");
    assert_int_equal(s->endpoints[0].min_level, 1);
    settings_free(s);
}

static void test_a_drop_in_can_take_a_setting_back(void **state)
{
    struct folder *f = *state;

    write_text(f, CONF,
               "mqtt: { username = \"u\"; password_file = \"none\"; };\n"
               "endpoints: ( { name = \"a\"; url = \"http://h\"; secret_file = \"none\"; } );");
    write_text(f, CONF ".d/x.conf", "mqtt: { password_file = \"\"; };\nendpoints: ( );");
    struct settings *s = expect_settings(f);
    assert_string_equal(s->mqtt.password_file, "");
    assert_int_equal(s->endpoint_count, 0);
    settings_free(s);
}

static void test_faults_name_the_file_that_is_to_blame(void **state)
{
    struct folder *f = *state;

    write_text(f, CONF, "mqtt: { username = \"u\"; password_file = \"secret\"; };");
    write_text(f, CONF ".d/1.conf", "\nmqtt: { username = \"\"; };");
    write_text(f, CONF ".d/2.conf", "\n\nmqtt: { tls_cert = \"../secret\"; };");
    expect_faults(f, CONF ".d/2.conf:3: mqtt.tls_cert: needs mqtt.tls_key too\n" IN_CONF
                          "1: mqtt.password_file: needs mqtt.username too\n");
}

static void test_paths_start_from_the_file_that_names_them(void **state)
{
    struct folder *f = *state;

    write_text(f, CONF, "store: { path = \"data\"; };\nregistry: { limits = \"/abs\"; };");
    write_text(f, CONF ".d/1.conf", "registry: { profiles = \"p\"; };");
    struct settings *s = expect_settings(f);
    assert_path(f, s->store.path, "data");
    assert_string_equal(s->registry.limits, "/abs");
    assert_path(f, s->registry.profiles, CONF ".d/p");
    assert_path(f, s->registry.file, "registry.json");
    settings_free(s);
}

static void test_a_relative_file_name(void **state)
{
    struct folder *f = *state;
    struct fault_list faults = {0};
    struct settings *s;
    char *before = getcwd(NULL, 0);

    write_text(f, CONF, "");
    write_text(f, CONF ".d/1.conf", "mqtt: { port = 7; };");
    assert_int_equal(chdir(f->path), 0);
    assert_int_equal(settings_read(CONF, &faults, &s), ERR_OK);
    assert_int_equal(chdir(before), 0);
    assert_path(f, s->file, CONF);
    assert_path(f, s->registry.file, "registry.json");
    assert_int_equal(s->mqtt.port, 7);
    settings_free(s);
    free(before);
}

/* Longer than a socket address, longer than a file name; below PATH_MAX. */
static void test_long_paths(void **state)
{
    struct folder *f = *state;
    struct folder deep = {.path = strdup(f->path)};
    struct fault_list faults = {0};
    struct settings *s;
    char conf[4200];

    for (int i = 0; i < 3; i++) {
        char *longer;
        assert_true(asprintf(&longer, "%s/%0200d", deep.path, i) > 0);
        assert_int_equal(mkdir(longer, 0700), 0);
        free(deep.path);
        deep.path = longer;
    }
    write_text(&deep, CONF, "store: { path = \"data\"; };");
    write_text(&deep, "registry.json", "{}");
    snprintf(conf, sizeof conf, "%s/" CONF, deep.path);
    assert_int_equal(settings_read(conf, &faults, &s), ERR_OK);
    assert_path(&deep, s->store.path, "data");
    settings_free(s);
    free(deep.path);
}

/* --- secrets --- */

static void test_secrets(void **state)
{
    struct folder *f = *state;
    struct strbuf secret = {0};
    char path[1024], credentials[1024];

    snprintf(path, sizeof path, "%s/secret", f->path);
    strbuf_puts(&secret, "kept ");
    assert_int_equal(secret_read(path, &secret), ERR_OK);
    assert_string_equal(strbuf_text(&secret), "kept s3cret-value");

    make_directory(f, "credentials");
    snprintf(credentials, sizeof credentials, "%s/credentials", f->path);
    setenv("CREDENTIALS_DIRECTORY", credentials, 1);
    strbuf_clear(&secret);
    assert_int_equal(secret_read(path, &secret), ERR_OK);
    assert_string_equal(strbuf_text(&secret), "s3cret-value");
    write_text(f, "credentials/secret", "from systemd");
    strbuf_clear(&secret);
    assert_int_equal(secret_read(path, &secret), ERR_OK);
    assert_string_equal(strbuf_text(&secret), "from systemd");
    strbuf_clear(&secret);
    assert_int_equal(secret_read("/nowhere/at/all/secret", &secret), ERR_OK);
    assert_string_equal(strbuf_text(&secret), "from systemd");
    strbuf_clear(&secret);
    assert_int_equal(secret_read("/nowhere/at/all", &secret), ERR_NOTFOUND);
    assert_int_equal(secret_read(f->path, &secret), ERR_IO);
    assert_int_equal(secret.len, 0);
    unsetenv("CREDENTIALS_DIRECTORY");
    strbuf_free(&secret);
}

/* --- printing --- */

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
        T(test_an_empty_file_gives_the_defaults),
        T(test_endpoint_defaults),
        T(test_a_robot),
        T(test_what_follows_from_other_settings),
        T(test_mqtt_versions),
        T(test_long_numbers_are_read_as_written),
        T(test_numbers_with_a_fraction),
        T(test_every_fault_has_file_line_and_what_is_allowed),
        T(test_all_faults_of_all_files_are_reported),
        T(test_a_url_with_a_password_is_never_quoted),
        T(test_partly_keeps_what_is_good),
        T(test_missing_file),
        T(test_directory_instead_of_a_file),
        T(test_drop_in_directory_that_is_a_file),
        T(test_huge_file),
        T(test_deep_nesting_and_nul_bytes),
        T(test_hostile_bytes),
        T(test_drop_ins_override_in_name_order),
        T(test_a_drop_in_can_take_a_setting_back),
        T(test_faults_name_the_file_that_is_to_blame),
        T(test_paths_start_from_the_file_that_names_them),
        T(test_a_relative_file_name),
        T(test_long_paths),
        T(test_secrets),
        T(test_what_is_printed_reads_back_the_same),
        T(test_printing_tells_where_secrets_lie_but_not_what_they_are),
        T(test_changes_and_keeping),
        T(test_the_installed_file_is_complete),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
