/* How one house stood when it was last assessed, in full. */
#ifndef SHIKUMEN_VIEW_HOUSE_RISK_H
#define SHIKUMEN_VIEW_HOUSE_RISK_H

#include "shikumen/view/override_list.h"

struct house_risk {
    const char *house;
    int64_t at_us;      /* INT64_MIN: it was never assessed */
    struct strbuf line; /* of risk.ndjson, with its line end; "" when it was never assessed */
    struct override_list overrides; /* of all subjects */
};

/* Takes it; house_risk_free is the caller's in any case. Wants state. Errors of state.db
 * (desk->failed), ERR_NOMEM. */
enum err house_risk_take(struct desk *d, const char *house, struct house_risk *out) MUST_USE;
void house_risk_free(struct house_risk *r);

/* Appends the member "overrides" with its comma: those in force of the house and its elements;
 * nothing when there are none. */
void house_overrides_json(const struct house_risk *r, struct strbuf *out);

/* Appends the line without its end, with the overrides in force of the house and its elements when
 * there are any. It must have been assessed. */
void house_risk_json(const struct house_risk *r, struct strbuf *out);

#endif
