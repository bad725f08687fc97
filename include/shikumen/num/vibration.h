/* Vibration of buildings: band limitation and KB (DIN 45669-1:2010-09), velocity from acceleration,
 * peaks, dominant frequency, doses. Velocity in mm/s, acceleration in m/s^2, peaks zero to peak. */
#ifndef SHIKUMEN_NUM_VIBRATION_H
#define SHIKUMEN_NUM_VIBRATION_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/curve.h"
#include "shikumen/base/err.h"
#include "shikumen/num/filter.h"

#define VIBRATION_AXES 3

/* ---- Band limitation and weighting ------------------------------------------------------------
 */

/* Nominal bands of DIN 45669-1: 1 .. 80 Hz for buildings, 4 .. 315 Hz beside railways. The corners
 * of the two-pole Butterworth filters are 0.8 times the lower and 1.25 times the upper limit. */
enum vibration_band { BAND_BUILDING, BAND_RAILWAY };

double band_lower_hz(enum vibration_band band);
double band_upper_hz(enum vibration_band band);

/* Moduli of H_u and H_KB = H_u / (1 - j 5.6 / f) as the standard defines them; f_hz > 0. */
double band_response_ideal(enum vibration_band band, double f_hz);
double kb_response_ideal(enum vibration_band band, double f_hz);

/* H_u as sections: low-pass, high-pass. kb_filter puts the weighting between them. Low-pass by the
 * bilinear transform from fs >= 5 corners (500 Hz for buildings), matched below, left out where
 * its corner lies past 0.7 fs (142.9 Hz; the band then ends at half the sampling rate).
 * Within the 10 % of the standard (band_deviation; weighted from 41 Hz) at every rate. Its 20 %
 * hold to 1.3 corners (130 Hz) at every rate, out to twice the upper limit (160 Hz) from 7 corners.
 * ERR_RANGE unless 5.6 Hz, the corner of the weighting, is below 0.4 fs (14 Hz < fs), and for an
 * fs past a million times the high-pass corner. */
enum err band_filter(enum vibration_band band, double fs_hz, struct filter *out) MUST_USE;
enum err kb_filter(enum vibration_band band, double fs_hz, struct filter *out) MUST_USE;

/* Largest |response / ideal - 1| of a filter on 400 frequencies between 1.25 times the lower limit
 * and the lesser of 0.8 times the upper limit and 0.45 fs, both normalised at 16 Hz: the standard
 * asks for 0.10. weighted: against H_KB. fs_hz above 36, so that 16 Hz is in the band. */
double band_deviation(const struct filter *f, enum vibration_band band, bool weighted,
                      double fs_hz);

/* ---- KB ---------------------------------------------------------------------------------------
 */

#define KB_TAU_S      0.125
#define KB_CLOCK_S    30.0
#define KB_NEGLIGIBLE 0.1 /* clock maxima up to this enter KB_FTm as 0 */

struct kb {
    double fmax; /* KB_Fmax, largest running r.m.s. */
    size_t fmax_index;
    size_t clocks; /* whole 30-s clocks in the record */
    double ftm;    /* KB_FTm over them; 0 when clocks is 0 */
};

/* Running r.m.s. of n weighted samples kb: y += (1 - exp(-1 / (tau fs))) (kb^2 - y), root. kb_f (n,
 * or NULL) may be kb. The first skip samples move the r.m.s. but enter neither maximum nor clocks.
 * ERR_TOO_FEW for n <= skip, ERR_NOT_FINITE also when a square overflows, ERR_RANGE for fs. */
enum err kb_running_rms(const double *kb, size_t n, size_t skip, double fs_hz, double *kb_f,
                        struct kb *out) MUST_USE;

/* ---- Velocity from acceleration ---------------------------------------------------------------
 */

