#include "memtable.h"
#include "shikumen/base/array.h"

#include <stdlib.h>
#include <string.h>

static size_t slot_of(const struct memtable *m, uint32_t sensor, int64_t t_us)
{
    uint64_t h = (uint64_t)t_us * 0x9e3779b97f4a7c15u ^ (uint64_t)sensor * 0xc2b2ae3d27d4eb4fu;
    h ^= h >> 29;
    h *= 0xbf58476d1ce4e5b9u;
    return (size_t)(h >> 32) & (m->slot_count - 1);
}

static void link_slot(struct memtable *m, uint32_t index)
{
    const struct reading *r = &m->entries[index].reading;
    size_t slot = slot_of(m, r->sensor, r->t_us);
    while (m->slots[slot] != MEMTABLE_NONE)
        slot = (slot + 1) & (m->slot_count - 1);
    m->slots[slot] = index;
}

/* Room for one more entry at a load of at most one half. */
static enum err reserve_entry(struct memtable *m)
{
    if (m->count < m->capacity)
        return ERR_OK;
    size_t capacity = m->capacity ? m->capacity * 2 : 4096;
    struct memtable_entry *entries = realloc(m->entries, capacity * sizeof *entries);
    if (!entries)
        return ERR_NOMEM;
    m->entries = entries;
    uint32_t *slots = realloc(m->slots, capacity * 2 * sizeof *slots);
    if (!slots)
        return ERR_NOMEM;
    m->slots = slots;
    m->capacity = capacity;
    m->slot_count = capacity * 2;
    memset(slots, 0xff, m->slot_count * sizeof *slots);
    m->linked = 0;
    return ERR_OK;
}

static enum err reserve_sensor(struct memtable *m, uint32_t sensor)
{
    if (sensor < m->sensor_capacity)
        return ERR_OK;
    size_t capacity = m->sensor_capacity ? m->sensor_capacity * 2 : 1024;
    while (capacity <= sensor)
        capacity *= 2;
    uint32_t *latest = realloc(m->latest, capacity * sizeof *latest);
    if (!latest)
        return ERR_NOMEM;
    memset(latest + m->sensor_capacity, 0xff, (capacity - m->sensor_capacity) * sizeof *latest);
    m->latest = latest;
    m->sensor_capacity = capacity;
    return ERR_OK;
}

enum err memtable_add(struct memtable *m, const struct reading *r)
{
    if (reserve_entry(m) || reserve_sensor(m, r->sensor))
        return ERR_NOMEM;
    uint32_t index = (uint32_t)m->count++;
    m->entries[index] = (struct memtable_entry){*r, m->latest[r->sensor]};
    m->latest[r->sensor] = index;
    return ERR_OK;
}

#define WALK_FIRST 8 /* what is asked for is mostly among a sensor's latest */

uint32_t memtable_find(struct memtable *m, uint32_t sensor, int64_t t_us)
{
    uint32_t near = memtable_latest(m, sensor);
    for (int walked = 0; near != MEMTABLE_NONE && walked < WALK_FIRST; walked++) {
        if (m->entries[near].reading.t_us == t_us)
            return near;
        near = m->entries[near].previous;
    }
    if (near == MEMTABLE_NONE)
        return MEMTABLE_NONE;
    while (m->linked < m->count)
        link_slot(m, (uint32_t)m->linked++);
    for (size_t slot = slot_of(m, sensor, t_us);; slot = (slot + 1) & (m->slot_count - 1)) {
        uint32_t index = m->slots[slot];
        if (index == MEMTABLE_NONE)
            return MEMTABLE_NONE;
        const struct reading *r = &m->entries[index].reading;
        if (r->sensor == sensor && r->t_us == t_us)
            return index;
    }
}

uint32_t memtable_latest(const struct memtable *m, uint32_t sensor)
{
    return sensor < m->sensor_capacity ? m->latest[sensor] : MEMTABLE_NONE;
}

enum err memtable_revise(struct memtable *m, uint32_t sensor, int64_t t_us, uint8_t flag,
                         uint8_t test)
{
    uint32_t index = memtable_find(m, sensor, t_us);
    if (index != MEMTABLE_NONE) {
        m->entries[index].reading.flag = flag;
        m->entries[index].reading.test = test;
        return ERR_OK;
    }
    struct reading *cold = array_grow(m->cold, &m->cold_capacity, m->cold_count + 1, sizeof *cold);
    if (!cold)
        return ERR_NOMEM;
    m->cold = cold;
    m->cold[m->cold_count++] =
        (struct reading){.sensor = sensor, .t_us = t_us, .flag = flag, .test = test};
    return ERR_OK;
}

void memtable_apply_cold(const struct memtable *m, struct reading *r)
{
    for (size_t i = 0; i < m->cold_count; i++)
        if (m->cold[i].sensor == r->sensor && m->cold[i].t_us == r->t_us) {
            r->flag = m->cold[i].flag;
            r->test = m->cold[i].test;
        }
}

void memtable_clear(struct memtable *m)
{
    m->count = m->cold_count = m->linked = 0;
    if (m->slots)
        memset(m->slots, 0xff, m->slot_count * sizeof *m->slots);
    if (m->latest)
        memset(m->latest, 0xff, m->sensor_capacity * sizeof *m->latest);
}

void memtable_free(struct memtable *m)
{
    free(m->entries);
    free(m->slots);
    free(m->latest);
    free(m->cold);
    *m = (struct memtable){0};
}
