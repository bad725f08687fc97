#include "shikumen/num/pettitt.h"

#include <math.h>

#include "shikumen/num/order.h"
#include "shikumen/num/sample.h"

/* U_k for all k; twice a mid-rank is an integer, so that the sums are exact. */
static struct pettitt largest(const double *rank, size_t n)
{
    struct pettitt result = {0};
    double m = (double)n, u = 0;

    for (size_t i = 0; i < n; i++) {
        u += 2 * rank[i] - (m + 1);
        if (fabs(u) > result.statistic) {
            result.u = u;
            result.statistic = fabs(u);
            result.k = i + 1;
        }
    }
    result.p = fmin(1, 2 * exp(-6 * (result.statistic / m) * (result.statistic / m) / (m + 1)));
    return result;
}

enum err pettitt(const double *x, size_t n, struct arena *a, struct pettitt *out)
{
    struct arena_mark mark = arena_mark(a);
    enum err e = sample_check(x, n, 4);
    double *rank;
    size_t *index;

    if (!e)
        e = sample_varies(x, n);
    if (e)
        return e;
    rank = arena_array(a, n, sizeof *rank);
    index = arena_array(a, n, 2 * sizeof *index);
    if (rank && index) {
        order_ranks(x, n, rank, index, index + n);
        *out = largest(rank, n);
    }
    arena_rewind(a, mark);
    return rank && index ? ERR_OK : ERR_NOMEM;
}
