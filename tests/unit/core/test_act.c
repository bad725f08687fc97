/* Acts of persons: what may be recorded, and their bodies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "shikumen/core/act.h"

#define SECOND INT64_C(1000000)
#define DAY    (86400 * SECOND)
#define NOW    (1767225600 * SECOND)
#define ID     "00000000-0000-4000-8000-000000000001"

static struct act ack(void)
{
    struct act a = act_blank(ACT_ACK);

    a.by = "王工";
    a.subject = ID;
    a.note = "现场看过";
    return a;
}

static struct act silence(void)
{
    struct act a = ack();

    a.verb = ACT_SILENCE;
    a.subject = "H1";
    a.until_us = NOW + DAY;
    return a;
}

static struct act override(void)
{
    struct act a = ack();

    a.verb = ACT_OVERRIDE;
    a.subject = "H1";
    a.class_name = "ML";
    a.until_us = NOW + DAY;
    return a;
}

static struct act record(void)
{
    struct act a = ack();

    a.verb = ACT_RECORD;
    a.kind = "repair";
    return a;
}

/* Refused, in both languages, and something is said of what is allowed. */
static void expect_refused(const struct act *a, const char *en)
{
    struct act_refusal why = {"", ""};

    assert_false(act_check(a, NOW, &why));
    if (!strstr(why.en, en))
        fail_msg("\"%s\" does not say \"%s\"", why.en, en);
    assert_true(strlen(why.zh) > 0);
    assert_true(strpbrk(why.zh, "\xe4\xe5\xe6\xe7\xe8\xe9") != NULL); /* Chinese characters */
}

static void expect_fine(const struct act *a)
{
    struct act_refusal why = {"", ""};

    if (!act_check(a, NOW, &why))
        fail_msg("%s", why.en);
}

static void repeat(char *text, const char *character, int n)
{
    *text = '\0';
    for (int i = 0; i < n; i++)
        strcat(text, character);
}

static void names_are_of_people(void **state)
{
    static const char *const bad[] = {
        NULL,
        "",
        " ",
        " 王工",
        "王工 ",
        "王\n工",
        "a\tb",
        "a\x7f",
        "a\xc2\x85",
        "a\xe2\x80\xae",
        "\xe2\x80\x8b",
        "\xff",
        "\xc0\xaf",
        "\xed\xa0\x80",
        "\xf4\x90\x80\x80",
        "\xe7\x8e",
        "shikumend",
        "Shikumend",
        "\xef\xbb\xbf"
        "a",
    };
    char text[ACT_NAME_CHARACTERS * 4 + 8];
    struct act a = ack();

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        a.by = bad[i];
        expect_refused(&a, "by ");
        a = ack();
        a.verb = ACT_ASSIGN;
        a.to = bad[i];
        expect_refused(&a, "to ");
        a = ack();
    }
    repeat(text, "工", ACT_NAME_CHARACTERS);
    a.by = text;
    expect_fine(&a);
    repeat(text, "\xf0\xa0\x80\x80", ACT_NAME_CHARACTERS);
    expect_fine(&a);
    repeat(text, "a", ACT_NAME_CHARACTERS + 1);
    expect_refused(&a, "1 to 80 characters");
    a.by = "Jo O'Neil \"x\" / 王";
    expect_fine(&a);
}

static void every_act_says_why(void **state)
{
    static char text[ACT_NOTE_CHARACTERS * 3 + 8];
    struct act a = ack();

    (void)state;
    for (enum act_verb v = 0; v < ACT_VERBS; v++) {
        a = ack();
        a.verb = v;
        a.note = NULL;
        expect_refused(&a, "note");
        a.note = "";
        expect_refused(&a, "note");
        a.note = "a\nb";
        expect_refused(&a, "note");
    }
    a = ack();
    repeat(text, "工", ACT_NOTE_CHARACTERS);
    a.note = text;
    expect_fine(&a);
    strcat(text, "a");
    expect_refused(&a, "1 to 1000");
    a.verb = ACT_VERBS;
    expect_refused(&a, "no such act");
}

