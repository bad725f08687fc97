#include "shikumen/io/state_signoff.h"

#include "state_db_private.h"

/* --- changes of a row, entered as they are made --- */

/* What a row said before it is changed, by statement q (bound), which is ended. ERR_NOTFOUND: it
 * changed nothing. */
static enum err change(struct state_db *db, struct sql_query *q, const struct vouched *v,
                       int64_t at_us, const char *act)
{
    struct vouched_text before;
    enum err e = vouched_read(db, v, &before), ended;

    if (e != ERR_OK) {
        ended = sql_end(q);
        return ended != ERR_OK ? ended : e;
    }
    e = sql_run(q);
    if (e == ERR_OK && sqlite3_changes(db->sql.handle) == 0)
        e = ERR_NOTFOUND;
    if (e == ERR_OK)
        e = vouched_changed(db, v, at_us, act, &before);
    vouched_free(&before);
    return e;
}

/* Runs an INSERT … RETURNING row and enters it. ERR_EXISTS: it inserted nothing. */
static enum err add(struct state_db *db, struct sql_query *q, enum vouched_table table,
                    int64_t at_us, const char *act, int64_t *row)
{
    enum err e;

    *row = sql_row(q) ? sql_int(q, 0) : 0;
    e = sql_run(q);
    if (e == ERR_OK && *row == 0)
        e = ERR_EXISTS;
    return e == ERR_OK ? vouched_added(db, &(struct vouched){table, *row, 0}, at_us, act) : e;
}

/* The end of a silence or an override. */
static enum err end_row(struct state_db *db, enum state_statement statement,
                        const struct vouched *v, int64_t at_us, const char *by, const char *act)
{
    struct sql_query q = sql_start(&db->sql, statement);

    sql_bind_int(&q, 1, v->row);
    sql_bind_int(&q, 2, at_us);
    sql_bind_text(&q, 3, by);
    return change(db, &q, v, at_us, act);
}

/* --- silences --- */

enum err state_silence_put(struct state_db *db, struct silencing *s, int64_t at_us)
{
    struct sql_query q = sql_start(&db->sql, S_SILENCE_PUT);

    sql_bind_text(&q, 1, s->scope);
    sql_bind_text(&q, 2, s->kind < KIND_COUNT ? alert_kind_name(s->kind) : "");
    sql_bind_int(&q, 3, s->from_us);
    sql_bind_int(&q, 4, s->until_us);
    sql_bind_text(&q, 5, s->by);
    sql_bind_text(&q, 6, s->reason);
    return add(db, &q, VOUCHED_SILENCE, at_us, "silence.begun", &s->row);
}

enum err state_silence_remind(struct state_db *db, int64_t row, int64_t at_us)
{
    struct sql_query q = sql_start(&db->sql, S_SILENCE_REMIND);

    sql_bind_int(&q, 1, row);
    sql_bind_int(&q, 2, at_us);
    return change(db, &q, &(struct vouched){VOUCHED_SILENCE, row, 0}, at_us, "silence.reminded");
}

enum err state_silence_end(struct state_db *db, int64_t row, int64_t at_us, const char *by)
{
    return end_row(db, S_SILENCE_END, &(struct vouched){VOUCHED_SILENCE, row, 0}, at_us, by,
                   "silence.ended");
}

enum err state_silence_each(struct state_db *db, bool all, state_silence_fn *fn, void *context)
{
    struct sql_query q = sql_start(&db->sql, all ? S_SILENCE_ALL : S_SILENCE_OPEN);
    enum err e = ERR_OK, ended;

    while (e == ERR_OK && sql_row(&q)) {
        struct silencing s = {
            .row = sql_int(&q, 0),
            .scope = sql_text(&q, 1),
            .kind = alert_kind_by_name(sql_text(&q, 2)),
            .from_us = sql_int(&q, 3),
            .until_us = sql_int(&q, 4),
            .by = sql_text(&q, 5),
            .reason = sql_text(&q, 6),
            .reminded_us = sql_int(&q, 7),
            .ended_us = sql_int(&q, 8),
            .ended_by = sql_text(&q, 9),
        };
        e = fn(context, &s);
    }
    ended = sql_end(&q);
    return e != ERR_OK ? e : ended;
}

