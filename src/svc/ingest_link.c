#include "ingest_parts.h"
#include "shikumen/base/clock.h"
#include "shikumen/io/settings_file.h"

/* The connection to the broker: made, lost, watched. */

#define BACKOFF_FIRST_US (500 * US_PER_MS)
#define BACKOFF_LAST_US  (30 * US_PER_S)
#define ANSWER_WITHIN_US (15 * US_PER_S) /* CONNACK and SUBACK */
#define STABLE_US        (35 * US_PER_S) /* longer than another daemon waits before it connects again */
#define QUICK_LOSSES     3               /* connections lost before that, one after the other */

void ingest_back_off(struct ingest *in)
{
    in->backoff_us = in->backoff_us ? in->backoff_us * 2 : BACKOFF_FIRST_US;
    if (in->backoff_us > BACKOFF_LAST_US)
        in->backoff_us = BACKOFF_LAST_US;
    in->retry_at_us = clock_monotonic_us() + in->backoff_us;
}

void ingest_hang_up(struct ingest *in)
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
    return !in->batch.failed && in->batch.bytes < BATCH_BYTES &&
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
    in->link.redelivery_window =
        2 * options.receive_maximum > 4096 ? 2 * options.receive_maximum : 4096;
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
    if (!refused && in->link.quick_losses >= QUICK_LOSSES)
        why = "lost soon after every connection; does another client use the same client_id?";
    hub_broker_set(in->hub, "%s%s%s", refused ? "refused" : "connecting", *why ? ": " : "", why);
}

void ingest_connect(struct ingest *in)
{
    enum err e = make_client(in);
    if (!e)
        e = mqtt_connect(in->mqtt);
    if (e) {
        in->link.quick_losses = 0;
        if (in->mqtt)
            say_why(in);
        ingest_hang_up(in);
        ingest_back_off(in);
        return;
    }
    in->link.connecting_since_us = clock_monotonic_us();
    in->link.connected_since_us = 0;
    in->link.redeliveries_left =
        in->link.redelivery_window; /* the first come right behind CONNACK */
    in->link.mid_sector = MID_SECTOR_NONE;
}

static enum err remember_filters(struct ingest *in)
{
    struct strbuf filters = {0};
    list_filters(in->plan->settings, &filters);
    enum err e = readings_meta_put(in->db, "subscriptions", strbuf_text(&filters));
    if (in->batch.since_us == 0) /* messages read already must not be committed without counters */
        in->batch.since_us = clock_monotonic_us();
    strbuf_free(&filters);
    return e;
}

/* CONNACK and SUBACK have come. */
enum err ingest_connected(struct ingest *in)
{
    int64_t now_us = clock_monotonic_us();
    in->link.connected_since_us = now_us;
    if (in->link.quick_losses == 0)
        in->backoff_us = 0;
    atomic_store(&in->hub->listening_since_us, clock_utc_us());
    if (in->link.quick_losses < QUICK_LOSSES)
        hub_broker_set(in->hub, "connected");
    hub_wake(in->hub, LOOP_ASSESS);
    return remember_filters(in);
}

static bool is_stable(const struct ingest *in)
{
    return in->link.connected_since_us &&
           clock_monotonic_us() - in->link.connected_since_us > STABLE_US;
}

void ingest_connection_lost(struct ingest *in)
{
    if (in->link.connected_since_us)
        in->link.quick_losses = is_stable(in) ? 0 : in->link.quick_losses + 1;
    say_why(in);
    if (mqtt_taken_over(in->mqtt) || mqtt_refused(in->mqtt))
        in->backoff_us = BACKOFF_LAST_US; /* trying again at once would fight the other client */
    ingest_hang_up(in);
    ingest_back_off(in);
}

static bool answer_overdue(const struct ingest *in)
{
    return in->link.connected_since_us == 0 &&
           clock_monotonic_us() - in->link.connecting_since_us > ANSWER_WITHIN_US;
}

void ingest_watch_broker(struct ingest *in)
{
    if (!in->mqtt)
        return;
    if (answer_overdue(in)) {
        hub_broker_set(in->hub, "connecting: the broker accepts but does not answer");
        ingest_hang_up(in);
        ingest_back_off(in);
    } else if (ingest_delivers_nothing(in)) {
        hub_fault(in->hub, LOOP_INGEST, "broker: connected, but nothing is delivered");
        atomic_store(&in->hub->nothing_delivered, true);
        hub_wake(in->hub, LOOP_ASSESS);
        ingest_hang_up(in); /* a new connection makes the broker take up the session again */
    } else if (in->link.connected_since_us &&
               in->link.last_message_us > in->link.connected_since_us &&
               atomic_exchange(&in->hub->nothing_delivered, false)) {
        hub_fault(in->hub, LOOP_INGEST, "%s", "");
    } else if (in->link.quick_losses > 0 && is_stable(in)) {
        in->link.quick_losses = 0;
        in->backoff_us = 0;
        hub_broker_set(in->hub, "connected");
    }
}
