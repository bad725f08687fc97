/* A state.db in a folder of its own, and what the assessor does with it, for the tests of state_db.
 */
#ifndef SHIKUMEN_TESTS_STATE_FIXTURE_H
#define SHIKUMEN_TESTS_STATE_FIXTURE_H

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "shikumen/io/state_db.h"
#include "tmpdir.h"

#define T0     INT64_C(1763798400000000)
#define SECOND INT64_C(1000000)

struct fixture {
    char *dir;
    struct state_db *db;
};

static inline struct state_db *open_mode(const char *dir, enum state_mode mode)
{
    struct state_db *db;
    char why[200] = "";
    enum err e = state_open(dir, mode, why, sizeof why, &db);

    if (e != ERR_OK)
        fail_msg("%s: %s", err_name(e), why);
    return db;
}

static inline int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    f->dir = tmpdir_make("state-db");
    f->db = open_mode(f->dir, STATE_WRITE);
    *state = f;
    return 0;
}

/* After every test the file must hold what it promises. */
static inline int teardown(void **state)
{
    struct fixture *f = *state;
    struct strbuf faults = {0};

    if (f->db) {
        assert_int_equal(state_verify(f->db, &faults), ERR_OK);
        assert_string_equal(strbuf_text(&faults), "");
    }
    strbuf_free(&faults);
    state_close(f->db);
    tmpdir_remove(f->dir);
    free(f);
    return 0;
}

static inline void path_of(const struct fixture *f, const char *name, char path[256])
{
    snprintf(path, 256, "%s/%s", f->dir, name);
}

/* Other people's access to the file. */
static inline sqlite3 *raw_open(const struct fixture *f)
{
    char path[256];
    sqlite3 *raw;

    path_of(f, "state.db", path);
    assert_int_equal(sqlite3_open(path, &raw), SQLITE_OK);
    return raw;
}

static inline void raw_exec(sqlite3 *raw, const char *sql)
{
    assert_int_equal(sqlite3_exec(raw, sql, NULL, NULL, NULL), SQLITE_OK);
}

/* Takes away what later versions of the file have; it must be closed. */
static inline void make_version(const struct fixture *f, int version)
{
    static const char *const since_6[] = {
        "condition_level", "fell_us", "acked_level", "acked_us",       "alarmed_us",
        "by_hand",         "repeats", "back_us",     "back_before_us", "spoken_by",
        "escalated_us",    "members", "members_told"};
    sqlite3 *raw = raw_open(f);
    char pragma[40], drop[80];

    if (version < 7)
        raw_exec(raw, "DROP TABLE kept_back");
    if (version < 6)
        raw_exec(raw, "DROP INDEX episode_by_hand; DROP INDEX episode_spoken_by");
    for (size_t i = 0; version < 6 && i < sizeof since_6 / sizeof *since_6; i++) {
        snprintf(drop, sizeof drop, "ALTER TABLE episode DROP COLUMN %s", since_6[i]);
        raw_exec(raw, drop);
    }
    if (version < 5)
        raw_exec(raw, "DROP TABLE audit; DROP TABLE record; DROP TABLE class_override;"
                      "DROP TABLE proposal; DROP TABLE silence; DROP TABLE act;"
                      "DELETE FROM number WHERE name LIKE 'audit_%'");
    if (version < 4)
        raw_exec(raw, "DROP TABLE risk_group");
    if (version < 3)
        raw_exec(raw, "DROP TABLE slow_state; CREATE TABLE slow_state (sensor TEXT PRIMARY KEY,"
                      " bytes BLOB NOT NULL) STRICT");
    if (version < 2)
        raw_exec(raw, "DROP TABLE forecast; DROP TABLE crossing; DROP TABLE foreseen;"
                      "DROP TABLE risk; DROP TABLE slow_state");
    snprintf(pragma, sizeof pragma, "PRAGMA user_version = %d", version);
    raw_exec(raw, pragma);
    sqlite3_close(raw);
}

/* --- the assessor --- */

static inline struct episode sample(int number)
{
    static const char *const keys[] = {"limit|H001/wall|crack", "silence|H001/n1", "rate|H002/a|x"};
    struct episode e = {
        .key = keys[number % 3],
        .category = (enum alert_category)(number % CATEGORY_COUNT),
        .kind = KIND_LIMIT,
        .opened_us = T0,
        .house = number % 2 ? "H001" : "H002",
        .element = "H001/wall",
    };

    snprintf(e.id, sizeof e.id, "00000000-0000-4000-8000-%012d", number);
    return e;
}

/* The next step of e, as the assessor makes it, for these endpoints. */
static inline void put_step(struct state_db *db, struct episode *e, int level,
                            const char *const *endpoints)
{
    char body[64];

    e->step++;
    e->level = level;
    e->peak_level = level > e->peak_level ? level : e->peak_level;
    e->changed_us = T0 + e->step * SECOND;
    e->resolved_us = level == 0 ? e->changed_us : 0;
    assert_int_equal(state_episode_put(db, e), ERR_OK);
    snprintf(body, sizeof body, "{\"id\":\"%s\",\"step\":%d}", e->id, e->step);
    assert_int_equal(state_step_put(db, e, e->step == 1 ? EVENT_RAISED : EVENT_WORSENED,
                                    e->changed_us, body, strlen(body)),
                     ERR_OK);
    for (; *endpoints; endpoints++)
        assert_int_equal(state_outbox_put(db, e, *endpoints, e->changed_us), ERR_OK);
}

static const char *const only_a[] = {"a", NULL};
static const char *const a_and_b[] = {"a", "b", NULL};

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static inline int64_t number(struct state_db *db, const char *name)
{
    int64_t value = -2;

    assert_int_equal(state_number_get(db, name, -1, &value), ERR_OK);
    return value;
}

static inline void put_risk(const struct fixture *f, const char *house, int64_t at_us, double score)
{
    const struct state_risk r = {.house = house,
                                 .at_us = at_us,
                                 .class_name = "MH",
                                 .colour = "orange",
                                 .score = score,
                                 .confidence = 0.75,
                                 .coverage = 0.5,
                                 .p30 = 0.01,
                                 .p180 = 0.2,
                                 .p365 = (double)NAN,
                                 .line = "{\"house\":\"x\"}\n"};

    assert_int_equal(state_risk_put(f->db, &r), ERR_OK);
}

static inline inline void put_group(const struct fixture *f, const char *lane, const char *row,
                                    int64_t at_us)
{
    const struct state_group g = {.lane = lane,
                                  .row = row,
                                  .risk = {.at_us = at_us,
                                           .class_name = "MH",
                                           .colour = "orange",
                                           .score = 5,
                                           .confidence = 0.75,
                                           .coverage = 0.5,
                                           .p30 = 0.01,
                                           .p180 = 0.2,
                                           .p365 = (double)NAN,
                                           .line = "{\"house\":\"x\"}\n"}};

    assert_int_equal(state_group_put(f->db, &g), ERR_OK);
}

static inline int64_t count_of(const struct fixture *f, const char *table)
{
    sqlite3 *raw = raw_open(f);
    sqlite3_stmt *statement;
    char sql[64];
    int64_t n;

    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
    assert_int_equal(sqlite3_prepare_v2(raw, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    n = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(raw);
    return n;
}

#endif
