#include "shikumen/num/trend.h"

#include <math.h>
#include <string.h>

#include "shikumen/num/sample.h"
#include "trend_score.h"

#define INVERSIONS_MOST (MANN_KENDALL_EXACT * (MANN_KENDALL_EXACT - 1) / 2)

/* chance[k], k = 0 .. n (n-1) / 2: probability that n different values in random order have k
 * inversions; the n-th value adds 0 .. n - 1 of them, equally likely (Kendall 1975, section 5.2).
 */
static void inversion_chances(size_t n, double chance[INVERSIONS_MOST + 1])
{
    size_t most = 0;

    memset(chance, 0, (INVERSIONS_MOST + 1) * sizeof(*chance));
    chance[0] = 1;
    for (size_t m = 2; m <= n; m++) {
        double before[INVERSIONS_MOST + 1];

        memcpy(before, chance, sizeof(before));
        most += m - 1;
        for (size_t k = 0; k <= most; k++) {
            chance[k] = 0;
            for (size_t j = 0; j < m && j <= k; j++)
                chance[k] += before[k - j];
            chance[k] /= (double)m;
        }
    }
}

/* P(S' >= s) of n different values. */
static double exact_tail(size_t n, int64_t s)
{
    double chance[INVERSIONS_MOST + 1], tail = 0;
    int64_t most = (int64_t)(n * (n - 1) / 2);

    inversion_chances(n, chance);
    for (int64_t k = 0; 2 * k <= most - s; k++) /* S = most - 2 k */
        tail += chance[k];
    return fmin(tail, 1);
}

static enum err score(const double *x, size_t n, struct mann_kendall *r, struct arena *a)
{
    const struct ties none = {0};
    double *sorted = arena_array(a, n, sizeof(*sorted));
    double *scratch = arena_array(a, n, sizeof(*scratch));
    double m = (double)n;
    struct ties ties;

    if (!sorted || !scratch)
        return ERR_NOMEM;
    memcpy(sorted, x, n * sizeof(*x));
    r->n = n;
    r->s = kendall_score(sorted, n, scratch);
    ties = ties_of(sorted, n);
    r->exact = n <= MANN_KENDALL_EXACT && ties.pairs == 0;
    if (!r->exact && n < MANN_KENDALL_NORMAL)
        return ERR_TOO_FEW;
    r->var = kendall_variance(n, &ties, &none);
    r->tau_b = 2 * (double)r->s / sqrt(m * (m - 1) * (m * (m - 1) - ties.pairs));
    return ERR_OK;
}

enum err mann_kendall(const double *x, size_t n, struct mann_kendall *out, struct arena *a)
{
    struct arena_mark mark = arena_mark(a);
    struct mann_kendall r = {0};
    struct normal_p p;
    enum err e = sample_check(x, n, 4);

    if (e == ERR_OK)
        e = sample_varies(x, n);
    if (e == ERR_OK)
        e = score(x, n, &r, a);
    arena_rewind(a, mark);
    if (e)
        return e;
    p = kendall_p(r.s, r.var);
    r.z = p.z;
    r.p = p.two_sided;
    r.p_rising = r.exact ? exact_tail(n, r.s) : p.rising;
    r.p_falling = r.exact ? exact_tail(n, -r.s) : p.falling;
    if (r.exact)
        r.p = fmin(1, 2 * fmin(r.p_rising, r.p_falling));
    *out = r;
    return ERR_OK;
}
