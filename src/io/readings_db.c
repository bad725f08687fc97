#include "readings_db_private.h"

#include <stdlib.h>
#include <string.h>

#include "readings_schema.h"

/* --- what is known of sensors --- */

enum err readings_memory(struct readings_db *db, uint32_t sensor, struct sensor_memory **m)
{
    if (sensor >= db->sensor_capacity) {
        size_t capacity = db->sensor_capacity ? db->sensor_capacity * 2 : 1024;
        while (capacity <= sensor)
            capacity *= 2;
        struct sensor_memory *sensors = realloc(db->sensors, capacity * sizeof *sensors);
        if (!sensors)
            return ERR_NOMEM;
        for (size_t i = db->sensor_capacity; i < capacity; i++)
            sensors[i] = (struct sensor_memory){
                .last_t_us = INT64_MIN, .last_rx_us = INT64_MIN, .sealed_day = INT64_MIN};
        db->sensors = sensors;
        db->sensor_capacity = capacity;
    }
    *m = &db->sensors[sensor];
    return ERR_OK;
}

static void remember(struct sensor_memory *m, const struct reading *r)
{
    m->dirty = true;
    if (r->rx_us > m->last_rx_us && !r->historical)
        m->last_rx_us = r->rx_us;
    if (r->t_us > m->last_t_us) {
        m->last_t_us = r->t_us;
        m->last_value = r->value;
        m->last_flag = r->flag;
    }
}

enum err readings_take_entry(struct readings_db *db, const struct codec_entry *entry)
{
    const struct reading *r = &entry->reading;
    struct sensor_memory *m;
    enum err e = readings_memory(db, r->sensor, &m);
    if (e)
        return e;
    if (!entry->revision) {
        remember(m, r);
        return memtable_add(&db->memtable, r);
    }
    if (m->last_t_us == r->t_us) {
        m->last_flag = r->flag;
        m->dirty = true;
    }
    return memtable_revise(&db->memtable, r->sensor, r->t_us, r->flag, r->test);
}

const char *readings_error(const struct readings_db *db)
{
    return db->sql.error;
}

/* --- the batch --- */

enum err readings_begin(struct readings_db *db)
{
    if (db->in_transaction)
        return ERR_OK;
    enum err e = sql_begin(&db->sql);
    db->in_transaction = !e;
    db->first_pending_seq = db->last_seq + 1;
    return e;
}

enum err readings_sensor(struct readings_db *db, const char *name, const char *quantity,
                         const char *unit, uint32_t *id)
{
    int64_t found = 0;
    struct sql_query q = sql_start(&db->sql, R_SENSOR_GET);
    sql_bind_text(&q, 1, name);
    if (sql_row(&q))
        found = sql_int(&q, 0);
    enum err e = sql_end(&q);
    if (!e && found == 0 && !(e = readings_begin(db))) {
        q = sql_start(&db->sql, R_SENSOR_PUT);
        sql_bind_text(&q, 1, name);
        sql_bind_text(&q, 2, quantity);
        sql_bind_text(&q, 3, unit);
        if (sql_row(&q))
            found = sql_int(&q, 0);
        e = sql_end(&q);
        db->pending++;
    }
    if (!e && found > BLOCK_SENSOR_MAX)
        return ERR_RANGE;
    *id = (uint32_t)found;
    return e;
}

enum err readings_flush_row(struct readings_db *db)
{
    if (db->encoder.bytes.failed)
        return ERR_NOMEM;
    struct sql_query q = sql_start(&db->sql, R_JOURNAL_PUT);
    sql_bind_int(&q, 1, db->last_seq + 1);
    sql_bind_int(&q, 2, (int64_t)db->encoder.count);
    sql_bind_blob(&q, 3, strbuf_text(&db->encoder.bytes), db->encoder.bytes.len);
    enum err e = sql_run(&q);
    if (!e)
        db->last_seq++;
    journal_encoder_reset(&db->encoder);
    return e;
}

static enum err add_entry(struct readings_db *db, const struct reading *r, bool revision)
{
    enum err e = readings_begin(db);
    if (!e)
        e = readings_take_entry(db, &(struct codec_entry){*r, revision});
    if (e)
        return e;
    journal_encode(&db->encoder, r, revision);
    db->pending++;
    return db->encoder.count >= JOURNAL_ROW_READINGS ? readings_flush_row(db) : ERR_OK;
}

enum err readings_append(struct readings_db *db, const struct reading *r)
{
    return add_entry(db, r, false);
}

enum err readings_revise(struct readings_db *db, uint32_t sensor, int64_t t_us, uint8_t flag,
                         uint8_t test)
{
    struct reading r = {.sensor = sensor, .t_us = t_us, .flag = flag, .test = test};
    return add_entry(db, &r, true);
}

/* Counters gather in memory and are written once a commit. */
enum err readings_count(struct readings_db *db, const char *counter, int64_t add)
{
    enum err e = readings_begin(db);
    db->pending++;
    for (size_t i = 0; i < db->counter_count; i++)
        if (strcmp(db->counters[i].name, counter) == 0) {
            db->counters[i].add += add;
            return e;
        }
    if (db->counter_count == COUNTERS_MAX || strlen(counter) >= sizeof db->counters[0].name)
        return ERR_RANGE;
    struct pending_counter *c = &db->counters[db->counter_count++];
    strcpy(c->name, counter);
    c->add = add;
    return e;
}

static enum err write_counters(struct readings_db *db)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < db->counter_count && !e; i++) {
        if (db->counters[i].add == 0)
            continue;
        struct sql_query q = sql_start(&db->sql, R_COUNT);
        sql_bind_text(&q, 1, db->counters[i].name);
        sql_bind_int(&q, 2, db->counters[i].add);
        e = sql_run(&q);
        db->counters[i].add = 0;
    }
    return e;
}

bool readings_pending(const struct readings_db *db)
{
    return db->in_transaction;
}

size_t readings_pending_count(const struct readings_db *db)
{
    return db->pending;
}

enum err readings_commit(struct readings_db *db, int64_t *seq)
{
    enum err e = ERR_OK;
    if (db->in_transaction) {
        if (db->encoder.count > 0)
            e = readings_flush_row(db);
        if (!e)
            e = write_counters(db);
        if (!e)
            e = sql_commit(&db->sql);
        db->in_transaction = false;
        db->pending = 0;
    }
    *seq = db->last_seq;
    return e;
}

/* --- what the quality tests remember --- */

enum err readings_states_each(struct readings_db *db, readings_state_fn *fn, void *context)
{
    enum err e = ERR_OK;
    struct sql_query q = sql_start(&db->sql, R_STATES);
    while (!e && sql_row(&q)) {
        size_t n;
        const uint8_t *bytes = sql_blob(&q, 5, &n);
        if (n > 0)
            e = fn(context, (uint32_t)sql_int(&q, 0), bytes, n);
    }
    enum err end = sql_end(&q);
    return e ? e : end;
}

void readings_replay(const struct readings_db *db, readings_replay_fn *fn, void *context)
{
    for (size_t i = 0; i < db->memtable.count; i++)
        fn(context, &db->memtable.entries[i].reading);
}
