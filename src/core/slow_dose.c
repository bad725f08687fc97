#include "slow_dose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "slow_dose_private.h"
#include "slow_private.h"

#define EASE_DAYS  28  /* [J] */
#define DRIED_DAYS 365 /* after the last leak its timber is as the air of its room [J] */
#define LOOK_WEEKS 4   /* between looks at a pair that holds nothing: the band looks back 45 days */

/* --- made from the registry --- */

static uint32_t lead_of(const struct dose_pair *p)
{
    static const enum dose_channel lead[] = {
        [DOSE_OF_AIR] = DOSE_RH, [DOSE_OF_TIMBER] = DOSE_MC, [DOSE_OF_LEAK] = DOSE_LEAK};

    return p->sensor[lead[p->basis]];
}

static bool start_pair(struct slow_dose *x, const struct dose_pair *p)
{
    *x = (struct slow_dose){.dose = dose_new(p),
                            .lead = lead_of(p),
                            .baseline_us = INT64_MIN,
                            .leak_us = INT64_MIN,
                            .wet_us = INT64_MIN,
                            .view_day = INT64_MIN,
                            .ahead_day = INT64_MIN};
    return x->dose != NULL;
}

static enum err start_all(struct slow_doses *d)
{
    d->pair = calloc(d->plan.count + 1, sizeof *d->pair);
    if (!d->pair)
        return ERR_NOMEM;
    for (size_t i = 0; i < d->plan.count; i++)
        if (!start_pair(&d->pair[i], &d->plan.pairs[i]))
            return ERR_NOMEM;
    for (size_t m = 0; m < DOSE_MEASURES; m++)
        d->words[m] = (struct risk_derived){dose_measure_zh((enum dose_measure)m),
                                            dose_measure_en((enum dose_measure)m),
                                            dose_measure_unit((enum dose_measure)m)};
    return ERR_OK;
}

struct slow_doses *slow_doses_new(const struct registry *r)
{
    struct slow_doses *d = calloc(1, sizeof *d);
    enum err e = d ? dose_plan_make(r, &d->arena, &d->plan) : ERR_NOMEM;

    if (e == ERR_OK)
        e = start_all(d);
    if (e == ERR_OK)
        return d;
    slow_doses_free(d);
    return NULL;
}

void slow_doses_free(struct slow_doses *d)
{
    if (!d)
        return;
    for (size_t i = 0; d->pair && i < d->plan.count; i++)
        dose_free(d->pair[i].dose);
    free(d->pair);
    free(d->pending);
    arena_free(&d->arena);
    free(d);
}

/* --- readings --- */

static bool is_linked(const struct slow_doses *d, uint32_t sensor)
{
    return d->plan.first[sensor] != d->plan.first[sensor + 1];
}

void slow_doses_take(struct slow_doses *d, uint32_t sensor, const struct reading *r)
{
    if (r->flag != QF_PASS || !is_linked(d, sensor))
        return;
    if (d->pendings == d->capacity) {
        size_t capacity = d->capacity * 2 + 1024;
        struct slow_dose_pending *bigger = realloc(d->pending, capacity * sizeof *bigger);
        if (!bigger)
            return; /* as if it had not come */
        d->pending = bigger;
        d->capacity = capacity;
    }
    d->pending[d->pendings++] = (struct slow_dose_pending){r->t_us, r->value, sensor};
}

void slow_doses_revised(struct slow_doses *d, uint32_t sensor, int64_t t_us)
{
    for (size_t i = is_linked(d, sensor) ? d->pendings : 0; i > 0; i--) {
        struct slow_dose_pending *p = &d->pending[i - 1];
        if (p->sensor != sensor || p->t_us != t_us)
            continue;
        p->value = (double)NAN; /* which no dose uses */
        return;
    }
}

static void hear_leak(struct slow_dose *x, const struct slow_dose_pending *p)
{
    if (p->t_us < x->leak_us || isnan(p->value))
        return;
    x->leaking = p->value > 0.5;
    x->leak_us = p->t_us;
    if (x->leaking)
        x->wet_us = p->t_us;
}

static void feed(struct slow_doses *d, const struct slow_dose_pending *p)
{
    for (uint32_t k = d->plan.first[p->sensor]; k < d->plan.first[p->sensor + 1]; k++) {
        const struct dose_link *l = &d->plan.links[k];
        struct slow_dose *x = &d->pair[l->pair];
        dose_add(x->dose, l->channel, p->t_us, p->value);
        if (l->channel == DOSE_LEAK)
            hear_leak(x, p);
    }
}

