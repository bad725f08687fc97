#include <stdlib.h>
#include <string.h>

#include "assess_parts.h"
#include "shikumen/base/clock.h"
#include "shikumen/core/bins.h"
#include "shikumen/core/burst.h"
#include "shikumen/core/modal_watch.h"

/* Vibration records on their way into the slow analysis: each as an event of its house; those of a
 * day with enough channels of acceleration as natural frequencies, which go to the sensors of
 * frequency that the registry has for them. */

#define BURSTS_AT_ONCE 32
#define MODAL_BACK_D   30 /* days before the latest that are identified again at a start [J] */
#define MODAL_BURSTS   4096

/* --- events --- */

struct following {
    struct assess *a;
    int64_t until_us;
    size_t taken;
};

/* A record that cannot be assessed says nothing. */
static enum err assess_one(struct assess *a, uint32_t sensor, const struct burst_row *b)
{
    struct burst_site site = burst_site(a->plan->registry, sensor);
    struct burst_assessment *found = arena_alloc(&a->slow.arena, sizeof *found);
    struct burst_record record;
    enum err e = found ? burst_read(b->json, b->json_len, BURST_SAMPLES, &a->slow.arena, &record)
                       : ERR_NOMEM;
    if (!e)
        e = burst_assess(&record, &site, &a->slow.arena, found);
    if (!e)
        slow_burst(a->slow.analysis, sensor, &found->event);
    return e == ERR_NOMEM ? e : ERR_OK;
}

static enum err take_burst(void *context, const struct burst_row *b)
{
    struct following *f = context;
    uint32_t sensor = assess_index_of(&f->a->ids, b->sensor);
    struct arena_mark mark = arena_mark(&f->a->slow.arena);
    if (b->t_us >= f->until_us)
        return ERR_EXISTS; /* enough */
    hub_beat(f->a->hub, LOOP_ASSESS);
    enum err e = sensor == REGISTRY_NONE ? ERR_OK : assess_one(f->a, sensor, b);
    arena_rewind(&f->a->slow.arena, mark);
    f->a->slow.burst_id = b->id;
    if (sensor != REGISTRY_NONE && b->rx_us > f->a->watches[sensor].burst_rx_us)
        f->a->watches[sensor].burst_rx_us = b->rx_us;
    f->taken++;
    return e;
}

enum err assess_bursts(struct assess *a, int64_t until_us)
{
    struct following f = {a, until_us, BURSTS_AT_ONCE};
    enum err e = ERR_OK;
    a->error = reader_error(a->reader);
    while (!e && f.taken == BURSTS_AT_ONCE) {
        f.taken = 0;
        e = reader_bursts_since(a->reader, a->slow.burst_id, BURSTS_AT_ONCE, take_burst, &f);
    }
    return e == ERR_EXISTS ? ERR_OK : e;
}

/* --- natural frequencies --- */

/* A sensor of a house's frequency, which nothing else has ever reported. */
static bool awaits_modes(const struct assess *a, uint32_t house, uint32_t sensor)
{
    const struct sensor *s = &a->plan->registry->sensors[sensor];
    return s->house == house && s->quantity == Q_FREQUENCY &&
           a->watches[sensor].last_rx_us == INT64_MIN;
}

/* That of a mode; REGISTRY_NONE: none. */
static uint32_t sensor_of_mode(const struct assess *a, uint32_t house, int mode)
{
    const struct registry *r = a->plan->registry;
    for (uint32_t i = 0; i < r->sensor_count; i++)
        if (r->sensors[i].mode == mode && awaits_modes(a, house, i))
            return i;
    return REGISTRY_NONE;
}

static bool wants_modes(const struct assess *a, uint32_t house)
{
    const struct registry *r = a->plan->registry;
    for (uint32_t i = 0; i < r->sensor_count; i++)
        if (awaits_modes(a, house, i) && r->sensors[i].mode >= 1 &&
            r->sensors[i].mode <= MODAL_REFERENCES)
            return true;
    return false;
}

