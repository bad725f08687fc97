#include <math.h>

#include "shikumen/num/horizon.h"
#include "shikumen/num/order.h"

static const double z90 = 1.6448536269514722; /* half of a 90 % interval, in standard deviations */

/* |error|/sd of every forecast into error (n at most); how many. */
static enum err forecast_errors(struct kalman *k, const double *t_d, const double *y, size_t n,
                                size_t first, double h_d, double *error, size_t *count)
{
    size_t ahead = 0;

    *count = 0;
    for (size_t i = 0; i < n; i++) {
        struct horizon_forecast f;
        enum err e = kalman_step(k, i == 0 ? 0 : t_d[i] - t_d[i - 1], y[i]);

        if (e != ERR_OK)
            return e;
        if (i < first || isnan(y[i]) || k->diffuse > 0)
            continue;
        while (ahead < n && (ahead <= i || isnan(y[ahead]) || t_d[ahead] - t_d[i] < h_d))
            ahead++;
        if (ahead == n || t_d[ahead] - t_d[i] > 1.5 * h_d)
            continue;
        e = horizon_forecast(k, 1, t_d[ahead] - t_d[i], &f);
        if (e != ERR_OK)
            return e;
        if (!(f.observation_variance > 0))
            return ERR_SINGULAR;
        error[*count] = fabs(y[ahead] - f.level) / sqrt(f.observation_variance);
        if (!isfinite(error[(*count)++]))
            return ERR_NOT_FINITE;
    }
    return ERR_OK;
}

enum err horizon_backtest(const struct kalman *start, const double *t_d, const double *y, size_t n,
                          size_t first, double h_d, struct arena *arena,
                          struct horizon_backtest *out)
{
    struct arena_mark mark = arena_mark(arena);
    double *error = arena_array(arena, n, sizeof *error);
    struct kalman k = *start;
    size_t count = 0, covered = 0;
    enum err e = error == NULL ? ERR_NOMEM : !isfinite(h_d) ? ERR_NOT_FINITE : ERR_OK;

    if (e == ERR_OK && !(h_d > 0))
        e = ERR_RANGE;
    if (e == ERR_OK)
        e = forecast_errors(&k, t_d, y, n, first, h_d, error, &count);
    if (e == ERR_OK && count < HORIZON_BACKTEST_LEAST)
        e = ERR_TOO_FEW;
    if (e == ERR_OK) {
        for (size_t i = 0; i < count; i++)
            covered += error[i] <= z90;
        *out = (struct horizon_backtest){count, (double)covered / (double)count,
                                         quantile(error, count, 0.9) / z90};
    }
    arena_rewind(arena, mark);
    return e;
}
