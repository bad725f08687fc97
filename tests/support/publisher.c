#include "publisher.h"

#include <errno.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "process.h"

#define SEND_TIMEOUT_S 60

struct publisher {
    struct mosquitto *client;
    int port, window;
    bool connected;
    int64_t sent, acked, refused;
};

static void on_connect(struct mosquitto *client, void *context, int reason, int flags,
                       const mosquitto_property *properties)
{
    struct publisher *p = context;

    (void)client;
    (void)flags;
    (void)properties;
    p->connected = reason == 0;
    if (reason != 0)
        fprintf(stderr, "publisher: refused: %s\n", mosquitto_reason_string(reason));
}

static void on_disconnect(struct mosquitto *client, void *context, int reason,
                          const mosquitto_property *properties)
{
    struct publisher *p = context;

    (void)client;
    (void)reason;
    (void)properties;
    p->connected = false;
}

static void on_publish(struct mosquitto *client, void *context, int message_id, int reason,
                       const mosquitto_property *properties)
{
    struct publisher *p = context;

    (void)client;
    (void)message_id;
    (void)properties;
    p->acked++;
    if (reason >= 0x80)
        p->refused++;
}

static void step(struct publisher *p, int timeout_ms)
{
    if (mosquitto_loop(p->client, timeout_ms, 1) == MOSQ_ERR_SUCCESS)
        return;
    p->connected = false;
    sleep_ms(20);
    mosquitto_reconnect(p->client);
}

static bool wait_connected(struct publisher *p, double timeout_s)
{
    double end = now_s() + timeout_s;

    while (!p->connected && now_s() < end)
        step(p, 20);
    return p->connected;
}

static void require(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "publisher: %s\n", what);
        abort();
    }
}

static void set_security(struct publisher *p, const struct publisher_options *o)
{
    if (o->username)
        require(!mosquitto_username_pw_set(p->client, o->username, o->password), "user name");
    if (o->tls_ca)
        require(!mosquitto_tls_set(p->client, o->tls_ca, NULL, o->tls_cert, o->tls_key, NULL),
                "TLS files");
    if (o->will_topic)
        require(!mosquitto_will_set(p->client, o->will_topic, (int)strlen(o->will_payload),
                                    o->will_payload, 1, true),
                "will");
}

struct publisher *publisher_open(const struct publisher_options *o)
{
    struct publisher *p = calloc(1, sizeof *p);
    double end = now_s() + 20;

    require(p != NULL, "out of memory");
    p->port = o->port;
    p->window = o->window > 0 ? o->window : 100;
    mosquitto_lib_init();
    p->client = mosquitto_new(o->client_id, true, p);
    require(p->client != NULL, "mosquitto_new");
    mosquitto_int_option(p->client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(p->client, MOSQ_OPT_SEND_MAXIMUM, p->window > 65535 ? 65535 : p->window);
    mosquitto_int_option(p->client, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_connect_v5_callback_set(p->client, on_connect);
    mosquitto_disconnect_v5_callback_set(p->client, on_disconnect);
    mosquitto_publish_v5_callback_set(p->client, on_publish);
    set_security(p, o);
    while (mosquitto_connect(p->client, "127.0.0.1", p->port, 60) && now_s() < end)
        sleep_ms(20);
    require(wait_connected(p, 20), "no connection");
    return p;
}

static bool send_message(struct publisher *p, const char *topic, const void *payload, size_t n,
                         bool retain)
{
    double end = now_s() + SEND_TIMEOUT_S;
    int rc;

    while (p->sent - p->acked >= p->window || !p->connected) {
        step(p, 20);
        if (now_s() > end)
            return false;
    }
    rc = mosquitto_publish(p->client, NULL, topic, (int)n, payload, 1, retain);
    /* A message at QoS 1 is kept by the library also when the connection has just gone. */
    require(rc == MOSQ_ERR_SUCCESS || rc == MOSQ_ERR_NO_CONN || rc == MOSQ_ERR_CONN_LOST ||
                (rc == MOSQ_ERR_ERRNO && (errno == EPIPE || errno == ECONNRESET)),
            mosquitto_strerror(rc));
    p->sent++;
    if (p->sent % 8 == 0)
        step(p, 0);
    return true;
}

bool publisher_send(struct publisher *p, const char *topic, const void *payload, size_t n)
{
    return send_message(p, topic, payload, n, false);
}

bool publisher_send_retained(struct publisher *p, const char *topic, const void *payload, size_t n)
{
    return send_message(p, topic, payload, n, true);
}

bool publisher_series(struct publisher *p, int64_t from, int64_t count, double rate,
                      publisher_message *make, void *context)
{
    double start = now_s();
    char topic[256], payload[4096];

    for (int64_t i = 0; i < count; i++) {
        size_t n = make(context, from + i, topic, payload);
        while (rate > 0 && now_s() < start + (double)i / rate)
            step(p, 1);
        if (!publisher_send(p, topic, payload, n))
            return false;
    }
    return true;
}

bool publisher_flush(struct publisher *p, double timeout_s)
{
    double end = now_s() + timeout_s;

    while (p->acked < p->sent && now_s() < end)
        step(p, 20);
    return p->acked >= p->sent;
}

void publisher_idle(struct publisher *p, int ms)
{
    double end = now_s() + ms / 1000.0;

    while (now_s() < end)
        step(p, 10);
}

int64_t publisher_sent(const struct publisher *p)
{
    return p->sent;
}

int64_t publisher_acked(const struct publisher *p)
{
    return p->acked;
}

int64_t publisher_refused(const struct publisher *p)
{
    return p->refused;
}

static void release(struct publisher *p)
{
    mosquitto_destroy(p->client);
    mosquitto_lib_cleanup();
    free(p);
}

void publisher_close(struct publisher *p)
{
    if (!p)
        return;
    mosquitto_disconnect(p->client);
    mosquitto_loop(p->client, 0, 1);
    release(p);
}

void publisher_drop(struct publisher *p)
{
    shutdown(mosquitto_socket(p->client), SHUT_RDWR);
    release(p);
}
