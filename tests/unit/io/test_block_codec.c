/* Readings as bytes and back: bit for bit, and no bytes whatever may do harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../src/io/block_codec.h"
#include "chance.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/strmap.h"

#define MUTANTS 100000
#define SERIES  400 /* readings in the longest random series */

/* --- random readings --- */

static double short_decimal(struct chance *c)
{
    static const double scale[] = {1, 10, 100, 1000, 1e4, 1e6, 1e9};
    double whole = (double)((int64_t)chance_below(c, 2000001) - 1000000);
    return whole / scale[chance_below(c, 7)];
}

static double any_finite(struct chance *c)
{
    double v;
    do {
        uint64_t bits = chance_bits(c);
        memcpy(&v, &bits, sizeof v);
    } while (!isfinite(v));
    return v;
}

static double random_value(struct chance *c, unsigned style)
{
    static const double odd[] = {0.0,       -0.0,   5e-324,  -5e-324,           DBL_MIN,
                                 DBL_MAX,   -1e300, 1e300,   9007199254740992., 0.1,
                                 1e-9,      -0.4,   1.0 / 3, 123456.7890123,    -9007199254740994.,
                                 1e15 + 0.5};
    switch (style) {
    case 0:
        return short_decimal(c);
    case 1:
        return any_finite(c);
    case 2:
        return odd[chance_below(c, sizeof odd / sizeof *odd)];
    default:
        return random_value(c, (unsigned)chance_below(c, 3));
    }
}

static int64_t random_time(struct chance *c, int64_t previous, unsigned style)
{
    switch (style) {
    case 0:
        return previous + 300 * US_PER_S;
    case 1:
        return previous + (int64_t)chance_below(c, 3) * US_PER_S; /* equal ones as well */
    case 2:
        return -(int64_t)chance_below(c, (size_t)400 * US_PER_DAY);
    case 3:
        return chance_one_in(c, 2) ? INT64_MAX : INT64_MIN;
    default:
        return (int64_t)chance_bits(c);
    }
}

/* Neighbours in style, so that the shortest codes occur as well as the longest. */
static void random_readings(struct chance *c, struct reading *r, size_t n, bool one_sensor)
{
    unsigned times = (unsigned)chance_below(c, 5), values = (unsigned)chance_below(c, 4);
    unsigned arrivals = (unsigned)chance_below(c, 5), flags = (unsigned)chance_below(c, 3);
    int64_t t_us = 1772712000 * US_PER_S;

    for (size_t i = 0; i < n; i++) {
        t_us = random_time(c, t_us < INT64_MAX / 2 ? t_us : 0, times);
        r[i] = (struct reading){
            .t_us = t_us,
            .rx_us = arrivals < 3 ? (int64_t)((uint64_t)t_us + 700) : random_time(c, 0, arrivals),
            .value = random_value(c, values),
            .sensor = one_sensor ? 7 : (uint32_t)chance_bits(c) >> chance_below(c, 32),
            .flag = (uint8_t)(flags == 0 ? QF_PASS : 1 + chance_below(c, 4)),
            .test = (uint8_t)(flags == 0 ? QT_NONE : chance_below(c, QT_COUNT)),
            .historical = flags == 2 && chance_one_in(c, 3),
            .clock_doubt = flags == 2 && chance_one_in(c, 3),
        };
    }
}

static void assert_same(const struct reading *a, const struct reading *b)
{
    assert_int_equal(a->t_us, b->t_us);
    assert_int_equal(a->rx_us, b->rx_us);
    assert_memory_equal(&a->value, &b->value, sizeof a->value); /* -0.0 is not 0.0 here */
    assert_int_equal(a->sensor, b->sensor);
    assert_int_equal(a->flag, b->flag);
    assert_int_equal(a->test, b->test);
    assert_int_equal(a->historical, b->historical);
    assert_int_equal(a->clock_doubt, b->clock_doubt);
}

/* --- blocks --- */

static void blocks_come_back_bit_for_bit(void **state)
{
    struct chance c = {1};
    struct reading in[SERIES], out[SERIES];
    struct strbuf bytes = {0};

    (void)state;
    for (int round = 0; round < 3000; round++) {
        size_t n = 1 + chance_below(&c, round % 10 ? 20 : SERIES), counted;
        random_readings(&c, in, n, true);
        strbuf_clear(&bytes);
        block_encode(in, n, &bytes);
        assert_false(bytes.failed);
        assert_int_equal(block_count(bytes.data, bytes.len, &counted), ERR_OK);
        assert_int_equal(counted, n);
        assert_int_equal(block_decode(bytes.data, bytes.len, 7, out, n), ERR_OK);
        for (size_t i = 0; i < n; i++)
            assert_same(&in[i], &out[i]);
    }
    strbuf_free(&bytes);
}

