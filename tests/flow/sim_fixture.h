/* Histories of shikumen-sim, made and read back. */
#ifndef SHIKUMEN_TESTS_SIM_FIXTURE_H
#define SHIKUMEN_TESTS_SIM_FIXTURE_H

#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "process.h"
#include "shikumen/base/utc.h"

#define SIM       BIN_DIR "/shikumen-sim"
#define SCENARIOS SOURCE_DIR "/sensors/scenarios"

/* A line of readings.ndjson. */
struct sim_line {
    int64_t t_us, rx_us;
    char sensor[40], unit[12];
    double value;
};

struct sim_history {
    char *folder, *text; /* text: the readings, as written */
    struct sim_line *lines;
    size_t count;
    cJSON *truth;
};

static inline char *sim_file(const char *folder, const char *name)
{
    char *path = path_in(folder, name), *text = read_text(path, NULL);

    free(path);
    return text;
}

static inline int64_t sim_time(const char *text)
{
    int64_t t_us = INT64_MIN;

    if (utc_parse(text, &t_us) != ERR_OK)
        abort();
    return t_us;
}

/* Of a copy of the line: sscanf measures all of the text it is given. */
static inline struct sim_line sim_read_line(const char *text)
{
    struct sim_line l = {0};
    char t[40], rx[40], line[256];

    snprintf(line, sizeof line, "%.*s", (int)strcspn(text, "\n"), text);

    if (sscanf(line,
               "{\"t\":\"%39[^\"]\",\"sensor\":\"%39[^\"]\",\"v\":%lf,\"u\":\"%11[^\"]\",\"rx\":\""
               "%39[^\"]\"}",
               t, l.sensor, &l.value, l.unit, rx) != 5)
        abort();
    l.t_us = sim_time(t);
    l.rx_us = sim_time(rx);
    return l;
}

static inline void sim_read_lines(struct sim_history *h)
{
    size_t room = 0;

    for (const char *c = h->text; *c; c++)
        room += *c == '\n';
    h->lines = calloc(room + 1, sizeof *h->lines);
    for (const char *c = h->text; *c; c = strchr(c, '\n') + 1)
        h->lines[h->count++] = sim_read_line(c);
}

/* Runs the scenario of that text into FOLDER/NAME. */
static inline struct sim_history sim_run(const char *folder, const char *name, const char *scenario)
{
    struct sim_history h = {.folder = path_in(folder, name)};
    char *file = malloc(strlen(h.folder) + 8), *truth;
    const char *const argv[] = {SIM, "--quiet", "--scenario", file, "--history", h.folder, NULL};

    sprintf(file, "%s.json", h.folder);
    write_text(file, scenario);
    if (process_run(argv, NULL, 60) != 0)
        abort();
    free(file);
    h.text = sim_file(h.folder, "readings.ndjson");
    truth = sim_file(h.folder, "truth.json");
    h.truth = cJSON_Parse(truth);
    free(truth);
    sim_read_lines(&h);
    return h;
}

static inline void sim_free(struct sim_history *h)
{
    cJSON_Delete(h->truth);
    free(h->lines);
    free(h->text);
    free(h->folder);
}

/* The next line of the sensor from index from on; NULL: none. */
static inline const struct sim_line *sim_next(const struct sim_history *h, size_t *from,
                                              const char *sensor)
{
    while (*from < h->count) {
        const struct sim_line *l = &h->lines[(*from)++];
        if (strcmp(l->sensor, sensor) == 0)
            return l;
    }
    return NULL;
}

#endif
