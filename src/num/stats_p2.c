#include <math.h>
#include <string.h>

#include "shikumen/num/order.h"
#include "shikumen/num/stats.h"

enum err p2_init(struct p2 *s, const double *p, size_t k)
{
    if (k < 1 || k > P2_MAX_QUANTILES)
        return ERR_RANGE;
    for (size_t i = 0; i < k; i++)
        if (!(p[i] > (i > 0 ? p[i - 1] : 0) && p[i] < 1))
            return ERR_RANGE;
    *s = (struct p2){.quantiles = k, .markers = 2 * k + 3};
    memcpy(s->p, p, k * sizeof *p);
    return ERR_OK;
}

/* The share of values below marker i: 0, the quantiles, 1, and the middles between them. */
static double share(const struct p2 *s, size_t i)
{
    double below = i >= 3 ? s->p[(i - 3) / 2] : 0;
    double above = i / 2 < s->quantiles ? s->p[i / 2] : 1;

    if (i == 0 || i + 1 == s->markers)
        return i == 0 ? 0 : 1;
    return i % 2 == 0 ? s->p[i / 2 - 1] : (below + above) / 2;
}

/* Height of marker i moved by step, 1 or -1: parabola through its neighbours, or else the line. */
static double moved(const struct p2 *s, size_t i, double step)
{
    const double *q = s->height + i, *n = s->position + i;
    double up = (q[1] - q[0]) / (n[1] - n[0]), down = (q[0] - q[-1]) / (n[0] - n[-1]);
    double parabola =
        q[0] + step / (n[1] - n[-1]) * ((n[0] - n[-1] + step) * up + (n[1] - n[0] - step) * down);

    if (q[-1] < parabola && parabola < q[1])
        return parabola;
    return step > 0 ? q[0] + up : q[0] - down;
}

static void settle(struct p2 *s)
{
    for (size_t i = 1; i + 1 < s->markers; i++) {
        const double *n = s->position + i;
        double lag = 1 + ((double)s->count - 1) * share(s, i) - n[0];

        if ((lag >= 1 && n[1] - n[0] > 1) || (lag <= -1 && n[-1] - n[0] < -1)) {
            double step = lag > 0 ? 1 : -1;

            s->height[i] = moved(s, i, step);
            s->position[i] += step;
        }
    }
}

void p2_add(struct p2 *s, double x)
{
    size_t last = s->markers - 1, cell = 1;

    if (!(fabs(x) <= 1e300))
        return;
    if (s->count < s->markers) {
        s->height[s->count++] = x;
        s->position[s->count - 1] = (double)s->count;
        order_sort(s->height, s->count);
        return;
    }
    s->count++;
    s->height[0] = fmin(s->height[0], x);
    s->height[last] = fmax(s->height[last], x);
    while (cell < last && x >= s->height[cell])
        cell++;
    for (; cell < s->markers; cell++)
        s->position[cell]++;
    s->position[last] = (double)s->count;
    settle(s);
}

enum err p2_quantile(const struct p2 *s, size_t i, double *out)
{
    if (i >= s->quantiles)
        return ERR_RANGE;
    if (s->count == 0)
        return ERR_TOO_FEW;
    *out = s->count <= s->markers ? quantile_sorted(s->height, s->count, s->p[i])
                                  : s->height[2 * i + 2];
    return ERR_OK;
}
