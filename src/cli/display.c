#include "display.h"

#include <stdint.h>
#include <string.h>

#define NOT_UTF8 UINT32_MAX

struct range {
    uint32_t first, last;
};

/* Unicode 15 blocks with East_Asian_Width W or F, neighbouring blocks joined. */
static const struct range wide[] = {
    {0x1100, 0x115F},   {0x2329, 0x232A},   {0x2E80, 0x303E},   {0x3041, 0x33FF},
    {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xA960, 0xA97C},
    {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6F},
    {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x17000, 0x18CFF}, {0x1B000, 0x1B2FF},
    {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};

/* Combining marks that occur in practice. */
static const struct range combining[] = {
    {0x0300, 0x036F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},   {0x20D0, 0x20FF},
    {0x302A, 0x302D}, {0xFE00, 0xFE0F}, {0xE0100, 0xE01EF},
};

/* What is never shown as it is: C0, DEL, C1, zero-width and direction marks, line separators, byte
 * order mark, tags. */
static const struct range unseemly[] = {
    {0x00, 0x1F},     {0x7F, 0x9F},     {0x061C, 0x061C}, {0x200B, 0x200F},   {0x2028, 0x202E},
    {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F},
};

static bool is_in(uint32_t c, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

#define IS_IN(c, ranges) is_in(c, ranges, sizeof(ranges) / sizeof(ranges)[0])

/* Bytes after the first of a character that begins with this byte; -1: none begins so. */
static int followers(unsigned char first)
{
    if (first < 0x80)
        return 0;
    if (first >= 0xC2 && first <= 0xDF)
        return 1;
    if (first >= 0xE0 && first <= 0xEF)
        return 2;
    return first >= 0xF0 && first <= 0xF4 ? 3 : -1;
}

static bool is_scalar_value(uint32_t c, int more)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};

    return c >= least[more] && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
}

/* The character at *text, which moves on; NOT_UTF8, and one byte on, when there is none. */
static uint32_t next_character(const char **text, const char *end)
{
    const unsigned char *p = (const unsigned char *)*text;
    int more = followers(*p);
    uint32_t c = more <= 0 ? *p : *p & (0x3Fu >> more);

    if (more < 0 || end - *text <= more) {
        (*text)++;
        return NOT_UTF8;
    }
    for (int i = 1; i <= more; i++) {
        if ((p[i] & 0xC0) != 0x80)
            more = -1;
        else
            c = c << 6 | (p[i] & 0x3F);
    }
    *text += more < 0 ? 1 : more + 1;
    if (more < 0)
        return NOT_UTF8;
    if (is_scalar_value(c, more))
        return c;
    *text -= more;
    return NOT_UTF8;
}

static size_t columns_of(uint32_t c)
{
    if (c < 0x300)
        return 1;
    return IS_IN(c, combining) ? 0 : IS_IN(c, wide) ? 2 : 1;
}

size_t display_width(const char *text)
{
    const char *end = text + strlen(text);
    size_t columns = 0;

    while (text < end)
        columns += columns_of(next_character(&text, end));
    return columns;
}

static void put_escape(struct strbuf *out, uint32_t c, unsigned char byte)
{
    if (c == '\n')
        strbuf_puts(out, "\\n");
    else if (c == '\r')
        strbuf_puts(out, "\\r");
    else if (c == '\t')
        strbuf_puts(out, "\\t");
    else if (c == NOT_UTF8 || c < 0x80)
        strbuf_printf(out, "\\x%02x", (unsigned)byte);
    else if (c <= 0xFFFF)
        strbuf_printf(out, "\\u%04x", (unsigned)c);
    else /* a surrogate pair, so that JSON stays JSON */
        strbuf_printf(out, "\\u%04x\\u%04x", (unsigned)(0xD7C0 + (c >> 10)),
                      (unsigned)(0xDC00 | (c & 0x3FF)));
}

void display_clean(struct strbuf *out, const char *text, size_t n, size_t max_columns)
{
    const char *end = text + n;
    size_t columns = 0, fits = out->len; /* where the ellipsis goes, if there must be one */

    while (text < end && !out->failed) {
        const char *begin = text;
        size_t before = out->len;
        uint32_t c = next_character(&text, end);
        bool escape = c == NOT_UTF8 || IS_IN(c, unseemly);
        if (escape)
            put_escape(out, c, (unsigned char)*begin);
        else
            strbuf_append(out, begin, (size_t)(text - begin));
        columns += escape ? out->len - before : columns_of(c);
        if (max_columns > 0 && columns > max_columns && !out->failed) {
            out->len = fits;
            strbuf_puts(out, "…");
            return;
        }
        if (columns < max_columns)
            fits = out->len;
    }
}

void display_pad(struct strbuf *out, const char *text, size_t columns, bool to_right)
{
    size_t width = display_width(text);

    for (size_t i = width; to_right && i < columns; i++)
        strbuf_putc(out, ' ');
    strbuf_puts(out, text);
    for (size_t i = width; !to_right && i < columns; i++)
        strbuf_putc(out, ' ');
}
