#include "shikumen/io/state_db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state_db_private.h"

/* Deliver leaves checkpoints to the assessor unless that one sleeps for long. */
#define DELIVER_CHECKPOINT_PAGES 4000
#define DELIVER_OPEN_MS          250

static enum err open_file(struct state_db *db, const char *path, enum state_mode mode)
{
    bool deliver = mode == STATE_DELIVER;
    struct sql_config config = {
        .path = path,
        .read_only = mode == STATE_READ_ONLY,
        .application_id = STATE_APPLICATION_ID,
        .migrations = state_migrations,
        .migration_count = state_migration_count,
        .statements = state_statements,
        .statement_count = S_COUNT,
        .busy_timeout_ms = deliver ? DELIVER_OPEN_MS : 0,
        .wal_autocheckpoint_pages = deliver ? DELIVER_CHECKPOINT_PAGES : 0,
        .synchronous_normal = deliver,
        .synchronous_off = mode == STATE_SCRATCH,
        .as_it_is = mode == STATE_ACT,
    };
    enum err e = sql_open(&db->sql, &config);

    db->is_audited = mode == STATE_WRITE || mode == STATE_ACT || mode == STATE_SCRATCH;
    if (e == ERR_OK && db->is_audited)
        e = audit_begin(db);

    if (e == ERR_OK && deliver)
        sqlite3_busy_timeout(db->sql.handle, 0);
    return e;
}

enum err state_open(const char *directory, enum state_mode mode, char *why, size_t why_size,
                    struct state_db **out)
{
    struct state_db *db = calloc(1, sizeof *db);
    char *path = NULL;
    enum err e = ERR_NOMEM;

    *out = NULL;
    if (db && asprintf(&path, "%s/state.db", directory) >= 0) {
        e = open_file(db, path, mode);
        free(path);
    }
    if (e == ERR_OK) {
        *out = db;
        return ERR_OK;
    }
    if (why && why_size > 0)
        snprintf(why, why_size, "%s", db && db->sql.error[0] ? db->sql.error : err_name(e));
    state_close(db);
    return e;
}

void state_close(struct state_db *db)
{
    if (!db)
        return;
    sql_close(&db->sql);
    free(db);
}

const char *state_error(const struct state_db *db)
{
    return db->sql.error;
}

enum err state_begin(struct state_db *db)
{
    db->actor[0] = '\0';
    return sql_begin(&db->sql);
}

enum err state_commit(struct state_db *db)
{
    return sql_commit(&db->sql);
}

void state_rollback(struct state_db *db)
{
    sql_rollback(&db->sql);
}

/* --- registry versions and numbers --- */

static enum err put_registry(struct state_db *db, int64_t now_us, const char *json, size_t len,
                             uint64_t digest)
{
    struct sql_query q = sql_start(&db->sql, S_REGISTRY_PUT);
    enum err e;

    sql_bind_int(&q, 1, now_us);
    sql_bind_int(&q, 2, (int64_t)digest);
    sql_bind_text_n(&q, 3, json, len);
    e = sql_run(&q);
    if (e != ERR_OK || sqlite3_changes(db->sql.handle) == 0)
        return e;
    return vouched_added(
        db, &(struct vouched){VOUCHED_REGISTRY, sqlite3_last_insert_rowid(db->sql.handle), 0},
        now_us, "registry.loaded");
}

enum err state_registry_put(struct state_db *db, int64_t now_us, const char *json, size_t len,
                            uint64_t digest)
{
    bool mine = sqlite3_get_autocommit(db->sql.handle) != 0;
    enum err e = mine ? state_begin(db) : ERR_OK;

    if (e == ERR_OK)
        e = put_registry(db, now_us, json, len, digest);
    if (!mine)
        return e;
    if (e == ERR_OK)
        return state_commit(db);
    state_rollback(db);
    return e;
}

enum err state_registry_get(struct state_db *db, struct strbuf *json, int64_t *loaded_us)
{
    struct sql_query q = sql_start(&db->sql, S_REGISTRY_GET);
    bool found = sql_row(&q);
    enum err e;

    if (found) {
        strbuf_puts(json, sql_text(&q, 0));
        *loaded_us = sql_int(&q, 1);
    }
    e = sql_end(&q);
    if (e == ERR_OK && !found)
        return ERR_NOTFOUND;
    return e == ERR_OK && json->failed ? ERR_NOMEM : e;
}

enum err state_version(struct state_db *db, int64_t *version)
{
    struct sql_query q = sql_start(&db->sql, S_DATA_VERSION);

    *version = sql_row(&q) ? sql_int(&q, 0) : 0;
    return sql_end(&q);
}

enum err state_number_get(struct state_db *db, const char *name, int64_t value_if_absent,
                          int64_t *value)
{
    struct sql_query q = sql_start(&db->sql, S_NUMBER_GET);

    sql_bind_text(&q, 1, name);
    *value = sql_row(&q) ? sql_int(&q, 0) : value_if_absent;
    return sql_end(&q);
}

enum err state_number_put(struct state_db *db, const char *name, int64_t value)
{
    struct sql_query q = sql_start(&db->sql, S_NUMBER_PUT);

    sql_bind_text(&q, 1, name);
    sql_bind_int(&q, 2, value);
    return sql_run(&q);
}

/* --- rule states and conditions --- */

enum err state_rules_put(struct state_db *db, const char *sensor, const void *bytes, size_t n)
{
    struct sql_query q = sql_start(&db->sql, S_RULES_PUT);

