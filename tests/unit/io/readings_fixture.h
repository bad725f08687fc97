/* A readings.db in a folder of its own, its writer and a reader. */
#ifndef SHIKUMEN_TESTS_READINGS_FIXTURE_H
#define SHIKUMEN_TESTS_READINGS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chance.h"
#include "shikumen/base/clock.h"
#include "shikumen/io/readings_db.h"
#include "shikumen/io/readings_query.h"
#include "tmpdir.h"

#define UNUSED_HERE __attribute__((unused)) /* by some of the programs */

struct fixture {
    char *dir;
    struct readings_db *db;
    struct readings_reader *reader;
};

UNUSED_HERE static void open_writer(struct fixture *f)
{
    char why[300] = "";
    enum err e = readings_open(f->dir, why, sizeof why, &f->db);
    if (e)
        print_error("%s\n", why);
    assert_int_equal(e, ERR_OK);
}

UNUSED_HERE static void open_reader(struct fixture *f)
{
    assert_int_equal(reader_open(f->dir, NULL, 0, &f->reader), ERR_OK);
}

UNUSED_HERE static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->dir = tmpdir_make("readings-db");
    open_writer(f);
    open_reader(f);
    *state = f;
    return 0;
}

UNUSED_HERE static int teardown(void **state)
{
    struct fixture *f = *state;
    reader_close(f->reader);
    readings_close(f->db);
    tmpdir_remove(f->dir);
    free(f);
    return 0;
}

UNUSED_HERE static uint32_t make_sensor(struct fixture *f, const char *name)
{
    uint32_t id = 0;
    assert_int_equal(readings_sensor(f->db, name, "tilt", "mm/m", &id), ERR_OK);
    return id;
}

UNUSED_HERE static int64_t commit(struct fixture *f)
{
    int64_t seq = -1;
    assert_int_equal(readings_commit(f->db, &seq), ERR_OK);
    assert_false(readings_pending(f->db));
    return seq;
}

/* Appends and counts as ingest does. */
UNUSED_HERE static void append(struct fixture *f, struct reading r)
{
    assert_int_equal(readings_append(f->db, &r), ERR_OK);
    assert_int_equal(readings_count(f->db, "received", 1), ERR_OK);
    assert_int_equal(readings_count(f->db, "stored", 1), ERR_OK);
}

UNUSED_HERE static void assert_verifies(struct fixture *f)
{
    struct strbuf out = {0};
    enum err e = reader_verify(f->reader, &out);
    if (e)
        print_error("%s", strbuf_text(&out));
    strbuf_free(&out);
    assert_int_equal(e, ERR_OK);
}

/* Bit for bit, but for the padding at its end. */
UNUSED_HERE static void assert_same_reading(const struct reading *a, const struct reading *b)
{
    assert_memory_equal(a, b, offsetof(struct reading, test) + 1);
    assert_int_equal(a->historical, b->historical);
    assert_int_equal(a->clock_doubt, b->clock_doubt);
}

/* Changes the file behind the store's back. */
UNUSED_HERE static void raw_exec(struct fixture *f, const char *sql)
{
    char path[300];
    sqlite3 *raw;
    snprintf(path, sizeof path, "%s/readings.db", f->dir);
    assert_int_equal(sqlite3_open_v2(path, &raw, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(raw, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(raw);
}

#endif
