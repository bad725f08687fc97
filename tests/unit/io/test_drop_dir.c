/* A directory of files that others write: which are complete, and where they go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "process.h"
#include "shikumen/base/clock.h"
#include "shikumen/io/drop_dir.h"
#include "tmpdir.h"

#define SETTLE (10 * US_PER_S)
#define NOW    (1800000000 * US_PER_S) /* wall clock of the tests */

struct kit {
    char *folder;
    struct drop_dir *drop;
    int64_t monotonic_us;
    char name[DROP_NAME_SIZE];
    int fd;
};

static int setup(void **state)
{
    struct kit *k = calloc(1, sizeof *k);

    assert_non_null(k);
    k->folder = tmpdir_make("drop");
    k->monotonic_us = 1000 * US_PER_S;
    assert_int_equal(drop_open(k->folder, SETTLE, &k->drop), ERR_OK);
    *state = k;
    return 0;
}

static int teardown(void **state)
{
    struct kit *k = *state;

    drop_close(k->drop);
    tmpdir_remove(k->folder);
    free(k);
    return 0;
}

/* A file changed that long before NOW; 0: at NOW. */
static void put(struct kit *k, const char *name, const char *text, int ago_s)
{
    char *path = path_in(k->folder, name);
    const struct timespec at = {.tv_sec = NOW / US_PER_S - ago_s};

    write_text(path, text);
    assert_int_equal(utimensat(AT_FDCWD, path, (const struct timespec[]){at, at}, 0), 0);
    free(path);
}

static enum err next(struct kit *k)
{
    return drop_next(k->drop, k->monotonic_us, NOW, k->name, &k->fd);
}

static void expect_next(struct kit *k, const char *name)
{
    assert_int_equal(next(k), ERR_OK);
    assert_string_equal(k->name, name);
}

static enum err settle(struct kit *k, bool done, const char *text)
{
    enum err e = drop_settle(k->drop, k->name, k->fd, done, text, strlen(text));

    close(k->fd);
    return e;
}

static void expect_text(struct kit *k, const char *name, const char *text)
{
    char *path = path_in(k->folder, name), *is = read_text(path, NULL);

    assert_string_equal(is, text);
    free(is);
    free(path);
}

static void a_file_goes_aside_with_its_result(void **state)
{
    struct kit *k = *state;

    assert_int_equal(next(k), ERR_NOTFOUND);
    put(k, "a.dat", "1", 60);
    expect_next(k, "a.dat");
    assert_int_equal(settle(k, true, "{\"a\":1}"), ERR_OK);
    expect_text(k, "done/a.dat", "1");
    expect_text(k, "done/a.dat.result.json", "{\"a\":1}");
    assert_int_equal(next(k), ERR_NOTFOUND);
    put(k, "a.dat", "2", 60);
    expect_next(k, "a.dat");
    assert_int_equal(settle(k, true, "{\"a\":2}"), ERR_OK);
    expect_text(k, "done/a.dat", "1");
    expect_text(k, "done/a.dat-2", "2");
    expect_text(k, "done/a.dat-2.result.json", "{\"a\":2}");
    put(k, "a.dat", "3", 60);
    expect_next(k, "a.dat");
    assert_int_equal(settle(k, false, "{}"), ERR_OK);
    expect_text(k, "refused/a.dat", "3");
}

static void the_oldest_comes_first(void **state)
{
    struct kit *k = *state;

    put(k, "b", "", 60);
    put(k, "a", "", 60);
    put(k, "c", "", 90);
    expect_next(k, "c");
    settle(k, true, "");
    expect_next(k, "a");
    settle(k, true, "");
    expect_next(k, "b");
    settle(k, true, "");
    assert_int_equal(next(k), ERR_NOTFOUND);
}

