/* How the forecasts did whose time has come. */
#ifndef SHIKUMEN_VIEW_FORECAST_RECORD_H
#define SHIKUMEN_VIEW_FORECAST_RECORD_H

#include "shikumen/core/ledger.h"
#include "shikumen/view/table.h"

struct forecast_record {
    struct table horizons; /* of 30, 180 and 365 days */
    struct ledger_summary sum;
    size_t errors;       /* of dates: forecasts whose limit was reached */
    double error_d;      /* median of actual minus t50, days; NaN without any */
    double error_size_d; /* of its size */
};

/* Scores the stored forecasts that filter lets through; forecast_record_end is the caller's in any
 * case. Wants state. Errors of state.db (desk->failed), ERR_NOMEM. */
enum err forecast_record_take(struct desk *d, const struct forecast_filter *filter,
                              struct forecast_record *out) MUST_USE;
void forecast_record_end(struct forecast_record *r);

/* Appends it as a JSON object. */
void forecast_record_json(const struct forecast_record *r, struct strbuf *out);

#endif
