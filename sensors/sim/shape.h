/* What a node's readings look like on their way: natively, or as a LoRaWAN network server forwards
 * an uplink, with the codec's object and with the raw bytes (sensors/profiles/shikumen-sim.json).
 * Pure. */
#ifndef SHIKUMEN_SIM_SHAPE_H
#define SHIKUMEN_SIM_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "district.h"
#include "shikumen/base/strbuf.h"

#define SIM_TOPIC_SIZE 128

enum shape { SHAPE_NATIVE, SHAPE_CHIRPSTACK, SHAPE_TTS, SHAPE_COUNT };

/* "native", "chirpstack", "tts"; SHAPE_COUNT: none of these. */
enum shape shape_by_name(const char *name);

/* A reading: value is scaled / 10^decimals. */
struct shape_record {
    const struct design *design;
    int64_t scaled;
    int decimals;
};

/* An uplink of a node: its readings of one moment. */
struct shape_uplink {
    const struct district *district;
    size_t node;
    int64_t t_us;    /* the node's clock */
    int64_t sent_us; /* when it is sent: what the network says */
    uint32_t count;  /* frames before it since the node's start */
    bool codec;      /* false: the network has none, bytes alone */
    const struct shape_record *records;
    size_t record_count;
};

/* Where it is published; shape is none of SHAPE_NATIVE. */
void shape_topic(enum shape shape, const struct district *d, size_t node,
                 char topic[SIM_TOPIC_SIZE]);
/* Appends the message. */
void shape_uplink(enum shape shape, const struct shape_uplink *u, struct strbuf *out);

/* What a reading of that kind is called in the object: the network has an rssi of its own. */
const char *shape_channel(const struct design *g);

/* The device's EUI, 16 lower case digits. */
#define SHAPE_EUI_SIZE 17
void shape_eui(size_t node, char eui[SHAPE_EUI_SIZE]);

#endif
