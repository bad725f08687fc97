#include <math.h>
#include <stdlib.h>

#include "assess_parts.h"
#include "shikumen/base/clock.h"

void *assess_grow(void *array, size_t *capacity, size_t count, size_t size)
{
    if (count <= *capacity)
        return array;
    size_t bigger = count * 2 + 16;
    void *grown = realloc(array, bigger * size);
    if (grown)
        *capacity = bigger;
    return grown;
}

/* A change within a time of which the slow analysis knows that the readings tell nothing: it tells
 * of that, and this would be a false alarm. */
static bool is_of_void(const struct assess *a, uint32_t sensor, const struct finding *f)
{
    return f->kind == KIND_RATE && f->level > LEVEL_NORMAL && f->limit &&
           f->limit->of == LIMIT_RATE && f->t_us > INT64_MIN + f->limit->window_us &&
           slow_is_void(a->slow.analysis, sensor, f->t_us - f->limit->window_us, f->t_us + 1);
}

enum err assess_add_change(struct assess *a, uint32_t sensor, const struct finding *f)
{
    if (is_of_void(a, sensor, f))
        return ERR_OK;
    struct finding_change *changes =
        assess_grow(a->changes.items, &a->changes.capacity, a->changes.count + 1, sizeof *changes);
    if (!changes)
        return ERR_NOMEM;
    a->changes.items = changes;
    changes[a->changes.count++] = (struct finding_change){sensor, *f};
    return ERR_OK;
}

static enum err keep_changes(struct assess *a, uint32_t sensor, const struct finding *found,
                             size_t n)
{
    enum err e = ERR_OK;
    a->watches[sensor].dirty = true;
    for (size_t i = 0; i < n && !e; i++)
        e = assess_add_change(a, sensor, &found[i]);
    return e;
}

static uint32_t index_of(const struct assess *a, uint32_t id)
{
    return id < a->ids.capacity ? a->ids.index[id] : REGISTRY_NONE;
}

static double frequency_at(const struct assess *a, const struct watch *w, int64_t t_us)
{
    if (w->frequency == REGISTRY_NONE || a->watches[w->frequency].frequency_t_us != t_us)
        return (double)NAN;
    return a->watches[w->frequency].frequency_hz;
}

struct series {
    struct reading *readings;
    size_t count, capacity;
};

#define FREQUENCY_WITHIN_US (2 * US_PER_S)

/* An event may be reported in one message and its frequency in the next. Without it only the least
 * of a limit curve can be taken, and that would be a false alarm: so it may wait a little. */
static bool may_wait(const struct assess *a, const struct reading *r, double frequency_hz)
{
    return isnan(frequency_hz) && a->now_us < r->rx_us + FREQUENCY_WITHIN_US &&
           r->rx_us <= a->now_us + FREQUENCY_WITHIN_US;
}

static bool hold_event(struct assess *a, struct watch *w, const struct reading *r)
{
    int64_t until_us = r->rx_us + FREQUENCY_WITHIN_US;
    if (w->frequency == REGISTRY_NONE || !may_wait(a, r, frequency_at(a, w, r->t_us)))
        return false;
    if (w->held_t_us == INT64_MAX || r->t_us < w->held_t_us)
        w->held_t_us = r->t_us;
    if (w->held_last_us < r->t_us)
        w->held_last_us = r->t_us;
    if (w->held_until_us == INT64_MAX)
        w->held_until_us = until_us;
    if (a->held.until_us == INT64_MAX)
        a->held.seq = a->cursor;
    if (until_us < a->held.until_us)
        a->held.until_us = until_us;
    return true;
}

