/* Reports: what they count is what was sent, everything is as of the end of the span, the hash is
 * that of the content, and hostile names and empty stores come out as what they are. */
#include "desk_fixture.h"

#include <cjson/cJSON.h>
#include <stdio.h>

#include "shikumen/io/audit_hash.h"
#include "shikumen/io/state_audit.h"
#include "shikumen/io/state_signoff.h"
#include "shikumen/view/report.h"
#include "shikumen/view/when.h"
#include "zones.h"

#define FROM  T0_US
#define TO    (T0_US + US_PER_DAY)
#define CRACK "H1/n1/c"

/* --- asked for --- */

struct asked {
    struct strbuf out;
    char why[300];
    enum err e;
};

static struct asked ask(struct fixture *f, struct report_query q)
{
    struct asked a = {{0}, "", ERR_OK};

    a.e = view_report(&f->desk, &q, &a.out, a.why, sizeof a.why);
    return a;
}

static struct report_query query(const char *house, enum report_format format)
{
    return (struct report_query){
        .house = house, .from_us = FROM, .to_us = TO, .format = format, .language = DESK_EN};
}

static char *text_of(struct fixture *f, struct report_query q)
{
    struct asked a = ask(f, q);

    assert_int_equal(a.e, ERR_OK);
    assert_non_null(a.out.data);
    return a.out.data;
}

/* The content of the JSON, parsed. */
static cJSON *content(struct fixture *f, const char *house)
{
    char *text = text_of(f, query(house, REPORT_JSON));
    cJSON *whole = cJSON_Parse(text), *inside;

    assert_non_null(whole);
    inside = cJSON_DetachItemFromObject(whole, "content");
    assert_non_null(inside);
    cJSON_Delete(whole);
    free(text);
    return inside;
}

static const cJSON *of(const cJSON *object, const char *list, const char *key, const char *value)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, cJSON_GetObjectItem(object, list))
    {
        if (strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(item, key)), value) == 0)
            return item;
    }
    fail_msg("no %s with %s = %s", list, key, value);
    return NULL;
}

static double number(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItem(object, name);

    assert_true(cJSON_IsNumber(item));
    return item->valuedouble;
}

static const char *word(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItem(object, name);

    return cJSON_IsString(item) ? item->valuestring : "";
}

/* --- a store with a past --- */

static void open_state(struct fixture *f)
{
    assert_int_equal(state_open(f->dir, STATE_WRITE, NULL, 0, &f->desk.state), ERR_OK);
}

static void put_step(struct fixture *f, struct episode *e, enum alert_event event, int level,
                     int64_t at_us, const char *more)
{
    char body[400];
    int n;

    e->step++;
    e->level = level;
    e->peak_level = level > e->peak_level ? level : e->peak_level;
    e->changed_us = at_us;
    e->resolved_us = event == EVENT_RESOLVED ? at_us : 0;
    n = snprintf(body, sizeof body,
                 "{\"level\":%d,\"summary\":{\"zh\":\"裂缝\",\"en\":\"crack\"}%s}", level, more);
    assert_int_equal(state_begin(f->desk.state), ERR_OK);
    assert_int_equal(state_episode_put(f->desk.state, e), ERR_OK);
    assert_int_equal(state_step_put(f->desk.state, e, event, at_us, body, (size_t)n), ERR_OK);
    assert_int_equal(state_commit(f->desk.state), ERR_OK);
}

static struct episode episode_of(const char *id, int64_t opened_us)
{
    struct episode e = {.key = "trend|H1/wall|crack_width",
                        .category = CATEGORY_STRUCTURE,
                        .kind = KIND_TREND,
                        .opened_us = opened_us,
                        .house = "H1",
                        .element = "H1/wall"};

    snprintf(e.id, sizeof e.id, "%s", id);
    return e;
}

static void close_state(struct fixture *f)
{
    state_close(f->desk.state);
    f->desk.state = NULL;
}

/* --- the data --- */

/* 144 readings are due in a day at one in ten minutes. 3 h are missing (18 readings), one is
 * suspect and one failed. */
static void test_coverage_gaps_and_flags_are_counted_exactly(void **state)
{
    struct fixture *f = *state;
    uint32_t id = store_sensor(f, CRACK, "crack_width", "mm");
    const cJSON *s;
    cJSON *c;

    for (int i = 0; i < 144; i++)
        if (i < 60 || i >= 78)
            store(f, id, FROM + i * 600 * US_PER_S, i < 72 ? 1.0 : 1.5,
                  i == 10   ? QF_SUSPECT
                  : i == 20 ? QF_FAIL
                            : QF_PASS);
    commit(f);
    c = content(f, "H1");
    s = of(c, "sensors", "sensor", CRACK);
    assert_int_equal(number(s, "due"), 144);
    assert_int_equal(number(s, "passed"), 124);
    assert_int_equal(number(s, "suspect"), 1);
    assert_int_equal(number(s, "failed"), 1);
    assert_int_equal(number(s, "gaps"), 1);
    assert_int_equal(number(s, "longest_gap_s"), 19 * 600);
    assert_string_equal(word(s, "longest_gap_from"), "2025-01-01T09:50:00Z");
    assert_true(fabs(number(s, "coverage") - 124.0 / 144) < 1e-9);
    assert_true(fabs(number(s, "begin") - 1.0) < 1e-12);
    assert_true(fabs(number(s, "end") - 1.5) < 1e-12);
    cJSON_Delete(c);
}

