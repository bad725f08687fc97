#include "shikumen/core/percent.h"

#include <string.h>

void percent_put(struct strbuf *out, const char *text, const char *kept)
{
    static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789-._~";

    for (; *text; text++) {
        if (strchr(unreserved, *text) || strchr(kept, *text))
            strbuf_putc(out, *text);
        else
            strbuf_printf(out, "%%%02X", (unsigned)(unsigned char)*text);
    }
}
