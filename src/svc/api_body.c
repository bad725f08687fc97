/* Bodies: one JSON object, of which every member is a text. */
#include <cjson/cJSON.h>
#include <string.h>
#include <strings.h>

#include "api_parts.h"

static bool is_json(const char *type)
{
    size_t n = type ? strcspn(type, "; \t") : 0;

    return n == 16 && strncasecmp(type, "application/json", n) == 0;
}

static bool parse(struct api_call *c)
{
    const char *end = NULL;

    c->json = cJSON_ParseWithLengthOpts(c->request->body, c->request->body_len, &end, false);
    if (cJSON_IsObject(c->json) && end &&
        strspn(end, " \t\r\n") == (size_t)(c->request->body + c->request->body_len - end))
        return true;
    api_problem(c, 400, "请求体须为一个 JSON 对象", "the body must be one JSON object");
    return false;
}

bool api_read_body(struct api_call *c)
{
    if (c->request->refused == 413) {
        api_problem(c, 413, "请求体超过 64 KiB", "the body has more than 64 KiB");
        return false;
    }
    if (strcmp(c->method, "GET") == 0)
        return true;
    if (c->request->body_len == 0 && strcmp(c->method, "DELETE") == 0)
        return true;
    if (is_json(http_header_of(c->request, "Content-Type")))
        return parse(c);
    api_problem(c, 415, "请求体须为 application/json", "the body must be application/json");
    return false;
}

const char *api_member(const struct api_call *c, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(c->json, name));
}
