#include "sky.h"

#include <math.h>

#include "chance.h"
#include "shikumen/base/clock.h"
#include "weather.h"

#define RUN_IN_H (183 * 24)
#define MARGIN_H 24
#define YEAR_H   8766.0
#define FRONT_H  96.0 /* how long fronts are remembered */
#define FRONT_C  2.2  /* their standard deviation */
#define WET_RH   9.0
#define DRY_HEAT 1.2 /* %RH less per degC of a heat wave */

enum stream { STREAM_FRONT = 700, STREAM_YEAR, STREAM_MONTH, STREAM_WET_YEAR, STREAM_WATER };

/* A memory: its column, the column it follows, its time constant. */
static const struct {
    enum sky_column column, of;
    double hours;
} memories[] = {
    {SKY_CELSIUS_6H, SKY_CELSIUS, 6},    {SKY_CELSIUS_18H, SKY_CELSIUS, 18},
    {SKY_CELSIUS_2D, SKY_CELSIUS, 48},   {SKY_CELSIUS_6D, SKY_CELSIUS, 144},
    {SKY_CELSIUS_20D, SKY_CELSIUS, 480}, {SKY_RH_12H, SKY_RH, 12},
    {SKY_RH_10D, SKY_RH, 240},           {SKY_RH_20D, SKY_RH, 480},
    {SKY_RH_40D, SKY_RH, 960},           {SKY_RAIN_10D, SKY_RAIN, 240},
    {SKY_WATER_20D, SKY_WATER, 480},
};

static double clamp(double v, double low, double high)
{
    return v < low ? low : v > high ? high : v;
}

/* 0 outside, 1 inside, straight over the first and last fifth. */
static double inside(const struct scenario_spell *p, int64_t t_us)
{
    double part = (double)(t_us - p->from_us) / (p->days * (double)US_PER_DAY);
    double edge = part < 0.5 ? part : 1 - part;

    return clamp(edge / 0.2, 0, 1);
}

static void add_spells(const struct scenario *s, int64_t t_us, double *now)
{
    for (size_t i = 0; i < s->spell_count; i++) {
        const struct scenario_spell *p = &s->spells[i];
        double part = inside(p, t_us) * p->size;
        if (p->wet) {
            now[SKY_RAIN] = clamp(now[SKY_RAIN] + 0.7 * part, 0, 1);
            now[SKY_RH] += WET_RH * part;
            now[SKY_CELSIUS] -= 1.5 * part;
        } else {
            now[SKY_CELSIUS] += part;
            now[SKY_RH] -= DRY_HEAT * part;
        }
    }
}

/* What no climate table knows: fronts, months and years that differ. */
static void add_difference(const struct scenario *s, double hour, double front, double *now)
{
    double years = hour / YEAR_H, v = s->variability;
    double year = chance_smooth(chance_mix(s->seed, STREAM_YEAR), years * 1.3);
    double month = chance_smooth(chance_mix(s->seed, STREAM_MONTH), years * 8);
    double wet = chance_smooth(chance_mix(s->seed, STREAM_WET_YEAR), years * 3);

    now[SKY_CELSIUS] += v * (1.0 * year + 1.4 * month + front);
    now[SKY_RH] = now[SKY_RH] + v * (3.5 * wet - 0.5 * front);
}

static void remember(const double *before, double *now)
{
    for (size_t i = 0; i < sizeof memories / sizeof *memories; i++) {
        double keep = exp(-1 / memories[i].hours), of = now[memories[i].of];
        now[memories[i].column] = before ? keep * before[memories[i].column] + (1 - keep) * of : of;
    }
}

/* Rain raises the ground water, which runs off in three weeks. */
static double water(const struct scenario *s, const double *before, const double *now, double hour)
{
    double calm = -1.35 + 0.10 * chance_smooth(chance_mix(s->seed, STREAM_WATER), hour / 600);
    double level = before ? before[SKY_WATER] : calm;

    return level + 0.0022 * now[SKY_RAIN] + (calm - level) / (21 * 24);
}

static void make_hour(const struct scenario *s, int64_t t_us, double front, const double *before,
                      double *now)
{
    struct outdoor o = weather_outdoor(s->seed, t_us);
    double hour = (double)t_us / (double)US_PER_HOUR;

    now[SKY_CELSIUS] = o.celsius;
    now[SKY_RH] = o.rh;
    now[SKY_RAIN] = o.rain;
    add_difference(s, hour, front, now);
    add_spells(s, t_us, now);
    now[SKY_RH] = clamp(now[SKY_RH], 25, 99);
    now[SKY_WATER] = water(s, before, now, hour);
    remember(before, now);
}

enum err sky_build(const struct scenario *s, struct arena *arena, struct sky *out)
{
    size_t hours = (size_t)s->days * 24 + 2 * MARGIN_H + 1;
    double keep = exp(-1 / FRONT_H), front = 0;
    struct sky_moment last = {{0}}, now = {{0}};
    uint64_t seed = chance_mix(s->seed, STREAM_FRONT);
    int64_t begin_us;

    *out = (struct sky){.hours = hours, .from_us = s->start_us - MARGIN_H * US_PER_HOUR};
    out->rows = arena_array(arena, hours, sizeof *out->rows);
    if (!out->rows)
        return ERR_NOMEM;
    begin_us = out->from_us - RUN_IN_H * US_PER_HOUR;
    for (size_t i = 0; i < RUN_IN_H + hours; i++) {
        front = keep * front + FRONT_C * sqrt(1 - keep * keep) * chance_normal(seed, i);
        make_hour(s, begin_us + (int64_t)i * US_PER_HOUR, front, i ? last.at : NULL, now.at);
        last = now;
        if (i >= RUN_IN_H)
            out->rows[i - RUN_IN_H] = now;
    }
    return ERR_OK;
}

void sky_at(const struct sky *k, int64_t t_us, struct sky_moment *out)
{
    int64_t since_us = t_us - k->from_us, last = (int64_t)k->hours - 1;
    int64_t i = since_us <= 0 ? 0 : since_us / US_PER_HOUR;
    double part = since_us <= 0 ? 0 : (double)(since_us % US_PER_HOUR) / (double)US_PER_HOUR;
    const struct sky_moment *left, *right;

    i = i < last ? i : last;
    left = &k->rows[i];
    right = &k->rows[i < last ? i + 1 : last];
    for (size_t c = 0; c < SKY_COLUMNS; c++)
        out->at[c] = left->at[c] + part * (right->at[c] - left->at[c]);
}
