#include <math.h>
#include <string.h>

#include "payload_part.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/core/senml.h"

/* A pack on its way. */
struct pack_decoding {
    struct decoding *d;
    const struct senml_pack *pack;
    struct strbuf text; /* scratch */
};

/* Why a record is refused; reason REFUSE_COUNT when it is not. */
struct judgement {
    enum refusal reason;
    const char *detail; /* NULL when it must be worded */
};

static const struct judgement accepted = {.reason = REFUSE_COUNT};

/* Writes the value of a resolved record as its JSON member. */
static void write_value(struct strbuf *b, const struct senml_record *rec)
{
    switch (rec->kind) {
    case SENML_NUMBER:
        strbuf_puts(b, ",\"v\":");
        strbuf_number(b, rec->value);
        break;
    case SENML_BOOLEAN:
        strbuf_puts(b, rec->value != 0.0 ? ",\"vb\":true" : ",\"vb\":false");
        break;
    case SENML_STRING:
    case SENML_DATA:
        strbuf_puts(b, rec->kind == SENML_STRING ? ",\"vs\":" : ",\"vd\":");
        strbuf_json_string(b, rec->text, strlen(rec->text));
        break;
    case SENML_SUM_ONLY:
        break;
    }
    if (rec->has_sum) {
        strbuf_puts(b, ",\"s\":");
        strbuf_number(b, rec->sum);
    }
}

/* Writes a sound record as resolved JSON (RFC 8428 section 4.6): it stands by itself. */
static void write_record(struct strbuf *b, const struct senml_record *rec)
{
    strbuf_clear(b);
    strbuf_puts(b, "{\"n\":");
    strbuf_json_string(b, rec->name, strlen(rec->name));
    if (rec->unit) {
        strbuf_puts(b, ",\"u\":");
        strbuf_json_string(b, rec->unit, strlen(rec->unit));
    }
    strbuf_puts(b, ",\"t\":");
    strbuf_number(b, (double)rec->t_us / 1e6);
    write_value(b, rec);
    strbuf_putc(b, '}');
}

/* Adds a refusal; the room is made with the first. */
static enum err refuse(struct pack_decoding *p, const struct senml_record *rec, enum refusal reason,
                       const char *detail)
{
    struct decoded *out = p->d->out;
    struct refused *refused;

    if (!out->refused)
        out->refused = arena_array(p->d->arena, p->pack->count, sizeof *out->refused);
    if (!out->refused || !detail)
        return ERR_NOMEM;
    refused = &out->refused[out->refused_count++];
    *refused = (struct refused){reason, rec->name, detail, rec->raw, 0};
    if (!rec->raw) {
        write_record(&p->text, rec);
        refused->text = arena_strndup(p->d->arena, strbuf_text(&p->text), p->text.len);
    }
    if (!refused->text || p->text.failed)
        return ERR_NOMEM;
    refused->text_len = strlen(refused->text);
    return ERR_OK;
}

static struct judgement judge_boolean(const struct senml_record *rec,
                                      const struct quantity_info *info, double *value)
{
    *value = rec->value;
    return info->boolean ? accepted
                         : (struct judgement){REFUSE_VALUE, "true or false for a quantity that is "
                                                            "measured"};
}

static struct judgement judge_number(const struct senml_record *rec, const struct sensor *s,
                                     double *value)
{
    const struct unit_conversion *c =
        payload_unit_at(s, rec->unit, rec->unit ? strlen(rec->unit) : 0, rec->t_us);
    enum refusal fault = payload_value_fault(s, c, rec->value, value);

    if (fault == REFUSE_VALUE)
        return (struct judgement){fault, quantity_info(s->quantity)->boolean && isfinite(*value)
                                             ? "neither 0 nor 1"
                                             : "number out of range"};
    return fault == REFUSE_COUNT ? accepted : (struct judgement){fault, NULL};
}

/* Whether the sensor can have this value; if so it is put into *value. */
static struct judgement judge_value(const struct senml_record *rec, const struct sensor *s,
                                    double *value)
{
    const struct quantity_info *info = quantity_info(s->quantity);

    if (rec->kind == SENML_NUMBER)
        return judge_number(rec, s, value);
    if (rec->kind == SENML_BOOLEAN)
        return judge_boolean(rec, info, value);
    return (struct judgement){REFUSE_VALUE, rec->kind == SENML_SUM_ONLY ? "a sum without a value"
                                                                        : "text or data"};
}

