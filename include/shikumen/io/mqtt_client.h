/* MQTT subscriber whose acknowledgements leave when the caller says so.
 *
 * libmosquitto acknowledges a QoS 1 message before it calls back. With the handle marked threaded
 * it only queues what it wants to send; the owner of the loop decides when that leaves. So:
 * mqtt_read, commit what came, then mqtt_release. Whoever is killed in between gets everything
 * again. Only public API of libmosquitto 2.0; one thread. */
#ifndef SHIKUMEN_IO_MQTT_CLIENT_H
#define SHIKUMEN_IO_MQTT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"

struct mqtt_client;

struct mqtt_options {
    const char *host;
    int port;
    const char *client_id;
    int version;                             /* 5 or 4 (3.1.1) */
    const char *username, *password;         /* "" none */
    const char *tls_ca, *tls_cert, *tls_key; /* paths, "" none */
    int receive_maximum, keepalive_s;
    int64_t session_expiry_s;
    const char *const *subscribe;
    size_t subscribe_count;
    const char
        *subscribed_before; /* topic filters of the session as it stands, one a line; "" none */
};

struct mqtt_message {
    const char *topic;
    const void *payload;
    size_t payload_len;
    uint16_t mid; /* 0 for QoS 0 */
};
/* False: no more for this time, the rest stays in the socket. */
typedef bool mqtt_message_fn(void *context, const struct mqtt_message *m);

enum mqtt_state {
    MQTT_CLOSED,     /* not connected, see mqtt_reason */
    MQTT_CONNECTING, /* TCP is up, no answer to CONNECT yet */
    MQTT_CONNECTED,  /* CONNACK and SUBACK came */
};

/* Options are copied. fn is called from mqtt_read. ERR_NOMEM; ERR_CONFIG when a TLS file cannot be
 * used. */
enum err mqtt_new(const struct mqtt_options *options, mqtt_message_fn *fn, void *context,
                  struct mqtt_client **out) MUST_USE;

/* Drops the connection without sending anything, so nothing unreleased is acknowledged. NULL
 * allowed. */
void mqtt_free(struct mqtt_client *c);

/* Opens the connection (waits at most 5 s for TCP) and queues CONNECT; what an earlier connection
 * had queued is dropped. ERR_NET. */
enum err mqtt_connect(struct mqtt_client *c) MUST_USE;

enum mqtt_state mqtt_state_now(const struct mqtt_client *c);
/* Why it is closed or refused, for people ("Not authorized"); "" while connected. */
const char *mqtt_reason(const struct mqtt_client *c);
bool mqtt_refused(
    const struct mqtt_client *c); /* the broker answered no: trying at once is no use */
bool mqtt_taken_over(const struct mqtt_client *c); /* another client uses our id */
bool mqtt_resumed(const struct mqtt_client *c);    /* the broker kept our session */
int mqtt_socket(const struct mqtt_client *c);      /* -1 when closed */

/* Reads what has arrived, calling fn, until nothing is left, max messages came or fn has enough;
 * never waits. *count is the number of messages. ERR_NET when the connection is gone. */
enum err mqtt_read(struct mqtt_client *c, size_t max, size_t *count) MUST_USE;

/* True when TLS holds bytes back that poll cannot see: read again without waiting. */
bool mqtt_buffered(const struct mqtt_client *c);

/* True when something is queued to be sent. */
bool mqtt_want_release(const struct mqtt_client *c);
/* Sends what is queued, acknowledgements included, as far as the socket takes it. Call only when
 * everything read is durable. ERR_NET. */
enum err mqtt_release(struct mqtt_client *c) MUST_USE;

/* Queues a message of ours (QoS 0, not retained) to be sent with the next mqtt_release. ERR_NET when
 * not connected or the broker cannot take it; ERR_NOMEM. */
enum err mqtt_publish(struct mqtt_client *c, const char *topic, const void *payload,
                      size_t len) MUST_USE;

/* Keep-alive; call at least once a second. ERR_NET. */
enum err mqtt_tend(struct mqtt_client *c) MUST_USE;

/* Says goodbye in order; only after everything read was released. */
void mqtt_disconnect(struct mqtt_client *c);

#endif
