/* A house's vibrations in the slow analysis as bytes, and the events that wait for their day. */
#include <stdlib.h>

#include "shikumen/core/derived.h"
#include "slow_pack.h"
#include "slow_vibration_private.h"

#define WAITING_BYTES 21 /* of an event that waits, at least */

enum { OF_READING, OF_FREQUENCY, OF_RECORD };

FIELDS_OF(struct slow_vibrations, 64);
FIELDS_OF(struct slow_shaken, 392); /* zone is the registry's */
FIELDS_OF(struct outlook_events, 48);
FIELDS_OF(struct slow_event, 32);
FIELDS_OF(struct vibration_event, 168);

enum err slow_shaken_bytes(const struct slow_vibrations *v, uint32_t house, struct arena *arena,
                           const void **bytes, size_t *n)
{
    *bytes = NULL;
    *n = 0;
    return v->house[house].watch ? vibration_watch_pack(v->house[house].watch, arena, bytes, n)
                                 : ERR_OK;
}

/* --- a house --- */

static void put_ahead(struct pack_fields *f, struct outlook_events *a)
{
    a->method =
        (enum outlook_events_method)field_upto(f, a->method, 1, OUTLOOK_EVENTS_METHOD_COUNT - 1);
    a->beyond = (size_t)field_upto(f, a->beyond, 4, UINT32_MAX);
    a->rate_per_y = field_double(f, a->rate_per_y);
    a->p30 = field_share(f, a->p30);
    a->p180 = field_share(f, a->p180);
    a->p365 = field_share(f, a->p365);
}

/* The watch and the ring of days, as the first event makes them. */
static enum err make_watch(struct slow_shaken *x, const void *bytes, size_t n)
{
    x->watch = calloc(1, sizeof *x->watch);
    x->ratio = calloc(KEPT_DAYS, sizeof *x->ratio);
    return x->watch && x->ratio ? vibration_watch_unpack(x->watch, x->zone, bytes, n) : ERR_NOMEM;
}

static enum err put_watch(struct pack_fields *f, struct slow_shaken *x, const void *bytes, size_t n)
{
    enum err e = ERR_OK;

    field_bytes(f, &bytes, &n);
    if (f->in && !f->in->bad && n > 0)
        e = make_watch(x, bytes, n);
    if (n == 0 || e != ERR_OK)
        return e;
    field_floats(f, x->ratio, KEPT_DAYS);
    field_floats(f, x->mm_s, RECENT_DAYS);
    return ERR_OK;
}

enum err slow_fields_shaken(struct pack_fields *f, struct slow_vibrations *v, uint32_t house,
                            const void *bytes, size_t n)
{
    struct slow_shaken *x = &v->house[house];
    enum err e = put_watch(f, x, bytes, n);
    struct derived works;

    if (e != ERR_OK || !derived_find(DERIVED_WORKS, &works))
        return e;
    x->baseline_us = field_time(f, x->baseline_us);
    slow_fields_finding(f, &x->held, works.rows, works.n, works.name);
    x->day = field_day(f, x->day);
    x->deaf_day = field_day(f, x->deaf_day);
    put_ahead(f, &x->ahead);
    if (f->in)
        pack_require(f->in, x->watch || x->day == INT64_MIN);
    return ERR_OK;
}

/* --- what waits --- */

static void put_worst(struct pack_fields *f, struct burst_worst *w)
{
    size_t rows;
    const struct vibration_limit *table = vibration_limits(&rows);
    uint64_t at = field_upto(f, w->limit ? (uint64_t)(w->limit - table) + 1 : 0, 2, rows);

    w->limit = at > 0 ? &table[at - 1] : NULL;
    w->value_mm_s = field_double(f, w->value_mm_s);
    w->limit_mm_s = field_double(f, w->limit_mm_s);
    w->ratio = field_double(f, w->ratio);
    w->frequency_hz = field_double(f, w->frequency_hz);
}

static void put_event(struct pack_fields *f, struct vibration_event *e)
{
    e->t_us = field_time(f, e->t_us);
    e->duration_s = field_double(f, e->duration_s);
    e->axes = (size_t)field_upto(f, e->axes, 1, VIBRATION_AXES);
    e->moving = (size_t)field_upto(f, e->moving, 1, VIBRATION_AXES);
    e->peak_mm_s = field_double(f, e->peak_mm_s);
    e->frequency_hz = field_double(f, e->frequency_hz);
    for (size_t i = 0; i < BURST_SOURCES; i++)
        put_worst(f, &e->worst[i]);
}

static enum err put_waiting(struct pack_fields *f, const struct registry *r, struct slow_event *e)
{
    int kind = e->event ? OF_RECORD : e->frequency ? OF_FREQUENCY : OF_READING;

    e->t_us = field_time(f, e->t_us);
    e->value = field_double(f, e->value);
    e->sensor = (uint32_t)field_upto(f, e->sensor, 4, r->sensor_count - 1);
    kind = (int)field_upto(f, (uint64_t)kind, 1, OF_RECORD);
    e->frequency = kind == OF_FREQUENCY;
    if (f->in)
        pack_require(f->in, r->sensors[e->sensor].house != REGISTRY_NONE);
    if (kind != OF_RECORD)
        return ERR_OK;
    if (f->in && !(e->event = calloc(1, sizeof *e->event)))
        return ERR_NOMEM;
    put_event(f, e->event);
    return ERR_OK;
}

enum err slow_fields_events_waiting(struct pack_fields *f, const struct registry *r,
                                    struct slow_vibrations *v)
{
    size_t n = (size_t)field_upto(f, v->pendings, 4, UINT32_MAX);
    enum err e = ERR_OK;

    if (f->in) {
        pack_require(f->in, n <= (f->in->n - f->in->at) / WAITING_BYTES);
        pack_require(f->in, n == 0 || r->sensor_count > 0);
        if (f->in->bad || n == 0)
            return ERR_OK;
        v->pending = calloc(n, sizeof *v->pending);
        if (!v->pending)
            return ERR_NOMEM;
        v->pendings = v->capacity = n;
    }
    for (size_t i = 0; i < n && e == ERR_OK; i++)
        e = put_waiting(f, r, &v->pending[i]);
    return e;
}
