/* A replay of a small district in a folder of its own; what it concludes is kept as text. */
#ifndef SHIKUMEN_TESTS_REPLAY_STAGE_H
#define SHIKUMEN_TESTS_REPLAY_STAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "process.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"
#include "shikumen/svc/replay.h"
#include "tmpdir.h"

#define LIMIT(level, of, value, clear, rest)                                                       \
    "{\"level\":" #level ",\"of\":\"" of "\",\"value\":" #value ",\"clear\":" #clear               \
    ",\"unit\":\"mm\",\"source\":\"survey\",\"clause\":\"7\",\"mark\":\"J\"" rest "}"
#define BELIEVED                                                                                   \
    "\"quality\":{\"rate_suspect_per_h\":null,\"spike_suspect\":null,\"spike_fail\":null}"
#define CRACK(name, limits)                                                                        \
    "{\"id\":\"H1/n1/" name "\",\"node\":\"H1/n1\",\"house\":\"H1\",\"element\":\"H1/wall\","      \
    "\"quantity\":\"crack_width\",\"unit\":\"mm\",\"period_s\":600," BELIEVED                      \
    ",\"limits\":[" limits "]}"
#define REGISTRY(sensors, epochs)                                                                  \
    "{\"district\":{\"id\":\"d1\"},\"houses\":[{\"id\":\"H1\",\"elements\":[{\"id\":\"H1/wall\","  \
    "\"kind\":\"wall\"}]}],\"sensors\":[" sensors "],\"epochs\":[" epochs "]}"

struct stage {
    char *folder, *store, *registry, *epochs;
    struct plan *plan;
    struct replay *replay;
    struct assess_sink sink;
    struct strbuf steps; /* bodies, one a line */
    int count;
    struct {
        char key[80];
        enum alert_event event;
        int level;
        int64_t at_us;
    } step[256];
    int64_t t0_us;
};

static inline void keep_step(void *context, const struct episode *e, enum alert_event event,
                             const char *json, size_t n)
{
    struct stage *g = context;

    assert_true(g->count < 256);
    snprintf(g->step[g->count].key, sizeof g->step[0].key, "%s", e->key);
    g->step[g->count].event = event;
    g->step[g->count].level = e->level;
    g->step[g->count++].at_us = e->changed_us;
    strbuf_append(&g->steps, json, n);
    strbuf_putc(&g->steps, '\n');
}

/* epochs NULL: no file of them. */
static inline void stage_open(struct stage *g, const char *registry, const char *epochs)
{
    struct fault_list faults = {0};
    struct plan_files files;

    *g = (struct stage){.folder = tmpdir_make("replay")};
    g->store = g->folder;
    g->registry = path_in(g->folder, "registry.json");
    g->epochs = path_in(g->folder, "epochs.json");
    write_text(g->registry, registry);
    if (epochs)
        write_text(g->epochs, epochs);
    files = (struct plan_files){.registry = g->registry,
                                .limits = "/nonexistent",
                                .epochs = epochs ? g->epochs : NULL,
                                .store = g->store};
    if (plan_load_files(&files, &faults, &g->plan) != ERR_OK) {
        fault_print(&faults, STDERR_FILENO);
        fail();
    }
    fault_list_free(&faults);
    g->sink = (struct assess_sink){.step = keep_step, .context = g};
    assert_int_equal(replay_open(g->plan, &g->sink, true, &g->replay), ERR_OK);
    assert_int_equal(utc_parse("2024-03-01T00:00:00Z", &g->t0_us), ERR_OK);
}

static inline void stage_finish(struct stage *g)
{
    assert_int_equal(replay_finish(g->replay), ERR_OK);
}

static inline void stage_close(struct stage *g)
{
    replay_close(g->replay);
    plan_release(g->plan);
    strbuf_free(&g->steps);
    free(g->registry);
    free(g->epochs);
    tmpdir_remove(g->folder);
}

/* A reading of second s that arrives rx seconds after the beginning. */
static inline void take_late(struct stage *g, uint32_t sensor, int64_t s, double v, int64_t rx)
{
    assert_int_equal(
        replay_take(g->replay, sensor, g->t0_us + s * US_PER_S, v, g->t0_us + rx * US_PER_S),
        ERR_OK);
}

static inline void take(struct stage *g, uint32_t sensor, int64_t s, double v)
{
    take_late(g, sensor, s, v, s + 2);
}

static inline void expect_step(const struct stage *g, int i, const char *key,
                               enum alert_event event, int level, int64_t at_s)
{
    assert_true(i < g->count);
    assert_string_equal(g->step[i].key, key);
    assert_int_equal(g->step[i].event, event);
    assert_int_equal(g->step[i].level, level);
    assert_int_equal((g->step[i].at_us - g->t0_us) / US_PER_S, at_s);
}

#endif
