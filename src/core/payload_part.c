#include "payload_part.h"

#include <math.h>
#include <string.h>

#include "shikumen/base/utc.h"

enum err payload_refuse(struct decoding *d, enum refusal reason, const char *sensor,
                        const char *detail)
{
    struct refused *refused = arena_alloc(d->arena, sizeof *refused);

    if (!refused || !detail)
        return ERR_NOMEM;
    refused->reason = reason;
    refused->sensor = sensor;
    refused->detail = detail;
    refused->text = d->m->payload_len > 0 ? d->m->payload : "";
    refused->text_len = d->m->payload_len;
    d->out->refused = refused;
    d->out->refused_count = 1;
    return ERR_OK;
}

bool payload_node_may(const struct decoding *d, const char *name, uint32_t sensor)
{
    const struct topic *t = &d->topic;

    if (!t->native)
        return true;
    if (sensor != REGISTRY_NONE && d->r->sensors[sensor].node != REGISTRY_NONE) {
        const char *node = d->r->nodes[d->r->sensors[sensor].node].id;
        return strlen(node) == t->node_len && memcmp(node, t->node, t->node_len) == 0;
    }
    return strncmp(name, t->node, t->node_len) == 0 && name[t->node_len] == '/' &&
           name[t->node_len + 1] != '\0';
}

/* Whether the n bytes of text say name. */
static bool says(const char *text, size_t n, const char *name)
{
    return strncmp(text, name, n) == 0 && name[n] == '\0';
}

const struct unit_conversion *payload_unit_at(const struct sensor *s, const char *unit, size_t n,
                                              int64_t t_us)
{
    const struct calibration *raw = sensor_calibration(s, t_us);
    char text[64];
    const struct unit_conversion *c;

    if (raw)
        return !unit || says(unit, n, unit_name(raw->raw)) ? raw->raw : NULL;
    if (!unit || says(unit, n, s->unit_text))
        return s->unit;
    if (n >= sizeof text)
        return NULL;
    memcpy(text, unit, n);
    text[n] = '\0';
    c = unit_find(s->quantity, text);
    return c && strcmp(unit_canonical(c), s->canonical_unit) == 0 ? c : NULL;
}

const struct unit_conversion *payload_unit(const struct sensor *s, const char *unit, size_t n)
{
    return payload_unit_at(s, unit, n, INT64_MAX);
}

/* A raw value that a calibration can make a measured one of. */
static bool is_raw_value(const struct sensor *s, const struct unit_conversion *c, double v)
{
    for (size_t i = 0; i < s->calibration_count; i++)
        if (s->calibrations[i].raw == c)
            return fabs(v) <= CALIBRATION_RAW_MAX;
    return true;
}

enum refusal payload_value_fault(const struct sensor *s, const struct unit_conversion *c, double v,
                                 double *value)
{
    if (!c)
        return REFUSE_UNIT;
    *value = unit_to_canonical(c, v);
    if (!isfinite(*value) || !is_raw_value(s, c, v))
        return REFUSE_VALUE;
    if (quantity_info(s->quantity)->boolean && *value != 0.0 && *value != 1.0)
        return REFUSE_VALUE;
    return REFUSE_COUNT;
}

static enum refusal time_fault(const struct sensor *s, int64_t t_us, int64_t rx_us)
{
    if (t_us > rx_us + PAYLOAD_FUTURE_TOLERANCE_US)
        return REFUSE_FUTURE;
    if (t_us < PAYLOAD_EARLIEST_US || t_us < s->installed_us)
        return REFUSE_BEFORE_INSTALLED;
    return REFUSE_COUNT;
}

enum refusal payload_time_fault(const struct decoding *d, const struct sensor *s, int64_t t_us)
{
    enum refusal fault = time_fault(s, t_us, d->m->rx_us);

    if (fault == REFUSE_FUTURE)
        d->out->uses_arrival_time = true;
    return fault;
}

enum refusal payload_judge(const struct sensor *s, const struct unit_conversion *c, double v,
                           int64_t t_us, int64_t rx_us, double *value)
{
    const struct calibration *raw = sensor_calibration(s, t_us);
    enum refusal fault = REFUSE_UNIT;

    if (raw ? c == raw->raw : c != unit_raw_find(c ? unit_name(c) : ""))
        fault = payload_value_fault(s, c, v, value);
    return fault == REFUSE_COUNT ? time_fault(s, t_us, rx_us) : fault;
}

static const char *time_words(struct arena *arena, enum refusal fault, int64_t t_us, int64_t rx_us)
{
    char t[UTC_TEXT_SIZE], rx[UTC_TEXT_SIZE];

    utc_format(t_us, t);
    if (fault == REFUSE_BEFORE_INSTALLED)
        return arena_printf(arena, "device time %s is before the sensor existed", t);
    return arena_printf(arena, "device time %s is after the arrival at %s", t,
                        utc_format(rx_us, rx));
}

const char *payload_time_words(const struct decoding *d, enum refusal fault, int64_t t_us)
{
    return time_words(d->arena, fault, t_us, d->m->rx_us);
}

const char *payload_unit_words(struct arena *arena, const struct sensor *s, const char *unit,
                               size_t n, int64_t t_us)
{
    const struct calibration *raw = sensor_calibration(s, t_us);
    int shown = n < 64 ? (int)n : 64;

    if (raw)
        return arena_printf(arena, "unit \"%.*s\" is not that of the calibration (%s)", shown,
                            unit ? unit : "", unit_name(raw->raw));
    return arena_printf(arena, "unit \"%.*s\" cannot be converted to %s (%s: %s)", shown,
                        unit ? unit : "", s->canonical_unit, quantity_info(s->quantity)->name,
                        quantity_units_text(s->quantity));
}

const char *payload_fault_words(struct arena *arena, const struct sensor *s, enum refusal fault,
                                const char *unit, size_t n, int64_t t_us, int64_t rx_us)
{
    if (fault == REFUSE_UNIT)
        return payload_unit_words(arena, s, unit, n, t_us);
    if (fault == REFUSE_VALUE)
        return quantity_info(s->quantity)->boolean ? "neither 0 nor 1" : "number out of range";
    return time_words(arena, fault, t_us, rx_us);
}
