#include "shikumen/num/ssi.h"

#include <math.h>
#include <string.h>

#include "shikumen/num/modal.h"
#include "ssi_order.h"

struct ssi_settings ssi_defaults(double fs_hz)
{
    return (struct ssi_settings){.fs_hz = fs_hz,
                                 .block_rows = 40,
                                 .order_min = 2,
                                 .order_max = 60,
                                 .order_step = 2,
                                 .zeta_max = 0.10,
                                 .mpc_min = 0.7,
                                 .mpd_max = 0.4,
                                 .f_change = 0.02,
                                 .zeta_change = 0.1,
                                 .mac_change = 0.03};
}

static enum err check(const struct correlations *c, const struct ssi_settings *s)
{
    bool sizes = c->channels >= 1 && s->block_rows >= 2 && s->block_rows <= 10000 &&
                 c->lags >= 2 * s->block_rows && s->order_min >= 2 && s->order_step >= 1 &&
                 s->order_step <= s->order_max && s->order_max >= s->order_min &&
                 s->order_max <= c->channels * (s->block_rows - 1);
    bool values = s->fs_hz > 0.0 && isfinite(s->fs_hz) && s->zeta_max > 0.0 && s->mpc_min >= 0.0 &&
                  s->mpd_max >= 0.0 && s->f_change > 0.0 && s->zeta_change > 0.0 &&
                  s->mac_change > 0.0;

    return sizes && values ? ERR_OK : ERR_RANGE;
}

/* Block (r, c) = R_(i + r - c). */
static void fill_toeplitz(const struct correlations *c, size_t i, struct matrix *t)
{
    size_t l = c->channels;

    for (size_t col = 0; col < i; col++)
        for (size_t b = 0; b < l; b++)
            for (size_t row = 0; row < i; row++)
                memcpy(matrix_col(t, col * l + b) + row * l, c->r + ((i + row - col) * l + b) * l,
                       l * sizeof(double));
}

static enum err decompose(const struct correlations *c, size_t i, struct svd *svd, struct ssi *out,
                          struct arena *arena)
{
    struct matrix t = matrix_new(arena, i * c->channels, i * c->channels);

    if (!t.at)
        return ERR_NOMEM;
    fill_toeplitz(c, i, &t);
    enum err e = linalg_svd(&t, svd, arena);
    if (e)
        return e;
    memcpy(out->s, svd->s, svd->k * sizeof *out->s);
    return svd->s[0] > 0.0 ? ERR_OK : ERR_CONSTANT;
}

/* A by least squares from the observability matrix without its last and without its first block. */
static enum err solve_state_matrix(struct ssi_order *o, struct arena *arena)
{
    size_t l = o->c->channels, rows = o->svd->u.rows - l;
    struct matrix up = matrix_new(arena, rows, o->n);
    double *y = arena_array(arena, rows, sizeof *y);

    o->a = matrix_new(arena, o->n, o->n);
    if (!up.at || !y || !o->a.at)
        return ERR_NOMEM;
    for (size_t j = 0; j < o->n; j++)
        memcpy(matrix_col(&up, j), matrix_col(&o->svd->u, j), rows * sizeof *y);
    enum err e = linalg_qr(&up, &o->qr, arena);
    for (size_t j = 0; j < o->n && !e; j++) {
        memcpy(y, matrix_col(&o->svd->u, j) + l, rows * sizeof *y);
        e = linalg_qr_transform(&o->qr, y, arena);
        if (!e)
            linalg_qr_solve(&o->qr, y, matrix_col(&o->a, j));
    }
    return e;
}

static enum err solve_order(struct ssi_order *o, struct arena *arena)
{
    enum err e = solve_state_matrix(o, arena);
    if (e)
        return e;
    struct matrix a = matrix_new(arena, o->n, o->n);
    o->mu = arena_array(arena, o->n, sizeof *o->mu);
    o->psi = arena_array(arena, o->n * o->n, sizeof *o->psi);
    if (!a.at || !o->mu || !o->psi)
        return ERR_NOMEM;
    memcpy(a.at, o->a.at, o->n * o->n * sizeof *a.at);
    return linalg_eigen_general(&a, o->mu, o->psi, arena);
}

static void fill_shape(const struct ssi_order *o, size_t j, double complex *shape)
{
    size_t l = o->c->channels;

    for (size_t a = 0; a < l; a++) {
        double re = 0.0, im = 0.0;

        for (size_t i = 0; i < o->n; i++) {
            re += matrix_col(&o->svd->u, i)[a] * creal(o->psi[j * o->n + i]);
            im += matrix_col(&o->svd->u, i)[a] * cimag(o->psi[j * o->n + i]);
        }
        shape[a] = CMPLX(re, im);
    }
    modal_normalise(shape, l);
}

/* Where what the poles keep is put: shapes, then changes per block. */
struct keep {
    double complex *shapes;
    double *changes;
};

/* The pole of eigenvalue j; false when it is none of a vibrating pair below Nyquist. */
static bool fill_pole(const struct ssi_order *o, size_t j, double complex *shape,
                      struct ssi_pole *pole)
{
    const struct ssi_settings *s = o->settings;
    struct ssi_pole p = {.order = o->n, .shape = shape};

