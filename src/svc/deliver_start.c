/* What is due, and which of it goes into which message. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deliver_private.h"
#include "shikumen/base/clock.h"

/* Nothing is put off longer (a day at a receiver's word): later means that the clock was wrong. */
#define LONGEST_WAIT_US  (26 * US_PER_HOUR)
#define REFERENCES       8 /* earlier steps that a message refers to */
#define STANDING_AT_ONCE 64

/* One lane's turn. */
struct turn {
    struct deliver *d;
    struct lane *lane;
    struct arena arena;
    struct due *due;
    size_t count, room;
    int slots, started;
    int64_t now_us; /* wall clock */
};

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* --- gathering --- */

static bool is_busy(const struct deliver *d, int64_t row)
{
    for (size_t i = 0; i < DELIVER_JOBS; i++)
        for (size_t k = 0; d->jobs[i].state != JOB_FREE && k < d->jobs[i].count; k++)
            if (d->jobs[i].rows[k].row == row)
                return true;
    return false;
}

static void keep_row(struct turn *turn, const struct outbox_row *row)
{
    struct due *due = &turn->due[turn->count];

    *due = (struct due){.row = *row};
    due->row.body = arena_strdup(&turn->arena, row->body);
    if (due->row.body) /* else it is still there the next time */
        turn->count++;
}

/* Rows come by due time; the first that is not due tells when to look again. */
static enum err on_row(void *context, const struct outbox_row *row)
{
    struct turn *turn = context;

    if (turn->count == turn->room || turn->lane->next_us != INT64_MAX || is_busy(turn->d, row->row))
        return ERR_OK;
    if (row->due_us > turn->now_us && row->due_us - turn->now_us <= LONGEST_WAIT_US)
        turn->lane->next_us = row->due_us;
    else
        keep_row(turn, row);
    return ERR_OK;
}

static enum err on_standing(void *context, const struct outbox_row *row)
{
    keep_row(context, row);
    return ERR_OK;
}

/* What the format needs besides the step itself. */
static enum err complete(struct turn *turn, struct due *due)
{
    const struct format *f = turn->lane->format;
    struct outbox_sent sent[REFERENCES];
    struct strbuf body = {0};
    enum err e = ERR_OK;

    if (f->needs_sent)
        e = state_outbox_sent(turn->d->db, turn->lane->endpoint->name, due->row.episode_row,
                              due->row.step, sent, REFERENCES, &due->sent_count);
    if (e == ERR_OK && due->sent_count > 0)
        due->sent = arena_array(&turn->arena, due->sent_count, sizeof *due->sent);
    if (!due->sent)
        due->sent_count = 0;
    for (size_t i = 0; i < due->sent_count; i++)
        due->sent[i] = (struct format_sent){sent[i].step, sent[i].at_us};
    if (e != ERR_OK || !f->needs_first || due->row.step <= 1)
        return e;
    e = state_step_body(turn->d->db, due->row.episode_row, 1, &body);
    if (e == ERR_OK && step_view_parse(strbuf_text(&body), body.len, &due->first) == ERR_OK)
        due->first.json_len = 0; /* its text is not kept, its tree is */
    strbuf_free(&body);
    return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* Reads the gathered steps. Those that cannot be read are marked, the others go on. */
static enum err read_steps(struct turn *turn)
{
    enum err e = ERR_OK;

