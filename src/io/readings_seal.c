/* Sealing the journal into blocks. */
#include <stdio.h>
#include <stdlib.h>

#include "readings_db_private.h"
#include "readings_order.h"
#include "readings_schema.h"

struct sealing {
    struct readings_db *db;
    struct reading *fresh, *merged;
    size_t fresh_capacity, merged_capacity;
    struct strbuf bytes;
};

static enum err put_block(struct sealing *s, int64_t key, const struct reading *r, size_t n)
{
    strbuf_clear(&s->bytes);
    block_encode(r, n, &s->bytes);
    if (s->bytes.failed)
        return ERR_NOMEM;
    struct sql_query q = sql_start(&s->db->sql, R_BLOCK_PUT);
    sql_bind_int(&q, 1, key);
    sql_bind_int(&q, 2, (int64_t)n);
    sql_bind_int(&q, 3, r[0].t_us);
    sql_bind_int(&q, 4, r[n - 1].t_us);
    sql_bind_blob(&q, 5, s->bytes.data, s->bytes.len);
    return sql_run(&q);
}

/* The sensor's last block of the day in the cache, or *key its first key and an empty cache. */
static enum err load_last(struct readings_db *db, int64_t *key)
{
    enum err e = ERR_OK;
    struct sql_query q = sql_start(&db->sql, R_BLOCK_LAST);
    sql_bind_int(&q, 1, *key);
    db->cached_count = 0;
    if (sql_row(&q)) {
        size_t size;
        const void *data = sql_blob(&q, 1, &size);
        *key = sql_int(&q, 0);
        e = readings_cache_block(db, *key, data, size);
    }
    db->cached_key = 0;
    enum err end = sql_end(&q);
    return e ? e : end;
}

static void merge_sorted(const struct reading *a, size_t na, const struct reading *b, size_t nb,
                         struct reading *out)
{
    size_t i = 0, j = 0;
    while (i < na || j < nb)
        *out++ = j == nb || (i < na && a[i].t_us < b[j].t_us) ? a[i++] : b[j++];
}

/* fresh: new readings of one sensor and day, ascending. */
static enum err seal_group(struct sealing *s, const struct reading *fresh, size_t n)
{
    struct readings_db *db = s->db;
    int64_t day = block_day(fresh[0].t_us), first = block_key(day, fresh[0].sensor), key = first;
    enum err e = ERR_OK;
    db->cached_key = 0;
    db->cached_count = 0;
    if (day <= db->sensors[fresh[0].sensor].sealed_day)
        e = load_last(db, &key);
    if (e)
        return e;
    if (db->cached_count >= BLOCK_FULL_READINGS && key - first < BLOCK_PARTS - 1)
        return put_block(s, key + 1, fresh, n);
    e = readings_reserve(&s->merged, &s->merged_capacity, db->cached_count + n);
    if (e)
        return e;
    merge_sorted(db->cached, db->cached_count, fresh, n, s->merged);
    return put_block(s, key, s->merged, db->cached_count + n);
}

/* Copies the readings of a group into s->fresh. */
static enum err gather_group(struct sealing *s, const uint32_t *order, size_t n)
{
    const struct memtable_entry *entries = s->db->memtable.entries;
    enum err e = readings_reserve(&s->fresh, &s->fresh_capacity, n);
    for (size_t i = 0; i < n && !e; i++)
        s->fresh[i] = entries[order[i]].reading;
    return e;
}

static enum err seal_readings(struct sealing *s)
{
    struct readings_order o;
    enum err e = readings_order_make(&s->db->memtable, &o);
    for (size_t i = 0; i < o.group_count && !e; i++) {
        const struct order_group *g = &o.groups[i];
        e = gather_group(s, o.order + g->first, g->count);
        if (!e)
            e = seal_group(s, s->fresh, g->count);
    }
    readings_order_free(&o);
    return e;
}

static enum err seal_revisions(struct sealing *s)
{
    struct readings_db *db = s->db;
    enum err e = ERR_OK;
    db->cached_key = 0;
    for (size_t i = 0; i < db->memtable.cold_count && !e; i++) {
        const struct reading *revision = &db->memtable.cold[i];
        struct reading *r;
        e = readings_find_sealed(db, revision->sensor, revision->t_us, &r);
        if (e || !r)
            continue;
        r->flag = revision->flag;
        r->test = revision->test;
        e = put_block(s, db->cached_key, db->cached, db->cached_count);
    }
    return e;
}

