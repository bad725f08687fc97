/* Files of loggers read by hand while no daemon works on the store (docs/interface.md
 * section 10.1): the very code of the daemon's directory of files. */
#ifndef SHIKUMEN_SVC_IMPORT_H
#define SHIKUMEN_SVC_IMPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/err.h"
#include "shikumen/svc/hub.h"
#include "shikumen/svc/plan.h"

/* Told of each file: its path, whether it was refused, and the report as JSON (n bytes); NULL when
 * the file cannot be read (errno says why). */
typedef void import_report_fn(void *context, const char *path, bool refused, const char *json,
                              size_t n);

/* Reads the files one after the other; the caller holds the store's lock. An error is the store's:
 * why says what happened, and what was committed stays. */
enum err import_files(struct plan *plan, const char *const *paths, size_t count,
                      import_report_fn *report, void *context, char why[HUB_TEXT_SIZE]) MUST_USE;

#endif
