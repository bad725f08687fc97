#include <math.h>
#include <string.h>

#include "slow_dose_private.h"
#include "slow_private.h"

#define AHEAD_WEEKS 4    /* between forecasts of what is not near */
#define FAR_WEEKS   12   /* of what is far away */
#define FAR         0.05 /* of every limit: what has got less far is far, when p365 is none */
#define NEAR        0.05 /* p365 from which on a forecast is made weekly */
#define LEAK_D      7    /* a wet word of the leak sensor counts so long [J] */
#define WET_LEVEL   LEVEL_ORANGE

enum dose_measure slow_dose_measure(enum dose_target t)
{
    static const enum dose_measure of[DOSE_TARGETS] = {DOSE_M_MOULD, DOSE_M_DECAY,
                                                       DOSE_M_MASS_LOSS};

    return of[t];
}

bool slow_dose_rots(const struct dose_pair *p)
{
    return p->mould <= MOULD_SENSITIVE;
}

static bool applies(const struct dose_pair *p, enum dose_target t)
{
    return t == DOSE_T_MOULD || slow_dose_rots(p);
}

/* --- forecasts --- */

static bool is_near(const struct slow_dose *x)
{
    bool near = x->ahead_day == INT64_MIN;

    for (int t = 0; t < DOSE_TARGETS; t++)
        near = near || (x->ahead[t].state == DOSE_AHEAD && x->ahead[t].p365 > NEAR);
    for (int m = 0; m < DOSE_MEASURES; m++)
        near = near || x->held[m].level > LEVEL_NORMAL;
    return near;
}

/* Nothing near in any future, and nothing much yet. What begins meanwhile is seen by its level. */
static bool is_far(const struct slow_dose *x)
{
    bool far = x->ahead_day != INT64_MIN && x->view_day != INT64_MIN;

    for (int t = 0; t < DOSE_TARGETS && far; t++) {
        const struct dose_ahead *a = &x->ahead[t];
        double value = x->view.of[slow_dose_measure((enum dose_target)t)].value;
        far = a->state == DOSE_AHEAD && a->p365 <= 0 && !(value >= FAR * a->limit->value);
    }
    return far;
}

/* Every limit was reached when last looked at, and still is. */
static bool is_past(const struct slow_dose *x, const struct dose_pair *p)
{
    for (int t = 0; t < DOSE_TARGETS && x->ahead_day != INT64_MIN; t++) {
        double value = x->view.of[slow_dose_measure((enum dose_target)t)].value;
        if (applies(p, (enum dose_target)t) &&
            (x->ahead[t].state != DOSE_REACHED || !(value >= x->ahead[t].limit->value)))
            return false;
    }
    return x->ahead_day != INT64_MIN;
}

/* FNV-1a of the sensor's id: the same futures every time, so that forecasts move only with what was
 * measured. */
static uint64_t seed_of(const char *id)
{
    uint64_t h = 0xcbf29ce484222325U;

    for (; *id; id++)
        h = (h ^ (unsigned char)*id) * 0x100000001b3U;
    return h;
}

static struct outlook outlook_of_dose(const struct dose_ahead *a)
{
    static const enum outlook_reason reasons[] = {[DOSE_NO_REASON] = OUTLOOK_FINE,
                                                  [DOSE_SHORT] = OUTLOOK_TOO_SHORT,
                                                  [DOSE_GAPPY] = OUTLOOK_TOO_SPARSE,
                                                  [DOSE_STALE] = OUTLOOK_STALE};
    struct outlook o = {.state = OUTLOOK_ABSTAINED,
                        .reason = reasons[a->why],
                        .method = OUTLOOK_NONE,
                        .t05_d = a->t05_d,
                        .t50_d = a->t50_d,
                        .t95_d = a->t95_d,
                        .p30 = a->p30,
                        .p180 = a->p180,
                        .p365 = a->p365};

    if (a->state == DOSE_ABSTAINED)
        return o;
    o.method = OUTLOOK_DOSES;
    o.state = a->state == DOSE_REACHED ? OUTLOOK_EXCEEDED
              : isnan(a->t50_d)        ? OUTLOOK_BEYOND
                                       : OUTLOOK_DATED;
    return o;
}

static enum err tell(const struct slow_doses *d, const struct registry *r, size_t i,
                     enum dose_target t, int64_t day, struct arena *arena,
                     const struct slow_sink *sink)
{
    const struct dose_ahead *a = &d->pair[i].ahead[t];

    return slow_tell_ahead(
        sink, r, d->plan.pairs[i].element, a->limit, day, arena,
        (struct ledger_entry){.sensor = r->sensors[d->pair[i].lead].id,
                              .quantity = dose_measure_name(slow_dose_measure(t)),
                              .outlook = outlook_of_dose(a)});
}

