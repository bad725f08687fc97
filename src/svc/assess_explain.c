#include <string.h>

#include "assess_parts.h"

/* Of one element the alerts about how it stands: the worst speaks for the others. */
static bool is_about(const struct episode *e, const char *element)
{
    return e->category == CATEGORY_STRUCTURE && e->level > 0 && *element &&
           strcmp(e->element, element) == 0 && e->kind != KIND_VIBRATION &&
           e->kind != KIND_CONSTRUCTION;
}

/* The worst; of equal ones that which was there first. */
static struct episode *worst_of(const struct episode_list *live, const char *element)
{
    struct episode *worst = NULL;
    for (size_t i = 0; i < live->count; i++) {
        struct episode *e = &live->items[i];
        if (is_about(e, element) && (!worst || e->level > worst->level))
            worst = e;
    }
    return worst;
}

static const struct episode *in_row(const struct episode_list *live, int64_t row)
{
    for (size_t i = 0; i < live->count && row != 0; i++)
        if (live->items[i].row == row)
            return &live->items[i];
    return NULL;
}

/* A group that speaks for it goes on to do so. */
static bool is_of_group(const struct episode_list *live, const struct episode *e)
{
    const struct episode *by = in_row(live, e->spoken_by);
    return by && by->level > 0 && assess_is_group(by);
}

static enum err set_spoken_by(struct assess *a, const struct episode_list *live, struct episode *e,
                              int64_t row, int64_t now_us)
{
    if (e->spoken_by == row || is_of_group(live, e))
        return ERR_OK;
    e->spoken_by = row;
    enum err err = state_episode_put(a->state, e);
    return !err && row == 0 ? assess_speak(a, e, now_us) : err;
}

static enum err explain(struct assess *a, const struct episode_list *live, const char *element,
                        int64_t now_us)
{
    struct episode *worst = worst_of(live, element);
    enum err e = worst ? set_spoken_by(a, live, worst, 0, now_us) : ERR_OK;
    for (size_t i = 0; i < live->count && !e; i++)
        if (&live->items[i] != worst && is_about(&live->items[i], element))
            e = set_spoken_by(a, live, &live->items[i], worst->row, now_us);
    return e;
}

enum err assess_explain_round(struct assess *a, const struct episode_list *live, int64_t now_us)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < a->untold.count && !e; i++) {
        struct episode of;
        e = state_episode_by_id(a->state, a->untold.items[i].id, &a->arena, &of);
        if (!e && of.category == CATEGORY_STRUCTURE && *of.element)
            e = explain(a, live, of.element, now_us);
    }
    return e;
}