static void test_what_arrived_after_the_end_was_not_known_then(void **state)
{
    struct fixture *f = *state;
    uint32_t id = store_sensor(f, CRACK, "crack_width", "mm");
    struct reading late = {.t_us = FROM + 3600 * US_PER_S,
                           .rx_us = TO + US_PER_S,
                           .value = 9,
                           .sensor = id,
                           .flag = QF_PASS};
    cJSON *c;

    store(f, id, FROM + 600 * US_PER_S, 1, QF_PASS);
    assert_int_equal(readings_append(f->db, &late), ERR_OK);
    commit(f);
    c = content(f, "H1");
    assert_int_equal(number(of(c, "sensors", "sensor", CRACK), "passed"), 1);
    assert_true(number(of(c, "sensors", "sensor", CRACK), "most") < 2);
    cJSON_Delete(c);
}

static void test_a_span_without_data_says_so_and_is_grey(void **state)
{
    struct fixture *f = *state;
    char *html;
    cJSON *c;

    store_sensor(f, CRACK, "crack_width", "mm");
    commit(f);
    html = text_of(f, query("H1", REPORT_HTML));
    assert_non_null(strstr(html, "No valid reading came in this span"));
    assert_non_null(strstr(html, "never assessed"));
    assert_non_null(strstr(html, "? grey"));
    assert_null(strstr(html, "○ green"));
    free(html);
    c = content(f, "H1");
    assert_true(fabs(number(of(c, "sensors", "sensor", CRACK), "coverage")) < 1e-12);
    assert_int_equal(number(of(c, "sensors", "sensor", CRACK), "gaps"), 1);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(of(c, "houses", "house", "H1"), "class")));
    cJSON_Delete(c);
}

/* A chance of 100 % beside a grey class needs its word. */
static void test_a_limit_that_is_reached_while_the_class_waits(void **state)
{
    static const char *const lines[] = {
        "{\"house\":\"H1\",\"class\":\"insufficient "
        "data\",\"colour\":\"grey\",\"grey\":true,\"p30\":1,"
        "\"reasons\":[{\"kind\":\"limit\",\"p30\":1,\"text\":{\"zh\":\"宽\",\"en\":\"wide\"}}]}",
        "{\"house\":\"H1\",\"class\":\"MH\",\"colour\":\"orange\",\"grey\":false,\"p30\":1,"
        "\"reasons\":[{\"kind\":\"limit\",\"p30\":1,\"text\":{\"zh\":\"宽\",\"en\":\"wide\"}}]}",
        "{\"house\":\"H1\",\"class\":\"insufficient data\",\"colour\":\"grey\",\"grey\":true,"
        "\"p30\":0.2,\"reasons\":[{\"kind\":\"limit\",\"p30\":0.2}]}"};
    struct fixture *f = *state;

    open_state(f);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const struct state_risk r = {.house = "H1",
                                     .at_us = FROM + (int64_t)(i + 1) * US_PER_HOUR,
                                     .class_name = "",
                                     .colour = "",
                                     .line = lines[i]};
        bool said[2];
        assert_int_equal(state_begin(f->desk.state), ERR_OK);
        assert_int_equal(state_risk_put(f->desk.state, &r), ERR_OK);
        assert_int_equal(state_commit(f->desk.state), ERR_OK);
        for (int house = 0; house < 2; house++) {
            char *html = text_of(f, query(house ? "H1" : NULL, REPORT_HTML));
            said[house] = strstr(html, "A limit is exceeded already") != NULL;
            free(html);
        }
        assert_int_equal(said[0], i == 0);
        assert_int_equal(said[1], i == 0);
    }
    close_state(f);
}

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

/* --- odd registries --- */

#define EVIL "<b>&\\u0007\\u202e,\\\"\\n=1+1"

static const char odd_text[] =
    "{\"district\":{\"id\":\"d\",\"name\":\"" EVIL "\",\"timezone\":\"UTC\"},\"houses\":["
    "{\"id\":\"H1\",\"name\":\"" EVIL "\",\"lat\":31.2,\"lon\":121.4,"
    "\"plan_m\":[[0,0],[0,12],[4,12],[4,0]]},"
    "{\"id\":\"H2\",\"name\":\"bare\"}],\"sensors\":[]}";

