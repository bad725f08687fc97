#include "shikumen/core/act_text.h"

#include <stdbool.h>
#include <stdint.h>

static bool is_tail(unsigned char c)
{
    return (c & 0xC0) == 0x80;
}

/* The next code point and its bytes; 0 bytes: it is none. */
static size_t decode(const unsigned char *s, uint32_t *c)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = *s < 0x80 ? 1 : (*s & 0xE0) == 0xC0 ? 2 : (*s & 0xF0) == 0xE0 ? 3 : 4;

    if (n == 4 && (*s & 0xF8) != 0xF0)
        return 0;
    *c = n == 1 ? *s : *s & (0xFFu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if (!is_tail(s[i]))
            return 0;
        *c = *c << 6 | (s[i] & 0x3Fu);
    }
    if (*c < least[n] || *c > 0x10FFFF || (*c >= 0xD800 && *c <= 0xDFFF))
        return 0;
    return n;
}

static bool is_hidden(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C ||
           (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF0 && c <= 0xFFFB);
}

int act_text_count(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    int count = 0;

    while (*s) {
        uint32_t c = 0;
        size_t n = decode(s, &c);
        if (n == 0 || is_hidden(c) || count == INT32_MAX)
            return -1;
        s += n;
        count++;
    }
    return count;
}
