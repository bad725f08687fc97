#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/base/strmap.h"

enum { KEYS = 100000, KEY_SIZE = 32 };

static void name_key(char key[KEY_SIZE], unsigned i)
{
    snprintf(key, KEY_SIZE, "H%03u/n%u/crack-%u", i / 100, i / 10 % 10, i % 10);
}

static void test_100000_keys(void **state)
{
    struct strmap m = {0};
    char(*keys)[KEY_SIZE] = calloc(KEYS, sizeof *keys);
    char other[KEY_SIZE];

    (void)state;
    assert_non_null(keys);
    for (unsigned i = 0; i < KEYS; i++) {
        name_key(keys[i], i);
        assert_int_equal(strmap_put(&m, keys[i], strlen(keys[i]), i), ERR_OK);
    }
    assert_int_equal(m.count, KEYS);
    for (unsigned i = 0; i < KEYS; i++) {
        name_key(other, i); /* equal text at another place */
        assert_int_equal(strmap_get(&m, other, strlen(other)), i);
        assert_int_equal(strmap_get(&m, other, strlen(other) - 1), STRMAP_NONE);
        name_key(other, i + KEYS);
        assert_int_equal(strmap_get(&m, other, strlen(other)), STRMAP_NONE);
        assert_int_equal(strmap_put(&m, keys[i], strlen(keys[i]), i + 1), ERR_EXISTS);
    }
    assert_int_equal(m.count, KEYS);
    for (unsigned i = 0; i < KEYS; i++)
        assert_int_equal(strmap_get(&m, keys[i], strlen(keys[i])), i);
    strmap_free(&m);
    free(keys);
}

static void test_empty_map_and_after_free(void **state)
{
    struct strmap m = {0};

    (void)state;
    assert_int_equal(strmap_get(&m, "x", 1), STRMAP_NONE);
    assert_int_equal(strmap_put(&m, "x", 1, 5), ERR_OK);
    strmap_free(&m);
    assert_int_equal(strmap_get(&m, "x", 1), STRMAP_NONE);
    assert_int_equal(strmap_put(&m, "x", 1, 6), ERR_OK);
    assert_int_equal(strmap_get(&m, "x", 1), 6);
    strmap_free(&m);
}

static void test_keys_are_bytes_with_a_length(void **state)
{
    struct strmap m = {0};

    (void)state;
    assert_int_equal(strmap_put(&m, "ab", 1, 1), ERR_OK);
    assert_int_equal(strmap_put(&m, "ab", 2, 2), ERR_OK);
    assert_int_equal(strmap_put(&m, "a\0", 2, 3), ERR_OK);
    assert_int_equal(strmap_put(&m, "a\0\0", 3, 4), ERR_OK);
    assert_int_equal(strmap_get(&m, NULL, 0), STRMAP_NONE);
    assert_int_equal(strmap_put(&m, NULL, 0, 0), ERR_OK);
    assert_int_equal(strmap_put(&m, "", 0, 9), ERR_EXISTS);
    assert_int_equal(strmap_get(&m, "a", 1), 1);
    assert_int_equal(strmap_get(&m, "ab", 2), 2);
    assert_int_equal(strmap_get(&m, "a\0", 2), 3);
    assert_int_equal(strmap_get(&m, "a\0\0", 3), 4);
    assert_int_equal(strmap_get(&m, "zz", 0), 0);
    strmap_free(&m);
}

/* Every length from 0 to 64 with a change in each single byte: none is confused. */
static void test_each_byte_of_a_key_counts(void **state)
{
    char base[64], probe[64];

    (void)state;
    for (size_t i = 0; i < sizeof base; i++)
        base[i] = (char)('A' + i % 26);
    for (size_t n = 1; n <= sizeof base; n++) {
        struct strmap m = {0};
        assert_int_equal(strmap_put(&m, base, n, 1), ERR_OK);
        for (size_t i = 0; i < n; i++) {
            memcpy(probe, base, n);
            probe[i] ^= 1;
            assert_int_equal(strmap_get(&m, probe, n), STRMAP_NONE);
        }
        memcpy(probe, base, n);
        assert_int_equal(strmap_get(&m, probe, n), 1);
        strmap_free(&m);
    }
}

/* G. Fowler, L. C. Noll, K.-P. Vo, D. Eastlake, "The FNV Non-Cryptographic Hash Algorithm",
 * test vectors of 64-bit FNV-1a. */
static void test_hash64_is_fnv_1a(void **state)
{
    (void)state;
    assert_true(hash64(0, "", 0) == 0xcbf29ce484222325ULL);
    assert_true(hash64(0, "a", 1) == 0xaf63dc4c8601ec8cULL);
    assert_true(hash64(0, "foobar", 6) == 0x85944171f73967e8ULL);
    assert_true(hash64(hash64(0, "foo", 3), "bar", 3) == 0x85944171f73967e8ULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_100000_keys),
        cmocka_unit_test(test_empty_map_and_after_free),
        cmocka_unit_test(test_keys_are_bytes_with_a_length),
        cmocka_unit_test(test_each_byte_of_a_key_counts),
        cmocka_unit_test(test_hash64_is_fnv_1a),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
