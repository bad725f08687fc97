#include "document_text.h"

#include "utf8.h"

void document_clean(struct strbuf *out, const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t length;

    for (; *s; s += length) {
        uint32_t c = utf8_decode(s, &length);
        if (c == '\n' || c == '\t' || c == '\r')
            strbuf_putc(out, ' ');
        else if (c == 0 || c == 0xfffe || c == 0xffff)
            strbuf_puts(out, "\xef\xbf\xbd");
        else if (!utf8_disturbs(c))
            strbuf_append(out, s, length);
    }
}
