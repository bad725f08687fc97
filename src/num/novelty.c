#include "shikumen/num/novelty.h"

#include <math.h>

#include "columns.h"
#include "shikumen/num/sample.h"
#include "shikumen/num/special.h"

static enum err correlation_factor(const struct matrix *x, double ridge, struct arena *arena,
                                   struct mahalanobis *m)
{
    struct arena_mark mark = arena_mark(arena);
    struct matrix z = matrix_new(arena, x->rows, x->cols);
    if (!z.at)
        return ERR_NOMEM;
    columns_standardise(x, m->centre, m->scale, &z);
    matrix_multiply(&z, 1, &z, 0, &m->factor);
    arena_rewind(arena, mark);
    for (size_t j = 0; j < m->p; j++) {
        for (size_t i = 0; i < m->p; i++)
            matrix_col(&m->factor, j)[i] /= (double)(m->n - 1);
        matrix_col(&m->factor, j)[j] += ridge;
    }
    return columns_factor(&m->factor);
}

enum err mahalanobis_fit(const struct matrix *x, double ridge, struct arena *arena,
                         struct mahalanobis *out)
{
    struct mahalanobis m = {.n = x->rows, .p = x->cols};
    if (m.p == 0 || m.n <= m.p)
        return ERR_TOO_FEW;
    enum err e = sample_check(x->at, m.n * m.p, 1);
    if (e)
        return e;
    if (!(ridge >= 0) || !isfinite(ridge))
        return ERR_RANGE;
    struct arena_mark mark = arena_mark(arena);
    m.centre = arena_array(arena, 2 * m.p, sizeof *m.centre);
    m.factor = matrix_new(arena, m.p, m.p);
    e = m.centre && m.factor.at ? ERR_OK : ERR_NOMEM;
    if (!e) {
        m.scale = m.centre + m.p;
        e = columns_moments(x, m.centre, m.scale);
    }
    if (!e)
        e = correlation_factor(x, ridge, arena, &m);
    if (e)
        arena_rewind(arena, mark);
    else
        *out = m;
    return e;
}

enum err mahalanobis_squared(const struct mahalanobis *m, const double *x, double *scratch,
                             double *d2)
{
    enum err e = sample_check(x, m->p, 1);
    if (e)
        return e;
    double sum = 0;
    for (size_t j = 0; j < m->p; j++)
        scratch[j] = (x[j] - m->centre[j]) / m->scale[j];
    linalg_forward(&m->factor, scratch);
    for (size_t j = 0; j < m->p; j++)
        sum += scratch[j] * scratch[j];
    if (!isfinite(sum))
        return ERR_NOT_FINITE;
    *d2 = sum;
    return ERR_OK;
}

double mahalanobis_p(const struct mahalanobis *m, double d2)
{
    double n = (double)m->n, p = (double)m->p;
    return f_upper(d2 / (n + 1) * n * (n - p) / (p * (n - 1)), p, n - p);
}

bool novelty_persists(struct novelty_persistence *s, bool exceeded)
{
    s->history = (s->history << 1 | (exceeded ? 1U : 0U)) & 0x3ffU;
    int count = 0;
    for (unsigned h = s->history; h; h >>= 1)
        count += (int)(h & 1U);
    return (s->history & 7U) == 7U || count >= 7;
}
