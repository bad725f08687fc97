/* The simulated district: lanes of houses, their nodes and sensors. What stands where follows from
 * seed and house count alone. */
#ifndef SHIKUMEN_SIM_DISTRICT_H
#define SHIKUMEN_SIM_DISTRICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenario.h"
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
    RESPONSE_LEAK,
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
/* Only in the first house of the district; in scenarios, of every row. */
extern const struct design sim_well;
/* Only in scenarios. */
extern const struct design sim_leak;
#define SIM_DESIGNS_ALL (SIM_DESIGNS + 2)

/* What a scenario may call a sensor, for messages. */
#define DISTRICT_DESIGN_NAMES                                                                      \
    "crack-1, crack-2, t-wall, tilt-x, tilt-y, settle-1, strain-1, bat, rssi, t-in, rh-in, "       \
    "moist-1, moist-2, t-out, rh-out, ppv, ppv-f, freq-1, water-1, leak-1"
bool district_design_known(const char *name);

/* Ids of houses that a scenario names. */
#define SIM_HOUSE_ID_SIZE 16
#define DISTRICT_ID_BYTES "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

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
    struct design *designs; /* a scenario's own, with its periods; NULL: sim_designs */
};

#define SIM_NONE        UINT32_MAX
#define SIM_DISTRICT_ID "sim-01"

/* Every node wakes once in this time; sensor periods are multiples of it. */
#define SIM_REPORT_US (600 * 1000000LL)

/* Builds the district of house_count houses. ERR_NOMEM. Free with district_free. */
enum err district_build(uint64_t seed, size_t house_count, struct district *out) MUST_USE;
/* Builds the houses of a scenario. ERR_NOMEM. */
enum err district_build_scenario(const struct scenario *s, struct district *out) MUST_USE;
void district_free(struct district *d);

/* The sensor of that name ("t-wall") in a house, or SIM_NONE. */
uint32_t district_sensor(const struct district *d, uint32_t house, const char *name);

/* The gauge in the well of the house's row, or SIM_NONE. */
uint32_t district_well(const struct district *d, uint32_t house);

/* The sensor of that id ("H001/n1/t-wall"), or SIM_NONE. */
uint32_t district_sensor_by_id(const struct district *d, const char *id);

/* Whether every house has an element of that name ("front-wall"). */
bool district_element_known(const char *name);

/* Whether id is a sensor, element, house, row, lane or the district. */
bool district_scope_known(const struct district *d, const char *id);

/* Index of the node that sensor belongs to. */
size_t district_node_of(const struct district *d, uint32_t sensor);

/* "L01-R1". */
#define SIM_ROW_ID_SIZE 32
const char *district_row(const struct sim_house *h, char id[SIM_ROW_ID_SIZE]);
bool district_same_row(const struct sim_house *a, const struct sim_house *b);

/* Index of the house called id, or house_count. */
size_t district_house(const struct district *d, const char *id);

/* Appends the registry (docs/interface.md section 4), with the devices of a network as sources when
 * networked. limits: names of the sets that may be
 * referred to; a sensor whose preferred set is not among them has none. */
void district_registry(const struct district *d, const char *const *limits, size_t limit_count,
                       bool networked, struct strbuf *out);

/* The limit sets that the designs prefer, each once; writes at most max and returns their number.
 */
size_t district_limit_names(const char **names, size_t max);

#endif
