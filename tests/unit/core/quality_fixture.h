/* What the tests of quality.h share. */
#ifndef QUALITY_FIXTURE_H
#define QUALITY_FIXTURE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shikumen/core/quality.h"

#define SECOND_US  INT64_C(1000000)
#define MISSING    ((double)NAN)
#define SERIES_MAX 4096
#define COUNT(a)   (sizeof(a) / sizeof *(a))

/* Everything off. */
static inline struct quality_config config_off(int64_t period_us)
{
    const double off = (double)NAN;

    return (struct quality_config){.period_us = period_us,
                                   .gap_us = period_us + period_us / 2,
                                   .fail_min = off,
                                   .fail_max = off,
                                   .suspect_min = off,
                                   .suspect_max = off,
                                   .spike_suspect = off,
                                   .spike_fail = off,
                                   .rate_suspect_per_s = off,
                                   .rate_fail_per_s = off,
                                   .flat_tolerance = off,
                                   .attenuated_suspect = off,
                                   .attenuated_fail = off};
}

static inline void restart(struct quality_state *s)
{
    uint8_t bytes[QUALITY_PACKED_MAX], again[QUALITY_PACKED_MAX];
    size_t n = quality_pack(s, bytes);

    assert_true(n <= sizeof bytes);
    memset(s, 0x5a, sizeof *s);
    assert_int_equal(quality_unpack(bytes, n, s), ERR_OK);
    assert_int_equal(quality_pack(s, again), n);
    assert_memory_equal(bytes, again, n);
}

/* A series on a regular grid and the verdicts as they stand after all revisions. */
struct series {
    struct quality_state state;
    struct quality_verdict verdicts[SERIES_MAX];
    int64_t period_us;
    bool restarts;
};

static inline void series_push(struct series *x, const struct quality_config *c, size_t at,
                               double value)
{
    struct quality_result r = quality_push(&x->state, c, (int64_t)at * x->period_us, value);

    assert_false(r.too_old);
    assert_in_range(r.revision_count, 0, QUALITY_RECENT);
    x->verdicts[at] = r.verdict;
    for (size_t i = 0; i < r.revision_count; i++) {
        size_t k = (size_t)(r.revisions[i].t_us / x->period_us);

        assert_true(k != at);
        assert_true(x->verdicts[k].flag != r.revisions[i].verdict.flag ||
                    x->verdicts[k].test != r.revisions[i].verdict.test);
        x->verdicts[k] = r.revisions[i].verdict;
    }
    if (x->restarts)
        restart(&x->state);
}

/* Pushes n values in order, NaN being a reading that never came, and compares the flags; once in
 * one go, once with a restart after every reading, once negated when that changes nothing. */
static inline void expect_flags(const struct quality_config *c, const double *values, size_t n,
                                const uint8_t *flags, bool negate)
{
    for (int pass = 0; pass < (negate ? 3 : 2); pass++) {
        struct series x = {.period_us = c->period_us, .restarts = pass == 1};

        for (size_t i = 0; i < n; i++) {
            if (isnan(values[i]))
                x.verdicts[i].flag = QF_MISSING;
            else
                series_push(&x, c, i, pass == 2 ? -values[i] : values[i]);
        }
        for (size_t i = 0; i < n; i++) {
            if (x.verdicts[i].flag != flags[i])
                fail_msg("pass %d, sample %zu: %d instead of %d", pass, i, x.verdicts[i].flag,
                         flags[i]);
        }
    }
}

static inline uint64_t random_bits(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static inline double random_unit(uint64_t *seed)
{
    return (double)(random_bits(seed) >> 11) * 0x1p-53;
}

static inline struct quality_config config_neighbours(void)
{
    struct quality_config c = config_off(SECOND_US);

    c.fail_max = 0.99;
    c.spike_suspect = 0.3;
    c.spike_fail = 0.6;
    c.rate_suspect_per_s = 0.5;
    c.rate_fail_per_s = 0.8;
    return c;
}

#endif
