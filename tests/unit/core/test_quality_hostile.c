/* Hostile numbers, and the packed state. */
#include "quality_fixture.h"

#include <float.h>

static struct quality_config config_everything(void)
{
    struct quality_config c = config_neighbours();

    c.flat_tolerance = 0.01;
    c.flat_suspect_us = 3 * SECOND_US;
    c.flat_fail_us = 5 * SECOND_US;
    c.attenuated_window_us = 6 * SECOND_US;
    c.attenuated_suspect = 0.01;
    c.attenuated_fail = 0.001;
    return c;
}

static double hostile_value(uint64_t *seed)
{
    static const double odd[] = {1e308,   -1e308, DBL_MAX, -DBL_MAX, DBL_MIN, 5e-324,
                                 -5e-324, 0.0,    -0.0,    1.0,      DBL_MAX, 1 + 1e-15};

    return odd[random_bits(seed) % COUNT(odd)];
}

static int64_t hostile_time(uint64_t *seed)
{
    static const int64_t odd[] = {INT64_MIN, INT64_MAX, 0, -1, 1, INT64_MAX - 1, SECOND_US};

    if (random_bits(seed) % 4 == 0)
        return odd[random_bits(seed) % COUNT(odd)];
    return (int64_t)(random_bits(seed) % 64) * SECOND_US / 4;
}

/* Extreme values, equal, backward and extreme times: sane verdicts, a state that can be stored. */
static void test_hostile_numbers(void **state)
{
    struct quality_config c = config_everything();
    uint64_t seed = 99;

    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct quality_state s = {0};

        c.gap_us = round % 3 == 0 ? 0 : round % 3 == 1 ? INT64_MAX : SECOND_US;
        c.period_us = round % 7 == 0 ? 0 : round % 7 == 1 ? INT64_MAX : SECOND_US;
        c.attenuated_window_us = round % 5 == 0 ? INT64_MAX : 6 * SECOND_US;
        for (int i = 0; i < 40; i++) {
            struct quality_result r =
                quality_push(&s, &c, hostile_time(&seed), hostile_value(&seed));

            assert_in_range(r.verdict.flag, QF_PASS, QF_FAIL);
            assert_in_range(r.verdict.test, QT_NONE, QT_ATTENUATED);
            assert_in_range(r.revision_count, 0, QUALITY_RECENT);
            restart(&s);
        }
    }
}

static void test_hostile_exact(void **state)
{
    static const double v[] = {1e308, -1e308, 1e308, 5e-324, 0};
    static const uint8_t f[] = {1, 4, 4, 4, 1};
    struct quality_config c = config_off(SECOND_US);
    struct quality_state s = {0};

    (void)state;
    c.spike_fail = 1e300;
    c.rate_fail_per_s = 1e300;
    expect_flags(&c, v, COUNT(v), f, true);
    (void)quality_push(&s, &c, 5, 1);
    assert_int_equal(quality_push(&s, &c, 5, 1e308).verdict.flag, QF_PASS);
    assert_int_equal(quality_push(&s, &c, 6, (double)INFINITY).verdict.test, QT_GROSS_RANGE);
    assert_int_equal(quality_push(&s, &c, 6, MISSING).verdict.flag, QF_FAIL);
    assert_int_equal(s.count, 2);
}

static struct quality_state some_state(uint64_t *seed, size_t n)
{
    struct quality_config c = config_everything();
    struct quality_state s = {0};

    for (size_t i = 0; i < n; i++)
        (void)quality_push(&s, &c, (int64_t)i * SECOND_US, random_unit(seed));
    return s;
}

static void test_pack_is_little_endian_and_versioned(void **state)
{
    static const uint8_t two[] = {0, 0, 0, 0, 0, 0, 0, 0x40}; /* 2.0, IEEE 754 */
    struct quality_config c = config_off(SECOND_US);
    struct quality_state s = {0};
    uint8_t bytes[QUALITY_PACKED_MAX];
    size_t n;

    (void)state;
    assert_int_equal(quality_pack(&s, bytes), 13 * 8);
    assert_int_equal(bytes[0], 1);
    (void)quality_push(&s, &c, 0x0102030405060708, 2.0);
    n = quality_pack(&s, bytes);
    assert_int_equal(n, 15 * 8);
    assert_int_equal(bytes[1], 1);
    assert_int_equal(bytes[12 * 8], 0x08);
    assert_int_equal(bytes[12 * 8 + 7], 0x01);
    assert_memory_equal(bytes + 13 * 8, two, sizeof two);
}

