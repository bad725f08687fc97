#include <stdio.h>
#include <stdlib.h>

#include "readings_db_private.h"
#include "readings_schema.h"

/* What is kept for good stays, and what has not been decided yet. */
#define BURST_EXPIRED(bound)                                                                       \
    "t < " bound " AND NOT EXISTS (SELECT 1 FROM burst_ratio r WHERE r.sensor = burst.sensor"      \
    " AND r.t = burst.t AND (r.keep IS NULL OR r.keep = 1))"

static const char *const statements[R_STATEMENT_COUNT] = {
    [R_SENSOR_GET] = "SELECT id FROM sensor WHERE name = ?1",
    [R_SENSOR_PUT] = "INSERT INTO sensor(name, quantity, unit) VALUES(?1, ?2, ?3) RETURNING id",
    [R_JOURNAL_PUT] = "INSERT INTO journal(seq, n, data) VALUES(?1, ?2, ?3)",
    [R_JOURNAL_LAST] = "SELECT max(seq) FROM journal",
    [R_JOURNAL_READ] = "SELECT seq, data FROM journal WHERE seq > ?1 ORDER BY seq",
    [R_COUNT] = "INSERT INTO counter(name, n) VALUES(?1, ?2)"
                " ON CONFLICT(name) DO UPDATE SET n = n + excluded.n",
    [R_META_GET] = "SELECT value FROM meta WHERE name = ?1",
    [R_META_PUT] = "INSERT INTO meta(name, value) VALUES(?1, ?2)"
                   " ON CONFLICT(name) DO UPDATE SET value = excluded.value",
    [R_QUARANTINE_PUT] = "INSERT INTO quarantine(rx, topic, reason, sensor, detail, payload,"
                         " full_len) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [R_QUARANTINE_EXPIRE] = "DELETE FROM quarantine WHERE reason = ?1 AND rx < ?2",
    [R_QUARANTINE_TRIM] = "DELETE FROM quarantine WHERE id <= (SELECT id FROM quarantine"
                          " ORDER BY id LIMIT 1 OFFSET (SELECT count(*) / 4 FROM quarantine))",
    [R_QUARANTINE_SIZE] = "SELECT coalesce(sum(length(payload) + length(topic) + length(detail)"
                          " + 64), 0) FROM quarantine",
    [R_BURST_PUT] = "INSERT INTO burst(sensor, t, rx, json) VALUES(?1, ?2, ?3, ?4)"
                    " ON CONFLICT(sensor, t) DO NOTHING RETURNING 1",
    [R_BURST_RATE] = "INSERT INTO burst_ratio(sensor, t, ratio) VALUES(?1, ?2, ?3)"
                     " ON CONFLICT(sensor, t) DO UPDATE SET ratio = excluded.ratio, keep = NULL",
    [R_BURST_UNDECIDED] = "SELECT sensor, t FROM burst_ratio WHERE keep IS NULL AND t < ?1"
                          " ORDER BY t, sensor LIMIT 1",
    [R_BURST_RATIOS] = "SELECT t, ratio FROM burst_ratio WHERE sensor = ?1 AND t >= ?2 AND t < ?3"
                       " ORDER BY t",
    [R_BURST_DECIDE] = "UPDATE burst_ratio SET keep = ?3 WHERE sensor = ?1 AND t = ?2",
    [R_BURST_DROP] = "DELETE FROM burst WHERE sensor = ?1 AND t = ?2",
    [R_NODE_GET] = "SELECT online FROM node WHERE name = ?1",
    [R_NODE_PUT] = "INSERT INTO node(name, online, battery_v, rssi_dbm, firmware, rx, seq,"
                   " battery_pct) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
                   " ON CONFLICT(name) DO UPDATE SET"
                   " battery_pct = coalesce(excluded.battery_pct, battery_pct),"
                   " online = excluded.online, battery_v = coalesce(excluded.battery_v, battery_v),"
                   " rssi_dbm = coalesce(excluded.rssi_dbm, rssi_dbm),"
                   " firmware = iif(excluded.firmware = '', firmware, excluded.firmware),"
                   " rx = excluded.rx, seq = iif(excluded.online = online, seq, excluded.seq)",
    [R_DELIVERY_PUT] = "INSERT OR REPLACE INTO delivery(mid, digest, rx) VALUES(?1, ?2, ?3)",
    [R_DELIVERY_GET] = "SELECT rx FROM delivery WHERE mid = ?1 AND digest = ?2",
    [R_DELIVERY_FORGET] = "DELETE FROM delivery WHERE mid BETWEEN ?1 AND ?2",
    [R_BLOCKS_AT] = "SELECT k, data FROM block WHERE k >= ?1 AND k < ?1 + 4096"
                    " AND t_min <= ?2 AND t_max >= ?2",
    [R_BLOCKS_OF_DAY] = "SELECT k, data FROM block WHERE k >= ?1 AND k < ?1 + 4096",
    [R_BLOCK_LAST] = "SELECT k, data FROM block WHERE k >= ?1 AND k < ?1 + 4096"
                     " ORDER BY k DESC LIMIT 1",
    [R_BLOCK_PUT] = "INSERT OR REPLACE INTO block(k, n, t_min, t_max, data)"
                    " VALUES(?1, ?2, ?3, ?4, ?5)",
    [R_STATE_PUT] = "INSERT OR REPLACE INTO sensor_state(sensor, last_t, last_rx, last_value,"
                    " last_flag, quality) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [R_STATE_TOUCH] = "INSERT INTO sensor_state(sensor, last_t, last_rx, last_value, last_flag)"
                      " VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(sensor) DO UPDATE SET"
                      " last_t = excluded.last_t, last_rx = excluded.last_rx,"
                      " last_value = excluded.last_value, last_flag = excluded.last_flag",
    [R_STATES] = "SELECT sensor, last_t, last_rx, last_value, last_flag, quality FROM sensor_state",
    [R_ORIGINS] = "SELECT id, sensor, profile, digest, envelope, envelope_digest, last_rx"
                  " FROM origin ORDER BY id",
    [R_ORIGIN_PUT] = "INSERT INTO origin(sensor, profile, version, digest, envelope,"
                     " envelope_version, envelope_digest, first_rx, last_rx)"
                     " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8) RETURNING id",
    [R_ORIGIN_LAST] = "UPDATE origin SET last_rx = ?2 WHERE id = ?1",
    [R_TRIM] = "DELETE FROM journal WHERE seq <= ?1",
    [R_EXPIRING] = "SELECT (SELECT coalesce(sum(n), 0) FROM block WHERE k < ?1)"
                   " + (SELECT count(*) FROM burst WHERE " BURST_EXPIRED("?2") ")",
    [R_EXPIRE_BLOCKS] = "DELETE FROM block WHERE k < ?1",
    [R_EXPIRE_BURSTS] = "DELETE FROM burst WHERE " BURST_EXPIRED("?1"),
};

