/* The description of the API against the answers of a daemon: every path with every method, its
 * status, its media type, its JSON against its schema. */
#include "http_stage.h"

#include "json_schema.h"
#include "shikumen/base/utc.h"

struct walk {
    struct stage *g;
    cJSON *document;
    char alert[ALERT_ID_SIZE];
    int asked;
};

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* What {id} of a path stands for here. */
static const char *id_for(const struct walk *w, const char *path)
{
    return strstr(path, "/alerts/")            ? w->alert
           : begins(path, "/api/v1/sensors")   ? "H1/n1/d"
           : begins(path, "/api/v1/silences")  ? "S1"
           : begins(path, "/api/v1/proposals") ? "P1"
           : begins(path, "/api/v1/overrides") ? "O1"
           : begins(path, "/api/v1/bursts")    ? "1" /* which nobody has sent: test_api_series */
                                               : "H1";
}

static void put_target(const struct walk *w, const char *path, const cJSON *operation,
                       struct strbuf *out)
{
    const char *hole = strstr(path, "{id}"), *between = "?";
    const cJSON *p;

    strbuf_append(out, path, hole ? (size_t)(hole - path) : strlen(path));
    if (hole)
        strbuf_printf(out, "%s%s", id_for(w, path), hole + 4);
    cJSON_ArrayForEach(p, cJSON_GetObjectItem(operation, "parameters"))
    {
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(p, "name"));
        const char *in = cJSON_GetStringValue(cJSON_GetObjectItem(p, "in"));
        if (!cJSON_IsTrue(cJSON_GetObjectItem(p, "required")) || strcmp(in, "path") == 0)
            continue;
        strbuf_printf(out, "%s%s=%s", between, name,
                      strcmp(name, "sensor") == 0 ? "H1/n1/d" : "H1");
        between = "&";
    }
}

/* The example of its schema, fitted to this stage; it must fit the schema. NULL: it has none. */
static char *body_for(const struct walk *w, const cJSON *operation)
{
    const cJSON *schema = cJSON_GetObjectItem(
        cJSON_GetObjectItem(
            cJSON_GetObjectItem(cJSON_GetObjectItem(operation, "requestBody"), "content"),
            "application/json"),
        "schema");
    const char *reference = cJSON_GetStringValue(cJSON_GetObjectItem(schema, "$ref"));
    cJSON *body;
    char *text, until[UTC_TEXT_SIZE];
    struct strbuf why = {0};

    if (!reference)
        return NULL;
    body = cJSON_Duplicate(cJSON_GetObjectItem(json_schema_at(w->document, reference), "example"),
                           true);
    assert_non_null(body);
    if (cJSON_GetObjectItem(body, "scope"))
        cJSON_ReplaceItemInObject(body, "scope", cJSON_CreateString("H1"));
    if (cJSON_GetObjectItem(body, "token"))
        cJSON_ReplaceItemInObject(body, "token", cJSON_CreateString("viewer-token"));
    if (cJSON_GetObjectItem(body, "until"))
        cJSON_ReplaceItemInObject(
            body, "until", cJSON_CreateString(utc_format((wall_us() / S + 3600) * S, until)));
    if (!json_schema_fits(w->document, schema, body, &why))
        fail_msg("%s: its own example: %s", reference, strbuf_text(&why));
    text = cJSON_PrintUnformatted(body);
    cJSON_Delete(body);
    return text;
}

static void check_answer(const struct walk *w, const char *what, const cJSON *operation,
                         const struct http_said *said)
{
    const cJSON *responses = cJSON_GetObjectItem(operation, "responses"), *response, *content;
    char status[8], *type = http_said_header(said, "Content-Type");
    struct strbuf why = {0};
    cJSON *json;

    snprintf(status, sizeof status, "%d", said->status);
    response = cJSON_GetObjectItem(responses, status);
    /* what came before it forbids it; a record that nobody has sent */
    if (!response && (said->status == 409 || (said->status == 404 && strstr(what, "/bursts/"))))
        response = json_schema_at(w->document, "#/components/responses/Problem");
    if (!response)
        fail_msg("%s: %d is not described: %s", what, said->status, said->body);
    if (!cJSON_GetObjectItem(response, "content")) {
        assert_null(type);
        return;
    }
    assert_non_null(type);
    type[strcspn(type, ";")] = '\0';
    content = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItem(response, "content"), type);
    if (!content)
        fail_msg("%s: media type %s is not described", what, type);
    if (strstr(type, "json")) {
        json = cJSON_Parse(said->body);
        if (!json)
            fail_msg("%s: no JSON: %s", what, said->body);
        if (!json_schema_fits(w->document, cJSON_GetObjectItem(content, "schema"), json, &why))
            fail_msg("%s: %s\n%s", what, strbuf_text(&why), said->body);
        cJSON_Delete(json);
    }
    strbuf_free(&why);
    free(type);
}

static void check_operation(struct walk *w, const char *path, const cJSON *operation)
{
    struct strbuf target = {0};
    char method[16], what[256], *body = body_for(w, operation);
    struct http_said said;

    for (size_t i = 0; i <= strlen(operation->string); i++)
        method[i] = (char)(operation->string[i] & (operation->string[i] ? ~0x20 : ~0));
    put_target(w, path, operation, &target);
    snprintf(what, sizeof what, "%s %s", method, strbuf_text(&target));
    said = http_ask(w->g->site.http_port, method, strbuf_text(&target), PLANNER, body);
    check_answer(w, what, operation, &said);
    http_said_free(&said);
    /* a parameter that nobody knows, and who may not */
    strbuf_puts(&target, strchr(strbuf_text(&target), '?') ? "&nonsense=1" : "?nonsense=1");
    cJSON_Delete(ask(w->g, method, strbuf_text(&target), PLANNER, body, 400));
    if (strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(operation, "x-role")), "none") != 0)
        cJSON_Delete(ask(w->g, method, strbuf_text(&target), NULL, body, 401));
    w->asked++;
    strbuf_free(&target);
    free(body);
}

static void test_every_answer_is_as_described(void **state)
{
    struct walk w = {.g = *state};
    struct http_said said;
    struct site_steps steps;
    const cJSON *path, *operation;

    add_wall(w.g, THREE_LEVELS, 0);
    begin_http(w.g);
    wall(w.g, 0, 12);
    site_wait_level(&w.g->site, WALL, 3, 1);
    steps = site_steps(&w.g->site);
    snprintf(w.alert, sizeof w.alert, "%s", find_step(&steps, WALL, 1)->id);
    site_steps_free(&steps);
    said = http_ask(w.g->site.http_port, "GET", "/api/v1/openapi.json", NULL, NULL);
    assert_int_equal(said.status, 200);
    w.document = cJSON_Parse(said.body);
    assert_non_null(w.document);
    http_said_free(&said);
    cJSON_ArrayForEach(path, cJSON_GetObjectItem(w.document, "paths"))
    {
        if (strcmp(path->string, "/api/v1/events") == 0) /* does not end: test_http_events */
            continue;
        cJSON_ArrayForEach(operation, path)
        {
            check_operation(&w, path->string, operation);
        }
    }
    assert_true(w.asked > 30);
    cJSON_Delete(w.document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {H(test_every_answer_is_as_described)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
