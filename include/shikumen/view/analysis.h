/* What is known of one sensor beside its readings: what the slow analysis made of them day by day,
 * what its limits are, what is foretold, what was done, and which alerts it was part of. */
#ifndef SHIKUMEN_VIEW_ANALYSIS_H
#define SHIKUMEN_VIEW_ANALYSIS_H

#include "shikumen/core/slow_trace.h"
#include "shikumen/view/desk.h"

/* Why there is no analysis of a sensor. */
enum analysis_lack {
    ANALYSIS_THERE,
    ANALYSIS_NOT_FOR_IT, /* of its quantity nothing is analysed */
    ANALYSIS_NOT_YET,    /* none was kept yet, or no day concluded */
    ANALYSIS_OTHER       /* what was kept is of another registry or program */
};
const char *analysis_lack_name(enum analysis_lack lack); /* "", "not_for_it", "not_yet", "other" */

struct analysis {
    uint32_t sensor; /* registry index */
    enum analysis_lack lack;
    struct slow_trace trace; /* as of the latest day concluded */
};

/* From what the daemon kept in state.db for the registry with this digest: that sensor's part
 * alone, some milliseconds. Free with analysis_free, also after an error. ERR_NOMEM, ERR_CORRUPT
 * (what was kept is damaged), errors of the store. */
enum err analysis_load(struct desk *d, uint64_t registry_digest, uint32_t sensor,
                       struct analysis *out) MUST_USE;
void analysis_free(struct analysis *a);

/* Appends one JSON object: "sensor", "quantity", "unit", "lack", "as_of", "coverage", "doubt",
 * "model", "movement" (null before there is one), "daily" with "daily_columns" (of the days from
 * from_us to to_us), "limits", "forecasts" (the latest), "epochs" and "alerts" (that touch the
 * span). Errors of the store, ERR_NOMEM. */
enum err analysis_json(struct desk *d, const struct analysis *a, int64_t from_us, int64_t to_us,
                       struct strbuf *out) MUST_USE;

#endif
