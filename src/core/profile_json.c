/* What a profile made of a message, as one JSON document: of shikumenctl profile test, and of the
 * cases that profiles are tested with. */
#include <math.h>
#include <string.h>

#include "profile_part.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/base/utc.h"
#include "shikumen/core/wording.h"

static void put_text(struct strbuf *out, const char *key, const char *text)
{
    strbuf_printf(out, "\"%s\":", key);
    if (text)
        strbuf_json_string(out, text, strlen(text));
    else
        strbuf_puts(out, "null");
}

/* Words as they came about, and in Chinese where there are any. */
static void put_words(struct strbuf *out, const char *key, const char *words)
{
    struct strbuf zh = {0};

    put_text(out, key, words);
    if (words && wording_put_zh(&zh, words)) {
        strbuf_printf(out, ",\"%s_zh\":", key);
        strbuf_json_string(out, strbuf_text(&zh), zh.len);
    }
    strbuf_free(&zh);
}

static void put_time(struct strbuf *out, const char *key, int64_t t_us)
{
    char text[UTC_TEXT_SIZE];

    put_text(out, key, utc_format(t_us, text));
}

static void put_reading(struct strbuf *out, const struct profile_reading *r)
{
    strbuf_puts(out, "{");
    put_text(out, "device", r->device);
    strbuf_putc(out, ',');
    put_text(out, "channel", r->channel);
    strbuf_putc(out, ',');
    put_text(out, "quantity", r->quantity < Q_COUNT ? quantity_info(r->quantity)->name : NULL);
    strbuf_putc(out, ',');
    put_text(out, "unit", r->unit);
    strbuf_puts(out, ",\"value\":");
    strbuf_number(out, r->fault ? (double)NAN : r->value);
    strbuf_putc(out, ',');
    put_time(out, "t", r->t_us);
    strbuf_putc(out, ',');
    put_text(out, "clock", r->clock);
    strbuf_putc(out, ',');
    put_text(out, "role", profile_role_name(r->role));
    if (r->outside)
        strbuf_puts(out, ",\"outside\":true");
    if (r->historical)
        strbuf_puts(out, ",\"historical\":true");
    if (r->fault) {
        strbuf_putc(out, ',');
        put_words(out, "fault", r->fault);
        strbuf_putc(out, ',');
        put_text(out, "text", r->text);
    }
    strbuf_putc(out, '}');
}

static void put_state(struct strbuf *out, const struct profile_state *s)
{
    strbuf_putc(out, '{');
    put_text(out, "device", s->device);
    strbuf_printf(out, ",\"online\":%s,\"battery_V\":", s->online ? "true" : "false");
    strbuf_number(out, s->battery_v);
    strbuf_puts(out, ",\"rssi_dBm\":");
    strbuf_number(out, s->rssi_dbm);
    strbuf_putc(out, '}');
}

void profile_result_json(const struct profile_result *r, struct strbuf *out)
{
    strbuf_puts(out, "{");
    put_text(out, "envelope", r->envelope ? r->envelope->id : NULL);
    strbuf_putc(out, ',');
    put_text(out, "device", r->device ? r->device->id : NULL);
    strbuf_printf(out, ",\"ignored\":%s,\"repeated\":%s,\"lost\":%lld,",
                  r->ignored ? "true" : "false", r->repeated ? "true" : "false",
                  (long long)r->lost);
    put_words(out, "why", r->why);
    strbuf_puts(out, ",\n \"readings\":[");
    for (size_t i = 0; i < r->reading_count; i++) {
        strbuf_puts(out, i ? ",\n  " : "\n  ");
        put_reading(out, &r->readings[i]);
    }
    strbuf_puts(out, "],\n \"states\":[");
    for (size_t i = 0; i < r->state_count; i++) {
        strbuf_puts(out, i ? ",\n  " : "\n  ");
        put_state(out, &r->states[i]);
    }
    strbuf_puts(out, "]}\n");
}
