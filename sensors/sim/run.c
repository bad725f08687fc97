#include "run.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "outage.h"
#include "pack.h"
#include "schedule.h"
#include "shake.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"
#include "uplink.h"

#define ENDLESS_HISTORY_S 60.0 /* without --for: catches up with the present in this time */
#define SILENCE_PART      0.8  /* of the run, when --with-silence */
#define PROGRESS_US       (2 * US_PER_S)
#define FLUSH_US          (30 * US_PER_S)
#define FLUSH_STOPPED_US  (3 * US_PER_S)

struct run {
    const struct district *d;
    const struct options *o;
    struct gauge_settings set;
    struct schedule schedule;
    int64_t start_us, end_us;      /* simulated; end INT64_MAX: none */
    int64_t begun_us, progress_us; /* monotonic */
    struct uplink *main, *doomed; /* doomed: of the node that falls silent, NULL: none (any more) */
    size_t doomed_node;           /* node_count: none */
    int64_t silent_from_us;
    FILE *file;       /* --out */
    uint32_t *frames; /* of each node behind a network, sent so far */
    struct strbuf text;
    int64_t packs, readings;
};

/* Where simulated time has got to; never in the future. */
static int64_t simulated_us(const struct run *r)
{
    double gone_s = (double)(clock_monotonic_us() - r->begun_us) * 1e-6 * r->o->speed;
    int64_t wall_us = clock_utc_us(), left_us = wall_us - r->start_us;

    return gone_s * 1e6 < (double)left_us ? r->start_us + (int64_t)(gone_s * 1e6) : wall_us;
}

static bool stop_asked(void)
{
    sigset_t pending;

    return sigpending(&pending) == 0 &&
           (sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1);
}

static bool over(const struct run *r)
{
    double gone_s = (double)(clock_monotonic_us() - r->begun_us) * 1e-6;

    return stop_asked() || (r->o->for_s > 0 && gone_s >= r->o->for_s);
}

static uint32_t damaged_house(const struct district *d, const struct options *o)
{
    if (!o->damage)
        return d->house_count < 3 ? (uint32_t)d->house_count - 1 : 2;
    return strcmp(o->damage, "none") == 0 ? UINT32_MAX : (uint32_t)district_house(d, o->damage);
}

/* The run's frame in simulated time, and what happens in it. */
static void plan(struct run *r)
{
    double span_s = (r->o->for_s > 0 ? r->o->for_s : ENDLESS_HISTORY_S) * r->o->speed;
    int64_t now_us = clock_utc_us(), span_us = (int64_t)(span_s * 1e6), last_us;
    uint32_t house = damaged_house(r->d, r->o);
    size_t other = ((house == UINT32_MAX ? 0 : house) + r->d->house_count / 2) % r->d->house_count;

    r->start_us = r->o->start_us != INT64_MIN ? r->o->start_us : now_us - span_us;
    last_us = r->start_us + span_us;
    if (r->start_us < now_us && last_us > now_us)
        last_us = now_us;
    r->end_us = r->o->for_s > 0 ? last_us : INT64_MAX;
    r->set.damage = (struct damage){house, r->start_us, last_us};
    r->set.fault_rate = r->o->fault_rate;
    r->silent_from_us = r->start_us + (int64_t)(SILENCE_PART * (double)(last_us - r->start_us));
    r->doomed_node = r->d->node_count;
    for (size_t i = 0; r->o->with_silence && i < r->d->node_count; i++)
        if (r->d->nodes[i].house == other && r->doomed_node == r->d->node_count)
            r->doomed_node = i;
}

static void progress(struct run *r, int64_t t_us)
{
    char at[UTC_TEXT_SIZE];
    int64_t now_us = clock_monotonic_us();

    if (r->o->quiet || now_us - r->progress_us < PROGRESS_US)
        return;
    r->progress_us = now_us;
    utc_format(t_us - t_us % US_PER_S, at);
    fprintf(stderr,
            "模拟时间 simulated %s  已发送 sent %" PRId64 " packs, %" PRId64
            " readings  待确认 unacked %" PRId64 "\n",
            at, r->packs, r->readings, r->main ? uplink_unacked(r->main) : 0);
}

static void step(struct run *r, int timeout_ms)
{
    if (r->doomed)
        uplink_step(r->doomed, 0);
    uplink_step(r->main, timeout_ms);
}