enum err slow_dose_ahead(struct slow_doses *d, const struct registry *r, size_t i, int64_t day,
                         bool now, struct arena *arena, const struct slow_sink *sink)
{
    struct slow_dose *x = &d->pair[i];
    int64_t week = (day + 3) / 7 + (int64_t)i, at_us = (day + 1) * DAY_US;
    struct arena_mark mark = arena_mark(arena);
    enum err e;

    if (is_past(x, &d->plan.pairs[i])) /* as it was: nothing is left to foresee */
        return ERR_OK;
    if (!now && !is_near(x) && week % (is_far(x) ? FAR_WEEKS : AHEAD_WEEKS) != 0)
        return ERR_OK;
    e = dose_forecast(x->dose, at_us, seed_of(r->sensors[x->lead].id), arena, x->ahead);
    if (e == ERR_OK)
        x->ahead_day = day;
    for (int t = 0; t < DOSE_TARGETS && e == ERR_OK; t++)
        if (applies(&d->plan.pairs[i], (enum dose_target)t))
            e = tell(d, r, i, (enum dose_target)t, day, arena, sink);
    arena_rewind(arena, mark);
    return e;
}

/* --- for risk --- */

static uint32_t structure_of(const struct registry *r, uint32_t house)
{
    for (uint32_t e = 0; e < r->element_count && house != REGISTRY_NONE; e++)
        if (r->elements[e].house == house && r->elements[e].kind == ELEMENT_STRUCTURE)
            return e;
    return REGISTRY_NONE;
}

static bool stands_for(const struct registry *r, const struct dose_pair *p, uint32_t element)
{
    if (p->element != REGISTRY_NONE)
        return p->element == element;
    return r->elements[element].house == p->house && structure_of(r, p->house) == element;
}

bool slow_doses_watch(const struct slow_doses *d, const struct registry *r, uint32_t element)
{
    for (size_t i = 0; i < d->plan.count; i++)
        if (stands_for(r, &d->plan.pairs[i], element))
            return true;
    return false;
}

static void add_limit(const struct slow_doses *d, size_t i, enum dose_target t, int64_t day,
                      struct gathered *g)
{
    const struct slow_dose *x = &d->pair[i];
    const struct dose_ahead *a = &x->ahead[t];
    double value = x->view.of[slow_dose_measure(t)].value;
    struct risk_limit l = {.sensor = x->lead,
                           .limit = a->limit,
                           .derived = &d->words[slow_dose_measure(t)],
                           .value = value,
                           .value_se = NAN,
                           .margin = fmax(0, value / a->limit->value),
                           .p30 = a->p30,
                           .p180 = a->p180,
                           .p365 = a->p365,
                           .t05_d = a->t05_d,
                           .t50_d = a->t50_d,
                           .t95_d = a->t95_d,
                           .from_us = x->view.from_us,
                           .to_us = (day + 1) * DAY_US};

    if (isnan(value))
        l.margin = NAN;
    gather_limit(g, &l);
}

static void add_evidence(const struct slow_dose *x, enum evidence_kind kind, uint32_t sensor,
                         double value, int64_t day, struct gathered *g)
{
    gather_evidence(g, &(struct risk_evidence){.kind = kind,
                                               .sensor = sensor,
                                               .quality = fmin(1, x->view.watched_share),
                                               .cause = CAUSE_MOISTURE,
                                               .value = value,
                                               .from_us = x->view.from_us,
                                               .to_us = (day + 1) * DAY_US});
}

static void weigh(const struct slow_doses *d, size_t i, int64_t day, struct gathered *g)
{
    const struct slow_dose *x = &d->pair[i];
    const struct dose_standing *wet = &x->view.of[DOSE_M_WET], *air = &x->view.of[DOSE_M_EMC];
    uint32_t leak = d->plan.pairs[i].sensor[DOSE_LEAK];
    bool of_it = d->plan.pairs[i].basis != DOSE_OF_AIR; /* the leak sensor is the element's */

    if (wet->level >= WET_LEVEL || air->level >= WET_LEVEL)
        add_evidence(x, EVIDENCE_WET_TIMBER, x->lead,
                     wet->level >= WET_LEVEL ? wet->value : air->value, day, g);
    if (of_it && x->leaking && x->leak_us >= (day + 1 - LEAK_D) * DAY_US)
        add_evidence(x, EVIDENCE_LEAK, leak, 0, day, g);
}

/* Every hour that counted had passed quality control; nothing is known of the sensors' health, and
 * the models are what they are. */
static void weigh_data(const struct slow_dose *x, struct gathered *g)
{
    g->sensors++;
    g->coverage += fmin(1, x->view.watched_share);
    g->good += 1;
    g->history_d = fmax(g->history_d, x->view.history_d);
    g->health += 1;
    g->skill += fmin(1, 0.5 + x->view.history_d / (2 * 365.25));
}

void slow_doses_gather(const struct slow_doses *d, const struct registry *r, uint32_t element,
                       int64_t day, struct gathered *g)
{
    for (size_t i = 0; i < d->plan.count; i++) {
        const struct slow_dose *x = &d->pair[i];
        const struct dose_pair *p = &d->plan.pairs[i];
        if (!stands_for(r, p, element) || x->view_day == INT64_MIN || x->ahead_day == INT64_MIN)
            continue;
        for (int t = 0; t < DOSE_TARGETS; t++)
            if (applies(p, (enum dose_target)t))
                add_limit(d, i, (enum dose_target)t, day, g);
        weigh(d, i, day, g);
        if (p->basis != DOSE_OF_TIMBER) /* a moisture sensor is weighed as such */
            weigh_data(x, g);
    }
}
