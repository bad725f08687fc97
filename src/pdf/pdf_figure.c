/* Figures: SVG drawn by librsvg, which is given no address to fetch anything from. */
#include <librsvg/rsvg.h>
#include <math.h>
#include <string.h>

#include "boxes.h"

#define FIGURE_MOST (0.62 * TEXT_HEIGHT)
#define FIGURE_WIDE TEXT_WIDTH

static RsvgHandle *open_figure(const struct doc_block *block)
{
    return rsvg_handle_new_from_data((const guint8 *)block->svg, strlen(block->svg), NULL);
}

static bool size_of(RsvgHandle *handle, double *width, double *height)
{
    return handle && rsvg_handle_get_intrinsic_size_in_pixels(handle, width, height) &&
           *width > 0 && *height > 0 && isfinite(*width) && isfinite(*height);
}

static const char *figure_text(const struct doc_block *block)
{
    return *block->text ? block->text : block->alternative;
}

void figure_box(struct boxes *b, const struct sheet *s, struct part *part)
{
    RsvgHandle *handle = open_figure(part->block);
    double width, height, text_width, text_height;

    part->layout = sheet_layout(s, TYPE_SMALL, figure_text(part->block), TEXT_WIDTH);
    sheet_size(part->layout, &text_width, &text_height);
    if (size_of(handle, &width, &height))
        part->scale = fmin(FIGURE_WIDE / width, FIGURE_MOST / height);
    else
        height = 0;
    if (handle)
        g_object_unref(handle);
    boxes_add(b, (struct box){.kind = BOX_FIGURE,
                              .above = 8,
                              .height = height * part->scale + text_height + 8});
}

void figure_draw(const struct sheet *s, const struct part *part, double y)
{
    RsvgHandle *handle = open_figure(part->block);
    double width, height;

    cairo_tag_begin(s->cr, "Figure", NULL);
    if (size_of(handle, &width, &height)) {
        RsvgRectangle area = {MARGIN_X, y, width * part->scale, height * part->scale};
        rsvg_handle_render_document(handle, s->cr, &area, NULL);
        y += area.height;
    }
    cairo_tag_end(s->cr, "Figure");
    cairo_tag_begin(s->cr, "P", NULL);
    sheet_put(s, part->layout, MARGIN_X, y + 3, true);
    cairo_tag_end(s->cr, "P");
    if (handle)
        g_object_unref(handle);
}
