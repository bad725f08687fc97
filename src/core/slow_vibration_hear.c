#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/core/silence.h"
#include "slow_private.h"
#include "slow_vibration_private.h"

#define QUIET_DAYS   14  /* heard on, that the longest of the watch's ends takes */
#define NO_PEAK_MM_S 1e6 /* above it a value is none: a kilometre a second */

/* --- a day's events --- */

/* By time, then sensor; records after readings. */
static int in_order(const void *x, const void *y)
{
    const struct slow_event *a = x, *b = y;

    if (a->t_us != b->t_us)
        return a->t_us < b->t_us ? -1 : 1;
    if (a->sensor != b->sensor)
        return a->sensor < b->sensor ? -1 : 1;
    if (!a->event || !b->event)
        return !a->event ? (b->event ? -1 : 0) : 1;
    return a->event->peak_mm_s < b->event->peak_mm_s ? -1
                                                     : a->event->peak_mm_s > b->event->peak_mm_s;
}

/* The frequency that came for the time of event i of n in order; 0: none. */
static double frequency_at(const struct slow_vibrations *v, const struct slow_event *e, size_t n,
                           size_t i)
{
    uint32_t f = v->frequency_of[e[i].sensor];
    size_t first = i;

    while (first > 0 && e[first - 1].t_us == e[i].t_us)
        first--;
    for (size_t k = first; k < n && e[k].t_us == e[i].t_us; k++)
        if (f != REGISTRY_NONE && e[k].sensor == f && isfinite(e[k].value) && e[k].value > 0)
            return e[k].value;
    return 0;
}

static size_t slot(int64_t day, int64_t size)
{
    return (size_t)(day % size + (day % size < 0 ? size : 0));
}

double slow_shaken_ratio(const struct slow_shaken *x, int64_t day)
{
    if (x->day == INT64_MIN || day > x->day || x->day - day >= KEPT_DAYS)
        return (double)NAN;
    return (double)x->ratio[slot(day, KEPT_DAYS)];
}

double slow_shaken_heard(const struct slow_shaken *x, int64_t day, int64_t n, double *days)
{
    int64_t first = x->watch ? x->watch->start_us / DAY_US : day + 1, heard = 0;
    int64_t from = day - first >= n ? day - n + 1 : first;

    for (int64_t d = from; d <= day; d++)
        heard += !isnan(slow_shaken_ratio(x, d));
    *days = (double)(day + 1 - from);
    return day >= from ? (double)heard / *days : 0;
}

/* Moves the ring on; false: the day is too long ago. */
static bool note_day(struct slow_shaken *x, int64_t day)
{
    int64_t from = x->day == INT64_MIN || day - x->day >= KEPT_DAYS ? day - KEPT_DAYS : x->day;
    size_t at = slot(day, KEPT_DAYS);

    if (x->day != INT64_MIN && x->day - day >= KEPT_DAYS)
        return false;
    for (int64_t d = from + 1; d <= day; d++) {
        x->ratio[slot(d, KEPT_DAYS)] = NAN;
        x->mm_s[slot(d, RECENT_DAYS)] = 0;
    }
    if (x->day == INT64_MIN || day > x->day)
        x->day = day;
    if (isnan(x->ratio[at]))
        x->ratio[at] = 0;
    return true;
}

/* Against what the alerts of the sensor go by; other without such a limit. */
static double ratio_of(const struct registry *r, uint32_t sensor, const struct vibration_event *e,
                       double other)
{
    const struct limit *l = slow_event_limit(&r->sensors[sensor]);

    return l ? burst_limit_ratio(e, &(struct limit_set){.limits = l, .count = 1}) : other;
}

static void note_ratio(struct slow_shaken *x, const struct vibration_event *e, double ratio)
{
    int64_t day = e->t_us / DAY_US;
    float *kept = &x->ratio[slot(day, KEPT_DAYS)];

    if (!(ratio > (double)*kept))
        return;
    *kept = (float)ratio;
    if (x->day - day < RECENT_DAYS)
        x->mm_s[slot(day, RECENT_DAYS)] = (float)e->peak_mm_s;
}

static bool start_watch(struct slow_shaken *x, int64_t t_us)
{
    if (x->watch)
        return true;
    if (!x->ratio)
        x->ratio = malloc(KEPT_DAYS * sizeof *x->ratio);
    if (x->ratio)
        x->watch = calloc(1, sizeof *x->watch);
    if (x->watch)
        vibration_watch_init(x->watch, t_us, x->zone);
    return x->watch != NULL;
}

