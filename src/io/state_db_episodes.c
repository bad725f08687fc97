#include <stdio.h>
#include <string.h>

#include "state_db_private.h"

static void bind_life(struct sql_query *q, const struct episode *e)
{
    const int64_t value[] = {e->condition_level, e->fell_us,   e->acked_level,  e->acked_us,
                             e->alarmed_us,      e->by_hand,   e->repeats,      e->back_us[0],
                             e->back_us[1],      e->spoken_by, e->escalated_us, e->members,
                             e->members_told};

    for (size_t i = 0; i < sizeof value / sizeof *value; i++)
        sql_bind_int(q, 14 + (int)i, value[i]);
}

enum err state_episode_put(struct state_db *db, struct episode *e)
{
    bool is_new = e->row == 0;
    struct sql_query q = sql_start(&db->sql, is_new ? S_EPISODE_INSERT : S_EPISODE_UPDATE);
    enum err result;

    if (!is_new)
        sql_bind_int(&q, 1, e->row);
    sql_bind_text(&q, 2, e->id);
    sql_bind_text(&q, 3, e->key);
    sql_bind_int(&q, 4, (int64_t)e->category);
    sql_bind_int(&q, 5, (int64_t)e->kind);
    sql_bind_int(&q, 6, e->level);
    sql_bind_int(&q, 7, e->peak_level);
    sql_bind_int(&q, 8, e->step);
    sql_bind_int(&q, 9, e->opened_us);
    sql_bind_int(&q, 10, e->changed_us);
    sql_bind_int(&q, 11, e->resolved_us);
    sql_bind_text(&q, 12, e->house);
    sql_bind_text(&q, 13, e->element);
    bind_life(&q, e);
    result = sql_run(&q);
    if (result == ERR_OK && is_new)
        e->row = sqlite3_last_insert_rowid(db->sql.handle);
    return result;
}

/* Strings of *e are the statement's until its next step. */
static void read_episode(const struct sql_query *q, struct episode *e)
{
    *e = (struct episode){
        .row = sql_int(q, 0),
        .key = sql_text(q, 2),
        .category = (enum alert_category)sql_int(q, 3),
        .kind = (enum alert_kind)sql_int(q, 4),
        .level = (int)sql_int(q, 5),
        .peak_level = (int)sql_int(q, 6),
        .step = (int)sql_int(q, 7),
        .opened_us = sql_int(q, 8),
        .changed_us = sql_int(q, 9),
        .resolved_us = sql_int(q, 10),
        .house = sql_text(q, 11),
        .element = sql_text(q, 12),
        .condition_level = (int)sql_int(q, 13),
        .fell_us = sql_int(q, 14),
        .acked_level = (int)sql_int(q, 15),
        .acked_us = sql_int(q, 16),
        .alarmed_us = sql_int(q, 17),
        .by_hand = sql_int(q, 18) != 0,
        .repeats = (int)sql_int(q, 19),
        .back_us = {sql_int(q, 20), sql_int(q, 21)},
        .spoken_by = sql_int(q, 22),
        .escalated_us = sql_int(q, 23),
        .members = (int)sql_int(q, 24),
        .members_told = (int)sql_int(q, 25),
    };
    snprintf(e->id, sizeof e->id, "%s", sql_text(q, 1));
}

static enum err find_episode(struct state_db *db, enum state_statement statement, const char *text,
                             struct arena *arena, struct episode *e)
{
    struct sql_query q = sql_start(&db->sql, statement);
    bool found;
    enum err result;

    sql_bind_text(&q, 1, text);
    found = sql_row(&q);
    if (found) {
        read_episode(&q, e);
        e->key = arena_strdup(arena, e->key);
        e->house = arena_strdup(arena, e->house);
        e->element = arena_strdup(arena, e->element);
    }
    result = sql_end(&q);
    if (result != ERR_OK)
        return result;
    if (!found)
        return ERR_NOTFOUND;
    return e->key && e->house && e->element ? ERR_OK : ERR_NOMEM;
}

enum err state_episode_by_key(struct state_db *db, const char *key, struct arena *arena,
                              struct episode *e)
{
    return find_episode(db, S_EPISODE_BY_KEY, key, arena, e);
}

enum err state_episode_by_id(struct state_db *db, const char *id, struct arena *arena,
                             struct episode *e)
{
    return find_episode(db, S_EPISODE_BY_ID, id, arena, e);
}

enum err state_episode_name(struct state_db *db, int64_t row, char id[ALERT_ID_SIZE])
{
    struct sql_query q = sql_start(&db->sql, S_EPISODE_NAME);
    bool found;
    enum err e;

    sql_bind_int(&q, 1, row);
    found = sql_row(&q);
    snprintf(id, ALERT_ID_SIZE, "%s", found ? sql_text(&q, 0) : "");
    e = sql_end(&q);
    return e == ERR_OK && !found ? ERR_NOTFOUND : e;
}

static enum err each_of(struct sql_query *q, state_episode_fn *fn, void *context)
{
    enum err e = ERR_OK, ended;