    for (size_t i = 0; i < turn->count && e == ERR_OK; i++) {
        struct due *due = &turn->due[i];
        size_t n = strlen(due->row.body);
        if (turn->lane->format->plain) {
            due->view = (struct step_view){.json = due->row.body, .json_len = n};
            due->readable = true;
            continue;
        }
        due->readable = step_view_parse(due->row.body, n, &due->view) == ERR_OK;
        if (due->readable)
            e = complete(turn, due);
    }
    return e;
}

static void turn_free(struct turn *turn)
{
    for (size_t i = 0; i < turn->count; i++) {
        step_view_free(&turn->due[i].view);
        step_view_free(&turn->due[i].first);
    }
    arena_free(&turn->arena);
}

/* --- jobs --- */

static struct job *free_job(struct deliver *d)
{
    for (size_t i = 0; i < DELIVER_JOBS; i++)
        if (d->jobs[i].state == JOB_FREE)
            return &d->jobs[i];
    return NULL;
}

static void fill_row(struct job_row *r, const struct outbox_row *row, int64_t now_us)
{
    *r = (struct job_row){
        .row = row->row,
        .episode_row = row->episode_row,
        .step = row->step,
        .attempts = row->attempts + 1,
        .first_try_us = row->first_try_us ? row->first_try_us : now_us,
    };
    memcpy(r->episode_id, row->episode_id, sizeof r->episode_id);
}

/* A job for these steps; for none (settled 0) when they only stand. NULL when there is no room. */
static struct job *make_job(struct turn *turn, struct due *const *steps, size_t settled)
{
    struct lane *lane = turn->lane;
    struct job *job = free_job(turn->d);
    struct job_row *rows = job ? calloc(settled + 1, sizeof *rows) : NULL;

    if (!rows)
        return NULL;
    *job = (struct job){
        .state = JOB_FLYING,
        .plan = plan_retain(turn->d->plan),
        .endpoint = lane->endpoint,
        .format = lane->format,
        .template = lane->template,
        .rows = rows,
        .count = settled,
    };
    for (size_t i = 0; i < settled; i++)
        fill_row(&rows[i], &steps[i]->row, turn->now_us);
    lane->flying++;
    lane->rows += settled;
    turn->d->flying++;
    return job;
}

static void start_job(struct turn *turn, struct due *const *steps, size_t count, size_t settled)
{
    struct deliver *d = turn->d;
    struct job *job = make_job(turn, steps, settled);
    enum err e;

    turn->slots--;
    if (!job)
        return;
    turn->started++;
    if (!steps[0]->readable) {
        deliver_fail(d, job, "步骤内容无法读取 the step cannot be read", true);
        return;
    }
    limiter_take(&turn->lane->limiter, clock_monotonic_us());
    e = deliver_post(d, turn->lane, steps, count, (uint64_t)(job - d->jobs), turn->now_us);
    if (e != ERR_OK)
        deliver_fail(d, job,
                     e == ERR_RANGE ? "URL is not http or https"
                                    : "could not be sent: out of memory",
                     false);
}

/* --- choosing --- */

static int worst_first(const void *a, const void *b)
{
    const struct due *x = *(struct due *const *)a, *y = *(struct due *const *)b;

    if (x->readable != y->readable)
        return x->readable ? 1 : -1; /* told apart, and out of the way */
    if (x->view.level != y->view.level)
        return y->view.level - x->view.level;
    return x < y ? -1 : x > y; /* by due time */
}

/* Each step its own message while the receiver takes as many; else as few messages as can be, the
 * worst steps first. */
static void start_gathered(struct turn *turn)
{
    struct lane *lane = turn->lane;
    struct due **steps = arena_array(&turn->arena, turn->count + 1, sizeof(struct due *));
    size_t batch = format_batch(lane->format, format_languages(lane->endpoint->language));
    size_t tokens = (size_t)limiter_tokens(&lane->limiter, clock_monotonic_us()), n;
    bool merges = lane->format->gathers || turn->count > tokens;

    if (!steps)
        return;
    for (size_t i = 0; i < turn->count; i++)
        steps[i] = &turn->due[i];
    if (batch > 1)
        qsort(steps, turn->count, sizeof *steps, worst_first);
    for (size_t at = 0; at < turn->count && turn->slots > 0 && tokens > 0; at += n) {
        size_t left = turn->count - at;
        n = merges && steps[at]->readable ? (left < batch ? left : batch) : 1;
        tokens -= steps[at]->readable;
        start_job(turn, &steps[at], n, n);
    }
}

/* --- a lane's turn --- */

static bool speaks_now(struct lane *lane, int64_t now_us)
{
    int64_t mono_us = clock_monotonic_us();

    if (limiter_tokens(&lane->limiter, mono_us) > 0)
        return true;
    lane->next_us = now_us + limiter_next_us(&lane->limiter, mono_us) - mono_us;
    return false;
}

/* Slots of this turn. A format that gathers has one message under way at a time, so that nothing it
 * tells again overtakes what is new. */
static int slots_of(const struct deliver *d, const struct lane *lane)
{
    int jobs_left = DELIVER_JOBS - d->flying - d->answered;
    int most = lane->format->gathers ? 1 - lane->answered : DELIVER_PER_ENDPOINT;

    return smaller(most - lane->flying, smaller(DELIVER_FLYING - d->flying, jobs_left));
}

static enum err gather_due(struct turn *turn)
{
    const struct lane *lane = turn->lane;

