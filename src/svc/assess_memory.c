#include <malloc.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "assess_parts.h"
#include "shikumen/base/clock.h"

#define SNAPSHOT_EVERY_US US_PER_HOUR

/* --- sensors and their rules --- */

/* The sensor that reports the dominant frequency of the events of sensor i: same node, same axis.
 */
static uint32_t frequency_of(const struct registry *r, uint32_t i)
{
    const struct sensor *s = &r->sensors[i];
    if (s->quantity != Q_VELOCITY || s->node == REGISTRY_NONE)
        return REGISTRY_NONE;
    const struct node *n = &r->nodes[s->node];
    for (size_t k = 0; k < n->sensor_count; k++) {
        const struct sensor *f = &r->sensors[n->sensors[k]];
        if (f->quantity == Q_DOMINANT_FREQUENCY && strcmp(f->axis, s->axis) == 0)
            return n->sensors[k];
    }
    return REGISTRY_NONE;
}

/* The other way round. */
static uint32_t velocity_of(const struct registry *r, uint32_t i)
{
    const struct sensor *f = &r->sensors[i];
    if (f->quantity != Q_DOMINANT_FREQUENCY || f->node == REGISTRY_NONE)
        return REGISTRY_NONE;
    const struct node *n = &r->nodes[f->node];
    for (size_t k = 0; k < n->sensor_count; k++)
        if (frequency_of(r, n->sensors[k]) == i)
            return n->sensors[k];
    return REGISTRY_NONE;
}

static enum err make_watches(struct assess *a, int64_t now_us)
{
    const struct registry *r = a->plan->registry;
    a->watches = calloc(r->sensor_count + 1, sizeof *a->watches);
    a->hush.nodes = calloc(r->node_count + 1, sizeof *a->hush.nodes);
    a->hush.sensors = calloc(r->sensor_count + 1, sizeof *a->hush.sensors);
    if (!a->watches || !a->hush.nodes || !a->hush.sensors)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < r->sensor_count; i++) {
        int64_t baseline_us = registry_baseline_start_us(r, i, now_us);
        a->watches[i] = (struct watch){.rules = rule_state_new(&r->sensors[i], baseline_us),
                                       .baseline_us = baseline_us,
                                       .last_rx_us = INT64_MIN,
                                       .last_t_us = INT64_MIN,
                                       .burst_rx_us = INT64_MIN,
                                       .late_us = INT64_MAX,
                                       .frequency = frequency_of(r, i),
                                       .velocity = velocity_of(r, i),
                                       .held_t_us = INT64_MAX,
                                       .held_last_us = INT64_MIN,
                                       .held_until_us = INT64_MAX,
                                       .frequency_t_us = INT64_MIN};
    }
    return ERR_OK;
}

static enum err map_id(void *context, const struct sensor_row *row)
{
    struct assess *a = context;
    if (row->id >= a->ids.capacity) {
        size_t capacity = (size_t)row->id + 1024;
        uint32_t *bigger = realloc(a->ids.index, capacity * sizeof *bigger);
        if (!bigger)
            return ERR_NOMEM;
        memset(bigger + a->ids.capacity, 0xff, (capacity - a->ids.capacity) * sizeof *bigger);
        a->ids.index = bigger;
        a->ids.capacity = capacity;
    }
    uint32_t index = registry_sensor(a->plan->registry, row->name, strlen(row->name));
    if (index == REGISTRY_NONE)
        return ERR_OK;
    a->ids.unmapped -= a->ids.index[row->id] == REGISTRY_NONE;
    a->ids.index[row->id] = index;
    a->watches[index].id = row->id;
    a->watches[index].last_t_us = row->last_t_us;
    if (row->last_rx_us > a->watches[index].last_rx_us)
        a->watches[index].last_rx_us = row->last_rx_us;
    return ERR_OK;
}

enum err assess_map_ids(struct assess *a)
{
    a->error = reader_error(a->reader);
    return reader_sensors(a->reader, map_id, a);
}

static enum err take_rules(void *context, const char *sensor, const void *bytes, size_t n)
{
    struct assess *a = context;
    uint32_t i = registry_sensor(a->plan->registry, sensor, strlen(sensor));
    if (i != REGISTRY_NONE && a->watches[i].rules &&
        rule_state_unpack(a->watches[i].rules, bytes, n) == ERR_CORRUPT)
        log_event(&a->hub->log, LOG_P_WARNING, "rule_state sensor=%s: damaged, started new",
                  sensor);
    return ERR_OK;
}

