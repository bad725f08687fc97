#include "shikumen/svc/hub.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "shikumen/base/clock.h"
#include "shikumen/io/webhook_sign.h"

const int64_t hub_commit_bound_us[HUB_COMMIT_BUCKETS] = {1000,   5000,   20000,
                                                         100000, 500000, INT64_MAX};

void hub_committed(struct hub *h, int64_t duration_us)
{
    int bucket = 0;

    while (duration_us > hub_commit_bound_us[bucket])
        bucket++;
    atomic_fetch_add(&h->commits, 1);
    atomic_fetch_add(&h->commit_us, duration_us);
    atomic_fetch_add(&h->commit_bucket[bucket], 1);
}

const char *loop_name(enum loop l)
{
    switch (l) {
    case LOOP_INGEST:
        return "ingest";
    case LOOP_ASSESS:
        return "assess";
    case LOOP_DELIVER:
        return "deliver";
    case LOOP_HTTP:
        return "http";
    case LOOP_COUNT:
        break;
    }
    return "unknown";
}

/* --- time and chance --- */

static int64_t machine_utc_us(void *context)
{
    (void)context;
    return clock_utc_us();
}

static int64_t machine_monotonic_us(void *context)
{
    (void)context;
    return clock_monotonic_us();
}

static enum err machine_random(void *context, uint8_t *bytes, size_t n)
{
    (void)context;
    return random_bytes(bytes, n);
}

int64_t hub_utc_us(const struct hub *h)
{
    return h->sources.utc_us(h->sources.context);
}

int64_t hub_monotonic_us(const struct hub *h)
{
    return h->sources.monotonic_us(h->sources.context);
}

enum err hub_random(const struct hub *h, uint8_t *bytes, size_t n)
{
    return h->sources.random(h->sources.context, bytes, n);
}

/* --- making and freeing --- */

static void close_wake_fds(struct hub *h)
{
    for (int i = 0; i < LOOP_COUNT; i++) {
        if (h->wake_fd[i] >= 0)
            close(h->wake_fd[i]);
        h->wake_fd[i] = -1;
    }
}

static enum err open_wake_fds(struct hub *h)
{
    for (int i = 0; i < LOOP_COUNT; i++)
        h->wake_fd[i] = -1;
    for (int i = 0; i < LOOP_COUNT; i++) {
        h->wake_fd[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (h->wake_fd[i] < 0) {
            close_wake_fds(h);
            return ERR_IO;
        }
    }
    return ERR_OK;
}

enum err hub_init(struct hub *h, struct log log, struct plan *plan)
{
    int64_t now_us = clock_monotonic_us();

    memset(h, 0, sizeof *h);
    h->log = log;
    h->plan = plan;
    h->sources = (struct hub_sources){machine_utc_us, machine_monotonic_us, machine_random, NULL};
    if (open_wake_fds(h) != ERR_OK)
        return ERR_IO;
    for (int i = 0; i < LOOP_COUNT; i++) {
        atomic_init(&h->beat_us[i], now_us);
        pthread_mutex_init(&h->health[i].mutex, NULL);
    }
    pthread_mutex_init(&h->plan_mutex, NULL);
    pthread_mutex_init(&h->broker_mutex, NULL);
    pthread_mutex_init(&h->files_mutex, NULL);
    snprintf(h->broker, sizeof h->broker, "connecting");
    return ERR_OK;
}

void hub_finish(struct hub *h)
{
    close_wake_fds(h);
    plan_release(h->plan);
    h->plan = NULL;
    for (int i = 0; i < LOOP_COUNT; i++)
        pthread_mutex_destroy(&h->health[i].mutex);
    pthread_mutex_destroy(&h->plan_mutex);
    pthread_mutex_destroy(&h->broker_mutex);
    pthread_mutex_destroy(&h->files_mutex);
}

/* --- plan --- */

struct plan *hub_plan(struct hub *h)
{
    struct plan *plan;

