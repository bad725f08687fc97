/* Real data through shikumenctl backtest, and what it told. */
#ifndef SHIKUMEN_TESTS_REAL_RUN_H
#define SHIKUMEN_TESTS_REAL_RUN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ndjson.h"
#include "process.h"
#include "sim_alerts.h"
#include "tmpdir.h"

#define DATA    TEST_DATA "/real/"
#define RUN_S   60.0
#define BLUE    1
#define YELLOW  2
#define ANY     NULL
#define NOTHING "[]"

struct run {
    char *folder, *out;
    struct sim_alerts alerts;
};

static inline void backtest(struct run *r, const char *registry, const char *readings,
                            const char *epochs)
{
    char *said = path_in(r->folder, "said");
    char *file = path_in(r->folder, "epochs.json");
    const char *const argv[] = {BIN_DIR "/shikumenctl",
                                "backtest",
                                "--registry",
                                registry,
                                "--readings",
                                readings,
                                "--epochs",
                                file,
                                "--limits",
                                SOURCE_DIR "/config/limits",
                                "--out",
                                r->out,
                                NULL};

    write_text(file, epochs);
    if (process_run(argv, &(struct process_options){.output = said}, RUN_S) != 0)
        fail_msg("backtest: %s", read_text(said, NULL));
    free(said);
    free(file);
}

static inline void read_alerts(struct run *r)
{
    char *path = path_in(r->out, "alerts.ndjson");

    assert_true(sim_alerts_read(path, &r->alerts));
    free(path);
}

static inline struct run start(void)
{
    struct run r = {.folder = tmpdir_make("real")};

    r.out = path_in(r.folder, "out");
    return r;
}

/* Of a folder of tests/data/real, by one of its registries. */
static inline struct run run_with(const char *name, const char *houses, const char *epochs)
{
    struct run r = start();
    char registry[400], readings[400];

    snprintf(registry, sizeof registry, DATA "%s/%s", name, houses);
    snprintf(readings, sizeof readings, DATA "%s/readings.csv.gz", name);
    backtest(&r, registry, readings, epochs);
    read_alerts(&r);
    return r;
}

static inline struct run run_of(const char *name, const char *epochs)
{
    return run_with(name, "registry.json", epochs);
}

static inline void finish(struct run *r)
{
    sim_alerts_free(&r->alerts);
    free(r->out);
    tmpdir_remove(r->folder);
}

/* --- what was told --- */

static inline bool is(const char *wanted, const char *found)
{
    return !wanted || strcmp(wanted, found) == 0;
}

/* The first step of that category, kind and sensor (ANY: whichever) at that level or above. */
static inline const struct sim_step *told(const struct run *r, const char *category,
                                          const char *kind, const char *sensor, int level)
{
    for (size_t i = 0; i < r->alerts.count; i++) {
        const struct sim_step *s = &r->alerts.steps[i];
        if (s->level >= level && is(category, s->category) && is(kind, s->kind) &&
            (!sensor || sim_step_names(s, sensor)))
            return s;
    }
    return NULL;
}

static inline void expect_no_structure(const struct run *r, int level)
{
    const struct sim_step *s = told(r, "structure", ANY, ANY, level);

    if (s)
        fail_msg("told: %s", cJSON_Print(s->object));
}

static inline const char *cause_of(const struct sim_step *s)
{
    return ndjson_text(cJSON_GetObjectItemCaseSensitive(s->object, "evidence"), "cause");
}

static inline void expect_fault(const struct run *r, const char *sensor, const char *cause)
{
    const struct sim_step *s = told(r, "instrument", "fault", sensor, BLUE);

    assert_non_null(s);
    assert_string_equal(cause_of(s), cause);
}

static inline size_t steps_of_kind(const struct run *r, const char *kind)
{
    size_t n = 0;

    for (size_t i = 0; i < r->alerts.count; i++)
        n += strcmp(r->alerts.steps[i].kind, kind) == 0;
    return n;
}

#endif
