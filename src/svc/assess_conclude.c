#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assess_parts.h"
#include "shikumen/base/array.h"
#include "shikumen/base/clock.h"
#include "shikumen/core/episode.h"

/* --- keys --- */

static const char *house_id(const struct registry *r, uint32_t sensor)
{
    uint32_t h = sensor == REGISTRY_NONE ? REGISTRY_NONE : r->sensors[sensor].house;
    return h == REGISTRY_NONE ? "" : r->houses[h].id;
}

static bool is_of_row(const char *key)
{
    return strstr(key, "|row:") != NULL;
}

/* --- conditions: who holds what under which key --- */

/* Both keys are its own. */
static bool keep_keys(struct assess *a, struct condition *c, const char *key)
{
    const char *episode = assess_episode_key(a, key);
    c->key = strdup(key);
    c->episode = episode ? strdup(episode) : NULL;
    if (c->key && c->episode)
        return true;
    assess_free_condition(c);
    return false;
}

void assess_free_condition(struct condition *c)
{
    free(c->key);
    free(c->episode);
}

enum err assess_add_condition(struct assess *a, const char *key, uint32_t sensor,
                              const struct finding *f)
{
    for (size_t i = 0; i < a->conditions.count; i++)
        if (a->conditions.items[i].sensor == sensor &&
            strcmp(a->conditions.items[i].key, key) == 0) {
            a->conditions.items[i].finding = *f;
            return ERR_OK;
        }
    struct condition *conditions = array_grow(a->conditions.items, &a->conditions.capacity,
                                              a->conditions.count + 1, sizeof *conditions);
    if (!conditions)
        return ERR_NOMEM;
    a->conditions.items = conditions;
    struct condition *c = &conditions[a->conditions.count];
    *c = (struct condition){.sensor = sensor, .finding = *f};
    if (!keep_keys(a, c, key))
        return ERR_NOMEM;
    a->conditions.count++;
    return ERR_OK;
}

static void drop_left(struct assess *a, const char *key)
{
    size_t kept = 0;
    for (size_t i = 0; i < a->conditions.count; i++) {
        struct condition *c = &a->conditions.items[i];
        if (c->finding.level == 0 && strcmp(c->episode, key) == 0)
            assess_free_condition(c);
        else
            a->conditions.items[kept++] = *c;
    }
    a->conditions.count = kept;
}

static enum err put_condition(struct assess *a, const char *key, uint32_t sensor,
                              const struct finding *f)
{
    struct packed_finding p = assess_pack(f);
    enum err e = state_condition_put(a->state, key, a->plan->registry->sensors[sensor].id, f->level,
                                     &p, sizeof p);
    return e ? e : assess_add_condition(a, key, sensor, f);
}

/* --- steps --- */

enum err assess_begin(struct assess *a)
{
    if (a->writing)
        return ERR_OK;
    a->error = state_error(a->state);
    enum err e = state_begin(a->state);
    a->writing = !e;
    return e;
}

static enum err write_step(struct assess *a, struct episode *e, const struct alert_step *step,
                           int64_t now_us)
{
    struct alert_step whole = *step;
    struct strbuf body = {0};
    whole.site = a->plan->settings->http.url;
    render_native(&whole, &body);
    enum err err = body.failed ? ERR_NOMEM : ERR_OK;
    if (!err)
        err = assess_put_step(a, e, step->event, step->previous_level, &body, now_us);
    strbuf_free(&body);
    return err;
}

enum err assess_find_episode(struct assess *a, const char *key, int64_t now_us, struct episode *e)
{
    enum err err = state_episode_by_key(a->state, key, &a->arena, e);
    bool old = !err && e->level == 0 && !e->by_hand && now_us - e->resolved_us > EPISODE_REOPEN_US;
    if (err != ERR_NOTFOUND && !old)
        return err;
    uint8_t random[16];
    *e = (struct episode){.key = key};
    err = hub_random(a->hub, random, sizeof random);
    if (!err)
        episode_id(random, e->id);
    return err;
}

enum err assess_step(struct assess *a, const char *key, enum alert_category category,
                     enum alert_kind kind, const char *house, const char *element, int level,
                     int64_t now_us, struct alert_step *step)
{
    struct episode e;
    enum err err = assess_begin(a);
    if (!err)
        err = assess_find_episode(a, key, now_us, &e);
    if (err)
        return err;
    step->previous_level = e.level;
    e.category = category;
    e.kind = kind;
    e.house = house;
    e.element = element;
    int held = e.condition_level;
    bool advanced = episode_advance(&e, level, now_us, &step->event);
    if (!advanced && step->settled && e.level > LEVEL_NORMAL) {
        episode_note(&e, now_us);
        step->event = EVENT_UPDATED;
    } else if (!advanced)
        return e.row != 0 && e.condition_level != held ? assess_keep_episode(a, &e) : ERR_OK;
    step->registry = a->plan->registry;
    step->episode = &e;
    step->at_us = now_us;
    step->node = step->node ? step->node : "";
    step->cause = step->cause ? step->cause : "";
    err = write_step(a, &e, step, now_us);
    step->episode = NULL;
    return err;
}