    pthread_mutex_lock(&h->plan_mutex);
    plan = plan_retain(h->plan);
    pthread_mutex_unlock(&h->plan_mutex);
    return plan;
}

void hub_set_plan(struct hub *h, struct plan *plan)
{
    struct plan *old;

    pthread_mutex_lock(&h->plan_mutex);
    old = h->plan;
    h->plan = plan;
    pthread_mutex_unlock(&h->plan_mutex);
    plan_release(old);
    for (int i = 0; i < LOOP_COUNT; i++)
        hub_wake(h, (enum loop)i);
}

/* --- waking and stopping --- */

void hub_wake(struct hub *h, enum loop l)
{
    eventfd_write(h->wake_fd[l], 1); /* fails only when it is readable anyway */
}

void hub_drain(struct hub *h, enum loop l)
{
    eventfd_t count;

    eventfd_read(h->wake_fd[l], &count);
}

void hub_stop(struct hub *h)
{
    atomic_store(&h->stop, true);
    for (int i = 0; i < LOOP_COUNT; i++)
        hub_wake(h, (enum loop)i);
}

bool hub_stopping(const struct hub *h)
{
    return atomic_load(&h->stop);
}

void hub_beat(struct hub *h, enum loop l)
{
    atomic_store(&h->beat_us[l], hub_monotonic_us(h));
}

/* --- health --- */

static void log_fault(struct hub *h, enum loop l, const char *text, int64_t lasted_us)
{
    if (text[0])
        log_event(&h->log, LOG_P_ERR, "fault loop=%s text=\"%s\"", loop_name(l), text);
    else
        log_event(&h->log, LOG_P_NOTICE, "fault_over loop=%s after_s=%lld", loop_name(l),
                  (long long)(lasted_us / US_PER_S));
}

/* Takes the new text; true when it differs. lasted_us: how long there had been a fault. */
static bool change_fault(struct loop_health *health, const char *text, int64_t now_us,
                         int64_t *lasted_us)
{
    bool changed;

    pthread_mutex_lock(&health->mutex);
    changed = strcmp(health->fault, text) != 0;
    *lasted_us = now_us - health->fault_since_us;
    if (changed && !health->fault[0])
        health->fault_since_us = now_us;
    if (changed)
        memcpy(health->fault, text, HUB_TEXT_SIZE);
    pthread_mutex_unlock(&health->mutex);
    return changed;
}

void hub_fault(struct hub *h, enum loop l, const char *format, ...)
{
    char text[HUB_TEXT_SIZE] = "";
    int64_t lasted_us;
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (change_fault(&h->health[l], text, hub_utc_us(h), &lasted_us))
        log_fault(h, l, text, lasted_us);
}

bool hub_fault_get(struct hub *h, enum loop l, char text[HUB_TEXT_SIZE], int64_t *since_us)
{
    struct loop_health *health = &h->health[l];

    pthread_mutex_lock(&health->mutex);
    memcpy(text, health->fault, HUB_TEXT_SIZE);
    *since_us = health->fault_since_us;
    pthread_mutex_unlock(&health->mutex);
    return text[0] != '\0';
}

void hub_broker_set(struct hub *h, const char *format, ...)
{
    char text[HUB_TEXT_SIZE] = "";
    bool changed;
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    pthread_mutex_lock(&h->broker_mutex);
    changed = strcmp(h->broker, text) != 0;
    memcpy(h->broker, text, HUB_TEXT_SIZE);
    pthread_mutex_unlock(&h->broker_mutex);
    if (changed)
        log_event(&h->log, LOG_P_NOTICE, "broker state=\"%s\"", text);
}

void hub_broker_get(struct hub *h, char text[HUB_TEXT_SIZE])
{
    pthread_mutex_lock(&h->broker_mutex);
    memcpy(text, h->broker, HUB_TEXT_SIZE);
    pthread_mutex_unlock(&h->broker_mutex);
}

void hub_files_set(struct hub *h, const struct hub_files *files)
{
    pthread_mutex_lock(&h->files_mutex);
    h->files = *files;
    pthread_mutex_unlock(&h->files_mutex);
}

void hub_files_get(struct hub *h, struct hub_files *out)
{
    pthread_mutex_lock(&h->files_mutex);
    *out = h->files;
    pthread_mutex_unlock(&h->files_mutex);
}
