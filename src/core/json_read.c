#include "shikumen/core/json_read.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "shikumen/base/strbuf.h"
#include "shikumen/base/utc.h"

#define PATH_MAX_BYTES  200
#define WORDS_MAX_BYTES 700
#define SECONDS_MAX     1e10 /* three centuries */
#define US_PER_SECOND   1e6

static void append_path(struct strbuf *path, const struct json_value *at)
{
    const struct json_value *chain[32];
    size_t n = 0;

    for (; at && at->up && n < sizeof chain / sizeof *chain; at = at->up)
        chain[n++] = at;
    while (n-- > 0) {
        if (chain[n]->key)
            strbuf_printf(path, path->len > 0 ? ".%s" : "%s", chain[n]->key);
        else
            strbuf_printf(path, "[%zu]", chain[n]->index);
    }
    if (path->len == 0)
        strbuf_puts(path, "document");
}

static const cJSON *find(const struct json_value *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object->item, key);
}

/* The line of at, of the null that stands there, or of what would hold it. */
static int line_of(const struct json_value *at)
{
    for (; at; at = at->up) {
        const cJSON *item = at->item;
        if (!item && at->up && at->key)
            item = find(at->up, at->key);
        if (item)
            return item->valueint;
    }
    return 1;
}

void json_fault(struct json_reader *r, const struct json_value *at, const char *format, ...)
{
    struct strbuf path = {0};
    char words[WORDS_MAX_BYTES];
    va_list args;

    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    append_path(&path, at);
    fault_add(r->faults, r->file, line_of(at), "%.*s: %s", PATH_MAX_BYTES, strbuf_text(&path),
              words);
    strbuf_free(&path);
}

static const char *type_name(const cJSON *item)
{
    switch (item->type & 0xff) {
    case cJSON_String:
        return "a text";
    case cJSON_Number:
        return "a number";
    case cJSON_Array:
        return "a list";
    case cJSON_Object:
        return "an object";
    case cJSON_NULL:
        return "null";
    default:
        return "true or false";
    }
}

struct json_value json_member(const struct json_value *object, const char *key)
{
    const cJSON *item = find(object, key);

    return (struct json_value){
        .item = cJSON_IsNull(item) ? NULL : item,
        .up = object,
        .key = key,
    };
}

bool json_member_is_null(const struct json_value *object, const char *key)
{
    return cJSON_IsNull(find(object, key));
}

static void append_names(struct strbuf *out, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        strbuf_printf(out, i > 0 ? ", %s" : "%s", names[i]);
}

static void unknown_key(struct json_reader *r, const struct json_value *member,
                        const char *const *keys, size_t count)
{
    const char *near = fault_suggest(member->key, keys, count);
    struct strbuf all = {0};

    if (near) {
        json_fault(r, member, "unknown key, did you mean \"%s\"?", near);
        return;
    }
    append_names(&all, keys, count);
    json_fault(r, member, "unknown key (%s)", strbuf_text(&all));
    strbuf_free(&all);
}

bool json_check_object(struct json_reader *r, const struct json_value *v, const char *const *keys,
                       size_t count)
{
    uint64_t seen = 0;

    if (!cJSON_IsObject(v->item)) {
        json_fault(r, v, "an object is needed, not %s", type_name(v->item));
        return false;
    }
    for (const cJSON *c = v->item->child; c; c = c->next) {
        struct json_value member = {.item = c, .up = v, .key = c->string};
        size_t i = 0;
        while (i < count && strcmp(keys[i], c->string) != 0)
            i++;
        if (i == count)
            unknown_key(r, &member, keys, count);
        else if (seen & (UINT64_C(1) << i))
            json_fault(r, &member, "given twice");
        else
            seen |= UINT64_C(1) << i;
    }
    return true;
}

const char *json_text(struct json_reader *r, const struct json_value *v)
{
    if (!cJSON_IsString(v->item)) {
        json_fault(r, v, "a text is needed, not %s", type_name(v->item));
        return NULL;
    }
    if (*v->item->valuestring == '\0') {
        json_fault(r, v, "the text is empty");
        return NULL;
    }
    return v->item->valuestring;
}

bool json_number(struct json_reader *r, const struct json_value *v, double *out)
{
    if (!cJSON_IsNumber(v->item)) {
        json_fault(r, v, "a number is needed, not %s", type_name(v->item));
        return false;
    }
    if (!isfinite(v->item->valuedouble)) {
        json_fault(r, v, "the number is too large");
        return false;
    }
    *out = v->item->valuedouble;
    return true;
}

