/* Paper, type and colours of shikumen-pdf. Lengths are points (1/72 inch). */
#ifndef SHIKUMEN_PDF_SHEET_H
#define SHIKUMEN_PDF_SHEET_H

#include <cairo.h>
#include <pango/pangocairo.h>
#include <stdbool.h>
#include <stddef.h>

#include "shikumen/model/document.h"

#define PAGE_WIDTH  595.28 /* ISO 216 A4 */
#define PAGE_HEIGHT 841.89
#define MARGIN_X    48.0
#define TOP         62.0  /* where the text begins */
#define BOTTOM      782.0 /* where it ends at the latest */
#define TEXT_WIDTH  (PAGE_WIDTH - 2 * MARGIN_X)
#define TEXT_HEIGHT (BOTTOM - TOP)

enum type {
    TYPE_TITLE,
    TYPE_SUBTITLE,
    TYPE_H1,
    TYPE_H2,
    TYPE_H3,
    TYPE_TEXT,
    TYPE_CELL,
    TYPE_HEAD,
    TYPE_SMALL,
    TYPES
};

struct sheet {
    cairo_surface_t *surface;
    cairo_t *cr;
    PangoContext *context;
    PangoFontDescription *fonts[TYPES];
    bool failed; /* memory was out, or the file cannot be written */
};

/* Text set in that type, at most width wide (0: one line as wide as it is); the caller unrefs it.
 */
PangoLayout *sheet_layout(const struct sheet *s, enum type type, const char *text, double width);

void sheet_size(PangoLayout *layout, double *width, double *height);

/* The text at (x, y), its upper left corner, in black or, when dim, in grey. */
void sheet_put(const struct sheet *s, PangoLayout *layout, double x, double y, bool dim);

void sheet_ink(const struct sheet *s, unsigned rgb);
/* The colour behind a cell, 0xRRGGBB. */
unsigned sheet_tint(enum doc_tint tint);

/* Opens a PDF of the document on standard output; false when it cannot. */
bool sheet_open(struct sheet *s, const struct document *d);
/* Ends the file; false when anything failed. */
bool sheet_close(struct sheet *s);

#endif