    turn->room = lane->format->batch > 1 ? DELIVER_GATHER : (size_t)turn->slots;
    turn->due = arena_array(&turn->arena, turn->room, sizeof *turn->due);
    if (!turn->due)
        return ERR_NOMEM;
    return state_outbox_due(turn->d->db, lane->endpoint->name, INT64_MAX,
                            (int)(lane->rows + turn->room), on_row, turn);
}

static enum err start_lane(struct deliver *d, struct lane *lane, int *started)
{
    struct turn turn = {.d = d, .lane = lane, .now_us = clock_utc_us()};
    enum err e;

    lane->next_us = INT64_MAX;
    turn.slots = slots_of(d, lane);
    if (turn.slots <= 0 || lane->key_fault[0] || !speaks_now(lane, turn.now_us))
        return ERR_OK;
    e = gather_due(&turn);
    if (e == ERR_OK)
        e = read_steps(&turn);
    if (e == ERR_OK && turn.count > 0) {
        start_gathered(&turn);
        (void)speaks_now(lane, turn.now_us);
    }
    *started += turn.started;
    turn_free(&turn);
    return e;
}

/* --- what stands is told again --- */

static enum err gather_standing(struct turn *turn)
{
    struct lane *lane = turn->lane;
    enum err e;

    turn->room = STANDING_AT_ONCE;
    turn->due = arena_array(&turn->arena, turn->room, sizeof *turn->due);
    if (!turn->due)
        return ERR_NOMEM;
    e = state_outbox_standing(turn->d->db, lane->endpoint->name, lane->resend_after,
                              STANDING_AT_ONCE, on_standing, turn);
    return e == ERR_OK ? read_steps(turn) : e;
}

static void start_standing(struct turn *turn)
{
    struct due **steps = arena_array(&turn->arena, turn->count + 1, sizeof(struct due *));
    size_t n = 0;

    for (size_t i = 0; steps && i < turn->count; i++)
        if (turn->due[i].readable)
            steps[n++] = &turn->due[i];
    if (n > 0)
        start_job(turn, steps, n, 0);
}

static enum err resend(struct deliver *d, struct lane *lane, int *started)
{
    struct turn turn = {.d = d, .lane = lane, .now_us = clock_utc_us()};
    bool all;
    enum err e;

    turn.slots = slots_of(d, lane);
    if (lane->format->resend_us == 0 || lane->key_fault[0] || turn.slots <= 0 ||
        lane->resend_us > clock_monotonic_us())
        return ERR_OK;
    e = gather_standing(&turn);
    if (e == ERR_OK) {
        all = turn.count < STANDING_AT_ONCE;
        lane->resend_after = all ? 0 : turn.due[turn.count - 1].row.episode_row;
        if (all)
            lane->resend_us = clock_monotonic_us() + lane->format->resend_us;
        start_standing(&turn);
    }
    *started += turn.started;
    turn_free(&turn);
    return e;
}

int deliver_start(struct deliver *d, enum err *e)
{
    int started = 0;

    *e = ERR_OK;
    for (size_t i = 0; i < d->lane_count && *e == ERR_OK; i++) {
        *e = start_lane(d, &d->lanes[i], &started);
        if (*e == ERR_OK)
            *e = resend(d, &d->lanes[i], &started);
    }
    return started;
}
