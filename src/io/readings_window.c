#include <stdio.h>
#include <stdlib.h>

#include "block_codec.h"
#include "readings_query_private.h"
#include "readings_schema.h"
#include "shikumen/base/array.h"

/* Readings by sensor and time: blocks, and the tail that is not sealed yet. */

enum err reader_take_block(struct readings_reader *r, int64_t key, const void *data, size_t size)
{
    size_t first = r->found_count;
    enum err e = block_append(data, size, block_key_sensor(key), &r->found, &r->found_count,
                              &r->found_capacity);
    if (e) {
        snprintf(r->sql.error, sizeof r->sql.error, "block %lld cannot be decoded", (long long)key);
        return e;
    }
    for (size_t i = first; r->tail.cold_count > 0 && i < r->found_count; i++)
        memtable_apply_cold(&r->tail, &r->found[i]);
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
    struct reading *found =
        array_grow(r->found, &r->found_capacity, r->found_count + 1, sizeof *found);
    if (!found)
        return ERR_NOMEM;
    r->found = found;
    found[r->found_count++] = *x;
    return ERR_OK;
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
