/* The simulated district: lanes of houses, their nodes and sensors. What stands where follows from
 * seed and house count alone. */
#ifndef SHIKUMEN_SIM_DISTRICT_H
#define SHIKUMEN_SIM_DISTRICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"
#include "shikumen/base/strbuf.h"

#define SIM_HOUSES_MAX 9999
#define SIM_ID_SIZE    24
#define SIM_NODES      3 /* most a house has */

/* How a sensor follows the climate (gauge.c has one function each). */
enum response {
    RESPONSE_CRACK,
    RESPONSE_TILT,
    RESPONSE_SETTLEMENT,
    RESPONSE_STRAIN,
    RESPONSE_INDOOR_CELSIUS,
    RESPONSE_OUTDOOR_CELSIUS,
    RESPONSE_WALL_CELSIUS,
    RESPONSE_INDOOR_RH,
    RESPONSE_OUTDOOR_RH,
    RESPONSE_MOISTURE,
    RESPONSE_VELOCITY,
    RESPONSE_EVENT_FREQUENCY,
    RESPONSE_FREQUENCY,
    RESPONSE_BATTERY,
    RESPONSE_RSSI,
    RESPONSE_WATER,
    RESPONSE_COUNT
};

/* A kind of sensor as it is mounted in every house that has it. */
struct design {
    int node;                                    /* 1..SIM_NODES */
    const char *name;                            /* "crack-1" */
    const char *quantity, *unit, *medium, *axis; /* registry words; NULL: none */
    int mode;                                    /* natural frequency; 0: none */
    const char *element;                         /* "front-wall"; NULL: watches none */
    enum response response;
    int decimals; /* of what it sends: resolution 10^-decimals */
    double noise; /* standard deviation, in the unit */
    double range[2];
    int period_s;
    const char *limits; /* preferred limit set; NULL: none */
    double share;       /* of the houses that have the node, how many have the sensor */
};

#define SIM_DESIGNS 20
extern const struct design sim_designs[SIM_DESIGNS];
extern const struct design sim_well; /* only in the district's first house */

struct sim_sensor {
    const struct design *design;
    uint32_t house;
    uint64_t seed, house_seed;
};

struct sim_node {
    char id[SIM_ID_SIZE]; /* "H001/n1" */
    uint32_t house;
    uint32_t first, count; /* of the sensors */
    int64_t phase_us;      /* its ticks fall on whole report periods plus this */
    uint64_t seed;
};

struct sim_house {
    char id[SIM_ID_SIZE];
    int lane, row, number; /* lane 0.., row and number 1.. */
    uint64_t seed;
};

struct district {
    uint64_t seed;
    struct sim_house *houses;
    size_t house_count;
    struct sim_node *nodes;
    size_t node_count;
    struct sim_sensor *sensors;
    size_t sensor_count;
};

/* Every node wakes once in this time; sensor periods are multiples of it. */
#define SIM_REPORT_US (600 * 1000000LL)

/* Builds the district of house_count houses. ERR_NOMEM. Free with district_free. */
enum err district_build(uint64_t seed, size_t house_count, struct district *out) MUST_USE;
void district_free(struct district *d);

/* Index of the house called id, or house_count. */
size_t district_house(const struct district *d, const char *id);

/* Appends the registry (docs/interface.md section 4). limits: names of the sets that may be
 * referred to; a sensor whose preferred set is not among them has none. */
void district_registry(const struct district *d, const char *const *limits, size_t limit_count,
                       struct strbuf *out);

/* The limit sets that the designs prefer, each once; writes at most max and returns their number.
 */
size_t district_limit_names(const char **names, size_t max);

#endif
