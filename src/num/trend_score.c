#include "trend_score.h"

#include <math.h>
#include <string.h>

#include "shikumen/num/special.h"

#define SMALL 12 /* runs sorted by insertion */

struct ties ties_of(const double *sorted, size_t n)
{
    struct ties sums = {0, 0, 0};

    for (size_t from = 0, to; from < n; from = to) {
        double u;

        for (to = from + 1; to < n && sorted[to] == sorted[from]; to++)
            ;
        u = (double)(to - from);
        sums.pairs += u * (u - 1);
        sums.triples += u * (u - 1) * (u - 2);
        sums.spread += u * (u - 1) * (2 * u + 5);
    }
    return sums;
}

static uint64_t insertion_sort(double *x, size_t n)
{
    uint64_t inversions = 0;

    for (size_t i = 1; i < n; i++) {
        double value = x[i];
        size_t at = i;

        for (; at > 0 && x[at - 1] > value; at--)
            x[at] = x[at - 1];
        x[at] = value;
        inversions += i - at;
    }
    return inversions;
}

static uint64_t merge(double *x, size_t left, size_t n, double *from)
{
    uint64_t inversions = 0;
    size_t l = 0, r = left, to = 0;

    memcpy(from, x, left * sizeof(*x));
    while (l < left && r < n) {
        if (x[r] < from[l]) {
            inversions += left - l;
            x[to++] = x[r++];
        } else {
            x[to++] = from[l++];
        }
    }
    memcpy(&x[to], &from[l], (left - l) * sizeof(*x));
    return inversions;
}

/* Pairs i < j with x_i > x_j. */
static uint64_t merge_sort(double *x, size_t n, double *scratch)
{
    size_t left = n / 2;
    uint64_t inversions;

    if (n <= SMALL)
        return insertion_sort(x, n);
    inversions = merge_sort(x, left, scratch);
    inversions += merge_sort(x + left, n - left, scratch);
    if (x[left] < x[left - 1])
        inversions += merge(x, left, n, scratch);
    return inversions;
}

int64_t kendall_score(double *x, size_t n, double *scratch)
{
    uint64_t falling = merge_sort(x, n, scratch);
    uint64_t untied = (uint64_t)n * (n ? n - 1 : 0) / 2 - (uint64_t)(ties_of(x, n).pairs / 2);

    return (int64_t)(untied - falling) - (int64_t)falling;
}

double kendall_variance(size_t n, const struct ties *x, const struct ties *t)
{
    double m = (double)n, v = (m * (m - 1) * (2 * m + 5) - x->spread - t->spread) / 18;

    if (x->pairs >= m * (m - 1) || t->pairs >= m * (m - 1))
        return 0; /* all equal: what follows would be 0 but for rounding */
    if (n > 1)
        v += x->pairs * t->pairs / (2 * m * (m - 1));
    if (n > 2)
        v += x->triples * t->triples / (9 * m * (m - 1) * (m - 2));
    return v;
}

struct normal_p kendall_p(int64_t s, double var)
{
    double score = (double)s, sd = sqrt(var);
    struct normal_p p;

    p.z = (score - (double)((s > 0) - (s < 0))) / sd;
    p.two_sided = fmin(1, 2 * normal_upper(fabs(p.z)));
    p.rising = normal_upper((score - 1) / sd);
    p.falling = normal_upper(-(score + 1) / sd);
    return p;
}
