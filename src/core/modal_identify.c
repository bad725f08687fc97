#include "modal_identify.h"

#include <math.h>

#include "shikumen/num/cluster.h"
#include "shikumen/num/fdd.h"
#include "shikumen/num/filter.h"
#include "shikumen/num/record.h"
#include "shikumen/num/sample.h"
#include "shikumen/num/spectrum.h"
#include "shikumen/num/ssi.h"

#define RATE_MIN_HZ     10.0
#define RATE_MAX_HZ     20000.0
#define WORKING_RATE_HZ 40.0 /* least after decimation: a house's first modes lie below 13 Hz */
#define HIGHPASS_HZ     0.5  /* B7 */
#define BLOCKS          20
#define BLOCK_ROWS_MIN  20 /* B7: 20 .. 60 */
#define BLOCK_ROWS_MAX  40
#define TOEPLITZ_MAX    240 /* channels times block rows: bounds the decomposition */
#define ORDER_MAX       40
#define LINE_HZ         0.01 /* f1 / 100 (B7) of the slowest looked for */
#define LINES_A_PIECE   4    /* a piece holds at least so many spans of the Welch window */

/* One piece, ready: high-passed, decimated. */
struct pieces {
    size_t count;
    struct matrix piece[MODAL_SEGMENTS];
    size_t rows;     /* of all */
    double before_s; /* of record, before filters took their part */
    double rate_hz;
};

/* --- samples --- */

static enum err take_channel(const double *x, size_t rows, double fs_hz, size_t factor,
                             struct matrix *out, struct arena *arena)
{
    struct matrix raw = matrix_new(arena, rows, 1);
    struct filter_state state = {0};
    struct filter f = {.count = 1};
    enum err e;

    if (!raw.at)
        return ERR_NOMEM;
    e = sample_check(x, rows, 1);
    if (!e)
        e = biquad_highpass(HIGHPASS_HZ, fs_hz, &f.section[0]);
    if (e)
        return e;
    filter_settle(&f, x[0], &state);
    e = filter_run(&f, &state, x, rows, raw.at);
    if (e || factor < 2) {
        *out = raw;
        return e;
    }
    return record_decimate(&raw, factor, out, arena);
}

static size_t rows_after(size_t rows, size_t factor)
{
    return factor < 2 ? rows : (rows - (40 * factor + 1)) / factor + 1;
}

static enum err take_piece(const struct modal_record *r, const struct modal_segment *s, size_t rows,
                           size_t factor, struct matrix *out, struct arena *arena)
{
    size_t after = rows_after(rows, factor);

    *out = matrix_new(arena, after, r->channels);
    if (!out->at)
        return ERR_NOMEM;
    for (size_t c = 0; c < r->channels; c++) {
        struct arena_mark mark = arena_mark(arena);
        struct matrix x;
        enum err e = take_channel(s->channel[c], rows, r->fs_hz, factor, &x, arena);

        for (size_t i = 0; !e && i < after && i < x.rows; i++)
            matrix_col(out, c)[i] = x.at[i];
        arena_rewind(arena, mark);
        if (e)
            return e;
    }
    return ERR_OK;
}

static size_t decimation(double fs_hz)
{
    size_t factor = (size_t)floor(fs_hz / WORKING_RATE_HZ);

    return factor > 1 ? factor : 1;
}

/* Pieces long enough, in order, until there are MODAL_MOST_S. */
static enum err take_pieces(const struct modal_record *r, struct pieces *p, struct arena *arena)
{
    size_t factor = decimation(r->fs_hz), left = (size_t)(MODAL_MOST_S * r->fs_hz);
    size_t least = (size_t)ceil(MODAL_SEGMENT_S * r->fs_hz);

    p->rate_hz = r->fs_hz / (double)factor;
    for (size_t i = 0; i < r->segments; i++) {
        size_t rows = r->segment[i].rows < left ? r->segment[i].rows : left;
        enum err e;

        if (rows < least)
            continue;
        left -= rows;
        p->before_s += (double)rows / r->fs_hz;
        e = take_piece(r, &r->segment[i], rows, factor, &p->piece[p->count], arena);
        if (e)
            return e;
        p->rows += p->piece[p->count++].rows;
    }
    return ERR_OK;
}

