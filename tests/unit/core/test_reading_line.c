/* Lines of a history: the quick reading and the slow one agree on everything, and what is refused
 * says why. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../src/core/reading_scan.h"
#include "shikumen/base/utc.h"
#include "shikumen/core/reading_line.h"

static uint64_t draw(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15U;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return z ^ z >> 31;
}

static unsigned below(uint64_t *state, unsigned n)
{
    return (unsigned)(draw(state) % n);
}

static enum err read_json(const char *line, struct arena *a, struct reading_line *out,
                          const char **fault)
{
    return reading_line_json(line, strlen(line), a, out, fault);
}

static bool same_text(const char *a, size_t na, const char *b, size_t nb)
{
    return (a == NULL) == (b == NULL) && na == nb && (na == 0 || memcmp(a, b, na) == 0);
}

static void expect_equal(const struct reading_line *a, const struct reading_line *b,
                         const char *line)
{
    if (!same_text(a->sensor, a->sensor_len, b->sensor, b->sensor_len) ||
        !same_text(a->unit, a->unit_len, b->unit, b->unit_len) || a->t_us != b->t_us ||
        a->rx_us != b->rx_us || memcmp(&a->value, &b->value, sizeof a->value) != 0)
        fail_msg("the two ways differ on %s", line);
}

/* --- exact cases --- */

static void test_all_members(void **state)
{
    static const char line[] = "{\"t\":\"2024-01-01T00:00:00Z\",\"sensor\":\"H001/n1/crack-1\","
                               "\"v\":1.234,\"u\":\"mm\",\"rx\":\"2024-01-01T00:00:05Z\"}";
    struct arena a = {0};
    struct reading_line l;
    const char *fault;

    (void)state;
    assert_int_equal(read_json(line, &a, &l, &fault), ERR_OK);
    assert_int_equal(l.t_us, 1704067200000000);
    assert_int_equal(l.rx_us, 1704067205000000);
    assert_true(l.value == 1.234);
    assert_true(same_text(l.sensor, l.sensor_len, "H001/n1/crack-1", 15));
    assert_true(same_text(l.unit, l.unit_len, "mm", 2));
    assert_null(l.topic);
    assert_int_equal(a.used_bytes, 0); /* it was plain enough for the quick way */
    arena_free(&a);
}

static void test_any_order_and_others_ignored(void **state)
{
    static const char *const lines[] = {
        " { \"rx\" : \"2024-01-01T00:00:05Z\" , \"v\":2e0,\"sensor\":\"s\","
        "\"t\":\"2024-01-01T00:00:00Z\",\"x\":-1.5e3,\"note\":\"n\"} \r",
        "{\"sensor\":\"\\u0073\",\"t\":\"2024-01-01T08:00:00+08:00\",\"v\":2,"
        "\"rx\":\"2024-01-01T00:00:05.000000Z\",\"more\":{\"v\":[3,null]}}",
        "{\"v\":2.0,\"v\":7,\"sensor\":\"s\",\"t\":\"2024-01-01 00:00:00Z\","
        "\"rx\":\"2024-01-01T00:00:05Z\",\"ok\":true}",
    };
    struct arena a = {0};
    struct reading_line l;
    const char *fault;

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_int_equal(read_json(lines[i], &a, &l, &fault), ERR_OK);
        assert_true(same_text(l.sensor, l.sensor_len, "s", 1));
        assert_null(l.unit);
        assert_true(l.value == 2.0);
        assert_int_equal(l.t_us, 1704067200000000);
        assert_int_equal(l.rx_us, 1704067205000000);
    }
    arena_free(&a);
}