/* --- from changes to steps --- */

#define STEP_SENSORS_MAX 256

static double ratio(const struct finding *f)
{
    return f->limit ? fabs(f->value / f->limit->value) : 0;
}

static int worst_first(const void *x, const void *y)
{
    const struct step_sensor *a = x, *b = y;
    if (a->finding.level != b->finding.level)
        return b->finding.level - a->finding.level;
    double ra = ratio(&a->finding), rb = ratio(&b->finding);
    if (ra != rb)
        return ra < rb ? 1 : -1;
    return a->sensor < b->sensor ? -1 : a->sensor > b->sensor;
}

static size_t gather(const struct assess *a, const char *key,
                     struct step_sensor out[STEP_SENSORS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < a->conditions.count && n < STEP_SENSORS_MAX; i++)
        if (strcmp(a->conditions.items[i].episode, key) == 0)
            out[n++] =
                (struct step_sensor){a->conditions.items[i].sensor, a->conditions.items[i].finding};
    qsort(out, n, sizeof *out, worst_first);
    return n;
}

struct share {
    int64_t passed;
};

static enum err count_passed(void *context, const struct reading *r)
{
    struct share *s = context;
    s->passed += r->flag == QF_PASS;
    return ERR_OK;
}

/* Share of the day before the finding for which the sensor has valid readings. */
static enum err coverage(struct assess *a, const struct step_sensor *s, double *share)
{
    const struct sensor *sensor = &a->plan->registry->sensors[s->sensor];
    struct share passed = {0};
    enum err e = reader_window(a->reader, a->watches[s->sensor].id, s->finding.t_us - US_PER_DAY,
                               s->finding.t_us + 1, count_passed, &passed);
    double expected = (double)US_PER_DAY / (double)sensor->period_us;
    *share = fmin(1.0, (double)passed.passed / fmax(1.0, expected));
    return e;
}

/* What the episode of a condition comes to. handed_over: nothing ended, another key goes on with
 * it; settled: what was not known now is. */
static enum err conclude_key(struct assess *a, const char *condition, bool handed_over,
                             bool settled, int64_t now_us)
{
    const char *key = assess_episode_key(a, condition);
    struct step_sensor sensors[STEP_SENSORS_MAX];
    struct alert_step step = {.sensors = sensors,
                              .sensor_count = key ? gather(a, key, sensors) : 0,
                              .handed_over = handed_over,
                              .settled = settled};
    if (!key)
        return ERR_NOMEM;
    if (step.sensor_count == 0)
        return ERR_OK;
    const struct registry *r = a->plan->registry;
    uint32_t worst = sensors[0].sensor;
    bool instrument = quantity_info(r->sensors[worst].quantity)->instrument ||
                      sensors[0].finding.kind == KIND_FAULT;
    enum err e = coverage(a, &sensors[0], &step.coverage);
    if (!e)
        e = assess_step(a, key, instrument ? CATEGORY_INSTRUMENT : CATEGORY_STRUCTURE,
                        sensors[0].finding.kind, house_id(r, worst),
                        is_of_row(key) ? "" : assess_element_id(r, worst), sensors[0].finding.level,
                        now_us, &step);
    drop_left(a, key);
    return e;
}

/* A sensor gone mad can rise and fall thousands of times in one pack. From so many changes on, of
 * each sensor and kind only what is worse than all that follows is told, and how it ended. */
#define CHANGES_TOLD 512

static enum err thin_out(struct assess *a)
{
    size_t kept = a->changes.count;
    int8_t *worst = arena_array(&a->arena, a->plan->registry->sensor_count, KIND_COUNT);
    if (!worst)
        return ERR_NOMEM;
    for (size_t i = a->changes.count; i-- > CHANGES_TOLD;) {
        const struct finding_change *c = &a->changes.items[i];
        int8_t *w = &worst[c->sensor * (size_t)KIND_COUNT + c->finding.kind];
        if (!c->finding.derived && *w != 0 && c->finding.level < *w)
            continue;
        *w = (int8_t)(c->finding.level + 1);
        a->changes.items[--kept] = *c;
    }
    size_t told = a->changes.count - kept;
    memmove(a->changes.items + CHANGES_TOLD, a->changes.items + kept,
            told * sizeof *a->changes.items);
    log_event(&a->hub->log, LOG_P_WARNING, "changes_thinned from=%zu to=%zu", a->changes.count,
              CHANGES_TOLD + told);
    a->changes.count = CHANGES_TOLD + told;
    return ERR_OK;
}

