/* A publisher at QoS 1 (MQTT 5) with a bounded number of messages in flight. It reconnects by
 * itself and sends again what was not acknowledged. Used from one thread; all work happens in the
 * calls. */
#ifndef SHIKUMEN_TESTS_PUBLISHER_H
#define SHIKUMEN_TESTS_PUBLISHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct publisher_options {
    int port;
    const char *client_id;                   /* NULL: made up by the library */
    int window;                              /* messages sent and not acknowledged; 0: 100 */
    const char *username, *password;         /* NULL: none */
    const char *tls_ca, *tls_cert, *tls_key; /* tls_ca: TLS; the others: client certificate */
    const char *will_topic, *will_payload;   /* retained, QoS 1; NULL: none */
};

struct publisher;

/* Connects, with up to 20 s of patience; aborts the test when that fails. */
struct publisher *publisher_open(const struct publisher_options *o);

/* Sends one message; blocks while the window is full. False when no acknowledgement came for 60 s.
 */
bool publisher_send(struct publisher *p, const char *topic, const void *payload, size_t n);
bool publisher_send_retained(struct publisher *p, const char *topic, const void *payload, size_t n);

/* Writes message i of a series; returns the payload's length. */
typedef size_t publisher_message(void *context, int64_t i, char topic[256], char payload[4096]);

/* Sends messages from..from+count-1, flat out (rate 0) or at rate messages per second. */
bool publisher_series(struct publisher *p, int64_t from, int64_t count, double rate,
                      publisher_message *make, void *context);

/* Waits until everything is acknowledged; false after timeout_s. */
bool publisher_flush(struct publisher *p, double timeout_s);
/* Keeps the connection alive for a while. */
void publisher_idle(struct publisher *p, int ms);

int64_t publisher_sent(const struct publisher *p);
int64_t publisher_acked(const struct publisher *p);
/* Acknowledgements that carried an MQTT 5 reason of failure (0x80 on: not authorised, quota). */
int64_t publisher_refused(const struct publisher *p);

/* A clean disconnect; NULL is allowed. */
void publisher_close(struct publisher *p);
/* Drops the TCP connection without a DISCONNECT, so that the broker sends the will. */
void publisher_drop(struct publisher *p);

#endif
