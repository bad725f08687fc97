#include "shikumen/svc/replay.h"

#include <stdlib.h>
#include <string.h>

#include "assess_parts.h"
#include "ingest_parts.h"
#include "shikumen/base/array.h"
#include "shikumen/base/clock.h"

struct held {
    uint32_t sensor;
    int64_t t_us;
    double value;
};

struct replay {
    struct hub hub;
    struct ingest in;
    struct assess a;
    struct ingest_follower follower;
    struct replay_counts counts;
    bool open;         /* the stores are */
    int64_t now_us;    /* the simulated clock */
    int64_t next_us;   /* when the next round falls due, as far as is known */
    int64_t due_us;    /* assess_due_us as of then */
    struct held *held; /* arrived now, but after those of their thermistors */
    size_t held_count, held_capacity;
    uint64_t chances; /* drawn so far */
    uint64_t seed;
    const char *error;
    char why[HUB_TEXT_SIZE]; /* text of a store that cannot be opened */
};

/* --- simulated time and seeded chance --- */

static int64_t simulated_us(void *context)
{
    const struct replay *r = context;
    return r->now_us;
}

/* splitmix64: S. Vigna, "Further scramblings of Marsaglia's xorshift generators", 2017. */
static uint64_t draw(struct replay *r)
{
    uint64_t z = r->seed + ++r->chances * 0x9e3779b97f4a7c15U;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return z ^ z >> 31;
}

static enum err seeded(void *context, uint8_t *bytes, size_t n)
{
    struct replay *r = context;
    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)(draw(r) >> 56);
    return ERR_OK;
}

/* --- opening --- */

static enum err follow(void *context, const struct reading *reading, bool revision)
{
    struct replay *r = context;
    return assess_take_entry(&r->a, reading, revision);
}

enum err replay_open(struct plan *plan, const struct assess_sink *sink, bool keep,
                     struct replay **out)
{
    struct replay *r = calloc(1, sizeof *r);
    *out = NULL;
    if (!r)
        return ERR_NOMEM;
    enum err e = hub_init(&r->hub, (struct log){.fd = -1}, plan_retain(plan));
    if (e) {
        plan_release(plan);
        free(r);
        return e;
    }
    r->hub.sources = (struct hub_sources){simulated_us, simulated_us, seeded, r};
    r->hub.replay = true;
    r->seed = plan->registry_digest;
    r->follower = (struct ingest_follower){follow, r};
    r->in = (struct ingest){.hub = &r->hub, .plan = hub_plan(&r->hub), .follower = &r->follower};
    r->a =
        (struct assess){.hub = &r->hub, .plan = hub_plan(&r->hub), .sink = sink, .unkept = !keep};
    r->counts.first_us = r->counts.last_us = INT64_MIN;
    r->next_us = INT64_MAX;
    *out = r;
    return ERR_OK;
}

/* The first arrival: the daemon connects. */
static enum err start(struct replay *r, int64_t now_us)
{
    r->now_us = r->counts.first_us = now_us;
    atomic_store(&r->hub.listening_since_us, now_us);
    enum err e = ingest_store_open(&r->in);
    if (e) {
        int64_t since_us;
        hub_fault_get(&r->hub, LOOP_INGEST, r->why, &since_us);
        r->error = r->why;
        return e;
    }
    r->open = true;
    r->error = r->a.why;
    e = assess_open(&r->a);
    r->a.cursor = atomic_load(&r->hub.ingested_seq);
    return e;
}

/* --- committing --- */

static void add_tally(struct replay_counts *c, const struct tally *t)
{
    c->messages += t->messages;
    c->received += t->received;
    c->stored += t->stored;
    c->duplicate += t->duplicate;
    c->conflict += t->conflict;
    for (int i = 0; i < REFUSE_COUNT; i++)
        c->quarantined[i] += t->quarantined[i];
}

/* What was followed as it was appended needs no following in the journal. */
static enum err commit(struct replay *r)
{
    add_tally(&r->counts, &r->in.batch.tally);
    r->error = readings_error(r->in.db);
    enum err e = ingest_store_commit(&r->in);
    if (e)
        return e;
    r->counts.commits++;
    r->a.cursor = atomic_load(&r->hub.ingested_seq);
    atomic_store(&r->hub.snapshot_seq, r->a.cursor); /* nobody else needs the journal */
    return ERR_OK;
}

static enum err care(struct replay *r)
{
    if (!readings_seal_due(r->in.db))
        return ERR_OK;
    enum err e = commit(r);
    return e ? e : ingest_store_care(&r->in);
}

/* --- rounds --- */

/* Something waits for a round. */
static bool waiting(const struct replay *r)
{
    const struct assess *a = &r->a;
    return a->changes.count > 0 || a->any_late || a->held.count > 0 || r->in.batch.status ||
           assess_slow_waits(a);
}

static int64_t grid_after(int64_t t_us)
{
    int64_t point_us = t_us / REPLAY_GRID_US * REPLAY_GRID_US;
    return point_us > t_us ? point_us : point_us + REPLAY_GRID_US;
}

/* The first point of the grid at t_us or later that is still to come. */
static int64_t grid_at(const struct replay *r, int64_t t_us)
{
    return t_us <= r->now_us ? grid_after(r->now_us) : grid_after(t_us - 1);
}

