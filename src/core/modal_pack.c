/* Bytes of a modal watch: version, state, check. */
#include <float.h>

#include "pack_bytes.h"
#include "shikumen/core/modal_watch.h"

#define VERSION 1

static void put_shape(struct pack_writer *w, const double complex *shape, size_t channels)
{
    for (size_t c = 0; c < channels; c++) {
        pack_put_double(w, creal(shape[c]));
        pack_put_double(w, cimag(shape[c]));
    }
}

static void put_reference(struct pack_writer *w, const struct modal_reference *r, size_t channels)
{
    pack_put(w, r->mode, 4);
    pack_put(w, r->seen, 4);
    pack_put(w, r->missed, 4);
    pack_put_double(w, r->f_hz);
    pack_put_double(w, r->commissioned_f_hz);
    put_shape(w, r->shape, channels);
    put_shape(w, r->commissioned_shape, channels);
}

static void put_state(struct pack_writer *w, const void *state)
{
    const struct modal_watch *m = state;

    pack_put(w, VERSION, 1);
    pack_put(w, m->layout, 8);
    pack_put(w, m->channels, 1);
    pack_put(w, m->count, 1);
    pack_put(w, m->numbered, 4);
    pack_put(w, m->records, 8);
    for (size_t i = 0; i < m->count; i++)
        put_reference(w, &m->reference[i], m->channels);
    pack_put(w, m->candidate.seen > 0, 1);
    if (m->candidate.seen > 0)
        put_reference(w, &m->candidate, m->channels);
}

enum err modal_watch_pack(const struct modal_watch *m, struct arena *arena, const void **bytes,
                          size_t *n)
{
    return pack_write(put_state, m, arena, bytes, n);
}

static double get_finite(struct pack_reader *r)
{
    return pack_get_within(r, -DBL_MAX, DBL_MAX);
}

static double get_positive(struct pack_reader *r)
{
    return pack_get_within(r, 0, DBL_MAX);
}

static void get_shape(struct pack_reader *r, double complex *shape, size_t channels)
{
    for (size_t c = 0; c < channels; c++) {
        double re = get_finite(r), im = get_finite(r);

        shape[c] = CMPLX(re, im);
    }
}

static void get_reference(struct pack_reader *r, struct modal_reference *m, size_t channels)
{
    m->mode = (unsigned)pack_get(r, 4);
    m->seen = (uint32_t)pack_get(r, 4);
    m->missed = (uint32_t)pack_get(r, 4);
    m->f_hz = get_positive(r);
    m->commissioned_f_hz = get_positive(r);
    pack_require(r, m->f_hz > 0 && m->commissioned_f_hz > 0 && m->seen > 0);
    get_shape(r, m->shape, channels);
    get_shape(r, m->commissioned_shape, channels);
}

static void get_state(struct pack_reader *r, struct modal_watch *m)
{
    m->layout = pack_get(r, 8);
    m->channels = (uint32_t)pack_get_upto(r, 1, MODAL_CHANNELS);
    m->count = (uint32_t)pack_get_upto(r, 1, MODAL_REFERENCES);
    m->numbered = (uint32_t)pack_get(r, 4);
    m->records = pack_get(r, 8);
    for (size_t i = 0; i < m->count && !r->bad; i++) {
        get_reference(r, &m->reference[i], m->channels);
        pack_require(r, m->reference[i].mode >= 1 && m->reference[i].mode <= m->numbered);
    }
    if (pack_get_upto(r, 1, 1))
        get_reference(r, &m->candidate, m->channels);
}

enum err modal_watch_unpack(struct modal_watch *w, const void *bytes, size_t n)
{
    struct pack_reader r = pack_reader(bytes, n);
    struct modal_watch m = {0};

    if (!r.bad && pack_get(&r, 1) != VERSION)
        return r.bad ? ERR_CORRUPT : ERR_RANGE;
    get_state(&r, &m);
    if (r.bad || r.at != r.n)
        return ERR_CORRUPT;
    *w = m;
    return ERR_OK;
}
