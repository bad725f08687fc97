/* Two bodies of one step beside each other, field by field. */
#ifndef SHIKUMEN_CLI_EVIDENCE_ROWS_H
#define SHIKUMEN_CLI_EVIDENCE_ROWS_H

#include <cjson/cJSON.h>

#include "shikumen/view/table.h"
#include "told.h"

#define EVIDENCE_COLUMNS 5
extern const struct column evidence_columns[EVIDENCE_COLUMNS];

/* Adds a row for each field that the evidence as told or as recomputed has: of the governing sensor
 * all that the body says of it, of the others their share in the reasons. Numbers match within one
 * millionth, times within one millionth of their distance from at_us. Of a silence, which is judged
 * by the clock, only when each sensor was last heard. Adds to *differ how many do not. ERR_NOMEM.
 */
enum err evidence_rows(struct table *t, const cJSON *told, const cJSON *again, int64_t at_us,
                       size_t *differ) MUST_USE;

/* The JSON document of recompute (docs/interface.md section 8). */
void evidence_json(struct strbuf *out, const struct told *t, const struct table *rows,
                   size_t differ);

#endif
