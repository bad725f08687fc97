#include <stdio.h>
#include <string.h>

#include "deliver_private.h"
#include "shikumen/base/clock.h"
#include "shikumen/core/retry.h"

#define DEFAULT_TIMEOUT_S 20
/* Nothing is put off longer (a day at a receiver's word): later means that the clock was wrong. */
#define LONGEST_WAIT_US  (26 * US_PER_HOUR)
#define FALLBACK_WAIT_US (15 * 60 * US_PER_S)
#define SETTLE_AT_ONCE   64
#define MAX_HEADERS      4
#define HEADER_SIZE      128

static struct lane *lane_of(const struct deliver *d, const struct job *job)
{
    for (size_t i = 0; i < d->lane_count; i++)
        if (strcmp(d->lanes[i].endpoint->name, job->endpoint->name) == 0)
            return &d->lanes[i];
    return NULL;
}

/* --- starting --- */

struct headers {
    char text[MAX_HEADERS][HEADER_SIZE];
    const char *list[MAX_HEADERS];
    size_t count;
};

static void add_header(struct headers *h, const char *name, const char *value)
{
    snprintf(h->text[h->count], HEADER_SIZE, "%s: %s", name, value);
    h->list[h->count] = h->text[h->count];
    h->count++;
}

/* The headers of Standard Webhooks 1.0: the id stays over retries, the time is that of the try. */
static enum err make_headers(struct headers *h, const struct lane *lane,
                             const struct outbox_row *row, int64_t now_s)
{
    char id[ALERT_ID_SIZE + 16], stamp[24], signature[WEBHOOK_SIGNATURE_SIZE];
    enum err e;

    h->count = 0;
    snprintf(id, sizeof id, "%s.%d", row->episode_id, row->step);
    snprintf(stamp, sizeof stamp, "%lld", (long long)now_s);
    add_header(h, "Content-Type", "application/json");
    add_header(h, "webhook-id", id);
    add_header(h, "webhook-timestamp", stamp);
    if (!lane->endpoint->secret_file[0])
        return ERR_OK;
    e = webhook_sign(&lane->key, id, now_s, row->body, strlen(row->body), signature);
    if (e == ERR_OK)
        add_header(h, "webhook-signature", signature);
    return e;
}

static enum err post(struct deliver *d, const struct lane *lane, const struct outbox_row *row,
                     uint64_t id, int64_t now_us)
{
    const struct endpoint *endpoint = lane->endpoint;
    struct headers headers;
    struct http_request request = {
        .id = id,
        .url = endpoint->url,
        .headers = headers.list,
        .body = row->body,
        .body_len = strlen(row->body),
        .timeout_s = endpoint->timeout_s > 0 ? endpoint->timeout_s : DEFAULT_TIMEOUT_S,
    };
    enum err e = make_headers(&headers, lane, row, now_us / US_PER_S);

    request.header_count = headers.count;
    return e == ERR_OK ? http_client_post(d->http, &request) : e;
}

static struct job *free_job(struct deliver *d)
{
    for (size_t i = 0; i < DELIVER_JOBS; i++)
        if (d->jobs[i].state == JOB_FREE)
            return &d->jobs[i];
    return NULL;
}

static bool is_busy(const struct deliver *d, int64_t row)
{
    for (size_t i = 0; i < DELIVER_JOBS; i++)
        if (d->jobs[i].state != JOB_FREE && d->jobs[i].row == row)
            return true;
    return false;
}

static void start_job(struct deliver *d, struct lane *lane, struct job *job,
                      const struct outbox_row *row, int64_t now_us)
{
    uint64_t id = (uint64_t)(job - d->jobs);
    struct http_result failed = {.id = id};
    enum err e;

    *job = (struct job){
        .state = JOB_FLYING,
        .plan = plan_retain(d->plan),
        .endpoint = lane->endpoint,
        .row = row->row,
        .episode_row = row->episode_row,
        .step = row->step,
        .attempts = row->attempts + 1,
        .first_try_us = row->first_try_us ? row->first_try_us : now_us,
    };
    memcpy(job->episode_id, row->episode_id, sizeof job->episode_id);
    lane->flying++;
    d->flying++;
    e = post(d, lane, row, id, now_us);
    if (e == ERR_OK)
        return;
    snprintf(failed.error, sizeof failed.error, "%s",
             e == ERR_RANGE ? "URL is not http or https" : "could not be sent: out of memory");
    deliver_take(d, &failed, 1);
}

/* One lane's turn. */
struct turn {
    struct deliver *d;
    struct lane *lane;
    int slots, started;
    int64_t now_us;
};

/* Rows come by due time; the first that is not due tells when to look again. */
static enum err on_row(void *context, const struct outbox_row *row)
{
    struct turn *turn = context;
    struct job *job;

