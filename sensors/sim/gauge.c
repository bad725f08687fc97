#include "gauge.h"

#include <math.h>

#include "chance.h"
#include "shikumen/base/clock.h"

#define YEAR_US (365.2425 * (double)US_PER_DAY)
/* 2020-01-01T00:00:00Z: slow drifts are reckoned from here. */
#define ORIGIN_US 1577836800000000.0

enum stream {
    STREAM_BASE = 100,
    STREAM_GAIN,
    STREAM_GAIN_RH,
    STREAM_DRIFT,
    STREAM_NOISE,
    STREAM_WANDER,
    STREAM_EVENT,
    STREAM_SPIKE,
    STREAM_SPIKE_SIZE,
    STREAM_DROPOUT,
    STREAM_STUCK
};

struct moment {
    const struct sim_sensor *s;
    const struct climate *c;
    double years; /* since ORIGIN_US */
    int64_t t_us;
};

static double of_sensor(const struct moment *m, enum stream stream, double low, double high)
{
    return chance_between(m->s->seed, stream, low, high);
}

/* Brick shrinks and cracks open in the cold; damp lets it swell. */
static double crack(const struct moment *m)
{
    return of_sensor(m, STREAM_BASE, 0.10, 0.45) +
           of_sensor(m, STREAM_GAIN, -0.0022, -0.0008) * (m->c->wall_celsius - 17) +
           of_sensor(m, STREAM_GAIN_RH, -0.0005, 0) * (m->c->season_rh - 75) +
           of_sensor(m, STREAM_DRIFT, 0, 0.012) * m->years;
}

static double tilt(const struct moment *m)
{
    return of_sensor(m, STREAM_BASE, -2.5, 2.5) +
           of_sensor(m, STREAM_GAIN, -0.004, 0.004) * (m->c->wall_celsius - 17) +
           of_sensor(m, STREAM_GAIN_RH, -0.001, 0.001) * (m->c->season_rh - 75) +
           of_sensor(m, STREAM_DRIFT, -0.01, 0.02) * m->years;
}

static double settlement(const struct moment *m)
{
    return of_sensor(m, STREAM_BASE, 0, 6) + of_sensor(m, STREAM_DRIFT, 0.2, 1.2) * m->years +
           0.004 * (m->c->season_celsius - 17);
}

static double strain(const struct moment *m)
{
    return of_sensor(m, STREAM_BASE, -60, 120) +
           of_sensor(m, STREAM_GAIN, -1.2, 2.4) * (m->c->indoor_celsius - 20) +
           of_sensor(m, STREAM_GAIN_RH, 0, 0.8) * (m->c->season_rh - 75);
}

static double indoor_celsius(const struct moment *m)
{
    return m->c->indoor_celsius;
}

static double outdoor_celsius(const struct moment *m)
{
    return m->c->outdoor_celsius;
}

static double wall_celsius(const struct moment *m)
{
    return m->c->wall_celsius;
}

static double indoor_rh(const struct moment *m)
{
    return m->c->indoor_rh;
}

static double outdoor_rh(const struct moment *m)
{
    return m->c->outdoor_rh;
}

/* Equilibrium moisture of softwood, a straight line through 12 % at 65 %RH and 16 % at 80 %RH. */
static double moisture(const struct moment *m)
{
    return 12 + of_sensor(m, STREAM_GAIN, 0.14, 0.22) * (m->c->season_rh - 68) -
           0.03 * (m->c->season_celsius - 17);
}

/* Peaks of passing traffic: many small ones, few larger ones, more by day. */
static double velocity(const struct moment *m)
{
    uint64_t tick = (uint64_t)(m->t_us / US_PER_S);
    double hour = fmod((double)m->t_us / (double)US_PER_HOUR + 8, 24);
    double busy = hour > 6 && hour < 23 ? 1 : 0.4;
    double peak =
        0.10 * busy * exp(0.5 * chance_normal(chance_mix(m->s->seed, STREAM_EVENT), tick));

    return peak < 0.9 ? peak : 0.9;
}

static double event_frequency(const struct moment *m)
{
    uint64_t tick = (uint64_t)(m->t_us / US_PER_S);

    return chance_between(chance_mix(m->s->seed, STREAM_EVENT), tick, 9, 28);
}

static double frequency(const struct moment *m)
{
    double base = of_sensor(m, STREAM_BASE, 4.2, 7.8);

    return base * (1 + of_sensor(m, STREAM_GAIN, -0.0006, 0.0006) * (m->c->season_celsius - 17));
}

/* A lithium cell: 3.6 V and a little less every year and in the cold. */
static double battery(const struct moment *m)
{
    double age = fmod(of_sensor(m, STREAM_BASE, 0, 4) + m->years, 4);

    return 3.66 - 0.04 * age + 0.0012 * (m->c->outdoor_celsius - 17);
}

static double rssi(const struct moment *m)
{
    double wander = chance_smooth(chance_mix(m->s->seed, STREAM_WANDER),
                                  (double)m->t_us / (2 * (double)US_PER_DAY));

    return of_sensor(m, STREAM_BASE, -92, -70) + 4 * wander - 3 * m->c->rain;
}

