/* The same district natively and as uplinks of LoRaWAN network servers, with and without a codec;
 * and nodes that were offline and send afterwards what they have kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "process.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"
#include "tmpdir.h"

#define SIM   BIN_DIR "/shikumen-sim"
#define CTL   BIN_DIR "/shikumenctl"
#define START "2026-03-01T00:00:00Z"

/* Arguments in addition to those of every run; NULL-terminated. */
typedef const char *const arguments[8];

static char *record(const char *folder, const char *name, const char *const *extra)
{
    const char *argv[32] = {SIM,   "--quiet", "--houses", "2",     "--seed", "5",    "--start",
                            START, "--speed", "86400",    "--for", "2",      "--out"};
    char *path = path_in(folder, name);
    size_t n = 13;

    argv[n++] = path;
    for (size_t i = 0; extra[i]; i++)
        argv[n++] = extra[i];
    assert_int_equal(process_run(argv, NULL, 60), 0);
    return path;
}

/* --- what a daemon makes of it --- */

static void write_site(const char *folder, const char *shape)
{
    char *registry = path_in(folder, "registry.json"), *conf = path_in(folder, "d.conf");
    const char *const argv[] = {SIM,       "--quiet", "--houses",       "2",      "--seed",   "5",
                                "--shape", shape,     "--registry-out", registry, "--limits", "",
                                NULL};

    assert_int_equal(process_run(argv, NULL, 60), 0);
    write_text(conf, "store: { path = \"store\"; };\nregistry: { file = \"registry.json\"; "
                     "profiles = \"" SOURCE_DIR "/sensors/profiles\"; };\n");
    free(registry);
    free(conf);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Lines of an export without their arrivals, in one order. */
static char *sorted(char *text)
{
    size_t count = 0, most = 1, len = strlen(text);
    char **lines, *rest, *all = malloc(len + 1), *at = all;

    for (const char *c = text; *c; c++)
        most += *c == '\n';
    lines = calloc(most, sizeof *lines);
    assert_true(all && lines);
    for (char *l = strtok_r(text, "\n", &rest); l; l = strtok_r(NULL, "\n", &rest)) {
        char *rx = strstr(l, ",\"rx\"");
        *rx = '\0';
        lines[count++] = l;
    }
    qsort(lines, count, sizeof *lines, by_text);
    for (size_t i = 0; i < count; i++)
        at += sprintf(at, "%s\n", lines[i]);
    free(lines);
    return all;
}

/* The readings that a store has after the messages at path were read into it. */
static char *stored(const char *shape, const char *const *extra)
{
    char *folder = tmpdir_make("shape"), *conf = path_in(folder, "d.conf");
    char *messages = record(folder, "m.ndjson", extra), *exported = path_in(folder, "e.ndjson");
    const char *const import[] = {CTL, "-c", conf, "import", messages, NULL};
    const char *const export[] = {CTL, "-c", conf, "export", "-o", exported, NULL};
    char *quiet = path_in(folder, "quiet"), *text, *lines;

    write_site(folder, shape);
    assert_int_equal(process_run(import, &(struct process_options){.stdout_to = quiet}, 60), 0);
    assert_int_equal(process_run(export, NULL, 60), 0);
    text = read_text(exported, NULL);
    lines = sorted(text);
    free(text);
    free(quiet);
    free(messages);
    free(exported);
    free(conf);
    tmpdir_remove(folder);
    return lines;
}

static void every_shape_has_the_same_readings(void **state)
{
    char *native = stored("native", (arguments){NULL}), *other;

    (void)state;
    assert_true(strlen(native) > 200000);
    other = stored("chirpstack", (arguments){"--shape", "chirpstack", NULL});
    assert_string_equal(other, native);
    free(other);
    other = stored("chirpstack", (arguments){"--shape", "chirpstack", "--no-codec", NULL});
    assert_string_equal(other, native);
    free(other);
    other = stored("tts", (arguments){"--shape", "tts", NULL});
    assert_string_equal(other, native);
    free(other);
    other = stored("tts", (arguments){"--shape", "tts", "--no-codec", NULL});
    assert_string_equal(other, native);
    free(other);
    free(native);
}

/* --- nodes that were offline --- */

/* Messages whose readings are older than the message, and the longest by how much. */
static size_t count_late(char *text, int64_t *longest_us)
{
    size_t late = 0;
    char *rest;

    *longest_us = 0;
    for (char *l = strtok_r(text, "\n", &rest); l; l = strtok_r(NULL, "\n", &rest)) {
        const char *bt = strstr(l, "\"bt\":"), *rx = strstr(l, ",\"rx\":\"");
        char at[UTC_TEXT_SIZE];
        int64_t rx_us, age_us;
        if (!bt)
            continue; /* a status */
        snprintf(at, sizeof at, "%.*s", (int)strcspn(rx + 7, "\""), rx + 7);
        assert_int_equal(utc_parse(at, &rx_us), ERR_OK);
        age_us = rx_us - strtoll(bt + 5, NULL, 10) * US_PER_S;
        assert_true(age_us >= 0);
        late += age_us > 0;
        *longest_us = age_us > *longest_us ? age_us : *longest_us;
    }
    return late;
}

static void what_was_kept_is_sent_afterwards(void **state)
{
    char *path = record(*state, "offline.ndjson", (arguments){"--offline", "1", NULL});
    char *again = record(*state, "again.ndjson", (arguments){"--offline", "1", NULL});
    char *all = record(*state, "all.ndjson", (arguments){NULL});
    char *first = read_text(path, NULL), *second = read_text(again, NULL);
    int64_t longest_us;
    size_t late;

    assert_string_equal(first, second); /* by the seed */
    late = count_late(first, &longest_us);
    assert_true(late > 6 * 6); /* six nodes, two days, at least an hour each day */
    assert_in_range(longest_us, US_PER_HOUR, 9 * US_PER_HOUR);
    free(first);
    free(second);
    first = read_text(all, NULL);
    assert_int_equal(count_late(first, &longest_us), 0);
    free(first);
    free(path);
    free(again);
    free(all);
}

/* Nothing is lost by it but what is kept at the end of the run. */
static void being_offline_loses_nothing(void **state)
{
    char *online = stored("native", (arguments){NULL});
    char *offline = stored("native", (arguments){"--offline", "0.5", NULL});
    char *rest, *other_rest, *other = strtok_r(online, "\n", &other_rest);
    size_t kept = 0;

    (void)state;
    for (char *l = strtok_r(offline, "\n", &rest); l; l = strtok_r(NULL, "\n", &rest), kept++) {
        while (other && strcmp(other, l) < 0) /* both are in one order */
            other = strtok_r(NULL, "\n", &other_rest);
        if (!other || strcmp(other, l) != 0)
            fail_msg("not measured otherwise: %s", l);
    }
    assert_true(kept > 5000);
    free(online);
    free(offline);
}

/* --- scenarios --- */

/* Lines of a scenario's messages. */
static char *scenario(const char *folder, const char *name, const char *shape)
{
    char *path = path_in(folder, name), *text;
    const char *const argv[] = {
        SIM,     "--quiet", "--scenario", SOURCE_DIR "/sensors/scenarios/messages.json",
        "--out", path,      "--shape",    shape,
        NULL};

    assert_int_equal(process_run(argv, NULL, 60), 0);
    text = read_text(path, NULL);
    free(path);
    return text;
}

/* strstr, which under a sanitizer reads the whole text each time. */
static const char *find(const char *at, const char *what)
{
    size_t n = strlen(what);

    for (; *at; at++)
        if (*at == *what && strncmp(at, what, n) == 0)
            return at;
    return NULL;
}

static size_t count_of(const char *text, const char *what)
{
    size_t n = 0;

    for (const char *at = text; (at = find(at, what)); at++)
        n++;
    return n;
}

static void a_scenario_has_them_too(void **state)
{
    char *native = scenario(*state, "s.native", "native");
    char *uplinks = scenario(*state, "s.uplinks", "chirpstack");

    assert_true(count_of(native, "\"v\":") > 100);
    /* each reading once: as many numbers in the objects, which have the time as well */
    size_t numbers = 0;
    for (const char *at = uplinks; (at = find(at, "\"object\":{\"t\":")); at++)
        for (const char *c = at; *c != '}'; c++)
            numbers += *c == ',';
    assert_int_equal(numbers, count_of(native, "\"v\":"));
    free(native);
    free(uplinks);
}

static void wrong_use_is_refused(void **state)
{
    static const arguments wrong[] = {{"--shape", "zigbee", NULL},
                                      {"--no-codec", NULL},
                                      {"--offline", "1.5", NULL},
                                      {"--offline", "0.1", "--scenario", "x.json", NULL}};
    char *quiet = path_in(*state, "quiet");

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const char *argv[10] = {SIM};
        for (size_t k = 0; wrong[i][k]; k++)
            argv[k + 1] = wrong[i][k];
        assert_int_equal(process_run(argv, &(struct process_options){.output = quiet}, 10), 2);
    }
    free(quiet);
}

static int setup(void **state)
{
    *state = tmpdir_make("shapes");
    return 0;
}

static int teardown(void **state)
{
    tmpdir_remove(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shape_has_the_same_readings),
        cmocka_unit_test(what_was_kept_is_sent_afterwards),
        cmocka_unit_test(being_offline_loses_nothing),
        cmocka_unit_test(a_scenario_has_them_too),
        cmocka_unit_test(wrong_use_is_refused),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
