#include <math.h>
#include <string.h>

#include "fdd_settings.h"
#include "shikumen/num/fft.h"

enum {
    LEAST_BELL_LINES = 3,
    LEAST_EXTREMES = 4,
    SAMPLES_PER_PERIOD = 32, /* of the interpolated autocorrelation */
};
/* Standard deviations measured on simulated records over those of slope_factor. */
static const double MEASURED = 1.1;
static const size_t LONGEST = (size_t)1 << 26;

static double bell_value(const struct fdd *d, size_t line, const double complex *u,
                         enum fdd_bell kind)
{
    size_t l = d->matrix->channels;
    const double complex *s = spectral_line(d->matrix, line);
    double sum = 0.0, square = 0.0;

    if (kind == BELL_EFDD)
        return fdd_first(d, line);
    for (size_t b = 0; b < l; b++) {
        square += creal(conj(u[b]) * u[b]);
        for (size_t a = 0; a < l; a++)
            sum += creal(conj(u[a]) * s[b * l + a] * u[b]);
    }
    return fmax(sum / square, 0.0);
}

static bool belongs(const struct fdd *d, size_t line, size_t peak, double mac)
{
    size_t l = d->matrix->channels;

    return modal_mac(d->u + line * l, d->u + peak * l, l) > mac;
}

/* The bell among zeros, relative to its peak; how many lines it has. */
static size_t fill_bell(const struct fdd *d, size_t peak, const struct fdd_settings *s,
                        double complex *bell)
{
    const double complex *u = d->u + peak * d->matrix->channels;
    double top = bell_value(d, peak, u, s->bell);
    size_t from = peak, to = peak;

    while (from > 1 && belongs(d, from - 1, peak, s->mac))
        from--;
    while (to + 1 < d->matrix->lines && belongs(d, to + 1, peak, s->mac))
        to++;
    for (size_t k = from; k <= to && top > 0.0; k++)
        bell[k] = bell_value(d, k, u, s->bell) / top;
    return top > 0.0 ? to - from + 1 : 0;
}

/* Points of the decaying autocorrelation: extremes (half cycle, log modulus) or zero crossings. */
struct line_sums {
    double n, x, y, xx, xy;
};

static void line_add(struct line_sums *s, double x, double y)
{
    double dx = x - s->x;

    s->n += 1.0;
    s->x += dx / s->n;
    s->xy += (y - s->y) * (x - s->x);
    s->y += (y - s->y) / s->n;
    s->xx += dx * (x - s->x);
}

struct decay {
    const struct fdd_settings *settings;
    const double *r; /* autocorrelation, r[0] > 0 */
    size_t n;        /* lags, half the transform's length */
    enum spectrum_window window;
    size_t last;                /* half cycle of the last extreme in use */
    struct line_sums extremes;  /* log |r| over half cycles */
    struct line_sums crossings; /* time in samples over count */
};

/* Modulus of the extreme at sample i, by the parabola through its neighbours. */
static double extreme_modulus(const double *r, size_t i)
{
    double before = fabs(r[i - 1]), at = fabs(r[i]), after = fabs(r[i + 1]);
    double curvature = before - 2.0 * at + after;

    return curvature < 0.0 ? at - (before - after) * (before - after) / (8.0 * curvature) : at;
}

/* Index of the largest modulus between two sign changes, and where the second is. */
static size_t half_wave(const struct decay *d, size_t from, size_t *end)
{
    size_t top = from, i = from;

    for (; i + 1 < d->n && (d->r[i] > 0.0) == (d->r[from] > 0.0); i++)
        if (fabs(d->r[i]) > fabs(d->r[top]))
            top = i;
    *end = i;
    return top;
}

static double crossing_before(const double *r, size_t i)
{
    return (double)i - r[i] / (r[i] - r[i - 1]);
}

/* Autocorrelation of the window at a lag of u of its length, 1 at 0. */
static double window_correlation(enum spectrum_window window, double u)
{
    if (window == WINDOW_BOXCAR)
        return 1.0 - u;
    return (1.0 - u) * (2.0 + cos(2.0 * M_PI * u)) / 3.0 + sin(2.0 * M_PI * u) / (2.0 * M_PI);
}

/* Extreme 0 stands at lag 0; from there one per half cycle until the modulus falls under the low
 * mark. Crossings are those between the extremes in use. The inverse transform of a Welch spectrum
 * is the autocorrelation times that of the window, by which the logarithms are corrected; the marks
 * are for the product, which sinks as the scatter of the estimate does. */
