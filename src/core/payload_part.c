#include "payload_part.h"

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

enum refusal payload_time_fault(const struct decoding *d, const struct sensor *s, int64_t t_us)
{
    if (t_us > d->m->rx_us + PAYLOAD_FUTURE_TOLERANCE_US) {
        d->out->uses_arrival_time = true;
        return REFUSE_FUTURE;
    }
    if (t_us < PAYLOAD_EARLIEST_US || t_us < s->installed_us)
        return REFUSE_BEFORE_INSTALLED;
    return REFUSE_COUNT;
}

const char *payload_time_words(const struct decoding *d, enum refusal fault, int64_t t_us)
{
    char t[UTC_TEXT_SIZE], rx[UTC_TEXT_SIZE];

    utc_format(t_us, t);
    if (fault == REFUSE_BEFORE_INSTALLED)
        return arena_printf(d->arena, "device time %s is before the sensor existed", t);
    return arena_printf(d->arena, "device time %s is after the arrival at %s", t,
                        utc_format(d->m->rx_us, rx));
}
