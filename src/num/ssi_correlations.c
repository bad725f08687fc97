#include <float.h>
#include <math.h>
#include <string.h>

#include "shikumen/num/sample.h"
#include "shikumen/num/ssi.h"

enum {
    LANES = 10,   /* lags summed side by side, in registers */
    CHUNK = 1024, /* samples summed before they join the total: keeps rounding small */
};

/* Two doubles to one register; each lane adds in the order of time, so the sums are those of
 * scalars. */
typedef double pair __attribute__((vector_size(2 * sizeof(double))));

/* sum[j] += sum_t b[t] a[t + j], j < LANES. */
static void add_lagged_products(const double *a, const double *b, size_t n, double *sum)
{
    pair lane[LANES / 2] = {0};

    for (size_t t = 0; t < n; t++) {
        pair both = {b[t], b[t]};
#pragma GCC unroll 5
        for (size_t j = 0; j < LANES / 2; j++) {
            pair x;

            memcpy(&x, a + t + 2 * j, sizeof x);
            lane[j] += x * both;
        }
    }
#pragma GCC unroll 5
    for (size_t j = 0; j < LANES / 2; j++) {
        sum[2 * j] += lane[j][0];
        sum[2 * j + 1] += lane[j][1];
    }
}

struct lagged {
    size_t rows, channels, lags, padded; /* padded: lags rounded up to LANES */
    double *y;                           /* rows + padded values per channel, zeros behind */
    double *sum;                         /* padded */
};

static const double *channel(const struct lagged *g, size_t c)
{
    return g->y + c * (g->rows + g->padded);
}

/* Products of channels a, b with t in from .. to - 1, into r[(k l + b) l + a]. */
static void add_pair(struct lagged *g, size_t a, size_t b, size_t from, size_t to, double *r)
{
    size_t l = g->channels;

    memset(g->sum, 0, g->padded * sizeof *g->sum);
    for (size_t t = from; t < to; t += CHUNK) {
        size_t n = to - t < CHUNK ? to - t : CHUNK;

        for (size_t k = 0; k < g->padded; k += LANES)
            add_lagged_products(channel(g, a) + t + k, channel(g, b) + t, n, g->sum + k);
    }
    for (size_t k = 0; k < g->lags; k++)
        r[(k * l + b) * l + a] += g->sum[k];
}

static void add_block(struct lagged *g, size_t from, size_t to, double *r)
{
    for (size_t b = 0; b < g->channels; b++)
        for (size_t a = 0; a < g->channels; a++)
            add_pair(g, a, b, from, to, r);
}

/* Sums of the terms t = from .. min(to, rows - k) - 1 become means. */
static void divide_by_terms(const struct lagged *g, size_t from, size_t to, double *r)
{
    size_t square = g->channels * g->channels;

    for (size_t k = 0; k < g->lags; k++) {
        size_t end = to < g->rows - k ? to : g->rows - k;

        for (size_t j = 0; j < square; j++)
            r[k * square + j] /= (double)(end - from);
    }
}

static double largest(const double *x, size_t n)
{
    double top = 0.0;

    for (size_t i = 0; i < n; i++)
        top = fmax(top, fabs(x[i]));
    return top;
}

/* Detrended copies; ERR_CONSTANT when what is left is rounding. */
static enum err copy_channels(struct lagged *g, const struct matrix *y, enum detrend detrend)
{
    for (size_t c = 0; c < g->channels; c++) {
        double *x = g->y + c * (g->rows + g->padded);

        memcpy(x, matrix_col(y, c), g->rows * sizeof *x);
        double before = largest(x, g->rows);
        if (sample_varies(x, g->rows))
            return ERR_CONSTANT;
        record_detrend(x, g->rows, detrend);
        if (largest(x, g->rows) <= 32.0 * DBL_EPSILON * before)
            return ERR_CONSTANT;
    }
    return ERR_OK;
}

static void run(struct lagged *g, struct correlations *c)
{
    size_t size = c->lags * c->channels * c->channels;
    size_t blocks = c->blocks == 0 ? 1 : c->blocks;

    for (size_t b = 0; b < blocks; b++) {
        double *r = c->blocks == 0 ? c->r : c->block + b * size;
        size_t from = g->rows / blocks * b;
        size_t to = b + 1 == blocks ? g->rows : from + g->rows / blocks;

        add_block(g, from, to, r);
        for (size_t j = 0; j < size && c->blocks > 0; j++)
            c->r[j] += r[j];
        if (c->blocks > 0)
            divide_by_terms(g, from, to, r);
    }
    divide_by_terms(g, 0, g->rows, c->r);
}

static enum err check(const struct matrix *y, size_t lags, size_t blocks)
{
    if (lags < 2 || lags > ((size_t)1 << 20) || blocks == 1 || blocks > 1000)
        return ERR_RANGE;
    enum err e = record_check(y, 4 * lags);
    if (e)
        return e;
    /* the last block loses lags terms to the end of the record */
    return blocks > 0 && y->rows / blocks < lags ? ERR_TOO_FEW : ERR_OK;
}

enum err ssi_correlations(const struct matrix *y, size_t lags, size_t blocks, enum detrend detrend,
                          struct correlations *out, struct arena *arena)
{
    enum err e = check(y, lags, blocks);
    if (e)
        return e;
    struct arena_mark start = arena_mark(arena);
    size_t size = lags * y->cols * y->cols;
    struct correlations c = {.channels = y->cols, .lags = lags, .blocks = blocks};
    c.r = arena_array(arena, size, sizeof *c.r);
    c.block = blocks == 0 ? NULL : arena_array(arena, blocks * size, sizeof *c.block);
    if (!c.r || (blocks > 0 && !c.block))
        return ERR_NOMEM;
    struct arena_mark mark = arena_mark(arena);
    struct lagged g = {.rows = y->rows, .channels = y->cols, .lags = lags};
    g.padded = (lags + LANES - 1) / LANES * LANES;
    g.y = arena_array(arena, g.channels * (g.rows + g.padded), sizeof *g.y);
    g.sum = arena_array(arena, g.padded, sizeof *g.sum);
    e = g.y && g.sum ? copy_channels(&g, y, detrend) : ERR_NOMEM;
    if (!e)
        run(&g, &c);
    arena_rewind(arena, e ? start : mark);
    if (!e)
        *out = c;
    return e;
}
