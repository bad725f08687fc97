/* MQTT topics of the native scheme, shikumen/v1/{house}/{node}/{senml|senml-cbor|burst|status}. Pure. */
#ifndef SHIKUMEN_CORE_TOPIC_H
#define SHIKUMEN_CORE_TOPIC_H

#include <stdbool.h>
#include <stddef.h>

enum topic_kind { TOPIC_SENML, TOPIC_SENML_CBOR, TOPIC_BURST, TOPIC_STATUS, TOPIC_OTHER };

/* A topic taken apart. On a topic that is not native only the last level tells the kind
 * ("bench/gw1/senml" is TOPIC_SENML); names inside must then be absolute. */
struct topic {
    enum topic_kind kind;
    bool native;
    const char *node; /* "H001/n1", into the text given; NULL unless native */
    size_t node_len;
};

struct topic topic_parse(const char *text);

/* True when the MQTT topic filter (with + and #, MQTT 5.0 section 4.7) matches topic. */
bool topic_matches(const char *filter, const char *topic);

#endif
