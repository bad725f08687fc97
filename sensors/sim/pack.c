#include "pack.h"

#include <stdio.h>

#include "chance.h"
#include "shikumen/base/clock.h"

void pack_topic(const struct sim_node *n, const char *leaf, char topic[SIM_TOPIC_SIZE])
{
    snprintf(topic, SIM_TOPIC_SIZE, "shikumen/v1/%s/%s", n->id, leaf);
}

static bool due(const struct sim_node *n, const struct design *g, int64_t t_us)
{
    return (t_us - n->phase_us) % (g->period_s * US_PER_S) == 0;
}

static void put_record(const struct sim_node *n, const struct design *g, int64_t t_us, double value,
                       bool first, struct strbuf *out)
{
    if (first)
        strbuf_printf(out, "[{\"bn\":\"%s/\",\"bt\":%lld,", n->id, t_us / US_PER_S);
    else
        strbuf_puts(out, ",{");
    strbuf_printf(out, "\"n\":\"%s\",\"u\":\"%s\",\"v\":%.*f}", g->name, g->unit, g->decimals,
                  value);
}

size_t pack_senml(const struct district *d, const struct sim_node *n,
                  const struct gauge_settings *set, int64_t t_us, struct strbuf *out)
{
    struct climate c = weather_at(d->seed, d->houses[n->house].seed, t_us);
    size_t count = 0;
    double value;

    for (uint32_t i = n->first; i < n->first + n->count; i++) {
        const struct sim_sensor *s = &d->sensors[i];
        if (due(n, s->design, t_us) && gauge_value(s, set, d->seed, &c, t_us, &value))
            put_record(n, s->design, t_us, value, count++ == 0, out);
    }
    if (count > 0)
        strbuf_putc(out, ']');
    return count;
}

void pack_status(const struct sim_node *n, struct strbuf *out)
{
    strbuf_printf(out, "{\"state\":\"online\",\"battery_V\":%.2f,\"rssi_dBm\":%.0f,\"fw\":\"1.4\"}",
                  chance_between(n->seed, 1, 3.5, 3.65), chance_between(n->seed, 2, -95, -70));
}

int64_t pack_first_tick_us(const struct sim_node *n, int64_t t_us)
{
    int64_t past = (t_us - n->phase_us) % SIM_REPORT_US;

    if (past < 0)
        past += SIM_REPORT_US;
    return past == 0 ? t_us : t_us - past + SIM_REPORT_US;
}
