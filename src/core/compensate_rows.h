/* The complete rows of compensate_train's data as generalised differences, their normal equations,
 * and the search over columns. */
#ifndef SHIKUMEN_CORE_COMPENSATE_ROWS_H
#define SHIKUMEN_CORE_COMPENSATE_ROWS_H

#include "shikumen/core/compensate.h"
#include "shikumen/num/linalg.h"

#define ROWS_FIXED 3 /* columns of every fit: constant, trend, its bend */
#define ROWS_WIDE  (ROWS_FIXED + COMPENSATE_COLUMNS + 1)

/* Columns: constant, trend (0 .. 1), its square, candidates less their centre, y less its centre.
 */
struct rows {
    size_t n, k;
    size_t *at;    /* bin of each row, ascending */
    double *value; /* n x k, row by row */
    bool *wild;    /* rows without weight */
    double centre[ROWS_WIDE];
    double phi;
    size_t held_back; /* of the turns of held-back weeks the present one */
};

/* The bins where y and every candidate are there. ERR_CONSTANT: y does not vary; ERR_NOMEM. */
enum err rows_build(const struct compensate_data *d, const size_t *candidate, size_t count,
                    struct arena *arena, struct rows *out) MUST_USE;

static inline double rows_value(const struct rows *r, size_t i, size_t j)
{
    return r->value[i * r->k + j];
}

/* True when row i is the bin right after row i - 1. */
static inline bool rows_follow(const struct rows *r, size_t i)
{
    return i > 0 && r->at[i] == r->at[i - 1] + 1;
}

typedef bool rows_filter(const struct rows *r, size_t i);

/* Forward choice by BIC of at most `most` candidates among the differences of the rows that pass
 * and are not wild; b: coefficients of all columns, 0 for those left out. */
void rows_choose(const struct rows *r, rows_filter *filter, size_t most, bool *chosen, double *b);

/* The coefficients of a given choice. */
void rows_solve(const struct rows *r, rows_filter *filter, const bool *chosen, double *b);

/* The differences themselves, of the given columns and of y, without the wild rows. */
enum err rows_matrix(const struct rows *r, const size_t *column, size_t k, struct arena *arena,
                     struct matrix *x, double **y) MUST_USE;

#endif
