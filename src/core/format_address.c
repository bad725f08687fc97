/* Where to post, and what a robot's signature is made of. */
#include <string.h>

#include "shikumen/core/percent.h"
#include "shikumen/base/clock.h"
#include "shikumen/core/format.h"

#define SECRET_MARK "{secret}"

static void put_secret(struct strbuf *out, const char *url, const char *secret)
{
    const char *mark = strstr(url, SECRET_MARK);

    if (!mark) {
        strbuf_puts(out, url);
        return;
    }
    strbuf_append(out, url, (size_t)(mark - url));
    percent_put(out, secret, "/:"); /* of Slack it is a part of the path */
    strbuf_puts(out, mark + strlen(SECRET_MARK));
}

/* Moves the last part of the path to topic: "https://ntfy.sh/lane-7" is topic lane-7 of
 * "https://ntfy.sh/". */
static void take_topic(struct strbuf *address, struct strbuf *topic)
{
    const char *text = strbuf_text(address), *scheme = strstr(text, "://");
    const char *path = scheme ? strchr(scheme + 3, '/') : NULL, *last;

    if (!path)
        return;
    last = strrchr(path, '/') + 1;
    strbuf_puts(topic, last);
    address->len = (size_t)(last - text);
    address->data[address->len] = '\0';
}

static bool ends_with(const struct strbuf *b, const char *end)
{
    size_t n = strlen(end);

    return b->len >= n && memcmp(b->data + b->len - n, end, n) == 0;
}

static void put_path(struct strbuf *address, const char *path)
{
    if (ends_with(address, path))
        return;
    if (ends_with(address, "/"))
        address->data[--address->len] = '\0';
    strbuf_puts(address, path);
}

void format_address(const struct format *f, const char *url, const char *secret,
                    struct strbuf *address, struct strbuf *topic)
{
    put_secret(address, url, secret);
    if (address->failed)
        return;
    if (f->topic_in_path)
        take_topic(address, topic);
    if (f->path)
        put_path(address, f->path);
}

void format_add_query(struct strbuf *address, const char *name, const char *value)
{
    strbuf_printf(address, "%c%s=", strchr(strbuf_text(address), '?') ? '&' : '?', name);
    percent_put(address, value, "");
}

/* DingTalk: key the secret, text "milliseconds\nsecret". Feishu: key "seconds\nsecret", no text. */
void format_signing(enum format_secret secret_use, const char *secret, int64_t now_us,
                    struct format_signing *s)
{
    bool dingtalk = secret_use == SECRET_DINGTALK;

    *s = (struct format_signing){0};
    strbuf_printf(&s->stamp, "%lld", (long long)(now_us / (dingtalk ? US_PER_MS : US_PER_S)));
    strbuf_printf(dingtalk ? &s->text : &s->key, "%s\n%s", strbuf_text(&s->stamp), secret);
    if (dingtalk)
        strbuf_puts(&s->key, secret);
}

static void wipe(struct strbuf *b)
{
    if (b->data)
        explicit_bzero(b->data, b->capacity);
    strbuf_free(b);
}

void format_signing_free(struct format_signing *s)
{
    wipe(&s->key);
    wipe(&s->text);
    wipe(&s->stamp);
}
