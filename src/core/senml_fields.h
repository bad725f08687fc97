/* The labels of a SenML record, RFC 8428 section 4.3. Private to senml.c. */
#ifndef SHIKUMEN_SENML_FIELDS_H
#define SHIKUMEN_SENML_FIELDS_H

#include <cjson/cJSON.h>
#include <stdbool.h>

enum field {
    BN,
    BT,
    BU,
    BV,
    BS,
    BVER,
    N,
    U,
    V,
    VS,
    VB,
    VD,
    S,
    T,
    UT,
    FIELD_COUNT,
    OTHER,
    CRITICAL
};
#define BIT(field)   (1U << (field))
#define BASE_FIELDS  (BIT(BN) | BIT(BT) | BIT(BU) | BIT(BV) | BIT(BS) | BIT(BVER))
#define VALUE_FIELDS (BIT(V) | BIT(VS) | BIT(VB) | BIT(VD))

/* What a record says, by label; seen has the bits of those given. */
struct fields {
    const cJSON *at[FIELD_COUNT];
    unsigned seen;
};

static inline bool has(const struct fields *f, enum field field)
{
    return (f->seen & BIT(field)) != 0;
}

/* Sorts the members of a record by label, the first of each; unknown ones are left out. Returns the
 * key that would have to be understood (RFC 8428 section 4.4: it ends in "_"), or NULL. */
const char *senml_fields_collect(const cJSON *record, struct fields *f);

#endif
