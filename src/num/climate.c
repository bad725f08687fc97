#include "shikumen/num/climate.h"

#include <math.h>

#include "shikumen/num/order.h"
#include "shikumen/num/stats.h"

/* Sum and number of the samples present in a stretch. */
struct window {
    struct running_sum sum;
    size_t present;
};

static void window_add(struct window *w, double x)
{
    if (isnan(x))
        return;
    running_sum_add(&w->sum, x);
    w->present++;
}

static void window_drop(struct window *w, double x)
{
    if (isnan(x))
        return;
    running_sum_add(&w->sum, -x);
    w->present--;
}

/* Mean of a window whose end samples, a and b, weigh half. */
static double window_mean(const struct window *w, double a, double b, double full_weight)
{
    double weight = (double)w->present, sum = running_sum_value(&w->sum);

    if (!isnan(a)) {
        weight -= 0.5;
        sum -= a / 2;
    }
    if (!isnan(b)) {
        weight -= 0.5;
        sum -= b / 2;
    }
    return weight >= EN15757_COVERAGE * full_weight ? sum / weight : (double)NAN;
}

/* Sums of the whole days of the series. */
static void sum_days(const double *rh, size_t n, size_t day, struct window *days)
{
    for (size_t i = 0; i < n - n % day; i++)
        window_add(&days[i / day], rh[i]);
}

/* Sum of count whole days and one sample more, free of what a running sum has gathered. */
static struct window sum_anew(const struct window *days, size_t count, double one_more)
{
    struct window w = {0};

    for (size_t d = 0; d < count; d++) {
        running_sum_add(&w.sum, days[d].sum.sum);
        running_sum_add(&w.sum, days[d].sum.compensation);
        w.present += days[d].present;
    }
    window_add(&w, one_more);
    return w;
}

/* length: of the window in steps, even and whole days; n > length. */
static void moving_average(const double *rh, size_t n, size_t length, size_t day,
                           const struct window *days, double *seasonal)
{
    struct window w = {0};

    for (size_t i = 0; i < n; i++)
        seasonal[i] = NAN;
    for (size_t from = 0; from + length < n; from++) {
        if (from % day == 0) {
            w = sum_anew(days + from / day, length / day, rh[from + length]);
        } else {
            window_drop(&w, rh[from - 1]);
            window_add(&w, rh[from + length]);
        }
        seasonal[from + length / 2] = window_mean(&w, rh[from], rh[from + length], (double)length);
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
    size_t day = (size_t)24 * samples_per_hour;
    size_t length = (size_t)EN15757_WINDOW_H * samples_per_hour;
    struct window *days;
    double *fluctuation;
    enum err e;

    if (samples_per_hour < 1)
        return ERR_RANGE;
    for (size_t i = 0; i < n; i++)
        if (isinf(rh[i]) || fabs(rh[i]) > 1e300)
            return ERR_NOT_FINITE;
    if (n <= length)
        return ERR_TOO_FEW;
    fluctuation = arena_array(arena, n, sizeof *fluctuation);
    days = arena_array(arena, n / day, sizeof *days);
    if (!fluctuation || !days) {
        arena_rewind(arena, mark);
        return ERR_NOMEM;
    }
    sum_days(rh, n, day, days);
    moving_average(rh, n, length, day, days, seasonal);
    e = fluctuation_band(rh, seasonal, n, fluctuation, out);
    arena_rewind(arena, mark);
    return e;
}