/* Integration as convolution with the integral over one sampling interval of the band-limited
 * signal (21 symmetric taps, minimax to 0.4 fs), then a sum with the high-pass in one section: the
 * gain is right within 6e-6 from 0 to 0.4 fs (80 Hz at 200 Hz sampling), where the trapezoid rule
 * has (pi f / fs) / tan(pi f / fs). The pole of the sum and one zero of the high-pass cancel, so
 * that nothing grows. Sample i of the velocity belongs to the time (i + 1/2) / fs. */
#define VELOCITY_TAPS     10 /* on each side */
#define VELOCITY_SETTLE_S 1.0

struct velocity_options {
    double fs_hz;
    double highpass_hz; /* two-pole Butterworth; 0.8 for buildings */
    int highpasses;     /* 1: response of H_u at the lower end; 2: drifts vanish too */
    double scale;       /* velocity per (acceleration s): 1000 makes mm/s of m/s^2 */
};

/* Gain of velocity against scale / (2 pi f) times acceleration, high-passes included; f_hz 0 ..
 * fs / 2. 0 for a scale of 0 and for what velocity_from_acceleration refuses. */
double velocity_gain(const struct velocity_options *o, double f_hz);

/* acceleration -> velocity, n each; velocity may be acceleration. Start: the filter is at rest
 * under the mean of the first second; what the true velocity had at the start then decays as
 * exp(-4.44 highpass_hz t): a peak is wrong by less than 1.5 % of the amplitude at the start after
 * VELOCITY_SETTLE_S at 0.8 Hz, which the record should have before its event (pre-event time of the
 * trigger). The last VELOCITY_TAPS samples rest on the last acceleration repeated. An offset has no
 * effect; a drift of r per second leaves scale r / (2 pi highpass_hz)^2, nothing with two
 * high-passes. ERR_TOO_FEW n < 2, ERR_NOT_FINITE, ERR_RANGE (fs, corner outside 0 .. 0.4 fs,
 * highpasses not 1 or 2), ERR_NOMEM. */
enum err velocity_from_acceleration(const struct velocity_options *o, const double *acceleration,
                                    size_t n, double *velocity, struct arena *arena) MUST_USE;

/* ---- Peaks and means --------------------------------------------------------------------------
 */

/* Largest |x|, first of equal ones. n >= 1, finite. */
struct peak {
    double value;
    size_t index;
};
struct peak zero_to_peak(const double *x, size_t n);

struct ppv {
    struct peak axis[VIBRATION_AXES];
    size_t largest;     /* axis of the largest component */
    struct peak vector; /* largest root of the sum of squares at one instant */
};

/* Of samples skip .. n - 1 of 1 to 3 axes; indices count from 0. ERR_RANGE (axes), ERR_TOO_FEW,
 * ERR_NOT_FINITE also when the vector overflows. */
enum err peak_particle_velocity(const double *const *axis, size_t axes, size_t n, size_t skip,
                                struct ppv *out) MUST_USE;

struct vibration_dose {
    double rms;
    double peak;
    double crest_factor; /* peak / rms; 0 for silence */
    double vdv;          /* (sum a^4 dt)^(1/4): m/s^1.75 of m/s^2 */
    double evdv;         /* 1.4 rms T^(1/4), an estimate for crest factors below 6 */
};
/* Of a weighted acceleration. ERR_TOO_FEW n < 1, ERR_NOT_FINITE, ERR_RANGE (fs). */
enum err vibration_dose(const double *a, size_t n, double fs_hz,
                        struct vibration_dose *out) MUST_USE;

/* BS 6472-1:2008 table 1, residential buildings [M]: 16 h day 0.2 / 0.4 / 0.8 / 1.6 m/s^1.75, 8 h
 * night half of that. Annoyance, not damage. A class begins at its lower value. vdv finite, >= 0.
 */
enum adverse_comment {
    COMMENT_NONE,
    COMMENT_LOW,
    COMMENT_POSSIBLE,
    COMMENT_PROBABLE,
    COMMENT_BEYOND
};
enum adverse_comment adverse_comment(double vdv, bool night);

