/* Which ill befalls which sensor of a big district, when, and how badly. */
#include <math.h>

#include "draw.h"
#include "shikumen/base/clock.h"

#define RENOVATED_PER_YEAR 0.02 /* of the houses */
#define VACATED_PER_YEAR   0.04
#define NOTED_SHARE        0.6 /* of the exchanged sensors, those somebody noted */

/* How often each kind comes, of the ills of a sensor. */
static const struct {
    enum ill_kind kind;
    double weight;
} kinds[] = {
    {ILL_GAP, 22},          {ILL_SPIKES, 16}, {ILL_STUCK, 12}, {ILL_DRIFT, 8},
    {ILL_DRIFT_THERMAL, 6}, {ILL_SWAP, 7},    {ILL_REZERO, 4}, {ILL_DUPLICATES, 5},
    {ILL_DISORDER, 5},      {ILL_UNIT, 3},    {ILL_REPLAY, 6}, {ILL_CLOCK, 3},
    {ILL_BATTERY, 3},
};
#define KINDS (sizeof kinds / sizeof *kinds)

size_t draw_ills_room(const struct scenario *s, const struct district *d)
{
    return (size_t)s->draw.years * (d->sensor_count + 2 * d->house_count);
}

static enum ill_kind draw_kind(struct draw *w)
{
    double sum = 0, at;
    size_t i = 0;

    for (size_t k = 0; k < KINDS; k++)
        sum += kinds[k].weight;
    at = draw_between(w, 0, sum);
    while (i + 1 < KINDS && at >= kinds[i].weight)
        at -= kinds[i++].weight;
    return kinds[i].kind;
}

static bool of_node(enum ill_kind kind)
{
    return kind == ILL_REPLAY || kind == ILL_CLOCK || kind == ILL_BATTERY;
}

static double draw_clock_hours(struct draw *w)
{
    static const double hours[] = {-8, 8, -1, 1, -24, 24, -72, 168};

    return hours[(size_t)draw_between(w, 0, 8)];
}

static double draw_factor(struct draw *w)
{
    static const double factors[] = {1000, 0.001, 25.4, 1 / 25.4};

    return factors[(size_t)draw_between(w, 0, 4)];
}

static double draw_size(struct draw *w, enum ill_kind kind, double noise)
{
    double sign = draw_between(w, 0, 1) < 0.5 ? -1 : 1;

    switch (kind) {
    case ILL_DRIFT:
        return sign * noise * draw_log_between(w, 30, 400);
    case ILL_DRIFT_THERMAL:
        return sign * noise * draw_log_between(w, 2, 12);
    case ILL_SPIKES:
        return noise * draw_log_between(w, 40, 500);
    case ILL_SWAP:
        return sign * noise * draw_log_between(w, 6, 60);
    case ILL_CLOCK:
        return draw_clock_hours(w);
    case ILL_UNIT:
        return draw_factor(w);
    case ILL_DISORDER:
        return round(draw_between(w, 2, 48));
    default:
        return 0;
    }
}

static double draw_days(struct draw *w, enum ill_kind kind)
{
    switch (kind) {
    case ILL_GAP:
        return draw_log_between(w, 0.2, 31);
    case ILL_REPLAY:
        return draw_between(w, 5, 35);
    case ILL_STUCK:
        return draw_log_between(w, 1, 60);
    case ILL_DRIFT:
    case ILL_DRIFT_THERMAL:
        return draw_between(w, 90, 500);
    case ILL_BATTERY:
        return draw_between(w, 20, 60);
    case ILL_SWAP:
    case ILL_REZERO:
        return 0;
    default:
        return draw_log_between(w, 1, 40);
    }
}

static void add_ill(struct draw *w, enum ill_kind kind, const char *at, int64_t from_us,
                    double days, double size)
{
    struct scenario_ill *ill = &w->s->ills[w->s->ill_count];

    if (w->s->ill_count >= w->ill_room)
        return;
    *ill = (struct scenario_ill){
        .kind = kind, .at = at, .from_us = from_us, .until_us = INT64_MAX, .size = size};
    if (days > 0)
        ill->until_us = from_us + (int64_t)ceil(days * 24) * US_PER_HOUR;
    ill->epoch = kind == ILL_REZERO || kind >= ILL_RENOVATION ||
                 (kind == ILL_SWAP && draw_between(w, 0, 1) < NOTED_SHARE);
    w->s->ill_count++;
}

static int64_t draw_in_year_us(struct draw *w, int year)
{
    double years = w->s->draw.years;

    return draw_moment_us(w, year / years, (year + 1) / years);
}

/* A measuring sensor without noise of its own is a wire or an event's peak. */
static bool fits(enum ill_kind kind, const struct design *g)
{
    bool measures = g->noise > 0 && g->response != RESPONSE_BATTERY && g->response != RESPONSE_RSSI;

    return of_node(kind) || kind == ILL_GAP || kind == ILL_DUPLICATES || kind == ILL_DISORDER ||
           measures;
}

static void draw_of_sensor(struct draw *w, uint32_t sensor, int year)
{
    const struct sim_node *n = &w->d->nodes[district_node_of(w->d, sensor)];
    const struct design *g = w->d->sensors[sensor].design;
    enum ill_kind kind = draw_kind(w);
    int64_t from_us = draw_in_year_us(w, year);
    double days = draw_days(w, kind), size = draw_size(w, kind, g->noise);

    if (!fits(kind, g))
        return;
    if (!of_node(kind))
        add_ill(w, kind, draw_sensor_id(w, sensor), from_us, days, size);
    else if (draw_between(w, 0, n->count) < 1) /* all its sensors share it */
        add_ill(w, kind, n->id, from_us, days, size);
}

static void draw_of_house(struct draw *w, uint32_t house, int year)
{
    const char *id = w->d->houses[house].id;
    bool lived_in = district_sensor(w->d, house, "t-in") != SIM_NONE;

    if (draw_between(w, 0, 1) < RENOVATED_PER_YEAR)
        add_ill(w, ILL_RENOVATION, id, draw_in_year_us(w, year), draw_between(w, 20, 60),
                draw_between(w, 3, 30));
    if (draw_between(w, 0, 1) < VACATED_PER_YEAR && lived_in)
        add_ill(w, ILL_VACANCY, id, draw_in_year_us(w, year), draw_between(w, 60, 300), 0);
}

void draw_ills(struct draw *w)
{
    for (int year = 0; year < w->s->draw.years; year++) {
        for (uint32_t i = 0; i < w->d->sensor_count; i++)
            if (draw_between(w, 0, 1) < w->s->draw.ills_per_sensor_year)
                draw_of_sensor(w, i, year);
        for (uint32_t i = 0; i < w->d->house_count; i++)
            draw_of_house(w, i, year);
    }
}
