#include <math.h>
#include <string.h>

#include "least_squares.h"
#include "shikumen/num/sample.h"
#include "shikumen/num/special.h"
#include "shikumen/num/stats.h"

enum err regress_values(const struct regression *fit, const struct matrix *x, double *fitted)
{
    const double *slope = fit->coefficient + fit->intercept;

    if (x->cols != fit->k)
        return ERR_RANGE;
    for (size_t i = 0; i < x->rows; i++)
        fitted[i] = fit->intercept ? fit->coefficient[0] : 0;
    for (size_t j = 0; j < fit->k; j++) {
        const double *column = matrix_col(x, j);

        for (size_t i = 0; i < x->rows; i++)
            fitted[i] += slope[j] * column[i];
    }
    return sample_check(fitted, x->rows, 1);
}

/* Adds column j of x, as the fit sees it, to the basis; scaled: one value per row. */
static void add_column(const struct regression *fit, size_t j, const double *column, double *scaled,
                       struct matrix *z)
{
    double unit = 1 / sqrt(fit->weight_unit);

    for (size_t i = 0; i < z->rows; i++)
        scaled[i] = least_squares_scaled(&fit->column[j], column[i]) * unit;
    for (size_t l = 0; l < fit->inverse.cols; l++) {
        double *to = matrix_col(z, l + fit->intercept), share = matrix_col(&fit->inverse, l)[j];

        for (size_t i = 0; share != 0 && i < z->rows; i++)
            to[i] += share * scaled[i];
    }
}

enum err regress_basis(const struct regression *fit, const struct matrix *x, struct arena *arena,
                       struct matrix *z)
{
    struct arena_mark start = arena_mark(arena), scratch;
    struct matrix basis;
    double *scaled;
    enum err e;

    if (x->cols != fit->k)
        return ERR_RANGE;
    basis = matrix_new(arena, x->rows, fit->rank);
    scratch = arena_mark(arena);
    scaled = arena_array(arena, x->rows, sizeof *scaled);
    e = basis.at && scaled ? ERR_OK : ERR_NOMEM;
    for (size_t i = 0; e == ERR_OK && fit->intercept && i < x->rows; i++)
        basis.at[i] = 1 / sqrt(fit->weight_unit * fit->weight_sum);
    for (size_t j = 0; e == ERR_OK && j < fit->k; j++)
        if (!fit->dropped[j + fit->intercept])
            add_column(fit, j, matrix_col(x, j), scaled, &basis);
    if (e == ERR_OK)
        e = sample_check(basis.at, x->rows * fit->rank, 1);
    arena_rewind(arena, e ? start : scratch);
    if (e == ERR_OK)
        *z = basis;
    return e;
}

enum err regress_predict(const struct regression *fit, const double *row, double level,
                         struct regress_prediction *out)
{
    double unit = 1 / fit->weight_unit;
    double h = fit->intercept ? unit / fit->weight_sum : 0, t;
    struct running_sum value = {fit->intercept ? fit->coefficient[0] : 0, 0};
    struct regress_prediction p;

    if (!(level > 0 && level < 1))
        return ERR_RANGE;
    for (size_t l = 0; l < fit->inverse.cols; l++) {
        double z = 0;

        for (size_t j = 0; j < fit->k; j++)
            if (!fit->dropped[j + fit->intercept])
                z +=
                    matrix_col(&fit->inverse, l)[j] * least_squares_scaled(&fit->column[j], row[j]);
        h += z * z * unit;
    }
    for (size_t j = 0; j < fit->k; j++)
        running_sum_add(&value, fit->coefficient[j + fit->intercept] * row[j]);
    t = student_quantile(0.5 + level / 2, (double)fit->df);
    p.value = running_sum_value(&value);
    p.s_mean = fit->s * sqrt(h);
    p.s_value = fit->s * sqrt(1 + h);
    p.half_mean = t * p.s_mean;
    p.half_value = t * p.s_value;
    if (!isfinite(p.value) || !isfinite(p.half_mean) || !isfinite(p.half_value))
        return ERR_NOT_FINITE;
    *out = p;
    return ERR_OK;
}

enum err regress_leverage(const struct regression *fit, const struct matrix *x,
                          const double *weight, struct arena *arena, double *h)
{
    struct arena_mark mark = arena_mark(arena);
    struct matrix z;
    enum err e = regress_basis(fit, x, arena, &z);

    if (e == ERR_OK) {
        memset(h, 0, x->rows * sizeof *h);
        for (size_t l = 0; l < z.cols; l++)
            for (size_t i = 0; i < z.rows; i++)
                h[i] += pow((weight ? sqrt(weight[i]) : 1) * matrix_col(&z, l)[i], 2);
        e = sample_check(h, x->rows, 1);
    }
    arena_rewind(arena, mark);
    return e;
}

enum err regress_score(const double *y, const double *predicted, size_t n,
                       struct regress_score *out)
{
    struct running_sum sse = {0}, sst = {0};
    struct regress_score score;
    double m;
    enum err e = sample_check(y, n, 2);

    if (e == ERR_OK)
        e = sample_check(predicted, n, 2);
    if (e == ERR_OK)
        e = sample_varies(y, n);
    if (e == ERR_OK)
        e = mean(y, n, &m);
    if (e)
        return e;
    for (size_t i = 0; i < n; i++) {
        running_sum_add(&sse, (y[i] - predicted[i]) * (y[i] - predicted[i]));
        running_sum_add(&sst, (y[i] - m) * (y[i] - m));
    }
    score.sse = running_sum_value(&sse);
    score.sst = running_sum_value(&sst);
    score.skill = 1 - score.sse / score.sst;
    score.rmse = sqrt(score.sse / (double)n);
    if (!isfinite(score.sse) || !isfinite(score.sst) || !isfinite(score.skill))
        return ERR_NOT_FINITE;
    *out = score;
    return ERR_OK;
}

static bool complete(const struct regress_term *term, size_t terms, const double *y, size_t i)
{
    if (!isfinite(y[i]))
        return false;
    for (size_t j = 0; j < terms; j++)
        if (i < term[j].lag || !isfinite(term[j].series[i - term[j].lag]))
            return false;
    return true;
}

enum err regress_design(const struct regress_term *term, size_t terms, const double *y, size_t n,
                        struct arena *arena, struct regress_design *out)
{
    struct regress_design d = {0};
    size_t rows = 0, at = 0;

    if (terms < 1)
        return ERR_RANGE;
    for (size_t i = 0; i < n; i++)
        rows += complete(term, terms, y, i);
    if (rows < 1)
        return ERR_TOO_FEW;
    d.x = matrix_new(arena, rows, terms);
    d.y = arena_array(arena, rows, sizeof *d.y);
    d.row = arena_array(arena, rows, sizeof *d.row);
    if (!d.x.at || !d.y || !d.row)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++) {
        if (!complete(term, terms, y, i))
            continue;
        for (size_t j = 0; j < terms; j++)
            matrix_col(&d.x, j)[at] = term[j].series[i - term[j].lag];
        d.y[at] = y[i];
        d.row[at++] = i;
    }
    *out = d;
    return ERR_OK;
}
