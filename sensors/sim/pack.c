#include "pack.h"

#include <math.h>
#include <stdio.h>

#include "chance.h"
#include "lines.h"
#include "shikumen/base/clock.h"

void pack_topic(const struct sim_node *n, const char *leaf, char topic[SIM_TOPIC_SIZE])
{
    snprintf(topic, SIM_TOPIC_SIZE, "shikumen/v1/%s/%s", n->id, leaf);
}

bool pack_due(const struct sim_node *n, const struct sim_sensor *s, int64_t t_us)
{
    return (t_us - n->phase_us) % (s->design->period_s * US_PER_S) == 0;
}

static void put_record(const struct sim_node *n, const struct shape_record *r, int64_t t_us,
                       bool first, struct strbuf *out)
{
    char number[32];

    *lines_number(r->scaled, r->decimals, number) = '\0';
    if (first)
        strbuf_printf(out, "[{\"bn\":\"%s/\",\"bt\":%lld,", n->id, t_us / US_PER_S);
    else
        strbuf_puts(out, ",{");
    strbuf_printf(out, "\"n\":\"%s\",\"u\":\"%s\",\"v\":%s}", r->design->name, r->design->unit,
                  number);
}

size_t pack_collect(const struct district *d, const struct sim_node *n,
                    const struct gauge_settings *set, int64_t t_us,
                    struct shape_record records[PACK_RECORDS_MAX])
{
    struct climate c = weather_at(d->seed, d->houses[n->house].seed, t_us);
    size_t count = 0;
    double value;

    for (uint32_t i = n->first; i < n->first + n->count && count < PACK_RECORDS_MAX; i++) {
        const struct sim_sensor *s = &d->sensors[i];
        const struct design *g = s->design;
        if (pack_due(n, s, t_us) && gauge_value(s, set, d->seed, &c, t_us, &value))
            records[count++] =
                (struct shape_record){g, llround(value * pow(10, g->decimals)), g->decimals};
    }
    return count;
}

size_t pack_senml(const struct district *d, const struct sim_node *n,
                  const struct gauge_settings *set, int64_t t_us, struct strbuf *out)
{
    struct shape_record records[PACK_RECORDS_MAX];
    size_t count = pack_collect(d, n, set, t_us, records);

    for (size_t i = 0; i < count; i++)
        put_record(n, &records[i], t_us, i == 0, out);
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