static void use_registry(struct fixture *f, const char *text)
{
    registry_free(f->registry);
    f->registry = parse_registry(text);
    f->desk.registry = f->registry;
}

static void test_hostile_names_stay_names(void **state)
{
    struct fixture *f = *state;
    char *html, *csv;

    use_registry(f, odd_text);
    html = text_of(f, query("H1", REPORT_HTML));
    assert_null(strstr(html, "<b>"));
    assert_null(strchr(html, '\a'));
    assert_null(strstr(html, "\xe2\x80\xae"));
    assert_non_null(strstr(html, "&lt;b&gt;&amp;"));
    free(html);
    csv = text_of(f, query(NULL, REPORT_CSV));
    assert_non_null(strstr(csv, "\"\"")); /* the quote in the name is doubled */
    free(csv);
}

static void test_a_house_without_sensors_is_unknown(void **state)
{
    struct fixture *f = *state;
    char *html;

    use_registry(f, odd_text);
    html = text_of(f, query("H2", REPORT_HTML));
    assert_non_null(strstr(html, "This house has no sensors"));
    assert_non_null(strstr(html, "? grey"));
    assert_non_null(strstr(html, "No elements are registered"));
    free(html);
}

static void test_a_registry_without_houses_makes_a_report(void **state)
{
    struct fixture *f = *state;
    char *html;

    use_registry(f, "{\"district\":{\"id\":\"d\",\"name\":\"D\",\"timezone\":\"UTC\"},"
                    "\"houses\":[],\"sensors\":[]}");
    html = text_of(f, query(NULL, REPORT_HTML));
    assert_non_null(strstr(html, "No houses are registered"));
    assert_null(strstr(html, "nan"));
    free(html);
}

/* A ring closes, runs counter-clockwise (RFC 7946 3.1.6), and is as large as the footprint. */
static void test_geojson_draws_footprints(void **state)
{
    struct fixture *f = *state;
    char *text;
    cJSON *root;
    const cJSON *ring, *a, *b;
    double area = 0;
    int n;

    use_registry(f, odd_text);
    text = text_of(f, query(NULL, REPORT_GEOJSON));
    root = cJSON_Parse(text);
    assert_non_null(root);
    ring = cJSON_GetArrayItem(
        cJSON_GetObjectItem(cJSON_GetObjectItem(of(root, "features", "id", "H1"), "geometry"),
                            "coordinates"),
        0);
    n = cJSON_GetArraySize(ring);
    assert_int_equal(n, 5);
    assert_true(cJSON_Compare(cJSON_GetArrayItem(ring, 0), cJSON_GetArrayItem(ring, 4), true));
    for (int i = 0; i + 1 < n; i++) {
        a = cJSON_GetArrayItem(ring, i);
        b = cJSON_GetArrayItem(ring, i + 1);
        area += (cJSON_GetArrayItem(a, 0)->valuedouble - 121.4) *
                    (cJSON_GetArrayItem(b, 1)->valuedouble - 31.2) -
                (cJSON_GetArrayItem(b, 0)->valuedouble - 121.4) *
                    (cJSON_GetArrayItem(a, 1)->valuedouble - 31.2);
    }
    area = area / 2 * 111319.49 * 111319.49 * cos(31.2 * 3.14159265358979 / 180);
    assert_true(fabs(area - 48) < 0.5);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(of(root, "features", "id", "H2"), "geometry")));
    cJSON_Delete(root);
    free(text);
}

/* --- csv --- */

static size_t fields_of(const char *line, const char **next)
{
    size_t n = 1;
    bool quoted = false;

    for (; *line && (quoted || strncmp(line, "\r\n", 2) != 0); line++) {
        quoted = quoted != (*line == '"');
        n += *line == ',' && !quoted;
    }
    *next = *line ? line + 2 : line;
    return n;
}

static void test_rows_of_csv_have_as_many_fields_as_headings(void **state)
{
    struct fixture *f = *state;
    static const char *const houses[] = {NULL, "H1"};

    for (size_t i = 0; i < 2; i++) {
        char *csv = text_of(f, query(houses[i], REPORT_CSV));
        const char *at = csv;
        size_t columns = fields_of(at, &at), rows = 0;
        assert_true(columns > 15);
        for (; *at; rows++)
            assert_int_equal(fields_of(at, &at), columns);
        assert_int_equal(rows, 1);
        free(csv);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_coverage_gaps_and_flags_are_counted_exactly),
        TEST(test_what_arrived_after_the_end_was_not_known_then),
        TEST(test_a_span_without_data_says_so_and_is_grey),
        TEST(test_a_limit_that_is_reached_while_the_class_waits),
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
        TEST(test_hostile_names_stay_names),
        TEST(test_a_house_without_sensors_is_unknown),
        TEST(test_a_registry_without_houses_makes_a_report),
        TEST(test_geojson_draws_footprints),
        TEST(test_rows_of_csv_have_as_many_fields_as_headings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
