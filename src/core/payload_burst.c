#include <string.h>

#include "payload_part.h"
#include "senml_name.h"
#include "shikumen/core/burst.h"

/* The sensor's id: the one given or the one the topic implies; NULL when neither is (or memory is
 * out, then *out_of_memory). */
static const char *sensor_id(const struct decoding *d, const struct burst_record *b,
                             bool *out_of_memory)
{
    const char *id;

    if (b->sensor)
        return strlen(b->sensor) > SENML_NAME_MAX ? NULL : b->sensor;
    if (!d->topic.native)
        return NULL;
    id = arena_printf(d->arena, "%.*s/burst", (int)d->topic.node_len, d->topic.node);
    *out_of_memory = !id;
    return id;
}

static enum err accept(struct decoding *d, const struct burst_record *b, uint32_t sensor)
{
    struct decoded_burst *out = arena_alloc(d->arena, sizeof *out);

    if (!out)
        return ERR_NOMEM;
    *out = (struct decoded_burst){.sensor = sensor,
                                  .t_us = b->t_us,
                                  .duration_s = (double)b->samples / b->fs_hz,
                                  .json = d->m->payload,
                                  .json_len = d->m->payload_len};
    d->out->burst = out;
    return ERR_OK;
}

static const char *unit_words(const struct decoding *d, const struct burst_record *b)
{
    return arena_printf(d->arena, "unit is none of %s (%s)", quantity_units_text(b->kind),
                        quantity_info(b->kind)->name);
}

/* A burst that is well-formed: for whom, and when. */
static enum err judge(struct decoding *d, const struct burst_record *b, const char *id)
{
    uint32_t sensor = registry_sensor(d->r, id, strlen(id));
    const struct sensor *s;
    enum refusal fault;

    if (!payload_node_may(d, id, sensor))
        return payload_refuse(d, REFUSE_NODE, id, "not a sensor of the topic's node");
    if (sensor == REGISTRY_NONE)
        return payload_refuse(d, REFUSE_UNKNOWN_SENSOR, id, "not in the registry");
    s = &d->r->sensors[sensor];
    if (s->quantity != Q_VELOCITY && s->quantity != Q_ACCELERATION)
        return payload_refuse(d, REFUSE_VALUE, id,
                              "a burst for a sensor that measures neither "
                              "velocity nor acceleration");
    if (!b->conv)
        return payload_refuse(d, REFUSE_UNIT, id, unit_words(d, b));
    fault = payload_time_fault(d, s, b->t_us);
    if (fault != REFUSE_COUNT)
        return payload_refuse(d, fault, id, payload_time_words(d, fault, b->t_us));
    return accept(d, b, sensor);
}

enum err payload_burst(struct decoding *d)
{
    struct burst_record b;
    bool out_of_memory = false;
    const char *id, *fault;
    enum err e = burst_read(d->m->payload, d->m->payload_len, BURST_COUNT, d->arena, &b);

    if (e)
        return e;
    if (!b.parsed)
        return payload_refuse(d, REFUSE_FORMAT, NULL, b.fault);
    id = sensor_id(d, &b, &out_of_memory);
    if (out_of_memory)
        return ERR_NOMEM;
    fault = b.fault;
    if (!fault && !id)
        fault = b.sensor ? "sensor is too long" : "no sensor is named";
    if (fault)
        return payload_refuse(d, REFUSE_FORMAT, id, fault);
    return judge(d, &b, id);
}
