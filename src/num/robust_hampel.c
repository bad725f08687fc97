#include <math.h>
#include <string.h>

#include "shikumen/num/order.h"
#include "shikumen/num/robust.h"
#include "shikumen/num/sample.h"

/* First place in ascending s[0..n) whose value is not below x. */
static size_t place_of(const double *s, size_t n, double x)
{
    size_t at = 0;

    while (at < n && s[at] < x)
        at++;
    return at;
}

static void insert(struct hampel *h, double x)
{
    size_t at = place_of(h->sorted, h->held, x);

    memmove(h->sorted + at + 1, h->sorted + at, (h->held - at) * sizeof *h->sorted);
    h->sorted[at] = x;
    h->held++;
}

static void take_out(struct hampel *h, double x)
{
    size_t at = place_of(h->sorted, h->held, x);

    h->held--;
    memmove(h->sorted + at, h->sorted + at + 1, (h->held - at) * sizeof *h->sorted);
}

/* Puts in x for the value old, which leaves the window. */
static void replace(struct hampel *h, double old, double x)
{
    double *s = h->sorted;
    size_t at = place_of(s, h->held, old);

    for (; at + 1 < h->held && s[at + 1] < x; at++)
        s[at] = s[at + 1];
    for (; at > 0 && s[at - 1] > x; at--)
        s[at] = s[at - 1];
    s[at] = x;
}

static double middle(double lower, double upper)
{
    return lower + (upper - lower) / 2;
}

/* Median absolute deviation of ascending values from m, their median: deviations grow to both sides
 * of the middle, so they are met in order by walking outwards. */
static double mad_sorted(const double *s, size_t n, double m)
{
    size_t above = n / 2, below = above; /* next on the right; one past the next on the left */
    double lower = 0, last = 0;

    for (size_t met = 0; met <= n / 2; met++) {
        lower = last;
        if (below == 0 || (above < n && s[above] - m <= m - s[below - 1]))
            last = s[above++] - m;
        else
            last = m - s[--below];
    }
    return n % 2 == 1 ? last : middle(lower, last);
}

static size_t length(const struct hampel *h)
{
    return 2 * h->settings.half_width + 1;
}

/* The point next in turn, from the window as it stands. */
static void give(struct hampel *h, struct hampel_point *out)
{
    const double *s = h->sorted;
    size_t n = h->held;

    out->value = h->ring[h->next % length(h)];
    out->median = n % 2 == 1 ? s[n / 2] : middle(s[n / 2 - 1], s[n / 2]);
    out->scale = fmax(MAD_TO_SIGMA * mad_sorted(s, n, out->median), h->settings.scale_floor);
    out->outlier =
        out->scale > 0 && fabs(out->value - out->median) > h->settings.threshold * out->scale;
    h->next++;
}

enum err hampel_init(struct hampel *h, const struct hampel_settings *s)
{
    if (s->half_width < 1 || s->half_width > HAMPEL_MAX_HALF_WIDTH)
        return ERR_RANGE;
    if (!(s->threshold > 0 && isfinite(s->threshold)))
        return ERR_RANGE;
    if (!(s->scale_floor >= 0 && isfinite(s->scale_floor)))
        return ERR_RANGE;
    *h = (struct hampel){.settings = *s};
    return ERR_OK;
}

bool hampel_add(struct hampel *h, double x, struct hampel_point *out)
{
    size_t at = h->taken % length(h);

    if (!(fabs(x) <= 1e300))
        return false;
    if (h->held == length(h))
        replace(h, h->ring[at], x);
    else
        insert(h, x);
    h->ring[at] = x;
    h->taken++;
    if (h->taken <= h->settings.half_width)
        return false;
    give(h, out);
    return true;
}

bool hampel_finish(struct hampel *h, struct hampel_point *out)
{
    if (h->next == h->taken)
        return false;
    if (h->next > h->settings.half_width)
        take_out(h, h->ring[(h->next - h->settings.half_width - 1) % length(h)]);
    give(h, out);
    return true;
}

enum err hampel_filter(const struct hampel_settings *settings, const double *x, size_t n,
                       struct hampel_point *out)
{
    struct hampel h;
    enum err e = sample_check(x, n, 1);

    if (e == ERR_OK)
        e = hampel_init(&h, settings);
    if (e)
        return e;
    for (size_t i = 0; i < n; i++)
        if (fabs(x[i]) > 1e300)
            return ERR_NOT_FINITE;
    for (size_t i = 0; i < n; i++)
        out += hampel_add(&h, x[i], out);
    while (hampel_finish(&h, out))
        out++;
    return ERR_OK;
}
