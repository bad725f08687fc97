/* What the sensors of the registry said last, and which of them are silent now. */
#ifndef SHIKUMEN_VIEW_CENSUS_H
#define SHIKUMEN_VIEW_CENSUS_H

#include <stdbool.h>
#include <stdint.h>

#include "shikumen/core/silence.h"
#include "shikumen/view/desk.h"

/* By registry index; memory is the arena's. */
struct census {
    const struct registry *registry;
    struct last_word {
        uint32_t id; /* in the store; 0: not there */
        int64_t t_us, rx_us;
        double value;
        uint8_t flag;
    } * last;
    bool *silent; /* nothing for five periods, or its node is offline */
    struct node_word {
        double battery_v, battery_pct, rssi_dbm; /* NaN: not told */
    } * nodes;                                   /* by registry index of the node: its latest */
    struct silence_input input;
};

/* Takes it at d->now_us; the plan must be there. readings NULL: nobody has ever spoken. */
enum err census_take(struct desk *d, struct census *out) MUST_USE;

/* How many of the sensors of a house (REGISTRY_NONE: of all) are silent, and how many there are. */
struct census_count {
    int64_t silent, total;
} census_count(const struct census *census, uint32_t house);

/* All sensors that watch the house are silent, or it has none. */
bool census_house_unknown(const struct census *census, uint32_t house);

#endif
