#include "shikumen/io/http_client.h"

#include <curl/curl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shikumen/base/clock.h"

#define BODY_MAX_BYTES   (64 * 1024) /* of an answer; the rest is not waited for */
#define BUFFER_BYTES     (16 * 1024L)
#define IDLE_CONNECTIONS 64L
#define FAILED_POLL_MS   100

/* One request on its way. Its easy handle is kept for the next one. */
struct transfer {
    struct transfer *next, *previous;
    struct http_client *client;
    CURL *easy;
    uint64_t id;
    char *body;
    struct curl_slist *headers;
    size_t body_read, kept;
    char retry_after[64], body_kept[HTTP_BODY_KEPT];
};

struct http_client {
    CURLM *multi;
    char *user_agent;
    struct transfer *running, *idle; /* running is doubly linked */
};

/* --- making and freeing --- */

static void transfer_clear(struct transfer *t)
{
    free(t->body);
    curl_slist_free_all(t->headers);
    t->body = NULL;
    t->headers = NULL;
}

static void transfer_free(struct transfer *t)
{
    transfer_clear(t);
    curl_easy_cleanup(t->easy);
    free(t);
}

enum err http_client_new(const char *user_agent, struct http_client **out)
{
    struct http_client *c;

    *out = NULL;
    if (curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK)
        return ERR_NOMEM;
    c = calloc(1, sizeof *c);
    if (c) {
        c->multi = curl_multi_init();
        c->user_agent = strdup(user_agent);
    }
    if (!c || !c->multi || !c->user_agent) {
        if (c)
            http_client_free(c);
        else
            curl_global_cleanup();
        return ERR_NOMEM;
    }
    curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, IDLE_CONNECTIONS);
    *out = c;
    return ERR_OK;
}

static void free_list(struct transfer *t)
{
    while (t) {
        struct transfer *next = t->next;
        transfer_free(t);
        t = next;
    }
}

void http_client_free(struct http_client *c)
{
    if (!c)
        return;
    for (struct transfer *t = c->running; t; t = t->next)
        curl_multi_remove_handle(c->multi, t->easy);
    free_list(c->running);
    free_list(c->idle);
    if (c->multi)
        curl_multi_cleanup(c->multi);
    free(c->user_agent);
    free(c);
    curl_global_cleanup();
}

/* --- callbacks --- */

static size_t on_body(char *data, size_t size, size_t n, void *context)
{
    struct transfer *t = context;

    for (size_t i = 0; i < size * n && t->kept < HTTP_BODY_KEPT - 1; i++)
        t->body_kept[t->kept++] = data[i];
    t->body_read += size * n;
    return t->body_read > BODY_MAX_BYTES ? 0 : size * n;
}

static bool has_prefix(const char *line, size_t n, const char *prefix)
{
    return n >= strlen(prefix) && strncasecmp(line, prefix, strlen(prefix)) == 0;
}

static size_t on_header(char *line, size_t size, size_t n, void *context)
{
    static const char name[] = "Retry-After:";
    struct transfer *t = context;
    size_t len = size * n;

    if (has_prefix(line, len, "HTTP/"))
        t->retry_after[0] = '\0';
    if (has_prefix(line, len, name)) {
        const char *value = line + strlen(name), *end = line + len;
        while (value < end && (*value == ' ' || *value == '\t'))
            value++;
        while (end > value && (unsigned char)end[-1] <= ' ')
            end--;
        if ((size_t)(end - value) < sizeof t->retry_after)
            snprintf(t->retry_after, sizeof t->retry_after, "%.*s", (int)(end - value), value);
    }
    return len;
}

/* --- starting --- */

static bool is_http(const char *url)
{
    CURLU *parsed = curl_url();
    char *scheme = NULL;
    bool ok = parsed && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
              curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
              (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);

    curl_free(scheme);
    curl_url_cleanup(parsed);
    return ok;
}

static bool add_header(struct transfer *t, const char *header)
{
    struct curl_slist *longer = curl_slist_append(t->headers, header);

    if (!longer)
        return false;
    t->headers = longer;
    return true;
}

static bool copy_request(struct transfer *t, const struct http_request *r)
{
    bool ok = add_header(t, "Expect:"); /* no waiting for "100 Continue" */

    for (size_t i = 0; ok && i < r->header_count; i++)
        ok = add_header(t, r->headers[i]);
    t->body = malloc(r->body_len + 1);
    if (!ok || !t->body)
        return false;
    memcpy(t->body, r->body, r->body_len);
    t->body[r->body_len] = '\0';
    return true;
}

/* Options that can fail for lack of memory. */
static CURLcode set_texts(struct transfer *t, const char *url)
{
    CURLcode rc = curl_easy_setopt(t->easy, CURLOPT_URL, url);

    if (rc == CURLE_OK)
        rc = curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(t->easy, CURLOPT_PROXY, "");
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(t->easy, CURLOPT_USERAGENT, t->client->user_agent);
    return rc;
}

