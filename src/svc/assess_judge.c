#include "assess_parts.h"
#include "shikumen/base/array.h"

enum err assess_add_change(struct assess *a, uint32_t sensor, const struct finding *f)
{
    if (assess_withholds(a, sensor, f))
        return ERR_OK;
    struct finding_change *changes =
        array_grow(a->changes.items, &a->changes.capacity, a->changes.count + 1, sizeof *changes);
    if (!changes)
        return ERR_NOMEM;
    a->changes.items = changes;
    changes[a->changes.count++] = (struct finding_change){sensor, *f};
    return ERR_OK;
}

enum err assess_add_changes(struct assess *a, uint32_t sensor, const struct finding *found,
                            size_t n)
{
    enum err e = ERR_OK;
    a->watches[sensor].dirty = true;
    for (size_t i = 0; i < n && !e; i++)
        e = assess_add_change(a, sensor, &found[i]);
    return e;
}

static enum err judge(struct assess *a, uint32_t sensor, const struct reading *r)
{
    struct watch *w = &a->watches[sensor];
    struct finding found[RULES_FINDINGS_MAX];
    if (assess_hold_event(a, w, r))
        return ERR_OK;
    if (r->t_us <= rules_latest_us(w->rules)) {
        assess_mark_late(a, w, r->t_us);
        return ERR_OK;
    }
    return assess_add_changes(a, sensor, found,
                              rules_judge(w->rules, r, assess_frequency_at(a, w, r->t_us), found));
}

/* --- the journal, entry by entry --- */

/* The first word after a silence that there is an alert of. */
static bool breaks_silence(const struct assess *a, uint32_t sensor, int64_t rx_us)
{
    const struct sensor *s = &a->plan->registry->sensors[sensor];
    const struct hush *h =
        s->node == REGISTRY_NONE ? &a->hush.sensors[sensor] : &a->hush.nodes[s->node];
    int64_t last_us = a->watches[sensor].last_rx_us;
    return h->level > LEVEL_NORMAL &&
           (h->offline || last_us == INT64_MIN || rx_us - last_us > SILENCE_PERIODS * s->period_us);
}

static enum err take_reading(struct assess *a, uint32_t sensor, const struct reading *r)
{
    struct watch *w = &a->watches[sensor];
    a->judged++;
    if (!r->historical && breaks_silence(a, sensor, r->rx_us))
        a->hush.sweep_at_us = 0;
    if (r->rx_us > w->last_rx_us && !r->historical)
        w->last_rx_us = r->rx_us;
    if (r->rx_us > a->hush.historical_rx_us && r->historical)
        a->hush.historical_rx_us = r->rx_us;
    if (a->plan->registry->sensors[sensor].quantity == Q_DOMINANT_FREQUENCY) {
        w->frequency_t_us = r->t_us;
        w->frequency_hz = r->value;
        assess_take_frequency(a, w, r->t_us);
    }
    if (!w->rules)
        return ERR_OK;
    if (w->frequency == REGISTRY_NONE)
        return judge(a, sensor, r);
    struct reading *deferred =
        array_grow(a->held.items, &a->held.capacity, a->held.count + 1, sizeof *deferred);
    if (!deferred)
        return ERR_NOMEM;
    a->held.items = deferred;
    deferred[a->held.count++] = *r;
    return ERR_OK;
}

/* Within a message the frequency of an event may stand after its velocity, so velocities wait until
 * the next time begins. */
enum err assess_judge_deferred(struct assess *a)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < a->held.count && !e; i++)
        e = judge(a, assess_index_of(&a->ids, a->held.items[i].sensor), &a->held.items[i]);
    a->held.count = 0;
    return e;
}

/* What is found at once goes the way of what rules find. */
static enum err follow_slowly(struct assess *a, uint32_t sensor, const struct reading *r,
                              bool revision)
{
    struct finding found[SLOW_FOUND];
    enum err e = ERR_OK;
    a->slow.taken++;
    if (revision) {
        slow_revised(a->slow.analysis, sensor, r->t_us);
        return ERR_OK;
    }
    slow_take(a->slow.analysis, sensor, r);
    size_t n = slow_found(a->slow.analysis, found);
    for (size_t i = 0; i < n && !e; i++)
        e = assess_add_change(a, sensor, &found[i]);
    return e;
}

enum err assess_take_entry(struct assess *a, const struct reading *r, bool revision)
{
    uint32_t sensor = assess_index_of(&a->ids, r->sensor);
    if (sensor == REGISTRY_NONE)
        return ERR_OK;
    if (a->held.count > 0 && a->held.items[0].t_us != r->t_us) {
        enum err e = assess_judge_deferred(a);
        if (e)
            return e;
    }
    if (a->entry_seq > a->slow.seq || a->hub->replay) {
        enum err e = follow_slowly(a, sensor, r, revision);
        if (e)
            return e;
    }
    if (!revision)
        return take_reading(a, sensor, r);
    if (a->watches[sensor].rules)
        assess_mark_late(a, &a->watches[sensor], r->t_us);
    return ERR_OK;
}

static enum err take_entry(void *context, const struct journal_entry *entry)
{
    struct assess *a = context;
    a->entry_seq = entry->seq;
    return assess_take_entry(a, &entry->reading, entry->revision);
}

static enum err take_slowly(void *context, const struct journal_entry *entry)
{
    struct assess *a = context;
    uint32_t sensor = assess_index_of(&a->ids, entry->reading.sensor);
    enum err e = sensor == REGISTRY_NONE
                     ? ERR_OK
                     : follow_slowly(a, sensor, &entry->reading, entry->revision);
    a->changes.count = 0; /* it was told then */
    return e;
}

enum err assess_follow_slowly(struct assess *a, int64_t seq, int64_t upto_seq, bool *gap)
{
    enum err e = ERR_OK;
    *gap = false;
    a->error = reader_error(a->reader);
    while (!e && !*gap && seq < upto_seq) {
        int rows = upto_seq - seq < 64 ? (int)(upto_seq - seq) : 64;
        int64_t last = seq;
        hub_beat(a->hub, LOOP_ASSESS);
        e = reader_since(a->reader, seq, rows, take_slowly, a, &last, gap);
        *gap = *gap || last == seq;
        seq = last;
    }
    return e;
}

enum err assess_settle(struct assess *a)
{
    enum err e = assess_judge_deferred(a);
    return e ? e : assess_rejudge(a);
}

/* Only rows that were committed before the ids were mapped are read: a sensor that is new to the
 * store has its readings in later ones. */
enum err assess_follow(struct assess *a, int max_rows, bool *more)
{
    int64_t upto = atomic_load(&a->hub->ingested_seq), last = a->cursor;
    bool gap = false;
    *more = false;
    a->error = reader_error(a->reader);
    enum err e = a->ids.unmapped > 0 ? assess_map_ids(a) : ERR_OK;
    if (e)
        return e;
    assess_release(a);
    if (upto <= a->cursor)
        return assess_rejudge(a);
    int rows = upto - a->cursor < max_rows ? (int)(upto - a->cursor) : max_rows;
    e = reader_since(a->reader, a->cursor, rows, take_entry, a, &last, &gap);
    if (!e)
        e = assess_settle(a);
    if (gap)
        log_event(&a->hub->log, LOG_P_WARNING,
                  "journal_gap after=%lld last=%lld: rows between were not judged",
                  (long long)a->cursor, (long long)last);
    *more = last < upto;
    a->cursor = last;
    return e;
}
