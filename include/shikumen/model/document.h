/* A document for people: blocks in order, in one language. View says what is in it; how it looks is
 * said by core/document_html.h and the program shikumen-pdf. Texts are UTF-8 and copied. */
#ifndef SHIKUMEN_MODEL_DOCUMENT_H
#define SHIKUMEN_MODEL_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

enum doc_kind {
    DOC_HEADING,
    DOC_PARAGRAPH,
    DOC_KEYS, /* names with their values: a table of two columns without headings */
    DOC_TABLE,
    DOC_FIGURE,
    DOC_NOTE, /* what a reader must not miss: provisional, missing, open */
    DOC_KINDS
};
const char *doc_kind_name(enum doc_kind kind);
enum doc_kind doc_kind_by_name(const char *name); /* DOC_KINDS: none */

/* Colour behind a cell; its text always says the same in words. */
enum doc_tint {
    DOC_PLAIN,
    DOC_GREY,
    DOC_GREEN,
    DOC_BLUE,
    DOC_YELLOW,
    DOC_ORANGE,
    DOC_RED,
    DOC_TINTS
};
const char *doc_tint_name(enum doc_tint tint);
enum doc_tint doc_tint_by_name(const char *name); /* DOC_PLAIN: none */

struct doc_cell {
    const char *text;
    enum doc_tint tint;
};

struct doc_column {
    const char *heading;
    bool to_right; /* numbers */
};

#define DOC_COLUMNS_MAX 16

struct doc_block {
    enum doc_kind kind;
    int level;               /* of a heading: 1 to 3 */
    const char *text;        /* of heading, paragraph, note; caption of a table or figure */
    const char *svg;         /* of a figure: a whole SVG document */
    const char *alternative; /* of a figure: what it shows, in words */
    struct doc_column columns[DOC_COLUMNS_MAX];
    size_t column_count;
    struct doc_cell *cells; /* rows * column_count */
    size_t rows, row_room;
};

struct document {
    struct arena *arena;  /* borrowed */
    const char *language; /* BCP 47: "zh-CN", "en" */
    const char *title, *subtitle;
    const char *subject; /* for the properties of a file */
    const char *author;  /* the program; a report has no other author until a person signs it */
    const char *date;    /* RFC 3339: as of when; for the properties of a file */
    const char *running; /* above each page */
    const char *foot;    /* below each page: what vouches for the content */
    struct doc_block *blocks;
    size_t count, room;
    bool failed; /* memory was out somewhere; check once at the end */
};

void document_begin(struct document *d, struct arena *arena, const char *language);

void document_heading(struct document *d, int level, const char *text);
void document_paragraph(struct document *d, const char *text);
void document_note(struct document *d, const char *text);
/* Begins a list of names and values, which document_key fills. */
void document_keys(struct document *d);
void document_key(struct document *d, const char *name, const char *value);
/* A name whose value has a colour behind it. */
void document_key_tinted(struct document *d, const char *name, const char *value,
                         enum doc_tint tint);
/* Begins a table, which document_row fills; at most DOC_COLUMNS_MAX columns. */
void document_table(struct document *d, const char *caption, const struct doc_column *columns,
                    size_t count);
/* A row of the table begun last; one cell for each column. A text NULL is shown as "–". */
void document_row(struct document *d, const struct doc_cell *cells);
/* Rows of the table begun last. */
size_t document_rows(const struct document *d);
void document_figure(struct document *d, const char *svg, const char *caption,
                     const char *alternative);

#endif
