#include "table.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "display.h"
#include "shikumen/base/utc.h"
#include "when.h"

#define GAP "  "

void table_begin(struct table *t, struct ctl *c, const struct column *columns, size_t count)
{
    *t = (struct table){.ctl = c, .columns = columns, .column_count = count};
}

struct cell *table_row(struct table *t)
{
    struct cell *row;

    if (t->rows == t->capacity) {
        size_t capacity = t->capacity * 2 + 64;
        struct cell *bigger = reallocarray(t->cells, capacity * t->column_count, sizeof *bigger);
        if (!bigger)
            return NULL;
        t->cells = bigger;
        t->capacity = capacity;
    }
    row = t->cells + t->rows++ * t->column_count;
    memset(row, 0, t->column_count * sizeof *row);
    return row;
}

void table_end(struct table *t)
{
    free(t->cells);
    *t = (struct table){0};
}

/* --- cells --- */

static const char *keep(struct table *t, const char *text)
{
    const char *copy = arena_strdup(&t->ctl->arena, text);

    return copy ? copy : "";
}

struct cell cell_text(struct table *t, const char *text)
{
    return *text ? (struct cell){.kind = CELL_TEXT, .text = keep(t, text)} : (struct cell){0};
}

struct cell cell_json(struct table *t, const char *json)
{
    return (struct cell){.kind = CELL_JSON, .text = keep(t, json)};
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
    cell.shown = keep(t, shown);
    cell.tint = tint;
    return cell;
}

/* --- for people --- */

enum tint tint_of_level(int level)
{
    static const enum tint tints[] = {TINT_NONE, TINT_BLUE, TINT_YELLOW, TINT_ORANGE, TINT_RED};

    return level >= LEVEL_NORMAL && level <= LEVEL_RED ? tints[level] : TINT_NONE;
}

void tint_put(const struct ctl *c, struct strbuf *out, enum tint tint, const char *text)
{
    static const char *const codes[] = {
        [TINT_NONE] = "",         [TINT_GREY] = "\x1b[90m",   [TINT_GREEN] = "\x1b[32m",
        [TINT_BLUE] = "\x1b[34m", [TINT_YELLOW] = "\x1b[33m", [TINT_ORANGE] = "\x1b[38;5;208m",
        [TINT_RED] = "\x1b[31m",
    };
    bool tinted = c->colour && tint != TINT_NONE;

    strbuf_puts(out, tinted ? codes[tint] : "");
    strbuf_puts(out, text);
    strbuf_puts(out, tinted ? "\x1b[0m" : "");
}

/* What people read in a cell; b is where it is made. */
static const char *shown(const struct cell *cell, size_t max_columns, struct strbuf *b)
{
    char time[WHEN_TEXT_SIZE];
    const char *text = cell->shown ? cell->shown : cell->text;

    strbuf_clear(b);
    if (text) {
        display_clean(b, text, strlen(text), max_columns);
    } else if (cell->kind == CELL_INT) {
        strbuf_printf(b, "%" PRId64, cell->i);
    } else if (cell->kind == CELL_BOOL) {
        strbuf_puts(b, cell->i ? "✓" : "–");
    } else if (cell->kind == CELL_REAL) {
        strbuf_number(b, cell->x);
    } else if (cell->kind == CELL_TIME) {
        strbuf_puts(b, when_local(cell->i, time));
    } else {
        strbuf_puts(b, "–");
    }
    return strbuf_text(b);
}

static size_t width_of(const struct table *t, size_t column, struct strbuf *b)
{
    const struct column *c = &t->columns[column];
    size_t widest = display_width(ctl_word(t->ctl, c->zh, c->en));

    for (size_t row = 0; row < t->rows; row++) {
        size_t width =
            display_width(shown(&t->cells[row * t->column_count + column], c->max_columns, b));
        widest = width > widest ? width : widest;
    }
    return widest;
}

/* One line: a text per column that people see; the last is not filled up when it is to the left. */
struct line {
    const struct table *t;
    struct strbuf *out;
    const size_t *widths;
    size_t last; /* column */
    bool begun;
};

static void put_padded(struct line *line, size_t column, enum tint tint, const char *text)
{
    struct strbuf padded = {0};
    bool to_right = line->t->columns[column].to_right;

    display_pad(&padded, text, column == line->last && !to_right ? 0 : line->widths[column],
                to_right);
    strbuf_puts(line->out, line->begun ? GAP : "");
    tint_put(line->t->ctl, line->out, tint, strbuf_text(&padded));
    strbuf_free(&padded);
    line->begun = true;
}

