#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "assess_parts.h"
#include "shikumen/base/clock.h"

#define SNAPSHOT_EVERY_US US_PER_HOUR

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
        e = assess_recall(a, now_us);
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

enum err assess_open_readings(struct assess *a, int64_t now_us)
{
    a->error = a->why;
    a->why[0] = '\0';
    a->now_us = now_us;
    enum err e = reader_open(a->plan->settings->store.path, a->why, sizeof a->why, &a->reader);
    return e ? e : assess_open_watches(a, now_us);
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
    e = assess_open_watches(a, now_us);
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
        e = assess_make_watches(a, now_us);
    if (!e)
        e = assess_standing_load(a);
    return e ? e : assess_recall(a, now_us);
}

static void free_lists(struct assess *a)
{
    for (size_t i = 0; i < a->conditions.count; i++)
        assess_free_condition(&a->conditions.items[i]);
    free(a->conditions.items);
    free(a->changes.items);
    free(a->held.items);
    free(a->untold.items);
    arena_free(&a->untold.arena);
    arena_free(&a->standing.arena);
    a->conditions = (struct conditions){0};
    a->changes = (struct changes){0};
    a->held = (struct held_events){0};
    a->untold = (struct untold_steps){0};
    a->standing = (struct standing){0};
}

/* What is known of the clocks stays. */
void assess_close(struct assess *a)
{
    state_close(a->state);
    reader_close(a->reader);
    a->error = NULL;
    a->state = NULL;
    a->reader = NULL;
    a->writing = a->following = a->any_late = false;
    a->cursor = a->judged = a->snapshot_seq = a->alerts_at_us = 0;
    a->hush.seq = a->hush.sweep_at_us = a->system.deaf_since_us = 0;
    memset(a->system.level, 0, sizeof a->system.level);
    assess_slow_close(a);
    assess_load_close(a);
    assess_free_watches(a);
    free_lists(a);
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
