/* Page-Hinkley test (Page 1954, Hinkley 1971): a lasting change of the mean when the mean is not
 * known beforehand, both directions, sample by sample. */
#ifndef SHIKUMEN_NUM_PAGE_HINKLEY_H
#define SHIKUMEN_NUM_PAGE_HINKLEY_H

#include <stdint.h>

#include "shikumen/base/err.h"

struct page_hinkley_design {
    double delta;  /* deviation from the mean that is tolerated, unit of the samples; 0 .. 1e100 */
    double lambda; /* alarm threshold of the sum, unit of the samples, > 0 .. 1e100 */
    double keep;   /* share of the sum kept per sample, 0 < keep <= 1; 1: the test as published */
};

/* ERR_NOT_FINITE, ERR_RANGE. */
enum err page_hinkley_design_check(const struct page_hinkley_design *design) MUST_USE;

/* One direction: m = keep m + (+-(x - mean) - delta), its least value so far (0 at the start) and
 * the number (from 1) of the first sample after that, which is the first after the change. */
struct page_hinkley_side {
    double sum, least;
    uint64_t first;
};

/* State, plain values: may be stored and put back. */
struct page_hinkley {
    uint64_t count;  /* samples seen, missing ones included */
    uint64_t finite; /* those in the mean */
    double mean;     /* running mean, the newest sample included */
    struct page_hinkley_side up, down;
};

struct page_hinkley page_hinkley_started(void);

enum page_hinkley_alarm { PAGE_HINKLEY_NONE, PAGE_HINKLEY_UP, PAGE_HINKLEY_DOWN };

/* Takes the next sample; alarm while the statistic of a direction (of both, the larger) exceeds
 * lambda, restarting is the caller's. A sample that is not finite is missing: it counts, the rest
 * stays. Samples beyond +-1e100 count as +-1e100. */
enum page_hinkley_alarm page_hinkley_update(struct page_hinkley *p,
                                            const struct page_hinkley_design *design, double x);

/* PH = m - min m of a direction, >= 0. */
double page_hinkley_statistic(const struct page_hinkley_side *side);

#endif
