#include "readings_query_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "block_codec.h"
#include "readings_schema.h"

static const char *const statements[RQ_COUNT] = {
    [RQ_SINCE] = "SELECT seq, data FROM journal WHERE seq > ?1 ORDER BY seq LIMIT ?2",
    [RQ_FIRST_SEQ] = "SELECT (SELECT min(seq) FROM journal), (SELECT CAST(value AS INTEGER)"
                     " FROM meta WHERE name = 'sealed_seq')",
    [RQ_SEALED] = "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'sealed_seq'",
    [RQ_BLOCKS_OF_DAY] = "SELECT k, data FROM block WHERE k >= ?1 AND k < ?1 + 4096"
                         " AND t_min < ?3 AND t_max >= ?2",
    [RQ_BLOCKS_DAY] = "SELECT k, data FROM block WHERE k >= ?1 AND k < ?2 ORDER BY k",
    [RQ_DAYS] = "SELECT (SELECT min(k) FROM block), (SELECT max(k) FROM block)",
    [RQ_SENSORS] = "SELECT id, name, quantity, unit, last_t, last_rx, last_value, last_flag"
                   " FROM sensor LEFT JOIN sensor_state ON sensor = id ORDER BY id",
    [RQ_SENSOR_ID] = "SELECT id FROM sensor WHERE name = ?1",
    [RQ_NODES_SINCE] = "SELECT count(*) FROM pragma_table_info('node') WHERE name = 'battery_pct'",
    [RQ_NODES] = "SELECT name, online, battery_v, rssi_dbm, firmware, rx, seq, battery_pct"
                 " FROM node WHERE seq > ?1 ORDER BY name",
    [RQ_NODES_BEFORE] = "SELECT name, online, battery_v, rssi_dbm, firmware, rx, seq, NULL"
                        " FROM node WHERE seq > ?1 ORDER BY name",
    [RQ_COUNTERS] = "SELECT name, n FROM counter ORDER BY name",
    [RQ_QUARANTINE] = "SELECT id, rx, topic, reason, sensor, detail, payload, full_len"
                      " FROM quarantine WHERE (?1 IS NULL OR reason = ?1)"
                      " AND (?2 IS NULL OR sensor = ?2) ORDER BY id DESC LIMIT ?3",
    [RQ_UNKNOWN] = "SELECT q.sensor, topic, payload, n, first, last FROM (SELECT count(*) AS n,"
                   " min(rx) AS first, max(rx) AS last, max(id) AS latest FROM quarantine"
                   " WHERE reason = 'unknown_sensor' AND sensor <> '' GROUP BY sensor)"
                   " JOIN quarantine AS q ON q.id = latest ORDER BY n DESC, q.sensor",
    [RQ_BURSTS_SINCE] = "SELECT id, sensor, t, rx, json FROM burst WHERE id > ?1 ORDER BY id"
                        " LIMIT ?2",
    [RQ_BURSTS_OF] = "SELECT id, sensor, t, rx, json FROM burst WHERE sensor = ?1 AND t >= ?2"
                     " AND t < ?3 ORDER BY t",
    [RQ_BURST_LAST] = "SELECT rx FROM burst WHERE sensor = ?1 ORDER BY t DESC LIMIT 1",
    [RQ_BURST_ONE] = "SELECT id, sensor, t, rx, json FROM burst WHERE id = ?1",
    [RQ_BURST_ENTRIES] = "SELECT id, b.t, rx, ratio, keep, length(json) FROM burst AS b"
                         " LEFT JOIN burst_ratio AS q ON q.sensor = b.sensor AND q.t = b.t"
                         " WHERE b.sensor = ?1 AND b.t >= ?2 AND b.t < ?3 ORDER BY b.t DESC"
                         " LIMIT ?4",
    [RQ_ORIGIN_THERE] = "SELECT count(*) FROM sqlite_schema WHERE name = 'origin'",
    [RQ_ORIGINS] = "SELECT sensor, profile, version, digest, envelope, envelope_version,"
                   " envelope_digest, first_rx, last_rx FROM origin"
                   " WHERE ?1 = 0 OR sensor = ?1 ORDER BY sensor, first_rx, id",
    [RQ_BLOCKS_ALL] = "SELECT k, n, data FROM block ORDER BY k",
    [RQ_NAMES] = "SELECT id, name FROM sensor ORDER BY id",
    [RQ_TOTALS] = "SELECT (SELECT coalesce(sum(n), 0) FROM block), (SELECT count(*) FROM burst)",
};

/* --- opening --- */

enum err reader_open(const char *directory, char *why, size_t why_size,
                     struct readings_reader **out)
{
    char path[4096];
    *out = NULL;
    struct readings_reader *r = calloc(1, sizeof *r);
    if (!r || snprintf(path, sizeof path, "%s/" READINGS_FILE, directory) >= (int)sizeof path) {
        free(r);
        return ERR_NOMEM;
    }
    struct sql_config config = {
        .path = path,
        .read_only = true,
        .application_id = READINGS_APPLICATION_ID,
        .migrations = readings_migrations,
        .migration_count = readings_migration_count,
        .readable_from = READINGS_READABLE_FROM,
        .statements = statements,
        .statement_count = RQ_COUNT,
    };
    enum err e = sql_open(&r->sql, &config);
    if (e) {
        if (why)
            snprintf(why, why_size, "%s: %s", path, *r->sql.error ? r->sql.error : err_name(e));
        reader_close(r);
        return e;
    }
    *out = r;
    return ERR_OK;
}

