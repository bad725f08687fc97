#include "sqlite_util.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- errors --- */

static bool device_is_full(const struct sql_db *db)
{
    int system_errno = db->handle ? sqlite3_system_errno(db->handle) : 0;

    return system_errno == ENOSPC || system_errno == EDQUOT;
}

static enum err constraint_err(int rc)
{
    switch (rc) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        return ERR_EXISTS;
    default:
        return ERR_RANGE;
    }
}

enum err sql_err(const struct sql_db *db, int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return ERR_OK;
    case SQLITE_NOMEM:
        return ERR_NOMEM;
    case SQLITE_FULL:
        return ERR_FULL;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT:
        return ERR_BUSY;
    case SQLITE_IOERR:
        if (rc == SQLITE_IOERR_NOMEM)
            return ERR_NOMEM;
        return device_is_full(db) ? ERR_FULL : ERR_IO;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR: /* our SQL is right, so what it speaks of is not there */
    case SQLITE_SCHEMA:
    case SQLITE_MISMATCH:
        return ERR_CORRUPT;
    case SQLITE_CONSTRAINT:
        return constraint_err(rc);
    case SQLITE_TOOBIG:
    case SQLITE_RANGE:
        return ERR_RANGE;
    case SQLITE_MISUSE:
        return ERR_CLOSED;
    default:
        return device_is_full(db) ? ERR_FULL : ERR_IO;
    }
}

enum err sql_fail(struct sql_db *db, int rc)
{
    const char *text = sqlite3_errstr(rc);

    if (db->handle && sqlite3_extended_errcode(db->handle) == rc)
        text = sqlite3_errmsg(db->handle);
    snprintf(db->error, sizeof db->error, "%s (SQLite %d)", text, rc);
    return sql_err(db, rc);
}

enum err sql_refuse(struct sql_db *db, enum err e, const char *text)
{
    snprintf(db->error, sizeof db->error, "%s", text);
    return e;
}

/* --- plain SQL --- */

enum err sql_exec(struct sql_db *db, const char *sql)
{
    int rc;

    if (!db->handle)
        return sql_refuse(db, ERR_CLOSED, "database is not open");
    rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? ERR_OK : sql_fail(db, rc);
}

enum err sql_scalar(struct sql_db *db, const char *sql, int64_t absent, int64_t *value)
{
    sqlite3_stmt *statement;
    int rc = sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL);

    if (rc != SQLITE_OK)
        return sql_fail(db, rc);
    rc = sqlite3_step(statement);
    *value = rc == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : absent;
    if (rc == SQLITE_ROW || rc == SQLITE_DONE)
        rc = SQLITE_OK;
    sqlite3_finalize(statement);
    return rc == SQLITE_OK ? ERR_OK : sql_fail(db, rc);
}

enum err sql_begin(struct sql_db *db)
{
    return sql_exec(db, "BEGIN IMMEDIATE");
}

void sql_rollback(struct sql_db *db)
{
    if (db->handle && !sqlite3_get_autocommit(db->handle))
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

enum err sql_commit(struct sql_db *db)
{
    enum err e = sql_exec(db, "COMMIT");

    if (e != ERR_OK)
        sql_rollback(db);
    return e;
}

/* --- kept statements --- */

struct sql_query sql_start(struct sql_db *db, size_t statement)
{
    struct sql_query q = {.db = db, .result_code = SQLITE_MISUSE};

    if (!db->handle || statement >= db->statement_count)
        return q;
    q.result_code = SQLITE_OK;
    if (!db->statements[statement])
        q.result_code =
            sqlite3_prepare_v3(db->handle, db->texts[statement], -1, SQLITE_PREPARE_PERSISTENT,
                               &db->statements[statement], NULL);
    q.statement = db->statements[statement];
    return q;
}

static void note_bind(struct sql_query *q, int rc)
{
    if (q->result_code == SQLITE_OK)
        q->result_code = rc;
}

void sql_bind_int(struct sql_query *q, int parameter, int64_t value)
{
    if (q->result_code == SQLITE_OK)
        note_bind(q, sqlite3_bind_int64(q->statement, parameter, value));
}

void sql_bind_real(struct sql_query *q, int parameter, double value)
{
    if (q->result_code == SQLITE_OK)
        note_bind(q, sqlite3_bind_double(q->statement, parameter, value));
}

void sql_bind_text(struct sql_query *q, int parameter, const char *text)
{
    if (q->result_code == SQLITE_OK)
        note_bind(q, sqlite3_bind_text(q->statement, parameter, text, -1, SQLITE_STATIC));
}

void sql_bind_text_n(struct sql_query *q, int parameter, const char *text, size_t n)
{
    if (q->result_code == SQLITE_OK)
        note_bind(q, sqlite3_bind_text64(q->statement, parameter, text ? text : "", n,
                                         SQLITE_STATIC, SQLITE_UTF8));
}

void sql_bind_blob(struct sql_query *q, int parameter, const void *bytes, size_t n)
{
    if (q->result_code == SQLITE_OK)
        note_bind(q,
                  sqlite3_bind_blob64(q->statement, parameter, n ? bytes : "", n, SQLITE_STATIC));
}

bool sql_row(struct sql_query *q)
{
    if (q->result_code == SQLITE_OK || q->result_code == SQLITE_ROW)
        q->result_code = sqlite3_step(q->statement);
    return q->result_code == SQLITE_ROW;
}

enum err sql_end(struct sql_query *q)
{
    int rc = q->result_code;
    enum err e = ERR_OK;

    if (rc != SQLITE_OK && rc != SQLITE_ROW && rc != SQLITE_DONE)
        e = sql_fail(q->db, rc);
    if (q->statement) {
        sqlite3_reset(q->statement);
        sqlite3_clear_bindings(q->statement);
    }
    q->statement = NULL;
    q->result_code = SQLITE_MISUSE;
    return e;
}

enum err sql_run(struct sql_query *q)
{
    while (sql_row(q))
        ;
    return sql_end(q);
}

int64_t sql_int(const struct sql_query *q, int column)
{
    return sqlite3_column_int64(q->statement, column);
}

int64_t sql_int_or(const struct sql_query *q, int column, int64_t null)
{
    return sqlite3_column_type(q->statement, column) == SQLITE_NULL ? null : sql_int(q, column);
}

double sql_real(const struct sql_query *q, int column)
{
    if (sqlite3_column_type(q->statement, column) == SQLITE_NULL)
        return NAN;
    return sqlite3_column_double(q->statement, column);
}

const char *sql_text(const struct sql_query *q, int column)
{
    const unsigned char *text = sqlite3_column_text(q->statement, column);

    return text ? (const char *)text : "";
}

const void *sql_blob(const struct sql_query *q, int column, size_t *n)
{
    const void *bytes = sqlite3_column_blob(q->statement, column);

    *n = (size_t)sqlite3_column_bytes(q->statement, column);
    return bytes;
}
