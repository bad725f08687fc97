#include <stdlib.h>

#include "assess_parts.h"
#include "shikumen/base/clock.h"

/* The slow analysis made anew from the store, day by day. The store gives the readings of a day by
 * sensor, whenever they came. What came too late for the conclusion of its day is taken in with the
 * day that it came in time for, as it was at first: conclusions were made without it. */

struct following {
    struct assess *a;
    const struct slow_again *again;
    int64_t due_us;       /* wall clock at which the day is concluded */
    struct reading *late; /* the first of them came too late for days before, */
    size_t count, before, capacity;
};

static uint32_t index_of(const struct assess *a, uint32_t id)
{
    return id < a->id_capacity ? a->index_of_id[id] : REGISTRY_NONE;
}

static void take(struct assess *a, const struct reading *r)
{
    uint32_t sensor = index_of(a, r->sensor);
    if (sensor != REGISTRY_NONE)
        slow_take(a->slow, sensor, r);
}

static enum err take_stored(void *context, const struct reading *r)
{
    struct following *f = context;
    if (r->rx_us >= f->again->came_before_us)
        return ERR_OK;
    if (r->rx_us < f->due_us) {
        take(f->a, r);
        return ERR_OK;
    }
    struct reading *late = assess_grow(f->late, &f->capacity, f->count + 1, sizeof *late);
    if (!late)
        return ERR_NOMEM;
    f->late = late;
    late[f->count++] = *r;
    return ERR_OK;
}

/* --- late or not --- */

struct arrival {
    int64_t from_us, first_us;
};

static enum err take_arrival(void *context, const struct reading *r)
{
    struct arrival *x = context;
    if (r->t_us >= x->from_us && r->rx_us < x->first_us)
        x->first_us = r->rx_us;
    return ERR_OK;
}

/* A day is concluded once the first reading has come that is past its grace: in a history that was
 * sent long afterwards, or after an outage, only then. What came at the same time came before it.
 */
static enum err find_due(struct following *f, int64_t day)
{
    struct arrival x = {f->due_us, INT64_MAX};
    enum err e = reader_day(f->a->reader, day + 1, take_arrival, &x);
    if (!e && x.first_us != INT64_MAX && x.first_us >= f->due_us)
        f->due_us = x.first_us + 1;
    return e;
}

static void take_late(struct following *f, int64_t before_us)
{
    size_t kept = 0;
    for (size_t i = 0; i < f->count; i++)
        if (f->late[i].rx_us < before_us)
            take(f->a, &f->late[i]);
        else
            f->late[kept++] = f->late[i];
    f->count = f->before = kept;
}

/* --- days --- */

static enum err take_day(struct following *f, int64_t day)
{
    f->due_us = (day + 1) * US_PER_DAY + SLOW_GRACE_US;
    slow_epochs(f->a->slow, f->due_us);
    enum err e = reader_day(f->a->reader, day, take_stored, f);
    if (!e && f->count > f->before)
        e = find_due(f, day);
    take_late(f, f->due_us);
    return e;
}

static enum err conclude(struct following *f, int64_t day)
{
    const struct slow_again *again = f->again;
    enum err e = assess_bursts(f->a, (day + 1) * US_PER_DAY);
    if (!e)
        e = again->every_mode ? assess_modes(f->a, day)
                              : assess_modes_again(f->a, day, again->until_day);
    if (!e)
        e = slow_day(f->a->slow, &f->a->slow_arena, again->sink);
    return e || !f->a->slow_seen ? e : f->a->slow_seen(f->a->slow_seen_context, f->a->slow);
}

enum err assess_slow_again(struct assess *a, const struct slow_again *again)
{
    struct following f = {.a = a, .again = again};
    int64_t first, last;
    enum err e = reader_days(a->reader, &first, &last);
    if (!e && last + 1 < again->until_day) /* days may have been concluded that nothing came of */
        last = again->until_day - 1;
    for (int64_t day = first; !e && day <= last && day <= again->last_day; day++) {
        hub_beat(a->hub, LOOP_ASSESS);
        e = hub_stopping(a->hub) ? ERR_CLOSED : take_day(&f, day); /* years take a while */
        if (!e && day < again->until_day && slow_next_day(a->slow) == day)
            e = conclude(&f, day);
        arena_reset(&a->slow_arena);
    }
    if (!e)
        take_late(&f, INT64_MAX);
    free(f.late);
    return e == ERR_NOTFOUND ? ERR_OK : e;
}
