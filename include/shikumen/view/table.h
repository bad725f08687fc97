/* Tables: filled once, then told to programs as JSON or CSV, or to people, who see headings, words
 * and colours. */
#ifndef SHIKUMEN_VIEW_TABLE_H
#define SHIKUMEN_VIEW_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/strbuf.h"
#include "shikumen/view/desk.h"

struct column {
    const char *key;     /* in JSON and CSV; NULL: for people only */
    const char *zh, *en; /* heading; NULL: not for people */
    bool to_right;
    size_t max_columns; /* longer texts are cut for people; 0: never */
};

enum cell_kind { CELL_NULL, CELL_TEXT, CELL_INT, CELL_REAL, CELL_BOOL, CELL_TIME, CELL_JSON };

enum tint { TINT_NONE, TINT_GREY, TINT_GREEN, TINT_BLUE, TINT_YELLOW, TINT_ORANGE, TINT_RED };

struct cell {
    enum cell_kind kind;
    int64_t i;         /* INT, BOOL, TIME (microseconds UTC) */
    double x;          /* REAL */
    const char *text;  /* TEXT; JSON as it stands */
    const char *shown; /* for people, as others may have written it; NULL: as the kind says */
    enum tint tint;
};

struct table {
    struct desk *desk;
    const struct column *columns;
    size_t column_count;
    struct cell *cells;
    size_t rows, capacity;
};

/* A table without rows; {0} is one without columns. columns outlive it. */
void table_begin(struct table *t, struct desk *d, const struct column *columns, size_t count);
/* The same with its own copy of the columns, whose headings may be changed; NULL when memory is out
 * (the table is begun all the same). */
struct column *table_begin_own(struct table *t, struct desk *d, const struct column *columns,
                               size_t count);
/* A new row, all null, one cell per column; NULL when memory is out. */
struct cell *table_row(struct table *t);
const struct cell *table_cell(const struct table *t, size_t row, size_t column);
void table_end(struct table *t);

/* Cells; texts are copied ("" when memory is out). Text "" is null. */
struct cell cell_text(struct table *t, const char *text);
struct cell cell_json(struct table *t, const char *json);
struct cell cell_int(int64_t i);
struct cell cell_real(double x); /* null when not finite */
struct cell cell_bool(bool b);
struct cell cell_time(int64_t t_us); /* null for INT64_MIN and INT64_MAX; people see local time */
/* The same cell shown to people in these words. */
struct cell cell_shown(struct table *t, struct cell cell, enum tint tint, const char *shown);

enum tint tint_of_level(int level);

/* Appends the table as a JSON array, and count of its rows from first on as one. */
void table_json(const struct table *t, struct strbuf *out);
void table_json_part(const struct table *t, size_t first, size_t count, struct strbuf *out);
/* Appends one row as an object. */
void table_json_row(const struct table *t, size_t row, struct strbuf *out);
/* Appends the cell of the column with this key; null when there is none. */
void table_json_cell(const struct table *t, size_t row, const char *key, struct strbuf *out);
/* Its text; "" when it has none. */
const char *table_text_of(const struct table *t, size_t row, const char *key);
/* Appends the table as CSV (RFC 4180, lines end in LF) with a line of keys. */
void table_csv(const struct table *t, struct strbuf *out);

/* Appends a text as a field of a CSV line (quoted as in RFC 4180 section 2). One that a spreadsheet
 * would run as a formula gets an apostrophe before it (OWASP, CSV Injection; ASVS 5.0, 1.2.10). */
void csv_field(struct strbuf *out, const char *text);

#endif
