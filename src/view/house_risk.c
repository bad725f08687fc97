#include "shikumen/view/house_risk.h"

#include <string.h>

static enum err keep_latest(void *context, const struct state_risk *r)
{
    struct house_risk *h = context;

    if (h->at_us != INT64_MIN)
        return ERR_OK;
    h->at_us = r->at_us;
    strbuf_puts(&h->line, r->line);
    while (h->line.len > 0 && h->line.data[h->line.len - 1] == '\n')
        h->line.data[--h->line.len] = '\0';
    strbuf_putc(&h->line, '\n');
    return h->line.failed ? ERR_NOMEM : ERR_OK;
}

enum err house_risk_take(struct desk *d, const char *house, struct house_risk *out)
{
    enum err e;

    *out = (struct house_risk){.house = house, .at_us = INT64_MIN};
    e = overrides_take(d, &out->overrides);
    if (e == ERR_OK)
        e = state_risk_each(d->state, house, keep_latest, out);
    return desk_state(d, e);
}

void house_risk_free(struct house_risk *r)
{
    strbuf_free(&r->line);
}

static bool concerns(const struct house_risk *r, const struct class_override *o)
{
    size_t n = strlen(r->house);

    return strncmp(o->subject, r->house, n) == 0 &&
           (o->subject[n] == '\0' || o->subject[n] == '/') &&
           override_of(&r->overrides, o->subject) == o;
}

void house_overrides_json(const struct house_risk *r, struct strbuf *out)
{
    size_t n = 0;

    for (size_t i = 0; i < r->overrides.count; i++) {
        if (!concerns(r, &r->overrides.items[i]))
            continue;
        strbuf_puts(out, n++ ? "," : ",\"overrides\":[");
        override_json(&r->overrides.items[i], out);
    }
    strbuf_puts(out, n ? "]" : "");
}

void house_risk_json(const struct house_risk *r, struct strbuf *out)
{
    size_t end = r->line.len;

    while (end > 0 && r->line.data[end - 1] != '}')
        end--;
    strbuf_append(out, strbuf_text(&r->line), end > 0 ? end - 1 : 0);
    house_overrides_json(r, out);
    strbuf_putc(out, '}');
}
