#include <string.h>

#include "assess_parts.h"
#include "shikumen/base/clock.h"

#define SWEEP_AT_LEAST_EVERY_US (10 * US_PER_S)
#define SWEEP_REPLAY_EVERY_US   US_PER_HOUR /* nothing happens there but by what is replayed */
#define MEMBERS_MAX             256

/* --- what nodes say of themselves --- */

static enum err take_node(void *context, const struct reader_node *n)
{
    struct assess *a = context;
    uint32_t node = registry_node(a->plan->registry, n->node, strlen(n->node));
    if (node != REGISTRY_NONE) {
        a->hush.nodes[node].offline = !n->online;
        a->hush.nodes[node].offline_rx_us = n->rx_us;
        a->hush.nodes[node].online = n->online;
        a->hush.nodes[node].status_rx_us = n->rx_us;
        a->hush.sweep_at_us = 0;
    }
    if (n->seq > a->hush.seq)
        a->hush.seq = n->seq;
    return ERR_OK;
}

enum err assess_read_nodes(struct assess *a)
{
    a->error = reader_error(a->reader);
    return reader_nodes(a->reader, a->hush.seq, take_node, a);
}

/* --- silence --- */

static int level_of(enum silence_extent extent)
{
    return extent == SILENCE_ALL    ? LEVEL_YELLOW
           : extent == SILENCE_SOME ? LEVEL_BLUE
                                    : LEVEL_NORMAL;
}

/* An open silence eases only by what is heard. */
static int eased_level(const struct assess *a, const struct silence_input *in,
                       const uint32_t *sensors, size_t n, bool offline, int level)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += sensor_heard(a->plan->registry, in, sensors[i]);
    if (offline || count == 0)
        return level;
    return count == n ? LEVEL_NORMAL : LEVEL_BLUE;
}

/* Of a sensor that has only ever sent vibration records that of the latest. */
static int64_t last_word_us(const struct watch *w)
{
    return w->last_rx_us != INT64_MIN ? w->last_rx_us : w->burst_rx_us;
}

static bool is_among(const uint32_t *members, size_t n, uint32_t sensor)
{
    for (size_t i = 0; i < n; i++)
        if (members[i] == sensor)
            return true;
    return false;
}

/* Conditions that hold and that only these sensors tell of. */
static size_t blind_conditions(const struct assess *a, const uint32_t *members, size_t n)
{
    size_t blind = 0;
    for (size_t i = 0; i < a->conditions.count; i++) {
        const struct condition *c = &a->conditions.items[i];
        bool only = c->finding.level > 0;
        for (size_t k = 0; k < a->conditions.count && only; k++) {
            bool same = strcmp(a->conditions.items[k].episode, c->episode) == 0;
            only = !same || (k >= i && is_among(members, n, a->conditions.items[k].sensor));
        }
        blind += only;
    }
    return blind;
}

static enum err silence_step(struct assess *a, struct hush *h, const char *name, uint32_t house,
                             const uint32_t *members, size_t n, int level, bool node,
                             int64_t now_us)
{
    struct step_sensor sensors[MEMBERS_MAX];
    const struct registry *r = a->plan->registry;
    struct alert_step step = {.sensors = sensors,
                              .sensor_count = n < MEMBERS_MAX ? n : MEMBERS_MAX,
                              .node = node ? name : "",
                              .node_offline = h->offline,
                              .all_silent = level >= LEVEL_YELLOW,
                              .blind = level > 0 ? blind_conditions(a, members, n) : 0,
                              .coverage = 0.0};
    for (size_t i = 0; i < step.sensor_count; i++)
        sensors[i] = (struct step_sensor){
            members[i],
            {.kind = KIND_SILENCE, .level = level, .t_us = last_word_us(&a->watches[members[i]])}};
    char *key = arena_printf(&a->arena, "silence|%s", name);
    if (!key)
        return ERR_NOMEM;
    enum err e =
        assess_step(a, key, CATEGORY_INSTRUMENT, KIND_SILENCE,
                    house == REGISTRY_NONE ? "" : r->houses[house].id, "", level, now_us, &step);
    h->level = level;
    return e;
}

#define SETTLE_AT_MOST_US (60 * US_PER_S)

/* The sensors of a node fall silent one after the other when it dies. Its first alert waits half a
 * period for the rest, so that it is one alert which names them all. */