/* What the layout is for: a day of a sensor every five minutes. */
static void regular_short_decimals_are_small(void **state)
{
    struct reading r[288];
    struct strbuf bytes = {0};

    (void)state;
    for (int i = 0; i < 288; i++)
        r[i] = (struct reading){i * 300 * US_PER_S,
                                i * 300 * US_PER_S + 1000,
                                (1000 + i % 60) / 1000.0,
                                7,
                                QF_PASS,
                                QT_NONE,
                                false,
                                false};
    block_encode(r, 288, &bytes);
    assert_in_range(bytes.len, 1, 288 * 4);
    strbuf_free(&bytes);
}

/* Decodes hostile bytes as ingest's reader would; what comes out must be lawful. */
static bool try_block(const void *bytes, size_t size)
{
    size_t n;
    if (block_count(bytes, size, &n) != ERR_OK || n > SERIES)
        return false;
    struct reading *out = malloc(n * sizeof *out); /* exact, so that the sanitizer sees overruns */
    enum err e = block_decode(bytes, size, 7, out, n);
    for (size_t i = 0; e == ERR_OK && i < n; i++) {
        assert_true(isfinite(out[i].value));
        assert_in_range(out[i].flag, QF_PASS, QF_FAIL);
        assert_in_range(out[i].test, QT_NONE, QT_COUNT - 1);
        assert_int_equal(out[i].sensor, 7);
    }
    free(out);
    if (e != ERR_OK)
        assert_int_equal(e, ERR_CORRUPT);
    return e == ERR_OK;
}

static void truncated_blocks_are_refused(void **state)
{
    struct chance c = {2};
    struct reading in[60];
    struct strbuf bytes = {0};

    (void)state;
    for (int round = 0; round < 200; round++) {
        size_t n = 1 + chance_below(&c, 60);
        random_readings(&c, in, n, true);
        strbuf_clear(&bytes);
        block_encode(in, n, &bytes);
        for (size_t cut = 0; cut < bytes.len; cut++) {
            char *copy = malloc(cut + 1); /* exact size but for the byte that malloc(0) may lack */
            memcpy(copy + 1, bytes.data, cut);
            assert_false(try_block(copy + 1, cut));
            free(copy);
        }
        strbuf_putc(&bytes, 0);
        assert_false(try_block(bytes.data, bytes.len)); /* nor may anything follow */
    }
    strbuf_free(&bytes);
}

static void mutate(struct chance *c, char *bytes, size_t n)
{
    for (size_t i = 1 + chance_below(c, 4); i > 0; i--) {
        char *at = &bytes[chance_below(c, n)];
        if (chance_one_in(c, 2))
            *at = (char)((unsigned char)*at ^ (1u << chance_below(c, 8)));
        else
            *at = (char)chance_bits(c);
    }
}

/* Gives the last four bytes the checksum that belongs to the rest: FNV-1a folded to 32 bits. */
static void mend_checksum(char *bytes, size_t n)
{
    uint64_t h = hash64(0, bytes, n - 4);
    uint32_t sum = (uint32_t)(h ^ h >> 32);
    for (unsigned i = 0; i < 4; i++)
        bytes[n - 4 + i] = (char)(unsigned char)(sum >> (8 * i));
}

/* Every single flipped bit is noticed. */
static void flipped_bits_are_refused(void **state)
{
    struct chance c = {4};
    struct reading in[30];
    struct strbuf bytes = {0};

    (void)state;
    random_readings(&c, in, 30, true);
    block_encode(in, 30, &bytes);
    for (size_t bit = 0; bit < bytes.len * 8; bit++) {
        char *copy = malloc(bytes.len);
        memcpy(copy, bytes.data, bytes.len);
        copy[bit / 8] = (char)((unsigned char)copy[bit / 8] ^ (1u << bit % 8));
        assert_false(try_block(copy, bytes.len));
        free(copy);
    }
    strbuf_free(&bytes);
}

/* Behind a checksum that holds, too: whoever wrote the file may have been wrong. */
static void mutated_blocks_do_no_harm(void **state)
{
    struct chance c = {3};
    struct reading in[40];
    struct strbuf bytes = {0};
    size_t accepted = 0, refused = 0;

    (void)state;
    for (int i = 0; i < MUTANTS; i++) {
        if (i % 50 == 0) {
            size_t n = 1 + chance_below(&c, 40);
            random_readings(&c, in, n, true);
            strbuf_clear(&bytes);
            block_encode(in, n, &bytes);
        }
        char *copy = malloc(bytes.len);
        memcpy(copy, bytes.data, bytes.len);
        mutate(&c, copy, bytes.len);
        mend_checksum(copy, bytes.len);
        if (try_block(copy, bytes.len))
            accepted++;
        else
            refused++;
        free(copy);
    }
    strbuf_free(&bytes);
    assert_in_range(accepted, 1000, MUTANTS); /* both ways were walked */
    assert_in_range(refused, 1000, MUTANTS);
}

