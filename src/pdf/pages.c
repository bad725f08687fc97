#include "pages.h"

#include <cairo-pdf.h>
#include <stdio.h>
#include <string.h>

#define HEAD_Y 30.0
#define FOOT_Y 797.0

/* --- above and below --- */

static void put_rule(const struct sheet *s, double y)
{
    sheet_ink(s, 0xc9ced4);
    cairo_set_line_width(s->cr, 0.5);
    cairo_move_to(s->cr, MARGIN_X, y);
    cairo_line_to(s->cr, PAGE_WIDTH - MARGIN_X, y);
    cairo_stroke(s->cr);
}

static void put_small(const struct sheet *s, const char *text, double y, bool to_right)
{
    PangoLayout *layout = sheet_layout(s, TYPE_SMALL, text, to_right ? 0 : TEXT_WIDTH - 60);
    double width, height;

    if (!to_right) {
        pango_layout_set_height(layout, -2);
        pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    }
    sheet_size(layout, &width, &height);
    sheet_put(s, layout, to_right ? PAGE_WIDTH - MARGIN_X - width : MARGIN_X, y, true);
    g_object_unref(layout);
}

static void put_frame(const struct sheet *s, const struct document *d, int page, int pages)
{
    char number[32];

    snprintf(number, sizeof number, "%d / %d", page + 1, pages);
    put_small(s, d->running, HEAD_Y, false);
    put_small(s, number, HEAD_Y, true);
    put_rule(s, HEAD_Y + 14);
    put_rule(s, FOOT_Y - 5);
    put_small(s, d->foot, FOOT_Y, false);
}

/* --- boxes --- */

struct drawing {
    struct sheet *s;
    const struct boxes *b;
    int outline[4]; /* latest entry of each level, 0 the root */
    int heading;    /* number of the latest */
};

static void add_outline(struct drawing *w, const struct doc_block *block)
{
    char link[40];
    int level = block->level;

    snprintf(link, sizeof link, "dest='h%d'", w->heading);
    w->outline[level] =
        cairo_pdf_surface_add_outline(w->s->surface, w->outline[level - 1], block->text, link,
                                      level == 1 ? CAIRO_PDF_OUTLINE_FLAG_OPEN : 0);
    for (int i = level + 1; i < 4; i++)
        w->outline[i] = w->outline[level];
}

static const char *tag_of(const struct part *part)
{
    static const char *const headings[] = {"H2", "H3", "H4"};

    if (!part->block)
        return part->type == TYPE_TITLE ? "H1" : "P";
    return part->block->kind == DOC_HEADING ? headings[part->block->level - 1] : "P";
}

static void put_note_edge(const struct sheet *s, const struct box *box)
{
    sheet_ink(s, 0xfff7e8);
    cairo_rectangle(s->cr, MARGIN_X, box->y - 1, TEXT_WIDTH, box->height + 2);
    cairo_fill(s->cr);
    sheet_ink(s, 0xb26b00);
    cairo_rectangle(s->cr, MARGIN_X, box->y - 1, 2.5, box->height + 2);
    cairo_fill(s->cr);
}

static void put_line(const struct sheet *s, const struct part *part, const struct box *box)
{
    PangoLayoutLine *line = pango_layout_get_line_readonly(part->layout, (int)box->index);
    PangoRectangle logical;

    if (part->block && part->block->kind == DOC_NOTE)
        put_note_edge(s, box);
    pango_layout_line_get_extents(line, NULL, &logical);
    sheet_ink(s, part->type == TYPE_SUBTITLE ? 0x4d5660 : 0x16191d);
    cairo_move_to(s->cr, MARGIN_X + part->indent, box->y - (double)logical.y / PANGO_SCALE);
    pango_cairo_show_layout_line(s->cr, line);
}

static void put_heading_rule(const struct sheet *s, const struct part *part, const struct box *box)
{
    if (part->type != TYPE_H1 || (int)box->index + 1 < pango_layout_get_line_count(part->layout))
        return;
    sheet_ink(s, 0x8a2b2b);
    cairo_set_line_width(s->cr, 1);
    cairo_move_to(s->cr, MARGIN_X, box->y + box->height - 3);
    cairo_line_to(s->cr, PAGE_WIDTH - MARGIN_X, box->y + box->height - 3);
    cairo_stroke(s->cr);
}

static void draw_line(struct drawing *w, const struct part *part, const struct box *box)
{
    bool heading = part->block && part->block->kind == DOC_HEADING && box->index == 0;
    const char *tag = tag_of(part);
    char name[40];

    if (heading) {
        snprintf(name, sizeof name, "name='h%d'", ++w->heading);
        cairo_tag_begin(w->s->cr, CAIRO_TAG_DEST, name);
    }
    cairo_tag_begin(w->s->cr, tag, NULL);
    put_line(w->s, part, box);
    cairo_tag_end(w->s->cr, tag);
    if (heading) {
        cairo_tag_end(w->s->cr, CAIRO_TAG_DEST);
        add_outline(w, part->block);
    }
    put_heading_rule(w->s, part, box);
}

static void draw_row(const struct drawing *w, const struct part *part, const struct box *box,
                     bool first_of_page)
{
    cairo_tag_begin(w->s->cr, "Table", NULL);
    if (first_of_page && box->index > 0 && part->block->kind == DOC_TABLE)
        table_draw_row(w->s, part, 0, box->y - part->head_height, part->head_height);
    table_draw_row(w->s, part, box->index, box->y, box->height);
    cairo_tag_end(w->s->cr, "Table");
}

static void draw_box(struct drawing *w, size_t i)
{
    const struct box *box = &w->b->at[i];
    const struct part *part = &w->b->parts[box->part];
    bool first = i == 0 || w->b->at[i - 1].page != box->page;

    if (box->kind == BOX_LINE)
        draw_line(w, part, box);
    else if (box->kind == BOX_ROW)
        draw_row(w, part, box, first);
    else
        figure_draw(w->s, part, box->y);
}

void pages_draw(struct sheet *s, const struct document *d, const struct boxes *b)
{
    struct drawing w = {.s = s, .b = b};
    size_t i = 0;

    for (int page = 0; page < b->pages; page++) {
        put_frame(s, d, page, b->pages);
        for (; i < b->count && b->at[i].page == page; i++)
            draw_box(&w, i);
        cairo_show_page(s->cr);
    }
}
