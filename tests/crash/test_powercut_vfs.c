/* The power-cut VFS itself: what it says a disk could hold is what the files hold when nothing is
 * lost, and it does lose, tear and reorder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "powercut_vfs.h"
#include "tmpdir.h"

enum { KINDS = 6 };

struct fixture {
    char *directory, *images;
    struct powercut *cut;
    sqlite3 *db;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    char path[300];

    assert_non_null(f);
    f->directory = tmpdir_make("powercut-vfs");
    f->images = tmpdir_make("powercut-vfs-images");
    f->cut = powercut_install(f->directory);
    snprintf(path, sizeof path, "%s/x.db", f->directory);
    assert_int_equal(sqlite3_open(path, &f->db), SQLITE_OK);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    sqlite3_close(f->db);
    powercut_remove(f->cut);
    tmpdir_remove(f->directory);
    tmpdir_remove(f->images);
    free(f);
    return 0;
}

static void run(struct fixture *f, const char *sql)
{
    assert_int_equal(sqlite3_exec(f->db, sql, NULL, NULL, NULL), SQLITE_OK);
}

/* Contents of FOLDER/FILE; -1 when it is not there. */
static ssize_t contents(const char *folder, const char *file, unsigned char *bytes, size_t max)
{
    char path[700];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, bytes, max);
    if (fd >= 0)
        close(fd);
    return n;
}

static bool same_file(const char *a, const char *b, const char *file)
{
    static unsigned char x[1 << 20], y[1 << 20];
    ssize_t n = contents(a, file, x, sizeof x), m = contents(b, file, y, sizeof y);
    return n == m && (n <= 0 || memcmp(x, y, (size_t)n) == 0);
}

static void image_path(const struct fixture *f, long step, int kind, char path[600])
{
    snprintf(path, 600, "%s/%ld-%d", f->images, step, kind);
}

static void nothing_lost_is_what_the_files_hold(void **state)
{
    struct fixture *f = *state;
    char image[600];

    run(f, "PRAGMA journal_mode = WAL; CREATE TABLE t(a, b)");
    powercut_images(f->cut, f->images, KINDS, 1);
    for (int i = 0; i < 20; i++) {
        run(f, i % 2 ? "INSERT INTO t VALUES(1, randomblob(9000))"
                     : "PRAGMA synchronous = OFF;"
                       "INSERT INTO t VALUES(2, zeroblob(200)); PRAGMA synchronous = FULL");
        if (i == 12)
            run(f, "PRAGMA wal_checkpoint(TRUNCATE)");
        long step = powercut_steps(f->cut);
        powercut_image_now(f->cut);
        image_path(f, step, i % 2 ? 0 : 1, image); /* after a sync even the first kind */
        assert_true(same_file(f->directory, image, "x.db") || i % 2);
        assert_true(same_file(f->directory, image, "x.db-wal"));
        powercut_images(f->cut, f->images, 0, 0);
        run(f, "SELECT 1");
        tmpdir_remove(f->images);
        f->images = tmpdir_make("powercut-vfs-images");
        powercut_images(f->cut, f->images, KINDS, 1);
    }
    powercut_images(f->cut, f->images, 0, 0);
}

static void it_loses_tears_and_reorders(void **state)
{
    struct fixture *f = *state;
    char lost[600], kept[600], image[600];
    long steps, torn = 0, differ = 0;

    run(f, "PRAGMA journal_mode = WAL; CREATE TABLE t(a)");
    powercut_images(f->cut, f->images, KINDS, 1);
    run(f, "INSERT INTO t VALUES(randomblob(20000))");
    powercut_images(f->cut, f->images, 0, 0);
    steps = powercut_steps(f->cut);
    for (long step = 0; step < steps; step++) {
        image_path(f, step, 0, lost);
        image_path(f, step, 1, kept);
        if (access(kept, F_OK) != 0)
            continue;
        differ += !same_file(lost, kept, "x.db-wal");
        for (int kind = 2; kind < KINDS; kind++) {
            image_path(f, step, kind, image);
            torn += !same_file(image, lost, "x.db-wal") && !same_file(image, kept, "x.db-wal");
        }
    }
    assert_true(differ >= 10);
    assert_true(torn > differ);
}

/* A new file is only there for certain when its directory has been synced. */
static void names_wait_for_the_directory(void **state)
{
    struct fixture *f = *state;
    char image[600];
    unsigned char byte;
    long step;

    powercut_images(f->cut, f->images, 2, 1);
    run(f, "PRAGMA journal_mode = DELETE; CREATE TABLE t(a)");
    step = powercut_steps(f->cut);
    image_path(f, 0, 0, image);
    assert_int_equal(contents(image, "x.db", &byte, 1), -1);
    image_path(f, 0, 1, image);
    assert_int_equal(contents(image, "x.db", &byte, 1), 0);
    powercut_image_now(f->cut);
    image_path(f, step, 0, image); /* synced with that of the journal */
    assert_int_equal(contents(image, "x.db", &byte, 1), 1);
    assert_int_equal(contents(image, "x.db-journal", &byte, 1), 1); /* its deletion is not */
    image_path(f, step, 1, image);
    assert_int_equal(contents(image, "x.db-journal", &byte, 1), -1);
    powercut_images(f->cut, f->images, 0, 0);
}

static void faults_reach_the_caller(void **state)
{
    struct fixture *f = *state;

    run(f, "PRAGMA journal_mode = WAL; CREATE TABLE t(a)");
    powercut_fail(f->cut, powercut_steps(f->cut), ENOSPC, false);
    assert_int_equal(sqlite3_exec(f->db, "INSERT INTO t VALUES(1)", NULL, NULL, NULL), SQLITE_FULL);
    run(f, "INSERT INTO t VALUES(1)");
    powercut_fail(f->cut, powercut_steps(f->cut), EIO, true);
    assert_int_equal(sqlite3_exec(f->db, "INSERT INTO t VALUES(1)", NULL, NULL, NULL),
                     SQLITE_IOERR);
    assert_int_equal(sqlite3_exec(f->db, "INSERT INTO t VALUES(1)", NULL, NULL, NULL),
                     SQLITE_IOERR);
    assert_true(powercut_failures(f->cut) >= 3);
    powercut_fail(f->cut, -1, 0, false);
    run(f, "INSERT INTO t VALUES(1)");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_lost_is_what_the_files_hold),
        TEST(it_loses_tears_and_reorders),
        TEST(names_wait_for_the_directory),
        TEST(faults_reach_the_caller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
