/* Parts of shikumenctl by themselves: order of arrival in small passes, width and cleanliness of
 * text. */
#include "ctl_fixture.h"

#include "../../src/cli/arrival.c"
#include "../../src/cli/display.c"

#define T0      (1767225600 * US_PER_S) /* 2026-01-01T00:00:00Z */
#define COUNT   900
#define SENSORS 3

/* xorshift64* (Vigna 2016). */
static uint64_t next_random(uint64_t *s)
{
    *s ^= *s >> 12;
    *s ^= *s << 25;
    *s ^= *s >> 27;
    return *s * 0x2545f4914f6cdd1dULL;
}

/* --- order of arrival --- */

struct taken {
    struct reading readings[COUNT + 1];
    size_t count;
};

static enum err take(void *context, const struct reading *r)
{
    struct taken *t = context;

    assert_true(t->count <= COUNT);
    t->readings[t->count++] = *r;
    return ERR_OK;
}

/* Readings of ten days that arrive in any order within four, many at the same moment. */
static void fill_mixed(struct site *s, struct reading *all)
{
    uint64_t random = 99;
    uint32_t ids[SENSORS];

    site_open_store(s);
    ids[0] = site_sensor(s, "H1/n1/crack");
    ids[1] = site_sensor(s, "H1/n1/t");
    ids[2] = site_sensor(s, "H2/n1/t");
    for (int i = 0; i < COUNT; i++) {
        all[i] =
            (struct reading){.t_us = T0 + i * (10 * US_PER_DAY / COUNT),
                             .rx_us = T0 + (int64_t)(next_random(&random) % 40) * 8640 * US_PER_S,
                             .value = i,
                             .sensor = ids[i % SENSORS],
                             .flag = QF_PASS};
        site_reading(s, all[i].sensor, all[i].t_us, all[i].rx_us, i, QF_PASS, QT_NONE);
        if (i == COUNT / 2) {
            site_commit(s);
            site_seal(s);
        }
    }
    site_commit(s);
    site_close_store(s);
}

/* The passes may be of any size, the result is that of sorting everything at once. */
static void passes_of_any_size_give_one_order(void **state)
{
    static const size_t sizes[] = {1, 2, 7, 100, 449, 450, 899, 900, 901, 0};
    static const bool wanted[SENSORS + 1] = {false, true, true, true};
    struct site *s = site_make("shikumen-ctl-parts");
    struct reading *all = calloc(COUNT, sizeof *all);
    struct taken *taken = calloc(1, sizeof *taken);
    struct readings_reader *r;

    (void)state;
    fill_mixed(s, all);
    qsort(all, COUNT, sizeof *all, compare);
    assert_int_equal(reader_open(s->store, NULL, 0, &r), ERR_OK);
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        const struct arrival_query q = {INT64_MIN, INT64_MAX, wanted, SENSORS + 1, sizes[k]};
        taken->count = 0;
        assert_int_equal(arrival_each(r, &q, take, taken), ERR_OK);
        assert_int_equal(taken->count, COUNT);
        for (size_t i = 0; i < COUNT; i++)
            if (compare(&taken->readings[i], &all[i]) != 0 ||
                taken->readings[i].value != all[i].value)
                fail_msg("passes of %zu: reading %zu", sizes[k], i);
    }
    reader_close(r);
    free(all);
    free(taken);
    site_end(s);
}

static enum err refuse_third(void *context, const struct reading *r)
{
    (void)r;
    return ++*(int *)context == 3 ? ERR_CLOSED : ERR_OK;
}

static void the_taker_may_stop_it(void **state)
{
    static const bool wanted[SENSORS + 1] = {false, true, true, true};
    const struct arrival_query q = {INT64_MIN, INT64_MAX, wanted, SENSORS + 1, 2};
    struct site *s = site_make("shikumen-ctl-parts");
    struct reading *all = calloc(COUNT, sizeof *all);
    struct readings_reader *r;
    int calls = 0;

    (void)state;
    fill_mixed(s, all);
    assert_int_equal(reader_open(s->store, NULL, 0, &r), ERR_OK);
    assert_int_equal(arrival_each(r, &q, refuse_third, &calls), ERR_CLOSED);
    assert_int_equal(calls, 3);
    reader_close(r);
    free(all);
    site_end(s);
}