static void a_subject_is_needed(void **state)
{
    char text[ACT_SUBJECT_BYTES + 2];
    struct act a = ack();

    (void)state;
    a.subject = NULL;
    expect_refused(&a, "what it is on");
    a.subject = "";
    expect_refused(&a, "what it is on");
    repeat(text, "a", ACT_SUBJECT_BYTES);
    a.subject = text;
    expect_fine(&a);
    repeat(text, "a", ACT_SUBJECT_BYTES + 1);
    expect_refused(&a, "1 to 200 bytes");
}

static void silences_end_within_thirty_days(void **state)
{
    struct act a = silence();

    (void)state;
    expect_fine(&a);
    a.until_us = ACT_NOT_GIVEN;
    expect_refused(&a, "at most 30 days");
    a.until_us = NOW;
    expect_refused(&a, "after now");
    a.until_us = NOW + 1;
    expect_fine(&a);
    a.until_us = NOW + 30 * DAY;
    expect_fine(&a);
    a.until_us = NOW + 30 * DAY + 1;
    expect_refused(&a, "at most 30 days");
    a.until_us = INT64_MAX;
    expect_refused(&a, "at most 30 days");
    a.until_us = NOW + DAY;
    a.from_us = NOW + DAY;
    expect_refused(&a, "after the beginning");
    a.from_us = NOW - 29 * DAY; /* 30 days in all, one of them to come */
    expect_fine(&a);
    a.from_us = NOW - 29 * DAY - 1;
    expect_refused(&a, "at most 30 days");
    a.from_us = INT64_MAX;
    expect_refused(&a, "beginning");
    a.from_us = INT64_MIN + 1;
    expect_refused(&a, "beginning");
    a = silence();
    a.kind = "vibration";
    expect_fine(&a);
    a.kind = "noise";
    expect_refused(&a, "vibration, frequency");
}

static void overrides_have_a_class_and_end_within_a_year(void **state)
{
    static const char *const bad[] = {NULL, "", "X", "m", "insufficient data", "HH"};
    struct act a = override();

    (void)state;
    expect_fine(&a);
    a.until_us = NOW + 365 * DAY;
    expect_fine(&a);
    a.until_us++;
    expect_refused(&a, "at most 365 days");
    a.until_us = NOW;
    expect_refused(&a, "after now");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        a = override();
        a.class_name = bad[i];
        expect_refused(&a, "L, ML, M, MH, H");
    }
}

static void records_and_proposals_have_a_kind(void **state)
{
    struct act a = record();

    (void)state;
    expect_fine(&a);
    a.cost_fen = 0;
    expect_fine(&a);
    a.cost_fen = -1;
    expect_refused(&a, "cost");
    a.cost_fen = ACT_COST_LARGEST_FEN + 1;
    expect_refused(&a, "cost");
    a = record();
    a.day_us = NOW + 2 * DAY;
    expect_refused(&a, "date");
    a.day_us = -1;
    expect_refused(&a, "date");
    a = record();
    a.kind = "look";
    expect_refused(&a, "inspection or repair");
    a.verb = ACT_PROPOSE;
    expect_refused(&a, "inspect, monitor, protect, prop, repair, close");
    a.kind = "close";
    expect_fine(&a);
}

/* --- costs --- */

