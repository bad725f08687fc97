#include "shikumen/core/limiter.h"

#include <limits.h>

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

struct limiter limiter_new(int burst, int64_t interval_us, int tokens, int64_t now_us)
{
    return (struct limiter){burst, interval_us, now_us + (burst - tokens) * interval_us};
}

int limiter_tokens(const struct limiter *l, int64_t now_us)
{
    int64_t missing_us = later(0, l->full_at_us - now_us);
    int64_t missing;

    if (l->burst == 0)
        return INT_MAX;
    missing = (missing_us + l->interval_us - 1) / l->interval_us;
    return missing >= l->burst ? 0 : l->burst - (int)missing;
}

void limiter_take(struct limiter *l, int64_t now_us)
{
    if (l->burst > 0)
        l->full_at_us = later(now_us, l->full_at_us) + l->interval_us;
}

int64_t limiter_next_us(const struct limiter *l, int64_t now_us)
{
    if (l->burst == 0)
        return now_us;
    return later(now_us, l->full_at_us - (l->burst - 1) * l->interval_us);
}

void limiter_hold(struct limiter *l, int64_t until_us)
{
    if (l->burst > 0)
        l->full_at_us = later(l->full_at_us, until_us + (l->burst - 1) * l->interval_us);
}
