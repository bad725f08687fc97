#include "shikumen/view/table.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/base/array.h"
#include "shikumen/base/utc.h"

void table_begin(struct table *t, struct desk *d, const struct column *columns, size_t count)
{
    *t = (struct table){.desk = d, .columns = columns, .column_count = count};
}

struct column *table_begin_own(struct table *t, struct desk *d, const struct column *columns,
                               size_t count)
{
    struct column *own = arena_array(d->arena, count, sizeof *own);

    if (own)
        memcpy(own, columns, count * sizeof *own);
    table_begin(t, d, own ? own : columns, count);
    return own;
}

struct cell *table_row(struct table *t)
{
    struct cell *cells =
        array_grow(t->cells, &t->capacity, t->rows + 1, t->column_count * sizeof *cells);
    struct cell *row;

    if (!cells)
        return NULL;
    t->cells = cells;
    row = t->cells + t->rows++ * t->column_count;
    memset(row, 0, t->column_count * sizeof *row);
    return row;
}

const struct cell *table_cell(const struct table *t, size_t row, size_t column)
{
    return &t->cells[row * t->column_count + column];
}

void table_end(struct table *t)
{
    free(t->cells);
    *t = (struct table){0};
}

/* --- cells --- */

struct cell cell_text(struct table *t, const char *text)
{
    return *text ? (struct cell){.kind = CELL_TEXT, .text = desk_keep(t->desk, text)}
                 : (struct cell){0};
}

struct cell cell_json(struct table *t, const char *json)
{
    return (struct cell){.kind = CELL_JSON, .text = desk_keep(t->desk, json)};
}

struct cell cell_int(int64_t i)
{
    return (struct cell){.kind = CELL_INT, .i = i};
}

struct cell cell_real(double x)
{
    return isfinite(x) ? (struct cell){.kind = CELL_REAL, .x = x} : (struct cell){0};
}

struct cell cell_bool(bool b)
{
    return (struct cell){.kind = CELL_BOOL, .i = b};
}

struct cell cell_time(int64_t t_us)
{
    struct cell cell = {.kind = CELL_TIME, .i = t_us};

    if (t_us == INT64_MIN || t_us == INT64_MAX)
        cell.kind = CELL_NULL;
    return cell;
}

struct cell cell_shown(struct table *t, struct cell cell, enum tint tint, const char *shown)
{
    cell.shown = desk_keep(t->desk, shown);
    cell.tint = tint;
    return cell;
}

enum tint tint_of_level(int level)
{
    static const enum tint tints[] = {TINT_NONE, TINT_BLUE, TINT_YELLOW, TINT_ORANGE, TINT_RED};

    return level >= LEVEL_NORMAL && level <= LEVEL_RED ? tints[level] : TINT_NONE;
}

/* --- for programs --- */

static void put_json_cell(struct strbuf *out, const struct cell *cell)
{
    char time[UTC_TEXT_SIZE];

    switch (cell->kind) {
    case CELL_TEXT:
        strbuf_json_string(out, cell->text, strlen(cell->text));
        break;
    case CELL_INT:
        strbuf_printf(out, "%" PRId64, cell->i);
        break;
    case CELL_REAL:
        strbuf_number(out, cell->x);
        break;
    case CELL_BOOL:
        strbuf_puts(out, cell->i ? "true" : "false");
        break;
    case CELL_TIME:
        strbuf_printf(out, "\"%s\"", utc_format(cell->i, time));
        break;
    case CELL_JSON:
        strbuf_puts(out, cell->text);
        break;
    default:
        strbuf_puts(out, "null");
    }
}

void table_json_row(const struct table *t, size_t row, struct strbuf *out)
{
    bool first = true;

    strbuf_putc(out, '{');
    for (size_t i = 0; i < t->column_count; i++) {
        if (!t->columns[i].key)
            continue;
        strbuf_printf(out, "%s\"%s\":", first ? "" : ",", t->columns[i].key);
        put_json_cell(out, table_cell(t, row, i));
        first = false;
    }
    strbuf_putc(out, '}');
}

static const struct cell *cell_called(const struct table *t, size_t row, const char *key)
{
    static const struct cell none;

    for (size_t i = 0; i < t->column_count; i++)
        if (t->columns[i].key && strcmp(t->columns[i].key, key) == 0)
            return table_cell(t, row, i);
    return &none;
}

void table_json_cell(const struct table *t, size_t row, const char *key, struct strbuf *out)
{
    put_json_cell(out, cell_called(t, row, key));
}

const char *table_text_of(const struct table *t, size_t row, const char *key)
{
    const char *text = cell_called(t, row, key)->text;

    return text ? text : "";
}

void table_json_part(const struct table *t, size_t first, size_t count, struct strbuf *out)
{
    strbuf_putc(out, '[');
    for (size_t i = 0; i < count && first < t->rows && i < t->rows - first; i++) {
        strbuf_puts(out, i ? ",\n " : "");
        table_json_row(t, first + i, out);
    }
    strbuf_putc(out, ']');
}

void table_json(const struct table *t, struct strbuf *out)
{
    table_json_part(t, 0, t->rows, out);
}

/* Whether a spreadsheet would take it for a formula; of CJK ones the wide signs do too. */
static bool is_formula(const char *text)
{
    static const char *const signs[] = {"=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"};

    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strncmp(text, signs[i], strlen(signs[i])) == 0)
            return true;
    return false;
}

static void put_field(struct strbuf *out, const char *text, const char *before)
{
    if (!strpbrk(text, ",\"\r\n")) {
        strbuf_printf(out, "%s%s", before, text);
        return;
    }
    strbuf_printf(out, "\"%s", before);
    for (; *text; text++) {
        strbuf_puts(out, *text == '"' ? "\"" : "");
        strbuf_putc(out, *text);
    }
    strbuf_putc(out, '"');
}

void csv_field(struct strbuf *out, const char *text)
{
    put_field(out, text, is_formula(text) ? "'" : "");
}

static void put_csv_cell(struct strbuf *out, const struct cell *cell)
{
    char time[UTC_TEXT_SIZE];

    if (cell->kind == CELL_TEXT)
        csv_field(out, cell->text);
    else if (cell->kind == CELL_JSON)
        put_field(out, cell->text, "");
    else if (cell->kind == CELL_TIME)
        strbuf_puts(out, utc_format(cell->i, time));
    else if (cell->kind != CELL_NULL)
        put_json_cell(out, cell);
}

void table_csv(const struct table *t, struct strbuf *out)
{
    for (size_t row = 0; row <= t->rows; row++) {
        bool first = true;
        for (size_t i = 0; i < t->column_count; i++) {
            if (!t->columns[i].key)
                continue;
            strbuf_puts(out, first ? "" : ",");
            first = false;
            if (row == 0)
                csv_field(out, t->columns[i].key);
            else
                put_csv_cell(out, table_cell(t, row - 1, i));
        }
        strbuf_putc(out, '\n');
    }
}
