#include <string.h>

#include "assess_parts.h"

/* --- loading --- */

struct loading {
    struct arena *arena;
    struct silencing *silences;
    struct class_override *overrides;
    size_t silence_count, override_count;
    size_t room; /* 0: they are counted */
};

static enum err take_silence(void *context, const struct silencing *s)
{
    struct loading *l = context;
    size_t i = l->silence_count++;
    if (i >= l->room)
        return ERR_OK;
    l->silences[i] = *s;
    l->silences[i].scope = arena_strdup(l->arena, s->scope);
    l->silences[i].by = arena_strdup(l->arena, s->by);
    l->silences[i].reason = l->silences[i].ended_by = "";
    return l->silences[i].scope && l->silences[i].by ? ERR_OK : ERR_NOMEM;
}

static enum err take_override(void *context, const struct class_override *o)
{
    struct loading *l = context;
    size_t i = l->override_count++;
    if (i >= l->room)
        return ERR_OK;
    l->overrides[i] = *o;
    l->overrides[i].subject = arena_strdup(l->arena, o->subject);
    l->overrides[i].class_name = arena_strdup(l->arena, o->class_name);
    l->overrides[i].by = arena_strdup(l->arena, o->by);
    l->overrides[i].reason = l->overrides[i].ended_by = "";
    return l->overrides[i].subject && l->overrides[i].class_name && l->overrides[i].by ? ERR_OK
                                                                                       : ERR_NOMEM;
}

static enum err read_standing(struct assess *a, struct loading *l)
{
    a->error = state_error(a->state);
    enum err e = state_silence_each(a->state, false, take_silence, l);
    return e ? e : state_override_each(a->state, false, take_override, l);
}

/* When something about them happens next. */
static int64_t next_us(const struct assess *a)
{
    int64_t t_us = INT64_MAX;
    for (size_t i = 0; i < a->standing.silences.count; i++) {
        const struct silencing *s = &a->standing.silences.items[i];
        int64_t due_us = s->reminded_us ? s->until_us : silencing_reminder_us(s);
        t_us = due_us < t_us ? due_us : t_us;
    }
    for (size_t i = 0; i < a->standing.override_count; i++)
        if (a->standing.overrides[i].until_us < t_us)
            t_us = a->standing.overrides[i].until_us;
    return t_us;
}

enum err assess_standing_load(struct assess *a)
{
    struct loading count = {0}, l = {.arena = &a->standing.arena};
    enum err e = read_standing(a, &count);
    if (e)
        return e;
    arena_reset(&a->standing.arena);
    a->standing.silences = (struct silencings){0};
    a->standing.overrides = NULL;
    a->standing.override_count = 0;
    l.room =
        count.silence_count > count.override_count ? count.silence_count : count.override_count;
    l.silences = arena_array(l.arena, l.room + 1, sizeof *l.silences);
    l.overrides = arena_array(l.arena, l.room + 1, sizeof *l.overrides);
    e = l.silences && l.overrides ? read_standing(a, &l) : ERR_NOMEM;
    if (e)
        return e;
    a->standing.silences = (struct silencings){l.silences, l.silence_count};
    a->standing.overrides = l.overrides;
    a->standing.override_count = l.override_count;
    a->standing.at_us = next_us(a);
    return ERR_OK;
}

/* --- reminders and ends --- */

static enum err step_of_silence(struct assess *a, const struct silencing *s, int level,
                                int64_t now_us)
{
    char id[SIGNED_ID_SIZE];
    struct alert_step step = {.coverage = 0.0};
    signed_id(SIGNED_SILENCE, s->row, id);
    char *key = arena_printf(&a->arena, "system|silence_ends:%s", id);
    step.cause = arena_printf(&a->arena, "silence_ends:%s %s %s", id, s->scope, s->by);
    if (!key || !step.cause)
        return ERR_NOMEM;
    return assess_step(a, key, CATEGORY_SYSTEM, KIND_FAULT, "", "", level, now_us, &step);
}

static enum err remind(struct assess *a, const struct silencing *s, int64_t now_us)
{
    enum err e = assess_begin(a);
    if (!e)
        e = state_silence_remind(a->state, s->row, now_us);
    return e ? e : step_of_silence(a, s, LEVEL_BLUE, now_us);
}

/* The silences as they were while this one was in force, in the arena of the round. */
static enum err copy_silences(struct assess *a, struct silencings *copy)
{
    size_t n = a->standing.silences.count;
    struct silencing *items = arena_array(&a->arena, n + 1, sizeof *items);
    if (!items)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++) {
        items[i] = a->standing.silences.items[i];
        items[i].scope = arena_strdup(&a->arena, items[i].scope);
        items[i].by = arena_strdup(&a->arena, items[i].by);
        if (!items[i].scope || !items[i].by)
            return ERR_NOMEM;
    }
    *copy = (struct silencings){items, n};
    return ERR_OK;
}

/* Ended by hand it was in force up to now, by time up to its end. */
static enum err after_end(struct assess *a, const struct silencing *s, struct silencings before,
                          int64_t now_us)
{
    int64_t end_us = now_us < s->until_us ? now_us : s->until_us - 1;
    enum err e = assess_tell_withheld(a, before, end_us, now_us);
    if (!e && s->reminded_us)
        e = step_of_silence(a, s, LEVEL_NORMAL, now_us);
    return e;
}

enum err assess_end_silence(struct assess *a, int64_t row, const char *by, int64_t now_us)
{
    struct silencings before;
    size_t i = 0;
    while (i < a->standing.silences.count && a->standing.silences.items[i].row != row)
        i++;
    if (i == a->standing.silences.count)
        return ERR_NOTFOUND;
    enum err e = copy_silences(a, &before);
    if (!e)
        e = assess_begin(a);
    if (!e)
        e = state_silence_end(a->state, row, now_us, by);
    if (!e)
        e = assess_standing_load(a);
    return e ? e : after_end(a, &before.items[i], before, now_us);
}

static enum err end_override(struct assess *a, const struct class_override *o, int64_t now_us)
{
    enum err e = assess_begin(a);
    return e ? e : state_override_end(a->state, o->row, now_us, ACTOR_SELF);
}

/* The first thing that is due; ERR_NOTFOUND when nothing is. */
static enum err do_one(struct assess *a, int64_t now_us)
{
    for (size_t i = 0; i < a->standing.silences.count; i++) {
        const struct silencing *s = &a->standing.silences.items[i];
        if (now_us >= s->until_us)
            return assess_end_silence(a, s->row, ACTOR_SELF, now_us);
        if (!s->reminded_us && now_us >= silencing_reminder_us(s))
            return remind(a, s, now_us);
    }
    for (size_t i = 0; i < a->standing.override_count; i++)
        if (now_us >= a->standing.overrides[i].until_us)
            return end_override(a, &a->standing.overrides[i], now_us);
    return ERR_NOTFOUND;
}

enum err assess_standing_sweep(struct assess *a, int64_t now_us)
{
    enum err e = ERR_OK;
    while (!e && now_us >= a->standing.at_us) {
        e = do_one(a, now_us);
        if (e == ERR_NOTFOUND) /* the clock was set back since it was due */
            return ERR_OK;
        if (!e)
            e = assess_standing_load(a);
    }
    return e;
}
