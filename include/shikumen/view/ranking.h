/* The houses, ranked by risk; after them the rows of houses and the district. */
#ifndef SHIKUMEN_VIEW_RANKING_H
#define SHIKUMEN_VIEW_RANKING_H

#include "shikumen/view/page.h"

enum ranking_order { RANK_SCORE, RANK_P30, RANK_P180, RANK_P365, RANK_CONFIDENCE };

struct ranking_query {
    enum ranking_order order; /* falling, of confidence rising; of equals the higher score first */
    int min_class;            /* enum risk_level; RISK_INSUFFICIENT: all */
    int horizon;              /* that people see: 0, 1, 2: 30, 180, 365 days */
    int64_t at_us;            /* as it stood then; INT64_MAX: now */
    bool p;                   /* programs get the probability of the horizon as "p" as well */
};

/* Begins the table and fills it: how each stands, why, and how it stood 30 days before. *grey is
 * how many are left out for want of data when a class is asked for. table_end is the caller's in
 * any case. Wants registry and state. Errors of state.db (desk->failed), ERR_NOMEM. */
enum err view_ranking(struct desk *d, const struct ranking_query *q, struct table *t,
                      size_t *grey) MUST_USE;

extern const struct page_order ranking_pages;

#endif