/* What the pairs may have of the day and before; the rest waits on. */
static void feed_day(struct slow_doses *d, int64_t day)
{
    size_t kept = 0;

    for (size_t i = 0; i < d->pendings; i++) {
        if (d->pending[i].t_us < (day + 1) * DAY_US)
            feed(d, &d->pending[i]);
        else
            d->pending[kept++] = d->pending[i];
    }
    d->pendings = kept;
}

/* --- epochs --- */

void slow_doses_epochs(struct slow_doses *d, const struct registry *r, int64_t now_us)
{
    for (size_t i = 0; i < d->plan.count; i++) {
        struct slow_dose *x = &d->pair[i];
        int64_t baseline_us = registry_baseline_start_us(r, x->lead, now_us);
        if (baseline_us != x->baseline_us)
            memset(x->held, 0, sizeof x->held);
        x->baseline_us = baseline_us;
    }
}

/* Repaired or renovated timber begins anew. */
static void renew(struct slow_doses *d, const struct registry *r, int64_t day)
{
    for (size_t k = 0; k < r->epoch_count; k++) {
        const struct epoch *e = &r->epochs[k];
        if ((e->kind != EPOCH_REPAIR && e->kind != EPOCH_RENOVATION) || e->t_us < day * DAY_US ||
            e->t_us >= (day + 1) * DAY_US)
            continue;
        for (size_t i = 0; i < d->plan.count; i++)
            if (registry_sensor_in_scope(r, d->pair[i].lead, e->scope))
                dose_renew(d->pair[i].dose, e->t_us);
    }
}

/* --- what holds --- */

/* The ladders' levels; level 1 is for those who look. A climate off its band is at most attention,
 * and so is a room whose air alone would make timber wet: nobody has measured any timber [J]. */
static int level_of(const struct dose_finding *f, bool room)
{
    bool air = f->measure == DOSE_M_BAND || f->measure == DOSE_M_EMC;
    int level = air && f->level > LEVEL_YELLOW ? LEVEL_YELLOW : f->level;

    if (room) /* air amid a room is no surface: one step less */
        level--;
    return level >= LEVEL_YELLOW ? level : LEVEL_NORMAL;
}

static struct finding_forecast forecast_of(const struct slow_dose *x, enum dose_measure m)
{
    for (int t = 0; t < DOSE_TARGETS && x->ahead_day != INT64_MIN; t++) {
        const struct dose_ahead *a = &x->ahead[t];
        int64_t at_us = (x->ahead_day + 1) * DAY_US;
        if (slow_dose_measure((enum dose_target)t) != m || a->state != DOSE_AHEAD)
            continue;
        return (struct finding_forecast){.limit = a->limit,
                                         .t05_us = slow_when_us(a->t05_d, at_us),
                                         .t50_us = slow_when_us(a->t50_d, at_us),
                                         .t95_us = slow_when_us(a->t95_d, at_us),
                                         .p30 = a->p30,
                                         .p180 = a->p180,
                                         .p365 = a->p365};
    }
    return (struct finding_forecast){0};
}

static struct finding finding_of(const struct dose_finding *f, bool room)
{
    return (struct finding){.kind = KIND_MOISTURE,
                            .level = level_of(f, room),
                            .limit = f->limit,
                            .value = f->value,
                            .reading = f->value,
                            .t_us = f->t_us,
                            .since_us = f->since_us,
                            .baseline = NAN,
                            .derived = dose_measure_name(f->measure)};
}

/* What was held of a measure, as it stands now that it is over. */
static struct finding left(const struct slow_dose *x, enum dose_measure m, int64_t day)
{
    struct finding f = x->held[m];

    f.level = LEVEL_NORMAL;
    f.value = f.reading = x->view.of[m].value;
    f.t_us = (day + 1) * DAY_US;
    f.forecast = (struct finding_forecast){0};
    return f;
}

static bool holds_any(const struct slow_dose *x)
{
    for (int m = 0; m < DOSE_MEASURES; m++)
        if (x->held[m].level > 0 || (x->view_day != INT64_MIN && x->view.of[m].level > 0))
            return true;
    return false;
}

static enum err look(struct slow_dose *x, int64_t day, struct arena *arena)
{
    x->view_day = day;
    return dose_look(x->dose, (day + 1) * DAY_US, arena, &x->view);
}

static bool is_doubtful(const struct slow *s, const struct dose_pair *p)
{
    for (size_t c = 0; c < DOSE_CHANNELS; c++)
        if (p->sensor[c] != REGISTRY_NONE && s->sensor[p->sensor[c]].doubt != DOUBT_NONE)
            return true;
    return false;
}

