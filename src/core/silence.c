#include "shikumen/core/silence.h"

#include <string.h>

#define FOR_EVER INT64_MAX

static bool offline(const struct silence_input *in, uint32_t node)
{
    return node != REGISTRY_NONE && in->node_offline[node];
}

/* What is judged by its node. */
static bool by_node(const struct registry *r, const struct silence_input *in, uint32_t sensor)
{
    return in->only_bursts && in->only_bursts[sensor] && r->sensors[sensor].node != REGISTRY_NONE;
}

static bool online(const struct silence_input *in, uint32_t node)
{
    return in->node_online && in->node_online[node] && !in->node_offline[node];
}

/* How often it is heard when all is well: files of loggers may come once a day only. */
static int64_t period_of(const struct sensor *s)
{
    return s->period_us > 0 && s->arrives_us > s->period_us ? s->arrives_us : s->period_us;
}

/* When it was last heard, or anything of its node when that counts; and how long that is good for:
 * a multiple of this period. */
static int64_t heard_us(const struct registry *r, const struct silence_input *in, uint32_t sensor,
                        int64_t *period_us)
{
    int64_t last_us = in->last_rx_us[sensor];
    const struct node *n;

    *period_us = period_of(&r->sensors[sensor]);
    if (!by_node(r, in, sensor))
        return last_us;
    n = &r->nodes[r->sensors[sensor].node];
    for (size_t i = 0; i < n->sensor_count; i++) {
        if (in->last_rx_us[n->sensors[i]] > last_us)
            last_us = in->last_rx_us[n->sensors[i]];
        if (period_of(&r->sensors[n->sensors[i]]) > *period_us)
            *period_us = period_of(&r->sensors[n->sensors[i]]);
    }
    if (in->node_rx_us && in->node_rx_us[r->sensors[sensor].node] > last_us)
        last_us = in->node_rx_us[r->sensors[sensor].node];
    return last_us;
}

/* When the sensor becomes silent if it says nothing more; FOR_EVER for one without a period. */
static int64_t deadline_us(const struct registry *r, const struct silence_input *in,
                           uint32_t sensor)
{
    int64_t period_us, last_us = heard_us(r, in, sensor, &period_us);
    int64_t from_us = last_us > in->listening_since_us ? last_us : in->listening_since_us;

    if (period_us <= 0 || period_us > FOR_EVER / SILENCE_PERIODS ||
        (by_node(r, in, sensor) && online(in, r->sensors[sensor].node)) ||
        (from_us > 0 && SILENCE_PERIODS * period_us > FOR_EVER - from_us))
        return FOR_EVER;
    return from_us + SILENCE_PERIODS * period_us;
}

bool sensor_heard(const struct registry *r, const struct silence_input *in, uint32_t sensor)
{
    int64_t period_us, last_us = heard_us(r, in, sensor, &period_us);

    if (by_node(r, in, sensor) && online(in, r->sensors[sensor].node))
        return true;
    if (last_us == INT64_MIN || period_us > FOR_EVER / SILENCE_PERIODS)
        return last_us != INT64_MIN;
    return in->now_us - last_us <= SILENCE_PERIODS * period_us;
}

bool silence_named_burst(const struct sensor *s)
{
    static const char name[] = "/burst";
    size_t n = strlen(s->id);

    return n >= sizeof name && strcmp(s->id + n - (sizeof name - 1), name) == 0;
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
