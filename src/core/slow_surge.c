/* A row of houses that begins to move at once: an excavation, a pumped well. Each gauge alone needs
 * weeks to tell that from its noise; together they tell within days. */
#include <math.h>
#include <string.h>

#include "shikumen/num/order.h"
#include "slow_private.h"

#define LATE_DAYS  2  /* whose mean is compared with that of */
#define EARLY_DAYS 14 /* days that end */
#define GAP_DAYS   2  /* before them */
#define LOOK_DAYS  (LATE_DAYS + GAP_DAYS + EARLY_DAYS)
_Static_assert(SURGE_D == LATE_DAYS + GAP_DAYS, "it began within these");
#define BACK_DAYS  180 /* looked back on, for how far the row used to move so */
#define BACK_LEAST 60
#define ROW_LEAST  3    /* houses */
#define ROW_SHARE  0.66 /* of its gauges that go the same way, half as far at least [J] */
#define FLOORS     1.0  /* the least that matters, in floors of a jump (slow_floor) [J] */
#define SURGE_Z    6.0  /* times what the row used to do [J] */
#define SURGE_DAYS 28   /* by then slopes tell whether it goes on [J] */
#define PACE_DAYS  4    /* between the days whose difference is its present pace */
#define PACE_ERROR 0.25 /* share of the pace [J] */

static double mean_of(const float *r, size_t n)
{
    double sum = 0;
    int count = 0;

    for (size_t i = 0; i < n; i++) {
        if (!isfinite(r[i]))
            continue;
        sum += (double)r[i];
        count++;
    }
    return (size_t)count * 2 >= n ? sum / count : (double)NAN;
}

double slow_departure(const struct channel *c, int64_t day)
{
    int64_t end = day + 1 - c->first_day;

    if (c->first_day == INT64_MIN || end < LOOK_DAYS || end > (int64_t)c->days)
        return NAN;
    const float *late = c->residual + end - LATE_DAYS;
    return mean_of(late, LATE_DAYS) - mean_of(late - GAP_DAYS - EARLY_DAYS, EARLY_DAYS);
}

bool slow_has_surged(const struct slow *s, const struct slow_sensor *x)
{
    return x->surge_day != INT64_MIN && s->day - x->surge_day < SURGE_DAYS;
}

bool slow_beginning(const struct slow *s, uint32_t sensor, int64_t day,
                    struct outlook_beginning *out)
{
    const struct channel *c = &s->channel[sensor];
    const struct slow_sensor *x = &s->sensor[sensor];
    int64_t end = day + 1 - c->first_day;
    double noise = x->movement.white, before;

    if (!slow_has_surged(s, x) || x->movement.governing >= 0 || end < LOOK_DAYS ||
        end > (int64_t)c->days)
        return false;
    *out = (struct outlook_beginning){.level = mean_of(c->residual + end - LATE_DAYS, LATE_DAYS),
                                      .level_sd = noise,
                                      .age_d = LOOK_DAYS};
    before = mean_of(c->residual + end - LATE_DAYS - PACE_DAYS, LATE_DAYS);
    out->slope = (out->level - before) / PACE_DAYS;
    out->slope_sd = hypot(PACE_ERROR * out->slope, noise / PACE_DAYS);
    return isfinite(out->slope) && isfinite(out->level_sd);
}

/* --- a row --- */

/* Gauges of one kind in a row, or elsewhere. */
struct gauges {
    const uint32_t *sensor;
    size_t n;
};

static double median_departure(const struct slow *s, struct gauges g, int64_t day, double *scratch)
{
    size_t n = 0;

    for (size_t i = 0; i < g.n; i++) {
        double d = slow_departure(&s->channel[g.sensor[i]], day);
        if (isfinite(d))
            scratch[n++] = d;
    }
    return n >= ROW_LEAST ? median(scratch, n) : (double)NAN;
}

/* Standard deviation, robust, of what such differences of the row came to before. NaN: unknown. */
static double used(const struct slow *s, struct gauges g, int64_t day, double *scratch)
{
    double apart[BACK_DAYS];
    size_t n = 0;

    for (int64_t d = day - LOOK_DAYS - BACK_DAYS; d < day - LOOK_DAYS; d++) {
        double m = median_departure(s, g, d, scratch);
        if (isfinite(m))
            apart[n++] = fabs(m);
    }
    return n >= BACK_LEAST ? MAD_TO_SIGMA * median(apart, n) : (double)NAN;
}

static bool most_go(const struct slow *s, struct gauges g, int64_t day, double most)
{
    size_t alike = 0, known = 0;

    for (size_t i = 0; i < g.n; i++) {
        double d = slow_departure(&s->channel[g.sensor[i]], day);
        known += isfinite(d);
        alike += isfinite(d) && (most > 0 ? d > most / 2 : d < most / 2);
    }
    return (double)alike >= ROW_SHARE * (double)known;
}

