/* A scenario over MQTT, or as recorded traffic. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "pack.h"
#include "scenario_run.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"
#include "uplink.h"

#define FLUSH_US (30 * US_PER_S)

struct publisher {
    const struct history *h;
    const struct options *o;
    struct uplink *uplink; /* NULL: to a file */
    FILE *file;
    struct strbuf text;
    uint32_t *frames; /* of each node behind a network, sent so far */
    int64_t begun_us, packs, readings;
};

static bool stop_asked(void)
{
    sigset_t pending;

    return sigpending(&pending) == 0 &&
           (sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1);
}

static bool over(const struct publisher *p)
{
    double gone_s = (double)(clock_monotonic_us() - p->begun_us) * 1e-6;

    return stop_asked() || (p->o->for_s > 0 && gone_s >= p->o->for_s);
}

/* Until simulated time has reached t_us; false: the run is over. */
static bool wait_until(struct publisher *p, int64_t t_us)
{
    int64_t start_us = p->h->scenario->start_us;

    while (p->uplink && !over(p)) {
        double gone_us = (double)(clock_monotonic_us() - p->begun_us) * p->o->speed;
        double left_ms = ((double)(t_us - start_us) - gone_us) / p->o->speed / 1000;
        if (left_ms <= 0)
            break;
        uplink_step(p->uplink, left_ms > 100 ? 100 : left_ms < 1 ? 1 : (int)left_ms);
    }
    return !over(p);
}

static void put_record(struct publisher *p, const struct arrival *a, const struct sim_node *n,
                       bool first)
{
    const struct design *g = p->h->district->sensors[a->sensor].design;
    char number[32];

    *lines_number(a->scaled, a->decimals, number) = '\0';
    if (first)
        strbuf_printf(&p->text, "[{\"bn\":\"%s/\",", n->id);
    else
        strbuf_puts(&p->text, ",{");
    strbuf_printf(&p->text, "\"n\":\"%s\",\"u\":\"%s\",\"t\":", g->name, g->unit);
    strbuf_number(&p->text, (double)a->t_us * 1e-6);
    strbuf_printf(&p->text, ",\"v\":%s}", number);
}

static bool send(struct publisher *p, const char *topic, int64_t rx_us, bool retain)
{
    char at[UTC_TEXT_SIZE];

    if (p->text.failed)
        return false;
    if (p->file)
        return fprintf(p->file, "{\"topic\":\"%s\",\"payload\":%s,\"rx\":\"%s\"}\n", topic,
                       p->text.data, utc_format(rx_us, at)) > 0;
    while (!uplink_ready(p->uplink)) {
        if (over(p))
            return false;
        uplink_step(p->uplink, 10);
    }
    return uplink_send(p->uplink, topic, p->text.data, p->text.len, retain) == ERR_OK;
}

/* How many from list on one node sends in one message: at one moment, and behind a network also of
 * one moment, because an uplink has one clock. */
static size_t one_message(const struct publisher *p, const struct arrival *list, size_t count)
{
    const struct district *d = p->h->district;
    size_t node = district_node_of(d, list[0].sensor), n = 1;
    bool native = p->o->shape == SHAPE_NATIVE;

    while (n < count && list[n].rx_us == list[0].rx_us &&
           (native || (n < PACK_RECORDS_MAX && list[n].t_us == list[0].t_us)) &&
           district_node_of(d, list[n].sensor) == node)
        n++;
    return n;
}

static void put_senml(struct publisher *p, const struct arrival *list, size_t n,
                      char topic[SIM_TOPIC_SIZE])
{
    const struct sim_node *node =
        &p->h->district->nodes[district_node_of(p->h->district, list[0].sensor)];

    for (size_t i = 0; i < n; i++)
        put_record(p, &list[i], node, i == 0);
    strbuf_putc(&p->text, ']');
    pack_topic(node, "senml", topic);
}

