/* What the files of the rules share: the state of one sensor's limits. */
#ifndef SHIKUMEN_CORE_RULES_INTERNAL_H
#define SHIKUMEN_CORE_RULES_INTERNAL_H

#include <math.h>

#include "shikumen/core/rules.h"

#define RULE_NONE               ((double)NAN) /* a number that is not known */
#define RULE_NEVER              INT64_MIN
#define RULE_TIME_MAX           400000000000000000LL /* beyond the year 9999; differences fit */
#define RULE_SPAN_MAX           3155760000000000LL   /* 100 years */
#define RULE_SILENCE_PERIODS    5
#define RULE_TURNS              4
#define RULE_BUCKETS            32
#define RULE_BUCKETS_PER_WINDOW 24

/* Open interval in which no limit of a kind is crossed. */
struct rule_band {
    double low, high;
};

/* One reading with what it is compared against. */
struct rule_input {
    int64_t t_us;
    double x;
    double frequency_hz; /* NaN: not known */
};

/* Where a compared value stands to a limit. */
enum rule_position { POSITION_UNKNOWN, POSITION_CLEAR, POSITION_BETWEEN, POSITION_CROSSING };

struct rule_limit {
    const struct limit *limit;
    int64_t run_us;                /* start of the run that may turn it; RULE_NEVER: none */
    int64_t since_us;              /* when held or left: first crossing */
    int64_t turned_us[RULE_TURNS]; /* when it was last entered or left, latest first */
    bool held, unconfirmed;
    uint8_t kind;    /* index of its finding */
    uint16_t window; /* index of its window (LIMIT_RATE) */
};

struct rule_bucket {
    int64_t t_us; /* mean of the times */
    double mean;
};

/* The latest readings as bucket means, for a change within window_us. */
struct rule_window {
    int64_t window_us, width_us;
    int64_t reach_us; /* a bucket this much older than the window still counts */
    struct rule_band band;
    double rate;       /* after the latest reading; NaN: not known */
    int64_t start_us;  /* of the newest bucket */
    double offset_us;  /* mean time of its readings after start_us */
    uint32_t readings; /* in the newest bucket */
    uint16_t first, count;
    struct rule_bucket ring[RULE_BUCKETS];
};

/* One block of memory: limits, findings and windows follow. */
struct rule_state {
    int64_t latest_us; /* of all readings */
    int64_t passed_us; /* of those that moved limits; with a run, the latest passing one */
    int64_t silence_us;
    int64_t baseline_start_us; /* as given; RULE_NEVER: readings have no beginning */
    uint64_t digest;
    struct rule_band value, event;
    enum quantity quantity;
    bool two_sided, has_event;
    bool active; /* a limit is held or has a run */
    uint8_t kind_count;
    uint16_t limit_count, window_count;
    struct finding *kinds;
    struct rule_window *windows;
    struct rule_limit limits[];
};

static inline int64_t rule_max(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static inline bool rule_time_valid(int64_t t_us)
{
    return t_us >= -RULE_TIME_MAX && t_us <= RULE_TIME_MAX;
}

/* A length of time made harmless: 0 .. 100 years. */
static inline int64_t rule_span(int64_t us)
{
    return us < 0 ? 0 : us > RULE_SPAN_MAX ? RULE_SPAN_MAX : us;
}

/* As after rule_state_new. */
void rule_state_reset(struct rule_state *st);

/* Entered by one event and left when none like it has come for the clear persistence. */
bool rule_momentary(const struct limit *l);

/* What limit l compares of the reading; NaN: cannot be told yet. */
double rule_compared(const struct rule_state *st, const struct rule_limit *l,
                     const struct rule_input *in);

/* What value and clear of the limit are multiplied by for this reading. */
double rule_factor(const struct limit *l, double frequency_hz);

/* The least compared value that can cross l, whatever the frequency. */
double rule_least(const struct limit *l);

enum rule_position rule_position(const struct limit *l, double factor, double v);

/* How far beyond the limit v is, 1 at the limit. */
double rule_excess(const struct limit *l, double factor, double v);

/* Moves the limit by a passing reading at t_us; true when it was entered or left by it.
 * previous_us: the passing reading before. Without may_turn only the run is followed. */
bool rule_limit_judge(struct rule_limit *l, enum rule_position p, int64_t t_us, int64_t previous_us,
                      int64_t silence_us, bool may_turn);

/* The same for a reading that is suspect by its rate of change. */
bool rule_limit_suspect(struct rule_limit *l, enum rule_position p, int64_t t_us, bool may_turn);

/* Undoes what was entered or left at late_us or after, and forgets the run; true when undone. */
bool rule_limit_roll_back(struct rule_limit *l, int64_t late_us);

void rule_window_start(struct rule_window *w);
void rule_window_push(struct rule_window *w, int64_t t_us, double x);

/* FNV-1a over the numbers of the limits, the quantity and the baseline's start. */
uint64_t rule_digest(const struct rule_state *st);

#endif