static enum err take_first_rx(void *context, const struct journal_entry *entry)
{
    int64_t *rx_us = context;
    if (!entry->revision && *rx_us == INT64_MAX)
        *rx_us = entry->reading.rx_us;
    return ERR_OK;
}

/* When the first reading arrived that no conclusion covers yet. */
static enum err find_fresh(struct assess *a, int64_t assessed_seq)
{
    int64_t last;
    bool gap;
    a->fresh_rx_us = INT64_MAX;
    a->error = reader_error(a->reader);
    return reader_since(a->reader, assessed_seq, 16, take_first_rx, &a->fresh_rx_us, &last, &gap);
}

static enum err rebuild_new(struct assess *a)
{
    enum err e = ERR_OK;
    for (uint32_t i = 0; i < a->plan->registry->sensor_count && !e; i++) {
        const struct watch *w = &a->watches[i];
        if (!w->rules || w->last_t_us == INT64_MIN || rules_latest_us(w->rules) != INT64_MIN)
            continue;
        hub_beat(a->hub, LOOP_ASSESS);
        e = assess_rebuild(a, i);
    }
    return e;
}

/* --- conditions --- */

struct orphan {
    char *key; /* of a condition, or (former) of an episode that another speaks for since */
    char *sensor;
    bool former;
    struct orphan *next;
};

struct condition_loading {
    struct assess *a;
    struct orphan *orphans; /* whose limit or sensor is no longer in the registry */
};

static enum err keep_orphan(struct condition_loading *l, const char *key, const char *sensor,
                            bool former)
{
    struct orphan *o = arena_alloc(&l->a->arena, sizeof *o);
    if (!o)
        return ERR_NOMEM;
    *o = (struct orphan){arena_strdup(&l->a->arena, key), arena_strdup(&l->a->arena, sensor),
                         former, l->orphans};
    l->orphans = o;
    return o->key && o->sensor ? ERR_OK : ERR_NOMEM;
}

/* As it is, or as earlier versions had it. */
static bool is_packed(size_t n)
{
    return n == sizeof(struct packed_finding) || n == offsetof(struct packed_finding, unsettled) ||
           n == offsetof(struct packed_finding, jump);
}

static enum err take_condition(void *context, const char *key, const char *sensor, int level,
                               const void *bytes, size_t n)
{
    struct condition_loading *l = context;
    const struct registry *r = l->a->plan->registry;
    uint32_t i = registry_sensor(r, sensor, strlen(sensor));
    struct packed_finding p = {.jump = 0};
    (void)level;
    if (i == REGISTRY_NONE || !is_packed(n))
        return keep_orphan(l, key, sensor, false);
    memcpy(&p, bytes, n);
    struct finding f = assess_unpack(&r->sensors[i], &p);
    if (!f.limit && p.limit_level != 0)
        return keep_orphan(l, key, sensor, false);
    return assess_add_condition(l->a, key, i, &f);
}

/* By a condition. */
static bool episode_held(const struct assess *a, const char *key)
{
    for (size_t i = 0; i < a->conditions.count; i++)
        if (strcmp(a->conditions.items[i].episode, key) == 0)
            return true;
    return false;
}

/* An operator took a limit or a sensor out: what only it held is over, and that is said. */
static enum err settle_orphans(struct assess *a, const struct orphan *orphans, int64_t now_us)
{
    enum err e = ERR_OK;
    for (const struct orphan *o = orphans; o && !e; o = o->next) {
        const char *key = o->former ? o->key : assess_episode_key(a, o->key);
        struct episode old;
        struct alert_step step = {.coverage = 0.0};
        e = key ? assess_begin(a) : ERR_NOMEM;
        if (!e && !o->former)
            e = state_condition_put(a->state, o->key, o->sensor, 0, "", 0);
        if (e || episode_held(a, key))
            continue;
        e = state_episode_by_key(a->state, key, &a->arena, &old);
        if (e == ERR_NOTFOUND)
            e = ERR_OK;
        else if (!e && old.condition_level > 0)
            e = assess_step(a, key, old.category, old.kind, old.house, old.element, 0, now_us,
                            &step);
    }
    return e;
}

/* --- open episodes of silence and of the system --- */