static void test_recorded_messages(void **state)
{
    struct arena a = {0};
    struct reading_line l;
    const char *fault;

    (void)state;
    assert_int_equal(read_json("{\"topic\":\"a/b/senml\",\"payload\":\"[{\\\"n\\\":\\\"x\\\"}]\","
                               "\"rx\":\"2024-01-01T00:00:05Z\"}",
                               &a, &l, &fault),
                     ERR_OK);
    assert_string_equal(l.topic, "a/b/senml");
    assert_true(same_text(l.payload, l.payload_len, "[{\"n\":\"x\"}]", 11));
    assert_int_equal(l.rx_us, 1704067205000000);
    assert_int_equal(read_json("{\"payload\":[{\"n\":1}],\"topic\":\"t\"}", &a, &l, &fault),
                     ERR_OK);
    assert_true(same_text(l.payload, l.payload_len, "[{\"n\":1}]", 9));
    assert_true(l.rx_us == INT64_MIN);
    arena_free(&a);
}

static void test_csv(void **state)
{
    static const char *const same[] = {
        "2024-01-01T00:00:00Z,s,-0.5,mm,2024-01-01T00:00:05Z",
        "2024-01-01T00:00:00Z,\"s\",-5e-1,\"mm\",2024-01-01T00:00:05Z",
    };
    struct arena a = {0};
    struct reading_line l;
    const char *fault, *quoted = "2024-01-01,\"a\"\"b,c\",1";

    (void)state;
    assert_true(reading_line_is_header("t,sensor,v,u", 12));
    assert_true(reading_line_is_header("\xef\xbb\xbft,sensor,v,u,rx", 18));
    assert_false(reading_line_is_header("t,sensor,u,v", 12));
    assert_false(reading_line_is_header("", 0));
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(reading_line_csv(same[i], strlen(same[i]), &a, &l, &fault), ERR_OK);
        assert_true(same_text(l.sensor, l.sensor_len, "s", 1));
        assert_true(same_text(l.unit, l.unit_len, "mm", 2));
        assert_true(l.value == -0.5);
        assert_int_equal(l.rx_us - l.t_us, 5000000);
    }
    assert_int_equal(reading_line_csv(quoted, strlen(quoted), &a, &l, &fault), ERR_OK);
    assert_true(same_text(l.sensor, l.sensor_len, "a\"b,c", 5));
    assert_null(l.unit);
    assert_true(l.rx_us == INT64_MIN);
    arena_free(&a);
}

/* --- refusals --- */

static void test_hostile_json(void **state)
{
#define T "\"t\":\"2024-01-01T00:00:00Z\""
    static const struct {
        const char *line, *words;
    } cases[] = {
        {"", "JSON"},
        {"null", "JSON"},
        {"[]", "object"},
        {"{" T ",\"sensor\":\"s\",\"v\":1", "JSON"},
        {"{" T ",\"sensor\":\"s\",\"v\":1} x", "JSON"},
        {"{" T ",\"sensor\":\"s\",\"v\":1,}", "JSON"},
        {"{" T ",\"sensor\":\"s\",\"v\":NaN}", "JSON"},
        {"{" T ",\"sensor\":\"s\",\"v\":01}", "JSON"},
        {"{" T ",\"sensor\":\"s\",\"v\":.5}", "JSON"},
        {"{" T ",\"sensor\":\"s\",\"v\":1.}", "JSON"},
        {"{" T ",\"sensor\":\"s\",\"v\":+1}", "JSON"},
        {"{" T ",\"sensor\":\"s\",\"v\":1e}", "JSON"},
        {"{" T ",\"sensor\":\"s\",\"v\":-}", "JSON"},
        {"{" T ",\"sensor\":\"s\xff\",\"v\":1}", "JSON"},
        {"{" T ",\"sensor\":\"a\tb\",\"v\":1}", "JSON"},
        {"{" T ",\"sensor\":\"s\",\"v\":1e999}", "v"},
        {"{" T ",\"sensor\":\"s\",\"v\":-1e999}", "v"},
        {"{" T ",\"sensor\":\"s\",\"v\":\"1\"}", "v"},
        {"{" T ",\"sensor\":\"s\"}", "v"},
        {"{" T ",\"sensor\":\"\",\"v\":1}", "sensor"},
        {"{" T ",\"sensor\":7,\"v\":1}", "sensor"},
        {"{" T ",\"v\":1}", "sensor"},
        {"{" T ",\"sensor\":\"s\",\"v\":1,\"u\":5}", "u "},
        {"{" T ",\"sensor\":\"s\",\"v\":1,\"rx\":null}", "rx"},
        {"{\"t\":1704067200,\"sensor\":\"s\",\"v\":1}", "t "},
        {"{\"t\":\"2024-02-30T00:00:00Z\",\"sensor\":\"s\",\"v\":1}", "t "},
        {"{\"t\":\"2024-02-03T24:00:00Z\",\"sensor\":\"s\",\"v\":1}", "t "},
        {"{\"t\":\"2024-02-03T00:00:00\",\"sensor\":\"s\",\"v\":1}", "t "},
        {"{\"sensor\":\"s\",\"v\":1}", "t "},
        {"{\"topic\":5,\"payload\":\"x\"}", "topic"},
        {"{\"topic\":\"x\"}", "payload"},
        {"{\"topic\":\"x\",\"payload\":\"\",\"rx\":\"soon\"}", "rx"},
    };
    struct arena a = {0};
    struct reading_line l;
    const char *fault;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (read_json(cases[i].line, &a, &l, &fault) != ERR_PARSE)
            fail_msg("taken: %s", cases[i].line);
        if (!strstr(fault, cases[i].words))
            fail_msg("%s: %s", cases[i].line, fault);
    }
    arena_free(&a);
}

