#include <stdlib.h>
#include <string.h>

#include "assess_parts.h"
#include "shikumen/base/array.h"
#include "shikumen/base/clock.h"

/* The slow analysis made anew from the store, day by day. The store gives the readings of a day by
 * sensor, whenever they came; they are taken in the order in which they came, each day concluded
 * when it was at first: conclusions were made without what came later, and what is told of hours
 * depends on what other sensors had shown by then. */

struct following {
    struct assess *a;
    const struct slow_again *again;
    struct reading *waiting; /* read, not taken; by arrival */
    size_t count, capacity;
    struct reading *merged; /* scratch */
    size_t merged_capacity;
    int64_t epoch_us; /* when the next baseline begins */
};

static void take_epochs(struct following *f, int64_t now_us)
{
    if (now_us < f->epoch_us)
        return;
    slow_epochs(f->a->slow.analysis, now_us);
    f->epoch_us = registry_next_baseline_us(f->a->plan->registry, now_us);
}

static enum err take(struct following *f, const struct reading *r)
{
    const struct slow_sink *sink = f->again->sink;
    struct finding found[SLOW_FOUND];
    uint32_t sensor = assess_index_of(&f->a->ids, r->sensor);
    enum err e = ERR_OK;
    if (sensor == REGISTRY_NONE)
        return ERR_OK;
    take_epochs(f, r->rx_us);
    slow_take(f->a->slow.analysis, sensor, r);
    size_t n = sink->finding ? slow_found(f->a->slow.analysis, found) : 0;
    for (size_t i = 0; i < n && !e; i++)
        e = sink->finding(sink->context, sensor, &found[i]);
    return e;
}

static enum err add_waiting(void *context, const struct reading *r)
{
    struct following *f = context;
    if (r->rx_us >= f->again->came_before_us)
        return ERR_OK;
    struct reading *waiting = array_grow(f->waiting, &f->capacity, f->count + 1, sizeof *waiting);
    if (!waiting)
        return ERR_NOMEM;
    f->waiting = waiting;
    waiting[f->count++] = *r;
    return ERR_OK;
}

/* Of one message they came in the order of their times. */
static int by_arrival(const void *x, const void *y)
{
    const struct reading *a = x, *b = y;
    if (a->rx_us != b->rx_us)
        return a->rx_us < b->rx_us ? -1 : 1;
    if (a->t_us != b->t_us)
        return a->t_us < b->t_us ? -1 : 1;
    return a->sensor < b->sensor ? -1 : a->sensor > b->sensor;
}

/* Those from the first new one on take their places among those that waited before. */
static enum err sort_in(struct following *f, size_t first)
{
    struct reading *all = array_grow(f->merged, &f->merged_capacity, f->count, sizeof *all);
    size_t old = 0, at = 0;
    if (!all)
        return ERR_NOMEM;
    f->merged = all;
    qsort(f->waiting + first, f->count - first, sizeof *f->waiting, by_arrival);
    for (size_t i = first; i < f->count; i++) {
        while (old < first && by_arrival(&f->waiting[old], &f->waiting[i]) <= 0)
            all[at++] = f->waiting[old++];
        all[at++] = f->waiting[i];
    }
    memmove(f->waiting + at, f->waiting + old, (first - old) * sizeof *all);
    memcpy(f->waiting, all, at * sizeof *all);
    return ERR_OK;
}

/* A day is concluded once the first reading has come that is past its grace: in a history that was
 * sent long afterwards, or after an outage, only then. What came at the same time came before it.
 */
static int64_t due_of(const struct following *f, int64_t day)
{
    int64_t due_us = (day + 1) * US_PER_DAY + SLOW_GRACE_US, first_us = INT64_MAX;
    for (size_t i = 0; i < f->count && first_us == INT64_MAX; i++)
        if (f->waiting[i].t_us >= due_us)
            first_us = f->waiting[i].rx_us;
    return first_us != INT64_MAX && first_us >= due_us ? first_us + 1 : due_us;
}

static enum err take_before(struct following *f, int64_t before_us)
{
    size_t n = 0;
    enum err e = ERR_OK;
    while (n < f->count && f->waiting[n].rx_us < before_us && !e)
        e = take(f, &f->waiting[n++]);
    f->count -= n;
    if (f->count > 0)
        memmove(f->waiting, f->waiting + n, f->count * sizeof *f->waiting);
    return e;
}

/* --- days --- */

static enum err conclude(struct following *f, int64_t day)
{
    const struct slow_again *again = f->again;
    enum err e = assess_bursts(f->a, (day + 1) * US_PER_DAY);
    if (!e)
        e = again->every_mode ? assess_modes(f->a, day)
                              : assess_modes_again(f->a, day, again->until_day);
    if (!e)
        e = slow_day(f->a->slow.analysis, &f->a->slow.arena, again->sink);
    return e || !f->a->slow.seen ? e
                                 : f->a->slow.seen(f->a->slow.seen_context, f->a->slow.analysis);
}

/* What had come by the conclusion of a day, and that. */
static enum err end_day(struct following *f, int64_t day)
{
    int64_t due_us = due_of(f, day);
    enum err e = take_before(f, due_us);
    take_epochs(f, (day + 1) * US_PER_DAY + SLOW_GRACE_US);
    if (!e && day < f->again->until_day && slow_next_day(f->a->slow.analysis) == day)
        e = conclude(f, day);
    arena_reset(&f->a->slow.arena);
    return e;
}

static enum err read_day(struct following *f, int64_t day)
{
    size_t first = f->count;
    enum err e = reader_day(f->a->reader, day, add_waiting, f);
    return e || f->count == first ? e : sort_in(f, first);
}

enum err assess_slow_again(struct assess *a, const struct slow_again *again)
{
    struct following f = {.a = a, .again = again, .epoch_us = INT64_MIN};
    int64_t first, last;
    enum err e = reader_days(a->reader, &first, &last);
    if (!e && last + 1 < again->until_day) /* days may have been concluded that nothing came of */
        last = again->until_day - 1;
    if (!e && again->last_day < last)
        last = again->last_day;
    for (int64_t day = first; !e && day <= last; day++) {
        hub_beat(a->hub, LOOP_ASSESS);
        e = read_day(&f, day);
        if (!e && day > first)
            e = end_day(&f, day - 1);
    }
    if (!e && first <= last)
        e = end_day(&f, last);
    if (!e)
        e = take_before(&f, INT64_MAX);
    free(f.waiting);
    free(f.merged);
    return e == ERR_NOTFOUND ? ERR_OK : e;
}
