/* What stands because a named person said so: silences, and overrides of a class. */
#ifndef SHIKUMEN_VIEW_STANDING_H
#define SHIKUMEN_VIEW_STANDING_H

#include "shikumen/view/page.h"

/* Each begins a table and fills it with those that have not ended, or all, in the order in which
 * they were made; table_end is the caller's in any case. Want state. Errors of state.db
 * (desk->failed), ERR_NOMEM. */
enum err view_silences(struct desk *d, bool all, struct table *t) MUST_USE;
enum err view_overrides(struct desk *d, bool all, struct table *t) MUST_USE;

/* Silences that are in this state now: "planned", "in_force", "ended". */
enum err view_silences_in(struct desk *d, const char *state, struct table *t) MUST_USE;

extern const struct page_order silences_pages, overrides_pages;

#endif
