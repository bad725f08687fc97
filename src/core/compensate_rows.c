#include "compensate_rows.h"

#include <math.h>
#include <string.h>

#include "shikumen/num/order.h"

#define DEPENDENT 1e-7 /* share of a column's square that others must leave of it */

static bool is_complete(const struct compensate_data *d, const size_t *candidate, size_t count,
                        size_t i)
{
    bool complete = isfinite(d->y[i]);

    for (size_t j = 0; j < count && complete; j++)
        complete = isfinite(d->x[candidate[j]][i]);
    return complete;
}

static void fill_row(const struct compensate_data *d, const size_t *candidate, struct rows *r,
                     size_t i)
{
    double *row = r->value + i * r->k;

    row[0] = 1;
    row[1] = (double)r->at[i] / (double)d->n;
    row[2] = row[1] * row[1];
    for (size_t j = ROWS_FIXED; j < r->k - 1; j++)
        row[j] = d->x[candidate[j - ROWS_FIXED]][r->at[i]];
    row[r->k - 1] = d->y[r->at[i]];
}

static void centre_columns(struct rows *r)
{
    for (size_t j = ROWS_FIXED; j < r->k; j++) {
        double first = rows_value(r, 0, j), sum = 0;
        for (size_t i = 0; i < r->n; i++)
            sum += rows_value(r, i, j) - first;
        r->centre[j] = first + sum / (double)r->n;
        for (size_t i = 0; i < r->n; i++)
            r->value[i * r->k + j] -= r->centre[j];
    }
}

static bool y_varies(const struct rows *r)
{
    for (size_t i = 1; i < r->n; i++)
        if (rows_value(r, i, r->k - 1) != rows_value(r, 0, r->k - 1))
            return true;
    return false;
}

enum err rows_build(const struct compensate_data *d, const size_t *candidate, size_t count,
                    struct arena *arena, struct rows *out)
{
    struct rows r = {.k = ROWS_FIXED + count + 1};

    r.at = arena_array(arena, d->n, sizeof *r.at);
    if (!r.at)
        return ERR_NOMEM;
    for (size_t i = 0; i < d->n; i++)
        if (is_complete(d, candidate, count, i))
            r.at[r.n++] = i;
    r.value = arena_array(arena, r.n * r.k, sizeof *r.value);
    r.wild = arena_array(arena, r.n, sizeof *r.wild);
    if (!r.value || !r.wild)
        return ERR_NOMEM;
    for (size_t i = 0; i < r.n; i++)
        fill_row(d, candidate, &r, i);
    if (!y_varies(&r))
        return r.n < 2 ? ERR_TOO_FEW : ERR_CONSTANT;
    centre_columns(&r);
    *out = r;
    return ERR_OK;
}

/* Row i differenced: x_i - phi x_{i-1}; where a run begins, sqrt(1 - phi^2) x_i. */
static void difference(const struct rows *r, size_t i, double *z)
{
    const double *now = r->value + i * r->k, *before = now - r->k;
    double first = sqrt(1 - r->phi * r->phi);

    if (rows_follow(r, i))
        for (size_t j = 0; j < r->k; j++)
            z[j] = now[j] - r->phi * before[j];
    else
        for (size_t j = 0; j < r->k; j++)
            z[j] = first * now[j];
}

/* Sums of products of all columns; returns the number of rows. */
static size_t gram(const struct rows *r, rows_filter *filter, double g[ROWS_WIDE][ROWS_WIDE])
{
    double z[ROWS_WIDE];
    size_t n = 0;

    memset(g, 0, ROWS_WIDE * sizeof *g);
    for (size_t i = 0; i < r->n; i++) {
        if (r->wild[i] || !filter(r, i))
            continue;
        difference(r, i, z);
        for (size_t a = 0; a < r->k; a++)
            for (size_t b = 0; b <= a; b++)
                g[a][b] += z[a] * z[b];
        n++;
    }
    for (size_t a = 0; a < r->k; a++)
        for (size_t b = 0; b < a; b++)
            g[b][a] = g[a][b];
    return n;
}

