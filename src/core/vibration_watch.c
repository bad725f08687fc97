#include "shikumen/core/vibration_watch.h"

#include <math.h>
#include <string.h>

#include "vibration_day.h"

#define LATEST_US      253402300799999999 /* 9999-12-31 */
#define EVENT_QUIET_US (VIBRATION_QUIET_DAYS * US_PER_DAY)

static struct vibration_finding no_finding(void)
{
    return (struct vibration_finding){
        .since_us = VIBRATION_NEVER, .last_us = VIBRATION_NEVER, .peak_us = VIBRATION_NEVER};
}

void vibration_watch_init(struct vibration_watch *w, int64_t start_us, const struct time_zone *zone)
{
    if (start_us < 0)
        start_us = 0;
    *w = (struct vibration_watch){.zone = zone, .start_us = start_us, .now_us = start_us};
    w->current.t_us = VIBRATION_NEVER;
    w->dropped_us = w->knock_us = VIBRATION_NEVER;
    for (size_t i = 0; i < VIBRATION_DAYS; i++)
        w->ring[i] = vibration_day_empty(VIBRATION_NO_DAY);
    for (size_t i = 0; i < VIBRATION_FINDINGS; i++)
        w->finding[i] = no_finding();
}

/* --- findings --- */

static void widen(struct vibration_finding *f, int64_t first_us, int64_t last_us)
{
    if (f->since_us == VIBRATION_NEVER || first_us < f->since_us)
        f->since_us = first_us;
    if (last_us > f->last_us)
        f->last_us = last_us;
}

static void raise_peak(struct vibration_finding *f, double peak_mm_s, int64_t t_us)
{
    if (f->peak_us != VIBRATION_NEVER && !(peak_mm_s > f->peak_mm_s))
        return;
    f->peak_mm_s = peak_mm_s;
    f->peak_us = t_us;
}

/* What the week holds of the construction that has just been recognised. */
static void begin_construction(struct vibration_watch *w, bool blasting)
{
    struct vibration_finding f = no_finding();

    f.active = true;
    f.blasting = blasting;
    for (int back = 0; back < (blasting ? VIBRATION_BLAST_WINDOW : VIBRATION_WEEK); back++) {
        const struct vibration_day *d = vibration_day_back(w, back);

        if (!d || d->first_us == VIBRATION_NEVER ||
            !(vibration_day_of_bursts(d) || vibration_night_of_works(w, d) ||
              (f.blasting && d->blasts)))
            continue;
        widen(&f, d->first_us, d->last_us);
        f.count += d->work + vibration_night_events(d);
        f.night += vibration_night_of_works(w, d) ? vibration_night_events(d) : 0;
        f.sunday += vibration_hour_of(w, d->first_us).sunday ? d->work : 0;
        raise_peak(&f, d->work_peak_mm_s, d->work_peak_us);
        vibration_worse(&f.worst, &d->work_worst);
    }
    w->construction = true;
    w->finding[VIBRATION_CONSTRUCTION] = f;
}

/* What was strong in its nights before it was known was its own. */
static void begin_permanent(struct vibration_watch *w)
{
    struct vibration_finding f = no_finding();

    f.active = true;
    widen(&f, w->current.t_us, w->current.t_us);
    for (int back = 0; back < VIBRATION_WEEK; back++) {
        const struct vibration_day *d = vibration_day_back(w, back);

        if (d && d->back_first_us != VIBRATION_NEVER)
            widen(&f, d->back_first_us, d->back_last_us);
    }
    for (size_t i = 0; i < VIBRATION_DAYS; i++)
        memset(w->ring[i].night, 0, sizeof w->ring[i].night);
    w->permanent = true;
    w->finding[VIBRATION_PERMANENT] = f;
}

