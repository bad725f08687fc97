/* When limits are reached, as was foreseen. */
#ifndef SHIKUMEN_VIEW_FORECASTS_H
#define SHIKUMEN_VIEW_FORECASTS_H

#include "shikumen/view/page.h"

/* Begins the table and fills it in the order of state_forecast_each; table_end is the caller's in
 * any case. Wants registry and state. Errors of state.db (desk->failed), ERR_NOMEM. */
enum err view_forecasts(struct desk *d, const struct forecast_filter *filter,
                        struct table *t) MUST_USE;

extern const struct page_order forecasts_pages;

#endif
