#include "shikumen/num/robust.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "shikumen/num/order.h"
#include "shikumen/num/sample.h"
#include "shikumen/num/special.h"
#include "shikumen/num/stats.h"

#define ITERATIONS 1000

static double *copy(const double *x, size_t n, struct arena *arena)
{
    double *y = arena_array(arena, n, sizeof *y);

    return y ? memcpy(y, x, n * sizeof *y) : NULL;
}

enum err robust_median(const double *x, size_t n, double floor, struct robust_location *out,
                       struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    struct robust_location l;
    enum err e = sample_check(x, n, 2);
    double *y;

    if (e)
        return e;
    if (!(floor >= 0 && isfinite(floor)))
        return ERR_RANGE;
    y = copy(x, n, arena);
    if (!y)
        return ERR_NOMEM;
    l.centre = median(y, n);
    l.scale = fmax(MAD_TO_SIGMA * mad(x, n, l.centre, y), floor);
    arena_rewind(arena, mark);
    if (!isfinite(l.centre) || !isfinite(l.scale))
        return ERR_NOT_FINITE;
    if (l.scale <= 0)
        return ERR_CONSTANT;
    *out = l;
    return ERR_OK;
}

/* Standardised copy of x: (x - l->centre) / l->scale. */
static enum err standardise(const double *x, size_t n, double **u, struct robust_location *l,
                            struct arena *arena)
{
    enum err e = robust_median(x, n, 0, l, arena);

    if (e)
        return e;
    *u = copy(x, n, arena);
    if (!*u)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++) {
        (*u)[i] = (x[i] - l->centre) / l->scale;
        if (!isfinite((*u)[i]))
            return ERR_NOT_FINITE;
    }
    return ERR_OK;
}

/* Means of psi, of psi^2 and of psi' over a standardised sample. */
struct psi_means {
    double psi, squared, slope;
};

static struct psi_means psi_means(const double *u, size_t n, double k, double centre, double scale)
{
    struct running_sum first = {0}, second = {0};
    size_t inside = 0;

    for (size_t i = 0; i < n; i++) {
        double v = (u[i] - centre) / scale, psi = fmax(-k, fmin(k, v));

        running_sum_add(&first, psi);
        running_sum_add(&second, psi * psi);
        inside += fabs(v) < k;
    }
    return (struct psi_means){running_sum_value(&first) / (double)n,
                              running_sum_value(&second) / (double)n, (double)inside / (double)n};
}

/* Newton's steps on the falling, piecewise linear mean psi, halving the bracket where they leave
 * it. */
static enum err huber_root(const double *u, size_t n, double k, double *root)
{
    double lo = -INFINITY, hi = INFINITY, c = 0;

    for (int i = 0; i < ITERATIONS; i++) {
        struct psi_means m = psi_means(u, n, k, c, 1);
        double next = m.slope > 0 ? c + m.psi / m.slope : c + m.psi;

        if (m.psi >= 0)
            lo = c;
        if (m.psi <= 0)
            hi = c;
        if (!(next >= lo && next <= hi))
            next = lo + (hi - lo) / 2;
        if (fabs(next - c) <= 1e-15) {
            *root = next;
            return ERR_OK;
        }
        c = next;
    }
    return ERR_DIVERGED;
}

enum err robust_huber(const double *x, size_t n, double k, struct robust_location *out,
                      struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    struct robust_location l;
    double *u, c;
    enum err e = k > 0 ? standardise(x, n, &u, &l, arena) : ERR_RANGE;

    if (e == ERR_OK)
        e = huber_root(u, n, k, &c);
    arena_rewind(arena, mark);
    if (e == ERR_OK)
        *out = (struct robust_location){l.centre + l.scale * c, l.scale};
    return e;
}

static enum err huber_joint_root(const double *u, size_t n, double k, double *centre, double *scale)
{
    double bound = fmin(k, 40), beyond = 2 * normal_upper(bound), size = (double)n;
    double expected = 1 - beyond + bound * bound * beyond - 2 * bound * normal_pdf(bound);

    *centre = 0;
    *scale = 1; /* expected: E psi^2, which at 40 is 1 */
    for (int i = 0; i < ITERATIONS; i++) {
        struct psi_means m = psi_means(u, n, k, *centre, *scale);
        double step = *scale * m.psi / fmax(m.slope, 0.5);
        double ratio = sqrt(m.squared / (expected * (size - 1) / size));

        *centre += step;
        *scale *= ratio;
        if (!(*scale > 1e-9 && *scale < 1e9))
            return ERR_DIVERGED;
        if (fabs(step) <= 1e-13 * *scale && fabs(ratio - 1) <= 1e-13)
            return ERR_OK;
    }
    return ERR_DIVERGED;
}

