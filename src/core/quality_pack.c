#include "shikumen/core/quality.h"

#include <math.h>
#include <string.h>

/* Little-endian 64-bit words:
 *   0       version | count << 8 | has_before << 16 | last attenuated flag << 24 | run count << 32
 *   1       attenuated count
 *   2..3    before: time, value
 *   4..6    run: since, min, max
 *   7..9    attenuated window: since, mean, m2
 *   10..11  judgements of the recent samples, 16 bits each (judgement_bits)
 *   12..    recent samples: time, value
 *   last    check word */
#define PACK_VERSION  1u
#define WORD_BYTES    8
#define FIXED_WORDS   12
#define JUDGED        10
#define PER_WORD      4
#define WORDS_MAX     (FIXED_WORDS + 2 * QUALITY_RECENT + 1)
#define TEST_AT(test) ((size_t)((test)-QT_GROSS_RANGE))

_Static_assert(WORDS_MAX *WORD_BYTES <= QUALITY_PACKED_MAX, "packed state fits its buffer");
_Static_assert(QUALITY_RECENT <= 2 * PER_WORD, "judgements fit their words");
_Static_assert(2 * QUALITY_TESTS + 5 <= 16, "a judgement fits 16 bits");

static uint64_t double_bits(double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double bits_double(uint64_t bits)
{
    double x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

static int64_t bits_time(uint64_t bits)
{
    int64_t t_us;

    memcpy(&t_us, &bits, sizeof t_us);
    return t_us;
}

/* Written out, these become one store and one load. */
static void put_word(uint8_t *p, uint64_t word)
{
    p[0] = (uint8_t)word;
    p[1] = (uint8_t)(word >> 8);
    p[2] = (uint8_t)(word >> 16);
    p[3] = (uint8_t)(word >> 24);
    p[4] = (uint8_t)(word >> 32);
    p[5] = (uint8_t)(word >> 40);
    p[6] = (uint8_t)(word >> 48);
    p[7] = (uint8_t)(word >> 56);
}

static uint64_t get_word(const uint8_t *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}

/* Multiply and fold, in the manner of FNV-1a but by words: finds damage, not forgery. */
static uint64_t check_word(const uint64_t *words, size_t n)
{
    uint64_t h = 0xcbf29ce484222325u;

    for (size_t i = 0; i < n; i++) {
        h = (h ^ words[i]) * 0x9e3779b97f4a7c15u;
        h ^= h >> 32;
    }
    return h;
}

/* Two bits per test (flag - 1), two for the verdict's flag, three for its test. */
static uint64_t judgement_bits(const struct quality_sample *x)
{
    uint64_t bits = 0;

    for (size_t i = 0; i < QUALITY_TESTS; i++)
        bits |= (uint64_t)((x->tests[i] - 1u) & 3u) << (2 * i);
    bits |= (uint64_t)((x->verdict.flag - 1u) & 3u) << (2 * QUALITY_TESTS);
    return bits | (uint64_t)(x->verdict.test & 7u) << (2 * QUALITY_TESTS + 2);
}

/* False when the verdict is none that these tests can have given. */
static bool judgement_from(uint64_t bits, struct quality_sample *x)
{
    unsigned test;

    for (size_t i = 0; i < QUALITY_TESTS; i++)
        x->tests[i] = (uint8_t)(1u + (bits >> (2 * i) & 3u));
    x->verdict.flag = (uint8_t)(1u + (bits >> (2 * QUALITY_TESTS) & 3u));
    bits >>= 2 * QUALITY_TESTS + 2;
    test = (unsigned)(bits & 7u);
    x->verdict.test = (uint8_t)test;
    if (bits >> 3)
        return false;
    if (x->verdict.flag <= QF_NOT_EVALUATED)
        return test == QT_NONE;
    return test >= QT_GROSS_RANGE && test < QT_COUNT && x->tests[TEST_AT(test)] == x->verdict.flag;
}

static size_t words_of(size_t count)
{
    return FIXED_WORDS + 2 * count;
}

size_t quality_pack(const struct quality_state *s, uint8_t bytes[QUALITY_PACKED_MAX])
{
    uint64_t words[WORDS_MAX] = {0};
    size_t n = words_of(s->count);

    words[0] = PACK_VERSION | (uint64_t)s->count << 8 | (uint64_t)s->has_before << 16 |
               (uint64_t)s->attenuated.last_flag << 24 | (uint64_t)s->flat.count << 32;
    words[1] = s->attenuated.count;
    words[2] = (uint64_t)s->before.t_us;
    words[3] = double_bits(s->before.value);
    words[4] = (uint64_t)s->flat.since_us;
    words[5] = double_bits(s->flat.min);
    words[6] = double_bits(s->flat.max);
    words[7] = (uint64_t)s->attenuated.since_us;
    words[8] = double_bits(s->attenuated.mean);
    words[9] = double_bits(s->attenuated.m2);
    for (size_t i = 0; i < s->count; i++) {
        words[JUDGED + i / PER_WORD] |= judgement_bits(&s->recent[i]) << (16 * (i % PER_WORD));
        words[FIXED_WORDS + 2 * i] = (uint64_t)s->recent[i].t_us;
        words[FIXED_WORDS + 2 * i + 1] = double_bits(s->recent[i].value);
    }
    words[n] = check_word(words, n);
    for (size_t i = 0; i <= n; i++)
        put_word(bytes + i * WORD_BYTES, words[i]);
    return (n + 1) * WORD_BYTES;
}

static bool sound_windows(const struct quality_state *s)
{
    return isfinite(s->flat.min) && isfinite(s->flat.max) && s->flat.min <= s->flat.max &&
           isfinite(s->attenuated.mean) && s->attenuated.m2 >= 0.0 &&
           s->attenuated.last_flag <= QF_FAIL;
}

static bool sound_samples(const struct quality_state *s)
{
    if (!isfinite(s->before.value))
        return false;
    if (s->has_before && (s->count < QUALITY_RECENT || s->before.t_us > s->recent[0].t_us))
        return false;
    for (size_t i = 0; i < s->count; i++) {
        if (!isfinite(s->recent[i].value))
            return false;
        if (i > 0 && s->recent[i].t_us < s->recent[i - 1].t_us)
            return false;
    }
    return true;
}

static bool read_samples(const uint64_t *words, struct quality_state *s)
{
    for (size_t i = 0; i < s->count; i++) {
        uint64_t bits = words[JUDGED + i / PER_WORD] >> (16 * (i % PER_WORD)) & 0xffffu;

        if (!judgement_from(bits, &s->recent[i]))
            return false;
        s->recent[i].t_us = bits_time(words[FIXED_WORDS + 2 * i]);
        s->recent[i].value = bits_double(words[FIXED_WORDS + 2 * i + 1]);
    }
    return true;
}

static bool read_state(const uint64_t *words, struct quality_state *s)
{
    uint64_t head = words[0];

    s->count = (uint32_t)(head >> 8 & 0xffu);
    s->has_before = head >> 16 & 1u;
    s->attenuated.last_flag = (uint8_t)(head >> 24 & 0xffu);
    s->flat.count = (uint32_t)(head >> 32);
    s->attenuated.count = (uint32_t)words[1];
    s->before.t_us = bits_time(words[2]);
    s->before.value = bits_double(words[3]);
    s->flat.since_us = bits_time(words[4]);
    s->flat.min = bits_double(words[5]);
    s->flat.max = bits_double(words[6]);
    s->attenuated.since_us = bits_time(words[7]);
    s->attenuated.mean = bits_double(words[8]);
    s->attenuated.m2 = bits_double(words[9]);
    return read_samples(words, s) && sound_windows(s) && sound_samples(s);
}

/* Sound bytes are those that pack again to the same, check word and unused bits included. */
enum err quality_unpack(const uint8_t *bytes, size_t n, struct quality_state *s)
{
    struct quality_state state = {0};
    uint8_t again[QUALITY_PACKED_MAX];
    uint64_t words[WORDS_MAX] = {0};
    size_t count;

    if (n < WORD_BYTES || bytes[0] != PACK_VERSION)
        return ERR_CORRUPT;
    count = bytes[1];
    if (count > QUALITY_RECENT || n != (words_of(count) + 1) * WORD_BYTES)
        return ERR_CORRUPT;
    for (size_t i = 0; i <= words_of(count); i++)
        words[i] = get_word(bytes + i * WORD_BYTES);
    if (!read_state(words, &state) || quality_pack(&state, again) != n ||
        memcmp(again, bytes, n) != 0)
        return ERR_CORRUPT;
    *s = state;
    return ERR_OK;
}
