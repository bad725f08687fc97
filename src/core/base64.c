#include "shikumen/core/base64.h"

/* Value of a character, 64 when it is none of base64. */
static unsigned digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (unsigned)(c - 'A');
    if (c >= 'a' && c <= 'z')
        return (unsigned)(c - 'a') + 26;
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0') + 52;
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : 64;
}

/* Length without the padding; BASE64_INVALID when the padding is not what it must be. */
static size_t unpadded(const char *text, size_t n)
{
    size_t pad = 0;

    while (pad < 2 && pad < n && text[n - 1 - pad] == '=')
        pad++;
    return pad > 0 && n % 4 != 0 ? BASE64_INVALID : n - pad;
}

size_t base64_size(const char *text, size_t n)
{
    size_t digits = unpadded(text, n);

    if (digits == BASE64_INVALID || digits % 4 == 1)
        return BASE64_INVALID;
    for (size_t i = 0; i < digits; i++)
        if (digit(text[i]) > 63)
            return BASE64_INVALID;
    return digits / 4 * 3 + (digits % 4 ? digits % 4 - 1 : 0);
}

void base64_decode(const char *text, size_t n, uint8_t *bytes)
{
    size_t digits = unpadded(text, n);
    uint32_t bits = 0;

    for (size_t i = 0; i < digits; i++) {
        bits = bits << 6 | digit(text[i]);
        if (i % 4 == 1)
            *bytes++ = (uint8_t)(bits >> 4);
        else if (i % 4 == 2)
            *bytes++ = (uint8_t)(bits >> 2);
        else if (i % 4 == 3)
            *bytes++ = (uint8_t)bits;
    }
}