/* --- text --- */

/* Unicode Standard Annex 11: Han, kana, Hangul, full-width forms and emoji are wide. */
static void wide_characters_count_two(void **state)
{
    (void)state;
    assert_int_equal(display_width(""), 0);
    assert_int_equal(display_width("abc"), 3);
    assert_int_equal(display_width("裂缝"), 4);
    assert_int_equal(display_width("かな"), 4);
    assert_int_equal(display_width("한글"), 4);
    assert_int_equal(display_width("（１）"), 6);
    assert_int_equal(display_width("🏠"), 2);
    assert_int_equal(display_width("µm/m °C é –…"), 12);
    assert_int_equal(display_width("e\xcc\x81"), 1); /* combining acute */
}

static void assert_clean(const char *text, size_t n, size_t max, const char *expected)
{
    struct strbuf out = {0};

    display_clean(&out, text, n, max);
    assert_string_equal(strbuf_text(&out), expected);
    if (max > 0)
        assert_true(display_width(strbuf_text(&out)) <= max);
    strbuf_free(&out);
}

static void what_steers_a_terminal_is_shown(void **state)
{
    (void)state;
    assert_clean("plain 裂缝", 12, 0, "plain 裂缝");
    assert_clean("a\nb\tc\rd", 7, 0, "a\\nb\\tc\\rd");
    assert_clean("\x1b[31m\x7f", 6, 0, "\\x1b[31m\\x7f");
    assert_clean("\xc2\x9b", 2, 0, "\\u009b");                /* C1 control sequence introducer */
    assert_clean("\xe2\x80\xae", 3, 0, "\\u202e");            /* right-to-left override */
    assert_clean("\xe2\x80\x8b", 3, 0, "\\u200b");            /* zero-width space */
    assert_clean("\xff\xfe", 2, 0, "\\xff\\xfe");             /* no UTF-8 */
    assert_clean("\xc0\xaf", 2, 0, "\\xc0\\xaf");             /* overlong */
    assert_clean("\xed\xa0\x80", 3, 0, "\\xed\\xa0\\x80");    /* a surrogate */
    assert_clean("\xe8\xa3", 2, 0, "\\xe8\\xa3");             /* cut off */
    assert_clean("\xf3\xa0\x80\x81", 4, 0, "\\udb40\\udc01"); /* a tag, U+E0001 */
    assert_clean("a\0b", 3, 0, "a\\x00b");
}

static void long_text_is_cut_between_characters(void **state)
{
    (void)state;
    assert_clean("abcdef", 6, 6, "abcdef");
    assert_clean("abcdefg", 7, 6, "abcde…");
    assert_clean("裂缝宽度", 12, 8, "裂缝宽度");
    assert_clean("裂缝宽度", 12, 7, "裂缝宽…");
    assert_clean("裂缝宽度", 12, 6, "裂缝…");
    assert_clean("ab\x1b\x1b", 4, 5, "ab…"); /* no half escape */
}

/* Whatever the bytes: what comes out is printable, and clean already. */
static void cleaning_random_bytes(void **state)
{
    uint64_t random = 4242;

    (void)state;
    for (int i = 0; i < 3000; i++) {
        struct strbuf once = {0}, twice = {0};
        char bytes[24];
        size_t n = next_random(&random) % sizeof bytes;
        for (size_t k = 0; k < n; k++)
            bytes[k] = (char)next_random(&random);
        display_clean(&once, bytes, n, 0);
        display_clean(&twice, strbuf_text(&once), once.len, 0);
        assert_string_equal(strbuf_text(&once), strbuf_text(&twice));
        strbuf_free(&once);
        strbuf_free(&twice);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes_of_any_size_give_one_order),
        cmocka_unit_test(the_taker_may_stop_it),
        cmocka_unit_test(wide_characters_count_two),
        cmocka_unit_test(what_steers_a_terminal_is_shown),
        cmocka_unit_test(long_text_is_cut_between_characters),
        cmocka_unit_test(cleaning_random_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
