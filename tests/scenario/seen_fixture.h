/* A hand-made history: four houses in two rows, one damage, one ill, a few alerts. */
#ifndef SHIKUMEN_TESTS_SEEN_FIXTURE_H
#define SHIKUMEN_TESTS_SEEN_FIXTURE_H

#include <stdlib.h>

#include "process.h"
#include "tmpdir.h"

/* Crossings of level 3 on 1 April and of level 4 on 1 June; the thermometer drifts in May. */
#define SEEN_TRUTH                                                                                 \
    "{\"seed\":1,\"start\":\"2021-01-01T00:00:00Z\",\"days\":365,\"period_s\":3600,\"damages\":["  \
    "{\"damage\":0,\"house\":\"A1\",\"element\":\"A1/wall\",\"kind\":\"linear\",\"onset\":"        \
    "\"2021-02-01T00:00:00Z\",\"size\":1,\"days\":90,\"sensors\":[\"A1/n1/crack-1\"],"             \
    "\"crossings\":["                                                                              \
    "{\"sensor\":\"A1/n1/crack-1\",\"level\":3,\"of\":\"change\",\"limit\":0.5,\"unit\":\"mm\","   \
    "\"t\":\"2021-04-03T00:00:00Z\",\"compensated_t\":\"2021-04-01T00:00:00Z\"},"                  \
    "{\"sensor\":\"A1/n1/crack-1\",\"level\":4,\"of\":\"change\",\"limit\":1,\"unit\":\"mm\","     \
    "\"t\":\"2021-06-03T00:00:00Z\",\"compensated_t\":\"2021-06-01T00:00:00Z\"},"                  \
    "{\"sensor\":\"A1/n1/crack-1\",\"level\":2,\"of\":\"value\",\"limit\":9,\"unit\":\"mm\","      \
    "\"t\":null,\"compensated_t\":null}],\"harmful\":true}],"                                      \
    "\"ills\":[{\"sensor\":\"A2/n1/t-in\",\"ill\":0,\"at\":\"A2/n1/t-in\",\"kind\":\"drift\","     \
    "\"from\":\"2021-05-01T00:00:00Z\",\"until\":\"2021-05-21T00:00:00Z\",\"size\":6,"             \
    "\"epoch\":false}],\"healthy_houses\":[\"A2\",\"A3\",\"B1\"]}\n"

#define SEEN_REGISTRY                                                                              \
    "{\"houses\":[{\"id\":\"A1\",\"row\":\"R1\"},{\"id\":\"A2\",\"row\":\"R1\"},"                  \
    "{\"id\":\"A3\",\"row\":\"R1\"},{\"id\":\"B1\",\"row\":\"R2\"}],\"sensors\":[]}\n"

/* place: "\"house\":…,\"element\":…,\"sensors\":[…]". */
#define SEEN_STEP(id, at, event, place, category, kind, level, colour)                             \
    "{\"id\":\"" id "\",\"step\":1,\"event\":\"" event "\",\"at\":\"" at "T00:00:00Z\","           \
    "\"district\":\"d\"," place ",\"category\":\"" category "\",\"kind\":\"" kind                  \
    "\",\"level\":" level ",\"colour\":\"" colour "\",\"summary\":{\"zh\":\"x\",\"en\":\"x\"},"    \
    "\"value\":null,\"unit\":null,\"limit\":null,\"forecast\":null,\"evidence\":{},"               \
    "\"advice\":{},\"url\":null}\n"

#define SEEN_WALL                                                                                  \
    "\"house\":\"A1\",\"element\":\"A1/wall\",\"sensors\":[\"A1/n1/crack-1\",\"A1/n1/crack-2\"]"
#define SEEN_ROOM "\"house\":\"A2\",\"element\":null,\"sensors\":[\"A2/n1/t-in\"]"

#define SEEN_ALERTS                                                                                \
    SEEN_STEP("w", "2021-03-02", "raised", SEEN_WALL, "structure", "trend", "2", "yellow")         \
    SEEN_STEP("w", "2021-04-11", "worsened", SEEN_WALL, "structure", "trend", "3", "orange")       \
    SEEN_STEP("t", "2021-05-11", "raised", SEEN_ROOM, "instrument", "fault", "1", "blue")          \
    SEEN_STEP("v", "2021-05-15", "raised", SEEN_WALL, "structure", "limit", "3", "orange")         \
    SEEN_STEP("t", "2021-05-26", "resolved", SEEN_ROOM, "instrument", "fault", "0", "normal")      \
    SEEN_STEP("w", "2021-08-01", "resolved", SEEN_WALL, "structure", "trend", "0", "normal")

static inline void seen_write(const char *folder, const char *name, const char *text)
{
    char *path = path_in(folder, name);

    write_text(path, text);
    free(path);
}

#endif