static enum err read_row(struct readings_db *db, const void *data, size_t size)
{
    struct journal_decoder d = journal_decoder_over(data, size);
    struct codec_entry entry;
    enum err e;
    while (!(e = journal_decode(&d, &entry)) && entry.reading.sensor <= BLOCK_SENSOR_MAX)
        if ((e = readings_take_entry(db, &entry)))
            return e;
    return e == ERR_NOTFOUND ? ERR_OK : ERR_CORRUPT;
}

static enum err read_states(struct readings_db *db)
{
    enum err e = ERR_OK;
    struct sql_query q = sql_start(&db->sql, R_STATES);
    while (!e && sql_row(&q)) {
        struct sensor_memory *m;
        int64_t sensor = sql_int(&q, 0);
        e = sensor < 1 || sensor > BLOCK_SENSOR_MAX ? ERR_CORRUPT
                                                    : readings_memory(db, (uint32_t)sensor, &m);
        if (!e)
            *m = (struct sensor_memory){sql_int(&q, 1),
                                        sql_int(&q, 2),
                                        sqlite3_column_double(q.statement, 3),
                                        (uint8_t)sql_int(&q, 4),
                                        false,
                                        block_day(sql_int(&q, 1)),
                                        0};
    }
    enum err end = sql_end(&q);
    return e ? e : end;
}

