/* Signatures: Standard Webhooks 1.0, HMAC-SHA256 over "id.timestamp.body"; and the plain
 * HMAC-SHA256 that robots of chats are signed to with. */
#ifndef SHIKUMEN_IO_WEBHOOK_SIGN_H
#define SHIKUMEN_IO_WEBHOOK_SIGN_H

#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"

#define WEBHOOK_KEY_MAX        128
#define WEBHOOK_SIGNATURE_SIZE 64

struct webhook_key {
    unsigned char bytes[WEBHOOK_KEY_MAX];
    size_t len;
};

/* Key from the text of a secret file: "whsec_" and base64, or any other text taken as it is; white
 * space around it is cut. 16 to 64 bytes: ERR_RANGE; bad base64: ERR_PARSE. */
enum err webhook_key_parse(const char *text, size_t n, struct webhook_key *key) MUST_USE;

/* Writes "v1,<base64>" into signature. */
enum err webhook_sign(const struct webhook_key *key, const char *id, int64_t timestamp_s,
                      const char *body, size_t body_len,
                      char signature[WEBHOOK_SIGNATURE_SIZE]) MUST_USE;

/* A secret as it is: white space around it is cut. 1 to WEBHOOK_KEY_MAX bytes, printable ASCII (it
 * may go into a header): ERR_RANGE. */
enum err webhook_secret_parse(const char *text, size_t n, struct webhook_key *key) MUST_USE;

/* Writes base64 of HMAC-SHA256 over text. key_len may be 0. */
enum err webhook_hmac(const void *key, size_t key_len, const void *text, size_t len,
                      char base64[WEBHOOK_SIGNATURE_SIZE]) MUST_USE;

/* Cryptographically random bytes (for ids). */
enum err random_bytes(void *bytes, size_t n) MUST_USE;

#endif
