/* Principal components, T2 and Q. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "columns.h"
#include "dot.h"
#include "shikumen/num/novelty.h"
#include "shikumen/num/sample.h"
#include "shikumen/num/special.h"
#include "shikumen/num/stats.h"

static size_t components_for(const double *eigenvalue, size_t p, double share)
{
    double sum = 0;
    size_t k = 0;
    while (k < p - 1 && sum < share * (double)p)
        sum += eigenvalue[k++];
    return k;
}

/* What the components beyond k leave to Q. */
static enum err residual_moments(struct pca *m)
{
    double least = (double)m->p * DBL_EPSILON * m->eigenvalue[0];
    for (size_t j = m->p; j-- > m->k;) {
        double l = m->eigenvalue[j];
        m->theta[0] += l;
        m->theta[1] += l * l;
        m->theta[2] += l * l * l;
    }
    if (m->eigenvalue[m->k - 1] <= least || m->theta[0] <= least)
        return ERR_SINGULAR;
    m->h0 = 1 - 2 * m->theta[0] * m->theta[2] / (3 * m->theta[1] * m->theta[1]);
    return ERR_OK;
}

/* z becomes what the k components leave of it; t: a value a row. */
static void residuals(const struct pca *m, struct matrix *z, double *t)
{
    for (size_t c = 0; c < m->k; c++) {
        const double *loading = matrix_col(&m->loading, c);
        memset(t, 0, z->rows * sizeof *t);
        for (size_t j = 0; j < m->p; j++) {
            const double *from = matrix_col(z, j);
            for (size_t i = 0; i < z->rows; i++)
                t[i] += loading[j] * from[i];
        }
        for (size_t j = 0; j < m->p; j++) {
            double *to = matrix_col(z, j);
            for (size_t i = 0; i < z->rows; i++)
                to[i] -= loading[j] * t[i];
        }
    }
}

/* Mean and variance of Q over the training data x; z: as large, overwritten. */
static enum err box_moments(const struct matrix *x, struct matrix *z, struct arena *arena,
                            struct pca *m)
{
    double *q = arena_array(arena, m->n, sizeof *q);
    struct moments of_q = {0};
    if (!q)
        return ERR_NOMEM;
    columns_standardise(x, m->mean, m->scale, z);
    residuals(m, z, q);
    memset(q, 0, m->n * sizeof *q);
    for (size_t j = 0; j < m->p; j++) {
        const double *rest = matrix_col(z, j);
        for (size_t i = 0; i < m->n; i++)
            q[i] += rest[i] * rest[i];
    }
    enum err e = sample_check(q, m->n, 1);
    if (e)
        return e;
    for (size_t i = 0; i < m->n; i++)
        moments_add(&of_q, q[i]);
    double variance = of_q.m2 / (double)(m->n - 1);
    m->box_factor = variance / (2 * of_q.mean);
    m->box_df = 2 * of_q.mean * of_q.mean / variance;
    return m->box_factor > 0 && isfinite(m->box_df) ? ERR_OK : ERR_SINGULAR;
}

static enum err decompose(const struct matrix *x, size_t k, double share, struct arena *arena,
                          struct pca *m)
{
    struct matrix z = matrix_new(arena, m->n, m->p);
    struct svd s;
    if (!z.at)
        return ERR_NOMEM;
    columns_standardise(x, m->mean, m->scale, &z);
    enum err e = linalg_svd(&z, &s, arena);
    if (e)
        return e;
    for (size_t j = 0; j < s.k; j++)
        m->eigenvalue[j] = s.s[j] * s.s[j] / (double)(m->n - 1);
    m->k = k > 0 ? k : components_for(m->eigenvalue, m->p, share);
    if (m->n < m->k + 2)
        return ERR_TOO_FEW;
    for (size_t j = 0; j < m->k; j++)
        for (size_t i = 0; i < m->p; i++)
            m->loading.at[j * m->p + i] = matrix_col(&s.vt, i)[j];
    m->loading.cols = m->k;
    e = residual_moments(m);
    return e ? e : box_moments(x, &z, arena, m);
}

