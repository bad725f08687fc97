#include "shikumen/core/file_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "file_table_clock.h"
#include "file_table_value.h"

/* Columns by index from 0; SIZE_MAX: none. */
struct file_table {
    const struct file_profile *p;
    int lines; /* of the heading, as far as it was taken; comments do not count */
    bool begun;
    size_t time, time_of_day, series_of, value, last;
    size_t width;    /* columns of the heading; 0: there is none */
    size_t *columns; /* of each series; unless series_of */
    struct cell *cells;
    size_t cell_count;
    struct table_reading *readings;
    struct file_clock *clocks; /* of the table; of each series when a row has one value */
    struct table_doubts doubts;
};

enum err file_table_open(const struct file_profile *profile, struct file_table **out)
{
    struct file_table *t = calloc(1, sizeof *t);

    *out = NULL;
    if (!t)
        return ERR_NOMEM;
    t->p = profile;
    t->columns = calloc(profile->series_count + 1, sizeof *t->columns);
    t->cells = calloc(FILE_COLUMNS_MAX, sizeof *t->cells);
    t->readings = calloc(profile->series_count + 1, sizeof *t->readings);
    t->clocks = calloc(profile->series_count + 1, sizeof *t->clocks);
    if (!t->columns || !t->cells || !t->readings || !t->clocks) {
        file_table_close(t);
        return ERR_NOMEM;
    }
    for (size_t i = 0; i <= profile->series_count; i++)
        t->clocks[i] = FILE_CLOCK_NEW;
    *out = t;
    return ERR_OK;
}

void file_table_close(struct file_table *t)
{
    if (!t)
        return;
    free(t->columns);
    free(t->cells);
    free(t->readings);
    free(t->clocks);
    free(t);
}

bool file_table_begun(const struct file_table *t)
{
    return t->begun;
}

struct table_doubts file_table_doubts(const struct file_table *t)
{
    return t->doubts;
}

/* --- cells --- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct cell trim(const char *text, size_t n)
{
    while (n > 0 && is_blank(text[n - 1]))
        n--;
    while (n > 0 && is_blank(*text)) {
        text++;
        n--;
    }
    return (struct cell){text, n};
}

static bool ends_cell(char c, char separator)
{
    return separator == FILE_BLANKS ? is_blank(c) : c == separator;
}

/* A cell in quotes (RFC 4180 section 2), the first of which is at *at; doubled ones stay one in a
 * copy. False: it does not end, or something follows its end. */
static bool quoted(const char *line, size_t n, size_t *at, char separator, struct arena *arena,
                   struct cell *out)
{
    char *copy = arena_alloc(arena, n - *at);
    size_t i = *at + 1, len = 0;

    if (!copy)
        return false;
    for (; i < n; i++) {
        if (line[i] == '"' && (i + 1 == n || line[i + 1] != '"'))
            break;
        i += line[i] == '"';
        copy[len++] = line[i];
    }
    if (i >= n)
        return false;
    i++;
    while (i < n && is_blank(line[i]) && !ends_cell(line[i], separator))
        i++;
    *at = i;
    *out = trim(copy, len);
    return i == n || ends_cell(line[i], separator);
}

static enum err blame(struct table_fault *f, size_t column, const char *zh, const char *en)
{
    *f = (struct table_fault){(int)column, zh, en};
    return zh && en ? ERR_PARSE : ERR_NOMEM;
}

/* Splits a line into t->cells. */
static enum err split(struct file_table *t, const char *line, size_t n, struct arena *arena,
                      struct table_fault *fault)
{
    const char separator = t->p->separator;
    size_t at = 0;

    t->cell_count = 0;
    for (;;) {
        size_t from;
        while (separator == FILE_BLANKS && at < n && is_blank(line[at]))
            at++;
        if (separator == FILE_BLANKS && at == n && t->cell_count > 0)
            return ERR_OK;
        if (t->cell_count == FILE_COLUMNS_MAX)
            return blame(fault, 0, "列数超过 1024", "more than 1024 columns");
        from = at;
        if (at < n && line[at] == '"') {
            if (!quoted(line, n, &at, separator, arena, &t->cells[t->cell_count]))
                return blame(fault, t->cell_count + 1, "引号不成对",
                             "a quote that does not end, or with something behind it");
        } else {
            while (at < n && !ends_cell(line[at], separator))
                at++;
            t->cells[t->cell_count] = trim(line + from, at - from);
        }
        t->cell_count++;
        if (at == n)
            return ERR_OK;
        at++;
    }
}

