/* Tables of proposals, of inspections and repairs, and of acts. */
#ifndef SHIKUMEN_CLI_SIGNOFF_ROWS_H
#define SHIKUMEN_CLI_SIGNOFF_ROWS_H

#include "table.h"

/* Each begins a table and fills it; table_end is the caller's in any case. */

/* Of an episode (its row), or (0) of all: those that are open unless all is set. */
enum err proposal_rows(struct ctl *c, struct table *t, int64_t episode_row, bool all) MUST_USE;
/* Of an episode. */
enum err record_rows(struct ctl *c, struct table *t, int64_t episode_row) MUST_USE;
/* On an episode (its id): those that are no step of it: that wait, or were refused. */
enum err act_rows(struct ctl *c, struct table *t, const char *episode_id) MUST_USE;

#endif
