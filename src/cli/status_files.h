/* What `status` says of loggers' files. */
#ifndef SHIKUMEN_CLI_STATUS_FILES_H
#define SHIKUMEN_CLI_STATUS_FILES_H

#include "figures.h"
#include "status_standing.h"

/* Nothing while there is no directory of files and none was ever read. */
void files_text(struct ctl *c, const struct figures *f, standing_label_fn *label,
                struct strbuf *out);

#endif
