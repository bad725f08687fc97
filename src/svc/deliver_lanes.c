#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deliver_private.h"
#include "shikumen/base/clock.h"
#include "shikumen/io/settings_file.h"

/* After a restart the bucket holds one message, so that a daemon that keeps starting does not speak
 * more often than one that runs. */
#define TOKENS_AT_START 1

static void wipe(struct strbuf *text)
{
    if (text->data)
        explicit_bzero(text->data, text->capacity);
    strbuf_free(text);
}

static void fault_key(struct lane *lane, const char *what, enum err e)
{
    snprintf(lane->key_fault, sizeof lane->key_fault, "%s of endpoint %s: %s", what,
             lane->endpoint->name, err_name(e));
}

/* Secrets are read as settings_file.h says: from the credentials directory first. */
static void load_key(struct lane *lane)
{
    const char *file = lane->endpoint->secret_file;
    enum alert_format format = alert_format_by_name(lane->endpoint->format);
    struct strbuf text = {0};
    enum err e;

    if (!file[0])
        return;
    e = secret_read(file, &text);
    if (e == ERR_OK && alert_format_secret(format) == SECRET_WEBHOOK)
        e = webhook_key_parse(strbuf_text(&text), text.len, &lane->key);
    else if (e == ERR_OK)
        e = webhook_secret_parse(strbuf_text(&text), text.len, &lane->key);
    if (e != ERR_OK)
        fault_key(lane, "secret", e);
    wipe(&text);
}

/* The address, with the secret that its URL has. */
static void load_address(struct lane *lane)
{
    const char *file = lane->endpoint->url_secret_file;
    struct strbuf text = {0};
    struct webhook_key secret = {0};
    char plain[WEBHOOK_KEY_MAX + 1];
    enum err e = file[0] ? secret_read(file, &text) : ERR_OK;

    if (e == ERR_OK && file[0])
        e = webhook_secret_parse(strbuf_text(&text), text.len, &secret);
    memcpy(plain, secret.bytes, secret.len);
    plain[secret.len] = '\0';
    wipe(&lane->address);
    wipe(&lane->topic);
    if (e == ERR_OK)
        format_address(lane->format, lane->endpoint->url, plain, &lane->address, &lane->topic);
    if (lane->address.failed || lane->topic.failed)
        e = ERR_NOMEM;
    if (e != ERR_OK)
        fault_key(lane, "URL secret", e);
    explicit_bzero(plain, sizeof plain);
    explicit_bzero(&secret, sizeof secret);
    wipe(&text);
}

static void load_secrets(struct lane *lane)
{
    lane->key_fault[0] = '\0';
    load_key(lane);
    load_address(lane);
}

void deliver_retry_keys(struct deliver *d)
{
    for (size_t i = 0; i < d->lane_count; i++)
        if (d->lanes[i].key_fault[0])
            load_secrets(&d->lanes[i]);
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
        lane->rows += job->count;
    }
}

/* A lane for endpoint i of the plan; what its receiver has heard of late is taken over. */
static void make_lane(const struct deliver *d, const struct plan *plan, size_t i, struct lane *lane)
{
    const struct endpoint *endpoint = &plan->settings->endpoints[i];
    const struct lane *before = lane_named(d->lanes, d->lane_count, endpoint->name);
    const struct format *f = format_of(alert_format_by_name(endpoint->format));
    int tokens = f->burst < TOKENS_AT_START ? f->burst : TOKENS_AT_START;

    *lane = (struct lane){
        .endpoint = endpoint,
        .format = f,
        .template = plan->templates ? plan->templates[i] : NULL,
        .zone = plan->registry->zone,
        .next_us = INT64_MAX,
        .failing = before && before->failing,
        .limiter = limiter_new(f->burst, f->interval_us, tokens, clock_monotonic_us()),
    };
    if (before && before->format == f)
        lane->limiter = before->limiter;
    load_secrets(lane);
    count_jobs(d, lane);
}

static struct lane *make_lanes(const struct deliver *d, const struct plan *plan)
{
    size_t count = plan->settings->endpoint_count;
    struct lane *lanes = calloc(count + 1, sizeof *lanes);

    for (size_t i = 0; lanes && i < count; i++)
        make_lane(d, plan, i, &lanes[i]);
    return lanes;
}

void deliver_free_lanes(struct deliver *d)
{
    for (size_t i = 0; i < d->lane_count; i++) {
        explicit_bzero(&d->lanes[i].key, sizeof d->lanes[i].key);
        wipe(&d->lanes[i].address);
        wipe(&d->lanes[i].topic);
    }
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
    lanes = make_lanes(d, plan);
    if (!lanes) {
        plan_release(plan);
        return ERR_NOMEM;
    }
    deliver_free_lanes(d);
    d->plan = plan;
    d->lanes = lanes;
    d->lane_count = plan->settings->endpoint_count;
    d->adopted = true;
    return ERR_OK;
}

/* It waits until an endpoint has that name again. */
static enum err say_gone(void *context, const struct outbox_counts *c)
{
    const struct deliver *d = context;

    if (c->pending > 0 && !lane_named(d->lanes, d->lane_count, c->endpoint))
        log_event(&d->hub->log, LOG_P_WARNING,
                  "endpoint_gone name=%s pending=%" PRId64
                  " text=\"no longer configured; what waits for it is kept\"",
                  c->endpoint, c->pending);
    return ERR_OK;
}

enum err deliver_say_gone(struct deliver *d)
{
    enum err e = d->adopted ? state_outbox_counts_each(d->db, say_gone, d) : ERR_OK;

    d->adopted = d->adopted && e != ERR_OK;
    return e;
}
