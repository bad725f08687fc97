#include "plot_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Length of the UTF-8 character at text, 0 where there is none (RFC 3629 section 4). */
static size_t character(const char *text, size_t n, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *p = (const unsigned char *)text;
    size_t len = p[0] < 0x80                    ? 1
                 : p[0] >= 0xC2 && p[0] <= 0xDF ? 2
                 : p[0] >= 0xE0 && p[0] <= 0xEF ? 3
                 : p[0] >= 0xF0 && p[0] <= 0xF4 ? 4
                                                : 0;

    if (len == 0 || len > n)
        return 0;
    *code = len == 1 ? p[0] : p[0] & (0x7Fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        *code = *code << 6 | (p[i] & 0x3F);
    }
    return *code < least[len] || (*code >= 0xD800 && *code <= 0xDFFF) || *code > 0x10FFFF ? 0 : len;
}

#define NARROW 0.53 /* a mean of Latin text, digits and blanks */

static bool is_wide(uint32_t c)
{
    return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xD7A3) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) ||
           (c >= 0xFF00 && c <= 0xFF60) || c >= 0x1F300;
}

/* What no line begins with: 。，、；：！？）】》」 */
static bool is_closing(uint32_t c)
{
    return c == 0x3001 || c == 0x3002 || c == 0x300B || c == 0x300D || c == 0x3011 || c == 0xFF01 ||
           c == 0xFF09 || c == 0xFF0C || c == 0xFF1A || c == 0xFF1B || c == 0xFF1F;
}

static size_t next(const char *text, size_t n, uint32_t *code)
{
    size_t len = character(text, n, code);

    if (len == 0)
        *code = 0xFFFD;
    return len > 0 ? len : 1;
}

double plot_text_ems(const char *text, size_t n)
{
    double ems = 0;
    uint32_t code;

    for (size_t i = 0; i < n;) {
        i += next(text + i, n - i, &code);
        ems += is_wide(code) ? 1 : NARROW;
    }
    return ems;
}

size_t plot_text_fit(const char *text, double ems)
{
    size_t n = strlen(text), good = 0, i = 0;
    uint32_t code, before = 0;

    while (i < n) {
        size_t len = next(text + i, n - i, &code);
        bool may_break = before == ' ' || is_wide(before) || is_wide(code);
        if (i > 0 && may_break && !is_closing(code))
            good = i;
        ems -= is_wide(code) ? 1 : NARROW;
        if (ems < 0 && code != ' ' && i > 0)
            return good > 0 ? good : i;
        before = code;
        i += len;
    }
    return n;
}

static bool is_xml(uint32_t c)
{
    return (c >= 0x20 && c != 0xFFFE && c != 0xFFFF) || c == '\t';
}

void plot_text_xml(struct strbuf *out, const char *text, size_t n)
{
    uint32_t code;

    for (size_t i = 0, len; i < n; i += len) {
        len = next(text + i, n - i, &code);
        if (code == '&')
            strbuf_puts(out, "&amp;");
        else if (code == '<')
            strbuf_puts(out, "&lt;");
        else if (code == '>')
            strbuf_puts(out, "&gt;");
        else if (code == '"')
            strbuf_puts(out, "&quot;");
        else if (code == 0xFFFD || !is_xml(code))
            strbuf_puts(out, "\xEF\xBF\xBD");
        else
            strbuf_append(out, text + i, len);
    }
}

void plot_text_cut(struct strbuf *out, const char *text, double ems)
{
    size_t n = strlen(text), i = 0;
    uint32_t code;

    if (plot_text_ems(text, n) <= ems) {
        plot_text_xml(out, text, n);
        return;
    }
    ems -= 1; /* the ellipsis */
    while (i < n) {
        size_t len = next(text + i, n - i, &code);
        ems -= is_wide(code) ? 1 : NARROW;
        if (ems < 0)
            break;
        i += len;
    }
    plot_text_xml(out, text, i);
    strbuf_puts(out, "…");
}
