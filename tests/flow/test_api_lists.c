/* The lists of the API as a daemon answers them: the rows of shikumenctl --json, in pages; what is
 * not allowed is said; readings in every form. */
#include "api_stage.h"

#include <signal.h>

/* --- the same rows --- */

/* Without what is of the moment of asking, or on request only. */
static void strip(cJSON *rows)
{
    cJSON *row;

    cJSON_ArrayForEach(row, rows)
    {
        cJSON_DeleteItemFromObject(row, "age_s");
        cJSON_DeleteItemFromObject(row, "last");
    }
}

static void expect_same_rows(struct stage *s, const char *path, const char *command,
                             const char *option)
{
    cJSON *list = stage_json(s, path, 200), *rows = stage_ctl(s, command, option);
    cJSON *items = cJSON_GetObjectItem(list, "items");

    strip(items);
    strip(rows);
    assert_true(cJSON_GetArraySize(rows) > 0);
    assert_true(cJSON_IsNull(member(list, "next")));
    if (!cJSON_Compare(items, rows, 1))
        fail_msg("%s is not what %s prints:\n%s\n%s", path, command, cJSON_Print(items),
                 cJSON_Print(rows));
    cJSON_Delete(list);
    cJSON_Delete(rows);
}

static void lists_are_those_of_shikumenctl(void **state)
{
    struct stage *s = *state;

    expect_same_rows(s, "houses", "houses", NULL);
    expect_same_rows(s, "sensors", "sensors", NULL);
    expect_same_rows(s, "risk", "risk", NULL);
    expect_same_rows(s, "forecasts", "forecasts", NULL);
    expect_same_rows(s, "alerts", "alerts", NULL);
    expect_same_rows(s, "alerts?state=all", "alerts", "--all");
    expect_same_rows(s, "silences", "silences", NULL);
    expect_same_rows(s, "overrides", "overrides", NULL);
    expect_same_rows(s, "proposals", "proposals", NULL);
}

/* --- pages --- */

/* All items of a list, page by page. */
static cJSON *walk(struct stage *s, const char *path, int limit)
{
    cJSON *all = cJSON_CreateArray();
    char target[900], next[800] = "";

    do {
        cJSON *page, *items;
        snprintf(target, sizeof target, "%slimit=%d%s%s", path, limit, *next ? "&next=" : "", next);
        page = stage_json(s, target, 200);
        items = cJSON_GetObjectItem(page, "items");
        assert_in_range(cJSON_GetArraySize(items), 1, limit);
        while (items->child)
            cJSON_AddItemToArray(all, cJSON_DetachItemViaPointer(items, items->child));
        snprintf(next, sizeof next, "%s",
                 cJSON_IsNull(member(page, "next")) ? "" : text_member(page, "next"));
        cJSON_Delete(page);
    } while (*next);
    return all;
}

static void expect_pages(struct stage *s, const char *path)
{
    cJSON *whole = walk(s, path, 1000);

    strip(whole);
    for (int limit = 1; limit <= 5; limit += 2) {
        cJSON *pieces = walk(s, path, limit);
        strip(pieces);
        if (!cJSON_Compare(whole, pieces, 1))
            fail_msg("%s in pages of %d is another list", path, limit);
        cJSON_Delete(pieces);
    }
    cJSON_Delete(whole);
}

static void pages_are_the_whole_list(void **state)
{
    static const char *const paths[] = {
        "houses?",        "sensors?",   "risk?",     "risk?sort=confidence&",
        "risk?sort=p30&", "forecasts?", "alerts?",   "alerts?state=all&order=opened&",
        "silences?",      "proposals?", "overrides?"};

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        expect_pages(*state, paths[i]);
}

/* --- parameters --- */

static int count_of(struct stage *s, const char *path)
{
    cJSON *list = stage_json(s, path, 200);
    int n = cJSON_GetArraySize(member(list, "items"));

    cJSON_Delete(list);
    return n;
}

static void parameters_narrow_a_list(void **state)
{
    struct stage *s = *state;

    assert_int_equal(count_of(s, "sensors?house=H1"), STAGE_SENSORS);
    assert_int_equal(count_of(s, "sensors?house=H3"), 0);
    assert_int_equal(count_of(s, "sensors?silent=true"), STAGE_SENSORS - 1);
    assert_int_equal(count_of(s, "alerts?state=all"), STAGE_ALERTS);
    assert_int_equal(count_of(s, "alerts"), STAGE_ALERTS - 2);
    assert_int_equal(count_of(s, "alerts?state=all&category=structure"), 4);
    assert_int_equal(count_of(s, "alerts?state=all&level=4"), 3);
    assert_int_equal(count_of(s, "alerts?state=all&house=H2"), 6);
    assert_int_equal(count_of(s, "alerts?state=all&since=-150m"), 3);
    assert_int_equal(count_of(s, "forecasts?element=H1%2Fwall"), 5);
    assert_int_equal(count_of(s, "forecasts?sensor=H1/n1/c1"), 0);
    assert_int_equal(count_of(s, "risk?min_class=MH"), 1); /* H2, by its override */
}

