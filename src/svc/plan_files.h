/* The files of a plan, read whole. Private to plan*.c. */
#ifndef SHIKUMEN_SVC_PLAN_FILES_H
#define SHIKUMEN_SVC_PLAN_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/core/registry_json.h"
#include "shikumen/svc/plan.h"

/* The JSON files of a directory, without schema.json. */
struct text_files {
    struct arena arena;
    struct strbuf *buffers;
    struct source_text *texts;
    size_t count;
    bool absent; /* no such directory */
};

/* Reads one file; why it cannot be had becomes a fault (ERR_CONFIG). ERR_NOMEM. */
enum err text_file_read(const char *file, size_t max_bytes, struct fault_list *faults,
                        struct strbuf *out) MUST_USE;

/* All files of the directory; each that cannot be read is a fault and left empty. */
enum err text_files_read(const char *directory, struct fault_list *faults,
                         struct text_files *l) MUST_USE;
void text_files_free(struct text_files *l);

/* Those that were read, in texts (room for count); their number. */
size_t text_files_readable(const struct text_files *l, struct source_text *texts);

#endif
