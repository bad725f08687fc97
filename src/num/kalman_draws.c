#include <math.h>

#include "kalman_model.h"
#include "shikumen/num/random.h"

/* What kalman_filter would come to, with the checks of its input made once for all draws. */
static enum err check_series(const double *t_d, const double *y, size_t n, bool discrete)
{
    for (size_t i = 0; i < n; i++) {
        double dt = i == 0 ? 0 : t_d[i] - t_d[i - 1];

        if (!isfinite(dt) || isinf(y[i]))
            return ERR_NOT_FINITE;
        if (dt < 0)
            return ERR_ORDER;
        if (discrete && dt != floor(dt))
            return ERR_RANGE;
    }
    return ERR_OK;
}

static enum err filter(struct kalman *k, const double *t_d, const double *y, size_t n)
{
    enum err e = ERR_OK;

    for (size_t i = 0; i < n && e == ERR_OK; i++)
        e = kalman_advance(k, i == 0 ? 0 : t_d[i] - t_d[i - 1], y[i]);
    return e == ERR_OK && !kalman_is_finite(k) ? ERR_NOT_FINITE : e;
}

/* One draw of the variances from the normal approximation, filtered; its importance: the logarithm
 * of posterior over approximation. */
static enum err draw(const struct kalman_fit *f, const double *t_d, const double *y, size_t n,
                     struct random *chance, struct kalman *out, double *importance)
{
    double z[KALMAN_PARAMETERS], x[KALMAN_PARAMETERS] = {f->mode[0], f->mode[1], f->mode[2]};
    struct kalman_model m = f->model;
    double log_density = 0, log_prior = 0;
    enum err e;

    for (size_t i = 0; i < f->parameters; i++) {
        z[i] = random_normal(chance);
        log_density -= 0.5 * z[i] * z[i];
        for (size_t j = 0; j <= i; j++)
            x[i] += f->root[i * KALMAN_PARAMETERS + j] * z[j];
        log_prior += KALMAN_PRIOR * (i == 0 ? (double)f->parameters : 1) * x[i];
    }
    m.r = exp(x[0]);
    m.q_level = exp(x[0] + x[1]);
    m.q_slope = f->parameters > 2 ? exp(x[0] + x[2]) : 0;
    e = kalman_start_diffuse(&m, out);
    if (e == ERR_OK)
        e = filter(out, t_d, y, n);
    *importance = kalman_log_likelihood(out) + log_prior - log_density;
    return e;
}

/* Importances to how often each of the draws is taken (systematic resampling). */
static void resample(double *importance, size_t count, struct random *chance)
{
    double highest = -HUGE_VAL, total = 0, sum = 0, taken = 0, offset = random_uniform(chance);

    for (size_t d = 0; d < count; d++)
        highest = fmax(highest, importance[d]);
    for (size_t d = 0; d < count; d++)
        total += importance[d] = exp(importance[d] - highest);
    for (size_t d = 0; d < count; d++) {
        double until;

        sum += importance[d];
        until = d + 1 < count ? floor(sum / total * (double)count + offset) : (double)count;
        importance[d] = until - taken;
        taken = until;
    }
}

/* Each draw as often as it is taken, equal ones side by side. */
static void spread(double *times, struct kalman *out, size_t count)
{
    size_t kept = 0;

    for (size_t d = 0; d < count; d++)
        if (times[d] > 0) {
            times[kept] = times[d];
            out[kept++] = out[d];
        }
    for (size_t at = count; kept-- > 0;)
        for (; times[kept] > 0; times[kept]--)
            out[--at] = out[kept];
}

enum err kalman_draws(const struct kalman_fit *f, const double *t_d, const double *y, size_t n,
                      uint64_t seed, size_t count, struct arena *arena, struct kalman *out)
{
    struct random chance = random_seeded(seed);
    struct arena_mark mark = arena_mark(arena);
    double *times = arena_array(arena, count, sizeof *times);
    enum err e = times == NULL ? ERR_NOMEM : check_series(t_d, y, n, f->model.discrete);

    for (size_t d = 0; d < count && e == ERR_OK; d++)
        e = draw(f, t_d, y, n, &chance, &out[d], &times[d]);
    if (e == ERR_OK) {
        resample(times, count, &chance);
        spread(times, out, count);
    }
    arena_rewind(arena, mark);
    return e;
}
