#include <string.h>

#include "assess_parts.h"
#include "shikumen/base/clock.h"

#define GROUP_HOUSES    3                /* from so many on they are one alert [J] */
#define GROUP_WITHIN_US (600 * US_PER_S) /* that came so close to one another [J] */

/* --- who belongs together --- */

static const struct house *house_of(const struct assess *a, const struct episode *e)
{
    const struct registry *r = a->plan->registry;
    uint32_t h = registry_house(r, e->house);
    return h == REGISTRY_NONE ? NULL : &r->houses[h];
}

/* What may be one of several: it speaks for itself, of one house. */
static bool may_join(const struct assess *a, const struct episode *e)
{
    return e->category != CATEGORY_SYSTEM && e->spoken_by == 0 && !assess_is_group(e) &&
           !strstr(e->key, "|row:") && e->level > 0 && house_of(a, e) != NULL;
}

static bool alike(const struct assess *a, const struct episode *x, const struct episode *y)
{
    return x->category == y->category && x->kind == y->kind &&
           strcmp(house_of(a, x)->lane, house_of(a, y)->lane) == 0;
}

static bool came_together(const struct episode *x, const struct episode *y)
{
    int64_t apart_us = x->alarmed_us - y->alarmed_us;
    return apart_us <= GROUP_WITHIN_US && apart_us >= -GROUP_WITHIN_US;
}

struct together {
    const struct house *houses[GROUP_HOUSES]; /* different ones */
    int count;
    bool one_row;
};

static void add_house(struct together *t, const struct house *h)
{
    for (int i = 0; i < t->count; i++)
        if (t->houses[i] == h)
            return;
    t->one_row = t->count == 0 || (t->one_row && strcmp(t->houses[0]->row, h->row) == 0);
    if (t->count < GROUP_HOUSES)
        t->houses[t->count++] = h;
}

static struct together companions(const struct assess *a, const struct episode_list *live,
                                  const struct episode *e)
{
    struct together t = {.one_row = true};
    for (size_t i = 0; i < live->count; i++) {
        const struct episode *other = &live->items[i];
        if (may_join(a, other) && alike(a, e, other) && came_together(e, other))
            add_house(&t, house_of(a, other));
    }
    return t;
}

static char *key_of_group(struct assess *a, const struct episode *e, bool row)
{
    const struct house *h = house_of(a, e);
    const char *kind = alert_kind_name(e->kind), *category = category_name(e->category);
    if (row && *h->row && *h->lane)
        return arena_printf(&a->arena, GROUP_PREFIX "%s|%s|row:%s/%s", category, kind, h->lane,
                            h->row);
    if (!*h->lane)
        return arena_printf(&a->arena, GROUP_PREFIX "%s|%s|district:%s", category, kind,
                            a->plan->registry->district_id);
    return arena_printf(&a->arena, GROUP_PREFIX "%s|%s|lane:%s", category, kind, h->lane);
}

static struct episode *open_with_key(const struct episode_list *live, const char *key)
{
    for (size_t i = 0; i < live->count; i++)
        if (live->items[i].level > 0 && strcmp(live->items[i].key, key) == 0)
            return &live->items[i];
    return NULL;
}

static bool is_recent(const struct episode *group, const struct episode *e)
{
    return e->alarmed_us - group->changed_us <= GROUP_WITHIN_US;
}

/* The group of another row of its lane, which becomes the lane's; NULL: none. */
static struct episode *widened(const struct episode_list *live, const struct episode *e, char *lane)
{
    const char *name = strstr(lane, "|lane:");
    size_t before = name ? (size_t)(name - lane) : 0, n = name ? strlen(name + 6) : 0;
    for (size_t i = 0; name && i < live->count; i++) {
        struct episode *g = &live->items[i];
        const char *row = g->key + before;
        if (g->level == 0 || strncmp(g->key, lane, before) != 0 || strncmp(row, "|row:", 5) != 0 ||
            strncmp(row + 5, name + 6, n) != 0 || row[5 + n] != '/' || !is_recent(g, e))
            continue;
        g->key = lane;
        return g;
    }
    return NULL;
}

/* An open group that takes it in: of its lane, or of its row, or of another row and from now on the
 * lane's; NULL: none. */
static enum err open_group(struct assess *a, const struct episode_list *live,
                           const struct episode *e, struct episode **group)
{
    char *lane = key_of_group(a, e, false), *row = key_of_group(a, e, true);
    if (!lane || !row)
        return ERR_NOMEM;
    *group = open_with_key(live, lane);
    if (*group) {
        *group = is_recent(*group, e) ? *group : NULL;
        return ERR_OK;
    }
    *group = open_with_key(live, row);
    if (!*group || !is_recent(*group, e))
        *group = *group ? NULL : widened(live, e, lane);
    return ERR_OK;
}

/* --- joining --- */

static enum err speak_for(struct assess *a, const struct episode *group, struct episode *e)
{
    e->spoken_by = group->row;
    return state_episode_put(a->state, e);
}

