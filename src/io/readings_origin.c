/* By which profiles the readings of each sensor were decoded. */
#include <string.h>

#include "readings_db_private.h"
#include "shikumen/base/array.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/strmap.h"

static uint64_t key_of(const struct reading_origin *o)
{
    uint64_t key = hash64(o->digest, o->profile, strlen(o->profile) + 1);
    return hash64(key ^ o->envelope_digest, o->envelope, strlen(o->envelope) + 1);
}

static enum err remember(struct readings_db *db, uint32_t sensor, uint64_t key, int64_t row,
                         int64_t last_us)
{
    struct sensor_memory *m;
    enum err e = readings_memory(db, sensor, &m);
    if (e)
        return e;
    struct origin_memory *bigger =
        array_grow(db->origins, &db->origin_capacity, db->origin_count + 1, sizeof *bigger);
    if (!bigger)
        return ERR_NOMEM;
    db->origins = bigger;
    db->origins[db->origin_count++] = (struct origin_memory){
        .key = key, .row = row, .last_us = last_us, .saved_us = last_us, .before = m->origin};
    m->origin = (uint32_t)db->origin_count;
    return ERR_OK;
}

enum err readings_origins_load(struct readings_db *db)
{
    enum err e = ERR_OK;
    struct sql_query q = sql_start(&db->sql, R_ORIGINS);
    while (!e && sql_row(&q)) {
        struct reading_origin o = {.profile = sql_text(&q, 2),
                                   .digest = (uint64_t)sql_int(&q, 3),
                                   .envelope = sql_text(&q, 4),
                                   .envelope_digest = (uint64_t)sql_int(&q, 5)};
        e = remember(db, (uint32_t)sql_int(&q, 1), key_of(&o), sql_int(&q, 0), sql_int(&q, 6));
    }
    enum err end = sql_end(&q);
    return e ? e : end;
}

/* Writes the last arrival when the file has an older one. */
static enum err save(struct readings_db *db, struct origin_memory *o)
{
    if (o->last_us == o->saved_us)
        return ERR_OK;
    struct sql_query q = sql_start(&db->sql, R_ORIGIN_LAST);
    sql_bind_int(&q, 1, o->row);
    sql_bind_int(&q, 2, o->last_us);
    o->saved_us = o->last_us;
    return sql_run(&q);
}

enum err readings_origins_save(struct readings_db *db)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < db->origin_count && !e; i++)
        e = save(db, &db->origins[i]);
    return e;
}

/* A new one: those before it end here, to the moment. */
static enum err begin(struct readings_db *db, uint32_t sensor, const struct reading_origin *o,
                      uint64_t key, int64_t rx_us)
{
    int64_t row = 0;
    enum err e = readings_begin(db);
    for (uint32_t n = db->sensors[sensor].origin; n != 0 && !e; n = db->origins[n - 1].before)
        e = save(db, &db->origins[n - 1]);
    if (e)
        return e;
    struct sql_query q = sql_start(&db->sql, R_ORIGIN_PUT);
    sql_bind_int(&q, 1, sensor);
    sql_bind_text(&q, 2, o->profile);
    sql_bind_int(&q, 3, o->version);
    sql_bind_int(&q, 4, (int64_t)o->digest);
    sql_bind_text(&q, 5, o->envelope);
    sql_bind_int(&q, 6, o->envelope_version);
    sql_bind_int(&q, 7, (int64_t)o->envelope_digest);
    sql_bind_int(&q, 8, rx_us);
    if (sql_row(&q))
        row = sql_int(&q, 0);
    db->pending++;
    e = sql_end(&q);
    return e ? e : remember(db, sensor, key, row, rx_us);
}

enum err readings_origin(struct readings_db *db, uint32_t sensor, const struct reading_origin *o,
                         int64_t rx_us)
{
    struct sensor_memory *m;
    uint64_t key = key_of(o);
    enum err e = readings_memory(db, sensor, &m);
    if (e)
        return e;
    uint32_t n = m->origin;
    while (n != 0 && db->origins[n - 1].key != key)
        n = db->origins[n - 1].before;
    if (n == 0)
        return begin(db, sensor, o, key, rx_us);
    struct origin_memory *known = &db->origins[n - 1];
    if (rx_us > known->last_us)
        known->last_us = rx_us;
    if (known->last_us - known->saved_us < US_PER_DAY)
        return ERR_OK;
    e = readings_begin(db);
    db->pending++;
    return e ? e : save(db, known);
}
