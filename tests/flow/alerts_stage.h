/* A house with a displacement sensor on its wall, the daemon and a receiver, for tests of alerts. A
 * probe sensor, judged after what was sent before it, tells when the daemon has come that far. */
#ifndef SHIKUMEN_TESTS_ALERTS_STAGE_H
#define SHIKUMEN_TESTS_ALERTS_STAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon.h"
#include "publisher.h"
#include "receiver.h"

#define S      INT64_C(1000000)
#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define WALL   "limit|H1/wall|displacement"
#define HOUSES                                                                                     \
    "[{\"id\":\"H1\",\"elements\":[{\"id\":\"H1/wall\",\"kind\":\"wall\"},"                        \
    "{\"id\":\"H1/beam\",\"kind\":\"beam\"},{\"id\":\"H1/probe\",\"kind\":\"roof\"}]},"            \
    "{\"id\":\"H2\"}]"
/* Movement as large as a test wants it is believed. */
#define BELIEVED                                                                                   \
    "\"quality\":{\"rate_suspect_per_h\":null,\"spike_suspect\":null,\"spike_fail\":null}"

#define LIMIT(level, of, value, clear, rest)                                                       \
    "{\"level\":" #level ",\"of\":\"" of "\",\"value\":" #value ",\"clear\":" #clear               \
    ",\"unit\":\"mm\",\"source\":\"survey\",\"clause\":\"7\",\"mark\":\"J\"" rest "}"

struct stage {
    struct site site;
    struct publisher *p;
    struct receiver *r;
    int64_t t0_us; /* hours ago, a whole second */
    int probes;    /* so far */
};

/* --- the stage --- */

static inline void add_probe(struct stage *g)
{
    site_sensor(&g->site, &(struct site_sensor){.id = "H2/probe/d",
                                                .node = "H2/probe",
                                                .element = "H1/probe",
                                                .quantity = "displacement",
                                                .unit = "mm",
                                                .limits = "[" LIMIT(1, "value", 5, 4, "") "]",
                                                .more = BELIEVED});
}

/* The wall's displacement sensor with these limits. */
static inline void add_wall(struct stage *g, const char *limits, double period_s)
{
    site_sensor(&g->site, &(struct site_sensor){.id = "H1/n1/d",
                                                .node = "H1/n1",
                                                .house = "H1",
                                                .element = "H1/wall",
                                                .quantity = "displacement",
                                                .unit = "mm",
                                                .period_s = period_s,
                                                .limits = limits,
                                                .more = BELIEVED});
}

/* Another one, of a beam. */
static inline void add_beam(struct stage *g, const char *limits)
{
    site_sensor(&g->site, &(struct site_sensor){.id = "H1/n1/b",
                                                .node = "H1/n1",
                                                .house = "H1",
                                                .element = "H1/beam",
                                                .quantity = "displacement",
                                                .unit = "mm",
                                                .limits = limits,
                                                .more = BELIEVED});
}

static inline int setup(void **state)
{
    struct stage *g = calloc(1, sizeof *g);
    char url[64], *secret, *endpoints;

    assert_non_null(g);
    site_make(&g->site, "alerts", &(struct broker_options){0});
    g->r = receiver_start(0, NULL, NULL);
    assert_non_null(g->r);
    secret = path_in(g->site.folder, "secret");
    write_text(secret, SECRET "\n");
    assert_true(asprintf(&endpoints,
                         "endpoints: ( { name = \"desk\"; url = \"%s\"; secret_file = \"%s\"; } );",
                         receiver_url(g->r, "/desk", url, sizeof url), secret) > 0);
    site_config(&g->site, NULL, NULL, endpoints);
    g->t0_us = (wall_us() / S - 12 * 3600) * S;
    free(endpoints);
    free(secret);
    *state = g;
    return 0;
}

static inline int teardown(void **state)
{
    struct stage *g = *state;

    publisher_close(g->p);
    if (g->site.daemon.pid) {
        site_stop(&g->site);
        site_reconcile(&g->site);
    }
    struct state_db *db = site_state(&g->site);
    struct strbuf faults = {0};
    if (state_verify(db, &faults) != ERR_OK)
        fail_msg("%s", strbuf_text(&faults));
    strbuf_free(&faults);
    state_close(db);
    receiver_stop(g->r);
    site_free(&g->site);
    free(g);
    return 0;
}

