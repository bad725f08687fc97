/* A template file to its parts, checked. */
#include "shikumen/core/format_template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "format_template_parts.h"
#include "json_check.h"
#include "shikumen/core/format.h"

#define CUT_MAX 1000000L

/* The first names of what a pointer may lead to: the members of the native step, and the lines. */
static const char *const members[] = {
    "title",    "text",  "id",       "step",       "event",        "at",
    "district", "house", "element",  "house_name", "element_name", "sensors",
    "category", "kind",  "level",    "colour",     "summary",      "value",
    "unit",     "limit", "forecast", "evidence",   "advice",       "url",
};
#define MEMBERS (sizeof members / sizeof *members)

static const char allowed_types[] =
    "application/json, application/xml or any +json, +xml type, application/x-www-form-urlencoded, "
    "text/...";

/* Where reading is. */
struct reading {
    struct format_template *t;
    const char *file;
    const char *at, *end;
    int line;
    struct fault_list *faults;
    struct json_place place; /* of what comes next in a JSON body */
};

/* --- the head --- */

static bool has_end(const char *type, size_t n, const char *end)
{
    size_t m = strlen(end);

    return n >= m && strncasecmp(type + n - m, end, m) == 0;
}

static bool take_type(struct reading *r, const char *value)
{
    size_t n = strcspn(value, "; ");

    if (has_end(value, n, "/json") || has_end(value, n, "+json"))
        r->t->escape = ESCAPE_JSON;
    else if (has_end(value, n, "/xml") || has_end(value, n, "+xml"))
        r->t->escape = ESCAPE_XML;
    else if (has_end(value, n, "application/x-www-form-urlencoded"))
        r->t->escape = ESCAPE_FORM;
    else if (strncasecmp(value, "text/", 5) == 0)
        r->t->escape = ESCAPE_NOTHING;
    else
        return false;
    r->t->content_type = value;
    return true;
}

/* "/pointer = value" */
static bool take_success(struct reading *r, char *value)
{
    char *equals = strchr(value, '='), *p;

    if (!equals || *value != '/')
        return false;
    for (p = equals; p > value && p[-1] == ' '; p--)
        ;
    *p = '\0';
    r->t->success_pointer = value;
    r->t->success_value = equals + 1 + strspn(equals + 1, " ");
    return *r->t->success_value != '\0';
}

static void take_head_line(struct reading *r, char *line)
{
    char *value = strchr(line, ':');
    size_t n;

    if (*line == '#')
        return;
    if (value) {
        *value = '\0';
        value += 1 + strspn(value + 1, " \t");
        for (n = strlen(value); n > 0 && strchr(" \t\r", value[n - 1]); n--)
            value[n - 1] = '\0';
    }
    if (value && strcasecmp(line, "Content-Type") == 0) {
        if (!take_type(r, value))
            fault_add(r->faults, r->file, r->line, "Content-Type: \"%s\" is not known; allowed: %s",
                      value, allowed_types);
    } else if (value && strcasecmp(line, "Success") == 0) {
        if (!take_success(r, value))
            fault_add(r->faults, r->file, r->line,
                      "Success: must be a JSON Pointer into the answer and its value, such as "
                      "\"/errcode = 0\"");
    } else {
        fault_add(
            r->faults, r->file, r->line,
            "\"%.40s\" is not known before the first empty line; allowed: Content-Type: TYPE, "
            "Success: /POINTER = VALUE, # comments",
            line);
    }
}

static void take_head(struct reading *r)
{
    bool ended = false;

    while (!ended && r->at < r->end) {
        const char *line_end = memchr(r->at, '\n', (size_t)(r->end - r->at));
        size_t n = (size_t)((line_end ? line_end : r->end) - r->at);
        char *line = arena_strndup(&r->t->arena, r->at, n);
        r->at += n + (line_end ? 1 : 0);
        ended = n == 0 || (n == 1 && *line == '\r');
        if (line && !ended)
            take_head_line(r, line);
        else if (!line)
            r->t->failed = true;
        r->line++;
    }
    if (!r->t->content_type && r->faults->count == 0)
        fault_add(r->faults, r->file, 1, "Content-Type is missing; allowed: %s", allowed_types);
    if (r->at >= r->end)
        fault_add(r->faults, r->file, r->line, "there is no body after an empty line");
}

/* --- the body --- */

static struct template_part *add_part(struct reading *r)
{
    struct template_part *part = arena_alloc(&r->t->arena, sizeof *part);

    if (!part) {
        r->t->failed = true;
        return NULL;
    }
    *r->t->last = part;
    r->t->last = &part->next;
    return part;
}

static void add_literal(struct reading *r, size_t n)
{
    struct template_part *part = n > 0 ? add_part(r) : NULL;

    for (size_t i = 0; i < n; i++)
        r->line += r->at[i] == '\n';
    json_place_pass(&r->place, r->at, n);
    if (part)
        part->literal = arena_strndup(&r->t->arena, r->at, n);
    if (part && !part->literal)
        r->t->failed = true;
    r->at += n;
}

static bool is_member(const char *pointer)
{
    size_t n = strcspn(pointer, "/");

    for (size_t i = 0; i < MEMBERS; i++)
        if (strlen(members[i]) == n && memcmp(members[i], pointer, n) == 0)
            return true;
    return false;
}

