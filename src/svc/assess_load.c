#include <math.h>
#include <string.h>

#include "assess_parts.h"
#include "shikumen/svc/alarm_history.h"

/* The alarm load in memory, and the alerts of the system about it. While the district is over its
 * budget no house is told of for itself; houses that are, are no part of the district's figure.
 * Only further alerts make it too much; time alone ends it. */

#define CAUSE_LOAD "alarm_load"

/* --- steps --- */

/* Without the load in memory (the store cannot be read) a step is what it says. */
static enum err raised_by(struct assess *a, const struct episode *e, enum alert_event event,
                          const char *body, bool told, int64_t now_us, int *raised)
{
    *raised = 0;
    if (!a->load.sum) {
        *raised = told && (event == EVENT_RAISED || event == EVENT_REOPENED) ? e->level : 0;
        return ERR_OK;
    }
    enum err err = alarm_load_take(a->load.sum, e, event, now_us, told, body, raised);
    return err == ERR_CORRUPT ? ERR_OK : err;
}

static bool is_own(const struct episode *e)
{
    return strncmp(e->key, ALARM_LOAD_KEY, strlen(ALARM_LOAD_KEY)) == 0;
}

static enum err count(struct assess *a, const struct episode *e, enum alert_event event,
                      const char *body, bool told, int64_t now_us)
{
    int raised;
    enum err err = raised_by(a, e, event, body, told, now_us, &raised);
    if (err || raised == 0)
        return err;
    a->load.more = a->load.more || !is_own(e);
    return alarm_history_count(a->state, e->category, raised);
}

enum err assess_load_step(struct assess *a, const struct episode *e, enum alert_event event,
                          const char *body, bool told, int64_t now_us)
{
    enum err err = told ? ERR_OK : state_step_told(a->state, e->row, e->step, 0);
    return err ? err : count(a, e, event, body, told, now_us);
}

enum err assess_load_told(struct assess *a, const struct episode *e, const char *body,
                          int64_t now_us)
{
    enum err err = state_step_told(a->state, e->row, e->step, now_us);
    return err ? err : count(a, e, EVENT_RAISED, body, true, now_us);
}

/* --- the alerts about it --- */

static const struct alert_settings *budget(const struct assess *a)
{
    return &a->plan->settings->alerts;
}

/* house "": the district's. */
static enum err tell(struct assess *a, const char *house, int level, double allowed,
                     const struct alarm_week *week, int64_t now_us)
{
    const struct alarm_over over = {week->count, allowed, week->cause};
    const struct step_sensor cause = {
        .sensor = registry_sensor(a->plan->registry, over.cause.sensor, strlen(over.cause.sensor)),
        .finding = {.kind = KIND_FAULT, .level = level, .t_us = now_us, .since_us = now_us}};
    struct alert_step step = {.cause = CAUSE_LOAD,
                              .load = &over,
                              .sensors = &cause,
                              .sensor_count = cause.sensor != REGISTRY_NONE,
                              .coverage = (double)NAN};
    char *key = *house ? arena_printf(&a->arena, ALARM_LOAD_KEY "|%s", house)
                       : arena_strdup(&a->arena, ALARM_LOAD_KEY);
    return key ? assess_step(a, key, CATEGORY_SYSTEM, KIND_FAULT, house, "", level, now_us, &step)
               : ERR_NOMEM;
}

static const char *held_house(const struct assess *a, size_t i)
{
    return a->plan->registry->houses[a->load.held[i]].id;
}

static struct alarm_scope without_held(const struct assess *a, const char *names[LOAD_HOUSES_HELD])
{
    for (size_t i = 0; i < a->load.held_count; i++)
        names[i] = held_house(a, i);
    return (struct alarm_scope){.without = names, .without_count = a->load.held_count};
}

static enum err ease_houses(struct assess *a, int64_t now_us)
{
    double allowed = budget(a)->house_most_week;
    size_t kept = 0;
    enum err e = ERR_OK;
    for (size_t i = 0; i < a->load.held_count; i++) {
        const char *house = held_house(a, i);
        struct alarm_week week = {0};
        if (!e)
            e = alarm_load_week(a->load.sum, now_us, &(struct alarm_scope){.only = house}, &week);
        if (e || alarm_over(week.count, allowed, true))
            a->load.held[kept++] = a->load.held[i];
        else
            e = tell(a, house, LEVEL_NORMAL, allowed, &week, now_us);
    }
    a->load.held_count = kept;
    return e;
}

