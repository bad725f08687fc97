#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_input.h"
#include "profile_part.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/core/base64.h"

void profile_say(const struct profile_work *w, const struct profile *p, const char *format, ...)
{
    char words[512];
    va_list args;

    if (!w->c->say)
        return;
    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    w->c->say(w->c->say_context, p->id, words);
}

/* --- JSON Pointer (RFC 6901) --- */

/* True when the n bytes of a reference token, unescaped, are key. */
static bool token_is(const char *token, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++, key++) {
        char c = token[i];
        if (c == '~' && i + 1 < n) {
            i++;
            c = token[i] == '0' ? '~' : '/';
        }
        if (*key != c)
            return false;
    }
    return *key == '\0';
}

static const cJSON *child_of(const cJSON *item, const char *token, size_t n)
{
    if (json_is(item, cJSON_Object)) {
        for (const cJSON *c = item->child; c; c = c->next)
            if (token_is(token, n, c->string))
                return c;
        return NULL;
    }
    if (!json_is(item, cJSON_Array) || n == 0 || n > 6 || (n > 1 && *token == '0'))
        return NULL;
    int index = 0;
    for (size_t i = 0; i < n; i++) {
        if (token[i] < '0' || token[i] > '9')
            return NULL;
        index = index * 10 + (token[i] - '0');
    }
    return cJSON_GetArrayItem(item, index);
}

/* What the n bytes of one pointer lead to. */
static const cJSON *point(const struct profile_spot *spot, const char *pointer, size_t n)
{
    const char *p = pointer, *end = pointer + n;
    const cJSON *item = spot->at;

    if (n > 0 && *p == '^') {
        item = spot->root;
        p++;
    }
    while (item && p < end && *p == '/') {
        size_t token = 0;
        p++;
        while (p + token < end && p[token] != '/')
            token++;
        item = child_of(item, p, token);
        p += token;
    }
    return item;
}

/* The first that is there, null among them or not. */
static const cJSON *first_of(const struct profile_spot *spot, const char *pointer, bool null)
{
    for (;;) {
        const char *other = strstr(pointer, "||");
        const cJSON *item =
            point(spot, pointer, other ? (size_t)(other - pointer) : strlen(pointer));
        if (item && json_is(item, cJSON_NULL) == null)
            return item;
        if (!other)
            return NULL;
        pointer = other + 2;
    }
}

bool profile_is_null(const struct profile_spot *spot, const char *pointer)
{
    return first_of(spot, pointer, true) != NULL;
}

const cJSON *profile_point(const struct profile_spot *spot, const char *pointer)
{
    return first_of(spot, pointer, false);
}

const cJSON *profile_first(const struct profile_spot *spot, const struct profile_pointers *pointers,
                           size_t *index)
{
    for (size_t i = 0; i < pointers->count; i++) {
        const cJSON *item = profile_point(spot, pointers->at[i]);
        if (item) {
            if (index)
                *index = i;
            return item;
        }
    }
    return NULL;
}

const cJSON *profile_unwrap(const cJSON *item)
{
    const cJSON *value;

    if (!json_is(item, cJSON_Object))
        return item;
    value = cJSON_GetObjectItemCaseSensitive(item, "value");
    return value ? value : item;
}

const char *profile_text_of(struct profile_work *w, const cJSON *item)
{
    char number[32];
    const char *text;

    item = profile_unwrap(item);
    if (json_is(item, cJSON_String))
        return item->valuestring;
    if (json_is(item, cJSON_True) || json_is(item, cJSON_False))
        return json_is(item, cJSON_True) ? "true" : "false";
    if (!json_is(item, cJSON_Number))
        return NULL;
    snprintf(number, sizeof number, "%.15g", item->valuedouble);
    text = arena_strdup(w->arena, number);
    w->out_of_memory = w->out_of_memory || !text;
    return text;
}

/* --- conditions --- */

bool profile_glob(const char *glob, const char *text)
{
    const char *star = NULL, *again = NULL;

    while (*text) {
        if (*glob == '*') {
            star = ++glob;
            again = text;
        } else if (*glob == '?' ||
                   (*glob && tolower((unsigned char)*glob) == tolower((unsigned char)*text))) {
            glob++;
            text++;
        } else if (star) {
            glob = star;
            text = ++again;
        } else {
            return false;
        }
    }
    while (*glob == '*')
        glob++;
    return *glob == '\0';
}