static void fault_member(struct reading *r, const char *pointer)
{
    struct strbuf all = {0};

    for (size_t i = 0; i < MEMBERS; i++)
        strbuf_printf(&all, "%s/%s", i ? ", " : "", members[i]);
    fault_add(r->faults, r->file, r->line,
              "{{%.60s}}: there is no such thing in a step; allowed: %s", pointer,
              strbuf_text(&all));
    strbuf_free(&all);
}

/* "bytes:N" or "chars:N" */
static bool take_cut(struct template_part *part, const char *filter)
{
    char *end;
    long n;

    if (strncmp(filter, "bytes:", 6) != 0 && strncmp(filter, "chars:", 6) != 0)
        return false;
    n = strtol(filter + 6, &end, 10);
    if (end == filter + 6 || *end || n < 1 || n > CUT_MAX)
        return false;
    part->cut_bytes = *filter == 'b' ? (size_t)n : 0;
    part->cut_chars = *filter == 'c' ? (size_t)n : 0;
    return true;
}

static void add_pointer(struct reading *r, size_t n)
{
    struct template_part *part = add_part(r);
    char *text = arena_strndup(&r->t->arena, r->at, n), *bar;

    if (!part || !text) {
        r->t->failed = true;
        return;
    }
    part->in_string = r->place.in_string;
    json_place_value(&r->place);
    bar = strchr(text, '|');
    if (bar)
        *bar = '\0';
    part->pointer = text;
    if (*text != '/' || !is_member(text + 1))
        fault_member(r, text);
    if (bar && !take_cut(part, bar + 1))
        fault_add(r->faults, r->file, r->line,
                  "{{%.60s|%.40s}}: allowed after | are bytes:N and chars:N, N 1..%ld", text,
                  bar + 1, CUT_MAX);
}

static void take_body(struct reading *r)
{
    while (r->at < r->end) {
        size_t left = (size_t)(r->end - r->at);
        const char *open = memmem(r->at, left, "{{", 2), *close;
        add_literal(r, open ? (size_t)(open - r->at) : left);
        if (!open)
            return;
        r->at += 2;
        close = memmem(r->at, (size_t)(r->end - r->at), "}}", 2);
        if (!close || memchr(r->at, '\n', (size_t)(close - r->at))) {
            fault_add(r->faults, r->file, r->line, "{{ without }} in the same line");
            return;
        }
        add_pointer(r, (size_t)(close - r->at));
        r->at = close + 2;
    }
}

/* --- the check by a sample --- */

static const char sample[] =
    "{\"id\":\"6f1d0a52-8c1e-4b7a-9d3f-2a5c7e9b1d04\",\"step\":1,\"event\":\"raised\","
    "\"at\":\"2026-11-22T08:00:00Z\",\"district\":\"d\",\"house\":\"H1\",\"level\":2,"
    "\"summary\":{\"zh\":\"\\\"裂缝\\\"\",\"en\":\"\\\"crack\\\"\"},\"sensors\":[\"H1/n/c\"]}";

static void check_json(struct reading *r, const struct strbuf *body, int first_line)
{
    struct json_flaw flaw = json_check(body->data, body->len);
    int line = first_line;

    if (!flaw.words)
        return;
    for (size_t i = 0; i < flaw.at && i < body->len; i++)
        line += body->data[i] == '\n';
    fault_add(r->faults, r->file, line, "the body is no JSON when it is filled in: %s", flaw.words);
}

static enum err check_sample(struct reading *r, int first_line)
{
    struct step_view view;
    struct strbuf body = {0};
    enum err e = step_view_parse(sample, strlen(sample), &view);
    struct format_item item = {.step = &view};
    struct format_message m = {.items = &item, .count = 1, .languages = FORMAT_BOTH};

    if (e != ERR_OK)
        return e;
    format_template_render(r->t, &m, &body);
    if (body.failed)
        e = ERR_NOMEM;
    else if (r->t->escape == ESCAPE_JSON)
        check_json(r, &body, first_line);
    strbuf_free(&body);
    step_view_free(&view);
    return e;
}

/* --- all of it --- */

enum err format_template_parse(const char *file, const char *text, size_t len,
                               struct fault_list *faults, struct format_template **out)
{
    struct format_template *t = calloc(1, sizeof *t);
    struct reading r = {
        .t = t, .file = file, .at = text, .end = text + len, .line = 1, .faults = faults};
    size_t before = faults->count;
    enum err e = ERR_OK;
    int body_line;

    *out = NULL;
    if (!t)
        return ERR_NOMEM;
    t->last = &t->first;
    if (memchr(text, '\0', len))
        fault_add(faults, file, 0, "holds a zero byte; allowed: text in UTF-8");
    take_head(&r);
    body_line = r.line;
    take_body(&r);
    if (faults->count == before && !t->failed)
        e = check_sample(&r, body_line);
    if (e == ERR_OK && t->failed)
        e = ERR_NOMEM;
    if (e == ERR_OK && faults->count != before)
        e = ERR_CONFIG;
    if (e == ERR_OK)
        *out = t;
    else
        format_template_free(t);
    return e;
}

void format_template_free(struct format_template *t)
{
    if (!t)
        return;
    arena_free(&t->arena);
    free(t);
}

const char *format_template_content_type(const struct format_template *t)
{
    return t->content_type;
}
