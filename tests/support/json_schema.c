#include "json_schema.h"

#include <regex.h>
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

/* How many of the schemas it fits; why: of the first that it does not. */
static int fitting(const struct at *at, const cJSON *list, const cJSON *value, struct strbuf *why)
{
    const cJSON *one;
    int count = 0;

    cJSON_ArrayForEach(one, list)
    {
        struct strbuf more = {0};
        struct at inner = {at->document, at->path, why->len > 0 ? &more : why};
        count += fits(&inner, one, value);
        strbuf_free(&more);
    }
    return count;
}

static bool fits_some(const struct at *at, const cJSON *list, const cJSON *value)
{
    struct strbuf why = {0};
    int count = fitting(at, list, value, &why);
    bool all = strcmp(list->string, "allOf") == 0, one = strcmp(list->string, "oneOf") == 0;
    bool enough = all ? count == cJSON_GetArraySize(list) : one ? count == 1 : count > 0;

    if (!enough && count > 0 && one)
        fault(at, "fits several of oneOf", "");
    else if (!enough)
        fault(at, list->string, strbuf_text(&why));
    strbuf_free(&why);
    return enough;
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

/* Characters of UTF-8. */
static double length_of(const char *text)
{
    double n = 0;

    for (; *text; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

/* What a bound is of: a number, the length of a text, of a list, of an object. */
static bool measure(const char *keyword, const cJSON *value, double *out)
{
    if (strstr(keyword, "Length"))
        *out = cJSON_IsString(value) ? length_of(value->valuestring) : 0;
    else if (strstr(keyword, "Items") || strstr(keyword, "Properties"))
        *out = cJSON_GetArraySize(value);
    else
        *out = cJSON_IsNumber(value) ? value->valuedouble : 0;
    return strstr(keyword, "Length")       ? cJSON_IsString(value)
           : strstr(keyword, "Items")      ? cJSON_IsArray(value)
           : strstr(keyword, "Properties") ? cJSON_IsObject(value)
                                           : cJSON_IsNumber(value);
}

static bool fits_bounds(const struct at *at, const cJSON *keyword, const cJSON *value)
{
    const char *name = keyword->string;
    double bound = keyword->valuedouble, x;

    if (!measure(name, value, &x))
        return true;
    return (strcmp(name, "exclusiveMinimum") == 0 ? x > bound
            : strncmp(name, "min", 3) == 0        ? x >= bound
                                                  : x <= bound) ||
           fault(at, "is out of bounds: ", name);
}

static bool fits_pattern(const struct at *at, const cJSON *pattern, const cJSON *value)
{
    regex_t r;
    bool found;

    if (!cJSON_IsString(value))
        return true;
    if (regcomp(&r, pattern->valuestring, REG_EXTENDED | REG_NOSUB) != 0)
        return fault(at, "a pattern this checker cannot read: ", pattern->valuestring);
    found = regexec(&r, value->valuestring, 0, NULL, 0) == 0;
    regfree(&r);
    return found || fault(at, "does not fit the pattern ", pattern->valuestring);
}

static bool fits_names(const struct at *at, const cJSON *schema, const cJSON *value)
{
    const cJSON *item;

    if (!cJSON_IsObject(value))
        return true;
    cJSON_ArrayForEach(item, value)
    {
        cJSON *name = cJSON_CreateString(item->string);
        bool good = fits(at, schema, name);
        cJSON_Delete(name);
        if (!good)
            return false;
    }
    return true;
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

static bool is_among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static bool fits_keyword(const struct at *at, const cJSON *schema, const cJSON *keyword,
                         const cJSON *value)
{
    static const char *const silent[] = {"description", "default", "example", "title",
                                         "$schema",     "$id",     "$defs"};
    static const char *const bounds[] = {"minimum",   "maximum",      "exclusiveMinimum",
                                         "minLength", "maxLength",    "minItems",
                                         "maxItems",  "minProperties"};
    const char *name = keyword->string;

    if (strcmp(name, "$ref") == 0)
        return fits(at, json_schema_at(at->document, keyword->valuestring), value);
    if (strcmp(name, "type") == 0)
        return fits_type(at, keyword, value);
    if (strcmp(name, "enum") == 0)
        return fits_enum(at, keyword, value);
    if (strcmp(name, "anyOf") == 0 || strcmp(name, "oneOf") == 0 || strcmp(name, "allOf") == 0)
        return fits_some(at, keyword, value);
    if (strcmp(name, "required") == 0)
        return fits_required(at, keyword, value);
    if (strcmp(name, "properties") == 0 || strcmp(name, "additionalProperties") == 0)
        return fits_members(at, schema, value);
    if (strcmp(name, "items") == 0)
        return fits_items(at, keyword, value);
    if (is_among(name, bounds, sizeof bounds / sizeof *bounds))
        return fits_bounds(at, keyword, value);
    if (strcmp(name, "pattern") == 0)
        return fits_pattern(at, keyword, value);
    if (strcmp(name, "propertyNames") == 0)
        return fits_names(at, keyword, value);
    if (strcmp(name, "format") == 0)
        return fits_format(at, keyword, value);
    if (is_among(name, silent, sizeof silent / sizeof *silent))
        return true;
    return fault(at, "a keyword this checker does not know: ", name);
}

static bool fits(const struct at *at, const cJSON *schema, const cJSON *value)
{
    const cJSON *keyword;

    if (cJSON_IsTrue(schema))
        return true;
    if (cJSON_IsFalse(schema))
        return fault(at, "may not be here", "");
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
