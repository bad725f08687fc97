/* Values as the registry's calibrations make them of what is stored, at the one place where stored
 * readings leave the store. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "block_codec.h"
#include "readings_query_private.h"
#include "readings_schema.h"
#include "shikumen/base/clock.h"

#define DAYS_KEPT 64 /* of thermistors; a power of two */

/* The sealed readings of a thermistor on a day. */
struct day_kept {
    uint32_t sensor; /* id, 0: none */
    int64_t day, sealed_seq;
    struct reading *readings; /* ascending */
    size_t count, capacity;
};

struct reader_calibration {
    const struct registry *registry;
    uint32_t *index_of_id; /* id -> registry index */
    uint32_t *id_of_index; /* 0: nothing stored */
    size_t id_count;
    uint32_t last_id; /* the greatest that was there when ids were asked for */
    bool needs_tail;
    struct day_kept days[DAYS_KEPT];
};

void reader_calibration_free(struct readings_reader *r)
{
    struct reader_calibration *c = r->calibration;
    r->calibration = NULL;
    if (!c)
        return;
    for (size_t i = 0; i < DAYS_KEPT; i++)
        free(c->days[i].readings);
    free(c->index_of_id);
    free(c->id_of_index);
    free(c);
}

/* --- which stored sensor is which of the registry --- */

static enum err map_one(struct reader_calibration *c, uint32_t id, const char *name)
{
    uint32_t index = registry_sensor(c->registry, name, strlen(name));
    if (id >= c->id_count) {
        size_t count = (size_t)id + 1024;
        uint32_t *bigger = realloc(c->index_of_id, count * sizeof *bigger);
        if (!bigger)
            return ERR_NOMEM;
        memset(bigger + c->id_count, 0xff, (count - c->id_count) * sizeof *bigger);
        c->index_of_id = bigger;
        c->id_count = count;
    }
    c->index_of_id[id] = index;
    c->last_id = id;
    if (index != REGISTRY_NONE)
        c->id_of_index[index] = id;
    return ERR_OK;
}

/* Sensors may have been added since; ids of those that are not there yet are asked for again. */
static enum err map_all(struct readings_reader *r)
{
    enum err e = ERR_OK;
    struct sql_query q = sql_start(&r->sql, RQ_NAMES);
    while (!e && sql_row(&q))
        e = map_one(r->calibration, (uint32_t)sql_int(&q, 0), sql_text(&q, 1));
    enum err end = sql_end(&q);
    return e ? e : end;
}

static bool any_temperature(const struct sensor *s)
{
    for (size_t i = 0; i < s->calibration_count; i++)
        if (s->calibrations[i].temperature != REGISTRY_NONE)
            return true;
    return false;
}

enum err reader_calibrate(struct readings_reader *r, const struct registry *registry)
{
    bool any = false, needs_tail = false;
    reader_calibration_free(r);
    for (size_t i = 0; registry && i < registry->sensor_count; i++) {
        any = any || registry->sensors[i].calibration_count > 0;
        needs_tail = needs_tail || any_temperature(&registry->sensors[i]);
    }
    if (!any)
        return ERR_OK;
    r->calibration = calloc(1, sizeof *r->calibration);
    if (!r->calibration)
        return ERR_NOMEM;
    r->calibration->registry = registry;
    r->calibration->needs_tail = needs_tail;
    r->calibration->id_of_index =
        calloc(registry->sensor_count, sizeof *r->calibration->id_of_index);
    return r->calibration->id_of_index ? map_all(r) : ERR_NOMEM;
}

bool reader_needs_tail(const struct readings_reader *r)
{
    return r->calibration && r->calibration->needs_tail;
}

/* --- the thermistor's reading --- */

static enum err append_block(struct readings_reader *r, struct day_kept *k, int64_t key,
                             const void *data, size_t size)
{
    enum err e =
        block_append(data, size, block_key_sensor(key), &k->readings, &k->count, &k->capacity);
    if (e)
        snprintf(r->sql.error, sizeof r->sql.error, "block %lld cannot be decoded", (long long)key);
    return e;
}

