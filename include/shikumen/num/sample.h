/* What every method asks of the arrays it is given, and how times become a number axis. */
#ifndef SHIKUMEN_NUM_SAMPLE_H
#define SHIKUMEN_NUM_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"

/* ERR_TOO_FEW when n < least, ERR_NOT_FINITE when one of the n values is a NaN or an infinity. */
enum err sample_check(const double *x, size_t n, size_t least) MUST_USE;

/* ERR_CONSTANT when all n values are equal (n >= 1). */
enum err sample_varies(const double *x, size_t n) MUST_USE;

/* ERR_ORDER unless t[0] < t[1] < ... */
enum err sample_increasing(const double *t, size_t n) MUST_USE;

/* Days since origin_us of n instants in microseconds UTC: the difference is taken before it becomes
 * a double, so that microseconds survive at any date. */
void sample_days(const int64_t *t_us, size_t n, int64_t origin_us, double *t_d);

/* Copies the pairs of which both values are finite to the front of t and x (each n long); how many.
 */
size_t sample_drop_missing(double *t, double *x, size_t n);

#endif
