/* The values of options. */
#ifndef SHIKUMEN_CLI_OPTIONS_VALUES_H
#define SHIKUMEN_CLI_OPTIONS_VALUES_H

#include "options.h"

#define TIMES_ALLOWED "2026-11-22T08:00:00Z, 2026-11-22, -24h, -7d, +8h, now"

/* Takes getopt's value, if it has one, into its place. False: it is not valid, and that was said.
 */
bool options_take(struct options *o, enum option_id id, int64_t now_us);
/* As on the command line, without the dashes (options.c). */
const char *options_name(enum option_id id);

#endif