/* --- proposals --- */

enum err state_proposal_put(struct state_db *db, struct proposal *p)
{
    struct sql_query q = sql_start(&db->sql, S_PROPOSAL_PUT);

    sql_bind_int(&q, 1, p->episode_row);
    sql_bind_text(&q, 2, proposal_kind_name(p->kind));
    sql_bind_int(&q, 3, p->made_us);
    sql_bind_text(&q, 4, p->made_by);
    sql_bind_text(&q, 5, p->reason);
    return add(db, &q, VOUCHED_PROPOSAL, p->made_us, "proposal.proposed", &p->row);
}

static struct proposal read_proposal(const struct sql_query *q)
{
    return (struct proposal){
        .row = sql_int(q, 0),
        .episode_row = sql_int(q, 1),
        .episode_id = sql_text(q, 2),
        .house = sql_text(q, 3),
        .element = sql_text(q, 4),
        .kind = proposal_kind_by_name(sql_text(q, 5)),
        .state = proposal_state_by_name(sql_text(q, 6)),
        .made_us = sql_int(q, 7),
        .made_by = sql_text(q, 8),
        .reason = sql_text(q, 9),
        .decided_us = sql_int(q, 10),
        .decided_by = sql_text(q, 11),
        .decision = sql_text(q, 12),
        .done_us = sql_int(q, 13),
        .done_by = sql_text(q, 14),
        .done_note = sql_text(q, 15),
    };
}

static bool keep_proposal(struct arena *arena, struct proposal *p)
{
    const char **texts[] = {&p->episode_id, &p->house,    &p->element, &p->made_by,  &p->reason,
                            &p->decided_by, &p->decision, &p->done_by, &p->done_note};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (!(*texts[i] = arena_strdup(arena, *texts[i])))
            return false;
    return true;
}

enum err state_proposal_get(struct state_db *db, int64_t row, struct arena *arena,
                            struct proposal *p)
{
    struct sql_query q = sql_start(&db->sql, S_PROPOSAL_GET);
    bool found, kept = true;
    enum err e;

    sql_bind_int(&q, 1, row);
    found = sql_row(&q);
    if (found) {
        *p = read_proposal(&q);
        kept = keep_proposal(arena, p);
    }
    e = sql_end(&q);
    if (e == ERR_OK && !found)
        return ERR_NOTFOUND;
    return e == ERR_OK && !kept ? ERR_NOMEM : e;
}

static const char *move_act(enum proposal_state to)
{
    static const char *const acts[PROPOSAL_STATES] = {
        [PROPOSAL_PROPOSED] = "proposal.proposed",
        [PROPOSAL_APPROVED] = "proposal.approved",
        [PROPOSAL_REJECTED] = "proposal.rejected",
        [PROPOSAL_DONE] = "proposal.done",
    };

    return acts[to];
}

enum err state_proposal_move(struct state_db *db, int64_t row, enum proposal_state to,
                             int64_t at_us, const char *by, const char *why)
{
    struct sql_query q =
        sql_start(&db->sql, to == PROPOSAL_DONE ? S_PROPOSAL_FINISH : S_PROPOSAL_DECIDE);

    sql_bind_int(&q, 1, row);
    sql_bind_text(&q, 2, proposal_state_name(to));
    sql_bind_int(&q, 3, at_us);
    sql_bind_text(&q, 4, by);
    sql_bind_text(&q, 5, why);
    return change(db, &q, &(struct vouched){VOUCHED_PROPOSAL, row, 0}, at_us, move_act(to));
}

