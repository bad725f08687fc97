#include "sheet.h"

#include <cairo-pdf.h>
#include <errno.h>
#include <unistd.h>

#include "shikumen/base/err.h"

static const struct {
    double size_pt;
    bool bold;
} types[TYPES] = {
    [TYPE_TITLE] = {21, true}, [TYPE_SUBTITLE] = {11.5, false}, [TYPE_H1] = {14, true},
    [TYPE_H2] = {11.5, true},  [TYPE_H3] = {10, true},          [TYPE_TEXT] = {9.5, false},
    [TYPE_CELL] = {8, false},  [TYPE_HEAD] = {8, true},         [TYPE_SMALL] = {7, false},
};

static const unsigned tints[DOC_TINTS] = {
    [DOC_PLAIN] = 0xffffff,  [DOC_GREY] = 0xe4e6e9,   [DOC_GREEN] = 0xdff0e1, [DOC_BLUE] = 0xdbe8fa,
    [DOC_YELLOW] = 0xfdf3c4, [DOC_ORANGE] = 0xfddfba, [DOC_RED] = 0xf9cfcb};

unsigned sheet_tint(enum doc_tint tint)
{
    return tints[tint < DOC_TINTS ? tint : DOC_PLAIN];
}

void sheet_ink(const struct sheet *s, unsigned rgb)
{
    cairo_set_source_rgb(s->cr, (rgb >> 16 & 0xff) / 255.0, (rgb >> 8 & 0xff) / 255.0,
                         (rgb & 0xff) / 255.0);
}

PangoLayout *sheet_layout(const struct sheet *s, enum type type, const char *text, double width)
{
    PangoLayout *layout = pango_layout_new(s->context);

    pango_layout_set_font_description(layout, s->fonts[type]);
    pango_layout_set_text(layout, text, -1);
    pango_layout_set_auto_dir(layout, FALSE);
    if (width > 0) {
        pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
        pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    }
    return layout;
}

void sheet_size(PangoLayout *layout, double *width, double *height)
{
    int w, h;

    pango_layout_get_size(layout, &w, &h);
    *width = (double)w / PANGO_SCALE;
    *height = (double)h / PANGO_SCALE;
}

void sheet_put(const struct sheet *s, PangoLayout *layout, double x, double y, bool dim)
{
    sheet_ink(s, dim ? 0x4d5660 : 0x16191d);
    cairo_move_to(s->cr, x, y);
    pango_cairo_show_layout(s->cr, layout);
}

static cairo_status_t write_bytes(void *context, const unsigned char *bytes, unsigned n)
{
    (void)context;
    while (n > 0) {
        ssize_t wrote = write(STDOUT_FILENO, bytes, n);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return CAIRO_STATUS_WRITE_ERROR;
        bytes += wrote;
        n -= (unsigned)wrote;
    }
    return CAIRO_STATUS_SUCCESS;
}

static void set_properties(struct sheet *s, const struct document *d)
{
    cairo_pdf_surface_set_metadata(s->surface, CAIRO_PDF_METADATA_TITLE, d->title);
    cairo_pdf_surface_set_metadata(s->surface, CAIRO_PDF_METADATA_AUTHOR, d->author);
    cairo_pdf_surface_set_metadata(s->surface, CAIRO_PDF_METADATA_SUBJECT, d->subject);
    cairo_pdf_surface_set_metadata(s->surface, CAIRO_PDF_METADATA_KEYWORDS, d->foot);
    cairo_pdf_surface_set_metadata(s->surface, CAIRO_PDF_METADATA_CREATOR,
                                   "shikumen-pdf " SHIKUMEN_VERSION);
    cairo_pdf_surface_set_metadata(s->surface, CAIRO_PDF_METADATA_CREATE_DATE, d->date);
}

/* No hinting: lengths that do not depend on a screen, and the same breaks everywhere. */
static void open_type(struct sheet *s, const char *language)
{
    cairo_font_options_t *options = cairo_font_options_create();

    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    s->context = pango_cairo_create_context(s->cr);
    pango_cairo_context_set_font_options(s->context, options);
    pango_cairo_context_set_resolution(s->context, 72);
    pango_context_set_language(s->context, pango_language_from_string(language));
    cairo_font_options_destroy(options);
    for (int i = 0; i < TYPES; i++) {
        s->fonts[i] = pango_font_description_from_string("Noto Sans CJK SC, Noto Sans, sans");
        pango_font_description_set_size(s->fonts[i], (int)(types[i].size_pt * PANGO_SCALE));
        if (types[i].bold)
            pango_font_description_set_weight(s->fonts[i], PANGO_WEIGHT_BOLD);
    }
}

bool sheet_open(struct sheet *s, const struct document *d)
{
    *s = (struct sheet){
        .surface = cairo_pdf_surface_create_for_stream(write_bytes, NULL, PAGE_WIDTH, PAGE_HEIGHT)};
    cairo_pdf_surface_restrict_to_version(s->surface, CAIRO_PDF_VERSION_1_5);
    s->cr = cairo_create(s->surface);
    if (cairo_status(s->cr) != CAIRO_STATUS_SUCCESS)
        return false;
    set_properties(s, d);
    open_type(s, d->language);
    return s->context != NULL;
}

bool sheet_close(struct sheet *s)
{
    bool fine = !s->failed && cairo_status(s->cr) == CAIRO_STATUS_SUCCESS;

    cairo_surface_finish(s->surface);
    fine = fine && cairo_surface_status(s->surface) == CAIRO_STATUS_SUCCESS;
    for (int i = 0; i < TYPES; i++)
        if (s->fonts[i])
            pango_font_description_free(s->fonts[i]);
    if (s->context)
        g_object_unref(s->context);
    cairo_destroy(s->cr);
    cairo_surface_destroy(s->surface);
    return fine;
}