static void put_row(struct line line, size_t row, struct strbuf *b)
{
    const struct table *t = line.t;

    for (size_t i = 0; i < t->column_count; i++) {
        const struct cell *cell = &t->cells[row * t->column_count + i];
        if (t->columns[i].en)
            put_padded(&line, i, cell->tint, shown(cell, t->columns[i].max_columns, b));
    }
    strbuf_putc(line.out, '\n');
}

static void put_headings(struct line line)
{
    const struct table *t = line.t;

    for (size_t i = 0; i < t->column_count; i++)
        if (t->columns[i].en)
            put_padded(&line, i, TINT_GREY, ctl_word(t->ctl, t->columns[i].zh, t->columns[i].en));
    strbuf_putc(line.out, '\n');
}

void table_text(const struct table *t, struct strbuf *out)
{
    size_t *widths = arena_array(&t->ctl->arena, t->column_count, sizeof *widths);
    struct line line = {.t = t, .out = out, .widths = widths};
    struct strbuf b = {0};

    out->failed = out->failed || !widths;
    for (size_t i = 0; widths && i < t->column_count; i++) {
        if (!t->columns[i].en)
            continue;
        widths[i] = width_of(t, i, &b);
        line.last = i;
    }
    if (widths)
        put_headings(line);
    for (size_t row = 0; widths && row < t->rows; row++)
        put_row(line, row, &b);
    strbuf_free(&b);
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

static void put_json_row(const struct table *t, const struct cell *row, struct strbuf *out)
{
    bool first = true;

    strbuf_putc(out, '{');
    for (size_t i = 0; i < t->column_count; i++) {
        if (!t->columns[i].key)
            continue;
        strbuf_printf(out, "%s\"%s\":", first ? "" : ",", t->columns[i].key);
        put_json_cell(out, &row[i]);
        first = false;
    }
    strbuf_putc(out, '}');
}

void table_json(const struct table *t, struct strbuf *out)
{
    strbuf_putc(out, '[');
    for (size_t row = 0; row < t->rows; row++) {
        strbuf_puts(out, row ? ",\n " : "");
        put_json_row(t, t->cells + row * t->column_count, out);
    }
    strbuf_putc(out, ']');
}

void csv_field(struct strbuf *out, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        strbuf_puts(out, text);
        return;
    }
    strbuf_putc(out, '"');
    for (; *text; text++) {
        strbuf_puts(out, *text == '"' ? "\"" : "");
        strbuf_putc(out, *text);
    }
    strbuf_putc(out, '"');
}

static void put_csv_cell(struct strbuf *out, const struct cell *cell)
{
    char time[UTC_TEXT_SIZE];

    if (cell->kind == CELL_TEXT || cell->kind == CELL_JSON)
        csv_field(out, cell->text);
    else if (cell->kind == CELL_TIME)
        strbuf_puts(out, utc_format(cell->i, time));
    else if (cell->kind != CELL_NULL)
        put_json_cell(out, cell);
}

static void table_csv(const struct table *t, struct strbuf *out)
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
                put_csv_cell(out, &t->cells[(row - 1) * t->column_count + i]);
        }
        strbuf_putc(out, '\n');
    }
}

/* --- printing --- */

int print_text(const struct ctl *c, const struct strbuf *text)
{
    if (text->failed)
        return ctl_result(c, ERR_NOMEM);
    fwrite(strbuf_text(text), 1, text->len, stdout);
    return ctl_flush(c);
}

int table_print(const struct table *t, const char *none_zh, const char *none_en)
{
    struct strbuf out = {0};
    int code;

    if (option_given(&t->ctl->options, OPTION_JSON)) {
        table_json(t, &out);
        strbuf_putc(&out, '\n');
    } else if (option_given(&t->ctl->options, OPTION_CSV)) {
        table_csv(t, &out);
    } else if (t->rows > 0) {
        table_text(t, &out);
    } else {
        ctl_say(t->ctl, "%s", "%s", ctl_word(t->ctl, none_zh, none_en));
    }
    code = print_text(t->ctl, &out);
    strbuf_free(&out);
    return code;
}
