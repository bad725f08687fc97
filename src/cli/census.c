#include "census.h"

#include <math.h>
#include <string.h>

struct taking {
    struct census *census;
    bool *offline; /* by node */
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

    if (i != REGISTRY_NONE)
        taking->offline[i] = !row->online;
    return ERR_OK;
}

static enum err ask(struct taking *taking, struct readings_reader *readings)
{
    enum err e = readings ? reader_sensors(readings, take_sensor, taking) : ERR_OK;

    return e == ERR_OK && readings ? reader_nodes(readings, -1, take_node, taking) : e;
}

static enum err judge(struct ctl *c, struct census *census, const bool *offline)
{
    const struct registry *r = census->registry;
    int64_t *last_rx_us = arena_array(&c->arena, r->sensor_count, sizeof *last_rx_us);

    if (!last_rx_us)
        return ERR_NOMEM;
    for (size_t i = 0; i < r->sensor_count; i++)
        last_rx_us[i] = census->last[i].rx_us;
    census->input = (struct silence_input){.last_rx_us = last_rx_us,
                                           .node_offline = offline,
                                           .listening_since_us = INT64_MIN,
                                           .listening = true,
                                           .now_us = c->now_us};
    for (uint32_t i = 0; i < r->sensor_count; i++)
        census->silent[i] = sensor_silent(r, &census->input, i);
    return ERR_OK;
}

enum err census_take(struct ctl *c, struct readings_reader *readings, struct census *out)
{
    const struct registry *r = c->plan->registry;
    struct taking taking = {out, arena_array(&c->arena, r->node_count, sizeof(bool))};
    enum err e;

    out->registry = r;
    out->last = arena_array(&c->arena, r->sensor_count, sizeof *out->last);
    out->silent = arena_array(&c->arena, r->sensor_count, sizeof *out->silent);
    if (!taking.offline || !out->last || !out->silent)
        return ERR_NOMEM;
    for (size_t i = 0; i < r->sensor_count; i++)
        out->last[i] = (struct last_word){0, INT64_MIN, INT64_MIN, (double)NAN, 0};
    e = ask(&taking, readings);
    return e == ERR_OK ? judge(c, out, taking.offline) : e;
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
