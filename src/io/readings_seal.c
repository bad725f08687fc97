/* Looking back into sealed blocks, and sealing the journal into them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readings_db_private.h"
#include "readings_order.h"
#include "readings_schema.h"

/* --- one sealed block, decoded and kept --- */

static enum err reserve_readings(struct reading **array, size_t *capacity, size_t count)
{
    if (count <= *capacity)
        return ERR_OK;
    struct reading *bigger = realloc(*array, count * sizeof *bigger);
    if (!bigger)
        return ERR_NOMEM;
    *array = bigger;
    *capacity = count;
    return ERR_OK;
}

static enum err cache_block(struct readings_db *db, int64_t key, const void *data, size_t size)
{
    size_t n;
    db->cached_key = 0;
    enum err e = block_count(data, size, &n);
    if (!e)
        e = reserve_readings(&db->cached, &db->cached_capacity, n);
    if (!e)
        e = block_decode(data, size, block_key_sensor(key), db->cached, n);
    if (e)
        return e;
    db->cached_key = key;
    db->cached_count = n;
    return ERR_OK;
}

static size_t lower_bound(const struct reading *r, size_t n, int64_t t_us)
{
    size_t low = 0;
    for (size_t high = n; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (r[middle].t_us < t_us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct reading *in_cache(struct readings_db *db, int64_t t_us)
{
    size_t at = lower_bound(db->cached, db->cached_count, t_us);
    return at < db->cached_count && db->cached[at].t_us == t_us ? &db->cached[at] : NULL;
}

/* Leaves the block that holds (sensor, t_us) in the cache and *r on the reading; NULL when none. */
static enum err find_sealed(struct readings_db *db, uint32_t sensor, int64_t t_us,
                            struct reading **r)
{
    int64_t key = block_key(block_day(t_us), sensor);
    *r = NULL;
    if (db->cached_key && db->cached_key >= key && db->cached_key < key + BLOCK_PARTS &&
        (*r = in_cache(db, t_us)))
        return ERR_OK;
    enum err e = ERR_OK;
    struct sql_query q = sql_start(&db->sql, R_BLOCKS_AT);
    sql_bind_int(&q, 1, key);
    sql_bind_int(&q, 2, t_us);
    while (!e && !*r && sql_row(&q)) {
        size_t size;
        const void *data = sql_blob(&q, 1, &size);
        e = cache_block(db, sql_int(&q, 0), data, size);
        if (!e)
            *r = in_cache(db, t_us);
    }
    enum err end = sql_end(&q);
    return e ? e : end;
}

enum err readings_find(struct readings_db *db, uint32_t sensor, int64_t t_us, bool *found,
                       struct reading *stored)
{
    struct sensor_memory *m;
    *found = false;
    enum err e = readings_memory(db, sensor, &m);
    if (e || t_us > m->last_t_us)
        return e;
    uint32_t index = memtable_find(&db->memtable, sensor, t_us);
    if (index != MEMTABLE_NONE) {
        *found = true;
        *stored = db->memtable.entries[index].reading;
        return ERR_OK;
    }
    struct reading *r;
    e = find_sealed(db, sensor, t_us, &r);
    if (!e && r) {
        *found = true;
        *stored = *r;
        memtable_apply_cold(&db->memtable, stored);
    }
    return e;
}

/* --- neighbours of a late reading --- */

struct neighbours {
    int64_t t_us;
    size_t before, after;
    struct reading *earlier,
        *later; /* earlier ascending, filled from its end; later from its start */
    size_t earlier_count, later_count;
};

static void offer(struct neighbours *n, const struct reading *r)
{
    if (r->t_us < n->t_us && n->before > 0) {
        struct reading *a = n->earlier;
        if (n->earlier_count == n->before) {
            if (r->t_us <= a[0].t_us)
                return;
            memmove(a, a + 1, (n->before - 1) * sizeof *a);
            n->earlier_count--;
        }
        size_t at = lower_bound(a, n->earlier_count, r->t_us);
        memmove(a + at + 1, a + at, (n->earlier_count++ - at) * sizeof *a);
        a[at] = *r;
    } else if (r->t_us > n->t_us && n->after > 0) {
        struct reading *a = n->later;
        size_t at = lower_bound(a, n->later_count, r->t_us);
        if (at == n->after)
            return;
        if (n->later_count == n->after)
            n->later_count--;
        memmove(a + at + 1, a + at, (n->later_count++ - at) * sizeof *a);
        a[at] = *r;
    }
}

static enum err offer_day(struct readings_db *db, struct neighbours *n, uint32_t sensor,
                          int64_t day)
{
    enum err e = ERR_OK;
    struct sql_query q = sql_start(&db->sql, R_BLOCKS_OF_DAY);
    sql_bind_int(&q, 1, block_key(day, sensor));
    while (!e && sql_row(&q)) {
        size_t size;
        const void *data = sql_blob(&q, 1, &size);
        e = cache_block(db, sql_int(&q, 0), data, size);
        for (size_t i = 0; !e && i < db->cached_count; i++) {
            memtable_apply_cold(&db->memtable, &db->cached[i]);
            offer(n, &db->cached[i]);
        }
    }
    db->cached_key = 0;
    enum err end = sql_end(&q);
    return e ? e : end;
}

#define WALK_MAX   4096 /* entries of a sensor looked at in the journal for one late reading */
#define AROUND_MAX 16

enum err readings_around(struct readings_db *db, uint32_t sensor, int64_t t_us, size_t before,
                         size_t after, struct reading *out, size_t *n, size_t *at)
{
    struct reading earlier[AROUND_MAX + 1], later[AROUND_MAX + 1];
    struct neighbours near = {.t_us = t_us,
                              .before = before < AROUND_MAX ? before : AROUND_MAX,
                              .after = after < AROUND_MAX ? after : AROUND_MAX,
                              .earlier = earlier,
                              .later = later};
    const struct memtable *m = &db->memtable;
    uint32_t index = memtable_latest(m, sensor);
    for (int walked = 0; index != MEMTABLE_NONE && walked < WALK_MAX; walked++) {
        offer(&near, &m->entries[index].reading);
        index = m->entries[index].previous;
    }
    enum err e = ERR_OK;
    for (int64_t day = block_day(t_us) - 1; day <= block_day(t_us) + 1 && !e; day++)
        e = offer_day(db, &near, sensor, day);
    memcpy(out, earlier, near.earlier_count * sizeof *out);
    memcpy(out + near.earlier_count, later, near.later_count * sizeof *out);
    *at = near.earlier_count;
    *n = near.earlier_count + near.later_count;
    return e;
}

/* --- sealing --- */

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
        e = cache_block(db, *key, data, size);
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
    e = reserve_readings(&s->merged, &s->merged_capacity, db->cached_count + n);
    if (e)
        return e;
    merge_sorted(db->cached, db->cached_count, fresh, n, s->merged);
    return put_block(s, key, s->merged, db->cached_count + n);
}

/* Copies the readings of a group into s->fresh. */
static enum err gather_group(struct sealing *s, const uint32_t *order, size_t n)
{
    const struct memtable_entry *entries = s->db->memtable.entries;
    enum err e = reserve_readings(&s->fresh, &s->fresh_capacity, n);
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
        e = find_sealed(db, revision->sensor, revision->t_us, &r);
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
