#include <math.h>
#include <string.h>

#include "slow_channel.h"

const double driver_lag_d[DRIVER_LAGS] = {0, 0.25, 1, 5, 20};

#define WARM 0.4 /* share of a memory that may come from before its series began [J] */

bool channel_is_damage(enum quantity q)
{
    return q == Q_CRACK_WIDTH || q == Q_SETTLEMENT || q == Q_DISPLACEMENT || q == Q_DEFLECTION ||
           q == Q_TILT || q == Q_STRAIN || q == Q_FREQUENCY || q == Q_MOISTURE_CONTENT;
}

bool channel_is_driver(enum quantity q)
{
    return q == Q_TEMPERATURE || q == Q_HUMIDITY || q == Q_WATER_LEVEL;
}

size_t driver_lags(enum quantity q, uint8_t out[DRIVER_LAGS])
{
    static const uint8_t slow[] = {0, 3, 4};
    size_t n = 0;

    if (q == Q_TEMPERATURE)
        for (uint8_t i = 0; i < DRIVER_LAGS; i++)
            out[n++] = i;
    else
        for (size_t i = 0; i < sizeof slow; i++)
            out[n++] = slow[i];
    return n;
}

/* --- memories: z += (1 - exp(-dt / tau)) (u - z), ENGINEERING B2.1 --- */

static float *memory_at(const struct channel *c, uint8_t lag, int64_t bin)
{
    return &c->memory[lag][bins_slot(c->bins.capacity, bin)];
}

void driver_touch(struct channel *c, int64_t bin)
{
    if (c->memory_end == INT64_MIN || bin >= c->memory_end)
        return;
    c->memory_end = bin;
    c->memory_goes_on = false;
}

void driver_changed(struct channel *c, int64_t bin)
{
    int64_t day = bin / BINS_PER_DAY;

    driver_touch(c, bin);
    if (day < c->dirty_day)
        c->dirty_day = day;
}

void driver_stand_in(struct channel *c, const struct channel *by, double a, double b, int64_t from)
{
    c->stand_in = by;
    c->stand_a = a;
    c->stand_b = b;
    c->stand_from = from;
    driver_changed(c, from);
}

/* A memory starts from the first bin and counts as unknown until WARM of it has been measured. A
 * missing bin leaves it as it is, and unknown by as much as it would have moved on. */
static void remember(struct channel *c, uint8_t lag, int64_t from, int64_t until)
{
    double keep = exp(-1.0 / BINS_PER_DAY / driver_lag_d[lag]), z = NAN, unknown = 1;
    int64_t first = bins_first(&c->bins), start = from;

    if (c->memory_goes_on) {
        z = c->memory_at_end[lag].z;
        unknown = c->memory_at_end[lag].unknown;
    } else if (from > first) { /* from so long before that less than 2e-7 of it matters */
        int64_t back = (int64_t)ceil(16 * driver_lag_d[lag] * BINS_PER_DAY);
        start = from - back > first ? from - back : first;
    }
    for (int64_t b = start; b < until; b++) {
        double u = driver_bin(c, b);
        if (isnan(z))
            z = u;
        else if (!isnan(u))
            z = keep * z + (1 - keep) * u;
        unknown = isnan(u) ? 1 - keep * (1 - unknown) : keep * unknown;
        if (b >= from)
            *memory_at(c, lag, b) = unknown <= WARM ? (float)(z - c->bins.origin) : NAN;
    }
    c->memory_at_end[lag].z = z;
    c->memory_at_end[lag].unknown = unknown;
}

void driver_update(struct channel *c, int64_t until)
{
    int64_t first = bins_first(&c->bins), from = c->memory_end;

    if (first == INT64_MAX || until <= first)
        return;
    if (from < first) {
        from = first;
        c->memory_goes_on = false;
    }
    if (from >= until)
        return;
    for (uint8_t lag = 1; lag < DRIVER_LAGS; lag++)
        if (c->memory[lag])
            remember(c, lag, from, until);
    c->memory_end = until;
    c->memory_goes_on = true;
}

#define AHEAD_BINS (3 * BINS_PER_DAY)

