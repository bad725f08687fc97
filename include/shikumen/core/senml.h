/* Sensor Measurement Lists, RFC 8428, in JSON and in CBOR. Pure. */
#ifndef SHIKUMEN_CORE_SENML_H
#define SHIKUMEN_CORE_SENML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

/* Which value a resolved record carries. */
enum senml_value { SENML_NUMBER, SENML_BOOLEAN, SENML_STRING, SENML_DATA, SENML_SUM_ONLY };

/* A resolved record (RFC 8428 section 4.6), or one that breaks a rule: then fault says which and
 * only name (if it could be told) and raw are meaningful. */
struct senml_record {
    const char *name;
    const char *unit;   /* NULL when neither u nor bu is given */
    int64_t t_us;       /* absolute, UTC */
    bool relative_time; /* t_us was reckoned from the arrival time */
    enum senml_value kind;
    double value;     /* v + bv; vb as 0 or 1 */
    const char *text; /* vs or vd */
    bool has_sum;
    double sum;        /* s + bs */
    double update_s;   /* ut; NaN when not given */
    const char *fault; /* NULL when sound; else a short reason code, e.g. "senml_name" */
    const char *raw;   /* the record as JSON text, set only when fault is */
};

struct senml_pack {
    struct senml_record *records; /* in order; records with base fields only yield nothing */
    size_t count;
    const char *fault;  /* NULL, or why the whole pack is refused ("json", "senml_version", ...) */
    const char *detail; /* words for people with the place, NULL when fault is NULL */
};

/* Resolves a pack. default_base_name is used until a record gives bn (NULL: none); rx_us is the
 * arrival time for relative times (below 2^28 s, RFC 8428 section 4.5.3). Limits: 64 KiB records a
 * pack, nesting as cJSON. Never fails but for memory (ERR_NOMEM): faults are in the result. */
enum err senml_parse(const char *payload, size_t len, const char *default_base_name, int64_t rx_us,
                     struct arena *arena, struct senml_pack *out) MUST_USE;

/* The same of a pack in CBOR (RFC 8428 section 6: integer labels; data are byte strings, given here
 * as base64url). Fault "cbor" where JSON has "json". */
enum err senml_parse_cbor(const void *payload, size_t len, const char *default_base_name,
                          int64_t rx_us, struct arena *arena, struct senml_pack *out) MUST_USE;

/* Words for the fault of a record, in English (wording.h). */
const char *senml_fault_words(const char *fault);

#endif
