#include "shikumen/core/outlook_events.h"

#include <math.h>
#include <stdbool.h>

#define YEAR_D 365.25

const char *outlook_events_method_name(enum outlook_events_method method)
{
    static const char *const name[] = {"", "gamma_poisson", "gpd"};

    return (unsigned)method < OUTLOOK_EVENTS_METHOD_COUNT ? name[method] : "";
}

static enum err check(const struct outlook_events_seen *s)
{
    if (!isfinite(s->seen_d) || !isfinite(s->recorded))
        return ERR_NOT_FINITE;
    if (s->seen_d < 0 || !(s->recorded > 0 && s->recorded <= 1) || (s->n > 0 && s->peak == NULL))
        return ERR_RANGE;
    for (size_t i = 0; i < s->n; i++) {
        if (!isfinite(s->peak[i].t_d) || !isfinite(s->peak[i].value))
            return ERR_NOT_FINITE;
        if (s->peak[i].value < 0)
            return ERR_RANGE;
        if (i > 0 && s->peak[i].t_d < s->peak[i - 1].t_d)
            return ERR_ORDER;
    }
    return ERR_OK;
}

static size_t count_beyond(const struct outlook_events_seen *s, double ratio)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n; i++)
        n += s->peak[i].value > ratio;
    return n;
}

/* Of n events in the time seen a share goes beyond the limit. */
struct thinned {
    size_t n;
    double share;
};

/* A Poisson process thinned is one in share times the time. */
static enum err predict(const struct outlook_events_seen *s, struct thinned t,
                        struct outlook_events *out)
{
    static const double horizon[] = {30, 180, 365};
    double p[3];
    enum err e = ERR_OK;

    for (size_t i = 0; i < 3 && e == ERR_OK; i++)
        e = extremes_gamma_poisson(t.n, s->seen_d, t.share * horizon[i], &p[i]);
    if (e != ERR_OK)
        return e;
    out->rate_per_y = ((double)t.n + 0.5) / s->seen_d * YEAR_D * t.share;
    out->p30 = p[0];
    out->p180 = p[1];
    out->p365 = p[2];
    return ERR_OK;
}

/* P(excess > x), averaged over the normal approximation of sigma and xi by 3 x 3 Gauss-Hermite
 * nodes. */
static double tail(const struct extremes_gpd *g, double x)
{
    static const double node[] = {-1.7320508075688772, 0, 1.7320508075688772};
    static const double weight[] = {1.0 / 6, 2.0 / 3, 1.0 / 6};
    double sd = sqrt(g->var_sigma), along = sd > 0 ? g->cov_sigma_xi / sd : 0;
    double rest = sqrt(fmax(0, g->var_xi - along * along)), sum = 0;

    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) {
            double sigma = fmax(0.1 * g->sigma, g->sigma + sd * node[i]);
            double xi = g->xi + along * node[i] + rest * node[j], base;

            xi = fmin(EXTREMES_XI_MAX, fmax(EXTREMES_XI_MIN, xi));
            base = 1 + xi * x / sigma;
            if (fabs(xi) < 1e-9)
                sum += weight[i] * weight[j] * exp(-x / sigma);
            else if (base > 0)
                sum += weight[i] * weight[j] * pow(base, -1 / xi);
        }
    return sum;
}

/* *fits false: there are too few, or no tail below the limit. */
static enum err fit_tail(const struct outlook_events_seen *s, struct arena *arena,
                         struct thinned *out, bool *fits)
{
    double *x = arena_array(arena, s->n, sizeof *x), threshold;
    struct extremes_gpd g;
    size_t n = 0;
    enum err e;

    *fits = false;
    if (x == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < s->n; i++)
        x[i] = s->peak[i].value;
    e = extremes_threshold(x, s->n, 0.5, arena, &threshold);
    if (e != ERR_OK || threshold >= 1)
        return e;
    for (size_t i = 0; i < s->n; i++)
        if (x[i] > threshold)
            x[n++] = x[i] - threshold;
    e = extremes_gpd_fit(x, n, arena, &g);
    if (e == ERR_TOO_FEW || e == ERR_CONSTANT)
        return ERR_OK;
    if (e != ERR_OK)
        return e;
    *out = (struct thinned){n, tail(&g, 1 - threshold)};
    *fits = true;
    return ERR_OK;
}

static enum err choose(const struct outlook_events_seen *s, struct arena *arena,
                       struct outlook_events *out)
{
    struct thinned t = {out->beyond, 1};
    bool fits = false;
    enum err e = ERR_OK;

    if (out->beyond == 0)
        t = (struct thinned){s->n, pow(s->recorded, OUTLOOK_EVENTS_TAIL)};
    if (s->n >= OUTLOOK_EVENTS_GPD_LEAST)
        e = fit_tail(s, arena, &t, &fits);
    out->method = fits ? OUTLOOK_EVENTS_TAIL_FITTED : OUTLOOK_EVENTS_COUNT;
    return e == ERR_OK ? predict(s, t, out) : e;
}

enum err outlook_events(const struct outlook_events_seen *seen, struct arena *arena,
                        struct outlook_events *out)
{
    struct arena_mark mark = arena_mark(arena);
    struct outlook_events o = {.rate_per_y = NAN, .p30 = NAN, .p180 = NAN, .p365 = NAN};
    enum err e = check(seen);

    if (e != ERR_OK)
        return e;
    o.beyond = count_beyond(seen, 1);
    if (seen->seen_d >= OUTLOOK_EVENTS_SEEN_D)
        e = choose(seen, arena, &o);
    arena_rewind(arena, mark);
    if (e == ERR_OK)
        *out = o;
    return e;
}
