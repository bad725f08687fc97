/* What is cleared of the files that were read: by age, by size, never what was refused. */
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

#define NOW  (1800000000 * US_PER_S) /* wall clock of the tests */
#define HOUR (3600 * US_PER_S)
#define KEPT 9000

struct kit {
    char *folder;
    struct drop_dir *drop;
    char removed[1000]; /* "NAME BYTES RESULT; " of each */
    int count;
    int slices;
};

static int setup(void **state)
{
    struct kit *k = calloc(1, sizeof *k);

    assert_non_null(k);
    k->folder = tmpdir_make("clear");
    assert_int_equal(drop_open(k->folder, US_PER_S, &k->drop), ERR_OK);
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

/* A text under that name, last changed so long before NOW. */
static void put(struct kit *k, const char *name, const char *text, int64_t ago_us)
{
    char *path = path_in(k->folder, name);
    const struct timespec at = {.tv_sec = (NOW - ago_us) / US_PER_S};

    write_text(path, text);
    assert_int_equal(utimensat(AT_FDCWD, path, (const struct timespec[]){at, at}, 0), 0);
    free(path);
}

/* A file of ten bytes that was changed long ago and moved so long before NOW, with its result. */
static void moved(struct kit *k, const char *name, int64_t ago_us)
{
    char result[300];

    put(k, name, "0123456789", KEPT * US_PER_DAY);
    snprintf(result, sizeof result, "%s.result.json", name);
    put(k, result, "{}", ago_us);
}

static bool is_there(struct kit *k, const char *name)
{
    char *path = path_in(k->folder, name);
    bool there = access(path, F_OK) == 0;

    free(path);
    return there;
}

static void on_removed(void *context, const char *name, int64_t bytes, const char *result)
{
    struct kit *k = context;
    size_t n = strlen(k->removed);

    k->count++;
    snprintf(k->removed + n, sizeof k->removed - n, "%s %d %s; ", name, (int)bytes, result);
}

/* To its end. */
static void clear(struct kit *k, int64_t keep_us, int64_t keep_bytes)
{
    const struct drop_bounds bounds = {keep_us, keep_bytes};
    bool more = true;

    k->removed[0] = '\0';
    k->count = k->slices = 0;
    while (more) {
        assert_int_equal(drop_clear(k->drop, &bounds, NOW, on_removed, k, &more), ERR_OK);
        assert_true(++k->slices < 1000);
    }
}

static void by_age(void **state)
{
    struct kit *k = *state;

    moved(k, "done/a", 3 * US_PER_DAY);
    moved(k, "done/b", 10 * US_PER_DAY);
    moved(k, "done/c", 1 * US_PER_DAY);
    moved(k, "refused/a", 30 * US_PER_DAY);
    put(k, "waiting", "1", 30 * US_PER_DAY);
    clear(k, 2 * US_PER_DAY, 0);
    assert_string_equal(k->removed, "b 12 {}; a 12 {}; ");
    assert_false(is_there(k, "done/a") || is_there(k, "done/a.result.json"));
    assert_false(is_there(k, "done/b") || is_there(k, "done/b.result.json"));
    assert_true(is_there(k, "done/c") && is_there(k, "done/c.result.json"));
    assert_true(is_there(k, "refused/a") && is_there(k, "refused/a.result.json"));
    assert_true(is_there(k, "waiting"));
    clear(k, 2 * US_PER_DAY, 0);
    assert_string_equal(k->removed, "");
}

static void by_size(void **state)
{
    struct kit *k = *state;

    moved(k, "done/a", 3 * US_PER_DAY);
    moved(k, "done/b", 10 * US_PER_DAY);
    moved(k, "done/c", 1 * US_PER_DAY);
    moved(k, "done/d", 2 * US_PER_DAY);
    clear(k, 0, 48);
    assert_string_equal(k->removed, "");
    clear(k, 0, 47);
    assert_string_equal(k->removed, "b 12 {}; ");
    clear(k, 0, 24);
    assert_string_equal(k->removed, "a 12 {}; ");
    clear(k, 0, 1);
    assert_string_equal(k->removed, "d 12 {}; c 12 {}; ");
}

static void nothing_within_an_hour_and_nothing_without_bounds(void **state)
{
    struct kit *k = *state;

    moved(k, "done/now", HOUR);
    moved(k, "done/ahead", -HOUR); /* of a clock that was wrong */
    moved(k, "done/old", HOUR + US_PER_S);
    clear(k, 0, 0);
    assert_string_equal(k->removed, "");
    clear(k, US_PER_S, 1);
    assert_string_equal(k->removed, "old 12 {}; ");
}

/* What lies there without its other half, names like those of results, and what is no file. */
static void odd_ones(void **state)
{
    struct kit *k = *state;
    char *folder = path_in(k->folder, "done/folder"), *link = path_in(k->folder, "done/link");

    put(k, "done/alone.result.json", "{}", 5 * US_PER_DAY);
    moved(k, "done/x.result.json", 4 * US_PER_DAY);
    moved(k, "done/x.result.json-2", 3 * US_PER_DAY);
    put(k, "done/.result.tmp", "{}", 5 * US_PER_DAY);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(symlink("../refused", link), 0);
    clear(k, 2 * US_PER_DAY, 0);
    assert_string_equal(k->removed,
                        "alone.result.json 2 ; x.result.json 12 {}; x.result.json-2 12 {}; ");
    assert_true(is_there(k, "done/folder") && is_there(k, "done/link"));
    assert_true(is_there(k, "done/.result.tmp"));
    assert_false(is_there(k, "done/alone.result.json") || is_there(k, "done/x.result.json"));
    assert_false(is_there(k, "done/x.result.json.result.json"));
    free(folder);
    free(link);
}

/* More than are kept in memory, a slice at a time. */
static void very_many(void **state)
{
    struct kit *k = *state;
    enum { MANY = 3000 };

    for (int i = 0; i < MANY; i++) {
        char name[32];
        snprintf(name, sizeof name, "done/f%d", (i * 7919) % MANY);
        put(k, name, "", 0);
        snprintf(name, sizeof name, "done/f%d.result.json", (i * 7919) % MANY);
        put(k, name, "12", (10 + (i * 7919) % MANY) * HOUR);
    }
    clear(k, 0, 2 * 10);
    assert_int_equal(k->count, MANY - 10);
    assert_true(k->slices > 60);
    assert_int_equal(memcmp(k->removed, "f2999 2 12; f2998 2 12; f2997 2 12; ", 36), 0);
    for (int i = 0; i < 11; i++) {
        char name[32];
        snprintf(name, sizeof name, "done/f%d", i);
        assert_true(is_there(k, name) == (i < 10));
    }
}

static void what_cannot_be_removed_is_said(void **state)
{
    struct kit *k = *state;
    const struct drop_bounds bounds = {US_PER_DAY, 0};
    char *done = path_in(k->folder, "done");
    bool more = true, root = geteuid() == 0;
    enum err e = ERR_OK;
    int error = 0;

    moved(k, "done/a", 3 * US_PER_DAY);
    assert_int_equal(chmod(k->folder, 0755), 0);
    assert_int_equal(chmod(done, 0555), 0);
    assert_true(!root || seteuid(65534) == 0);
    while (more) {
        e = drop_clear(k->drop, &bounds, NOW, on_removed, k, &more);
        error = errno;
    }
    assert_true(!root || seteuid(0) == 0);
    assert_int_equal(chmod(done, 0755), 0);
    assert_int_equal(e, ERR_IO);
    assert_int_equal(error, EACCES);
    assert_int_equal(k->count, 0);
    clear(k, US_PER_DAY, 0);
    assert_int_equal(k->count, 1);
    free(done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(by_age, setup, teardown),
        cmocka_unit_test_setup_teardown(by_size, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_within_an_hour_and_nothing_without_bounds, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(odd_ones, setup, teardown),
        cmocka_unit_test_setup_teardown(very_many, setup, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_removed_is_said, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
