#include <cjson/cJSON.h>
#include <string.h>

#include "json_input.h"
#include "shikumen/core/document_json.h"

#define VALUES_MAX 4000000

static const char *member(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsString(item) ? item->valuestring : "";
}

static int level_of(const cJSON *block)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(block, "level");

    return cJSON_IsNumber(item) && item->valuedouble >= 1 && item->valuedouble <= 3
               ? (int)item->valuedouble
               : 1;
}

static size_t read_columns(const cJSON *block, struct doc_column columns[DOC_COLUMNS_MAX])
{
    const cJSON *item;
    size_t n = 0;

    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(block, "columns"))
    {
        if (n < DOC_COLUMNS_MAX)
            columns[n++] = (struct doc_column){
                member(item, "heading"),
                cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(item, "to_right")) != 0};
    }
    return n;
}

/* Whole rows; what is left over of the last is not one. */
static void read_rows(const cJSON *block, size_t width, struct document *d)
{
    struct doc_cell row[DOC_COLUMNS_MAX];
    const cJSON *item;
    size_t n = 0;

    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(block, "cells"))
    {
        row[n++] = (struct doc_cell){member(item, "text"), doc_tint_by_name(member(item, "tint"))};
        if (n == width) {
            document_row(d, row);
            n = 0;
        }
    }
}

static enum err read_block(const cJSON *block, struct document *d)
{
    enum doc_kind kind = doc_kind_by_name(member(block, "kind"));
    struct doc_column columns[DOC_COLUMNS_MAX];
    size_t width = read_columns(block, columns);

    if (kind == DOC_HEADING)
        document_heading(d, level_of(block), member(block, "text"));
    else if (kind == DOC_PARAGRAPH)
        document_paragraph(d, member(block, "text"));
    else if (kind == DOC_NOTE)
        document_note(d, member(block, "text"));
    else if (kind == DOC_FIGURE)
        document_figure(d, member(block, "svg"), member(block, "text"),
                        member(block, "alternative"));
    else if (kind == DOC_KEYS)
        document_keys(d);
    else if (kind == DOC_TABLE && width > 0)
        document_table(d, member(block, "text"), columns, width);
    else
        return ERR_PARSE;
    if (kind == DOC_KEYS || kind == DOC_TABLE)
        read_rows(block, kind == DOC_KEYS ? 2 : width, d);
    return ERR_OK;
}

static const char *kept(struct document *d, const cJSON *root, const char *name)
{
    const char *text = arena_strdup(d->arena, member(root, name));

    d->failed = d->failed || !text;
    return text ? text : "";
}

static enum err read_document(const cJSON *root, struct arena *arena, struct document *d)
{
    const cJSON *block, *blocks = cJSON_GetObjectItemCaseSensitive(root, "blocks");
    enum err error = ERR_OK;

    document_begin(d, arena, "");
    if (!cJSON_IsArray(blocks))
        return ERR_PARSE;
    d->language = kept(d, root, "language");
    d->title = kept(d, root, "title");
    d->subtitle = kept(d, root, "subtitle");
    d->subject = kept(d, root, "subject");
    d->author = kept(d, root, "author");
    d->date = kept(d, root, "date");
    d->running = kept(d, root, "running");
    d->foot = kept(d, root, "foot");
    cJSON_ArrayForEach(block, blocks)
    {
        if (error == ERR_OK)
            error = read_block(block, d);
    }
    return error != ERR_OK ? error : d->failed ? ERR_NOMEM : ERR_OK;
}

enum err document_read(const char *json, size_t len, struct arena *arena, struct document *d)
{
    struct json_input input;
    enum err error = json_input_read(json, len, VALUES_MAX, arena, &input);

    if (error != ERR_OK)
        return error;
    error = input.fault ? ERR_PARSE : read_document(input.root, arena, d);
    cJSON_Delete(input.root);
    return error;
}
