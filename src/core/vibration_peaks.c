/* The rare peaks of a vibration watch: the largest ratios of a day. */
#include <math.h>

#include "vibration_day.h"

static bool too_old(int64_t t_us, int64_t now_us)
{
    return t_us <= now_us - VIBRATION_PEAK_DAYS * US_PER_DAY;
}

/* Where a peak of t_us goes: its day's, a free one, one too old to count, else the smallest. */
static size_t peak_place(const struct vibration_watch *w, int64_t t_us)
{
    int32_t day = vibration_local_day(w, t_us);
    size_t at = 0;

    for (size_t i = 0; i < w->peak_count; i++)
        if (vibration_local_day(w, w->peak[i].t_us) == day)
            return i;
    if (w->peak_count < VIBRATION_PEAKS)
        return w->peak_count;
    for (size_t i = 0; i < w->peak_count; i++) {
        if (too_old(w->peak[i].t_us, w->now_us))
            return i;
        if (w->peak[i].ratio < w->peak[at].ratio)
            at = i;
    }
    return at;
}

/* The largest that gave way counts until the latest that did is too old. */
static void remember_dropped(struct vibration_watch *w, const struct vibration_peak *p)
{
    if (too_old(p->t_us, w->now_us))
        return;
    if (p->ratio > w->dropped_ratio || too_old(w->dropped_us, w->now_us))
        w->dropped_ratio = p->ratio;
    if (p->t_us > w->dropped_us)
        w->dropped_us = p->t_us;
}

void vibration_push_peak(struct vibration_watch *w, const struct vibration_peak *p)
{
    size_t at = peak_place(w, p->t_us);
    struct vibration_peak *held = &w->peak[at];
    bool same_day;

    if (!(p->ratio > VIBRATION_PEAK_RATIO) || too_old(p->t_us, w->now_us))
        return;
    if (at == w->peak_count) {
        w->peak[w->peak_count++] = *p;
        return;
    }
    same_day = vibration_local_day(w, held->t_us) == vibration_local_day(w, p->t_us);
    if (!same_day && !too_old(held->t_us, w->now_us) && !(p->ratio > held->ratio)) {
        remember_dropped(w, p);
        return;
    }
    if (same_day && !(p->ratio > held->ratio))
        return;
    if (!same_day)
        remember_dropped(w, held);
    *held = *p;
}

size_t vibration_watch_peaks(const struct vibration_watch *w, int64_t now_us,
                             struct vibration_peak *out, double *threshold, double *years)
{
    double span_us =
        fmin((double)now_us - (double)w->start_us, VIBRATION_PEAK_DAYS * (double)US_PER_DAY);
    size_t n = 0;

    *threshold = VIBRATION_PEAK_RATIO;
    if (w->dropped_ratio > 0 && !too_old(w->dropped_us, now_us))
        *threshold = w->dropped_ratio;
    *years = fmax(span_us, 0) / (365.25 * (double)US_PER_DAY);
    for (size_t i = 0; i < w->peak_count; i++) {
        struct vibration_peak p = w->peak[i];
        size_t at = n;

        if (!(p.ratio > *threshold) || too_old(p.t_us, now_us) || p.t_us > now_us)
            continue;
        for (; at > 0 && out[at - 1].t_us > p.t_us; at--)
            out[at] = out[at - 1];
        out[at] = p;
        n++;
    }
    return n;
}
