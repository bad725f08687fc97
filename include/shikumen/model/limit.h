/* A limit: what is compared, when it is entered and left, and who says so. */
#ifndef SHIKUMEN_MODEL_LIMIT_H
#define SHIKUMEN_MODEL_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/curve.h"
#include "shikumen/model/quantity.h"

/* What of the readings is compared. */
enum limit_of {
    LIMIT_VALUE,          /* the value as read */
    LIMIT_CHANGE,         /* permanent change since the baseline */
    LIMIT_RATE,           /* change within window_us */
    LIMIT_PERCENT_CHANGE, /* permanent loss since the baseline, percent of the baseline (a
                             frequency) */
    LIMIT_DIFFERENTIAL,   /* permanent change against other points of the house or its neighbours */
    LIMIT_EVENT,          /* peak of one vibration event, by a curve over frequency */
    LIMIT_OF_COUNT
};
const char *limit_of_name(enum limit_of of); /* "value", "change", ... */

/* Confidence mark of the number: V verified, S secondary source, C computed, J judgement of this
 * project, M from memory. J and M are shown as provisional, always. */
struct limit {
    int level; /* 1 blue .. 4 red */
    enum limit_of of;
    double value;       /* canonical unit; LIMIT_EVENT with a curve: factor on the curve */
    double clear;       /* left when back past this; below value, or above it for a lower limit */
    bool below;         /* entered at or under value (battery), given by clear > value */
    int64_t persist_us; /* event time it must last before it is entered; 0: one reading */
    int64_t clear_persist_us;        /* event time past clear before it is left */
    int64_t window_us;               /* LIMIT_RATE: the window the change is taken over */
    const struct curve_point *curve; /* LIMIT_EVENT, ascending frequency; NULL: value itself */
    size_t curve_len;
    const char *unit;                      /* as given, for people */
    double shown_value;                    /* in that unit */
    const char *source, *clause, *edition; /* never NULL; "" when not given */
    char mark;                             /* 'V','S','C','J','M' */
};

/* A named set from the limits directory (or one in place in the registry, then named after its
 * sensor). */
struct limit_set {
    const char *name;
    const char *title_zh, *title_en;
    enum quantity quantity;
    const struct limit *limits; /* by descending level */
    size_t count;
};

#endif
