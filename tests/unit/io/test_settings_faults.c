/* shikumend.conf: every kind of fault with its file and line, and what is allowed. */
#include "settings_fixture.h"
#include "shikumen/model/alert.h"

struct fault_case {
    const char *text;     /* of shikumend.conf */
    const char *expected; /* lines */
};


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

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_every_fault_has_file_line_and_what_is_allowed),
        T(test_all_faults_of_all_files_are_reported),
        T(test_a_url_with_a_password_is_never_quoted),
        T(test_partly_keeps_what_is_good),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
