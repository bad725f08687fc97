/* UTF-8 (RFC 3629). Private to core. */
#ifndef SHIKUMEN_UTF8_CHECK_H
#define SHIKUMEN_UTF8_CHECK_H

#include <stddef.h>

/* Offset of the first byte that is not valid UTF-8; n when all is. */
size_t utf8_fault(const unsigned char *s, size_t n);

#endif
