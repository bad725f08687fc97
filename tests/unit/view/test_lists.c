/* The lists that the API and shikumenctl share: risk as it stood and what became of it, alerts in
 * two orders, what a person ended since, readings in pieces. */
#include "lane_fixture.h"

#include "shikumen/core/risk.h"
#include "shikumen/view/alerts.h"
#include "shikumen/view/listing.h"
#include "shikumen/view/override_list.h"
#include "shikumen/view/ranking.h"

static struct table ranked(struct lane *l, int64_t at_us)
{
    const struct ranking_query q = {
        .order = RANK_SCORE, .min_class = RISK_INSUFFICIENT, .at_us = at_us};
    struct table t;
    size_t grey;

    assert_int_equal(view_ranking(&l->desk, &q, &t, &grey), ERR_OK);
    assert_int_equal(grey, 0);
    return t;
}

static cJSON *first_of(struct lane *l, struct table *t)
{
    strbuf_clear(&l->out);
    table_json_row(t, 0, &l->out);
    table_end(t);
    return lane_json(l);
}

static void put_risks(struct lane *l)
{
    lane_risk(l, "H1", NOW_US - DAYS(60), 20, "L", "green");
    lane_risk(l, "H1", NOW_US - DAYS(29), 30, "ML", "green");
    lane_risk(l, "H1", NOW_US, 60, "MH", "orange");
    lane_risk(l, "H2", NOW_US - DAYS(60), 50, "M", "yellow");
}

/* The month before is the latest of it, not what is nearest to it. */
static void risk_with_what_it_was_a_month_ago(void **state)
{
    struct lane *l = *state;
    struct table t;
    cJSON *row;

    put_risks(l);
    t = ranked(l, INT64_MAX);
    assert_string_equal(cell_at(&t, 0, "house"), "H1");
    assert_string_equal(cell_at(&t, 1, "house"), "H2");
    assert_string_equal(cell_at(&t, 1, "class_30d_ago"), ""); /* nothing since */
    assert_string_equal(cell_at(&t, 2, "house"), "H3");
    row = first_of(l, &t);
    assert_string_equal(text_in(row, "class"), "MH");
    assert_string_equal(text_in(row, "class_30d_ago"), "L");
    assert_true(number_in(row, "score_30d_ago") == 20);
    assert_true(number_in(row, "score_change_30d") == 40);
    assert_string_equal(text_in(row, "at_30d_ago"), "2025-11-02T00:00:00Z");
    assert_true(number_in(row, "weakest_value") == 0.4);
    assert_int_equal(cJSON_GetArraySize(in(row, "p365_range")), 2);
    assert_true(cJSON_IsNull(in(row, "p30_range")));
    cJSON_Delete(row);
}

static void risk_as_it_stood_at_a_past_day(void **state)
{
    struct lane *l = *state;
    struct table t;

    put_risks(l);
    t = ranked(l, NOW_US - DAYS(10));
    assert_string_equal(cell_at(&t, 0, "house"), "H2"); /* 50 against 30 then */
    assert_string_equal(cell_at(&t, 1, "house"), "H1");
    assert_string_equal(cell_at(&t, 1, "class"), "ML");
    table_end(&t);
    t = ranked(l, NOW_US - DAYS(1000));
    assert_string_equal(cell_at(&t, 0, "colour"), "grey"); /* nothing was known */
    table_end(&t);
}

/* An override that was ended since was in force then. */
static void overrides_as_they_were(void **state)
{
    struct lane *l = *state;
    struct class_override o = {.subject = "H1",
                               .class_name = "H",
                               .from_us = NOW_US - DAYS(20),
                               .until_us = NOW_US + DAYS(20),
                               .by = "Wang",
                               .reason = "seen"};
    struct override_list list;

    assert_int_equal(state_begin(l->desk.state), ERR_OK);
    assert_int_equal(state_override_put(l->desk.state, &o, NOW_US - DAYS(20)), ERR_OK);
    assert_int_equal(state_override_end(l->desk.state, o.row, NOW_US - DAYS(5), "Li"), ERR_OK);
    assert_int_equal(state_commit(l->desk.state), ERR_OK);
    assert_int_equal(overrides_take(&l->desk, &list), ERR_OK);
    assert_null(override_of(&list, "H1"));
    assert_int_equal(overrides_take_at(&l->desk, NOW_US - DAYS(10), &list), ERR_OK);
    assert_string_equal(override_of(&list, "H1")->class_name, "H");
    assert_int_equal(overrides_take_at(&l->desk, NOW_US - DAYS(5), &list), ERR_OK);
    assert_null(override_of(&list, "H1"));
    assert_int_equal(overrides_take_at(&l->desk, NOW_US - DAYS(30), &list), ERR_OK);
    assert_null(override_of(&list, "H1"));
}

