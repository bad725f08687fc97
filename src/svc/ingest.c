#include "shikumen/svc/ingest.h"

#include <poll.h>

#include "ingest_parts.h"
#include "shikumen/base/clock.h"

#define BATCH_MESSAGES 2000 /* read between two looks at the clock */
#define TICK_MS        1000
#define LOOK_MS        500 /* while there is a directory of files to be looked at */
/* A gateway without a battery clock starts in the past; arrival times from then would be wrong. */
#define CLOCK_PLAUSIBLE_US 1735689600000000LL /* 2025-01-01T00:00:00Z */

/* --- waiting --- */

static void wait_ms(struct ingest *in, int fd, short events, int64_t timeout_ms)
{
    if (*in->plan->settings->files.drop && timeout_ms > LOOK_MS)
        timeout_ms = LOOK_MS;
    if (in->files.busy)
        timeout_ms = 0;
    struct pollfd fds[2] = {{.fd = in->hub->wake_fd[LOOP_INGEST], .events = POLLIN},
                            {.fd = fd, .events = events}};
    poll(fds, fd >= 0 ? 2 : 1,
         (int)(timeout_ms < 0         ? 0
               : timeout_ms > TICK_MS ? TICK_MS
                                      : timeout_ms));
    if (fds[0].revents)
        hub_drain(in->hub, LOOP_INGEST);
}

static bool wait_for_retry(struct ingest *in)
{
    int64_t left_us = in->retry_at_us - clock_monotonic_us();
    if (left_us <= 0)
        return false;
    wait_ms(in, -1, 0, left_us / US_PER_MS + 1);
    return true;
}

/* --- the round: read, commit, release --- */

static void store_failed(struct ingest *in, enum err e)
{
    hub_fault(in->hub, LOOP_INGEST, "store: %s",
              in->db && *readings_error(in->db) ? readings_error(in->db) : err_name(e));
    ingest_drop_stop(in);
    ingest_hang_up(in); /* drops the acknowledgements of what is not durable */
    ingest_store_close(in);
    in->batch = (struct ingest_batch){0};
    ingest_back_off(in);
}

/* Time the batch may still wait for more, in ms; 0: commit now. Few commits spare the flash, but a
 * reading that one look can turn into an alert does not wait, and neither does a broker that has
 * sent a good part of what it may send unacknowledged. */
static int64_t linger_ms(const struct ingest *in)
{
    const struct settings *s = in->plan->settings;
    if (in->batch.urgent || in->batch.bytes >= BATCH_BYTES ||
        readings_pending_count(in->db) >= (size_t)s->store.commit_readings ||
        in->batch.tally.messages >= s->mqtt.receive_maximum / 4 || hub_stopping(in->hub))
        return 0;
    int64_t age_us = clock_monotonic_us() - in->batch.since_us;
    int64_t left_us = s->store.commit_ms * US_PER_MS - age_us;
    return left_us > 0 ? left_us / US_PER_MS + 1 : 0;
}

static enum err read_socket(struct ingest *in)
{
    enum mqtt_state before = mqtt_state_now(in->mqtt);
    size_t count;
    enum err e = mqtt_read(in->mqtt, BATCH_MESSAGES, &count);
    if (!e && before != MQTT_CONNECTED && mqtt_state_now(in->mqtt) == MQTT_CONNECTED)
        in->batch.failed = in->batch.failed ? in->batch.failed : ingest_connected(in);
    return e;
}

static bool plan_changed(const struct ingest *in)
{
    struct plan *now = hub_plan(in->hub);
    plan_release(now);
    return now != in->plan;
}

/* What was read is durable before anything is sent. */
static void turn(struct ingest *in)
{
    bool waiting = in->batch.since_us != 0;
    short events = (short)(POLLIN | (!waiting && mqtt_want_release(in->mqtt) ? POLLOUT : 0));
    wait_ms(in, mqtt_socket(in->mqtt), events,
            mqtt_buffered(in->mqtt) ? 0
            : waiting               ? linger_ms(in)
                                    : TICK_MS);
    if (plan_changed(in))
        return; /* what comes after a reload is decoded by it */
    enum err net = read_socket(in);
    if (in->batch.since_us != 0 && !in->batch.failed && !net && linger_ms(in) > 0)
        return;
    enum err e = in->batch.failed;
    if (!e && in->batch.since_us != 0)
        e = ingest_store_commit(in);
    if (e) {
        store_failed(in, e);
        return;
    }
    if (!net && mqtt_want_release(in->mqtt))
        net = mqtt_release(in->mqtt);
    if (!net)
        net = mqtt_tend(in->mqtt);
    if ((e = ingest_store_care(in)))
        store_failed(in, e);
    else if (net)
        ingest_connection_lost(in);
}

static void adopt_plan(struct ingest *in)
{
    struct plan *now = hub_plan(in->hub);
    if (now == in->plan) {
        plan_release(now);
        return;
    }
    ingest_drop_stop(in);
    plan_release(in->plan);
    in->plan = now;
    if (!*now->settings->files.drop)
        ingest_drop_tell_none(in);
    if (in->db && in->batch.since_us != 0) {
        enum err e = ingest_store_commit(in);
        if (e)
            store_failed(in, e);
    }
    if (in->db) {
        enum err e = ingest_store_adopt(in);
        if (!e)
            e = ingest_recalibrate(in);
        if (e)
            store_failed(in, e);
        else
            atomic_store(&in->hub->ingested_plan, in->plan->registry_digest);
        hub_wake(in->hub, LOOP_ASSESS);
    }
}

/* Files come whether there is a broker or not. */
static void turn_files(struct ingest *in)
{
    in->files.busy = ingest_drop_turn(in);
    enum err e = in->batch.failed;
    if (!e && in->files.busy && in->batch.since_us != 0)
        e = ingest_store_commit(in);
    if (!e && in->files.busy)
        e = ingest_store_care(in);
    if (e)
        store_failed(in, e);
}

/* Until the clock is set the broker keeps the messages. */
static bool clock_unset(struct ingest *in)
{
    if (clock_utc_us() >= CLOCK_PLAUSIBLE_US)
        return false;
    hub_fault(in->hub, LOOP_INGEST, "clock: the system clock is not set");
    return true;
}

static void finish(struct ingest *in)
{
    if (in->mqtt && in->db && in->batch.since_us != 0 && !in->batch.failed &&
        !ingest_store_commit(in) && mqtt_release(in->mqtt) == ERR_OK)
        mqtt_disconnect(in->mqtt);
    else if (in->mqtt && in->batch.since_us == 0)
        mqtt_disconnect(in->mqtt);
    ingest_hang_up(in);
    ingest_drop_stop(in);
    ingest_store_free(in);
}

void *ingest_run(void *hub)
{
    struct ingest in = {.hub = hub, .plan = hub_plan(hub)};
    while (!hub_stopping(in.hub)) {
        hub_beat(in.hub, LOOP_INGEST);
        adopt_plan(&in);
        if (in.db)
            turn_files(&in);
        if ((!in.db || !in.mqtt) && wait_for_retry(&in))
            continue;
        if (!in.db) {
            if (clock_unset(&in) || ingest_store_open(&in))
                ingest_back_off(&in);
        } else if (!in.mqtt) {
            ingest_connect(&in);
        } else {
            turn(&in);
            ingest_watch_broker(&in);
        }
    }
    finish(&in);
    return NULL;
}
