/* What the decoders of the payload kinds share. Private to payload*.c. */
#ifndef SHIKUMEN_PAYLOAD_PART_H
#define SHIKUMEN_PAYLOAD_PART_H

#include "shikumen/core/payload.h"
#include "shikumen/core/topic.h"

/* A message on its way. */
struct decoding {
    const struct message *m;
    const struct registry *r;
    struct topic topic;
    struct arena *arena;
    struct decoded *out; /* refused has room for all that can be refused, or is NULL */
};

enum err payload_senml(struct decoding *d) MUST_USE;
enum err payload_cbor(struct decoding *d) MUST_USE;   /* SenML in CBOR */
enum err payload_burst(struct decoding *d) MUST_USE;  /* payload_burst.c */
enum err payload_status(struct decoding *d) MUST_USE; /* payload_status.c */

/* Refuses the whole payload; sensor may be NULL. ERR_NOMEM also when detail is NULL (an
 * arena_printf that failed). */
enum err payload_refuse(struct decoding *d, enum refusal reason, const char *sensor,
                        const char *detail) MUST_USE;

/* True when the topic's node may speak for the sensor called name: for any, on a topic without a
 * node; for those that the registry says are its own; for others by the name's beginning. sensor:
 * registry index, REGISTRY_NONE when it is not registered. */
bool payload_node_may(const struct decoding *d, const char *name, uint32_t sensor);

/* Whether a sensor can have spoken at t_us: REFUSE_FUTURE, REFUSE_BEFORE_INSTALLED, else
 * REFUSE_COUNT. */
enum refusal payload_time_fault(const struct decoding *d, const struct sensor *s, int64_t t_us);

/* Whether the sensor can say v in the unit of c; if so, in the canonical unit in *value.
 * REFUSE_UNIT, REFUSE_VALUE, else REFUSE_COUNT. */
enum refusal payload_value_fault(const struct sensor *s, const struct unit_conversion *c, double v,
                                 double *value);

/* Words for a unit (n bytes; NULL: none given) that does not fit, NULL when memory is out. */
const char *payload_unit_words(struct arena *arena, const struct sensor *s, const char *unit,
                               size_t n, int64_t t_us);

/* Words for such a time, NULL when memory is out. */
const char *payload_time_words(const struct decoding *d, enum refusal fault, int64_t t_us);

#endif
