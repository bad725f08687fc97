/* What shikumenctl takes out of a store: export in order of arrival, backup, and verification of
 * damage. */
#include "ctl_fixture.h"

#include <dirent.h>
#include <unistd.h>

#include "shikumen/base/utc.h"
#include "shikumen/io/readings_query.h"

#define DAYS       4
#define PER_DAY    96
#define SENSORS    3
#define READINGS   (DAYS * PER_DAY * SENSORS)
#define T0         (1767225600 * US_PER_S) /* 2026-01-01T00:00:00Z */
#define STEP_US    (US_PER_DAY / PER_DAY)
#define NAME_OF(k) ((const char *const[]){"H1/n1/crack", "H1/n1/t", "H2/n1/t"}[k])

/* xorshift64* (Vigna 2016): the same numbers everywhere. */
static uint64_t next(uint64_t *s)
{
    *s ^= *s >> 12;
    *s ^= *s << 25;
    *s ^= *s >> 27;
    return *s * 0x2545f4914f6cdd1dULL;
}

static double value_of(int i, int k)
{
    return (i + 1) * 0.1 + k / 3.0;
}

/* Every seventh reading arrives up to three days late, some of them before T0 by a clock that was
 * behind; one has a time with microseconds. */
static int64_t arrival_of(int i, int k, uint64_t *random)
{
    int64_t t_us = T0 + i * STEP_US + k;
    int64_t late_us = (int64_t)(next(random) % (uint64_t)(3 * US_PER_DAY));

    if (i % 7 == 0)
        return t_us + late_us;
    return i % 31 == 5 ? t_us - US_PER_DAY : t_us + (int64_t)(next(random) % 5000000);
}

/* Half of it sealed, the rest in the journal. */
static void fill(struct site *s)
{
    uint64_t random = 20260101;
    uint32_t ids[SENSORS];

    site_open_store(s);
    for (int k = 0; k < SENSORS; k++)
        ids[k] = site_sensor(s, NAME_OF(k));
    for (int i = 0; i < DAYS * PER_DAY; i++) {
        for (int k = 0; k < SENSORS; k++)
            site_reading(s, ids[k], T0 + i * STEP_US + k, arrival_of(i, k, &random), value_of(i, k),
                         i % 50 == 0 ? QF_FAIL : QF_PASS, i % 50 == 0 ? QT_GROSS_RANGE : QT_NONE);
        if (i % 20 == 0)
            site_commit(s);
        if (i == DAYS * PER_DAY / 2) {
            site_commit(s);
            site_seal(s);
        }
    }
    site_commit(s);
    assert_int_equal(
        state_registry_put(s->state, T0, fixture_registry, strlen(fixture_registry), 1), ERR_OK);
    site_alert(s, "aaaa1111-0000-4000-8000-000000000001", "limit|H1/wall|crack_width", 4,
               CATEGORY_STRUCTURE, "H1", "{\"level\":4}");
    site_close_store(s);
}

static int setup(void **state)
{
    struct site *s = site_make("shikumen-ctl-store");

    fill(s);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    site_end(*state);
    return 0;
}

/* --- export --- */

/* A line of the export as it came. */
struct line {
    char t[48], sensor[64], unit[16], rx[48];
    double v;
};

static size_t read_lines(const char *path, struct line *lines, size_t max)
{
    char *text = read_text(path, NULL), *save = NULL;
    size_t n = 0;

    for (char *one = strtok_r(text, "\n", &save); one; one = strtok_r(NULL, "\n", &save)) {
        cJSON *json = cJSON_Parse(one);
        assert_non_null(json);
        assert_true(n < max);
        assert_int_equal(cJSON_GetArraySize(json), 5);
        snprintf(lines[n].t, sizeof lines[n].t, "%s", text_at(json, "t"));
        snprintf(lines[n].sensor, sizeof lines[n].sensor, "%s", text_at(json, "sensor"));
        snprintf(lines[n].unit, sizeof lines[n].unit, "%s", text_at(json, "u"));
        snprintf(lines[n].rx, sizeof lines[n].rx, "%s", text_at(json, "rx"));
        lines[n++].v = number_at(json, "v");
        cJSON_Delete(json);
    }
    free(text);
    return n;
}

static int64_t us_of(const char *text)
{
    int64_t t_us;

    assert_int_equal(utc_parse(text, &t_us), ERR_OK);
    return t_us;
}

