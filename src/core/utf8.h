/* Characters of a text that may come from anywhere. Private to core. */
#ifndef SHIKUMEN_CORE_UTF8_H
#define SHIKUMEN_CORE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The code point at s (a terminated text) and its length in bytes; 0 with length 1 for a byte that
 * is not valid UTF-8 (RFC 3629). */
uint32_t utf8_decode(const unsigned char *s, size_t *length);

/* Characters that would break the line or turn its direction. */
bool utf8_disturbs(uint32_t c);

#endif