struct gathering {
    struct assess *a;
    struct modal_burst *burst; /* MODAL_BURSTS of them */
    size_t n;
};

static enum err gather(void *context, const struct burst_row *b)
{
    struct gathering *g = context;
    struct burst_record *record = arena_alloc(&g->a->slow.arena, sizeof *record);
    if (!record)
        return ERR_NOMEM;
    if (g->n == MODAL_BURSTS)
        return ERR_EXISTS;
    enum err e = burst_read(b->json, b->json_len, BURST_SAMPLES, &g->a->slow.arena, record);
    if (!e && !record->fault && record->conv && record->kind == Q_ACCELERATION)
        g->burst[g->n++] = (struct modal_burst){b->sensor, record};
    return e;
}

static enum err gather_house(struct gathering *g, uint32_t house, int64_t day)
{
    const struct registry *r = g->a->plan->registry;
    enum err e = ERR_OK;
    for (uint32_t i = 0; i < r->sensor_count && !e; i++) {
        uint32_t id = g->a->watches[i].id;
        if (r->sensors[i].house == house && r->sensors[i].quantity == Q_ACCELERATION && id != 0)
            e = reader_bursts_of(g->a->reader, id, day * US_PER_DAY, (day + 1) * US_PER_DAY, gather,
                                 g);
    }
    return e == ERR_EXISTS ? ERR_OK : e;
}

/* The frequency of a day's record stands for the day: it goes into every bin of it. */
static void take_mode(struct assess *a, uint32_t sensor, int64_t day, double f_hz)
{
    for (int64_t t_us = day * US_PER_DAY; t_us < (day + 1) * US_PER_DAY; t_us += BIN_US) {
        struct reading r = {.t_us = t_us, .rx_us = t_us, .value = f_hz, .flag = QF_PASS};
        slow_take(a->slow.analysis, sensor, &r);
    }
}

static void take_modes(struct assess *a, uint32_t house, int64_t day,
                       const struct modal_result *found)
{
    for (size_t i = 0; found->outcome == MODAL_EVALUATED && i < found->count; i++) {
        const struct modal_reading *m = &found->reading[i];
        uint32_t sensor = sensor_of_mode(a, house, (int)m->mode);
        if (sensor != REGISTRY_NONE)
            take_mode(a, sensor, day, m->f_hz);
    }
}

static enum err modes_of(struct assess *a, uint32_t house, int64_t day)
{
    struct gathering g = {a, arena_array(&a->slow.arena, MODAL_BURSTS, sizeof *g.burst), 0};
    struct modal_record *record = arena_alloc(&a->slow.arena, sizeof *record);
    struct modal_result found = {0};
    enum err e = g.burst && record ? gather_house(&g, house, day) : ERR_NOMEM;
    if (!e && g.n > 0)
        e = modal_gather(g.burst, g.n, &a->slow.arena, record);
    if (e || g.n == 0 || record->segments == 0)
        return e == ERR_NOMEM ? e : ERR_OK;
    hub_beat(a->hub, LOOP_ASSESS);
    e = modal_watch_record(&a->slow.modal[house], record, &a->slow.arena, &found);
    if (!e)
        take_modes(a, house, day, &found);
    return e == ERR_NOMEM ? e : ERR_OK;
}

enum err assess_modes(struct assess *a, int64_t day)
{
    enum err e = ERR_OK;
    a->error = reader_error(a->reader);
    for (uint32_t h = 0; h < a->plan->registry->house_count && !e; h++) {
        struct arena_mark mark = arena_mark(&a->slow.arena);
        if (wants_modes(a, h))
            e = modes_of(a, h, day);
        arena_rewind(&a->slow.arena, mark);
    }
    return e;
}

enum err assess_modes_again(struct assess *a, int64_t day, int64_t last_day)
{
    return day > last_day - MODAL_BACK_D ? assess_modes(a, day) : ERR_OK;
}
