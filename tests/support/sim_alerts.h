/* The alerts of a backtest (alerts.ndjson), step by step. Texts are borrowed from the steps. */
#ifndef SHIKUMEN_TESTS_SIM_ALERTS_H
#define SHIKUMEN_TESTS_SIM_ALERTS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_step {
    cJSON *object;
    int64_t at_us;
    size_t episode; /* 0 .. episodes - 1, in order of appearance */
    const char *id, *event, *category, *kind;
    const char *house, *element; /* NULL: none */
    const cJSON *sensors;
    int level;
};

struct sim_alerts {
    struct sim_step *steps; /* in order of the file */
    size_t count, room, episodes;
    size_t faulty; /* number of the first line that is no step; 0: none */
};

/* False: unreadable or with a faulty line. Free in any case. */
bool sim_alerts_read(const char *path, struct sim_alerts *out);
void sim_alerts_free(struct sim_alerts *a);

/* Whether it is about this sensor, or any sensor of this node or house. */
bool sim_step_names(const struct sim_step *s, const char *sensor);
bool sim_step_below(const struct sim_step *s, const char *node_or_house);

#endif
