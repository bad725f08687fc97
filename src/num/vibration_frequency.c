/* Dominant frequency both ways, and the weighted peak that needs none (DIN 45669-1 annexes D, E).
 */
#include <complex.h>
#include <math.h>

#include "shikumen/num/fft.h"
#include "shikumen/num/sample.h"
#include "shikumen/num/stats.h"
#include "shikumen/num/vibration.h"

#define LONGEST      (1u << 26)
#define PADDED_BELOW 16384 /* longer records resolve enough as they are */
#define THIRD_OCTAVE 1.2599210498948732

/* Instant between samples inside and outside, of which only inside has the sign of the peak. */
static double crossing_between(const double *x, size_t inside, size_t outside)
{
    double out = fabs(x[outside]), in = fabs(x[inside]); /* in > 0 */
    double share = out < in ? out / in / (1 + out / in) : 1 / (1 + in / out);

    return (double)outside + share * ((double)inside - (double)outside);
}

struct crossing_frequency crossing_frequency(const double *x, size_t n, size_t peak, double fs_hz)
{
    struct crossing_frequency f = {0};
    double sign = x[peak] > 0 ? 1 : -1, before, after, whole;
    size_t left = peak, right = peak;

    while (left > 0 && x[left - 1] * sign > 0)
        left--;
    while (right + 1 < n && x[right + 1] * sign > 0)
        right++;
    if (left == 0 || right + 1 == n || x[peak] == 0)
        return f;
    before = crossing_between(x, left, left - 1);
    after = crossing_between(x, right, right + 1);
    whole = floor(after) - floor(before);
    if (!(after > before) || !(whole > 0))
        return f;
    f.hz = fs_hz / (2 * (after - before));
    f.sample_hz = fs_hz / (2 * whole);
    return f;
}

/* Room for the transforms of records of one length. */
struct spectra {
    struct fft *fft;
    size_t length;  /* zero-padded */
    double *padded; /* 0 beyond the record */
    double *power;  /* of lines 0 .. length / 2 */
};

static enum err spectra_new(size_t n, struct spectra *out, struct arena *arena)
{
    struct spectra s = {.length = fft_good_length(n < PADDED_BELOW ? 2 * n : n)};
    enum err e = fft_new(s.length, &s.fft, arena);

    if (e)
        return e;
    s.padded = arena_array(arena, s.length, sizeof *s.padded);
    s.power = arena_array(arena, s.length / 2 + 1, sizeof *s.power);
    if (!s.padded || !s.power)
        return ERR_NOMEM;
    *out = s;
    return ERR_OK;
}

/* s->power becomes that of x, which is finite, without its mean, in some unit. ERR_CONSTANT,
 * ERR_NOT_FINITE. */
static enum err power_spectrum(struct spectra *s, const double *x, size_t n)
{
    enum err e = sample_varies(x, n); /* the mean of equal values may round */
    double half_mean;

    if (e)
        return e;
    half_mean = sum_neumaier(x, n) / (double)n / 2;
    if (!isfinite(half_mean))
        return ERR_NOT_FINITE;
    for (size_t i = 0; i < n; i++)
        s->padded[i] = x[i] / 2 - half_mean; /* halves: no difference overflows */
    fft_power(s->fft, s->padded, s->power);
    return ERR_OK;
}

static bool local_maximum(const double *power, size_t k)
{
    return power[k] > 0 && power[k] >= power[k - 1] && power[k] > power[k + 1];
}

/* Line number of the top of a parabola through three logarithms. */
static double refined(const double *power, size_t k)
{
    double a, b, c, curvature;

    if (!local_maximum(power, k) || !(power[k - 1] > 0) || !(power[k + 1] > 0))
        return (double)k;
    a = log(power[k - 1]);
    b = log(power[k]);
    c = log(power[k + 1]);
    curvature = a - 2 * b + c;
    return curvature < 0 ? (double)k + 0.5 * (a - c) / curvature : (double)k;
}

static size_t strongest_line(const double *power, size_t lo, size_t hi)
{
    size_t best = lo;

    for (size_t k = lo + 1; k <= hi; k++)
        if (power[k] > power[best])
            best = k;
    return best;
}

/* Strongest local maximum a third of an octave away from line best; 0 when there is none. */
static size_t second_line(const double *power, size_t lo, size_t hi, size_t best)
{
    double below = (double)best / THIRD_OCTAVE, above = (double)best * THIRD_OCTAVE;
    double most = 0;
    size_t second = 0;

    for (size_t k = lo; k <= hi; k++) {
        if (!(power[k] > most)) /* first, since it is the most often so */
            continue;
        if (((double)k <= below || (double)k >= above) && local_maximum(power, k)) {
            second = k;
            most = power[k];
        }
    }
    return second;
}

