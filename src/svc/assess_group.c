#include <string.h>

#include "assess_parts.h"
#include "shikumen/base/array.h"
#include "shikumen/base/clock.h"
#include "shikumen/core/render_group.h"

#define GROUP_TOLD_LEAST_US (60 * US_PER_S) /* growth is told no sooner; then ever more rarely */

bool assess_is_group(const struct episode *e)
{
    return strncmp(e->key, GROUP_PREFIX, strlen(GROUP_PREFIX)) == 0;
}

/* --- lists --- */

struct listing {
    struct assess *a;
    struct episode_list *list;
};

static enum err copy_episode(void *context, const struct episode *e)
{
    const struct listing *l = context;
    struct arena *arena = &l->a->arena;
    struct episode_list *list = l->list;
    struct episode *items =
        array_grow_in(arena, list->items, &list->capacity, list->count + 1, sizeof *items);
    if (!items)
        return ERR_NOMEM;
    list->items = items;
    struct episode *own = &list->items[list->count++];
    *own = *e;
    own->key = arena_strdup(arena, e->key);
    own->house = arena_strdup(arena, e->house);
    own->element = arena_strdup(arena, e->element);
    return own->key && own->house && own->element ? ERR_OK : ERR_NOMEM;
}

enum err assess_members(struct assess *a, int64_t row, struct episode_list *members)
{
    struct listing l = {a, members};
    *members = (struct episode_list){0};
    return state_episode_members(a->state, row, copy_episode, &l);
}

enum err assess_live(struct assess *a, struct episode_list *live)
{
    struct listing l = {a, live};
    *live = (struct episode_list){0};
    return state_episode_live(a->state, copy_episode, &l);
}

/* --- steps of a group --- */

static size_t holding(const struct episode_list *members)
{
    size_t n = 0;
    while (n < members->count && members->items[n].level > 0)
        n++;
    return n;
}

static enum err render(struct assess *a, const struct episode *group,
                       const struct episode_list *members, enum alert_event event,
                       int previous_level, int64_t now_us, struct strbuf *body)
{
    struct strbuf worst = {0};
    const struct group_step step = {.registry = a->plan->registry,
                                    .group = group,
                                    .members = members->items,
                                    .count = members->count,
                                    .event = event,
                                    .previous_level = previous_level,
                                    .at_us = now_us};
    enum err e = assess_latest_body(a, &members->items[0], true, &worst);
    if (!e)
        e = render_group(strbuf_text(&worst), &step, body);
    strbuf_free(&worst);
    return e;
}

static enum err put_group_step(struct assess *a, struct episode *group,
                               const struct episode_list *members, enum alert_event event,
                               int previous_level, int64_t now_us)
{
    struct strbuf body = {0};
    enum err e = render(a, group, members, event, previous_level, now_us, &body);
    group->members_told = group->members;
    if (!e)
        e = assess_put_step(a, group, event, previous_level, &body, now_us);
    strbuf_free(&body);
    return e;
}

/* The group as its members are now. */
enum err assess_follow_members(struct assess *a, struct episode *group, int64_t now_us)
{
    struct episode_list members;
    enum alert_event event;
    enum err e = assess_members(a, group->row, &members);
    if (e || members.count == 0)
        return e;
    int previous_level = group->level, held = group->members;
    group->members = (int)holding(&members);
    if (episode_advance(group, members.items[0].level, now_us, &event))
        return put_group_step(a, group, &members, event, previous_level, now_us);
    return group->members != held ? assess_keep_episode(a, group) : ERR_OK;
}

int64_t assess_group_due_us(const struct episode *g)
{
    int64_t since_us = g->changed_us - g->alarmed_us;
    if (g->level == LEVEL_NORMAL || g->members <= g->members_told)
        return INT64_MAX;
    return g->changed_us + (since_us > GROUP_TOLD_LEAST_US ? since_us : GROUP_TOLD_LEAST_US);
}

enum err assess_group_grown(struct assess *a, struct episode *group, int64_t now_us)
{
    struct episode_list members;
    enum err e = assess_members(a, group->row, &members);
    if (e || members.count == 0)
        return e;
    episode_note(group, now_us);
    return put_group_step(a, group, &members, EVENT_UPDATED, group->level, now_us);
}

enum err assess_group_wakes(struct assess *a, struct episode *group)
{
    struct episode_list members;
    enum err e = assess_members(a, group->row, &members);
    if (e)
        return e;
    group->condition_level = LEVEL_NORMAL;
    for (size_t i = 0; i < members.count; i++)
        if (members.items[i].condition_level > group->condition_level)
            group->condition_level = members.items[i].condition_level;
    group->by_hand = group->condition_level > LEVEL_NORMAL;
    return group->by_hand ? ERR_OK : assess_keep_episode(a, group);
}
