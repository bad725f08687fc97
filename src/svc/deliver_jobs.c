#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deliver_private.h"
#include "shikumen/base/clock.h"
#include "shikumen/core/retry.h"

#define FALLBACK_WAIT_US (15 * 60 * US_PER_S)
#define SETTLE_AT_ONCE   64
#define NO_ANSWER_WAIT_S (-1)
#define STATUS_FOR_GOOD  400 /* as if the receiver had refused it */

struct lane *deliver_lane_of(const struct deliver *d, const struct job *job)
{
    for (size_t i = 0; i < d->lane_count; i++)
        if (strcmp(d->lanes[i].endpoint->name, job->endpoint->name) == 0)
            return &d->lanes[i];
    return NULL;
}

/* --- answers --- */

/* What the answer amounts to, waits included. */
static struct format_verdict judge(const struct job *job, const struct http_result *r,
                                   int64_t now_us)
{
    struct format_answer answer = {r->status, r->body, r->body_len};
    struct format_verdict v = format_judge(job->format, job->template, &answer);
    int64_t asked_s = retry_after_parse(r->retry_after, now_us);

    if (asked_s > v.wait_s)
        v.wait_s = asked_s;
    return v;
}

static struct delivery_verdict outcome(const struct job_row *row, const struct format_verdict *v,
                                       int64_t now_us)
{
    struct delivery_attempt attempt = {
        .http_status = v->status,
        .retry_after_s = v->wait_s,
        .attempts = row->attempts,
        .first_try_us = row->first_try_us,
        .now_us = now_us,
    };

    if (random_bytes(&attempt.random, sizeof attempt.random) != ERR_OK)
        attempt.random = (uint32_t)now_us;
    return retry_judge(&attempt);
}

/* Says it when an endpoint begins to fail and when it works again, not at every attempt. */
static void note_failing(struct deliver *d, struct lane *lane, const struct job *job, bool failing)
{
    if (lane->failing == failing)
        return;
    lane->failing = failing;
    if (failing)
        log_event(&d->hub->log, LOG_P_WARNING, "endpoint_failing endpoint=%s error=\"%s\"",
                  job->endpoint->name, job->error);
    else
        log_event(&d->hub->log, LOG_P_NOTICE, "endpoint_works endpoint=%s", job->endpoint->name);
}

static bool taken(const struct format_verdict *v)
{
    return v->status >= 200 && v->status < 300;
}

/* Text for people, without anything that the receiver wrote. */
static void describe(struct job *job, const struct format_verdict *v, const struct http_result *r)
{
    if (taken(v))
        job->error[0] = '\0';
    else if (v->code != 0)
        snprintf(job->error, sizeof job->error, "HTTP status %d, code %d: %s", r->status, v->code,
                 v->reason);
    else if (v->reason)
        snprintf(job->error, sizeof job->error, "HTTP status %d: %s", r->status, v->reason);
    else if (r->status != 0)
        snprintf(job->error, sizeof job->error, "HTTP status %d", r->status);
    else
        snprintf(job->error, sizeof job->error, "%s", r->error);
}

static void answer_row(const struct job *job, struct job_row *row, const struct format_verdict *v,
                       int http_status, int64_t now_us)
{
    static const enum outbox_state states[] = {
        [DELIVERY_DONE] = OUTBOX_DELIVERED,
        [DELIVERY_RETRY] = OUTBOX_PENDING,
        [DELIVERY_PARK] = OUTBOX_PARKED,
    };
    struct delivery_verdict verdict = outcome(row, v, now_us);

    row->result = (struct outbox_result){
        .row = row->row,
        .state = states[verdict.outcome],
        .attempts = row->attempts,
        .first_try_us = row->first_try_us,
        .due_us = verdict.outcome == DELIVERY_RETRY ? verdict.due_us : now_us,
        .now_us = now_us,
        .http_status = http_status,
        .error = job->error,
    };
}

/* What the receiver asks of everything, not of this message alone. */
static void hold(struct lane *lane, const struct format_verdict *v)
{
    if (v->limited && v->wait_s > 0)
        limiter_hold(&lane->limiter, clock_monotonic_us() + v->wait_s * US_PER_S);
}

static void answer_job(struct deliver *d, struct job *job, const struct http_result *r,
                       const struct format_verdict *v, int64_t now_us)
{
    struct lane *lane = deliver_lane_of(d, job);

    describe(job, v, r);
    for (size_t i = 0; i < job->count; i++)
        answer_row(job, &job->rows[i], v, r->status, now_us);
    job->state = JOB_ANSWERED;
    d->flying--;
    d->answered++;
    if (!lane)
        return;
    lane->flying--;
    lane->answered++;
    hold(lane, v);
    note_failing(d, lane, job, !taken(v));
}