static void recognise_works(struct vibration_watch *w)
{
    struct vibration_finding *f = &w->finding[VIBRATION_CONSTRUCTION];

    if (w->construction && f->blasting && vibration_looks_construction(w))
        f->blasting = false;
    if (w->construction)
        return;
    if (vibration_looks_construction(w) || vibration_looks_night_works(w))
        begin_construction(w, false);
    else if (vibration_looks_blasting(w))
        begin_construction(w, true);
}

/* Works at night first: they would soon look like trains. */
static void recognise(struct vibration_watch *w)
{
    if (!w->construction && vibration_looks_night_works(w))
        begin_construction(w, false);
    if (!w->permanent && vibration_looks_permanent(w))
        begin_permanent(w);
    recognise_works(w);
}

/* The permanent source of the last 28 days: times of the finding, the rest out of the ring. */
static void sum_permanent(const struct vibration_watch *w, struct vibration_finding *f)
{
    f->count = 0;
    for (int back = 0; back < VIBRATION_DAYS; back++) {
        const struct vibration_day *d = vibration_day_back(w, back);

        if (!d || d->back == 0)
            continue;
        f->count += d->back;
        if (d->back_last_us > f->last_us)
            f->last_us = d->back_last_us;
        raise_peak(f, d->back_peak_mm_s, d->back_peak_us);
        vibration_worse(&f->worst, &d->back_worst);
    }
}

static void end_permanent(struct vibration_watch *w)
{
    struct vibration_finding *f = &w->finding[VIBRATION_PERMANENT];

    sum_permanent(w, f);
    w->permanent = f->active = false;
}

void vibration_watch_advance(struct vibration_watch *w, int64_t now_us)
{
    struct vibration_finding *built = &w->finding[VIBRATION_CONSTRUCTION];
    struct vibration_finding *event = &w->finding[VIBRATION_EVENT];

    if (now_us <= w->now_us || now_us > LATEST_US)
        return;
    w->now_us = now_us;
    if (w->permanent && vibration_permanent_over(w))
        end_permanent(w);
    if (w->construction && ((built->night > 0 && vibration_every_night(w)) ||
                            vibration_local_day(w, now_us) >
                                vibration_local_day(w, built->last_us) + VIBRATION_QUIET_DAYS))
        w->construction = built->active = false;
    if (event->active && now_us > event->last_us + EVENT_QUIET_US)
        event->active = false;
}

void vibration_watch_findings(const struct vibration_watch *w,
                              struct vibration_finding out[VIBRATION_FINDINGS])
{
    for (size_t i = 0; i < VIBRATION_FINDINGS; i++)
        out[i] = w->finding[i];
    if (w->permanent)
        sum_permanent(w, &out[VIBRATION_PERMANENT]);
}

/* --- events --- */

static bool shaped_as_knock(const struct vibration_event *e)
{
    return e->axes >= 2 && e->moving == 1 && e->duration_s > 0 && e->duration_s < VIBRATION_KNOCK_S;
}

/* Knocks at a stretch with one more at t_us. */
static double run_with(const struct vibration_watch *w, int64_t t_us)
{
    double since_us = (double)t_us - (double)w->knock_us;

    return fmax(0, w->knock_run - fmax(0, since_us) / VIBRATION_FORGET_US) + 1;
}

static bool same_event(const struct vibration_watch *w, const struct vibration_event *e)
{
    return w->current.t_us != VIBRATION_NEVER && e->t_us < w->current.t_us + VIBRATION_EVENT_US &&
           e->t_us > w->current.t_us - VIBRATION_EVENT_US;
}

static void raise_back(struct vibration_day *d, const struct vibration_event *e)
{
    if (d->back_first_us == VIBRATION_NEVER || e->t_us < d->back_first_us)
        d->back_first_us = e->t_us;
    if (e->t_us > d->back_last_us)
        d->back_last_us = e->t_us;
    if (d->back_peak_us == VIBRATION_NEVER || e->peak_mm_s > d->back_peak_mm_s) {
        d->back_peak_mm_s = e->peak_mm_s;
        d->back_peak_us = e->t_us;
    }
    vibration_worse(&d->back_worst, &e->worst[SOURCE_PERMANENT]);
}