/* Every reading once, bit for bit, by arrival, then sensor, then time. */
static void export_gives_back_what_was_stored(void **state)
{
    const struct site *s = *state;
    struct line *lines = calloc(READINGS + 1, sizeof *lines);
    bool *seen = calloc(READINGS, sizeof *seen);
    uint64_t random = 20260101;
    int64_t arrivals[READINGS];

    for (int i = 0; i < DAYS * PER_DAY; i++)
        for (int k = 0; k < SENSORS; k++)
            arrivals[i * SENSORS + k] = arrival_of(i, k, &random);
    assert_int_equal(ctl(s, "export"), 0);
    assert_int_equal(read_lines(s->out, lines, READINGS + 1), READINGS);
    for (size_t n = 0; n < READINGS; n++) {
        int64_t since_us = us_of(lines[n].t) - T0;
        int i = (int)(since_us / STEP_US), k = (int)(since_us % STEP_US);
        assert_true(i >= 0 && i < DAYS * PER_DAY && k >= 0 && k < SENSORS);
        assert_false(seen[i * SENSORS + k]);
        seen[i * SENSORS + k] = true;
        assert_string_equal(lines[n].sensor, NAME_OF(k));
        assert_string_equal(lines[n].unit, k == 0 ? "mm" : "Cel");
        assert_true(lines[n].v == value_of(i, k));
        assert_true(us_of(lines[n].rx) == arrivals[i * SENSORS + k]);
        if (n == 0)
            continue;
        int64_t before_us = us_of(lines[n - 1].rx), rx_us = us_of(lines[n].rx);
        assert_true(before_us < rx_us ||
                    (before_us == rx_us && strcmp(lines[n - 1].sensor, lines[n].sensor) < 0));
    }
    free(lines);
    free(seen);
}

static void export_is_narrowed_by_time_and_sensor(void **state)
{
    const struct site *s = *state;
    struct line *lines = calloc(READINGS, sizeof *lines);
    size_t n;

    assert_int_equal(
        ctl(s, "export", "--sensor", "*/t", "--from", "2026-01-02", "--to", "2026-01-03T06:00:00Z"),
        0);
    n = read_lines(s->out, lines, READINGS);
    assert_int_equal(n, 2 * (PER_DAY + PER_DAY / 4));
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(strrchr(lines[i].sensor, '/'), "/t");
        assert_true(us_of(lines[i].t) >= T0 + US_PER_DAY);
        assert_true(us_of(lines[i].t) < T0 + 2 * US_PER_DAY + US_PER_DAY / 4);
    }
    free(lines);
    assert_int_equal(ctl(s, "export", "--sensor", "H7/*"), 1);
    assert_said(s->err, "H7/*");
    assert_int_equal(ctl(s, "export", "--from", "2030-01-01"), 0);
    char *text = read_text(s->out, NULL);
    assert_string_equal(text, "");
    free(text);
}

static size_t files_in(const char *folder)
{
    DIR *d = opendir(folder);
    size_t n = 0;

    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n - 2;
}

/* The same bytes in the file as on stdout; no file when it cannot be written whole. */
static void export_into_a_file(void **state)
{
    const struct site *s = *state;
    char *file = path_in(s->folder, "e.ndjson"), *at_once, *text;
    size_t files = files_in(s->folder) + 2; /* out, err */

    assert_int_equal(ctl(s, "export"), 0);
    at_once = read_text(s->out, NULL);
    assert_int_equal(ctl(s, "export", "-o", file), 0);
    text = read_text(file, NULL);
    assert_string_equal(text, at_once);
    assert_int_equal(files_in(s->folder), files + 1);
    free(text);
    free(file);
    file = path_in(s->folder, "no/such/e.ndjson");
    assert_int_equal(ctl(s, "export", "-o", file), 1);
    assert_said(s->err, "No such file");
    free(file);
    free(at_once);
}

/* --- backup and verify --- */

static char *backup(const struct site *s)
{
    char *file = path_in(s->folder, "b.tar");

    assert_int_equal(ctl(s, "backup", file), 0);
    return file;
}

static void a_backup_is_sound_and_whole(void **state)
{
    const struct site *s = *state;
    char *file = backup(s), *unpacked = path_in(s->folder, "unpacked"), *db;
    const char *const tar[] = {"tar", "-C", unpacked, "-xf", file, NULL};
    struct readings_reader *r;
    char why[256];
    cJSON *json;

    assert_int_equal(ctl(s, "verify", file, "--json"), 0);
    json = ctl_json(s);
    assert_true(cJSON_IsTrue(at(json, "ok")));
    assert_int_equal(cJSON_GetArraySize(at(json, "findings")), 0);
    cJSON_Delete(json);

    assert_int_equal(mkdir(unpacked, 0700), 0); /* any tar unpacks it into a store */
    assert_int_equal(process_run(tar, NULL, PATIENCE_S), 0);
    assert_int_equal(reader_open(unpacked, why, sizeof why, &r), ERR_OK);
    reader_close(r);
    db = path_in(unpacked, "registry.json");
    char *registry = read_text(db, NULL);
    assert_string_equal(registry, fixture_registry);
    free(registry);
    free(db);
    assert_int_equal(ctl(s, "backup", unpacked), 0); /* a folder: a new name in it */
    assert_said(s->out, "unpacked/shikumen-");
    free(unpacked);
    free(file);
}

