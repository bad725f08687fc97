/* How an act of a person is put on the record: looked at, written into state.db, and waited for
 * while a daemon runs. */
#ifndef SHIKUMEN_CLI_ACT_SEND_H
#define SHIKUMEN_CLI_ACT_SEND_H

#include "ctl.h"
#include "shikumen/core/act.h"

/* Fills the subject of act from name as its verb wants it (the episode whose id begins with name,
 * of 6 characters or more; a scope of the registry; a proposal, silence or override) and looks
 * whether that is there. EXIT_DONE, or another exit code after saying on stderr what is wrong. */
int act_look(struct ctl *c, const char *name, struct act *act);

/* Records the act and prints what came of it: text, or with --json {"act","outcome","made","why"}.
 * EXIT_FAILED when it was refused, or could not be recorded. */
int act_send(struct ctl *c, const struct act *act);

/* Says on stderr why it is refused, in the district's language; returns EXIT_FAILED. */
int act_refused(struct ctl *c, const struct act_refusal *why);

#endif
