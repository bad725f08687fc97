/* Velocity from acceleration: exact gain by a short symmetric convolution and one section. */
#include <math.h>

#include "shikumen/num/sample.h"
#include "shikumen/num/stats.h"
#include "shikumen/num/vibration.h"

#define PI 3.14159265358979323846

/* Weights of the samples 0, 1 .. VELOCITY_TAPS steps away in the integral over one step around
 * sample 0: tap[0] + 2 sum tap[k] cos(k w) = sin(w/2) / (w/2), the gain of that integral, within a
 * relative 5.1e-6 for w = 0 .. 0.8 pi (minimax, exact at 0). */
static const double tap[VELOCITY_TAPS + 1] = {
    0.8744877537108022,      0.07382293533060909,   -0.01497795388860058,    0.005638112913605401,
    -0.0025541288162296994,  0.0012325957453622274, -0.000596230948754938,   0.00027796051860931077,
    -0.00011897250219241661, 4.457284671080704e-05, -1.2768054520281121e-05,
};

/* A step of the sum, 1 / (1 - z^-1), takes one of the two zeros of the high-pass. */
static enum err sections(const struct velocity_options *o, struct filter *out)
{
    struct filter f = {0};
    struct biquad high, sum;
    enum err e;

    if (o->highpasses < 1 || o->highpasses > 2 || !isfinite(o->scale))
        return ERR_RANGE;
    if (!(o->highpass_hz < 0.4 * o->fs_hz))
        return ERR_RANGE;
    e = biquad_highpass(o->highpass_hz, o->fs_hz, &high);
    if (e)
        return e;
    sum = high;
    sum.b0 = high.b0 * (o->scale / o->fs_hz);
    sum.b1 = -sum.b0;
    sum.b2 = 0;
    e = filter_append(&f, &sum);
    if (!e && o->highpasses == 2)
        e = filter_append(&f, &high);
    if (!e)
        *out = f;
    return e;
}

static double tap_gain(double w)
{
    double g = tap[0];

    for (int k = 1; k <= VELOCITY_TAPS; k++)
        g += 2 * tap[k] * cos(k * w);
    return g;
}

double velocity_gain(const struct velocity_options *o, double f_hz)
{
    struct velocity_options unit = *o;
    double w = 2 * PI * (f_hz / o->fs_hz);
    struct filter f;

    unit.scale = o->fs_hz; /* a sum of samples: no scale can overflow */
    if (!isfinite(o->scale) || o->scale == 0 || sections(&unit, &f))
        return 0;
    return tap_gain(w) * cabs(filter_response(&f, f_hz, o->fs_hz)) * w;
}

/* a with VELOCITY_TAPS copies of its first and last value around it. */
static double *padded(const double *a, size_t n, struct arena *arena)
{
    double *p = arena_array(arena, n + 2 * VELOCITY_TAPS, sizeof *p);

    if (!p)
        return NULL;
    for (size_t i = 0; i < VELOCITY_TAPS; i++) {
        p[i] = a[0];
        p[n + VELOCITY_TAPS + i] = a[n - 1];
    }
    for (size_t i = 0; i < n; i++)
        p[VELOCITY_TAPS + i] = a[i];
    return p;
}

static void integrate_steps(const double *p, size_t n, double *out)
{
    for (size_t i = 0; i < n; i++) {
        const double *at = p + i + VELOCITY_TAPS;
        double s = tap[0] * at[0];

        for (ptrdiff_t k = 1; k <= VELOCITY_TAPS; k++)
            s += tap[k] * (at[k] + at[-k]);
        out[i] = s;
    }
}

enum err velocity_from_acceleration(const struct velocity_options *o, const double *acceleration,
                                    size_t n, double *velocity, struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    struct filter_state state = {0};
    struct filter f;
    double rest, *p;
    size_t second;
    enum err e = sections(o, &f);

    if (!e)
        e = sample_check(acceleration, n, 2);
    if (e)
        return e;
    second = o->fs_hz < (double)n ? (size_t)ceil(o->fs_hz) : n;
    e = mean(acceleration, second, &rest);
    if (e)
        return e;
    p = padded(acceleration, n, arena);
    if (!p)
        return ERR_NOMEM;
    integrate_steps(p, n, velocity);
    arena_rewind(arena, mark);
    filter_settle(&f, rest, &state);
    return filter_run(&f, &state, velocity, n, velocity);
}