static void raise_work(struct vibration_day *d, const struct vibration_event *e)
{
    if (d->first_us == VIBRATION_NEVER || e->t_us < d->first_us)
        d->first_us = e->t_us;
    if (e->t_us > d->last_us)
        d->last_us = e->t_us;
    if (d->work_peak_us == VIBRATION_NEVER || e->peak_mm_s > d->work_peak_mm_s) {
        d->work_peak_mm_s = e->peak_mm_s;
        d->work_peak_us = e->t_us;
    }
    vibration_worse(&d->work_worst, &e->worst[SOURCE_PILING]);
}

static bool shaped_as_blast(const struct vibration_event *e)
{
    double ratio = e->worst[SOURCE_PILING].ratio;

    return ratio >= VIBRATION_BLAST_RATIO && ratio <= VIBRATION_BLAST_MOST &&
           e->duration_s <= VIBRATION_BLAST_S;
}

/* Into its day; a part of the event before (again) counts no more. */
static void push_day(struct vibration_watch *w, struct vibration_day *d,
                     const struct vibration_event *e, bool foreground, bool again)
{
    struct vibration_hour h = vibration_hour_of(w, e->t_us);
    uint32_t one = again ? 0 : 1;

    if (!h.work) {
        d->off_all += one;
        d->off_peak_mm_s = fmax(d->off_peak_mm_s, e->peak_mm_s);
    }
    if (h.hour < VIBRATION_WORK_FROM_H || h.hour >= VIBRATION_WORK_TO_H)
        d->quarters[h.quarter / 32] |= 1U << h.quarter % 32;
    if (vibration_strong_at_night(w, e, foreground)) {
        d->night[h.night] =
            (uint16_t)(d->night[h.night] + (d->night[h.night] < UINT16_MAX ? one : 0));
        raise_work(d, e);
    }
    if (!foreground) {
        d->back += one;
        raise_back(d, e);
    } else if (h.work) {
        if (shaped_as_blast(e))
            d->blasts |= 1U << (h.quarter - 4 * VIBRATION_WORK_FROM_H) / 2;
        d->work += one;
        d->hours |= 1U << h.hour;
        raise_work(d, e);
    } else {
        d->off += one;
    }
}

static void push_construction(struct vibration_watch *w, const struct vibration_day *d,
                              const struct vibration_event *e, bool again)
{
    struct vibration_finding *f = &w->finding[VIBRATION_CONSTRUCTION];

    struct vibration_hour h = vibration_hour_of(w, e->t_us);

    f->count += again ? 0 : 1;
    f->night += !again && !h.work ? 1 : 0;
    f->sunday += !again && h.work && h.sunday ? 1 : 0;
    raise_peak(f, e->peak_mm_s, e->t_us);
    vibration_worse(&f->worst, &e->worst[SOURCE_PILING]);
    if (d->work >= VIBRATION_BURSTS_GO_ON || vibration_night_events(d) >= VIBRATION_BURSTS_GO_ON ||
        (f->blasting && d->blasts != 0))
        widen(f, d->first_us, d->last_us);
}

static void push_exceeding(struct vibration_watch *w, const struct vibration_event *e,
                           const struct burst_worst *worst, bool again)
{
    struct vibration_finding *f = &w->finding[VIBRATION_EVENT];

    if (!(worst->ratio >= VIBRATION_ATTENTION) || e->t_us < w->now_us - EVENT_QUIET_US)
        return;
    if (!f->active)
        *f = no_finding();
    f->active = true;
    f->count += again ? 0 : 1;
    widen(f, e->t_us, e->t_us);
    raise_peak(f, e->peak_mm_s, e->t_us);
    vibration_worse(&f->worst, worst);
}

