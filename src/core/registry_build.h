/* The parts of reading a registry. Private to core. */
#ifndef SHIKUMEN_CORE_REGISTRY_BUILD_H
#define SHIKUMEN_CORE_REGISTRY_BUILD_H

#include "shikumen/base/strmap.h"
#include "shikumen/core/json_read.h"
#include "shikumen/model/registry.h"

struct registry_builder {
    struct json_reader read; /* of the registry document */
    struct registry *r;
    struct strmap set_by_name; /* index in r->limit_sets */
    const char **set_names;    /* for suggestions */
    const char **node_ids;     /* by node index, while sensors are read */
    const char *no_folder;     /* of limit sets: its name, when it does not exist; else NULL */
    size_t sets_wanted;        /* then: sensors that refer to a set */
    struct arena scratch;      /* gone when the registry is complete */
};

/* True when the n bytes may be the id of a house, node or sensor: letters, digits and - : . / _,
 * first a letter or digit (SenML names, RFC 8428 section 4.5.1), at most 255. */
bool registry_id_valid(const char *id);

/* The member "id" of object, kept, put into map with the value index; "" with a fault when it is
 * missing, malformed (when strict) or already there (what names the table: "houses"). */
const char *registry_read_id(struct json_reader *r, const struct json_value *object,
                             struct strmap *map, uint32_t index, bool strict);

/* A name: a text or {"zh", "en"}; what is not given falls back to the other or to fallback. */
struct bilingual registry_read_name(struct json_reader *r, const struct json_value *object,
                                    const char *key, const char *fallback);

/* One limits file into *set. */
void registry_read_limit_set(struct json_reader *r, const struct json_value *document,
                             struct limit_set *set);

/* The limits of a list for quantity q, by descending level. in_place: source, clause and mark may
 * be missing. */
void registry_read_limits(struct json_reader *r, const struct json_value *list, enum quantity q,
                          bool in_place, struct limit_set *set);

/* The houses with their elements and neighbours, and the rows and lanes they stand in. */
void registry_read_houses(struct registry_builder *b, const struct json_value *document);

/* The sensors, after houses and elements: the tables of sensors and nodes. */
void registry_read_sensors(struct registry_builder *b, const struct json_value *list);

/* Where a sensor's readings come from (member "source"), put into the table of sources; NULL when
 * absent or faulty. */
const struct sensor_source *registry_read_source(struct registry_builder *b,
                                                 const struct json_value *sensor, uint32_t index);

/* What a sensor says of its quality tests, over the defaults in *config. */
void registry_read_quality(struct json_reader *r, const struct json_value *sensor,
                           const struct unit_conversion *unit, struct quality_config *config);

/* The calibrations of a sensor, once all sensors are read: any may be its thermistor. */
void registry_read_calibrations(struct registry_builder *b, const struct json_value *sensor,
                                struct sensor *s);
/* And once all calibrations are: a thermistor's own may need no thermistor. */
void registry_check_calibrations(struct registry_builder *b, const struct json_value *sensor,
                                 const struct sensor *s);

#endif
