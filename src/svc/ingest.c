#include "shikumen/svc/ingest.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest_parts.h"
#include "shikumen/base/clock.h"
#include "shikumen/io/settings_file.h"

#define BACKOFF_FIRST_US  (500 * US_PER_MS)
#define BACKOFF_LAST_US   (30 * US_PER_S)
#define ANSWER_WITHIN_US  (15 * US_PER_S) /* CONNACK and SUBACK */
#define STABLE_US         (35 * US_PER_S) /* longer than another daemon waits before it connects again */
#define QUICK_LOSSES      3               /* connections lost before that, one after the other */
#define QUIET_AT_LEAST_US (60 * US_PER_S)
#define QUIET_PERIODS     5
#define BATCH_MESSAGES    2000      /* read between two looks at the clock */
#define BATCH_BYTES       (4 << 20) /* of payload in a batch, but for the last message */
#define TICK_MS           1000
#define LOOK_MS           500 /* while there is a directory of files to be looked at */
/* A gateway without a battery clock starts in the past; arrival times from then would be wrong. */
#define CLOCK_PLAUSIBLE_US 1735689600000000LL /* 2025-01-01T00:00:00Z */

/* --- waiting --- */

static void back_off(struct ingest *in)
{
    in->backoff_us = in->backoff_us ? in->backoff_us * 2 : BACKOFF_FIRST_US;
    if (in->backoff_us > BACKOFF_LAST_US)
        in->backoff_us = BACKOFF_LAST_US;
    in->retry_at_us = clock_monotonic_us() + in->backoff_us;
}

