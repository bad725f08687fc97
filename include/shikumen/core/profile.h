/* Sensor profiles: what a foreign message means, described by a file (docs/sensors.md, JSON Schema
 * sensors/profiles/schema.json). Two kinds compose: one that knows an envelope (a network, a
 * bridge, a device that speaks for itself) and one that knows what stands inside (a device behind a
 * network). Pure. */
#ifndef SHIKUMEN_CORE_PROFILE_H
#define SHIKUMEN_CORE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/base/fault.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/core/payload.h"
#include "shikumen/core/registry_json.h"
#include "shikumen/model/zone.h"

/* --- the description, as read --- */

enum profile_format {
    PROFILE_JSON,
    PROFILE_SENML,
    PROFILE_SENML_CBOR,
    PROFILE_SPARKPLUG,
    PROFILE_SCALAR, /* the payload is one text; the document is {"value": text} */
    PROFILE_CSV,    /* the document is a list of objects, one a line */
    PROFILE_FORMAT_COUNT
};
const char *profile_format_name(enum profile_format format);

/* JSON Pointers (RFC 6901), the first that leads to something counts. One that begins with "^" is
 * taken from the whole document, others from where the profile stands in it. */
struct profile_pointers {
    const char *const *at;
    size_t count;
};

/* Where a name comes from: pointers, else a capture of the topic, else the member iterated over. */
struct profile_place {
    struct profile_pointers pointers;
    const char *topic; /* NULL: none */
    bool member, given;
};

/* All must hold: what the pointer leads to, as text, matches one of the globs ("*", "?"; letters of
 * either case). */
struct profile_condition {
    const char *pointer;
    const char *const *globs;
    size_t glob_count;
};
struct profile_conditions {
    const struct profile_condition *at;
    size_t count;
};

enum profile_time_format {
    TIME_AUTO,
    TIME_RFC3339,
    TIME_UNIX,
    TIME_UNIX_MS,
    TIME_UNIX_US,
    TIME_LOCAL
};

struct profile_time {
    bool given;
    struct profile_pointers pointers;
    enum profile_time_format format;
    const char *pattern; /* of TIME_LOCAL ("DD.MM.YYYY hh:mm:ss"); NULL: ISO 8601 */
    const char *zone;    /* of times without one, by name; "": the district's */
    bool may_be_arrival; /* when there is none, the arrival is taken */
    const char *clock;   /* whose clock it is, for people: "device", "gateway", "server" */
    struct profile_pointers check; /* another clock that must agree */
    int64_t within_us;
};

struct profile_map {
    const char *text;
    double value;
};

/* Another unit that the message itself can name. */
struct profile_unit {
    const char *text, *unit;
    double scale, offset;
};

enum profile_role { PROFILE_MEASURE, PROFILE_HEALTH, PROFILE_EVENT, PROFILE_ROLE_COUNT };
const char *profile_role_name(enum profile_role role);

struct profile_value {
    const char *name; /* the channel; "": the part's channel, or of "*" the member's name */
    struct profile_pointers pointers;
    bool any;               /* the pointers end in "*": every number there */
    enum quantity quantity; /* Q_COUNT: the registered sensor's */
    const char *unit;       /* NULL: the registered sensor's */
    double scale, offset;   /* value * scale + offset, in unit */
    const struct profile_map *map;
    size_t map_count;
    const char *const *missing;
    size_t missing_count;
    double min, max; /* in unit; NaN: none */
    enum profile_role role;
    struct profile_conditions match;
    struct profile_time time; /* its own, where given */
    struct profile_pointers unit_at;
    const struct profile_unit *units;
    size_t unit_count;
};

/* Values of one place of the document, possibly of many alike. */
struct profile_part {
    const char *each_member, *each; /* pointers; NULL: not iterated */
    struct profile_place device, channel;
    struct profile_time time;
    bool fallback; /* of an envelope: only quantities that nothing inside has told */
    const struct profile_value *values;
    size_t value_count;
};

enum profile_layout { LAYOUT_NONE, LAYOUT_FIXED, LAYOUT_TLV, LAYOUT_FLAGGED };

enum profile_number {
    NUM_U8,
    NUM_I8,
    NUM_U16,
    NUM_I16,
    NUM_U24,
    NUM_I24,
    NUM_U32,
    NUM_I32,
    NUM_F32
};

