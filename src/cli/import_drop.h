/* A file given to the daemon by way of its directory. */
#ifndef SHIKUMEN_CLI_IMPORT_DROP_H
#define SHIKUMEN_CLI_IMPORT_DROP_H

#include "ctl.h"
#include "shikumen/svc/import.h"

/* Copies the file at path into files.drop, waits for the daemon to read it, and reports what it
 * wrote. The exit code; EXIT_FAILED when the daemon does not. */
int import_drop(struct ctl *c, const char *path, import_report_fn *report, void *context);

#endif
