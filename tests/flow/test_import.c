/* shikumenctl import, with and without a daemon. */
#include "files_stage.h"

/* --- shikumenctl import --- */

/* Its exit code; what it printed in *out. */
static int import(struct kit *k, const char *file, cJSON **out)
{
    char *printed = path_in(k->g.site.folder, "printed");
    const char *const argv[] = {
        BIN_DIR "/shikumenctl", "-c", k->g.site.conf, "import", file, "--json", NULL};
    int code = process_run(argv, &(struct process_options){.stdout_to = printed}, PATIENCE_S);
    char *words = read_text(printed, NULL);

    *out = cJSON_Parse(words);
    free(words);
    free(printed);
    return code;
}

static void check_import(struct kit *k, int stored, int duplicate)
{
    cJSON *out;
    const cJSON *report;

    assert_int_equal(import(k, TEST_DATA "/usgs_crackmeter/zion.dat", &out), 0);
    report = cJSON_GetArrayItem(out, 0);
    assert_int_equal(figure(report, "stored"), stored);
    assert_int_equal(figure(report, "duplicate"), duplicate);
    cJSON_Delete(out);
    assert_int_equal(import(k, TEST_DATA "/usgs_crackmeter/SOURCE.txt", &out), 1);
    report = cJSON_GetArrayItem(out, 0);
    assert_string_equal(text(report, "result"), "refused");
    cJSON_Delete(out);
}

/* Names that the daemon leaves alone in its directory are not waited for: dots in front are left
 * away, and what looks unfinished is refused. */
static void odd_names_come_through_the_daemon(void **state)
{
    struct kit *k = *state;
    char *odd = path_in(k->g.site.folder, "..odd.dat");
    char *part = path_in(k->g.site.folder, "zion.dat.part");
    cJSON *out;

    assert_int_equal(symlink(TEST_DATA "/usgs_crackmeter/zion.dat", odd), 0);
    assert_int_equal(symlink(TEST_DATA "/usgs_crackmeter/zion.dat", part), 0);
    site_start_connected(&k->g.site);
    assert_int_equal(import(k, part, &out), 1);
    assert_int_equal(cJSON_GetArraySize(out), 0);
    cJSON_Delete(out);
    assert_int_equal(import(k, odd, &out), 0);
    assert_int_equal(figure(cJSON_GetArrayItem(out, 0), "stored"), 2 * ZION_ROWS);
    cJSON_Delete(out);
    free(odd);
    free(part);
}

static void import_by_hand_and_through_the_daemon(void **state)
{
    struct kit *k = *state;
    cJSON *out;

    check_import(k, 2 * ZION_ROWS, 0); /* no daemon has ever run */
    assert_int_equal(rmdir(k->drop), 0);
    site_start_connected(&k->g.site); /* which makes it */
    check_import(k, 0, 2 * ZION_ROWS);
    check_import(k, 0, 2 * ZION_ROWS);
    site_stop(&k->g.site);
    check_import(k, 0, 2 * ZION_ROWS);
    assert_int_equal(import(k, "/no/such/file", &out), 1);
    cJSON_Delete(out);
    site_start_connected(&k->g.site);
}

/* What export wrote another store takes back, raw. */
static void what_was_exported_is_imported(void **state)
{
    struct kit *k = *state;
    char *exported = path_in(k->g.site.folder, "exported.ndjson"), *other;
    const char *const argv[] = {
        BIN_DIR "/shikumenctl", "-c", k->g.site.conf, "export", "--raw", "-o", exported, NULL};
    struct reading before[ZION_ROWS], after[ZION_ROWS];
    cJSON *out;

    check_import(k, 2 * ZION_ROWS, 0);
    assert_int_equal(process_run(argv, NULL, 30), 0);
    assert_int_equal(site_readings(&k->g.site, "H1/n1/w", before, ZION_ROWS), ZION_ROWS);
    other = path_in(k->g.site.folder, "kept");
    assert_int_equal(rename(k->g.site.store, other), 0);
    assert_int_equal(import(k, exported, &out), 0);
    cJSON_Delete(out);
    assert_int_equal(site_readings(&k->g.site, "H1/n1/w", after, ZION_ROWS), ZION_ROWS);
    for (int i = 0; i < ZION_ROWS; i++)
        if (after[i].t_us != before[i].t_us || after[i].value != before[i].value ||
            after[i].flag != before[i].flag)
            fail_msg("reading %d: %g flag %d, not %g flag %d", i, after[i].value, after[i].flag,
                     before[i].value, before[i].flag);
    free(exported);
    free(other);
}

static enum err take_detail(void *context, const struct quarantine_row *q)
{
    strbuf_printf(context, "%s: %s\n", q->reason, q->detail);
    return ERR_OK;
}

/* A file in which nothing is ours is refused, and says why; so does each row in quarantine. */
static void why_is_said(void **state)
{
    struct kit *k = *state;
    char *file = path_in(k->g.site.folder, "readings.csv");
    struct strbuf details = {0};
    cJSON *out;

    write_text(file, "t,sensor,v,u\n2026-01-01T00:00:00Z,H1/n1/t,1,V\n"
                     "2026-01-01T00:00:00Z,nobody,1,mm\n");
    assert_int_equal(import(k, file, &out), 1);
    const cJSON *report = cJSON_GetArrayItem(out, 0);
    assert_string_equal(text(report, "why_en"),
                        "nothing in it is a reading that can be stored here");
    assert_string_equal(text(report, "why_zh"), "其中没有本系统可存的读数");
    const cJSON *reasons = cJSON_GetObjectItem(report, "reasons");
    assert_int_equal(cJSON_GetArraySize(reasons), 2);
    assert_string_equal(text(cJSON_GetArrayItem(reasons, 1), "reason"), "unit");
    assert_string_equal(text(cJSON_GetArrayItem(reasons, 1), "zh"), "单位不符");
    cJSON_Delete(out);
    struct readings_reader *r = site_reader(&k->g.site);
    assert_int_equal(reader_quarantine(r, NULL, NULL, 10, take_detail, &details), ERR_OK);
    assert_non_null(strstr(strbuf_text(&details), "unit: unit \"V\" "));
    assert_non_null(strstr(strbuf_text(&details), "unknown_sensor: not in the registry"));
    reader_close(r);
    strbuf_free(&details);
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(import_by_hand_and_through_the_daemon),
        T(odd_names_come_through_the_daemon),
        T(what_was_exported_is_imported),
        T(why_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