static void plan_round(struct replay *r)
{
    const struct assess *a = &r->a;
    r->due_us = assess_due_us(a);
    int64_t due_us = waiting(r) ? r->now_us : r->due_us;
    due_us = due_us == INT64_MAX ? INT64_MAX : grid_at(r, due_us);
    r->next_us = due_us < a->epoch_at_us ? due_us : a->epoch_at_us;
}

/* What the assess loop does with what was committed, and time. Of what waits, velocities need no
 * look into the store: unless they come to something, nothing is committed for them. */
static enum err conclude(struct replay *r)
{
    struct assess *a = &r->a;
    bool nodes = r->in.batch.status;
    enum err e = ERR_OK;
    a->now_us = r->now_us;
    arena_reset(&a->arena);
    assess_release(a);
    if (r->now_us >= a->epoch_at_us)
        e = assess_take_epochs(a, r->now_us);
    if (!e)
        e = assess_judge_deferred(a);
    if (!e && waiting(r))
        e = commit(r);
    if (!e && nodes)
        e = assess_read_nodes(a);
    if (!e)
        e = assess_settle(a);
    return e ? e : assess_end_round(a, r->now_us);
}

static enum err run_rounds(struct replay *r, int64_t now_us)
{
    enum err e = ERR_OK;
    while (r->next_us <= now_us && !e) {
        r->now_us = r->next_us;
        r->counts.rounds++;
        e = conclude(r);
        if (e)
            r->error = r->a.error;
        plan_round(r);
    }
    return e;
}

static enum err advance(struct replay *r, int64_t now_us)
{
    enum err e = ERR_OK;
    if (!r->open) {
        e = start(r, now_us);
        r->next_us = grid_after(now_us);
    } else if (now_us >= r->next_us) {
        e = run_rounds(r, now_us);
    }
    if (now_us > r->now_us)
        r->now_us = now_us;
    return e;
}

/* --- arrivals --- */

/* After an arrival: keeps the store small, and sees whether it calls for a round. */
static enum err arrived(struct replay *r, enum err e)
{
    if (e) {
        r->error = readings_error(r->in.db);
        return e;
    }
    if (waiting(r) || assess_due_us(&r->a) != r->due_us)
        plan_round(r);
    return care(r);
}

static enum err take(struct replay *r, uint32_t sensor, int64_t t_us, double value)
{
    const struct decoded_reading d = {.sensor = sensor, .t_us = t_us, .value = value};
    r->in.link.last_message_us = r->now_us;
    return arrived(r, ingest_reading(&r->in, &d, r->now_us));
}

/* In a file of readings those of one message stand in any order; the daemon takes a thermistor's
 * first. */
static enum err hold(struct replay *r, const struct held *h)
{
    struct held *bigger = array_grow(r->held, &r->held_capacity, r->held_count + 1, sizeof *bigger);
    if (!bigger)
        return ERR_NOMEM;
    r->held = bigger;
    r->held[r->held_count++] = *h;
    return ERR_OK;
}

static enum err take_held(struct replay *r)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < r->held_count && !e; i++)
        e = take(r, r->held[i].sensor, r->held[i].t_us, r->held[i].value);
    r->held_count = 0;
    return e;
}

enum err replay_advance(struct replay *r, int64_t now_us)
{
    enum err e = now_us > r->now_us ? take_held(r) : ERR_OK;
    return e ? e : advance(r, now_us);
}

enum err replay_take(struct replay *r, uint32_t sensor, int64_t t_us, double value, int64_t rx_us)
{
    enum err e = ERR_OK;
    if (rx_us > r->now_us || !r->open)
        e = replay_advance(r, rx_us);
    if (!e && ingest_waits(&r->in, sensor))
        return hold(r, &(struct held){sensor, t_us, value});
    return e ? e : take(r, sensor, t_us, value);
}

enum err replay_message(struct replay *r, const char *topic, const void *payload, size_t n,
                        int64_t rx_us)
{
    enum err e = replay_advance(r, rx_us);
    if (e)
        return e;
    ingest_message(&r->in,
                   &(struct mqtt_message){.topic = topic, .payload = payload, .payload_len = n});
    return arrived(r, r->in.batch.failed);
}

/* --- the end --- */

enum err replay_finish(struct replay *r)
{
    if (!r->open)
        return ERR_OK;
    r->counts.last_us = r->now_us;
    enum err e = take_held(r);
    if (!e)
        e = replay_advance(r, grid_after(r->now_us));
    if (!e)
        e = commit(r);
    if (!e) {
        r->error = r->a.error;
        e = assess_snapshot(&r->a, false);
    }
    return e;
}

struct replay_counts replay_counts(const struct replay *r)
{
    struct replay_counts c = r->counts;
    add_tally(&c, &r->in.batch.tally);
    if (r->open && c.last_us == INT64_MIN)
        c.last_us = r->now_us;
    return c;
}

const struct alarm_load *replay_alarm_load(const struct replay *r)
{
    return r->a.load.sum;
}

const char *replay_error(const struct replay *r)
{
    return r->error && *r->error ? r->error : "";
}

void replay_close(struct replay *r)
{
    if (!r)
        return;
    ingest_store_free(&r->in);
    assess_close(&r->a);
    plan_release(r->a.plan);
    arena_free(&r->a.arena);
    hub_finish(&r->hub);
    free(r->held);
    free(r);
}
