#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/base/strbuf.h"

static uint64_t next_random(uint64_t *s)
{
    *s = *s * 6364136223846793005ULL + 1442695040888963407ULL;
    return *s ^ *s >> 29;
}

static void test_appends(void **state)
{
    struct strbuf b = {0};

    (void)state;
    assert_string_equal(strbuf_text(&b), "");
    strbuf_append(&b, NULL, 0);
    assert_string_equal(strbuf_text(&b), "");
    strbuf_puts(&b, "ab");
    strbuf_putc(&b, 'c');
    strbuf_append(&b, "d\0e", 3);
    assert_int_equal(b.len, 6);
    assert_memory_equal(b.data, "abcd\0e\0", 7);
    strbuf_clear(&b);
    assert_string_equal(strbuf_text(&b), "");
    strbuf_printf(&b, "%s=%d", "n", 5);
    assert_string_equal(strbuf_text(&b), "n=5");
    strbuf_free(&b);
    assert_string_equal(strbuf_text(&b), "");
}

/* Every length around every growth step, with each way of appending. */
static void test_growth_keeps_content_and_terminator(void **state)
{
    (void)state;
    for (size_t n = 0; n < 600; n++) {
        struct strbuf b = {0};
        for (size_t i = 0; i < n; i++) {
            if (i % 3 == 0)
                strbuf_putc(&b, 'x');
            else if (i % 3 == 1)
                strbuf_printf(&b, "%c", 'x');
            else
                strbuf_puts(&b, "x");
        }
        strbuf_printf(&b, "%.*s", (int)n, "");
        assert_int_equal(b.len, n);
        assert_int_equal(strlen(strbuf_text(&b)), n);
        assert_int_equal(strspn(strbuf_text(&b), "x"), n);
        strbuf_printf(&b, "%*s|", (int)n, "");
        assert_int_equal(strlen(strbuf_text(&b)), 2 * n + 1);
        strbuf_free(&b);
    }
}

static void test_failure_is_kept_until_cleared(void **state)
{
    struct strbuf b = {0};

    (void)state;
    strbuf_puts(&b, "something");
    strbuf_append(&b, "x", SIZE_MAX - 4);
    assert_true(b.failed);
    assert_string_equal(strbuf_text(&b), "");
    strbuf_puts(&b, "more");
    strbuf_putc(&b, 'x');
    strbuf_printf(&b, "%d", 1);
    strbuf_number(&b, 1);
    strbuf_json_string(&b, "x", 1);
    assert_true(b.failed);
    assert_int_equal(b.len, 0);
    assert_string_equal(strbuf_text(&b), "");
    strbuf_clear(&b);
    strbuf_puts(&b, "new");
    assert_false(b.failed);
    assert_string_equal(strbuf_text(&b), "new");
    strbuf_free(&b);
}

static void assert_json(const char *text, size_t n, const char *expected)
{
    struct strbuf b = {0};

    strbuf_json_string(&b, text, n);
    assert_string_equal(strbuf_text(&b), expected);
    strbuf_free(&b);
}

/* RFC 8259 section 7. */
static void test_json_escapes(void **state)
{
    (void)state;
    assert_json(NULL, 0, "\"\"");
    assert_json("crack-1", 7, "\"crack-1\"");
    assert_json("\"\\/", 3, "\"\\\"\\\\/\"");
    assert_json("\b\t\n\f\r", 5, "\"\\b\\t\\n\\f\\r\"");
    assert_json("a\0b\x0b\x1f\x7f", 6, "\"a\\u0000b\\u000b\\u001f\x7f\"");
    assert_json("石库门 \xf0\x9f\x8f\x9a", 14, "\"石库门 \xf0\x9f\x8f\x9a\"");
}

#define R "\xef\xbf\xbd"

/* The Unicode Standard 15.0, section 3.9, tables 3-8 to 3-11: "maximal subpart" practice. */
static void test_json_replaces_ill_formed_utf8_as_unicode_recommends(void **state)
{
    (void)state;
    assert_json("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41", 9, "\"" R R R R R R R R "A\"");
    assert_json("\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41", 9, "\"" R R R R R R R R "A\"");
    assert_json("\xf4\x91\x92\x93\xff\x41\x80\xbf\x42", 9, "\"" R R R R R "A" R R "B\"");
    assert_json("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", 9, "\"" R R R R "A\"");
}

