/* Who may ask at all: the name that the daemon was asked by (against DNS rebinding), the page that
 * a change comes from (against forged requests), and how often. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "api_parts.h"
#include "shikumen/base/clock.h"

/* At once, and what comes back [J]. */
static const struct {
    double most, per_s;
} gate_limit[GATE_ACTS] = {[GATE_POST] = {60, 1}, [GATE_FAILURE] = {10, 10.0 / 60}};

#define HOST_SIZE 256

/* --- how often --- */

/* Twice when it was used last, or about. */
static int64_t last_us(const struct gate_bucket *b)
{
    return b->of[GATE_POST].since_us + b->of[GATE_FAILURE].since_us;
}

/* The address's own bucket, or the one that was used longest ago. */
static struct gate_bucket *bucket_of(struct gate *g, const char *address, int64_t now_us)
{
    struct gate_bucket *oldest = &g->buckets[0];

    for (size_t i = 0; i < GATE_ADDRESSES; i++) {
        struct gate_bucket *b = &g->buckets[i];
        if (strcmp(b->address, address) == 0 && b->of[GATE_POST].since_us != 0)
            return b;
        if (last_us(b) < last_us(oldest))
            oldest = b;
    }
    snprintf(oldest->address, sizeof oldest->address, "%s", address);
    for (int act = 0; act < GATE_ACTS; act++) {
        oldest->of[act].left = gate_limit[act].most;
        oldest->of[act].since_us = now_us;
    }
    return oldest;
}

static bool take(double *left, int64_t *since_us, int64_t now_us, double per_s, double most)
{
    *left += (double)(now_us - *since_us) / 1e6 * per_s;
    *left = *left < most ? *left : most;
    *since_us = now_us;
    if (*left < 1)
        return false;
    *left -= 1;
    return true;
}

bool gate_take(struct gate *g, enum gate_act act, const char *address, int64_t monotonic_us)
{
    struct gate_bucket *b;
    bool may;

    pthread_mutex_lock(&g->mutex);
    b = bucket_of(g, address, monotonic_us);
    may = take(&b->of[act].left, &b->of[act].since_us, monotonic_us, gate_limit[act].per_s,
               gate_limit[act].most);
    pthread_mutex_unlock(&g->mutex);
    return may;
}

/* --- names --- */

/* The host of "host:port" or "[host]:port", without brackets, a final dot left out; false when
 * that is too long or empty. */
static bool host_of(const char *text, char host[HOST_SIZE])
{
    size_t n;

    if (*text == '[') {
        text++;
        n = strcspn(text, "]");
    } else {
        n = strcspn(text, ":/");
    }
    while (n > 0 && text[n - 1] == '.')
        n--;
    if (n == 0 || n >= HOST_SIZE)
        return false;
    memcpy(host, text, n);
    host[n] = '\0';
    return true;
}

static bool is_address(const char *host)
{
    unsigned char bytes[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

/* An address cannot be another's name; a name must be one of ours. */
static bool is_ours(const struct settings *s, const char *text)
{
    char host[HOST_SIZE], own[HOST_SIZE];

    if (!host_of(text, host))
        return false;
    if (is_address(host) || strcasecmp(host, "localhost") == 0)
        return true;
    if (host_of(s->http.listen, own) && strcasecmp(host, own) == 0)
        return true;
    for (size_t i = 0; i < s->http.host_count; i++)
        if (strcasecmp(host, s->http.hosts[i]) == 0)
            return true;
    return false;
}

static bool check_host(struct api_call *c)
{
    const char *host = http_header_of(c->request, "Host");

    if (http_header_count(c->request, "Host") > 1) { /* RFC 9112, 3.2 */
        api_problem(c, 400, "Host 只能有一个", "there must be one Host alone");
        return false;
    }
    if (!host || is_ours(c->plan->settings, host))
        return true;
    api_problem(c, 421, "本服务不叫这个名字；如需使用，请写入 http.hosts",
                "this service has no such name; enter it in http.hosts to use it");
    return false;
}

/* --- where a change comes from --- */

static bool changes(const struct api_call *c)
{
    return strcmp(c->method, "GET") != 0;
}

/* A page names its own origin with every change it asks for; programs name none. */
static bool check_origin(struct api_call *c)
{
    const char *origin = http_header_of(c->request, "Origin");
    const char *site = http_header_of(c->request, "Sec-Fetch-Site");
    const char *host = http_header_of(c->request, "Host");
    const char *name = origin ? strstr(origin, "://") : NULL;
    bool same = !origin || (name && host && strcasecmp(name + 3, host) == 0);

    if (same && (!site || strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0))
        return true;
    api_problem(c, 403, "更改只能来自本服务自己的页面",
                "changes are taken from this service's own pages alone");
    return false;
}

bool api_gate(struct api_call *c)
{
    int64_t now_us = clock_monotonic_us();

    if (!check_host(c))
        return false;
    if (!changes(c))
        return true;
    if (!check_origin(c))
        return false;
    if (gate_take(&c->api->gate, GATE_POST, c->request->address, now_us))
        return true;
    api_problem(c, 429, "请求过于频繁，请稍候", "too many requests; wait a moment");
    api_header(c, "Retry-After", "2");
    return false;
}
