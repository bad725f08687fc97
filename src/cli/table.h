/* Tables: filled once, printed for people (aligned, with headings), as JSON or as CSV. */
#ifndef SHIKUMEN_CLI_TABLE_H
#define SHIKUMEN_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ctl.h"
#include "shikumen/base/strbuf.h"

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
    const char *shown; /* for people; NULL: as the kind says */
    enum tint tint;
};

struct table {
    struct ctl *ctl;
    const struct column *columns;
    size_t column_count;
    struct cell *cells;
    size_t rows, capacity;
};

void table_begin(struct table *t, struct ctl *c, const struct column *columns, size_t count);
/* A new row, all null, one cell per column; NULL when memory is out. */
struct cell *table_row(struct table *t);
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

/* Prints the table on stdout as the options say. none is what people read when it has no rows. */
int table_print(const struct table *t, const char *none_zh, const char *none_en);

/* Appends the table as a JSON array. */
void table_json(const struct table *t, struct strbuf *out);
/* Appends the table for people. */
void table_text(const struct table *t, struct strbuf *out);

enum tint tint_of_level(int level);
/* Appends text in that colour when stdout wants colours. */
void tint_put(const struct ctl *c, struct strbuf *out, enum tint tint, const char *text);

/* Appends a field of a CSV line (quoted as in RFC 4180 section 2). */
void csv_field(struct strbuf *out, const char *text);

/* Writes a document on stdout. */
int print_text(const struct ctl *c, const struct strbuf *text);

#endif