static void test_hostile_csv(void **state)
{
    static const char *const lines[] = {
        "",
        "2024-01-01",
        "2024-01-01,s",
        "2024-01-01,s,",
        "2024-01-01,s,x,mm",
        "2024-01-01,s,1x,mm",
        "2024-01-01,s,nan,mm",
        "2024-01-01,s,1e999,mm",
        "2024-01-01,,1,mm",
        ",s,1,mm",
        "2024-13-01,s,1,mm",
        "2024-01-01,s,1,mm,late",
        "2024-01-01,s,1,mm,2024-01-02,more",
        "2024-01-01,\"s,1,mm",
        "2024-01-01,\"s\"s,1,mm",
    };
    struct arena a = {0};
    struct reading_line l;
    const char *fault;

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (reading_line_csv(lines[i], strlen(lines[i]), &a, &l, &fault) != ERR_PARSE)
            fail_msg("taken: %s", lines[i]);
        assert_non_null(fault);
    }
    arena_free(&a);
}

/* --- numbers as strtod reads them --- */

static void expect_number(const char *text)
{
    const char *p = text;
    double quick = 0.0, slow = strtod(text, NULL);

    if (!scan_number(&p, text + strlen(text), &quick)) {
        if (isfinite(slow) && strlen(text) < 63)
            fail_msg("not read: %s", text);
        return;
    }
    if (*p || memcmp(&quick, &slow, sizeof quick) != 0)
        fail_msg("%s is %.17g, not %.17g", text, slow, quick);
}

static void test_numbers_of_every_length(void **state)
{
    uint64_t seed = 1;
    char text[400];

    (void)state;
    for (int i = 0; i < 200000; i++) {
        uint64_t bits = draw(&seed);
        double v;
        memcpy(&v, &bits, sizeof v);
        if (i % 2)
            v = ldexp((double)(int64_t)bits, -40 - (int)below(&seed, 30));
        if (!isfinite(v))
            continue;
        snprintf(text, sizeof text, i % 3 ? "%.*g" : "%.*e", 1 + (int)below(&seed, 17), v);
        if (!strchr(text, '+')) /* "1e+05" is JSON as well */
            expect_number(text);
        snprintf(text, sizeof text, "%.*f", (int)below(&seed, 12), fmod(v, 1e6));
        expect_number(text);
    }
}

