#include "shikumen/io/readings_query.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "block_codec.h"
#include "memtable.h"
#include "readings_schema.h"
#include "sqlite_util.h"

enum {
    RQ_SINCE, RQ_FIRST_SEQ, RQ_SEALED, RQ_BLOCKS_OF_DAY, RQ_BLOCKS_DAY, RQ_DAYS, RQ_SENSORS,
    RQ_SENSOR_ID, RQ_NODES, RQ_COUNTERS, RQ_QUARANTINE, RQ_UNKNOWN, RQ_BLOCKS_ALL, RQ_TOTALS,
    RQ_COUNT
};

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
    [RQ_BLOCKS_ALL] = "SELECT k, n, data FROM block ORDER BY k",
    [RQ_TOTALS] = "SELECT (SELECT coalesce(sum(n), 0) FROM block), (SELECT count(*) FROM burst)",
};

struct readings_reader {
    struct sql_db sql;
    struct memtable tail; /* journal rows after sealed_seq, up to tail_seq */
    int64_t sealed_seq, tail_seq;
    struct reading *found; /* of one query */
    size_t found_count, found_capacity;
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
        .statements = statements,
        .statement_count = RQ_COUNT,
    };
    enum err e = sql_open(&r->sql, &config);
    if (e) {
        if (why)
            snprintf(why, why_size, "%s: %s", path, r->sql.error);
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

enum err reader_since(struct readings_reader *r, int64_t after_seq, int max_rows,
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
    e = reader_since(r, r->tail_seq, -1, tail_entry, r, &r->tail_seq, &gap);
    if (e) { /* half a row may be in: start over next time */
        memtable_clear(&r->tail);
        r->tail_seq = -1;
    }
    return e;
}

/* A query sees one state of the file from begin to end. */
static enum err snapshot_begin(struct readings_reader *r)
{
    enum err e = sql_exec(&r->sql, "BEGIN");
    if (!e && (e = refresh_tail(r)))
        sql_rollback(&r->sql);
    r->found_count = 0;
    return e;
}

static enum err snapshot_end(struct readings_reader *r, enum err e)
{
    sql_rollback(&r->sql);
    return e;
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

static enum err take_block(struct readings_reader *r, int64_t key, const void *data, size_t size)
{
    size_t n;
    enum err e = block_count(data, size, &n);
    if (!e)
        e = reserve_found(r, n);
    if (!e)
        e = block_decode(data, size, block_key_sensor(key), r->found + r->found_count, n);
    if (e) {
        snprintf(r->sql.error, sizeof r->sql.error, "block %lld cannot be decoded",
                 (long long)key);
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
        if (r->found[i].t_us >= from_us && r->found[i].t_us < to_us)
            e = fn(context, &r->found[i]);
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
        e = take_block(r, sql_int(&q, 0), data, size);
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
    enum err e = snapshot_begin(r);
    return e ? e : snapshot_end(r, window(r, sensor, from_us, to_us, fn, context));
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
        e = take_block(r, sql_int(&q, 0), data, size);
    }
    enum err end = sql_end(&q);
    return e ? e : end;
}

enum err reader_day(struct readings_reader *r, int64_t day, reader_reading_fn *fn, void *context)
{
    enum err e = snapshot_begin(r);
    if (e)
        return e;
    e = day_blocks(r, day);
    for (size_t i = 0; i < r->tail.count && !e; i++)
        if (block_day(r->tail.entries[i].reading.t_us) == day)
            e = take_tail(r, &r->tail.entries[i].reading);
    if (!e)
        e = emit_found(r, INT64_MIN, INT64_MAX, fn, context);
    return snapshot_end(r, e);
}

enum err reader_days(struct readings_reader *r, int64_t *first, int64_t *last)
{
    enum err e = snapshot_begin(r);
    if (e)
        return e;
    e = days_of_store(r, first, last);
    return snapshot_end(r, !e && *first > *last ? ERR_NOTFOUND : e);
}

/* --- sensors, nodes, counters, quarantine --- */

/* The latest reading of a sensor in the tail, by device time; NULL when it has none there. */
static const struct reading *tail_latest(const struct readings_reader *r, uint32_t sensor,
                                         int64_t *last_rx_us)
{
    const struct reading *latest = NULL;
    for (uint32_t i = memtable_latest(&r->tail, sensor); i != MEMTABLE_NONE;
         i = r->tail.entries[i].previous) {
        const struct reading *x = &r->tail.entries[i].reading;
        if (!latest || x->t_us > latest->t_us)
            latest = x;
        if (x->rx_us > *last_rx_us)
            *last_rx_us = x->rx_us;
    }
    return latest;
}

static struct sensor_row sensor_row_at(struct readings_reader *r, struct sql_query *q)
{
    bool spoke = sqlite3_column_type(q->statement, 4) != SQLITE_NULL;
    struct sensor_row row = {
        .id = (uint32_t)sql_int(q, 0),
        .name = sql_text(q, 1),
        .quantity = sql_text(q, 2),
        .unit = sql_text(q, 3),
        .last_t_us = spoke ? sql_int(q, 4) : INT64_MIN,
        .last_rx_us = spoke ? sql_int(q, 5) : INT64_MIN,
        .last_value = spoke ? sqlite3_column_double(q->statement, 6) : (double)NAN,
        .last_flag = (uint8_t)sql_int(q, 7),
    };
    const struct reading *latest = tail_latest(r, row.id, &row.last_rx_us);
    if (latest && latest->t_us > row.last_t_us) {
        row.last_t_us = latest->t_us;
        row.last_value = latest->value;
        row.last_flag = latest->flag;
    }
    struct reading last = {.sensor = row.id, .t_us = row.last_t_us, .flag = row.last_flag};
    memtable_apply_cold(&r->tail, &last);
    row.last_flag = last.flag;
    return row;
}

enum err reader_sensors(struct readings_reader *r, reader_sensor_fn *fn, void *context)
{
    enum err e = snapshot_begin(r);
    if (e)
        return e;
    struct sql_query q = sql_start(&r->sql, RQ_SENSORS);
    while (!e && sql_row(&q)) {
        struct sensor_row row = sensor_row_at(r, &q);
        e = fn(context, &row);
    }
    enum err end = sql_end(&q);
    return snapshot_end(r, e ? e : end);
}

enum err reader_sensor_id(struct readings_reader *r, const char *name, uint32_t *id)
{
    struct sql_query q = sql_start(&r->sql, RQ_SENSOR_ID);
    sql_bind_text(&q, 1, name);
    bool found = sql_row(&q);
    if (found)
        *id = (uint32_t)sql_int(&q, 0);
    enum err e = sql_end(&q);
    return e ? e : found ? ERR_OK : ERR_NOTFOUND;
}

static double real_or_nan(const struct sql_query *q, int column)
{
    return sqlite3_column_type(q->statement, column) == SQLITE_NULL
               ? (double)NAN
               : sqlite3_column_double(q->statement, column);
}

enum err reader_nodes(struct readings_reader *r, int64_t changed_after_seq, reader_node_fn *fn,
                      void *context)
{
    enum err e = ERR_OK;
    struct sql_query q = sql_start(&r->sql, RQ_NODES);
    sql_bind_int(&q, 1, changed_after_seq);
    while (!e && sql_row(&q))
        e = fn(context, &(struct reader_node){
                            .node = sql_text(&q, 0),
                            .online = sql_int(&q, 1) != 0,
                            .battery_v = real_or_nan(&q, 2),
                            .rssi_dbm = real_or_nan(&q, 3),
                            .firmware = sql_text(&q, 4),
                            .rx_us = sql_int(&q, 5),
                            .seq = sql_int(&q, 6),
                        });
    enum err end = sql_end(&q);
    return e ? e : end;
}

enum err reader_counters(struct readings_reader *r, reader_counter_fn *fn, void *context)
{
    enum err e = ERR_OK;
    struct sql_query q = sql_start(&r->sql, RQ_COUNTERS);
    while (!e && sql_row(&q))
        e = fn(context, sql_text(&q, 0), sql_int(&q, 1));
    enum err end = sql_end(&q);
    return e ? e : end;
}

enum err reader_quarantine(struct readings_reader *r, const char *reason, const char *sensor,
                           int limit, reader_quarantine_fn *fn, void *context)
{
    enum err e = ERR_OK;
    struct sql_query q = sql_start(&r->sql, RQ_QUARANTINE);
    sql_bind_text(&q, 1, reason);
    sql_bind_text(&q, 2, sensor);
    sql_bind_int(&q, 3, limit);
    while (!e && sql_row(&q)) {
        struct quarantine_row row = {
            .id = sql_int(&q, 0),
            .rx_us = sql_int(&q, 1),
            .topic = sql_text(&q, 2),
            .reason = sql_text(&q, 3),
            .sensor = sql_text(&q, 4),
            .detail = sql_text(&q, 5),
            .full_len = (size_t)sql_int(&q, 7),
        };
        row.payload = sql_blob(&q, 6, &row.payload_len);
        e = fn(context, &row);
    }
    enum err end = sql_end(&q);
    return e ? e : end;
}

enum err reader_unknown_sensors(struct readings_reader *r, reader_unknown_fn *fn, void *context)
{
    enum err e = ERR_OK;
    struct sql_query q = sql_start(&r->sql, RQ_UNKNOWN);
    while (!e && sql_row(&q))
        e = fn(context, &(struct unknown_sensor){
                            .name = sql_text(&q, 0),
                            .topic = sql_text(&q, 1),
                            .payload = sql_text(&q, 2),
                            .count = sql_int(&q, 3),
                            .first_rx_us = sql_int(&q, 4),
                            .last_rx_us = sql_int(&q, 5),
                        });
    enum err end = sql_end(&q);
    return e ? e : end;
}

/* --- verification and copy --- */

static enum err verify_blocks(struct readings_reader *r, struct strbuf *out)
{
    enum err fault = ERR_OK;
    struct sql_query q = sql_start(&r->sql, RQ_BLOCKS_ALL);
    while (sql_row(&q)) {
        size_t size;
        const void *data = sql_blob(&q, 2, &size);
        r->found_count = 0;
        enum err e = take_block(r, sql_int(&q, 0), data, size);
        if (!e && r->found_count == (size_t)sql_int(&q, 1))
            continue;
        strbuf_printf(out, "block %lld of sensor %u: %s\n", (long long)sql_int(&q, 0),
                      block_key_sensor(sql_int(&q, 0)), e ? "cannot be decoded" : "wrong count");
        fault = ERR_CORRUPT;
    }
    r->found_count = 0;
    enum err end = sql_end(&q);
    return end ? end : fault;
}

struct totals {
    int64_t received, stored, duplicate, quarantined, expired;
};

static enum err add_total(void *context, const char *name, int64_t n)
{
    struct totals *t = context;
    if (strcmp(name, "received") == 0)
        t->received = n;
    else if (strcmp(name, "stored") == 0)
        t->stored = n;
    else if (strcmp(name, "duplicate") == 0)
        t->duplicate = n;
    else if (strcmp(name, "expired") == 0)
        t->expired = n;
    else if (strncmp(name, "quarantined.", 12) == 0)
        t->quarantined += n;
    return ERR_OK;
}

static enum err verify_counters(struct readings_reader *r, struct strbuf *out)
{
    struct totals t = {0};
    int64_t present = (int64_t)r->tail.count;
    enum err e = reader_counters(r, add_total, &t), fault = ERR_OK;
    struct sql_query q = sql_start(&r->sql, RQ_TOTALS);
    if (sql_row(&q))
        present += sql_int(&q, 0) + sql_int(&q, 1);
    enum err end = sql_end(&q);
    if (e || end)
        return e ? e : end;
    if (t.received != t.stored + t.duplicate + t.quarantined) {
        strbuf_printf(out, "counters: received %lld is not stored %lld + duplicate %lld +"
                      " quarantined %lld\n", (long long)t.received, (long long)t.stored,
                      (long long)t.duplicate, (long long)t.quarantined);
        fault = ERR_CORRUPT;
    }
    if (t.stored != present + t.expired) {
        strbuf_printf(out, "counters: stored %lld, but %lld readings are there and %lld expired\n",
                      (long long)t.stored, (long long)present, (long long)t.expired);
        fault = ERR_CORRUPT;
    }
    return fault;
}

enum err reader_verify(struct readings_reader *r, struct strbuf *out)
{
    enum err e = sql_integrity(&r->sql, out);
    if (e && e != ERR_CORRUPT)
        return e;
    enum err begun = snapshot_begin(r);
    if (begun == ERR_CORRUPT)
        strbuf_printf(out, "%s\n", r->sql.error);
    if (begun)
        return begun;
    enum err blocks = verify_blocks(r, out), counters = verify_counters(r, out);
    return snapshot_end(r, e ? e : blocks ? blocks : counters);
}

enum err reader_backup(struct readings_reader *r, const char *path)
{
    return sql_backup(&r->sql, path);
}
