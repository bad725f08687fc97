#include "shikumen/svc/assess.h"

#include <poll.h>

#include "assess_parts.h"
#include "shikumen/base/clock.h"

#define BACKOFF_FIRST_US  (100 * US_PER_MS)
#define BACKOFF_LAST_US   (10 * US_PER_S)
#define ROWS_A_ROUND      64
#define SNAPSHOT_READINGS 1000000
#define TICK_US           US_PER_S

static void sleep_us(struct assess *a, int64_t us)
{
    struct pollfd p = {.fd = a->hub->wake_fd[LOOP_ASSESS], .events = POLLIN};
    int64_t ms = us <= 0 ? 0 : us > TICK_US ? TICK_US / US_PER_MS : us / US_PER_MS + 1;
    poll(&p, 1, (int)ms);
    hub_drain(a->hub, LOOP_ASSESS);
}

static void give_up(struct assess *a, enum err e)
{
    if (!hub_stopping(a->hub))
        hub_fault(a->hub, LOOP_ASSESS, "store: %s", a->error && *a->error ? a->error : err_name(e));
    assess_close(a);
    a->retry.backoff_us = a->retry.backoff_us ? a->retry.backoff_us * 2 : BACKOFF_FIRST_US;
    if (a->retry.backoff_us > BACKOFF_LAST_US)
        a->retry.backoff_us = BACKOFF_LAST_US;
    a->retry.at_us = hub_monotonic_us(a->hub) + a->retry.backoff_us;
}

/* The rows committed so far, conclusions, and what time alone brings: one transaction. */
static enum err follow_once(struct assess *a, bool *more)
{
    int64_t now_us = hub_utc_us(a->hub), before = a->cursor;
    a->now_us = now_us;
    arena_reset(&a->arena);
    enum err e = assess_take_epochs(a, now_us);
    if (!e)
        e = assess_acts(a, now_us);
    if (!e)
        e = assess_follow(a, ROWS_A_ROUND, more);
    if (!e && a->cursor != before)
        e = assess_read_nodes(a);
    if (!e)
        e = assess_end_round(a, now_us);
    if (!e)
        atomic_store(&a->hub->assessed_seq, a->cursor);
    return e;
}

static bool snapshot_due(const struct assess *a)
{
    return a->judged > 0 &&
           (a->judged >= SNAPSHOT_READINGS || hub_monotonic_us(a->hub) >= a->snapshot_at_us);
}

/* A store that opens may still be full: only what was committed ends a fault. */
static void end_fault(struct assess *a)
{
    a->retry.backoff_us = 0;
    hub_fault(a->hub, LOOP_ASSESS, "%s", "");
}

static enum err turn(struct assess *a)
{
    bool more = true;
    enum err e = ERR_OK;
    while (!e && more && !hub_stopping(a->hub)) {
        hub_beat(a->hub, LOOP_ASSESS);
        e = follow_once(a, &more);
        if (!e && snapshot_due(a))
            e = assess_snapshot(a, false);
        if (!e)
            end_fault(a);
    }
    return e;
}

static enum err open_all(struct assess *a)
{
    arena_reset(&a->arena);
    enum err e = assess_open(a);
    return e ? e : assess_read_nodes(a);
}

/* Ingest cannot open its store: that is told, though nothing can be judged. */
static enum err tell_of_store(struct assess *a)
{
    char fault[HUB_TEXT_SIZE];
    int64_t since_us;
    a->retry.at_us = hub_monotonic_us(a->hub) + BACKOFF_FIRST_US;
    if (!hub_fault_get(a->hub, LOOP_INGEST, fault, &since_us))
        return ERR_OK;
    a->retry.at_us += BACKOFF_LAST_US;
    arena_reset(&a->arena);
    enum err e = assess_open_state(a);
    if (!e)
        e = assess_sweep_system(a, atomic_load(&a->hub->listening_since_us) != 0,
                                hub_utc_us(a->hub));
    if (!e)
        e = assess_commit(a);
    if (!e)
        assess_close(a);
    return e;
}

/* Something to do, or a while to wait. */
static enum err open_or_tell(struct assess *a)
{
    int64_t wait_us = a->retry.at_us - hub_monotonic_us(a->hub);
    bool known = atomic_load(&a->hub->ingested_known) &&
                 atomic_load(&a->hub->ingested_plan) == a->plan->registry_digest;
    if (wait_us > 0 && !(known && a->retry.backoff_us == 0)) {
        sleep_us(a, wait_us);
        return ERR_OK;
    }
    return known ? open_all(a) : tell_of_store(a);
}

/* A new plan is taken as at a start: what was known is snapshotted and loaded against it. */
static void adopt_plan(struct assess *a)
{
    struct plan *now = hub_plan(a->hub);
    if (now == a->plan) {
        plan_release(now);
        return;
    }
    if (a->state && assess_snapshot(a, true))
        hub_fault(a->hub, LOOP_ASSESS, "store: %s", a->error ? a->error : "");
    assess_close(a);
    plan_release(a->plan);
    a->plan = now;
    a->retry.at_us = 0;
}

static void finish(struct assess *a)
{
    if (a->state && assess_snapshot(a, true))
        log_event(&a->hub->log, LOG_P_WARNING, "snapshot_failed error=\"%s\"",
                  a->error ? a->error : "");
    assess_close(a);
    plan_release(a->plan);
    arena_free(&a->arena);
}

void *assess_run(void *hub)
{
    struct assess a = {.hub = hub, .plan = hub_plan(hub)};
    while (!hub_stopping(a.hub)) {
        hub_beat(a.hub, LOOP_ASSESS);
        adopt_plan(&a);
        enum err e = a.state ? ERR_OK : open_or_tell(&a);
        if (!e && a.state)
            e = turn(&a);
        if (e)
            give_up(&a, e);
        else if (a.state)
            sleep_us(&a, assess_due_us(&a) - hub_utc_us(a.hub));
    }
    finish(&a);
    return NULL;
}
