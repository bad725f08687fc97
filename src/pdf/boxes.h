/* A document taken apart into boxes that no page break cuts, measured; then put on pages. */
#ifndef SHIKUMEN_PDF_BOXES_H
#define SHIKUMEN_PDF_BOXES_H

#include "sheet.h"

enum box_kind { BOX_LINE, BOX_ROW, BOX_FIGURE };

/* index: of a line in its layout, or of a row: 0 the headings, 1.. the rows. */
struct box {
    enum box_kind kind;
    size_t part, index;
    double above, height; /* space above it unless it is the first of a page */
    bool keep;            /* on one page with the next */
    int page;             /* 0.. */
    double y;             /* of its upper edge */
};

/* What the boxes of a block share. */
struct part {
    const struct doc_block *block; /* NULL: the title or subtitle of the document */
    enum type type;
    PangoLayout *layout; /* of lines */
    double indent;       /* of lines */
    double widths[DOC_COLUMNS_MAX];
    double head_height; /* of a table: its headings, repeated on each page */
    double scale;       /* of a figure */
};

struct boxes {
    struct box *at;
    size_t count, room;
    struct part *parts;
    size_t part_count;
    int pages;
    bool failed;
};

void boxes_make(struct boxes *b, const struct sheet *s, const struct document *d);
void boxes_free(struct boxes *b);

/* A further box; its part is the last one. Nothing when memory is out. */
void boxes_add(struct boxes *b, struct box box);

/* --- tables (pdf_table.c) --- */

#define CELL_PAD_X 3.5
#define CELL_PAD_Y 2.2

/* Widths of the columns, and a box for the headings and for each row. */
void table_boxes(struct boxes *b, const struct sheet *s, struct part *part);
void table_draw_row(const struct sheet *s, const struct part *part, size_t index, double y,
                    double height);

/* --- figures (pdf_figure.c) --- */

void figure_box(struct boxes *b, const struct sheet *s, struct part *part);
void figure_draw(const struct sheet *s, const struct part *part, double y);

#endif
