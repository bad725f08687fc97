/* Reports: everything is as of the end of the span, and the hash is that of the content. */
#include "report_fixture.h"

/* --- as of the end --- */

#define RAISED (FROM + US_PER_HOUR)

static void test_what_came_later_is_not_in_it(void **state)
{
    struct fixture *f = *state;
    struct episode e = episode_of("11111111-1111-4111-8111-111111111111", RAISED);
    const cJSON *a;
    cJSON *c;

    open_state(f);
    put_step(f, &e, EVENT_RAISED, LEVEL_ORANGE, RAISED, "");
    put_step(f, &e, EVENT_ACKNOWLEDGED, LEVEL_ORANGE, TO + US_PER_HOUR,
             ",\"by\":\"Wang\",\"note\":\"seen\"");
    put_step(f, &e, EVENT_RESOLVED, LEVEL_NORMAL, TO + 2 * US_PER_HOUR, "");
    c = content(f, "H1");
    a = of(c, "alerts", "id", e.id);
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(a, "open")));
    assert_int_equal(number(a, "level"), LEVEL_ORANGE);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(a, "acknowledged")));
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(a, "ended")));
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(a, "steps")), 1);
    cJSON_Delete(c);
    close_state(f);
}

static void test_an_answer_is_told_with_who_and_when(void **state)
{
    struct fixture *f = *state;
    struct episode e = episode_of("22222222-2222-4222-8222-222222222222", RAISED);
    const cJSON *a;
    char *html;
    cJSON *c;

    open_state(f);
    put_step(f, &e, EVENT_RAISED, LEVEL_ORANGE, RAISED, "");
    put_step(f, &e, EVENT_ACKNOWLEDGED, LEVEL_ORANGE, RAISED + 90 * 60 * US_PER_S,
             ",\"by\":\"Wang\",\"note\":\"looked at it\"");
    c = content(f, "H1");
    a = of(c, "alerts", "id", e.id);
    assert_string_equal(word(a, "acknowledged"), "2025-01-01T02:30:00Z");
    assert_string_equal(word(a, "acknowledged_by"), "Wang");
    cJSON_Delete(c);
    html = text_of(f, query("H1", REPORT_HTML));
    assert_non_null(strstr(html, "Wang, after 1 h 30 min: looked at it"));
    free(html);
    close_state(f);
}

static void test_what_ended_before_the_span_is_not_in_it(void **state)
{
    struct fixture *f = *state;
    struct episode e = episode_of("33333333-3333-4333-8333-333333333333", FROM - US_PER_DAY);
    cJSON *c;

    open_state(f);
    put_step(f, &e, EVENT_RAISED, LEVEL_YELLOW, FROM - US_PER_DAY, "");
    put_step(f, &e, EVENT_RESOLVED, LEVEL_NORMAL, FROM - US_PER_HOUR, "");
    c = content(f, NULL);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(c, "alerts")), 0);
    cJSON_Delete(c);
    close_state(f);
}

static void put_proposal(struct fixture *f, struct episode *e)
{
    struct proposal p = {.episode_row = e->row,
                         .kind = PROPOSAL_INSPECT,
                         .made_us = RAISED,
                         .made_by = ACTOR_SELF,
                         .reason = "orange"};

    assert_int_equal(state_begin(f->desk.state), ERR_OK);
    assert_int_equal(state_proposal_put(f->desk.state, &p), ERR_OK);
    assert_int_equal(
        state_proposal_move(f->desk.state, p.row, PROPOSAL_APPROVED, TO + US_PER_HOUR, "Li", "yes"),
        ERR_OK);
    assert_int_equal(state_commit(f->desk.state), ERR_OK);
}