static void test_numbers_of_random_digits(void **state)
{
    uint64_t seed = 2;
    char text[80];

    (void)state;
    for (int i = 0; i < 200000; i++) {
        int n = 0, whole = 1 + (int)below(&seed, 18), part = (int)below(&seed, 20);
        if (below(&seed, 2))
            text[n++] = '-';
        for (int k = 0; k < whole; k++)
            text[n++] =
                (char)('0' + (k == 0 && whole > 1 ? 1 + below(&seed, 9) : below(&seed, 10)));
        if (part > 0)
            text[n++] = '.';
        for (int k = 0; k < part; k++)
            text[n++] = (char)('0' + below(&seed, 10));
        text[n] = '\0';
        if (below(&seed, 3) == 0)
            snprintf(text + n, sizeof text - (size_t)n, "e%d", (int)below(&seed, 700) - 350);
        expect_number(text);
    }
    expect_number("-0");
    expect_number("-0.0e-5");
    expect_number("9007199254740993");
    expect_number("0.30000000000000004");
    expect_number("0e999999999999");
    expect_number("1e-999999999999");
}

/* --- times as utc_parse reads them --- */

static void expect_time(const char *text)
{
    int64_t quick = 5, slow = 5;
    bool is_time = utc_parse(text, &slow) == ERR_OK;

    if (scan_time(text, strlen(text), &quick) != is_time || quick != slow)
        fail_msg("%s", text);
}

static void test_times(void **state)
{
    static const char alphabet[] = "0123456789-:TZtz+. /;<@\x0d\xad\xb0\xff";
    uint64_t seed = 3;
    char text[UTC_TEXT_SIZE];

    (void)state;
    for (int i = 0; i < 300000; i++) {
        int64_t t_us = (int64_t)(draw(&seed) % 315537897600U) * 1000000 - 62135596800000000;
        if (i % 4 == 0)
            t_us += (int64_t)below(&seed, 1000000);
        utc_format(t_us, text);
        if (i % 3 == 0) /* one character changed */
            text[below(&seed, (unsigned)strlen(text))] =
                alphabet[below(&seed, sizeof alphabet - 1)];
        expect_time(text);
    }
    expect_time("2024-02-29T23:59:59Z");
    expect_time("2023-02-29T23:59:59Z");
    expect_time("2016-12-31T23:59:60Z");
    expect_time("0001-01-01T00:00:00Z");
    expect_time("0000-12-31T00:00:00Z");
    expect_time("2024-01-01");
    expect_time("");
}

/* --- the quick way and the slow way --- */

static size_t put_member(char *to, size_t room, uint64_t *seed, int member)
{
    static const char *const names[] = {"s", "H001/n1/crack-1", "a b", "\xe5\xa2\x99", "\\u4e00",
                                        ""};
    static const char *const units[] = {"mm", "", "Cel", "%RH", "\\/"};
    static const char *const numbers[] = {
        "1",    "-0", "0.1",  "1e3", "12345678901234567890", "0.30000000000000004",
        "1E-7", "01", "1e400"};
    static const char *const times[] = {
        "2024-01-01T00:00:00Z",      "2024-02-29T12:34:56Z", "2024-01-01T00:00:00.25Z",
        "2024-01-01T08:00:00+08:00", "2024-01-01",           "yesterday"};
    static const char *const others[] = {"\"x\":1", "\"n\":\"t\"", "\"z\":null", "\"a\":[1,{}]",
                                         "\"T\":\"v\""};

    switch (member) {
    case 0:
        return (size_t)snprintf(to, room, "\"t\":\"%s\"", times[below(seed, 6)]);
    case 1:
        return (size_t)snprintf(to, room, "\"sensor\":\"%s\"", names[below(seed, 6)]);
    case 2:
        return (size_t)snprintf(to, room, below(seed, 4) ? "\"v\":%s" : "\"v\": %s",
                                numbers[below(seed, 9)]);
    case 3:
        return (size_t)snprintf(to, room, "\"u\":\"%s\"", units[below(seed, 5)]);
    case 4:
        return (size_t)snprintf(to, room, "\"rx\":\"%s\"", times[below(seed, 6)]);
    default:
        return (size_t)snprintf(to, room, "%s", others[below(seed, 5)]);
    }
}

