/* NIST Statistical Reference Datasets: observations and certified values, read from the files. */
#ifndef SHIKUMEN_TEST_NIST_STRD_H
#define SHIKUMEN_TEST_NIST_STRD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/num/regress.h"

#define NIST_ROWS  1024
#define NIST_MOST  11 /* parameters */
#define NIST_FIELD 7

struct nist {
    size_t n, fields, parameters;
    double row[NIST_ROWS][NIST_FIELD]; /* y first */
    double estimate[NIST_MOST], sd[NIST_MOST];
    double s, r2, rss;
    double mean, deviation, r1; /* of the univariate sets */
};

static inline FILE *nist_open(const char *name)
{
    char path[512];
    FILE *f;

    snprintf(path, sizeof path, "%s/nist_strd/%s", TEST_DATA, name);
    f = fopen(path, "r");
    if (!f)
        fail_msg("cannot open %s", path);
    return f;
}

/* Fields of a line of numbers apart by blanks or commas; 0 when there is anything else. */
static inline size_t nist_numbers(const char *line, double *value)
{
    size_t n = 0;

    for (;;) {
        char *end;

        line += strspn(line, " ,\r\n\t");
        if (!*line)
            return n;
        if (n == NIST_FIELD)
            return 0;
        value[n++] = strtod(line, &end);
        if (end == line)
            return 0;
        line = end;
    }
}

/* The number behind the last colon. */
static inline double nist_behind(const char *line)
{
    return strtod(strrchr(line, ':') + 1, NULL);
}

static inline void nist_certified(struct nist *d, const char *line)
{
    size_t i;
    double a, b;

    if (sscanf(line, " B%zu %lf %lf", &i, &a, &b) == 3 && d->parameters < NIST_MOST) {
        d->estimate[d->parameters] = a;
        d->sd[d->parameters++] = b;
    }
    (void)sscanf(line, " Standard Deviation %lf", &d->s);
    (void)sscanf(line, " R-Squared %lf", &d->r2);
    (void)sscanf(line, " Residual %lf %lf", &a, &d->rss);
    if (strncmp(line, "Sample Mean", 11) == 0)
        d->mean = nist_behind(line);
    if (strncmp(line, "Sample Standard", 15) == 0)
        d->deviation = nist_behind(line);
    if (strncmp(line, "Sample Autocorrelation", 22) == 0)
        d->r1 = nist_behind(line);
}

/* A .dat file (observations behind "Data:"), or a .csv with one line of names. */
static inline void nist_read(struct nist *d, const char *name)
{
    FILE *f = nist_open(name);
    size_t at = 0;
    char line[256];
    int data = strstr(name, ".csv") != NULL, certified = 0;

    *d = (struct nist){0};
    while (fgets(line, sizeof line, f)) {
        size_t fields = nist_numbers(line, d->row[d->n]);

        at++;
        certified = certified || strstr(line, "Certified Regression") ||
                    strstr(line, "Certified Values\n") || strstr(line, "Certified Values\r");
        if (data && fields > 0) {
            d->fields = fields;
            assert_true(++d->n < NIST_ROWS);
        } else if (certified && !data) {
            nist_certified(d, line);
        }
        data = data || (at > 30 && strncmp(line, "Data:", 5) == 0);
    }
    fclose(f);
}

/* x to the powers 1 .. degree. */
static inline void nist_powers(const struct nist *d, size_t degree, struct arena *a,
                               struct matrix *x, double **y)
{
    *x = matrix_new(a, d->n, degree);
    *y = arena_array(a, d->n, sizeof **y);
    for (size_t i = 0; i < d->n; i++) {
        double power = 1;

        (*y)[i] = d->row[i][0];
        for (size_t j = 0; j < degree; j++)
            matrix_col(x, j)[i] = power *= d->row[i][1];
    }
}

/* The six regressors of Longley. */
static inline void nist_longley(struct arena *a, struct matrix *x, double **y)
{
    struct nist *d = arena_alloc(a, sizeof *d);

    nist_read(d, "Longley.csv");
    assert_int_equal(d->n, 16);
    *x = matrix_new(a, d->n, 6);
    *y = arena_array(a, d->n, sizeof **y);
    for (size_t i = 0; i < d->n; i++) {
        (*y)[i] = d->row[i][0];
        for (size_t j = 0; j < 6; j++)
            matrix_col(x, j)[i] = d->row[i][j + 1];
    }
}

#endif
