/* What becomes of a delivery attempt. Pure. */
#ifndef SHIKUMEN_CORE_RETRY_H
#define SHIKUMEN_CORE_RETRY_H

#include <stdint.h>

#define RETRY_FOR_AT_LEAST_US (72 * 3600 * 1000000LL)

struct delivery_attempt {
    int http_status;       /* 0: no answer (refused, reset, timed out) */
    int64_t retry_after_s; /* of the answer; -1 when it gave none */
    int attempts;          /* made so far, this one included */
    int64_t first_try_us, now_us;
    uint32_t random; /* any 32 random bits, for jitter */
};

enum delivery_outcome { DELIVERY_DONE, DELIVERY_RETRY, DELIVERY_PARK };

struct delivery_verdict {
    enum delivery_outcome outcome;
    int64_t due_us; /* DELIVERY_RETRY: when to try again */
};

/* 2xx: done. 410 and other 4xx: parked. 408, 425, 429, 5xx, 3xx or no answer: tried again after 1 s
 * doubled per attempt up to one hour, with 20 % jitter, never before Retry-After (at most a day),
 * for at least 72 hours since the first attempt, then parked. */
struct delivery_verdict retry_judge(const struct delivery_attempt *a);

/* Reads a Retry-After value (RFC 9110 section 10.2.3): delay seconds, or an HTTP-date relative to
 * now_us; -1 when it is neither. */
int64_t retry_after_parse(const char *text, int64_t now_us);

#endif
