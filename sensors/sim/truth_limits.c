#include "truth_limits.h"

#define DAY_S 86400.0

const struct truth_limit truth_limits[TRUTH_LIMITS] = {
    {"crack-default", 2, LIMIT_CHANGE, 0.1, 0, "mm"},
    {"crack-default", 3, LIMIT_CHANGE, 0.5, 0, "mm"},
    {"crack-default", 4, LIMIT_CHANGE, 1.0, 0, "mm"},
    {"tilt-change", 2, LIMIT_CHANGE, 0.5, 0, "mm/m"},
    {"tilt-change", 3, LIMIT_CHANGE, 1, 0, "mm/m"},
    {"tilt-change", 4, LIMIT_CHANGE, 2, 0, "mm/m"},
    {"strain-default", 2, LIMIT_CHANGE, 500, 0, "um/m"},
    {"strain-default", 3, LIMIT_CHANGE, 750, 0, "um/m"},
    {"strain-default", 4, LIMIT_CHANGE, 1500, 0, "um/m"},
    {"settlement-natural", 2, LIMIT_RATE, 4, 100 * DAY_S, "mm"},
    {"settlement-natural", 3, LIMIT_RATE, 2, 30 * DAY_S, "mm"},
    {"settlement-natural", 4, LIMIT_RATE, 4, 30 * DAY_S, "mm"},
    {"beam-moisture", 2, LIMIT_VALUE, 18, 0, "%"},
    {"beam-moisture", 3, LIMIT_VALUE, 20, 0, "%"},
    {"beam-moisture", 4, LIMIT_VALUE, 25, 0, "%"},
    {"beam-moisture", 4, LIMIT_VALUE, 28, 0, "%"},
    {"frequency-loss", 2, LIMIT_PERCENT_CHANGE, 2, 0, "%"},
    {"frequency-loss", 3, LIMIT_PERCENT_CHANGE, 3.5, 0, "%"},
    {"frequency-loss", 4, LIMIT_PERCENT_CHANGE, 5, 0, "%"},
    {"leak", 3, LIMIT_VALUE, 1, 0, "/"},
    {"vibration-din-listed", 2, LIMIT_EVENT, 0.6, 0, "mm/s"},
    {"vibration-din-listed", 3, LIMIT_EVENT, 0.8, 0, "mm/s"},
    {"vibration-din-listed", 4, LIMIT_EVENT, 1.0, 0, "mm/s"},
};