/* --- correlations of all pieces --- */

static size_t blocks_of(const struct pieces *p, size_t piece)
{
    return p->piece[piece].rows * BLOCKS / p->rows;
}

/* Adds those of one piece; a piece that is one block at most is a block itself. */
static void add_correlations(struct correlations *all, const struct correlations *c, double share)
{
    size_t size = c->lags * c->channels * c->channels;
    size_t blocks = c->blocks > 0 ? c->blocks : 1;
    const double *from = c->blocks > 0 ? c->block : c->r;

    for (size_t i = 0; i < size; i++)
        all->r[i] += share * c->r[i];
    for (size_t i = 0; i < blocks * size; i++)
        all->block[all->blocks * size + i] = from[i];
    all->blocks += blocks;
}

static enum err correlate(const struct pieces *p, size_t channels, size_t lags,
                          struct correlations *out, struct arena *arena)
{
    size_t size = lags * channels * channels;
    enum err e = ERR_OK;

    *out = (struct correlations){.channels = channels, .lags = lags};
    out->r = arena_array(arena, size, sizeof *out->r);
    out->block = arena_array(arena, size * (BLOCKS + p->count), sizeof *out->block);
    if (!out->r || !out->block)
        return ERR_NOMEM;
    for (size_t i = 0; !e && i < p->count; i++) {
        struct arena_mark mark = arena_mark(arena);
        size_t blocks = blocks_of(p, i);
        struct correlations c;

        e = ssi_correlations(&p->piece[i], lags, blocks < 2 ? 0 : blocks, DETREND_LINEAR, &c,
                             arena);
        if (!e)
            add_correlations(out, &c, (double)p->piece[i].rows / (double)p->rows);
        arena_rewind(arena, mark);
    }
    if (out->blocks < 2)
        out->blocks = 0;
    return e;
}

/* --- spectra of all pieces, for the floor --- */

static struct welch window_of(const struct pieces *p)
{
    size_t shortest = p->piece[0].rows;

    for (size_t i = 1; i < p->count; i++)
        shortest = p->piece[i].rows < shortest ? p->piece[i].rows : shortest;
    return welch_settings(p->rate_hz, fmax(LINE_HZ, LINES_A_PIECE * p->rate_hz / (double)shortest));
}

static enum err spectra(const struct pieces *p, struct spectral_matrix *out, struct arena *arena)
{
    const struct welch w = window_of(p);
    enum err e = spectral_matrix_welch(&p->piece[0], &w, out, arena);
    size_t size = e ? 0 : out->lines * out->channels * out->channels;

    for (size_t k = 0; k < size; k++)
        out->at[k] *= (double)out->segments;
    for (size_t i = 1; !e && i < p->count; i++) {
        struct arena_mark mark = arena_mark(arena);
        struct spectral_matrix m;

        e = spectral_matrix_welch(&p->piece[i], &w, &m, arena);
        for (size_t k = 0; !e && k < size; k++)
            out->at[k] += (double)m.segments * m.at[k];
        if (!e) {
            out->segments += m.segments;
            out->duration_s += m.duration_s;
        }
        arena_rewind(arena, mark);
    }
    for (size_t k = 0; !e && k < size; k++)
        out->at[k] /= (double)out->segments;
    return e;
}

/* --- modes --- */

static struct ssi_settings settings_of(double rate_hz, size_t channels)
{
    struct ssi_settings s = ssi_defaults(rate_hz);
    size_t rows = (size_t)ceil(rate_hz / 2); /* a period of 1 Hz */

    rows = rows < BLOCK_ROWS_MIN ? BLOCK_ROWS_MIN : rows;
    rows = rows > BLOCK_ROWS_MAX ? BLOCK_ROWS_MAX : rows;
    if (rows * channels > TOEPLITZ_MAX)
        rows = TOEPLITZ_MAX / channels;
    s.block_rows = rows;
    s.order_max = ORDER_MAX;
    if (s.order_max > channels * (rows - 1))
        s.order_max = channels * (rows - 1) / 2 * 2;
    return s;
}

