/* /api/v1/events: every step as it is committed, and every few seconds how things stand. One query
 * a commit, one text a step, however many streams there are. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api_parts.h"
#include "api_tables.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"
#include "shikumen/core/step_view.h"
#include "shikumen/io/state_audit.h"
#include "shikumen/svc/status.h"

#define STREAMS_MOST 400
#define STATE_US     (5 * US_PER_S)
#define REPLAY_MOST  500 /* steps; who missed more reads the lists anew */
#define ROUND_MOST   1000

struct api_events {
    pthread_mutex_t mutex;
    struct http_stream *streams[STREAMS_MOST];
    size_t count;
    int64_t place;          /* of the last step that was pushed; -1: not known, nobody listens */
    struct state_db *state; /* of the loop's thread */
    int64_t state_due_us;   /* monotonic */
    char head[AUDIT_HEAD_SIZE];
};

/* --- texts --- */

static void put_text(struct strbuf *out, const char *name, const char *text)
{
    strbuf_printf(out, ",\"%s\":", name);
    if (text && *text)
        strbuf_json_string(out, text, strlen(text));
    else
        strbuf_puts(out, "null");
}

static void put_time(struct strbuf *out, const char *name, int64_t t_us)
{
    char text[UTC_TEXT_SIZE];

    put_text(out, name, t_us > 0 ? utc_format(t_us, text) : "");
}

static void put_step(struct strbuf *out, const struct step_place *s, const struct step_view *v)
{
    strbuf_printf(out, "id: %" PRId64 "\nevent: step\ndata: {\"place\":%" PRId64, s->place,
                  s->place);
    put_text(out, "id", v->id);
    strbuf_printf(out, ",\"step\":%d,\"level\":%d", v->step, v->level);
    put_text(out, "event", v->event_name);
    put_text(out, "category", v->category);
    put_text(out, "kind", v->kind);
    put_text(out, "house", v->house);
    put_text(out, "element", v->element);
    put_text(out, "summary_zh", v->summary.zh);
    put_text(out, "summary_en", v->summary.en);
    put_time(out, "at", v->at_us);
    strbuf_printf(out, ",\"told\":%s}\n\n", s->told_us > 0 ? "true" : "false");
}

struct gathering {
    struct strbuf *out;
    int64_t place;
    int count;
};

/* A step that is no native JSON is passed over, as by every receiver. */
static enum err take_step(void *context, const struct step_place *s)
{
    struct gathering *g = context;
    struct step_view v = {0};
    enum err e = step_view_parse(s->body, strlen(s->body), &v);

    g->place = s->place;
    g->count++;
    if (e == ERR_OK)
        put_step(g->out, s, &v);
    step_view_free(&v);
    return e == ERR_NOMEM ? e : ERR_OK;
}

static void put_counts(struct strbuf *out, int64_t counts[LEVEL_RED + 1][CATEGORY_COUNT])
{
    int64_t total = 0;

    strbuf_puts(out, ",\"open\":{");
    for (int level = LEVEL_BLUE; level <= LEVEL_RED; level++) {
        int64_t n = 0;
        for (int c = 0; c < CATEGORY_COUNT; c++)
            n += counts[level][c];
        total += n;
        strbuf_printf(out, "%s\"%d\":%" PRId64, level > LEVEL_BLUE ? "," : "", level, n);
    }
    strbuf_printf(out, "},\"alerts_open\":%" PRId64, total);
}

/* How things stand; changes is the head of the audit chain, another one whenever anybody did
 * anything. */
static void put_state(struct api *a, int64_t counts[LEVEL_RED + 1][CATEGORY_COUNT],
                      struct strbuf *out)
{
    struct hub *h = a->hub;
    struct reasons r;

    reasons_collect(h, clock_monotonic_us(), &r);
    strbuf_printf(out, "event: state\ndata: {\"state\":\"%s\"", r.count ? "degraded" : "ok");
    put_time(out, "now", hub_utc_us(h));
    put_time(out, "received", atomic_load(&h->last_message_us));
    put_counts(out, counts);
    strbuf_printf(out, ",\"sensors_silent\":%" PRId64 ",\"houses_unknown\":%" PRId64,
                  (int64_t)atomic_load(&h->sensors_silent),
                  (int64_t)atomic_load(&h->houses_unknown));
    put_text(out, "changes", a->events->head);
    strbuf_putc(out, ',');
    reasons_put(&r, out);
    strbuf_puts(out, "}\n\n");
}

static enum err gather_state(struct api *a, struct state_db *db, struct strbuf *out)
{
    int64_t counts[LEVEL_RED + 1][CATEGORY_COUNT];
    enum err e = state_open_counts(db, counts);

    if (e == ERR_OK)
        e = state_audit_head(db, a->events->head);
    if (e == ERR_OK || e == ERR_NOTFOUND)
        put_state(a, counts, out);
    return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* --- the loop's side --- */

/* With the mutex held. */
static void push_all(struct api_events *v, const struct strbuf *text)
{
    size_t kept = 0;

    for (size_t i = 0; text->len > 0 && i < v->count; i++) {
        if (http_stream_push(v->streams[i], text->data, text->len))
            v->streams[kept++] = v->streams[i];
        else
            http_stream_release(v->streams[i]);
    }
    if (text->len > 0)
        v->count = kept;
}

static enum err gather(struct api *a, struct strbuf *out)
{
    struct api_events *v = a->events;
    struct gathering g = {out, v->place, 0};
    enum err e = ERR_OK;

