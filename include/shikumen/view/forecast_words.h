/* Forecasts as state.db keeps them, and how they are said to people. */
#ifndef SHIKUMEN_VIEW_FORECAST_WORDS_H
#define SHIKUMEN_VIEW_FORECAST_WORDS_H

#include "shikumen/core/ledger.h"
#include "shikumen/view/table.h"

/* The forecast as the ledger scores it; texts borrowed. What is of no name known abstains. */
struct ledger_entry forecast_entry(const struct state_forecast *f);

/* The limit of the plan that it speaks of, the highest level of equals; NULL: not in force any
 * more. */
const struct limit *forecast_limit(const struct registry *r, const struct state_limit *limit);

/* The value of the limit for people: "5 mm 变化", in the unit it was given in when limit is known.
 */
struct cell cell_limit(struct table *t, const struct state_limit *of, const struct limit *limit);
/* Source with clause and mark, provisional ones said so. */
struct cell cell_source(struct table *t, const char *source, const struct limit *limit);

/* A quantile of the time: date in local time; "not within 10 years"; of what is exceeded or
 * abstained, that. t_us STATE_UNKNOWN_US: not told. */
struct cell cell_forecast_time(struct table *t, const struct outlook *o, int64_t t_us);

/* What a limit is of, by its name: "累计变化", "change". */
const char *word_of(const struct desk *d, const char *of);
const char *word_reason(const struct desk *d, enum outlook_reason reason);
const char *word_method(const struct desk *d, enum outlook_method method);

#endif
