/* Looking back into sealed blocks. */
#include <string.h>

#include "readings_db_private.h"
#include "readings_schema.h"
#include "shikumen/base/array.h"

/* --- one sealed block, decoded and kept --- */

enum err readings_reserve(struct reading **array, size_t *capacity, size_t count)
{
    struct reading *readings = array_grow(*array, capacity, count, sizeof *readings);
    if (!readings && count > 0)
        return ERR_NOMEM;
    *array = readings;
    return ERR_OK;
}

enum err readings_cache_block(struct readings_db *db, int64_t key, const void *data, size_t size)
{
    db->cached_key = 0;
    db->cached_count = 0;
    enum err e = block_append(data, size, block_key_sensor(key), &db->cached, &db->cached_count,
                              &db->cached_capacity);
    if (!e)
        db->cached_key = key;
    return e;
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

enum err readings_find_sealed(struct readings_db *db, uint32_t sensor, int64_t t_us,
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
        e = readings_cache_block(db, sql_int(&q, 0), data, size);
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
    e = readings_find_sealed(db, sensor, t_us, &r);
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
        e = readings_cache_block(db, sql_int(&q, 0), data, size);
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
