#include "daemon.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- what it stored --- */

/* A store that is being made or checked answers a little later. */
struct readings_reader *site_reader(struct site *s)
{
    char why[300] = "";
    struct readings_reader *reader = NULL;
    double end = now_s() + PATIENCE_S;
    enum err e;

    while ((e = reader_open(s->store, why, sizeof why, &reader)) != ERR_OK) {
        if (now_s() > end) {
            fprintf(stderr, "readings: %s (%s)\n", why, err_name(e));
            site_fail(s, "the store cannot be read");
        }
        sleep_ms(10);
    }
    return reader;
}

struct state_db *site_state(struct site *s)
{
    char why[300] = "";
    struct state_db *state = NULL;
    double end = now_s() + PATIENCE_S;
    enum err e;

    while ((e = state_open(s->store, STATE_READ_ONLY, why, sizeof why, &state)) != ERR_OK) {
        if (now_s() > end) {
            fprintf(stderr, "state: %s (%s)\n", why, err_name(e));
            site_fail(s, "the state cannot be read");
        }
        sleep_ms(10);
    }
    return state;
}

static enum err add_counter(void *context, const char *name, int64_t n)
{
    struct site_counts *c = context;

    if (strcmp(name, "received") == 0)
        c->received = n;
    else if (strcmp(name, "stored") == 0)
        c->stored = n;
    else if (strcmp(name, "duplicate") == 0)
        c->duplicate = n;
    else if (strcmp(name, "conflict") == 0)
        c->conflict = n;
    else if (strncmp(name, "quarantined.", 12) == 0)
        c->quarantined += n;
    return ERR_OK;
}

struct site_counts site_counts(struct site *s)
{
    struct readings_reader *reader = site_reader(s);
    struct site_counts c = {0};

    assert_int_equal(reader_counters(reader, add_counter, &c), ERR_OK);
    reader_close(reader);
    return c;
}

struct counter {
    const char *name;
    int64_t n;
};

static enum err find_counter(void *context, const char *name, int64_t n)
{
    struct counter *c = context;

    if (strcmp(name, c->name) == 0)
        c->n = n;
    return ERR_OK;
}

int64_t site_counter(struct site *s, const char *name)
{
    struct readings_reader *reader = site_reader(s);
    struct counter c = {name, 0};

    assert_int_equal(reader_counters(reader, find_counter, &c), ERR_OK);
    reader_close(reader);
    return c.n;
}

void site_wait_received(struct site *s, int64_t readings)
{
    double end = now_s() + PATIENCE_S;
    int64_t n;

    while ((n = site_counter(s, "received")) < readings) {
        site_check_alive(s);
        if (now_s() > end) {
            fprintf(stderr, "received %lld of %lld\n", (long long)n, (long long)readings);
            site_fail(s, "waited in vain");
        }
        sleep_ms(10);
    }
}

void site_reconcile(struct site *s)
{
    struct site_counts c = site_counts(s);
    struct readings_reader *reader = site_reader(s);
    struct strbuf faults = {0};
    enum err e = reader_verify(reader, &faults);

    if (e != ERR_OK || c.received != c.stored + c.duplicate + c.quarantined) {
        fprintf(stderr, "received %lld stored %lld duplicate %lld quarantined %lld\n%s\n",
                (long long)c.received, (long long)c.stored, (long long)c.duplicate,
                (long long)c.quarantined, strbuf_text(&faults));
        site_fail(s, "the counters do not reconcile");
    }
    strbuf_free(&faults);
    reader_close(reader);
}

struct collected {
    struct reading *out;
    size_t count, max;
};

static enum err collect(void *context, const struct reading *r)
{
    struct collected *c = context;

    assert_true(c->count < c->max);
    c->out[c->count++] = *r;
    return ERR_OK;
}

size_t site_readings(struct site *s, const char *sensor, struct reading *out, size_t max)
{
    struct readings_reader *reader = site_reader(s);
    struct collected c = {out, 0, max};
    uint32_t id;
    enum err e = reader_sensor_id(reader, sensor, &id);

    if (e == ERR_OK)
        e = reader_window(reader, id, INT64_MIN, INT64_MAX, collect, &c);
    assert_true(e == ERR_OK || e == ERR_NOTFOUND);
    reader_close(reader);
    return c.count;
}

/* --- alerts --- */

struct gathering {
    struct state_db *state;
    struct site_steps steps;
    const struct episode *episode;
};

static int level_in(const char *body)
{
    cJSON *document = cJSON_Parse(body);
    const cJSON *level = cJSON_GetObjectItem(document, "level");

    assert_true(cJSON_IsNumber(level));
    int n = level->valueint;
    cJSON_Delete(document);
    return n;
}