/* Takes column p into the fit (the sweep operator; Goodnight, Am. Stat. 33, 1979). */
static void sweep(double g[ROWS_WIDE][ROWS_WIDE], size_t k, size_t p)
{
    double pivot = g[p][p];

    for (size_t b = 0; b < k; b++)
        g[p][b] /= pivot;
    for (size_t a = 0; a < k; a++) {
        double factor = g[a][p];
        if (a == p)
            continue;
        for (size_t b = 0; b < k; b++)
            g[a][b] -= factor * g[p][b];
        g[a][p] = -factor / pivot;
    }
    g[p][p] = 1 / pivot;
}

static bool is_independent(double left, double whole)
{
    return left > DEPENDENT * whole && left > 0;
}

static void read_coefficients(const struct rows *r, double g[ROWS_WIDE][ROWS_WIDE], const bool *in,
                              double *b)
{
    for (size_t j = 0; j < r->k - 1; j++)
        b[j] = in[j] ? g[j][r->k - 1] : 0;
}

static void start(const struct rows *r, double g[ROWS_WIDE][ROWS_WIDE], double *whole, bool *in)
{
    for (size_t j = 0; j < r->k; j++)
        whole[j] = g[j][j];
    for (size_t j = 0; j < ROWS_FIXED; j++)
        if (is_independent(g[j][j], whole[j])) {
            sweep(g, r->k, j);
            in[j] = true;
        }
}

/* The candidate that leaves least of y, SIZE_MAX when none is independent of those in. */
static size_t best_of(const struct rows *r, double g[ROWS_WIDE][ROWS_WIDE], const double *whole,
                      const bool *in, double *gain)
{
    size_t best = SIZE_MAX, y = r->k - 1;

    *gain = 0;
    for (size_t j = ROWS_FIXED; j < y; j++) {
        double g_j = g[j][j];
        if (in[j] || !is_independent(g_j, whole[j]))
            continue;
        if (g[j][y] * g[j][y] / g_j > *gain) {
            *gain = g[j][y] * g[j][y] / g_j;
            best = j;
        }
    }
    return best;
}

void rows_choose(const struct rows *r, rows_filter *filter, size_t most, bool *chosen, double *b)
{
    double g[ROWS_WIDE][ROWS_WIDE], whole[ROWS_WIDE], gain;
    bool in[ROWS_WIDE] = {false};
    size_t n = gram(r, filter, g), y = r->k - 1;

    start(r, g, whole, in);
    for (size_t count = 0; count < most; count++) {
        size_t j = best_of(r, g, whole, in, &gain);
        double rss = g[y][y];
        if (j == SIZE_MAX || !(gain < rss) ||
            !((double)n * log1p(-gain / rss) + log((double)n) < 0))
            break;
        sweep(g, r->k, j);
        in[j] = true;
    }
    for (size_t j = 0; j < y; j++)
        chosen[j] = in[j] && j >= ROWS_FIXED;
    read_coefficients(r, g, in, b);
}

void rows_solve(const struct rows *r, rows_filter *filter, const bool *chosen, double *b)
{
    double g[ROWS_WIDE][ROWS_WIDE], whole[ROWS_WIDE];
    bool in[ROWS_WIDE] = {false};

    (void)gram(r, filter, g);
    start(r, g, whole, in);
    for (size_t j = ROWS_FIXED; j < r->k - 1; j++)
        if (chosen[j] && is_independent(g[j][j], whole[j])) {
            sweep(g, r->k, j);
            in[j] = true;
        }
    read_coefficients(r, g, in, b);
}

enum err rows_matrix(const struct rows *r, const size_t *column, size_t k, struct arena *arena,
                     struct matrix *x, double **y)
{
    double z[ROWS_WIDE];
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++)
        n += !r->wild[i];
    *x = matrix_new(arena, n, k);
    *y = arena_array(arena, n, sizeof **y);
    if (!x->at || !*y)
        return ERR_NOMEM;
    n = 0;
    for (size_t i = 0; i < r->n; i++) {
        if (r->wild[i])
            continue;
        difference(r, i, z);
        for (size_t j = 0; j < k; j++)
            matrix_col(x, j)[n] = z[column[j]];
        (*y)[n++] = z[r->k - 1];
    }
    return ERR_OK;
}
