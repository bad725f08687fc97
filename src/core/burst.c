#include "shikumen/core/burst.h"

#include <math.h>

#define SETTLED_S    2.2 /* a record this long has a second to settle before what is judged */
#define STRONG_SHARE 0.2
#define MOVING_SHARE (1.0 / 3)
#define EVENT_ALL    3 /* component of a sensor that does not say */

/* --- a record to numbers --- */

/* Which axes are there, and what they are to the limits. */
struct layout {
    size_t count;
    size_t axis[VIBRATION_AXES];      /* 0 x, 1 y, 2 z */
    size_t component[VIBRATION_AXES]; /* 0, 1 horizontal, 2 vertical */
    const double *x[VIBRATION_AXES];
};

static struct layout layout_of(const struct burst_record *r, const struct burst_site *site)
{
    struct layout l = {0};

    for (size_t a = 0; a < VIBRATION_AXES; a++) {
        if (!r->axis[a])
            continue;
        l.axis[l.count] = l.component[l.count] = a;
        l.x[l.count++] = r->axis[a];
    }
    if (l.count == 1 && site->component < VIBRATION_AXES)
        l.component[0] = site->component;
    return l;
}

static enum err velocity_of(const struct burst_options *o, const double *x, size_t n, double *v,
                            struct arena *arena)
{
    const struct velocity_options vo = {.fs_hz = o->fs_hz,
                                        .highpass_hz = 0.8 * band_lower_hz(o->band),
                                        .highpasses = 1,
                                        .scale = 1000};
    struct filter_state state = {0};
    struct filter f;
    enum err e;

    if (o->acceleration)
        return velocity_from_acceleration(&vo, x, n, v, arena);
    e = band_filter(o->band, o->fs_hz, &f);
    if (e)
        return e;
    filter_settle(&f, x[0], &state);
    return filter_run(&f, &state, x, n, v);
}

/* Seconds of strong motion on the axis with the largest peak. */
static enum err strong_motion(const struct burst_options *o, const double *x, size_t n,
                              double *seconds, struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    double *v = arena_array(arena, n, sizeof *v);
    size_t skip = (size_t)llround(o->skip_s * o->fs_hz), first = n, last = 0;
    double least;
    enum err e;

    if (!v)
        return ERR_NOMEM;
    e = velocity_of(o, x, n, v, arena);
    least = e ? 0 : STRONG_SHARE * zero_to_peak(v + skip, n - skip).value;
    for (size_t i = skip; !e && i < n; i++) {
        if (fabs(v[i]) < least)
            continue;
        first = i < first ? i : first;
        last = i;
    }
    arena_rewind(arena, mark);
    *seconds = !e && least > 0 ? (double)(last - first + 1) / o->fs_hz : 0;
    return e;
}

static void take_axes(struct burst_assessment *a, const struct burst *b, const struct layout *l)
{
    for (size_t i = 0; i < l->count; i++) {
        size_t k = l->axis[i];

        a->has[k] = true;
        a->axis[k].ppv_mm_s = b->ppv.axis[i].value;
        a->axis[k].crossing_hz = b->crossing[i].hz;
        a->axis[k].spectrum_hz = b->spectrum[i].hz;
        a->axis[k].runner_up_hz = b->spectrum[i].runner_up_hz;
        a->axis[k].runner_up_ratio = b->spectrum[i].runner_up_ratio;
        a->axis[k].kb_fmax = b->kb[i].fmax;
    }
    a->vector_mm_s = b->ppv.vector.value;
}

static void take_event(struct burst_assessment *a, const struct burst *b, const struct layout *l)
{
    struct vibration_event *ev = &a->event;
    const struct peak *top = &b->ppv.axis[b->ppv.largest];
    double crossing_hz = b->crossing[b->ppv.largest].hz;

    ev->t_us = a->t_us + llround((double)top->index / a->fs_hz * 1e6);
    ev->duration_s = a->duration_s;
    ev->axes = l->count;
    ev->peak_mm_s = top->value;
    ev->frequency_hz = crossing_hz > 0 ? crossing_hz : b->spectrum[b->ppv.largest].hz;
    for (size_t i = 0; i < l->count; i++)
        ev->moving += top->value > 0 && b->ppv.axis[i].value >= MOVING_SHARE * top->value;
}

/* --- verdicts --- */

static void take_verdicts(struct burst_assessment *a, const struct vibration_peaks *p,
                          const struct vibration_verdicts *all)
{
    size_t *governing = &a->governing[p->source];

    for (size_t i = 0; i < all->count; i++) {
        const struct vibration_verdict *v = &all->verdict[i];

        if (v->application != LIMIT_APPLIES || a->count == BURST_VERDICTS_MAX)
            continue;
        a->verdict[a->count] = (struct burst_verdict){.source = p->source,
                                                      .place = p->place,
                                                      .limit = v->limit,
                                                      .component = v->component,
                                                      .value_mm_s = v->value_mm_s,
                                                      .limit_mm_s = v->limit_mm_s,
                                                      .ratio = v->ratio,
                                                      .frequency_hz = v->frequency_hz};
        if (*governing == NO_VERDICT || v->ratio > a->verdict[*governing].ratio)
            *governing = a->count;
        a->count++;
    }
}

