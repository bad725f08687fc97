/* The queue of requests, and the threads that answer them. */
#include <string.h>
#include <time.h>

#include "api_parts.h"

/* --- the queue --- */

static const size_t working_most[WEIGHT_COUNT] = {
    [WEIGHT_LIGHT] = WORKERS, [WEIGHT_HEAVY] = 2, [WEIGHT_LONG] = 1};

static enum api_weight weight_of(const struct http_request *r)
{
    static const struct {
        const char *beginning;
        enum api_weight weight;
    } known[] = {{"/api/v1/reports", WEIGHT_LONG},
                 {"/api/v1/readings", WEIGHT_HEAVY},
                 {"/api/v1/sensors/", WEIGHT_HEAVY},
                 {"/api/v1/bursts", WEIGHT_HEAVY},
                 {"/metrics", WEIGHT_HEAVY}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strncmp(r->target, known[i].beginning, strlen(known[i].beginning)) == 0)
            return known[i].weight;
    return WEIGHT_LIGHT;
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
    taken = !a->ending && put(&a->queues[weight_of(r)], r);
    if (taken)
        pthread_cond_signal(&a->more);
    pthread_mutex_unlock(&a->mutex);
    if (!taken)
        http_answer(r, &(struct http_answer){.status = 503, .headers = &later, .header_count = 1});
}

/* With the mutex held: the queue that a request may be taken from now, the lightest first; NULL:
 * none. */
static struct api_queue *next(struct api *a)
{
    for (int w = 0; w < WEIGHT_COUNT; w++)
        if (a->queues[w].count > 0 && a->queues[w].working < working_most[w])
            return &a->queues[w];
    return NULL;
}

static bool is_idle(const struct api *a)
{
    for (int w = 0; w < WEIGHT_COUNT; w++)
        if (a->queues[w].count > 0 || a->queues[w].working > 0)
            return false;
    return true;
}

static bool is_empty(const struct api *a)
{
    for (int w = 0; w < WEIGHT_COUNT; w++)
        if (a->queues[w].count > 0)
            return false;
    return true;
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
                         .zone = plan->registry->zone};
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
    struct api_queue *q;

    pthread_mutex_lock(&a->mutex);
    for (;;) {
        while (!(q = next(a)) && !(a->ending && is_empty(a)))
            pthread_cond_wait(&a->more, &a->mutex);
        if (!q)
            break;
        struct http_request *r = get(q);
        q->working++;
        pthread_mutex_unlock(&a->mutex);
        answer(w, r);
        pthread_mutex_lock(&a->mutex);
        q->working--;
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
    while (!is_idle(a))
        wait_a_beat(a);
    pthread_mutex_unlock(&a->mutex);
}
