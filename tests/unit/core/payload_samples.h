/* What the tests of the decoders share: a small registry, JSON that is readable in C, random
 * numbers. */
#ifndef SHIKUMEN_TESTS_PAYLOAD_SAMPLES_H
#define SHIKUMEN_TESTS_PAYLOAD_SAMPLES_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/model/registry.h"

#define SECOND_US    1000000LL
#define INSTALLED_US (1767225600 * SECOND_US) /* 2026-01-01T00:00:00Z */
#define RX_US        (1795305600 * SECOND_US) /* 2026-11-22T00:00:00Z */

enum { CRACK, TEMPERATURE, LEAK, BATTERY_V, BURST, ACCELERATION, TILT, BATTERY_PERCENT, SENSORS };

static inline void check(int ok)
{
    if (!ok)
        abort();
}

/* Eight sensors: those of H001/n1, and two of H001/n2. Free with registry_free. */
static inline struct registry *sample_registry(void)
{
    static const struct {
        const char *id;
        enum quantity quantity;
        const char *unit;
    } rows[SENSORS] = {
        [CRACK] = {"H001/n1/crack-1", Q_CRACK_WIDTH, "mm"},
        [TEMPERATURE] = {"H001/n1/t-wall", Q_TEMPERATURE, "Cel"},
        [LEAK] = {"H001/n1/leak", Q_LEAK, "/"},
        [BATTERY_V] = {"H001/n1/battery", Q_BATTERY, "V"},
        [BURST] = {"H001/n1/burst", Q_VELOCITY, "mm/s"},
        [ACCELERATION] = {"H001/n2/acc", Q_ACCELERATION, "m/s2"},
        [TILT] = {"H001/n2/tilt", Q_TILT, "deg"},
        [BATTERY_PERCENT] = {"H001/n1/charge", Q_BATTERY, "%"},
    };
    struct registry *r = calloc(1, sizeof *r);

    check(r != NULL);
    r->sensors = arena_array(&r->arena, SENSORS, sizeof *r->sensors);
    check(r->sensors != NULL);
    r->sensor_count = SENSORS;
    for (uint32_t i = 0; i < SENSORS; i++) {
        struct sensor *s = &r->sensors[i];
        s->id = rows[i].id;
        s->node = s->house = s->element = REGISTRY_NONE;
        s->quantity = rows[i].quantity;
        s->unit = unit_find(rows[i].quantity, rows[i].unit);
        check(s->unit != NULL);
        s->unit_text = rows[i].unit;
        s->canonical_unit = unit_canonical(s->unit);
        s->installed_us = i == CRACK ? INSTALLED_US : INT64_MIN;
        check(strmap_put(&r->sensor_by_id, s->id, strlen(s->id), i) == ERR_OK);
    }
    return r;
}

/* JSON written with ' for ". */
static inline char *json(struct arena *a, const char *text)
{
    char *copy = arena_strdup(a, text);

    check(copy != NULL);
    for (char *c = copy; *c; c++)
        if (*c == '\'')
            *c = '"';
    return copy;
}

/* SplitMix64 (Steele, Lea and Flood 2014). */
static inline uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

/* 0 .. n-1 */
static inline size_t below(uint64_t *state, size_t n)
{
    return (size_t)(next_random(state) % n);
}

#endif
