#include "shikumen/num/spectrum.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "shikumen/num/fft.h"
#include "shikumen/num/stats.h"

static const size_t LONGEST = (size_t)1 << 26;

struct welch welch_settings(double fs_hz, double df_hz)
{
    struct welch w = {.fs_hz = fs_hz};

    if (!(fs_hz > 0.0) || !(df_hz > 0.0) || !(fs_hz / df_hz <= (double)LONGEST))
        return w;
    w.segment = fft_good_length((size_t)fmax(ceil(fs_hz / df_hz * (1.0 - 1e-12)), 2.0));
    w.overlap = w.segment / 2;
    w.detrend = DETREND_CONSTANT;
    return w;
}

static enum err check_welch(const struct welch *w)
{
    if (w->segment < 2 || w->segment % 2 != 0 || w->segment > LONGEST || w->overlap >= w->segment)
        return ERR_RANGE;
    return w->fs_hz > 0.0 && isfinite(w->fs_hz) ? ERR_OK : ERR_RANGE;
}

/* What the passes over the segments share. */
struct passes {
    const struct welch *w;
    const struct matrix *y;
    struct fft *fft;
    double *window, *piece;
    double complex *x; /* lines per channel */
    double *sums;      /* per pair a <= b: lines real parts, lines imaginary parts */
    size_t lines, segments;
    double sum_w, sum_w2;
};

static size_t pair_count(size_t channels)
{
    return channels * (channels + 1) / 2;
}

static void fill_window(struct passes *p)
{
    for (size_t j = 0; j < p->w->segment; j++) {
        double angle = 2.0 * M_PI * (double)j / (double)p->w->segment;

        p->window[j] = p->w->window == WINDOW_HANN ? 0.5 - 0.5 * cos(angle) : 1.0;
        p->piece[j] = p->window[j] * p->window[j];
    }
    p->sum_w = sum_neumaier(p->window, p->w->segment);
    p->sum_w2 = sum_neumaier(p->piece, p->w->segment);
}

static enum err passes_new(struct passes *p, struct arena *arena)
{
    size_t n = p->w->segment, l = p->y->cols;

    p->lines = n / 2 + 1;
    p->segments = (p->y->rows - n) / (n - p->w->overlap) + 1;
    p->window = arena_array(arena, n, sizeof *p->window);
    p->piece = arena_array(arena, n, sizeof *p->piece);
    p->x = arena_array(arena, p->lines * l, sizeof *p->x);
    p->sums = arena_array(arena, 2 * p->lines * pair_count(l), sizeof *p->sums);
    if (!p->window || !p->piece || !p->x || !p->sums)
        return ERR_NOMEM;
    fill_window(p);
    return fft_new(n, &p->fft, arena);
}

static void transform_segment(struct passes *p, size_t start)
{
    for (size_t c = 0; c < p->y->cols; c++) {
        memcpy(p->piece, matrix_col(p->y, c) + start, p->w->segment * sizeof *p->piece);
        record_detrend(p->piece, p->w->segment, p->w->detrend);
        for (size_t j = 0; j < p->w->segment; j++)
            p->piece[j] *= p->window[j];
        fft_forward(p->fft, p->piece, p->x + c * p->lines);
    }
}

static void add_product(const double complex *a, const double complex *b, size_t lines, double *re,
                        double *im)
{
    for (size_t k = 0; k < lines; k++) {
        double ar = creal(a[k]), ai = cimag(a[k]), br = creal(b[k]), bi = cimag(b[k]);

        re[k] += ar * br + ai * bi;
        im[k] += ai * br - ar * bi;
    }
}

static void add_segment(struct passes *p, size_t start)
{
    double *sum = p->sums;

    transform_segment(p, start);
    for (size_t b = 0; b < p->y->cols; b++)
        for (size_t a = 0; a <= b; a++, sum += 2 * p->lines)
            add_product(p->x + a * p->lines, p->x + b * p->lines, p->lines, sum, sum + p->lines);
}

/* By what a sum over segments becomes a line of the one-sided spectrum. */
static double line_factor(const struct passes *p, size_t k)
{
    double unit = p->w->scaling == SCALING_DENSITY ? p->w->fs_hz * p->sum_w2 : p->sum_w * p->sum_w;
    double sides = k == 0 || k == p->lines - 1 ? 1.0 : 2.0;

    return sides / unit / (double)p->segments;
}

