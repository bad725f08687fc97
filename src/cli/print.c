#include "print.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "display.h"
#include "shikumen/view/when.h"

#define GAP "  "

/* --- for people --- */

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
static const char *shown(const struct desk *desk, const struct cell *cell, size_t max_columns,
                         struct strbuf *b)
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
        strbuf_puts(b, when_local(desk->zone, cell->i, time));
    } else {
        strbuf_puts(b, "–");
    }
    return strbuf_text(b);
}

static size_t width_of(const struct table *t, size_t column, struct strbuf *b)
{
    const struct column *c = &t->columns[column];
    size_t widest = display_width(desk_word(t->desk, c->zh, c->en));

    for (size_t row = 0; row < t->rows; row++) {
        size_t width = display_width(shown(t->desk, table_cell(t, row, column), c->max_columns, b));
        widest = width > widest ? width : widest;
    }
    return widest;
}

/* One line: a text per column that people see; the last is not filled up when it is to the left. */
struct line {
    const struct ctl *ctl;
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
    tint_put(line->ctl, line->out, tint, strbuf_text(&padded));
    strbuf_free(&padded);
    line->begun = true;
}

static void put_row(struct line line, size_t row, struct strbuf *b)
{
    const struct table *t = line.t;

    for (size_t i = 0; i < t->column_count; i++) {
        const struct cell *cell = table_cell(t, row, i);
        if (t->columns[i].en)
            put_padded(&line, i, cell->tint, shown(t->desk, cell, t->columns[i].max_columns, b));
    }
    strbuf_putc(line.out, '\n');
}

static void put_headings(struct line line)
{
    const struct table *t = line.t;

    for (size_t i = 0; i < t->column_count; i++)
        if (t->columns[i].en)
            put_padded(&line, i, TINT_GREY, desk_word(t->desk, t->columns[i].zh, t->columns[i].en));
    strbuf_putc(line.out, '\n');
}

void table_text(struct ctl *c, const struct table *t, struct strbuf *out)
{
    size_t *widths = arena_array(&c->arena, t->column_count, sizeof *widths);
    struct line line = {.ctl = c, .t = t, .out = out, .widths = widths};
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

/* --- printing --- */

int print_text(const struct ctl *c, const struct strbuf *text)
{
    if (text->failed)
        return ctl_result(c, ERR_NOMEM);
    fwrite(strbuf_text(text), 1, text->len, stdout);
    return ctl_flush(c);
}

int table_print(struct ctl *c, const struct table *t, const char *none_zh, const char *none_en)
{
    struct strbuf out = {0};
    int code;

    if (option_given(&c->options, OPTION_JSON)) {
        table_json(t, &out);
        strbuf_putc(&out, '\n');
    } else if (option_given(&c->options, OPTION_CSV)) {
        table_csv(t, &out);
    } else if (t->rows > 0) {
        table_text(c, t, &out);
    } else {
        ctl_say(c, "%s", "%s", ctl_word(c, none_zh, none_en));
    }
    code = print_text(c, &out);
    strbuf_free(&out);
    return code;
}