/* A backup leaves nothing beside itself, and replaces an older one. */
static void a_backup_leaves_nothing_behind(void **state)
{
    const struct site *s = *state;
    char *file = backup(s);
    size_t files = files_in(s->folder);

    free(backup(s));
    assert_int_equal(files_in(s->folder), files);
    free(file);
    file = path_in(s->folder, "no/such.tar");
    assert_int_equal(ctl(s, "backup", file), 1);
    assert_said(s->err, "No such file");
    assert_int_equal(files_in(s->folder), files);
    free(file);
}

static void flip(const char *path, long at_byte, unsigned char bits)
{
    FILE *f = fopen(path, "r+e");
    int c;

    assert_non_null(f);
    assert_int_equal(fseek(f, at_byte, SEEK_SET), 0);
    c = fgetc(f);
    assert_int_equal(fseek(f, at_byte, SEEK_SET), 0);
    assert_int_not_equal(fputc(c ^ bits, f), EOF);
    assert_int_equal(fclose(f), 0);
}

/* Whatever byte of a backup is changed, and wherever it is cut off, verification says so. */
static void a_damaged_backup_is_found_out(void **state)
{
    const struct site *s = *state;
    char *file = backup(s);
    uint64_t random = 7;
    struct stat st;

    assert_int_equal(stat(file, &st), 0);
    for (int i = 0; i < 40; i++) {
        long where = i < 12 ? i * 47 /* the first header */
                            : (long)(next(&random) % (uint64_t)st.st_size);
        unsigned char bits = (unsigned char)(1u << next(&random) % 8);
        flip(file, where, bits);
        if (ctl(s, "verify", file) != 1)
            fail_msg("bits %02x of byte %ld", (unsigned)bits, where);
        flip(file, where, bits);
    }
    assert_int_equal(ctl(s, "verify", file), 0);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(truncate(file, st.st_size - 1 - i * st.st_size / 8), 0);
        assert_int_equal(ctl(s, "verify", file), 1);
    }
    assert_int_equal(truncate(file, 0), 0);
    assert_int_equal(ctl(s, "verify", file), 1);
    free(file);
    assert_int_equal(ctl(s, "verify", s->registry), 1); /* no archive at all */
    assert_int_equal(ctl(s, "verify", s->folder), 1);
    assert_int_equal(ctl(s, "verify", "/nowhere/b.tar"), 1);
}

static void a_sound_store_verifies(void **state)
{
    const struct site *s = *state;
    cJSON *json;

    assert_int_equal(ctl(s, "verify", "--json"), 0);
    json = ctl_json(s);
    assert_true(cJSON_IsTrue(at(json, "ok")));
    assert_string_equal(text_at(json, "registry_loaded"), "2026-01-01T00:00:00Z");
    assert_true(cJSON_IsFalse(at(json, "registry_changed")));
    cJSON_Delete(json);
}

static void overwrite(const char *folder, const char *name, long from, size_t n)
{
    char *path = path_in(folder, name);
    FILE *f = fopen(path, "r+e");

    assert_non_null(f);
    assert_int_equal(fseek(f, from, SEEK_SET), 0);
    for (size_t i = 0; i < n; i++)
        assert_int_not_equal(fputc(0x5a, f), EOF);
    assert_int_equal(fclose(f), 0);
    free(path);
}

static void a_damaged_store_is_found_out(void **state)
{
    const struct site *s = *state;
    cJSON *json;

    overwrite(s->store, "readings.db", 4096, 8192); /* pages 2 and 3 */
    assert_int_equal(ctl(s, "verify", "--json"), 1);
    json = ctl_json(s);
    assert_true(cJSON_IsFalse(at(json, "ok")));
    assert_true(cJSON_GetArraySize(at(json, "findings")) > 0);
    cJSON_Delete(json);
    overwrite(s->store, "state.db", 0, 100); /* its header */
    assert_int_equal(ctl(s, "verify"), 1);
    assert_said(s->out, "state.db: ");
    assert_int_equal(ctl(s, "alerts"), 1);
    assert_said(s->err, "state.db");
    assert_int_equal(ctl(s, "check"), 1);
    assert_int_equal(ctl(s, "status", "--json"), 1);
    json = ctl_json(s); /* what can be told is told */
    assert_true(cJSON_GetArraySize(at(json, "reasons")) > 0);
    cJSON_Delete(json);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(export_gives_back_what_was_stored),
        TEST(export_is_narrowed_by_time_and_sensor),
        TEST(export_into_a_file),
        TEST(a_backup_is_sound_and_whole),
        TEST(a_backup_leaves_nothing_behind),
        TEST(a_damaged_backup_is_found_out),
        TEST(a_sound_store_verifies),
        TEST(a_damaged_store_is_found_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