/* Every source class at every place of the site. */
static enum err judge(struct burst_assessment *a, struct vibration_peaks *p)
{
    struct vibration_verdicts all;
    enum err e = ERR_OK;

    for (int s = 0; s < BURST_SOURCES; s++) {
        a->governing[s] = NO_VERDICT;
        for (size_t i = 0; i < a->site.places && !e; i++) {
            p->source = (enum vibration_source)s;
            p->place = a->site.place[i];
            e = vibration_judge(p, &a->site.building, &all);
            if (!e)
                take_verdicts(a, p, &all);
        }
        if (!e && a->governing[s] != NO_VERDICT) {
            const struct burst_verdict *v = &a->verdict[a->governing[s]];

            a->event.worst[s] = (struct burst_worst){.limit = v->limit,
                                                     .value_mm_s = v->value_mm_s,
                                                     .limit_mm_s = v->limit_mm_s,
                                                     .ratio = v->ratio,
                                                     .frequency_hz = v->frequency_hz};
        }
    }
    return e;
}

static struct vibration_peaks peaks_of(const struct burst *b, const struct layout *l)
{
    struct vibration_peaks p = {.vector_mm_s = b->ppv.vector.value};

    for (size_t i = 0; i < l->count; i++) {
        p.peak_mm_s[l->component[i]] = b->ppv.axis[i].value;
        p.crossing_hz[l->component[i]] = b->crossing[i].hz;
        p.spectrum_hz[l->component[i]] = b->spectrum[i].hz;
    }
    return p;
}

static enum err assess(struct burst_assessment *a, const struct burst_options *o,
                       const struct layout *l, size_t n, struct arena *arena)
{
    struct vibration_peaks p;
    struct burst b;
    enum err e = burst_evaluate(o, l->x, l->count, n, &b, arena);

    if (!e)
        e = strong_motion(o, l->x[b.ppv.largest], n, &a->duration_s, arena);
    if (e)
        return e;
    take_axes(a, &b, l);
    take_event(a, &b, l);
    p = peaks_of(&b, l);
    return judge(a, &p);
}

enum err burst_assess(const struct burst_record *record, const struct burst_site *site,
                      struct arena *arena, struct burst_assessment *out)
{
    struct layout l = layout_of(record, site);
    struct burst_assessment a = {
        .t_us = record->t_us, .fs_hz = record->fs_hz, .kind = record->kind, .site = *site};
    struct burst_options o = {.fs_hz = record->fs_hz,
                              .band = BAND_BUILDING,
                              .acceleration = record->kind == Q_ACCELERATION};
    enum err e;

    if (record->fault || !record->conv || l.count != record->axes || l.count == 0)
        return ERR_PARSE;
    a.record_s = (double)record->samples / record->fs_hz;
    a.settled = a.record_s >= SETTLED_S;
    o.skip_s = a.settled ? VELOCITY_SETTLE_S : 0;
    e = assess(&a, &o, &l, record->samples, arena);
    if (!e)
        *out = a;
    return e;
}

enum err burst_velocity(const struct burst_record *record, size_t axis, struct arena *arena,
                        double **v_mm_s)
{
    const struct burst_options o = {.fs_hz = record->fs_hz,
                                    .band = BAND_BUILDING,
                                    .acceleration = record->kind == Q_ACCELERATION};

    *v_mm_s = NULL;
    if (record->fault || axis >= VIBRATION_AXES || !record->axis[axis])
        return ERR_PARSE;
    if (record->samples < 2)
        return ERR_TOO_FEW;
    *v_mm_s = arena_array(arena, record->samples, sizeof **v_mm_s);
    return *v_mm_s ? velocity_of(&o, record->axis[axis], record->samples, *v_mm_s, arena)
                   : ERR_NOMEM;
}

/* --- a reading --- */

enum err burst_event_of_reading(int64_t t_us, double ppv_mm_s, double frequency_hz,
                                const struct burst_site *site, struct vibration_event *out)
{
    struct burst_assessment a = {
        .site = *site,
        .event = {.t_us = t_us, .peak_mm_s = ppv_mm_s, .frequency_hz = frequency_hz}};
    struct vibration_peaks p = {.vector_mm_s = ppv_mm_s};
    enum err e;

    for (size_t i = 0; i < VIBRATION_AXES; i++) {
        if (site->component != EVENT_ALL && site->component != i)
            continue;
        p.peak_mm_s[i] = ppv_mm_s;
        p.crossing_hz[i] = frequency_hz;
    }
    e = judge(&a, &p);
    if (!e)
        *out = a.event;
    return e;
}

double burst_worst_ratio(const struct vibration_event *event)
{
    double r = 0;

    for (size_t s = 0; s < BURST_SOURCES; s++)
        r = fmax(r, event->worst[s].ratio);
    return r;
}

struct bilingual burst_error_text(enum err e)
{
    switch (e) {
    case ERR_TOO_FEW:
        return (struct bilingual){"记录不足一秒，无法评定", "record too short to be judged"};
    case ERR_PARSE:
        return (struct bilingual){"记录内容有误", "record not readable"};
    case ERR_RANGE:
        return (struct bilingual){"采样率不适用", "sampling rate out of range"};
    case ERR_NOT_FINITE:
        return (struct bilingual){"数值超出范围", "values out of range"};
    default:
        return (struct bilingual){"无法评定", "could not be judged"};
    }
}
