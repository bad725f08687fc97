/* Parts of what is told of a sensor: analysis_json.c its model and days, analysis_marks.c what
 * stands beside them. */
#ifndef SHIKUMEN_VIEW_ANALYSIS_JSON_H
#define SHIKUMEN_VIEW_ANALYSIS_JSON_H

#include "shikumen/view/analysis.h"

/* Each appends one member. */
void analysis_put_limits(const struct desk *d, const struct analysis *a, struct strbuf *out);
void analysis_put_epochs(const struct desk *d, const struct analysis *a, int64_t from_us,
                         int64_t to_us, struct strbuf *out);
enum err analysis_put_forecasts(struct desk *d, const struct analysis *a,
                                struct strbuf *out) MUST_USE;
enum err analysis_put_alerts(struct desk *d, const struct analysis *a, int64_t from_us,
                             int64_t to_us, struct strbuf *out) MUST_USE;

#endif
