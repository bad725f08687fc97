/* The weather of a lane in Shanghai, and what reaches the inside of a house: a function of seed and
 * time alone. Plausible, not measured. Pure. */
#ifndef SHIKUMEN_SIM_WEATHER_H
#define SHIKUMEN_SIM_WEATHER_H

#include <stdint.h>

/* At one moment at one house. Temperatures in degC, humidities in %RH. */
struct climate {
    double outdoor_celsius, outdoor_rh;
    double indoor_celsius, indoor_rh;
    double wall_celsius;   /* of the brick, some hours behind the air */
    double season_celsius; /* mean of the last days */
    double season_rh;
    double rain; /* 0 dry .. 1 pouring */
};

/* The air of the lane alone. */
struct outdoor {
    double celsius, rh, rain;
};
struct outdoor weather_outdoor(uint64_t seed, int64_t t_us);

/* The climate at t_us. seed is the district's; house_seed makes houses differ a little. */
struct climate weather_at(uint64_t seed, uint64_t house_seed, int64_t t_us);

#endif
