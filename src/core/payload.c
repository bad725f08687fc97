#include "shikumen/core/payload.h"

#include "payload_part.h"

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
        [REFUSE_UNMATCHED] = "unmatched",
    };

    return (unsigned)r < REFUSE_COUNT ? names[r] : "unknown";
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
    case TOPIC_SENML_CBOR:
        return payload_cbor(&d);
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