/* A glob that begins with "!" holds for what does not match the rest, or is not there. */
static bool one_holds(struct profile_work *w, const struct profile_spot *spot,
                      const struct profile_condition *c, const char **text)
{
    const cJSON *item = profile_point(spot, c->pointer);

    *text = item ? profile_text_of(w, item) : NULL;
    for (size_t i = 0; i < c->glob_count; i++) {
        const char *glob = c->globs[i];
        if (*glob == '!' ? !item || !profile_glob(glob + 1, *text ? *text : "")
                         : item && profile_glob(glob, *text ? *text : ""))
            return true;
    }
    return false;
}

bool profile_holds(struct profile_work *w, const struct profile_spot *spot,
                   const struct profile_conditions *conditions, const char **why)
{
    for (size_t i = 0; i < conditions->count; i++) {
        const struct profile_condition *c = &conditions->at[i];
        const char *text;
        if (one_holds(w, spot, c, &text))
            continue;
        if (why && (w->c->say || w->explain))
            *why = arena_printf(w->arena, "match %s: %s%.80s%s, wanted \"%.80s\"", c->pointer,
                                text ? "\"" : "", text ? text : "nothing there", text ? "\"" : "",
                                c->glob_count > 0 ? c->globs[0] : "");
        return false;
    }
    return true;
}

/* --- topics --- */

/* "{name}" at the beginning of a level of a filter: its length, 0 when it is none. */
static size_t capture_name(const char *level, size_t n, bool *rest)
{
    if (n < 3 || level[0] != '{' || level[n - 1] != '}')
        return 0;
    *rest = n > 5 && memcmp(level + n - 4, "...", 3) == 0;
    return *rest ? n - 5 : n - 2;
}

static void keep_capture(struct profile_capture *captures, size_t *count, const char *name,
                         size_t name_len, const char *text, size_t text_len)
{
    if (*count < PROFILE_CAPTURES_MAX)
        captures[(*count)++] = (struct profile_capture){name, text, name_len, text_len};
}

/* Levels that a "{name...}" takes: all but those that the filter has behind it. */
static size_t rest_len(const char *filter_rest, const char *topic)
{
    size_t behind = 0, n = strlen(topic);

    for (const char *f = filter_rest; *f; f++)
        behind += *f == '/';
    for (; behind > 0 && n > 0; behind--) {
        while (n > 0 && topic[n - 1] != '/')
            n--;
        if (n > 0)
            n--;
    }
    return n;
}

bool profile_topic_fits(const char *filter, const char *topic, struct profile_capture *captures,
                        size_t *count)
{
    const char *f = filter, *t = topic;

    *count = 0;
    for (;; f++, t++) {
        size_t fn = strcspn(f, "/"), tn = strcspn(t, "/"), name;
        bool rest = false;
        if (fn == 1 && *f == '#')
            return true;
        name = capture_name(f, fn, &rest);
        if (rest)
            tn = rest_len(f + fn, t);
        if (name > 0 && tn == 0)
            return false;
        if (name > 0)
            keep_capture(captures, count, f + 1, name, t, tn);
        else if (!(fn == 1 && *f == '+') && (fn != tn || memcmp(f, t, fn) != 0))
            return false;
        f += fn;
        t += tn;
        if (*t == '\0')
            return *f == '\0' || strcmp(f, "/#") == 0;
        if (*f == '\0')
            return false;
    }
}

/* --- names --- */

static const char *hex_of(struct arena *arena, const uint8_t *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    char text[17];

    for (size_t i = 0; i < n && i < 8; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    return arena_strndup(arena, text, 2 * n);
}

const char *profile_device_id(struct arena *arena, const char *text)
{
    size_t n = strlen(text), digits = 0;
    char plain[17];
    uint8_t bytes[9];
    const char *p = strncmp(text, "eui-", 4) == 0 ? text + 4 : text;

    for (; *p && digits <= 16; p++) {
        if (*p == '-' || *p == ':')
            continue;
        if (!isxdigit((unsigned char)*p) || digits == 16) {
            digits = 17;
            break;
        }
        plain[digits++] = (char)tolower((unsigned char)*p);
    }
    if (digits == 16)
        return arena_strndup(arena, plain, 16);
    if (n == 12 && text[11] == '=' && base64_size(text, n) == 8) {
        base64_decode(text, n, bytes);
        return hex_of(arena, bytes, 8);
    }
    return arena_strdup(arena, text);
}

const char *profile_name(struct profile_work *w, const char *text, size_t n)
{
    char *copy = arena_strndup(w->arena, text, n < PROFILE_NAME_MAX ? n : PROFILE_NAME_MAX);

    w->out_of_memory = w->out_of_memory || !copy;
    for (char *c = copy; c && *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '_';
    return copy ? copy : "";
}
