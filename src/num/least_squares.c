#include "least_squares.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "shikumen/num/sample.h"
#include "shikumen/num/stats.h"

/* 2^-e for the e with |a| in [2^(e-1), 2^e), within what can be multiplied safely; 1 for 0. */
static double unit_of(double a)
{
    int exponent = 0;

    frexp(a, &exponent);
    return ldexp(1, exponent < -1000 ? 1000 : exponent > 1000 ? -1000 : -exponent);
}

static double largest(const double *x, size_t n)
{
    double most = 0;

    for (size_t i = 0; i < n; i++)
        if (fabs(x[i]) > most)
            most = fabs(x[i]);
    return most;
}

/* Sums run four side by side: no long chain of additions, and one order on every machine. */
static double sum_of(const double *a, size_t n)
{
    double part[4] = {0};
    size_t i = 0;

    for (; i + 4 <= n; i += 4)
        for (size_t l = 0; l < 4; l++)
            part[l] += a[i + l];
    for (; i < n; i++)
        part[0] += a[i];
    return (part[0] + part[1]) + (part[2] + part[3]);
}

static double sum_of_products(const double *a, const double *b, size_t n)
{
    double part[4] = {0};
    size_t i = 0;

    for (; i + 4 <= n; i += 4)
        for (size_t l = 0; l < 4; l++)
            part[l] += a[i + l] * b[i + l];
    for (; i < n; i++)
        part[0] += a[i] * b[i];
    return (part[0] + part[1]) + (part[2] + part[3]);
}

static double mean_of(const struct least_squares *ls, const double *a)
{
    const double *w = ls->scaled_weight;

    return (w ? sum_of_products(a, w, ls->n) : sum_of(a, ls->n)) / ls->weight_sum;
}

static double subtract(const double *x, double centre, double *z, size_t n)
{
    double most = 0;

    for (size_t i = 0; i < n; i++) {
        z[i] = x[i] - centre;
        if (fabs(z[i]) > most)
            most = fabs(z[i]);
    }
    return most;
}

/* The largest |z_i| of the rows of positive weight: what the others hold must set no scale. */
static double largest_counted(const struct least_squares *ls, const double *z)
{
    double most = 0;

    for (size_t i = 0; i < ls->n; i++)
        if (ls->scaled_weight[i] > 0 && fabs(z[i]) > most)
            most = fabs(z[i]);
    return most;
}

/* z becomes x centred, if so told, and scaled; a second pass takes the rounding of the first mean
 * away. A column that is nothing but rounding in the rows that count becomes 0. */
static enum err take_column(const struct least_squares *ls, const double *x, bool intercept,
                            double *z, struct regress_column *c)
{
    size_t n = ls->n;
    double most;

    *c = (struct regress_column){.scale = 1};
    if (intercept)
        c->centre = mean_of(ls, x);
    most = subtract(x, c->centre, z, n);
    if (intercept) {
        c->centre_low = mean_of(ls, z);
        most = subtract(z, c->centre_low, z, n);
    }
    if (!isfinite(most) || !isfinite(c->centre_low))
        return ERR_NOT_FINITE;
    if (ls->scaled_weight)
        most = largest_counted(ls, z);
    c->scale = most > 16 * DBL_EPSILON * fabs(c->centre) ? unit_of(most) : 0;
    for (size_t i = 0; i < n; i++)
        z[i] *= c->scale;
    if (c->scale <= 0)
        c->scale = 1;
    return ERR_OK;
}

static enum err take_weights(struct least_squares *ls, const double *weight, struct arena *arena)
{
    ls->weight_unit = 1;
    ls->weight_sum = (double)ls->n;
    ls->counted = ls->n;
    if (!weight)
        return ERR_OK;
    ls->root_weight = arena_array(arena, ls->n, sizeof *ls->root_weight);
    ls->scaled_weight = arena_array(arena, ls->n, sizeof *ls->scaled_weight);
    if (!ls->root_weight || !ls->scaled_weight)
        return ERR_NOMEM;
    ls->weight_unit = unit_of(largest(weight, ls->n));
    ls->weight_sum = 0;
    for (size_t i = 0; i < ls->n; i++) {
        double w = weight[i] * ls->weight_unit;

        ls->scaled_weight[i] = w;
        ls->root_weight[i] = sqrt(w);
        ls->weight_sum += w;
        ls->counted -= !(w > 0);
    }
    ls->weight_unit = 1 / ls->weight_unit;
    return ERR_OK;
}

static enum err check(const struct matrix *x, const double *y, const double *weight)
{
    enum err e = x->cols < 1 ? ERR_RANGE : sample_check(y, x->rows, 1);

    if (e == ERR_OK)
        e = sample_check(x->at, x->rows * x->cols, 1);
    if (e == ERR_OK && weight)
        e = sample_check(weight, x->rows, 1);
    for (size_t i = 0; e == ERR_OK && weight && i < x->rows; i++)
        if (weight[i] < 0)
            e = ERR_RANGE;
    return e;
}

/* Order of the rows of a block: the k of largest weight first, because these meet the reflections
 * as pivots. A wild value of nearly no weight must not be one: its sqrt(w) v would swallow the sums
 * (row order after Powell & Reid 1969 [M]). */
static void heaviest_first(const double *root_weight, size_t rows, size_t k, size_t *order)
{
    for (size_t i = 0; i < rows; i++)
        order[i] = i;
    for (size_t i = 0; root_weight && i < k; i++) {
        size_t best = i, swap = order[i];

        for (size_t j = i + 1; j < rows; j++)
            if (root_weight[order[j]] > root_weight[order[best]])
                best = j;
        order[i] = order[best];
        order[best] = swap;
    }
}

