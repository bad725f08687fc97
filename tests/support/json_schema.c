#include "json_schema.h"

#include <stdio.h>
#include <string.h>

#include "shikumen/base/utc.h"

struct at {
    const cJSON *document;
    const char *path;
    struct strbuf *why;
};

static bool fits(const struct at *at, const cJSON *schema, const cJSON *value);

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static bool fault(const struct at *at, const char *what, const char *detail)
{
    strbuf_printf(at->why, "%s: %s%s", at->path, what, detail);
    return false;
}

const cJSON *json_schema_at(const cJSON *document, const char *reference)
{
    const cJSON *item = document;
    char name[128];

    for (const char *p = reference[0] == '#' ? reference + 1 : NULL; p && *p == '/' && item;) {
        size_t n = 0;
        for (p++; *p && *p != '/' && n + 1 < sizeof name; p++) {
            bool escaped = *p == '~' && (p[1] == '0' || p[1] == '1');
            name[n++] = escaped ? (p[1] == '1' ? '/' : '~') : *p;
            p += escaped;
        }
        name[n] = '\0';
        item = member(item, name);
    }
    return item;
}

/* --- keywords --- */

static bool is_type(const cJSON *value, const char *type)
{
    if (strcmp(type, "null") == 0)
        return cJSON_IsNull(value);
    if (strcmp(type, "boolean") == 0)
        return cJSON_IsBool(value);
    if (strcmp(type, "number") == 0)
        return cJSON_IsNumber(value);
    if (strcmp(type, "integer") == 0)
        return cJSON_IsNumber(value) && value->valuedouble - (double)value->valueint == 0;
    if (strcmp(type, "string") == 0)
        return cJSON_IsString(value);
    return strcmp(type, "array") == 0 ? cJSON_IsArray(value)
                                      : strcmp(type, "object") == 0 && cJSON_IsObject(value);
}

static bool fits_type(const struct at *at, const cJSON *type, const cJSON *value)
{
    const cJSON *one;

    if (cJSON_IsString(type))
        return is_type(value, type->valuestring) || fault(at, "is no ", type->valuestring);
    cJSON_ArrayForEach(one, type) if (is_type(value, one->valuestring)) return true;
    return fault(at, "is of none of the types", "");
}

static bool fits_enum(const struct at *at, const cJSON *list, const cJSON *value)
{
    const cJSON *one;

    cJSON_ArrayForEach(one, list) if (cJSON_Compare(one, value, true)) return true;
    return fault(
        at, "is none of the values: ", cJSON_IsString(value) ? value->valuestring : "(no text)");
}

static bool fits_any(const struct at *at, const cJSON *list, const cJSON *value)
{
    struct strbuf why = {0};
    struct at inner = {at->document, at->path, &why};
    const cJSON *one;
    bool any = false;

    cJSON_ArrayForEach(one, list) any = any || fits(&inner, one, value);
    if (!any)
        fault(at, "fits none of anyOf: ", strbuf_text(&why));
    strbuf_free(&why);
    return any;
}

static bool fits_required(const struct at *at, const cJSON *list, const cJSON *value)
{
    const cJSON *one;

    if (!cJSON_IsObject(value))
        return true;
    cJSON_ArrayForEach(one, list) if (!member(value, one->valuestring)) return fault(
        at, "lacks ", one->valuestring);
    return true;
}

static bool fits_members(const struct at *at, const cJSON *schema, const cJSON *value)
{
    const cJSON *properties = member(schema, "properties");
    const cJSON *others = member(schema, "additionalProperties"), *item;

    if (!cJSON_IsObject(value))
        return true;
    cJSON_ArrayForEach(item, value)
    {
        const cJSON *own = member(properties, item->string);
        char path[512];
        struct at inner = {at->document, path, at->why};
        snprintf(path, sizeof path, "%s/%s", at->path, item->string);
        if (own ? !fits(&inner, own, item) : others && !fits(&inner, others, item))
            return false;
    }
    return true;
}

static bool fits_items(const struct at *at, const cJSON *schema, const cJSON *value)
{
    const cJSON *item;
    int i = 0;

    if (!cJSON_IsArray(value))
        return true;
    cJSON_ArrayForEach(item, value)
    {
        char path[512];
        struct at inner = {at->document, path, at->why};
        snprintf(path, sizeof path, "%s/%d", at->path, i++);
        if (!fits(&inner, schema, item))
            return false;
    }
    return true;
}

static bool fits_bounds(const struct at *at, const cJSON *keyword, const cJSON *value)
{
    bool least = strcmp(keyword->string, "minimum") == 0;

    if (!cJSON_IsNumber(value))
        return true;
    return (least ? value->valuedouble >= keyword->valuedouble
                  : value->valuedouble <= keyword->valuedouble) ||
           fault(at, "is out of bounds: ", keyword->string);
}

static bool fits_format(const struct at *at, const cJSON *format, const cJSON *value)
{
    int64_t t_us;

    if (!cJSON_IsString(value))
        return true;
    if (strcmp(format->valuestring, "date-time") != 0)
        return fault(at, "a format this checker does not know: ", format->valuestring);
    return (utc_parse(value->valuestring, &t_us) == ERR_OK && strchr(value->valuestring, 'T')) ||
           fault(at, "is no date-time: ", value->valuestring);
}

static bool fits_keyword(const struct at *at, const cJSON *schema, const cJSON *keyword,
                         const cJSON *value)
{
    static const char *const silent[] = {"description", "default",   "example",
                                         "maxLength",   "minLength", "title"};
    const char *name = keyword->string;

    if (strcmp(name, "$ref") == 0)
        return fits(at, json_schema_at(at->document, keyword->valuestring), value);
    if (strcmp(name, "type") == 0)
        return fits_type(at, keyword, value);
    if (strcmp(name, "enum") == 0)
        return fits_enum(at, keyword, value);
    if (strcmp(name, "anyOf") == 0)
        return fits_any(at, keyword, value);
    if (strcmp(name, "required") == 0)
        return fits_required(at, keyword, value);
    if (strcmp(name, "properties") == 0 || strcmp(name, "additionalProperties") == 0)
        return fits_members(at, schema, value);
    if (strcmp(name, "items") == 0)
        return fits_items(at, keyword, value);
    if (strcmp(name, "minimum") == 0 || strcmp(name, "maximum") == 0)
        return fits_bounds(at, keyword, value);
    if (strcmp(name, "format") == 0)
        return fits_format(at, keyword, value);
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++)
        if (strcmp(name, silent[i]) == 0)
            return true;
    return fault(at, "a keyword this checker does not know: ", name);
}

static bool fits(const struct at *at, const cJSON *schema, const cJSON *value)
{
    const cJSON *keyword;

    if (!cJSON_IsObject(schema))
        return fault(at, "has no schema", "");
    cJSON_ArrayForEach(keyword, schema) if (!fits_keyword(at, schema, keyword, value)) return false;
    return true;
}

bool json_schema_fits(const cJSON *document, const cJSON *schema, const cJSON *value,
                      struct strbuf *why)
{
    const struct at at = {document, "", why};

    return fits(&at, schema, value);
}