static void test_json_at_the_edges_of_utf8(void **state)
{
    (void)state;
    assert_json("\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf", 10,
                "\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\"");
    assert_json("\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 14,
                "\"\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"");
    assert_json("x\xe7\x9f", 3, "\"x" R "\""); /* cut in the middle */
    assert_json("\xe7\"", 2, "\"" R "\\\"\"");
    assert_json("\xe7\n\xb3", 3, "\"" R "\\n" R "\"");
}

static size_t utf8_length(const unsigned char *s)
{
    wchar_t unused;
    int n = mbtowc(&unused, (const char *)s, 4);

    return n > 0 ? (size_t)n : 0;
}

/* Whatever goes in, what comes out is one JSON string in valid UTF-8 (judged by the C library). */
static void test_json_of_random_bytes_is_valid(void **state)
{
    uint64_t random = 7;
    static const unsigned char likely[] = {0xe0, 0xed, 0xf0, 0xf4, 0x80, 0xbf, 0x9f, 0xa0,
                                           0x8f, 0x90, 0xc2, '"',  '\\', 0,    0x1f, 'x'};

    (void)state;
    assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
    for (int round = 0; round < 20000; round++) {
        unsigned char in[24];
        size_t n = next_random(&random) % (sizeof in + 1);
        struct strbuf b = {0};
        const unsigned char *p, *end;

        for (size_t i = 0; i < n; i++) {
            uint64_t r = next_random(&random);
            in[i] = r & 256 ? likely[r % sizeof likely] : (unsigned char)r;
        }
        strbuf_json_string(&b, (const char *)in, n);
        assert_true(b.len >= 2 && b.data[0] == '"' && b.data[b.len - 1] == '"');
        p = (const unsigned char *)b.data + 1;
        end = (const unsigned char *)b.data + b.len - 1;
        while (p < end) {
            size_t length = utf8_length(p);
            assert_true(length > 0 && *p >= 0x20 && *p != '"');
            p += *p == '\\' ? (p[1] == 'u' ? 6 : 2) : length;
        }
        assert_ptr_equal(p, end);
        strbuf_free(&b);
    }
    setlocale(LC_CTYPE, "C");
}

static void assert_number(double v, const char *expected)
{
    struct strbuf b = {0};

    strbuf_number(&b, v);
    assert_string_equal(strbuf_text(&b), expected);
    strbuf_free(&b);
}

static void test_numbers(void **state)
{
    (void)state;
    assert_number(0, "0");
    assert_number(-0.0, "-0");
    assert_number(1, "1");
    assert_number(-42, "-42");
    assert_number(1e5, "100000");
    assert_number(1763798400125000, "1763798400125000");
    assert_number(9007199254740991, "9007199254740991");
    assert_number(0.1, "0.1");
    assert_number(-1.234, "-1.234");
    assert_number(0.1 + 0.2, "0.30000000000000004");
    assert_number(1.0 / 3, "0.3333333333333333");
    assert_number(1763798400.125, "1763798400.125");
    assert_number(0.000001, "0.000001");
    assert_number(1.5e-9, "1.5e-9");
    assert_number(1e22, "1e22");
    assert_number(-1e300, "-1e300");
    assert_number(6.02214076e23, "6.02214076e23");
    assert_number(DBL_MAX, "1.7976931348623157e308");
    assert_number(DBL_MIN, "2.2250738585072014e-308");
    assert_number(5e-324, "5e-324");
    assert_number(123456789012345.6, "123456789012345.6");
    assert_number((double)NAN, "null");
    assert_number((double)INFINITY, "null");
    assert_number(-(double)INFINITY, "null");
}

static void assert_reads_back(double v)
{
    struct strbuf b = {0};
    double back;
    char *end;

    strbuf_number(&b, v);
    back = strtod(strbuf_text(&b), &end);
    if (*end || memcmp(&back, &v, sizeof v) != 0)
        fail_msg("%.17g written as %s", v, strbuf_text(&b));
    strbuf_free(&b);
}

static void test_any_finite_double_reads_back(void **state)
{
    uint64_t random = 3;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        uint64_t bits = next_random(&random) << 32 ^ next_random(&random);
        double v;
        memcpy(&v, &bits, sizeof v);
        if (!isfinite(v))
            continue;
        assert_reads_back(v);
        assert_reads_back(v / 0x1p60);
        assert_reads_back((double)(int64_t)bits / 1e9);
        assert_reads_back((double)(int64_t)(bits >> 11));
    }
}

/* A decimal of at most 15 digits comes out as it went in: that is the shortest form. */
static void test_decimals_come_out_as_they_were(void **state)
{
    uint64_t random = 11;

    (void)state;
    for (int i = 0; i < 300000; i++) {
        char text[40];
        int places = (int)(next_random(&random) % 10);
        long long whole = (long long)(next_random(&random) % 100000);
        long long part = 0;
        int n = snprintf(text, sizeof text, "%s%lld", i % 2 ? "-" : "", whole + 1);

        for (int k = 0; k < places; k++)
            part = part * 10 + (long long)(next_random(&random) >> 13) % 10;
        part = places > 0 && part % 10 == 0 ? part + 1 : part;
        if (places > 0)
            snprintf(text + n, sizeof text - (size_t)n, ".%0*lld", places, part);
        assert_number(strtod(text, NULL), text);
    }
}

/* Runs where a locale with a decimal comma is installed. */
static void test_numbers_do_not_depend_on_the_locale(void **state)
{
    static const char *const comma[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "es_ES.UTF-8", "ca_ES.UTF-8"};
    size_t i = 0;

    (void)state;
    while (i < sizeof comma / sizeof *comma && !setlocale(LC_NUMERIC, comma[i]))
        i++;
    if (i == sizeof comma / sizeof *comma)
        skip();
    assert_string_equal(localeconv()->decimal_point, ",");
    assert_number(1.5, "1.5");
    assert_number(1.0 / 3, "0.3333333333333333");
    assert_number(1.25e-30, "1.25e-30");
    assert_string_equal(localeconv()->decimal_point, ",");
    setlocale(LC_NUMERIC, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_appends),
        cmocka_unit_test(test_growth_keeps_content_and_terminator),
        cmocka_unit_test(test_failure_is_kept_until_cleared),
        cmocka_unit_test(test_json_escapes),
        cmocka_unit_test(test_json_replaces_ill_formed_utf8_as_unicode_recommends),
        cmocka_unit_test(test_json_at_the_edges_of_utf8),
        cmocka_unit_test(test_json_of_random_bytes_is_valid),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_any_finite_double_reads_back),
        cmocka_unit_test(test_decimals_come_out_as_they_were),
        cmocka_unit_test(test_numbers_do_not_depend_on_the_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
