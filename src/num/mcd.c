#include "shikumen/num/mcd.h"

#include <math.h>
#include <string.h>

#include "columns.h"
#include "mcd_starts.h"
#include "shikumen/num/sample.h"
#include "shikumen/num/special.h"

#define MAX_STEPS     100
#define KEEP_QUANTILE 0.975

/* Workspace of the search, in units of the robust scales. */
struct search {
    struct matrix z;
    size_t h;
    double *d2, *scratch; /* n each */
    size_t *index;        /* n */
    double *mean;         /* p */
    double *row;          /* p */
    struct matrix factor;
};

/* Factor of a covariance that is consistent for normal data when the share a of it that is nearest
 * to the centre was used. */
static double consistency(double a, double p)
{
    if (a >= 1)
        return 1;
    return a / gamma_lower(p / 2 + 1, chi2_quantile(a, p) / 2);
}

/* Mean and factored covariance of the first m rows in index. */
static enum err estimate(struct search *s, size_t m, double divisor)
{
    mcd_moments(&s->z, s->index, m, divisor, s->mean, &s->factor);
    return columns_factor(&s->factor);
}

static void distances(struct search *s)
{
    for (size_t i = 0; i < s->z.rows; i++) {
        double sum = 0;
        for (size_t j = 0; j < s->z.cols; j++)
            s->row[j] = matrix_col(&s->z, j)[i] - s->mean[j];
        linalg_forward(&s->factor, s->row);
        for (size_t j = 0; j < s->z.cols; j++)
            sum += s->row[j] * s->row[j];
        s->d2[i] = sum;
    }
}

/* From the distances of a start to the subset where C-steps end; they never raise the determinant.
 */
static enum err concentrate(struct search *s, double *log_det)
{
    size_t half = (s->z.rows + 1) / 2;
    mcd_smallest(s->d2, s->z.rows, half, s->scratch, s->index);
    enum err e = estimate(s, half, (double)half);
    double last = HUGE_VAL;
    for (int step = 0; step < MAX_STEPS && !e; step++) {
        distances(s);
        mcd_smallest(s->d2, s->z.rows, s->h, s->scratch, s->index);
        e = estimate(s, s->h, (double)s->h);
        if (e)
            break;
        *log_det = linalg_log_determinant(&s->factor);
        if (!(*log_det < last - 1e-12))
            break;
        last = *log_det;
    }
    return e;
}

/* Leaves the best subset in s->index. */
static enum err best_subset(struct search *s, struct arena *arena, double *log_det)
{
    size_t *best = arena_array(arena, s->h, sizeof *best);
    if (!best)
        return ERR_NOMEM;
    double least = HUGE_VAL, value;
    for (size_t start = 0; start < MCD_STARTS; start++) {
        enum err e = mcd_start(&s->z, start, arena, s->d2);
        if (!e)
            e = concentrate(s, &value);
        if (e)
            return e;
        if (value < least) {
            least = value;
            memcpy(best, s->index, s->h * sizeof *best);
        }
    }
    memcpy(s->index, best, s->h * sizeof *best);
    *log_det = least;
    return ERR_OK;
}

/* Reweighted estimates from those of the best subset; *kept observations. */
static enum err reweight(struct search *s, size_t *kept)
{
    size_t n = s->z.rows, m = 0;
    double p = (double)s->z.cols;
    enum err e = estimate(s, s->h, (double)s->h);
    if (e)
        return e;
    distances(s);
    double limit = chi2_quantile(KEEP_QUANTILE, p) * consistency((double)s->h / (double)n, p);
    for (size_t i = 0; i < n; i++)
        if (s->d2[i] <= limit)
            s->index[m++] = i;
    *kept = m;
    return estimate(s, m, (double)(m - 1) / consistency(KEEP_QUANTILE, p));
}

