#include "sqlite_util.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shikumen/base/clock.h"

#define DEFAULT_CACHE_KIB          2048
#define DEFAULT_CHECKPOINT_PAGES   1000
#define DEFAULT_JOURNAL_SIZE_LIMIT (4 << 20)
#define WAL_PAUSE_MS               10

bool sql_looks_like_uri(const char *path)
{
    return strncmp(path, "file:", 5) == 0;
}

static int busy_timeout_ms(const struct sql_config *c)
{
    return c->busy_timeout_ms > 0 ? c->busy_timeout_ms : SQL_BUSY_TIMEOUT_MS;
}

static enum err open_handle(struct sql_db *db, const struct sql_config *c, const char *name,
                            int flags)
{
    int rc = sqlite3_open_v2(name, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
    enum err e;

    if (rc == SQLITE_OK) {
        sqlite3_extended_result_codes(db->handle, 1);
        sqlite3_busy_timeout(db->handle, busy_timeout_ms(c));
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        return ERR_OK;
    }
    e = sql_fail(db, rc);
    sqlite3_close(db->handle);
    db->handle = NULL;
    return e;
}

static enum err open_path(struct sql_db *db, const struct sql_config *c, int flags)
{
    char *name = NULL;
    enum err e;

    if (asprintf(&name, "%s%s", sql_looks_like_uri(c->path) ? "./" : "", c->path) < 0)
        return sql_refuse(db, ERR_NOMEM, "out of memory");
    e = open_handle(db, c, name, flags);
    free(name);
    return e;
}

/* The path as a file: URI (RFC 3986 section 2.1) of a file that nobody changes. */
static void immutable_uri(const char *path, struct strbuf *uri)
{
    strbuf_puts(uri, path[0] == '/' ? "file://" : "file:");
    for (const char *p = path; *p; p++) {
        if (*p == '%' || *p == '?' || *p == '#' || (unsigned char)*p < 0x20)
            strbuf_printf(uri, "%%%02X", (unsigned)(unsigned char)*p);
        else
            strbuf_putc(uri, *p);
    }
    strbuf_puts(uri, "?immutable=1");
}

static enum err open_immutable(struct sql_db *db, const struct sql_config *c)
{
    struct strbuf uri = {0};
    enum err e;

    immutable_uri(c->path, &uri);
    if (uri.failed)
        e = sql_refuse(db, ERR_NOMEM, "out of memory");
    else
        e = open_handle(db, c, uri.data, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
    strbuf_free(&uri);
    return e;
}

/* True when everything committed is in the file itself. */
static bool has_no_wal(const char *path)
{
    char *wal = NULL;
    struct stat st;
    bool none;

    if (asprintf(&wal, "%s-wal", path) < 0)
        return false;
    none = stat(wal, &st) != 0 ? errno == ENOENT : st.st_size == 0;
    free(wal);
    return none;
}

/* Application id and version read as of one moment; objects: number of tables and indices. */
struct identity {
    int64_t application_id, version, objects;
};

static enum err read_identity(struct sql_db *db, struct identity *id)
{
    enum err e = sql_exec(db, "BEGIN");

    if (e == ERR_OK)
        e = sql_scalar(db, "PRAGMA application_id", 0, &id->application_id);
    if (e == ERR_OK)
        e = sql_scalar(db, "PRAGMA user_version", 0, &id->version);
    if (e == ERR_OK)
        e = sql_scalar(db, "SELECT count(*) FROM sqlite_schema", 0, &id->objects);
    sql_rollback(db);
    return e;
}

static enum err check_identity(struct sql_db *db, const struct sql_config *c,
                               const struct identity *id)
{
    if (id->application_id != c->application_id && (id->application_id != 0 || id->objects != 0))
        return sql_refuse(db, ERR_CONFIG, "not a database of this program");
    if (id->version > (int64_t)c->migration_count)
        return sql_refuse(db, ERR_CONFIG, "made by a newer version of this program");
    if (!c->read_only && !c->as_it_is)
        return ERR_OK;
    if (id->application_id == 0)
        return sql_refuse(db, ERR_NOTFOUND, "still empty");
    if (id->version < (int64_t)(c->readable_from ? c->readable_from : c->migration_count))
        return sql_refuse(db, ERR_CONFIG,
                          "made by an older version; start the daemon to bring it up");
    return ERR_OK;
}

static enum err open_reader(struct sql_db *db, const struct sql_config *c, struct identity *id)
{
    enum err e = open_path(db, c, SQLITE_OPEN_READONLY);

    if (e == ERR_OK)
        e = read_identity(db, id);
    if (e != ERR_IO)
        return e;
    if (access(c->path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR))
        return sql_refuse(db, ERR_NOTFOUND, "no such file");
    if (!has_no_wal(c->path))
        return e;
    sqlite3_close(db->handle);
    db->handle = NULL;
    e = open_immutable(db, c);
    return e == ERR_OK ? read_identity(db, id) : e;
}

/* WAL mode is kept in the file; only its first opening has to change it. While another connection
 * does so, SQLite answers busy without calling the busy handler. */
static enum err enter_wal(struct sql_db *db, const struct sql_config *c)
{
    int64_t end_us = clock_monotonic_us() + busy_timeout_ms(c) * US_PER_MS;
    enum err e = sql_exec(db, "PRAGMA journal_mode = WAL");

    while (e == ERR_BUSY && clock_monotonic_us() < end_us) {
        sqlite3_sleep(WAL_PAUSE_MS);
        e = sql_exec(db, "PRAGMA journal_mode = WAL");
    }
    return e;
}

static enum err set_pragmas(struct sql_db *db, const struct sql_config *c)
{
    int pages = c->wal_autocheckpoint_pages;
    long long limit = c->journal_size_limit ? c->journal_size_limit : DEFAULT_JOURNAL_SIZE_LIMIT;
    char sql[320];

    snprintf(sql, sizeof sql,
             "PRAGMA synchronous = %s; PRAGMA foreign_keys = ON; PRAGMA cache_size = -%d;"
             "PRAGMA journal_size_limit = %lld; PRAGMA wal_autocheckpoint = %d;"
             "PRAGMA secure_delete = OFF; PRAGMA temp_store = MEMORY;",
             c->synchronous_off      ? "OFF"
             : c->synchronous_normal ? "NORMAL"
                                     : "FULL",
             c->cache_kib > 0 ? c->cache_kib : DEFAULT_CACHE_KIB, limit,
             pages == 0 ? DEFAULT_CHECKPOINT_PAGES : pages);
    return sql_exec(db, sql);
}

static enum err run_migrations(struct sql_db *db, const struct sql_config *c)
{
    int64_t version;
    char sql[96];
    enum err e = sql_scalar(db, "PRAGMA user_version", 0, &version);

    for (size_t i = (size_t)version; e == ERR_OK && i < c->migration_count; i++)
        e = sql_exec(db, c->migrations[i]);
    if (e != ERR_OK)
        return e;
    snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %zu",
             c->application_id, c->migration_count);
    return sql_exec(db, sql);
}

static enum err migrate(struct sql_db *db, const struct sql_config *c)
{
    enum err e = sql_begin(db);

    if (e == ERR_OK)
        e = run_migrations(db, c);
    if (e == ERR_OK)
        return sql_commit(db);
    sql_rollback(db);
    return e;
}

static enum err open_writer(struct sql_db *db, const struct sql_config *c, struct identity *id)
{
    enum err e;

    /* Not open(2): closing a descriptor of the file would drop the locks of other handles. */
    if (mknod(c->path, S_IFREG | 0600, 0) != 0 && (errno == ENOSPC || errno == EDQUOT))
        return sql_refuse(db, ERR_FULL, strerror(errno));
    e = open_path(db, c, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    if (e == ERR_OK)
        e = read_identity(db, id);
    if (e == ERR_OK)
        e = check_identity(db, c, id);
    if (e == ERR_OK)
        e = enter_wal(db, c);
    if (e == ERR_OK)
        e = set_pragmas(db, c);
    if (e == ERR_OK && id->version < (int64_t)c->migration_count)
        e = migrate(db, c);
    return e;
}

/* Of a file that somebody else makes and brings up. */
static enum err open_beside(struct sql_db *db, const struct sql_config *c, struct identity *id)
{
    enum err e;

    if (access(c->path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR))
        return sql_refuse(db, ERR_NOTFOUND, "no such file");
    e = open_path(db, c, SQLITE_OPEN_READWRITE);
    if (e == ERR_OK)
        e = read_identity(db, id);
    if (e == ERR_OK)
        e = check_identity(db, c, id);
    return e == ERR_OK ? set_pragmas(db, c) : e;
}

static enum err open_any(struct sql_db *db, const struct sql_config *c)
{
    struct identity id = {0};
    char sql[64];
    enum err e;

    if (c->as_it_is)
        return open_beside(db, c, &id);
    if (!c->read_only)
        return open_writer(db, c, &id);
    e = open_reader(db, c, &id);
    if (e == ERR_OK)
        e = check_identity(db, c, &id);
    if (e != ERR_OK)
        return e;
    snprintf(sql, sizeof sql, "PRAGMA cache_size = -%d; PRAGMA temp_store = MEMORY",
             c->cache_kib > 0 ? c->cache_kib : DEFAULT_CACHE_KIB);
    return sql_exec(db, sql);
}

enum err sql_open(struct sql_db *db, const struct sql_config *c)
{
    enum err e;

    *db = (struct sql_db){.texts = c->statements, .statement_count = c->statement_count};
    db->statements = calloc(c->statement_count + 1, sizeof *db->statements);
    if (!db->statements)
        return sql_refuse(db, ERR_NOMEM, "out of memory");
    e = open_any(db, c);
    if (e != ERR_OK)
        sql_close(db);
    return e;
}

void sql_close(struct sql_db *db)
{
    for (size_t i = 0; db->statements && i < db->statement_count; i++)
        sqlite3_finalize(db->statements[i]);
    free(db->statements);
    db->statements = NULL;
    sql_rollback(db);
    sqlite3_close(db->handle);
    db->handle = NULL;
}
