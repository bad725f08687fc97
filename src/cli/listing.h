/* The readings of one sensor, printed. */
#ifndef SHIKUMEN_CLI_LISTING_H
#define SHIKUMEN_CLI_LISTING_H

#include "ctl.h"
#include "shikumen/view/listing.h"

/* Each reading, printed as it is read: there may be years of them. */
int listing_raw(struct ctl *c, const struct listed *sensor);

/* By UTC hour or day. */
int listing_summary(struct ctl *c, const struct listed *sensor);

#endif
