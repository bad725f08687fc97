#include "readings_query_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    [RQ_NODES] = "SELECT name, online, battery_v, rssi_dbm, firmware, rx, seq FROM node"
                 " WHERE seq > ?1 ORDER BY name",
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

/* --- readings by sensor and time --- */

static enum err reserve_found(struct readings_reader *r, size_t more)
{
    size_t need = r->found_count + more;
    if (need <= r->found_capacity)
        return ERR_OK;
    size_t capacity = need + need / 2 + 256;
    struct reading *bigger = realloc(r->found, capacity * sizeof *bigger);
    if (!bigger)
        return ERR_NOMEM;
    r->found = bigger;
    r->found_capacity = capacity;
    return ERR_OK;
}

enum err reader_take_block(struct readings_reader *r, int64_t key, const void *data, size_t size)
{
    size_t n;
    enum err e = block_count(data, size, &n);
    if (!e)
        e = reserve_found(r, n);
    if (!e)
        e = block_decode(data, size, block_key_sensor(key), r->found + r->found_count, n);
    if (e) {
        snprintf(r->sql.error, sizeof r->sql.error, "block %lld cannot be decoded", (long long)key);
        return e;
    }
    for (size_t i = 0; r->tail.cold_count > 0 && i < n; i++)
        memtable_apply_cold(&r->tail, &r->found[r->found_count + i]);
    r->found_count += n;
    return ERR_OK;
}

static int by_sensor_time(const void *a, const void *b)
{
    const struct reading *x = a, *y = b;
    if (x->sensor != y->sensor)
        return x->sensor < y->sensor ? -1 : 1;
    return x->t_us < y->t_us ? -1 : x->t_us > y->t_us;
}

static void sort_found(struct readings_reader *r)
{
    for (size_t i = 1; i < r->found_count; i++)
        if (by_sensor_time(&r->found[i - 1], &r->found[i]) > 0) {
            qsort(r->found, r->found_count, sizeof *r->found, by_sensor_time);
            return;
        }
}

static enum err emit_found(struct readings_reader *r, int64_t from_us, int64_t to_us,
                           reader_reading_fn *fn, void *context)
{
    sort_found(r);
    enum err e = ERR_OK;
    for (size_t i = 0; i < r->found_count && !e; i++)
        if (r->found[i].t_us >= from_us && r->found[i].t_us < to_us) {
            struct reading x = r->found[i];
            e = reader_measured(r, &x);
            if (!e)
                e = fn(context, &x);
        }
    r->found_count = 0;
    return e;
}

static enum err take_tail(struct readings_reader *r, const struct reading *x)
{
    enum err e = reserve_found(r, 1);
    if (!e)
        r->found[r->found_count++] = *x;
    return e;
}

static enum err window_day(struct readings_reader *r, uint32_t sensor, int64_t day, int64_t from_us,
                           int64_t to_us)
{
    enum err e = ERR_OK;
    struct sql_query q = sql_start(&r->sql, RQ_BLOCKS_OF_DAY);
    sql_bind_int(&q, 1, block_key(day, sensor));
    sql_bind_int(&q, 2, from_us);
    sql_bind_int(&q, 3, to_us);
    while (!e && sql_row(&q)) {
        size_t size;
        const void *data = sql_blob(&q, 1, &size);
        e = reader_take_block(r, sql_int(&q, 0), data, size);
    }
    enum err end = sql_end(&q);
    return e ? e : end;
}

/* First and last day that have blocks; *first > *last when none has. */
static enum err days_of_blocks(struct readings_reader *r, int64_t *first, int64_t *last)
{
    *first = INT64_MAX;
    *last = INT64_MIN;
    struct sql_query q = sql_start(&r->sql, RQ_DAYS);
    if (sql_row(&q) && sqlite3_column_type(q.statement, 0) != SQLITE_NULL) {
        *first = sql_int(&q, 0) >> 36;
        *last = sql_int(&q, 1) >> 36;
    }
    return sql_end(&q);
}