/* Sends over the node's connection, waiting while its window is full. False: the run is over. */
static bool send_over(struct run *r, struct uplink *u, const char *topic, bool retain)
{
    while (!uplink_ready(u)) {
        if (over(r))
            return false;
        uplink_step(u, 10);
    }
    return uplink_send(u, topic, r->text.data, r->text.len, retain) == ERR_OK;
}

static bool write_line(struct run *r, const char *topic, int64_t t_us)
{
    char at[UTC_TEXT_SIZE];

    return fprintf(r->file, "{\"topic\":\"%s\",\"payload\":%s,\"rx\":\"%s\"}\n", topic,
                   r->text.data, utc_format(t_us, at)) > 0;
}

static bool send_text(struct run *r, size_t node, const char *topic, int64_t t_us, bool retain)
{
    bool is_doomed = node == r->doomed_node;

    if (r->text.failed)
        return false;
    if (r->file)
        return write_line(r, topic, t_us);
    return send_over(r, is_doomed ? r->doomed : r->main, topic, retain);
}

/* A network forwards what nodes send, and knows nothing of our retained status. */
static bool send_statuses(struct run *r)
{
    char topic[SIM_TOPIC_SIZE];

    for (size_t i = 0; i < r->d->node_count && r->o->shape == SHAPE_NATIVE; i++) {
        strbuf_clear(&r->text);
        pack_status(&r->d->nodes[i], &r->text);
        pack_topic(&r->d->nodes[i], "status", topic);
        if (!send_text(r, i, topic, r->start_us, true))
            return false;
    }
    return true;
}

/* True when the node has fallen silent, at the latest now. */
static bool is_silent(struct run *r, struct wake w)
{
    if (w.node != r->doomed_node || w.t_us < r->silent_from_us)
        return false;
    if (r->doomed) {
        uplink_drop(r->doomed);
        r->doomed = NULL;
        if (!r->o->quiet)
            fprintf(stderr, "节点断线 node silent: %s\n", r->d->nodes[w.node].id);
    }
    return true;
}

/* The node's pack of t_us into r->text; how many readings it has. */
static size_t make_pack(struct run *r, size_t node, int64_t t_us, int64_t sent_us,
                        char topic[SIM_TOPIC_SIZE])
{
    const struct sim_node *n = &r->d->nodes[node];
    struct shape_record records[PACK_RECORDS_MAX];
    struct shape_uplink u = {.district = r->d,
                             .node = node,
                             .t_us = t_us,
                             .sent_us = sent_us,
                             .codec = !r->o->no_codec,
                             .records = records};

    strbuf_clear(&r->text);
    if (r->o->shape == SHAPE_NATIVE) {
        pack_topic(n, "senml", topic);
        return pack_senml(r->d, n, &r->set, t_us, &r->text);
    }
    u.record_count = pack_collect(r->d, n, &r->set, t_us, records);
    if (u.record_count > 0) {
        u.count = r->frames[node]++;
        shape_topic(r->o->shape, r->d, node, topic);
        shape_uplink(r->o->shape, &u, &r->text);
    }
    return u.record_count;
}

/* The records of what was strong enough for one; networks of nodes do not carry any. */
static bool send_bursts(struct run *r, size_t node, int64_t t_us, int64_t sent_us)
{
    const struct sim_node *n = &r->d->nodes[node];
    bool wanted = r->o->bursts && r->o->shape == SHAPE_NATIVE;
    char topic[SIM_TOPIC_SIZE];

    pack_topic(n, "burst", topic);
    for (uint32_t i = n->first; wanted && i < n->first + n->count; i++) {
        const struct sim_sensor *s = &r->d->sensors[i];
        strbuf_clear(&r->text);
        if (pack_due(n, s, t_us) && shake_record(r->d, n, s, &r->set, t_us, &r->text) &&
            !send_text(r, node, topic, sent_us, false))
            return false;
    }
    return true;
}

static bool send_pack(struct run *r, size_t node, int64_t t_us, int64_t sent_us)
{
    char topic[SIM_TOPIC_SIZE];
    size_t n = make_pack(r, node, t_us, sent_us, topic);

    if (n == 0)
        return true;
    if (!send_text(r, node, topic, sent_us, false))
        return false;
    r->packs++;
    r->readings += (int64_t)n;
    return send_bursts(r, node, t_us, sent_us);
}

