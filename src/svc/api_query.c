/* Targets and their parameters: decoded, and held to what the route allows. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_parts.h"
#include "shikumen/core/act_text.h"
#include "shikumen/view/when.h"

/* --- decoding --- */

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* n characters of text without their percent-encoding (RFC 3986 section 2.1); NULL when that is
 * broken or what it stands for is not UTF-8 without control characters, or memory is out. */
static char *decode(const char *text, size_t n, bool plus, struct arena *arena)
{
    char *out = arena_strndup(arena, text, n);
    size_t len = 0;

    if (!out)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        int high, low;
        if (text[i] != '%') {
            out[len++] = plus && text[i] == '+' ? ' ' : text[i];
            continue;
        }
        if (i + 2 >= n)
            return NULL;
        high = hex(text[i + 1]);
        low = hex(text[i + 2]);
        if (high < 0 || low < 0)
            return NULL;
        out[len++] = (char)(high << 4 | low);
        i += 2;
    }
    out[len] = '\0';
    return strlen(out) == len && act_text_count(out) >= 0 ? out : NULL;
}

bool api_read_target(struct api_call *c, const char **query)
{
    const char *target = c->request->target;
    size_t n = strcspn(target, "?#");

    *query = target[n] == '?' ? target + n + 1 : "";
    c->path = *target == '/' ? decode(target, n, false, c->arena) : NULL;
    if (c->path)
        return true;
    c->path = "";
    api_problem(c, 400, "路径无法识别（百分号编码有误，或不是 UTF-8）",
                "the path cannot be read: its percent-encoding is broken, or it is not UTF-8");
    return false;
}

/* --- values --- */

static bool read_int(const char *text, int64_t *out)
{
    char *end;

    errno = 0;
    *out = strtoll(text, &end, 10);
    return errno == 0 && *text && *end == '\0' && strchr("-0123456789", *text) != NULL;
}

static bool read_word(const char *text, const char *const *words, int64_t *out)
{
    for (int64_t i = 0; words[i]; i++)
        if (strcmp(words[i], text) == 0) {
            *out = i;
            return true;
        }
    return false;
}

static bool fits(const struct api_param *p, int64_t now_us, struct api_value *v)
{
    switch (p->type) {
    case API_TEXT:
        v->number = (int64_t)strlen(v->text);
        return v->number >= p->least && v->number <= p->most;
    case API_INT:
        return read_int(v->text, &v->number) && v->number >= p->least && v->number <= p->most;
    case API_TIME:
        return when_parse(v->text, now_us, &v->number);
    case API_WORD:
        return read_word(v->text, p->words, &v->number);
    }
    return false;
}

static const char *allowed(const struct api_param *p, struct arena *arena)
{
    struct strbuf words = {0};
    const char *text = NULL;

    switch (p->type) {
    case API_TEXT:
        text =
            arena_printf(arena, "%lld..%lld 字节 bytes", (long long)p->least, (long long)p->most);
        break;
    case API_INT:
        text = arena_printf(arena, "%lld..%lld", (long long)p->least, (long long)p->most);
        break;
    case API_TIME:
        text = "2026-11-22T08:00:00Z, 2026-11-22, -24h, -7d, now";
        break;
    case API_WORD:
        for (size_t i = 0; p->words[i]; i++)
            strbuf_printf(&words, "%s%s", i ? ", " : "", p->words[i]);
        text = arena_strdup(arena, strbuf_text(&words));
        strbuf_free(&words);
        break;
    }
    return text ? text : "";
}

/* --- parameters --- */

static size_t param_index(const struct api_route *r, const char *name)
{
    size_t i = 0;

    while (i < API_PARAMS_MOST && r->params[i].name && strcmp(r->params[i].name, name) != 0)
        i++;
    return i;
}

static bool is_param(const struct api_route *r, size_t i)
{
    return i < API_PARAMS_MOST && r->params[i].name;
}

static bool refuse_name(struct api_call *c, const char *name)
{
    struct strbuf names = {0};
    const char *text;

    for (size_t i = 0; is_param(c->route, i); i++)
        strbuf_printf(&names, "%s%s", i ? ", " : "", c->route->params[i].name);
    text = arena_printf(c->arena, "%s", names.len ? strbuf_text(&names) : "无参数 no parameter");
    strbuf_free(&names);
    api_problem_parameter(c, name, text ? text : "");
    return false;
}

static bool take(struct api_call *c, const char *name, const char *text)
{
    size_t i = param_index(c->route, name);
    const struct api_param *p = &c->route->params[i];

    if (!is_param(c->route, i))
        return refuse_name(c, name);
    if (c->values[i].text) {
        api_problem_parameter(c, name, "一次 once");
        return false;
    }
    c->values[i].text = text;
    if (fits(p, c->desk.now_us, &c->values[i]))
        return true;
    api_problem_parameter(c, name, allowed(p, c->arena));
    return false;
}

static bool take_pair(struct api_call *c, const char *pair, size_t n)
{
    const char *equals = memchr(pair, '=', n);
    size_t name_len = equals ? (size_t)(equals - pair) : n;
    const char *name = decode(pair, name_len, true, c->arena);
    const char *text = equals ? decode(equals + 1, n - name_len - 1, true, c->arena) : "";

    if (name && text)
        return take(c, name, text);
    api_problem_parameter(
        c, name ? name : "?",
        "百分号编码的 UTF-8，无控制字符 percent-encoded UTF-8 without control characters");
    return false;
}

bool api_read_query(struct api_call *c, const char *query)
{
    size_t n = strcspn(query, "#");

    for (size_t at = 0; at < n;) {
        size_t len = strcspn(query + at, "&#");
        if (len > 0 && !take_pair(c, query + at, len))
            return false;
        at += len + 1;
    }
    return true;
}

static const struct api_value *value_of(const struct api_call *c, const char *name)
{
    return &c->values[param_index(c->route, name)];
}

const char *api_text(const struct api_call *c, const char *name)
{
    return value_of(c, name)->text;
}

int64_t api_number(const struct api_call *c, const char *name, int64_t absent)
{
    const struct api_value *v = value_of(c, name);

    return v->text ? v->number : absent;
}

bool api_given(const struct api_call *c, const char *name)
{
    return value_of(c, name)->text != NULL;
}