struct profile_field {
    const char *name;
    enum profile_number type;
    bool little_endian;
    int at;        /* byte within item or payload; -1: behind the field before */
    int bit, bits; /* bits > 0: only these, counted from the lowest */
    double scale, offset;
    const char *over; /* divided by this earlier field first; NULL */
    const char *plus; /* another earlier field is added first, times plus_scale; NULL */
    double plus_scale;
    int power;                  /* then raised to it (1, 2) */
    const char *const *missing; /* raw numbers that stand for none */
    size_t missing_count;
    bool hidden; /* only for other fields */
};

struct profile_item {
    uint8_t id[4], mask[4]; /* TLV; mask 0: any byte */
    int flag;               /* FLAGGED: the bit */
    const char *list;       /* its fields make an object that is added to this list; NULL */
    const struct profile_field *fields;
    size_t field_count;
    int size; /* bytes behind the id; 0: as its fields need */
};

/* When a layout has several shapes: the byte at, masked and shifted, has one of the values. */
struct profile_when {
    int at, bit, bits;
    const char *const *values;
    size_t value_count;
};

struct profile_bytes {
    bool given;
    struct profile_pointers pointers; /* where they stand; of an envelope */
    bool hex;                         /* base64 otherwise */
    enum profile_layout layout;
    int header;       /* TLV: bytes of an id; FLAGGED: bytes before the words */
    int version;      /* FLAGGED: the first byte; -1: any */
    int flags_at;     /* FLAGGED: the 16 flags, big-endian */
    const int *sizes; /* allowed lengths of the payload; none: any */
    size_t size_count;
    const struct profile_item *items;
    size_t item_count;
    const struct profile_when *when; /* by item, of FIXED; at -1: always */
    const char *const *ports;        /* by item, of FIXED; NULL or "": any */
    bool identifies; /* what can be read whole is this device, without other evidence */
};

struct profile_csv {
    char separator;
    bool header; /* the first line has the names of the columns, which otherwise are "1", "2", … */
    bool decimal_comma;
};

struct profile {
    const char *file, *id, *title, *source;
    int version;
    uint64_t digest; /* of the file's bytes */
    const char *const
        *topics; /* MQTT filters in which {name} captures a level, {name...} the rest */
    size_t topic_count;
    struct profile_conditions match;
    enum profile_format format;
    struct profile_csv csv;
    bool ignore;               /* known and of no interest: takes part in nothing */
    const char *carries;       /* kind of devices inside; "": none */
    const char *const *inside; /* for a device: ids and kinds of envelopes */
    size_t inside_count;
    const char *const *models; /* globs of the names under which networks know the device */
    size_t model_count;
    struct profile_pointers fields;   /* all there: this device */
    struct profile_pointers model_at; /* where an envelope names the model */
    const char *const *ports;         /* LoRaWAN FPort, as text; none: any */
    size_t port_count;
    struct profile_pointers port_at, object_at, dedup_at, seq_at;
    int64_t dedup_within_us; /* an identifier is one only for so long; 0: for good */
    double seq_modulo;       /* 0: none */
    struct profile_bytes bytes;
    struct profile_pointers state_at; /* says whether the device is there */
    const char *const *online, *const *offline;
    size_t online_count, offline_count;
    const struct profile_part *parts; /* the first has the device and time of all */
    size_t part_count;
};

/* Profiles in the order in which they are tried; all memory is one arena. Immutable once read. */
struct profile_set {
    struct arena arena;
    struct profile *at;
    size_t count;
};

/* Reads profiles, one a text, in the order given. On success *out is a new set (free with
 * profile_set_free) and no fault is added; else ERR_CONFIG with every fault found, *out NULL.
 * ERR_NOMEM. */
enum err profile_set_parse(const struct source_text *texts, size_t count, struct fault_list *faults,
                           struct profile_set **out) MUST_USE;
void profile_set_free(struct profile_set *set); /* NULL allowed */

/* The profile called id, NULL when there is none. */
const struct profile *profile_find(const struct profile_set *set, const char *id);

/* Adds a fault for each sensor of r whose source names a profile or channel that does not exist, or
 * whose unit cannot be converted from the profile's. ERR_CONFIG when there is any. set NULL: there
 * are no profiles. */
enum err profile_check_sources(const struct profile_set *set, const struct registry *r,
                               const char *registry_file, struct fault_list *faults) MUST_USE;

