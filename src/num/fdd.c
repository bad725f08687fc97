#include "shikumen/num/fdd.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "fdd_settings.h"
#include "shikumen/num/order.h"

enum {
    LEAST_LINES = 16,
    LEAST_FLOOR_LINES = 8, /* on each side */
    NEAR_LINES = 2,        /* a mode found by other means may peak this far off */
};

struct fdd_settings fdd_defaults(void)
{
    return (struct fdd_settings){.prominence_db = 6.0,
                                 .height_db = 10.0,
                                 .floor_neighbourhood = 0.5,
                                 .bell = BELL_FSDD,
                                 .mac = 0.85,
                                 .high = 0.9,
                                 .low = 0.2,
                                 .skip = 3,
                                 .extremes = 20};
}

bool fdd_settings_good(const struct fdd_settings *s)
{
    return s->low_hz >= 0.0 && s->high_hz >= s->low_hz && s->prominence_db >= 0.0 &&
           isfinite(s->height_db) && s->floor_neighbourhood >= 0.0 &&
           s->floor_neighbourhood <= 1.0 && s->mac >= 0.0 && s->mac < 1.0 && s->high <= 1.0 &&
           s->low > 0.0 && s->low < s->high && s->extremes >= 4 && s->extremes <= 1000 &&
           s->skip <= 1000;
}

static enum err decompose_line(const struct spectral_matrix *m, size_t k, double complex *a,
                               struct fdd *out, struct arena *arena)
{
    size_t l = m->channels;
    double *s = out->s + k * l;

    memcpy(a, spectral_line(m, k), l * l * sizeof *a);
    struct arena_mark mark = arena_mark(arena);
    enum err e = linalg_eigen_hermitian(a, l, s, arena);
    arena_rewind(arena, mark);
    for (size_t j = 0; j < l && !e; j++)
        s[j] = fmax(s[j], 0.0);
    memcpy(out->u + k * l, a, l * sizeof *a);
    return e;
}

enum err fdd_decompose(const struct spectral_matrix *m, struct fdd *out, struct arena *arena)
{
    size_t l = m->channels;

    if (m->lines == 0 || l == 0)
        return ERR_TOO_FEW;
    struct arena_mark start = arena_mark(arena);
    struct fdd made = {.matrix = m};
    made.s = arena_array(arena, m->lines * l, sizeof *made.s);
    made.u = arena_array(arena, m->lines * l, sizeof *made.u);
    struct arena_mark mark = arena_mark(arena);
    double complex *a = arena_array(arena, l * l, sizeof *a);
    enum err e = made.s && made.u && a ? ERR_OK : ERR_NOMEM;
    for (size_t k = 0; k < m->lines && !e; k++)
        e = decompose_line(m, k, a, &made, arena);
    arena_rewind(arena, e ? start : mark);
    if (!e)
        *out = made;
    return e;
}

static double db(double power)
{
    return 10.0 * log10(fmax(power, DBL_MIN));
}

/* Median of the first singular value around a line, the first line (DC) left out. scratch: lines.
 */
static double floor_at(const struct fdd *d, size_t line, double neighbourhood, double *scratch)
{
    size_t lines = d->matrix->lines;
    size_t half = (size_t)(neighbourhood * (double)line);
    half = half < LEAST_FLOOR_LINES ? LEAST_FLOOR_LINES : half;
    size_t from = line > half ? line - half : 1, count = 0;
    size_t to = line + half < lines ? line + half : lines - 1;

    for (size_t k = from; k <= to; k++)
        scratch[count++] = fdd_first(d, k);
    return count > 0 ? median(scratch, count) : 0.0;
}

enum err fdd_height(const struct fdd *d, double f_hz, const struct fdd_settings *s, double *out,
                    struct arena *arena)
{
    const struct spectral_matrix *m = d->matrix;

    if (!fdd_settings_good(s) || !(f_hz >= m->df_hz) ||
        !(f_hz <= m->df_hz * (double)(m->lines - 1)))
        return ERR_RANGE;
    struct arena_mark mark = arena_mark(arena);
    double *scratch = arena_array(arena, m->lines, sizeof *scratch);
    if (!scratch)
        return ERR_NOMEM;
    size_t line = (size_t)(f_hz / m->df_hz + 0.5), top = line;
    for (size_t k = line > NEAR_LINES ? line - NEAR_LINES : 1;
         k <= line + NEAR_LINES && k < m->lines; k++)
        top = fdd_first(d, k) > fdd_first(d, top) ? k : top;
    *out = db(fdd_first(d, top)) - db(floor_at(d, line, s->floor_neighbourhood, scratch));
    arena_rewind(arena, mark);
    return ERR_OK;
}

/* Least value passed on the way from a line to the next higher one, or to the end. */
static double fall_on_side(const struct fdd *d, size_t line, bool up)
{
    double top = fdd_first(d, line), least = top;
    size_t lines = d->matrix->lines;

    for (size_t k = line; up ? k + 1 < lines : k > 1;) {
        k = up ? k + 1 : k - 1;
        if (fdd_first(d, k) > top)
            break;
        least = fmin(least, fdd_first(d, k));
    }
    return db(top) - db(least);
}

/* Higher than the line before and not lower than the one behind. */
static bool is_maximum(const struct fdd *d, size_t k)
{
    return fdd_first(d, k) > fdd_first(d, k - 1) && fdd_first(d, k) >= fdd_first(d, k + 1);
}

static bool within(const struct fdd_settings *s, double f_hz)
{
    return s->high_hz == 0.0 || (f_hz >= s->low_hz && f_hz <= s->high_hz);
}

static size_t pick(const struct fdd *d, const struct fdd_settings *s, double *scratch,
                   struct fdd_peak *peaks)
{
    size_t count = 0;

    for (size_t k = 2; k + 1 < d->matrix->lines; k++) {
        struct fdd_peak p = {.line = k, .f_hz = (double)k * d->matrix->df_hz};

        if (!within(s, p.f_hz) || !is_maximum(d, k))
            continue;
        p.prominence_db = fmin(fall_on_side(d, k, false), fall_on_side(d, k, true));
        if (p.prominence_db < s->prominence_db)
            continue;
        p.s1 = fdd_first(d, k);
        p.height_db = db(p.s1) - db(floor_at(d, k, s->floor_neighbourhood, scratch));
        p.evaluated = p.height_db >= s->height_db;
        peaks[count++] = p;
    }
    return count;
}

enum err fdd_peaks(const struct fdd *d, const struct fdd_settings *s, struct fdd_peak **out,
                   size_t *count, struct arena *arena)
{
    if (!fdd_settings_good(s))
        return ERR_RANGE;
    if (d->matrix->lines < LEAST_LINES)
        return ERR_TOO_FEW;
    struct fdd_peak *peaks = arena_array(arena, d->matrix->lines / 2, sizeof *peaks);
    struct arena_mark mark = arena_mark(arena);
    double *scratch = arena_array(arena, d->matrix->lines, sizeof *scratch);
    if (!peaks || !scratch)
        return ERR_NOMEM;
    *count = pick(d, s, scratch, peaks);
    arena_rewind(arena, mark);
    *out = peaks;
    return ERR_OK;
}
