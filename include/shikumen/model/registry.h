/* The registry: what stands where, what watches it, and what was done to it. Immutable once
 * loaded; all memory is one arena. Indices replace pointers between the tables. */
#ifndef SHIKUMEN_MODEL_REGISTRY_H
#define SHIKUMEN_MODEL_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/strmap.h"
#include "shikumen/model/calibration.h"
#include "shikumen/model/limit.h"
#include "shikumen/model/quality_config.h"
#include "shikumen/model/quantity.h"
#include "shikumen/model/zone.h"

#define REGISTRY_NONE           UINT32_MAX
#define REGISTRY_SOURCE_KEY_MAX 520 /* bytes of device, channel and what is between */

struct bilingual {
    const char *zh, *en; /* never NULL; either falls back to the other or to the id */
};

enum element_kind {
    ELEMENT_WALL,
    ELEMENT_PARTY_WALL,
    ELEMENT_GATE_FRAME,
    ELEMENT_LINTEL,
    ELEMENT_BEAM,
    ELEMENT_FLOOR,
    ELEMENT_PURLIN,
    ELEMENT_TRUSS,
    ELEMENT_COLUMN,
    ELEMENT_STAIR,
    ELEMENT_FOUNDATION,
    ELEMENT_ROOF,
    ELEMENT_STRUCTURE,
    ELEMENT_KIND_COUNT
};
const char *element_kind_name(enum element_kind kind);
enum element_kind element_kind_by_name(const char *name); /* ELEMENT_KIND_COUNT: none */

enum protection {
    PROTECTION_NONE,
    PROTECTION_DISTRICT,
    PROTECTION_CITY,
    PROTECTION_NATIONAL,
    PROTECTION_COUNT
};
enum protection protection_by_name(const char *name); /* PROTECTION_COUNT: none */
const char *protection_name(enum protection p);

enum epoch_kind {
    EPOCH_REPAIR,
    EPOCH_REZERO,
    EPOCH_SENSOR_SWAP,
    EPOCH_EXCAVATION,
    EPOCH_RENOVATION,
    EPOCH_VACANT,
    EPOCH_KIND_COUNT
};
const char *epoch_kind_name(enum epoch_kind kind);
enum epoch_kind epoch_kind_by_name(const char *name); /* EPOCH_KIND_COUNT: none */
/* True when readings before and after it are not comparable, so a new baseline starts. */
bool epoch_starts_baseline(enum epoch_kind kind);

/* A corner of a footprint, m east and north of the district's origin: a point of the survey's
 * choice, the same for all houses. [J] */
struct plan_corner {
    double east_m, north_m;
};

#define PLAN_CORNERS_MIN 3
#define PLAN_CORNERS_MAX 32
#define PLAN_REACH_M     100000 /* of a corner from the origin */

struct house {
    const char *id;
    struct bilingual name;
    const char *lane, *row;          /* "" when not given */
    int number, built_year, storeys; /* 0 when not given */
    enum protection protection;
    double latitude_deg, longitude_deg; /* NaN when not given */
    const struct plan_corner *plan;     /* of the footprint, in order; NULL when not given */
    size_t plan_count;
    const uint32_t *adjoining; /* house indices */
    size_t adjoining_count;
};

struct element {
    const char *id;
    uint32_t house;
    enum element_kind kind;
    const char *material; /* "" when not given */
    struct bilingual name;
    double height_m, length_m; /* NaN when not given */
    double weight;             /* 1 when not given */
};

struct node {
    const char *id; /* "H001/n1" */
    uint32_t house; /* of its sensors; REGISTRY_NONE when they disagree */
    const uint32_t *sensors;
    size_t sensor_count;
};

/* Where the readings of a sensor come from that does not speak our own format: a channel of a
 * device, read by a profile. */
struct sensor_source {
    const char *profile, *device, *channel;
};

