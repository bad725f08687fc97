#include "shikumen/io/mqtt_client.h"

#include <errno.h>
#include <limits.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mqtt_port.h"

enum { REASON_SIZE = 128 };

struct mqtt_client {
    struct mosquitto *handle;
    mqtt_message_fn *fn;
    void *context;
    struct mqtt_options options; /* strings point into text */
    const char **subscribe;
    char *text;
    enum mqtt_state state;
    size_t messages; /* since the last mqtt_read began */
    bool enough;     /* said by fn */
    bool refused, taken_over, resumed;
    char reason[REASON_SIZE];
};

static void set_reason(struct mqtt_client *c, const char *what, const char *why)
{
    snprintf(c->reason, sizeof c->reason, "%s%s%s", what, *what ? ": " : "", why);
}

static bool is_v5(const struct mqtt_client *c)
{
    return c->options.version == 5;
}

/* --- callbacks of libmosquitto, all from within loop_read --- */

static void unsubscribe_dropped(struct mqtt_client *c)
{
    char *before = strdup(c->options.subscribed_before), *rest = NULL;
    for (char *t = before ? strtok_r(before, "\n", &rest) : NULL; t;
         t = strtok_r(NULL, "\n", &rest)) {
        bool kept = false;
        for (size_t i = 0; i < c->options.subscribe_count; i++)
            kept = kept || strcmp(c->subscribe[i], t) == 0;
        if (!kept)
            mosquitto_unsubscribe(c->handle, NULL, t);
    }
    free(before);
}

static bool filters_changed(const struct mqtt_client *c)
{
    const char *at = c->options.subscribed_before;
    for (size_t i = 0; i < c->options.subscribe_count; i++) {
        size_t n = strlen(c->subscribe[i]);
        if (strncmp(at, c->subscribe[i], n) != 0 || at[n] != '\n')
            return true;
        at += n + 1;
    }
    return *at != '\0';
}

/* Under MQTT 5 a repeated SUBSCRIBE does not replay retained messages (retain handling 1); under
 * 3.1.1 it would, so there it is only sent when the session does not have it. */
static void subscribe(struct mqtt_client *c)
{
    if (!is_v5(c) && c->resumed && !filters_changed(c)) {
        c->state = MQTT_CONNECTED;
        return;
    }
    if (c->resumed)
        unsubscribe_dropped(c);
    for (size_t i = 0; i < c->options.subscribe_count; i++)
        mosquitto_subscribe_v5(c->handle, NULL, c->subscribe[i], 1,
                               is_v5(c) ? MQTT_SUB_OPT_SEND_RETAIN_NEW : 0, NULL);
}

static void on_connect(struct mosquitto *handle, void *context, int code, int flags,
                       const mosquitto_property *properties)
{
    (void)handle;
    (void)properties;
    struct mqtt_client *c = context;
    if (code != 0) {
        c->refused = true;
        set_reason(c, "",
                   is_v5(c) ? mosquitto_reason_string(code) : mosquitto_connack_string(code));
        return;
    }
    c->resumed = (flags & 1) != 0;
    subscribe(c);
}

static void on_subscribe(struct mosquitto *handle, void *context, int mid, int count,
                         const int *granted, const mosquitto_property *properties)
{
    (void)handle;
    (void)mid;
    (void)properties;
    struct mqtt_client *c = context;
    for (int i = 0; i < count; i++)
        if (granted[i] != 1) {
            c->refused = true;
            set_reason(c, "",
                       granted[i] >= 0x80 ? "subscription not allowed"
                                          : "subscription not granted at QoS 1");
        }
    if (!c->refused) {
        c->state = MQTT_CONNECTED;
        c->reason[0] = '\0';
    }
}

static void on_disconnect(struct mosquitto *handle, void *context, int code,
                          const mosquitto_property *properties)
{
    (void)handle;
    (void)properties;
    struct mqtt_client *c = context;
    c->state = MQTT_CLOSED;
    if (code == MQTT_RC_SESSION_TAKEN_OVER) {
        c->taken_over = true;
        set_reason(c, "session taken over", "another client uses the same client_id");
    } else if (!c->refused && !*c->reason) {
        set_reason(c, "connection lost",
                   code >= 0x80 ? mosquitto_reason_string(code) : mosquitto_strerror(code));
    }
}

