#include "shikumen/svc/deliver.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deliver_private.h"
#include "shikumen/base/clock.h"

#define ROUND_MAX_US   US_PER_S /* sleeps no longer, so that the heartbeat goes on */
#define STOP_WAIT_US   (3 * US_PER_S)
#define STOP_SETTLE_US US_PER_S
#define RESULTS        64

#define REOPEN_FIRST_US   (100 * US_PER_MS)
#define REOPEN_LONGEST_US (5 * US_PER_S)
#define BUSY_FIRST_US     US_PER_MS
#define BUSY_LONGEST_US   (50 * US_PER_MS)
#define BUSY_QUIET_US     (5 * US_PER_S) /* locked for less is nothing to speak of */
#define KEY_PAUSE_US      (5 * US_PER_S)

#define CLOCK_STEP_US                                                                              \
    (10 * US_PER_S) /* smaller corrections of the wall clock do not matter here                    \
                     */

/* --- pauses --- */

void pause_longer(struct pause *p, int64_t first_us, int64_t longest_us)
{
    int64_t now_us = clock_monotonic_us();

    if (p->since_us == 0)
        p->since_us = now_us;
    p->length_us = p->length_us < first_us ? first_us : 2 * p->length_us;
    if (p->length_us > longest_us)
        p->length_us = longest_us;
    p->until_us = now_us + p->length_us;
}

void pause_end(struct pause *p)
{
    *p = (struct pause){0};
}

bool pause_over(const struct pause *p)
{
    return clock_monotonic_us() >= p->until_us;
}

/* --- the store --- */

static void open_store(struct deliver *d)
{
    char why[HUB_TEXT_SIZE - 16];
    enum err e = state_open(d->plan->settings->store.path, STATE_DELIVER, why, sizeof why, &d->db);

    if (e == ERR_OK)
        return;
    pause_longer(&d->store_pause, REOPEN_FIRST_US, REOPEN_LONGEST_US);
    snprintf(d->store_fault, sizeof d->store_fault, "state.db: %s", why);
}

static void close_store(struct deliver *d)
{
    state_close(d->db);
    d->db = NULL;
}

/* What to do about a failure of e's kind: wait for the lock, wait for space, open it anew. */
static void on_store_error(struct deliver *d, enum err e, struct pause *pause, char *fault)
{
    const char *text = d->db ? state_error(d->db) : err_name(e);

    if (e == ERR_BUSY) {
        pause_longer(pause, BUSY_FIRST_US, BUSY_LONGEST_US);
        if (clock_monotonic_us() - pause->since_us >= BUSY_QUIET_US)
            snprintf(fault, HUB_TEXT_SIZE, "state.db: %s", text);
        return;
    }
    snprintf(fault, HUB_TEXT_SIZE, "state.db: %s", text);
    pause_longer(pause, REOPEN_FIRST_US, REOPEN_LONGEST_US);
    if (e != ERR_FULL)
        close_store(d);
}

/* --- the clock --- */

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* A step of the wall clock is carried over to what waits, so that nothing becomes due, or too old
 * to be retried, by the step alone. */
static void watch_clock(struct deliver *d)
{
    int64_t ahead_us = clock_utc_us() - clock_monotonic_us();
    int64_t step_us = ahead_us - d->wall_ahead_us;

    if (llabs(step_us) < CLOCK_STEP_US)
        return;
    d->wall_ahead_us = ahead_us;
    d->shift_us += step_us;
    for (size_t i = 0; i < DELIVER_JOBS; i++) {
        struct job *job = &d->jobs[i];
        for (size_t k = 0; job->state != JOB_FREE && k < job->count; k++) {
            struct job_row *row = &job->rows[k];
            row->first_try_us = later(1, row->first_try_us + step_us);
            row->result.first_try_us = row->first_try_us;
            row->result.due_us += step_us;
            row->result.now_us += step_us;
        }
    }
}

static enum err shift_outbox(struct deliver *d)
{
    enum err e;

    if (d->shift_us == 0)
        return ERR_OK;
    e = state_outbox_shift(d->db, d->shift_us, clock_utc_us());
    if (e == ERR_OK)
        d->shift_us = 0;
    return e;
}

/* --- rounds --- */

static void run_http(struct deliver *d, int wake_fd, int timeout_ms)
{
    struct http_result results[RESULTS];
    size_t n = http_client_run(d->http, wake_fd, timeout_ms, results, RESULTS);

    deliver_take(d, results, n);
    if (n > 0)
        d->again = true;
}

static void start_posts(struct deliver *d)
{
    enum err e;
    int started;

    if (!pause_over(&d->store_pause))
        return;
    if (!d->db)
        open_store(d);
    if (!d->db)
        return;
    e = shift_outbox(d);
    if (e == ERR_OK)
        e = deliver_say_gone(d);
    started = e == ERR_OK ? deliver_start(d, &e) : 0;
    if (e == ERR_OK) {
        pause_end(&d->store_pause);
        d->store_fault[0] = '\0';
    } else {
        on_store_error(d, e, &d->store_pause, d->store_fault);
    }
    if (started > 0)
        run_http(d, -1, 0);
}