    sql_bind_text(&q, 1, sensor);
    sql_bind_blob(&q, 2, bytes, n);
    return sql_run(&q);
}

enum err state_rules_each(struct state_db *db, state_rules_fn *fn, void *context)
{
    struct sql_query q = sql_start(&db->sql, S_RULES_EACH);
    enum err e = ERR_OK, ended;

    while (e == ERR_OK && sql_row(&q)) {
        size_t n;
        const void *bytes = sql_blob(&q, 1, &n);
        e = fn(context, sql_text(&q, 0), bytes, n);
    }
    ended = sql_end(&q);
    return e != ERR_OK ? e : ended;
}

static enum err remove_condition(struct state_db *db, const char *key, const char *sensor)
{
    struct sql_query q = sql_start(&db->sql, S_CONDITION_REMOVE);

    sql_bind_text(&q, 1, key);
    sql_bind_text(&q, 2, sensor);
    return sql_run(&q);
}

enum err state_condition_put(struct state_db *db, const char *key, const char *sensor, int level,
                             const void *bytes, size_t n)
{
    struct sql_query q;

    if (level == 0)
        return remove_condition(db, key, sensor);
    q = sql_start(&db->sql, S_CONDITION_PUT);
    sql_bind_text(&q, 1, key);
    sql_bind_text(&q, 2, sensor);
    sql_bind_int(&q, 3, level);
    sql_bind_blob(&q, 4, bytes, n);
    return sql_run(&q);
}

enum err state_condition_each(struct state_db *db, state_condition_fn *fn, void *context)
{
    struct sql_query q = sql_start(&db->sql, S_CONDITION_EACH);
    enum err e = ERR_OK, ended;

    while (e == ERR_OK && sql_row(&q)) {
        size_t n;
        const void *bytes = sql_blob(&q, 3, &n);
        e = fn(context, sql_text(&q, 0), sql_text(&q, 1), (int)sql_int(&q, 2), bytes, n);
    }
    ended = sql_end(&q);
    return e != ERR_OK ? e : ended;
}

/* --- care --- */

/* Of risk and risk_group. */
#define NOT_PLAUSIBLE                                                                              \
    "p30 < 0 OR p365 > 1 OR p180 NOT BETWEEN p30 AND p365 OR p30 > p365"                           \
    " OR score NOT BETWEEN 0 AND 100 OR confidence NOT BETWEEN 0 AND 1"                            \
    " OR coverage NOT BETWEEN 0 AND 1 OR grey NOT IN (0, 1)"

/* Each query gives one column of text per fault. */
static const char *const invariants[] = {
    "SELECT 'episode ' || e.id || ' has not exactly the steps 1 to ' || e.step FROM episode AS e"
    " LEFT JOIN (SELECT episode, count(*) AS n, min(step) AS low, max(step) AS high FROM step"
    "  GROUP BY episode) AS s ON s.episode = e.row"
    " WHERE s.n IS NOT e.step OR s.low <> 1 OR s.high <> e.step",

    "SELECT 'outbox row ' || o.row || ' has no step' FROM outbox AS o WHERE NOT EXISTS"
    " (SELECT 1 FROM step AS s WHERE s.episode = o.episode AND s.step = o.step)",

    "SELECT 'outbox row ' || o.row || ' is out of order' FROM outbox AS o WHERE o.state = 0"
    " AND o.blocked <> EXISTS (SELECT 1 FROM outbox AS p WHERE p.endpoint = o.endpoint"
    "  AND p.episode = o.episode AND p.state = 0 AND p.step < o.step)",

    "SELECT 'forecast of ' || n.sensor || ' at ' || f.at_us || ' is not plausible'"
    " FROM forecast AS f JOIN foreseen AS n ON n.row = f.foreseen"
    " WHERE f.p30 < 0 OR f.p365 > 1 OR f.p180 NOT BETWEEN f.p30 AND f.p365 OR f.p30 > f.p365"
    " OR f.t50_us < f.t05_us OR f.t95_us < f.t50_us OR f.t95_us < f.t05_us"
    " OR f.t05_us < f.at_us",

    "SELECT 'crossing of ' || n.sensor || ' since ' || c.baseline_us || ' is not plausible'"
    " FROM crossing AS c JOIN foreseen AS n ON n.row = c.foreseen"
    " WHERE c.reached_us NOT BETWEEN c.baseline_us AND c.observed_until_us",

    "SELECT 'risk of row ' || lane || ' ' || row || ' at ' || at_us || ' is not plausible'"
    " FROM risk_group WHERE " NOT_PLAUSIBLE,

    "SELECT 'risk of ' || house || ' at ' || at_us || ' is not plausible' FROM risk"
    " WHERE " NOT_PLAUSIBLE,
};

enum err state_verify(struct state_db *db, struct strbuf *out)
{
    enum err result = sql_integrity(&db->sql, out);

    for (size_t i = 0; i < sizeof invariants / sizeof invariants[0]; i++) {
        enum err e = sql_report(&db->sql, invariants[i], out);
        if (result == ERR_OK)
            result = e;
    }
    if (result == ERR_OK || result == ERR_CORRUPT) {
        enum err e = state_audit_verify(db, out);
        result = result == ERR_OK ? e : result;
    }
    return result == ERR_OK && out->failed ? ERR_NOMEM : result;
}

enum err state_backup(struct state_db *db, const char *path)
{
    return sql_backup(&db->sql, path);
}
