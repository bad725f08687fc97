/* One record from the sensor to the numbers a standard asks for. */
#include <math.h>

#include "shikumen/num/sample.h"
#include "shikumen/num/stats.h"
#include "shikumen/num/vibration.h"

static enum err settle_and_run(const struct filter *f, double rest, const double *x, size_t n,
                               double *y)
{
    struct filter_state s = {0};

    filter_settle(f, rest, &s);
    return filter_run(f, &s, x, n, y);
}

/* Velocity from a geophone: H_u, at rest under the mean of the first second. */
static enum err from_velocity(const struct burst_options *o, const double *x, size_t n, double *v)
{
    struct filter f;
    size_t second = o->fs_hz < (double)n ? (size_t)ceil(o->fs_hz) : n;
    double rest = 0;
    enum err e = band_filter(o->band, o->fs_hz, &f);

    if (!e)
        e = mean(x, second, &rest);
    return e ? e : settle_and_run(&f, rest, x, n, v);
}

/* From an accelerometer: the high-pass of H_u is that of the integration. */
static enum err from_acceleration(const struct burst_options *o, const double *x, size_t n,
                                  double *v, struct arena *arena)
{
    const struct velocity_options vo = {.fs_hz = o->fs_hz,
                                        .highpass_hz = 0.8 * band_lower_hz(o->band),
                                        .highpasses = 1,
                                        .scale = 1000};
    struct filter f;
    enum err e = band_filter(o->band, o->fs_hz, &f);

    if (!e)
        e = velocity_from_acceleration(&vo, x, n, v, arena);
    if (e)
        return e;
    f.count--; /* the low-pass alone, where there is one */
    return settle_and_run(&f, 0, v, n, v);
}

static enum err kb_of(const struct burst_options *o, const double *v, size_t n, size_t skip,
                      struct kb *out, struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    double *kb = arena_array(arena, n, sizeof *kb);
    struct filter f;
    enum err e = kb_filter(o->band, o->fs_hz, &f);

    if (!kb)
        return ERR_NOMEM;
    if (!e) {
        f.section[0] = f.section[f.count - 2]; /* the weighting alone: v is band-limited */
        f.count = 1;
        e = settle_and_run(&f, 0, v, n, kb);
    }
    if (!e)
        e = kb_running_rms(kb, n, skip, o->fs_hz, NULL, out);
    arena_rewind(arena, mark);
    return e;
}

/* Velocity v of sound samples, the first skip of which are settling. */
static enum err measure(const struct burst_options *o, double *const *v, size_t sound, size_t skip,
                        struct burst *out, struct arena *arena)
{
    double hi = fmin(band_upper_hz(o->band), o->fs_hz / 2);
    const double *settled[VIBRATION_AXES];
    enum err e =
        peak_particle_velocity((const double *const *)v, out->axes, sound, skip, &out->ppv);

    for (size_t a = 0; !e && a < out->axes; a++) {
        settled[a] = v[a] + skip;
        out->crossing[a] =
            crossing_frequency(settled[a], sound - skip, out->ppv.axis[a].index - skip, o->fs_hz);
        e = kb_of(o, v[a], sound, skip, &out->kb[a], arena);
    }
    if (!e)
        e = spectrum_peaks(settled, out->axes, sound - skip, o->fs_hz, band_lower_hz(o->band), hi,
                           out->spectrum, arena);
    return e;
}

static enum err evaluate(const struct burst_options *o, const double *const *axis, size_t n,
                         size_t skip, struct burst *out, struct arena *arena)
{
    size_t sound = o->acceleration ? n - VELOCITY_TAPS : n; /* the rest is the taps' */
    double *v[VIBRATION_AXES];
    enum err e = ERR_OK;

    for (size_t a = 0; !e && a < out->axes; a++) {
        v[a] = arena_array(arena, n, sizeof *v[a]);
        if (!v[a])
            return ERR_NOMEM;
        e = o->acceleration ? from_acceleration(o, axis[a], n, v[a], arena)
                            : from_velocity(o, axis[a], n, v[a]);
    }
    return e ? e : measure(o, v, sound, skip, out, arena);
}

enum err burst_evaluate(const struct burst_options *o, const double *const *axis, size_t axes,
                        size_t n, struct burst *out, struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    struct burst b = {.axes = axes};
    enum err e = ERR_OK;

    if (axes < 1 || axes > VIBRATION_AXES || !isfinite(o->fs_hz) || !(o->fs_hz > 0) ||
        !(o->fs_hz < 1e6) || !(o->skip_s >= 0) || !(o->skip_s < 1e9))
        return ERR_RANGE;
    for (size_t a = 0; !e && a < axes; a++)
        e = sample_check(axis[a], n, 8);
    if (!e && (double)n < (o->skip_s + 1) * o->fs_hz + VELOCITY_TAPS)
        e = ERR_TOO_FEW;
    if (!e)
        e = evaluate(o, axis, n, (size_t)llround(o->skip_s * o->fs_hz), &b, arena);
    arena_rewind(arena, mark);
    if (!e)
        *out = b;
    return e;
}