/* A sound record of a registered sensor: a reading or a refusal. */
static enum err judge_reading(struct pack_decoding *p, const struct senml_record *rec,
                              uint32_t sensor)
{
    const struct sensor *s = &p->d->r->sensors[sensor];
    double value = 0.0;
    struct judgement j = judge_value(rec, s, &value);
    enum refusal time_fault;

    if (j.reason == REFUSE_UNIT)
        return refuse(p, rec, j.reason,
                      payload_unit_words(p->d->arena, s, rec->unit,
                                         rec->unit ? strlen(rec->unit) : 0, rec->t_us));
    if (j.reason != REFUSE_COUNT)
        return refuse(p, rec, j.reason, j.detail);
    time_fault = payload_time_fault(p->d, s, rec->t_us);
    if (time_fault != REFUSE_COUNT)
        return refuse(p, rec, time_fault, payload_time_words(p->d, time_fault, rec->t_us));
    p->d->out->readings[p->d->out->reading_count++] =
        (struct decoded_reading){.sensor = sensor, .t_us = rec->t_us, .value = value};
    return ERR_OK;
}

/* The sensor with this id, else the one whose source is the device before the last '/' or ':' of
 * the name and the channel behind it. */
static uint32_t sensor_called(const struct registry *r, const char *name)
{
    uint32_t sensor = registry_sensor(r, name, strlen(name));
    size_t n = strlen(name);
    char device[256];

    if (sensor != REGISTRY_NONE)
        return sensor;
    while (n > 0 && name[n - 1] != '/' && name[n - 1] != ':')
        n--;
    if (n < 2 || n > sizeof device || !name[n])
        return REGISTRY_NONE;
    memcpy(device, name, n - 1);
    device[n - 1] = '\0';
    return registry_source(r, device, name + n);
}

static enum err judge_record(struct pack_decoding *p, const struct senml_record *rec)
{
    const struct topic *t = &p->d->topic;
    uint32_t sensor;

    if (rec->relative_time)
        p->d->out->uses_arrival_time = true;
    if (rec->fault) {
        enum refusal reason = strcmp(rec->fault, "value") == 0 ? REFUSE_VALUE : REFUSE_SENML;
        return refuse(p, rec, reason, senml_fault_words(rec->fault));
    }
    sensor = sensor_called(p->d->r, rec->name);
    if (!payload_node_may(p->d, rec->name, sensor))
        return refuse(
            p, rec, REFUSE_NODE,
            arena_printf(p->d->arena, "not a sensor of node %.*s", (int)t->node_len, t->node));
    if (sensor == REGISTRY_NONE)
        return refuse(p, rec, REFUSE_UNKNOWN_SENSOR, "not in the registry");
    return judge_reading(p, rec, sensor);
}

static enum err judge_pack(struct decoding *d, const struct senml_pack *pack)
{
    struct pack_decoding p = {.d = d, .pack = pack};
    enum err e = ERR_OK;

    if (pack->fault) {
        bool format = strcmp(pack->fault, "json") == 0 || strcmp(pack->fault, "cbor") == 0 ||
                      strcmp(pack->fault, "pack") == 0;
        return payload_refuse(d, format ? REFUSE_FORMAT : REFUSE_SENML, NULL, pack->detail);
    }
    d->out->readings = arena_array(d->arena, pack->count, sizeof *d->out->readings);
    if (!d->out->readings)
        return ERR_NOMEM;
    for (size_t i = 0; i < pack->count && e == ERR_OK; i++)
        e = judge_record(&p, &pack->records[i]);
    strbuf_free(&p.text);
    return e;
}

/* A pack in JSON, or in CBOR. */
static enum err read_pack(struct decoding *d, bool cbor)
{
    struct senml_pack pack;
    char *base = NULL;
    enum err e;

    if (d->topic.native) {
        base = arena_printf(d->arena, "%.*s/", (int)d->topic.node_len, d->topic.node);
        if (!base)
            return ERR_NOMEM;
    }
    e = cbor
            ? senml_parse_cbor(d->m->payload, d->m->payload_len, base, d->m->rx_us, d->arena, &pack)
            : senml_parse(d->m->payload, d->m->payload_len, base, d->m->rx_us, d->arena, &pack);
    return e == ERR_OK ? judge_pack(d, &pack) : e;
}

enum err payload_senml(struct decoding *d)
{
    return read_pack(d, false);
}

enum err payload_cbor(struct decoding *d)
{
    return read_pack(d, true);
}