void reader_close(struct readings_reader *r)
{
    if (!r)
        return;
    sql_close(&r->sql);
    memtable_free(&r->tail);
    reader_calibration_free(r);
    free(r->found);
    free(r);
}

const char *reader_error(const struct readings_reader *r)
{
    return r->sql.error;
}

/* --- the journal --- */

static enum err each_entry(struct readings_reader *r, int64_t seq, const void *data, size_t size,
                           reader_entry_fn *fn, void *context)
{
    struct journal_decoder d = journal_decoder_over(data, size);
    struct codec_entry entry;
    enum err e;
    while (!(e = journal_decode(&d, &entry)) && entry.reading.sensor <= BLOCK_SENSOR_MAX)
        if ((e = fn(context, &(struct journal_entry){seq, entry.revision, entry.reading})))
            return e;
    if (e == ERR_NOTFOUND)
        return ERR_OK;
    snprintf(r->sql.error, sizeof r->sql.error, "journal row %lld cannot be decoded",
             (long long)seq);
    return ERR_CORRUPT;
}

static enum err first_kept(struct readings_reader *r, int64_t *first)
{
    struct sql_query q = sql_start(&r->sql, RQ_FIRST_SEQ);
    *first = 1;
    if (sql_row(&q))
        *first = sqlite3_column_type(q.statement, 0) != SQLITE_NULL ? sql_int(&q, 0)
                                                                    : sql_int(&q, 1) + 1;
    return sql_end(&q);
}

/* Entries as stored. */
static enum err since(struct readings_reader *r, int64_t after_seq, int max_rows,
                      reader_entry_fn *fn, void *context, int64_t *last_seq, bool *gap)
{
    *last_seq = after_seq;
    *gap = false;
    enum err e = ERR_OK;
    struct sql_query q = sql_start(&r->sql, RQ_SINCE);
    sql_bind_int(&q, 1, after_seq);
    sql_bind_int(&q, 2, max_rows);
    while (!e && sql_row(&q)) {
        size_t size;
        const void *data = sql_blob(&q, 1, &size);
        int64_t seq = sql_int(&q, 0);
        *gap = *gap || seq != *last_seq + 1;
        *last_seq = seq;
        e = each_entry(r, seq, data, size, fn, context);
    }
    enum err end = sql_end(&q);
    if (e || end || *last_seq != after_seq)
        return e ? e : end;
    int64_t first;
    e = first_kept(r, &first);
    *gap = first > after_seq + 1;
    return e;
}

/* --- the tail: what is not sealed yet --- */

static enum err tail_entry(void *context, const struct journal_entry *entry)
{
    struct readings_reader *r = context;
    const struct reading *x = &entry->reading;
    return entry->revision ? memtable_revise(&r->tail, x->sensor, x->t_us, x->flag, x->test)
                           : memtable_add(&r->tail, x);
}

static enum err refresh_tail(struct readings_reader *r)
{
    int64_t sealed = 0;
    bool gap;
    struct sql_query q = sql_start(&r->sql, RQ_SEALED);
    if (sql_row(&q))
        sealed = sql_int(&q, 0);
    enum err e = sql_end(&q);
    if (e)
        return e;
    if (sealed != r->sealed_seq || r->tail_seq < sealed) {
        memtable_clear(&r->tail);
        r->sealed_seq = r->tail_seq = sealed;
    }
    e = since(r, r->tail_seq, -1, tail_entry, r, &r->tail_seq, &gap);
    if (e) { /* half a row may be in: start over next time */
        memtable_clear(&r->tail);
        r->tail_seq = -1;
    }
    return e;
}

enum err reader_snapshot_begin(struct readings_reader *r)
{
    enum err e = sql_exec(&r->sql, "BEGIN");
    if (!e && (e = refresh_tail(r)))
        sql_rollback(&r->sql);
    r->found_count = 0;
    return e;
}

enum err reader_snapshot_end(struct readings_reader *r, enum err e)
{
    sql_rollback(&r->sql);
    return e;
}

/* --- entries with their values --- */

struct measured_entries {
    struct readings_reader *r;
    reader_entry_fn *fn;
    void *context;
};

static enum err measured_entry(void *context, const struct journal_entry *entry)
{
    const struct measured_entries *m = context;
    struct journal_entry x = *entry;
    enum err e = x.revision ? ERR_OK : reader_measured(m->r, &x.reading);
    return e ? e : m->fn(m->context, &x);
}

enum err reader_since(struct readings_reader *r, int64_t after_seq, int max_rows,
                      reader_entry_fn *fn, void *context, int64_t *last_seq, bool *gap)
{
    struct measured_entries m = {r, fn, context};
    if (!reader_needs_tail(r))
        return since(r, after_seq, max_rows, r->calibration ? measured_entry : fn,
                     r->calibration ? (void *)&m : context, last_seq, gap);
    *last_seq = after_seq;
    *gap = false;
    enum err e = reader_snapshot_begin(r);
    return e ? e
             : reader_snapshot_end(
                   r, since(r, after_seq, max_rows, measured_entry, &m, last_seq, gap));
}
