/* The queue of requests, and the threads that answer them. */
#include <string.h>
#include <time.h>

#include "api_parts.h"

/* --- the queue --- */

/* What may take long: at most HEAVY_MOST of these are at work at a time. */
static bool is_heavy(const struct http_request *r)
{
    static const char *const beginnings[] = {"/api/v1/reports", "/api/v1/readings",
                                             "/api/v1/sensors/", "/metrics"};

    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (strncmp(r->target, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    return false;
}

static bool put(struct api_queue *q, struct http_request *r)
{
    if (q->count == QUEUE_MOST)
        return false;
    q->requests[(q->first + q->count++) % QUEUE_MOST] = r;
    return true;
}

static struct http_request *get(struct api_queue *q)
{
    struct http_request *r = q->requests[q->first];

    q->first = (q->first + 1) % QUEUE_MOST;
    q->count--;
    return r;
}

void api_enqueue(void *api, struct http_request *r)
{
    static const struct http_header later = {"Retry-After", "2"};
    struct api *a = api;
    bool taken;

    pthread_mutex_lock(&a->mutex);
    taken = !a->ending && put(is_heavy(r) ? &a->heavy : &a->light, r);
    if (taken)
        pthread_cond_signal(&a->more);
    pthread_mutex_unlock(&a->mutex);
    if (!taken)
        http_answer(r, &(struct http_answer){.status = 503, .headers = &later, .header_count = 1});
}

/* With the mutex held: a request that may be worked at now; NULL: none. */
static struct http_request *next(struct api *a, bool *heavy)
{
    *heavy = a->light.count == 0;
    if (!*heavy)
        return get(&a->light);
    return a->heavy.count > 0 && a->working_heavy < HEAVY_MOST ? get(&a->heavy) : NULL;
}

/* --- the databases --- */

static void close_readings(struct worker *w)
{
    reader_close(w->readings);
    w->readings = NULL;
    plan_release(w->calibrated);
    w->calibrated = NULL;
}

/* Values are as the calibrations of the plan in force make them; better none than raw ones. */
static void calibrate(struct worker *w, struct plan *plan)
{
    enum err e;

    if (!w->readings || w->calibrated == plan)
        return;
    e = reader_calibrate(w->readings, plan->registry);
    plan_release(w->calibrated);
    w->calibrated = plan_retain(plan);
    if (e != ERR_OK)
        close_readings(w);
}

/* Opens what is not open; what cannot be is NULL for this request. */
static void open_store(struct worker *w, struct plan *plan)
{
    const char *path = plan->settings->store.path;

    if (!w->readings && reader_open(path, NULL, 0, &w->readings) != ERR_OK)
        w->readings = NULL;
    if (!w->state && state_open(path, STATE_READ_ONLY, NULL, 0, &w->state) != ERR_OK)
        w->state = NULL;
    calibrate(w, plan);
}

/* After a failure they are opened anew. */
static void close_store(struct worker *w)
{
    close_readings(w);
    state_close(w->state);
    w->state = NULL;
    api_kept_clear(&w->kept);
}

/* --- threads --- */

static struct desk desk_of(struct worker *w, const struct plan *plan)
{
    const struct settings *s = plan->settings;

    return (struct desk){.settings = s,
                         .registry = plan->registry,
                         .readings = w->readings,
                         .state = w->state,
                         .arena = &w->arena,
                         .now_us = hub_utc_us(w->api->hub),
                         .language = strcmp(s->district.language, "zh") == 0 ? DESK_ZH : DESK_EN,
                         .zone = w->api->hub->zone};
}

static void answer(struct worker *w, struct http_request *r)
{
    struct plan *plan = hub_plan(w->api->hub);
    struct api_call c = {
        .api = w->api, .request = r, .plan = plan, .arena = &w->arena, .kept = &w->kept};

    open_store(w, plan);
    c.desk = desk_of(w, plan);
    api_answer(&c);
    if (c.status >= 500)
        close_store(w);
    arena_reset(&w->arena);
    plan_release(plan);
}

static void *work(void *context)
{
    struct worker *w = context;
    struct api *a = w->api;
    struct http_request *r;
    bool heavy;

    pthread_mutex_lock(&a->mutex);
    for (;;) {
        while (!(r = next(a, &heavy)) && !a->ending)
            pthread_cond_wait(&a->more, &a->mutex);
        if (!r && a->ending && a->heavy.count == 0)
            break;
        if (!r) {
            r = get(&a->heavy);
            heavy = true;
        }
        a->working++;
        a->working_heavy += heavy;
        pthread_mutex_unlock(&a->mutex);
        answer(w, r);
        pthread_mutex_lock(&a->mutex);
        a->working--;
        a->working_heavy -= heavy;
        pthread_cond_broadcast(&a->more);
        pthread_cond_broadcast(&a->idle);
    }
    pthread_mutex_unlock(&a->mutex);
    close_store(w);
    arena_free(&w->arena);
    return NULL;
}

enum err api_workers_start(struct api *a)
{
    for (size_t i = 0; i < WORKERS; i++) {
        a->workers[i].api = a;
        if (pthread_create(&a->workers[i].thread, NULL, work, &a->workers[i]) != 0)
            return ERR_NOMEM;
        pthread_setname_np(a->workers[i].thread, "http-worker");
        a->worker_count++;
    }
    return ERR_OK;
}

void api_workers_stop(struct api *a)
{
    pthread_mutex_lock(&a->mutex);
    a->ending = true;
    pthread_cond_broadcast(&a->more);
    pthread_mutex_unlock(&a->mutex);
    for (size_t i = 0; i < a->worker_count; i++)
        pthread_join(a->workers[i].thread, NULL);
    a->worker_count = 0;
}

/* Not longer than a beat at a time, so that a long answer does not look like a loop that hangs. */
static void wait_a_beat(struct api *a)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec++;
    pthread_cond_timedwait(&a->idle, &a->mutex, &until);
    hub_beat(a->hub, LOOP_HTTP);
}

void api_wait_idle(struct api *a)
{
    pthread_mutex_lock(&a->mutex);
    while (a->light.count > 0 || a->heavy.count > 0 || a->working > 0)
        wait_a_beat(a);
    pthread_mutex_unlock(&a->mutex);
}
