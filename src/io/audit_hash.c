#include "shikumen/io/audit_hash.h"

#include <openssl/evp.h>

enum err audit_hash(const void *bytes, size_t n, uint8_t hash[AUDIT_HASH_BYTES])
{
    unsigned int len = 0;

    if (EVP_Digest(bytes, n, hash, &len, EVP_sha256(), NULL) != 1 || len != AUDIT_HASH_BYTES)
        return ERR_NOMEM;
    return ERR_OK;
}

const char *audit_hash_hex(const uint8_t hash[AUDIT_HASH_BYTES], char text[AUDIT_HASH_HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < AUDIT_HASH_BYTES; i++) {
        text[2 * i] = digits[hash[i] >> 4];
        text[2 * i + 1] = digits[hash[i] & 15];
    }
    text[2 * AUDIT_HASH_BYTES] = '\0';
    return text;
}
