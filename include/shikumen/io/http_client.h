/* HTTP POSTs over libcurl's multi interface: many at once, one thread, no redirects, http and https
 * only, TLS verified, no proxy from the environment. */
#ifndef SHIKUMEN_IO_HTTP_CLIENT_H
#define SHIKUMEN_IO_HTTP_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"

struct http_client;

#define HTTP_BODY_KEPT 512

struct http_request {
    uint64_t id; /* the caller's, given back with the result */
    const char *url;
    const char *const *headers; /* "Name: value" */
    size_t header_count;
    const char *body;
    size_t body_len;
    int timeout_s;
};

struct http_result {
    uint64_t id;
    int status;                /* 0: no answer */
    char retry_after[64];      /* header as sent; "" when absent */
    char body[HTTP_BODY_KEPT]; /* beginning of the answer's body, a zero byte at its end */
    size_t body_len;
    char error[128]; /* why there was no answer, without URL or secret; "" otherwise */
};

/* user_agent is copied. ERR_NOMEM. */
enum err http_client_new(const char *user_agent, struct http_client **out) MUST_USE;
void http_client_free(struct http_client *c); /* running requests are dropped */

/* Adds a request; strings are copied. It goes out with the next http_client_run (a timeout of 0 ms
 * is enough). ERR_RANGE for a URL that is not http or https, ERR_NOMEM. */
enum err http_client_post(struct http_client *c, const struct http_request *r) MUST_USE;

/* Works until a result is there, wake_fd (an eventfd, -1: none) is readable, or timeout_ms is over;
 * writes up to max results, returns their number. wake_fd is not read. */
size_t http_client_run(struct http_client *c, int wake_fd, int timeout_ms, struct http_result *out,
                       size_t max);

#endif
