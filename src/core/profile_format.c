/* From a payload to a document, whatever its format. */
#include <stdlib.h>
#include <string.h>

#include "json_input.h"
#include "profile_part.h"
#include "sparkplug.h"

#define MAX_VALUES   100000
#define CSV_CELLS    20000
#define CSV_COLUMNS  256
#define CELL_BYTES   4096 /* the rest of a longer one is cut off */
#define SCALAR_BYTES 4096

static cJSON *json_document(struct profile_work *w, const char **why)
{
    struct json_input json;

    if (json_input_read(w->m->payload, w->m->payload_len, MAX_VALUES, w->arena, &json) != ERR_OK) {
        w->out_of_memory = true;
        return NULL;
    }
    *why = json.fault;
    return json.root;
}

static cJSON *new_text(struct profile_work *w, cJSON *object, const char *name, const char *text)
{
    cJSON *item = cJSON_AddStringToObject(object, name, text);

    w->out_of_memory = w->out_of_memory || !item;
    return item;
}

/* A payload that is one word or number. */
static cJSON *scalar_document(struct profile_work *w, const char **why)
{
    const char *payload = w->m->payload;
    size_t n = w->m->payload_len;
    cJSON *root;
    const char *text;

    while (n > 0 && (unsigned char)payload[n - 1] <= ' ' && payload[n - 1])
        n--;
    if (n == 0 || n > SCALAR_BYTES || memchr(payload, 0, n)) {
        *why = n == 0 ? "empty" : "longer than a word or number, or binary";
        return NULL;
    }
    text = arena_strndup(w->arena, payload, n);
    root = cJSON_CreateObject();
    if (!text || !root)
        w->out_of_memory = true;
    else
        new_text(w, root, "value", text);
    return root;
}

/* --- CSV (RFC 4180, separators and line ends as they come) --- */

struct csv {
    struct profile_work *w;
    const struct profile_csv *rule;
    const char *at, *end;
    const char *names[CSV_COLUMNS];
    size_t name_count, cells;
};

static bool at_line_end(const struct csv *c)
{
    return c->at == c->end || *c->at == '\n' || *c->at == '\r';
}

/* The next cell, its quotes taken off; c->at is left on what ends it. */
static char *next_cell(struct csv *c)
{
    size_t left = (size_t)(c->end - c->at), room = left < CELL_BYTES ? left : CELL_BYTES;
    char *text = arena_alloc(c->w->arena, room + 1), *to = text;
    bool quoted = c->at < c->end && *c->at == '"';

    if (!text) {
        c->w->out_of_memory = true;
        return NULL;
    }
    c->at += quoted;
    while (c->at < c->end) {
        if (quoted && *c->at == '"') {
            if (c->at + 1 < c->end && c->at[1] == '"') {
                c->at++;
            } else {
                c->at++;
                quoted = false;
                continue;
            }
        } else if (!quoted && (at_line_end(c) || *c->at == c->rule->separator)) {
            break;
        }
        if (to < text + room)
            *to++ = *c->at;
        c->at++;
    }
    *to = '\0';
    return text;
}

/* "1,5" as "1.5", where the profile says that numbers are written so. */
static void decimal_point(char *text)
{
    char *comma = strchr(text, ',');

    if (comma && strspn(text, "0123456789+-,eE ") == strlen(text) && !strchr(comma + 1, ','))
        *comma = '.';
}

static const char *column_name(struct csv *c, size_t index)
{
    const char *name;

    if (index < c->name_count)
        return c->names[index];
    name = arena_printf(c->w->arena, "%zu", index + 1);
    c->w->out_of_memory = c->w->out_of_memory || !name;
    return name ? name : "";
}

/* Reads a line into row, or, row NULL, as names of columns. */
static void read_line(struct csv *c, cJSON *row)
{
    for (size_t i = 0; i < CSV_COLUMNS && c->cells < CSV_CELLS && !c->w->out_of_memory; i++) {
        struct arena_mark mark = arena_mark(c->w->arena);
        char *cell = next_cell(c);
        c->cells++;
        if (!cell)
            return;
        if (!row) {
            c->names[c->name_count++] = arena_strdup(c->w->arena, cell);
            c->w->out_of_memory = c->w->out_of_memory || !c->names[i];
        } else {
            if (c->rule->decimal_comma)
                decimal_point(cell);
            new_text(c->w, row, column_name(c, i), cell);
            arena_rewind(c->w->arena, mark);
        }
        if (at_line_end(c))
            return;
        c->at++;
    }
    while (!at_line_end(c))
        c->at++;
}

static cJSON *csv_document(struct profile_work *w, const struct profile *p, const char **why)
{
    struct csv c = {.w = w, .rule = &p->csv, .at = w->m->payload};
    cJSON *root = cJSON_CreateArray();
    bool names = p->csv.header;

    c.end = c.at + w->m->payload_len;
    if (!root) {
        w->out_of_memory = true;
        return NULL;
    }
    if (w->m->payload_len == 0 || memchr(c.at, 0, w->m->payload_len)) {
        *why = w->m->payload_len ? "binary" : "empty";
        cJSON_Delete(root);
        return NULL;
    }
    while (c.at < c.end && c.cells < CSV_CELLS && !w->out_of_memory) {
        cJSON *row = NULL;
        if (at_line_end(&c)) {
            c.at++;
            continue;
        }
        if (!names) {
            row = cJSON_CreateObject();
            if (!row || !cJSON_AddItemToArray(root, row))
                w->out_of_memory = true;
        }
        if (!w->out_of_memory)
            read_line(&c, row);
        names = false;
    }
    return root;
}

cJSON *profile_document(struct profile_work *w, const struct profile *p, const char **why)
{
    switch (p->format) {
    case PROFILE_JSON:
        return json_document(w, why);
    case PROFILE_SCALAR:
        return scalar_document(w, why);
    case PROFILE_CSV:
        return csv_document(w, p, why);
    case PROFILE_SPARKPLUG:
        return sparkplug_document(w, why);
    case PROFILE_SENML:
    case PROFILE_SENML_CBOR:
    case PROFILE_FORMAT_COUNT:
        break;
    }
    *why = "no document";
    return NULL;
}
