/* Comparisons of doubles that say what differs. */
#ifndef SHIKUMEN_TESTS_NUM_NEAR_H
#define SHIKUMEN_TESTS_NUM_NEAR_H

#include <math.h>

/* |a - b| <= tolerance; NaN is near nothing. */
#define assert_near(a, b, tolerance)                                                               \
    do {                                                                                           \
        double a_ = (a), b_ = (b), tolerance_ = (tolerance);                                       \
        if (!(fabs(a_ - b_) <= tolerance_))                                                        \
            fail_msg("%s: %.17g is not %.17g within %g", #a, a_, b_, tolerance_);                  \
    } while (0)

/* |a - b| <= tolerance * |b| */
#define assert_close(a, b, tolerance)                                                              \
    do {                                                                                           \
        double c_ = (a), d_ = (b), relative_ = (tolerance);                                        \
        if (!(fabs(c_ - d_) <= relative_ * fabs(d_)))                                              \
            fail_msg("%s: %.17g is not %.17g within %g of it", #a, c_, d_, relative_);             \
    } while (0)

#endif
