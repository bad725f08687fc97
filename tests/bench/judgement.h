/* How good the judgement of backtest is, measured against the truth of a simulated district. Every
 * figure is defined where it is gathered (judgement_*.c); figures of several districts add up. */
#ifndef SHIKUMEN_BENCH_JUDGEMENT_H
#define SHIKUMEN_BENCH_JUDGEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/core/ledger.h"
#include "sim_alerts.h"
#include "sim_truth.h"

#define JUDGEMENT_KINDS    24 /* of damages, of ills */
#define JUDGEMENT_ELEMENTS 20
#define JUDGEMENT_ALARM    4 /* level of the alarm limits */
#define JUDGEMENT_NOTICE   2 /* level from which people are told */
#define JUDGEMENT_LEAD_D   30.0

/* Numbers to take a median of; zero-initialise. */
struct numbers {
    double *v;
    size_t count, room;
};
void numbers_add(struct numbers *n, double v);
/* share 0..1, interpolated; NaN: none. Sorts. */
double numbers_quantile(struct numbers *n, double share);

/* A damage at a house, and the first alert that told of it. */
struct judged_damage {
    const struct sim_damage *d;
    int64_t limit_us; /* first crossing of an alarm limit; SIM_TRUTH_NEVER */
    int64_t told_us;  /* SIM_TRUTH_NEVER: not up to the end of the run */
    const char *elements[JUDGEMENT_ELEMENTS]; /* of its sensors; NULL where one has none */
    size_t element_count;
};

/* One district. */
struct judged_run {
    struct sim_truth truth;
    struct sim_alerts alerts;
    const char *out;               /* the folder that backtest wrote to */
    struct judged_damage *damages; /* the harmful ones */
    size_t damage_count;
    size_t false_alarms;
};

struct damage_figures {
    char kind[24];
    size_t judged, found;   /* limit within the run; told of before it */
    size_t lasting, early;  /* of them: 30 days from onset to limit; told of 30 days before it */
    size_t open, open_told; /* no limit within the run; told of */
    struct numbers lead_d;  /* of those found */
};
struct ill_figures {
    char kind[24];
    size_t count, found;
};

struct find_figures {
    struct damage_figures damage[JUDGEMENT_KINDS];
    struct ill_figures ill[JUDGEMENT_KINDS];
    size_t damage_kinds, ill_kinds;
    size_t false_structure, unrelated, false_instrument, instrument[5];
    double house_years, sound_house_years;
};

/* Fills run->damages and adds to the figures. list: tells each false alarm and each damage missed
 * on standard output. Free with judge_free. */
void judge_finds(struct judged_run *run, bool list, struct find_figures *sum);
void judge_free(struct judged_run *run);
/* Whether its limit comes 30 days or more after its onset: time enough to act. */
bool judged_lasting(const struct judged_damage *j);

enum forecast_scope {
    FORECAST_ALL,
    FORECAST_KNOWABLE,
    FORECAST_CROSSED,
    FORECAST_FIRST,
    FORECAST_SCOPES
};
struct forecast_figures {
    struct ledger_summary of[FORECAST_SCOPES];
    size_t lines, abstained, derived;
    size_t exceeded, rightly, soon; /* limits held to be exceeded */
};
/* Reads forecasts.ndjson of the run. False: unreadable. */
bool judge_forecasts(const struct judged_run *run, struct forecast_figures *sum);

#define RANK_TIMES 3
extern const int rank_before_d[RANK_TIMES]; /* 365, 90, 0 */
struct rank_figures {
    struct {
        size_t n;
        double score, p365; /* sums of AUC */
    } at[RANK_TIMES];
    size_t grey, lines;
};
/* Reads risk.ndjson of the run. False: unreadable. */
bool judge_ranks(const struct judged_run *run, struct rank_figures *sum);

#define COST_FACTORS 4
extern const double cost_factor[COST_FACTORS]; /* q: 2, 3, 4, 5 */
enum cost_policy { COST_REACTIVE, COST_PERIODIC, COST_ALERTS, COST_POLICIES };
struct cost_figures {
    struct {
        double repair[COST_POLICIES]; /* present value */
        double sudden;                /* of that at failure: damages that do not last */
        struct numbers saving_reactive, saving_periodic; /* percent, of each district */
    } by[COST_FACTORS];
    double inspections, sensors, false_alarms; /* present value; all districts */
    double element_years;                      /* discounted */
};
void judge_cost(const struct judged_run *run, struct cost_figures *sum);
/* Present value of a policy. */
double cost_of(const struct cost_figures *f, size_t factor, enum cost_policy policy);
/* What an element's sensors may cost a year so that acting on alerts saves share against policy. */
double cost_break_even(const struct cost_figures *f, size_t factor, enum cost_policy policy,
                       double share);

struct judgement {
    struct find_figures find;
    struct forecast_figures forecast;
    struct rank_figures rank;
    struct cost_figures cost;
    size_t districts;
};
/* The figures as Markdown on standard output. */
void judgement_print(struct judgement *j);
void judgement_free(struct judgement *j);

#endif
