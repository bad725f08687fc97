/* Foreign messages: what their profile makes of them becomes readings of registered sensors by the
 * same judgement as native ones. */
#include <stdio.h>
#include <string.h>

#include "payload_part.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/core/profile.h"

/* A result on its way. */
struct binding {
    struct decoding *d;
    const struct profile_result *found;
    struct strbuf text;    /* scratch */
    const char *described; /* the device whose health was told with what was refused last */
};

/* --- refusing --- */

/* The reading as a resolved SenML record, so that what is refused stands by itself. */
static void write_reading(struct strbuf *b, const struct profile_reading *r, const char *name)
{
    strbuf_clear(b);
    strbuf_puts(b, "{\"n\":");
    strbuf_json_string(b, name, strlen(name));
    if (r->quantity < Q_COUNT)
        strbuf_printf(b, ",\"quantity\":\"%s\"", quantity_info(r->quantity)->name);
    if (r->unit) {
        strbuf_puts(b, ",\"u\":");
        strbuf_json_string(b, r->unit, strlen(r->unit));
    }
    strbuf_puts(b, ",\"t\":");
    strbuf_number(b, (double)r->t_us / 1e6);
    strbuf_puts(b, r->fault ? ",\"vs\":" : ",\"v\":");
    if (r->fault)
        strbuf_json_string(b, r->text, strlen(r->text));
    else
        strbuf_number(b, r->value);
}

/* By which profile, and which device and channel it is: what a registry entry needs. */
static void write_source(struct strbuf *b, const struct profile_result *f,
                         const struct profile_reading *r)
{
    const struct profile *p = r->by ? r->by : f->device ? f->device : f->envelope;

    strbuf_printf(b, ",\"source\":{\"profile\":\"%s\",\"version\":%d,\"device\":", p->id,
                  p->version);
    strbuf_json_string(b, r->device, strlen(r->device));
    strbuf_puts(b, ",\"channel\":");
    strbuf_json_string(b, r->channel, strlen(r->channel));
    strbuf_putc(b, '}');
}

/* What the message tells of how an unknown device is, which is refused by nobody: so that it can be
 * registered too. Once a device. */
static void write_beside(struct binding *k, const struct profile_reading *r)
{
    const struct profile_result *f = k->found;
    struct strbuf *b = &k->text;
    const char *before = ",\"beside\":[{";

    if (k->described && strcmp(k->described, r->device) == 0)
        return;
    k->described = r->device;
    for (size_t i = 0; i < f->reading_count; i++) {
        const struct profile_reading *x = &f->readings[i];
        if (x->role != PROFILE_HEALTH || x->fault || x->quantity == Q_COUNT || !x->unit ||
            strcmp(x->device, r->device) != 0 ||
            registry_source(k->d->r, x->device, x->channel) != REGISTRY_NONE)
            continue;
        strbuf_printf(b, "%s\"quantity\":\"%s\",\"u\":", before, quantity_info(x->quantity)->name);
        strbuf_json_string(b, x->unit, strlen(x->unit));
        strbuf_puts(b, ",\"v\":");
        strbuf_number(b, x->value);
        write_source(b, f, x);
        before = "},{";
    }
    strbuf_puts(b, *before == '}' ? "}]" : "");
}

static enum err refuse(struct binding *k, const struct profile_reading *r, enum refusal reason,
                       const char *sensor, const char *detail)
{
    struct decoded *out = k->d->out;
    struct refused *refused = &out->refused[out->refused_count++];

    write_reading(&k->text, r, sensor);
    write_source(&k->text, k->found, r);
    if (reason == REFUSE_UNKNOWN_SENSOR)
        write_beside(k, r);
    strbuf_putc(&k->text, '}');
    *refused = (struct refused){
        .reason = reason,
        .sensor = sensor,
        .detail = detail,
        .text = arena_strndup(k->d->arena, strbuf_text(&k->text), k->text.len),
        .text_len = k->text.len,
    };
    return refused->text && detail && !k->text.failed ? ERR_OK : ERR_NOMEM;
}

/* --- one reading --- */

static enum err accept(struct binding *k, const struct profile_reading *r, uint32_t sensor)
{
    const struct sensor *s = &k->d->r->sensors[sensor];
    const struct unit_conversion *c =
        payload_unit_at(s, r->unit, r->unit ? strlen(r->unit) : 0, r->t_us);
    struct decoded *out = k->d->out;
    double value = 0;
    enum refusal fault;

    if (r->fault)
        return refuse(k, r, REFUSE_VALUE, s->id, r->fault);
    fault = payload_value_fault(s, c, r->value, &value);
    if (fault == REFUSE_UNIT)
        return refuse(k, r, fault, s->id,
                      arena_printf(k->d->arena, "unit %.40s cannot be %s in %s",
                                   r->unit ? r->unit : "", quantity_info(s->quantity)->name,
                                   s->unit_text));
    if (fault != REFUSE_COUNT)
        return refuse(k, r, fault, s->id, "number out of range");
    fault = payload_time_fault(k->d, s, r->t_us);
    if (fault != REFUSE_COUNT)
        return refuse(k, r, fault, s->id, payload_time_words(k->d, fault, r->t_us));
    out->readings[out->reading_count++] = (struct decoded_reading){
        .sensor = sensor,
        .t_us = r->t_us,
        .value = value,
        .historical = r->historical,
        .clock_doubt = profile_clock_in_doubt(r),
        .by = r->by,
        .envelope = r->by == k->found->envelope ? NULL : k->found->envelope};
    return ERR_OK;
}