static void what_is_being_written_is_left_alone(void **state)
{
    struct kit *k = *state;

    put(k, ".a.dat", "1", 60);
    put(k, "a.part", "1", 60);
    put(k, "a.tmp", "1", 60);
    put(k, "a.partial", "1", 60);
    assert_int_equal(next(k), ERR_NOTFOUND);
    put(k, "a", "1", 0); /* just now */
    assert_int_equal(next(k), ERR_NOTFOUND);
    k->monotonic_us += SETTLE - 1;
    assert_int_equal(next(k), ERR_NOTFOUND);
    put(k, "a", "12", 0); /* it grows, its time is as coarse as it may be */
    k->monotonic_us += 1;
    assert_int_equal(next(k), ERR_NOTFOUND);
    k->monotonic_us += SETTLE;
    expect_next(k, "a");
    settle(k, true, "");
    put(k, "ahead", "1", -3600); /* by a clock that is wrong */
    assert_int_equal(next(k), ERR_NOTFOUND);
    k->monotonic_us += SETTLE;
    expect_next(k, "ahead");
    settle(k, true, "");
}

static void a_file_that_changed_meanwhile_stays(void **state)
{
    struct kit *k = *state;

    put(k, "a", "1", 60);
    expect_next(k, "a");
    put(k, "a", "12", 50);
    assert_int_equal(settle(k, true, "x"), ERR_BUSY);
    expect_next(k, "a");
    char *path = path_in(k->folder, "a"), *other = path_in(k->folder, "b");
    assert_int_equal(rename(path, other), 0);
    put(k, "a", "12", 50); /* another of that name */
    assert_int_equal(settle(k, true, "x"), ERR_BUSY);
    expect_text(k, "a", "12");
    free(path);
    free(other);
}

/* Which of them is newly told of, "" when none. */
static const char *told_of(struct kit *k, size_t ignored)
{
    k->monotonic_us += SETTLE;
    assert_int_equal(next(k), ERR_NOTFOUND);
    assert_int_equal(drop_census(k->drop)->ignored, ignored);
    return drop_census(k->drop)->newly_ignored ? drop_census(k->drop)->ignored_kind : "";
}

static void what_is_no_file_is_not_looked_at_but_told_once(void **state)
{
    struct kit *k = *state;
    char *folder = path_in(k->folder, "folder"), *fifo = path_in(k->folder, "fifo");
    char *link = path_in(k->folder, "link"), *hidden = path_in(k->folder, ".folder");

    assert_string_equal(told_of(k, 0), ""); /* not of done and refused */
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(mkdir(hidden, 0700), 0);
    assert_string_equal(told_of(k, 1), "directory");
    assert_string_equal(told_of(k, 1), "");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_string_equal(told_of(k, 2), "pipe");
    assert_int_equal(symlink("/etc/passwd", link), 0);
    assert_string_equal(told_of(k, 3), "symbolic link");
    assert_string_equal(drop_census(k->drop)->ignored_name, "link");
    assert_string_equal(told_of(k, 3), "");
    assert_int_equal(unlink(link), 0);
    assert_string_equal(told_of(k, 2), "");
    assert_int_equal(symlink(".", link), 0); /* another one */
    assert_string_equal(told_of(k, 3), "symbolic link");
    free(folder);
    free(fifo);
    free(link);
    free(hidden);
}

static void many_that_are_no_files_are_counted(void **state)
{
    struct kit *k = *state;
    size_t told = 0;

    for (int i = 0; i < 100; i++) {
        char name[16];
        snprintf(name, sizeof name, "link%d", i);
        char *link = path_in(k->folder, name);
        assert_int_equal(symlink("nowhere", link), 0);
        free(link);
    }
    for (int i = 0; i < 200; i++)
        told += *told_of(k, 100) != '\0';
    assert_int_equal(told, 64);
}

static void the_census_says_what_waits(void **state)
{
    struct kit *k = *state;
    const struct drop_census *c = drop_census(k->drop);
    int64_t before_us = (int64_t)time(NULL) * US_PER_S;

    put(k, ".making", "1", 60);
    put(k, "a", "1", -60); /* changed in the future: not complete */
    put(k, "b", "1", 0);
    assert_int_equal(next(k), ERR_NOTFOUND);
    assert_int_equal(c->waiting, 2);
    assert_string_equal(c->oldest, "a"); /* it was put there first */
    assert_true(c->oldest_us >= before_us && c->oldest_us < before_us + 60 * US_PER_S);
    assert_int_equal(c->left, 0);
    k->monotonic_us += SETTLE;
    expect_next(k, "b");
    assert_true(drop_leave(k->drop, k->monotonic_us));
    close(k->fd);
    expect_next(k, "a");
    assert_int_equal(c->left, 1);
    assert_string_equal(c->left_name, "b");
    settle(k, true, "x");
    assert_int_equal(next(k), ERR_NOTFOUND);
    assert_int_equal(c->waiting, 1);
    assert_string_equal(c->oldest, "b");
}

