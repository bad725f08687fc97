/* Band limitation, KB weighting and the running r.m.s. of DIN 45669-1. */
#include <math.h>

#include "shikumen/num/sample.h"
#include "shikumen/num/vibration.h"

#define KB_CORNER_HZ  5.6
#define REFERENCE_HZ  16.0
#define BILINEAR_FROM 5.0 /* corners per sampling rate */
#define MATCHED_TO    0.7

double band_lower_hz(enum vibration_band band)
{
    return band == BAND_RAILWAY ? 4 : 1;
}

double band_upper_hz(enum vibration_band band)
{
    return band == BAND_RAILWAY ? 315 : 80;
}

static double highpass_corner(enum vibration_band band)
{
    return 0.8 * band_lower_hz(band);
}

static double lowpass_corner(enum vibration_band band)
{
    return band_upper_hz(band) / 0.8;
}

double band_response_ideal(enum vibration_band band, double f_hz)
{
    double h = highpass_corner(band) / f_hz, l = f_hz / lowpass_corner(band);

    return 1 / (hypot(1, h * h) * hypot(1, l * l));
}

double kb_response_ideal(enum vibration_band band, double f_hz)
{
    return band_response_ideal(band, f_hz) / hypot(1, KB_CORNER_HZ / f_hz);
}

/* Low-pass (if one fits), weighting (if asked for), high-pass. */
static enum err build(enum vibration_band band, double fs_hz, bool weighted, struct filter *out)
{
    double low = lowpass_corner(band), high = highpass_corner(band);
    struct filter f = {0};
    struct biquad b;
    enum err e = ERR_OK;

    if (!isfinite(fs_hz) || !(high < 0.4 * fs_hz) || !(KB_CORNER_HZ < 0.4 * fs_hz))
        return ERR_RANGE;
    if (low <= MATCHED_TO * fs_hz) {
        e = fs_hz >= BILINEAR_FROM * low ? biquad_lowpass(low, fs_hz, &b)
                                         : biquad_lowpass_matched(low, fs_hz, &b);
        if (!e)
            e = filter_append(&f, &b);
    }
    if (!e && weighted) {
        e = biquad_highpass_first(KB_CORNER_HZ, fs_hz, &b);
        if (!e)
            e = filter_append(&f, &b);
    }
    if (!e)
        e = biquad_highpass(high, fs_hz, &b);
    if (!e)
        e = filter_append(&f, &b);
    if (!e)
        *out = f;
    return e;
}

enum err band_filter(enum vibration_band band, double fs_hz, struct filter *out)
{
    return build(band, fs_hz, false, out);
}

enum err kb_filter(enum vibration_band band, double fs_hz, struct filter *out)
{
    return build(band, fs_hz, true, out);
}

static double against_ideal(const struct filter *f, enum vibration_band band, bool weighted,
                            double fs_hz, double f_hz)
{
    double ideal = weighted ? kb_response_ideal(band, f_hz) : band_response_ideal(band, f_hz);

    return cabs(filter_response(f, f_hz, fs_hz)) / ideal;
}

double band_deviation(const struct filter *f, enum vibration_band band, bool weighted, double fs_hz)
{
    enum { STEPS = 400 };
    double lo = 1.25 * band_lower_hz(band), hi = fmin(0.8 * band_upper_hz(band), 0.45 * fs_hz);
    double reference = against_ideal(f, band, weighted, fs_hz, REFERENCE_HZ);
    double worst = 0;

    for (int i = 0; i <= STEPS; i++) {
        double f_hz = lo * pow(hi / lo, (double)i / STEPS);
        double r = against_ideal(f, band, weighted, fs_hz, f_hz) / reference;

        worst = fmax(worst, fabs(r - 1));
    }
    return worst;
}

/* Maxima of the mean square over the record and over its 30-s clocks. */
struct clocks {
    double top, clock_top, squares;
    size_t top_index, count, length, left;
};

static void clocks_add(struct clocks *c, double mean_square, size_t i)
{
    if (mean_square > c->top) {
        c->top = mean_square;
        c->top_index = i;
    }
    if (mean_square > c->clock_top)
        c->clock_top = mean_square;
    if (--c->left > 0)
        return;
    if (c->clock_top > KB_NEGLIGIBLE * KB_NEGLIGIBLE)
        c->squares += c->clock_top;
    c->count++;
    c->clock_top = 0;
    c->left = c->length;
}

enum err kb_running_rms(const double *kb, size_t n, size_t skip, double fs_hz, double *kb_f,
                        struct kb *out)
{
    struct clocks c = {.top = -1};
    double y = 0, gain;
    enum err e = sample_check(kb, n, 1);

    if (e)
        return e;
    if (!isfinite(fs_hz) || !(fs_hz * KB_CLOCK_S >= 1) || !(fs_hz < 1e9))
        return ERR_RANGE;
    if (n <= skip)
        return ERR_TOO_FEW;
    gain = -expm1(-1 / (KB_TAU_S * fs_hz));
    c.length = c.left = (size_t)llround(KB_CLOCK_S * fs_hz);
    for (size_t i = 0; i < n; i++) {
        y += gain * (kb[i] * kb[i] - y);
        if (kb_f)
            kb_f[i] = sqrt(y);
        if (i >= skip)
            clocks_add(&c, y, i);
    }
    if (!isfinite(y) || !isfinite(c.top) || !isfinite(c.squares))
        return ERR_NOT_FINITE;
    *out = (struct kb){.fmax = sqrt(c.top),
                       .fmax_index = c.top_index,
                       .clocks = c.count,
                       .ftm = c.count ? sqrt(c.squares / (double)c.count) : 0};
    return ERR_OK;
}