static void wait_ms(struct ingest *in, int fd, short events, int64_t timeout_ms)
{
    if (*in->plan->settings->files.drop && timeout_ms > LOOK_MS)
        timeout_ms = LOOK_MS;
    if (in->busy)
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

/* --- connecting --- */

static void hang_up(struct ingest *in)
{
    mqtt_free(in->mqtt);
    in->mqtt = NULL;
    atomic_store(&in->hub->listening_since_us, 0);
}

/* The topic filters, one a line: what the session at the broker has. */
static void list_filters(const struct settings *s, struct strbuf *out)
{
    for (size_t i = 0; i < s->mqtt.subscribe_count; i++) {
        strbuf_puts(out, s->mqtt.subscribe[i]);
        strbuf_putc(out, '\n');
    }
}

/* Reading stops when the batch is full: memory is bounded whatever the broker has in store. */
static bool on_message(void *context, const struct mqtt_message *m)
{
    struct ingest *in = context;
    ingest_message(in, m);
    return !in->failed && in->batch_bytes < BATCH_BYTES &&
           readings_pending_count(in->db) < (size_t)in->plan->settings->store.commit_readings;
}

static enum err make_client(struct ingest *in)
{
    const struct settings *s = in->plan->settings;
    struct strbuf password = {0};
    const char *before = NULL;
    enum err e = readings_meta_get(in->db, "subscriptions", &before);
    if (e)
        return e;
    if (*s->mqtt.password_file && secret_read(s->mqtt.password_file, &password)) {
        hub_broker_set(in->hub, "refused: cannot read mqtt.password_file");
        strbuf_free(&password);
        return ERR_CONFIG;
    }
    struct mqtt_options options = {
        .host = s->mqtt.host,
        .port = s->mqtt.port,
        .client_id = s->mqtt.client_id,
        .version = s->mqtt.version,
        .username = s->mqtt.username,
        .password = strbuf_text(&password),
        .tls_ca = s->mqtt.tls_ca,
        .tls_cert = s->mqtt.tls_cert,
        .tls_key = s->mqtt.tls_key,
        .receive_maximum = s->mqtt.receive_maximum,
        .keepalive_s = s->mqtt.keepalive_s,
        .session_expiry_s = s->mqtt.session_expiry_s,
        .subscribe = s->mqtt.subscribe,
        .subscribe_count = s->mqtt.subscribe_count,
        .subscribed_before = before ? before : "",
    };
    in->redelivery_window = 2 * options.receive_maximum > 4096 ? 2 * options.receive_maximum : 4096;
    e = mqtt_new(&options, on_message, in, &in->mqtt);
    if (e == ERR_CONFIG)
        hub_broker_set(in->hub, "refused: a TLS file cannot be used");
    strbuf_free(&password);
    return e;
}

/* "refused: why" when trying again at once is no use, else "connecting: why". Not every broker says
 * that a session was taken over; some just close the connection, each time anew. */
static void say_why(struct ingest *in)
{
    bool refused = mqtt_refused(in->mqtt) || mqtt_taken_over(in->mqtt);
    const char *why = mqtt_reason(in->mqtt);
    if (!refused && in->quick_losses >= QUICK_LOSSES)
        why = "lost soon after every connection; does another client use the same client_id?";
    hub_broker_set(in->hub, "%s%s%s", refused ? "refused" : "connecting", *why ? ": " : "", why);
}

static void connect_broker(struct ingest *in)
{
    enum err e = make_client(in);
    if (!e)
        e = mqtt_connect(in->mqtt);
    if (e) {
        in->quick_losses = 0;
        if (in->mqtt)
            say_why(in);
        hang_up(in);
        back_off(in);
        return;
    }
    in->connecting_since_us = clock_monotonic_us();
    in->connected_since_us = 0;
    in->redeliveries_left = in->redelivery_window; /* the first come right behind CONNACK */
    in->mid_sector = MID_SECTOR_NONE;
}

static enum err remember_filters(struct ingest *in)
{
    struct strbuf filters = {0};
    list_filters(in->plan->settings, &filters);
    enum err e = readings_meta_put(in->db, "subscriptions", strbuf_text(&filters));
    if (in->batch_since_us == 0) /* messages read already must not be committed without counters */
        in->batch_since_us = clock_monotonic_us();
    strbuf_free(&filters);
    return e;
}

/* CONNACK and SUBACK have come. */
static enum err connected(struct ingest *in)
{
    int64_t now_us = clock_monotonic_us();
    in->connected_since_us = now_us;
    if (in->quick_losses == 0)
        in->backoff_us = 0;
    atomic_store(&in->hub->listening_since_us, clock_utc_us());
    if (in->quick_losses < QUICK_LOSSES)
        hub_broker_set(in->hub, "connected");
    hub_wake(in->hub, LOOP_ASSESS);
    return remember_filters(in);
}

static bool is_stable(const struct ingest *in)
{
    return in->connected_since_us && clock_monotonic_us() - in->connected_since_us > STABLE_US;
}

static void connection_lost(struct ingest *in)
{
    if (in->connected_since_us)
        in->quick_losses = is_stable(in) ? 0 : in->quick_losses + 1;
    say_why(in);
    if (mqtt_taken_over(in->mqtt) || mqtt_refused(in->mqtt))
        in->backoff_us = BACKOFF_LAST_US; /* trying again at once would fight the other client */
    hang_up(in);
    back_off(in);
}

/* Spoke within its five periods before the latest message. */
static bool lively(const struct ingest *in, size_t i)
{
    int64_t heard_us = in->heard_us[in->ids[i]];
    return heard_us != 0 && in->last_message_us - heard_us <=
                                QUIET_PERIODS * in->plan->registry->sensors[i].period_us;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* Of all sensors: what to go by as long as none was heard. 0 when there is none. */
static int64_t median_period_us(const struct registry *r)
{
    int64_t *periods = malloc((r->sensor_count + 1) * sizeof *periods);
    if (!periods || r->sensor_count == 0) {
        free(periods);
        return 0;
    }
    for (size_t i = 0; i < r->sensor_count; i++)
        periods[i] = r->sensors[i].period_us;
    qsort(periods, r->sensor_count, sizeof *periods, by_size);
    int64_t median_us = periods[r->sensor_count / 2];
    free(periods);
    return median_us;
}

/* The shortest nominal period of the sensors that were lately heard (a dead one is no measure); 0
 * when there is none. */
static int64_t shortest_period_us(const struct ingest *in)
{
    const struct registry *r = in->plan->registry;
    int64_t shortest_us = 0;
    for (size_t i = 0; i < r->sensor_count; i++)
        if (lively(in, i) && (shortest_us == 0 || r->sensors[i].period_us < shortest_us))
            shortest_us = r->sensors[i].period_us;
    return shortest_us;
}

/* A broker that accepts us and then says nothing looks healthy to TCP and to keep-alive. */
static bool delivers_nothing(struct ingest *in)
{
    int64_t since_us =
        in->last_message_us > in->connected_since_us ? in->last_message_us : in->connected_since_us;
    int64_t quiet_us = clock_monotonic_us() - since_us;
    if (in->connected_since_us == 0 || quiet_us <= QUIET_AT_LEAST_US)
        return false;
    int64_t period_us =
        in->any_heard ? shortest_period_us(in) : median_period_us(in->plan->registry);
    return period_us != 0 && quiet_us > QUIET_PERIODS * period_us;
}

static bool answer_overdue(const struct ingest *in)
{
    return in->connected_since_us == 0 &&
           clock_monotonic_us() - in->connecting_since_us > ANSWER_WITHIN_US;
}

/* --- the round: read, commit, release --- */

static void store_failed(struct ingest *in, enum err e)
{
    hub_fault(in->hub, LOOP_INGEST, "store: %s",
              in->db && *readings_error(in->db) ? readings_error(in->db) : err_name(e));
    ingest_drop_stop(in);
    hang_up(in); /* drops the acknowledgements of what is not durable */
    ingest_store_close(in);
    in->failed = ERR_OK;
    in->batch_since_us = 0;
    in->batch_bytes = 0;
    in->urgent = false;
    back_off(in);
}

/* Time the batch may still wait for more, in ms; 0: commit now. Few commits spare the flash, but a
 * reading that one look can turn into an alert does not wait, and neither does a broker that has
 * sent a good part of what it may send unacknowledged. */
static int64_t linger_ms(const struct ingest *in)
{
    const struct settings *s = in->plan->settings;
    if (in->urgent || in->batch_bytes >= BATCH_BYTES ||
        readings_pending_count(in->db) >= (size_t)s->store.commit_readings ||
        in->tally.messages >= s->mqtt.receive_maximum / 4 || hub_stopping(in->hub))
        return 0;
    int64_t age_us = clock_monotonic_us() - in->batch_since_us;
    int64_t left_us = s->store.commit_ms * US_PER_MS - age_us;
    return left_us > 0 ? left_us / US_PER_MS + 1 : 0;
}

static enum err read_socket(struct ingest *in)
{
    enum mqtt_state before = mqtt_state_now(in->mqtt);
    size_t count;
    enum err e = mqtt_read(in->mqtt, BATCH_MESSAGES, &count);
    if (!e && before != MQTT_CONNECTED && mqtt_state_now(in->mqtt) == MQTT_CONNECTED)
        in->failed = in->failed ? in->failed : connected(in);
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
    bool waiting = in->batch_since_us != 0;
    short events = (short)(POLLIN | (!waiting && mqtt_want_release(in->mqtt) ? POLLOUT : 0));
    wait_ms(in, mqtt_socket(in->mqtt), events,
            mqtt_buffered(in->mqtt) ? 0
            : waiting               ? linger_ms(in)
                                    : TICK_MS);
    if (plan_changed(in))
        return; /* what comes after a reload is decoded by it */
    enum err net = read_socket(in);
    if (in->batch_since_us != 0 && !in->failed && !net && linger_ms(in) > 0)
        return;
    enum err e = in->failed;
    if (!e && in->batch_since_us != 0)
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
        connection_lost(in);
}

static void watch_broker(struct ingest *in)
{
    if (!in->mqtt)
        return;
    if (answer_overdue(in)) {
        hub_broker_set(in->hub, "connecting: the broker accepts but does not answer");
        hang_up(in);
        back_off(in);
    } else if (delivers_nothing(in)) {
        hub_fault(in->hub, LOOP_INGEST, "broker: connected, but nothing is delivered");
        atomic_store(&in->hub->nothing_delivered, true);
        hub_wake(in->hub, LOOP_ASSESS);
        hang_up(in); /* a new connection makes the broker take up the session again */
    } else if (in->connected_since_us && in->last_message_us > in->connected_since_us &&
               atomic_exchange(&in->hub->nothing_delivered, false)) {
        hub_fault(in->hub, LOOP_INGEST, "%s", "");
    } else if (in->quick_losses > 0 && is_stable(in)) {
        in->quick_losses = 0;
        in->backoff_us = 0;
        hub_broker_set(in->hub, "connected");
    }
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
    if (in->db && in->batch_since_us != 0) {
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
    in->busy = ingest_drop_turn(in);
    enum err e = in->failed;
    if (!e && in->busy && in->batch_since_us != 0)
        e = ingest_store_commit(in);
    if (!e && in->busy)
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
    if (in->mqtt && in->db && in->batch_since_us != 0 && !in->failed && !ingest_store_commit(in) &&
        mqtt_release(in->mqtt) == ERR_OK)
        mqtt_disconnect(in->mqtt);
    else if (in->mqtt && in->batch_since_us == 0)
        mqtt_disconnect(in->mqtt);
    hang_up(in);
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
                back_off(&in);
        } else if (!in.mqtt) {
            connect_broker(&in);
        } else {
            turn(&in);
            watch_broker(&in);
        }
    }
    finish(&in);
    return NULL;
}
