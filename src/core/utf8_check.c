#include "utf8_check.h"

#include <stdint.h>
#include <string.h>

/* Length of the UTF-8 sequence of more than one byte at s, 0 when it is not valid (RFC 3629
 * section 4). */
static size_t utf8_sequence(const unsigned char *s, size_t n)
{
    size_t want = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    unsigned char low = s[0] == 0xe0 ? 0xa0 : s[0] == 0xf0 ? 0x90 : 0x80;
    unsigned char high = s[0] == 0xed ? 0x9f : s[0] == 0xf4 ? 0x8f : 0xbf;

    if (s[0] < 0xc2 || s[0] > 0xf4 || n < want || s[1] < low || s[1] > high)
        return 0;
    for (size_t i = 2; i < want; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    return want;
}

size_t utf8_fault(const unsigned char *s, size_t n)
{
    size_t i = 0;

    while (i < n) {
        uint64_t word;
        size_t length = 1;
        if (n - i >= sizeof word) {
            memcpy(&word, s + i, sizeof word);
            if ((word & 0x8080808080808080ULL) == 0) {
                i += sizeof word;
                continue;
            }
        }
        if (s[i] >= 0x80)
            length = utf8_sequence(s + i, n - i);
        if (length == 0)
            return i;
        i += length;
    }
    return n;
}