/* Writes the registry of the sensors added, with the probe, and starts. */
static inline void begin(struct stage *g)
{
    add_probe(g);
    site_registry(&g->site, HOUSES);
    site_start_connected(&g->site);
    g->p = publisher_open(&(struct publisher_options){.port = g->site.port});
}

static inline void send_unit(struct stage *g, const char *node, const char *name, const char *unit,
                             int64_t t_us, double v)
{
    char topic[100], payload[200];

    snprintf(topic, sizeof topic, "shikumen/v1/%s/senml", node);
    int n = snprintf(payload, sizeof payload, "[{\"n\":\"%s\",\"u\":\"%s\",\"t\":%.6f,\"v\":%.6f}]",
                     name, unit, (double)t_us / 1e6, v);
    assert_true(publisher_send(g->p, topic, payload, (size_t)n));
    assert_true(publisher_flush(g->p, PATIENCE_S));
}

/* The wall at second s after the beginning. */
static inline void wall(struct stage *g, int64_t s, double mm)
{
    send_unit(g, "H1/n1", "d", "mm", g->t0_us + s * S, mm);
}

/* Returns once everything sent before has been judged. */
static inline void judged(struct stage *g)
{
    g->probes++;
    send_unit(g, "H2/probe", "d", "mm", wall_us(), g->probes % 2 ? 6 : 1);
    site_wait_condition(&g->site, "limit|H1/probe|displacement", g->probes % 2);
}

/* Ends when the steps of key are these levels in this order. */
static inline void expect_levels(struct stage *g, const char *key, const int *levels, int count)
{
    struct site_steps steps = site_steps(&g->site);
    int n = 0;

    for (size_t i = 0; i < steps.count; i++)
        if (strcmp(steps.list[i].key, key) == 0) {
            assert_true(n < count);
            assert_int_equal(steps.list[i].level, levels[n]);
            assert_int_equal(steps.list[i].step, n + 1);
            n++;
        }
    assert_int_equal(n, count);
    site_steps_free(&steps);
}
#define EXPECT_LEVELS(g, key, ...)                                                                 \
    expect_levels(g, key, (const int[]){__VA_ARGS__},                                              \
                  (int)(sizeof((const int[]){__VA_ARGS__}) / sizeof(int)))

static inline void expect_none(struct stage *g, const char *key)
{
    assert_int_equal(site_step_count(&g->site, key), 0);
}

static inline struct site_step *find_step(struct site_steps *steps, const char *key, int number)
{
    for (size_t i = 0; i < steps->count; i++)
        if (strcmp(steps->list[i].key, key) == 0 && steps->list[i].step == number)
            return &steps->list[i];
    fail_msg("%s has no step %d", key, number);
    return NULL;
}

/* The POST of that step; waits for it. */
static inline const struct received *post_of(struct stage *g, const char *id, int step)
{
    char webhook_id[80];
    double end = now_s() + PATIENCE_S;

    snprintf(webhook_id, sizeof webhook_id, "%s.%d", id, step);
    for (;;) {
        for (size_t i = 0; i < receiver_count(g->r); i++)
            if (strcmp(receiver_get(g->r, i)->webhook_id, webhook_id) == 0)
                return receiver_get(g->r, i);
        if (now_s() > end)
            fail_msg("%s was never posted", webhook_id);
        sleep_ms(5);
    }
}

static inline void restart(struct stage *g, bool killed)
{
    if (killed)
        site_kill(&g->site);
    else
        site_stop(&g->site);
    site_start_connected(&g->site);
}

/* --- documents --- */

static inline const char *text(const cJSON *o, const char *name)
{
    const char *t = cJSON_GetStringValue(cJSON_GetObjectItem(o, name));

    if (!t)
        fail_msg("no text \"%s\"", name);
    return t;
}

static inline double number(const cJSON *o, const char *name)
{
    const cJSON *item = cJSON_GetObjectItem(o, name);

    if (!cJSON_IsNumber(item))
        fail_msg("no number \"%s\"", name);
    return cJSON_GetNumberValue(item);
}

static inline void check_bilingual(const cJSON *o, const char *name)
{
    const cJSON *both = cJSON_GetObjectItem(o, name);
    const char *zh = text(both, "zh"), *en = text(both, "en");

    assert_true(strlen(zh) > 0 && strlen(en) > 0 && strcmp(zh, en) != 0);
    assert_true(strpbrk(zh, "\xe4\xe5\xe6\xe7\xe8\xe9") != NULL); /* Chinese characters */
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
