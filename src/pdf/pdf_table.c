/* Tables: widths of columns by what stands in them, rows as high as their highest cell. */
#include <math.h>

#include "boxes.h"

#define CELL_MOST    (0.75 * TEXT_HEIGHT)
#define KEYS_NAME    0.26 /* share of the width */
#define SMALL_TABLE  6    /* rows that stay together */
#define SAMPLED_ROWS 400  /* looked at for the widths */

static const char *cell_text(const struct doc_block *block, size_t index, size_t column)
{
    return index == 0 ? block->columns[column].heading
                      : block->cells[(index - 1) * block->column_count + column].text;
}

static bool is_head(const struct doc_block *block, size_t index, size_t column)
{
    return index == 0 || (block->kind == DOC_KEYS && column == 0);
}

static PangoLayout *cell_layout(const struct sheet *s, const struct part *part, size_t index,
                                size_t column)
{
    const struct doc_block *block = part->block;
    PangoLayout *layout =
        sheet_layout(s, is_head(block, index, column) ? TYPE_HEAD : TYPE_CELL,
                     cell_text(block, index, column), part->widths[column] - 2 * CELL_PAD_X);

    pango_layout_set_height(layout, (int)(CELL_MOST * PANGO_SCALE));
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    if (block->columns[column].to_right)
        pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT);
    return layout;
}

static double row_height(const struct sheet *s, const struct part *part, size_t index)
{
    double most = 0;

    for (size_t j = 0; j < part->block->column_count; j++) {
        PangoLayout *layout = cell_layout(s, part, index, j);
        double width, height;
        sheet_size(layout, &width, &height);
        most = fmax(most, height);
        g_object_unref(layout);
    }
    return most + 2 * CELL_PAD_Y;
}

/* --- widths --- */

struct wish {
    double least, natural; /* the longest word, and all on one line */
};

static void measure(const struct sheet *s, const struct doc_block *block, size_t index,
                    size_t column, struct wish *w)
{
    enum type type = is_head(block, index, column) ? TYPE_HEAD : TYPE_CELL;
    PangoLayout *layout = sheet_layout(s, type, cell_text(block, index, column), 0);
    double natural, least, height;

    sheet_size(layout, &natural, &height);
    pango_layout_set_width(layout, PANGO_SCALE);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD);
    sheet_size(layout, &least, &height);
    g_object_unref(layout);
    w->natural = fmax(w->natural, natural + 2 * CELL_PAD_X + 0.5);
    w->least = fmax(w->least, fmin(least, 0.16 * TEXT_WIDTH) + 2 * CELL_PAD_X + 0.5);
}

/* All get what their longest word needs; what is left goes by how much more each would like, and
 * what nobody needs evenly by width. */
static void share(const struct wish *w, size_t n, double *widths)
{
    double least = 0, more = 0, left, part;

    for (size_t i = 0; i < n; i++) {
        least += w[i].least;
        more += sqrt(fmax(0, w[i].natural - w[i].least));
    }
    left = TEXT_WIDTH - least;
    for (size_t i = 0; i < n; i++) {
        part = left <= 0   ? w[i].least * (TEXT_WIDTH / least - 1)
               : more <= 0 ? left * w[i].least / least
                           : left * sqrt(fmax(0, w[i].natural - w[i].least)) / more;
        widths[i] = w[i].least + part;
    }
}

/* Columns that got more than they need give it to those that lack. */
static void even_out(const struct wish *w, size_t n, double *widths)
{
    for (int round = 0; round < 8; round++) {
        double spare = 0, lack = 0;
        for (size_t i = 0; i < n; i++) {
            spare += fmax(0, widths[i] - w[i].natural);
            lack += fmax(0, w[i].natural - widths[i]);
        }
        if (spare <= 0 || lack <= 0)
            return;
        for (size_t i = 0; i < n; i++) {
            double over = widths[i] - w[i].natural;
            widths[i] += over > 0 ? -over : -over * fmin(1, spare / lack);
        }
    }
}