static enum err take_open(void *context, const struct episode *e)
{
    struct condition_loading *l = context;
    struct assess *a = l->a;
    const struct registry *r = a->plan->registry;
    if (strncmp(e->key, "silence|", 8) == 0) {
        const char *name = e->key + 8;
        uint32_t node = registry_node(r, name, strlen(name));
        uint32_t sensor = registry_sensor(r, name, strlen(name));
        if (node != REGISTRY_NONE)
            a->hush.nodes[node].level = e->condition_level;
        else if (sensor != REGISTRY_NONE)
            a->hush.sensors[sensor].level = e->condition_level;
        else
            return keep_orphan(l, e->key, "", false);
    }
    if (assess_is_former_key(e->key))
        return keep_orphan(l, e->key, "", true);
    for (int i = 0; i < SYSTEM_CAUSES; i++)
        if (strncmp(e->key, "system|", 7) == 0 && strcmp(e->key + 7, system_cause_name[i]) == 0)
            a->system.level[i] = e->condition_level;
    return ERR_OK;
}

static enum err load_open(struct assess *a, int64_t now_us)
{
    struct condition_loading loading = {.a = a};
    enum err e = state_condition_each(a->state, take_condition, &loading);
    if (!e)
        e = state_episode_live(a->state, take_open, &loading);
    return e ? e : settle_orphans(a, loading.orphans, now_us);
}

/* --- catching up --- */

/* The rules are as of the snapshot, the conclusions as of the last step. Between them everything
 * was concluded already: it is judged again without a word. */
static enum err catch_up(struct assess *a, int64_t assessed_seq)
{
    bool more = true;
    enum err e = ERR_OK;
    while (!e && more && a->cursor < assessed_seq) {
        int rows = assessed_seq - a->cursor < 64 ? (int)(assessed_seq - a->cursor) : 64;
        hub_beat(a->hub, LOOP_ASSESS);
        e = assess_follow(a, rows, &more);
        a->changes.count = 0;
    }
    return e;
}

static enum err load(struct assess *a, int64_t now_us)
{
    int64_t assessed_seq = 0;
    const struct plan *p = a->plan;
    a->error = state_error(a->state);
    enum err e = state_registry_put(a->state, now_us, p->registry_text.data, p->registry_text.len,
                                    p->registry_digest);
    if (!e)
        e = state_rules_each(a->state, take_rules, a);
    if (!e)
        e = assess_enter_configuration(a, now_us);
    if (!e)
        e = assess_standing_load(a);
    if (!e)
        e = assess_load_open(a, now_us);
    if (!e)
        e = load_open(a, now_us);
    if (!e)
        e = assess_daily_open(a);
    if (!e)
        e = state_number_get(a->state, "snapshot_seq", 0, &a->cursor);
    if (!e)
        e = state_number_get(a->state, "assessed_seq", 0, &assessed_seq);
    a->following = !e;
    if (!e)
        e = find_fresh(a, assessed_seq);
    if (!e)
        e = rebuild_new(a);
    int64_t there = atomic_load(&a->hub->ingested_seq);
    if (!e && a->cursor > there) { /* another readings.db than the one judged before */
        log_event(&a->hub->log, LOG_P_WARNING, "cursor_ahead cursor=%lld journal=%lld",
                  (long long)a->cursor, (long long)there);
        a->cursor = there;
    }
    a->snapshot_seq = a->cursor;
    assess_tell_needed(a);
    if (!e)
        e = catch_up(a, assessed_seq < there ? assessed_seq : there);
    return e ? e : assess_reconcile(a);
}

static enum err open_watches(struct assess *a, int64_t now_us)
{
    a->ids.unmapped = a->plan->registry->sensor_count;
    enum err e = reader_calibrate(a->reader, a->plan->registry);
    if (!e)
        e = make_watches(a, now_us);
    if (!e)
        e = assess_map_ids(a);
    return e ? e : assess_ask_bursts(a);
}

enum err assess_open_readings(struct assess *a, int64_t now_us)
{
    a->error = a->why;
    a->why[0] = '\0';
    a->now_us = now_us;
    enum err e = reader_open(a->plan->settings->store.path, a->why, sizeof a->why, &a->reader);
    return e ? e : open_watches(a, now_us);
}

