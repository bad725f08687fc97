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

/* Earlier than what is shown of it. */
static enum err take_before(void *context, const struct state_risk *r)
{
    struct standings *standings = context;
    uint32_t house = registry_house(standings->registry, r->house);
    struct standing *s = house == REGISTRY_NONE ? NULL : &standings->of[house];

    if (!s || r->at_us >= s->at_us)
        return ERR_OK;
    s->before.at_us = r->at_us;
    s->before.score = r->score;
    s->before.class_name = desk_keep(standings->desk, r->class_name);
    return ERR_OK;
}

static enum err ask(struct standings *standings, int64_t at_us)
{
    struct state_db *db = standings->desk->state;
    int64_t latest_us = INT64_MIN;
    enum err e = state_risk_at(db, at_us, take, standings);

    for (size_t i = 0; i < standings->count; i++)
        if (standings->of[i].at_us > latest_us)
            latest_us = standings->of[i].at_us;
    if (e != ERR_OK || latest_us == INT64_MIN)
        return e;
    return state_risk_at(db, latest_us - STANDING_BEFORE_US, take_before, standings);
}

/* Never assessed: no score at all; the least confidence there is. */
enum err standings_take(struct desk *d, int64_t at_us, enum ranking_order order,
                        struct standings *out)
{
    const struct registry *r = d->registry;
    enum err e;

    *out = (struct standings){.registry = r, .desk = d, .order = order, .count = r->house_count};
    out->of = arena_array(d->arena, r->house_count, sizeof *out->of);
    if (!out->of)
        return ERR_NOMEM;
    for (size_t i = 0; i < out->count; i++)
        out->of[i] = (struct standing){.house = &r->houses[i],
                                       .at_us = INT64_MIN,
                                       .key = order == RANK_CONFIDENCE ? 0 : (double)NAN,
                                       .score = (double)NAN,
                                       .before = {INT64_MIN, (double)NAN, ""}};
    e = ask(out, at_us);
    if (e == ERR_OK)
        e = overrides_take_at(d, at_us < d->now_us ? at_us : d->now_us, &out->overrides);
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
