#include "uplink.h"

#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "shikumen/base/clock.h"
#include "shikumen/base/file.h"
#include "shikumen/base/strbuf.h"

#define OFFLINE        "{\"state\":\"offline\"}"
#define KEEPALIVE_S    60
#define PATIENCE_US    (20 * US_PER_S)
#define PAUSE_FIRST_US (50 * US_PER_MS)
#define PAUSE_MOST_US  (5 * US_PER_S)

struct uplink {
    struct mosquitto *client;
    bool connected, refused;
    bool was_connected, told; /* told: that the connection is lost */
    int64_t sent, acked;
    int64_t retry_at_us, pause_us; /* monotonic */
};

static void on_connect(struct mosquitto *client, void *context, int reason, int flags,
                       const mosquitto_property *properties)
{
    struct uplink *u = context;

    (void)client;
    (void)flags;
    (void)properties;
    u->connected = reason == 0;
    u->was_connected |= u->connected;
    u->refused = reason != 0;
    if (reason != 0)
        fprintf(stderr, "shikumen-sim: 代理拒绝 broker refused: %s\n",
                mosquitto_reason_string(reason));
    else if (u->told)
        fprintf(stderr, "shikumen-sim: 已重新连接 connected again\n");
    if (reason == 0) {
        u->told = false;
        u->pause_us = PAUSE_FIRST_US;
    }
}

static void on_disconnect(struct mosquitto *client, void *context, int reason,
                          const mosquitto_property *properties)
{
    struct uplink *u = context;

    (void)client;
    (void)reason;
    (void)properties;
    u->connected = false;
}

static void on_publish(struct mosquitto *client, void *context, int message_id, int reason,
                       const mosquitto_property *properties)
{
    struct uplink *u = context;

    (void)client;
    (void)message_id;
    (void)reason;
    (void)properties;
    u->acked++;
}

static enum err set_password(struct uplink *u, const struct options *o)
{
    struct strbuf text = {0};
    enum err e = ERR_OK;

    if (o->password_file)
        e = file_read(o->password_file, 4096, &text);
    while (text.len > 0 && (text.data[text.len - 1] == '\n' || text.data[text.len - 1] == '\r'))
        text.data[--text.len] = '\0';
    if (e == ERR_OK && mosquitto_username_pw_set(u->client, o->username, text.data))
        e = ERR_CONFIG;
    if (e != ERR_OK)
        fprintf(stderr, "shikumen-sim: 无法读取口令文件 cannot read %s: %s\n", o->password_file,
                err_name(e));
    strbuf_free(&text);
    return e;
}

static enum err configure(struct uplink *u, const struct options *o, const char *will_topic)
{
    mosquitto_int_option(u->client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(u->client, MOSQ_OPT_SEND_MAXIMUM, UPLINK_WINDOW);
    mosquitto_int_option(u->client, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_connect_v5_callback_set(u->client, on_connect);
    mosquitto_disconnect_v5_callback_set(u->client, on_disconnect);
    mosquitto_publish_v5_callback_set(u->client, on_publish);
    if (o->username && set_password(u, o) != ERR_OK)
        return ERR_CONFIG;
    if (o->tls_ca && mosquitto_tls_set(u->client, o->tls_ca, NULL, o->tls_cert, o->tls_key, NULL)) {
        fprintf(stderr, "shikumen-sim: 无法使用 TLS 文件 cannot use the TLS files\n");
        return ERR_CONFIG;
    }
    if (will_topic &&
        mosquitto_will_set(u->client, will_topic, (int)strlen(OFFLINE), OFFLINE, 1, true))
        return ERR_NOMEM;
    return ERR_OK;
}

/* Tries again when the pause is over; sleeps until then, at most timeout_ms. */
static void reconnect(struct uplink *u, int timeout_ms)
{
    int64_t now_us = clock_monotonic_us(), wait_us = u->retry_at_us - now_us;
    int64_t most_us = timeout_ms * US_PER_MS;
    struct timespec pause;

    if (wait_us > 0) {
        wait_us = wait_us < most_us ? wait_us : most_us;
        pause = (struct timespec){wait_us / US_PER_S, (wait_us % US_PER_S) * 1000};
        nanosleep(&pause, NULL);
        return;
    }
    u->pause_us = u->pause_us * 2 > PAUSE_MOST_US ? PAUSE_MOST_US : u->pause_us * 2;
    u->retry_at_us = now_us + u->pause_us;
    mosquitto_reconnect(u->client);
}

void uplink_step(struct uplink *u, int timeout_ms)
{
    int rc = mosquitto_loop(u->client, timeout_ms, 1);

    if (rc == MOSQ_ERR_SUCCESS)
        return;
    if (u->was_connected && !u->told) {
        fprintf(stderr, "shikumen-sim: 连接中断，重试中 connection lost, trying again: %s\n",
                mosquitto_strerror(rc));
        u->told = true;
    }
    u->connected = false;
    reconnect(u, timeout_ms);
}

static enum err first_connection(struct uplink *u, const struct options *o)
{
    int64_t end_us = clock_monotonic_us() + PATIENCE_US;

    mosquitto_connect(u->client, o->host, o->port, KEEPALIVE_S); /* a failure is met by the steps */
    while (!u->connected && !u->refused && clock_monotonic_us() < end_us)
        uplink_step(u, 50);
    if (u->connected)
        return ERR_OK;
    if (!u->refused)
        fprintf(stderr, "shikumen-sim: 无法连接代理 cannot reach the broker at %s:%d\n", o->host,
                o->port);
    return u->refused ? ERR_REFUSED : ERR_NET;
}

enum err uplink_open(const struct options *o, const char *will_topic, struct uplink **out)
{
    struct uplink *u = calloc(1, sizeof *u);
    enum err e;

    if (!u)
        return ERR_NOMEM;
    u->pause_us = PAUSE_FIRST_US;
    u->client = mosquitto_new(NULL, true, u);
    e = u->client ? configure(u, o, will_topic) : ERR_NOMEM;
    if (e == ERR_OK)
        e = first_connection(u, o);
    if (e != ERR_OK) {
        mosquitto_destroy(u->client);
        free(u);
        return e;
    }
    *out = u;
    return ERR_OK;
}

bool uplink_ready(const struct uplink *u)
{
    return u->connected && uplink_unacked(u) < UPLINK_WINDOW;
}

enum err uplink_send(struct uplink *u, const char *topic, const void *payload, size_t n,
                     bool retain)
{
    int rc = mosquitto_publish(u->client, NULL, topic, (int)n, payload, 1, retain);

    /* At QoS 1 the library keeps the message also when the connection has just gone. */
    if (rc != MOSQ_ERR_SUCCESS && rc != MOSQ_ERR_NO_CONN && rc != MOSQ_ERR_CONN_LOST)
        return ERR_NET;
    u->sent++;
    return ERR_OK;
}

int64_t uplink_unacked(const struct uplink *u)
{
    return u->sent - u->acked;
}

static void release(struct uplink *u)
{
    mosquitto_destroy(u->client);
    free(u);
}

void uplink_close(struct uplink *u)
{
    if (!u)
        return;
    mosquitto_disconnect(u->client);
    mosquitto_loop(u->client, 0, 1);
    release(u);
}

void uplink_drop(struct uplink *u)
{
    if (mosquitto_socket(u->client) >= 0)
        shutdown(mosquitto_socket(u->client), SHUT_RDWR);
    release(u);
}
