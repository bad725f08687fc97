/* A record of a pack, resolved by the base fields in force (RFC 8428 section 4.6). */
#ifndef SHIKUMEN_CORE_SENML_RESOLVE_H
#define SHIKUMEN_CORE_SENML_RESOLVE_H

#include "json_input.h"
#include "senml_fields.h"
#include "shikumen/core/senml.h"

/* The base fields in force. After one that is broken, records that need it cannot be told until it
 * is given anew: its bit is set in broken. */
struct senml_base {
    const char *name, *unit;
    size_t name_len;
    bool name_sound; /* all its characters are allowed */
    double time_s, value, sum;
    double version; /* 0 until known */
    unsigned broken;
};

struct senml_resolver {
    struct arena *arena;
    int64_t rx_us;
    struct senml_base base;
    const char *unit;          /* the u copied last */
    struct json_elements text; /* of a JSON pack */
    bool binary;               /* the pack is CBOR */
    struct senml_pack *out;
    bool out_of_memory;
};

/* A copy; NULL (and out_of_memory is set): memory is out. */
const char *senml_keep(struct senml_resolver *s, const char *text, size_t n);
void senml_set_base_name(struct senml_resolver *s, const char *name);
/* Takes the base fields of a record; one that is broken is its fault. */
void senml_set_base(struct senml_resolver *s, const struct fields *f, struct senml_record *r);
/* Name, unit, time, value, sum and update time of a record, or its first fault. */
void senml_resolve(struct senml_resolver *s, const struct fields *f, struct senml_record *r);

#endif