enum err assess_open(struct assess *a)
{
    int64_t now_us = hub_utc_us(a->hub);
    const char *path = a->plan->settings->store.path;
    a->error = a->why;
    a->why[0] = '\0';
    enum err e = reader_open(path, a->why, sizeof a->why, &a->reader);
    if (!e)
        e = state_open(path, a->hub->replay ? STATE_SCRATCH : STATE_WRITE, a->why, sizeof a->why,
                       &a->state);
    if (e)
        return e;
    a->held.until_us = INT64_MAX;
    a->now_us = now_us;
    a->epoch_at_us = registry_next_baseline_us(a->plan->registry, now_us);
    a->snapshot_at_us = hub_monotonic_us(a->hub) + SNAPSHOT_EVERY_US;
    e = open_watches(a, now_us);
    if (!e)
        e = assess_slow_open(a);
    return e ? e : load(a, now_us);
}

enum err assess_open_state(struct assess *a)
{
    int64_t now_us = hub_utc_us(a->hub);
    a->error = a->why;
    a->why[0] = '\0';
    enum err e =
        state_open(a->plan->settings->store.path, STATE_WRITE, a->why, sizeof a->why, &a->state);
    if (!e)
        e = make_watches(a, now_us);
    if (!e)
        e = assess_standing_load(a);
    return e ? e : load_open(a, now_us);
}

static void free_watches(struct assess *a)
{
    for (size_t i = 0; a->watches && i < a->plan->registry->sensor_count; i++)
        rule_state_free(a->watches[i].rules);
    free(a->watches);
    free(a->hush.nodes);
    free(a->hush.sensors);
    a->watches = NULL;
    a->hush.nodes = a->hush.sensors = NULL;
}

void assess_close(struct assess *a)
{
    state_close(a->state);
    reader_close(a->reader);
    a->error = NULL;
    a->state = NULL;
    a->reader = NULL;
    a->writing = a->following = false;
    assess_slow_close(a);
    assess_load_close(a);
    free_watches(a);
    for (size_t i = 0; i < a->conditions.count; i++)
        assess_free_condition(&a->conditions.items[i]);
    free(a->conditions.items);
    free(a->changes.items);
    free(a->held.items);
    free(a->ids.index);
    a->conditions.items = NULL;
    a->changes.items = NULL;
    a->held.items = NULL;
    a->ids.index = NULL;
    a->conditions.count = a->conditions.capacity = a->changes.count = a->changes.capacity = 0;
    a->held.count = a->held.capacity = a->ids.capacity = 0;
    a->cursor = a->hush.seq = a->judged = a->hush.sweep_at_us = a->system.deaf_since_us = 0;
    a->snapshot_seq = a->slow.taken = a->slow.kept_seq = a->slow.keep_us = 0;
    a->any_late = a->slow.concluded = a->slow.kept = false;
    free(a->untold.items);
    a->untold.items = NULL;
    a->untold.count = a->untold.capacity = 0;
    arena_free(&a->untold.arena);
    a->alerts_at_us = 0;
    a->standing.silences = (struct silencings){0};
    a->standing.overrides = NULL;
    a->standing.override_count = 0;
    arena_free(&a->standing.arena);
    memset(a->system.level, 0, sizeof a->system.level);
    arena_reset(&a->arena);
    malloc_trim(0); /* with ten thousand sensors this was much */
}

/* --- the snapshot --- */

static enum err put_rules(struct assess *a)
{
    enum err e = ERR_OK;
    for (uint32_t i = 0; i < a->plan->registry->sensor_count && !e; i++) {
        struct watch *w = &a->watches[i];
        const void *bytes;
        size_t n;
        if (!w->dirty || !w->rules)
            continue;
        arena_reset(&a->arena);
        e = rule_state_pack(w->rules, &a->arena, &bytes, &n);
        if (!e)
            e = state_rules_put(a->state, a->plan->registry->sensors[i].id, bytes, n);
        w->dirty = false;
    }
    return e;
}

enum err assess_snapshot(struct assess *a, bool slow)
{
    /* an event that waits for its frequency is not in the rules yet: it is followed again */
    int64_t seq = a->held.until_us == INT64_MAX ? a->cursor : a->held.seq;
    enum err e = assess_begin(a);
    if (!e)
        e = put_rules(a);
    if (!e)
        e = state_number_put(a->state, "snapshot_seq", seq);
    if (!e && slow)
        e = assess_slow_keep(a);
    if (!e)
        e = assess_commit(a);
    if (e)
        return e;
    a->judged = 0;
    a->snapshot_at_us = hub_monotonic_us(a->hub) + SNAPSHOT_EVERY_US;
    a->snapshot_seq = seq;
    assess_tell_needed(a);
    return ERR_OK;
}