static enum err gather_step(void *context, const struct step_row *row)
{
    struct gathering *g = context;
    struct site_steps *steps = &g->steps;
    struct site_step *step;

    steps->list = realloc(steps->list, (steps->count + 1) * sizeof *steps->list);
    assert_non_null(steps->list);
    step = &steps->list[steps->count++];
    *step = (struct site_step){.step = row->step,
                               .level = level_in(row->body),
                               .event = row->event,
                               .category = g->episode->category,
                               .body = strdup(row->body)};
    snprintf(step->id, sizeof step->id, "%s", g->episode->id);
    snprintf(step->key, sizeof step->key, "%s", g->episode->key);
    return ERR_OK;
}

struct rows {
    struct episode list[512];
    size_t count;
    struct arena arena;
};

static enum err gather_episode(void *context, const struct episode *e)
{
    struct rows *rows = context;

    assert_true(rows->count < sizeof rows->list / sizeof *rows->list);
    rows->list[rows->count] = *e;
    rows->list[rows->count++].key = arena_strdup(&rows->arena, e->key);
    return ERR_OK;
}

struct site_steps site_steps(struct site *s)
{
    struct gathering g = {.state = site_state(s)};
    struct rows *rows = calloc(1, sizeof *rows);
    const struct alert_filter all = {.since_us = INT64_MIN};

    assert_non_null(rows);
    assert_int_equal(state_episode_each(g.state, &all, gather_episode, rows), ERR_OK);
    for (size_t i = 0; i < rows->count; i++) {
        g.episode = &rows->list[i];
        assert_int_equal(state_step_each(g.state, g.episode->row, gather_step, &g), ERR_OK);
    }
    arena_free(&rows->arena);
    free(rows);
    state_close(g.state);
    return g.steps;
}

void site_steps_free(struct site_steps *steps)
{
    for (size_t i = 0; i < steps->count; i++)
        free(steps->list[i].body);
    free(steps->list);
    *steps = (struct site_steps){0};
}

static bool has_level(struct site *s, const char *key, int level, int step)
{
    struct state_db *state = site_state(s);
    struct arena arena = {0};
    struct episode e = {.level = -1};
    enum err err = state_episode_by_key(state, key, &arena, &e);
    bool is = err == ERR_OK && e.level == level && (step == 0 || e.step == step);

    arena_free(&arena);
    state_close(state);
    return is;
}

static bool holds(struct site *s, const char *key, int level)
{
    struct state_db *state = site_state(s);
    struct arena arena = {0};
    struct episode e = {.condition_level = 0};
    enum err err = state_episode_by_key(state, key, &arena, &e);

    arena_free(&arena);
    state_close(state);
    return (err == ERR_OK || err == ERR_NOTFOUND) && e.condition_level == level;
}

void site_wait_condition(struct site *s, const char *key, int level)
{
    double end = now_s() + PATIENCE_S;

    while (!holds(s, key, level)) {
        site_check_alive(s);
        if (now_s() > end) {
            fprintf(stderr, "the condition of %s never had level %d\n", key, level);
            site_fail(s, "waited in vain");
        }
        sleep_ms(5);
    }
}

static enum err add_pending(void *context, const struct outbox_counts *c)
{
    *(int64_t *)context += c->pending;
    return ERR_OK;
}

void site_wait_posted(struct site *s)
{
    double end = now_s() + PATIENCE_S;
    int64_t pending = 1;

    while (pending > 0) {
        struct state_db *state = site_state(s);

        pending = 0;
        if (state_outbox_counts_each(state, add_pending, &pending) != ERR_OK)
            pending = 1;
        state_close(state);
        site_check_alive(s);
        if (now_s() > end)
            site_fail(s, "the outbox never became empty");
        sleep_ms(5);
    }
}

void site_wait_level(struct site *s, const char *key, int level, int step)
{
    double end = now_s() + PATIENCE_S;

    while (!has_level(s, key, level, step)) {
        site_check_alive(s);
        if (now_s() > end) {
            fprintf(stderr, "%s never had level %d at step %d\n", key, level, step);
            site_fail(s, "waited in vain");
        }
        sleep_ms(5);
    }
}

int site_step_count(struct site *s, const char *key)
{
    struct site_steps steps = site_steps(s);
    int n = 0;

    for (size_t i = 0; i < steps.count; i++)
        n += strcmp(steps.list[i].key, key) == 0;
    site_steps_free(&steps);
    return n;
}
