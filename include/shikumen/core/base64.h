/* Base64 (RFC 4648 sections 4 and 5). Pure. */
#ifndef SHIKUMEN_CORE_BASE64_H
#define SHIKUMEN_CORE_BASE64_H

#include <stddef.h>
#include <stdint.h>

#define BASE64_INVALID SIZE_MAX

/* Bytes that text (n characters) stands for; BASE64_INVALID when it is not base64. Both alphabets
 * are understood, padding may be missing, line breaks are not allowed. */
size_t base64_size(const char *text, size_t n);

/* Decodes into bytes, which has room for base64_size of it; text must have been found valid. */
void base64_decode(const char *text, size_t n, uint8_t *bytes);

#endif
