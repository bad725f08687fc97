#include "shikumen/model/document.h"

#include <string.h>

#include "shikumen/base/array.h"

static const char *const kind_names[DOC_KINDS] = {
    [DOC_HEADING] = "heading", [DOC_PARAGRAPH] = "paragraph", [DOC_KEYS] = "keys",
    [DOC_TABLE] = "table",     [DOC_FIGURE] = "figure",       [DOC_NOTE] = "note"};

static const char *const tint_names[DOC_TINTS] = {
    [DOC_PLAIN] = "plain",   [DOC_GREY] = "grey",     [DOC_GREEN] = "green", [DOC_BLUE] = "blue",
    [DOC_YELLOW] = "yellow", [DOC_ORANGE] = "orange", [DOC_RED] = "red"};

const char *doc_kind_name(enum doc_kind kind)
{
    return kind < DOC_KINDS ? kind_names[kind] : "unknown";
}

enum doc_kind doc_kind_by_name(const char *name)
{
    for (int i = 0; i < DOC_KINDS; i++)
        if (strcmp(name, kind_names[i]) == 0)
            return (enum doc_kind)i;
    return DOC_KINDS;
}

const char *doc_tint_name(enum doc_tint tint)
{
    return tint < DOC_TINTS ? tint_names[tint] : tint_names[DOC_PLAIN];
}

enum doc_tint doc_tint_by_name(const char *name)
{
    for (int i = 0; i < DOC_TINTS; i++)
        if (strcmp(name, tint_names[i]) == 0)
            return (enum doc_tint)i;
    return DOC_PLAIN;
}

void document_begin(struct document *d, struct arena *arena, const char *language)
{
    *d = (struct document){.arena = arena,
                           .language = language,
                           .title = "",
                           .subtitle = "",
                           .subject = "",
                           .author = "",
                           .date = "",
                           .running = "",
                           .foot = ""};
}

static const char *keep(struct document *d, const char *text)
{
    const char *copy = arena_strdup(d->arena, text ? text : "–");

    d->failed = d->failed || !copy;
    return copy ? copy : "";
}

/* A new block; of one that memory was out for, the caller's scratch, which nobody reads. */
static struct doc_block *add(struct document *d, enum doc_kind kind, const char *text,
                             struct doc_block *scratch)
{
    struct doc_block *blocks =
        array_grow_in(d->arena, d->blocks, &d->room, d->count + 1, sizeof *blocks);
    if (!blocks) {
        d->failed = true;
        return scratch;
    }
    d->blocks = blocks;
    struct doc_block *b = &d->blocks[d->count++];
    *b = (struct doc_block){
        .kind = kind, .text = keep(d, text ? text : ""), .svg = "", .alternative = ""};
    return b;
}

void document_heading(struct document *d, int level, const char *text)
{
    struct doc_block scratch;

    add(d, DOC_HEADING, text, &scratch)->level = level < 1 ? 1 : level > 3 ? 3 : level;
}

void document_paragraph(struct document *d, const char *text)
{
    struct doc_block scratch;

    add(d, DOC_PARAGRAPH, text, &scratch);
}

void document_note(struct document *d, const char *text)
{
    struct doc_block scratch;

    add(d, DOC_NOTE, text, &scratch);
}

void document_keys(struct document *d)
{
    struct doc_block scratch;

    add(d, DOC_KEYS, "", &scratch)->column_count = 2;
}

void document_key(struct document *d, const char *name, const char *value)
{
    document_key_tinted(d, name, value, DOC_PLAIN);
}

void document_key_tinted(struct document *d, const char *name, const char *value,
                         enum doc_tint tint)
{
    document_row(d, (struct doc_cell[]){{name, DOC_PLAIN}, {value, tint}});
}

void document_table(struct document *d, const char *caption, const struct doc_column *columns,
                    size_t count)
{
    struct doc_block scratch = {0}, *b = add(d, DOC_TABLE, caption, &scratch);

    b->column_count = count > DOC_COLUMNS_MAX ? DOC_COLUMNS_MAX : count;
    for (size_t i = 0; i < b->column_count; i++)
        b->columns[i] = (struct doc_column){keep(d, columns[i].heading), columns[i].to_right};
}

static bool make_room(struct document *d, struct doc_block *b)
{
    struct doc_cell *cells = array_grow_in(d->arena, b->cells, &b->row_room, b->rows + 1,
                                           b->column_count * sizeof *cells);

    if (!cells) {
        d->failed = true;
        return false;
    }
    b->cells = cells;
    return true;
}

void document_row(struct document *d, const struct doc_cell *cells)
{
    struct doc_block *b = d->count > 0 ? &d->blocks[d->count - 1] : NULL;

    if (!b || b->column_count == 0 || !make_room(d, b))
        return;
    for (size_t i = 0; i < b->column_count; i++)
        b->cells[b->rows * b->column_count + i] =
            (struct doc_cell){keep(d, cells[i].text), cells[i].tint};
    b->rows++;
}

size_t document_rows(const struct document *d)
{
    return d->count > 0 ? d->blocks[d->count - 1].rows : 0;
}

void document_figure(struct document *d, const char *svg, const char *caption,
                     const char *alternative)
{
    struct doc_block scratch, *b = add(d, DOC_FIGURE, caption, &scratch);

    b->svg = keep(d, svg);
    b->alternative = keep(d, alternative);
}