static enum err robust_units(const struct matrix *x, struct search *s, double *centre,
                             double *scale)
{
    for (size_t j = 0; j < x->cols; j++) {
        mcd_centre_scale(matrix_col(x, j), x->rows, s->scratch, &centre[j], &scale[j]);
        if (!isfinite(scale[j]))
            return ERR_NOT_FINITE;
        if (!(scale[j] > 0))
            return ERR_SINGULAR;
    }
    columns_standardise(x, centre, scale, &s->z);
    for (size_t i = 0; i < x->rows * x->cols; i++)
        if (!(fabs(s->z.at[i]) < 1e100))
            return ERR_NOT_FINITE;
    return ERR_OK;
}

static bool search_new(const struct matrix *x, struct arena *arena, struct search *s)
{
    size_t n = x->rows, p = x->cols;
    s->z = matrix_new(arena, n, p);
    s->factor = matrix_new(arena, p, p);
    s->d2 = arena_array(arena, 2 * n + 2 * p, sizeof *s->d2);
    s->index = arena_array(arena, n, sizeof *s->index);
    if (!s->z.at || !s->factor.at || !s->d2 || !s->index)
        return false;
    s->scratch = s->d2 + n;
    s->mean = s->scratch + n;
    s->row = s->mean + p;
    return true;
}

static enum err search_run(const struct matrix *x, struct arena *arena, struct search *s,
                           struct mcd *m)
{
    double *scale = m->robust.scale;
    enum err e = robust_units(x, s, m->robust.centre, scale);
    if (!e)
        e = best_subset(s, arena, &m->log_determinant);
    if (!e)
        e = reweight(s, &m->kept);
    if (e)
        return e;
    for (size_t j = 0; j < x->cols; j++) {
        m->robust.centre[j] += scale[j] * s->mean[j];
        m->log_determinant += 2 * log(scale[j]);
    }
    memcpy(m->robust.factor.at, s->factor.at, x->cols * x->cols * sizeof(double));
    matrix_multiply(&s->factor, 0, &m->robust.factor, 1, &m->covariance);
    for (size_t j = 0; j < x->cols; j++)
        for (size_t i = 0; i < x->cols; i++) {
            double *c = &matrix_col(&m->covariance, j)[i];
            *c *= scale[i] * scale[j];
            if (!isfinite(*c))
                return ERR_NOT_FINITE;
        }
    return ERR_OK;
}

static enum err fit(const struct matrix *x, struct arena *arena, struct mcd *m)
{
    size_t p = x->cols;
    struct mahalanobis *r = &m->robust;
    *r = (struct mahalanobis){.n = x->rows, .p = p};
    r->centre = arena_array(arena, 2 * p, sizeof *r->centre);
    r->factor = matrix_new(arena, p, p);
    m->covariance = matrix_new(arena, p, p);
    if (!r->centre || !r->factor.at || !m->covariance.at)
        return ERR_NOMEM;
    r->scale = r->centre + p;
    struct search s = {.h = m->h};
    struct arena_mark mark = arena_mark(arena);
    enum err e = search_new(x, arena, &s) ? search_run(x, arena, &s, m) : ERR_NOMEM;
    arena_rewind(arena, mark);
    return e;
}

enum err mcd_fit(const struct matrix *x, double support, struct arena *arena, struct mcd *out)
{
    size_t n = x->rows, p = x->cols;
    if (p == 0 || n < 2 * p + 2)
        return ERR_TOO_FEW;
    enum err e = sample_check(x->at, n * p, 1);
    if (e)
        return e;
    if (!(support >= 0.5 && support <= 1))
        return ERR_RANGE;
    size_t k = (n + p + 1) / 2;
    struct mcd m = {.h = 2 * k - n + (size_t)(2 * (double)(n - k) * support)};
    struct arena_mark mark = arena_mark(arena);
    e = fit(x, arena, &m);
    if (e)
        arena_rewind(arena, mark);
    else
        *out = m;
    return e;
}
