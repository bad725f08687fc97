#include <math.h>
#include <string.h>

#include "shikumen/num/horizon.h"
#include "slow_private.h"

#define SEASON_D   365
#define WEEK_LEAST 2

/* The series of weekly levels since the baseline, days on its axis. */
static enum err series_of(const struct slow *s, uint32_t sensor, int64_t day, struct arena *arena,
                          struct outlook_series *out)
{
    const struct channel *c = &s->channel[sensor];
    const struct slow_sensor *x = &s->sensor[sensor];
    struct movement_doubt doubt = channel_doubt(c, s->channel, day, s->r->sensors[sensor].quantity);
    int64_t load_us = slow_works_load_us(s->r, sensor, (day + 1) * DAY_US);
    double *t_d = arena_array(arena, c->days / 7 + 1, sizeof *t_d);
    double *level = arena_array(arena, c->days / 7 + 1, sizeof *level);
    double *step_d = arena_array(arena, OUTLOOK_STEPS_MAX, sizeof *step_d);

    if (!t_d || !level || !step_d)
        return ERR_NOMEM;
    *out = (struct outlook_series){.t_d = t_d,
                                   .level = level,
                                   .now_d = (double)c->days,
                                   .step_d = step_d,
                                   .load_d = NAN,
                                   .level_se = doubt.level,
                                   .slope_se = doubt.slope[1],
                                   .active = x->movement.governing >= 0};
    out->n = movement_weeks(c->residual, c->days, c->days % 7, WEEK_LEAST, t_d, level);
    for (size_t i = 0; i < x->steps; i++)
        step_d[out->steps++] = (double)(x->steps_at[i] - c->first_day);
    if (load_us != INT64_MIN)
        out->load_d = (double)(load_us - c->first_day * DAY_US) / (double)DAY_US;
    return ERR_OK;
}

/* What weather may yet add, upwards and downwards; NULL: not asked for yet. */
struct envelopes {
    double *of[2];
};

static const double *envelope(const struct slow *s, uint32_t sensor, int64_t day, bool below,
                              struct arena *arena, struct envelopes *known)
{
    double *season = known->of[below];

    if (season)
        return season;
    season = arena_array(arena, SEASON_D, sizeof *season);
    if (!season)
        return NULL;
    channel_season(&s->channel[sensor], s->channel, day, below, season, SEASON_D);
    horizon_envelope(season, SEASON_D, below, season);
    return known->of[below] = season;
}

/* People have been told that the limit, or a higher one of its kind, is exceeded. */
static bool is_held(const struct slow_sensor *x, const struct limit *l)
{
    return x->move.limit && x->move.limit->of == l->of && x->move.level >= l->level &&
           x->move.limit->level >= l->level;
}

static enum err limit_ahead(struct slow *s, uint32_t sensor, int64_t day, const struct limit *l,
                            const struct outlook_stand *stand, struct envelopes *known,
                            struct arena *arena, struct outlook *out)
{
    const struct sensor *own = &s->r->sensors[sensor];
    struct outlook_limit limit = {.held = is_held(&s->sensor[sensor], l)};

    limit.value = slow_limit_level(l, own->quantity, &s->sensor[sensor].movement, &limit.below);
    if (l->of == LIMIT_VALUE) {
        limit.envelope = envelope(s, sensor, day, limit.below, arena, known);
        if (!limit.envelope)
            return ERR_NOMEM;
        limit.envelope_n = SEASON_D;
    }
    return outlook_of(stand, &limit, out);
}

static enum err tell(const struct slow *s, uint32_t sensor, int64_t day, const struct limit *l,
                     const struct outlook *o, struct arena *arena, const struct slow_sink *sink)
{
    const struct sensor *own = &s->r->sensors[sensor];

    return slow_tell_ahead(sink, s->r, own->element, l, day, arena,
                           (struct ledger_entry){.sensor = own->id,
                                                 .quantity = quantity_info(own->quantity)->name,
                                                 .outlook = *o});
}

static enum err all_limits(struct slow *s, uint32_t sensor, int64_t day,
                           const struct outlook_stand *stand, struct arena *arena,
                           const struct slow_sink *sink)
{
    const struct limit_set *set = s->r->sensors[sensor].limits;
    struct slow_sensor *x = &s->sensor[sensor];
    struct envelopes known = {0};
    const double share[] = {slow_building_share(s, sensor, false),
                            slow_building_share(s, sensor, true)}; /* by whether it is reached */
    struct outlook lowest = {0};
    bool any = false;
    enum err e = ERR_OK;

    x->ahead_limit = NULL;
    for (size_t i = 0; i < set->count && e == ERR_OK; i++) {
        struct outlook o;
        if (!slow_is_forecast(&set->limits[i]))
            continue;
        e = limit_ahead(s, sensor, day, &set->limits[i], stand, &known, arena, &o);
        lowest = o;
        any = any || e == ERR_OK;
        if (e == ERR_OK)
            ledger_recalibrate(s->record.calibration, &o);
        if (e == ERR_OK && !x->ahead_limit) { /* by descending level */
            x->ahead_limit = &set->limits[i];
            x->ahead = o;
            x->building_share = share[o.state == OUTLOOK_EXCEEDED];
            x->ahead_day = day;
        }
        if (e == ERR_OK)
            outlook_discount(&o, share[o.state == OUTLOOK_EXCEEDED]);
        if (e == ERR_OK)
            e = tell(s, sensor, day, &set->limits[i], &o, arena, sink);
    }
    if (any && e == ERR_OK)
        slow_record_take(s, sensor, day, &lowest);
    return e;
}

enum err slow_ahead(struct slow *s, uint32_t sensor, int64_t day, struct arena *arena,
                    const struct slow_sink *sink)
{
    struct arena_mark mark = arena_mark(arena);
    struct slow_sensor *x = &s->sensor[sensor];
    struct outlook_series series;
    struct outlook_beginning beginning;
    struct outlook_stand stand;
    enum err e;

    if (!s->r->sensors[sensor].limits || !x->moved)
        return ERR_OK;
    e = series_of(s, sensor, day, arena, &series);
    if (e == ERR_OK && outlook_is_stale(&x->fit, &series))
        e = outlook_fit(&series, arena, &x->fit);
    if (e == ERR_OK && slow_beginning(s, sensor, day, &beginning))
        outlook_begun(&beginning, &stand);
    else if (e == ERR_OK)
        e = outlook_stand(&series, &x->fit, arena, &stand);
    if (e == ERR_OK)
        e = all_limits(s, sensor, day, &stand, arena, sink);
    arena_rewind(arena, mark);
    return e == ERR_NOMEM ? e : ERR_OK; /* what cannot be computed is not forecast */
}
