/* From an MQTT message to readings, refusals, a burst or a node status. Pure: same message, arrival
 * time and registry, same result. */
#ifndef SHIKUMEN_CORE_PAYLOAD_H
#define SHIKUMEN_CORE_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/model/registry.h"

struct message {
    const char *topic; /* NUL-terminated */
    const void *payload;
    size_t payload_len;
    int64_t rx_us; /* arrival */
};

/* Why something was refused; the names are the label "reason" of the quarantine counters. */
enum refusal {
    REFUSE_TOPIC,  /* no rule for this topic */
    REFUSE_FORMAT, /* not JSON, not UTF-8, too deep, no records, broken burst or status */
    REFUSE_SENML,  /* breaks RFC 8428 */
    REFUSE_UNKNOWN_SENSOR,
    REFUSE_UNIT,             /* cannot be converted to the quantity's unit */
    REFUSE_VALUE,            /* not finite, or of a kind the quantity cannot hold */
    REFUSE_NODE,             /* speaks for another node than its topic's */
    REFUSE_FUTURE,           /* device time after arrival by more than the tolerance */
    REFUSE_BEFORE_INSTALLED, /* device time before the sensor existed */
    REFUSE_UNMATCHED,        /* no profile fits, or the one that does finds nothing */
    REFUSE_COUNT
};
const char *refusal_name(enum refusal r); /* "unknown_sensor" */

#define PAYLOAD_FUTURE_TOLERANCE_US (300 * 1000000LL) /* clocks may be this much ahead (J) */
/* Readings before this are never believed: a clock that lost its battery says 1970 or 2000. */
#define PAYLOAD_EARLIEST_US 946684800000000LL /* 2000-01-01T00:00:00Z */

struct profile; /* core/profile.h */

struct decoded_reading {
    uint32_t sensor; /* registry index */
    int64_t t_us;
    double value; /* canonical unit; raw while the sensor has a calibration */
    bool historical;
    bool clock_doubt;               /* as in struct reading */
    const struct profile *by;       /* whose values they are; NULL: a native message */
    const struct profile *envelope; /* that it stood in; NULL: by itself */
};

struct refused {
    enum refusal reason;
    const char *sensor; /* name as resolved, NULL when it could not be told */
    const char *detail; /* words for people, never NULL */
    const char *text;   /* the record, or the whole payload */
    size_t text_len;
};

struct decoded_burst {
    uint32_t sensor;
    int64_t t_us; /* of the first sample */
    double duration_s;
    const char *json; /* the message as it came */
    size_t json_len;
};

struct node_status {
    const char *node; /* id, also of nodes the registry does not know */
    bool online;
    double battery_v, battery_pct, rssi_dbm; /* NaN when not given */
    const char *firmware;                    /* "" when not given */
    bool quiet; /* only told by the fact that it speaks: not worth a commit of its own */
};

/* All memory is the arena's, except text of whole-payload refusals and burst json, which point into
 * the message. received = reading_count + refused_count + burst_count. */
struct decoded {
    struct decoded_reading *readings;
    size_t reading_count;
    struct refused *refused;
    size_t refused_count;
    struct decoded_burst *burst; /* NULL or one */
    struct node_status *status;  /* one of a native message, NULL when there is none */
    size_t status_count;
    bool uses_arrival_time;    /* a redelivery with another arrival time would decode differently */
    bool repeated;             /* the message's own identifier has been seen: all are duplicates */
    int64_t lost;              /* messages missing before it by its sequence number */
    const char *command_topic; /* what should be published now; NULL: nothing */
    const uint8_t *command;
    size_t command_len;
};

/* Decodes one message. Never fails but for memory (ERR_NOMEM). */
enum err payload_decode(const struct message *m, const struct registry *r, struct arena *arena,
                        struct decoded *out) MUST_USE;

/* The conversion of a unit (n bytes; NULL: the sensor's own) into what the sensor is stored in;
 * NULL when there is none. */
const struct unit_conversion *payload_unit(const struct sensor *s, const char *unit, size_t n);

/* The same for a reading of t_us. Of a sensor with a calibration in force then only the unit of its
 * raw values: these are what is stored. payload_unit answers for the latest calibration. */
const struct unit_conversion *payload_unit_at(const struct sensor *s, const char *unit, size_t n,
                                              int64_t t_us);

/* What payload_decode asks of a number v in the unit of c that claims to be of t_us and arrives at
 * rx_us: REFUSE_UNIT (c is NULL), REFUSE_VALUE, REFUSE_FUTURE, REFUSE_BEFORE_INSTALLED, else
 * REFUSE_COUNT with *value as it is stored: in the canonical unit, or raw when the sensor has a
 * calibration then. */
enum refusal payload_judge(const struct sensor *s, const struct unit_conversion *c, double v,
                           int64_t t_us, int64_t rx_us, double *value);

/* Words about what payload_judge refused, as details of refusals are; unit has n bytes, NULL when
 * none was given. NULL when memory is out. */
const char *payload_fault_words(struct arena *arena, const struct sensor *s, enum refusal fault,
                                const char *unit, size_t n, int64_t t_us, int64_t rx_us);

#endif
