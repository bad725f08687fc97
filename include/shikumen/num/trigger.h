/* STA/LTA event trigger (Allen, BSSA 68, 1978; Withers et al., BSSA 88, 1998): mean square over a
 * short time against mean square over a long one. The record must be free of offset (high-passed).
 */
#ifndef SHIKUMEN_NUM_TRIGGER_H
#define SHIKUMEN_NUM_TRIGGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"

/* ratio[i] = mean of x^2 over the nsta samples that end at i, over that of the nlta samples that
 * end at i; 0 for i < nlta - 1 and where the long mean is below 1e-28 of the record's largest
 * square. 1 <= nsta < nlta (ERR_RANGE), n >= nlta (ERR_TOO_FEW), ERR_NOT_FINITE also when x^2
 * overflows. For Gaussian noise ratio * nsta / nlta is distributed as Beta(nsta/2, (nlta -
 * nsta)/2). ratio must not be x. */
enum err sta_lta_classic(const double *x, size_t n, size_t nsta, size_t nlta,
                         double *ratio) MUST_USE;

/* The same with exponential means, sta += (x^2 - sta) / nsta and lta likewise, which start at 0 and
 * take x[1] as the first sample; 0 for i < nlta (Withers et al. 1998; as recursive_sta_lta of
 * ObsPy).
 */
enum err sta_lta_recursive(const double *x, size_t n, size_t nsta, size_t nlta,
                           double *ratio) MUST_USE;

#define TRIGGER_AXES 6

/* Defaults of trigger_defaults are marked. */
struct trigger_options {
    double fs_hz;
    size_t axes;      /* 1 .. TRIGGER_AXES; 3 */
    size_t votes;     /* axes that must agree, 1 .. axes; 1 (any axis) */
    double sta_s;     /* 0.5 [M] */
    double lta_s;     /* 30 [M] */
    double on, off;   /* ratio at which an event starts, below which it ends: 4, 1.5 [M] */
    double pre_s;     /* record kept before the start: 2 [J] */
    double post_s;    /* and after the end: 5 [J] */
    double longest_s; /* an event is cut after this, and the long mean learns anew: 120 [J] */
};

struct trigger_options trigger_defaults(double fs_hz);

/* Sample numbers count from the first sample given. */
struct trigger_event {
    uint64_t on, off;     /* first sample at or above on; first one below off (or the cut) */
    uint64_t from, to;    /* with pre- and post-event, [from, to) */
    double largest_ratio; /* of the voting axis: the votes-th largest ratio over the axes */
    bool cut;             /* ended because it was longer than longest_s or the record ended */
};

/* A detector that runs sample by sample; recursive means (plain ones until their time has passed),
 * the long one frozen while triggered. */
struct trigger {
    size_t axes, votes;
    double sta_gain, lta_gain; /* 1 / samples */
    double on, off;
    uint64_t warm_up, pre, post, longest; /* samples */
    uint64_t count, used, free_from;      /* samples seen, of them finite; end of the last event */
    double sta[TRIGGER_AXES], lta[TRIGGER_AXES];
    enum { TRIGGER_WAITS, TRIGGER_FIRES, TRIGGER_POST } phase;
    struct trigger_event event; /* the present or last one */
};

/* ERR_RANGE for an option outside its range: times finite and positive (pre and post may be 0), at
 * least one sample of sta and lta_s > sta_s, on > 1, 0 < off <= on. */
enum err trigger_init(const struct trigger_options *o, struct trigger *out) MUST_USE;

/* One sample of every axis. True when an event has just become complete: it is t->event. A new
 * start during the post-event time prolongs the event. No event starts in the first lta_s. A sample
 * with a value that is not finite, or whose square is not, is counted but otherwise ignored. */
bool trigger_step(struct trigger *t, const double *x);

/* True, with the event closed at the present sample, when one was going on at the end of a record.
 */
bool trigger_finish(struct trigger *t);

/* All events of a record: x[axis][i], n samples. At most capacity are written; *count is how many
 * there were. ERR_RANGE as trigger_init, ERR_TOO_FEW for n = 0, ERR_NOT_FINITE. */
enum err trigger_events(const struct trigger_options *o, const double *const *x, size_t n,
                        struct trigger_event *out, size_t capacity, size_t *count) MUST_USE;

#endif
