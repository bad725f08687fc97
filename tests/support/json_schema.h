/* JSON Schema (2020-12) as far as ours use it: $ref within the document, type, enum, properties,
 * required, additionalProperties, propertyNames, minProperties, items, minItems, maxItems, anyOf,
 * oneOf, allOf, minimum, maximum, exclusiveMinimum, minLength, maxLength, pattern as POSIX has it,
 * format date-time. Any other keyword that would refuse something is a fault itself. */
#ifndef SHIKUMEN_TESTS_JSON_SCHEMA_H
#define SHIKUMEN_TESTS_JSON_SCHEMA_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "shikumen/base/strbuf.h"

/* Whether value fits schema; document is what $ref leads into. Appends "PATH: why" for the first
 * fault found. */
bool json_schema_fits(const cJSON *document, const cJSON *schema, const cJSON *value,
                      struct strbuf *why);

/* What "#/a/b" leads to, NULL when nowhere; "~1" stands for "/" (RFC 6901). */
const cJSON *json_schema_at(const cJSON *document, const char *reference);

#endif
