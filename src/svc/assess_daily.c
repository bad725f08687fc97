#include <math.h>
#include <string.h>

#include "assess_parts.h"
#include "shikumen/core/daily.h"

/* Once a day: the sign of life for endpoints that want it, and one reminder of the orange and red
 * alerts that have waited for more than a day. A replay has neither, because nobody is there. */

#define LAST_NUMBER "daily_us"

/* --- what waits --- */

static bool waits(const struct episode *e, int64_t before_us)
{
    return episode_waits(e) && e->spoken_by == 0 && e->alarmed_us <= before_us;
}

/* Orange and red since before_us or earlier, longest first; what a silence keeps back waits for
 * nobody. The list is that of live. */
static enum err gather(struct assess *a, int64_t before_us, int64_t now_us,
                       struct episode_list *live)
{
    enum err e = assess_live(a, live);
    size_t kept = 0;
    for (size_t i = 0; i < live->count && !e; i++) {
        bool silenced = false;
        if (!waits(&live->items[i], before_us))
            continue;
        e = assess_is_silenced(a, &live->items[i], now_us, &silenced);
        if (!silenced)
            live->items[kept++] = live->items[i];
    }
    live->count = kept;
    if (!e)
        daily_order(live->items, live->count);
    return e;
}

/* --- a step that time alone makes --- */

static enum err put(struct assess *a, struct episode *e, const struct daily_report *report,
                    enum alert_event event, int previous_level, int64_t now_us)
{
    struct strbuf body = {0};
    const struct alert_step step = {.registry = a->plan->registry,
                                    .episode = e,
                                    .event = event,
                                    .previous_level = previous_level,
                                    .at_us = now_us,
                                    .node = "",
                                    .cause = e->kind == KIND_HEARTBEAT ? "" : DAILY_WAITING_CAUSE,
                                    .daily = report,
                                    .site = a->plan->settings->http.url,
                                    .coverage = (double)NAN};
    render_native(&step, &body);
    enum err err = body.failed ? ERR_NOMEM : ERR_OK;
    if (!err)
        err = assess_put_step(a, e, event, previous_level, &body, now_us);
    strbuf_free(&body);
    return err;
}

static enum err find(struct assess *a, const char *key, enum alert_kind kind, int64_t now_us,
                     struct episode *e)
{
    enum err err = assess_begin(a);
    if (!err)
        err = assess_find_episode(a, key, now_us, e);
    if (err)
        return err;
    e->category = CATEGORY_SYSTEM;
    e->kind = kind;
    e->house = e->element = "";
    return ERR_OK;
}

/* --- the reminder --- */

/* Raised with the first, ended with the last; between, told again only when daily. */
static enum err remind(struct assess *a, bool daily, int64_t now_us)
{
    struct episode_list list;
    struct episode e;
    enum alert_event event;
    enum err err = gather(a, now_us - DAILY_WAITED_US, now_us, &list);
    if (err || (list.count == 0 && !a->daily.reminding) || (list.count > 0 && !daily))
        return err;
    const struct daily_report report = {
        .waiting = list.items, .waiting_count = list.count, .audit_head = ""};
    err = find(a, DAILY_WAITING_KEY, KIND_FAULT, now_us, &e);
    if (err)
        return err;
    int previous_level = e.level, held = e.condition_level;
    a->daily.reminding = list.count > 0;
    if (episode_advance(&e, list.count > 0 ? LEVEL_YELLOW : LEVEL_NORMAL, now_us, &event))
        return put(a, &e, &report, event, previous_level, now_us);
    if (list.count == 0)
        return e.condition_level != held ? assess_keep_episode(a, &e) : ERR_OK;
    episode_note(&e, now_us);
    return put(a, &e, &report, EVENT_REMINDED, previous_level, now_us);
}

/* --- the sign of life --- */

static bool is_wanted(const struct settings *s)
{
    for (size_t i = 0; i < s->endpoint_count; i++)
        if (s->endpoints[i].heartbeat)
            return true;
    return false;
}

static void count_silences(const struct assess *a, int64_t now_us, struct daily_report *report)
{
    report->silence_end_us = INT64_MAX;
    for (size_t i = 0; i < a->standing.silences.count; i++) {
        const struct silencing *s = &a->standing.silences.items[i];
        if (!silencing_in_force(s, now_us))
            continue;
        report->silences++;
        if (s->until_us < report->silence_end_us)
            report->silence_end_us = s->until_us;
    }
}