static enum err confirm(const struct pieces *p, const struct cluster_mode *m, size_t count,
                        struct modal_modes *out, struct arena *arena)
{
    const struct fdd_settings s = fdd_defaults();
    struct spectral_matrix spectral;
    struct fdd d;
    enum err e = spectra(p, &spectral, arena);

    if (!e)
        e = fdd_decompose(&spectral, &d, arena);
    out->mode = arena_array(arena, count, sizeof *out->mode);
    if (!e && !out->mode)
        return ERR_NOMEM;
    for (size_t i = 0; !e && i < count; i++) {
        double height_db = 0;

        if (m[i].mode.f_hz < HIGHPASS_HZ || m[i].mode.f_hz > 0.4 * p->rate_hz)
            continue;
        e = fdd_height(&d, m[i].mode.f_hz, &s, &height_db, arena);
        if (e || height_db < s.height_db)
            continue;
        out->mode[out->count] = (struct modal_found){.mode = m[i].mode, .height_db = height_db};
        /* noise of the record and choice of the model */
        out->mode[out->count++].mode.f_se_hz = hypot(m[i].mode.f_se_hz, m[i].f_spread_hz);
    }
    return e;
}

static enum err identify(const struct pieces *p, size_t channels, struct modal_modes *out,
                         struct arena *arena)
{
    const struct ssi_settings s = settings_of(p->rate_hz, channels);
    const struct cluster_settings cut = cluster_defaults();
    struct correlations c;
    struct cluster_mode *modes;
    struct ssi table;
    size_t count;
    enum err e = correlate(p, channels, 2 * s.block_rows, &c, arena);

    if (!e)
        e = ssi_identify(&c, &s, &table, arena);
    if (!e)
        e = cluster_modes(&table, &cut, &modes, &count, arena);
    return e ? e : confirm(p, modes, count, out, arena);
}

/* What an error of the methods says of the record; MODAL_OUTCOMES: it says nothing. */
static enum modal_outcome blame(enum err e)
{
    switch (e) {
    case ERR_CONSTANT:
    case ERR_NOT_FINITE:
        return MODAL_DEAD;
    case ERR_TOO_FEW:
        return MODAL_SHORT;
    case ERR_DIVERGED:
        return MODAL_NOISY;
    default:
        return MODAL_OUTCOMES;
    }
}

static enum err identify_record(const struct modal_record *r, struct pieces *p,
                                struct modal_modes *out, struct arena *arena)
{
    enum err e = take_pieces(r, p, arena);

    out->rate_hz = p->rate_hz;
    out->record_s = (double)p->rows / p->rate_hz;
    if (!e && p->before_s < MODAL_LEAST_S) {
        out->outcome = MODAL_SHORT;
        return ERR_OK;
    }
    if (!e)
        e = identify(p, r->channels, out, arena);
    out->outcome = out->count > 0 ? MODAL_EVALUATED : MODAL_NOISY;
    if (e && blame(e) != MODAL_OUTCOMES) {
        out->outcome = blame(e);
        out->count = 0;
        e = ERR_OK;
    }
    return e;
}

enum err modal_identify(const struct modal_record *r, struct arena *arena, struct modal_modes *out)
{
    struct pieces p = {0};

    *out = (struct modal_modes){.outcome = MODAL_FEW_CHANNELS};
    if (r->channels > MODAL_CHANNELS || r->segments > MODAL_SEGMENTS)
        return ERR_RANGE;
    if (r->channels < MODAL_CHANNELS_MIN)
        return ERR_OK;
    out->outcome = MODAL_RATE;
    if (!(r->fs_hz >= RATE_MIN_HZ) || !(r->fs_hz <= RATE_MAX_HZ))
        return ERR_OK;
    return identify_record(r, &p, out, arena);
}
