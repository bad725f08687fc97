/* What is told of files that were read, and what is cleared of them. */
#include "files_status.h"

static void files_are_counted_over_a_restart(void **state)
{
    struct kit *k = *state;
    cJSON *status;

    site_start_connected(&k->g.site);
    drop_zion(k, "zion.dat");
    cJSON_Delete(result_of(k, "done", "zion.dat"));
    drop_zion(k, "zion.dat");
    cJSON_Delete(result_of(k, "done", "zion.dat-2"));
    drop_text(k, "x.csv",
              "t,sensor,v,u,rx\n2026-02-01T00:00:00Z,H1/n1/t,20,Cel,\n"
              "2026-02-01T00:00:00Z,H1/n9/t,20,Cel,\n");
    cJSON_Delete(result_of(k, "done", "x.csv"));
    drop_text(k, "prose", "Dear sensor,\n");
    cJSON_Delete(result_of(k, "refused", "prose"));
    expect_number(k, "waiting", 0);
    status = told(k);
    expect_told(status, "shikumen_files_read_total", "{\"done\":3,\"refused\":1}");
    expect_told(status, "shikumen_file_readings_total",
                "{\"stored\":537,\"duplicate\":536,\"quarantined\":1}");
    expect_told(status, "shikumen_files_waiting", "0");
    expect_told(status, "shikumen_files_oldest_waiting_seconds", "0");
    expect_told(status, "shikumen_files_left", "0");
    cJSON_Delete(status);
    site_stop(&k->g.site);
    status = told(k);
    expect_told(status, "shikumen_files_read_total", "{\"done\":3,\"refused\":1}");
    expect_told(status, "shikumen_files_waiting", "null");
    expect_told(status, "files", "null");
    cJSON_Delete(status);
    site_start_connected(&k->g.site);
    expect_number(k, "waiting", 0);
    expect_text_now(k, "last", "prose");
    expect_text_now(k, "last_result", "refused");
    status = told(k);
    assert_true(figure(status, "shikumen_files_last_read_timestamp_seconds") > 1.7e9);
    cJSON_Delete(status);
}

/* The same by hand. */
static void what_is_imported_counts_too(void **state)
{
    struct kit *k = *state;
    const char *const argv[] = {BIN_DIR "/shikumenctl",
                                "-c",
                                k->g.site.conf,
                                "import",
                                TEST_DATA "/usgs_crackmeter/zion.dat",
                                TEST_DATA "/usgs_crackmeter/SOURCE.txt",
                                NULL};
    cJSON *status;

    assert_int_equal(
        process_run(argv, &(struct process_options){.stdout_to = "/dev/null"}, PATIENCE_S), 1);
    status = told(k);
    expect_told(status, "shikumen_files_read_total", "{\"done\":1,\"refused\":1}");
    expect_told(status, "shikumen_file_readings_total",
                "{\"stored\":536,\"duplicate\":0,\"quarantined\":0}");
    cJSON_Delete(status);
    site_start_connected(&k->g.site);
    expect_text_now(k, "last", "SOURCE.txt");
}

/* As if it had been read so many days ago. */
static char *read_before(struct kit *k, const char *folder, const char *name, const char *result,
                         int days)
{
    const struct timespec at = {.tv_sec = wall_us() / S - days * 86400L};
    char *path, *of_it;

    assert_true(asprintf(&path, "%s/%s/%s", k->drop, folder, name) > 0);
    assert_true(asprintf(&of_it, "%s.result.json", path) > 0);
    write_text(path, "x");
    write_text(of_it, result);
    assert_int_equal(utimensat(AT_FDCWD, of_it, (const struct timespec[]){at, at}, 0), 0);
    free(of_it);
    return path;
}

static void what_was_read_long_ago_is_cleared(void **state)
{
    struct kit *k = *state;
    char *done = path_in(k->drop, "done"), *refused = path_in(k->drop, "refused");
    double end = now_s() + PATIENCE_S;

    assert_int_equal(mkdir(done, 0700), 0);
    assert_int_equal(mkdir(refused, 0700), 0);
    char *old = read_before(k, "done", "old", "{\"quarantined\":{},", 401);
    char *part = read_before(k, "done", "part", "{\"quarantined\":{\"unit\":7},", 500);
    char *young = read_before(k, "done", "young", "{\"quarantined\":{},", 399);
    char *bad = read_before(k, "refused", "bad", "{\"quarantined\":{},", 5000);
    site_start_connected(&k->g.site);
    while (access(old, F_OK) == 0 || site_log_lines(&k->g.site, "files_cleared") == 0) {
        sleep_ms(20);
        if (now_s() > end)
            site_fail(&k->g.site, "not cleared");
    }
    assert_int_not_equal(access(part, F_OK), 0);
    assert_int_equal(access(young, F_OK), 0);
    assert_int_equal(access(bad, F_OK), 0);
    assert_int_equal(site_log_lines(&k->g.site, "files_cleared folder=done count=2"), 1);
    assert_int_equal(site_log_lines(&k->g.site, "file_cleared name="), 1);
    assert_int_equal(site_log_lines(&k->g.site, "file_cleared name=\"part\""), 1);
    free(done);
    free(refused);
    free(old);
    free(part);
    free(young);
    free(bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(files_are_counted_over_a_restart),
        T(what_is_imported_counts_too),
        T(what_was_read_long_ago_is_cleared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
