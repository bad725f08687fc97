#include "arrival.h"

#include <stdlib.h>

#include "shikumen/base/array.h"
#include "shikumen/base/clock.h"

/* A day by device time that holds readings wanted. */
struct day {
    int64_t number; /* since 1970-01-01 */
    int64_t first_rx_us, last_rx_us;
};

struct arrival {
    const struct arrival_query *query;
    struct day *days; /* by first arrival, once all are known */
    size_t day_count, day_capacity;
    struct reading *held; /* the earliest after `given` seen in this pass, in no order */
    size_t count, room;
    size_t at_once;
    struct reading given; /* the last one given; nothing yet: rx_us INT64_MIN */
    bool full;            /* at_once are held already, bound is the last of them */
    struct reading bound;
    int64_t end_rx_us; /* nothing after this is given */
};

static int compare(const void *a, const void *b)
{
    const struct reading *x = a, *y = b;

    if (x->rx_us != y->rx_us)
        return x->rx_us < y->rx_us ? -1 : 1;
    if (x->sensor != y->sensor)
        return x->sensor < y->sensor ? -1 : 1;
    return x->t_us < y->t_us ? -1 : x->t_us > y->t_us;
}

static bool is_wanted(const struct arrival_query *q, const struct reading *r)
{
    return r->t_us >= q->from_us && r->t_us < q->to_us && r->sensor < q->wanted_count &&
           q->wanted[r->sensor];
}

/* --- which days there are --- */

static enum err index_reading(void *context, const struct reading *r)
{
    struct arrival *a = context;
    struct day *day = &a->days[a->day_count];

    if (!is_wanted(a->query, r))
        return ERR_OK;
    day->first_rx_us = r->rx_us < day->first_rx_us ? r->rx_us : day->first_rx_us;
    day->last_rx_us = r->rx_us > day->last_rx_us ? r->rx_us : day->last_rx_us;
    return ERR_OK;
}

static enum err index_day(struct arrival *a, struct readings_reader *r, int64_t number)
{
    enum err e;

    struct day *bigger = array_grow(a->days, &a->day_capacity, a->day_count + 1, sizeof *bigger);
    if (!bigger)
        return ERR_NOMEM;
    a->days = bigger;
    a->days[a->day_count] = (struct day){number, INT64_MAX, INT64_MIN};
    e = reader_day(r, number, index_reading, a);
    if (e == ERR_OK && a->days[a->day_count].first_rx_us != INT64_MAX) {
        int64_t last_us = a->days[a->day_count++].last_rx_us;
        a->end_rx_us = last_us > a->end_rx_us ? last_us : a->end_rx_us;
    }
    return e;
}

static int compare_days(const void *a, const void *b)
{
    const struct day *x = a, *y = b;

    return x->first_rx_us < y->first_rx_us ? -1 : x->first_rx_us > y->first_rx_us;
}

static int64_t day_of(int64_t t_us)
{
    return t_us / US_PER_DAY - (t_us % US_PER_DAY < 0);
}

static enum err index_days(struct arrival *a, struct readings_reader *r)
{
    int64_t first, last;
    enum err e = reader_days(r, &first, &last);

    if (e == ERR_NOTFOUND)
        return ERR_OK;
    if (e != ERR_OK)
        return e;
    first = day_of(a->query->from_us) > first ? day_of(a->query->from_us) : first;
    last = day_of(a->query->to_us) < last ? day_of(a->query->to_us) : last;
    for (int64_t day = first; e == ERR_OK && day <= last; day++)
        e = index_day(a, r, day);
    if (a->day_count > 0)
        qsort(a->days, a->day_count, sizeof *a->days, compare_days);
    return e;
}

/* --- passes --- */

/* Keeps the at_once earliest. */
static void tighten(struct arrival *a)
{
    qsort(a->held, a->count, sizeof *a->held, compare);
    if (a->count < a->at_once)
        return;
    a->count = a->at_once;
    a->full = true;
    a->bound = a->held[a->count - 1];
}

static enum err reserve(struct arrival *a)
{
    size_t room = a->room * 2 + 1024;
    struct reading *bigger;

    room = room < 2 * a->at_once ? room : 2 * a->at_once;
    bigger = reallocarray(a->held, room, sizeof *bigger);
    if (!bigger)
        return ERR_NOMEM;
    a->held = bigger;
    a->room = room;
    return ERR_OK;
}

static enum err hold(void *context, const struct reading *r)
{
    struct arrival *a = context;
    bool given = a->given.rx_us != INT64_MIN && compare(r, &a->given) <= 0;

    if (given || r->rx_us > a->end_rx_us || !is_wanted(a->query, r) ||
        (a->full && compare(r, &a->bound) > 0))
        return ERR_OK;
    if (a->count == 2 * a->at_once)
        tighten(a);
    if (a->full && compare(r, &a->bound) > 0)
        return ERR_OK;
    if (a->count == a->room && reserve(a) != ERR_OK)
        return ERR_NOMEM;
    a->held[a->count++] = *r;
    return ERR_OK;
}

/* The earliest readings not given yet are held, in order. */
static enum err gather(struct arrival *a, struct readings_reader *r)
{
    enum err e = ERR_OK;

    a->count = 0;
    a->full = false;
    for (size_t i = 0; e == ERR_OK && i < a->day_count; i++) {
        if (a->full && a->days[i].first_rx_us > a->bound.rx_us)
            break;
        if (a->days[i].last_rx_us < a->given.rx_us)
            continue;
        e = reader_day(r, a->days[i].number, hold, a);
        if (!a->full && a->count >= a->at_once)
            tighten(a);
    }
    tighten(a);
    return e;
}

static enum err run(struct arrival *a, struct readings_reader *r, reader_reading_fn *fn,
                    void *context)
{
    enum err e = index_days(a, r);

    while (e == ERR_OK && a->day_count > 0) {
        e = gather(a, r);
        for (size_t i = 0; e == ERR_OK && i < a->count; i++)
            e = fn(context, &a->held[i]);
        if (a->count < a->at_once)
            break;
        a->given = a->held[a->count - 1];
    }
    return e;
}

enum err arrival_each(struct readings_reader *r, const struct arrival_query *query,
                      reader_reading_fn *fn, void *context)
{
    struct arrival a = {.query = query,
                        .at_once = query->at_once ? query->at_once : ARRIVAL_AT_ONCE,
                        .given = {.rx_us = INT64_MIN},
                        .end_rx_us = INT64_MIN};
    enum err e = run(&a, r, fn, context);

    free(a.days);
    free(a.held);
    return e;
}
