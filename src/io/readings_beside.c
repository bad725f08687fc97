/* What readings.db keeps beside the readings: quarantine, node states, deliveries, texts. */
#include <math.h>
#include <string.h>

#include "readings_db_private.h"

enum err readings_quarantine(struct readings_db *db, const struct quarantine_entry *entry)
{
    enum err e = readings_begin(db);
    if (!e && db->quarantine_bytes > QUARANTINE_KEEP_BYTES) {
        struct sql_query trim = sql_start(&db->sql, R_QUARANTINE_TRIM);
        e = sql_run(&trim);
        struct sql_query size = sql_start(&db->sql, R_QUARANTINE_SIZE);
        db->quarantine_bytes = sql_row(&size) ? sql_int(&size, 0) : 0;
        enum err end = sql_end(&size);
        e = e ? e : end;
    }
    if (e)
        return e;
    size_t kept =
        entry->payload_len < QUARANTINE_PAYLOAD_MAX ? entry->payload_len : QUARANTINE_PAYLOAD_MAX;
    struct sql_query q = sql_start(&db->sql, R_QUARANTINE_PUT);
    sql_bind_int(&q, 1, entry->rx_us);
    sql_bind_text(&q, 2, entry->topic);
    sql_bind_text(&q, 3, entry->reason);
    sql_bind_text(&q, 4, entry->sensor ? entry->sensor : "");
    sql_bind_text(&q, 5, entry->detail);
    sql_bind_blob(&q, 6, kept ? entry->payload : "", kept);
    sql_bind_int(&q, 7, (int64_t)entry->payload_len);
    db->quarantine_bytes += (int64_t)(kept + strlen(entry->topic) + strlen(entry->detail) + 64);
    db->pending++;
    return sql_run(&q);
}

enum err readings_quarantine_expire(struct readings_db *db, const char *reason, int64_t before_us)
{
    enum err e = readings_begin(db);
    if (e)
        return e;
    struct sql_query q = sql_start(&db->sql, R_QUARANTINE_EXPIRE);
    sql_bind_text(&q, 1, reason);
    sql_bind_int(&q, 2, before_us);
    db->pending++;
    return sql_run(&q);
}

static void bind_real_or_null(struct sql_query *q, int parameter, double v)
{
    if (isfinite(v))
        sql_bind_real(q, parameter, v);
}

/* An online state that changes makes a journal row of its own, so that whoever follows the journal
 * sees it in its place. */
enum err readings_node(struct readings_db *db, const struct node_row *n)
{
    enum err e = readings_begin(db);
    if (!e && db->encoder.count > 0)
        e = readings_flush_row(db);
    if (e)
        return e;
    struct sql_query get = sql_start(&db->sql, R_NODE_GET);
    sql_bind_text(&get, 1, n->node);
    bool changed = !sql_row(&get) || (sql_int(&get, 0) != 0) != n->online;
    if ((e = sql_end(&get)) || (changed && (e = readings_flush_row(db))))
        return e;
    struct sql_query q = sql_start(&db->sql, R_NODE_PUT);
    sql_bind_text(&q, 1, n->node);
    sql_bind_int(&q, 2, n->online);
    bind_real_or_null(&q, 3, n->battery_v);
    bind_real_or_null(&q, 4, n->rssi_dbm);
    sql_bind_text(&q, 5, n->firmware);
    sql_bind_int(&q, 6, n->rx_us);
    sql_bind_int(&q, 7, db->last_seq);
    bind_real_or_null(&q, 8, n->battery_pct);
    db->pending++;
    return sql_run(&q);
}

enum err readings_delivery_put(struct readings_db *db, uint16_t mid, uint64_t digest, int64_t rx_us)
{
    enum err e = readings_begin(db);
    if (e)
        return e;
    struct sql_query q = sql_start(&db->sql, R_DELIVERY_PUT);
    sql_bind_int(&q, 1, mid);
    sql_bind_int(&q, 2, (int64_t)digest);
    sql_bind_int(&q, 3, rx_us);
    db->pending++;
    return sql_run(&q);
}

enum err readings_delivery_get(struct readings_db *db, uint16_t mid, uint64_t digest, bool *found,
                               int64_t *rx_us)
{
    struct sql_query q = sql_start(&db->sql, R_DELIVERY_GET);
    sql_bind_int(&q, 1, mid);
    sql_bind_int(&q, 2, (int64_t)digest);
    *found = sql_row(&q);
    if (*found)
        *rx_us = sql_int(&q, 0);
    return sql_end(&q);
}

enum err readings_delivery_forget(struct readings_db *db, uint16_t first, uint16_t last)
{
    enum err e = readings_begin(db);
    if (e)
        return e;
    struct sql_query q = sql_start(&db->sql, R_DELIVERY_FORGET);
    sql_bind_int(&q, 1, first);
    sql_bind_int(&q, 2, last);
    db->pending++;
    return sql_run(&q);
}

enum err readings_meta_get(struct readings_db *db, const char *name, const char **value)
{
    struct sql_query q = sql_start(&db->sql, R_META_GET);
    sql_bind_text(&q, 1, name);
    *value = NULL;
    strbuf_clear(&db->meta);
    if (sql_row(&q)) {
        strbuf_puts(&db->meta, sql_text(&q, 0));
        *value = strbuf_text(&db->meta);
    }
    return sql_end(&q);
}

enum err readings_meta_put(struct readings_db *db, const char *name, const char *value)
{
    enum err e = readings_begin(db);
    if (e)
        return e;
    struct sql_query q = sql_start(&db->sql, R_META_PUT);
    sql_bind_text(&q, 1, name);
    sql_bind_text(&q, 2, value);
    db->pending++;
    return sql_run(&q);
}