static void on_message(struct mosquitto *handle, void *context, const struct mosquitto_message *m,
                       const mosquitto_property *properties)
{
    (void)handle;
    (void)properties;
    struct mqtt_client *c = context;
    c->messages++;
    c->enough = !c->fn(c->context, &(struct mqtt_message){
                                       .topic = m->topic,
                                       .payload = m->payload ? m->payload : "",
                                       .payload_len = m->payloadlen > 0 ? (size_t)m->payloadlen : 0,
                                       .mid = (uint16_t)(m->qos ? m->mid : 0),
                                       .retained = m->retain,
                                   });
}

/* --- making --- */

static char *copy_text(char **to, const char *text)
{
    size_t n = strlen(text) + 1;
    char *at = memcpy(*to, text, n);
    *to += n;
    return at;
}

static size_t options_size(const struct mqtt_options *o)
{
    const char *all[] = {o->host,   o->client_id, o->username, o->password,
                         o->tls_ca, o->tls_cert,  o->tls_key,  o->subscribed_before};
    size_t n = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        n += strlen(all[i]) + 1;
    for (size_t i = 0; i < o->subscribe_count; i++)
        n += strlen(o->subscribe[i]) + 1;
    return n;
}

static enum err copy_options(struct mqtt_client *c, const struct mqtt_options *o)
{
    c->options = *o;
    c->text = malloc(options_size(o));
    c->subscribe = calloc(o->subscribe_count + 1, sizeof *c->subscribe);
    if (!c->text || !c->subscribe)
        return ERR_NOMEM;
    char *to = c->text;
    const char **fields[] = {&c->options.host,     &c->options.client_id,
                             &c->options.username, &c->options.password,
                             &c->options.tls_ca,   &c->options.tls_cert,
                             &c->options.tls_key,  &c->options.subscribed_before};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        *fields[i] = copy_text(&to, *fields[i]);
    for (size_t i = 0; i < o->subscribe_count; i++)
        c->subscribe[i] = copy_text(&to, o->subscribe[i]);
    c->options.subscribe = c->subscribe;
    return ERR_OK;
}

static enum err set_tls(struct mqtt_client *c)
{
    const struct mqtt_options *o = &c->options;
    if (!*o->tls_ca && !*o->tls_cert)
        return ERR_OK;
    int rc = mosquitto_tls_set(
        c->handle, *o->tls_ca ? o->tls_ca : NULL, *o->tls_ca ? NULL : "/etc/ssl/certs",
        *o->tls_cert ? o->tls_cert : NULL, *o->tls_key ? o->tls_key : NULL, NULL);
    return rc == MOSQ_ERR_SUCCESS ? ERR_OK : rc == MOSQ_ERR_NOMEM ? ERR_NOMEM : ERR_CONFIG;
}

