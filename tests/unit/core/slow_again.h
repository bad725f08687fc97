/* A slow analysis as bytes and back, for tests that a restart changes nothing. */
#ifndef SHIKUMEN_TESTS_SLOW_AGAIN_H
#define SHIKUMEN_TESTS_SLOW_AGAIN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "shikumen/base/strmap.h"
#include "shikumen/core/slow.h"
#include "shikumen/num/random.h"

#define AGAIN_KEY 20240101

struct again {
    void **bytes; /* by piece */
    size_t *n, pieces, all;
    size_t forged; /* piece that is, and as it was */
    void *whole;
};

static inline struct again again_pack(struct slow *s)
{
    struct again a = {.pieces = slow_pieces(s)};
    struct arena arena = {0};

    a.bytes = calloc(a.pieces, sizeof *a.bytes);
    a.n = calloc(a.pieces, sizeof *a.n);
    assert_true(a.bytes && a.n);
    for (size_t i = 0; i < a.pieces; i++) {
        const void *bytes;
        assert_int_equal(slow_pack(s, i, AGAIN_KEY, &arena, &bytes, &a.n[i]), ERR_OK);
        a.bytes[i] = malloc(a.n[i]); /* of just this size, for the sanitizer */
        assert_non_null(a.bytes[i]);
        memcpy(a.bytes[i], bytes, a.n[i]);
        a.all += a.n[i];
        arena_reset(&arena);
    }
    arena_free(&arena);
    return a;
}

static inline void again_free(struct again *a)
{
    for (size_t i = 0; i < a->pieces; i++)
        free(a->bytes[i]);
    free(a->bytes);
    free(a->n);
}

/* NULL: refused. */
static inline struct slow *again_try(const struct again *a, const struct registry *r)
{
    struct slow *s = slow_new(r);
    struct arena arena = {0};
    enum err e = ERR_OK;

    assert_non_null(s);
    for (size_t i = 0; i < a->pieces && e == ERR_OK; i++)
        e = slow_unpack(s, i, AGAIN_KEY, &arena, a->bytes[i], a->n[i]);
    arena_free(&arena);
    if (e == ERR_OK)
        return s;
    slow_free(s);
    return NULL;
}

/* Up to four bytes of a piece become others (the header stays), and the checksum agrees. */
static inline void again_forge(struct again *a, size_t piece, struct random *chance)
{
    uint8_t *bytes = a->bytes[piece];
    size_t n = a->n[piece], last = n - 8;

    a->forged = piece;
    a->whole = malloc(n);
    memcpy(a->whole, bytes, n);
    for (size_t k = 0, count = 1 + random_below(chance, 4); k < count && last > 9; k++)
        bytes[9 + random_below(chance, last - 9)] =
            (uint8_t)(random_below(chance, 2) ? 0xff * random_below(chance, 2)
                                              : random_below(chance, 256));
    uint64_t sum = hash64(0, bytes, last);
    for (size_t k = 0; k < 8; k++)
        bytes[last + k] = (uint8_t)(sum >> (8 * k));
}

static inline void again_mend(struct again *a)
{
    memcpy(a->bytes[a->forged], a->whole, a->n[a->forged]);
    free(a->whole);
    a->whole = NULL;
}

static inline struct slow *again_unpack(const struct again *a, const struct registry *r)
{
    struct slow *s = slow_new(r);
    struct arena arena = {0};

    assert_non_null(s);
    assert_int_equal(slow_pieces(s), a->pieces);
    for (size_t i = 0; i < a->pieces; i++) {
        enum err e = slow_unpack(s, i, AGAIN_KEY, &arena, a->bytes[i], a->n[i]);
        if (e != ERR_OK)
            fail_msg("piece %zu (%s) of %zu: %s", i, slow_piece_name(s, i, &arena), a->pieces,
                     err_name(e));
    }
    arena_free(&arena);
    return s;
}

/* The analysis ends, and another goes on with its bytes; whose bytes are the same. */
static inline void again_restart(struct slow **s, const struct registry *r)
{
    struct again a = again_pack(*s), b;

    slow_free(*s);
    *s = again_unpack(&a, r);
    b = again_pack(*s);
    for (size_t i = 0; i < a.pieces; i++) {
        assert_int_equal(a.n[i], b.n[i]);
        assert_memory_equal(a.bytes[i], b.bytes[i], a.n[i]);
    }
    again_free(&a);
    again_free(&b);
}

#endif
