#include "sqlite_util.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum err sql_report(struct sql_db *db, const char *sql, struct strbuf *out)
{
    sqlite3_stmt *statement;
    int rc = sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL);
    enum err e = ERR_OK;

    if (rc != SQLITE_OK)
        return sql_fail(db, rc);
    while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
        const unsigned char *text = sqlite3_column_text(statement, 0);
        strbuf_printf(out, "%s\n", text ? (const char *)text : "");
        e = sql_refuse(db, ERR_CORRUPT, "verification found faults");
    }
    if (rc != SQLITE_DONE)
        e = sql_fail(db, rc);
    sqlite3_finalize(statement);
    return e;
}

enum err sql_integrity(struct sql_db *db, struct strbuf *out)
{
    enum err e = sql_report(db,
                            "SELECT integrity_check FROM pragma_integrity_check"
                            " WHERE integrity_check <> 'ok'",
                            out);
    enum err keys = sql_report(db,
                               "SELECT 'row ' || coalesce(rowid, '?') || ' of ' || \"table\" ||"
                               " ' has no parent in ' || parent FROM pragma_foreign_key_check",
                               out);

    return e != ERR_OK ? e : keys;
}

static enum err create_empty(struct sql_db *db, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd >= 0) {
        close(fd);
        return ERR_OK;
    }
    if (errno == EEXIST)
        return sql_refuse(db, ERR_EXISTS, "file exists");
    return sql_refuse(db, errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO, strerror(errno));
}

static enum err sync_path(struct sql_db *db, const char *path, int flags)
{
    int fd = open(path, flags | O_RDONLY | O_CLOEXEC);
    int result = fd < 0 ? -1 : fsync(fd);
    int saved = errno;

    if (fd >= 0)
        close(fd);
    if (result == 0 || ((flags & O_DIRECTORY) && saved == EINVAL))
        return ERR_OK;
    return sql_refuse(db, saved == ENOSPC || saved == EDQUOT ? ERR_FULL : ERR_IO, strerror(saved));
}

static enum err sync_copy(struct sql_db *db, const char *path)
{
    const char *slash = strrchr(path, '/');
    char *directory = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    enum err e;

    if (!directory)
        return sql_refuse(db, ERR_NOMEM, "out of memory");
    e = sync_path(db, path, 0);
    if (e == ERR_OK)
        e = sync_path(db, directory, O_DIRECTORY);
    free(directory);
    return e;
}

static enum err vacuum_into(struct sql_db *db, const char *path)
{
    char *name = sqlite3_mprintf("%s%s", sql_looks_like_uri(path) ? "./" : "", path);
    sqlite3_stmt *statement = NULL;
    enum err e;
    int rc;

    if (!name)
        return sql_refuse(db, ERR_NOMEM, "out of memory");
    rc = sqlite3_prepare_v2(db->handle, "VACUUM INTO ?1", -1, &statement, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    e = rc == SQLITE_DONE ? ERR_OK : sql_fail(db, rc);
    sqlite3_finalize(statement);
    sqlite3_free(name);
    return e;
}

enum err sql_backup(struct sql_db *db, const char *path)
{
    enum err e = create_empty(db, path);

    if (e != ERR_OK)
        return e;
    e = vacuum_into(db, path);
    if (e == ERR_OK)
        e = sync_copy(db, path);
    if (e != ERR_OK)
        unlink(path);
    return e;
}
