/* What the slow analysis made of one damage-sensitive sensor: its weather model term by term, and
 * its residuals day by day. For evidence and display: whoever reads it can take the weather off
 * again by hand. Follows the analysis as it goes, because this keeps bins of the last 420 days
 * only. Pure. */
#ifndef SHIKUMEN_CORE_SLOW_TRACE_H
#define SHIKUMEN_CORE_SLOW_TRACE_H

#include "shikumen/core/slow.h"

#define SLOW_OFFERED 4 /* environment sensors of one sensor at most */
#define SLOW_JUMPS   8

/* A term of the model: coefficient * (x - centre), x being the six-hour means of an environment
 * sensor, or their exponential memory. */
struct slow_term {
    uint32_t sensor; /* registry index of the environment sensor */
    double memory_d; /* time constant of its memory, days; 0: none */
    bool hinge;      /* x is what of it exceeds knot, else 0 */
    double knot;     /* unit of that sensor */
    double coefficient, error, centre;
};

struct slow_model {
    struct compensation fit; /* its columns are those of term, by place */
    struct slow_term term[COMPENSATE_TERMS];
    uint32_t offered[SLOW_OFFERED]; /* environment sensors it was chosen from */
    size_t offered_count;
    size_t stand_in_count; /* of these, what is silent and has another speak for it */
    struct {
        uint32_t of, sensor; /* registry indices; of = a + b * sensor where of is silent */
        double a, b;
        int64_t from_us;
    } stand_in[SLOW_OFFERED];
    size_t jumps; /* of the sensor's own, taken off the days before them */
    struct {
        int64_t day; /* first day after it, UTC, since 1970 */
        double size;
    } jump[SLOW_JUMPS];
};

/* False: not a damage-sensitive sensor. Before its first training fit.version is 0 or that of the
 * baseline before, and there are no terms. */
bool slow_model_of(const struct slow *s, uint32_t sensor, struct slow_model *out);

/* residual = measured - weather + shift, unit of the sensor; NaN: not known. */
struct slow_trace_day {
    int64_t day;      /* UTC, since 1970-01-01 */
    size_t baseline;  /* index of the first day of its baseline */
    double measured;  /* mean of the six-hour means of passing readings */
    double weather;   /* mean of the model at the same hours */
    double shift;     /* of jumps that were the sensor's own */
    float residual;   /* as the analysis has it */
    uint32_t version; /* of the model that gave it */
};

struct slow_trace {
    uint32_t sensor;
    struct slow_trace_day *days; /* ascending within a baseline; baselines in order */
    size_t count, capacity;
    size_t baseline; /* index of the first day of the latest baseline */
    int64_t first_day, baseline_us;
    struct slow_view view;   /* at the end of the latest day */
    struct slow_model model; /* the latest that was trained, else the latest */
    bool model_in_force;     /* it is of the latest baseline */
};

/* Starts a trace. Free with slow_trace_free. */
void slow_trace_init(struct slow_trace *t, uint32_t sensor);
void slow_trace_free(struct slow_trace *t);
/* After each slow_day: takes in what is new and what was taken again. ERR_NOMEM. */
enum err slow_trace_take(struct slow_trace *t, const struct slow *s) MUST_USE;
/* Level at the end of a day as a movement has it (movement.h): median of the latest ten days with
 * data of its baseline; NaN none. */
double slow_trace_level(const struct slow_trace *t, size_t i);

#endif
