/* What profile test made of a message, for people. */
#ifndef SHIKUMEN_PROFILE_TEXT_H
#define SHIKUMEN_PROFILE_TEXT_H

#include "shikumen/core/profile.h"
#include "shikumenctl.h"

/* Appends envelope and device, readings, states, and of said (lines "  ID: words") what bears on
 * them. set: the profiles that were tried. */
void profile_text(struct ctl *c, const struct profile_set *set, const struct profile_result *r,
                  const char *said, struct strbuf *out);

#endif
