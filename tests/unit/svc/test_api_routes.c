/* The description of the API (src/web/openapi.json) against the tables of routes: each has what the
 * other has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "../../../src/svc/api_parts.h"
#include "process.h"

static cJSON *read_document(void)
{
    char *text = read_text(SOURCE_DIR "/src/web/openapi.json", NULL);
    cJSON *document = cJSON_Parse(text);

    assert_non_null(document);
    free(text);
    return document;
}

static const cJSON *operation_of(const cJSON *document, const struct api_route *r)
{
    const cJSON *path =
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItem(document, "paths"), r->path);
    char method[16];

    for (size_t i = 0; i <= strlen(r->method); i++)
        method[i] = (char)(r->method[i] | (r->method[i] ? 0x20 : 0));
    if (!cJSON_GetObjectItemCaseSensitive(path, method))
        fail_msg("%s %s is not in openapi.json", r->method, r->path);
    return cJSON_GetObjectItemCaseSensitive(path, method);
}

static void check_params(const struct api_route *r, const cJSON *operation)
{
    const cJSON *list = cJSON_GetObjectItem(operation, "parameters"), *p;
    int described = 0, taken = 0;

    while (taken < API_PARAMS_MOST && r->params[taken].name)
        taken++;
    cJSON_ArrayForEach(p, list)
    {
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(p, "name"));
        bool known = false;
        if (strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(p, "in")), "path") == 0) {
            assert_non_null(strstr(r->path, "{id}"));
            continue;
        }
        for (int i = 0; i < taken; i++)
            known = known || strcmp(r->params[i].name, name) == 0;
        if (!known)
            fail_msg("%s takes no parameter %s", r->path, name);
        described++;
    }
    if (described != taken)
        fail_msg("%s takes %d parameters, openapi.json says %d", r->path, taken, described);
}

static void test_every_route_is_described(void **state)
{
    cJSON *document = read_document();

    (void)state;
    for (const struct api_routes *t = api_route_tables; t->routes; t++)
        for (size_t i = 0; i < *t->count; i++) {
            const struct api_route *r = &t->routes[i];
            const cJSON *operation = operation_of(document, r);
            enum role role = r->flags & ROUTE_OPEN ? ROLE_NONE : r->role;
            const char *said = cJSON_GetStringValue(cJSON_GetObjectItem(operation, "x-role"));
            if (!said || strcmp(said, role_name(role)) != 0)
                fail_msg("%s %s is for role %s", r->method, r->path, role_name(role));
            check_params(r, operation);
        }
    cJSON_Delete(document);
}

static void test_everything_described_is_a_route(void **state)
{
    cJSON *document = read_document();
    const cJSON *path, *operation;
    struct arena arena = {0};

    (void)state;
    cJSON_ArrayForEach(path, cJSON_GetObjectItem(document, "paths"))
    {
        cJSON_ArrayForEach(operation, path)
        {
            char method[16], allow[64];
            const struct api_route *r;
            const char *id;
            for (size_t i = 0; i <= strlen(operation->string); i++)
                method[i] = (char)(operation->string[i] & (operation->string[i] ? ~0x20 : ~0));
            r = api_route_find(method, path->string, &arena, &id, allow);
            if (!r || strcmp(r->path, path->string) != 0)
                fail_msg("%s %s leads to %s", method, path->string, r ? r->path : "nothing");
        }
    }
    arena_free(&arena);
    cJSON_Delete(document);
}

static void expect_id(const char *method, const char *path, const char *pattern, const char *id)
{
    struct arena arena = {0};
    char allow[64];
    const char *got = "";
    const struct api_route *r = api_route_find(method, path, &arena, &got, allow);

    assert_non_null(r);
    assert_string_equal(r->path, pattern);
    assert_string_equal(got, id);
    arena_free(&arena);
}

static void test_ids_may_hold_slashes(void **state)
{
    struct arena arena = {0};
    char allow[64];
    const char *id;

    (void)state;
    expect_id("GET", "/api/v1/sensors/H001/n1/crack-1", "/api/v1/sensors/{id}", "H001/n1/crack-1");
    expect_id("POST", "/api/v1/alerts/a/b/ack", "/api/v1/alerts/{id}/ack", "a/b");
    expect_id("GET", "/api/v1/alerts", "/api/v1/alerts", "");
    assert_null(api_route_find("GET", "/api/v1/houses/", &arena, &id, allow));
    assert_string_equal(allow, "");
    assert_null(api_route_find("PUT", "/api/v1/houses/H1", &arena, &id, allow));
    assert_string_equal(allow, "GET, HEAD");
    assert_null(api_route_find("POST", "/api/v1/alerts//ack", &arena, &id, allow));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_route_is_described),
        cmocka_unit_test(test_everything_described_is_a_route),
        cmocka_unit_test(test_ids_may_hold_slashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