/* QR of rows from..from+rows of sqrt(W) Z; its R and Q^T v go to rows at.. of r and q. */
static enum err reduce_block(const struct least_squares *ls, size_t from, size_t rows, size_t at,
                             struct matrix *r, double *q, struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    struct matrix block = matrix_new(arena, rows, ls->k);
    double *v = arena_array(arena, rows, sizeof *v);
    size_t *order = arena_array(arena, rows, sizeof *order);
    const double *weight = ls->root_weight ? ls->root_weight + from : NULL;
    struct qr qr;
    enum err e = block.at && v && order ? ERR_OK : ERR_NOMEM;

    if (e == ERR_OK)
        heaviest_first(weight, rows, ls->k, order);
    for (size_t j = 0; e == ERR_OK && j <= ls->k; j++) {
        const double *source = (j < ls->k ? matrix_col(&ls->z, j) : ls->v) + from;
        double *to = j < ls->k ? matrix_col(&block, j) : v;

        for (size_t i = 0; i < rows; i++)
            to[i] = weight ? weight[order[i]] * source[order[i]] : source[order[i]];
    }
    if (e == ERR_OK)
        e = linalg_qr(&block, &qr, arena);
    if (e == ERR_OK)
        e = linalg_qr_transform(&qr, v, arena);
    for (size_t i = 0; e == ERR_OK && i < ls->k; i++) {
        q[at + i] = v[i];
        for (size_t j = i; j < ls->k; j++)
            matrix_col(r, qr.pivot[j])[at + i] = matrix_col(&qr.a, j)[i];
    }
    arena_rewind(arena, mark);
    return e;
}

/* Blocks stay in the cache of a core; their triangles, stacked, are the same problem with fewer
 * rows. */
static enum err reduce_rows(struct least_squares *ls, struct arena *arena)
{
    size_t wanted = 256 > 4 * ls->k ? 256 : 4 * ls->k;
    size_t blocks = ls->n / wanted > 1 ? ls->n / wanted : 1, from = 0;
    struct least_squares stack = {.n = blocks * ls->k, .k = ls->k};
    enum err e = ERR_OK;

    stack.z = matrix_new(arena, stack.n, ls->k);
    stack.v = arena_array(arena, stack.n, sizeof *stack.v);
    ls->r = matrix_new(arena, ls->k, ls->k);
    ls->q = arena_array(arena, ls->k, sizeof *ls->q);
    if (!stack.z.at || !stack.v || !ls->r.at || !ls->q)
        return ERR_NOMEM;
    for (size_t b = 0; e == ERR_OK && b < blocks; b++) {
        size_t to = ls->n * (b + 1) / blocks;

        e = reduce_block(ls, from, to - from, b * ls->k, &stack.z, stack.v, arena);
        from = to;
    }
    return e ? e : reduce_block(&stack, 0, stack.n, 0, &ls->r, ls->q, arena);
}

enum err least_squares_reduce(const struct matrix *x, const double *y, const double *weight,
                              bool intercept, struct arena *arena, struct least_squares *out)
{
    struct least_squares ls = {.n = x->rows, .k = x->cols};
    enum err e = check(x, y, weight);

    if (e == ERR_OK)
        e = take_weights(&ls, weight, arena);
    if (e)
        return e;
    if (ls.counted <= ls.k + intercept)
        return ERR_TOO_FEW;
    ls.z = matrix_new(arena, ls.n, ls.k);
    ls.v = arena_array(arena, ls.n, sizeof *ls.v);
    ls.column = arena_array(arena, ls.k, sizeof *ls.column);
    if (!ls.z.at || !ls.v || !ls.column)
        return ERR_NOMEM;
    e = take_column(&ls, y, intercept, ls.v, &ls.y);
    if (e == ERR_OK && least_squares_norm2(&ls, ls.v) <= 0)
        e = ERR_CONSTANT;
    for (size_t j = 0; e == ERR_OK && j < ls.k; j++)
        e = take_column(&ls, matrix_col(x, j), intercept, matrix_col(&ls.z, j), &ls.column[j]);
    if (e == ERR_OK)
        e = reduce_rows(&ls, arena);
    if (e == ERR_OK)
        *out = ls;
    return e;
}

void least_squares_residual(const struct least_squares *ls, const double *b, double *r)
{
    memcpy(r, ls->v, ls->n * sizeof *r);
    for (size_t j = 0; j < ls->k; j++) {
        const double *z = matrix_col(&ls->z, j);

        for (size_t i = 0; i < ls->n; i++)
            r[i] -= b[j] * z[i];
    }
}

double least_squares_norm2(const struct least_squares *ls, const double *a)
{
    double part[4] = {0};

    if (!ls->root_weight)
        return sum_of_products(a, a, ls->n);
    for (size_t i = 0; i < ls->n; i++)
        part[i & 3] += ls->root_weight[i] * a[i] * (ls->root_weight[i] * a[i]);
    return (part[0] + part[1]) + (part[2] + part[3]);
}

/* total -= b * c, the product without rounding. */
static void subtract_product(struct running_sum *total, double b, double c)
{
    double product = b * c;

    running_sum_add(total, -product);
    running_sum_add(total, -fma(b, c, -product));
}

enum err least_squares_coefficients(const struct least_squares *ls, bool intercept, const double *b,
                                    double *coefficient)
{
    struct running_sum first = {ls->y.centre, ls->y.centre_low};
    double *slope = coefficient + intercept;

    for (size_t j = 0; j < ls->k; j++) {
        const struct regress_column *c = &ls->column[j];

        slope[j] = b[j] * (c->scale / ls->y.scale);
        subtract_product(&first, slope[j], c->centre);
        subtract_product(&first, slope[j], c->centre_low);
    }
    if (intercept)
        coefficient[0] = running_sum_value(&first);
    return sample_check(coefficient, ls->k + intercept, 1);
}