/* --- alerts --- */

static void put_alerts(struct lane *l)
{
    static const char body[] = "{\"sensors\":[\"H1/n1/crack\"],\"summary\":{\"zh\":\"裂\",\"en\":"
                               "\"crack\"},\"level\":2}";
    int64_t speaker = lane_alert(l,
                                 (struct episode){.id = "aaaaaaaa-1",
                                                  .key = "limit|H1/wall|crack_width",
                                                  .category = CATEGORY_STRUCTURE,
                                                  .kind = KIND_LIMIT,
                                                  .level = 3,
                                                  .peak_level = 3,
                                                  .acked_level = 3,
                                                  .acked_us = NOW_US - 5,
                                                  .opened_us = NOW_US - 10,
                                                  .changed_us = NOW_US - 10},
                                 body);
    lane_alert(l,
               (struct episode){.id = "bbbbbbbb-2",
                                .key = "silence|H1/n1",
                                .category = CATEGORY_INSTRUMENT,
                                .kind = KIND_SILENCE,
                                .level = 2,
                                .peak_level = 2,
                                .acked_level = 1,
                                .acked_us = NOW_US - 5,
                                .opened_us = NOW_US - 9,
                                .changed_us = NOW_US - 9,
                                .spoken_by = speaker},
               "{}");
}

static struct table alerts(struct lane *l, struct alerts_query q, size_t *spoken_for)
{
    struct table t;

    q.since_us = INT64_MIN;
    assert_int_equal(view_alerts(&l->desk, &q, &t, spoken_for), ERR_OK);
    return t;
}

static void alerts_in_two_orders(void **state)
{
    struct lane *l = *state;
    size_t spoken_for;
    struct table t;

    put_alerts(l);
    t = alerts(l, (struct alerts_query){.spoken_for = true, .category = CATEGORY_COUNT},
               &spoken_for);
    assert_int_equal(t.rows, 2);
    assert_string_equal(cell_at(&t, 0, "id"), "aaaaaaaa-1");
    assert_string_equal(cell_at(&t, 1, "spoken_by"), "aaaaaaaa-1");
    table_end(&t);
    t = alerts(
        l,
        (struct alerts_query){.spoken_for = true, .category = CATEGORY_COUNT, .by_opening = true},
        &spoken_for);
    assert_string_equal(cell_at(&t, 0, "id"), "bbbbbbbb-2");
    table_end(&t);
    t = alerts(l, (struct alerts_query){.category = CATEGORY_COUNT}, &spoken_for);
    assert_int_equal(t.rows, 1);
    assert_int_equal(spoken_for, 1);
    table_end(&t);
    t = alerts(l, (struct alerts_query){.spoken_for = true, .category = CATEGORY_INSTRUMENT},
               &spoken_for);
    assert_int_equal(t.rows, 1);
    assert_string_equal(cell_at(&t, 0, "id"), "bbbbbbbb-2");
    table_end(&t);
}

/* What was acknowledged at a lower level is not; the latest step only when it is asked for. */
static void an_alert_with_its_latest_step(void **state)
{
    struct lane *l = *state;
    size_t spoken_for;
    struct table t;
    cJSON *row;

    put_alerts(l);
    t = alerts(
        l, (struct alerts_query){.spoken_for = true, .category = CATEGORY_COUNT, .last_step = true},
        &spoken_for);
    assert_string_equal(cell_at(&t, 1, "acknowledged"), "");
    row = first_of(l, &t);
    assert_string_equal(text_in(row, "acknowledged"), "2025-12-31T23:59:59.999995Z");
    assert_true(number_in(in(row, "last"), "level") == 2);
    cJSON_Delete(row);
    t = alerts(l, (struct alerts_query){.spoken_for = true, .category = CATEGORY_COUNT},
               &spoken_for);
    row = first_of(l, &t);
    assert_null(cJSON_GetObjectItem(row, "last"));
    cJSON_Delete(row);
}

