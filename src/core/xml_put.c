#include "shikumen/core/xml_put.h"

#include <stdbool.h>

#include "utf8.h"

static const char *entity(uint32_t c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&apos;";
    case '\r':
        return "&#13;";
    default:
        return NULL;
    }
}

static bool is_character(uint32_t c)
{
    return c == '\t' || c == '\n' || (c >= 0x20 && c != 0xfffe && c != 0xffff);
}

void xml_text(struct strbuf *out, const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t length;

    for (; *s; s += length) {
        uint32_t c = utf8_decode(s, &length);
        const char *as = entity(c);
        if (as)
            strbuf_puts(out, as);
        else if (is_character(c))
            strbuf_append(out, s, length);
        else
            strbuf_puts(out, "\xef\xbf\xbd");
    }
}

void xml_element(struct strbuf *out, int depth, const char *name, const char *text)
{
    strbuf_printf(out, "%*s<%s>", 2 * depth, "", name);
    xml_text(out, text);
    strbuf_printf(out, "</%s>\n", name);
}