/* Stored events from the first that may still wait on: they stay held. */
static size_t count_ripe(struct assess *a, struct watch *w, const struct series *s,
                         const double *hz, int64_t judged_us)
{
    for (size_t i = 0; i < s->count && hz; i++) {
        const struct reading *r = &s->readings[i];
        int64_t until_us = r->rx_us + FREQUENCY_WITHIN_US;
        if (r->t_us <= judged_us || !may_wait(a, r, hz[i]))
            continue;
        w->held_t_us = r->t_us;
        w->held_last_us = s->readings[s->count - 1].t_us;
        w->held_until_us = until_us;
        if (until_us < a->held.until_us)
            a->held.until_us = until_us;
        return i;
    }
    return s->count;
}

static void mark_late(struct assess *a, struct watch *w, int64_t t_us)
{
    if (t_us < w->late_us)
        w->late_us = t_us;
    a->any_late = true;
}

/* The frequency of an event that waits for it, or was judged without it. */
static void take_frequency(struct assess *a, const struct watch *f, int64_t t_us)
{
    struct watch *w = f->velocity == REGISTRY_NONE ? NULL : &a->watches[f->velocity];
    if (!w || !w->rules)
        return;
    if ((t_us >= w->held_t_us || t_us <= rules_latest_us(w->rules)) && t_us < w->late_us)
        mark_late(a, w, t_us < w->held_t_us ? t_us : w->held_t_us);
}

/* Events whose frequency did not come in time are judged without it. */
void assess_release(struct assess *a)
{
    if (a->now_us < a->held.until_us)
        return;
    a->held.until_us = INT64_MAX;
    for (size_t i = 0; i < a->plan->registry->sensor_count; i++) {
        struct watch *w = &a->watches[i];
        if (w->held_t_us == INT64_MAX)
            continue;
        if (a->now_us >= w->held_until_us)
            mark_late(a, w, w->held_t_us);
        else if (w->held_until_us < a->held.until_us)
            a->held.until_us = w->held_until_us;
    }
}

static enum err judge(struct assess *a, uint32_t sensor, const struct reading *r)
{
    struct watch *w = &a->watches[sensor];
    struct finding found[RULES_FINDINGS_MAX];
    if (hold_event(a, w, r))
        return ERR_OK;
    if (r->t_us <= rules_latest_us(w->rules)) {
        mark_late(a, w, r->t_us);
        return ERR_OK;
    }
    return keep_changes(a, sensor, found,
                        rules_judge(w->rules, r, frequency_at(a, w, r->t_us), found));
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
        take_frequency(a, w, r->t_us);
    }
    if (!w->rules)
        return ERR_OK;
    if (w->frequency == REGISTRY_NONE)
        return judge(a, sensor, r);
    struct reading *deferred =
        assess_grow(a->held.items, &a->held.capacity, a->held.count + 1, sizeof *deferred);
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
        e = judge(a, index_of(a, a->held.items[i].sensor), &a->held.items[i]);
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
    uint32_t sensor = index_of(a, r->sensor);
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
        mark_late(a, &a->watches[sensor], r->t_us);
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
    uint32_t sensor = index_of(a, entry->reading.sensor);
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

/* --- late and revised readings --- */

static enum err add_to_series(void *context, const struct reading *r)
{
    struct series *s = context;
    struct reading *readings =
        assess_grow(s->readings, &s->capacity, s->count + 1, sizeof *readings);
    if (!readings)
        return ERR_NOMEM;
    s->readings = readings;
    readings[s->count++] = *r;
    return ERR_OK;
}

static enum err window(struct assess *a, uint32_t sensor, int64_t from_us, int64_t to_us,
                       struct series *s)
{
    uint32_t id = a->watches[sensor].id;
    return id == 0 ? ERR_OK : reader_window(a->reader, id, from_us, to_us, add_to_series, s);
}