static void fill_matrix(const struct passes *p, double complex *at)
{
    size_t l = p->y->cols;
    const double *sum = p->sums;

    for (size_t b = 0; b < l; b++)
        for (size_t a = 0; a <= b; a++, sum += 2 * p->lines)
            for (size_t k = 0; k < p->lines; k++) {
                double factor = line_factor(p, k);
                double re = sum[k] * factor, im = a == b ? 0.0 : sum[p->lines + k] * factor;
                double complex *line = at + k * l * l;

                line[b * l + a] = CMPLX(re, im);
                line[a * l + b] = CMPLX(re, -im);
            }
}

static bool all_finite(const double complex *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(creal(x[i])) || !isfinite(cimag(x[i])))
            return false;
    return true;
}

static enum err run(struct passes *p, struct spectral_matrix *out, struct arena *arena)
{
    enum err e = passes_new(p, arena);
    if (e)
        return e;
    size_t step = p->w->segment - p->w->overlap;
    for (size_t s = 0; s < p->segments; s++)
        add_segment(p, s * step);
    fill_matrix(p, out->at);
    out->segments = p->segments;
    out->df_hz = p->w->fs_hz / (double)p->w->segment;
    out->enbw_hz = p->w->fs_hz * p->sum_w2 / (p->sum_w * p->sum_w);
    out->duration_s = (double)((p->segments - 1) * step + p->w->segment) / p->w->fs_hz;
    out->fs_hz = p->w->fs_hz;
    out->window = p->w->window;
    return all_finite(out->at, p->lines * p->y->cols * p->y->cols) ? ERR_OK : ERR_NOT_FINITE;
}

enum err spectral_matrix_welch(const struct matrix *y, const struct welch *w,
                               struct spectral_matrix *out, struct arena *arena)
{
    enum err e = check_welch(w);
    if (e)
        return e;
    e = record_check(y, w->segment);
    if (e)
        return e;
    struct arena_mark start = arena_mark(arena);
    struct spectral_matrix made = {.lines = w->segment / 2 + 1, .channels = y->cols};
    made.at = arena_array(arena, made.lines * y->cols * y->cols, sizeof *made.at);
    if (!made.at)
        return ERR_NOMEM;
    struct arena_mark mark = arena_mark(arena);
    struct passes p = {.w = w, .y = y};
    e = run(&p, &made, arena);
    arena_rewind(arena, e ? start : mark);
    if (!e)
        *out = made;
    return e;
}

enum err psd_welch(const double *x, size_t n, const struct welch *w, struct psd *out,
                   struct arena *arena)
{
    if (check_welch(w))
        return ERR_RANGE;
    struct arena_mark start = arena_mark(arena);
    double *at = arena_array(arena, w->segment / 2 + 1, sizeof *at);
    if (!at)
        return ERR_NOMEM;
    struct arena_mark mark = arena_mark(arena);
    struct matrix y = {.rows = n, .cols = 1};
    memcpy(&y.at, &x, sizeof x); /* read only, whatever its type says */
    struct spectral_matrix m;
    enum err e = spectral_matrix_welch(&y, w, &m, arena);
    if (e) {
        arena_rewind(arena, start);
        return e;
    }
    for (size_t k = 0; k < m.lines; k++)
        at[k] = creal(m.at[k]);
    arena_rewind(arena, mark);
    *out = (struct psd){m.lines, m.segments, m.df_hz, m.enbw_hz, m.duration_s, at};
    return ERR_OK;
}

double psd_band(const struct psd *p, double lo_hz, double hi_hz)
{
    struct running_sum sum = {0};

    for (size_t k = 0; k < p->lines; k++)
        if ((double)k * p->df_hz >= lo_hz && (double)k * p->df_hz <= hi_hz)
            running_sum_add(&sum, p->at[k]);
    return running_sum_value(&sum) * p->df_hz;
}

enum err spectral_coherence(const struct spectral_matrix *s, size_t a, size_t b, double *coherence)
{
    size_t l = s->channels;

    if (a >= l || b >= l)
        return ERR_RANGE;
    if (s->segments < 2)
        return ERR_TOO_FEW;
    for (size_t k = 0; k < s->lines; k++) {
        const double complex *line = spectral_line(s, k);
        double root = sqrt(creal(line[a * l + a])) * sqrt(creal(line[b * l + b]));
        double ratio = root > 0.0 ? cabs(line[b * l + a]) / root : 0.0;

        coherence[k] = fmin(ratio * ratio, 1.0);
    }
    return ERR_OK;
}
