/* SHA-256 (FIPS 180-4): what vouches for a file handed to others. */
#ifndef SHIKUMEN_IO_DIGEST_H
#define SHIKUMEN_IO_DIGEST_H

#include <stddef.h>

#include "shikumen/base/err.h"

#define DIGEST_TEXT_SIZE 65

/* Writes the digest of n bytes in lower-case hexadecimal, as sha256sum does. ERR_NOMEM. */
enum err digest_sha256(const void *bytes, size_t n, char text[DIGEST_TEXT_SIZE]) MUST_USE;

#endif