/* What others do as well is the weather. */
static bool surges(const struct slow *s, struct gauges row, struct gauges others, int64_t day,
                   double *scratch)
{
    const struct sensor *first = &s->r->sensors[row.sensor[0]];
    double floor = FLOORS * slow_floor(first->quantity, 0);
    double moved = median_departure(s, row, day, scratch), elsewhere;
    bool harmful = quantity_info(first->quantity)->two_sided ? fabs(moved) > floor : moved > floor;

    if (!harmful || !most_go(s, row, day, moved))
        return false;
    elsewhere = median_departure(s, others, day, scratch);
    if (isfinite(elsewhere) && fabs(moved - elsewhere) < fmax(floor, fabs(moved) / 2))
        return false;
    return fabs(moved) > SURGE_Z * used(s, row, day, scratch);
}

/* --- all rows --- */

static bool takes_part(const struct slow *s, uint32_t i)
{
    enum quantity q = s->r->sensors[i].quantity;

    return s->channel[i].role == CHANNEL_DAMAGE && s->channel[i].days > 0 && q != Q_FREQUENCY &&
           q != Q_MOISTURE_CONTENT && s->sensor[i].doubt == DOUBT_NONE &&
           s->r->sensors[i].house != REGISTRY_NONE;
}

static bool is_alike(const struct sensor *a, const struct sensor *b)
{
    return a->quantity == b->quantity && strcmp(a->axis, b->axis) == 0;
}

/* Gauges like a sensor's, in its row or in others. Returns how many; out: all sensors. */
static size_t gather(const struct slow *s, uint32_t sensor, bool own_row, uint32_t *out)
{
    size_t n = 0;

    for (uint32_t i = 0; i < s->r->sensor_count; i++)
        if (takes_part(s, i) && is_alike(&s->r->sensors[sensor], &s->r->sensors[i]) &&
            slow_same_row(s->r, s->r->sensors[sensor].house, s->r->sensors[i].house) == own_row)
            out[n++] = i;
    return n;
}

static int houses_of(const struct slow *s, struct gauges g)
{
    int houses = 0;

    for (size_t i = 0; i < g.n; i++) {
        bool seen = false;
        for (size_t k = 0; k < i && !seen; k++)
            seen = s->r->sensors[g.sensor[k]].house == s->r->sensors[g.sensor[i]].house;
        houses += !seen;
    }
    return houses;
}

bool slow_departs(const struct slow *s, uint32_t sensor, int64_t day)
{
    enum quantity q = s->r->sensors[sensor].quantity;
    double moved = slow_departure(&s->channel[sensor], day);

    return (quantity_info(q)->two_sided ? fabs(moved) : moved) > FLOORS / 2 * slow_floor(q, 0);
}

void slow_count_surge(const struct slow *s, uint32_t sensor, int64_t day, struct finding *f)
{
    const struct sensor *own = &s->r->sensors[sensor];

    f->moved = f->asked = 0;
    for (uint32_t h = 0; h < s->r->house_count; h++) {
        bool has = false, goes = false;
        for (uint32_t i = 0; i < s->r->sensor_count; i++) {
            if (s->r->sensors[i].house != h || !takes_part(s, i) ||
                !is_alike(own, &s->r->sensors[i]) || !slow_same_row(s->r, own->house, h))
                continue;
            has = true;
            goes = goes || (s->sensor[i].surge_day == day && slow_departs(s, i, day));
        }
        f->asked += has;
        f->moved += goes;
    }
}

enum err slow_surges(struct slow *s, int64_t day, struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    size_t all = s->r->sensor_count + 1;
    uint32_t *row = arena_array(arena, all, sizeof *row);
    uint32_t *others = arena_array(arena, all, sizeof *others);
    double *scratch = arena_array(arena, all, sizeof *scratch);
    bool *seen = arena_array(arena, all, sizeof *seen);

    if (!row || !others || !scratch || !seen)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < s->r->sensor_count; i++) {
        if (seen[i] || !takes_part(s, i) || !slow_departs(s, i, day))
            continue;
        struct gauges own = {row, gather(s, i, true, row)};
        struct gauges other = {others, gather(s, i, false, others)};
        bool surge = houses_of(s, own) >= ROW_LEAST && surges(s, own, other, day, scratch);
        for (size_t k = 0; k < own.n; k++) {
            struct slow_sensor *x = &s->sensor[own.sensor[k]];
            seen[own.sensor[k]] = true;
            x->surge_day = surge ? day : x->surge_day;
            x->together = x->together || surge;
        }
        seen[i] = true;
    }
    arena_rewind(arena, mark);
    return ERR_OK;
}