static enum err judge_district(struct assess *a, int64_t now_us)
{
    const char *names[LOAD_HOUSES_HELD];
    const struct alarm_scope rest = without_held(a, names);
    double allowed = alarm_allowed(budget(a)->budget_per_house_week, a->plan->registry->house_count,
                                   budget(a)->house_most_week);
    struct alarm_week week;
    enum err e = alarm_load_week(a->load.sum, now_us, &rest, &week);
    bool over = !e && alarm_over(week.count, allowed, a->load.over);
    if (e || over == a->load.over || (over && !a->load.more))
        return e;
    a->load.over = over;
    return tell(a, "", over ? LEVEL_BLUE : LEVEL_NORMAL, allowed, &week, now_us);
}

/* The house with most alerts, when that is too many. */
static enum err raise_house(struct assess *a, int64_t now_us)
{
    const char *names[LOAD_HOUSES_HELD];
    const struct alarm_scope rest = without_held(a, names);
    double allowed = budget(a)->house_most_week;
    struct alarm_house worst;
    struct alarm_week week;
    enum err e = alarm_load_worst_house(a->load.sum, now_us, &rest, &worst);
    if (e || !alarm_over(worst.count, allowed, false))
        return e;
    uint32_t house = registry_house(a->plan->registry, worst.house);
    if (house == REGISTRY_NONE)
        return ERR_OK;
    e = alarm_load_week(a->load.sum, now_us, &(struct alarm_scope){.only = worst.house}, &week);
    if (e)
        return e;
    a->load.held[a->load.held_count++] = house;
    return tell(a, a->plan->registry->houses[house].id, LEVEL_BLUE, allowed, &week, now_us);
}

static enum err judge(struct assess *a, int64_t now_us)
{
    enum err e = ease_houses(a, now_us);
    if (!e)
        e = judge_district(a, now_us);
    while (!e && a->load.more && !a->load.over && a->load.held_count < LOAD_HOUSES_HELD) {
        size_t before = a->load.held_count;
        e = raise_house(a, now_us);
        if (a->load.held_count == before)
            break;
    }
    return e;
}

enum err assess_load_sweep(struct assess *a, int64_t now_us)
{
    int64_t hour = now_us / ALARM_HOUR_US;
    if (!a->load.sum || (hour == a->load.looked_hour && !a->load.more))
        return ERR_OK;
    if (!a->hub->replay) /* its summary is of all */
        alarm_load_forget(a->load.sum, now_us);
    enum err e = judge(a, now_us);
    a->load.looked_hour = hour;
    a->load.more = a->load.more && e;
    return e;
}

/* --- opening --- */

struct opening {
    struct assess *a;
    struct open_load {
        struct open_load *next;
        const char *house;
    } * gone; /* houses that are no longer registered */
};

static enum err take_own(void *context, const struct episode *e)
{
    struct opening *o = context;
    struct assess *a = o->a;
    if (!is_own(e) || e->condition_level == 0)
        return ERR_OK;
    if (!*e->house) {
        a->load.over = true;
        return ERR_OK;
    }
    uint32_t house = registry_house(a->plan->registry, e->house);
    if (house != REGISTRY_NONE && a->load.held_count < LOAD_HOUSES_HELD) {
        a->load.held[a->load.held_count++] = house;
        return ERR_OK;
    }
    struct open_load *gone = arena_alloc(&a->arena, sizeof *gone);
    if (!gone)
        return ERR_NOMEM;
    *gone = (struct open_load){o->gone, arena_strdup(&a->arena, e->house)};
    o->gone = gone;
    return gone->house ? ERR_OK : ERR_NOMEM;
}

enum err assess_load_open(struct assess *a, int64_t now_us)
{
    const struct alarm_week none = {.cause = {.sensor = "", .house = "", .limit = ""}};
    struct opening o = {.a = a};
    enum err e = alarm_load_new(budget(a)->acknowledge_within_h * ALARM_HOUR_US, &a->load.sum);
    a->load.looked_hour = INT64_MIN;
    a->load.more = true;
    if (!e)
        e = alarm_history_read(a->state, now_us, a->load.sum);
    if (!e)
        e = state_episode_live(a->state, take_own, &o);
    for (; o.gone && !e; o.gone = o.gone->next)
        e = tell(a, o.gone->house, LEVEL_NORMAL, budget(a)->house_most_week, &none, now_us);
    return e;
}

void assess_load_close(struct assess *a)
{
    alarm_load_free(a->load.sum);
    a->load = (struct load_watch){0};
}
