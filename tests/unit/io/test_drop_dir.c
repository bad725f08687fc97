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
    enum err e = drop_settle(k->drop, k->name, k->fd, done, text, strlen(text), k->monotonic_us);

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

static void what_is_no_file_is_not_looked_at(void **state)
{
    struct kit *k = *state;
    char *folder = path_in(k->folder, "folder"), *fifo = path_in(k->folder, "fifo");
    char *link = path_in(k->folder, "link");

    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_equal(symlink("/etc/passwd", link), 0);
    k->monotonic_us += SETTLE;
    assert_int_equal(next(k), ERR_NOTFOUND);
    k->monotonic_us += SETTLE;
    assert_int_equal(next(k), ERR_NOTFOUND);
    free(folder);
    free(fifo);
    free(link);
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
    expect_text(k, "a", "1");
    expect_next(k, "b"); /* the others have their turn */
    drop_leave(k->drop, k->fd, k->monotonic_us);
    close(k->fd);
    assert_int_equal(next(k), ERR_NOTFOUND);
    assert_int_equal(rmdir(scratch), 0);
    k->monotonic_us += 61 * US_PER_S;
    expect_next(k, "a");
    assert_int_equal(settle(k, true, "x"), ERR_OK);
    free(done);
    free(scratch);
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
        cmocka_unit_test_setup_teardown(what_is_no_file_is_not_looked_at, setup, teardown),
        cmocka_unit_test_setup_teardown(names_may_be_anything, setup, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_moved_is_left_for_a_minute, setup, teardown),
        cmocka_unit_test_setup_teardown(a_directory_must_be_one, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
