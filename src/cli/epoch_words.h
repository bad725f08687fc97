/* Epochs in the district's language, and what their scopes may be. */
#ifndef SHIKUMEN_CLI_EPOCH_WORDS_H
#define SHIKUMEN_CLI_EPOCH_WORDS_H

#include "ctl.h"

/* "repair, rezero, …"; lives until the command ends. */
const char *epoch_kinds_text(struct ctl *c);

/* Whether scope is the id of a sensor, element, house, row, lane or the district. */
bool epoch_scope_known(const struct registry *r, const char *scope);

#endif
