/* SHA-256 (FIPS 180-4), of OpenSSL: what vouches for the audit, the configuration and files handed
 * to others. Of no group of io: state.db chains its audit with it. */
#ifndef SHIKUMEN_IO_AUDIT_HASH_H
#define SHIKUMEN_IO_AUDIT_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"

#define AUDIT_HASH_BYTES    32
#define AUDIT_HASH_HEX_SIZE 65

/* ERR_NOMEM when OpenSSL cannot. */
enum err audit_hash(const void *bytes, size_t n, uint8_t hash[AUDIT_HASH_BYTES]) MUST_USE;

/* In lower-case hexadecimal; returns text. */
const char *audit_hash_hex(const uint8_t hash[AUDIT_HASH_BYTES], char text[AUDIT_HASH_HEX_SIZE]);

#endif