static void impossible_counts_are_refused(void **state)
{
    static const uint8_t none[] = {1, 0}, million[] = {1, 0xc1, 0x84, 0x3d}, unknown[] = {2, 1, 0},
                         endless[] = {1,    0xff, 0xff, 0xff, 0xff, 0xff,
                                      0xff, 0xff, 0xff, 0xff, 0x7f};
    size_t n;

    (void)state;
    assert_int_equal(block_count(none, sizeof none, &n), ERR_CORRUPT);
    assert_int_equal(block_count(million, sizeof million, &n), ERR_CORRUPT); /* 1 000 001 */
    assert_int_equal(block_count(unknown, sizeof unknown, &n), ERR_CORRUPT);
    assert_int_equal(block_count(endless, sizeof endless, &n), ERR_CORRUPT);
    assert_int_equal(block_count("", 0, &n), ERR_CORRUPT);
}

static void blocks_follow_one_another(void **state)
{
    struct chance c = {5};
    struct reading in[2][SERIES], *out = NULL;
    struct strbuf bytes = {0};
    size_t count = 0, capacity = 0;

    (void)state;
    for (int k = 0; k < 2; k++) {
        random_readings(&c, in[k], SERIES, true);
        strbuf_clear(&bytes);
        block_encode(in[k], SERIES, &bytes);
        assert_int_equal(block_append(bytes.data, bytes.len, 7, &out, &count, &capacity), ERR_OK);
        assert_int_equal(count, (k + 1) * SERIES);
    }
    bytes.data[bytes.len / 2] ^= 1;
    assert_int_equal(block_append(bytes.data, bytes.len, 7, &out, &count, &capacity), ERR_CORRUPT);
    assert_int_equal(block_append("", 0, 7, &out, &count, &capacity), ERR_CORRUPT);
    assert_int_equal(count, 2 * SERIES);
    for (size_t i = 0; i < count; i++)
        assert_same(&in[i / SERIES][i % SERIES], &out[i]);
    free(out);
    strbuf_free(&bytes);
}

/* --- journal rows --- */

static void encode_row(struct chance *c, struct journal_encoder *e, const struct reading *r,
                       size_t n, bool *revision)
{
    for (size_t i = 0; i < n; i++) {
        revision[i] = chance_one_in(c, 6);
        journal_encode(e, &r[i], revision[i]);
    }
}

static void assert_same_entry(const struct reading *in, bool revision,
                              const struct codec_entry *out)
{
    assert_int_equal(out->revision, revision);
    if (!revision) {
        assert_same(in, &out->reading);
        return;
    }
    assert_int_equal(out->reading.sensor, in->sensor);
    assert_int_equal(out->reading.t_us, in->t_us);
    assert_int_equal(out->reading.flag, in->flag);
    assert_int_equal(out->reading.test, in->test);
}

static void rows_come_back_bit_for_bit(void **state)
{
    struct chance c = {4};
    struct reading in[SERIES];
    bool revision[SERIES];
    struct journal_encoder e = {0};
    struct codec_entry out;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        size_t n = chance_below(&c, round % 10 ? 20 : SERIES);
        random_readings(&c, in, n, false);
        journal_encoder_reset(&e);
        encode_row(&c, &e, in, n, revision);
        assert_int_equal(e.count, n);
        struct journal_decoder d = journal_decoder_over(strbuf_text(&e.bytes), e.bytes.len);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(journal_decode(&d, &out), ERR_OK);
            assert_same_entry(&in[i], revision[i], &out);
        }
        assert_int_equal(journal_decode(&d, &out), ERR_NOTFOUND);
    }
    journal_encoder_free(&e);
}

/* Decodes to the end; the number of entries, -1 when refused. */
static int try_row(const void *bytes, size_t size)
{
    struct journal_decoder d = journal_decoder_over(bytes, size);
    struct codec_entry out;
    enum err e;
    int n = 0;

    while (!(e = journal_decode(&d, &out))) {
        n++;
        assert_true(isfinite(out.reading.value));
        assert_in_range(out.reading.flag, QF_PASS, QF_FAIL);
        assert_in_range(out.reading.test, QT_NONE, QT_COUNT - 1);
        assert_true((size_t)n <= size);
    }
    assert_true(e == ERR_NOTFOUND || e == ERR_CORRUPT);
    return e == ERR_NOTFOUND ? n : -1;
}

