/* How the elements of one house have moved, weather taken off: the daemon's slow analysis run again
 * over the stored readings of that house, up to the end of the span. Other houses are left out, so
 * what needs them (adjoining houses, peers) is not here but in what was told at the time. */
#include <stdlib.h>

#include "report_parts.h"
#include "shikumen/base/clock.h"

struct again {
    struct report *r;
    struct slow *slow;
    struct arena arena;
    uint32_t sensor;
};

static enum err take_reading(void *context, const struct reading *x)
{
    struct again *a = context;

    if (x->rx_us < a->r->to_us)
        slow_take(a->slow, a->sensor, x);
    return ERR_OK;
}

static enum err take_day(struct again *a, int64_t day)
{
    enum err e = ERR_OK;

    slow_epochs(a->slow, (day + 1) * US_PER_DAY + SLOW_GRACE_US);
    for (size_t i = 0; i < a->r->sensor_list.count && e == ERR_OK; i++) {
        const struct report_sensor *s = &a->r->sensors[i];
        a->sensor = s->sensor;
        if (s->stored != 0 && !s->instrument)
            e = reader_window(a->r->d->readings, s->stored, day * US_PER_DAY,
                              (day + 1) * US_PER_DAY, take_reading, a);
    }
    return desk_readings(a->r->d, e);
}

static enum err look_on(struct again *a)
{
    enum err e = ERR_OK;

    for (size_t i = 0; i < a->r->sensor_list.count && e == ERR_OK; i++)
        if (a->r->sensors[i].trace)
            e = slow_trace_take(a->r->sensors[i].trace, a->slow);
    return e;
}

static enum err run(struct again *a, int64_t first, int64_t last)
{
    const struct slow_sink nobody = {0};
    enum err e = ERR_OK;

    for (int64_t day = first; day <= last && e == ERR_OK; day++) {
        e = take_day(a, day);
        if (e == ERR_OK && slow_next_day(a->slow) == day)
            e = slow_day(a->slow, &a->arena, &nobody);
        if (e == ERR_OK)
            e = look_on(a);
        arena_reset(&a->arena);
    }
    return e;
}

static enum err begin_traces(struct again *a)
{
    struct slow_model model;

    for (size_t i = 0; i < a->r->sensor_list.count; i++) {
        struct report_sensor *s = &a->r->sensors[i];
        if (s->stored == 0 || !slow_model_of(a->slow, s->sensor, &model))
            continue;
        s->trace = arena_alloc(a->r->d->arena, sizeof *s->trace);
        if (!s->trace)
            return ERR_NOMEM;
        slow_trace_init(s->trace, s->sensor);
    }
    return ERR_OK;
}

enum err report_take_movement(struct report *r)
{
    struct again a = {.r = r};
    int64_t first, last, end = (r->to_us - SLOW_GRACE_US) / US_PER_DAY - 1;
    enum err e;

    if (r->house == REGISTRY_NONE || !r->d->readings)
        return ERR_OK;
    e = reader_days(r->d->readings, &first, &last);
    if (e == ERR_NOTFOUND)
        return ERR_OK;
    a.slow = e == ERR_OK ? slow_new(r->registry) : NULL;
    if (e == ERR_OK && !a.slow)
        e = ERR_NOMEM;
    if (e == ERR_OK)
        e = begin_traces(&a);
    if (e == ERR_OK)
        e = run(&a, first, last < end ? last : end);
    slow_free(a.slow);
    arena_free(&a.arena);
    return e;
}

void report_free_movement(struct report *r)
{
    for (size_t i = 0; i < r->sensor_list.count; i++)
        if (r->sensors[i].trace)
            slow_trace_free(r->sensors[i].trace);
}