    while (e == ERR_OK && sql_row(q)) {
        struct episode episode;
        read_episode(q, &episode);
        e = fn(context, &episode);
    }
    ended = sql_end(q);
    return e != ERR_OK ? e : ended;
}

enum err state_episode_each(struct state_db *db, const struct alert_filter *filter,
                            state_episode_fn *fn, void *context)
{
    struct sql_query q = sql_start(&db->sql, filter->open_only ? S_EPISODE_OPEN : S_EPISODE_ALL);

    sql_bind_text(&q, 1, filter->house);
    sql_bind_int(&q, 2, filter->min_level);
    sql_bind_int(&q, 3, filter->since_us);
    return each_of(&q, fn, context);
}

enum err state_episode_live(struct state_db *db, state_episode_fn *fn, void *context)
{
    struct sql_query q = sql_start(&db->sql, S_EPISODE_LIVE);

    return each_of(&q, fn, context);
}

enum err state_episode_members(struct state_db *db, int64_t row, state_episode_fn *fn,
                               void *context)
{
    struct sql_query q = sql_start(&db->sql, S_EPISODE_MEMBERS);

    sql_bind_int(&q, 1, row);
    return each_of(&q, fn, context);
}

enum err state_open_counts(struct state_db *db, int64_t counts[LEVEL_RED + 1][CATEGORY_COUNT])
{
    struct sql_query q = sql_start(&db->sql, S_OPEN_COUNTS);

    memset(counts, 0, sizeof(int64_t[LEVEL_RED + 1][CATEGORY_COUNT]));
    while (sql_row(&q)) {
        int64_t level = sql_int(&q, 0), category = sql_int(&q, 1);
        if (level >= 0 && level <= LEVEL_RED && category >= 0 && category < CATEGORY_COUNT)
            counts[level][category] = sql_int(&q, 2);
    }
    return sql_end(&q);
}

enum err state_step_put(struct state_db *db, const struct episode *e, enum alert_event event,
                        int64_t at_us, const char *body, size_t body_len)
{
    struct sql_query q = sql_start(&db->sql, S_STEP_PUT);
    char act[32];
    enum err result;

    sql_bind_int(&q, 1, e->row);
    sql_bind_int(&q, 2, e->step);
    sql_bind_int(&q, 3, (int64_t)event);
    sql_bind_int(&q, 4, at_us);
    sql_bind_text_n(&q, 5, body, body_len);
    result = sql_run(&q);
    if (result != ERR_OK)
        return result;
    snprintf(act, sizeof act, "step.%s", alert_event_name(event));
    return vouched_added(db, &(struct vouched){VOUCHED_STEP, e->row, e->step}, at_us, act);
}

enum err state_step_body(struct state_db *db, int64_t episode_row, int step, struct strbuf *out)
{
    struct sql_query q = sql_start(&db->sql, S_STEP_BODY);
    bool found;
    enum err e;

    sql_bind_int(&q, 1, episode_row);
    sql_bind_int(&q, 2, step);
    found = sql_row(&q);
    if (found)
        strbuf_puts(out, sql_text(&q, 0));
    e = sql_end(&q);
    return e != ERR_OK || found ? e : ERR_NOTFOUND;
}

enum err state_step_told(struct state_db *db, int64_t episode_row, int step, int64_t told_us)
{
    struct sql_query q = sql_start(&db->sql, S_STEP_TOLD);

    sql_bind_int(&q, 1, episode_row);
    sql_bind_int(&q, 2, step);
    sql_bind_int(&q, 3, told_us);
    return sql_run(&q);
}

enum err state_step_each(struct state_db *db, int64_t episode_row, state_step_fn *fn, void *context)
{
    struct sql_query q = sql_start(&db->sql, S_STEP_EACH);
    enum err e = ERR_OK, ended;

    sql_bind_int(&q, 1, episode_row);
    while (e == ERR_OK && sql_row(&q)) {
        struct step_row row = {
            .step = (int)sql_int(&q, 0),
            .event = (enum alert_event)sql_int(&q, 1),
            .at_us = sql_int(&q, 2),
            .body = sql_text(&q, 3),
            .told_us = sql_int(&q, 4),
        };
        e = fn(context, &row);
    }
    ended = sql_end(&q);
    return e != ERR_OK ? e : ended;
}

enum err state_step_after(struct state_db *db, int64_t place, int limit, state_step_place_fn *fn,
                          void *context)
{
    struct sql_query q = sql_start(&db->sql, S_STEP_AFTER);
    enum err e = ERR_OK, ended;

    sql_bind_int(&q, 1, place);
    sql_bind_int(&q, 2, limit);
    while (e == ERR_OK && sql_row(&q))
        e = fn(context, &(struct step_place){sql_int(&q, 0), sql_text(&q, 1), sql_int(&q, 2)});
    ended = sql_end(&q);
    return e != ERR_OK ? e : ended;
}

enum err state_step_last(struct state_db *db, int64_t *place)
{
    struct sql_query q = sql_start(&db->sql, S_STEP_LAST);

    *place = sql_row(&q) ? sql_int(&q, 0) : 0;
    return sql_end(&q);
}