static void names_may_be_anything(void **state)
{
    static const char *const names[] = {"-rf",      "a b",  "a\nb",          "\xff\xfe", "裂缝.csv",
                                        "done.csv", "%s%n", "a.result.json", "$(reboot)"};
    struct kit *k = *state;
    char longest[256];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *moved;
        put(k, names[i], "x", 60);
        expect_next(k, names[i]);
        assert_int_equal(settle(k, true, "y"), ERR_OK);
        assert_true(asprintf(&moved, "done/%s", names[i]) > 0);
        expect_text(k, moved, "x");
        free(moved);
    }
    memset(longest, 'n', 255);
    longest[255] = '\0';
    for (int i = 0; i < 2; i++) { /* both get a result beside them, the second another name */
        put(k, longest, "x", 60);
        expect_next(k, longest);
        assert_int_equal(settle(k, true, "y"), ERR_OK);
    }
    assert_int_equal(next(k), ERR_NOTFOUND);
}

static void what_cannot_be_moved_is_left_for_a_minute(void **state)
{
    struct kit *k = *state;
    char *done = path_in(k->folder, "done"), *scratch = path_in(k->folder, "done/.result.tmp");

    put(k, "a", "1", 60);
    put(k, "b", "1", 50);
    assert_int_equal(mkdir(scratch, 0700), 0); /* in the way of the result */
    expect_next(k, "a");
    assert_int_equal(settle(k, true, "x"), ERR_IO);
    assert_true(drop_leave(k->drop, k->monotonic_us));
    expect_text(k, "a", "1");
    expect_next(k, "b"); /* the others have their turn */
    assert_true(drop_leave(k->drop, k->monotonic_us));
    close(k->fd);
    assert_int_equal(next(k), ERR_NOTFOUND);
    assert_int_equal(rmdir(scratch), 0);
    k->monotonic_us += 61 * US_PER_S;
    expect_next(k, "a");
    assert_int_equal(settle(k, true, "x"), ERR_OK);
    free(done);
    free(scratch);
}

/* The file system's clock is coarse: until a change of status is later than the latest. */
static void wait_for_clock(const char *path)
{
    struct stat st;
    struct timespec now;

    assert_int_equal(stat(path, &st), 0);
    do
        assert_int_equal(clock_gettime(CLOCK_REALTIME_COARSE, &now), 0);
    while (now.tv_sec == st.st_ctim.tv_sec && now.tv_nsec == st.st_ctim.tv_nsec);
}

/* A minute, two, four, ... an hour, until it changes. */
static void what_fails_again_is_left_for_longer(void **state)
{
    static const int minutes[] = {1, 2, 4, 8, 16, 32, 60, 60};
    struct kit *k = *state;

    put(k, "a", "1", 60);
    for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++) {
        expect_next(k, "a");
        close(k->fd);
        assert_true(drop_leave(k->drop, k->monotonic_us) == (i == 0));
        k->monotonic_us += minutes[i] * 60 * US_PER_S - 1;
        assert_int_equal(next(k), ERR_NOTFOUND);
        k->monotonic_us += 1;
    }
    put(k, "a", "12", 50);
    expect_next(k, "a");
    close(k->fd);
    assert_true(drop_leave(k->drop, k->monotonic_us));
    assert_int_equal(next(k), ERR_NOTFOUND);
    char *path = path_in(k->folder, "a");
    wait_for_clock(path);
    assert_int_equal(chmod(path, 0640), 0); /* it may be readable now */
    expect_next(k, "a");
    close(k->fd);
    assert_true(drop_leave(k->drop, k->monotonic_us));
    free(path);
}

