/* How the houses of the registry stood when they were last assessed, in the order of a ranking. */
#ifndef SHIKUMEN_VIEW_STANDINGS_H
#define SHIKUMEN_VIEW_STANDINGS_H

#include <cjson/cJSON.h>

#include "shikumen/view/override_list.h"
#include "shikumen/view/ranking.h"

/* A house of the registry with what was last said of it. */
struct standing {
    const struct house *house;
    int64_t at_us;
    double key;   /* what is ranked by, falling; NaN last */
    double score; /* among equals */
    cJSON *line;  /* NULL: never assessed */
    struct {
        int64_t at_us; /* INT64_MIN: not assessed then */
        double score;
        const char *class_name;
    } before; /* as it stood STANDING_BEFORE_US earlier */
};

#define STANDING_BEFORE_US (30 * INT64_C(86400000000))

struct standings {
    const struct registry *registry;
    enum ranking_order order;
    struct desk *desk;
    struct standing *of; /* by rank */
    size_t count;
    struct override_list overrides;
};

/* Takes and ranks them as of at_us (INT64_MAX: now); standings_end is the caller's in any case.
 * Errors of state.db, ERR_NOMEM.
 */
enum err standings_take(struct desk *d, int64_t at_us, enum ranking_order order,
                        struct standings *out) MUST_USE;
void standings_end(struct standings *s);

#endif
