#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assess_parts.h"
#include "shikumen/base/array.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/strmap.h"

/* What the slow analysis says, as state.db keeps it: forecasts with what came of their limits, and
 * how houses stood. */

/* --- what came of limits --- */

/* Of a limit since a baseline. A limit on single events may be reached again and again: it has a
 * baseline after each time, so that every forecast meets what came after it. */
struct outcome {
    int64_t baseline_us, reached_us; /* STATE_UNKNOWN_US: not reached */
};

struct kept {
    struct arena arena;     /* of the keys */
    struct strmap by_limit; /* sensor, quantity, of, value */
    struct outcome *of;
    size_t count, capacity;
};

static bool is_event(const struct state_limit *l)
{
    return strcmp(l->of, limit_of_name(LIMIT_EVENT)) == 0;
}

#define KEY_SIZE 512 /* ids have 255 bytes at most */

/* Where the outcome of a limit is kept, begun with the baseline; NULL: memory is out. */
static struct outcome *outcome_of(struct kept *k, const struct state_limit *l, int64_t baseline_us)
{
    char key[KEY_SIZE], *own;
    int n = snprintf(key, sizeof key, "%s|%s|%s|%a", l->sensor, l->quantity, l->of, l->value);
    size_t length = n < KEY_SIZE ? (size_t)n : KEY_SIZE - 1;
    uint32_t at = strmap_get(&k->by_limit, key, length);
    if (at != STRMAP_NONE)
        return &k->of[at];
    struct outcome *of = array_grow(k->of, &k->capacity, k->count + 1, sizeof *of);
    if (!of)
        return NULL;
    k->of = of;
    own = arena_strdup(&k->arena, key);
    if (!own || strmap_put(&k->by_limit, own, length, (uint32_t)k->count))
        return NULL;
    of[k->count] = (struct outcome){baseline_us, STATE_UNKNOWN_US};
    return &of[k->count++];
}

static enum err take_crossing(void *context, const struct state_limit *l,
                              const struct state_crossing *c)
{
    struct assess *a = context;
    uint32_t sensor = registry_sensor(a->plan->registry, l->sensor, strlen(l->sensor));
    if (sensor == REGISTRY_NONE)
        return ERR_OK;
    int64_t baseline_us = a->watches[sensor].baseline_us;
    if (c->baseline_us != baseline_us && !(is_event(l) && c->baseline_us > baseline_us))
        return ERR_OK;
    struct outcome *o = outcome_of(a->slow.outcomes, l, baseline_us);
    if (o)
        *o = (struct outcome){c->baseline_us, c->reached_us};
    return o ? ERR_OK : ERR_NOMEM;
}

enum err assess_kept_open(struct assess *a)
{
    a->slow.outcomes = calloc(1, sizeof *a->slow.outcomes);
    if (!a->slow.outcomes)
        return ERR_NOMEM;
    a->error = state_error(a->state);
    return state_crossing_each(a->state, take_crossing, a);
}

void assess_kept_close(struct assess *a)
{
    if (!a->slow.outcomes)
        return;
    strmap_free(&a->slow.outcomes->by_limit);
    arena_free(&a->slow.outcomes->arena);
    free(a->slow.outcomes->of);
    free(a->slow.outcomes);
    a->slow.outcomes = NULL;
}

static enum err put_outcome(struct assess *a, const struct state_limit *l, const struct outcome *o,
                            int64_t until_us)
{
    return state_crossing_put(a->state, l,
                              &(struct state_crossing){o->baseline_us, o->reached_us, until_us});
}

/* Reached since: that ends what was foretold before, and what follows begins after the last time.
 */
static enum err begin_again(struct assess *a, const struct state_limit *l,
                            const struct ledger_entry *entry, struct outcome *o)
{
    enum err e = ERR_OK;
    if (entry->over_from_us > o->baseline_us) {
        o->reached_us = entry->over_from_us;
        e = put_outcome(a, l, o, entry->at_us);
    }
    if (entry->over_until_us > o->baseline_us)
        *o = (struct outcome){entry->over_until_us, STATE_UNKNOWN_US};
    return e;
}

static enum err keep_outcome(struct assess *a, const struct state_limit *l,
                             const struct ledger_entry *entry)
{
    uint32_t sensor = registry_sensor(a->plan->registry, l->sensor, strlen(l->sensor));
    bool stale =
        entry->outlook.state == OUTLOOK_ABSTAINED && entry->outlook.reason == OUTLOOK_STALE;
    enum err e = ERR_OK;
    if (sensor == REGISTRY_NONE || stale) /* nobody knows */
        return ERR_OK;
    int64_t baseline_us = a->watches[sensor].baseline_us;
    struct outcome *o = outcome_of(a->slow.outcomes, l, baseline_us);
    if (!o)
        return ERR_NOMEM;
    if (o->baseline_us < baseline_us || (!is_event(l) && o->baseline_us != baseline_us))
        *o = (struct outcome){baseline_us, STATE_UNKNOWN_US};
    if (entry->outlook.state == OUTLOOK_EXCEEDED && o->reached_us == STATE_UNKNOWN_US)
        o->reached_us = entry->at_us;
    if (entry->over_from_us != 0)
        e = begin_again(a, l, entry, o);
    return e || entry->unheard ? e : put_outcome(a, l, o, entry->at_us);
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
    return e ? e : keep_outcome(a, &f.limit, entry);
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