static bool holds(const struct assess *a, const char *key, uint32_t sensor)
{
    for (size_t i = 0; i < a->conditions.count; i++)
        if (a->conditions.items[i].sensor == sensor && strcmp(a->conditions.items[i].key, key) == 0)
            return true;
    return false;
}

/* What a sensor held alone goes over to its row, or back. */
static enum err leave_other_key(struct assess *a, const struct finding_change *c, int64_t now_us)
{
    struct finding left = c->finding;
    char *other = assess_condition_key(a, c->sensor, &c->finding, !c->finding.together);
    if (!other)
        return ERR_NOMEM;
    if (!holds(a, other, c->sensor))
        return ERR_OK;
    left.level = LEVEL_NORMAL;
    enum err e = put_condition(a, other, c->sensor, &left);
    return e ? e : conclude_key(a, other, true, false, now_us);
}

/* What the sensor holds under the key is not settled yet. */
static bool is_unsettled(const struct assess *a, const char *key, uint32_t sensor)
{
    for (size_t i = 0; i < a->conditions.count; i++)
        if (a->conditions.items[i].sensor == sensor && strcmp(a->conditions.items[i].key, key) == 0)
            return a->conditions.items[i].finding.unsettled;
    return false;
}

static enum err conclude_change(struct assess *a, const struct finding_change *c, int64_t now_us)
{
    bool slow = c->finding.kind == KIND_TREND || c->finding.kind == KIND_STEP ||
                c->finding.kind == KIND_CONSTRUCTION;
    char *key = assess_condition_key(a, c->sensor, &c->finding, c->finding.together);
    bool settled = key && !c->finding.unsettled && is_unsettled(a, key, c->sensor);
    enum err e = key ? put_condition(a, key, c->sensor, &c->finding) : ERR_NOMEM;
    if (!e)
        e = conclude_key(a, key, false, settled, now_us);
    return !e && slow ? leave_other_key(a, c, now_us) : e;
}

/* One by one, in the order in which they were judged: what rose and fell between two looks is told
 * as what it was, and the same readings make the same steps however they were batched. */
enum err assess_conclude(struct assess *a, int64_t now_us)
{
    enum err e = a->changes.count > 0 ? assess_begin(a) : ERR_OK;
    if (!e && a->changes.count > CHANGES_TOLD)
        e = thin_out(a);
    for (size_t i = 0; i < a->changes.count && !e; i++) {
        hub_beat(a->hub, LOOP_ASSESS);
        e = conclude_change(a, &a->changes.items[i], now_us);
    }
    a->changes.count = 0;
    return e;
}

enum err assess_commit(struct assess *a)
{
    if (!a->writing)
        return ERR_OK;
    enum err e = a->following ? state_number_put(a->state, "assessed_seq", a->cursor) : ERR_OK;
    if (!e)
        e = assess_tell_round(a, hub_utc_us(a->hub));
    if (!e)
        e = state_commit(a->state);
    a->writing = false;
    if (!e) {
        hub_wake(a->hub, LOOP_DELIVER);
        hub_wake(a->hub, LOOP_HTTP);
    }
    return e;
}

enum err assess_end_round(struct assess *a, int64_t now_us)
{
    enum err e = assess_slow(a);
    bool keep = !e && assess_slow_keep_due(a);
    if (keep)
        e = assess_slow_keep(a);
    if (!e)
        e = assess_conclude(a, now_us);
    if (!e)
        e = assess_sweep(a, now_us);
    if (!e)
        e = assess_standing_sweep(a, now_us);
    if (!e)
        e = assess_alerts_sweep(a, now_us);
    if (!e)
        e = assess_daily_sweep(a, now_us);
    if (!e && a->writing)
        e = assess_tell_round(a, now_us);
    if (!e)
        e = assess_load_sweep(a, now_us);
    if (!e)
        e = assess_commit(a);
    if (!e && keep)
        assess_tell_needed(a);
    return e;
}

int64_t assess_due_us(const struct assess *a)
{
    int64_t due_us =
        a->held.until_us < a->hush.sweep_at_us ? a->held.until_us : a->hush.sweep_at_us;
    int64_t slow_us = a->hub->replay ? assess_slow_due_us(a) : INT64_MAX; /* else readings wake */
    due_us = a->alerts_at_us < due_us ? a->alerts_at_us : due_us;
    return due_us < slow_us ? due_us : slow_us;
}