/* --- the heading --- */

static size_t find_column(const struct file_table *t, const struct file_column *c)
{
    if (!c->name)
        return c->number > 0 ? (size_t)c->number - 1 : SIZE_MAX;
    for (size_t i = 0; i < t->cell_count; i++)
        if (file_cell_says(t->cells[i], c->name))
            return i;
    return SIZE_MAX;
}

/* Looks a column up; *absent: it has a name and is not there. */
static void place(struct file_table *t, const struct file_column *c, size_t *out,
                  const char **absent)
{
    *out = find_column(t, c);
    if (*out == SIZE_MAX && c->name)
        *absent = c->name;
    if (*out != SIZE_MAX && *out > t->last)
        t->last = *out;
}

static enum err take_names(struct file_table *t, struct arena *arena, struct table_fault *fault)
{
    const struct file_profile *p = t->p;
    const char *absent = NULL;

    t->last = 0;
    place(t, &p->time, &t->time, &absent);
    place(t, &p->time_of_day, &t->time_of_day, &absent);
    place(t, &p->series_of, &t->series_of, &absent);
    place(t, &p->value, &t->value, &absent);
    for (size_t i = 0; i < p->series_count && t->series_of == SIZE_MAX && !absent; i++)
        place(t, &p->series[i].column, &t->columns[i], &absent);
    t->begun = !absent;
    if (!absent)
        return ERR_OK;
    return blame(fault, 0, arena_printf(arena, "没有名为“%s”的列", absent),
                 arena_printf(arena, "there is no column \"%s\"", absent));
}

/* --- values --- */

static enum err no_number(struct table_fault *fault, size_t column, struct cell c,
                          struct arena *arena)
{
    int n = c.n < 40 ? (int)c.n : 40;

    return blame(fault, column + 1, arena_printf(arena, "“%.*s”不是数", n, c.text),
                 arena_printf(arena,
                              "\"%.*s\" is no number; allowed are numbers, nothing, and what "
                              "\"missing\" of the profile names",
                              n, c.text));
}

static enum err read_time(struct file_table *t, struct arena *arena, int64_t *t_us, bool *is_utc,
                          struct table_fault *fault)
{
    struct cell c = t->cells[t->time];

    if (t->time_of_day != SIZE_MAX) {
        struct cell day = c, clock = t->cells[t->time_of_day];
        c.text = arena_printf(arena, "%.*s %.*s", (int)day.n, day.text, (int)clock.n, clock.text);
        if (!c.text)
            return ERR_NOMEM;
        c.n = strlen(c.text);
    }
    if (file_cell_time(t->p, c, t_us, is_utc))
        return ERR_OK;
    int n = c.n < 40 ? (int)c.n : 40;
    return blame(
        fault, t->time + 1, arena_printf(arena, "“%.*s”不是时间", n, c.text),
        arena_printf(arena, "\"%.*s\" is no time in the order and kind of the profile", n, c.text));
}

/* --- rows --- */

static enum err add(struct file_table *t, const struct file_series *s, size_t column, int64_t t_us,
                    struct arena *arena, size_t *count, struct table_fault *fault)
{
    double v;

    if (file_cell_is_missing(t->p, t->cells[column]))
        return ERR_OK;
    if (!file_cell_number(t->cells[column], t->p->decimal, &v))
        return no_number(fault, column, t->cells[column], arena);
    v = v * s->scale + s->offset;
    if (!isfinite(v))
        return no_number(fault, column, t->cells[column], arena);
    t->readings[(*count)++] = (struct table_reading){s, t_us, v};
    return ERR_OK;
}

/* The series that a cell names, by name or number; NULL: none of the profile's. */
static const struct file_series *series_named(const struct file_table *t)
{
    struct cell c = t->cells[t->series_of];
    double n;

    for (size_t i = 0; i < t->p->series_count; i++) {
        const struct file_series *s = &t->p->series[i];
        if (s->column.name ? file_cell_says(c, s->column.name)
                           : file_cell_number(c, '.', &n) && n == (double)s->column.number)
            return s;
    }
    return NULL;
}

/* A line cut short, or torn by a sign that the profile takes for the separator, would put numbers
 * into the wrong place or parts of them into the right one. */
static enum err check_width(const struct file_table *t, struct arena *arena,
                            struct table_fault *fault)
{
    size_t need = t->width > t->last ? t->width : t->last + 1, count = t->cell_count;

