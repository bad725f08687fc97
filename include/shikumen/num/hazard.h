/* Class logic: hazard, vulnerability and exposure to one class by tables, no index (after the
 * Italian guidelines for existing bridges, 2020; levels, matrix and bounds [J]); condition and
 * urgency in the manner of EN 16096:2012, computed from sensors. */
#ifndef SHIKUMEN_NUM_HAZARD_H
#define SHIKUMEN_NUM_HAZARD_H

#include <stdbool.h>

#include "shikumen/base/err.h"

enum risk_level {
    RISK_INSUFFICIENT = -1, /* insufficient data: shown grey, never green */
    RISK_LOW,
    RISK_MEDIUM_LOW,
    RISK_MEDIUM,
    RISK_MEDIUM_HIGH,
    RISK_HIGH,
    RISK_LEVELS
};

/* Row: hazard (or hazard with vulnerability); column: vulnerability (or exposure). */
extern const enum risk_level risk_matrix[RISK_LEVELS][RISK_LEVELS];

/* Least probability of exceedance within 365 days of each level: 0, 1, 5, 20, 50 %. */
extern const double hazard_bounds[RISK_LEVELS];
#define HAZARD_ACTIVE 0.8 /* P(active) above this raises the hazard by a level [J] */

/* Hazard level of p_365d, raised by p_active. ERR_NOT_FINITE, ERR_RANGE (outside 0..1). */
enum err hazard_level(double p_365d, double p_active, enum risk_level *out) MUST_USE;

#define HAZARD_CONFIDENCE_MIN 0.5  /* [J] */
#define HAZARD_HISTORY_MIN_D  30.0 /* [J] */

/* What the data are worth, and what overrides them. */
struct hazard_basis {
    double confidence;    /* 0..1 */
    double history_d;     /* days of data, >= 0 */
    bool stability_alarm; /* a limit of stability (tilt, lean, crack, bearing) at alarm level */
    bool appraisal_due;   /* a criterion of JGJ 125 is met */
};

struct hazard_risk_input {
    double p_365d, p_active;
    enum risk_level vulnerability, exposure; /* from survey and use */
    struct hazard_basis basis;
};

struct hazard_risk {
    enum risk_level hazard, with_vulnerability; /* by the tables, also when overridden */
    enum risk_level level; /* RISK_HIGH on a stability alarm whatever the rest, else
                              RISK_INSUFFICIENT when data are, else by the tables */
    bool overridden, insufficient;
    bool commission_appraisal; /* never a declaration that the house is dangerous */
};

/* ERR_NOT_FINITE, ERR_RANGE: a probability or a confidence outside 0..1, history < 0, a level that
 * is none. Raising any input but confidence and history never lowers the level. */
enum err hazard_risk(const struct hazard_risk_input *in, struct hazard_risk *out) MUST_USE;

/* Grades 0..3 in the manner of EN 16096 (wording of the grades: [M]). */
enum en_grade { EN_INSUFFICIENT = -1, EN_0, EN_1, EN_2, EN_3 };

struct hazard_condition_input {
    double margin;     /* largest present margin of the element, value / limit */
    unsigned category; /* strain or crack category, 0..5 (Burland): 3 and more give at least EN_2 */
    double t05_d;      /* days until the limit is exceeded with probability 5 %; infinity: never;
                          <= 0: exceeded */
    struct hazard_basis basis;
};

/* 0: no symptoms, long term, no measures; 1: minor, intermediate term, maintenance; 2: moderately
 * strong, short term, moderate repair or investigation; 3: major, urgent and immediate, major
 * intervention based on diagnosis. */
struct hazard_condition {
    enum en_grade condition; /* by margin: < 0.6, < 0.8, < 1, more */
    enum en_grade urgency; /* by t05: > 5 years (of 365.25 d), > 365 d, >= 30 d, less or exceeded */
    enum en_grade recommendation; /* the larger of both */
};

/* All EN_INSUFFICIENT when data are and there is no stability alarm; all EN_3 on a stability alarm.
 * ERR_NOT_FINITE for a NaN, ERR_RANGE for a category > 5 or a basis outside its range. */
enum err hazard_condition(const struct hazard_condition_input *in,
                          struct hazard_condition *out) MUST_USE;

#endif