/* Those to come are listed with those that stand, and each state by itself. */
static void silences_by_state(void **state)
{
    struct stage *s = *state;
    cJSON *planned;

    assert_int_equal(count_of(s, "silences"), 4);
    assert_int_equal(count_of(s, "silences?state=all"), 5);
    assert_int_equal(count_of(s, "silences?state=in_force"), 3);
    assert_int_equal(count_of(s, "silences?state=ended"), 1);
    planned = stage_json(s, "silences?state=planned", 200);
    assert_int_equal(cJSON_GetArraySize(member(planned, "items")), 1);
    assert_string_equal(text_member(member(planned, "items")->child, "state"), "planned");
    assert_string_equal(text_member(member(planned, "items")->child, "scope"), "H2");
    cJSON_Delete(planned);
}

static void what_is_not_allowed_is_said(void **state)
{
    static const struct {
        const char *path, *parameter, *allowed;
    } cases[] = {
        {"houses?limit=0", "limit", "1..1000"},
        {"houses?limit=1001", "limit", "1..1000"},
        {"houses?limit=1e3", "limit", "1..1000"},
        {"houses?next=!", "next", "the \"next\" of a page of this list"},
        {"houses?next=AAAA", "next", "the \"next\" of a page of this list"},
        {"houses?colour=red", "colour", "limit, next"},
        {"sensors?house=H9", "house", "the id of a house of the registry"},
        {"alerts?state=closed", "state", "open, all"},
        {"alerts?category=fire", "category", "structure, instrument, system"},
        {"alerts?level=5", "level", "0..4"},
        {"alerts?since=yesterday", "since", NULL},
        {"risk?sort=name", "sort", "score, p30, p180, p365, confidence"},
        {"risk?min_class=X", "min_class", "L, ML, M, MH, H"},
        {"risk?horizon=90", "horizon", "30, 180, 365"},
        {"risk?at=2026-13-01", "at", NULL},
        {"readings", "sensor", "the id of a sensor"},
        {"readings?sensor=H1/n1/c0&limit=100001", "limit", "1..100000"},
        {"readings?sensor=H1/n1/c0&format=xml", "format", "json, csv"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cJSON *problem = stage_json(*state, cases[i].path, 400);
        assert_string_equal(text_member(problem, "parameter"), cases[i].parameter);
        if (cases[i].allowed)
            assert_string_equal(text_member(problem, "allowed"), cases[i].allowed);
        cJSON_Delete(problem);
    }
}

static void what_is_not_there_is_404(void **state)
{
    static const char *const paths[] = {"houses/H9",
                                        "houses/",
                                        "houses/H1/wall",
                                        "sensors/H1/n1/c99",
                                        "sensors/H1%2Fn1%2F",
                                        "risk/H9",
                                        "alerts/a0",
                                        "alerts/000000a0-0000-4000-8000-00000000000X",
                                        "readings?sensor=nobody"};

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        cJSON_Delete(stage_json(*state, paths[i], 404));
}

/* An alert by the beginning of its id, as shikumenctl takes it. */
static void an_alert_by_the_beginning_of_its_id(void **state)
{
    cJSON *json = stage_json(*state, "alerts/000000a1", 200);

    assert_string_equal(text_member(json, "id"), "000000a1-0000-4000-8000-000000000000");
    cJSON_Delete(json);
    json = stage_json(*state, "alerts/000000a", 400);
    assert_string_equal(text_member(json, "detail_en"),
                        "12 alerts begin with 000000a; give more of it");
    cJSON_Delete(json);
    cJSON_Delete(stage_json(*state, "alerts/00000", 404));
    cJSON_Delete(stage_json(*state, "alerts/000000b0", 404));
    cJSON_Delete(stage_json(*state, "alerts/000000a1-0000-4000-8000-0000000000000", 404));
}

/* --- one of each --- */

static void one_of_each(void **state)
{
    struct stage *s = *state;
    cJSON *json = stage_json(s, "houses/H1", 200);

    assert_int_equal(cJSON_GetArraySize(member(json, "sensors")), STAGE_SENSORS);
    assert_string_equal(text_member(json, "class"), "M");
    cJSON_Delete(json);
    json = stage_json(s, "sensors/H1%2Fn1%2Fc0", 200);
    assert_string_equal(text_member(json, "house"), "H1");
    cJSON_Delete(json);
    json = stage_json(s, "sensors/H1/n1/c0", 200);
    assert_true(cJSON_GetNumberValue(member(member(json, "flags_30d"), "pass")) == STAGE_READINGS);
    cJSON_Delete(json);
    json = stage_json(s, "alerts/000000a0-0000-4000-8000-000000000000", 200);
    assert_int_equal(cJSON_GetArraySize(member(json, "steps")), 1);
    assert_int_equal(cJSON_GetArraySize(member(json, "proposals")), 1);
    cJSON_Delete(json);
    json = stage_json(s, "risk/H2", 200);
    assert_string_equal(text_member(json, "class"), "MH");
    assert_int_equal(cJSON_GetArraySize(member(json, "overrides")), 1);
    cJSON_Delete(json);
    json = stage_json(s, "risk/H3", 200);
    assert_string_equal(text_member(json, "colour"), "grey");
    assert_true(cJSON_IsNull(member(json, "score")));
    assert_string_equal(text_member(member(json, "overrides")->child, "subject"), "H3");
    cJSON_Delete(json);
    json = stage_json(s, "district", 200);
    assert_int_equal(cJSON_GetArraySize(member(json, "houses")), 3);
    cJSON_Delete(json);
    json = stage_json(s, "houses.geojson", 200);
    assert_int_equal(cJSON_GetArraySize(member(json, "features")), 3);
    cJSON_Delete(json);
}

/* The probability that was asked for is there by one name, whatever the horizon. */
static void risk_within_a_horizon(void **state)
{
    cJSON *json = stage_json(*state, "risk?horizon=365", 200);

    assert_true(cJSON_GetNumberValue(member(member(json, "items")->child, "p")) == 0.3);
    cJSON_Delete(json);
    json = stage_json(*state, "risk", 200);
    assert_null(cJSON_GetObjectItem(member(json, "items")->child, "p"));
    cJSON_Delete(json);
}

static void risk_of_a_past_day(void **state)
{
    struct stage *s = *state;
    cJSON *json = stage_json(s, "risk?at=-30d", 200);
    const cJSON *row;
    int assessed = 0;

    cJSON_ArrayForEach(row, member(json, "items")) assessed += !cJSON_IsNull(member(row, "at"));
    assert_int_equal(assessed, 1);
    row = member(json, "items")->child;
    assert_string_equal(text_member(row, "house"), "H1");
    assert_string_equal(text_member(row, "class"), "L");
    cJSON_Delete(json);
}

/* --- readings --- */

static void readings_one_by_one(void **state)
{
    cJSON *all = walk(*state, "readings?sensor=H1/n1/c0&", 100000);
    cJSON *pieces = walk(*state, "readings?sensor=H1/n1/c0&from=-30d&to=now&step=raw&", 77);

    assert_int_equal(cJSON_GetArraySize(all), STAGE_READINGS);
    assert_true(cJSON_Compare(all, pieces, 1));
    assert_true(cJSON_GetNumberValue(member(all->child, "v")) == 1);
    assert_string_equal(text_member(all->child, "u"), "mm");
    cJSON_Delete(all);
    cJSON_Delete(pieces);
}

static void readings_by_hour(void **state)
{
    cJSON *hours = walk(*state, "readings?sensor=H1/n1/c0&step=hour&", 9);
    const cJSON *hour;
    double n = 0;

    cJSON_ArrayForEach(hour, hours) n += cJSON_GetNumberValue(member(hour, "n"));
    assert_true(n == STAGE_READINGS);
    assert_in_range(cJSON_GetArraySize(hours), STAGE_READINGS / 6, STAGE_READINGS / 6 + 1);
    cJSON_Delete(hours);
}

/* By name or by what the client takes; what follows is linked. */
static void readings_as_csv(void **state)
{
    struct stage *s = *state;
    char target[900], *link, *end;
    struct http_said said =
        http_ask(s->site.http_port, "GET", "/api/v1/readings?sensor=H1/n1/c0&limit=200",
                 "Accept: text/csv\r\n", NULL);
    size_t lines = 0;

    assert_int_equal(said.status, 200);
    assert_non_null(strstr(said.headers, "Content-Type: text/csv; charset=utf-8\r\n"));
    assert_memory_equal(said.body, "t,sensor,v,u,flag,test,rx\n", 26);
    for (size_t i = 0; i < said.body_len; i++)
        lines += said.body[i] == '\n';
    assert_int_equal(lines, 201);
    link = http_said_header(&said, "Link");
    http_said_free(&said);
    assert_non_null(link);
    assert_memory_equal(link, "<?next=", 7);
    end = strchr(link, '>');
    assert_string_equal(end, ">; rel=\"next\"");
    *end = '\0';
    snprintf(target, sizeof target, "readings%s&format=csv", link + 1);
    free(link);
    said = stage_ask(s, target);
    lines = 0;
    for (size_t i = 0; i < said.body_len; i++)
        lines += said.body[i] == '\n';
    assert_int_equal(lines, STAGE_READINGS - 200 + 1);
    assert_null(strstr(said.headers, "Link:"));
    http_said_free(&said);
}

/* --- while the registry changes --- */

/* Houses are registered between two pages, before the first of them all. No sensor is after it. */
static void a_reload_between_two_pages(void **state)
{
    static const char more[] = "[{\"id\":\"H0\"},{\"id\":\"H1a\"},";
    struct stage *s = *state;
    cJSON *first = stage_json(s, "houses?limit=1", 200), *rest;
    const cJSON *row;
    char houses[800], path[800], ids[100] = "";

    assert_string_equal(text_member(member(first, "items")->child, "id"), "H1");
    snprintf(path, sizeof path, "houses?next=%s", text_member(first, "next"));
    snprintf(houses, sizeof houses, "%s%s", more, stage_houses + 1);
    site_registry(&s->site, houses);
    process_signal(&s->site.daemon, SIGHUP);
    site_wait_log(&s->site, "reload done", 1);
    rest = stage_json(s, path, 200);
    cJSON_ArrayForEach(row, member(rest, "items"))
    {
        strcat(ids, text_member(row, "id"));
        strcat(ids, " ");
    }
    assert_string_equal(ids, "H1a H2 H3 ");
    cJSON_Delete(first);
    cJSON_Delete(rest);
}

/* --- what is kept of answers --- */

/* However often and closely a list is asked for, it is that of the latest commit. The last test:
 * the assessor may have its turn between the commits. */
static void a_commit_is_seen_at_once(void **state)
{
    struct stage *s = *state;
    int before = count_of(s, "silences?limit=1000");

    for (int i = 1; i <= 30; i++) {
        stage_silence(s, s->held);
        assert_int_equal(state_commit(s->held), ERR_OK);
        for (int k = 0; k < 4; k++)
            assert_int_equal(count_of(s, "silences?limit=1000"), before + i);
        assert_int_equal(state_begin(s->held), ERR_OK);
    }
}

/* Packed or not, and to whoever has it already. */
static void an_answer_that_is_kept_is_the_same(void **state)
{
    struct stage *s = *state;
    struct http_said first = stage_ask(s, "overrides"), again;
    char *tag = http_said_header(&first, "ETag"), *line;

    assert_non_null(tag);
    assert_true(asprintf(&line, "If-None-Match: %s\r\n", tag) > 0);
    for (int i = 0; i < 12; i++) {
        again = http_ask(s->site.http_port, "GET", "/api/v1/overrides",
                         i % 3 == 1   ? "Accept-Encoding: gzip\r\n"
                         : i % 3 == 2 ? line
                                      : NULL,
                         NULL);
        assert_int_equal(again.status, i % 3 == 2 ? 304 : 200);
        if (i % 3 == 0)
            assert_string_equal(again.body, first.body);
        else if (i % 3 == 1 && strstr(again.headers, "Content-Encoding: gzip"))
            assert_memory_equal(again.body, "\x1f\x8b", 2);
        else if (i % 3 == 1)
            assert_string_equal(again.body, first.body);
        http_said_free(&again);
    }
    http_said_free(&first);
    free(tag);
    free(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_those_of_shikumenctl),
        cmocka_unit_test(pages_are_the_whole_list),
        cmocka_unit_test(parameters_narrow_a_list),
        cmocka_unit_test(silences_by_state),
        cmocka_unit_test(what_is_not_allowed_is_said),
        cmocka_unit_test(what_is_not_there_is_404),
        cmocka_unit_test(an_alert_by_the_beginning_of_its_id),
        cmocka_unit_test(one_of_each),
        cmocka_unit_test(risk_within_a_horizon),
        cmocka_unit_test(risk_of_a_past_day),
        cmocka_unit_test(readings_one_by_one),
        cmocka_unit_test(readings_by_hour),
        cmocka_unit_test(readings_as_csv),
        cmocka_unit_test(an_answer_that_is_kept_is_the_same),
        cmocka_unit_test(a_reload_between_two_pages),
        cmocka_unit_test(a_commit_is_seen_at_once),
    };

    return cmocka_run_group_tests(tests, stage_begin, stage_end);
}
