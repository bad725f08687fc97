/* What really happened in a simulated history: truth.json and registry.json of shikumen-sim
 * (docs/sensors.md). Texts are borrowed from the documents. */
#ifndef SHIKUMEN_TESTS_SIM_TRUTH_H
#define SHIKUMEN_TESTS_SIM_TRUTH_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_TRUTH_NEVER INT64_MAX

/* One damage at one house. */
struct sim_damage {
    int damage; /* number in the scenario */
    const char *kind, *house, *element;
    const char *row; /* NULL: of this house alone */
    int64_t onset_us;
    bool harmful;
    const cJSON *sensors, *crossings;
};

/* One ill at one sensor. */
struct sim_ill {
    int ill; /* number in the scenario */
    const char *kind, *sensor;
    int64_t from_us, until_us; /* until_us: the end of the run when it stays */
    bool epoch;                /* somebody wrote it down */
};

struct sim_truth {
    cJSON *document, *registry;
    int64_t start_us, end_us;
    struct sim_damage *damages;
    size_t damage_count;
    struct sim_ill *ills;
    size_t ill_count;
};

/* Of the folder of a history; false: a file is missing or says nothing. Free in any case. */
bool sim_truth_read(const char *folder, struct sim_truth *out);
void sim_truth_free(struct sim_truth *t);

/* Not hit by a harmful damage. */
bool sim_truth_healthy(const struct sim_truth *t, const char *house);
/* Number of houses; the i-th one's name and row; the row of a house, NULL: no such house. */
size_t sim_truth_houses(const struct sim_truth *t);
const char *sim_truth_house(const struct sim_truth *t, size_t i);
const char *sim_truth_row_of(const struct sim_truth *t, const char *house);

/* First time at which a sensor, with the damage and its ageing and without weather and noise, is
 * past a limit of that level (0: any); SIM_TRUTH_NEVER. */
int64_t sim_damage_crossed_us(const struct sim_damage *d, int level);
/* Whether the sensor is of the house, as H003/n1/crack-1 is of H003. */
bool sim_truth_of_house(const char *sensor, const char *house);

#endif
