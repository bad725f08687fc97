#include "shikumen/num/climate.h"

#include <math.h>

#include "shikumen/num/order.h"

/* Sum and number of the samples present in a stretch. */
struct stretch {
    double sum, rest; /* the compensated sum is both together */
    double present;
};

/* Adds x and its rounding error (Knuth, The Art of Computer Programming 2, 4.2.2). */
static inline void add(struct stretch *s, double x)
{
    double sum = s->sum + x, back = sum - s->sum;

    s->rest += (s->sum - (sum - back)) + (x - back);
    s->sum = sum;
}

static inline void add_sample(struct stretch *s, double x)
{
    bool missing = isnan(x);

    add(s, missing ? 0 : x);
    s->present += missing ? 0 : 1;
}

/* Mean of a window of these samples and those at its ends, a and b, which weigh half. */
static inline double window_mean(struct stretch first, const struct stretch *second, double a,
                                 double b, double full_weight)
{
    double ends = (isnan(a) ? 0 : a / 2) + (isnan(b) ? 0 : b / 2), weight;

    add(&first, second->sum);
    weight = first.present + second->present + (isnan(a) ? 0 : 0.5) + (isnan(b) ? 0 : 0.5);
    if (!(weight >= EN15757_COVERAGE * full_weight))
        return (double)NAN;
    return (first.sum + (first.rest + second->rest + ends)) / weight;
}

/* to[i] becomes the sum of x[i] .. x[n - 1]. */
static void sum_from_each(const double *x, size_t n, struct stretch *to)
{
    struct stretch s = {0};

    for (size_t i = n; i-- > 0;) {
        add_sample(&s, x[i]);
        to[i] = s;
    }
}

/* length: of the window in steps, even; n > length. What a window has between its ends, length - 1
 * samples, is the rest of one block of as many and the beginning of the next: sums that only grow,
 * in which no sample that has left the window lives on. rests: length - 1. */
static void moving_average(const double *rh, size_t n, size_t length, struct stretch *rests,
                           double *seasonal)
{
    size_t block = length - 1;
    struct stretch begun = {0};

    for (size_t i = 0; i < length / 2; i++)
        seasonal[i] = seasonal[n - 1 - i] = NAN;
    for (size_t from = 0; from + length < n; from++) {
        size_t at = from % block;

        if (at == 0) {
            sum_from_each(rh + from + 1, block, rests);
            begun = (struct stretch){0};
        } else {
            add_sample(&begun, rh[from + block]);
        }
        seasonal[from + length / 2] =
            window_mean(rests[at], &begun, rh[from], rh[from + length], (double)length);
    }
}

static enum err fluctuation_band(const double *rh, const double *seasonal, size_t n,
                                 double *fluctuation, struct en15757 *out)
{
    struct en15757 b = {0};

    for (size_t i = 0; i < n; i++)
        if (!isnan(rh[i]) && !isnan(seasonal[i]))
            fluctuation[b.fluctuations++] = rh[i] - seasonal[i];
    if (b.fluctuations == 0)
        return ERR_TOO_FEW;
    b.p7 = quantile(fluctuation, b.fluctuations, EN15757_LOW);
    b.p93 = quantile(fluctuation, b.fluctuations, EN15757_HIGH);
    if (!isfinite(b.p7) || !isfinite(b.p93))
        return ERR_NOT_FINITE;
    b.lower = fmin(b.p7, -EN15757_LEAST_HALF_WIDTH);
    b.upper = fmax(b.p93, EN15757_LEAST_HALF_WIDTH);
    *out = b;
    return ERR_OK;
}

enum err en15757_band(const double *rh, size_t n, unsigned samples_per_hour, double *seasonal,
                      struct en15757 *out, struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    size_t length = (size_t)EN15757_WINDOW_H * samples_per_hour;
    struct stretch *rests;
    double *fluctuation;
    size_t bad = 0; /* counted to the end: such a loop takes several values at once */
    enum err e;

    if (samples_per_hour < 1)
        return ERR_RANGE;
    for (size_t i = 0; i < n; i++)
        bad += fabs(rh[i]) > 1e300;
    if (bad > 0)
        return ERR_NOT_FINITE;
    if (n <= length)
        return ERR_TOO_FEW;
    fluctuation = arena_array(arena, n, sizeof *fluctuation);
    rests = arena_array(arena, length - 1, sizeof *rests);
    if (!fluctuation || !rests) {
        arena_rewind(arena, mark);
        return ERR_NOMEM;
    }
    moving_average(rh, n, length, rests, seasonal);
    e = fluctuation_band(rh, seasonal, n, fluctuation, out);
    arena_rewind(arena, mark);
    return e;
}
