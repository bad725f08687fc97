#include "shikumen/num/fft.h"

#include <kiss_fftr.h>
#include <math.h>

#define LONGEST ((size_t)1 << 26)

struct fft {
    size_t n;
    kiss_fftr_cfg forward, inverse; /* inverse: NULL until the first use */
    void *for_inverse;
    size_t for_inverse_bytes;
    kiss_fft_scalar *time;
    kiss_fft_cpx *lines;
};

static size_t plan_bytes(size_t n, int inverse)
{
    size_t bytes = 0;

    kiss_fftr_alloc((int)n, inverse, NULL, &bytes);
    return bytes;
}

enum err fft_new(size_t n, struct fft **out, struct arena *arena)
{
    struct fft *f;
    size_t bytes;
    void *plan;

    if (n < 2 || n % 2 != 0 || n > LONGEST)
        return ERR_RANGE;
    f = arena_alloc(arena, sizeof *f);
    if (!f)
        return ERR_NOMEM;
    f->n = n;
    f->time = arena_array(arena, n, sizeof *f->time);
    f->lines = arena_array(arena, n / 2 + 1, sizeof *f->lines);
    bytes = plan_bytes(n, 0);
    plan = arena_alloc(arena, bytes);
    f->for_inverse_bytes = plan_bytes(n, 1);
    f->for_inverse = arena_alloc(arena, f->for_inverse_bytes);
    if (!f->time || !f->lines || !plan || !f->for_inverse)
        return ERR_NOMEM;
    f->forward = kiss_fftr_alloc((int)n, 0, plan, &bytes);
    *out = f;
    return ERR_OK;
}

size_t fft_good_length(size_t n)
{
    return n <= 2 ? 2 : (size_t)kiss_fftr_next_fast_size_real((int)n);
}

/* A power of two as two factors, neither of which overflows or is subnormal. */
struct scale {
    double a, b;
};

static struct scale power_of_two(int exponent)
{
    return (struct scale){ldexp(1, exponent / 2), ldexp(1, exponent - exponent / 2)};
}

/* The exponent that brings the largest of n doubles below 1. */
static int exponent_of(const double *x, size_t n)
{
    double largest = 0;
    int exponent;

    for (size_t i = 0; i < n; i++)
        largest = fabs(x[i]) > largest ? fabs(x[i]) : largest;
    (void)frexp(largest, &exponent);
    return exponent;
}

/* f->lines become those of x / 2^exponent, whose largest value is below 1. */
static void transform(struct fft *f, const double *x, int exponent)
{
    struct scale down = power_of_two(-exponent);

    for (size_t i = 0; i < f->n; i++)
        f->time[i] = (float)(x[i] * down.a * down.b);
    kiss_fftr(f->forward, f->time, f->lines);
}

void fft_forward(struct fft *f, const double *x, double complex *spectrum)
{
    int exponent = exponent_of(x, f->n);
    struct scale up = power_of_two(exponent);

    transform(f, x, exponent);
    for (size_t k = 0; k <= f->n / 2; k++)
        spectrum[k] =
            CMPLX((double)f->lines[k].r * up.a * up.b, (double)f->lines[k].i * up.a * up.b);
}

void fft_power(struct fft *f, const double *x, double *power)
{
    transform(f, x, exponent_of(x, f->n));
    for (size_t k = 0; k <= f->n / 2; k++) {
        double re = (double)f->lines[k].r, im = (double)f->lines[k].i;

        power[k] = re * re + im * im;
    }
}

/* Real and imaginary parts of the lines as 2 * (n / 2 + 1) doubles (C17 6.2.5 13). */
static const double *parts(const double complex *spectrum)
{
    return (const double *)spectrum;
}

void fft_inverse(struct fft *f, const double complex *spectrum, double *x)
{
    int exponent = exponent_of(parts(spectrum), 2 * (f->n / 2 + 1));
    struct scale down = power_of_two(-exponent), up = power_of_two(exponent);

    if (!f->inverse)
        f->inverse = kiss_fftr_alloc((int)f->n, 1, f->for_inverse, &f->for_inverse_bytes);
    for (size_t k = 0; k <= f->n / 2; k++) {
        f->lines[k].r = (float)(creal(spectrum[k]) * down.a * down.b);
        f->lines[k].i = (float)(cimag(spectrum[k]) * down.a * down.b);
    }
    f->lines[0].i = 0;
    f->lines[f->n / 2].i = 0;
    kiss_fftri(f->inverse, f->lines, f->time);
    for (size_t i = 0; i < f->n; i++)
        x[i] = (double)f->time[i] / (double)f->n * up.a * up.b;
}