static enum err frequencies(struct assess *a, const struct watch *w, const struct series *s,
                            double **hz)
{
    struct series f = {0};
    *hz = NULL;
    if (w->frequency == REGISTRY_NONE || s->count == 0)
        return ERR_OK;
    enum err e =
        window(a, w->frequency, s->readings[0].t_us, s->readings[s->count - 1].t_us + 1, &f);
    if (!e && !(*hz = calloc(s->count, sizeof **hz)))
        e = ERR_NOMEM;
    for (size_t i = 0, j = 0; i < s->count && !e; i++) {
        while (j < f.count && f.readings[j].t_us < s->readings[i].t_us)
            j++;
        bool there = j < f.count && f.readings[j].t_us == s->readings[i].t_us;
        (*hz)[i] = there ? f.readings[j].value : (double)NAN;
    }
    free(f.readings);
    return e;
}

static enum err rejudge(struct assess *a, uint32_t sensor)
{
    struct watch *w = &a->watches[sensor];
    struct series s = {0};
    struct finding found[RULES_FINDINGS_MAX];
    double *hz = NULL;
    int64_t latest_us = rules_latest_us(w->rules), back_us = rules_lookback_us(w->rules);
    int64_t from_us = w->late_us < INT64_MIN + back_us ? INT64_MIN : w->late_us - back_us;
    int64_t late_us = w->late_us, judged_us = latest_us;
    if (latest_us < w->held_last_us)
        latest_us = w->held_last_us;
    w->late_us = w->held_t_us = INT64_MAX;
    w->held_last_us = INT64_MIN;
    w->held_until_us = INT64_MAX;
    if (late_us > latest_us)
        return ERR_OK;
    enum err e = window(a, sensor, from_us, latest_us + 1, &s);
    if (!e)
        e = frequencies(a, w, &s, &hz);
    if (!e)
        s.count = count_ripe(a, w, &s, hz, judged_us);
    if (!e)
        e = keep_changes(a, sensor, found,
                         rules_rejudge(w->rules, late_us, s.readings, hz, s.count, found));
    free(s.readings);
    free(hz);
    return e;
}

/* --- rules made anew from the store --- */

enum err assess_judge_stored(struct assess *a, uint32_t sensor, int64_t from_us, int64_t to_us,
                             assess_found_fn *found_fn, void *context)
{
    struct watch *w = &a->watches[sensor];
    struct series s = {0};
    double *hz = NULL;
    enum err e = window(a, sensor, from_us, to_us, &s);
    if (!e)
        e = frequencies(a, w, &s, &hz);
    for (size_t i = 0; i < s.count && !e; i++) {
        struct finding found[RULES_FINDINGS_MAX];
        size_t n = s.readings[i].rx_us < a->fresh_rx_us
                       ? rules_judge(w->rules, &s.readings[i], hz ? hz[i] : (double)NAN, found)
                       : 0;
        for (size_t k = 0; k < n && found_fn; k++)
            found_fn(context, sensor, &found[k]);
    }
    free(s.readings);
    free(hz);
    return e;
}

enum err assess_rebuild(struct assess *a, uint32_t sensor)
{
    struct watch *w = &a->watches[sensor];
    int64_t back_us = rules_lookback_us(w->rules), last_us = w->last_t_us;
    int64_t from_us = last_us < INT64_MIN + back_us ? INT64_MIN : last_us - back_us;
    a->error = reader_error(a->reader);
    w->dirty = true;
    return assess_judge_stored(a, sensor, from_us < w->baseline_us ? w->baseline_us : from_us,
                               INT64_MAX, NULL, NULL);
}

static enum err rejudge_late(struct assess *a)
{
    enum err e = ERR_OK;
    if (!a->any_late)
        return ERR_OK;
    a->any_late = false;
    a->error = reader_error(a->reader);
    for (uint32_t i = 0; i < a->plan->registry->sensor_count && !e; i++)
        if (a->watches[i].late_us != INT64_MAX)
            e = rejudge(a, i);
    return e;
}

enum err assess_settle(struct assess *a)
{
    enum err e = assess_judge_deferred(a);
    return e ? e : rejudge_late(a);
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
        return rejudge_late(a);
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