    if (!v->state)
        e = state_open(a->plan->settings->store.path, STATE_READ_ONLY, NULL, 0, &v->state);
    if (e == ERR_OK && g.place < 0)
        e = state_step_last(v->state, &g.place);
    if (e == ERR_OK)
        e = state_step_after(v->state, g.place, ROUND_MOST, take_step, &g);
    if (e == ERR_OK && clock_monotonic_us() >= v->state_due_us) {
        v->state_due_us = clock_monotonic_us() + STATE_US;
        e = gather_state(a, v->state, out);
    }
    if (e == ERR_OK)
        v->place = g.place;
    return e;
}

void api_events_round(struct api *a)
{
    struct api_events *v = a->events;
    struct strbuf text = {0};

    pthread_mutex_lock(&v->mutex);
    if (v->count == 0) {
        v->place = -1;
    } else if (gather(a, &text) == ERR_OK) {
        push_all(v, &text);
    } else {
        state_close(v->state);
        v->state = NULL;
        strbuf_clear(&text);
        strbuf_puts(&text, ": beat\n\n"); /* the daemon is there, the store is not */
        push_all(v, &text);
    }
    pthread_mutex_unlock(&v->mutex);
    strbuf_free(&text);
}

void api_events_end(struct api *a)
{
    struct api_events *v = a->events;

    pthread_mutex_lock(&v->mutex);
    for (size_t i = 0; i < v->count; i++)
        http_stream_release(v->streams[i]);
    v->count = 0;
    v->place = -1;
    pthread_mutex_unlock(&v->mutex);
}

enum err api_events_make(struct api *a)
{
    a->events = calloc(1, sizeof *a->events);
    if (!a->events)
        return ERR_NOMEM;
    a->events->place = -1;
    pthread_mutex_init(&a->events->mutex, NULL);
    return ERR_OK;
}

void api_events_free(struct api *a)
{
    if (!a->events)
        return;
    api_events_end(a);
    state_close(a->events->state);
    pthread_mutex_destroy(&a->events->mutex);
    free(a->events);
    a->events = NULL;
}

/* --- who begins to listen --- */

/* The place after which this client wants steps; -1: only those to come. */
static int64_t wanted_after(const struct api_call *c)
{
    const char *last = http_header_of(c->request, "Last-Event-ID");
    char *end;
    int64_t place;

    if (!last)
        return api_number(c, "after", -1);
    place = strtoll(last, &end, 10);
    return *last >= '0' && *last <= '9' && !*end ? place : -1;
}

/* What a new stream begins with: steps it missed, or "reset" when these are too many or its place
 * is none of this store's; then how things stand. With the mutex held. */
static enum err beginning(struct api_call *c, int64_t after, struct strbuf *out)
{
    struct api_events *v = c->api->events;
    struct gathering g = {out, after, 0};
    enum err e = v->place < 0 ? state_step_last(c->desk.state, &v->place) : ERR_OK;

    if (v->count == 0)
        v->state_due_us = clock_monotonic_us() + STATE_US;
    strbuf_puts(out, "retry: 2000\n\n");
    if (e == ERR_OK && after > v->place) {
        strbuf_printf(out, "id: %" PRId64 "\nevent: reset\ndata: {}\n\n", v->place);
    } else if (e == ERR_OK && after >= 0 && v->place - after > REPLAY_MOST) {
        strbuf_printf(out, "id: %" PRId64 "\nevent: reset\ndata: {}\n\n", v->place);
    } else if (e == ERR_OK && after >= 0 && after < v->place) {
        e = state_step_after(c->desk.state, after, (int)(v->place - after), take_step, &g);
    } else if (e == ERR_OK) {
        strbuf_printf(out, "id: %" PRId64 "\n", v->place);
    }
    return e == ERR_OK ? gather_state(c->api, c->desk.state, out) : e;
}

static void open_stream(struct api_call *c, const struct strbuf *first)
{
    static const struct http_header headers[] = {
        {"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"},
        {"X-Content-Type-Options", "nosniff"}, {"Cross-Origin-Resource-Policy", "same-origin"},
        {"X-Accel-Buffering", "no"}, /* nginx in front hands on at once */
    };
    struct api_events *v = c->api->events;
    struct http_stream *s = http_stream_open(c->request, headers, sizeof headers / sizeof *headers);

    c->streams = true;
    if (!s)
        return;
    if (http_stream_push(s, first->data, first->len))
        v->streams[v->count++] = s;
    else
        http_stream_release(s);
}

enum err api_events_get(struct api_call *c)
{
    struct api_events *v = c->api->events;
    struct strbuf first = {0};
    enum err e = ERR_OK;
    bool full;

    c->type = "text/event-stream";
    if (strcmp(c->request->method, "HEAD") == 0)
        return ERR_OK;
    pthread_mutex_lock(&v->mutex);
    full = v->count == STREAMS_MOST;
    if (!full)
        e = beginning(c, wanted_after(c), &first);
    if (!full && e == ERR_OK)
        open_stream(c, &first);
    pthread_mutex_unlock(&v->mutex);
    strbuf_free(&first);
    if (!full)
        return e;
    api_header(c, "Retry-After", "30");
    return api_problem(c, 503, "已有 %d 个页面在接收", "%d streams are open already", STREAMS_MOST);
}