static enum err fit(const struct matrix *x, size_t k, double share, struct arena *arena,
                    struct pca *m)
{
    m->mean = arena_array(arena, 3 * m->p, sizeof *m->mean);
    m->loading = matrix_new(arena, m->p, k > 0 ? k : m->p - 1);
    if (!m->mean || !m->loading.at)
        return ERR_NOMEM;
    m->scale = m->mean + m->p;
    m->eigenvalue = m->mean + 2 * m->p;
    enum err e = columns_moments(x, m->mean, m->scale);
    if (e)
        return e;
    struct arena_mark scratch = arena_mark(arena);
    e = decompose(x, k, share, arena, m);
    arena_rewind(arena, scratch);
    return e;
}

enum err pca_fit(const struct matrix *x, size_t k, double share, struct arena *arena,
                 struct pca *out)
{
    struct pca m = {.n = x->rows, .p = x->cols};
    if (m.p < 2 || m.n < 3 || m.n < k + 2)
        return ERR_TOO_FEW;
    enum err e = sample_check(x->at, m.n * m.p, 1);
    if (e)
        return e;
    if (k >= m.p || (k == 0 && !(share > 0 && share <= 1)))
        return ERR_RANGE;
    struct arena_mark mark = arena_mark(arena);
    e = fit(x, k, share, arena, &m);
    if (e)
        arena_rewind(arena, mark);
    else
        *out = m;
    return e;
}

static double p_of_q(const struct pca *m, double q)
{
    const double *th = m->theta;
    if (!(m->h0 > 0))
        return chi2_upper(q / m->box_factor, m->box_df);
    double shift = 1 + th[1] * m->h0 * (m->h0 - 1) / (th[0] * th[0]);
    return normal_upper(th[0] * (pow(q / th[0], m->h0) - shift) / (sqrt(2 * th[1]) * m->h0));
}

/* T2 and Q of x; scratch: p values. */
static enum err distances(const struct pca *m, const double *x, double *scratch,
                          struct pca_score *out)
{
    enum err e = sample_check(x, m->p, 1);
    if (e)
        return e;
    for (size_t j = 0; j < m->p; j++)
        scratch[j] = (x[j] - m->mean[j]) / m->scale[j];
    for (size_t c = 0; c < m->k; c++) {
        const double *loading = matrix_col(&m->loading, c);
        double t = dot(loading, scratch, m->p);
        out->t2 += t * t / m->eigenvalue[c];
        for (size_t j = 0; j < m->p; j++)
            scratch[j] -= t * loading[j];
    }
    out->q = dot(scratch, scratch, m->p);
    return isfinite(out->t2) && isfinite(out->q) ? ERR_OK : ERR_NOT_FINITE;
}

enum err pca_score(const struct pca *m, const double *x, double *scratch, struct pca_score *out)
{
    struct pca_score o = {0};
    enum err e = distances(m, x, scratch, &o);
    if (e)
        return e;
    double n = (double)m->n, k = (double)m->k;
    o.p_t2 = f_upper(o.t2 / (n + 1) * n * (n - k) / (k * (n - 1)), k, n - k);
    o.p_q = p_of_q(m, o.q);
    *out = o;
    return ERR_OK;
}

enum err pca_limits(const struct pca *m, double alpha, struct pca_limits *out)
{
    if (!(alpha > 0 && alpha < 0.5))
        return ERR_RANGE;
    double n = (double)m->n, k = (double)m->k;
    const double *th = m->theta;
    struct pca_limits o = {
        .t2_new = k * (n - 1) * (n + 1) / (n * (n - k)) * f_quantile(1 - alpha, k, n - k),
        .t2_training = (n - 1) * (n - 1) / n * beta_quantile(1 - alpha, k / 2, (n - k - 1) / 2),
        .q_box = m->box_factor * chi2_quantile(1 - alpha, m->box_df),
    };
    o.q_jackson = o.q_box;
    if (m->h0 > 0) {
        double base = normal_quantile(1 - alpha) * sqrt(2 * th[1]) * m->h0 / th[0] + 1 +
                      th[1] * m->h0 * (m->h0 - 1) / (th[0] * th[0]);
        o.q_jackson = th[0] * pow(base, 1 / m->h0);
    }
    *out = o;
    return ERR_OK;
}
