#include "boxes.h"

#include <stdlib.h>
#include <string.h>

#define NOTE_INDENT 9.0

void boxes_add(struct boxes *b, struct box box)
{
    if (b->count == b->room) {
        size_t room = b->room == 0 ? 256 : 2 * b->room;
        struct box *at = realloc(b->at, room * sizeof *at);
        if (!at) {
            b->failed = true;
            return;
        }
        b->at = at;
        b->room = room;
    }
    box.part = b->part_count - 1;
    b->at[b->count++] = box;
}

static double line_height(PangoLayout *layout, int line)
{
    PangoRectangle logical;

    pango_layout_line_get_extents(pango_layout_get_line_readonly(layout, line), NULL, &logical);
    return (double)logical.height / PANGO_SCALE;
}

/* keep: all lines with one another and with what follows; else only the first two. */
static void add_lines(struct boxes *b, const struct sheet *s, const char *text, double above,
                      bool keep)
{
    struct part *part = &b->parts[b->part_count - 1];
    int n;

    part->layout = sheet_layout(s, part->type, text, TEXT_WIDTH - 2 * part->indent);
    n = pango_layout_get_line_count(part->layout);
    for (int i = 0; i < n; i++)
        boxes_add(b, (struct box){.kind = BOX_LINE,
                                  .index = (size_t)i,
                                  .above = i == 0 ? above : 0,
                                  .height = line_height(part->layout, i) * 1.08,
                                  .keep = keep || (i == 0 && n > 1) || (n > 2 && i == n - 2)});
}

static struct part *add_part(struct boxes *b, const struct doc_block *block, enum type type)
{
    struct part *part = &b->parts[b->part_count++];

    *part = (struct part){.block = block, .type = type};
    return part;
}

static void add_heading(struct boxes *b, const struct sheet *s, const struct doc_block *block)
{
    static const enum type types[] = {TYPE_H1, TYPE_H2, TYPE_H3};
    static const double above[] = {20, 13, 9};
    int level = block->level < 1 ? 0 : block->level > 3 ? 2 : block->level - 1;

    add_part(b, block, types[level]);
    add_lines(b, s, block->text, above[level], true);
    if (b->count > 0)
        b->at[b->count - 1].height += level == 0 ? 5 : 2;
}

static void add_block(struct boxes *b, const struct sheet *s, const struct doc_block *block)
{
    switch (block->kind) {
    case DOC_HEADING:
        add_heading(b, s, block);
        return;
    case DOC_PARAGRAPH:
    case DOC_NOTE:
        add_part(b, block, TYPE_TEXT)->indent = block->kind == DOC_NOTE ? NOTE_INDENT : 0;
        add_lines(b, s, block->text, 5, false);
        return;
    case DOC_KEYS:
    case DOC_TABLE:
        table_boxes(b, s, add_part(b, block, TYPE_CELL));
        return;
    case DOC_FIGURE:
        figure_box(b, s, add_part(b, block, TYPE_SMALL));
        return;
    case DOC_KINDS:
        return;
    }
}

/* --- onto pages --- */

static double head_above(const struct boxes *b, const struct box *box)
{
    const struct part *part = &b->parts[box->part];

    return box->kind == BOX_ROW && box->index > 1 && part->block->kind == DOC_TABLE
               ? part->head_height
               : 0;
}

/* Height of what has to stay together from box i on. */
static double kept_height(const struct boxes *b, size_t i)
{
    double height = b->at[i].height;

    for (; i + 1 < b->count && b->at[i].keep && height < TEXT_HEIGHT; i++)
        height += b->at[i + 1].above + b->at[i + 1].height;
    return height;
}

static void place(struct boxes *b)
{
    double y = TOP;
    bool kept = false;

    b->pages = 1;
    for (size_t i = 0; i < b->count; i++) {
        struct box *box = &b->at[i];
        double needed = kept ? box->height : kept_height(b, i);
        if (needed > TEXT_HEIGHT)
            needed = box->height;
        if (y > TOP && y + box->above + needed > BOTTOM) {
            b->pages++;
            y = TOP + head_above(b, box);
        } else if (y > TOP)
            y += box->above;
        box->page = b->pages - 1;
        box->y = y;
        y += box->height;
        kept = box->keep && needed <= TEXT_HEIGHT;
    }
}

void boxes_make(struct boxes *b, const struct sheet *s, const struct document *d)
{
    *b = (struct boxes){.parts = calloc(d->count + 2, sizeof *b->parts)};
    if (!b->parts) {
        b->failed = true;
        return;
    }
    add_part(b, NULL, TYPE_TITLE);
    add_lines(b, s, d->title, 0, true);
    if (*d->subtitle) {
        add_part(b, NULL, TYPE_SUBTITLE);
        add_lines(b, s, d->subtitle, 3, true);
    }
    for (size_t i = 0; i < d->count; i++)
        add_block(b, s, &d->blocks[i]);
    place(b);
}

void boxes_free(struct boxes *b)
{
    for (size_t i = 0; i < b->part_count; i++)
        if (b->parts[i].layout)
            g_object_unref(b->parts[i].layout);
    free(b->parts);
    free(b->at);
}
