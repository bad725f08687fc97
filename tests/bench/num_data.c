#include "num_data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "process.h"
#include "report.h"
#include "shikumen/num/memory.h"
#include "shikumen/num/random.h"
#include "shikumen/num/vibration.h"

#define TWO_PI 6.283185307179586

static double *array(struct arena *arena, size_t n)
{
    double *x = arena_array(arena, n, sizeof *x);

    if (!x)
        give_up("out of memory");
    return x;
}

static struct matrix matrix(struct arena *arena, size_t rows, size_t cols)
{
    return (struct matrix){rows, cols, array(arena, rows * cols)};
}

static double *ar1(struct arena *arena, size_t n, double phi, uint64_t seed)
{
    struct random r = random_seeded(seed);
    double *x = array(arena, n), last = 0;

    for (size_t i = 0; i < n; i++)
        x[i] = last = phi * last + sqrt(1 - phi * phi) * random_normal(&r);
    return x;
}

/* --- hours --- */

static void make_climate(struct num_data *d, struct arena *arena)
{
    double *weather = ar1(arena, MONTHS_13_H, 0.995, 11), *damp = ar1(arena, MONTHS_13_H, 0.99, 12);

    d->celsius = array(arena, MONTHS_13_H);
    d->rh = array(arena, MONTHS_13_H);
    for (size_t i = 0; i < MONTHS_13_H; i++) {
        double year = TWO_PI * (double)i / YEAR_H, day = TWO_PI * (double)i / 24;
        d->celsius[i] = 17 - 11 * cos(year) - 2 * cos(day) + 2 * weather[i];
        d->rh[i] = fmin(fmax(80 - 4 * cos(year) + 3 * cos(day) + 6 * damp[i], 30), 99);
    }
}

static void add_memories(const struct num_data *d, const double *u, size_t first,
                         struct arena *arena)
{
    struct memory_options o = {{6, 24, 240}, 3, MEMORY_LINEAR, INFINITY};
    double *t_h = array(arena, YEAR_H);
    struct matrix z = matrix(arena, YEAR_H, 3);

    for (size_t i = 0; i < YEAR_H; i++)
        t_h[i] = (double)i;
    if (memory_series(t_h, u, YEAR_H, &o, 1, arena, &z))
        give_up("the memories of the benchmark are refused");
    for (size_t j = 0; j < 3; j++)
        for (size_t i = 0; i < YEAR_H; i++)
            matrix_col(&d->design, first + j)[i] = matrix_col(&z, j)[i];
}

static void make_regression(struct num_data *d, struct arena *arena)
{
    double *noise = ar1(arena, YEAR_H, 0.8, 13);

    d->design = matrix(arena, YEAR_H, 8);
    d->response = array(arena, YEAR_H);
    d->residual = ar1(arena, YEAR_H, 0.5, 14);
    add_memories(d, d->celsius, 0, arena);
    add_memories(d, d->rh, 3, arena);
    for (size_t i = 0; i < YEAR_H; i++) {
        matrix_col(&d->design, 6)[i] = fmax(0, sin(TWO_PI * (double)i / 24 - 1.5)) * 600;
        matrix_col(&d->design, 7)[i] = (double)i / 24;
        d->response[i] = 1 + 0.05 * noise[i];
        for (size_t j = 0; j < 8; j++)
            d->response[i] += matrix_col(&d->design, j)[i] * 0.01 / (double)(j + 1);
        d->residual[i] += (i % 211 == 7 ? 9 : 0) + (i > 8000 ? 0.5 : 0);
    }
}

/* --- days --- */

static void make_days(struct num_data *d, struct arena *arena)
{
    struct random r = random_seeded(15);
    double *ar = ar1(arena, LONG_D, 0.4, 16), level = 0;

    d->daily = array(arena, YEAR_D);
    d->long_daily = array(arena, LONG_D);
    d->features = matrix(arena, YEAR_D, 6);
    d->excess = array(arena, EXCESSES);
    for (size_t i = 0; i < YEAR_D; i++) {
        level += 0.002 + 0.005 * random_normal(&r);
        d->daily[i] = level + 0.02 * random_normal(&r);
        double common = random_normal(&r), other = random_normal(&r);
        for (size_t j = 0; j < 6; j++)
            matrix_col(&d->features, j)[i] =
                10 + common + (double)j * 0.3 * other + 0.3 * random_normal(&r);
    }
    for (size_t i = 0; i < LONG_D; i++)
        d->long_daily[i] = 0.0003 * (double)i + ar[i];
    for (size_t i = 0; i < EXCESSES; i++)
        d->excess[i] = 0.3 * random_exponential(&r);
}

/* --- vibration --- */

