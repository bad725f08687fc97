#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shikumen/io/gzip.h"

static void fill(struct strbuf *b, size_t n)
{
    uint32_t x = 1;

    for (size_t i = 0; i < n; i++) {
        x = x * 1664525u + 1013904223u;
        strbuf_putc(b, (char)(i % 3 ? 'a' : (int)(x >> 27)));
    }
}

static void test_what_is_packed_unpacks(void **state)
{
    static const size_t sizes[] = {0, 1, 1000, 16384, 200000};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct strbuf plain = {0}, packed = {0}, again = {0}, back = {0};
        fill(&plain, sizes[i]);
        assert_int_equal(gzip_pack(strbuf_text(&plain), plain.len, &packed), ERR_OK);
        assert_int_equal(gzip_pack(strbuf_text(&plain), plain.len, &again), ERR_OK);
        assert_int_equal(packed.len, again.len);
        assert_memory_equal(packed.data, again.data, packed.len);
        assert_int_equal(gzip_unpack(packed.data, packed.len, sizes[i], &back), ERR_OK);
        assert_int_equal(back.len, sizes[i]);
        assert_memory_equal(strbuf_text(&back), strbuf_text(&plain), sizes[i]);
        if (sizes[i] >= 1000) {
            strbuf_clear(&back);
            assert_int_equal(gzip_unpack(packed.data, packed.len, sizes[i] - 1, &back), ERR_RANGE);
        }
        strbuf_free(&plain);
        strbuf_free(&packed);
        strbuf_free(&again);
        strbuf_free(&back);
    }
}

static void test_what_is_no_gzip(void **state)
{
    struct strbuf packed = {0}, out = {0};

    (void)state;
    assert_int_equal(gzip_unpack("not packed at all", 17, 1000, &out), ERR_PARSE);
    assert_int_equal(gzip_unpack("", 0, 1000, &out), ERR_PARSE);
    fill(&packed, 1);
    strbuf_clear(&packed);
    assert_int_equal(gzip_pack("0123456789", 10, &packed), ERR_OK);
    for (size_t n = 0; n < packed.len; n++)
        assert_int_equal(gzip_unpack(packed.data, n, 1000, &out), ERR_PARSE);
    packed.data[packed.len - 8] ^= 1; /* of the checksum */
    assert_int_equal(gzip_unpack(packed.data, packed.len, 1000, &out), ERR_PARSE);
    strbuf_free(&packed);
    strbuf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_packed_unpacks),
        cmocka_unit_test(test_what_is_no_gzip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
