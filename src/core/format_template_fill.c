/* A template filled in. */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "format_bodies.h"
#include "format_template_parts.h"
#include "format_text.h"
#include "shikumen/core/percent.h"
#include "shikumen/core/format.h"
#include "shikumen/core/xml_put.h"

#define TEXT_BYTES 20000

void json_place_pass(struct json_place *p, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p->escaped)
            p->escaped = false;
        else if (p->in_string && text[i] == '\\')
            p->escaped = true;
        else if (text[i] == '"')
            p->in_string = !p->in_string;
    }
}

void json_place_value(struct json_place *p)
{
    p->escaped = false;
}

/* One part of a pointer, "~1" being "/" and "~0" "~" (RFC 6901 section 4). */
static bool token_is(const char *token, size_t n, const char *name)
{
    size_t i = 0;

    for (; i < n && *name; i++, name++) {
        char c = token[i];
        if (c == '~' && i + 1 < n)
            c = token[++i] == '1' ? '/' : '~';
        if (c != *name)
            return false;
    }
    return i == n && !*name;
}

static const cJSON *child_of(const cJSON *parent, const char *token, size_t n)
{
    const cJSON *child;
    char *end;
    unsigned long index = strtoul(token, &end, 10);

    if (cJSON_IsArray(parent))
        return n > 0 && end == token + n ? cJSON_GetArrayItem(parent, (int)(index & 0xffff)) : NULL;
    cJSON_ArrayForEach(child, parent)
    {
        if (child->string && token_is(token, n, child->string))
            return child;
    }
    return NULL;
}

static const cJSON *find(const cJSON *root, const char *pointer)
{
    while (root && *pointer == '/') {
        size_t n = strcspn(++pointer, "/");
        root = child_of(root, pointer, n);
        pointer += n;
    }
    return root;
}

/* --- values --- */

static void put_tree(const cJSON *item, struct strbuf *out)
{
    char *text = cJSON_PrintUnformatted(item);

    strbuf_puts(out, text ? text : "");
    cJSON_free(text);
}

/* The value as text: of lists and objects their JSON, of nothing nothing. */
static void put_plain(const cJSON *item, struct strbuf *out)
{
    if (cJSON_IsString(item))
        strbuf_puts(out, item->valuestring);
    else if (cJSON_IsNumber(item))
        strbuf_number(out, item->valuedouble);
    else if (item && !cJSON_IsNull(item))
        put_tree(item, out);
}

/* The lines that are not members. */
static bool put_lines(const char *pointer, const struct format_message *m, struct strbuf *out)
{
    if (strcmp(pointer, "/title") == 0)
        format_title(m, out);
    else if (strcmp(pointer, "/text") == 0)
        format_text(m, TEXT_BYTES, out);
    else
        return false;
    return true;
}

static void cut(const struct template_part *part, struct strbuf *text)
{
    size_t n = text->len;

    if (part->cut_bytes > 0)
        n = text_fit(strbuf_text(text), part->cut_bytes);
    if (part->cut_chars > 0)
        n = text_fit_characters(strbuf_text(text), part->cut_chars);
    if (n < text->len) {
        text->len = n;
        text->data[n] = '\0';
    }
}

/* A JSON string, its quotes left out when it already stands between some. */
static void put_json(const struct strbuf *text, bool in_string, struct strbuf *out)
{
    struct strbuf quoted = {0};

    strbuf_json_string(&quoted, strbuf_text(text), text->len);
    if (quoted.len >= 2)
        strbuf_append(out, quoted.data + in_string, quoted.len - 2 * (size_t)in_string);
    strbuf_free(&quoted);
}

static void put_escaped(const struct format_template *t, const struct template_part *part,
                        const struct strbuf *text, struct strbuf *out)
{
    switch (t->escape) {
    case ESCAPE_JSON:
        put_json(text, part->in_string, out);
        break;
    case ESCAPE_XML:
        xml_text(out, strbuf_text(text));
        break;
    case ESCAPE_FORM:
        percent_put(out, strbuf_text(text), "");
        break;
    case ESCAPE_NOTHING:
        strbuf_append(out, strbuf_text(text), text->len);
        break;
    }
}

static void put_part(const struct format_template *t, const struct template_part *part,
                     const struct format_message *m, struct strbuf *out)
{
    const cJSON *item = find(m->items[0].step->root, part->pointer);
    struct strbuf text = {0};
    bool lines = put_lines(part->pointer, m, &text);

    if (!lines && t->escape == ESCAPE_JSON && !part->in_string && !cJSON_IsString(item)) {
        if (item)
            put_tree(item, out);
        else
            strbuf_puts(out, "null");
        return;
    }
    if (!lines)
        put_plain(item, &text);
    cut(part, &text);
    put_escaped(t, part, &text, out);
    strbuf_free(&text);
}

void format_template_render(const struct format_template *t, const struct format_message *m,
                            struct strbuf *out)
{
    for (const struct template_part *part = t->first; part; part = part->next)
        if (part->literal)
            strbuf_puts(out, part->literal);
        else
            put_part(t, part, m, out);
}

void put_template(const struct format_message *m, struct strbuf *out)
{
    format_template_render(m->template, m, out);
}

bool format_template_success(const struct format_template *t, const char *body, size_t len)
{
    cJSON *root = t->success_pointer ? cJSON_ParseWithLength(body, len) : NULL;
    struct strbuf text = {0};
    bool success;

    put_plain(find(root, t->success_pointer ? t->success_pointer : ""), &text);
    success = !t->success_pointer || strcmp(strbuf_text(&text), t->success_value) == 0;
    strbuf_free(&text);
    cJSON_Delete(root);
    return success;
}
