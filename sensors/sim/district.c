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

static void make_listed(const struct scenario *s, size_t i, struct sim_house *h)
{
    int in_lane = (int)i % (s->per_row * s->rows_per_lane);

    *h = (struct sim_house){.lane = (int)i / (s->per_row * s->rows_per_lane),
                            .row = in_lane / s->per_row + 1,
                            .number = in_lane + 1,
                            .seed = chance_mix(s->seed, i)};
    if (!s->houses) {
        snprintf(h->id, sizeof h->id, "H%03zu", i + 1);
        return;
    }
    snprintf(h->id, sizeof h->id, "%s", s->houses[i].id);
    h->lane = s->houses[i].lane - 1;
    h->row = s->houses[i].row;
    h->number = (int)i + 1;
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

static bool named(const char *name, const char *const *names, size_t count)
{
    size_t i = 0;

    while (i < count && strcmp(names[i], name) != 0)
        i++;
    return i < count;
}

static bool first_of_row(const struct district *d, size_t i)
{
    return i == 0 || !district_same_row(&d->houses[i], &d->houses[i - 1]);
}

/* Whether design k stands in house i: as listed, else by its share. */
static bool stands(const struct scenario *s, const struct district *d, size_t i, size_t k)
{
    const struct design *g = &d->designs[k];
    const struct scenario_house *h = s->houses ? &s->houses[i] : NULL;

    if (h && h->sensor_count > 0)
        return named(g->name, h->sensors, h->sensor_count);
    if (s->sensors && !named(g->name, s->sensors, s->sensor_count))
        return false;
    if (g->response == RESPONSE_WATER)
        return first_of_row(d, i);
    return s->sensors || (has_node(&d->houses[i], (size_t)!first_of_row(d, i), g->node) &&
                          chance_uniform(d->houses[i].seed, 100 + k) < g->share);
}

static void add_scenario_node(const struct scenario *s, struct district *d, size_t house,
                              int number)
{
    const struct sim_house *h = &d->houses[house];
    struct sim_node *n = &d->nodes[d->node_count];

    *n = (struct sim_node){.house = (uint32_t)house, .first = (uint32_t)d->sensor_count};
    n->seed = chance_mix(h->seed, (uint64_t)number + 10);
    n->phase_us = (int64_t)(chance_uniform(n->seed, 0) * 60) * 1000000;
    snprintf(n->id, sizeof n->id, "%.16s/n%d", h->id, number);
    for (size_t k = 0; k < SIM_DESIGNS_ALL; k++)
        if (d->designs[k].node == number && stands(s, d, house, k))
            add_sensor(d, (uint32_t)house, n, &d->designs[k]);
    d->node_count += n->count > 0;
}

/* The designs with the scenario's period; batteries are read four times a day. */
static void make_designs(const struct scenario *s, struct design own[SIM_DESIGNS_ALL])
{
    memcpy(own, sim_designs, sizeof sim_designs);
    own[SIM_DESIGNS] = sim_well;
    own[SIM_DESIGNS + 1] = sim_leak;
    for (size_t k = 0; k < SIM_DESIGNS_ALL; k++)
        own[k].period_s = own[k].response == RESPONSE_BATTERY && s->period_s < own[k].period_s
                              ? own[k].period_s / s->period_s * s->period_s
                              : s->period_s;
}

enum err district_build_scenario(const struct scenario *s, struct district *out)
{
    struct district d = {.seed = s->seed, .house_count = s->house_count};

    d.houses = calloc(d.house_count, sizeof *d.houses);
    d.nodes = calloc(d.house_count * SIM_NODES, sizeof *d.nodes);
    d.sensors = calloc(d.house_count * SIM_DESIGNS_ALL, sizeof *d.sensors);
    d.designs = calloc(SIM_DESIGNS_ALL, sizeof *d.designs);
    if (!d.houses || !d.nodes || !d.sensors || !d.designs) {
        district_free(&d);
        return ERR_NOMEM;
    }
    make_designs(s, d.designs);
    for (size_t i = 0; i < d.house_count; i++)
        make_listed(s, i, &d.houses[i]);
    for (size_t i = 0; i < d.house_count; i++)
        for (int node = 1; node <= SIM_NODES; node++)
            add_scenario_node(s, &d, i, node);
    *out = d;
    return ERR_OK;
}

void district_free(struct district *d)
{
    free(d->designs);
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

/* Sensors stand in the order of their houses. */
uint32_t district_sensor(const struct district *d, uint32_t house, const char *name)
{
    size_t low = 0, high = d->sensor_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (d->sensors[middle].house < house)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < d->sensor_count && d->sensors[low].house == house; low++)
        if (strcmp(d->sensors[low].design->name, name) == 0)
            return (uint32_t)low;
    return SIM_NONE;
}

uint32_t district_well(const struct district *d, uint32_t house)
{
    for (size_t i = 0; i < d->sensor_count; i++)
        if (d->sensors[i].design->response == RESPONSE_WATER &&
            district_same_row(&d->houses[d->sensors[i].house], &d->houses[house]))
            return (uint32_t)i;
    return SIM_NONE;
}

size_t district_node_of(const struct district *d, uint32_t sensor)
{
    size_t low = 0, high = d->node_count;

    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;
        if (d->nodes[middle].first <= sensor)
            low = middle;
        else
            high = middle;
    }
    return low;
}

const char *district_row(const struct sim_house *h, char id[SIM_ROW_ID_SIZE])
{
    snprintf(id, SIM_ROW_ID_SIZE, "L%02d-R%d", h->lane + 1, h->row);
    return id;
}

bool district_same_row(const struct sim_house *a, const struct sim_house *b)
{
    return a->lane == b->lane && a->row == b->row;
}

bool district_design_known(const char *name)
{
    for (size_t i = 0; i < SIM_DESIGNS; i++)
        if (strcmp(sim_designs[i].name, name) == 0)
            return true;
    return strcmp(name, sim_well.name) == 0 || strcmp(name, sim_leak.name) == 0;
}

uint32_t district_sensor_by_id(const struct district *d, const char *id)
{
    for (size_t i = 0; i < d->node_count; i++) {
        const struct sim_node *n = &d->nodes[i];
        size_t len = strlen(n->id);
        if (strncmp(id, n->id, len) != 0 || id[len] != '/')
            continue;
        for (uint32_t k = n->first; k < n->first + n->count; k++)
            if (strcmp(d->sensors[k].design->name, id + len + 1) == 0)
                return k;
    }
    return SIM_NONE;
}

static bool element_of(const struct district *d, const char *id)
{
    for (size_t i = 0; i < d->house_count; i++) {
        size_t len = strlen(d->houses[i].id);
        if (strncmp(id, d->houses[i].id, len) == 0 && id[len] == '/' &&
            district_element_known(id + len + 1))
            return true;
    }
    return false;
}

static bool row_or_lane(const struct district *d, const char *id)
{
    char row[SIM_ROW_ID_SIZE];

    for (size_t i = 0; i < d->house_count; i++) {
        if (strcmp(district_row(&d->houses[i], row), id) == 0)
            return true;
        row[strcspn(row, "-")] = '\0';
        if (strcmp(row, id) == 0)
            return true;
    }
    return false;
}

bool district_scope_known(const struct district *d, const char *id)
{
    return strcmp(id, SIM_DISTRICT_ID) == 0 || district_house(d, id) < d->house_count ||
           district_sensor_by_id(d, id) != SIM_NONE || row_or_lane(d, id) || element_of(d, id);
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
    if (n < max)
        names[n++] = sim_leak.limits;
    return n;
}
