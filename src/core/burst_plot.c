#include "shikumen/core/burst_plot.h"

#include <math.h>

#include "shikumen/num/fft.h"
#include "shikumen/num/spectrum.h"

/* --- frequencies --- */

static double hz_at(double band)
{
    return BURST_PLOT_LOW_HZ *
           pow(BURST_PLOT_HIGH_HZ / BURST_PLOT_LOW_HZ, band / (double)BURST_PLOT_BANDS);
}

double burst_plot_band_hz(size_t band)
{
    return hz_at((double)band);
}

double burst_plot_middle_hz(size_t band)
{
    return hz_at((double)band + 0.5);
}

/* --- velocity --- */

static bool put_wave(const double *v, size_t n, size_t columns, struct burst_trace *t,
                     struct arena *arena)
{
    t->least = arena_array(arena, columns, sizeof *t->least);
    t->most = arena_array(arena, columns, sizeof *t->most);
    if (!t->least || !t->most)
        return false;
    for (size_t i = 0; i < columns; i++) {
        size_t end = (i + 1) * n / columns;
        double least = HUGE_VAL, most = -HUGE_VAL;
        for (size_t k = i * n / columns; k < end; k++) {
            least = fmin(least, v[k]);
            most = fmax(most, v[k]);
        }
        t->least[i] = (float)least;
        t->most[i] = (float)most;
    }
    return true;
}

/* --- spectrum --- */

/* Even, of factors 2, 3 and 5 alone. */
static size_t fast_length(size_t n)
{
    for (n -= n % 2; n > 2; n -= 2) {
        size_t rest = n;
        for (size_t f = 2; f <= 5; f++)
            while (rest % f == 0)
                rest /= f;
        if (rest == 1)
            break;
    }
    return n;
}

static void take_lines(const struct psd *p, struct burst_trace *t)
{
    for (size_t b = 0; b < BURST_PLOT_BANDS; b++)
        t->amplitude[b] = NAN;
    for (size_t k = 1; k < p->lines; k++) {
        double f_hz = (double)k * p->df_hz, a = sqrt(2 * fmax(0, p->at[k]));
        double band = (double)BURST_PLOT_BANDS * log(f_hz / BURST_PLOT_LOW_HZ) /
                      log(BURST_PLOT_HIGH_HZ / BURST_PLOT_LOW_HZ);
        if (!(band >= 0 && band < BURST_PLOT_BANDS))
            continue;
        if (!(a <= (double)t->amplitude[(size_t)band]))
            t->amplitude[(size_t)band] = (float)a;
    }
}

static enum err put_spectrum(const struct burst_record *r, const double *v, struct burst_trace *t,
                             double *spectrum_s, struct arena *arena)
{
    struct welch w = {.fs_hz = r->fs_hz,
                      .segment = fast_length(r->samples),
                      .window = WINDOW_BOXCAR,
                      .detrend = DETREND_CONSTANT,
                      .scaling = SCALING_SPECTRUM};
    struct psd p;
    enum err e;

    *spectrum_s = (double)w.segment / r->fs_hz;
    t->amplitude = arena_array(arena, BURST_PLOT_BANDS, sizeof *t->amplitude);
    if (!t->amplitude)
        return ERR_NOMEM;
    e = psd_welch(v, r->samples, &w, &p, arena);
    if (!e)
        take_lines(&p, t);
    return e;
}

static enum err put_axis(const struct burst_record *r, size_t axis, struct burst_plot *out,
                         struct arena *arena)
{
    struct burst_trace *t = &out->axis[axis];
    double *v;
    enum err e = burst_velocity(r, axis, arena, &v);

    if (!e && !put_wave(v, r->samples, out->columns, t, arena))
        e = ERR_NOMEM;
    if (!e)
        e = put_spectrum(r, v, t, &out->spectrum_s, arena);
    t->known = !e;
    return e;
}

/* --- what is allowed --- */

static struct burst_curve *curve_of(struct burst_plot *p, const struct burst_verdict *v)
{
    for (size_t i = 0; i < p->curves; i++)
        if (p->curve[i].limit == v->limit)
            return &p->curve[i];
    if (p->curves == BURST_PLOT_CURVES)
        return NULL;
    p->curve[p->curves] = (struct burst_curve){
        .limit = v->limit, .fixed_mm_s = v->limit->over_wave_velocity ? v->limit_mm_s : 0};
    return &p->curve[p->curves++];
}

static void take_verdicts(struct burst_plot *p, const struct burst_assessment *a)
{
    for (size_t i = 0; i < a->count; i++) {
        const struct burst_verdict *v = &a->verdict[i];
        struct burst_curve *c = curve_of(p, v);
        if (!c)
            return;
        c->sources |= 1U << v->source;
        c->places |= 1U << v->place;
        if (a->governing[v->source] == i)
            c->governs |= 1U << v->source;
    }
}

static void take_own(struct burst_plot *p, const struct limit_set *own)
{
    for (size_t i = 0; own && i < own->count && p->curves < BURST_PLOT_CURVES; i++) {
        const struct limit *l = &own->limits[i];
        if (l->of == LIMIT_EVENT)
            p->curve[p->curves++] =
                (struct burst_curve){.own = l, .fixed_mm_s = l->curve_len == 0 ? l->value : 0};
    }
}

double burst_plot_allowed(const struct burst_curve *c, double f_hz)
{
    if (c->fixed_mm_s > 0)
        return c->fixed_mm_s;
    return c->own ? c->own->value * curve_at(c->own->curve, c->own->curve_len, f_hz)
                  : vibration_limit_at(c->limit, f_hz);
}

enum err burst_plot_of(const struct burst_record *record, const struct burst_assessment *assessment,
                       const struct limit_set *own, struct arena *arena, struct burst_plot *out)
{
    enum err e = record->fault || record->axes == 0 ? ERR_PARSE : ERR_OK;

    *out = (struct burst_plot){.bands = BURST_PLOT_BANDS};
    if (e)
        return e;
    out->columns = record->samples < BURST_PLOT_COLUMNS ? record->samples : BURST_PLOT_COLUMNS;
    out->record_s = (double)record->samples / record->fs_hz;
    out->column_s = out->columns > 0 ? out->record_s / (double)out->columns : 0;
    for (size_t a = 0; a < VIBRATION_AXES && !e; a++)
        if (record->has[a])
            e = put_axis(record, a, out, arena);
    if (e)
        return e;
    if (assessment)
        take_verdicts(out, assessment);
    take_own(out, own);
    return ERR_OK;
}
