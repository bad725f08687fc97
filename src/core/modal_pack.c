/* Bytes of a modal watch: version, state, check. */
#include <math.h>

#include "byte_pack.h"
#include "shikumen/core/modal_watch.h"

#define VERSION 1

static void put_shape(struct byte_writer *w, const double complex *shape, size_t channels)
{
    for (size_t c = 0; c < channels; c++) {
        byte_put_double(w, creal(shape[c]));
        byte_put_double(w, cimag(shape[c]));
    }
}

static void put_reference(struct byte_writer *w, const struct modal_reference *r, size_t channels)
{
    byte_put(w, r->mode, 4);
    byte_put(w, r->seen, 4);
    byte_put(w, r->missed, 4);
    byte_put_double(w, r->f_hz);
    byte_put_double(w, r->commissioned_f_hz);
    put_shape(w, r->shape, channels);
    put_shape(w, r->commissioned_shape, channels);
}

static void put_state(struct byte_writer *w, const struct modal_watch *m)
{
    byte_put(w, VERSION, 1);
    byte_put(w, m->layout, 8);
    byte_put(w, m->channels, 1);
    byte_put(w, m->count, 1);
    byte_put(w, m->numbered, 4);
    byte_put(w, m->records, 8);
    for (size_t i = 0; i < m->count; i++)
        put_reference(w, &m->reference[i], m->channels);
    byte_put(w, m->candidate.seen > 0, 1);
    if (m->candidate.seen > 0)
        put_reference(w, &m->candidate, m->channels);
}

enum err modal_watch_pack(const struct modal_watch *m, struct arena *arena, const void **bytes,
                          size_t *n)
{
    struct byte_writer w = {0};

    put_state(&w, m);
    w.bytes = arena_alloc(arena, w.n + BYTE_CHECK_BYTES);
    if (!w.bytes)
        return ERR_NOMEM;
    w.n = 0;
    put_state(&w, m);
    byte_put_check(&w);
    *bytes = w.bytes;
    *n = w.n;
    return ERR_OK;
}

static void get_shape(struct byte_reader *r, double complex *shape, size_t channels)
{
    for (size_t c = 0; c < channels; c++) {
        double re = byte_get_finite(r), im = byte_get_finite(r);

        shape[c] = CMPLX(re, im);
    }
}

static void get_reference(struct byte_reader *r, struct modal_reference *m, size_t channels)
{
    m->mode = (unsigned)byte_get(r, 4);
    m->seen = (uint32_t)byte_get(r, 4);
    m->missed = (uint32_t)byte_get(r, 4);
    m->f_hz = byte_get_positive(r);
    m->commissioned_f_hz = byte_get_positive(r);
    byte_require(r, m->f_hz > 0 && m->commissioned_f_hz > 0 && m->seen > 0);
    get_shape(r, m->shape, channels);
    get_shape(r, m->commissioned_shape, channels);
}

static void get_state(struct byte_reader *r, struct modal_watch *m)
{
    m->layout = byte_get(r, 8);
    m->channels = (uint32_t)byte_get_upto(r, 1, MODAL_CHANNELS);
    m->count = (uint32_t)byte_get_upto(r, 1, MODAL_REFERENCES);
    m->numbered = (uint32_t)byte_get(r, 4);
    m->records = byte_get(r, 8);
    for (size_t i = 0; i < m->count && !r->bad; i++) {
        get_reference(r, &m->reference[i], m->channels);
        byte_require(r, m->reference[i].mode >= 1 && m->reference[i].mode <= m->numbered);
    }
    if (byte_get_upto(r, 1, 1))
        get_reference(r, &m->candidate, m->channels);
}

enum err modal_watch_unpack(struct modal_watch *w, const void *bytes, size_t n)
{
    struct byte_reader r = byte_reader_of(bytes, n);
    struct modal_watch m = {0};

    if (!r.bad && byte_get(&r, 1) != VERSION)
        return r.bad ? ERR_CORRUPT : ERR_RANGE;
    get_state(&r, &m);
    if (r.bad || r.at != r.n)
        return ERR_CORRUPT;
    *w = m;
    return ERR_OK;
}
