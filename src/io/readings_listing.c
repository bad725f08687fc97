/* Sensors, nodes, counters, vibration records and quarantine of the readings store. */
#include <math.h>

#include "readings_query_private.h"

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
        if (x->rx_us > *last_rx_us && !x->historical)
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
    enum err e = reader_snapshot_begin(r);
    if (e)
        return e;
    struct sql_query q = sql_start(&r->sql, RQ_SENSORS);
    while (!e && sql_row(&q)) {
        struct sensor_row row = sensor_row_at(r, &q);
        struct reading last = {.sensor = row.id, .t_us = row.last_t_us, .value = row.last_value};
        if (row.last_t_us != INT64_MIN)
            e = reader_measured(r, &last);
        row.last_value = last.value;
        if (!e)
            e = fn(context, &row);
    }
    enum err end = sql_end(&q);
    return reader_snapshot_end(r, e ? e : end);
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
    struct sql_query q = sql_start(&r->sql, RQ_NODES_SINCE);
    bool percent = sql_row(&q) && sql_int(&q, 0) > 0; /* not before the fourth version */
    enum err e = sql_end(&q);
    if (e)
        return e;
    q = sql_start(&r->sql, percent ? RQ_NODES : RQ_NODES_BEFORE);
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
                            .battery_pct = real_or_nan(&q, 7),
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

static struct origin_row origin_row_of(const struct sql_query *q)
{
    return (struct origin_row){.sensor = (uint32_t)sql_int(q, 0),
                               .origin = {.profile = sql_text(q, 1),
                                          .version = (int)sql_int(q, 2),
                                          .digest = (uint64_t)sql_int(q, 3),
                                          .envelope = sql_text(q, 4),
                                          .envelope_version = (int)sql_int(q, 5),
                                          .envelope_digest = (uint64_t)sql_int(q, 6)},
                               .first_rx_us = sql_int(q, 7),
                               .last_rx_us = sql_int(q, 8)};
}

enum err reader_origins(struct readings_reader *r, uint32_t sensor, reader_origin_fn *fn,
                        void *context)
{
    struct sql_query q = sql_start(&r->sql, RQ_ORIGIN_THERE);
    bool there = sql_row(&q) && sql_int(&q, 0) > 0;
    enum err e = sql_end(&q);
    if (e || !there)
        return e;
    q = sql_start(&r->sql, RQ_ORIGINS);
    sql_bind_int(&q, 1, sensor);
    while (!e && sql_row(&q)) {
        struct origin_row row = origin_row_of(&q);
        e = fn(context, &row);
    }
    enum err end = sql_end(&q);
    return e ? e : end;
}

static enum err each_burst(struct sql_query *q, reader_burst_fn *fn, void *context, bool *any)
{
    enum err e = ERR_OK;
    *any = false;
    while (!e && sql_row(q)) {
        *any = true;
        struct burst_row row = {.id = sql_int(q, 0),
                                .sensor = (uint32_t)sql_int(q, 1),
                                .t_us = sql_int(q, 2),
                                .rx_us = sql_int(q, 3)};
        row.json = sql_blob(q, 4, &row.json_len);
        e = fn(context, &row);
    }
    enum err end = sql_end(q);
    return e ? e : end;
}

enum err reader_bursts_since(struct readings_reader *r, int64_t after, int limit,
                             reader_burst_fn *fn, void *context)
{
    struct sql_query q = sql_start(&r->sql, RQ_BURSTS_SINCE);
    sql_bind_int(&q, 1, after);
    sql_bind_int(&q, 2, limit);
    return each_burst(&q, fn, context, &(bool){false});
}

enum err reader_bursts_of(struct readings_reader *r, uint32_t sensor, int64_t from_us,
                          int64_t to_us, reader_burst_fn *fn, void *context)
{
    struct sql_query q = sql_start(&r->sql, RQ_BURSTS_OF);
    sql_bind_int(&q, 1, sensor);
    sql_bind_int(&q, 2, from_us);
    sql_bind_int(&q, 3, to_us);
    return each_burst(&q, fn, context, &(bool){false});
}

enum err reader_burst_one(struct readings_reader *r, int64_t id, reader_burst_fn *fn, void *context)
{
    bool found = false;
    struct sql_query q = sql_start(&r->sql, RQ_BURST_ONE);
    sql_bind_int(&q, 1, id);
    enum err e = each_burst(&q, fn, context, &found);
    return e ? e : found ? ERR_OK : ERR_NOTFOUND;
}

enum err reader_burst_entries(struct readings_reader *r, uint32_t sensor, int64_t from_us,
                              int64_t to_us, int limit, reader_burst_entry_fn *fn, void *context)
{
    enum err e = ERR_OK;
    struct sql_query q = sql_start(&r->sql, RQ_BURST_ENTRIES);
    sql_bind_int(&q, 1, sensor);
    sql_bind_int(&q, 2, from_us);
    sql_bind_int(&q, 3, to_us);
    sql_bind_int(&q, 4, limit);
    while (!e && sql_row(&q))
        e = fn(context, &(struct burst_entry){.id = sql_int(&q, 0),
                                              .t_us = sql_int(&q, 1),
                                              .rx_us = sql_int(&q, 2),
                                              .ratio = real_or_nan(&q, 3),
                                              .kept = sql_int(&q, 4) != 0,
                                              .json_len = sql_int(&q, 5)});
    enum err end = sql_end(&q);
    return e ? e : end;
}

enum err reader_burst_last(struct readings_reader *r, uint32_t sensor, int64_t *rx_us)
{
    struct sql_query q = sql_start(&r->sql, RQ_BURST_LAST);
    sql_bind_int(&q, 1, sensor);
    *rx_us = sql_row(&q) ? sql_int(&q, 0) : INT64_MIN;
    return sql_end(&q);
}
