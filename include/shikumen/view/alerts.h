/* The alerts: how each stands now. */
#ifndef SHIKUMEN_VIEW_ALERTS_H
#define SHIKUMEN_VIEW_ALERTS_H

#include "shikumen/view/page.h"

struct alerts_query {
    bool all;                     /* those too that are over */
    bool spoken_for;              /* those too that another alert speaks for */
    bool last_step;               /* the JSON of its latest step too, as "last" */
    const char *house;            /* NULL: all */
    int level;                    /* of this level or a worse one, at its worst when all; 0: any */
    enum alert_category category; /* CATEGORY_COUNT: all */
    int64_t since_us;             /* changed at or after; INT64_MIN: all */
    bool by_opening;              /* the latest first, instead of the worst */
};

/* Begins the table and fills it, worst first, then by latest change, or by opening; *spoken_for is
 * how many are left out because another speaks for them. table_end is the caller's in any case.
 * Wants state; without registry and readings none is called unknown. Errors of state.db
 * (desk->failed), ERR_NOMEM. */
enum err view_alerts(struct desk *d, const struct alerts_query *q, struct table *t,
                     size_t *spoken_for) MUST_USE;

/* An alert that worsens while pages of the first are read may be in none of them, and one that
 * changes in two; the second never moves. */
extern const struct page_order alerts_worst, alerts_by_opening;

#endif
