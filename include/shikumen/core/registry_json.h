/* Registry and limit files (JSON) to the model, with every fault named by its JSON path and line.
 */
#ifndef SHIKUMEN_CORE_REGISTRY_JSON_H
#define SHIKUMEN_CORE_REGISTRY_JSON_H

#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/base/fault.h"
#include "shikumen/core/json_read.h"
#include "shikumen/model/registry.h"

/* A file's text, for parsing several at once. */
struct source_text {
    const char *file; /* name for messages */
    const char *text;
    size_t len;
};

/* Parses limit sets (one per file) and the registry that refers to them. A single one without text
 * (NULL) says that their folder, file, does not exist: one fault when a sensor refers to any. On
 * success *out is a new registry that owns all it needs (free with registry_free) and nothing is
 * added to faults; else ERR_CONFIG with every fault found, *out NULL. ERR_NOMEM. */
enum err registry_parse(const struct source_text *registry, const struct source_text *limits,
                        size_t limits_count, struct fault_list *faults,
                        struct registry **out) MUST_USE;

/* Reads one epoch, but for what its scope names; faults go to the reader's. */
void epoch_read(struct json_reader *r, const struct json_value *v, struct epoch *e);

/* Adds the epochs of a document, an array of them or an object with the member "epochs" as in a
 * registry, to r. ERR_CONFIG with every fault found, r as it was; ERR_NOMEM. */
enum err registry_add_epochs(struct registry *r, const struct source_text *epochs,
                             struct fault_list *faults) MUST_USE;

/* 1-based line of the value at a JSON path ("sensors[12].unit") in text, or of its nearest
 * enclosing value that exists; 1 when nothing matches. */
int json_line_of(const char *text, size_t len, const char *path);

#endif
