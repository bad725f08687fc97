/* What both databases need of SQLite: opening with migrations, kept statements, error codes, backup
 * and integrity check. Private to the files of io that own a database. One handle per thread. */
#ifndef SHIKUMEN_IO_SQLITE_UTIL_H
#define SHIKUMEN_IO_SQLITE_UTIL_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"
#include "shikumen/base/strbuf.h"

#define SQL_ERROR_SIZE      256
#define SQL_BUSY_TIMEOUT_MS 5000

/* How a database is opened. The file is made with mode 0600; WAL, foreign_keys on. */
struct sql_config {
    const char *path;
    bool as_it_is;  /* to write, but neither made nor migrated */
    bool read_only; /* also works on a WAL file in a read-only directory while nobody writes */
    int application_id;
    const char *const *migrations; /* script i brings user_version i to i + 1, in a transaction */
    size_t migration_count;        /* the version that the program speaks */
    size_t readable_from;          /* an older one that readers can do with; 0: none */
    const char *const *statements; /* kept ones, by index (an enum of the caller's) */
    size_t statement_count;
    int cache_kib;                /* 0: 2048 */
    int wal_autocheckpoint_pages; /* 0: 1000; negative: never by itself */
    int64_t journal_size_limit;   /* bytes the WAL is cut to after a reset; 0: 4 MiB */
    int busy_timeout_ms;          /* 0: SQL_BUSY_TIMEOUT_MS */
    bool synchronous_off;         /* scratch: a power cut may ruin the file */
    bool synchronous_normal; /* commits survive a kill but the latest may be lost by a power cut */
};

/* A database with its kept statements and the text of its last failure. */
struct sql_db {
    sqlite3 *handle; /* NULL when not open */
    const char *const *texts;
    sqlite3_stmt **statements;
    size_t statement_count;
    char error[SQL_ERROR_SIZE];
};

/* On failure db is closed but keeps its error text. ERR_NOTFOUND: read-only and absent or still
 * empty; ERR_CONFIG: of another program or of a newer version; storage errors. */
enum err sql_open(struct sql_db *db, const struct sql_config *config) MUST_USE;
/* True when SQLite may read path as a URI (some builds do so for all names). */
bool sql_looks_like_uri(const char *path);
void sql_close(struct sql_db *db); /* also after a failed sql_open; rolls back */

/* The error that an SQLite result code stands for: FULL; BUSY, LOCKED, PROTOCOL -> ERR_BUSY; IOERR,
 * CANTOPEN, PERM, READONLY -> ERR_IO; CORRUPT, NOTADB, ERROR -> ERR_CORRUPT; NOMEM; unique
 * constraints -> ERR_EXISTS, other constraints -> ERR_RANGE. */
enum err sql_err(const struct sql_db *db, int result_code);
/* The same, keeping the text in db->error. */
enum err sql_fail(struct sql_db *db, int result_code) MUST_USE;
/* Keeps text as the failure and returns e. */
enum err sql_refuse(struct sql_db *db, enum err e, const char *text);

/* Runs SQL text (one or more statements, no results). */
enum err sql_exec(struct sql_db *db, const char *sql) MUST_USE;

enum err sql_begin(struct sql_db *db) MUST_USE;  /* BEGIN IMMEDIATE */
enum err sql_commit(struct sql_db *db) MUST_USE; /* on failure it is rolled back */
void sql_rollback(struct sql_db *db);            /* nothing when no transaction is open */

/* One use of a kept statement: start, bind, then run, or row by row until sql_row is false; always
 * finish with sql_end (sql_run does). The first failure sticks and is what the end returns:
 *
 *     struct sql_query q = sql_start(db, STMT_GET);
 *     sql_bind_text(&q, 1, name);
 *     while (sql_row(&q))
 *         use(sql_int(&q, 0));
 *     return sql_end(&q);
 *
 * Bound text and bytes must stay until the end. One statement cannot be in use twice at once. */
struct sql_query {
    struct sql_db *db;
    sqlite3_stmt *statement;
    int result_code;
};
struct sql_query sql_start(struct sql_db *db, size_t statement);
void sql_bind_int(struct sql_query *q, int parameter, int64_t value);
void sql_bind_real(struct sql_query *q, int parameter, double value);     /* NaN: SQL NULL */
void sql_bind_text(struct sql_query *q, int parameter, const char *text); /* NULL: SQL NULL */
void sql_bind_text_n(struct sql_query *q, int parameter, const char *text, size_t n);
void sql_bind_blob(struct sql_query *q, int parameter, const void *bytes, size_t n);
bool sql_row(struct sql_query *q);              /* true: a row is there */
enum err sql_end(struct sql_query *q) MUST_USE; /* resets; ERR_OK also when rows were left */
enum err sql_run(struct sql_query *q) MUST_USE; /* steps to the end, then sql_end */

int64_t sql_int(const struct sql_query *q, int column);
int64_t sql_int_or(const struct sql_query *q, int column, int64_t null);
double sql_real(const struct sql_query *q, int column);                 /* NaN for NULL */
const char *sql_text(const struct sql_query *q, int column);            /* "" for NULL */
const void *sql_blob(const struct sql_query *q, int column, size_t *n); /* NULL when empty */

/* Runs a query of one number that is not kept; absent when it has no row. */
enum err sql_scalar(struct sql_db *db, const char *sql, int64_t absent, int64_t *value) MUST_USE;

/* Runs a query whose rows are faults (first column: text) and appends each as a line. ERR_CORRUPT
 * when there is any. */
enum err sql_report(struct sql_db *db, const char *sql, struct strbuf *out) MUST_USE;

/* PRAGMA integrity_check and foreign_key_check; appends each fault as a line. ERR_CORRUPT when
 * there is any. */
enum err sql_integrity(struct sql_db *db, struct strbuf *out) MUST_USE;

/* Consistent copy with VACUUM INTO, mode 0600, synced to disk. ERR_EXISTS when path exists; a copy
 * that failed is removed. */
enum err sql_backup(struct sql_db *db, const char *path) MUST_USE;

#endif
