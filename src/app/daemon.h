/* The running daemon. */
#ifndef SHIKUMEN_APP_DAEMON_H
#define SHIKUMEN_APP_DAEMON_H

#include "shikumen/base/log.h"
#include "shikumen/svc/plan.h"

/* Works until SIGTERM or SIGINT; re-reads config_file on SIGHUP. Takes the plan. Returns the exit
 * code of the program: 0 after a clean stop, 1 when it could not start or go on. */
int daemon_run(const char *config_file, struct log log, struct plan *plan);

#endif
