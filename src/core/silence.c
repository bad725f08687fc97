#include "shikumen/core/silence.h"

#define FOR_EVER INT64_MAX

static bool offline(const struct silence_input *in, uint32_t node)
{
    return node != REGISTRY_NONE && in->node_offline[node];
}

/* When the sensor becomes silent if it says nothing more; FOR_EVER for one without a period. */
static int64_t deadline_us(const struct registry *r, const struct silence_input *in,
                           uint32_t sensor)
{
    int64_t heard_us = in->last_rx_us[sensor];
    int64_t from_us = heard_us > in->listening_since_us ? heard_us : in->listening_since_us;
    int64_t period_us = r->sensors[sensor].period_us;

    if (period_us <= 0 || period_us > FOR_EVER / SILENCE_PERIODS ||
        (from_us > 0 && SILENCE_PERIODS * period_us > FOR_EVER - from_us))
        return FOR_EVER;
    return from_us + SILENCE_PERIODS * period_us;
}

bool sensor_silent(const struct registry *r, const struct silence_input *in, uint32_t sensor)
{
    if (offline(in, r->sensors[sensor].node))
        return true;
    return in->listening && in->now_us >= deadline_us(r, in, sensor);
}

enum silence_extent node_silence(const struct registry *r, const struct silence_input *in,
                                 uint32_t node, uint32_t *silent, size_t *silent_count)
{
    const struct node *n = &r->nodes[node];
    size_t count = 0;

    for (size_t i = 0; i < n->sensor_count; i++) {
        if (in->node_offline[node] || sensor_silent(r, in, n->sensors[i]))
            silent[count++] = n->sensors[i];
    }
    *silent_count = count;
    if (in->node_offline[node] || (count > 0 && count == n->sensor_count))
        return SILENCE_ALL;
    return count > 0 ? SILENCE_SOME : SILENCE_NONE;
}

bool house_unknown(const struct registry *r, const struct silence_input *in, uint32_t house)
{
    for (uint32_t i = 0; i < r->sensor_count; i++) {
        const struct sensor *s = &r->sensors[i];

        if (s->house == house && !quantity_info(s->quantity)->instrument &&
            !sensor_silent(r, in, i))
            return false;
    }
    return true;
}

int64_t silence_next_us(const struct registry *r, const struct silence_input *in)
{
    int64_t next_us = FOR_EVER;

    for (uint32_t i = 0; in->listening && i < r->sensor_count; i++) {
        int64_t at_us = deadline_us(r, in, i);

        if (at_us > in->now_us && at_us < next_us && !offline(in, r->sensors[i].node))
            next_us = at_us;
    }
    return next_us;
}