/* A row has no count of its own: cut between two entries it is a shorter row, elsewhere nothing. */
static void truncated_rows_lose_their_end_or_are_refused(void **state)
{
    struct chance c = {5};
    struct reading in[30];
    bool revision[30];
    struct journal_encoder e = {0};

    (void)state;
    for (int round = 0; round < 200; round++) {
        size_t n = 1 + chance_below(&c, 30), whole = 0;
        random_readings(&c, in, n, false);
        journal_encoder_reset(&e);
        encode_row(&c, &e, in, n, revision);
        for (size_t cut = 0; cut <= e.bytes.len; cut++) {
            char *copy = malloc(cut + 1);
            memcpy(copy + 1, e.bytes.data, cut);
            int got = try_row(copy + 1, cut);
            whole += got >= 0;
            assert_true(got <= (int)n);
            free(copy);
        }
        assert_int_equal(whole, n + 1);
    }
    journal_encoder_free(&e);
}

static void mutated_rows_do_no_harm(void **state)
{
    struct chance c = {6};
    struct reading in[40];
    bool revision[40];
    struct journal_encoder e = {0};
    size_t accepted = 0, refused = 0;

    (void)state;
    for (int i = 0; i < MUTANTS; i++) {
        if (i % 50 == 0) {
            size_t n = 1 + chance_below(&c, 40);
            random_readings(&c, in, n, false);
            journal_encoder_reset(&e);
            encode_row(&c, &e, in, n, revision);
        }
        char *copy = malloc(e.bytes.len);
        memcpy(copy, e.bytes.data, e.bytes.len);
        mutate(&c, copy, e.bytes.len);
        if (try_row(copy, e.bytes.len) >= 0)
            accepted++;
        else
            refused++;
        free(copy);
    }
    journal_encoder_free(&e);
    assert_in_range(accepted, 1000, MUTANTS);
    assert_in_range(refused, 1000, MUTANTS);
}

/* Older stores have the same bytes for what has no mark; each mark takes a bit that was not used.
 */
static void marks_are_bits(void **state)
{
    static const uint8_t plain[] = {0x08, 0x02, 0x04, 0x06, 0x0a};
    static const uint8_t marked[] = {0x09, 0x83, 0x02, 0x04, 0x06, 0x0a};
    struct reading r = {.sensor = 1, .t_us = 2, .rx_us = 3, .value = 0.5, .flag = QF_PASS}, out;
    struct journal_encoder e = {0};
    struct strbuf block = {0}, same = {0};

    (void)state;
    journal_encode(&e, &r, false);
    assert_int_equal(e.bytes.len, sizeof plain);
    assert_memory_equal(e.bytes.data, plain, sizeof plain);
    block_encode(&r, 1, &same);
    r.historical = true;
    r.test = QT_SPIKE;
    journal_encoder_reset(&e);
    journal_encode(&e, &r, false);
    assert_int_equal(e.bytes.len, sizeof marked);
    assert_memory_equal(e.bytes.data, marked, sizeof marked);
    r.test = QT_NONE;
    block_encode(&r, 1, &block);
    assert_int_equal(block.len, same.len);
    for (size_t i = 0; i + 4 < block.len; i++) /* but for the checksum */
        assert_true(block.data[i] == same.data[i] || (block.data[i] ^ same.data[i]) == 0x08);
    assert_int_equal(block_decode(block.data, block.len, 1, &out, 1), ERR_OK);
    assert_same(&r, &out);
    r.historical = false;
    r.clock_doubt = true;
    journal_encoder_reset(&e);
    journal_encode(&e, &r, false);
    assert_int_equal(e.bytes.len, sizeof marked);
    assert_int_equal((uint8_t)e.bytes.data[1], 0x40);
    strbuf_clear(&block);
    block_encode(&r, 1, &block);
    assert_int_equal(block.len, same.len);
    for (size_t i = 0; i + 4 < block.len; i++)
        assert_true(block.data[i] == same.data[i] || (block.data[i] ^ same.data[i]) == -0x80);
    assert_int_equal(block_decode(block.data, block.len, 1, &out, 1), ERR_OK);
    assert_same(&r, &out);
    journal_encoder_free(&e);
    strbuf_free(&block);
    strbuf_free(&same);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_come_back_bit_for_bit),
        cmocka_unit_test(regular_short_decimals_are_small),
        cmocka_unit_test(truncated_blocks_are_refused),
        cmocka_unit_test(flipped_bits_are_refused),
        cmocka_unit_test(mutated_blocks_do_no_harm),
        cmocka_unit_test(impossible_counts_are_refused),
        cmocka_unit_test(blocks_follow_one_another),
        cmocka_unit_test(rows_come_back_bit_for_bit),
        cmocka_unit_test(truncated_rows_lose_their_end_or_are_refused),
        cmocka_unit_test(mutated_rows_do_no_harm),
        cmocka_unit_test(marks_are_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
