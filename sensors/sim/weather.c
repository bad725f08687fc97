#include "weather.h"

#include <math.h>

#include "chance.h"

#define TWO_PI            6.28318530717958647692
#define SECONDS_PER_HOUR  3600.0
#define SECONDS_PER_DAY   86400.0
#define SECONDS_PER_YEAR  (365.2425 * SECONDS_PER_DAY)
#define SHANGHAI_OFFSET_S (8 * 3600.0)

/* Long-term monthly means of Shanghai, rounded. */
static const double month_celsius[12] = {4.8,  6.6,  10.5, 15.7, 20.9, 24.5,
                                         28.8, 28.5, 24.9, 19.7, 13.7, 7.4};
static const double month_rh[12] = {72, 73, 73, 72, 73, 82, 79, 78, 76, 71, 72, 69};

enum stream { STREAM_WEEK, STREAM_DAY, STREAM_HOUR, STREAM_RAIN, STREAM_RH, STREAM_HOUSE };

/* Position in the year, 0 at its beginning .. 1. */
static double year_part(double t_s)
{
    double y = (t_s + SHANGHAI_OFFSET_S) / SECONDS_PER_YEAR;

    return y - floor(y);
}

/* Between the middles of the months, on a smooth line. */
static double of_season(const double month[12], double year)
{
    double x = year * 12 - 0.5 + 12, cell = floor(x), f = x - cell;
    int i = (int)cell % 12;

    return month[i] + (month[(i + 1) % 12] - month[i]) * f * f * (3 - 2 * f);
}

/* 0 outside the plum rains (middle of June to the middle of July) .. 1 at their height. */
static double plum_rain(double year)
{
    double x = (year - 0.50) / 0.055;

    return exp(-x * x);
}

static double rain_at(uint64_t seed, double t_s, double year)
{
    double cloud = chance_smooth(chance_mix(seed, STREAM_RAIN), t_s / (1.6 * SECONDS_PER_DAY));
    double wet = (cloud + 0.7 * plum_rain(year) - 0.35) / 0.65;

    return wet < 0 ? 0 : wet > 1 ? 1 : wet;
}

static double clamp(double v, double low, double high)
{
    return v < low ? low : v > high ? high : v;
}

static struct outdoor outdoor_at(uint64_t seed, double t_s)
{
    double year = year_part(t_s), rain = rain_at(seed, t_s, year);
    double day = (t_s + SHANGHAI_OFFSET_S) / SECONDS_PER_DAY;
    double sun = (3.6 - 2.4 * rain) * cos(TWO_PI * (day - 14.5 / 24));
    double front = 3.2 * chance_smooth(chance_mix(seed, STREAM_WEEK), day / 4.5) +
                   1.3 * chance_smooth(chance_mix(seed, STREAM_DAY), day * 1.1) +
                   0.3 * chance_smooth(chance_mix(seed, STREAM_HOUR), day * 12);
    double damp = 4 * chance_smooth(chance_mix(seed, STREAM_RH), day / 2.5);
    double rh = of_season(month_rh, year) + damp + 9 * rain - 2.0 * sun - 0.6 * front;

    return (struct outdoor){
        .celsius = of_season(month_celsius, year) + sun + front - 1.5 * rain,
        .rh = clamp(rh, 32, 98),
        .rain = rain,
    };
}

struct outdoor weather_outdoor(uint64_t seed, int64_t t_us)
{
    return outdoor_at(seed, (double)t_us * 1e-6);
}

/* What a body with one time constant shows: the past weighted by exp(-age / lag), by four-point
 * Gauss-Laguerre quadrature. */
static struct outdoor lagged(uint64_t seed, double t_s, double lag_s)
{
    static const double at[4] = {0.322547689619392, 1.745761101158347, 4.536620296921128,
                                 9.395070912301133};
    static const double weight[4] = {0.603154104341634, 0.357418692437800, 0.038887908515005,
                                     0.000539294705561};
    struct outdoor sum = {0};

    for (int i = 0; i < 4; i++) {
        struct outdoor o = outdoor_at(seed, t_s - at[i] * lag_s);
        sum.celsius += weight[i] * o.celsius;
        sum.rh += weight[i] * o.rh;
        sum.rain += weight[i] * o.rain;
    }
    return sum;
}

struct climate weather_at(uint64_t seed, uint64_t house_seed, int64_t t_us)
{
    double t_s = (double)t_us * 1e-6;
    struct outdoor now = outdoor_at(seed, t_s);
    struct outdoor wall = lagged(seed, t_s, 5 * SECONDS_PER_HOUR);
    struct outdoor slow = lagged(seed, t_s, 4 * SECONDS_PER_DAY);
    double lived_in = chance_between(house_seed, STREAM_HOUSE, 0.25, 0.45);
    double habits = chance_smooth(house_seed, t_s / (9 * SECONDS_PER_HOUR));
    double indoor_rh = 66 + 0.55 * (wall.rh - 75) + 0.2 * (slow.rh - 75) + 2.5 * habits;

    return (struct climate){
        .outdoor_celsius = now.celsius,
        .outdoor_rh = now.rh,
        .indoor_celsius = (1 - lived_in) * wall.celsius + lived_in * 21 + 0.6 * habits,
        .indoor_rh = clamp(indoor_rh, 38, 94),
        .wall_celsius = 0.85 * wall.celsius + 0.15 * now.celsius,
        .season_celsius = slow.celsius,
        .season_rh = slow.rh,
        .rain = now.rain,
    };
}