static enum err read_journal(struct readings_db *db)
{
    enum err e = sql_scalar(&db->sql,
                            "SELECT CAST(value AS INTEGER) FROM meta"
                            " WHERE name = 'sealed_seq'",
                            0, &db->sealed_seq);
    if (!e)
        e = read_states(db);
    if (e)
        return e;
    db->last_seq = db->sealed_seq;
    struct sql_query q = sql_start(&db->sql, R_JOURNAL_READ);
    sql_bind_int(&q, 1, db->sealed_seq);
    while (!e && sql_row(&q)) {
        size_t size;
        const void *data = sql_blob(&q, 1, &size);
        db->last_seq = sql_int(&q, 0);
        e = read_row(db, data, size);
    }
    enum err end = sql_end(&q);
    if (e == ERR_CORRUPT)
        snprintf(db->sql.error, sizeof db->sql.error, "journal row %lld cannot be decoded",
                 (long long)db->last_seq);
    return e ? e : end;
}

enum err readings_open(const char *directory, char *why, size_t why_size, struct readings_db **out)
{
    return readings_open_as(READINGS_DURABLE, directory, why, why_size, out);
}

#define SCRATCH_CHECKPOINT_PAGES 16384

enum err readings_open_as(enum readings_mode mode, const char *directory, char *why,
                          size_t why_size, struct readings_db **out)
{
    char path[4096];
    *out = NULL;
    struct readings_db *db = calloc(1, sizeof *db);
    if (!db || snprintf(path, sizeof path, "%s/" READINGS_FILE, directory) >= (int)sizeof path) {
        free(db);
        return ERR_NOMEM;
    }
    struct sql_config config = {
        .path = path,
        .application_id = READINGS_APPLICATION_ID,
        .migrations = readings_migrations,
        .migration_count = readings_migration_count,
        .statements = statements,
        .statement_count = R_STATEMENT_COUNT,
        .cache_kib = mode == READINGS_SCRATCH ? 65536 : 8192,
        .wal_autocheckpoint_pages = mode == READINGS_SCRATCH ? SCRATCH_CHECKPOINT_PAGES : 0,
        .synchronous_off = mode == READINGS_SCRATCH,
    };
    enum err e = sql_open(&db->sql, &config);
    if (!e)
        e = read_journal(db);
    if (!e)
        e = readings_origins_load(db);
    struct sql_query q = {0};
    if (!e) {
        q = sql_start(&db->sql, R_QUARANTINE_SIZE);
        db->quarantine_bytes = sql_row(&q) ? sql_int(&q, 0) : 0;
        e = sql_end(&q);
    }
    if (e) {
        if (why)
            snprintf(why, why_size, "%s: %s", path, *db->sql.error ? db->sql.error : err_name(e));
        readings_close(db);
        return e;
    }
    *out = db;
    return ERR_OK;
}

/* Best effort: leaves no log behind that a reader would have to go through, unless one is reading.
 */
static void fold_log(struct sql_db *sql)
{
    if (!sql->handle)
        return;
    sqlite3_busy_timeout(sql->handle, 0);
    sqlite3_wal_checkpoint_v2(sql->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

void readings_close(struct readings_db *db)
{
    if (!db)
        return;
    sql_rollback(&db->sql);
    fold_log(&db->sql);
    sql_close(&db->sql);
    memtable_free(&db->memtable);
    journal_encoder_free(&db->encoder);
    strbuf_free(&db->meta);
    free(db->sensors);
    free(db->origins);
    free(db->cached);
    free(db);
}
