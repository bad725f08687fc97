#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deliver_private.h"
#include "shikumen/io/settings_file.h"

/* Secrets are read as settings_file.h says: from the credentials directory first. */
static void load_key(struct lane *lane)
{
    const char *file = lane->endpoint->secret_file;
    struct strbuf text = {0};
    enum err e;

    lane->key_fault[0] = '\0';
    if (!file[0])
        return;
    e = secret_read(file, &text);
    if (e == ERR_OK)
        e = webhook_key_parse(strbuf_text(&text), text.len, &lane->key);
    if (e != ERR_OK)
        snprintf(lane->key_fault, sizeof lane->key_fault, "secret of endpoint %s: %s",
                 lane->endpoint->name, err_name(e));
    if (text.data)
        explicit_bzero(text.data, text.len);
    strbuf_free(&text);
}

void deliver_retry_keys(struct deliver *d)
{
    for (size_t i = 0; i < d->lane_count; i++)
        if (d->lanes[i].key_fault[0])
            load_key(&d->lanes[i]);
}

static const struct lane *lane_named(const struct lane *lanes, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(lanes[i].endpoint->name, name) == 0)
            return &lanes[i];
    return NULL;
}

static void count_jobs(const struct deliver *d, struct lane *lane)
{
    for (size_t i = 0; i < DELIVER_JOBS; i++) {
        const struct job *job = &d->jobs[i];
        if (job->state == JOB_FREE || strcmp(job->endpoint->name, lane->endpoint->name) != 0)
            continue;
        if (job->state == JOB_FLYING)
            lane->flying++;
        else
            lane->answered++;
    }
}

static struct lane *make_lanes(const struct deliver *d, const struct settings *s)
{
    struct lane *lanes = calloc(s->endpoint_count + 1, sizeof *lanes);

    for (size_t i = 0; lanes && i < s->endpoint_count; i++) {
        const struct lane *before = lane_named(d->lanes, d->lane_count, s->endpoints[i].name);
        lanes[i].endpoint = &s->endpoints[i];
        lanes[i].next_us = INT64_MAX;
        lanes[i].failing = before && before->failing;
        load_key(&lanes[i]);
        count_jobs(d, &lanes[i]);
    }
    return lanes;
}

void deliver_free_lanes(struct deliver *d)
{
    for (size_t i = 0; i < d->lane_count; i++)
        explicit_bzero(&d->lanes[i].key, sizeof d->lanes[i].key);
    free(d->lanes);
    plan_release(d->plan);
    d->lanes = NULL;
    d->lane_count = 0;
    d->plan = NULL;
}

enum err deliver_adopt(struct deliver *d)
{
    struct plan *plan = hub_plan(d->hub);
    struct lane *lanes;

    if (plan == d->plan) {
        plan_release(plan);
        return ERR_OK;
    }
    lanes = make_lanes(d, plan->settings);
    if (!lanes) {
        plan_release(plan);
        return ERR_NOMEM;
    }
    deliver_free_lanes(d);
    d->plan = plan;
    d->lanes = lanes;
    d->lane_count = plan->settings->endpoint_count;
    return ERR_OK;
}