static void settle(struct deliver *d)
{
    enum err e;

    if (d->answered == 0 || !d->db || !pause_over(&d->settle_pause))
        return;
    e = deliver_settle(d);
    if (e == ERR_OK) {
        pause_end(&d->settle_pause);
        d->settle_fault[0] = '\0';
    } else {
        on_store_error(d, e, &d->settle_pause, d->settle_fault);
    }
}

static const char *key_fault(const struct deliver *d)
{
    for (size_t i = 0; i < d->lane_count; i++)
        if (d->lanes[i].key_fault[0])
            return d->lanes[i].key_fault;
    return "";
}

static void retry_keys(struct deliver *d)
{
    if (!key_fault(d)[0] || !pause_over(&d->key_pause))
        return;
    pause_longer(&d->key_pause, KEY_PAUSE_US, KEY_PAUSE_US);
    deliver_retry_keys(d);
}

static void report(struct deliver *d)
{
    const char *text = d->store_fault[0] ? d->store_fault : d->settle_fault;

    hub_fault(d->hub, LOOP_DELIVER, "%s", text[0] ? text : key_fault(d));
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Microseconds until something is to be done, as far as is known now. */
static int64_t idle_us(const struct deliver *d)
{
    int64_t mono_us = clock_monotonic_us(), wall_us = clock_utc_us(), us = ROUND_MAX_US;

    if (d->again)
        return 0;
    if (!d->db || d->store_pause.since_us != 0)
        us = earlier(us, d->store_pause.until_us - mono_us);
    if (d->db && d->answered > 0)
        us = earlier(us, d->settle_pause.until_us - mono_us);
    for (size_t i = 0; d->db && d->store_pause.since_us == 0 && i < d->lane_count; i++)
        if (d->lanes[i].next_us != INT64_MAX)
            us = earlier(us, d->lanes[i].next_us - wall_us);
    return us > 0 ? us : 0;
}

/* Posts first, settles then, and only then sleeps. */
static void do_round(struct deliver *d)
{
    int wake_fd = d->hub->wake_fd[LOOP_DELIVER];

    d->again = false;
    hub_drain(d->hub, LOOP_DELIVER);
    watch_clock(d);
    retry_keys(d);
    start_posts(d);
    settle(d);
    report(d);
    run_http(d, wake_fd, (int)((idle_us(d) + US_PER_MS - 1) / US_PER_MS));
}

/* --- the end --- */

static void finish_posts(struct deliver *d)
{
    int64_t end_us = clock_monotonic_us() + STOP_WAIT_US, left_us;

    while (d->flying > 0 && (left_us = end_us - clock_monotonic_us()) > 0) {
        hub_beat(d->hub, LOOP_DELIVER);
        run_http(d, -1, (int)(earlier(left_us, ROUND_MAX_US) / US_PER_MS));
        settle(d);
    }
}

/* What cannot be settled now is posted again after the next start. */
static void finish_settling(struct deliver *d)
{
    int64_t end_us = clock_monotonic_us() + STOP_SETTLE_US;

    while (d->answered > 0 && d->db && clock_monotonic_us() < end_us) {
        settle(d);
        if (d->answered > 0 && d->settle_pause.since_us != 0)
            run_http(d, -1, (int)(BUSY_LONGEST_US / US_PER_MS));
    }
}

static void free_all(struct deliver *d)
{
    http_client_free(d->http);
    for (size_t i = 0; i < DELIVER_JOBS; i++)
        if (d->jobs[i].state != JOB_FREE)
            deliver_job_free(d, &d->jobs[i]);
    state_close(d->db);
    deliver_free_lanes(d);
    free(d);
}

static struct deliver *make(struct hub *hub)
{
    struct deliver *d = calloc(1, sizeof *d);

    if (!d)
        return NULL;
    d->hub = hub;
    d->wall_ahead_us = clock_utc_us() - clock_monotonic_us();
    if (http_client_new("shikumend/" SHIKUMEN_VERSION, &d->http) == ERR_OK)
        return d;
    free(d);
    return NULL;
}

/* TLS writes may raise it when the peer has gone. */
static void block_sigpipe(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void *deliver_run(void *context)
{
    struct hub *hub = context;
    struct deliver *d;

    block_sigpipe();
    d = make(hub);
    if (!d) {
        hub_fault(hub, LOOP_DELIVER, "out of memory");
        return NULL;
    }
    while (!hub_stopping(hub)) {
        hub_beat(hub, LOOP_DELIVER);
        if (deliver_adopt(d) == ERR_OK)
            do_round(d);
        else
            run_http(d, -1, (int)(REOPEN_FIRST_US / US_PER_MS));
    }
    finish_posts(d);
    finish_settling(d);
    free_all(d);
    return NULL;
}