void deliver_fail(struct deliver *d, struct job *job, const char *why, bool for_good)
{
    struct format_verdict v = {.status = for_good ? STATUS_FOR_GOOD : 0,
                               .wait_s = NO_ANSWER_WAIT_S};
    struct http_result r = {0};

    snprintf(r.error, sizeof r.error, "%s", why);
    answer_job(d, job, &r, &v, clock_utc_us());
}

void deliver_take(struct deliver *d, const struct http_result *results, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct job *job = results[i].id < DELIVER_JOBS ? &d->jobs[results[i].id] : NULL;
        int64_t now_us = clock_utc_us();
        struct format_verdict v;
        if (!job || job->state != JOB_FLYING)
            continue;
        v = judge(job, &results[i], now_us);
        answer_job(d, job, &results[i], &v, now_us);
    }
}

/* --- settling --- */

void deliver_job_free(struct deliver *d, struct job *job)
{
    struct lane *lane = deliver_lane_of(d, job);

    if (lane)
        lane->rows -= job->count;
    if (job->state == JOB_FLYING) {
        d->flying--;
        if (lane)
            lane->flying--;
    } else {
        d->answered--;
        if (lane)
            lane->answered--;
    }
    free(job->rows);
    plan_release(job->plan);
    *job = (struct job){.state = JOB_FREE};
}

/* What an endpoint has not taken for long goes to its fallback as well. */
static enum err fall_back(struct deliver *d, const struct job *job, const struct job_row *row)
{
    const char *fallback = job->endpoint->fallback;
    struct episode episode = {.row = row->episode_row, .step = row->step};
    const struct outbox_result *r = &row->result;

    if (!fallback[0])
        return ERR_OK;
    if (r->state == OUTBOX_PARKED)
        return state_outbox_put(d->db, &episode, fallback, r->now_us);
    if (r->state == OUTBOX_PENDING && r->now_us - r->first_try_us >= FALLBACK_WAIT_US)
        return state_outbox_divert(d->db, row->row, fallback, r->now_us);
    return ERR_OK;
}

static enum err put_rows(struct deliver *d, const struct job *job)
{
    enum err e = ERR_OK;

    for (size_t i = 0; i < job->count && e == ERR_OK; i++) {
        e = state_outbox_settle(d->db, &job->rows[i].result);
        if (e == ERR_OK)
            e = fall_back(d, job, &job->rows[i]);
    }
    return e;
}

static enum err put_results(struct deliver *d, struct job *const *jobs, size_t n)
{
    enum err e = state_begin(d->db);

    if (e != ERR_OK)
        return e;
    for (size_t i = 0; i < n && e == ERR_OK; i++)
        e = put_rows(d, jobs[i]);
    if (e == ERR_OK)
        return state_commit(d->db);
    state_rollback(d->db);
    return e;
}

static void log_settled(const struct deliver *d, const struct job *job, const struct job_row *row)
{
    const struct outbox_result *r = &row->result;

    if (r->state == OUTBOX_PARKED)
        log_event(&d->hub->log, LOG_P_WARNING,
                  "delivery_parked endpoint=%s alert=%s step=%d attempts=%d error=\"%s\"",
                  job->endpoint->name, row->episode_id, row->step, r->attempts, r->error);
    else
        log_event(&d->hub->log, LOG_P_DEBUG,
                  "delivery endpoint=%s alert=%s step=%d attempts=%d status=%d error=\"%s\"",
                  job->endpoint->name, row->episode_id, row->step, r->attempts, r->http_status,
                  r->error);
}

enum err deliver_settle(struct deliver *d)
{
    struct job *jobs[SETTLE_AT_ONCE];
    size_t n = 0;
    enum err e;

    for (size_t i = 0; i < DELIVER_JOBS && n < SETTLE_AT_ONCE; i++)
        if (d->jobs[i].state == JOB_ANSWERED)
            jobs[n++] = &d->jobs[i];
    if (n == 0)
        return ERR_OK;
    e = put_results(d, jobs, n);
    if (e != ERR_OK)
        return e;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < jobs[i]->count; k++)
            log_settled(d, jobs[i], &jobs[i]->rows[k]);
        deliver_job_free(d, jobs[i]);
    }
    d->again = true;
    return ERR_OK;
}