/* A line of members in any order, some missing, some twice; the last byte is its brace. */
static size_t put_line(char *to, size_t room, uint64_t *seed)
{
    size_t n = (size_t)snprintf(to, room, "{");
    unsigned start = below(seed, 6), step = below(seed, 2) ? 1 : 5, count = 4 + below(seed, 3);

    for (unsigned i = 0; i < count; i++) {
        int member = (int)((start + i * step) % 6);
        if (i > 0)
            n += (size_t)snprintf(to + n, room - n, below(seed, 8) ? "," : " ,\t");
        n += put_member(to + n, room - n, seed, below(seed, 30) ? member : (int)below(seed, 6));
    }
    return n + (size_t)snprintf(to + n, room - n, "}");
}

/* A nested member that nobody asks for forces the slow way. */
static void test_both_ways_agree(void **state)
{
    struct arena a = {0};
    uint64_t seed = 4;
    int taken = 0, quick = 0;

    (void)state;
    for (int i = 0; i < 60000; i++) {
        char line[600], slow_line[640];
        struct reading_line l, slow;
        const char *fault, *slow_fault;
        size_t n = put_line(line, sizeof line, &seed);
        snprintf(slow_line, sizeof slow_line, "%.*s,\"slow\":[]}", (int)n - 1, line);
        enum err e = reading_line_json(line, n, &a, &l, &fault);
        quick += e == ERR_OK && a.used_bytes == 0;
        enum err slow_e = read_json(slow_line, &a, &slow, &slow_fault);
        if (e != slow_e)
            fail_msg("%d and %d: %s", e, slow_e, line);
        if (e == ERR_OK)
            expect_equal(&l, &slow, line);
        taken += e == ERR_OK;
        arena_reset(&a);
    }
    assert_in_range(taken, 5000, 55000);
    assert_in_range(quick, 2000, taken);
    arena_free(&a);
}

/* Bytes changed, cut and repeated at random: never more than a refusal. */
static void test_broken_lines(void **state)
{
    struct arena a = {0};
    uint64_t seed = 5;
    int taken = 0;

    (void)state;
    for (int i = 0; i < 60000; i++) {
        char line[600], *exact;
        struct reading_line l;
        const char *fault;
        size_t n = put_line(line, sizeof line, &seed);
        for (unsigned k = below(&seed, 4); k > 0; k--)
            line[below(&seed, (unsigned)n)] = (char)draw(&seed);
        n = below(&seed, 4) ? n : below(&seed, (unsigned)n + 1);
        exact = malloc(n ? n : 1); /* a sanitizer sees a step beyond the end */
        assert_non_null(exact);
        memcpy(exact, line, n);
        taken += reading_line_json(exact, n, &a, &l, &fault) == ERR_OK;
        enum err e = reading_line_csv(exact, n, &a, &l, &fault);
        assert_true(e == ERR_OK || e == ERR_PARSE);
        free(exact);
        arena_reset(&a);
    }
    assert_in_range(taken, 1000, 59000);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_members),
        cmocka_unit_test(test_any_order_and_others_ignored),
        cmocka_unit_test(test_recorded_messages),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_hostile_json),
        cmocka_unit_test(test_hostile_csv),
        cmocka_unit_test(test_numbers_of_every_length),
        cmocka_unit_test(test_numbers_of_random_digits),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_both_ways_agree),
        cmocka_unit_test(test_broken_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
