/* The alert that an operator names. */
#ifndef SHIKUMEN_CLI_EPISODE_FIND_H
#define SHIKUMEN_CLI_EPISODE_FIND_H

#include "ctl.h"

/* The only episode whose id begins with id, after ctl_state; texts live until the command ends.
 * EXIT_DONE, or another exit code after saying on stderr what is wrong. */
int episode_find(struct ctl *c, const char *id, struct episode *out);

#endif
