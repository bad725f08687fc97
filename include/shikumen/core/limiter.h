/* How often a receiver may be spoken to: a token bucket, as the generic cell rate algorithm (ITU-T
 * I.371 annex A). Pure; any one clock in microseconds will do, a monotonic one best. */
#ifndef SHIKUMEN_CORE_LIMITER_H
#define SHIKUMEN_CORE_LIMITER_H

#include <stdint.h>

/* At most burst at once and one more per interval_us: in any span of T microseconds never more than
 * burst + T / interval_us. burst 0: no limit. */
struct limiter {
    int burst;
    int64_t interval_us;
    int64_t full_at_us; /* when the bucket will be full again */
};

/* With tokens (0..burst) in it at now_us. */
struct limiter limiter_new(int burst, int64_t interval_us, int tokens, int64_t now_us);

/* Messages that may go at once, INT_MAX without a limit. */
int limiter_tokens(const struct limiter *l, int64_t now_us);

/* One message goes now. */
void limiter_take(struct limiter *l, int64_t now_us);

/* When the next message may go; now_us when it may at once. */
int64_t limiter_next_us(const struct limiter *l, int64_t now_us);

/* The receiver has said that it takes nothing before until_us: the bucket is empty until then. */
void limiter_hold(struct limiter *l, int64_t until_us);

#endif
