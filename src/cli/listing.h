/* The readings of one sensor, printed. */
#ifndef SHIKUMEN_CLI_LISTING_H
#define SHIKUMEN_CLI_LISTING_H

#include "ctl.h"

/* A sensor of the store. */
struct listed {
    uint32_t id;
    const char *name, *quantity, *unit;
};

/* Each reading, printed as it is read: there may be years of them. */
int listing_raw(struct ctl *c, const struct listed *sensor);

/* Appends a reading as a line of CSV, and what the lines begin with. */
#define READING_CSV_HEADER "t,sensor,v,u,flag,test,rx\n"
void reading_csv(struct strbuf *out, const char *name, const char *unit, const struct reading *r);

/* By UTC hour or day: number, mean, least and greatest of those that passed, number of the others.
 */
int listing_summary(struct ctl *c, const struct listed *sensor);

#endif