static void follow(struct decay *d)
{
    const struct fdd_settings *s = d->settings;
    size_t end, start = 0;

    half_wave(d, 0, &end);
    for (size_t k = 1; end + 1 < d->n && d->extremes.n < (double)s->extremes; k++) {
        start = end;
        size_t top = half_wave(d, start, &end);
        double modulus = extreme_modulus(d->r, top) / d->r[0];

        if (end + 1 >= d->n || modulus < s->low)
            return;
        if (k < s->skip || modulus > s->high)
            continue;
        double lag = (double)top / (2.0 * (double)d->n);
        d->last = k;
        line_add(&d->extremes, (double)k, log(modulus / window_correlation(d->window, lag)));
        line_add(&d->crossings, (double)k, crossing_before(d->r, start));
    }
}

/* Standard deviation of the slope of the line through the extremes, of log modulus and of phase
 * alike, in that of the best estimate from the same record. With x = zeta omega lag Bartlett's
 * formula for the narrow-band process gives the errors at x_i <= x_j the covariance of
 * exp(2 x_i) (x_j - x_i + 1) / 2, but for terms that a slope does not see. */
static double slope_factor(const struct decay *d, double per_half_cycle)
{
    size_t n = (size_t)d->extremes.n, first = d->last + 1 - n;
    double middle = 0.5 * (double)(first + d->last), variance = 0.0;
    double spread = (double)n * ((double)n * (double)n - 1.0) / 12.0 * per_half_cycle;

    for (size_t i = first; i <= d->last; i++) {
        double own = ((double)i - middle) / spread, sum = 0.5 * own;

        for (size_t j = i + 1; j <= d->last; j++)
            sum += ((double)j - middle) / spread * ((double)(j - i) * per_half_cycle + 1.0);
        variance += own * sum * exp(2.0 * (double)i * per_half_cycle);
    }
    return sqrt(variance);
}

static enum err fit(const struct decay *d, double rate_hz, double duration_s, struct mode *out)
{
    if (d->extremes.n < LEAST_EXTREMES)
        return ERR_TOO_FEW;
    double decrement = -2.0 * d->extremes.xy / d->extremes.xx;
    double fd = 0.5 * rate_hz * d->crossings.xx / d->crossings.xy;
    if (!(decrement > 0.0) || !isfinite(fd))
        return ERR_TOO_FEW;
    out->zeta = decrement / sqrt(4.0 * M_PI * M_PI + decrement * decrement);
    out->f_hz = fd / sqrt(1.0 - out->zeta * out->zeta);
    double turns = 2.0 * M_PI * out->f_hz * duration_s;
    out->zeta_se = MEASURED * slope_factor(d, 0.5 * decrement) * sqrt(out->zeta / turns);
    out->f_se_hz = out->f_hz * out->zeta_se;
    return isfinite(out->zeta_se) ? ERR_OK : ERR_TOO_FEW;
}

/* Length of the inverse transform that gives the peak its samples per period. */
static size_t interpolated_length(size_t segment, size_t line)
{
    size_t n = segment;

    while (n / line < SAMPLES_PER_PERIOD && n <= LONGEST / 2)
        n *= 2;
    return n;
}

static enum err analyse(const struct fdd *d, size_t line, const struct fdd_settings *s,
                        struct mode *out, struct arena *arena)
{
    size_t segment = 2 * (d->matrix->lines - 1), n = interpolated_length(segment, line);
    double complex *bell = arena_array(arena, n / 2 + 1, sizeof *bell);
    double *r = arena_array(arena, n, sizeof *r);
    struct fft *fft;

    if (!bell || !r)
        return ERR_NOMEM;
    if (fill_bell(d, line, s, bell) < LEAST_BELL_LINES)
        return ERR_TOO_FEW;
    enum err e = fft_new(n, &fft, arena);
    if (e)
        return e;
    fft_inverse(fft, bell, r);
    struct decay decay = {.settings = s, .r = r, .n = n / 2, .window = d->matrix->window};
    follow(&decay);
    double rate_hz = d->matrix->fs_hz * (double)n / (double)segment;
    return fit(&decay, rate_hz, d->matrix->duration_s, out);
}

enum err fdd_mode(const struct fdd *d, size_t line, const struct fdd_settings *s, struct mode *out,
                  struct arena *arena)
{
    size_t l = d->matrix->channels;

    if (!fdd_settings_good(s) || line < 1 || line + 1 >= d->matrix->lines)
        return ERR_RANGE;
    struct arena_mark start = arena_mark(arena);
    double complex *shape = arena_array(arena, l, sizeof *shape);
    if (!shape)
        return ERR_NOMEM;
    memcpy(shape, d->u + line * l, l * sizeof *shape);
    modal_normalise(shape, l);
    struct mode made = {.shape = shape};
    struct arena_mark mark = arena_mark(arena);
    enum err e = analyse(d, line, s, &made, arena);
    arena_rewind(arena, e ? start : mark);
    if (!e)
        *out = made;
    return e;
}