static bool still_settling(struct assess *a, const struct silence_input *in, uint32_t node,
                           uint32_t *scratch)
{
    const struct registry *r = a->plan->registry;
    const struct node *n = &r->nodes[node];
    struct silence_input earlier = *in;
    int64_t settle_us = SETTLE_AT_MOST_US;
    size_t count;
    for (size_t i = 0; i < n->sensor_count; i++)
        if (r->sensors[n->sensors[i]].period_us / 2 < settle_us)
            settle_us = r->sensors[n->sensors[i]].period_us / 2;
    earlier.now_us -= settle_us;
    if (node_silence(r, &earlier, node, scratch, &count) != SILENCE_NONE)
        return false;
    if (in->now_us + settle_us < a->hush.settle_at_us)
        a->hush.settle_at_us = in->now_us + settle_us;
    return true;
}

static enum err sweep_node(struct assess *a, const struct silence_input *in, uint32_t node,
                           uint32_t *silent)
{
    const struct node *n = &a->plan->registry->nodes[node];
    struct hush *h = &a->hush.nodes[node];
    size_t count = 0;
    int level = level_of(node_silence(a->plan->registry, in, node, silent, &count));
    if (level < h->level)
        level = eased_level(a, in, n->sensors, n->sensor_count, h->offline, h->level);
    if (level == h->level || (level == LEVEL_BLUE && h->level == LEVEL_NORMAL &&
                              still_settling(a, in, node, silent + n->sensor_count)))
        return ERR_OK;
    if (level == LEVEL_NORMAL)
        return silence_step(a, h, n->id, n->house, n->sensors, n->sensor_count, level, true,
                            in->now_us);
    return silence_step(a, h, n->id, n->house, silent, count, level, true, in->now_us);
}

static enum err sweep_sensor(struct assess *a, const struct silence_input *in, uint32_t sensor)
{
    const struct sensor *s = &a->plan->registry->sensors[sensor];
    struct hush *h = &a->hush.sensors[sensor];
    int level = sensor_silent(a->plan->registry, in, sensor) ? LEVEL_YELLOW : LEVEL_NORMAL;
    if (level < h->level && !sensor_heard(a->plan->registry, in, sensor))
        level = h->level;
    if (level == h->level)
        return ERR_OK;
    return silence_step(a, h, s->id, s->house, &sensor, 1, level, false, in->now_us);
}

/* Figures for status: sensors silent now and houses of which nothing is heard. */
static enum err count_silent(struct assess *a, const struct silence_input *in)
{
    const struct registry *r = a->plan->registry;
    unsigned char *known = arena_alloc(&a->arena, r->house_count + 1);
    int64_t silent = 0, unknown = 0;
    if (!known)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < r->sensor_count; i++) {
        bool is_heard = sensor_heard(r, in, i);
        silent += in->listening ? sensor_silent(r, in, i) : !is_heard;
        if (is_heard && r->sensors[i].house != REGISTRY_NONE &&
            !quantity_info(r->sensors[i].quantity)->instrument)
            known[r->sensors[i].house] = 1; /* a battery says nothing of the house */
    }
    for (size_t i = 0; i < r->house_count; i++)
        unknown += !known[i];
    atomic_store(&a->hub->sensors_silent, silent);
    atomic_store(&a->hub->houses_unknown, unknown);
    return ERR_OK;
}

static enum err sweep_silence(struct assess *a, const struct silence_input *in)
{
    const struct registry *r = a->plan->registry;
    uint32_t *silent = arena_array(&a->arena, 2 * r->sensor_count + 1, sizeof *silent);
    enum err e = silent ? ERR_OK : ERR_NOMEM;
    for (uint32_t i = 0; i < r->node_count && !e; i++)
        e = sweep_node(a, in, i, silent);
    for (uint32_t i = 0; i < r->sensor_count && !e; i++)
        if (r->sensors[i].node == REGISTRY_NONE)
            e = sweep_sensor(a, in, i);
    return e;
}

/* A node that speaks after its last will is not offline, whatever its status says. */
static void heed_words(struct assess *a, uint32_t node)
{
    const struct node *n = &a->plan->registry->nodes[node];
    struct hush *h = &a->hush.nodes[node];
    for (size_t i = 0; i < n->sensor_count && h->offline; i++)
        h->offline = a->watches[n->sensors[i]].last_rx_us <= h->offline_rx_us;
}