static void test_a_proposal_signed_later_was_open_then(void **state)
{
    struct fixture *f = *state;
    struct episode e = episode_of("44444444-4444-4444-8444-444444444444", RAISED);
    struct report_query later = query("H1", REPORT_HTML);
    char *html;
    cJSON *c;

    open_state(f);
    put_step(f, &e, EVENT_RAISED, LEVEL_ORANGE, RAISED, "");
    put_proposal(f, &e);
    c = content(f, "H1");
    assert_string_equal(word(of(c, "proposals", "id", "P1"), "state"), "proposed");
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(of(c, "proposals", "id", "P1"), "decided_by")));
    cJSON_Delete(c);
    later.to_us = TO + 2 * US_PER_HOUR;
    html = text_of(f, later);
    assert_non_null(strstr(html, "approved by Li"));
    free(html);
    close_state(f);
}

static void test_costs_are_summed(void **state)
{
    struct fixture *f = *state;
    struct episode e = episode_of("55555555-5555-4555-8555-555555555555", RAISED);
    int64_t fen[] = {123450, 50000, STATE_UNKNOWN_US};
    cJSON *c;

    open_state(f);
    put_step(f, &e, EVENT_RAISED, LEVEL_YELLOW, RAISED, "");
    assert_int_equal(state_begin(f->desk.state), ERR_OK);
    for (size_t i = 0; i < 3; i++) {
        struct act_record x = {.episode_row = e.row,
                               .kind = RECORD_REPAIR,
                               .day_us = RAISED,
                               .cost_fen = fen[i],
                               .finding = "repointed",
                               .by = "Li",
                               .at_us = RAISED + US_PER_HOUR};
        assert_int_equal(state_record_put(f->desk.state, &x), ERR_OK);
    }
    assert_int_equal(state_commit(f->desk.state), ERR_OK);
    c = content(f, NULL);
    assert_true(fabs(number(of(c, "houses", "house", "H1"), "cost_cny") - 1734.5) < 1e-9);
    assert_int_equal(number(of(c, "houses", "house", "H1"), "records"), 3);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(of(c, "records", "id", "R3"), "cost_cny")));
    cJSON_Delete(c);
    close_state(f);
}

/* --- the hash --- */

static void test_the_hash_is_that_of_the_content_in_every_form(void **state)
{
    struct fixture *f = *state;
    struct report_query chinese = query("H1", REPORT_HTML);
    char *json = text_of(f, query("H1", REPORT_JSON)), *html, *zh, hex[AUDIT_HASH_HEX_SIZE];
    char *begin = strstr(json, "\"content\":") + strlen("\"content\":");
    uint8_t hash[AUDIT_HASH_BYTES];

    assert_int_equal(audit_hash(begin, strlen(begin) - 2, hash), ERR_OK); /* "}\n" */
    assert_memory_equal(strstr(json, "\"sha256\":\"") + 10, audit_hash_hex(hash, hex), 64);
    html = text_of(f, query("H1", REPORT_HTML));
    chinese.language = DESK_ZH;
    zh = text_of(f, chinese);
    assert_non_null(strstr(html, hex));
    assert_non_null(strstr(zh, hex));
    assert_non_null(strstr(zh, "房屋状况报告"));
    free(json);
    free(html);
    free(zh);
}

static void test_the_same_again_is_the_same_bytes(void **state)
{
    static const enum report_format formats[] = {REPORT_HTML, REPORT_JSON, REPORT_CSV,
                                                 REPORT_GEOJSON};
    struct fixture *f = *state;

    for (size_t i = 0; i < 4; i++) {
        char *first = text_of(f, query(NULL, formats[i])), *second;
        f->desk.now_us += 7 * US_PER_DAY; /* when it is made does not matter */
        second = text_of(f, query(NULL, formats[i]));
        assert_string_equal(first, second);
        free(first);
        free(second);
    }
}

/* --- the span --- */

