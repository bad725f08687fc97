#include "standings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double key_of(enum ranking_order order, const struct state_risk *r)
{
    switch (order) {
    case RANK_P30:
        return r->p30;
    case RANK_P180:
        return r->p180;
    case RANK_P365:
        return r->p365;
    case RANK_CONFIDENCE:
        return -r->confidence;
    default:
        return r->score;
    }
}

static enum err take(void *context, const struct state_risk *r)
{
    struct standings *standings = context;
    uint32_t house = registry_house(standings->registry, r->house);
    struct standing *s;

    if (house == REGISTRY_NONE)
        return ERR_OK; /* no longer registered */
    s = &standings->of[house];
    s->at_us = r->at_us;
    s->score = r->score;
    s->key = key_of(standings->order, r);
    s->line = cJSON_Parse(r->line);
    return ERR_OK;
}

static int by_falling(double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) - isnan(b);
    return (a < b) - (a > b);
}

static int compare(const void *left, const void *right)
{
    const struct standing *a = left, *b = right;
    int by_key = by_falling(a->key, b->key), by_score = by_falling(a->score, b->score);

    if (by_key != 0)
        return by_key;
    return by_score != 0 ? by_score : strcmp(a->house->id, b->house->id);
}

/* Never assessed: no score at all; the least confidence there is. */
enum err standings_take(struct desk *d, enum ranking_order order, struct standings *out)
{
    const struct registry *r = d->registry;
    enum err e;

    *out = (struct standings){.registry = r, .order = order, .count = r->house_count};
    out->of = arena_array(d->arena, r->house_count, sizeof *out->of);
    if (!out->of)
        return ERR_NOMEM;
    for (size_t i = 0; i < out->count; i++)
        out->of[i] = (struct standing){.house = &r->houses[i],
                                       .at_us = INT64_MIN,
                                       .key = order == RANK_CONFIDENCE ? 0 : (double)NAN,
                                       .score = (double)NAN};
    e = state_risk_each(d->state, NULL, take, out);
    if (e == ERR_OK)
        e = overrides_take(d, &out->overrides);
    if (e == ERR_OK && out->count > 0)
        qsort(out->of, out->count, sizeof *out->of, compare);
    return e;
}

void standings_end(struct standings *s)
{
    for (size_t i = 0; s->of && i < s->count; i++)
        cJSON_Delete(s->of[i].line);
    *s = (struct standings){0};
}