/* A file may be called like the result of another. */
static void no_result_takes_the_place_of_a_file(void **state)
{
    struct kit *k = *state;

    put(k, "a.result.json", "data", 90);
    expect_next(k, "a.result.json");
    assert_int_equal(settle(k, true, "1"), ERR_OK);
    put(k, "a", "x", 60);
    expect_next(k, "a");
    assert_int_equal(settle(k, true, "2"), ERR_OK);
    expect_text(k, "done/a.result.json", "data");
    expect_text(k, "done/a.result.json.result.json", "1");
    expect_text(k, "done/a-2", "x");
    expect_text(k, "done/a-2.result.json", "2");
}

/* A kill between writing the result and moving the file leaves the result alone. */
static void a_result_without_its_file_is_written_anew(void **state)
{
    struct kit *k = *state;
    char *left = path_in(k->folder, "done/a.result.json");

    write_text(left, "cut short");
    put(k, "a", "x", 60);
    expect_next(k, "a");
    assert_int_equal(settle(k, true, "2"), ERR_OK);
    expect_text(k, "done/a", "x");
    expect_text(k, "done/a.result.json", "2");
    free(left);
}

static void a_directory_made_anew_is_noticed(void **state)
{
    struct kit *k = *state;
    char *moved;

    assert_true(asprintf(&moved, "%s.moved", k->folder) > 0);
    assert_true(drop_is_at(k->drop, k->folder));
    assert_int_equal(rename(k->folder, moved), 0);
    assert_false(drop_is_at(k->drop, k->folder));
    assert_int_equal(mkdir(k->folder, 0700), 0);
    assert_false(drop_is_at(k->drop, k->folder));
    assert_int_equal(rmdir(k->folder), 0);
    assert_int_equal(rename(moved, k->folder), 0);
    assert_true(drop_is_at(k->drop, k->folder));
    free(moved);
}

/* As another user than root, for whom nothing is forbidden. */
static void a_directory_must_be_writable(void **state)
{
    static const char *const folders[] = {".", "done", "refused"};
    struct kit *k = *state;
    struct drop_dir *d;
    bool root = geteuid() == 0;

    for (size_t i = 0; i < 3; i++) {
        char *path = path_in(k->folder, folders[i]);
        for (size_t j = 0; j < 3; j++) {
            char *other = path_in(k->folder, folders[j]);
            assert_int_equal(chmod(other, i == j ? 0555 : 0777), 0);
            free(other);
        }
        assert_true(!root || seteuid(65534) == 0);
        enum err e = drop_open(k->folder, SETTLE, &d);
        int error = errno;
        assert_true(!root || seteuid(0) == 0);
        assert_int_equal(e, ERR_IO);
        assert_int_equal(error, EACCES);
        assert_int_equal(chmod(path, 0777), 0);
        free(path);
    }
}

static void a_directory_must_be_one(void **state)
{
    struct kit *k = *state;
    char *none = path_in(k->folder, "none"), *file = path_in(k->folder, "file");
    struct drop_dir *d;

    assert_int_equal(drop_open(none, SETTLE, &d), ERR_NOTFOUND);
    assert_null(d);
    write_text(file, "");
    assert_int_equal(drop_open(file, SETTLE, &d), ERR_IO);
    assert_int_equal(errno, ENOTDIR);
    free(none);
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_goes_aside_with_its_result, setup, teardown),
        cmocka_unit_test_setup_teardown(the_oldest_comes_first, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_being_written_is_left_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_that_changed_meanwhile_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_file_is_not_looked_at_but_told_once, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(many_that_are_no_files_are_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(the_census_says_what_waits, setup, teardown),
        cmocka_unit_test_setup_teardown(names_may_be_anything, setup, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_moved_is_left_for_a_minute, setup, teardown),
        cmocka_unit_test_setup_teardown(what_fails_again_is_left_for_longer, setup, teardown),
        cmocka_unit_test_setup_teardown(no_result_takes_the_place_of_a_file, setup, teardown),
        cmocka_unit_test_setup_teardown(a_result_without_its_file_is_written_anew, setup, teardown),
        cmocka_unit_test_setup_teardown(a_directory_made_anew_is_noticed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_directory_must_be_writable, setup, teardown),
        cmocka_unit_test_setup_teardown(a_directory_must_be_one, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
