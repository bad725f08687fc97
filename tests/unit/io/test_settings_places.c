/* shikumend.conf: drop-ins, paths, secrets. */
#include "settings_fixture.h"
#include "shikumen/model/alert.h"

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

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_drop_ins_override_in_name_order),
        T(test_a_drop_in_can_take_a_setting_back),
        T(test_faults_name_the_file_that_is_to_blame),
        T(test_paths_start_from_the_file_that_names_them),
        T(test_a_relative_file_name),
        T(test_long_paths),
        T(test_secrets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
