#include "shikumen/io/digest.h"

#include <openssl/evp.h>
#include <stdio.h>

enum err digest_sha256(const void *bytes, size_t n, char text[DIGEST_TEXT_SIZE])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    if (EVP_Digest(bytes, n, digest, &len, EVP_sha256(), NULL) != 1 ||
        2 * len + 1 != DIGEST_TEXT_SIZE)
        return ERR_NOMEM;
    for (unsigned i = 0; i < len; i++)
        snprintf(text + 2 * (size_t)i, 3, "%02x", digest[i]);
    return ERR_OK;
}
