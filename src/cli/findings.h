/* What verification found, a line each. */
#ifndef SHIKUMEN_CLI_FINDINGS_H
#define SHIKUMEN_CLI_FINDINGS_H

#include <stdbool.h>

#include "ctl.h"
#include "shikumen/base/strbuf.h"

/* Append lines to out. False when anything was found. */

/* The two databases in a folder, and the registry that state.db holds. */
bool findings_of_store(const char *folder, struct strbuf *out);
/* A backup, taken apart in a folder of its own under $TMPDIR or /var/tmp. */
bool findings_of_backup(const char *path, struct strbuf *out);

#endif
