#include <float.h>
#include <math.h>

#include "ssi_order.h"

/* With a small change dT of the Toeplitz matrix the observability matrix O = U becomes U + dT V
 * S^-1, up to a change of state; then, psi and x being right and left eigenvectors of A =
 * pinv(O_up) O_down, dmu = x^T pinv(O_up) (dO_down - mu dO_up) psi / (x^T psi) = sum_rc g_r^T dT_rc
 * w_c / (x^T psi), w = V S^-1 psi, z^T = x^T pinv(O_up), g_r = z_(r-1) - mu z_r. It is linear in
 * the correlations: one gradient per pole serves all blocks. */

static size_t nearest(const double complex *mu, size_t n, double complex to)
{
    size_t best = 0;

    for (size_t j = 1; j < n; j++)
        if (cabs(mu[j] - to) < cabs(mu[best] - to))
            best = j;
    return best;
}

enum err ssi_left_vectors(const struct ssi_order *o, struct ssi_left *out, struct arena *arena)
{
    size_t n = o->n;
    struct matrix at = matrix_new(arena, n, n);
    double complex *mu = arena_array(arena, n, sizeof *mu),
                   *x = arena_array(arena, n * n, sizeof *x);

    out->x = arena_array(arena, n * n, sizeof *out->x);
    out->gram = matrix_new(arena, n, n);
    if (!at.at || !mu || !x || !out->x || !out->gram.at)
        return ERR_NOMEM;
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < n; i++)
            matrix_col(&at, j)[i] = matrix_col(&o->a, i)[j];
    enum err e = linalg_eigen_general(&at, mu, x, arena);
    if (e)
        return e;
    for (size_t j = 0; j < n; j++) {
        size_t from = nearest(mu, n, o->mu[j]);

        for (size_t i = 0; i < n; i++)
            out->x[j * n + i] = x[from * n + i];
    }
    return linalg_qr_inverse_gram(&o->qr, &out->gram, arena);
}

/* A complex array as two real ones. */
struct split {
    double *re, *im;
};

static enum err split_new(struct split *s, size_t n, struct arena *arena)
{
    s->re = arena_array(arena, n, sizeof *s->re);
    s->im = arena_array(arena, n, sizeof *s->im);
    return s->re && s->im ? ERR_OK : ERR_NOMEM;
}

static void split_add(struct split *s, size_t at, double re, double im)
{
    s->re[at] += re;
    s->im[at] += im;
}

/* w = V S^-1 psi */
static void fill_w(const struct ssi_order *o, const double complex *psi, struct split *w)
{
    const struct matrix *vt = &o->svd->vt;

    for (size_t q = 0; q < vt->cols; q++)
        for (size_t j = 0; j < o->n; j++) {
            double v = matrix_col(vt, q)[j] / o->svd->s[j];

            split_add(w, q, v * creal(psi[j]), v * cimag(psi[j]));
        }
}

/* g from z = O_up (O_up^T O_up)^-1 x; block rows of z start at g's second. */
static void fill_g(const struct ssi_order *o, const struct ssi_left *left, const double complex *x,
                   double complex mu, struct split *g)
{
    size_t n = o->n, l = o->c->channels, rows = o->svd->u.rows - l;

    for (size_t j = 0; j < n; j++) {
        const double *gram = matrix_col(&left->gram, j), *u = matrix_col(&o->svd->u, j);
        double re = 0.0, im = 0.0;

        for (size_t i = 0; i < n; i++) {
            re += gram[i] * creal(x[i]);
            im += gram[i] * cimag(x[i]);
        }
        double mu_re = creal(mu) * re - cimag(mu) * im, mu_im = creal(mu) * im + cimag(mu) * re;
        for (size_t q = 0; q < rows; q++) {
            split_add(g, q + l, u[q] * re, u[q] * im);
            split_add(g, q, -u[q] * mu_re, -u[q] * mu_im);
        }
    }
}

static void add_outer(const struct split *g, size_t row, const struct split *w, size_t col,
                      size_t l, struct split *out, size_t at)
{
    for (size_t b = 0; b < l; b++) {
        double wr = w->re[col + b], wi = w->im[col + b];

        for (size_t a = 0; a < l; a++) {
            double gr = g->re[row + a], gi = g->im[row + a];

            out->re[at + b * l + a] += gr * wr - gi * wi;
            out->im[at + b * l + a] += gr * wi + gi * wr;
        }
    }
}

