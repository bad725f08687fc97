#include <math.h>
#include <string.h>

#include "compensate_rows.h"
#include "shikumen/core/bins.h"
#include "shikumen/num/order.h"
#include "shikumen/num/regress.h"

#define PASSES        3    /* of phi and of the weights */
#define WILD          4.5  /* robust standard deviations of a difference without weight [J] */
#define LEAST_SKILL   0.03 /* on held-back weeks [J] */
#define WEEK          (7 * BINS_PER_DAY)
#define HELD_BACK     5 /* every fifth week */
#define TWO_DAYS      (2 * BINS_PER_DAY)
#define LEAST_ROWS    12
#define MISSING_SHARE 0.4

/* Terms a record may have by its maturity [J]. */
static const size_t terms_most[] = {[MATURITY_NONE] = 0,
                                    [MATURITY_RAW] = 0,
                                    [MATURITY_DAILY] = 2,
                                    [MATURITY_WEATHER] = 4,
                                    [MATURITY_SEASON] = COMPENSATE_TERMS};

/* --- which columns may take part --- */

/* Memories that a record of so many days can tell from a trend. */
static bool lag_allowed(double lag_d, double days)
{
    return lag_d * 10 <= days;
}

static bool is_usable(const double *x, const double *y, size_t n)
{
    double low = INFINITY, high = -INFINITY;
    size_t present = 0, missing = 0;

    for (size_t i = 0; i < n; i++) {
        present += isfinite(y[i]);
        missing += isfinite(y[i]) && !isfinite(x[i]);
        if (isfinite(x[i])) {
            low = fmin(low, x[i]);
            high = fmax(high, x[i]);
        }
    }
    return high > low && (double)missing <= MISSING_SHARE * (double)present;
}

static size_t candidates(const struct compensate_data *d, double days, size_t *out)
{
    size_t count = 0;

    if (maturity_of(days) < MATURITY_DAILY)
        return 0;
    for (size_t j = 0; j < d->columns && j < COMPENSATE_COLUMNS; j++)
        if (lag_allowed(d->lag_d[j], days) && is_usable(d->x[j], d->y, d->n))
            out[count++] = j;
    return count;
}

/* --- residuals --- */

/* e of the complete rows: y less the chosen columns, constant, trend and its square. */
static void residuals(const struct rows *r, const double *b, double *e)
{
    for (size_t i = 0; i < r->n; i++) {
        e[i] = rows_value(r, i, r->k - 1);
        for (size_t j = 0; j < r->k - 1; j++)
            if (b[j] != 0)
                e[i] -= b[j] * rows_value(r, i, j);
    }
}

static double lag_one(const struct rows *r, const double *e)
{
    double product = 0, square = 0, phi;
    size_t pairs = 0;

    for (size_t i = 1; i < r->n; i++)
        if (rows_follow(r, i) && !r->wild[i] && !r->wild[i - 1]) {
            product += e[i] * e[i - 1];
            square += (e[i] * e[i] + e[i - 1] * e[i - 1]) / 2;
            pairs++;
        }
    if (pairs < LEAST_ROWS || !(square > 0))
        return 0;
    phi = product / square;
    phi += (1 + 4 * phi) / (double)pairs; /* Marriott & Pope 1954 */
    return fmin(fmax(phi, -0.9), COMPENSATE_PHI_MAX);
}

/* Robust standard deviation; scratch: n. */
static double robust_sd(const double *e, size_t n, double *scratch)
{
    double centre;

    memcpy(scratch, e, n * sizeof *e);
    centre = median(scratch, n);
    return MAD_TO_SIGMA * mad(e, n, centre, scratch);
}

/* Differences of e that no noise explains. scratch: 2 n. */
static void mark_wild(struct rows *r, const double *e, double *scratch)
{
    double *v = scratch + r->n, scale;

    for (size_t i = 0; i < r->n; i++)
        v[i] = rows_follow(r, i) ? e[i] - r->phi * e[i - 1] : sqrt(1 - r->phi * r->phi) * e[i];
    scale = robust_sd(v, r->n, scratch);
    for (size_t i = 0; i < r->n; i++)
        r->wild[i] = scale > 0 && fabs(v[i]) > WILD * scale;
}

/* --- skill --- */

static bool is_training(const struct rows *r, size_t i)
{
    return r->at[i] / WEEK % HELD_BACK != r->held_back;
}

/* Adds the squares of differences over two days within the held-back weeks: as they are, and what
 * coefficients b leave of them. Differences across a wild row, a step perhaps, tell nothing of
 * weather. */
static void add_held_back(const struct rows *r, const double *b, double *all, double *left)
{
    for (size_t i = 1, from = 0, tame = 0; i < r->n; i++) {
        while (r->at[i] - r->at[from] > TWO_DAYS)
            from++;
        if (r->wild[i])
            tame = i + 1; /* the first row without a wild one up to i */
        if (r->at[i] - r->at[from] != TWO_DAYS || is_training(r, i) || is_training(r, from) ||
            from < tame)
            continue;
        double dy = rows_value(r, i, r->k - 1) - rows_value(r, from, r->k - 1), de = dy;
        for (size_t j = ROWS_FIXED; j < r->k - 1; j++)
            if (b[j] != 0)
                de -= b[j] * (rows_value(r, i, j) - rows_value(r, from, j));
        *left += de * de;
        *all += dy * dy;
    }
}