/* The parts of a day are in ascending order of key and time. */
static enum err keep_day(struct readings_reader *r, struct day_kept *k, uint32_t sensor,
                         int64_t day)
{
    enum err e = ERR_OK;
    struct sql_query q = sql_start(&r->sql, RQ_BLOCKS_OF_DAY);
    sql_bind_int(&q, 1, block_key(day, sensor));
    sql_bind_int(&q, 2, INT64_MIN);
    sql_bind_int(&q, 3, INT64_MAX);
    k->count = 0;
    k->sensor = 0;
    while (!e && sql_row(&q)) {
        size_t size;
        const void *data = sql_blob(&q, 1, &size);
        e = append_block(r, k, sql_int(&q, 0), data, size);
    }
    enum err end = sql_end(&q);
    if (e || end)
        return e ? e : end;
    k->sensor = sensor;
    k->day = day;
    k->sealed_seq = r->sealed_seq;
    return ERR_OK;
}

static enum err day_of(struct readings_reader *r, uint32_t sensor, int64_t day,
                       const struct day_kept **out)
{
    struct day_kept *k =
        &r->calibration->days[((uint64_t)sensor * 31 + (uint64_t)day) & (DAYS_KEPT - 1)];
    *out = k;
    if (k->sensor == sensor && k->day == day && k->sealed_seq == r->sealed_seq)
        return ERR_OK;
    return keep_day(r, k, sensor, day);
}

static bool usable(const struct readings_reader *r, struct reading x)
{
    memtable_apply_cold(&r->tail, &x);
    return x.flag != QF_FAIL && x.flag != QF_MISSING;
}

/* The latest usable of ascending readings within [from_us, to_us]. */
static const struct reading *latest_within(const struct readings_reader *r,
                                           const struct day_kept *k, int64_t from_us, int64_t to_us)
{
    size_t low = 0, high = k->count;
    while (low < high) { /* the first after to_us */
        size_t middle = low + (high - low) / 2;
        if (k->readings[middle].t_us <= to_us)
            low = middle + 1;
        else
            high = middle;
    }
    while (low > 0 && k->readings[low - 1].t_us >= from_us) {
        if (usable(r, k->readings[low - 1]))
            return &k->readings[low - 1];
        low--;
    }
    return NULL;
}

static const struct reading *latest_of_tail(const struct readings_reader *r, uint32_t sensor,
                                            int64_t from_us, int64_t to_us)
{
    const struct reading *latest = NULL;
    for (uint32_t i = memtable_latest(&r->tail, sensor); i != MEMTABLE_NONE;
         i = r->tail.entries[i].previous) {
        const struct reading *x = &r->tail.entries[i].reading;
        if (x->t_us >= from_us && x->t_us <= to_us && (!latest || x->t_us > latest->t_us) &&
            x->flag != QF_FAIL && x->flag != QF_MISSING)
            latest = x;
    }
    return latest;
}

/* NaN when there is none. */
static enum err temperature_at(struct readings_reader *r, const struct calibration *c, int64_t t_us,
                               double *temperature_c)
{
    const struct sensor *s = &r->calibration->registry->sensors[c->temperature];
    uint32_t id = r->calibration->id_of_index[c->temperature];
    int64_t from_us = t_us - c->temperature_age_us;
    const struct reading *latest = id ? latest_of_tail(r, id, from_us, t_us) : NULL;
    enum err e = ERR_OK;
    *temperature_c = (double)NAN;
    for (int64_t day = block_day(t_us); id && !e && day >= block_day(from_us); day--) {
        const struct day_kept *k;
        const struct reading *x;
        e = day_of(r, id, day, &k);
        x = e ? NULL : latest_within(r, k, from_us, t_us);
        if (x && (!latest || x->t_us > latest->t_us))
            latest = x;
        if (x)
            break;
    }
    if (e || !latest)
        return e;
    const struct calibration *own = sensor_calibration(s, latest->t_us);
    *temperature_c = own ? calibration_apply(own, latest->value, (double)NAN) : latest->value;
    return ERR_OK;
}

bool reader_lacks(const struct readings_reader *r)
{
    return r->lacks;
}

enum err reader_measured(struct readings_reader *r, struct reading *x)
{
    struct reader_calibration *c = r->calibration;
    enum err e = c && x->sensor > c->last_id ? map_all(r) : ERR_OK;
    r->lacks = false;
    if (e || !c || x->sensor > c->last_id)
        return e;
    uint32_t index = c->index_of_id[x->sensor];
    const struct calibration *by =
        index == REGISTRY_NONE ? NULL : sensor_calibration(&c->registry->sensors[index], x->t_us);
    double temperature_c = (double)NAN;
    if (!by)
        return ERR_OK;
    if (by->temperature != REGISTRY_NONE) {
        e = temperature_at(r, by, x->t_us, &temperature_c);
        r->lacks = !isfinite(temperature_c);
    }
    x->value = calibration_apply(by, x->value, temperature_c);
    return e;
}