static CURLcode set_options(struct transfer *t, const struct http_request *r)
{
    CURL *e = t->easy;

    curl_easy_setopt(e, CURLOPT_PRIVATE, t);
    curl_easy_setopt(e, CURLOPT_POST, 1L);
    curl_easy_setopt(e, CURLOPT_POSTFIELDS, t->body);
    curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_len);
    curl_easy_setopt(e, CURLOPT_HTTPHEADER, t->headers);
    curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, r->timeout_s * 1000L);
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L); /* never wait for a slow name server */
    curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(e, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(e, CURLOPT_BUFFERSIZE, BUFFER_BYTES);
    curl_easy_setopt(e, CURLOPT_UPLOAD_BUFFERSIZE, BUFFER_BYTES);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
    return set_texts(t, r->url);
}

/* An idle transfer, or a new one; not in a list. */
static struct transfer *take_idle(struct http_client *c)
{
    struct transfer *t = c->idle;

    if (t) {
        c->idle = t->next;
        curl_easy_reset(t->easy);
        return t;
    }
    t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->client = c;
    t->easy = curl_easy_init();
    if (t->easy)
        return t;
    free(t);
    return NULL;
}

static void put_idle(struct http_client *c, struct transfer *t)
{
    transfer_clear(t);
    t->previous = NULL;
    t->next = c->idle;
    c->idle = t;
}

static void put_running(struct http_client *c, struct transfer *t)
{
    t->previous = NULL;
    t->next = c->running;
    if (c->running)
        c->running->previous = t;
    c->running = t;
}

static void unlink_running(struct http_client *c, struct transfer *t)
{
    if (t->previous)
        t->previous->next = t->next;
    else
        c->running = t->next;
    if (t->next)
        t->next->previous = t->previous;
}

enum err http_client_post(struct http_client *c, const struct http_request *r)
{
    struct transfer *t;

    if (!is_http(r->url))
        return ERR_RANGE;
    t = take_idle(c);
    if (!t)
        return ERR_NOMEM;
    t->id = r->id;
    t->body_read = t->kept = 0;
    t->retry_after[0] = '\0';
    if (!copy_request(t, r) || set_options(t, r) != CURLE_OK ||
        curl_multi_add_handle(c->multi, t->easy) != CURLM_OK) {
        put_idle(c, t);
        return ERR_NOMEM;
    }
    put_running(c, t);
    return ERR_OK;
}

/* --- finishing --- */

/* curl's words and the system's, neither of which hold the URL. */
static void describe(struct transfer *t, CURLcode code, char *text, size_t size)
{
    long system_errno = 0;

    curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &system_errno);
    if (code == CURLE_COULDNT_CONNECT && system_errno != 0)
        snprintf(text, size, "%s: %s", curl_easy_strerror(code), strerror((int)system_errno));
    else
        snprintf(text, size, "%s", curl_easy_strerror(code));
}

/* An answer is what its status line says, even when its body then breaks off or is too long. */
static void fill_result(struct transfer *t, CURLcode code, struct http_result *out)
{
    long status = 0;

    *out = (struct http_result){.id = t->id};
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200) {
        out->status = (int)status;
        snprintf(out->retry_after, sizeof out->retry_after, "%s", t->retry_after);
        memcpy(out->body, t->body_kept, t->kept);
        out->body_len = t->kept;
    } else {
        describe(t, code == CURLE_OK ? CURLE_GOT_NOTHING : code, out->error, sizeof out->error);
    }
}

static size_t collect(struct http_client *c, struct http_result *out, size_t max)
{
    size_t n = 0;
    int left;

    while (n < max) {
        CURLMsg *message = curl_multi_info_read(c->multi, &left);
        struct transfer *t = NULL;
        if (!message)
            break;
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
        fill_result(t, message->data.result, &out[n++]);
        curl_multi_remove_handle(c->multi, t->easy);
        unlink_running(c, t);
        put_idle(c, t);
    }
    return n;
}

/* Waits for the network, wake_fd or timeout_ms; true when wake_fd is readable. */
static bool wait_for_any(struct http_client *c, int wake_fd, int timeout_ms)
{
    struct curl_waitfd extra = {.fd = wake_fd, .events = CURL_WAIT_POLLIN};
    struct pollfd plain = {.fd = wake_fd, .events = POLLIN};
    unsigned count = wake_fd >= 0 ? 1 : 0;

    if (curl_multi_poll(c->multi, &extra, count, timeout_ms, NULL) == CURLM_OK)
        return count > 0 && extra.revents != 0;
    return poll(&plain, count, timeout_ms < FAILED_POLL_MS ? timeout_ms : FAILED_POLL_MS) > 0;
}

size_t http_client_run(struct http_client *c, int wake_fd, int timeout_ms, struct http_result *out,
                       size_t max)
{
    int64_t deadline_us = clock_monotonic_us() + timeout_ms * US_PER_MS;

    for (;;) {
        int64_t left_us;
        int running;
        size_t n;
        curl_multi_perform(c->multi, &running);
        n = collect(c, out, max);
        left_us = deadline_us - clock_monotonic_us();
        if (n > 0 || left_us <= 0)
            return n;
        if (wait_for_any(c, wake_fd, (int)((left_us + US_PER_MS - 1) / US_PER_MS)))
            return 0;
    }
}