/* Narrows what the quality tests let pass (gross range, sensor span) of each sensor that has a
 * source to the range that its profile gives for the channel: what lies outside is kept, as failed.
 * Not of sensors with a calibration: the range is that of what is measured before it. */
void profile_apply_ranges(const struct profile_set *set, struct registry *r);

/* --- decoding --- */

/* What has to be remembered from message to message: identifiers lately seen, sequence numbers,
 * births of Sparkplug nodes. Nothing of it is needed to be right, only to notice repeats and gaps,
 * and for Sparkplug's aliases. */
struct profile_memory;
struct profile_memory *profile_memory_new(void); /* NULL when memory is out */
void profile_memory_forget(struct profile_memory *m);
void profile_memory_free(struct profile_memory *m); /* NULL allowed */

/* Told which rule fits or not and why, for people; of profile test. */
typedef void profile_say_fn(void *context, const char *profile, const char *words);

struct profile_context {
    const struct profile_set *set;
    const struct registry *registry; /* whose sources say which device has which profile; NULL */
    const struct profile *only;      /* tried alone; NULL: the first that fits */
    bool any_topic;                  /* the topic is not known: nothing is asked of it */
    bool retained; /* the broker had kept the message: arrival says nothing of when it was true */
    struct profile_memory *memory;         /* NULL: none */
    const struct zone_list *zones;         /* that times name; NULL: only fixed offsets and UTC */
    const struct time_zone *district_zone; /* NULL: UTC */
    profile_say_fn *say;                   /* NULL */
    void *say_context;
};

struct profile_reading {
    const struct profile *by; /* whose rule made it; NULL: none (SenML) */
    const char *device, *channel;
    const char *fault; /* NULL, or why there is no number (then text is what stood there) */
    const char *text;
    enum quantity quantity; /* Q_COUNT: not said */
    const char *unit;       /* NULL: not said */
    double value;           /* in unit */
    int64_t t_us;
    const char *clock; /* "device", "gateway", "server", "arrival", "suspect" (another disagrees) */
    enum profile_role role;
    bool outside;    /* not within the profile's range */
    bool any;        /* of a rule for whatever is there */
    bool historical; /* told afterwards: judged by its time, and no sign of life */
};

/* Its time is that of its arrival, or clocks of the message contradict each other. */
bool profile_clock_in_doubt(const struct profile_reading *r);

struct profile_state {
    const char *device;
    bool online;
    double battery_v, battery_pct, rssi_dbm; /* NaN when not given */
    bool told;                               /* by a word for it, not by a reading alone */
};

struct profile_result {
    const struct profile *envelope; /* NULL: none fits */
    const struct profile *device;   /* of what stands inside; NULL: none fits, or not needed */
    const char *why;                /* words, when nothing fits */
    bool senml;                     /* to be read by payload_senml: a pack, or cbor */
    struct profile_reading *readings;
    size_t reading_count;
    struct profile_state *states;
    size_t state_count;
    bool ignored;              /* the profile says that it is of no interest */
    bool repeated;             /* its identifier has been seen */
    bool uses_arrival_time;    /* as decoded */
    bool uses_district_zone;   /* a local time was read whose zone no profile names */
    int64_t lost;              /* messages missing before this by its sequence number */
    const char *command_topic; /* a message that should be published now (Sparkplug); NULL */
    const uint8_t *command;
    size_t command_len;
};

/* Reads one message by the profiles. All memory is the arena's. ERR_NOMEM is the only error. */
enum err profile_decode(const struct profile_context *c, const struct message *m,
                        struct arena *arena, struct profile_result *out) MUST_USE;

/* Of a message that is to be read as SenML (out->senml): its records as readings, device and
 * channel being what stands before and behind the last '/' or ':' of their names. For people; the
 * daemon reads such packs as native ones. ERR_NOMEM. */
enum err profile_read_senml(const struct message *m, struct arena *arena,
                            struct profile_result *out) MUST_USE;

/* The result as one JSON document. */
void profile_result_json(const struct profile_result *r, struct strbuf *out);

/* payload_decode for whatever topic: native ones as there, others by the profiles of c (NULL: there
 * are none). */
enum err profile_payload(const struct profile_context *c, const struct message *m,
                         const struct registry *r, struct arena *arena,
                         struct decoded *out) MUST_USE;

#endif
