#include "shikumen/model/limit.h"

const char *limit_of_name(enum limit_of of)
{
    static const char *const names[LIMIT_OF_COUNT] = {
        [LIMIT_VALUE] = "value",
        [LIMIT_CHANGE] = "change",
        [LIMIT_RATE] = "rate",
        [LIMIT_PERCENT_CHANGE] = "percent_change",
        [LIMIT_DIFFERENTIAL] = "differential",
        [LIMIT_EVENT] = "event",
    };

    return of < LIMIT_OF_COUNT ? names[of] : "unknown";
}