/* An oscillator under white noise, as a second-order recursion. */
static void add_mode(double *x, double f_hz, double zeta, double amplitude, struct random r)
{
    double w = TWO_PI * f_hz / BURST_HZ, decay = exp(-zeta * w);
    double a1 = 2 * decay * cos(w * sqrt(1 - zeta * zeta)), a2 = decay * decay;
    double q1 = 0, q2 = 0, scale = amplitude * sqrt(zeta * w);

    for (size_t i = 0; i < BURST_N; i++) {
        double q = a1 * q1 - a2 * q2 + scale * w * random_normal(&r);
        x[i] += q;
        q2 = q1;
        q1 = q;
    }
}

/* Channel c of mode m moves by sin((m + 1) (c + 1) / 2); each mode has its own noise. */
static void make_channels(struct matrix *y, const double *f_hz, size_t modes, uint64_t seed,
                          double noise)
{
    struct random r = random_seeded(seed);

    for (size_t c = 0; c < y->cols; c++) {
        double *x = matrix_col(y, c);
        for (size_t i = 0; i < BURST_N; i++)
            x[i] = noise * random_normal(&r);
        for (size_t m = 0; m < modes; m++)
            add_mode(x, f_hz[m], 0.01 + 0.005 * (double)m,
                     sin((double)((m + 1) * (c + 1)) / 2) + 0.3, random_seeded(seed + 1 + m));
    }
}

static struct matrix sections_of(const struct filter *f, struct arena *arena)
{
    struct matrix m = matrix(arena, 5, f->count);

    for (size_t i = 0; i < f->count; i++) {
        const struct biquad *b = &f->section[i];
        double *at = matrix_col(&m, i);
        at[0] = b->b0;
        at[1] = b->b1;
        at[2] = b->b2;
        at[3] = b->a1;
        at[4] = b->a2;
    }
    return m;
}

static void make_vibration(struct num_data *d, struct arena *arena)
{
    static const double burst_hz[] = {7, 16}, modal_hz[] = {2.1, 3.4, 6.2, 9.7, 14.5};
    struct random r = random_seeded(30);

    d->burst = matrix(arena, BURST_N, VIBRATION_AXES);
    make_channels(&d->burst, burst_hz, 2, 20, 0.05);
    d->modal = matrix(arena, BURST_N, MODAL_CHANNELS);
    make_channels(&d->modal, modal_hz, 5, 40, 0.1);
    if (band_filter(BAND_BUILDING, BURST_HZ, &d->band_filter) ||
        kb_filter(BAND_BUILDING, BURST_HZ, &d->kb_filter))
        give_up("the filters of the benchmark are refused");
    d->band = sections_of(&d->band_filter, arena);
    d->kb = sections_of(&d->kb_filter, arena);
    d->signal = array(arena, SIGNAL_N);
    for (size_t i = 0; i < SIGNAL_N; i++)
        d->signal[i] = random_normal(&r);
    d->probability = array(arena, QUANTILES_N);
    for (size_t i = 0; i < QUANTILES_N; i++)
        d->probability[i] = random_uniform(&r);
}

void num_data_make(struct num_data *d, struct arena *arena)
{
    make_climate(d, arena);
    make_regression(d, arena);
    make_days(d, arena);
    make_vibration(d, arena);
}

static void write_array(const char *folder, const char *name, const double *x, size_t n)
{
    char file[64];

    snprintf(file, sizeof file, "%s.f64", name);
    char *path = path_in(folder, file);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(x, sizeof *x, n, f) != n || fclose(f) != 0)
        give_up("%s: cannot be written", path);
    free(path);
}

static void write_matrix(const char *folder, const char *name, const struct matrix *m)
{
    write_array(folder, name, m->at, m->rows * m->cols);
}

void num_data_write(const struct num_data *d, const char *folder)
{
    write_matrix(folder, "design", &d->design);
    write_array(folder, "response", d->response, YEAR_H);
    write_array(folder, "residual", d->residual, YEAR_H);
    write_array(folder, "celsius", d->celsius, MONTHS_13_H);
    write_array(folder, "rh", d->rh, MONTHS_13_H);
    write_array(folder, "daily", d->daily, YEAR_D);
    write_array(folder, "long_daily", d->long_daily, LONG_D);
    write_matrix(folder, "features", &d->features);
    write_matrix(folder, "burst", &d->burst);
    write_matrix(folder, "modal", &d->modal);
    write_array(folder, "signal", d->signal, SIGNAL_N);
    write_array(folder, "probability", d->probability, QUANTILES_N);
    write_matrix(folder, "band", &d->band);
    write_matrix(folder, "kb", &d->kb);
}
