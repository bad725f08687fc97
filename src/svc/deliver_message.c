/* One message: address, headers, body. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deliver_private.h"
#include "shikumen/base/clock.h"

#define DEFAULT_TIMEOUT_S 20
#define MAX_HEADERS       4
#define HEADER_SIZE       256

struct headers {
    char text[MAX_HEADERS][HEADER_SIZE];
    const char *list[MAX_HEADERS];
    size_t count;
};

/* A message being made. */
struct post {
    const struct lane *lane;
    enum format_secret secret;
    char id[ALERT_ID_SIZE + 16];
    int64_t now_us;
    struct headers headers;
    struct strbuf address, body;
    char robot_signature[WEBHOOK_SIGNATURE_SIZE]; /* "" when unsigned */
};

static void add_header(struct headers *h, const char *name, const char *value)
{
    snprintf(h->text[h->count], HEADER_SIZE, "%s: %s", name, value);
    h->list[h->count] = h->text[h->count];
    h->count++;
}

static bool has_key(const struct lane *lane)
{
    return lane->key.len > 0;
}

/* The key as text; keys that are not of Standard Webhooks are printable. */
static void key_text(const struct lane *lane, char text[WEBHOOK_KEY_MAX + 1])
{
    memcpy(text, lane->key.bytes, lane->key.len);
    text[lane->key.len] = '\0';
}

/* --- signatures --- */

/* The headers of Standard Webhooks 1.0: the id stays over retries, the time is that of the try. */
static enum err sign_webhook(struct post *p)
{
    char stamp[24], signature[WEBHOOK_SIGNATURE_SIZE];
    enum err e;

    snprintf(stamp, sizeof stamp, "%lld", (long long)(p->now_us / US_PER_S));
    add_header(&p->headers, "webhook-id", p->id);
    add_header(&p->headers, "webhook-timestamp", stamp);
    if (!has_key(p->lane))
        return ERR_OK;
    e = webhook_sign(&p->lane->key, p->id, p->now_us / US_PER_S, strbuf_text(&p->body), p->body.len,
                     signature);
    if (e == ERR_OK)
        add_header(&p->headers, "webhook-signature", signature);
    return e;
}

static void sign_bearer(struct post *p)
{
    char value[16 + WEBHOOK_KEY_MAX] = "Bearer ";

    if (!has_key(p->lane))
        return;
    key_text(p->lane, value + strlen(value));
    add_header(&p->headers, "Authorization", value);
    explicit_bzero(value, sizeof value);
}

/* Robots: the time is signed, not the message. */
static enum err sign_robot(struct post *p)
{
    char key[WEBHOOK_KEY_MAX + 1];
    struct format_signing s;
    enum err e = ERR_NOMEM;

    if ((p->secret != SECRET_DINGTALK && p->secret != SECRET_FEISHU) || !has_key(p->lane))
        return ERR_OK;
    key_text(p->lane, key);
    format_signing(p->secret, key, p->now_us, &s);
    explicit_bzero(key, sizeof key);
    if (!s.key.failed && !s.text.failed && !s.stamp.failed)
        e = webhook_hmac(strbuf_text(&s.key), s.key.len, strbuf_text(&s.text), s.text.len,
                         p->robot_signature);
    if (e == ERR_OK && p->secret == SECRET_DINGTALK) {
        format_add_query(&p->address, "timestamp", strbuf_text(&s.stamp));
        format_add_query(&p->address, "sign", p->robot_signature);
    }
    format_signing_free(&s);
    return e;
}

/* --- the message --- */

static void fill_items(struct format_item *items, struct due *const *steps, size_t count)
{
    for (size_t i = 0; i < count; i++)
        items[i] = (struct format_item){
            .step = &steps[i]->view,
            .first = steps[i]->first.root ? &steps[i]->first : NULL,
            .opened_us = steps[i]->row.opened_us,
            .sent = steps[i]->sent,
            .sent_count = steps[i]->sent_count,
        };
}

static enum err render(struct post *p, struct due *const *steps, size_t count)
{
    const struct lane *lane = p->lane;
    struct format_item *items = calloc(count, sizeof *items);
    struct format_message m = {
        .items = items,
        .count = count,
        .languages = format_languages(lane->endpoint->language),
        .now_us = p->now_us,
        .zone = lane->zone,
        .keyword = lane->endpoint->keyword,
        .topic = strbuf_text(&lane->topic),
        .signature = p->robot_signature,
        .template = lane->template,
    };

    if (!items)
        return ERR_NOMEM;
    fill_items(items, steps, count);
    lane->format->render(&m, &p->body);
    free(items);
    return p->body.failed ? ERR_NOMEM : ERR_OK;
}

static enum err make(struct post *p, struct due *const *steps, size_t count)
{
    const struct lane *lane = p->lane;
    const char *type = lane->format->content_type;
    enum err e;

    snprintf(p->id, sizeof p->id, "%s.%d", steps[0]->row.episode_id, steps[0]->row.step);
    strbuf_puts(&p->address, strbuf_text(&lane->address));
    e = sign_robot(p);
    if (e == ERR_OK)
        e = render(p, steps, count);
    if (e != ERR_OK)
        return e;
    add_header(&p->headers, "Content-Type",
               type ? type : format_template_content_type(lane->template));
    if (p->secret == SECRET_BEARER)
        sign_bearer(p);
    return p->secret == SECRET_WEBHOOK ? sign_webhook(p) : ERR_OK;
}

static void wipe(struct post *p)
{
    if (p->address.data)
        explicit_bzero(p->address.data, p->address.capacity);
    strbuf_free(&p->address);
    strbuf_free(&p->body);
    explicit_bzero(&p->headers, sizeof p->headers);
}

enum err deliver_post(struct deliver *d, const struct lane *lane, struct due *const *steps,
                      size_t count, uint64_t id, int64_t now_us)
{
    const struct endpoint *endpoint = lane->endpoint;
    struct post p = {
        .lane = lane,
        .secret = alert_format_secret(alert_format_by_name(endpoint->format)),
        .now_us = now_us,
    };
    enum err e = make(&p, steps, count);
    struct http_request request = {
        .id = id,
        .url = strbuf_text(&p.address),
        .headers = p.headers.list,
        .header_count = p.headers.count,
        .body = strbuf_text(&p.body),
        .body_len = p.body.len,
        .timeout_s = endpoint->timeout_s > 0 ? endpoint->timeout_s : DEFAULT_TIMEOUT_S,
    };

    if (e == ERR_OK)
        e = p.address.failed ? ERR_NOMEM : http_client_post(d->http, &request);
    wipe(&p);
    return e;
}