static void set_widths(const struct sheet *s, struct part *part)
{
    const struct doc_block *block = part->block;
    struct wish wishes[DOC_COLUMNS_MAX] = {{0, 0}};
    size_t rows = block->rows < SAMPLED_ROWS ? block->rows : SAMPLED_ROWS;
    double sum = 0;

    if (block->kind == DOC_KEYS) {
        part->widths[0] = KEYS_NAME * TEXT_WIDTH;
        part->widths[1] = (1 - KEYS_NAME) * TEXT_WIDTH;
        return;
    }
    for (size_t i = 0; i <= rows; i++)
        for (size_t j = 0; j < block->column_count; j++)
            measure(s, block, i, j, &wishes[j]);
    share(wishes, block->column_count, part->widths);
    even_out(wishes, block->column_count, part->widths);
    for (size_t j = 0; j < block->column_count; j++)
        sum += part->widths[j];
    for (size_t j = 0; j < block->column_count; j++)
        part->widths[j] *= TEXT_WIDTH / sum;
}

void table_boxes(struct boxes *b, const struct sheet *s, struct part *part)
{
    const struct doc_block *block = part->block;
    size_t first = block->kind == DOC_TABLE ? 0 : 1;
    bool small = block->rows <= SMALL_TABLE;
    double caption = 0;

    if (first > block->rows && block->kind == DOC_KEYS)
        return;
    set_widths(s, part);
    if (block->kind == DOC_TABLE) {
        part->head_height = row_height(s, part, 0);
        if (*block->text) {
            double width;
            part->layout = sheet_layout(s, TYPE_HEAD, block->text, TEXT_WIDTH);
            sheet_size(part->layout, &width, &caption);
            caption += 3;
        }
    }
    for (size_t i = first; i <= block->rows; i++)
        boxes_add(
            b, (struct box){.kind = BOX_ROW,
                            .index = i,
                            .above = i == first ? 8 : 0,
                            .height = i == 0 ? part->head_height + caption : row_height(s, part, i),
                            .keep = i < block->rows && (small || i < 2)});
    if (b->count > 0)
        b->at[b->count - 1].height += 4;
}

/* --- drawn --- */

static void draw_cell(const struct sheet *s, const struct part *part, size_t index, size_t column,
                      double x, double y, double height)
{
    const struct doc_block *block = part->block;
    PangoLayout *layout = cell_layout(s, part, index, column);
    enum doc_tint tint =
        index == 0 ? DOC_PLAIN : block->cells[(index - 1) * block->column_count + column].tint;

    sheet_ink(s, tint != DOC_PLAIN               ? sheet_tint(tint)
                 : is_head(block, index, column) ? 0xf3f5f7
                                                 : 0xffffff);
    cairo_rectangle(s->cr, x, y, part->widths[column], height);
    cairo_fill(s->cr);
    sheet_ink(s, 0xc9ced4);
    cairo_set_line_width(s->cr, 0.5);
    cairo_rectangle(s->cr, x, y, part->widths[column], height);
    cairo_stroke(s->cr);
    sheet_put(s, layout, x + CELL_PAD_X, y + CELL_PAD_Y, false);
    g_object_unref(layout);
}

void table_draw_row(const struct sheet *s, const struct part *part, size_t index, double y,
                    double height)
{
    bool last = index == part->block->rows;
    double x = MARGIN_X;

    if (index == 0 && height > part->head_height + 0.01 && part->layout) {
        sheet_put(s, part->layout, MARGIN_X, y, false);
        y += height - part->head_height - (last ? 4 : 0);
        height = part->head_height + (last ? 4 : 0);
    }
    if (last)
        height -= 4;
    cairo_tag_begin(s->cr, "TR", NULL);
    for (size_t j = 0; j < part->block->column_count; j++) {
        const char *tag = is_head(part->block, index, j) ? "TH" : "TD";
        cairo_tag_begin(s->cr, tag, NULL);
        draw_cell(s, part, index, j, x, y, height);
        cairo_tag_end(s->cr, tag);
        x += part->widths[j];
    }
    cairo_tag_end(s->cr, "TR");
}