/* What the watch would take for noise whatever its frequency. */
static bool is_quiet(const struct slow_vibrations *v, const struct slow_event *e)
{
    double peak_mm_s = fabs(e->value);

    return !e->event && peak_mm_s < VIBRATION_TRIGGER_MM_S &&
           peak_mm_s * v->strictest[e->sensor] < VIBRATION_TRIGGER_RATIO;
}

/* The event in full; false: its value is none. */
static bool make_event(const struct slow_vibrations *v, const struct slow_event *e, double hz,
                       struct vibration_event *out)
{
    if (e->event)
        *out = *e->event;
    else if (burst_event_of_reading(e->t_us, fabs(e->value), hz, &v->site[e->sensor], out))
        return false;
    return out->peak_mm_s <= NO_PEAK_MM_S;
}

static enum err hear(struct slow_vibrations *v, const struct registry *r,
                     const struct slow_event *e, size_t n, size_t i)
{
    struct slow_shaken *x = &v->house[r->sensors[e[i].sensor].house];
    double hz = frequency_at(v, e, n, i);
    struct vibration_event event = {
        .t_us = e[i].t_us, .peak_mm_s = fabs(e[i].value), .frequency_hz = hz};
    struct vibration_heard heard;

    if (!start_watch(x, e[i].t_us))
        return ERR_NOMEM;
    if (!note_day(x, e[i].t_us / DAY_US))
        return ERR_OK;
    if (is_quiet(v, &e[i])) {
        if (slow_event_limit(&r->sensors[e[i].sensor]))
            note_ratio(x, &event, ratio_of(r, e[i].sensor, &event, 0));
        return ERR_OK;
    }
    if (make_event(v, &e[i], hz, &event) &&
        vibration_watch_push(x->watch, &event, &heard) == ERR_OK && heard.worst.limit)
        note_ratio(x, &event, ratio_of(r, e[i].sensor, &event, heard.worst.ratio));
    return ERR_OK;
}

/* The events up to the end of the day come first, in order. */
static size_t order_day(struct slow_vibrations *v, int64_t day)
{
    size_t n = 0;

    for (size_t i = 0; i < v->pendings; i++)
        if (v->pending[i].t_us < (day + 1) * DAY_US) {
            struct slow_event e = v->pending[i];
            v->pending[i] = v->pending[n];
            v->pending[n++] = e;
        }
    qsort(v->pending, n, sizeof *v->pending, in_order);
    return n;
}

/* Drops the first n pending events. */
static void forget(struct slow_vibrations *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(v->pending[i].event);
    v->pendings -= n;
    memmove(v->pending, v->pending + n, v->pendings * sizeof *v->pending);
}

/* Nothing of the house's vibrations for as long as its sensor is called silent by (silence.h), and
 * at least a day. */
static bool is_deaf(const struct slow_shaken *x, const struct registry *r, int64_t day)
{
    int64_t period_us = r->sensors[x->lead].period_us;

    return x->day < day && (day - x->day) * DAY_US > SILENCE_PERIODS * period_us;
}

/* What a house feels ends by quiet days. Days on which nobody listened are none. */
static void let_end(struct slow_shaken *x, const struct registry *r, int64_t day)
{
    if (is_deaf(x, r, day))
        x->deaf_day = day;
    if (x->deaf_day == INT64_MIN || day - x->deaf_day >= QUIET_DAYS)
        vibration_watch_advance(x->watch, (day + 1) * DAY_US);
}

enum err slow_vibrations_hear(struct slow_vibrations *v, const struct registry *r, int64_t day)
{
    size_t n = v->pendings > 0 ? order_day(v, day) : 0;
    enum err e = ERR_OK;

    for (size_t i = 0; i < n && e == ERR_OK; i++)
        if (!v->pending[i].frequency && !isnan(v->pending[i].value))
            e = hear(v, r, v->pending, n, i);
    if (n > 0)
        forget(v, n);
    for (size_t h = 0; h < v->house_count; h++)
        if (v->house[h].watch && v->house[h].lead != REGISTRY_NONE)
            let_end(&v->house[h], r, day);
    return e;
}