/* dmu x^T psi = sum of gradient * dR over lags and channels. */
static void fill_gradient(const struct ssi_order *o, const struct split *g, const struct split *w,
                          struct split *gradient)
{
    size_t l = o->c->channels, rows = o->settings->block_rows;

    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < rows; c++)
            add_outer(g, r * l, w, c * l, l, gradient, (rows + r - c) * l * l);
}

static double complex block_change(const struct ssi_order *o, const struct split *gradient,
                                   size_t block)
{
    size_t square = o->c->channels * o->c->channels, size = 2 * o->settings->block_rows * square;
    const double *r = o->c->block + block * o->c->lags * square;
    double re = 0.0, im = 0.0;

    for (size_t j = 0; j < size; j++) {
        double d = r[j] - o->c->r[j];

        re += gradient->re[j] * d;
        im += gradient->im[j] * d;
    }
    return CMPLX(re, im);
}

/* First-order changes of frequency and damping that go with dmu. */
static void pole_change(double complex mu, double complex dmu, double fs_hz, double *df,
                        double *dzeta)
{
    double complex lambda = clog(mu), d = dmu / mu;
    double modulus = cabs(lambda);
    double dmodulus = (creal(lambda) * creal(d) + cimag(lambda) * cimag(d)) / modulus;

    *df = dmodulus * fs_hz / (2.0 * M_PI);
    *dzeta = (creal(lambda) * dmodulus / modulus - creal(d)) / modulus;
}

double ssi_scatter(const double *change, size_t blocks)
{
    double n = 0.0, mean = 0.0, m2 = 0.0;

    for (size_t b = 0; b < blocks; b++) {
        double d = change[b] - mean;

        n += 1.0;
        mean += d / n;
        m2 += d * (change[b] - mean);
    }
    double se = n > 1.0 ? sqrt(m2 / (n * (n - 1.0))) : 0.0;
    return isfinite(se) ? se : 0.0;
}

static void scatter_of_blocks(const struct ssi_order *o, const struct split *gradient,
                              double complex mu, double complex scale, double *change,
                              struct ssi_pole *pole)
{
    size_t blocks = o->c->blocks;

    for (size_t b = 0; b < blocks; b++)
        pole_change(mu, block_change(o, gradient, b) / scale, o->settings->fs_hz, &change[b],
                    &change[blocks + b]);
    pole->f_se_hz = ssi_scatter(change, blocks);
    pole->zeta_se = ssi_scatter(change + blocks, blocks);
    if (pole->f_se_hz > 0.0 && pole->zeta_se > 0.0) {
        pole->f_change_hz = change;
        pole->zeta_change = change + blocks;
    }
}

static double complex product(const double complex *x, const double complex *psi, size_t n)
{
    double complex sum = 0.0;

    for (size_t i = 0; i < n; i++)
        sum += x[i] * psi[i];
    return sum;
}

enum err ssi_standard_errors(const struct ssi_order *o, const struct ssi_left *left, size_t j,
                             double *change, struct ssi_pole *pole, struct arena *arena)
{
    size_t n = o->n, size = o->svd->u.rows, l = o->c->channels;
    const double complex *x = left->x + j * n, *psi = o->psi + j * n;
    double complex scale = product(x, psi, n);
    struct split w, g, gradient;

    if (cabs(scale) < 1e-10 || o->svd->s[n - 1] <= (double)size * DBL_EPSILON * o->svd->s[0])
        return ERR_OK;
    struct arena_mark mark = arena_mark(arena);
    if (split_new(&w, size, arena) || split_new(&g, size, arena) ||
        split_new(&gradient, 2 * o->settings->block_rows * l * l, arena)) {
        arena_rewind(arena, mark);
        return ERR_NOMEM;
    }
    fill_w(o, psi, &w);
    fill_g(o, left, x, o->mu[j], &g);
    fill_gradient(o, &g, &w, &gradient);
    scatter_of_blocks(o, &gradient, o->mu[j], scale, change, pole);
    arena_rewind(arena, mark);
    return ERR_OK;
}