    while (t->width > 0 && count > need && t->cells[count - 1].n == 0)
        count--;
    if (count >= need && (t->width == 0 || count == need))
        return ERR_OK;
    return blame(fault, 0, arena_printf(arena, "有 %zu 列，应为 %zu 列", count, need),
                 arena_printf(arena,
                              "%zu columns where %zu are needed: the line is cut short, or "
                              "the separator another",
                              count, need));
}

static enum err take_row(struct file_table *t, struct arena *arena, size_t *count,
                         struct table_fault *fault)
{
    const struct file_series *named;
    int64_t t_us;
    bool is_utc;
    enum err e;

    e = check_width(t, arena, fault);
    if (e != ERR_OK)
        return e;
    e = read_time(t, arena, &t_us, &is_utc, fault);
    if (e != ERR_OK)
        return e;
    if (t->series_of != SIZE_MAX) {
        named = series_named(t);
        if (!named)
            return ERR_OK;
        t_us = file_clock_moment(&t->clocks[named - t->p->series], is_utc ? NULL : t->p->zone, t_us,
                                 &t->doubts);
        return add(t, named, t->value, t_us, arena, count, fault);
    }
    t_us = file_clock_moment(t->clocks, is_utc ? NULL : t->p->zone, t_us, &t->doubts);
    for (size_t i = 0; i < t->p->series_count && e == ERR_OK; i++)
        e = add(t, &t->p->series[i], t->columns[i], t_us, arena, count, fault);
    return e;
}

static bool is_nothing(const char *line, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_blank(line[i]))
            return false;
    return true;
}

/* Lines before the rows; true: this was one. */
static bool take_heading(struct file_table *t, const char *line, size_t n, struct arena *arena,
                         enum err *e, struct table_fault *fault)
{
    const struct file_profile *p = t->p;
    int at = t->lines, whole = p->skip_lines + p->header + p->after_header;

    *e = ERR_OK;
    if (t->begun && at > whole)
        return false;
    t->lines++;
    if (at < p->skip_lines)
        return true;
    if (at == p->skip_lines && !p->header)
        *e = take_names(t, arena, fault); /* numbers alone */
    if (at == p->skip_lines && p->header) {
        *e = split(t, line, n, arena, fault);
        if (*e == ERR_OK)
            *e = take_names(t, arena, fault);
        t->width = t->cell_count;
        return true;
    }
    return *e != ERR_OK || at < whole;
}

enum err file_table_line(struct file_table *t, const char *line, size_t n, struct arena *arena,
                         const struct table_reading **readings, size_t *count,
                         struct table_fault *fault)
{
    bool comment = t->p->comment && n > 0 && line[0] == t->p->comment;
    enum err e;

    *readings = t->readings;
    *count = 0;
    if (comment && t->lines >= t->p->skip_lines)
        return ERR_OK;
    if (take_heading(t, line, n, arena, &e, fault) || is_nothing(line, n))
        return e;
    if (!t->begun)
        return blame(fault, 0, "没有表头", "there is no heading");
    e = split(t, line, n, arena, fault);
    return e == ERR_OK ? take_row(t, arena, count, fault) : e;
}

/* --- TOA5 --- */

bool file_is_toa5(const char *line, size_t n)
{
    return (n >= 7 && memcmp(line, "\"TOA5\",", 7) == 0) ||
           (n >= 5 && memcmp(line, "TOA5,", 5) == 0);
}

/* "TOA5", station, model, serial number, system, program, signature, table. */
bool file_toa5_fits(const struct file_profile *p, const char *line, size_t n)
{
    struct cell cells[8] = {{"", 0}};
    struct file_table t = {.p = p, .cells = cells};
    const char *at = line, *end = line + n;

    if (p->format != FILE_TOA5)
        return false;
    while (t.cell_count < 8 && at <= end) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        size_t len = (size_t)((comma ? comma : end) - at);
        bool marked = len >= 2 && at[0] == '"' && at[len - 1] == '"';
        cells[t.cell_count++] = marked ? (struct cell){at + 1, len - 2} : (struct cell){at, len};
        at = comma ? comma + 1 : end + 1;
    }
    return (!p->station || (t.cell_count > 1 && file_cell_says(cells[1], p->station))) &&
           (!p->table || (t.cell_count > 7 && file_cell_says(cells[7], p->table)));
}