static enum err days_of_store(struct readings_reader *r, int64_t *first, int64_t *last)
{
    enum err e = days_of_blocks(r, first, last);
    for (size_t i = 0; i < r->tail.count; i++) {
        int64_t day = block_day(r->tail.entries[i].reading.t_us);
        *first = day < *first ? day : *first;
        *last = day > *last ? day : *last;
    }
    return e;
}

/* First and last day of a sensor's readings in the tail. */
static void tail_days(const struct readings_reader *r, uint32_t sensor, int64_t *first,
                      int64_t *last)
{
    *first = INT64_MAX;
    *last = INT64_MIN;
    for (uint32_t i = memtable_latest(&r->tail, sensor); i != MEMTABLE_NONE;
         i = r->tail.entries[i].previous) {
        int64_t day = block_day(r->tail.entries[i].reading.t_us);
        *first = day < *first ? day : *first;
        *last = day > *last ? day : *last;
    }
}

static enum err take_tail_day(struct readings_reader *r, uint32_t sensor, int64_t day)
{
    enum err e = ERR_OK;
    for (uint32_t i = memtable_latest(&r->tail, sensor); i != MEMTABLE_NONE && !e;
         i = r->tail.entries[i].previous)
        if (block_day(r->tail.entries[i].reading.t_us) == day)
            e = take_tail(r, &r->tail.entries[i].reading);
    return e;
}

/* Of one sensor, day by day, so that a window of years needs the memory of a day. */
static enum err window(struct readings_reader *r, uint32_t sensor, int64_t from_us, int64_t to_us,
                       reader_reading_fn *fn, void *context)
{
    int64_t first, last, tail_first, tail_last;
    enum err e = days_of_blocks(r, &first, &last);
    if (e || from_us >= to_us)
        return e;
    tail_days(r, sensor, &tail_first, &tail_last);
    first = tail_first < first ? tail_first : first;
    last = tail_last > last ? tail_last : last;
    first = block_day(from_us) > first ? block_day(from_us) : first;
    last = block_day(to_us - 1) < last ? block_day(to_us - 1) : last;
    for (int64_t day = first; day <= last && !e; day++) {
        e = window_day(r, sensor, day, from_us, to_us);
        if (!e && day >= tail_first && day <= tail_last)
            e = take_tail_day(r, sensor, day);
        if (!e)
            e = emit_found(r, from_us, to_us, fn, context);
    }
    return e;
}

enum err reader_window(struct readings_reader *r, uint32_t sensor, int64_t from_us, int64_t to_us,
                       reader_reading_fn *fn, void *context)
{
    enum err e = reader_snapshot_begin(r);
    return e ? e : reader_snapshot_end(r, window(r, sensor, from_us, to_us, fn, context));
}

static enum err day_blocks(struct readings_reader *r, int64_t day)
{
    enum err e = ERR_OK;
    struct sql_query q = sql_start(&r->sql, RQ_BLOCKS_DAY);
    sql_bind_int(&q, 1, block_key(day, 0));
    sql_bind_int(&q, 2, block_key(day + 1, 0));
    while (!e && sql_row(&q)) {
        size_t size;
        const void *data = sql_blob(&q, 1, &size);
        e = reader_take_block(r, sql_int(&q, 0), data, size);
    }
    enum err end = sql_end(&q);
    return e ? e : end;
}

enum err reader_day(struct readings_reader *r, int64_t day, reader_reading_fn *fn, void *context)
{
    enum err e = reader_snapshot_begin(r);
    if (e)
        return e;
    e = day_blocks(r, day);
    for (size_t i = 0; i < r->tail.count && !e; i++)
        if (block_day(r->tail.entries[i].reading.t_us) == day)
            e = take_tail(r, &r->tail.entries[i].reading);
    if (!e)
        e = emit_found(r, INT64_MIN, INT64_MAX, fn, context);
    return reader_snapshot_end(r, e);
}

enum err reader_days(struct readings_reader *r, int64_t *first, int64_t *last)
{
    enum err e = reader_snapshot_begin(r);
    if (e)
        return e;
    e = days_of_store(r, first, last);
    return reader_snapshot_end(r, !e && *first > *last ? ERR_NOTFOUND : e);
}
