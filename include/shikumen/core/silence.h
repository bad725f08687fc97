/* Silence of sensors and nodes: no data for five periods, or the node's last will. Pure. */
#ifndef SHIKUMEN_CORE_SILENCE_H
#define SHIKUMEN_CORE_SILENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/model/registry.h"

#define SILENCE_PERIODS 5

/* What silence is judged by. Arrival, not device time: a node that replays its buffer is alive. */
struct silence_input {
    const int64_t *last_rx_us; /* per registry sensor; INT64_MIN when it never spoke */
    const bool *node_offline;  /* per registry node: its status says offline */
    /* Per registry sensor: it has only ever sent vibration records, which come when something
     * shakes; its last_rx_us is that of the latest. NULL: none is such. */
    const bool *only_bursts;
    const bool *node_online;   /* per registry node: its status says online; NULL: no status */
    const int64_t *node_rx_us; /* per registry node: its latest status of any kind; NULL likewise */
    int64_t listening_since_us; /* start of the present broker connection; no blame before it */
    bool listening;             /* connected; when not, nothing new is judged silent */
    int64_t now_us;
};

/* True from five periods after the later of its last arrival and the start of listening; at once
 * and for as long as its node is offline. While not listening only offline nodes count: what was
 * silent before is then the caller's to keep. A sensor without a period is never silent by time.
 * One that has only ever sent vibration records is judged by its node: silent when that is offline,
 * never while its status says online, and without a status five of the longest periods of the
 * node's sensors after its latest message of any kind. */
bool sensor_silent(const struct registry *r, const struct silence_input *in, uint32_t sensor);

/* True when it was heard within that time, whoever is listening: what alone ends a silence. */
bool sensor_heard(const struct registry *r, const struct silence_input *in, uint32_t sensor);

/* The id is that of the vibration records of a node (docs/interface.md section 3.2). */
bool silence_named_burst(const struct sensor *s);

enum silence_extent { SILENCE_NONE, SILENCE_SOME, SILENCE_ALL };

/* Silence of a node: writes the indices of its silent sensors to silent (room for all of them) and
 * their number; an offline node is silent in all. */
enum silence_extent node_silence(const struct registry *r, const struct silence_input *in,
                                 uint32_t node, uint32_t *silent, size_t *silent_count);

/* True when every sensor that watches the house is silent (or it has none): its state is unknown,
 * never normal. A battery or a radio level watches the node, not the house. */
bool house_unknown(const struct registry *r, const struct silence_input *in, uint32_t house);

/* The earliest time after now at which another sensor could become silent; INT64_MAX for never. */
int64_t silence_next_us(const struct registry *r, const struct silence_input *in);

#endif