/* Less than is held must be found for EASE_DAYS, or a damp month is an alert a week. */
static bool eases(struct slow_dose *x, int m, int level)
{
    x->low_days[m] = level < x->held[m].level ? x->low_days[m] + 1 : 0;
    return x->low_days[m] >= EASE_DAYS;
}

/* A leak sensor that has been dry for a year tells nothing of its timber that the air of its room,
 * which is told as such, does not. */
static bool tells_of_timber(const struct slow_dose *x, const struct dose_pair *p, int64_t day)
{
    return p->basis != DOSE_OF_LEAK || x->wet_us > (day - DRIED_DAYS) * DAY_US;
}

/* What a pair holds, by measure; in doubt nothing is more than it was. True when something rose. */
static bool find_all(struct slow_dose *x, const struct dose_pair *p, bool doubtful, int64_t day,
                     struct finding now[DOSE_MEASURES])
{
    bool room = p->basis == DOSE_OF_AIR && p->element == REGISTRY_NONE;
    struct dose_finding found[DOSE_MEASURES];
    size_t n = tells_of_timber(x, p, day) ? dose_findings(x->dose, found) : 0;
    bool rose = false;

    for (size_t i = 0; i < n; i++)
        now[found[i].measure] = finding_of(&found[i], room);
    for (int m = 0; m < DOSE_MEASURES; m++) {
        if (doubtful && now[m].level > x->held[m].level)
            now[m] = x->held[m];
        if (!eases(x, m, now[m].level) && now[m].level < x->held[m].level)
            now[m] = x->held[m];
        rose = rose || now[m].level > x->held[m].level;
    }
    return rose;
}

static enum err tell_changes(struct slow_dose *x, struct finding now[DOSE_MEASURES], int64_t day,
                             struct arena *arena, const struct slow_sink *sink)
{
    enum err e = ERR_OK;

    for (int m = 0; m < DOSE_MEASURES && e == ERR_OK; m++) {
        if (now[m].level == x->held[m].level)
            continue;
        if (now[m].level == LEVEL_NORMAL) {
            e = x->view_day == day ? ERR_OK : look(x, day, arena);
            now[m] = left(x, (enum dose_measure)m, day);
        } else
            now[m].forecast = forecast_of(x, (enum dose_measure)m);
        x->held[m] = now[m];
        if (e == ERR_OK)
            e = slow_tell(sink, x->lead, &now[m]);
    }
    return e;
}

/* What rises is told with a forecast of the same day; days before the present baseline tell nothing
 * new. */
static enum err judge(struct slow_doses *d, const struct slow *s, size_t i, int64_t day,
                      struct arena *arena, const struct slow_sink *sink)
{
    struct slow_dose *x = &d->pair[i];
    struct finding now[DOSE_MEASURES] = {0};
    bool mute = is_doubtful(s, &d->plan.pairs[i]) || (day + 1) * DAY_US <= x->baseline_us;
    bool rose = find_all(x, &d->plan.pairs[i], mute, day, now);
    enum err e =
        rose || slow_is_monday(day) ? slow_dose_ahead(d, s->r, i, day, rose, arena, sink) : ERR_OK;

    return e == ERR_OK ? tell_changes(x, now, day, arena, sink) : e;
}

size_t slow_doses_current(const struct slow_doses *d, uint32_t sensor,
                          struct finding out[DOSE_MEASURES])
{
    size_t n = 0;

    for (uint32_t k = d->plan.first[sensor]; k < d->plan.first[sensor + 1]; k++) {
        const struct slow_dose *x = &d->pair[d->plan.links[k].pair];
        for (int m = 0; m < DOSE_MEASURES && x->lead == sensor; m++)
            if (x->held[m].level > 0)
                out[n++] = x->held[m];
    }
    return n;
}

/* --- a day --- */

static bool looks_now(const struct slow_dose *x, size_t i, int64_t day)
{
    int64_t week = (day + 3) / 7;

    return slow_is_monday(day) && (holds_any(x) || (week + (int64_t)i) % LOOK_WEEKS == 0);
}

enum err slow_doses_conclude(struct slow_doses *d, const struct slow *s, int64_t day,
                             struct arena *arena, const struct slow_sink *sink)
{
    enum err e = ERR_OK;

    renew(d, s->r, day);
    feed_day(d, day);
    for (size_t i = 0; i < d->plan.count && e == ERR_OK; i++) {
        struct slow_dose *x = &d->pair[i];
        if (looks_now(x, i, day))
            e = look(x, day, arena);
        if (e == ERR_OK)
            e = judge(d, s, i, day, arena, sink);
    }
    return e;
}