/* What a node has kept while it was offline, oldest first, behind what it has just sent. */
static bool send_kept(struct run *r, struct wake w)
{
    const struct sim_node *n = &r->d->nodes[w.node];
    int64_t last_us = w.t_us - SIM_REPORT_US, from_us;

    if (last_us < r->start_us || !outage_at(n, r->o->offline, last_us))
        return true;
    from_us = outage_start_us(n, last_us);
    from_us = pack_first_tick_us(n, from_us > r->start_us ? from_us : r->start_us);
    for (int64_t t_us = from_us; t_us <= last_us; t_us += SIM_REPORT_US)
        if (!send_pack(r, w.node, t_us, w.t_us))
            return false;
    return true;
}

static bool send_wake(struct run *r, struct wake w)
{
    if (is_silent(r, w) || outage_at(&r->d->nodes[w.node], r->o->offline, w.t_us))
        return true;
    return send_pack(r, w.node, w.t_us, w.t_us) && send_kept(r, w);
}

/* Real milliseconds until the next node wakes, 1..100. */
static int pause_ms(const struct run *r, int64_t t_us)
{
    double ms = (double)(schedule_next(&r->schedule).t_us - t_us) / r->o->speed / 1000;

    return ms > 100 ? 100 : ms < 1 ? 1 : (int)ms;
}

static bool publish_all(struct run *r)
{
    while (!over(r)) {
        int64_t t_us = simulated_us(r);
        int sent = 0;

        while (schedule_next(&r->schedule).t_us <= t_us && !over(r)) {
            if (!send_wake(r, schedule_next(&r->schedule)))
                return over(r);
            schedule_advance(&r->schedule);
            if (++sent % 8 == 0)
                step(r, 0);
            progress(r, t_us);
        }
        progress(r, t_us);
        step(r, pause_ms(r, t_us));
    }
    return true;
}

static bool write_all(struct run *r)
{
    while (schedule_next(&r->schedule).t_us <= r->end_us && !stop_asked()) {
        int64_t t_us = schedule_next(&r->schedule).t_us;
        if (!send_wake(r, schedule_next(&r->schedule)))
            return false;
        schedule_advance(&r->schedule);
        progress(r, t_us);
    }
    return true;
}

static bool flush(struct run *r)
{
    int64_t end_us = clock_monotonic_us() + (stop_asked() ? FLUSH_STOPPED_US : FLUSH_US);

    while (uplink_unacked(r->main) > 0 && clock_monotonic_us() < end_us)
        step(r, 20);
    return uplink_unacked(r->main) == 0;
}

static bool connect_all(struct run *r)
{
    char will[SIM_TOPIC_SIZE];

    if (uplink_open(r->o, NULL, &r->main) != ERR_OK)
        return false;
    if (r->doomed_node == r->d->node_count)
        return true;
    pack_topic(&r->d->nodes[r->doomed_node], "status", will);
    return uplink_open(r->o, r->o->shape == SHAPE_NATIVE ? will : NULL, &r->doomed) == ERR_OK;
}

static int publish_run(struct run *r)
{
    bool ok = connect_all(r);

    r->begun_us = clock_monotonic_us();
    ok = ok && (send_statuses(r) || over(r)) && publish_all(r);
    if (ok && !flush(r)) {
        fprintf(stderr, "shikumen-sim: 未获确认 not acknowledged: %" PRId64 " messages\n",
                uplink_unacked(r->main));
        ok = false;
    }
    uplink_close(r->doomed);
    uplink_close(r->main);
    return ok ? 0 : 1;
}

static int write_run(struct run *r)
{
    bool to_stdout = strcmp(r->o->out, "-") == 0;
    bool ok;

    r->file = to_stdout ? stdout : fopen(r->o->out, "we");
    if (!r->file) {
        perror(r->o->out);
        return 1;
    }
    ok = send_statuses(r) && write_all(r);
    if ((to_stdout ? fflush(r->file) : fclose(r->file)) != 0 || !ok) {
        perror(r->o->out);
        return 1;
    }
    return 0;
}

int run_district(const struct district *d, const struct options *o)
{
    struct run r = {.d = d, .o = o};
    int code;

    plan(&r);
    r.progress_us = clock_monotonic_us();
    r.frames = calloc(d->node_count + 1, sizeof *r.frames);
    if (!r.frames || schedule_init(&r.schedule, d, r.start_us) != ERR_OK) {
        free(r.frames);
        fprintf(stderr, "shikumen-sim: 内存不足 out of memory\n");
        return 1;
    }
    code = o->out ? write_run(&r) : publish_run(&r);
    if (code == 0 && !o->quiet)
        fprintf(stderr, "完成 done: %" PRId64 " packs, %" PRId64 " readings\n", r.packs,
                r.readings);
    schedule_free(&r.schedule);
    free(r.frames);
    strbuf_free(&r.text);
    return code;
}
