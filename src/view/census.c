#include "shikumen/view/census.h"

#include <math.h>
#include <string.h>

struct taking {
    struct census *census;
    bool *offline, *online; /* by node */
    int64_t *status_rx_us;  /* likewise, INT64_MIN: none */
    bool *only_bursts;      /* by sensor */
};

static enum err take_sensor(void *context, const struct sensor_row *row)
{
    struct census *census = ((struct taking *)context)->census;
    uint32_t i = registry_sensor(census->registry, row->name, strlen(row->name));

    if (i != REGISTRY_NONE)
        census->last[i] = (struct last_word){row->id, row->last_t_us, row->last_rx_us,
                                             row->last_value, row->last_flag};
    return ERR_OK;
}

static enum err take_node(void *context, const struct reader_node *row)
{
    struct taking *taking = context;
    uint32_t i = registry_node(taking->census->registry, row->node, strlen(row->node));

    if (i != REGISTRY_NONE) {
        taking->offline[i] = !row->online;
        taking->online[i] = row->online;
        taking->status_rx_us[i] = row->rx_us;
        taking->census->nodes[i] =
            (struct node_word){row->battery_v, row->battery_pct, row->rssi_dbm};
    }
    return ERR_OK;
}

static enum err ask(struct taking *taking, struct readings_reader *readings)
{
    enum err e = readings ? reader_sensors(readings, take_sensor, taking) : ERR_OK;

    return e == ERR_OK && readings ? reader_nodes(readings, -1, take_node, taking) : e;
}

/* Sensors that never sent a reading may send vibration records alone. */
static enum err ask_bursts(const struct taking *t, struct readings_reader *readings,
                           int64_t *last_rx_us)
{
    const struct registry *r = t->census->registry;
    enum err e = ERR_OK;

    for (size_t i = 0; i < r->sensor_count && e == ERR_OK; i++) {
        const struct last_word *last = &t->census->last[i];
        enum quantity q = r->sensors[i].quantity;

        if ((q != Q_VELOCITY && q != Q_ACCELERATION) || last->rx_us != INT64_MIN)
            continue;
        if (readings && last->id != 0)
            e = reader_burst_last(readings, last->id, &last_rx_us[i]);
        t->only_bursts[i] = last_rx_us[i] != INT64_MIN || silence_named_burst(&r->sensors[i]);
    }
    return e;
}

static enum err judge(struct desk *d, const struct taking *taking)
{
    struct census *census = taking->census;
    enum err e;
    const struct registry *r = census->registry;
    int64_t *last_rx_us = arena_array(d->arena, r->sensor_count, sizeof *last_rx_us);

    if (!last_rx_us)
        return ERR_NOMEM;
    for (size_t i = 0; i < r->sensor_count; i++)
        last_rx_us[i] = census->last[i].rx_us;
    e = ask_bursts(taking, d->readings, last_rx_us);
    if (e != ERR_OK)
        return e;
    census->input = (struct silence_input){.last_rx_us = last_rx_us,
                                           .node_offline = taking->offline,
                                           .only_bursts = taking->only_bursts,
                                           .node_online = taking->online,
                                           .node_rx_us = taking->status_rx_us,
                                           .listening_since_us = INT64_MIN,
                                           .listening = true,
                                           .now_us = d->now_us};
    for (uint32_t i = 0; i < r->sensor_count; i++)
        census->silent[i] = sensor_silent(r, &census->input, i);
    return ERR_OK;
}

enum err census_take(struct desk *d, struct census *out)
{
    const struct registry *r = d->registry;
    struct taking taking = {.census = out,
                            .offline = arena_array(d->arena, r->node_count, sizeof(bool)),
                            .online = arena_array(d->arena, r->node_count, sizeof(bool)),
                            .status_rx_us = arena_array(d->arena, r->node_count, sizeof(int64_t)),
                            .only_bursts = arena_array(d->arena, r->sensor_count, sizeof(bool))};
    enum err e;

    out->registry = r;
    out->last = arena_array(d->arena, r->sensor_count, sizeof *out->last);
    out->silent = arena_array(d->arena, r->sensor_count, sizeof *out->silent);
    out->nodes = arena_array(d->arena, r->node_count, sizeof *out->nodes);
    if (!taking.offline || !taking.online || !taking.status_rx_us || !taking.only_bursts ||
        !out->last || !out->silent || !out->nodes)
        return ERR_NOMEM;
    for (size_t i = 0; i < r->node_count; i++) {
        taking.status_rx_us[i] = INT64_MIN;
        out->nodes[i] = (struct node_word){(double)NAN, (double)NAN, (double)NAN};
    }
    for (size_t i = 0; i < r->sensor_count; i++)
        out->last[i] = (struct last_word){0, INT64_MIN, INT64_MIN, (double)NAN, 0};
    e = ask(&taking, d->readings);
    return e == ERR_OK ? judge(d, &taking) : e;
}

struct census_count census_count(const struct census *census, uint32_t house)
{
    const struct registry *r = census->registry;
    struct census_count count = {0};

    for (size_t i = 0; i < r->sensor_count; i++) {
        if (house != REGISTRY_NONE && r->sensors[i].house != house)
            continue;
        count.total++;
        count.silent += census->silent[i];
    }
    return count;
}

bool census_house_unknown(const struct census *census, uint32_t house)
{
    return house_unknown(census->registry, &census->input, house);
}
