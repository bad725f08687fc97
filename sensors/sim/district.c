#include "district.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "shikumen/base/strmap.h"

#define ROW_HOUSES       8
#define LANE_HOUSES      32
#define THIRD_NODE_SHARE 0.6

static void make_house(const struct district *d, size_t i, struct sim_house *h)
{
    int in_lane = (int)(i % LANE_HOUSES);

    *h = (struct sim_house){
        .lane = (int)(i / LANE_HOUSES),
        .row = in_lane / ROW_HOUSES + 1,
        .number = in_lane + 1,
        .seed = chance_mix(d->seed, i),
    };
    snprintf(h->id, sizeof h->id, "H%03zu", i + 1);
}

static bool has_node(const struct sim_house *h, size_t index, int node)
{
    return node < 3 || index == 0 || chance_uniform(h->seed, 3) < THIRD_NODE_SHARE;
}

static void add_sensor(struct district *d, uint32_t house, struct sim_node *n,
                       const struct design *design)
{
    struct sim_sensor *s = &d->sensors[d->sensor_count++];
    uint64_t name = hash64(0, design->name, strlen(design->name));

    *s = (struct sim_sensor){design, house, chance_mix(n->seed, name), d->houses[house].seed};
    n->count++;
}

static void add_node(struct district *d, uint32_t house, int number)
{
    const struct sim_house *h = &d->houses[house];
    struct sim_node *n = &d->nodes[d->node_count++];

    *n = (struct sim_node){.house = house, .first = (uint32_t)d->sensor_count};
    n->seed = chance_mix(h->seed, (uint64_t)number + 10);
    n->phase_us = (int64_t)(chance_uniform(n->seed, 0) * (SIM_REPORT_US / 1000000)) * 1000000;
    snprintf(n->id, sizeof n->id, "%.16s/n%d", h->id, number);
    for (size_t i = 0; i < SIM_DESIGNS; i++)
        if (sim_designs[i].node == number &&
            chance_uniform(h->seed, 100 + i) < sim_designs[i].share)
            add_sensor(d, house, n, &sim_designs[i]);
    if (house == 0 && number == sim_well.node)
        add_sensor(d, house, n, &sim_well);
}

enum err district_build(uint64_t seed, size_t house_count, struct district *out)
{
    struct district d = {.seed = seed, .house_count = house_count};

    d.houses = calloc(house_count, sizeof *d.houses);
    d.nodes = calloc(house_count * SIM_NODES, sizeof *d.nodes);
    d.sensors = calloc(house_count * SIM_DESIGNS + 1, sizeof *d.sensors);
    if (!d.houses || !d.nodes || !d.sensors) {
        district_free(&d);
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < house_count; i++) {
        make_house(&d, i, &d.houses[i]);
        for (int node = 1; node <= SIM_NODES; node++)
            if (has_node(&d.houses[i], i, node))
                add_node(&d, (uint32_t)i, node);
    }
    *out = d;
    return ERR_OK;
}

void district_free(struct district *d)
{
    free(d->houses);
    free(d->nodes);
    free(d->sensors);
    *d = (struct district){0};
}

size_t district_house(const struct district *d, const char *id)
{
    size_t i = 0;

    while (i < d->house_count && strcmp(d->houses[i].id, id) != 0)
        i++;
    return i;
}

size_t district_limit_names(const char **names, size_t max)
{
    size_t n = 0;

    for (size_t i = 0; i < SIM_DESIGNS && n < max; i++) {
        size_t k = 0;
        while (k < n && sim_designs[i].limits && strcmp(names[k], sim_designs[i].limits) != 0)
            k++;
        if (sim_designs[i].limits && k == n)
            names[n++] = sim_designs[i].limits;
    }
    return n;
}