/* What silence is judged by, of every node and sensor. */
struct words {
    int64_t *last, *status;
    bool *bursts, *offline, *online;
};

static enum err make_words(struct assess *a, struct words *w)
{
    const struct registry *r = a->plan->registry;
    *w = (struct words){.last = arena_array(&a->arena, r->sensor_count + 1, sizeof *w->last),
                        .status = arena_array(&a->arena, r->node_count + 1, sizeof *w->status),
                        .bursts = arena_array(&a->arena, r->sensor_count + 1, sizeof *w->bursts),
                        .offline = arena_array(&a->arena, r->node_count + 1, sizeof *w->offline),
                        .online = arena_array(&a->arena, r->node_count + 1, sizeof *w->online)};
    if (!w->last || !w->status || !w->bursts || !w->offline || !w->online)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < r->sensor_count; i++) {
        const struct watch *own = &a->watches[i];
        w->bursts[i] = assess_may_only_burst(a, i) &&
                       (own->burst_rx_us != INT64_MIN || silence_named_burst(&r->sensors[i]));
        w->last[i] = w->bursts[i] ? own->burst_rx_us : own->last_rx_us;
    }
    for (uint32_t i = 0; i < r->node_count; i++) {
        const struct hush *h = &a->hush.nodes[i];
        heed_words(a, i);
        w->offline[i] = h->offline;
        w->online[i] = h->online;
        w->status[i] = h->status_rx_us == 0 ? INT64_MIN : h->status_rx_us;
    }
    return ERR_OK;
}

static enum err fill_input(struct assess *a, int64_t now_us, struct silence_input *in)
{
    struct words w;
    enum err e = make_words(a, &w);
    if (e)
        return e;
    int64_t since_us = atomic_load(&a->hub->listening_since_us);
    if (since_us != 0 && (since_us < a->system.clock_stepped_us || since_us > now_us))
        since_us = a->system.clock_stepped_us;
    *in = (struct silence_input){.last_rx_us = w.last,
                                 .node_offline = w.offline,
                                 .only_bursts = w.bursts,
                                 .node_online = w.online,
                                 .node_rx_us = w.status,
                                 .listening_since_us = since_us,
                                 .listening = since_us != 0,
                                 .now_us = now_us};
    return assess_ask_the_silent(a, in, w.last);
}

/* What was heard by a clock that ran ahead counts as heard now, not as heard in days to come. */
static void clamp_heard(struct assess *a, int64_t now_us)
{
    for (size_t i = 0; i < a->plan->registry->sensor_count; i++) {
        if (a->watches[i].last_rx_us > now_us)
            a->watches[i].last_rx_us = now_us;
        if (a->watches[i].burst_rx_us > now_us)
            a->watches[i].burst_rx_us = now_us;
    }
    if (a->hush.historical_rx_us > now_us)
        a->hush.historical_rx_us = now_us;
    for (size_t i = 0; i < a->plan->registry->node_count; i++)
        if (a->hush.nodes[i].offline_rx_us > now_us)
            a->hush.nodes[i].offline_rx_us = a->hush.nodes[i].status_rx_us = now_us;
}

enum err assess_sweep(struct assess *a, int64_t now_us)
{
    struct silence_input in;
    int64_t every_us = a->hub->replay ? SWEEP_REPLAY_EVERY_US : SWEEP_AT_LEAST_EVERY_US;
    assess_watch_clock(a, now_us);
    if (now_us < a->hush.sweep_at_us && now_us > a->hush.sweep_at_us - every_us)
        return ERR_OK;
    clamp_heard(a, now_us);
    a->hush.settle_at_us = INT64_MAX;
    enum err e = fill_input(a, now_us, &in);
    if (!e)
        e = assess_sweep_system(a, in.listening, now_us);
    /* when nothing at all is heard, that is one alert of the system, not one of every node */
    if (!e && in.listening && !atomic_load(&a->hub->nothing_delivered))
        e = sweep_silence(a, &in);
    if (!e)
        e = count_silent(a, &in);
    int64_t next_us = silence_next_us(a->plan->registry, &in);
    if (a->hush.settle_at_us < next_us)
        next_us = a->hush.settle_at_us;
    a->hush.sweep_at_us = next_us < now_us + every_us ? next_us : now_us + every_us;
    return e;
}