/* Ground water below the yard, up after rain. */
static double water(const struct moment *m)
{
    double wander = chance_smooth(chance_mix(m->s->seed, STREAM_WANDER),
                                  (double)m->t_us / (12 * (double)US_PER_DAY));

    return -1.1 + 0.12 * wander + 0.010 * (m->c->season_rh - 75);
}

static double dry(const struct moment *m)
{
    (void)m;
    return 0;
}

static double (*const model[RESPONSE_COUNT])(const struct moment *) = {
    [RESPONSE_CRACK] = crack,
    [RESPONSE_TILT] = tilt,
    [RESPONSE_SETTLEMENT] = settlement,
    [RESPONSE_STRAIN] = strain,
    [RESPONSE_INDOOR_CELSIUS] = indoor_celsius,
    [RESPONSE_OUTDOOR_CELSIUS] = outdoor_celsius,
    [RESPONSE_WALL_CELSIUS] = wall_celsius,
    [RESPONSE_INDOOR_RH] = indoor_rh,
    [RESPONSE_OUTDOOR_RH] = outdoor_rh,
    [RESPONSE_MOISTURE] = moisture,
    [RESPONSE_VELOCITY] = velocity,
    [RESPONSE_EVENT_FREQUENCY] = event_frequency,
    [RESPONSE_FREQUENCY] = frequency,
    [RESPONSE_BATTERY] = battery,
    [RESPONSE_RSSI] = rssi,
    [RESPONSE_WATER] = water,
    [RESPONSE_LEAK] = dry,
};

double damage_mm(const struct damage *d, int64_t t_us)
{
    double run = (double)(d->until_us - d->from_us);
    double part = run > 0 ? (double)(t_us - d->from_us) / run : 0;
    double growth = 1.25 * (part - 0.2) / 0.4;

    return growth < 0 ? 0 : growth > 8 ? 8 : growth;
}

/* The first crack gauge of the house is the one on the crack that grows. */
static double grown_mm(const struct sim_sensor *s, const struct damage *d, int64_t t_us)
{
    bool grows =
        s->design->response == RESPONSE_CRACK && s->house == d->house && s->design->node == 1;

    return grows ? damage_mm(d, t_us) : 0;
}

static double rounded(double v, const struct design *d)
{
    double scale = pow(10, d->decimals), r = round(v * scale) / scale;

    r = r < d->range[0] ? d->range[0] : r > d->range[1] ? d->range[1] : r;
    return r == 0 ? 0 : r;
}

/* How many of its periods a sensor is in one fit of dropping out or being stuck. */
#define DROPOUT_MAX 3
#define STUCK_TICKS 72

static bool drops_out(const struct sim_sensor *s, double rate, uint64_t tick)
{
    uint64_t own = chance_mix(s->seed, STREAM_DROPOUT), block = tick / 16;
    double at = chance_between(own, 2 * block + 1, 0, 16 - DROPOUT_MAX);
    double len = 1 + floor(chance_between(own, 2 * block + 1000003, 0, DROPOUT_MAX));

    return chance_uniform(own, 2 * block) < rate * 4 && (double)(tick % 16) >= floor(at) &&
           (double)(tick % 16) < floor(at) + len;
}

/* A stuck gauge repeats its value of the block's first tick. */
static uint64_t stuck_at(const struct sim_sensor *s, double rate, uint64_t tick)
{
    uint64_t first = tick - tick % STUCK_TICKS;
    bool stuck = chance_uniform(chance_mix(s->seed, STREAM_STUCK), first) < rate * 2;

    return stuck ? first : tick;
}

/* Single wrong readings; an event's peak (no noise of its own) is never wrong. */
static double spike(const struct sim_sensor *s, double rate, uint64_t tick)
{
    double span = s->design->range[1] - s->design->range[0];

    if (s->design->noise <= 0 ||
        chance_uniform(chance_mix(s->seed, STREAM_SPIKE), tick) >= rate * 0.4)
        return 0;
    return span * chance_between(chance_mix(s->seed, STREAM_SPIKE_SIZE), tick, -0.3, 0.3);
}

bool gauge_value(const struct sim_sensor *s, const struct gauge_settings *set, uint64_t weather,
                 const struct climate *c, int64_t t_us, double *value)
{
    int64_t period_us = s->design->period_s * US_PER_S;
    uint64_t tick = (uint64_t)(t_us / period_us), from = stuck_at(s, set->fault_rate, tick);
    int64_t from_us = t_us - (int64_t)(tick - from) * period_us;
    struct climate then;
    struct moment m = {s, c, ((double)from_us - ORIGIN_US) / YEAR_US, from_us};

    if (drops_out(s, set->fault_rate, tick))
        return false;
    if (from != tick) {
        then = weather_at(weather, s->house_seed, from_us);
        m.c = &then;
    }
    *value = model[s->design->response](&m) + grown_mm(s, &set->damage, from_us) +
             s->design->noise * chance_normal(chance_mix(s->seed, STREAM_NOISE), from) +
             spike(s, set->fault_rate, tick);
    *value = rounded(*value, s->design);
    return true;
}
