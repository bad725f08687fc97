#include "wall.h"

#include <math.h>

#include "chance.h"
#include "shikumen/base/clock.h"

#define YEAR_US      (365.2425 * (double)US_PER_DAY)
#define MEAN_CELSIUS 17.0
#define MEAN_RH      75.0
#define MEAN_WATER_M (-1.1)
#define MEAN_RAIN    0.25
#define SMOOTH_MM    0.004 /* how softly a crack comes into contact */

enum stream {
    STREAM_BASE = 800,
    STREAM_FAST,
    STREAM_SLOW,
    STREAM_RH,
    STREAM_WATER,
    STREAM_DRIFT,
    STREAM_MIX,
    STREAM_COLUMN,
    STREAM_CONTACT,
    STREAM_PLAY,
    STREAM_RESTLESS,
    STREAM_WALK,
    STREAM_HABIT
};

/* How far apart the spots of one kind are. */
struct kind {
    double base[2], fast[2], slow[2], rh[2], water[2], drift[2];
    double restless, walk; /* standard deviation; of a day's step */
};

static const struct kind kinds[RESPONSE_COUNT] = {
    [RESPONSE_CRACK] = {.base = {0.15, 0.45},
                        .fast = {-0.0022, -0.0002},
                        .slow = {-0.0045, -0.0006},
                        .rh = {-0.0012, 0.0002},
                        .drift = {0, 0.012},
                        .restless = 0.003,
                        .walk = 0.00015},
    [RESPONSE_TILT] = {.base = {-2.5, 2.5},
                       .fast = {-0.004, 0.004},
                       .slow = {-0.006, 0.006},
                       .rh = {-0.0015, 0.0015},
                       .drift = {-0.012, 0.018},
                       .restless = 0.006,
                       .walk = 0.0003},
    [RESPONSE_SETTLEMENT] = {.base = {0, 6},
                             .slow = {-0.006, 0.006},
                             .water = {-1.6, -0.4},
                             .drift = {0.2, 1.2},
                             .restless = 0.03,
                             .walk = 0.0015},
    [RESPONSE_STRAIN] = {.base = {-60, 120},
                         .fast = {-0.8, 1.6},
                         .slow = {-0.8, 1.6},
                         .rh = {0, 0.8},
                         .drift = {-2, 4},
                         .restless = 1.5,
                         .walk = 0.06},
    [RESPONSE_MOISTURE] = {.base = {11.8, 13.2},
                           .slow = {-0.05, -0.02},
                           .rh = {0.10, 0.17},
                           .restless = 0.12},
    [RESPONSE_FREQUENCY] = {.base = {4.2, 7.8},
                            .fast = {-0.0002, 0.0003},
                            .slow = {-0.0005, 0.0007},
                            .rh = {-0.0002, 0.0001},
                            .restless = 0.001},
    [RESPONSE_BATTERY] = {.base = {0, 4}},
    [RESPONSE_RSSI] = {.base = {-92, -70}, .restless = 3},
};

static double of(const struct wall *w, enum stream stream, const double range[2])
{
    return chance_between(w->sensor->seed, stream, range[0], range[1]);
}

static void init_following(struct wall *w)
{
    uint64_t seed = w->sensor->seed;

    w->fast = SKY_CELSIUS_6H + (enum sky_column)(chance_uniform(seed, STREAM_COLUMN) * 2);
    w->slow = SKY_CELSIUS_2D + (enum sky_column)(chance_uniform(seed, STREAM_COLUMN + 50) * 2);
    w->rh = SKY_RH_10D + (enum sky_column)(chance_uniform(seed, STREAM_COLUMN + 51) * 2.99);
    w->mix_fast = chance_uniform(seed, STREAM_MIX);
    w->mix_slow = chance_uniform(seed, STREAM_MIX + 50);
}

void wall_init(struct wall *w, const struct sim_sensor *s, int64_t start_us)
{
    const struct kind *k = &kinds[s->design->response];
    const double in_contact[2] = {23, 38}, play[2] = {0, 1.2};

    *w = (struct wall){.sensor = s, .start_us = start_us, .played = NAN};
    init_following(w);
    w->base = of(w, STREAM_BASE, k->base);
    w->gain_fast = of(w, STREAM_FAST, k->fast);
    w->gain_slow = of(w, STREAM_SLOW, k->slow);
    w->gain_rh = of(w, STREAM_RH, k->rh);
    w->gain_water = of(w, STREAM_WATER, k->water);
    w->drift_per_year = of(w, STREAM_DRIFT, k->drift);
    w->contact = w->base +
                 (w->gain_fast + w->gain_slow) * (of(w, STREAM_CONTACT, in_contact) - MEAN_CELSIUS);
    w->play = s->design->response == RESPONSE_CRACK ? of(w, STREAM_PLAY, play) : 0;
    w->restless = (struct wander){.seed = chance_mix(s->seed, STREAM_RESTLESS),
                                  .day = INT64_MIN,
                                  .keep = 0.97,
                                  .step = k->restless * sqrt(1 - 0.97 * 0.97)};
    w->walk = (struct wander){
        .seed = chance_mix(s->seed, STREAM_WALK), .day = INT64_MIN, .keep = 1, .step = k->walk};
}

