/* What the record of a refusal says of a sensor that is not registered, and the entry it would have
 * in the registry. */
#ifndef SHIKUMEN_CLI_DISCOVER_ENTRY_H
#define SHIKUMEN_CLI_DISCOVER_ENTRY_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "shikumen/base/strbuf.h"
#include "shikumen/io/readings_query.h"
#include "shikumen/model/registry.h"

/* What the record in quarantine says of one sensor. */
struct found {
    const struct unknown_sensor *u;
    const char *unit, *profile, *device, *channel; /* NULL when not said */
    enum quantity quantity;
    double value; /* NaN: none */
    int version;  /* of the profile; 0: not said */
    int period_s;
};

/* json: the record, or one of its "beside"; both must outlive what is returned. */
struct found discover_look(const struct unknown_sensor *u, const cJSON *json);

/* The entry as it can be pasted; false when neither quantity nor unit can be told. */
bool discover_entry(struct strbuf *out, const struct registry *r, const struct found *f);

/* True when it has been registered since. */
bool discover_registered(const struct registry *r, const struct found *f);

#endif
