/* What a configuration amounts to, as tables. */
#ifndef SHIKUMEN_CLI_CHECK_TABLES_H
#define SHIKUMEN_CLI_CHECK_TABLES_H

#include "shikumen/svc/plan.h"
#include "shikumen/view/table.h"

struct check_tables {
    struct table quantities; /* what is measured how often, and how much of it has limits */
    struct table sets;       /* limit sets, with how many of their limits are provisional */
    struct table endpoints;
};

void check_tables_begin(struct check_tables *t, struct desk *d);
enum err check_tables_fill(struct check_tables *t, const struct plan *plan) MUST_USE;
void check_tables_end(struct check_tables *t);

#endif
