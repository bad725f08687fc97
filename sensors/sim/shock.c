#include "shock.h"

#include <math.h>

#include "chance.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/curve.h"

#define SHANGHAI_US  (8 * US_PER_HOUR)
#define TRAFFIC_MM_S 0.10
#define TRAFFIC_MAX  0.9
#define METRO_US     (360 * US_PER_S)
#define PILE_US      (300 * US_PER_S)
#define MS_OF_SHOCK  125 /* times are whole eighths of a second */

enum stream { STREAM_TIME = 1, STREAM_PEAK, STREAM_HZ };

/* One of a stream of events: the n-th of seed. */
static struct shock make_shock(uint64_t seed, uint64_t n, int64_t slot_us, int64_t slot_from_us,
                               const double hz[2])
{
    double part = chance_uniform(chance_mix(seed, STREAM_TIME), n);
    int64_t eighths = (int64_t)(part * (double)(slot_us / US_PER_S) * 8);

    return (struct shock){
        .t_us = slot_from_us + eighths * MS_OF_SHOCK * US_PER_MS,
        .mm_s = exp(chance_normal(chance_mix(seed, STREAM_PEAK), n)),
        .hz = chance_between(chance_mix(seed, STREAM_HZ), n, hz[0], hz[1]),
    };
}

static double hour_in_shanghai(int64_t t_us)
{
    return fmod((double)(t_us + SHANGHAI_US) / (double)US_PER_HOUR, 24);
}

struct shock shock_traffic(const struct sim_sensor *s, int64_t from_us, int64_t period_us)
{
    static const double hz[2] = {9, 28};
    struct shock x = make_shock(s->seed, (uint64_t)(from_us / period_us), period_us, from_us, hz);
    double hour = hour_in_shanghai(x.t_us), busy = hour > 6 && hour < 23 ? 1 : 0.4;

    x.mm_s = fmin(TRAFFIC_MM_S * busy * pow(x.mm_s, 0.5), TRAFFIC_MAX);
    return x;
}

static bool at_work(enum damage_kind kind, int64_t t_us)
{
    double hour = hour_in_shanghai(t_us);
    int64_t weekday = (t_us + SHANGHAI_US) / US_PER_DAY % 7; /* 0 is a Thursday */

    if (kind == DAMAGE_METRO)
        return hour >= 22 || hour < 5;
    return weekday != 3 && ((hour >= 8 && hour < 11.5) || (hour >= 13 && hour < 17));
}

size_t shock_events(const struct course *c, const struct sim_sensor *s, int64_t from_us,
                    int64_t until_us, struct shock *out, size_t max)
{
    static const double metro_hz[2] = {28, 56}, pile_hz[2] = {7, 20};
    const struct scenario_damage *d = c->damage;
    bool metro = d->kind == DAMAGE_METRO;
    int64_t slot_us = metro ? METRO_US : PILE_US;
    int64_t end_us = d->onset_us + (int64_t)(d->days * (double)US_PER_DAY);
    size_t n = 0;

    if (d->kind < DAMAGE_METRO || until_us <= d->onset_us || from_us >= end_us)
        return 0;
    for (int64_t slot = from_us - from_us % slot_us; slot < until_us && n < max; slot += slot_us) {
        uint64_t number = (uint64_t)(slot / slot_us);
        struct shock x = make_shock(chance_mix(c->seed, s->house), number, slot_us / 4, slot,
                                    metro ? metro_hz : pile_hz);
        x.mm_s = d->size * pow(x.mm_s, metro ? 0.25 : 0.45);
        if (x.t_us >= from_us && x.t_us < until_us && x.t_us >= d->onset_us && x.t_us < end_us &&
            at_work(d->kind, x.t_us))
            out[n++] = x;
    }
    return n;
}

double shock_limit_mm_s(double hz)
{
    static const struct curve_point line_3[] = {{10, 3}, {50, 8}, {100, 10}};

    return curve_at(line_3, sizeof line_3 / sizeof *line_3, hz);
}