/* What is not registered: refused, but for what only tells how the device is, and what a profile
 * takes for want of better of a device that is registered otherwise. */
static enum err take_reading(struct binding *k, const struct profile_reading *r)
{
    const struct registry *g = k->d->r;
    uint32_t sensor = registry_source(g, r->device, r->channel);
    const char *name;

    if (sensor != REGISTRY_NONE)
        return accept(k, r, sensor);
    if (r->role == PROFILE_HEALTH ||
        (r->any && (r->fault || registry_source_device(g, r->device) != REGISTRY_NONE)))
        return ERR_OK;
    name = arena_printf(k->d->arena, "%s/%s", r->device, r->channel);
    return name ? refuse(k, r, REFUSE_UNKNOWN_SENSOR, name, "not in the registry") : ERR_NOMEM;
}

/* --- states of nodes --- */

/* Appends the node's state, once for each. */
static void put_node(struct decoded *out, const char *node, const struct profile_state *s)
{
    for (size_t i = 0; i < out->status_count; i++)
        if (out->status[i].node == node)
            return;
    out->status[out->status_count++] = (struct node_status){.node = node,
                                                            .online = s->online,
                                                            .battery_v = s->battery_v,
                                                            .battery_pct = s->battery_pct,
                                                            .rssi_dbm = s->rssi_dbm,
                                                            .firmware = "",
                                                            .quiet = !s->told};
}

/* The states of devices that have a registered sensor, as those of its node. */
static enum err take_states(struct binding *k)
{
    const struct registry *g = k->d->r;
    struct decoded *out = k->d->out;

    if (k->found->state_count == 0)
        return ERR_OK;
    out->status = arena_array(k->d->arena, k->found->state_count, sizeof *out->status);
    if (!out->status)
        return ERR_NOMEM;
    for (size_t i = 0; i < k->found->state_count; i++) {
        uint32_t sensor = registry_source_device(g, k->found->states[i].device);
        if (sensor != REGISTRY_NONE && g->sensors[sensor].node != REGISTRY_NONE)
            put_node(out, g->nodes[g->sensors[sensor].node].id, &k->found->states[i]);
    }
    return ERR_OK;
}

/* --- the message --- */

static enum err take_readings(struct binding *k)
{
    struct decoded *out = k->d->out;
    size_t n = k->found->reading_count;
    enum err e = ERR_OK;

    out->readings = arena_array(k->d->arena, n + 1, sizeof *out->readings);
    out->refused = arena_array(k->d->arena, n + 1, sizeof *out->refused);
    if (!out->readings || !out->refused)
        return ERR_NOMEM;
    for (size_t i = 0; i < n && e == ERR_OK; i++)
        e = take_reading(k, &k->found->readings[i]);
    return e;
}

static enum err refuse_whole(struct binding *k, const char *why)
{
    struct decoding *d = k->d;
    struct refused *refused = &d->out->refused[d->out->refused_count++];
    const struct profile *p = k->found->device ? k->found->device : k->found->envelope;

    *refused = (struct refused){
        .reason = REFUSE_UNMATCHED,
        .detail = p ? arena_printf(d->arena, "%s: %s", p->id, why) : why,
        .text = d->m->payload_len > 0 ? d->m->payload : "",
        .text_len = d->m->payload_len,
    };
    return refused->detail ? ERR_OK : ERR_NOMEM;
}

static enum err bind(struct decoding *d, const struct profile_result *found)
{
    struct binding k = {.d = d, .found = found};
    enum err e = take_readings(&k);

    if (e == ERR_OK && found->why)
        e = refuse_whole(&k, found->why);
    if (e == ERR_OK)
        e = take_states(&k);
    d->out->uses_arrival_time = d->out->uses_arrival_time || found->uses_arrival_time;
    d->out->repeated = found->repeated;
    d->out->lost = found->lost;
    d->out->command_topic = found->command_topic;
    d->out->command = found->command;
    d->out->command_len = found->command_len;
    strbuf_free(&k.text);
    return e;
}

/* A pack that a profile says is one. */
static enum err read_senml(struct decoding *d, const struct profile *envelope)
{
    enum err e = envelope->format == PROFILE_SENML ? payload_senml(d) : payload_cbor(d);

    for (size_t i = 0; i < d->out->reading_count; i++)
        d->out->readings[i].by = envelope;
    return e;
}

enum err profile_payload(const struct profile_context *c, const struct message *m,
                         const struct registry *r, struct arena *arena, struct decoded *out)
{
    struct decoding d = {.m = m, .r = r, .arena = arena, .out = out};
    struct profile_result found;
    enum err e;

    d.topic = topic_parse(m->topic);
    if (!c || !c->set || c->set->count == 0 || d.topic.native ||
        strncmp(m->topic, "shikumen/", 9) == 0)
        return payload_decode(m, r, arena, out);
    *out = (struct decoded){0};
    e = profile_decode(c, m, arena, &found);
    if (e != ERR_OK)
        return e;
    if (found.senml)
        return read_senml(&d, found.envelope);
    if (!found.envelope && d.topic.kind != TOPIC_OTHER && d.topic.kind != TOPIC_STATUS)
        return payload_decode(m, r, arena, out);
    return bind(&d, &found);
}