static void put_uplink(struct publisher *p, const struct arrival *list, size_t n,
                       char topic[SIM_TOPIC_SIZE])
{
    const struct district *d = p->h->district;
    size_t node = district_node_of(d, list[0].sensor);
    struct shape_record records[PACK_RECORDS_MAX];
    struct shape_uplink u = {.district = d,
                             .node = node,
                             .t_us = list[0].t_us,
                             .sent_us = list[0].rx_us,
                             .count = p->frames[node]++,
                             .codec = !p->o->no_codec,
                             .records = records,
                             .record_count = n};

    for (size_t i = 0; i < n; i++)
        records[i] = (struct shape_record){d->sensors[list[i].sensor].design, list[i].scaled,
                                           list[i].decimals};
    shape_topic(p->o->shape, d, node, topic);
    shape_uplink(p->o->shape, &u, &p->text);
}

/* What one node sends at one moment, from list on; returns how many, 0 when it failed. */
static size_t send_pack(struct publisher *p, const struct arrival *list, size_t count)
{
    size_t n = one_message(p, list, count);
    char topic[SIM_TOPIC_SIZE];

    strbuf_clear(&p->text);
    if (p->o->shape == SHAPE_NATIVE)
        put_senml(p, list, n, topic);
    else
        put_uplink(p, list, n, topic);
    if (!send(p, topic, list[0].rx_us, false))
        return 0;
    p->packs++;
    p->readings += (int64_t)n;
    return n;
}

static bool send_statuses(struct publisher *p)
{
    const struct district *d = p->h->district;
    char topic[SIM_TOPIC_SIZE];

    for (size_t i = 0; i < d->node_count && p->o->shape == SHAPE_NATIVE; i++) {
        strbuf_clear(&p->text);
        pack_status(&d->nodes[i], &p->text);
        pack_topic(&d->nodes[i], "status", topic);
        if (!send(p, topic, p->h->scenario->start_us, true))
            return false;
    }
    return true;
}

static bool send_all(struct publisher *p, struct history *h)
{
    const struct arrival *list;
    size_t count, sent;

    if (!send_statuses(p))
        return over(p);
    while (history_next(h, &list, &count))
        for (size_t i = 0; i < count; i += sent) {
            if (!wait_until(p, list[i].rx_us))
                return true;
            sent = send_pack(p, list + i, count - i);
            if (sent == 0)
                return over(p);
            if (p->uplink && p->packs % 8 == 0)
                uplink_step(p->uplink, 0);
        }
    return !h->out_of_memory;
}

static bool to_file(struct publisher *p, struct history *h)
{
    bool to_stdout = strcmp(p->o->out, "-") == 0, ok;

    p->file = to_stdout ? stdout : fopen(p->o->out, "we");
    ok = p->file && send_all(p, h);
    if (p->file && (to_stdout ? fflush(p->file) : fclose(p->file)) != 0)
        ok = false;
    if (!ok)
        perror(p->o->out);
    return ok;
}

static bool to_broker(struct publisher *p, struct history *h)
{
    bool ok = uplink_open(p->o, NULL, &p->uplink) == ERR_OK;
    int64_t end_us;

    if (!ok)
        return false;
    p->begun_us = clock_monotonic_us();
    ok = send_all(p, h);
    end_us = clock_monotonic_us() + FLUSH_US;
    while (uplink_unacked(p->uplink) > 0 && clock_monotonic_us() < end_us)
        uplink_step(p->uplink, 20);
    if (uplink_unacked(p->uplink) > 0) {
        fprintf(stderr, "shikumen-sim: 未获确认 not acknowledged: %" PRId64 " messages\n",
                uplink_unacked(p->uplink));
        ok = false;
    }
    uplink_close(p->uplink);
    return ok;
}

int scenario_publish(struct history *h, const struct options *o)
{
    struct publisher p = {.h = h, .o = o, .begun_us = clock_monotonic_us()};
    bool ok;

    p.frames = calloc(h->district->node_count + 1, sizeof *p.frames);
    ok = p.frames && (o->out ? to_file(&p, h) : to_broker(&p, h));
    free(p.frames);
    if (ok && !o->quiet)
        fprintf(stderr, "完成 done: %" PRId64 " packs, %" PRId64 " readings\n", p.packs,
                p.readings);
    strbuf_free(&p.text);
    return ok ? 0 : 1;
}