static void pick_peaks(const double *power, size_t lo, size_t hi, double line_hz,
                       struct spectrum_peaks *out)
{
    size_t best = strongest_line(power, lo, hi), second = second_line(power, lo, hi, best);

    if (power[best] == 0)
        return;
    out->hz = refined(power, best) * line_hz;
    if (second > 0) {
        out->runner_up_hz = refined(power, second) * line_hz;
        out->runner_up_ratio = sqrt(power[second] / power[best]);
    }
}

static enum err peaks_of(const double *const *axis, size_t axes, size_t n, double fs_hz,
                         double lo_hz, double hi_hz, struct spectrum_peaks *out,
                         struct arena *arena)
{
    double line_hz, first, last;
    struct spectra s;
    enum err e = spectra_new(n, &s, arena);

    if (e)
        return e;
    line_hz = fs_hz / (double)s.length;
    first = fmax(1, ceil(lo_hz / line_hz));
    last = fmin((double)(s.length / 2 - 1), floor(hi_hz / line_hz));
    if (!(first <= last))
        return ERR_RANGE;
    for (size_t a = 0; a < axes; a++) {
        e = power_spectrum(&s, axis[a], n);
        if (e && e != ERR_CONSTANT)
            return e;
        out[a] = (struct spectrum_peaks){0};
        if (!e)
            pick_peaks(s.power, (size_t)first, (size_t)last, line_hz, &out[a]);
    }
    return ERR_OK;
}

enum err spectrum_peaks(const double *const *axis, size_t axes, size_t n, double fs_hz,
                        double lo_hz, double hi_hz, struct spectrum_peaks *out, struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    struct spectrum_peaks found[VIBRATION_AXES];
    enum err e = ERR_OK;

    if (axes < 1 || axes > VIBRATION_AXES)
        return ERR_RANGE;
    for (size_t a = 0; !e && a < axes; a++)
        e = sample_check(axis[a], n, 8);
    if (e)
        return e;
    if (n > LONGEST / 2 || !isfinite(fs_hz) || !(lo_hz >= 0) || !(lo_hz < hi_hz) ||
        !(hi_hz <= fs_hz / 2))
        return ERR_RANGE;
    e = peaks_of(axis, axes, n, fs_hz, lo_hz, hi_hz, found, arena);
    arena_rewind(arena, mark);
    for (size_t a = 0; !e && a < axes; a++)
        out[a] = found[a];
    return e;
}

static enum err curve_check(const struct curve_point *curve, size_t points)
{
    if (points < 1)
        return ERR_RANGE;
    for (size_t i = 0; i < points; i++) {
        if (!isfinite(curve[i].value) || !(curve[i].value > 0) || !isfinite(curve[i].frequency_hz))
            return ERR_RANGE;
        if (i > 0 && curve[i].frequency_hz < curve[i - 1].frequency_hz)
            return ERR_RANGE;
    }
    return ERR_OK;
}

/* Zero-phase: every line times base / curve. */
static enum err weigh(double *x, size_t length, double fs_hz, const struct curve_point *curve,
                      size_t points, struct arena *arena)
{
    double complex *spectrum = arena_array(arena, length / 2 + 1, sizeof *spectrum);
    struct fft *f;
    enum err e = fft_new(length, &f, arena);

    if (e)
        return e;
    if (!spectrum)
        return ERR_NOMEM;
    fft_forward(f, x, spectrum);
    for (size_t k = 1; k <= length / 2; k++)
        spectrum[k] *= curve[0].value / curve_at(curve, points, fs_hz * (double)k / (double)length);
    fft_inverse(f, spectrum, x);
    return ERR_OK;
}

enum err weighted_peak_ratio(const double *x, size_t n, double fs_hz,
                             const struct curve_point *curve, size_t points, double *ratio,
                             struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    double *padded, r;
    size_t length;
    enum err e = sample_check(x, n, 8);

    if (!e)
        e = curve_check(curve, points);
    if (e)
        return e;
    if (!(fs_hz > 0) || !(fs_hz < LONGEST / 2) || n > LONGEST / 2)
        return ERR_RANGE;
    length = fft_good_length(n + (size_t)ceil(fs_hz));
    padded = arena_array(arena, length, sizeof *padded);
    if (!padded)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        padded[i] = x[i];
    e = weigh(padded, length, fs_hz, curve, points, arena);
    r = e ? 0 : zero_to_peak(padded, n).value / curve[0].value;
    arena_rewind(arena, mark);
    if (!e && !isfinite(r))
        e = ERR_NOT_FINITE;
    if (!e)
        *ratio = r;
    return e;
}