/* Every fifth week held back in turn, coefficients of the chosen columns from the others. */
static double skill_of(struct rows *r, const bool *chosen)
{
    double all = 0, left = 0, b[ROWS_WIDE];

    for (r->held_back = 0; r->held_back < HELD_BACK; r->held_back++) {
        rows_solve(r, is_training, chosen, b);
        add_held_back(r, b, &all, &left);
    }
    return all > 0 ? 1 - left / all : 0;
}

static bool is_any(const struct rows *r, size_t i)
{
    (void)r;
    (void)i;
    return true;
}

/* --- the fit --- */

/* Phi, weights and the choice of columns, in turn. */
static void settle(struct rows *r, size_t most, bool *chosen, double *b, double *e, double *scratch)
{
    r->phi = 0.8;
    for (int pass = 0; pass < PASSES; pass++) {
        rows_choose(r, is_any, most, chosen, b);
        residuals(r, b, e);
        mark_wild(r, e, scratch);
        r->phi = lag_one(r, e);
    }
    rows_choose(r, is_any, most, chosen, b);
    residuals(r, b, e);
}

/* The chosen columns once more, by QR. */
static enum err refine(const struct rows *r, const bool *chosen, const size_t *candidate,
                       struct arena *arena, struct compensation *out)
{
    size_t column[ROWS_FIXED + COMPENSATE_TERMS], k = 0;
    struct regression fit;
    struct matrix x;
    double *y;
    enum err e;

    for (size_t j = 0; j < r->k - 1; j++)
        if (j < ROWS_FIXED || chosen[j])
            column[k++] = j;
    e = rows_matrix(r, column, k, arena, &x, &y);
    if (e == ERR_OK)
        e = regress_fit(&x, y, NULL, false, arena, &fit);
    if (e != ERR_OK)
        return e;
    for (size_t j = ROWS_FIXED; j < k; j++) {
        size_t t = j - ROWS_FIXED;
        out->column[t] = (uint8_t)candidate[column[j] - ROWS_FIXED];
        out->coefficient[t] = fit.coefficient[j];
        out->centre[t] = r->centre[column[j]];
        for (size_t i = ROWS_FIXED; i < k; i++)
            out->covariance[t * COMPENSATE_TERMS + i - ROWS_FIXED] =
                matrix_col(&fit.covariance, j)[i];
    }
    out->terms = (uint32_t)(k - ROWS_FIXED);
    return ERR_OK;
}

static double weather_spread(const struct rows *r, const double *b)
{
    double sum = 0;

    for (size_t i = 0; i < r->n; i++) {
        double part = 0;
        for (size_t j = ROWS_FIXED; j < r->k - 1; j++)
            if (b[j] != 0)
                part += b[j] * rows_value(r, i, j);
        sum += part * part;
    }
    return sqrt(sum / (double)r->n);
}

static enum err train(struct rows *r, const size_t *candidate, double days, struct arena *arena,
                      struct compensation *out)
{
    double b[ROWS_WIDE] = {0};
    bool chosen[ROWS_WIDE] = {false};
    double *e = arena_array(arena, r->n, sizeof *e);
    double *scratch = arena_array(arena, 2 * r->n, sizeof *scratch);
    enum err err = ERR_OK;

    if (!e || !scratch)
        return ERR_NOMEM;
    out->maturity = maturity_of(days);
    settle(r, terms_most[out->maturity], chosen, b, e, scratch);
    out->skill = skill_of(r, chosen);
    if (out->skill < LEAST_SKILL) {
        memset(chosen, 0, sizeof chosen);
        settle(r, 0, chosen, b, e, scratch);
        out->skill = 0;
    } else
        err = refine(r, chosen, candidate, arena, out);
    out->sigma = robust_sd(e, r->n, scratch);
    out->phi = r->phi;
    out->spread = out->terms > 0 ? weather_spread(r, b) : 0;
    return err;
}

enum err compensate_train(const struct compensate_data *data, double days, struct arena *arena,
                          struct compensation *out)
{
    struct arena_mark mark = arena_mark(arena);
    struct compensation model = {0};
    size_t candidate[COMPENSATE_COLUMNS];
    struct rows r;
    enum err e;

    if (maturity_of(days) == MATURITY_NONE)
        return ERR_TOO_FEW;
    e = rows_build(data, candidate, candidates(data, days, candidate), arena, &r);
    if (e == ERR_OK && r.n < LEAST_ROWS)
        e = ERR_TOO_FEW;
    if (e == ERR_OK)
        e = train(&r, candidate, days, arena, &model);
    arena_rewind(arena, mark);
    if (e == ERR_OK)
        *out = model;
    return e;
}
