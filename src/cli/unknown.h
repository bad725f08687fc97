/* What speaks but is not registered. */
#ifndef SHIKUMEN_CLI_UNKNOWN_H
#define SHIKUMEN_CLI_UNKNOWN_H

#include "ctl.h"
#include "shikumen/base/strbuf.h"

/* Prints the sensors that were refused because nobody knows them, with an entry for the registry
 * for each: what is known of it from its name and its latest record, "?" for the rest. The plan
 * must be there. */
int unknown_print(struct ctl *c);

/* Appends the entry for one: id, node, house, quantity, unit, period. record is the refused text;
 * it may be anything. */
void unknown_entry(const struct registry *r, const struct unknown_sensor *u, struct strbuf *out);

#endif
