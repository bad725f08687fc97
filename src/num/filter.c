#include "shikumen/num/filter.h"

#include <math.h>
#include <string.h>

#include "shikumen/num/sample.h"

#define PI      3.14159265358979323846
#define ROOT_2  1.41421356237309504880
#define SILENCE 1e-290 /* memory below this is zero */
#define BLOCK   256    /* samples between two looks for silence */
#define LEAST   1e-6   /* corner over sampling rate: below, the poles are lost in rounding near 1 */

static int corner_fits(double corner_hz, double fs_hz, double most)
{
    return isfinite(fs_hz) && corner_hz > 0 && corner_hz >= LEAST * fs_hz &&
           corner_hz <= most * fs_hz;
}

/* tan(pi fc / fs), the pre-warped corner, or 0. */
static double warped(double corner_hz, double fs_hz)
{
    if (!corner_fits(corner_hz, fs_hz, 0.5) || corner_hz / fs_hz >= 0.5)
        return 0;
    return tan(PI * (corner_hz / fs_hz));
}

enum err biquad_lowpass(double corner_hz, double fs_hz, struct biquad *out)
{
    double k = warped(corner_hz, fs_hz);
    double d = 1 + ROOT_2 * k + k * k;

    if (!(k > 0))
        return ERR_RANGE;
    *out = (struct biquad){.b0 = k * k / d,
                           .b1 = 2 * (k * k / d),
                           .b2 = k * k / d,
                           .a1 = 2 * (k * k - 1) / d,
                           .a2 = (1 - ROOT_2 * k + k * k) / d};
    return ERR_OK;
}

enum err biquad_highpass(double corner_hz, double fs_hz, struct biquad *out)
{
    double k = warped(corner_hz, fs_hz);
    double d = 1 + ROOT_2 * k + k * k;

    if (!(k > 0))
        return ERR_RANGE;
    *out = (struct biquad){.b0 = 1 / d,
                           .b1 = -2 / d,
                           .b2 = 1 / d,
                           .a1 = 2 * (k * k - 1) / d,
                           .a2 = (1 - ROOT_2 * k + k * k) / d};
    return ERR_OK;
}

enum err biquad_lowpass_first(double corner_hz, double fs_hz, struct biquad *out)
{
    double k = warped(corner_hz, fs_hz);

    if (!(k > 0))
        return ERR_RANGE;
    *out = (struct biquad){.b0 = k / (1 + k), .b1 = k / (1 + k), .a1 = (k - 1) / (1 + k)};
    return ERR_OK;
}

enum err biquad_highpass_first(double corner_hz, double fs_hz, struct biquad *out)
{
    double k = warped(corner_hz, fs_hz);

    if (!(k > 0))
        return ERR_RANGE;
    *out = (struct biquad){.b0 = 1 / (1 + k), .b1 = -1 / (1 + k), .a1 = (k - 1) / (1 + k)};
    return ERR_OK;
}

/* Square of the modulus the numerator must have at half the sampling rate so that the modulus at
 * the corner is 1/sqrt 2 (Vicanek 2016, eq. 20 to 22). */
static double numerator_at_half_rate(double w, double at_zero, double at_half, double a2)
{
    double s = sin(w / 2) * sin(w / 2), c = 1 - s;
    double r = (at_zero * c + at_half * s - 16 * a2 * c * s) / 2;

    return (r - at_zero * c) / s;
}

enum err biquad_lowpass_matched(double corner_hz, double fs_hz, struct biquad *out)
{
    double w, a1, a2, zero, half, f;

    if (!corner_fits(corner_hz, fs_hz, 0.7))
        return ERR_RANGE;
    w = 2 * PI * (corner_hz / fs_hz);
    a1 = -2 * exp(-w / ROOT_2) * cos(w / ROOT_2);
    a2 = exp(-w * ROOT_2);
    zero = 1 + a1 + a2;
    half = 1 - a1 + a2;
    f = 2 * (corner_hz / fs_hz);
    if (f <= 1)
        half = sqrt(fmax(0, numerator_at_half_rate(w, zero * zero, half * half, a2)));
    else
        half = half * f * f / sqrt(1 + f * f * f * f);
    *out = (struct biquad){.b0 = (zero + half) / 2, .b1 = (zero - half) / 2, .a1 = a1, .a2 = a2};
    return ERR_OK;
}

enum err filter_append(struct filter *f, const struct biquad *section)
{
    if (f->count >= FILTER_SECTIONS)
        return ERR_FULL;
    f->section[f->count++] = *section;
    return ERR_OK;
}

double complex filter_response(const struct filter *f, double f_hz, double fs_hz)
{
    double w = 2 * PI * (f_hz / fs_hz);
    double complex z = CMPLX(cos(w), -sin(w)), h = 1;

    for (size_t i = 0; i < f->count; i++) {
        const struct biquad *b = &f->section[i];

        h *= (b->b0 + z * (b->b1 + z * b->b2)) / (1 + z * (b->a1 + z * b->a2));
    }
    return h;
}