static enum err seal_states(struct readings_db *db, readings_pack_fn *pack, void *context)
{
    enum err e = ERR_OK;
    for (uint32_t id = 0; id < db->sensor_capacity && !e; id++) {
        struct sensor_memory *m = &db->sensors[id];
        uint8_t bytes[1024];
        if (!m->dirty || m->last_t_us == INT64_MIN)
            continue;
        size_t n = pack ? pack(context, id, bytes, sizeof bytes) : 0;
        struct sql_query q = sql_start(&db->sql, n ? R_STATE_PUT : R_STATE_TOUCH);
        sql_bind_int(&q, 1, id);
        sql_bind_int(&q, 2, m->last_t_us);
        sql_bind_int(&q, 3, m->last_rx_us);
        sql_bind_real(&q, 4, m->last_value);
        sql_bind_int(&q, 5, m->last_flag);
        if (n)
            sql_bind_blob(&q, 6, bytes, n);
        e = sql_run(&q);
    }
    return e;
}

bool readings_seal_due(const struct readings_db *db)
{
    return db->memtable.count >= SEAL_READINGS || db->memtable.cold_count >= SEAL_COLD_REVISIONS;
}

static enum err put_sealed_seq(struct readings_db *db)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)db->last_seq);
    struct sql_query q = sql_start(&db->sql, R_META_PUT);
    sql_bind_text(&q, 1, "sealed_seq");
    sql_bind_text(&q, 2, text);
    return sql_run(&q);
}

enum err readings_seal(struct readings_db *db, readings_pack_fn *pack, void *context)
{
    struct sealing s = {.db = db};
    enum err e = sql_begin(&db->sql);
    if (e)
        return e;
    e = seal_revisions(&s);
    if (!e)
        e = seal_readings(&s);
    if (!e)
        e = seal_states(db, pack, context);
    if (!e)
        e = readings_origins_save(db);
    if (!e)
        e = put_sealed_seq(db);
    if (!e)
        e = sql_commit(&db->sql);
    else
        sql_rollback(&db->sql);
    free(s.fresh);
    free(s.merged);
    strbuf_free(&s.bytes);
    db->cached_key = 0;
    if (e)
        return e;
    memtable_clear(&db->memtable);
    for (size_t i = 0; i < db->sensor_capacity; i++) {
        struct sensor_memory *m = &db->sensors[i];
        m->dirty = false;
        if (m->last_t_us != INT64_MIN)
            m->sealed_day = block_day(m->last_t_us);
    }
    db->sealed_seq = db->last_seq;
    return ERR_OK;
}

enum err readings_trim(struct readings_db *db, int64_t seq)
{
    struct sql_query q = sql_start(&db->sql, R_TRIM);
    sql_bind_int(&q, 1, seq < db->sealed_seq ? seq : db->sealed_seq);
    return sql_run(&q);
}

/* What goes is counted, so that the store can still be reconciled afterwards. */
static enum err count_expiring(struct readings_db *db, int64_t key, int64_t t_us)
{
    int64_t expiring = 0;
    struct sql_query q = sql_start(&db->sql, R_EXPIRING);
    sql_bind_int(&q, 1, key);
    sql_bind_int(&q, 2, t_us);
    if (sql_row(&q))
        expiring = sql_int(&q, 0);
    enum err e = sql_end(&q);
    if (e || expiring == 0)
        return e;
    struct sql_query count = sql_start(&db->sql, R_COUNT);
    sql_bind_text(&count, 1, "expired");
    sql_bind_int(&count, 2, expiring);
    return sql_run(&count);
}

static enum err delete_before(struct readings_db *db, enum readings_statement statement,
                              int64_t bound)
{
    struct sql_query q = sql_start(&db->sql, statement);
    sql_bind_int(&q, 1, bound);
    return sql_run(&q);
}

enum err readings_expire(struct readings_db *db, int64_t t_us)
{
    int64_t day_us = block_day(t_us) * US_PER_DAY, key = block_key(block_day(t_us), 0);
    enum err e = sql_begin(&db->sql);
    if (e)
        return e;
    e = count_expiring(db, key, day_us);
    if (!e)
        e = delete_before(db, R_EXPIRE_BLOCKS, key);
    if (!e)
        e = delete_before(db, R_EXPIRE_BURSTS, day_us);
    db->cached_key = 0;
    if (!e)
        return sql_commit(&db->sql);
    sql_rollback(&db->sql);
    return e;
}
