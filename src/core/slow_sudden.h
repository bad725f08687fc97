/* What a sensor did within hours: told before the days are over that would confirm it as movement
 * (movement.h), when it is as large as a limit that asks for an engineer.
 *
 * A reading is held against the median of the three days before its own (before): six-hour means of
 * days that are concluded, so that the same readings come to the same whatever came in between.
 * Three readings in a row, half an hour or more from first to last, further away than half the
 * least limit that counts, ask for a judgement; a spike never does. Then what the weather model
 * says of the same hours is taken off (never more than it has seen, and never to make more of it),
 * and what is left must be beyond what such differences came to on nine of ten days of the two
 * months before, several times over. Readings count that pass, that only the rate test suspects (a
 * wall that jumps), and those outside the gauge's range: these say that something happened, not
 * how much.
 *
 * Whose it was is not known then. It is told as the sensor's (fault) when it changed by the factor
 * of a unit and so did its scatter, when it came over half a day without a reading and no gauge on
 * another node moved, when a thermometer of its node jumped too, when it left its range; as the
 * building's (step) otherwise, at orange at most until another gauge of the house or row, or a
 * movement held before, speaks for it. It is settled by what the days then say: by a step found
 * there it is confirmed, or withdrawn as the sensor's; readings that come back withdraw it. All
 * thresholds [J]; what they cost and find: docs/numerics.md. */
#ifndef SHIKUMEN_CORE_SLOW_SUDDEN_H
#define SHIKUMEN_CORE_SLOW_SUDDEN_H

#include <stdbool.h>
#include <stdint.h>

#include "shikumen/core/slow.h"
#include "slow_channel.h"

#define SUDDEN_READINGS 4 /* kept, no two nearer than five minutes */
#define SUDDEN_LEAST    3 /* of them, far away and in a row, ask for a judgement */

/* What is held against a sensor in one kind, with what speaks for another level. */
struct hold {
    int level;
    enum alert_kind kind;
    const struct limit *limit;
    int64_t since_us; /* first crossed */
    int rising;       /* level asked for on the latest days, */
    int rising_days;  /* and on how many */
    int falling_days; /* days on which less than level was asked for */
};

enum sudden_state { SUDDEN_NONE, SUDDEN_MOVED, SUDDEN_ERRS, SUDDEN_STATE_COUNT };

struct sudden {
    int64_t t_us[SUDDEN_READINGS]; /* of the latest readings that count, latest first */
    double value[SUDDEN_READINGS];
    bool beyond[SUDDEN_READINGS]; /* outside the gauge's range */
    uint32_t count;
    double pace;        /* usual difference from one to the next; NaN: not known */
    int64_t before_day; /* the three days before this one; INT64_MIN: not looked */
    double before;  /* their median; NaN unknown. While something is told, that from before it */
    int64_t run_us; /* first of the readings in a row that are far from it, */
    int64_t gap_us; /* the time without any right before that, */
    uint32_t run;   /* and how many; 0: the latest is not */
    double first;   /* difference with which the run began */
    bool upward;

    enum sudden_state state; /* what was told and is not settled */
    int64_t since_us, told_us;
    double known;                /* change since the baseline before it */
    double size, error, reading; /* as told; reading: the level after it */
    uint32_t model_version, moved, asked;
    enum slow_doubt cause;
    struct hold prior;    /* what was held of the movement before */
    int64_t followed_day; /* the latest told as the building's, reading by reading: its day */
};

struct slow;

void sudden_start(struct sudden *u);
/* A reading as stored, after it is in the bins; what is told goes to s->found. */
void sudden_take(struct slow *s, uint32_t sensor, const struct reading *r);

/* --- slow_sudden_judge.c --- */
/* After a reading that belongs to a run of SUDDEN_LEAST, or comes while something is told. */
void sudden_judge(struct slow *s, uint32_t sensor);
/* Median of the latest three readings kept. */
double sudden_middle(const struct sudden *u);

/* --- slow_sudden_held.c --- */
/* What a limit compares of a change of size after what was known. */
double sudden_compared(const struct limit *l, bool two_sided, double known, double size);
/* What is held of the sensor because of it and not settled; h: its move or fault. */
bool sudden_holds(const struct slow *s, uint32_t sensor, const struct hold *h);
struct finding sudden_finding(const struct slow *s, uint32_t sensor, const struct hold *h);
/* Ends it, at t_us, for that cause: what was held before is held again. What is to be told. */
struct finding sudden_withdraw(struct slow *s, uint32_t sensor, enum slow_doubt cause,
                               int64_t t_us);
/* At the end of the day now: the days have shown a step on day (INT64_MIN: none so far), and whose
 * (DOUBT_NONE: the building's). True when that settles what was told, and f is to be told. */
bool sudden_settle(struct slow *s, uint32_t sensor, int64_t day, enum slow_doubt whose, int64_t now,
                   struct finding *f);
/* The step of that day came reading by reading, whatever the quality tests said of them. */
bool sudden_followed(const struct sudden *u, int64_t day);

/* --- slow_sudden_look.c --- */
/* Least distance from before that is looked at; infinite: the sensor has no limit that counts. */
double sudden_trip(const struct sensor *s);
/* A limit that counts: permanent change, or change in a week or more, orange or red. */
bool sudden_counts(const struct limit *l);
/* The day that a reading is compared with the three before of. */
int64_t sudden_day_of(int64_t t_us);
/* So much at once no wall moves that still holds a gauge: sent in another unit, or torn off. */
bool sudden_is_absurd(const struct sensor *s, double size);
/* Median of the three days before it; when nothing passed in these and it may be far back, of the
 * latest twelve bins of five weeks. NaN: none since the baseline. */
double sudden_before(const struct channel *c, int64_t day, bool far);
/* Median of the ten days before those three; NaN: not known. */
double sudden_earlier(const struct channel *c, int64_t day);
/* What differences from before come to on nine of ten days of the two months before day; NaN: too
 * few to tell. */
double sudden_usual(const struct channel *c, int64_t day);
/* What the weather model adds between the days before and the bin of t_us; NaN: not known. */
double sudden_weather(const struct slow *s, const struct channel *c, int64_t day, int64_t t_us);

/* --- slow_sudden_whose.c --- */
struct sudden_witness {
    uint32_t asked;     /* other gauges of the house that were read in the same hours, */
    uint32_t moved;     /* gauges of house and row that moved then, */
    uint32_t elsewhere; /* and of these on another node */
    bool mates;         /* another gauge of its node moved, */
    bool heat;          /* or a thermometer of it, */
    bool absurd;        /* or one that shows what cannot be */
};
struct sudden_witness sudden_witnesses(const struct slow *s, uint32_t sensor);
enum slow_doubt sudden_whose(const struct slow *s, uint32_t sensor, const struct sudden_witness *w);

#endif