static double wander_at(struct wander *w, int64_t t_us)
{
    int64_t day = t_us / US_PER_DAY;
    double part = (double)(t_us - day * US_PER_DAY) / (double)US_PER_DAY;

    if (w->step == 0)
        return 0;
    if (w->day == INT64_MIN)
        w->day = day - 1;
    for (; w->day < day; w->day++) {
        w->left = w->right;
        w->right = w->keep * w->right + w->step * chance_normal(w->seed, (uint64_t)w->day);
    }
    return w->left + part * (w->right - w->left);
}

double wall_level(const struct wall *w)
{
    return w->base;
}

double wall_ageing(const struct wall *w, int64_t t_us)
{
    return w->drift_per_year * (double)(t_us - w->start_us) / YEAR_US;
}

/* Masonry moves on only when pushed far enough. */
static double with_play(struct wall *w, double celsius)
{
    if (w->play == 0)
        return celsius;
    if (isnan(w->played))
        w->played = celsius;
    if (w->played < celsius - w->play)
        w->played = celsius - w->play;
    if (w->played > celsius + w->play)
        w->played = celsius + w->play;
    return w->played;
}

/* What the weather does to the spot, in its unit (a frequency: relative). */
static double following(struct wall *w, const double *k)
{
    double fast = k[w->fast] + w->mix_fast * (k[w->fast + 1] - k[w->fast]);
    double slow = k[w->slow] + w->mix_slow * (k[w->slow + 1] - k[w->slow]);

    return w->gain_fast * (fast - MEAN_CELSIUS) +
           w->gain_slow * (with_play(w, slow) - MEAN_CELSIUS) + w->gain_rh * (k[w->rh] - MEAN_RH) +
           w->gain_water * (k[SKY_WATER_20D] - MEAN_WATER_M);
}

/* The larger of both, without an edge. */
static double touching(double width, double contact)
{
    double d = width - contact;

    return 0.5 * (width + contact + sqrt(d * d + SMOOTH_MM * SMOOTH_MM));
}

static double indoor_celsius(const struct wall *w, const double *k, int64_t t_us)
{
    double lived_in = chance_between(w->sensor->house_seed, STREAM_HABIT, 0.2, 0.4);
    double habit = chance_smooth(w->sensor->house_seed, (double)t_us / (9 * (double)US_PER_HOUR));

    return (1 - lived_in) * k[SKY_CELSIUS_6H] + lived_in * 21 + 0.6 * habit;
}

static double indoor_rh(const struct wall *w, const double *k, int64_t t_us)
{
    double habit = chance_smooth(w->sensor->house_seed, (double)t_us / (11 * (double)US_PER_HOUR));
    double rh =
        66 + 0.5 * (k[SKY_RH_12H] - MEAN_RH) + 0.25 * (k[SKY_RH_10D] - MEAN_RH) + 2.5 * habit;

    return rh < 30 ? 30 : rh > 97 ? 97 : rh;
}

/* A lithium cell, replaced every four years. */
static double battery(const struct wall *w, const double *k, int64_t t_us)
{
    double age = fmod(w->base + (double)(t_us - w->start_us) / YEAR_US, 4);

    return 3.66 - 0.04 * age + 0.0012 * (k[SKY_CELSIUS] - MEAN_CELSIUS);
}

/* Damp that got in comes and goes with the rain about what it is on the whole. */
static double moisture(const struct wall_load *load, const double *k)
{
    return load->damage * (1 + 0.35 * (k[SKY_RAIN_10D] - MEAN_RAIN));
}

static double leak(const struct wall_load *load, const double *k)
{
    return load->wetness > 0 && k[SKY_RAIN] > 0.8 - 0.5 * load->wetness;
}

/* Of a spot of the building. */
static double structural(struct wall *w, const double *k, const struct wall_load *load,
                         int64_t t_us)
{
    double weather = following(w, k), ageing = wall_ageing(w, t_us);
    double noise = wander_at(&w->restless, t_us) + wander_at(&w->walk, t_us);

    switch (w->sensor->design->response) {
    case RESPONSE_CRACK:
        return touching(w->base + weather + ageing + noise + load->damage, w->contact + ageing);
    case RESPONSE_FREQUENCY:
        return w->base * (1 + weather + noise) * (1 - load->damage / 100);
    case RESPONSE_MOISTURE:
        return w->base + weather + noise + moisture(load, k);
    default:
        return w->base + weather + ageing + noise + load->damage;
    }
}

double wall_at(struct wall *w, const struct sky_moment *moment, const struct wall_load *load,
               int64_t t_us)
{
    const double *k = moment->at;

    switch (w->sensor->design->response) {
    case RESPONSE_INDOOR_CELSIUS:
        return indoor_celsius(w, k, t_us);
    case RESPONSE_OUTDOOR_CELSIUS:
        return k[SKY_CELSIUS];
    case RESPONSE_WALL_CELSIUS:
        return 0.85 * k[SKY_CELSIUS_6H] + 0.15 * k[SKY_CELSIUS];
    case RESPONSE_INDOOR_RH:
        return indoor_rh(w, k, t_us);
    case RESPONSE_OUTDOOR_RH:
        return k[SKY_RH];
    case RESPONSE_BATTERY:
        return battery(w, k, t_us);
    case RESPONSE_RSSI:
        return w->base + wander_at(&w->restless, t_us) - 3 * k[SKY_RAIN];
    case RESPONSE_WATER:
        return k[SKY_WATER] - load->drawdown_m;
    case RESPONSE_LEAK:
        return leak(load, k);
    default:
        return structural(w, k, load, t_us);
    }
}
