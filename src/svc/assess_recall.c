#include <stddef.h>
#include <string.h>

#include "assess_parts.h"

/* What is open in state.db, held again against the registry as it is now. */

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

/* Another goes on with it, and with what it waited for. */
static enum err hand_over(struct assess *a, const char *key, int64_t now_us)
{
    struct episode old;
    struct alert_step step = {.handed_over = true};
    enum err e = state_episode_by_key(a->state, key, &a->arena, &old);
    if (e)
        return e == ERR_NOTFOUND ? ERR_OK : e;
    if (old.level > LEVEL_NORMAL && old.condition_level == 0) { /* only waits */
        old.condition_level = old.level;
        e = assess_keep_episode(a, &old);
    }
    if (e || old.condition_level == 0)
        return e;
    return assess_step(a, key, old.category, old.kind, old.house, old.element, 0, now_us, &step);
}

/* An operator took a limit or a sensor out: what only it held is over, and that is said. */
static enum err settle_orphans(struct assess *a, const struct orphan *orphans, int64_t now_us)
{
    enum err e = ERR_OK;
    for (const struct orphan *o = orphans; o && !e; o = o->next) {
        const char *key = assess_episode_key(a, o->key);
        struct episode old;
        struct alert_step step = {.coverage = 0.0};
        e = key ? assess_begin(a) : ERR_NOMEM;
        if (!e && o->former)
            e = hand_over(a, o->key, now_us);
        else if (!e)
            e = state_condition_put(a->state, o->key, o->sensor, 0, "", 0);
        if (e || o->former || episode_held(a, key))
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

enum err assess_recall(struct assess *a, int64_t now_us)
{
    struct condition_loading loading = {.a = a};
    enum err e = state_condition_each(a->state, take_condition, &loading);
    if (!e)
        e = state_episode_live(a->state, take_open, &loading);
    return e ? e : settle_orphans(a, loading.orphans, now_us);
}
