#include "shikumen/view/page.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIELD_END '\n'

/* --- base64url (RFC 4648 section 5), without padding --- */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void encode(const char *text, size_t n, struct strbuf *out)
{
    for (size_t i = 0; i < n; i += 3) {
        size_t have = n - i < 3 ? n - i : 3;
        uint32_t word = 0;
        for (size_t k = 0; k < 3; k++)
            word = word << 8 | (k < have ? (unsigned char)text[i + k] : 0U);
        for (size_t k = 0; k <= have; k++)
            strbuf_putc(out, alphabet[word >> (18 - 6 * k) & 63]);
    }
}

static bool decode(const char *text, struct strbuf *out)
{
    uint32_t word = 0;
    unsigned bits = 0;

    for (; *text; text++) {
        const char *at = strchr(alphabet, *text);
        if (!at)
            return false;
        word = word << 6 | (uint32_t)(at - alphabet);
        bits += 6;
        if (bits < 8)
            continue;
        bits -= 8;
        strbuf_putc(out, (char)(word >> bits & 255));
    }
    return out->len > 0 && strlen(out->data) == out->len;
}

/* --- a cursor --- */

static void put_field(struct strbuf *out, const struct cell *cell)
{
    switch (cell->kind) {
    case CELL_TEXT:
    case CELL_JSON:
        strbuf_putc(out, 't');
        strbuf_puts(out, cell->text);
        break;
    case CELL_REAL:
        strbuf_printf(out, "x%a", cell->x);
        break;
    case CELL_INT:
    case CELL_BOOL:
    case CELL_TIME:
        strbuf_printf(out, "i%" PRId64, cell->i);
        break;
    default:
        strbuf_putc(out, 'n');
    }
    strbuf_putc(out, FIELD_END);
}

static const char *cursor_of(const struct table *t, const struct page_order *order, size_t row)
{
    struct strbuf plain = {0}, coded = {0};
    const char *cursor = NULL;

    for (size_t i = 0; i < order->count; i++)
        put_field(&plain, table_cell(t, row, (size_t)order->keys[i].column));
    encode(strbuf_text(&plain), plain.len, &coded);
    if (!plain.failed && !coded.failed)
        cursor = arena_strdup(t->desk->arena, strbuf_text(&coded));
    strbuf_free(&plain);
    strbuf_free(&coded);
    return cursor;
}

static bool read_field(const char *text, struct cell *out)
{
    char *end = NULL;

    *out = (struct cell){0};
    switch (*text++) {
    case 'n':
        return *text == '\0';
    case 't':
        *out = (struct cell){.kind = CELL_TEXT, .text = text};
        return *text != '\0';
    case 'i':
        *out = (struct cell){.kind = CELL_INT, .i = strtoll(text, &end, 10)};
        return end != text && *end == '\0';
    case 'x':
        *out = (struct cell){.kind = CELL_REAL, .x = strtod(text, &end)};
        return end != text && *end == '\0' && isfinite(out->x);
    default:
        return false;
    }
}

/* Takes plain apart where it stands. */
static bool read_fields(char *plain, size_t count, struct cell fields[PAGE_KEYS_MOST])
{
    for (size_t i = 0; i < count; i++) {
        char *end = strchr(plain, FIELD_END);
        if (!end)
            return false;
        *end = '\0';
        if (!read_field(plain, &fields[i]))
            return false;
        plain = end + 1;
    }
    return *plain == '\0';
}

/* --- order --- */

static bool is_text(const struct cell *cell)
{
    return cell->kind == CELL_TEXT || cell->kind == CELL_JSON;
}

static double number_in(const struct cell *cell)
{
    return cell->kind == CELL_REAL ? cell->x : (double)cell->i;
}

static int compare_unknown(const struct cell *a, const struct cell *b)
{
    bool known_a = a->kind != CELL_NULL, known_b = b->kind != CELL_NULL;
    int last = is_text(a) || is_text(b) ? -1 : 1;

    return known_a == known_b ? 0 : known_a ? -last : last;
}

static int compare_cells(const struct cell *a, const struct cell *b, bool falling)
{
    int c = 0;

    if (a->kind == CELL_NULL || b->kind == CELL_NULL)
        return compare_unknown(a, b);
    if (is_text(a) != is_text(b))
        return is_text(a) ? 1 : -1;
    if (is_text(a))
        c = strcmp(a->text, b->text);
    else if (a->kind != CELL_REAL && b->kind != CELL_REAL)
        c = (a->i > b->i) - (a->i < b->i);
    else
        c = (number_in(a) > number_in(b)) - (number_in(a) < number_in(b));
    return falling ? -c : c;
}

static int compare_rows(const void *left, const void *right, void *context)
{
    const struct page_order *order = *(const struct page_order *const *)context;
    const struct cell *a = left, *b = right;
    int c = 0;

    for (size_t i = 0; c == 0 && i < order->count; i++) {
        int column = order->keys[i].column;
        c = compare_cells(&a[column], &b[column], order->keys[i].falling);
    }
    return c;
}

void page_sort(struct table *t, const struct page_order *order)
{
    if (t->rows > 1)
        qsort_r(t->cells, t->rows, t->column_count * sizeof *t->cells, compare_rows, &order);
}

static bool is_after(const struct table *t, const struct page_order *order, size_t row,
                     const struct cell *fields)
{
    for (size_t i = 0; i < order->count; i++) {
        int c = compare_cells(table_cell(t, row, (size_t)order->keys[i].column), &fields[i],
                              order->keys[i].falling);
        if (c != 0)
            return c > 0;
    }
    return false;
}

static enum err find_first(const struct table *t, const struct page_order *order,
                           const char *cursor, size_t *first)
{
    struct cell fields[PAGE_KEYS_MOST];
    struct strbuf plain = {0};
    enum err e = ERR_RANGE;

    *first = 0;
    if (*cursor && decode(cursor, &plain) && read_fields(plain.data, order->count, fields)) {
        e = ERR_OK;
        while (*first < t->rows && !is_after(t, order, *first, fields))
            ++*first;
    }
    if (plain.failed)
        e = ERR_NOMEM;
    strbuf_free(&plain);
    return e;
}

enum err page_cut(const struct table *t, const struct page_order *order, const char *cursor,
                  size_t limit, struct page *out)
{
    enum err e = ERR_OK;

    *out = (struct page){0};
    if (cursor)
        e = find_first(t, order, cursor, &out->first);
    if (e != ERR_OK)
        return e;
    out->count = t->rows - out->first < limit ? t->rows - out->first : limit;
    if (out->first + out->count == t->rows)
        return ERR_OK;
    out->next = cursor_of(t, order, out->first + out->count - 1);
    return out->next ? ERR_OK : ERR_NOMEM;
}