/* Bending stress (Pa) of a beam or plate from its largest velocity (m/s), DIN 4150-3:1999-02 6.2:
 * 1.73 sqrt(E rho G_total / G_beam) k_n v; E in Pa, rho in kg/m^3, k_n 1 .. 1.3. ERR_RANGE unless
 * E, rho, load_ratio and k_n are positive and finite and v is finite and >= 0, and the result is
 * finite.
 */
enum err stress_from_velocity(double e_pa, double rho_kg_m3, double load_ratio, double k_n,
                              double v_m_s, double *stress_pa) MUST_USE;

/* Fundamental frequency 10 / n of a building of n >= 5 storeys, DIN 4150-3:1999-02 6.4; 0 below. */
double storey_frequency_hz(unsigned storeys);

/* ---- Dominant frequency -----------------------------------------------------------------------
 */

/* From the zero crossings that enclose sample peak: 1 / (2 dt) (DIN 45669-1 annex D), with
 * crossings interpolated linearly and with whole samples. Both 0 when no crossing lies on one of
 * the sides, or both round to one sample (around a value that is nothing beside its neighbours). n
 * finite samples, peak < n, fs_hz > 0. */
struct crossing_frequency {
    double hz, sample_hz;
};
struct crossing_frequency crossing_frequency(const double *x, size_t n, size_t peak, double fs_hz);

/* Largest line of the amplitude spectrum of the whole record (mean removed, zero-padded to twice
 * the length below 16384 samples, refined by a parabola through the logarithms), and the largest
 * local maximum at least a third of an octave away from it. */
struct spectrum_peaks {
    double hz, runner_up_hz; /* 0: the axis is constant, or has no line among them; there
                                is no runner-up */
    double runner_up_ratio;  /* of amplitudes, 0 .. 1 */
};
/* Of 1 to 3 axes of n samples, out[axes], among lo_hz .. hi_hz (ERR_RANGE unless 0 <= lo < hi <=
 * fs/2 and a line lies between). ERR_TOO_FEW n < 8, ERR_NOT_FINITE, ERR_NOMEM. */
enum err spectrum_peaks(const double *const *axis, size_t axes, size_t n, double fs_hz,
                        double lo_hz, double hi_hz, struct spectrum_peaks *out,
                        struct arena *arena) MUST_USE;

/* Peak of the record weighted by base / curve(f) with zero phase, over base (DIN 45669-1 annex E;
 * base is the value of the curve at its low end, 20, 5 or 3 mm/s): the ratio to a guideline that
 * depends on frequency without choosing one. The record is continued by one second of zeros.
 * ERR_TOO_FEW n < 8, ERR_NOT_FINITE, ERR_RANGE (fs, a curve that is empty, not positive
 * or not in order of frequency), ERR_NOMEM. */
enum err weighted_peak_ratio(const double *x, size_t n, double fs_hz,
                             const struct curve_point *curve, size_t points, double *ratio,
                             struct arena *arena) MUST_USE;

/* ---- A burst ----------------------------------------------------------------------------------
 */

struct burst_options {
    double fs_hz;
    enum vibration_band band;
    bool acceleration; /* m/s^2; else velocity in mm/s */
    double skip_s;     /* not evaluated at the start: VELOCITY_SETTLE_S */
};

struct burst {
    size_t axes;
    struct ppv ppv;                                     /* mm/s, H_u */
    struct crossing_frequency crossing[VIBRATION_AXES]; /* at the peak of the axis */
    struct spectrum_peaks spectrum[VIBRATION_AXES];     /* zeros for an axis without motion */
    struct kb kb[VIBRATION_AXES];
};

/* All of the above of one record of 1 to 3 axes of n samples. Time of sample i: i / fs, half a
 * sample later for acceleration, of which the last
 * VELOCITY_TAPS samples are not evaluated. ERR_TOO_FEW when no second of record is left; errors
 * of the parts; ERR_NOMEM. */
enum err burst_evaluate(const struct burst_options *o, const double *const *axis, size_t axes,
                        size_t n, struct burst *out, struct arena *arena) MUST_USE;

#endif