static void costs_are_read_to_the_fen(void **state)
{
    static const struct {
        const char *text;
        int64_t fen;
    } good[] = {{"0", 0},
                {"1", 100},
                {"1.5", 150},
                {"1234.50", 123450},
                {"0.01", 1},
                {"007", 700},
                {"1000000000", ACT_COST_LARGEST_FEN}};
    static const char *const bad[] = {"",    "-1", "1.", "1.234", ".5",  "1,5",  "1e3",
                                      "abc", " 1", "1 ", "+1",    "0x1", "1.5.5"};
    int64_t fen = 7;
    char text[ACT_COST_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(act_cost_parse(good[i].text, &fen), ERR_OK);
        assert_int_equal(fen, good[i].fen);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(act_cost_parse(bad[i], &fen), ERR_PARSE);
    assert_int_equal(act_cost_parse("1000000000.01", &fen), ERR_RANGE);
    assert_int_equal(act_cost_parse("99999999999999999999", &fen), ERR_RANGE);
    assert_string_equal(act_cost_text(123405, text), "1234.05");
}

/* --- bodies --- */

static void written_bodies_read_back(void **state)
{
    struct arena arena = {0};
    struct strbuf body = {0}, again = {0};
    struct act_refusal why;
    struct act a = record(), b = act_blank(ACT_RECORD);

    (void)state;
    a.note = "裂缝 \"1\" \\ / 已补";
    a.to = "李工";
    a.class_name = "M";
    a.from_us = NOW;
    a.until_us = NOW + SECOND;
    a.day_us = NOW - DAY;
    a.cost_fen = 123450;
    act_write(&a, &body);
    assert_string_equal(
        strbuf_text(&body),
        "{\"note\":\"裂缝 \\\"1\\\" \\\\ / 已补\",\"to\":\"李工\",\"kind\":\"repair\","
        "\"class\":\"M\",\"from\":\"2026-01-01T00:00:00Z\","
        "\"until\":\"2026-01-01T00:00:01Z\",\"date\":\"2025-12-31T00:00:00Z\","
        "\"cost_cny\":1234.50}");
    assert_int_equal(act_read(strbuf_text(&body), &arena, &b, &why), ERR_OK);
    act_write(&b, &again);
    assert_string_equal(strbuf_text(&again), strbuf_text(&body));
    assert_int_equal(b.cost_fen, 123450);
    strbuf_clear(&body);
    a = act_blank(ACT_ACK);
    act_write(&a, &body);
    assert_string_equal(strbuf_text(&body), "{}");
    strbuf_free(&body);
    strbuf_free(&again);
    arena_free(&arena);
}

static void every_cost_comes_back(void **state)
{
    struct arena arena = {0};
    struct strbuf body = {0};
    struct act_refusal why;

    (void)state;
    for (int64_t fen = 0; fen <= ACT_COST_LARGEST_FEN; fen = fen * 3 + 1) {
        struct act a = record(), b = act_blank(ACT_RECORD);
        a.cost_fen = fen;
        strbuf_clear(&body);
        act_write(&a, &body);
        assert_int_equal(act_read(strbuf_text(&body), &arena, &b, &why), ERR_OK);
        assert_int_equal(b.cost_fen, fen);
    }
    strbuf_free(&body);
    arena_free(&arena);
}

static void hostile_bodies_are_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "null",
        "[]",
        "\"note\"",
        "{",
        "{\"note\":1}",
        "{\"note\":null}",
        "{\"unknown\":\"x\"}",
        "{\"until\":\"tomorrow\"}",
        "{\"until\":5}",
        "{\"cost_cny\":\"5\"}",
        "{\"cost_cny\":-1}",
        "{\"cost_cny\":1e300}",
        "{\"cost_cny\":0.001}",
        "{\"date\":\"2026-13-01\"}",
    };
    struct arena arena = {0};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct act a = act_blank(ACT_RECORD);
        struct act_refusal why = {"", ""};
        assert_int_equal(act_read(bad[i], &arena, &a, &why), ERR_PARSE);
        assert_true(strlen(why.zh) > 0 && strlen(why.en) > 0);
    }
    arena_free(&arena);
}

static void a_body_cut_anywhere_is_no_body(void **state)
{
    static const char whole[] = "{\"note\":\"看过\",\"until\":\"2026-01-01T00:00:00Z\"}";
    struct arena arena = {0};

    (void)state;
    for (size_t n = 0; n < sizeof whole - 1; n++) {
        char cut[sizeof whole];
        struct act a = act_blank(ACT_SILENCE);
        struct act_refusal why;
        snprintf(cut, sizeof cut, "%.*s", (int)n, whole);
        assert_int_equal(act_read(cut, &arena, &a, &why), ERR_PARSE);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_of_people),
        cmocka_unit_test(every_act_says_why),
        cmocka_unit_test(a_subject_is_needed),
        cmocka_unit_test(silences_end_within_thirty_days),
        cmocka_unit_test(overrides_have_a_class_and_end_within_a_year),
        cmocka_unit_test(records_and_proposals_have_a_kind),
        cmocka_unit_test(costs_are_read_to_the_fen),
        cmocka_unit_test(written_bodies_read_back),
        cmocka_unit_test(every_cost_comes_back),
        cmocka_unit_test(hostile_bodies_are_refused),
        cmocka_unit_test(a_body_cut_anywhere_is_no_body),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