enum err robust_huber_joint(const double *x, size_t n, double k, struct robust_location *out,
                            struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    struct robust_location l;
    double *u, c, s;
    enum err e = k > 0 ? standardise(x, n, &u, &l, arena) : ERR_RANGE;

    if (e == ERR_OK)
        e = huber_joint_root(u, n, k, &c, &s);
    arena_rewind(arena, mark);
    if (e)
        return e;
    l = (struct robust_location){l.centre + l.scale * c, l.scale * s};
    if (!isfinite(l.centre) || !isfinite(l.scale))
        return ERR_NOT_FINITE;
    *out = l;
    return ERR_OK;
}

/* Sorted copy of x, with how many values are cut off at either end. */
static enum err cut(const double *x, size_t n, double fraction, double **sorted, size_t *off,
                    struct arena *arena)
{
    enum err e = sample_check(x, n, 1);

    if (e)
        return e;
    if (!(fraction >= 0 && fraction < 0.5))
        return ERR_RANGE;
    *off = (size_t)(fraction * (double)n);
    *sorted = copy(x, n, arena);
    if (!*sorted)
        return ERR_NOMEM;
    order_sort(*sorted, n);
    return ERR_OK;
}

enum err robust_trimmed_mean(const double *x, size_t n, double fraction, double *out,
                             struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    double *y;
    size_t off;
    enum err e = cut(x, n, fraction, &y, &off, arena);

    if (e)
        return e;
    e = mean(y + off, n - 2 * off, out);
    arena_rewind(arena, mark);
    return e;
}

enum err robust_winsorised_mean(const double *x, size_t n, double fraction, double *out,
                                struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    double *y;
    size_t off;
    enum err e = cut(x, n, fraction, &y, &off, arena);

    if (e)
        return e;
    for (size_t i = 0; i < off; i++) {
        y[i] = y[off];
        y[n - 1 - i] = y[n - 1 - off];
    }
    e = mean(y, n, out);
    arena_rewind(arena, mark);
    return e;
}

/* How many pairs of the ascending values lie at most apart from one another. */
static uint64_t pairs_within(const double *sorted, size_t n, double apart)
{
    uint64_t pairs = 0;
    size_t first = 0;

    for (size_t i = 1; i < n; i++) {
        while (sorted[i] - sorted[first] > apart)
            first++;
        pairs += i - first;
    }
    return pairs;
}

/* Doubles that are not negative are in the order of their bits. */
static double from_bits(uint64_t bits)
{
    double x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

/* The differences from lo to hi, at most room of them; how many. */
static size_t differences_between(const double *sorted, size_t n, double lo, double hi,
                                  double *difference, size_t room)
{
    size_t count = 0, first = 0;

    for (size_t i = 1; i < n; i++) {
        while (sorted[i] - sorted[first] > hi)
            first++;
        for (size_t k = first; k < i && count < room && sorted[i] - sorted[k] >= lo; k++)
            difference[count++] = sorted[i] - sorted[k];
    }
    return count;
}

/* The k-th smallest difference (from 1) of n >= 2 ascending values. Halves the range of bits until
 * room differences at most are left, then selects among these. */
static double select_difference(const double *sorted, size_t n, uint64_t k, double *scratch,
                                size_t room)
{
    double range = sorted[n - 1] - sorted[0];
    uint64_t lo = 0, hi, below = 0, upto = (uint64_t)n * (n - 1) / 2;

    memcpy(&hi, &range, sizeof hi);
    while (lo < hi && upto - below > room) {
        uint64_t middle = lo + (hi - lo) / 2;
        uint64_t within = pairs_within(sorted, n, from_bits(middle));

        if (within >= k) {
            hi = middle;
            upto = within;
        } else {
            lo = middle + 1;
            below = within;
        }
    }
    if (lo == hi)
        return from_bits(hi);
    n = differences_between(sorted, n, from_bits(lo), from_bits(hi), scratch, room);
    return order_select(scratch, n, k - below - 1);
}

static double qn_factor(size_t n)
{
    static const double small[] = {0.399, 0.994, 0.512, 0.844, 0.611, 0.857, 0.669, 0.872};
    double d = (double)n;

    if (n <= 9)
        return small[n - 2];
    return n % 2 == 1 ? d / (d + 1.4) : d / (d + 3.8);
}

enum err robust_qn(const double *x, size_t n, double *out, struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    enum err e = sample_check(x, n, 2);
    uint64_t h = n / 2 + 1;
    double *y, *scratch, q;

    if (e)
        return e;
    y = copy(x, n, arena);
    scratch = arena_array(arena, n, sizeof *scratch);
    if (!y || !scratch) {
        arena_rewind(arena, mark);
        return ERR_NOMEM;
    }
    order_sort(y, n);
    if (!isfinite(y[n - 1] - y[0])) {
        arena_rewind(arena, mark);
        return ERR_NOT_FINITE;
    }
    q = select_difference(y, n, h * (h - 1) / 2, scratch, n);
    arena_rewind(arena, mark);
    if (q <= 0)
        return ERR_CONSTANT;
    q *= qn_factor(n) / (sqrt(2) * normal_quantile(0.625));
    if (!isfinite(q))
        return ERR_NOT_FINITE;
    *out = q;
    return ERR_OK;
}
