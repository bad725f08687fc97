/* Acts over the API: who may do what, what is refused, and that they are the acts that shikumenctl
 * records, with the token beside the person. */
#include "http_stage.h"

#include "chance.h"
#include "shikumen/base/utc.h"
#include "shikumen/io/state_acts.h"

#define BY "\"by\":\"王工\",\"note\":\"现场看过\""

static void orange(struct stage *g, char id[ALERT_ID_SIZE])
{
    struct site_steps steps;

    add_wall(g, THREE_LEVELS, 0);
    begin_http(g);
    wall(g, 0, 12);
    site_wait_level(&g->site, WALL, 3, 1);
    steps = site_steps(&g->site);
    snprintf(id, ALERT_ID_SIZE, "%s", find_step(&steps, WALL, 1)->id);
    site_steps_free(&steps);
}

static const char *target(char text[160], const char *list, const char *id, const char *what)
{
    snprintf(text, 160, "/api/v1/%s/%s/%s", list, id, what);
    return text;
}

/* An act that is done; what it made. */
static void done(struct stage *g, const char *method, const char *where, const char *as,
                 const char *body, char made[64])
{
    cJSON *json = ask(g, method, where, as, body, 200);

    assert_string_equal(text(json, "outcome"), "done");
    assert_true(text(json, "act")[0] == 'A');
    snprintf(made, 64, "%s",
             cJSON_IsString(cJSON_GetObjectItem(json, "made")) ? text(json, "made") : "");
    cJSON_Delete(json);
}

static void test_acts_on_an_alert(void **state)
{
    struct stage *g = *state;
    char id[ALERT_ID_SIZE], where[160], made[64];
    struct site_steps steps;

    orange(g, id);
    target(where, "alerts", id, "ack");
    expect_status(g, "POST", where, NULL, "{" BY "}", 401);
    expect_status(g, "POST", where, AS("guess"), "{" BY "}", 401);
    expect_status(g, "POST", where, VIEWER, "{" BY "}", 403);
    done(g, "POST", where, OPERATOR, "{" BY "}", made);
    assert_non_null(strstr(made, id));
    site_wait_level(&g->site, WALL, 3, 2);
    steps = site_steps(&g->site);
    assert_int_equal(find_step(&steps, WALL, 2)->event, EVENT_ACKNOWLEDGED);
    assert_non_null(strstr(find_step(&steps, WALL, 2)->body, "王工"));
    snprintf(where, sizeof where, "\"url\":\"http://m.test/alerts/%s\"", id);
    assert_non_null(strstr(find_step(&steps, WALL, 1)->body, where));
    assert_non_null(strstr(find_step(&steps, WALL, 2)->body, where));
    site_steps_free(&steps);
    done(g, "POST", target(where, "alerts", id, "comment"), OPERATOR, "{" BY "}", made);
    done(g, "POST", target(where, "alerts", id, "assign"), OPERATOR, "{" BY ",\"to\":\"李工\"}",
         made);
    done(g, "POST", target(where, "alerts", id, "resolve"), OPERATOR,
         "{\"by\":\"王工\",\"reason\":\"误报\"}", made);
}

static void test_what_is_refused(void **state)
{
    struct stage *g = *state;
    char id[ALERT_ID_SIZE], where[160], made[64];
    cJSON *problem;

    orange(g, id);
    target(where, "alerts", id, "ack");
    expect_status(g, "POST", where, OPERATOR, "{}", 400);
    expect_status(g, "POST", where, OPERATOR, "{\"by\":\"shikumend\",\"note\":\"x\"}", 400);
    expect_status(g, "POST", where, OPERATOR, "{\"by\":\"\",\"note\":\"x\"}", 400);
    expect_status(g, "POST", where, OPERATOR, "{\"by\":\"王工\"}", 400);
    expect_status(g, "POST", where, OPERATOR, "{" BY ",\"bogus\":1}", 400);
    expect_status(g, "POST", where, OPERATOR, "{\"by\":7,\"note\":\"x\"}", 400);
    expect_status(g, "POST", target(where, "alerts", "0123456789", "ack"), OPERATOR, "{" BY "}",
                  404);
    expect_status(g, "POST", target(where, "alerts", "0", "ack"), OPERATOR, "{" BY "}", 400);
    problem = ask(g, "POST", "/api/v1/silences", OPERATOR,
                  "{" BY ",\"scope\":\"H9\",\"until\":\"2100-01-01T00:00:00Z\"}", 404);
    assert_non_null(strstr(text(problem, "detail_zh"), "H9"));
    cJSON_Delete(problem);
    expect_status(g, "POST", "/api/v1/silences", OPERATOR, "{" BY ",\"until\":\"2100-01-01\"}",
                  400);
    expect_status(g, "POST", "/api/v1/silences", OPERATOR,
                  "{" BY ",\"scope\":\"H1\",\"until\":\"2100-01-01T00:00:00Z\"}", 400);
    /* acknowledged twice */
    done(g, "POST", target(where, "alerts", id, "ack"), OPERATOR, "{" BY "}", made);
    problem = ask(g, "POST", where, OPERATOR, "{" BY "}", 409);
    assert_non_null(text(problem, "detail_en"));
    cJSON_Delete(problem);
}