struct sensor {
    const char *id;
    uint32_t node;    /* index, REGISTRY_NONE when not given */
    uint32_t house;   /* REGISTRY_NONE when not given */
    uint32_t element; /* REGISTRY_NONE: watches no element (climate, battery) */
    enum quantity quantity;
    const struct unit_conversion *unit; /* of the unit it is registered with */
    const char *unit_text;              /* as registered */
    const char *canonical_unit;         /* what its readings are stored in */
    const char *axis, *medium;          /* "" when not given */
    int mode;                           /* natural frequency: 1..; 0 when not given */
    double position_m[3];               /* NaN when not given */
    double resolution;                  /* canonical unit; 0 when not given */
    int64_t period_us;
    int64_t arrives_us; /* how often what it measured arrives, for silence; 0: as it is measured */
    int64_t installed_us;           /* readings before it are refused; INT64_MIN when not given */
    const struct limit_set *limits; /* NULL: none */
    const uint32_t *environment;    /* sensor indices */
    size_t environment_count;
    struct quality_config quality;
    const struct calibration
        *calibrations; /* ascending; readings before the first are as measured */
    size_t calibration_count;
    uint64_t calibration_digest;        /* 0: none */
    const struct sensor_source *source; /* NULL: its readings come under its id */
};

struct epoch {
    int64_t t_us, until_us; /* until_us INT64_MAX when open */
    const char *scope;      /* id of a sensor, element, house, row, lane or the district */
    enum epoch_kind kind;
    const char *note;
};

struct registry {
    struct arena arena;
    const char *district_id;
    struct bilingual district_name;
    const char *timezone;
    const struct time_zone *zone; /* of that name; UTC until whoever reads the files has set it */
    struct house *houses;
    size_t house_count;
    struct element *elements;
    size_t element_count;
    struct node *nodes;
    size_t node_count;
    struct sensor *sensors;
    size_t sensor_count;
    struct epoch *epochs; /* by ascending time */
    size_t epoch_count;
    struct limit_set *limit_sets;
    size_t limit_set_count;
    struct strmap house_by_id, element_by_id, node_by_id, sensor_by_id;
    struct strmap sensor_by_source; /* "device", and "device\tchannel" */
};

/* Index of the sensor called id (n bytes), REGISTRY_NONE when there is none. */
uint32_t registry_sensor(const struct registry *r, const char *id, size_t n);
uint32_t registry_house(const struct registry *r, const char *id);
uint32_t registry_element(const struct registry *r, const char *id);
uint32_t registry_node(const struct registry *r, const char *id, size_t n);

/* The calibration in force for readings of s at t_us; NULL: none. */
const struct calibration *sensor_calibration(const struct sensor *s, int64_t t_us);
/* Index of the sensor whose source is this channel of the device, of the first one of the device;
 * REGISTRY_NONE when there is none. */
uint32_t registry_source(const struct registry *r, const char *device, const char *channel);
uint32_t registry_source_device(const struct registry *r, const char *device);

/* Whether an epoch's scope (an id: of the district, its lane, row, house, element, or the sensor)
 * holds a sensor, or the whole of an element. "" holds nothing. */
bool registry_sensor_in_scope(const struct registry *r, uint32_t sensor, const char *scope);
bool registry_element_in_scope(const struct registry *r, uint32_t element, const char *scope);

/* Start of the sensor's present baseline: the latest not after now_us of the epochs that start one
 * and whose scope holds the sensor (a renovation starts one when it begins and again when it ends);
 * INT64_MIN when there is none. */
int64_t registry_baseline_start_us(const struct registry *r, uint32_t sensor, int64_t now_us);

/* Earliest start of a baseline after now_us, of any sensor; INT64_MAX when there is none. */
int64_t registry_next_baseline_us(const struct registry *r, int64_t now_us);

/* Frees everything, the struct itself included (it was made by the parser). NULL is allowed. */
void registry_free(struct registry *r);

#endif
