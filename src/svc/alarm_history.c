#include "shikumen/svc/alarm_history.h"

#include <stdio.h>

/* --- steps --- */

struct history {
    struct state_db *db;
    struct alarm_load *load;
    const struct episode *episode;
};

static enum err take(struct history *h, const struct step_row *s, int64_t at_us, bool told)
{
    int raised;
    enum err e = alarm_load_take(h->load, h->episode, s->event, at_us, told, s->body, &raised);

    return e == ERR_CORRUPT ? ERR_OK : e;
}

static enum err take_step(void *context, const struct step_row *s)
{
    struct history *h = context;
    enum err e = take(h, s, s->at_us, s->told_us == s->at_us);

    if (e == ERR_OK && s->told_us != 0 && s->told_us != s->at_us)
        e = take(h, s, s->told_us, true);
    return e;
}

static enum err take_open(void *context, const struct episode *e)
{
    struct history *h = context;

    h->episode = e;
    return state_step_each(h->db, e->row, take_step, h);
}

static enum err take_ended(void *context, const struct episode *e)
{
    return e->resolved_us == 0 ? ERR_OK : take_open(context, e);
}

enum err alarm_history_read(struct state_db *db, int64_t now_us, struct alarm_load *l)
{
    const struct alert_filter open = {.open_only = true, .since_us = INT64_MIN};
    const struct alert_filter late = {.since_us = now_us - (ALARM_KEPT_D + 1) * ALARM_DAY_US};
    struct history h = {.db = db, .load = l};
    enum err e = state_episode_each(db, &open, take_open, &h);

    return e == ERR_OK ? state_episode_each(db, &late, take_ended, &h) : e;
}

/* --- the counter --- */

static const char *name_of(enum alert_category category, int level, char name[64])
{
    snprintf(name, 64, "alerts_raised.%s.%d", category_name(category), level);
    return name;
}

enum err alarm_history_count(struct state_db *db, enum alert_category category, int level)
{
    char name[64];
    int64_t n;
    enum err e = state_number_get(db, name_of(category, level, name), 0, &n);

    return e == ERR_OK ? state_number_put(db, name, n + 1) : e;
}

enum err alarm_history_raised(struct state_db *db, struct alarm_counts *raised)
{
    char name[64];
    enum err e = ERR_OK;

    *raised = (struct alarm_counts){0};
    for (enum alert_category c = 0; c < CATEGORY_COUNT; c++)
        for (int level = LEVEL_BLUE; level <= LEVEL_RED && e == ERR_OK; level++)
            e = state_number_get(db, name_of(c, level, name), 0, &raised->n[c][level]);
    return e;
}
