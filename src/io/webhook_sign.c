#include "shikumen/io/webhook_sign.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define KEY_MIN_BYTES 16
#define KEY_MAX_BYTES 64
#define MAC_BYTES     32
#define PREFIX        "whsec_"

static bool is_base64(const char *text, size_t n)
{
    size_t body = n;

    if (n == 0 || n % 4 != 0)
        return false;
    while (body > n - 2 && text[body - 1] == '=')
        body--;
    for (size_t i = 0; i < body; i++)
        if (!isalnum((unsigned char)text[i]) && text[i] != '+' && text[i] != '/')
            return false;
    return true;
}

/* n is at most 4/3 of WEBHOOK_KEY_MAX, rounded up to whole groups. */
static enum err decode_key(const char *text, size_t n, struct webhook_key *key)
{
    unsigned char bytes[WEBHOOK_KEY_MAX + 4];
    int len;

    if (!is_base64(text, n))
        return ERR_PARSE;
    if (n / 4 * 3 > WEBHOOK_KEY_MAX)
        return ERR_RANGE;
    len = EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)n);
    if (len < 0)
        return ERR_PARSE;
    key->len = (size_t)len - (text[n - 1] == '=') - (text[n - 2] == '=');
    memcpy(key->bytes, bytes, key->len);
    OPENSSL_cleanse(bytes, sizeof bytes);
    return ERR_OK;
}

/* Cuts white space around the n bytes of text; returns where it now begins. */
static const char *trim(const char *text, size_t *n)
{
    while (*n > 0 && isspace((unsigned char)text[*n - 1]))
        (*n)--;
    while (*n > 0 && isspace((unsigned char)*text)) {
        text++;
        (*n)--;
    }
    return text;
}

enum err webhook_secret_parse(const char *text, size_t n, struct webhook_key *key)
{
    *key = (struct webhook_key){0};
    text = trim(text, &n);
    if (n == 0 || n > WEBHOOK_KEY_MAX)
        return ERR_RANGE;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] <= ' ' || (unsigned char)text[i] > '~')
            return ERR_RANGE;
    memcpy(key->bytes, text, n);
    key->len = n;
    return ERR_OK;
}

enum err webhook_key_parse(const char *text, size_t n, struct webhook_key *key)
{
    size_t prefix = strlen(PREFIX);
    enum err e = ERR_OK;

    *key = (struct webhook_key){0};
    text = trim(text, &n);
    if (n >= prefix && memcmp(text, PREFIX, prefix) == 0) {
        e = decode_key(text + prefix, n - prefix, key);
    } else if (n <= KEY_MAX_BYTES) {
        memcpy(key->bytes, text, n);
        key->len = n;
    }
    if (e == ERR_OK && (key->len < KEY_MIN_BYTES || key->len > KEY_MAX_BYTES))
        e = ERR_RANGE;
    if (e != ERR_OK)
        OPENSSL_cleanse(key, sizeof *key);
    return e;
}

/* "id.timestamp." goes before the body. */
static bool mac_update(EVP_MAC_CTX *mac, const char *id, int64_t timestamp_s, const char *body,
                       size_t body_len)
{
    char stamp[32];
    int n = snprintf(stamp, sizeof stamp, ".%lld.", (long long)timestamp_s);

    return EVP_MAC_update(mac, (const unsigned char *)id, strlen(id)) == 1 &&
           EVP_MAC_update(mac, (const unsigned char *)stamp, (size_t)n) == 1 &&
           EVP_MAC_update(mac, (const unsigned char *)body, body_len) == 1;
}

enum err webhook_sign(const struct webhook_key *key, const char *id, int64_t timestamp_s,
                      const char *body, size_t body_len, char signature[WEBHOOK_SIGNATURE_SIZE])
{
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0),
                           OSSL_PARAM_construct_end()};
    unsigned char bytes[MAC_BYTES];
    size_t len = 0;
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *mac = hmac ? EVP_MAC_CTX_new(hmac) : NULL;
    bool ok = mac && EVP_MAC_init(mac, key->bytes, key->len, params) == 1 &&
              mac_update(mac, id, timestamp_s, body, body_len) &&
              EVP_MAC_final(mac, bytes, &len, sizeof bytes) == 1 && len == sizeof bytes;

    EVP_MAC_CTX_free(mac);
    EVP_MAC_free(hmac);
    signature[0] = '\0';
    if (!ok)
        return ERR_NOMEM;
    memcpy(signature, "v1,", 3);
    EVP_EncodeBlock((unsigned char *)signature + 3, bytes, MAC_BYTES);
    return ERR_OK;
}

enum err webhook_hmac(const void *key, size_t key_len, const void *text, size_t len,
                      char base64[WEBHOOK_SIGNATURE_SIZE])
{
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0),
                           OSSL_PARAM_construct_end()};
    unsigned char bytes[MAC_BYTES];
    size_t n = 0;
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *mac = hmac ? EVP_MAC_CTX_new(hmac) : NULL;
    bool ok = mac && EVP_MAC_init(mac, key, key_len, params) == 1 &&
              EVP_MAC_update(mac, text, len) == 1 &&
              EVP_MAC_final(mac, bytes, &n, sizeof bytes) == 1 && n == sizeof bytes;

    EVP_MAC_CTX_free(mac);
    EVP_MAC_free(hmac);
    base64[0] = '\0';
    if (!ok)
        return ERR_NOMEM;
    EVP_EncodeBlock((unsigned char *)base64, bytes, MAC_BYTES);
    return ERR_OK;
}

enum err random_bytes(void *bytes, size_t n)
{
    return n <= INT32_MAX && RAND_bytes(bytes, (int)n) == 1 ? ERR_OK : ERR_IO;
}