double driver_value_ahead(const struct channel *c, uint8_t lag, int64_t bin)
{
    double keep, z, unknown;

    if (lag == 0 || bin < c->memory_end)
        return driver_value(c, lag, bin);
    if (!c->memory[lag] || !c->memory_goes_on || bin - c->memory_end > AHEAD_BINS)
        return NAN;
    keep = exp(-1.0 / BINS_PER_DAY / driver_lag_d[lag]);
    z = c->memory_at_end[lag].z;
    unknown = c->memory_at_end[lag].unknown;
    for (int64_t b = c->memory_end; b <= bin; b++) {
        double u = driver_bin(c, b);
        if (!isnan(u))
            z = isnan(z) ? u : keep * z + (1 - keep) * u;
        unknown = isnan(u) ? 1 - keep * (1 - unknown) : keep * unknown;
    }
    return unknown <= WARM ? z : (double)NAN;
}

/* --- which sensors drive another --- */

struct choice {
    const struct registry *r;
    const struct sensor *of;
    struct channel *c;
};

static bool has(const struct channel *c, uint32_t sensor)
{
    for (uint32_t i = 0; i < c->drivers; i++)
        if (c->driver[i] == sensor)
            return true;
    return false;
}

static void add(struct choice *x, uint32_t sensor)
{
    if (sensor != REGISTRY_NONE && x->c->drivers < DRIVERS && !has(x->c, sensor))
        x->c->driver[x->c->drivers++] = sensor;
}

/* How near a sensor stands: 3 same house, 2 same lane, 1 same district. */
static int nearness(const struct choice *x, const struct sensor *s)
{
    const struct registry *r = x->r;

    if (x->of->house == REGISTRY_NONE || s->house == REGISTRY_NONE)
        return 1;
    if (s->house == x->of->house)
        return 3;
    return *r->houses[s->house].lane &&
                   strcmp(r->houses[s->house].lane, r->houses[x->of->house].lane) == 0
               ? 2
               : 1;
}

/* The nearest sensor of a quantity in one of the media, which are by preference ("" any). */
static uint32_t nearest(const struct choice *x, enum quantity q, const char *const *media,
                        size_t count)
{
    uint32_t best = REGISTRY_NONE;
    int best_score = 0;

    for (uint32_t i = 0; i < x->r->sensor_count; i++) {
        const struct sensor *s = &x->r->sensors[i];
        if (s->quantity != q)
            continue;
        for (size_t m = 0; m < count; m++) {
            int score = nearness(x, s) * 8 + (int)(count - m);
            if ((*media[m] == '\0' || strcmp(s->medium, media[m]) == 0) && score > best_score) {
                best = i;
                best_score = score;
            }
        }
    }
    return best;
}

static bool has_quantity(const struct choice *x, enum quantity q)
{
    for (uint32_t i = 0; i < x->c->drivers; i++)
        if (x->r->sensors[x->c->driver[i]].quantity == q)
            return true;
    return false;
}

void channel_choose_drivers(const struct registry *r, uint32_t sensor, struct channel *c)
{
    static const char *const wall[] = {"wall", "timber", "indoor", ""};
    static const char *const outdoor[] = {"outdoor"};
    static const char *const air[] = {"indoor", "outdoor", ""};
    static const char *const any[] = {""};
    const struct sensor *s = &r->sensors[sensor];
    struct choice x = {r, s, c};

    c->drivers = 0;
    for (size_t i = 0; i < s->environment_count; i++)
        if (channel_is_driver(r->sensors[s->environment[i]].quantity))
            add(&x, s->environment[i]);
    if (!has_quantity(&x, Q_TEMPERATURE))
        add(&x, nearest(&x, Q_TEMPERATURE, wall, 4));
    if (!has_quantity(&x, Q_HUMIDITY))
        add(&x, nearest(&x, Q_HUMIDITY, air, 3));
    if (!has_quantity(&x, Q_WATER_LEVEL) && s->quantity == Q_SETTLEMENT)
        add(&x, nearest(&x, Q_WATER_LEVEL, any, 1));
    add(&x, nearest(&x, Q_TEMPERATURE, outdoor, 1));
}