    if (!(cimag(o->mu[j]) > 0.0))
        return false;
    ssi_pole_of(o->mu[j], s->fs_hz, &p.f_hz, &p.zeta);
    if (!(p.f_hz > 0.0 && p.f_hz < 0.5 * s->fs_hz))
        return false;
    fill_shape(o, j, shape);
    p.mpc = modal_mpc(shape, o->c->channels);
    p.mpd = modal_mpd(shape, o->c->channels);
    p.hard = p.zeta > 0.0 && p.zeta < s->zeta_max && p.mpc >= s->mpc_min && p.mpd <= s->mpd_max;
    *pole = p;
    return true;
}

static void insert_by_frequency(struct ssi *out, size_t first, struct ssi_pole p)
{
    size_t at = out->poles++;

    for (; at > first && out->pole[at - 1].f_hz > p.f_hz; at--)
        out->pole[at] = out->pole[at - 1];
    out->pole[at] = p;
}

static enum err collect_poles(const struct ssi_order *o, const struct keep *k, struct ssi *out,
                              struct arena *arena)
{
    size_t first = out->poles, l = o->c->channels;
    struct ssi_left left = {0};
    bool uncertainty = o->c->blocks > 0 && o->qr.rank == o->n;
    enum err e = uncertainty ? ssi_left_vectors(o, &left, arena) : ERR_OK;

    for (size_t j = 0; j < o->n && !e; j++) {
        struct ssi_pole p;

        if (!fill_pole(o, j, k->shapes + out->poles * l, &p))
            continue;
        if (p.hard && uncertainty)
            e = ssi_standard_errors(o, &left, j, k->changes + 2 * o->c->blocks * out->poles, &p,
                                    arena);
        insert_by_frequency(out, first, p);
    }
    return e;
}

static void compare(struct ssi_pole *p, const struct ssi_pole *before, const struct ssi_settings *s,
                    size_t channels)
{
    p->stable_f = fabs(p->f_hz - before->f_hz) < s->f_change * before->f_hz;
    p->stable_zeta = fabs(p->zeta - before->zeta) < s->zeta_change * before->zeta;
    p->stable_shape = 1.0 - modal_mac(p->shape, before->shape, channels) < s->mac_change;
}

/* Compares each hard pole of an order with the nearest hard pole one order before. */
static void judge_stability(struct ssi *out, size_t before, size_t first,
                            const struct ssi_settings *s)
{
    for (size_t i = first; i < out->poles; i++) {
        struct ssi_pole *p = out->pole + i;
        const struct ssi_pole *best = NULL;
        double least = HUGE_VAL;

        for (size_t j = before; j < first && p->hard; j++) {
            const struct ssi_pole *q = out->pole + j;
            double d = fabs(p->f_hz - q->f_hz) / fmax(p->f_hz, q->f_hz) + 1.0 -
                       modal_mac(p->shape, q->shape, out->channels);

            if (q->hard && d < least) {
                least = d;
                best = q;
            }
        }
        if (best)
            compare(p, best, s, out->channels);
    }
}

static enum err run_orders(const struct correlations *c, const struct ssi_settings *s,
                           const struct svd *svd, const struct keep *k, struct ssi *out,
                           struct arena *arena)
{
    size_t before = 0;

    for (size_t n = s->order_min; n <= s->order_max; n += s->order_step) {
        struct arena_mark mark = arena_mark(arena);
        struct ssi_order o = {.c = c, .settings = s, .svd = svd, .n = n};
        size_t first = out->poles;
        enum err e = solve_order(&o, arena);

        if (!e)
            e = collect_poles(&o, k, out, arena);
        arena_rewind(arena, mark);
        if (e)
            return e;
        judge_stability(out, before, first, s);
        before = first;
        out->orders++;
    }
    return ERR_OK;
}

enum err ssi_identify(const struct correlations *c, const struct ssi_settings *s, struct ssi *out,
                      struct arena *arena)
{
    if (check(c, s))
        return ERR_RANGE;
    struct arena_mark start = arena_mark(arena);
    size_t most = 0, l = c->channels;
    for (size_t n = s->order_min; n <= s->order_max; n += s->order_step)
        most += n / 2;
    struct ssi made = {.channels = l, .blocks = c->blocks, .singular_values = l * s->block_rows};
    made.s = arena_array(arena, made.singular_values, sizeof *made.s);
    made.pole = arena_array(arena, most, sizeof *made.pole);
    struct keep k = {.shapes = arena_array(arena, (most + 1) * l, sizeof *k.shapes),
                     .changes = arena_array(arena, 2 * c->blocks * most, sizeof *k.changes)};
    if (!made.s || !made.pole || !k.shapes || !k.changes)
        return ERR_NOMEM;
    struct arena_mark mark = arena_mark(arena);
    struct svd svd;
    enum err e = decompose(c, s->block_rows, &svd, &made, arena);
    if (!e)
        e = run_orders(c, s, &svd, &k, &made, arena);
    arena_rewind(arena, e ? start : mark);
    if (!e)
        *out = made;
    return e;
}