/* Whoever reads the feed sees what is held back. */
static void feed_tells_silence(struct stage *g, bool stands)
{
    struct http_said said = http_ask(g->site.http_port, "GET", "/feed.atom", VIEWER, NULL);

    assert_int_equal(said.status, 200);
    assert_int_equal(strstr(said.body, "<subtitle>静默中 silenced: H1/wall") != NULL, stands);
    http_said_free(&said);
}

static void test_silences_and_proposals(void **state)
{
    struct stage *g = *state;
    char id[ALERT_ID_SIZE], where[160], made[64], body[200], until[UTC_TEXT_SIZE];

    orange(g, id);
    snprintf(body, sizeof body, "{" BY ",\"scope\":\"H1/wall\",\"until\":\"%s\"}",
             utc_format((wall_us() / S + 3600) * S, until));
    expect_status(g, "POST", "/api/v1/silences", VIEWER, body, 403);
    done(g, "POST", "/api/v1/silences", OPERATOR, body, made);
    assert_int_equal(made[0], 'S');
    feed_tells_silence(g, true);
    snprintf(where, sizeof where, "/api/v1/silences/%s", made);
    done(g, "DELETE", where, OPERATOR, "{" BY "}", made);
    expect_status(g, "DELETE", where, OPERATOR, "{" BY "}", 404);
    feed_tells_silence(g, false);
    done(g, "POST", target(where, "alerts", id, "propose"), OPERATOR, "{" BY ",\"kind\":\"prop\"}",
         made);
    assert_int_equal(made[0], 'P');
    target(where, "proposals", made, "approve");
    expect_status(g, "POST", where, OPERATOR, "{" BY "}", 403);
    done(g, "POST", where, PLANNER, "{" BY "}", made);
    expect_status(g, "POST", where, PLANNER, "{" BY "}", 409);
}

struct search {
    const char *wanted;
    int found;
};

static enum err look_at_act(void *context, const struct act_row *act)
{
    struct search *s = context;

    s->found += strstr(act->body, s->wanted) != NULL && strcmp(act->by, "王工") == 0;
    return ERR_OK;
}

static void test_the_token_stands_beside_the_person(void **state)
{
    struct stage *g = *state;
    char id[ALERT_ID_SIZE], where[160], made[64];
    struct search s = {.wanted = "\"via\":\"desk\""};
    struct state_db *db;

    orange(g, id);
    /* whatever a client says of it */
    done(g, "POST", target(where, "alerts", id, "ack"), OPERATOR, "{" BY ",\"via\":\"office\"}",
         made);
    db = site_state(&g->site);
    assert_int_equal(state_act_each(db, id, look_at_act, &s), ERR_OK);
    assert_int_equal(s.found, 1);
    state_close(db);
}

/* As many as one address has at once. */
static void test_bodies_that_are_broken(void **state)
{
    static const char *const whole[] = {
        "{" BY ",\"scope\":\"H1\",\"until\":\"2026-12-01T08:00:00Z\",\"kind\":\"limit\"}",
        "{" BY ",\"kind\":\"inspection\",\"date\":\"2026-01-01T00:00:00Z\",\"cost_cny\":12.5}",
        "{" BY ",\"to\":\"李工\",\"class\":\"MH\",\"from\":null,\"x\":[{}]}"};
    static const char *const verbs[] = {"ack", "assign", "propose", "record"};
    static const char odd[] = "{}[]\",:\\0e-.\x01\x7f\xff";
    struct stage *g = *state;
    struct chance chance = {7};
    char id[ALERT_ID_SIZE], where[160], body[256];

    orange(g, id);
    for (int i = 0; i < 55; i++) {
        struct http_said said;
        size_t n = (size_t)snprintf(body, sizeof body, "%s", whole[chance_below(&chance, 3)]);
        for (size_t k = chance_below(&chance, 4); k > 0; k--)
            body[chance_below(&chance, n)] = odd[chance_below(&chance, sizeof odd - 1)];
        if (chance_one_in(&chance, 3))
            body[chance_below(&chance, n)] = '\0';
        target(where, "alerts", id, verbs[chance_below(&chance, 4)]);
        said = http_ask(g->site.http_port, "POST",
                        chance_one_in(&chance, 3) ? "/api/v1/silences" : where, OPERATOR, body);
        if (said.status < 200 || said.status >= 500)
            fail_msg("%d for %s", said.status, body);
        http_said_free(&said);
    }
    expect_status(g, "GET", "/api/v1/session", OPERATOR, NULL, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        H(test_acts_on_an_alert),       H(test_what_is_refused),
        H(test_silences_and_proposals), H(test_the_token_stands_beside_the_person),
        H(test_bodies_that_are_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
