#include "shikumen/core/payload.h"

#include <string.h>

#include "payload_part.h"
#include "shikumen/base/utc.h"

const char *refusal_name(enum refusal r)
{
    static const char *const names[REFUSE_COUNT] = {
        [REFUSE_TOPIC] = "topic",
        [REFUSE_FORMAT] = "format",
        [REFUSE_SENML] = "senml",
        [REFUSE_UNKNOWN_SENSOR] = "unknown_sensor",
        [REFUSE_UNIT] = "unit",
        [REFUSE_VALUE] = "value",
        [REFUSE_NODE] = "node",
        [REFUSE_FUTURE] = "future",
        [REFUSE_BEFORE_INSTALLED] = "before_installed",
    };

    return (unsigned)r < REFUSE_COUNT ? names[r] : "unknown";
}

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

bool payload_node_may(const struct topic *t, const char *name)
{
    return !t->native || (strncmp(name, t->node, t->node_len) == 0 && name[t->node_len] == '/' &&
                          name[t->node_len + 1] != '\0');
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

enum err payload_decode(const struct message *m, const struct registry *r, struct arena *arena,
                        struct decoded *out)
{
    struct decoding d = {.m = m, .r = r, .arena = arena, .out = out};

    *out = (struct decoded){0};
    d.topic = topic_parse(m->topic);
    switch (d.topic.kind) {
    case TOPIC_SENML:
        return payload_senml(&d);
    case TOPIC_BURST:
        return payload_burst(&d);
    case TOPIC_STATUS:
        if (d.topic.native)
            return payload_status(&d);
        break;
    case TOPIC_OTHER:
        break;
    }
    return payload_refuse(&d, REFUSE_TOPIC, NULL, "no rule for this topic");
}
