#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assess_parts.h"
#include "shikumen/base/clock.h"

/* What the slow analysis says, as state.db keeps it: forecasts with what came of their limits, and
 * how houses stood. */

/* --- when limits were reached --- */

/* Where the limits of a sensor begin in a->reached_us. */
static size_t first_of(const struct assess *a, uint32_t sensor)
{
    size_t at = 0;
    for (uint32_t i = 0; i < sensor; i++)
        at +=
            a->plan->registry->sensors[i].limits ? a->plan->registry->sensors[i].limits->count : 0;
    return at;
}

/* Where a limit's time is kept; NULL: not one of the sensor's own limits. */
static int64_t *reached_at(struct assess *a, uint32_t sensor, const char *quantity, const char *of,
                           double value)
{
    const struct sensor *s = &a->plan->registry->sensors[sensor];
    if (!s->limits || strcmp(quantity_info(s->quantity)->name, quantity) != 0)
        return NULL;
    for (size_t i = 0; i < s->limits->count; i++)
        if (s->limits->limits[i].value == value &&
            strcmp(limit_of_name(s->limits->limits[i].of), of) == 0)
            return &a->reached_us[first_of(a, sensor) + i];
    return NULL;
}

static enum err take_crossing(void *context, const struct state_limit *l,
                              const struct state_crossing *c)
{
    struct assess *a = context;
    uint32_t sensor = registry_sensor(a->plan->registry, l->sensor, strlen(l->sensor));
    if (sensor == REGISTRY_NONE || c->baseline_us != a->watches[sensor].baseline_us)
        return ERR_OK;
    int64_t *at = reached_at(a, sensor, l->quantity, l->of, l->value);
    if (at)
        *at = c->reached_us;
    return ERR_OK;
}

enum err assess_kept_open(struct assess *a)
{
    size_t n = first_of(a, (uint32_t)a->plan->registry->sensor_count);
    a->reached_us = malloc((n + 1) * sizeof *a->reached_us);
    if (!a->reached_us)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        a->reached_us[i] = STATE_UNKNOWN_US;
    a->error = state_error(a->state);
    return state_crossing_each(a->state, take_crossing, a);
}

static enum err keep_crossing(struct assess *a, const struct state_limit *l, int64_t at_us,
                              bool reached)
{
    uint32_t sensor = registry_sensor(a->plan->registry, l->sensor, strlen(l->sensor));
    int64_t *at =
        sensor == REGISTRY_NONE ? NULL : reached_at(a, sensor, l->quantity, l->of, l->value);
    if (!at)
        return ERR_OK;
    if (reached && *at == STATE_UNKNOWN_US)
        *at = at_us;
    return state_crossing_put(a->state, l,
                              &(struct state_crossing){a->watches[sensor].baseline_us, *at, at_us});
}

/* --- forecasts --- */

static int64_t in_days(int64_t at_us, double days)
{
    return isfinite(days) ? at_us + llround(days * (double)US_PER_DAY) : STATE_UNKNOWN_US;
}

enum err assess_keep_forecast(struct assess *a, const struct ledger_entry *entry)
{
    const struct outlook *o = &entry->outlook;
    struct state_forecast f = {.at_us = entry->at_us,
                               .limit = {entry->element, entry->sensor, entry->quantity,
                                         limit_of_name(entry->of), entry->limit,
                                         entry->limit_source},
                               .state = outlook_state_name(o->state),
                               .reason = outlook_reason_name(o->reason),
                               .method = outlook_method_name(o->method),
                               .t05_us = in_days(entry->at_us, o->t05_d),
                               .t50_us = in_days(entry->at_us, o->t50_d),
                               .t95_us = in_days(entry->at_us, o->t95_d),
                               .p30 = o->p30,
                               .p180 = o->p180,
                               .p365 = o->p365};
    enum err e = assess_begin(a);
    if (!e)
        e = state_forecast_put(a->state, &f);
    return e ? e : keep_crossing(a, &f.limit, entry->at_us, o->state == OUTLOOK_EXCEEDED);
}

/* --- risk --- */

enum err assess_keep_risk(struct assess *a, int64_t at_us, const struct risk *house,
                          const char *line)
{
    struct state_risk r = {.house = a->plan->registry->houses[house->house].id,
                           .at_us = at_us,
                           .class_name = risk_class_name(house->level),
                           .colour = risk_colour_name(house),
                           .grey = house->grey,
                           .score = house->score,
                           .confidence = house->confidence,
                           .coverage = house->factor[CONFIDENCE_COVERAGE],
                           .p30 = house->p[RISK_30_D].p,
                           .p180 = house->p[RISK_180_D].p,
                           .p365 = house->p[RISK_365_D].p,
                           .line = line};
    enum err e = assess_begin(a);
    if (!e)
        e = state_risk_put(a->state, &r);
    return e;
}

enum err assess_keep_group(struct assess *a, int64_t at_us, const struct risk_group *g,
                           const struct house *first, const char *line)
{
    struct state_group kept = {.lane = first ? first->lane : "",
                               .row = first ? first->row : "",
                               .risk = {.at_us = at_us,
                                        .class_name = risk_class_name(g->level),
                                        .colour = risk_group_colour_name(g),
                                        .grey = g->grey,
                                        .score = g->score,
                                        .confidence = g->confidence,
                                        .coverage = g->coverage,
                                        .p30 = g->p[RISK_30_D].p,
                                        .p180 = g->p[RISK_180_D].p,
                                        .p365 = g->p[RISK_365_D].p,
                                        .line = line}};
    enum err e = assess_begin(a);
    return e ? e : state_group_put(a->state, &kept);
}

/* Once a week, with the conclusions of a Monday. */
enum err assess_thin_kept(struct assess *a, int64_t day)
{
    int64_t at_us = (day + 1) * US_PER_DAY;
    if ((day + 3) % 7 != 0 || a->unkept)
        return ERR_OK;
    enum err e = assess_begin(a);
    if (!e)
        e = state_forecast_prune(a->state, at_us);
    return e ? e : state_risk_prune(a->state, at_us);
}