int filter_stable(const struct filter *f)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct biquad *b = &f->section[i];

        if (!isfinite(b->b0) || !isfinite(b->b1) || !isfinite(b->b2))
            return 0;
        if (!(fabs(b->a2) < 1 && fabs(b->a1) < 1 + b->a2))
            return 0;
    }
    return 1;
}

void filter_settle(const struct filter *f, double x, struct filter_state *s)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct biquad *b = &f->section[i];
        double y = x * ((b->b0 + b->b1 + b->b2) / (1 + b->a1 + b->a2));

        s->z[i][0] = y - b->b0 * x;
        s->z[i][1] = b->b2 * x - b->a2 * y;
        x = y;
    }
    s->last = x;
}

/* A memory that overflowed would never become finite again. */
static int memory_finite(const struct filter *f, const struct filter_state *s)
{
    for (size_t i = 0; i < f->count; i++)
        if (!isfinite(s->z[i][0]) || !isfinite(s->z[i][1]))
            return 0;
    return 1;
}

double filter_step(const struct filter *f, struct filter_state *s, double x)
{
    struct filter_state next = *s;

    for (size_t i = 0; i < f->count; i++) {
        const struct biquad *b = &f->section[i];
        double y = b->b0 * x + next.z[i][0];

        next.z[i][0] = b->b1 * x + next.z[i][1] - b->a1 * y;
        next.z[i][1] = b->b2 * x - b->a2 * y;
        x = y;
    }
    next.last = x;
    if (isfinite(x) && memory_finite(f, &next))
        *s = next;
    return s->last;
}

/* One section on one value; out is last in each sum, so that the chain from sample to sample is as
 * short as it can be. */
#define SECTION(out, in, b, z)                                                                     \
    double out = b.b0 * in + z##1;                                                                 \
    z##1 = b.b1 * in + z##2 - b.a1 * out;                                                          \
    z##2 = b.b2 * in - b.a2 * out

static void run_one(const struct biquad *f, double (*z)[2], const double *x, size_t n, double *y)
{
    const struct biquad b = f[0];
    double z1 = z[0][0], z2 = z[0][1];

    for (size_t i = 0; i < n; i++) {
        SECTION(out, x[i], b, z);
        y[i] = out;
    }
    z[0][0] = z1;
    z[0][1] = z2;
}

/* Several sections in one pass: the processor works on all of them at a time. */
static void run_two(const struct biquad *f, double (*z)[2], const double *x, size_t n, double *y)
{
    const struct biquad b = f[0], c = f[1];
    double z1 = z[0][0], z2 = z[0][1], u1 = z[1][0], u2 = z[1][1];

    for (size_t i = 0; i < n; i++) {
        SECTION(mid, x[i], b, z);
        SECTION(out, mid, c, u);
        y[i] = out;
    }
    z[0][0] = z1;
    z[0][1] = z2;
    z[1][0] = u1;
    z[1][1] = u2;
}

static void run_three(const struct biquad *f, double (*z)[2], const double *x, size_t n, double *y)
{
    const struct biquad b = f[0], c = f[1], d = f[2];
    double z1 = z[0][0], z2 = z[0][1], u1 = z[1][0], u2 = z[1][1], v1 = z[2][0], v2 = z[2][1];

    for (size_t i = 0; i < n; i++) {
        SECTION(first, x[i], b, z);
        SECTION(second, first, c, u);
        SECTION(out, second, d, v);
        y[i] = out;
    }
    z[0][0] = z1;
    z[0][1] = z2;
    z[1][0] = u1;
    z[1][1] = u2;
    z[2][0] = v1;
    z[2][1] = v2;
}

static void run_block(const struct filter *f, struct filter_state *s, const double *x, size_t n,
                      double *y)
{
    static void (*const run[])(const struct biquad *, double(*)[2], const double *, size_t,
                               double *) = {run_one, run_two, run_three};

    for (size_t i = 0; i < f->count; i += 3, x = y) {
        size_t left = f->count - i;

        run[left < 3 ? left - 1 : 2](&f->section[i], &s->z[i], x, n, y);
    }
    if (f->count == 0 && x != y)
        memcpy(y, x, n * sizeof *y);
}

static void forget_silence(const struct filter *f, struct filter_state *s)
{
    for (size_t i = 0; i < f->count; i++)
        for (int k = 0; k < 2; k++)
            if (fabs(s->z[i][k]) < SILENCE)
                s->z[i][k] = 0;
}

enum err filter_run(const struct filter *f, struct filter_state *s, const double *x, size_t n,
                    double *y)
{
    const struct filter_state before = *s;
    enum err e = sample_check(x, n, 0);

    if (e)
        return e;
    for (size_t from = 0; from < n; from += BLOCK) {
        run_block(f, s, x + from, n - from < BLOCK ? n - from : BLOCK, y + from);
        forget_silence(f, s);
    }
    if (n)
        s->last = y[n - 1];
    e = sample_check(y, n, 0);
    if (!e && !memory_finite(f, s))
        e = ERR_NOT_FINITE;
    if (e)
        *s = before;
    return e;
}