static enum err count_alerts(struct assess *a, int64_t now_us, struct daily_report *report)
{
    const struct alert_settings *s = &a->plan->settings->alerts;
    int64_t open[LEVEL_RED + 1][CATEGORY_COUNT];
    struct alarm_week week = {.count = -1};
    enum err e = state_open_counts(a->state, open);
    for (int level = 0; level <= LEVEL_RED && !e; level++)
        for (int c = 0; c < CATEGORY_COUNT; c++)
            report->open[level] += open[level][c];
    if (!e && a->load.sum)
        e = alarm_load_week(a->load.sum, now_us, &(struct alarm_scope){0}, &week);
    report->alerts = week.count;
    report->allowed =
        alarm_allowed(s->budget_per_house_week, a->plan->registry->house_count, s->house_most_week);
    return e;
}

static enum err give_sign_of_life(struct assess *a, int64_t now_us)
{
    char head[AUDIT_HEAD_SIZE] = "";
    struct episode_list list;
    struct episode e;
    struct daily_report report = {.houses = (int64_t)a->plan->registry->house_count,
                                  .unknown = atomic_load(&a->hub->houses_unknown),
                                  .audit_head = head};
    enum err err = gather(a, now_us, now_us, &list);
    report.waiting = list.items;
    report.waiting_count = list.count;
    count_silences(a, now_us, &report);
    if (!err)
        err = count_alerts(a, now_us, &report);
    if (!err)
        err = state_audit_head(a->state, head);
    if (err && err != ERR_NOTFOUND)
        return err;
    err = find(a, DAILY_HEARTBEAT_KEY, KIND_HEARTBEAT, now_us, &e);
    if (err)
        return err;
    e.opened_us = e.step == 0 ? now_us : e.opened_us;
    episode_note(&e, now_us);
    e.resolved_us = now_us; /* never open */
    return put(a, &e, &report, EVENT_REMINDED, LEVEL_NORMAL, now_us);
}

/* --- when --- */

enum err assess_daily_open(struct assess *a)
{
    struct episode e;
    a->daily = (struct daily_watch){.last_us = INT64_MIN};
    enum err err = state_number_get(a->state, LAST_NUMBER, INT64_MIN, &a->daily.last_us);
    if (!err)
        err = state_episode_by_key(a->state, DAILY_WAITING_KEY, &a->arena, &e);
    a->daily.reminding = !err && e.condition_level > 0;
    return err == ERR_NOTFOUND ? ERR_OK : err;
}

static enum err remember(struct assess *a, int64_t now_us)
{
    enum err e = assess_begin(a);
    if (!e)
        e = state_number_put(a->state, LAST_NUMBER, now_us);
    if (!e)
        a->daily.last_us = now_us;
    return e;
}

enum err assess_daily_sweep(struct assess *a, int64_t now_us)
{
    const struct settings *s = a->plan->settings;
    if (a->hub->replay)
        return ERR_OK;
    if (a->daily.last_us == INT64_MIN) /* the first day begins */
        return remember(a, now_us);
    if (now_us <
        daily_due_us(s->alerts.daily_at, a->plan->registry->zone, a->daily.last_us, now_us))
        return a->daily.reminding && a->untold.count > 0 ? remind(a, false, now_us) : ERR_OK;
    enum err e = remind(a, true, now_us);
    if (!e && is_wanted(s))
        e = give_sign_of_life(a, now_us);
    return e ? e : remember(a, now_us);
}

/* --- who gets it --- */

bool assess_is_daily(const struct episode *e)
{
    return strcmp(e->key, DAILY_HEARTBEAT_KEY) == 0 || strcmp(e->key, DAILY_WAITING_KEY) == 0;
}

/* Of what waits is reminded who was told of any of it. */
enum err assess_daily_asks(struct assess *a, const struct endpoint *p, const struct episode *e,
                           int64_t now_us, bool *asks)
{
    struct episode_list list;
    *asks = e->kind == KIND_HEARTBEAT && p->heartbeat;
    if (e->kind == KIND_HEARTBEAT)
        return ERR_OK;
    if (e->level == LEVEL_NORMAL)
        return state_outbox_has(a->state, e->row, p->name, asks);
    enum err err = gather(a, now_us - DAILY_WAITED_US, now_us, &list);
    for (size_t i = 0; i < list.count && !err && !*asks; i++)
        err = state_outbox_has(a->state, list.items[i].row, p->name, asks);
    return err;
}
