/* The truth beside a history: what happened, when, and when it went past which limit. Pure. */
#ifndef SHIKUMEN_SIM_TRUTH_H
#define SHIKUMEN_SIM_TRUTH_H

#include "history.h"
#include "shikumen/base/strbuf.h"

/* Appends the truth of an opened history that has not been run. */
void truth_write(const struct history *h, struct strbuf *out);

/* Appends the epochs: the scenario's and those that its ills bring along, by time. ERR_NOMEM. */
enum err truth_epochs(const struct history *h, struct strbuf *out) MUST_USE;

/* When damage course alone takes sensor past the limit, at one of the sensor's own moments; and
 * when what is left without weather and noise does (ageing and every damage). INT64_MAX: not within
 * three years after the end. */
struct truth_limit;
struct crossing {
    int64_t alone_us, compensated_us;
};
struct crossing truth_crossing(const struct history *h, uint32_t course, uint32_t sensor,
                               const struct truth_limit *limit);

#endif