static enum err check_event(const struct vibration_event *e)
{
    if (!isfinite(e->peak_mm_s) || !isfinite(e->duration_s))
        return ERR_NOT_FINITE;
    for (size_t s = 0; s < BURST_SOURCES; s++)
        if (!isfinite(e->worst[s].ratio))
            return ERR_NOT_FINITE;
    if (e->t_us < 0 || e->t_us > LATEST_US || e->peak_mm_s < 0)
        return ERR_RANGE;
    return ERR_OK;
}

/* Part of the event that goes on; what alone is above the background is not. */
static bool belongs(const struct vibration_watch *w, const struct vibration_event *e,
                    bool foreground)
{
    if (!same_event(w, e))
        return false;
    if (w->current.source == SOURCE_KNOCK)
        return e->moving <= 1;
    return w->current.foreground || !foreground;
}

/* What an event is taken for, given what is known so far. */
static struct vibration_heard hear(const struct vibration_watch *w, const struct vibration_event *e)
{
    struct vibration_heard h = {.source = SOURCE_PILING};

    h.foreground = e->peak_mm_s > VIBRATION_ABOVE * vibration_background(w);
    h.merged = belongs(w, e, h.foreground);
    if (h.merged) {
        h.source = w->current.source;
        h.foreground = w->current.foreground;
    } else if (shaped_as_knock(e) && run_with(w, e->t_us) <= VIBRATION_KNOCKS) {
        h.source = SOURCE_KNOCK;
        h.foreground = false;
    } else if (w->permanent && !h.foreground) {
        h.source = SOURCE_PERMANENT;
    }
    if (h.source != SOURCE_KNOCK)
        h.worst = e->worst[h.source];
    return h;
}

static void become_current(struct vibration_watch *w, const struct vibration_event *e,
                           const struct vibration_heard *h)
{
    if (h->merged) {
        w->current.ratio = fmax(w->current.ratio, h->worst.ratio);
        return;
    }
    if (shaped_as_knock(e)) {
        w->knock_run = run_with(w, e->t_us);
        w->knock_us = e->t_us > w->knock_us ? e->t_us : w->knock_us;
    }
    w->events++;
    w->knocks += h->source == SOURCE_KNOCK;
    if (e->t_us < w->current.t_us)
        return;
    w->current.t_us = e->t_us;
    w->current.source = h->source;
    w->current.foreground = h->foreground;
    w->current.ratio = h->worst.ratio;
}

static void push_sound(struct vibration_watch *w, const struct vibration_event *e,
                       const struct vibration_heard *h)
{
    struct vibration_day *d = vibration_day_at(w, e->t_us);
    bool told = h->merged && w->current.ratio >= VIBRATION_ATTENTION;

    if (d) {
        push_day(w, d, e, h->foreground, h->merged);
        if (w->construction && ((h->foreground && vibration_hour_of(w, e->t_us).work) ||
                                vibration_strong_at_night(w, e, h->foreground)))
            push_construction(w, d, e, h->merged);
    }
    push_exceeding(w, e, &h->worst, told);
    vibration_push_peak(w, &(struct vibration_peak){.t_us = e->t_us,
                                                    .ratio = h->worst.ratio,
                                                    .source = (uint8_t)h->source});
}

enum err vibration_watch_push(struct vibration_watch *w, const struct vibration_event *e,
                              struct vibration_heard *out)
{
    struct vibration_heard h;
    enum err bad = check_event(e);

    if (bad)
        return bad;
    vibration_watch_advance(w, e->t_us);
    if (e->peak_mm_s < VIBRATION_TRIGGER_MM_S && burst_worst_ratio(e) < VIBRATION_TRIGGER_RATIO) {
        *out = (struct vibration_heard){.source = SOURCE_KNOCK, .quiet = true};
        return ERR_OK;
    }
    h = hear(w, e);
    if (h.source != SOURCE_KNOCK)
        push_sound(w, e, &h);
    become_current(w, e, &h);
    recognise(w);
    *out = h;
    return ERR_OK;
}