static void test_a_month_is_one_of_the_district(void **state)
{
    struct fixture *f = *state;
    struct report_query q = {
        .month = "2025-01", .from_us = INT64_MIN, .to_us = INT64_MAX, .format = REPORT_JSON};
    struct asked a;

    f->desk.zone = &zone_shanghai;
    f->desk.now_us = T0_US + 90 * US_PER_DAY;
    a = ask(f, q);
    assert_int_equal(a.e, ERR_OK);
    assert_non_null(strstr(a.out.data, "\"from\":\"2024-12-31T16:00:00Z\""));
    assert_non_null(strstr(a.out.data, "\"to\":\"2025-01-31T16:00:00Z\""));
    strbuf_free(&a.out);
    f->desk.zone = &zone_madrid; /* 743 hours */
    f->desk.now_us = T0_US + 900 * US_PER_DAY;
    q.month = "2026-03";
    a = ask(f, q);
    assert_int_equal(a.e, ERR_OK);
    assert_non_null(strstr(a.out.data, "\"from\":\"2026-02-28T23:00:00Z\""));
    assert_non_null(strstr(a.out.data, "\"to\":\"2026-03-31T22:00:00Z\""));
    strbuf_free(&a.out);
    f->desk.zone = &zone_utc;
}

static void test_a_span_ends_now_at_the_latest(void **state)
{
    struct fixture *f = *state;
    struct report_query q = query(NULL, REPORT_JSON);
    struct asked a;

    q.to_us = f->desk.now_us + 99 * US_PER_DAY;
    a = ask(f, q);
    assert_int_equal(a.e, ERR_OK);
    assert_non_null(strstr(a.out.data, "\"to\":\"2025-01-03T00:00:00Z\""));
    strbuf_free(&a.out);
}

static void expect_refused(struct fixture *f, struct report_query q, enum err e)
{
    struct asked a = ask(f, q);

    assert_int_equal(a.e, e);
    assert_non_null(strstr(a.why, " / "));
    assert_int_equal(a.out.len, 0);
    strbuf_free(&a.out);
}

static void test_what_cannot_be_is_refused_in_words(void **state)
{
    static const char *const months[] = {"",        "2025",    "2025-00",    "2025-13", "2025-1",
                                         "25-01-0", "2025/01", "2025-01-01", "abcd-ef", "9999-12"};
    struct fixture *f = *state;
    struct report_query q = query("H1", REPORT_JSON);

    for (size_t i = 0; i < sizeof months / sizeof *months; i++) {
        q.month = months[i];
        expect_refused(f, q, ERR_PARSE);
    }
    expect_refused(f, query("H9", REPORT_JSON), ERR_NOTFOUND);
    expect_refused(f, query("", REPORT_JSON), ERR_NOTFOUND);
    q = query("H1", REPORT_JSON);
    q.to_us = q.from_us;
    expect_refused(f, q, ERR_RANGE);
    q.from_us = f->desk.now_us + US_PER_DAY;
    q.to_us = INT64_MAX;
    expect_refused(f, q, ERR_RANGE);
    q.from_us = INT64_MIN + 1;
    expect_refused(f, q, ERR_RANGE);
}

static void test_a_file_is_named_safely(void **state)
{
    struct fixture *f = *state;
    struct report_query q = query("../H1 \"x\"", REPORT_PDF);
    char name[160];

    assert_int_equal(report_file_name(&f->desk, &q, name, sizeof name), ERR_OK);
    assert_string_equal(name, "report-___H1__x_-2025-01-01-2025-01-01.pdf");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_came_later_is_not_in_it),
        TEST(test_an_answer_is_told_with_who_and_when),
        TEST(test_what_ended_before_the_span_is_not_in_it),
        TEST(test_a_proposal_signed_later_was_open_then),
        TEST(test_costs_are_summed),
        TEST(test_the_hash_is_that_of_the_content_in_every_form),
        TEST(test_the_same_again_is_the_same_bytes),
        TEST(test_a_month_is_one_of_the_district),
        TEST(test_a_span_ends_now_at_the_latest),
        TEST(test_what_cannot_be_is_refused_in_words),
        TEST(test_a_file_is_named_safely),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
