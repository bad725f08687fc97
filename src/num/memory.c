#include "shikumen/num/memory.h"

#include <float.h>
#include <math.h>

#include "shikumen/num/sample.h"

enum err memory_init(struct memory *m, const struct memory_options *options)
{
    if (options->count < 1 || options->count > MEMORY_MAX || !(options->max_gap_h > 0) ||
        (options->hold != MEMORY_STEP && options->hold != MEMORY_LINEAR))
        return ERR_RANGE;
    for (size_t k = 0; k < options->count; k++)
        if (!(options->tau_h[k] > 0) || !isfinite(options->tau_h[k]))
            return ERR_RANGE;
    *m = (struct memory){.options = *options};
    return ERR_OK;
}

/* What a step of length x = dt / tau does: z = keep z + before u0 + now u, the three sum to 1. */
struct blend {
    double keep, before, now;
};

static struct blend blend_of(enum memory_hold hold, double x)
{
    struct blend b = {.keep = exp(-x), .now = -expm1(-x)};

    if (hold == MEMORY_LINEAR) {
        double f = x > 1e-5 ? b.now / x : 1 - x / 2 + x * x / 6;

        b.before = f - b.keep;
        b.now = 1 - f;
    }
    return b;
}

static void start(struct memory *m, double t_h, double u)
{
    m->started = true;
    m->t_h = t_h;
    m->u = u;
    for (size_t k = 0; k < m->options.count; k++) {
        m->z[k] = u;
        m->unknown[k] = 1;
    }
}

/* The step to u at t_h, by the blends made for its length. */
static void advance(struct memory *m, const struct blend *b, double t_h, double u)
{
    bool measured = t_h - m->t_h <= m->options.max_gap_h;

    for (size_t k = 0; k < m->options.count; k++) {
        double z = b[k].keep * m->z[k] + b[k].before * m->u + b[k].now * u;

        m->z[k] = fmax(-DBL_MAX, fmin(DBL_MAX, z)); /* a mean overflows by its rounding alone */
        m->unknown[k] = b[k].keep * m->unknown[k] + (measured ? 0 : 1 - b[k].keep);
    }
    m->t_h = t_h;
    m->u = u;
}

static void blends(const struct memory *m, double dt_h, struct blend *b)
{
    for (size_t k = 0; k < m->options.count; k++)
        b[k] = blend_of(m->options.hold, dt_h / m->options.tau_h[k]);
}

bool memory_update(struct memory *m, double t_h, double u)
{
    struct blend b[MEMORY_MAX];

    if (!isfinite(t_h) || !isfinite(u) || (m->started && !(t_h > m->t_h)))
        return false;
    if (!m->started) {
        start(m, t_h, u);
        return true;
    }
    blends(m, t_h - m->t_h, b);
    advance(m, b, t_h, u);
    return true;
}

/* One sample of a series; even steps share their exponentials: b is of last_dt_h. */
static void take(struct memory *m, double t_h, double u, struct blend *b, double *last_dt_h)
{
    double dt_h = t_h - m->t_h;

    if (!m->started) {
        start(m, t_h, u);
        return;
    }
    if (dt_h < *last_dt_h || dt_h > *last_dt_h)
        blends(m, dt_h, b);
    *last_dt_h = dt_h;
    advance(m, b, t_h, u);
}

enum err memory_series(const double *t_h, const double *u, size_t n,
                       const struct memory_options *options, double max_unknown,
                       struct arena *arena, struct matrix *z)
{
    struct blend b[MEMORY_MAX];
    struct memory m;
    double last_dt_h = -1;
    enum err e = memory_init(&m, options);

    if (e == ERR_OK && !(max_unknown >= 0 && max_unknown <= 1))
        e = ERR_RANGE;
    if (e == ERR_OK)
        e = sample_check(t_h, n, 1);
    if (e == ERR_OK)
        e = sample_increasing(t_h, n);
    if (e)
        return e;
    *z = matrix_new(arena, n, options->count);
    if (!z->at)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++) {
        bool known = isfinite(u[i]);

        if (known)
            take(&m, t_h[i], u[i], b, &last_dt_h);
        for (size_t k = 0; k < options->count; k++)
            matrix_col(z, k)[i] = known && m.unknown[k] <= max_unknown ? m.z[k] : (double)NAN;
    }
    return ERR_OK;
}
