#include <stdlib.h>
#include <string.h>

#include "assess_parts.h"

/* What is known of each sensor and node, and by which ids the store has them. */

/* The sensor that reports the dominant frequency of the events of sensor i: same node, same axis.
 */
static uint32_t frequency_of(const struct registry *r, uint32_t i)
{
    const struct sensor *s = &r->sensors[i];
    if (s->quantity != Q_VELOCITY || s->node == REGISTRY_NONE)
        return REGISTRY_NONE;
    const struct node *n = &r->nodes[s->node];
    for (size_t k = 0; k < n->sensor_count; k++) {
        const struct sensor *f = &r->sensors[n->sensors[k]];
        if (f->quantity == Q_DOMINANT_FREQUENCY && strcmp(f->axis, s->axis) == 0)
            return n->sensors[k];
    }
    return REGISTRY_NONE;
}

/* The other way round. */
static uint32_t velocity_of(const struct registry *r, uint32_t i)
{
    const struct sensor *f = &r->sensors[i];
    if (f->quantity != Q_DOMINANT_FREQUENCY || f->node == REGISTRY_NONE)
        return REGISTRY_NONE;
    const struct node *n = &r->nodes[f->node];
    for (size_t k = 0; k < n->sensor_count; k++)
        if (frequency_of(r, n->sensors[k]) == i)
            return n->sensors[k];
    return REGISTRY_NONE;
}

enum err assess_make_watches(struct assess *a, int64_t now_us)
{
    const struct registry *r = a->plan->registry;
    a->watches = calloc(r->sensor_count + 1, sizeof *a->watches);
    a->hush.nodes = calloc(r->node_count + 1, sizeof *a->hush.nodes);
    a->hush.sensors = calloc(r->sensor_count + 1, sizeof *a->hush.sensors);
    if (!a->watches || !a->hush.nodes || !a->hush.sensors)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < r->sensor_count; i++) {
        int64_t baseline_us = registry_baseline_start_us(r, i, now_us);
        a->watches[i] = (struct watch){.rules = rule_state_new(&r->sensors[i], baseline_us),
                                       .baseline_us = baseline_us,
                                       .last_rx_us = INT64_MIN,
                                       .last_t_us = INT64_MIN,
                                       .burst_rx_us = INT64_MIN,
                                       .late_us = INT64_MAX,
                                       .frequency = frequency_of(r, i),
                                       .velocity = velocity_of(r, i),
                                       .held_t_us = INT64_MAX,
                                       .held_last_us = INT64_MIN,
                                       .held_until_us = INT64_MAX,
                                       .frequency_t_us = INT64_MIN};
    }
    return ERR_OK;
}

uint32_t assess_index_of(const struct id_map *ids, uint32_t id)
{
    return id < ids->capacity ? ids->index[id] : REGISTRY_NONE;
}

static enum err map_id(void *context, const struct sensor_row *row)
{
    struct assess *a = context;
    if (row->id >= a->ids.capacity) {
        size_t capacity = (size_t)row->id + 1024;
        uint32_t *bigger = realloc(a->ids.index, capacity * sizeof *bigger);
        if (!bigger)
            return ERR_NOMEM;
        memset(bigger + a->ids.capacity, 0xff, (capacity - a->ids.capacity) * sizeof *bigger);
        a->ids.index = bigger;
        a->ids.capacity = capacity;
    }
    uint32_t index = registry_sensor(a->plan->registry, row->name, strlen(row->name));
    if (index == REGISTRY_NONE)
        return ERR_OK;
    a->ids.unmapped -= a->ids.index[row->id] == REGISTRY_NONE;
    a->ids.index[row->id] = index;
    a->watches[index].id = row->id;
    a->watches[index].last_t_us = row->last_t_us;
    if (row->last_rx_us > a->watches[index].last_rx_us)
        a->watches[index].last_rx_us = row->last_rx_us;
    return ERR_OK;
}

enum err assess_map_ids(struct assess *a)
{
    a->error = reader_error(a->reader);
    return reader_sensors(a->reader, map_id, a);
}

enum err assess_open_watches(struct assess *a, int64_t now_us)
{
    a->ids.unmapped = a->plan->registry->sensor_count;
    enum err e = reader_calibrate(a->reader, a->plan->registry);
    if (!e)
        e = assess_make_watches(a, now_us);
    if (!e)
        e = assess_map_ids(a);
    return e ? e : assess_ask_bursts(a);
}

void assess_free_watches(struct assess *a)
{
    for (size_t i = 0; a->watches && i < a->plan->registry->sensor_count; i++)
        rule_state_free(a->watches[i].rules);
    free(a->watches);
    free(a->ids.index);
    free(a->hush.nodes);
    free(a->hush.sensors);
    a->watches = NULL;
    a->ids = (struct id_map){0};
    a->hush.nodes = a->hush.sensors = NULL;
}
