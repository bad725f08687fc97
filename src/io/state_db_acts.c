#include "shikumen/io/state_acts.h"

#include "state_db_private.h"

enum err state_act_put(struct state_db *db, struct act_row *act)
{
    struct sql_query q = sql_start(&db->sql, S_ACT_PUT);
    enum err e;

    sql_bind_int(&q, 1, act->at_us);
    sql_bind_text(&q, 2, act->by);
    sql_bind_text(&q, 3, act->verb);
    sql_bind_text(&q, 4, act->subject);
    sql_bind_text(&q, 5, act->body);
    act->row = sql_row(&q) ? sql_int(&q, 0) : 0;
    e = sql_run(&q);
    if (e != ERR_OK)
        return e;
    state_actor(db, act->by);
    return vouched_added(db, &(struct vouched){VOUCHED_ACT, act->row, 0}, act->at_us,
                         "act.recorded");
}

/* Texts are the statement's until its next step. */
static struct act_row read_act(const struct sql_query *q)
{
    return (struct act_row){
        .row = sql_int(q, 0),
        .at_us = sql_int(q, 1),
        .by = sql_text(q, 2),
        .verb = sql_text(q, 3),
        .subject = sql_text(q, 4),
        .body = sql_text(q, 5),
        .applied_us = sql_int_or(q, 6, STATE_UNKNOWN_US),
        .outcome = act_outcome_by_name(sql_text(q, 7)),
        .why_zh = sql_text(q, 8),
        .why_en = sql_text(q, 9),
        .made = sql_text(q, 10),
    };
}

static bool keep(struct arena *arena, struct act_row *act)
{
    const char **texts[] = {&act->by,     &act->verb,   &act->subject, &act->body,
                            &act->why_zh, &act->why_en, &act->made};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (!(*texts[i] = arena_strdup(arena, *texts[i])))
            return false;
    return true;
}

/* The row of a statement that has one at most. */
static enum err take_one(struct sql_query *q, struct arena *arena, struct act_row *act)
{
    bool found = sql_row(q), kept = true;
    enum err e;

    if (found) {
        *act = read_act(q);
        kept = keep(arena, act);
    }
    e = sql_end(q);
    if (e == ERR_OK && !found)
        return ERR_NOTFOUND;
    return e == ERR_OK && !kept ? ERR_NOMEM : e;
}

enum err state_act_next(struct state_db *db, struct arena *arena, struct act_row *act)
{
    struct sql_query q = sql_start(&db->sql, S_ACT_NEXT);

    return take_one(&q, arena, act);
}

enum err state_act_get(struct state_db *db, int64_t row, struct arena *arena, struct act_row *act)
{
    struct sql_query q = sql_start(&db->sql, S_ACT_GET);

    sql_bind_int(&q, 1, row);
    return take_one(&q, arena, act);
}

static enum err settle(struct state_db *db, const struct act_row *act)
{
    struct sql_query q = sql_start(&db->sql, S_ACT_SETTLE);

    sql_bind_int(&q, 1, act->row);
    sql_bind_int(&q, 2, act->applied_us);
    sql_bind_text(&q, 3, act_outcome_name(act->outcome));
    sql_bind_text(&q, 4, act->why_zh);
    sql_bind_text(&q, 5, act->why_en);
    sql_bind_text(&q, 6, act->made);
    return sql_run(&q);
}

enum err state_act_settle(struct state_db *db, const struct act_row *act)
{
    const struct vouched v = {VOUCHED_ACT, act->row, 0};
    struct vouched_text before;
    enum err e = vouched_read(db, &v, &before);

    if (e != ERR_OK)
        return e;
    e = settle(db, act);
    if (e == ERR_OK && sqlite3_changes(db->sql.handle) > 0)
        e = vouched_changed(db, &v, act->applied_us,
                            act->outcome == OUTCOME_DONE ? "act.done" : "act.refused", &before);
    vouched_free(&before);
    return e;
}

enum err state_act_each(struct state_db *db, const char *subject, state_act_fn *fn, void *context)
{
    struct sql_query q = sql_start(&db->sql, subject ? S_ACT_OF_SUBJECT : S_ACT_WAITING);
    enum err e = ERR_OK, ended;

    if (subject)
        sql_bind_text(&q, 1, subject);
    while (e == ERR_OK && sql_row(&q)) {
        struct act_row act = read_act(&q);
        e = fn(context, &act);
    }
    ended = sql_end(&q);
    return e != ERR_OK ? e : ended;
}
