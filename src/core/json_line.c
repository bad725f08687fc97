#include <stdlib.h>
#include <string.h>

#include "json_check.h"
#include "shikumen/core/json_read.h"
#include "shikumen/core/registry_json.h"

/* A place in the text and its line. */
struct cursor {
    const char *p, *end;
    int line;
};

static void step(struct cursor *c)
{
    c->line += *c->p == '\n';
    c->p++;
}

/* To the next character that begins a key or a value. */
static void skip_between(struct cursor *c)
{
    while (c->p < c->end && strchr(" \t\r\n,:]}\xef\xbb\xbf", *c->p))
        step(c);
}

/* Behind the key or scalar that begins here, or into the container. The text has been checked. */
static void skip_token(struct cursor *c)
{
    char first = *c->p;

    step(c);
    if (first == '"') {
        while (c->p < c->end && *c->p != '"') {
            if (*c->p == '\\')
                step(c);
            step(c);
        }
        if (c->p < c->end)
            step(c);
    } else if (first != '{' && first != '[') {
        while (c->p < c->end && !strchr(" \t\r\n,:]}", *c->p))
            step(c);
    }
}

/* Writes the line of each item into its valueint. Items lie in the text in the order of a walk
 * that takes parents first; the depth was bounded by json_check. */
static void note_lines(cJSON *root, const char *text, size_t len)
{
    struct cursor c = {.p = text, .end = text + len, .line = 1};
    cJSON *open[JSON_CHECK_DEPTH_MAX + 1];
    size_t depth = 0;
    cJSON *item = root;

    while (item) {
        skip_between(&c);
        if (item->string) {
            skip_token(&c);
            skip_between(&c);
        }
        item->valueint = c.line;
        if (c.p < c.end)
            skip_token(&c);
        if (item->child) {
            open[depth++] = item;
            item = item->child;
            continue;
        }
        while (depth > 0 && !item->next)
            item = open[--depth];
        item = item == root ? NULL : item->next;
    }
}

static int line_at(const char *text, size_t at)
{
    int line = 1;

    for (size_t i = 0; i < at; i++)
        line += text[i] == '\n';
    return line;
}

enum err json_read_tree(struct json_reader *r, const char *text, size_t len, cJSON **root)
{
    struct json_flaw flaw = json_check(text, len);
    size_t bom;

    *root = NULL;
    if (flaw.words) {
        fault_add(r->faults, r->file, line_at(text, flaw.at), "document: not JSON: %s (byte %zu)",
                  flaw.words, flaw.at + 1);
        return ERR_CONFIG;
    }
    bom = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* cJSON wants more behind it */
    *root = cJSON_ParseWithLength(text + bom, len - bom);
    if (!*root)
        return ERR_NOMEM;
    note_lines(*root, text, len);
    return ERR_OK;
}

/* The member or item that the path's next step names; *path moves behind the step. NULL when there
 * is none. */
static const cJSON *descend(const cJSON *item, const char **path)
{
    const char *p = *path;
    const cJSON *child = item->child;
    size_t n;

    if (*p == '[') {
        unsigned long index = strtoul(p + 1, NULL, 10);
        *path = p + strcspn(p, "]");
        *path += **path == ']';
        while (child && index-- > 0)
            child = child->next;
        return cJSON_IsArray(item) ? child : NULL;
    }
    p += *p == '.';
    n = strcspn(p, ".[");
    *path = p + n;
    while (child &&
           !(child->string && strlen(child->string) == n && memcmp(child->string, p, n) == 0))
        child = child->next;
    return child;
}

int json_line_of(const char *text, size_t len, const char *path)
{
    const cJSON *item;
    cJSON *root;
    int line = 1;

    if (json_check(text, len).words)
        return 1;
    root = cJSON_ParseWithLength(text, len);
    if (!root)
        return 1;
    note_lines(root, text, len);
    for (item = root; item && *path; item = descend(item, &path))
        line = item->valueint;
    line = item ? item->valueint : line;
    cJSON_Delete(root);
    return line;
}