    if (turn->slots == 0 || turn->lane->next_us != INT64_MAX || is_busy(turn->d, row->row))
        return ERR_OK;
    if (row->due_us > turn->now_us && row->due_us - turn->now_us <= LONGEST_WAIT_US) {
        turn->lane->next_us = row->due_us;
        return ERR_OK;
    }
    job = free_job(turn->d);
    if (!job)
        return ERR_OK;
    start_job(turn->d, turn->lane, job, row, turn->now_us);
    turn->slots--;
    turn->started++;
    return ERR_OK;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static enum err start_lane(struct deliver *d, struct lane *lane, int *started)
{
    struct turn turn = {d, lane, 0, 0, clock_utc_us()};
    int jobs_left = DELIVER_JOBS - d->flying - d->answered;
    enum err e;

    lane->next_us = INT64_MAX;
    turn.slots = smaller(DELIVER_PER_ENDPOINT - lane->flying,
                         smaller(DELIVER_FLYING - d->flying, jobs_left));
    if (turn.slots <= 0 || lane->key_fault[0])
        return ERR_OK;
    e = state_outbox_due(d->db, lane->endpoint->name, INT64_MAX,
                         lane->flying + lane->answered + turn.slots, on_row, &turn);
    *started += turn.started;
    return e;
}

int deliver_start(struct deliver *d, enum err *e)
{
    int started = 0;

    *e = ERR_OK;
    for (size_t i = 0; i < d->lane_count && *e == ERR_OK; i++)
        *e = start_lane(d, &d->lanes[i], &started);
    return started;
}

/* --- answers --- */

static struct delivery_verdict judge(const struct job *job, const struct http_result *r,
                                     int64_t now_us)
{
    struct delivery_attempt attempt = {
        .http_status = r->status,
        .retry_after_s = retry_after_parse(r->retry_after, now_us),
        .attempts = job->attempts,
        .first_try_us = job->first_try_us,
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

static void answer_job(struct deliver *d, struct job *job, const struct http_result *r)
{
    static const enum outbox_state states[] = {
        [DELIVERY_DONE] = OUTBOX_DELIVERED,
        [DELIVERY_RETRY] = OUTBOX_PENDING,
        [DELIVERY_PARK] = OUTBOX_PARKED,
    };
    int64_t now_us = clock_utc_us();
    struct delivery_verdict verdict = judge(job, r, now_us);
    struct lane *lane = lane_of(d, job);

    if (verdict.outcome != DELIVERY_DONE && r->status != 0)
        snprintf(job->error, sizeof job->error, "HTTP status %d", r->status);
    else
        snprintf(job->error, sizeof job->error, "%s", r->error);
    job->result = (struct outbox_result){
        .row = job->row,
        .state = states[verdict.outcome],
        .attempts = job->attempts,
        .first_try_us = job->first_try_us,
        .due_us = verdict.outcome == DELIVERY_RETRY ? verdict.due_us : now_us,
        .now_us = now_us,
        .http_status = r->status,
        .error = job->error,
    };
    job->state = JOB_ANSWERED;
    d->flying--;
    d->answered++;
    if (!lane)
        return;
    lane->flying--;
    lane->answered++;
    note_failing(d, lane, job, verdict.outcome != DELIVERY_DONE);
}

void deliver_take(struct deliver *d, const struct http_result *results, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (results[i].id < DELIVER_JOBS && d->jobs[results[i].id].state == JOB_FLYING)
            answer_job(d, &d->jobs[results[i].id], &results[i]);
}

/* --- settling --- */

void deliver_job_free(struct deliver *d, struct job *job)
{
    struct lane *lane = lane_of(d, job);

    if (job->state == JOB_FLYING) {
        d->flying--;
        if (lane)
            lane->flying--;
    } else {
        d->answered--;
        if (lane)
            lane->answered--;
    }
    job->state = JOB_FREE;
    plan_release(job->plan);
}

/* What an endpoint has not taken for long goes to its fallback as well. */
static enum err fall_back(struct deliver *d, const struct job *job)
{
    const char *fallback = job->endpoint->fallback;
    struct episode episode = {.row = job->episode_row, .step = job->step};
    const struct outbox_result *r = &job->result;

    if (!fallback[0])
        return ERR_OK;
    if (r->state == OUTBOX_PARKED)
        return state_outbox_put(d->db, &episode, fallback, r->now_us);
    if (r->state == OUTBOX_PENDING && r->now_us - r->first_try_us >= FALLBACK_WAIT_US)
        return state_outbox_divert(d->db, job->row, fallback, r->now_us);
    return ERR_OK;
}

static enum err put_results(struct deliver *d, struct job *const *jobs, size_t n)
{
    enum err e = state_begin(d->db);

    if (e != ERR_OK)
        return e;
    for (size_t i = 0; i < n && e == ERR_OK; i++) {
        e = state_outbox_settle(d->db, &jobs[i]->result);
        if (e == ERR_OK)
            e = fall_back(d, jobs[i]);
    }
    if (e == ERR_OK)
        return state_commit(d->db);
    state_rollback(d->db);
    return e;
}

static void log_settled(const struct deliver *d, const struct job *job)
{
    const struct outbox_result *r = &job->result;

    if (r->state == OUTBOX_PARKED)
        log_event(&d->hub->log, LOG_P_WARNING,
                  "delivery_parked endpoint=%s alert=%s step=%d attempts=%d error=\"%s\"",
                  job->endpoint->name, job->episode_id, job->step, r->attempts, r->error);
    else
        log_event(&d->hub->log, LOG_P_DEBUG,
                  "delivery endpoint=%s alert=%s step=%d attempts=%d status=%d error=\"%s\"",
                  job->endpoint->name, job->episode_id, job->step, r->attempts, r->http_status,
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
        log_settled(d, jobs[i]);
        deliver_job_free(d, jobs[i]);
    }
    d->again = true;
    return ERR_OK;
}
