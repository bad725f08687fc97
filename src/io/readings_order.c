#include "readings_order.h"

#include <stdlib.h>

#include "readings_schema.h"
#include "shikumen/base/array.h"

static int64_t time_of(const struct memtable *m, uint32_t index)
{
    return m->entries[index].reading.t_us;
}

/* Counting sort by sensor, which keeps the order of arrival; ends[s] is where sensor s ends. */
static void sort_by_sensor(const struct memtable *m, uint32_t *ends, uint32_t *order)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < m->count; i++)
        ends[m->entries[i].reading.sensor]++;
    for (size_t s = 0; s < m->sensor_capacity; s++) {
        uint32_t count = ends[s];
        ends[s] = sum;
        sum += count;
    }
    for (uint32_t i = 0; i < m->count; i++)
        order[ends[m->entries[i].reading.sensor]++] = i;
}

static int by_time(const void *a, const void *b, void *memtable)
{
    int64_t x = time_of(memtable, *(const uint32_t *)a);
    int64_t y = time_of(memtable, *(const uint32_t *)b);

    return x < y ? -1 : x > y;
}

/* Nearly always they arrived in order. */
static void sort_by_time(struct memtable *m, uint32_t *order, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (time_of(m, order[i - 1]) > time_of(m, order[i])) {
            qsort_r(order, n, sizeof *order, by_time, m);
            return;
        }
}

static enum err add_group(struct readings_order *o, size_t *capacity, struct order_group g)
{
    struct order_group *groups =
        array_grow(o->groups, capacity, o->group_count + 1, sizeof *groups);
    if (!groups)
        return ERR_NOMEM;
    o->groups = groups;
    o->groups[o->group_count++] = g;
    return ERR_OK;
}

/* The days of one sensor, its entries being order[first] .. order[end - 1]. */
static enum err split_days(const struct memtable *m, struct readings_order *o, size_t *capacity,
                           uint32_t sensor, uint32_t first, uint32_t end)
{
    enum err e = ERR_OK;

    while (first < end && !e) {
        int64_t day = block_day(time_of(m, o->order[first]));
        uint32_t next = first + 1;
        while (next < end && block_day(time_of(m, o->order[next])) == day)
            next++;
        e = add_group(o, capacity, (struct order_group){day, sensor, first, next - first});
        first = next;
    }
    return e;
}

static int by_day_sensor(const void *a, const void *b)
{
    const struct order_group *x = a, *y = b;

    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    return x->sensor < y->sensor ? -1 : x->sensor > y->sensor;
}

enum err readings_order_make(struct memtable *m, struct readings_order *o)
{
    uint32_t *ends = calloc(m->sensor_capacity + 1, sizeof *ends);
    size_t capacity = 0;
    uint32_t first = 0;
    enum err e = ERR_OK;

    *o = (struct readings_order){.order = malloc((m->count + 1) * sizeof *o->order)};
    if (!ends || !o->order)
        e = ERR_NOMEM;
    else
        sort_by_sensor(m, ends, o->order);
    for (uint32_t s = 0; s < m->sensor_capacity && !e; s++) {
        sort_by_time(m, o->order + first, ends[s] - first);
        e = split_days(m, o, &capacity, s, first, ends[s]);
        first = ends[s];
    }
    if (!e && o->group_count > 1)
        qsort(o->groups, o->group_count, sizeof *o->groups, by_day_sensor);
    free(ends);
    return e;
}

void readings_order_free(struct readings_order *o)
{
    free(o->order);
    free(o->groups);
    *o = (struct readings_order){0};
}