/* One that was over begins anew: those that are over leave it, and what a person ended of it is
 * no measure of what comes now. */
static enum err begin_anew(struct assess *a, struct episode *group)
{
    struct episode_list members = {0};
    enum err err = group->row ? assess_members(a, group->row, &members) : ERR_OK;
    for (size_t i = 0; i < members.count && !err; i++) {
        struct episode *m = &members.items[i];
        if (m->level > 0 || m->by_hand)
            continue;
        m->spoken_by = 0;
        err = state_episode_put(a->state, m);
    }
    group->by_hand = false;
    group->condition_level = LEVEL_NORMAL;
    return err;
}

static enum err new_group(struct assess *a, const struct episode_list *live,
                          const struct episode *e, bool row, int64_t now_us, struct episode *group)
{
    char *key = key_of_group(a, e, row);
    const struct episode *open = key ? open_with_key(live, key) : NULL;
    if (open) {
        *group = *open;
        return ERR_OK;
    }
    enum err err = key ? assess_find_episode(a, key, now_us, group) : ERR_NOMEM;
    if (!err && group->level == LEVEL_NORMAL)
        err = begin_anew(a, group);
    if (err)
        return err;
    group->category = e->category;
    group->kind = e->kind;
    group->house = group->element = "";
    return group->row ? ERR_OK : state_episode_put(a->state, group);
}

static enum err form(struct assess *a, const struct episode_list *live, struct episode *e, bool row,
                     int64_t now_us)
{
    struct episode group;
    const struct episode seed = *e;
    const struct house *h = house_of(a, e);
    enum err err = new_group(a, live, e, row, now_us, &group);
    for (size_t i = 0; i < live->count && !err; i++) {
        struct episode *other = &live->items[i];
        if (!may_join(a, other) || !alike(a, &seed, other) || !came_together(&seed, other) ||
            (row && strcmp(house_of(a, other)->row, h->row) != 0))
            continue;
        err = speak_for(a, &group, other);
    }
    return err ? err : assess_follow_members(a, &group, now_us);
}

static enum err join(struct assess *a, const struct episode_list *live, struct episode *e,
                     int64_t now_us)
{
    struct episode *group;
    enum err err = open_group(a, live, e, &group);
    if (err)
        return err;
    if (group) {
        err = state_episode_put(a->state, group);
        if (!err)
            err = speak_for(a, group, e);
        return err ? err : assess_follow_members(a, group, now_us);
    }
    struct together t = companions(a, live, e);
    return t.count < GROUP_HOUSES ? ERR_OK : form(a, live, e, t.one_row, now_us);
}

static struct episode *by_id(const struct episode_list *live, const char *id)
{
    for (size_t i = 0; i < live->count; i++)
        if (strcmp(live->items[i].id, id) == 0)
            return &live->items[i];
    return NULL;
}

/* One whose group is over speaks for itself again when it comes back. */
static enum err leave_ended_group(struct assess *a, const struct episode_list *live,
                                  struct episode *e)
{
    if (e->spoken_by == 0)
        return ERR_OK;
    for (size_t i = 0; i < live->count; i++)
        if (live->items[i].row == e->spoken_by && live->items[i].level > 0)
            return ERR_OK;
    e->spoken_by = 0;
    return state_episode_put(a->state, e);
}

static bool is_alarm(enum alert_event event)
{
    return event == EVENT_RAISED || event == EVENT_REOPENED || event == EVENT_WORSENED;
}

/* Groups whose members had steps. */
static enum err follow_groups(struct assess *a, const struct episode_list *live, size_t steps,
                              int64_t now_us)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < live->count && !e; i++) {
        struct episode *g = &live->items[i];
        struct episode_list members;
        bool touched = false;
        if (!assess_is_group(g) || g->level == 0)
            continue;
        e = assess_members(a, g->row, &members);
        for (size_t k = 0; k < steps && !e && !touched; k++)
            touched = by_id(&members, a->untold.items[k].id) != NULL;
        if (touched)
            e = assess_follow_members(a, g, now_us);
    }
    return e;
}

enum err assess_group_round(struct assess *a, int64_t now_us)
{
    struct episode_list live;
    size_t steps = a->untold.count; /* groups add theirs */
    if (steps == 0)
        return ERR_OK;
    enum err e = assess_live(a, &live);
    for (size_t i = 0; i < steps && !e; i++) {
        struct episode *of = by_id(&live, a->untold.items[i].id);
        if (of && is_alarm(a->untold.items[i].event))
            e = leave_ended_group(a, &live, of);
    }
    if (!e)
        e = assess_explain_round(a, &live, now_us);
    if (!e)
        e = follow_groups(a, &live, steps, now_us);
    for (size_t i = 0; i < steps && !e; i++) {
        struct episode *of = by_id(&live, a->untold.items[i].id);
        if (of && is_alarm(a->untold.items[i].event) && may_join(a, of))
            e = join(a, &live, of, now_us);
    }
    return e;
}