static enum err set_handle(struct mqtt_client *c)
{
    const struct mqtt_options *o = &c->options;
    mosquitto_threaded_set(c->handle, true); /* queue what is to be sent, see the header */
    mosquitto_int_option(c->handle, MOSQ_OPT_PROTOCOL_VERSION,
                         is_v5(c) ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311);
    mosquitto_int_option(c->handle, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_int_option(c->handle, MOSQ_OPT_RECEIVE_MAXIMUM, o->receive_maximum);
    mosquitto_connect_v5_callback_set(c->handle, on_connect);
    mosquitto_disconnect_v5_callback_set(c->handle, on_disconnect);
    mosquitto_subscribe_v5_callback_set(c->handle, on_subscribe);
    mosquitto_message_v5_callback_set(c->handle, on_message);
    if (*o->username &&
        mosquitto_username_pw_set(c->handle, o->username, *o->password ? o->password : NULL))
        return ERR_NOMEM;
    return set_tls(c);
}

enum err mqtt_new(const struct mqtt_options *options, mqtt_message_fn *fn, void *context,
                  struct mqtt_client **out)
{
    *out = NULL;
    struct mqtt_client *c = calloc(1, sizeof *c);
    if (!c)
        return ERR_NOMEM;
    mosquitto_lib_init();
    c->fn = fn;
    c->context = context;
    enum err e = copy_options(c, options);
    if (!e) {
        c->handle = mosquitto_new(c->options.client_id, false, c);
        e = c->handle ? set_handle(c) : ERR_NOMEM;
    }
    if (e) {
        mqtt_free(c);
        return e;
    }
    *out = c;
    return ERR_OK;
}

void mqtt_free(struct mqtt_client *c)
{
    if (!c)
        return;
    if (c->handle)
        mosquitto_destroy(c->handle);
    mosquitto_lib_cleanup();
    free(c->subscribe);
    free(c->text);
    free(c);
}

/* --- connecting --- */

enum err mqtt_connect(struct mqtt_client *c)
{
    c->state = MQTT_CLOSED;
    c->refused = c->taken_over = c->resumed = false;
    c->reason[0] = '\0';
    if (!mqtt_port_answers(c->options.host, c->options.port, c->reason, sizeof c->reason))
        return ERR_NET;
    mosquitto_property *properties = NULL;
    if (is_v5(c))
        mosquitto_property_add_int32(&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL,
                                     (uint32_t)c->options.session_expiry_s);
    int rc = mosquitto_connect_bind_v5(c->handle, c->options.host, c->options.port,
                                       c->options.keepalive_s, NULL, properties);
    int kept = errno;
    mosquitto_property_free_all(&properties);
    if (rc != MOSQ_ERR_SUCCESS) {
        set_reason(c, "", rc == MOSQ_ERR_ERRNO ? strerror(kept) : mosquitto_strerror(rc));
        return ERR_NET;
    }
    c->state = MQTT_CONNECTING;
    return ERR_OK;
}

enum mqtt_state mqtt_state_now(const struct mqtt_client *c)
{
    return c->state;
}

const char *mqtt_reason(const struct mqtt_client *c)
{
    return c->reason;
}

bool mqtt_refused(const struct mqtt_client *c)
{
    return c->refused;
}

bool mqtt_taken_over(const struct mqtt_client *c)
{
    return c->taken_over;
}

bool mqtt_resumed(const struct mqtt_client *c)
{
    return c->resumed;
}

int mqtt_socket(const struct mqtt_client *c)
{
    return mosquitto_socket(c->handle);
}

/* --- the loop --- */

static enum err lost(struct mqtt_client *c, int rc)
{
    if (!*c->reason)
        set_reason(c, "connection lost", mosquitto_strerror(rc));
    c->state = MQTT_CLOSED;
    return ERR_NET;
}

bool mqtt_buffered(const struct mqtt_client *c)
{
    SSL *ssl = mosquitto_ssl_get(c->handle);
    return ssl && SSL_pending(ssl) > 0;
}

static bool readable(const struct mqtt_client *c)
{
    struct pollfd p = {.fd = mosquitto_socket(c->handle), .events = POLLIN};
    return mqtt_buffered(c) || (p.fd >= 0 && poll(&p, 1, 0) > 0);
}

enum err mqtt_read(struct mqtt_client *c, size_t max, size_t *count)
{
    c->messages = 0;
    c->enough = false;
    int rc = MOSQ_ERR_SUCCESS;
    size_t before;
    do {
        before = c->messages;
        rc = mosquitto_loop_read(c->handle, 1);
    } while (rc == MOSQ_ERR_SUCCESS && c->messages < max && !c->enough &&
             (c->messages != before || readable(c)));
    *count = c->messages;
    if (c->refused)
        return ERR_NET;
    return rc == MOSQ_ERR_SUCCESS ? ERR_OK : lost(c, rc);
}

bool mqtt_want_release(const struct mqtt_client *c)
{
    return mosquitto_want_write(c->handle);
}

enum err mqtt_release(struct mqtt_client *c)
{
    int rc = mosquitto_loop_write(c->handle, 1);
    return rc == MOSQ_ERR_SUCCESS ? ERR_OK : lost(c, rc);
}

enum err mqtt_publish(struct mqtt_client *c, const char *topic, const void *payload, size_t len)
{
    int rc;

    if (c->state != MQTT_CONNECTED || len > INT_MAX)
        return ERR_NET;
    rc = mosquitto_publish(c->handle, NULL, topic, (int)len, payload, 0, false);
    return rc == MOSQ_ERR_SUCCESS ? ERR_OK : rc == MOSQ_ERR_NOMEM ? ERR_NOMEM : ERR_NET;
}

enum err mqtt_tend(struct mqtt_client *c)
{
    int rc = mosquitto_loop_misc(c->handle);
    return rc == MOSQ_ERR_SUCCESS ? ERR_OK : lost(c, rc);
}

void mqtt_disconnect(struct mqtt_client *c)
{
    if (c->state == MQTT_CLOSED)
        return;
    mosquitto_disconnect(c->handle);
    mosquitto_loop_write(c->handle, 1);
    c->state = MQTT_CLOSED;
}
