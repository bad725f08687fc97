/* Files that stay, folders that cannot be used, what is no file: said once, and in status. */
#include "files_status.h"

static void what_cannot_be_moved_is_a_reason(void **state)
{
    struct kit *k = *state;
    char *path = path_in(k->drop, "zion.dat"), *scratch = path_in(k->drop, "done/.result.tmp");
    const struct timespec at = {.tv_sec = wall_us() / S - 1000};

    site_start_connected(&k->g.site);
    expect_number(k, "waiting", 0);
    assert_int_equal(mkdir(scratch, 0700), 0); /* in the way of the result */
    drop_zion(k, "zion.dat");
    expect_reason(k, "files: zion.dat: cannot be moved aside", true);
    expect_number(k, "left", 1);
    expect_text_now(k, "oldest", "zion.dat");
    assert_int_equal(site_log_lines(&k->g.site, "file_left"), 1);
    assert_int_equal(rmdir(scratch), 0);
    assert_int_equal(utimensat(AT_FDCWD, path, (const struct timespec[]){at, at}, 0), 0);
    expect_result(k, "done", "zion.dat", 2 * ZION_ROWS, 0, 2 * ZION_ROWS);
    expect_reason(k, "files:", false);
    free(path);
    free(scratch);
}

static void a_folder_that_cannot_be_used_is_a_reason(void **state)
{
    struct kit *k = *state;

    assert_int_equal(rmdir(k->drop), 0);
    write_text(k->drop, "a file");
    site_start_connected(&k->g.site);
    expect_reason(k, "files: files.drop cannot be used: Not a directory", true);
    assert_int_equal(site_log_lines(&k->g.site, "cannot be used"), 1);
    assert_int_equal(unlink(k->drop), 0);
}

static void a_folder_made_anew_is_the_one_that_counts(void **state)
{
    struct kit *k = *state;
    char *other = path_in(k->g.site.folder, "other");

    site_start_connected(&k->g.site);
    expect_number(k, "waiting", 0);
    assert_int_equal(rename(k->drop, other), 0);
    assert_int_equal(mkdir(k->drop, 0700), 0);
    drop_zion(k, "zion.dat");
    expect_result(k, "done", "zion.dat", 2 * ZION_ROWS, 2 * ZION_ROWS, 0);
    free(other);
}

static void what_is_no_file_is_said_once(void **state)
{
    struct kit *k = *state;
    char *link = path_in(k->drop, "link.dat"), *fifo = path_in(k->drop, "fifo");

    assert_int_equal(symlink(TEST_DATA "/usgs_crackmeter/zion.dat", link), 0);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    site_start_connected(&k->g.site);
    expect_number(k, "ignored", 2);
    drop_zion(k, "zion.dat"); /* looks at the folder many times more */
    expect_result(k, "done", "zion.dat", 2 * ZION_ROWS, 2 * ZION_ROWS, 0);
    expect_number(k, "waiting", 0);
    assert_int_equal(site_log_lines(&k->g.site, "file_ignored"), 2);
    assert_int_equal(site_log_lines(&k->g.site, "name=\"link.dat\" kind=\"symbolic link\""), 1);
    assert_int_equal(access(link, F_OK), 0);
    free(link);
    free(fifo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(what_cannot_be_moved_is_a_reason),
        T(a_folder_that_cannot_be_used_is_a_reason),
        T(a_folder_made_anew_is_the_one_that_counts),
        T(what_is_no_file_is_said_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
