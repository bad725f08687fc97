#include "shikumen/svc/api.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "api_parts.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/file.h"

#define TICK_US         US_PER_S
#define RETRY_FIRST_US  US_PER_S
#define RETRY_LATEST_US (15 * US_PER_S)
#define PEM_MOST        (256u << 10)

/* --- listening --- */

/* Certificate and key, read anew at each start so that renewed ones come into force. */
struct pems {
    struct strbuf cert, key;
};

static void pems_free(struct pems *p)
{
    if (p->key.data)
        explicit_bzero(p->key.data, p->key.capacity);
    strbuf_free(&p->cert);
    strbuf_free(&p->key);
}

static enum err pems_read(const struct settings *s, struct pems *p)
{
    enum err e = ERR_OK;

    if (*s->http.tls_cert)
        e = file_read(s->http.tls_cert, PEM_MOST, &p->cert);
    if (e == ERR_OK && *s->http.tls_key)
        e = file_read(s->http.tls_key, PEM_MOST, &p->key);
    return e;
}

/* What a server is started with, in one text: another text needs another server. */
static void describe(const struct settings *s, const struct pems *p, struct strbuf *out)
{
    strbuf_clear(out);
    strbuf_printf(out, "%s\n", s->http.listen);
    strbuf_append(out, p->cert.data, p->cert.len);
    strbuf_append(out, p->key.data, p->key.len);
}

static void wait_longer(struct api *a)
{
    a->pause_us = a->pause_us ? 2 * a->pause_us : RETRY_FIRST_US;
    if (a->pause_us > RETRY_LATEST_US)
        a->pause_us = RETRY_LATEST_US;
    a->retry_us = clock_monotonic_us() + a->pause_us;
}

static void start_server(struct api *a, const struct settings *s, const struct pems *p)
{
    struct http_options o = {.listen = s->http.listen,
                             .tls_cert = p->cert.len ? strbuf_text(&p->cert) : NULL,
                             .tls_key = p->key.len ? strbuf_text(&p->key) : NULL,
                             .limits = http_limits_usual,
                             .arrived = api_enqueue,
                             .context = a};
    char why[HUB_TEXT_SIZE] = "";
    enum err e = http_server_start(&o, why, sizeof why, &a->server);

    if (e != ERR_OK) {
        hub_fault(a->hub, LOOP_HTTP, "%s", why[0] ? why : err_name(e));
        wait_longer(a);
        return;
    }
    a->pause_us = 0;
    hub_fault(a->hub, LOOP_HTTP, "%s", "");
    log_event(&a->hub->log, LOG_P_NOTICE, "http listen=\"%s\" tls=%s", s->http.listen,
              o.tls_cert ? "yes" : "no");
}

/* Answers what has come, ends the streams, gives the address back. */
static void stop_server(struct api *a)
{
    if (!a->server)
        return;
    http_server_quiet(a->server);
    api_wait_idle(a);
    api_events_end(a);
    http_server_stop(a->server);
    a->server = NULL;
}

static void listen_as_told(struct api *a)
{
    const struct settings *s = a->plan->settings;
    struct strbuf wanted = {0};
    struct pems p = {0};
    enum err e = pems_read(s, &p);

    describe(s, &p, &wanted);
    if (a->server && strcmp(strbuf_text(&wanted), strbuf_text(&a->listening)) != 0)
        stop_server(a);
    if (!*s->http.listen) {
        hub_fault(a->hub, LOOP_HTTP, "%s", "");
    } else if (!a->server && e != ERR_OK) {
        hub_fault(a->hub, LOOP_HTTP, "tls_cert or tls_key cannot be read: %s", err_name(e));
        wait_longer(a);
    } else if (!a->server) {
        start_server(a, s, &p);
    }
    strbuf_free(&a->listening);
    a->listening = wanted;
    pems_free(&p);
}

/* --- rounds --- */

/* True when another plan is in force. */
static bool adopt(struct api *a)
{
    struct plan *plan = hub_plan(a->hub), *old = a->plan;

    if (plan == old) {
        plan_release(plan);
        return false;
    }
    a->plan = plan;
    plan_release(old);
    return true;
}

static void rest(struct api *a)
{
    struct pollfd fd = {.fd = a->hub->wake_fd[LOOP_HTTP], .events = POLLIN};

    poll(&fd, 1, (int)(TICK_US / US_PER_MS));
    if (fd.revents)
        hub_drain(a->hub, LOOP_HTTP);
}

static void sweep(struct api *a)
{
    struct http_figures f;

    http_server_sweep(a->server, clock_monotonic_us());
    f = http_server_figures(a->server);
    atomic_store(&a->hub->http_connections, f.connections);
    atomic_store(&a->hub->http_streams, f.streams);
    atomic_store(&a->hub->http_cut, f.cut);
    atomic_store(&a->hub->http_turned_away, f.turned_away);
}

static void do_round(struct api *a)
{
    bool adopted = adopt(a);

    hub_beat(a->hub, LOOP_HTTP);
    if (adopted) /* who may listen may have changed */
        api_events_end(a);
    if (adopted || (!a->server && clock_monotonic_us() >= a->retry_us))
        listen_as_told(a);
    if (a->server)
        sweep(a);
    api_events_round(a);
    rest(a);
}

static struct api *make(struct hub *hub)
{
    struct api *a = calloc(1, sizeof *a);

    if (!a)
        return NULL;
    a->hub = hub;
    a->plan = hub_plan(hub);
    pthread_mutex_init(&a->mutex, NULL);
    pthread_mutex_init(&a->gate.mutex, NULL);
    pthread_cond_init(&a->more, NULL);
    pthread_cond_init(&a->idle, NULL);
    if (api_events_make(a) == ERR_OK && api_workers_start(a) == ERR_OK)
        return a;
    api_workers_stop(a);
    api_events_free(a);
    plan_release(a->plan);
    free(a);
    return NULL;
}

static void finish(struct api *a)
{
    if (a->server)
        http_server_quiet(a->server);
    api_workers_stop(a);
    stop_server(a);
    api_events_free(a);
    strbuf_free(&a->listening);
    plan_release(a->plan);
    pthread_mutex_destroy(&a->mutex);
    pthread_mutex_destroy(&a->gate.mutex);
    pthread_cond_destroy(&a->more);
    pthread_cond_destroy(&a->idle);
    free(a);
}

void *api_run(void *context)
{
    struct hub *hub = context;
    struct api *a = make(hub);

    if (!a) {
        hub_fault(hub, LOOP_HTTP, "out of memory");
        return NULL;
    }
    while (!hub_stopping(hub))
        do_round(a);
    finish(a);
    return NULL;
}
