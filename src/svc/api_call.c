#include <cjson/cJSON.h>
#include <string.h>

#include "api_parts.h"
#include "api_tables.h"

static const struct api_route static_route = {
    .method = "GET", .path = "/", .run = api_static, .flags = ROUTE_OPEN};

static bool refuse_method(struct api_call *c, const char *allow)
{
    const char *kept = arena_strdup(c->arena, allow);

    api_problem(c, 405, "此处不支持该方法；可用：%s", "this method is not for here; allowed: %s",
                allow);
    api_header(c, "Allow", kept ? kept : "GET");
    return false;
}

/* What no table has is a file of the pages. */
static bool find_route(struct api_call *c)
{
    char allow[64];

    c->id = "";
    c->route = api_route_find(c->method, c->path, c->arena, &c->id, allow);
    if (c->route)
        return true;
    if (allow[0])
        return refuse_method(c, allow);
    if (strcmp(c->method, "GET") != 0)
        return refuse_method(c, "GET, HEAD");
    c->route = &static_route;
    return true;
}

static bool has_store(struct api_call *c)
{
    if (!(c->route->flags & ROUTE_STORE) || (c->desk.readings && c->desk.state))
        return true;
    api_problem(c, 503, "数据库尚未建立，请稍候", "the databases are not there yet; wait a moment");
    api_header(c, "Retry-After", "2");
    return false;
}

static void run(struct api_call *c)
{
    const char *query;
    enum err e;

    if (!api_read_target(c, &query) || !find_route(c) || !api_gate(c) || !api_auth(c) ||
        !api_read_query(c, query) || !api_read_body(c) || !has_store(c))
        return;
    c->status = 200;
    c->type = "application/json";
    if (api_kept_give(c))
        return;
    e = c->route->run(c);
    if (e == ERR_OK)
        api_kept_keep(c);
    else
        api_fail(c, e);
}

void api_answer(struct api_call *c)
{
    c->method = c->request->method;
    if (strcmp(c->method, "HEAD") == 0)
        c->method = "GET";
    run(c);
    if (!c->streams)
        api_reply(c);
    cJSON_Delete(c->json);
    strbuf_free(&c->body);
}