/* --- readings --- */

static struct listed put_readings(struct lane *l, int n)
{
    struct listed s = {lane_sensor(l, "H1/n1/crack", "crack_width", "mm"), "H1/n1/crack",
                       "crack_width", "mm"};

    for (int i = 0; i < n; i++)
        lane_reading(l, s.id, NOW_US + i * US_PER_HOUR / 2, i, i == 3 ? QF_FAIL : QF_PASS);
    lane_commit(l);
    return s;
}

/* Pieces of any size, one after the other, are the whole. */
static void readings_in_pieces(void **state)
{
    struct lane *l = *state;
    struct listed s = put_readings(l, 100);
    struct strbuf whole = {0};
    struct listing_query all = {
        .from_us = INT64_MIN, .to_us = INT64_MAX, .most = SIZE_MAX, .csv = true};
    int64_t next_us;

    assert_int_equal(view_readings(&l->desk, &s, &all, &whole, &next_us), ERR_OK);
    assert_true(next_us == INT64_MAX);
    for (size_t most = 1; most <= 101; most += 9) {
        struct listing_query part = all;
        part.most = most;
        strbuf_clear(&l->out);
        do {
            assert_int_equal(view_readings(&l->desk, &s, &part, &l->out, &next_us), ERR_OK);
            part.from_us = next_us;
        } while (next_us != INT64_MAX);
        assert_string_equal(strbuf_text(&l->out), strbuf_text(&whole));
    }
    strbuf_free(&whole);
}

static void a_reading_says_what_it_is(void **state)
{
    struct lane *l = *state;
    struct listed s = put_readings(l, 5);
    const struct listing_query q = {
        .from_us = NOW_US + 3 * US_PER_HOUR / 2, .to_us = INT64_MAX, .most = 1};
    int64_t next_us;
    cJSON *json;

    assert_int_equal(view_readings(&l->desk, &s, &q, &l->out, &next_us), ERR_OK);
    assert_true(next_us == NOW_US + 2 * US_PER_HOUR);
    json = lane_json(l);
    assert_string_equal(text_in(json, "t"), "2026-01-01T01:30:00Z");
    assert_true(number_in(json, "v") == 3 && number_in(json, "flag") == 4);
    assert_string_equal(text_in(json, "u"), "mm");
    cJSON_Delete(json);
}

/* Those that failed are counted, and change no mean. */
static void hours_in_pieces(void **state)
{
    struct lane *l = *state;
    struct listed s = put_readings(l, 10);
    struct listing_query q = {
        .step = LISTING_HOUR, .from_us = INT64_MIN, .to_us = INT64_MAX, .most = 2};
    int64_t next_us;
    struct table t;
    cJSON *row;

    assert_int_equal(view_buckets(&l->desk, &s, &q, &t, &next_us), ERR_OK);
    assert_int_equal(t.rows, 2);
    assert_true(next_us == NOW_US + 2 * US_PER_HOUR);
    strbuf_clear(&l->out);
    table_json_row(&t, 1, &l->out);
    row = lane_json(l);
    assert_true(number_in(row, "n") == 1 && number_in(row, "mean") == 2);
    assert_true(number_in(row, "flagged") == 1 && number_in(row, "max") == 2);
    cJSON_Delete(row);
    table_end(&t);
    q.from_us = next_us;
    q.most = 3;
    assert_int_equal(view_buckets(&l->desk, &s, &q, &t, &next_us), ERR_OK);
    assert_int_equal(t.rows, 3);
    assert_true(next_us == INT64_MAX);
    table_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LANE_TEST(risk_with_what_it_was_a_month_ago),
        LANE_TEST(risk_as_it_stood_at_a_past_day),
        LANE_TEST(overrides_as_they_were),
        LANE_TEST(alerts_in_two_orders),
        LANE_TEST(an_alert_with_its_latest_step),
        LANE_TEST(readings_in_pieces),
        LANE_TEST(a_reading_says_what_it_is),
        LANE_TEST(hours_in_pieces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