enum err state_proposal_each(struct state_db *db, const struct proposal_filter *filter,
                             state_proposal_fn *fn, void *context)
{
    struct sql_query q = sql_start(&db->sql, filter->episode_row ? S_PROPOSAL_OF_EPISODE
                                             : filter->open_only ? S_PROPOSAL_OPEN
                                                                 : S_PROPOSAL_ALL);
    enum err e = ERR_OK, ended;

    if (filter->episode_row)
        sql_bind_int(&q, 1, filter->episode_row);
    while (e == ERR_OK && sql_row(&q)) {
        struct proposal p = read_proposal(&q);
        e = fn(context, &p);
    }
    ended = sql_end(&q);
    return e != ERR_OK ? e : ended;
}

/* --- overrides --- */

enum err state_override_put(struct state_db *db, struct class_override *o, int64_t at_us)
{
    struct sql_query q = sql_start(&db->sql, S_OVERRIDE_PUT);

    sql_bind_text(&q, 1, o->subject);
    sql_bind_text(&q, 2, o->class_name);
    sql_bind_int(&q, 3, o->from_us);
    sql_bind_int(&q, 4, o->until_us);
    sql_bind_text(&q, 5, o->by);
    sql_bind_text(&q, 6, o->reason);
    return add(db, &q, VOUCHED_OVERRIDE, at_us, "override.begun", &o->row);
}

enum err state_override_end(struct state_db *db, int64_t row, int64_t at_us, const char *by)
{
    return end_row(db, S_OVERRIDE_END, &(struct vouched){VOUCHED_OVERRIDE, row, 0}, at_us, by,
                   "override.ended");
}

enum err state_override_each(struct state_db *db, bool all, state_override_fn *fn, void *context)
{
    struct sql_query q = sql_start(&db->sql, all ? S_OVERRIDE_ALL : S_OVERRIDE_OPEN);
    enum err e = ERR_OK, ended;

    while (e == ERR_OK && sql_row(&q)) {
        struct class_override o = {
            .row = sql_int(&q, 0),
            .subject = sql_text(&q, 1),
            .class_name = sql_text(&q, 2),
            .from_us = sql_int(&q, 3),
            .until_us = sql_int(&q, 4),
            .by = sql_text(&q, 5),
            .reason = sql_text(&q, 6),
            .ended_us = sql_int(&q, 7),
            .ended_by = sql_text(&q, 8),
        };
        e = fn(context, &o);
    }
    ended = sql_end(&q);
    return e != ERR_OK ? e : ended;
}

/* --- records --- */

enum err state_record_put(struct state_db *db, struct act_record *r)
{
    struct sql_query q = sql_start(&db->sql, S_RECORD_PUT);

    sql_bind_int(&q, 1, r->episode_row);
    sql_bind_text(&q, 2, record_kind_name(r->kind));
    sql_bind_int(&q, 3, r->day_us);
    if (r->cost_fen != STATE_UNKNOWN_US)
        sql_bind_int(&q, 4, r->cost_fen);
    sql_bind_text(&q, 5, r->finding);
    sql_bind_text(&q, 6, r->by);
    sql_bind_int(&q, 7, r->at_us);
    return add(db, &q, VOUCHED_RECORD, r->at_us, "record.added", &r->row);
}

enum err state_record_each(struct state_db *db, int64_t episode_row, state_record_fn *fn,
                           void *context)
{
    struct sql_query q = sql_start(&db->sql, episode_row ? S_RECORD_OF_EPISODE : S_RECORD_ALL);
    enum err e = ERR_OK, ended;

    if (episode_row)
        sql_bind_int(&q, 1, episode_row);
    while (e == ERR_OK && sql_row(&q)) {
        struct act_record r = {
            .row = sql_int(&q, 0),
            .episode_row = sql_int(&q, 1),
            .episode_id = sql_text(&q, 2),
            .house = sql_text(&q, 3),
            .kind = record_kind_by_name(sql_text(&q, 4)),
            .day_us = sql_int(&q, 5),
            .cost_fen = sql_int_or(&q, 6, STATE_UNKNOWN_US),
            .finding = sql_text(&q, 7),
            .by = sql_text(&q, 8),
            .at_us = sql_int(&q, 9),
        };
        e = fn(context, &r);
    }
    ended = sql_end(&q);
    return e != ERR_OK ? e : ended;
}
