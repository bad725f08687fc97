#include <math.h>

#include "assess_parts.h"
#include "shikumen/base/clock.h"

/* An event may be reported in one message and its dominant frequency in the next. */

double assess_frequency_at(const struct assess *a, const struct watch *w, int64_t t_us)
{
    if (w->frequency == REGISTRY_NONE || a->watches[w->frequency].frequency_t_us != t_us)
        return (double)NAN;
    return a->watches[w->frequency].frequency_hz;
}

#define FREQUENCY_WITHIN_US (2 * US_PER_S)

/* An event may be reported in one message and its frequency in the next. Without it only the least
 * of a limit curve can be taken, and that would be a false alarm: so it may wait a little. */
static bool may_wait(const struct assess *a, const struct reading *r, double frequency_hz)
{
    return isnan(frequency_hz) && a->now_us < r->rx_us + FREQUENCY_WITHIN_US &&
           r->rx_us <= a->now_us + FREQUENCY_WITHIN_US;
}

bool assess_hold_event(struct assess *a, struct watch *w, const struct reading *r)
{
    int64_t until_us = r->rx_us + FREQUENCY_WITHIN_US;
    if (w->frequency == REGISTRY_NONE || !may_wait(a, r, assess_frequency_at(a, w, r->t_us)))
        return false;
    if (w->held_t_us == INT64_MAX || r->t_us < w->held_t_us)
        w->held_t_us = r->t_us;
    if (w->held_last_us < r->t_us)
        w->held_last_us = r->t_us;
    if (w->held_until_us == INT64_MAX)
        w->held_until_us = until_us;
    if (a->held.until_us == INT64_MAX)
        a->held.seq = a->cursor;
    if (until_us < a->held.until_us)
        a->held.until_us = until_us;
    return true;
}

/* Stored events from the first that may still wait on: they stay held. */
size_t assess_count_ripe(struct assess *a, struct watch *w, const struct reading_series *s,
                         const double *hz, int64_t judged_us)
{
    for (size_t i = 0; i < s->count && hz; i++) {
        const struct reading *r = &s->readings[i];
        int64_t until_us = r->rx_us + FREQUENCY_WITHIN_US;
        if (r->t_us <= judged_us || !may_wait(a, r, hz[i]))
            continue;
        w->held_t_us = r->t_us;
        w->held_last_us = s->readings[s->count - 1].t_us;
        w->held_until_us = until_us;
        if (until_us < a->held.until_us)
            a->held.until_us = until_us;
        return i;
    }
    return s->count;
}

void assess_mark_late(struct assess *a, struct watch *w, int64_t t_us)
{
    if (t_us < w->late_us)
        w->late_us = t_us;
    a->any_late = true;
}

/* The frequency of an event that waits for it, or was judged without it. */
void assess_take_frequency(struct assess *a, const struct watch *f, int64_t t_us)
{
    struct watch *w = f->velocity == REGISTRY_NONE ? NULL : &a->watches[f->velocity];
    if (!w || !w->rules)
        return;
    if ((t_us >= w->held_t_us || t_us <= rules_latest_us(w->rules)) && t_us < w->late_us)
        assess_mark_late(a, w, t_us < w->held_t_us ? t_us : w->held_t_us);
}

/* Events whose frequency did not come in time are judged without it. */
void assess_release(struct assess *a)
{
    if (a->now_us < a->held.until_us)
        return;
    a->held.until_us = INT64_MAX;
    for (size_t i = 0; i < a->plan->registry->sensor_count; i++) {
        struct watch *w = &a->watches[i];
        if (w->held_t_us == INT64_MAX)
            continue;
        if (a->now_us >= w->held_until_us)
            assess_mark_late(a, w, w->held_t_us);
        else if (w->held_until_us < a->held.until_us)
            a->held.until_us = w->held_until_us;
    }
}