static void test_damaged_bytes_are_refused(void **state)
{
    uint64_t seed = 4711;

    (void)state;
    for (size_t fill = 0; fill < 14; fill++) {
        struct quality_state s = some_state(&seed, fill), out, untouched;
        uint8_t bytes[QUALITY_PACKED_MAX + 8] = {0};
        size_t n = quality_pack(&s, bytes);

        memset(&out, 0x33, sizeof out);
        untouched = out;
        for (size_t cut = 0; cut < n; cut++)
            assert_int_equal(quality_unpack(bytes, cut, &out), ERR_CORRUPT);
        assert_int_equal(quality_unpack(bytes, n + 8, &out), ERR_CORRUPT);
        for (size_t bit = 0; bit < n * 8; bit++) {
            bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_int_equal(quality_unpack(bytes, n, &out), ERR_CORRUPT);
            bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        assert_memory_equal(&out, &untouched, sizeof out);
        assert_int_equal(quality_unpack(bytes, n, &out), ERR_OK);
    }
}

/* The check word of bytes whose contents are wrong but undamaged, as quality_pack.c writes it. */
static void seal(uint8_t *bytes, size_t n)
{
    uint64_t h = 0xcbf29ce484222325u;

    for (size_t at = 0; at < n; at += 8) {
        uint64_t word = 0;

        for (size_t i = at + 8 == n ? 8 : 0; i < 8; i++)
            word |= (uint64_t)bytes[at + i] << (8 * i);
        if (at + 8 == n) {
            for (size_t i = 0; i < 8; i++)
                bytes[at + i] = (uint8_t)(h >> (8 * i));
            return;
        }
        h = (h ^ word) * 0x9e3779b97f4a7c15u;
        h ^= h >> 32;
    }
}

/* Sets a byte of a sound state, makes the check word right again, and wants it refused. */
static void expect_refused(const struct quality_state *s, size_t at, uint8_t value)
{
    uint8_t bytes[QUALITY_PACKED_MAX];
    size_t n = quality_pack(s, bytes);
    struct quality_state out;

    seal(bytes, n);
    assert_int_equal(quality_unpack(bytes, n, &out), ERR_OK);
    assert_true(bytes[at] != value);
    bytes[at] = value;
    seal(bytes, n);
    assert_int_equal(quality_unpack(bytes, n, &out), ERR_CORRUPT);
}

static void test_contradictions_are_refused(void **state)
{
    struct quality_config c = config_off(SECOND_US);
    struct quality_state s = {0};

    (void)state;
    c.suspect_max = 100;
    (void)quality_push(&s, &c, 0, 1);
    (void)quality_push(&s, &c, SECOND_US, 1.5);
    expect_refused(&s, 0, 2);             /* version */
    expect_refused(&s, 1, 9);             /* count */
    expect_refused(&s, 2, 1);             /* one before, though the recent are not full */
    expect_refused(&s, 3, QF_MISSING);    /* attenuated flag */
    expect_refused(&s, 15, 1);            /* attenuated count beyond 32 bits */
    expect_refused(&s, 79, 0xbf);         /* negative sum of squares */
    expect_refused(&s, 81, 0x35);         /* passed, yet a test decided */
    expect_refused(&s, 84, 1);            /* a judgement of a sample that is not there */
    expect_refused(&s, 12 * 8 + 7, 0x10); /* first sample after the second */
    for (int64_t i = 2; i <= QUALITY_RECENT; i++)
        (void)quality_push(&s, &c, i * SECOND_US, 1);
    expect_refused(&s, 23, 0x10); /* the one before comes after */
}

/* Garbage with a right check word: refused, or else a state that packs to the same bytes and can
 * be worked with. */
static void test_sealed_garbage_is_harmless(void **state)
{
    struct quality_config c = config_everything();
    uint64_t seed = 31337;
    size_t accepted = 0, refused = 0;

    (void)state;
    for (int round = 0; round < 50000; round++) {
        struct quality_state s = some_state(&seed, (size_t)(random_bits(&seed) % 12));
        uint8_t bytes[QUALITY_PACKED_MAX], again[QUALITY_PACKED_MAX];
        size_t n = quality_pack(&s, bytes);

        for (uint64_t k = 1 + random_bits(&seed) % 2; k > 0; k--)
            bytes[1 + random_bits(&seed) % (n - 9)] = (uint8_t)random_bits(&seed);
        seal(bytes, n);
        if (quality_unpack(bytes, n, &s) != ERR_OK) {
            refused++;
            continue;
        }
        accepted++;
        assert_int_equal(quality_pack(&s, again), n);
        assert_memory_equal(bytes, again, n);
        for (int i = 0; i < 10; i++)
            assert_in_range(
                quality_push(&s, &c, hostile_time(&seed), hostile_value(&seed)).verdict.flag,
                QF_PASS, QF_FAIL);
    }
    assert_true(accepted > 0);
    assert_true(refused > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile_numbers),
        cmocka_unit_test(test_hostile_exact),
        cmocka_unit_test(test_pack_is_little_endian_and_versioned),
        cmocka_unit_test(test_damaged_bytes_are_refused),
        cmocka_unit_test(test_contradictions_are_refused),
        cmocka_unit_test(test_sealed_garbage_is_harmless),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
