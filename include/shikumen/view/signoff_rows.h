/* Tables of proposals, of inspections and repairs, and of acts. */
#ifndef SHIKUMEN_VIEW_SIGNOFF_ROWS_H
#define SHIKUMEN_VIEW_SIGNOFF_ROWS_H

#include "shikumen/view/page.h"

/* Each begins a table and fills it; table_end is the caller's in any case. Want state. Errors of
 * state.db (desk->failed), ERR_NOMEM. */

/* All proposals, or those that are open. */
enum err view_proposals(struct desk *d, bool all, struct table *t) MUST_USE;
extern const struct page_order proposals_pages;
/* All of an episode, by its row. */
enum err proposal_rows(struct desk *d, int64_t episode_row, struct table *t) MUST_USE;
/* Inspections and repairs of an episode, or (0) of all. */
enum err record_rows(struct desk *d, int64_t episode_row, struct table *t) MUST_USE;
/* On an episode (its id): acts that are no step of it: that wait, or were refused. */
enum err act_rows(struct desk *d, const char *episode_id, struct table *t) MUST_USE;

#endif