/* True when the member is there; else a fault when it must be. */
static bool present(struct json_reader *r, const struct json_value *v, enum json_need need,
                    const char *what)
{
    if (!v->item && need == JSON_MUST)
        json_fault(r, v, "missing, %s is needed", what);
    return v->item != NULL;
}

const char *json_get_text(struct json_reader *r, const struct json_value *object, const char *key,
                          enum json_need need)
{
    struct json_value v = json_member(object, key);

    if (!present(r, &v, need, "a text"))
        return NULL;
    if (need == JSON_MAY && cJSON_IsString(v.item) && *v.item->valuestring == '\0')
        return NULL;
    return json_text(r, &v);
}

bool json_get_number(struct json_reader *r, const struct json_value *object, const char *key,
                     enum json_need need, double *out)
{
    struct json_value v = json_member(object, key);

    return present(r, &v, need, "a number") && json_number(r, &v, out);
}

bool json_get_within(struct json_reader *r, const struct json_value *object, const char *key,
                     enum json_need need, double min, double max, double *out)
{
    struct json_value v = json_member(object, key);
    double x;

    if (!present(r, &v, need, "a number") || !json_number(r, &v, &x))
        return false;
    if (x < min || x > max) {
        json_fault(r, &v, "%.10g is not within %.10g..%.10g", x, min, max);
        return false;
    }
    *out = x;
    return true;
}

bool json_get_whole(struct json_reader *r, const struct json_value *object, const char *key,
                    enum json_need need, int min, int max, int *out)
{
    struct json_value v = json_member(object, key);
    double x;

    if (!present(r, &v, need, "a whole number") || !json_number(r, &v, &x))
        return false;
    if (x < min || x > max || x != floor(x)) {
        json_fault(r, &v, "%.10g is not a whole number within %d..%d", x, min, max);
        return false;
    }
    *out = (int)x;
    return true;
}

bool json_get_seconds(struct json_reader *r, const struct json_value *object, const char *key,
                      enum json_need need, bool positive, int64_t *out_us)
{
    struct json_value v = json_member(object, key);
    double s;

    if (!present(r, &v, need, "a number of seconds") || !json_number(r, &v, &s))
        return false;
    if (s > SECONDS_MAX || (positive ? s < 1e-6 : s < 0)) {
        json_fault(r, &v, "%.10g is not a number of seconds %s, at most %.0f", s,
                   positive ? "above 0" : "from 0 up", SECONDS_MAX);
        return false;
    }
    *out_us = llround(s * US_PER_SECOND);
    return true;
}

bool json_get_time(struct json_reader *r, const struct json_value *object, const char *key,
                   enum json_need need, int64_t *out_us)
{
    struct json_value v = json_member(object, key);
    const char *text;

    if (!present(r, &v, need, "a time"))
        return false;
    text = json_text(r, &v);
    if (!text)
        return false;
    if (utc_parse(text, out_us) != ERR_OK) {
        json_fault(r, &v, "\"%s\" is not a time (RFC 3339, as 2026-03-01T00:00:00Z)", text);
        return false;
    }
    return true;
}

bool json_get_choice(struct json_reader *r, const struct json_value *object, const char *key,
                     enum json_need need, const char *what, const char *const *names, size_t count,
                     size_t *out)
{
    const char *text = json_get_text(r, object, key, need);
    struct json_value v = json_member(object, key);
    struct strbuf all = {0};
    size_t i = 0;

    if (!text)
        return false;
    while (i < count && strcmp(names[i], text) != 0)
        i++;
    *out = i;
    if (i < count)
        return true;
    append_names(&all, names, count);
    json_fault(r, &v, "\"%s\" is not %s (%s)", text, what, strbuf_text(&all));
    strbuf_free(&all);
    return false;
}

bool json_get_list(struct json_reader *r, const struct json_value *object, const char *key,
                   enum json_need need, struct json_value *out)
{
    *out = json_member(object, key);
    if (!present(r, out, need, "a list"))
        return need == JSON_MAY;
    if (cJSON_IsArray(out->item))
        return true;
    json_fault(r, out, "a list is needed, not %s", type_name(out->item));
    out->item = NULL;
    return false;
}

size_t json_count(const struct json_value *list)
{
    size_t n = 0;

    if (list->item)
        for (const cJSON *c = list->item->child; c; c = c->next)
            n++;
    return n;
}

const char *json_keep(struct json_reader *r, const char *text)
{
    char *copy = text && *text ? arena_strdup(r->arena, text) : NULL;

    if (text && *text && !copy)
        r->out_of_memory = true;
    return copy ? copy : "";
}

void *json_keep_array(struct json_reader *r, size_t count, size_t size)
{
    void *p = arena_array(r->arena, count, size);

    if (!p)
        r->out_of_memory = true;
    return p;
}
