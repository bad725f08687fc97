/* Small designs and seeded errors for the tests of regression. */
#ifndef SHIKUMEN_TEST_REGRESS_FIXTURE_H
#define SHIKUMEN_TEST_REGRESS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "near.h"
#include "shikumen/num/random.h"
#include "shikumen/num/regress.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* Ten points near y = x, Engineering reference B2.5. */
static const double LINE_Y[10] = {0, 0.9, 2.1, 2.9, 4.2, 5.0, 5.8, 7.1, 8.0, 9.1};

/* One column 0, 1, .. n - 1. */
static inline struct matrix ramp(struct arena *a, size_t n)
{
    struct matrix x = matrix_new(a, n, 1);

    for (size_t i = 0; i < n; i++)
        x.at[i] = (double)i;
    return x;
}

static inline struct matrix normal_matrix(struct random *r, size_t n, size_t k, struct arena *a)
{
    struct matrix x = matrix_new(a, n, k);

    for (size_t i = 0; i < n * k; i++)
        x.at[i] = random_normal(r);
    return x;
}

/* Stationary AR(1) of variance 1. */
static inline void ar1_series(struct random *r, double phi, double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = (i ? phi * x[i - 1] : 0) + (i ? sqrt(1 - phi * phi) : 1) * random_normal(r);
}

/* A fit that must succeed. */
static inline struct regression fitted(const struct matrix *x, const double *y, const double *w,
                                       bool intercept, struct arena *a)
{
    struct regression f = {0};

    assert_int_equal(regress_fit(x, y, w, intercept, a, &f), ERR_OK);
    return f;
}

#endif
