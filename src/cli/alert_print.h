/* One alert with all that happened to it, printed. */
#ifndef SHIKUMEN_CLI_ALERT_PRINT_H
#define SHIKUMEN_CLI_ALERT_PRINT_H

#include "ctl.h"

/* For people, or as a JSON document; after ctl_state. Returns the exit code. */
int alert_print(struct ctl *c, const struct episode *e);

#endif
