#include <math.h>
#include <stdlib.h>

#include "assess_parts.h"
#include "shikumen/base/array.h"

/* Judged from the store: what came late or was revised, and rules that have judged nothing. */

/* --- late and revised readings --- */

static enum err add_to_series(void *context, const struct reading *r)
{
    struct reading_series *s = context;
    struct reading *readings =
        array_grow(s->readings, &s->capacity, s->count + 1, sizeof *readings);
    if (!readings)
        return ERR_NOMEM;
    s->readings = readings;
    readings[s->count++] = *r;
    return ERR_OK;
}

static enum err window(struct assess *a, uint32_t sensor, int64_t from_us, int64_t to_us,
                       struct reading_series *s)
{
    uint32_t id = a->watches[sensor].id;
    return id == 0 ? ERR_OK : reader_window(a->reader, id, from_us, to_us, add_to_series, s);
}

static enum err frequencies(struct assess *a, const struct watch *w, const struct reading_series *s,
                            double **hz)
{
    struct reading_series f = {0};
    *hz = NULL;
    if (w->frequency == REGISTRY_NONE || s->count == 0)
        return ERR_OK;
    enum err e =
        window(a, w->frequency, s->readings[0].t_us, s->readings[s->count - 1].t_us + 1, &f);
    if (!e && !(*hz = calloc(s->count, sizeof **hz)))
        e = ERR_NOMEM;
    for (size_t i = 0, j = 0; i < s->count && !e; i++) {
        while (j < f.count && f.readings[j].t_us < s->readings[i].t_us)
            j++;
        bool there = j < f.count && f.readings[j].t_us == s->readings[i].t_us;
        (*hz)[i] = there ? f.readings[j].value : (double)NAN;
    }
    free(f.readings);
    return e;
}

static enum err rejudge(struct assess *a, uint32_t sensor)
{
    struct watch *w = &a->watches[sensor];
    struct reading_series s = {0};
    struct finding found[RULES_FINDINGS_MAX];
    double *hz = NULL;
    int64_t latest_us = rules_latest_us(w->rules), back_us = rules_lookback_us(w->rules);
    int64_t from_us = w->late_us < INT64_MIN + back_us ? INT64_MIN : w->late_us - back_us;
    int64_t late_us = w->late_us, judged_us = latest_us;
    if (latest_us < w->held_last_us)
        latest_us = w->held_last_us;
    w->late_us = w->held_t_us = INT64_MAX;
    w->held_last_us = INT64_MIN;
    w->held_until_us = INT64_MAX;
    if (late_us > latest_us)
        return ERR_OK;
    enum err e = window(a, sensor, from_us, latest_us + 1, &s);
    if (!e)
        e = frequencies(a, w, &s, &hz);
    if (!e)
        s.count = assess_count_ripe(a, w, &s, hz, judged_us);
    if (!e)
        e = assess_add_changes(a, sensor, found,
                               rules_rejudge(w->rules, late_us, s.readings, hz, s.count, found));
    free(s.readings);
    free(hz);
    return e;
}

enum err assess_rejudge(struct assess *a)
{
    enum err e = ERR_OK;
    if (!a->any_late)
        return ERR_OK;
    a->any_late = false;
    a->error = reader_error(a->reader);
    for (uint32_t i = 0; i < a->plan->registry->sensor_count && !e; i++)
        if (a->watches[i].late_us != INT64_MAX)
            e = rejudge(a, i);
    return e;
}

/* --- rules made anew from the store --- */

enum err assess_judge_stored(struct assess *a, uint32_t sensor, int64_t from_us, int64_t to_us,
                             assess_found_fn *found_fn, void *context)
{
    struct watch *w = &a->watches[sensor];
    struct reading_series s = {0};
    double *hz = NULL;
    enum err e = window(a, sensor, from_us, to_us, &s);
    if (!e)
        e = frequencies(a, w, &s, &hz);
    for (size_t i = 0; i < s.count && !e; i++) {
        struct finding found[RULES_FINDINGS_MAX];
        size_t n = s.readings[i].rx_us < a->fresh_rx_us
                       ? rules_judge(w->rules, &s.readings[i], hz ? hz[i] : (double)NAN, found)
                       : 0;
        for (size_t k = 0; k < n && found_fn; k++)
            found_fn(context, sensor, &found[k]);
    }
    free(s.readings);
    free(hz);
    return e;
}

enum err assess_rebuild(struct assess *a, uint32_t sensor)
{
    struct watch *w = &a->watches[sensor];
    int64_t back_us = rules_lookback_us(w->rules), last_us = w->last_t_us;
    int64_t from_us = last_us < INT64_MIN + back_us ? INT64_MIN : last_us - back_us;
    a->error = reader_error(a->reader);
    w->dirty = true;
    return assess_judge_stored(a, sensor, from_us < w->baseline_us ? w->baseline_us : from_us,
                               INT64_MAX, NULL, NULL);
}
