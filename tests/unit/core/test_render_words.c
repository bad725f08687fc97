/* The words of alerts: parameters, numbers, names, times. */
#include "render_cases.h"
#include "zones.h"

/* Sets a bit for every parameter that text names; fails for one that is unknown. */
static uint64_t params_in(const char *text)
{
    uint64_t set = 0;

    assert_true(PARAM_COUNT <= 64);
    for (const char *p = strchr(text, '{'); p; p = strchr(p, '{')) {
        const char *end = strchr(p, '}');
        assert_non_null(end);
        enum param param = words_param(p + 1, (size_t)(end - p - 1));
        if (param == PARAM_COUNT)
            fail_msg("unknown parameter in: %s", text);
        set |= UINT64_C(1) << param;
        p = end;
    }
    return set;
}

/* Both languages have every message, with the same parameters. */
static void test_words(void **state)
{
    (void)state;
    for (int i = 0; i < WORD_COUNT; i++) {
        enum word word = (enum word)i;
        const char *zh = words_text(LANGUAGE_ZH, word), *en = words_text(LANGUAGE_EN, word);

        assert_true(zh && *zh && en && *en);
        assert_true(valid_utf8(zh) && valid_utf8(en));
        if (params_in(zh) != params_in(en))
            fail_msg("%s names other parameters in zh than in en", words_name(word));
        for (int k = 0; k < i; k++)
            assert_string_not_equal(words_name(word), words_name((enum word)k));
    }
}

static void test_fill(void **state)
{
    struct strbuf values[PARAM_COUNT] = {0}, out = {0};

    (void)state;
    strbuf_puts(&values[PARAM_house], "{number}");
    strbuf_puts(&values[PARAM_number], "3");
    words_fill(&out, LANGUAGE_EN, WORD_place_numbered, values);
    assert_string_equal(strbuf_text(&out), "{number} No. 3"); /* values are not read again */
    strbuf_free(&out);
    strbuf_free(&values[PARAM_house]);
    strbuf_free(&values[PARAM_number]);
}

static void test_put_numbers(void **state)
{
    static const struct {
        double v;
        int decimals;
        const char *fixed, *brief;
    } rows[] = {
        {1.234, 2, "1.23", "1.234"},
        {-0.004, 2, "0.00", "-0.004"},
        {-5.2, 1, "-5.2", "-5.2"},
        {0.35, 2, "0.35", "0.35"},
        {5, 2, "5.00", "5"},
        {99.999, 2, "100.00", "99.999"},
        {0, 0, "0", "0"},
        {7.0001, 0, "7", "7"},
        {0.00012, 3, "0.000", "0.00012"},
        {-123456.5, 0, "-123457", "-123456.5"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct strbuf out = {0};
        put_fixed(&out, rows[i].v, rows[i].decimals);
        assert_string_equal(strbuf_text(&out), rows[i].fixed);
        strbuf_clear(&out);
        put_short(&out, rows[i].v);
        assert_string_equal(strbuf_text(&out), rows[i].brief);
        strbuf_free(&out);
    }
}

static void assert_name(const char *name, const char *shown)
{
    struct strbuf out = {0};

    put_name(&out, name);
    assert_string_equal(strbuf_text(&out), shown);
    strbuf_free(&out);
}

static void test_put_name(void **state)
{
    char sixty_one[3 * 61 + 1] = "", shown[3 * 61 + 1] = "";

    (void)state;
    for (int i = 0; i < 61; i++)
        strcat(sixty_one, "里");
    for (int i = 0; i < 60; i++)
        strcat(shown, "里");
    assert_name(shown, shown);
    strcat(shown, "…");
    assert_name(sixty_one, shown);
    assert_name("a\nb\x7f"
                "c\xc2\x85"
                "d",
                "abcd");
    assert_name("\xe2\x80\xae"
                "abc\xe2\x80\xa9",
                "abc");
    assert_name("\xff\xc0\x80"
                "a\xed\xa0\x80"
                "b\xf4\x90\x80\x80"
                "c\xe9",
                "abc");
    assert_name("石库门 é 𠀀", "石库门 é 𠀀");
}

static void test_local_time(void **state)
{
    struct local_time t = local_time_of(at("2026-12-31T16:30:59Z"), &zone_shanghai);

    (void)state;
    assert_true(t.valid && t.local);
    assert_int_equal(t.year, 2027);
    assert_int_equal(t.month, 1);
    assert_int_equal(t.day, 1);
    assert_int_equal(t.hour, 0);
    assert_int_equal(t.minute, 30);
    t = local_time_of(at("2026-12-31T16:30:59Z"), &zone_utc);
    assert_true(t.valid && !t.local && t.year == 2026 && t.hour == 16);
    t = local_time_of(at("2026-06-30T22:30:00Z"), &zone_madrid); /* summer time */
    assert_true(t.valid && t.local && t.month == 7 && t.hour == 0);
    t = local_time_of(at("2026-12-31T16:30:59Z"), &zone_madrid);
    assert_true(t.valid && t.local && t.hour == 17);
    assert_false(local_time_of(INT64_MIN, &zone_shanghai).valid);
    assert_false(local_time_of(INT64_MAX, &zone_shanghai).valid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),       cmocka_unit_test(test_fill),
        cmocka_unit_test(test_put_numbers), cmocka_unit_test(test_put_name),
        cmocka_unit_test(test_local_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
