#include "shikumen/model/reading.h"

const char *quality_test_name(enum quality_test test)
{
    static const char *const names[QT_COUNT] = {
        [QT_NONE] = "none",
        [QT_GAP] = "gap",
        [QT_GROSS_RANGE] = "gross_range",
        [QT_SPIKE] = "spike",
        [QT_RATE_OF_CHANGE] = "rate_of_change",
        [QT_FLAT_LINE] = "flat_line",
        [QT_ATTENUATED] = "attenuated",
    };

    return test < QT_COUNT ? names[test] : "unknown";
}
