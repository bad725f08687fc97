#include <stdio.h>
#include <string.h>

#include "state_db_private.h"

/* A diversion may lead to an endpoint that is itself diverted; no farther than this. */
#define MAX_DIVERSIONS 8

/* --- putting --- */

static enum err find_endpoint(struct state_db *db, const char *name, int64_t *endpoint)
{
    struct sql_query q = sql_start(&db->sql, S_ENDPOINT_GET);

    sql_bind_text(&q, 1, name);
    *endpoint = sql_row(&q) ? sql_int(&q, 0) : 0;
    return sql_end(&q);
}

/* The row of the endpoint called name, made when there is none. */
static enum err endpoint_row(struct state_db *db, const char *name, int64_t *endpoint)
{
    enum err e = find_endpoint(db, name, endpoint);
    struct sql_query q;

    if (e != ERR_OK || *endpoint != 0)
        return e;
    q = sql_start(&db->sql, S_ENDPOINT_PUT);
    sql_bind_text(&q, 1, name);
    e = sql_run(&q);
    *endpoint = sqlite3_last_insert_rowid(db->sql.handle);
    return e;
}

/* Makes the earliest pending row of the episode, and only that, unblocked. */
static enum err reblock(struct state_db *db, int64_t endpoint, int64_t episode)
{
    struct sql_query q = sql_start(&db->sql, S_OUTBOX_REBLOCK);

    sql_bind_int(&q, 1, endpoint);
    sql_bind_int(&q, 2, episode);
    return sql_run(&q);
}

/* What waits in front of a step is not due later than it. */
static enum err hasten(struct state_db *db, int64_t endpoint, int64_t episode, int64_t due_us)
{
    struct sql_query q = sql_start(&db->sql, S_OUTBOX_HASTEN);

    sql_bind_int(&q, 1, endpoint);
    sql_bind_int(&q, 2, episode);
    sql_bind_int(&q, 3, due_us);
    return sql_run(&q);
}

static enum err insert_row(struct state_db *db, const struct episode *ep, int64_t endpoint,
                           int64_t due_us, bool *inserted)
{
    struct sql_query q = sql_start(&db->sql, S_OUTBOX_PUT);
    enum err e;

    sql_bind_int(&q, 1, endpoint);
    sql_bind_int(&q, 2, ep->row);
    sql_bind_int(&q, 3, ep->step);
    sql_bind_int(&q, 4, due_us);
    e = sql_run(&q);
    *inserted = e == ERR_OK && sqlite3_changes(db->sql.handle) > 0;
    if (*inserted)
        e = hasten(db, endpoint, ep->row, due_us);
    return *inserted && e == ERR_OK ? reblock(db, endpoint, ep->row) : e;
}

/* The endpoint that gets what waits behind the episode's earliest pending row; 0: none. */
static enum err diversion(struct state_db *db, const struct episode *ep, int64_t endpoint,
                          int64_t *fallback)
{
    struct sql_query q = sql_start(&db->sql, S_OUTBOX_DIVERSION);

    sql_bind_int(&q, 1, endpoint);
    sql_bind_int(&q, 2, ep->row);
    sql_bind_int(&q, 3, ep->step);
    *fallback = sql_row(&q) ? sql_int(&q, 0) : 0;
    return sql_end(&q);
}

enum err state_outbox_put(struct state_db *db, const struct episode *ep, const char *endpoint,
                          int64_t now_us)
{
    int64_t to;
    enum err e = endpoint_row(db, endpoint, &to);

    for (int i = 0; e == ERR_OK && to != 0 && i < MAX_DIVERSIONS; i++) {
        int64_t next = 0;
        bool inserted;
        e = insert_row(db, ep, to, now_us, &inserted);
        if (e == ERR_OK && inserted)
            e = diversion(db, ep, to, &next);
        to = next;
    }
    return e;
}

enum err state_outbox_has(struct state_db *db, int64_t episode_row, const char *endpoint, bool *has)
{
    struct sql_query q = sql_start(&db->sql, S_OUTBOX_HAS);

    sql_bind_int(&q, 1, episode_row);
    sql_bind_text(&q, 2, endpoint);
    *has = sql_row(&q) && sql_int(&q, 0) != 0;
    return sql_end(&q);
}

enum err state_outbox_believes_open(struct state_db *db, int64_t episode_row, const char *endpoint,
                                    bool *open)
{
    struct sql_query q = sql_start(&db->sql, S_OUTBOX_BELIEVES_OPEN);

    sql_bind_int(&q, 1, episode_row);
    sql_bind_text(&q, 2, endpoint);
    sql_bind_int(&q, 3, (int64_t)EVENT_RESOLVED);
    *open = sql_row(&q) && sql_int(&q, 0) != 0;
    return sql_end(&q);
}

/* --- reading --- */

/* Hands the rows of a query with the columns of S_OUTBOX_DUE to fn. */
static enum err each_row(struct sql_query *q, const char *endpoint, state_outbox_fn *fn,
                         void *context)
{
    enum err e = ERR_OK, ended;

    while (e == ERR_OK && sql_row(q)) {
        struct outbox_row row = {
            .row = sql_int(q, 0),
            .episode_row = sql_int(q, 1),
            .step = (int)sql_int(q, 3),
            .endpoint = endpoint,
            .body = sql_text(q, 4),
            .attempts = (int)sql_int(q, 5),
            .first_try_us = sql_int(q, 6),
            .due_us = sql_int(q, 7),
            .opened_us = sql_int(q, 8),
        };
        snprintf(row.episode_id, sizeof row.episode_id, "%s", sql_text(q, 2));
        e = fn(context, &row);
    }
    ended = sql_end(q);
    return e != ERR_OK ? e : ended;
}

enum err state_outbox_due(struct state_db *db, const char *endpoint, int64_t now_us, int limit,
                          state_outbox_fn *fn, void *context)
{
    struct sql_query q = sql_start(&db->sql, S_OUTBOX_DUE);

    sql_bind_text(&q, 1, endpoint);
    sql_bind_int(&q, 2, now_us);
    sql_bind_int(&q, 3, limit);
    return each_row(&q, endpoint, fn, context);
}

enum err state_outbox_standing(struct state_db *db, const char *endpoint, int64_t after, int limit,
                               state_outbox_fn *fn, void *context)
{
    struct sql_query q = sql_start(&db->sql, S_OUTBOX_STANDING);

    sql_bind_text(&q, 1, endpoint);
    sql_bind_int(&q, 2, after);
    sql_bind_int(&q, 3, limit);
    return each_row(&q, endpoint, fn, context);
}

static void turn_round(struct outbox_sent *list, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        struct outbox_sent first = list[i];
        list[i] = list[n - 1 - i];
        list[n - 1 - i] = first;
    }
}

enum err state_outbox_sent(struct state_db *db, const char *endpoint, int64_t episode_row, int step,
                           struct outbox_sent *out, size_t max, size_t *count)
{
    struct sql_query q = sql_start(&db->sql, S_OUTBOX_SENT);

    sql_bind_text(&q, 1, endpoint);
    sql_bind_int(&q, 2, episode_row);
    sql_bind_int(&q, 3, step);
    sql_bind_int(&q, 4, (int64_t)max);
    *count = 0;
    while (*count < max && sql_row(&q))
        out[(*count)++] = (struct outbox_sent){(int)sql_int(&q, 0), sql_int(&q, 1)};
    turn_round(out, *count);
    return sql_end(&q);
}

enum err state_outbox_next_us(struct state_db *db, const char *endpoint, int64_t *due_us)
{
    struct sql_query q = sql_start(&db->sql, S_OUTBOX_NEXT);

    sql_bind_text(&q, 1, endpoint);
    *due_us = sql_row(&q) ? sql_int(&q, 0) : INT64_MAX;
    return sql_end(&q);
}

enum err state_outbox_counts_each(struct state_db *db, state_outbox_counts_fn *fn, void *context)
{
    struct sql_query q = sql_start(&db->sql, S_ENDPOINT_EACH);
    enum err e = ERR_OK, ended;

    while (e == ERR_OK && sql_row(&q)) {
        struct outbox_counts counts = {
            .endpoint = sql_text(&q, 0),
            .pending = sql_int(&q, 1),
            .delivered = sql_int(&q, 2),
            .parked = sql_int(&q, 3),
            .failures = sql_int(&q, 4),
            .last_error = sql_text(&q, 5),
        };
        e = fn(context, &counts);
    }
    ended = sql_end(&q);
    return e != ERR_OK ? e : ended;
}

enum err state_delivery_each(struct state_db *db, int64_t episode_row, state_delivery_fn *fn,
                             void *context)
{
    struct sql_query q = sql_start(&db->sql, S_OUTBOX_OF_EPISODE);
    enum err e = ERR_OK, ended;

    sql_bind_int(&q, 1, episode_row);
    while (e == ERR_OK && sql_row(&q)) {
        struct delivery_row row = {
            .step = (int)sql_int(&q, 0),
            .endpoint = sql_text(&q, 1),
            .state = (enum outbox_state)sql_int(&q, 2),
            .attempts = (int)sql_int(&q, 3),
            .due_us = sql_int(&q, 4),
            .settled_us = sql_int(&q, 5),
            .http_status = (int)sql_int(&q, 6),
            .error = sql_text(&q, 7),
        };
        e = fn(context, &row);
    }
    ended = sql_end(&q);
    return e != ERR_OK ? e : ended;
}

/* --- settling --- */

/* Whose row a statement with "RETURNING endpoint, episode" has changed; endpoint 0: none. */
struct row_owner {
    int64_t endpoint, episode;
};

static enum err run_returning(struct sql_query *q, struct row_owner *owner)
{
    *owner = (struct row_owner){0};
    if (sql_row(q))
        *owner = (struct row_owner){sql_int(q, 0), sql_int(q, 1)};
    return sql_run(q);
}

static enum err count_result(struct state_db *db, int64_t endpoint, const struct outbox_result *r)
{
    struct sql_query q = sql_start(&db->sql, S_ENDPOINT_COUNT);

    sql_bind_int(&q, 1, endpoint);
    sql_bind_int(&q, 2, (int64_t)r->state);
    sql_bind_text(&q, 3, r->error);
    return sql_run(&q);
}

enum err state_outbox_settle(struct state_db *db, const struct outbox_result *r)
{
    struct sql_query q = sql_start(&db->sql, S_OUTBOX_SETTLE);
    struct row_owner owner;
    enum err e;

    sql_bind_int(&q, 1, r->row);
    sql_bind_int(&q, 2, (int64_t)r->state);
    sql_bind_int(&q, 3, r->attempts);
    sql_bind_int(&q, 4, r->first_try_us);
    sql_bind_int(&q, 5, r->due_us);
    sql_bind_int(&q, 6, r->now_us);
    sql_bind_int(&q, 7, r->http_status);
    sql_bind_text(&q, 8, r->error);
    e = run_returning(&q, &owner);
    if (e != ERR_OK || owner.endpoint == 0)
        return e;
    if (r->state != OUTBOX_PENDING)
        e = reblock(db, owner.endpoint, owner.episode);
    return e == ERR_OK ? count_result(db, owner.endpoint, r) : e;
}

static enum err copy_pending(struct state_db *db, const struct row_owner *from, int64_t fallback,
                             int64_t now_us)
{
    struct sql_query q = sql_start(&db->sql, S_OUTBOX_COPY);
    enum err e;

    sql_bind_int(&q, 1, fallback);
    sql_bind_int(&q, 2, from->endpoint);
    sql_bind_int(&q, 3, from->episode);
    sql_bind_int(&q, 4, now_us);
    e = sql_run(&q);
    return e == ERR_OK ? reblock(db, fallback, from->episode) : e;
}

enum err state_outbox_divert(struct state_db *db, int64_t row, const char *fallback, int64_t now_us)
{
    struct row_owner owner;
    struct sql_query q;
    int64_t to;
    enum err e = endpoint_row(db, fallback, &to);

    if (e != ERR_OK)
        return e;
    q = sql_start(&db->sql, S_OUTBOX_MARK);
    sql_bind_int(&q, 1, row);
    sql_bind_int(&q, 2, to);
    e = run_returning(&q, &owner);
    if (e != ERR_OK || owner.endpoint == 0 || owner.endpoint == to)
        return e;
    return copy_pending(db, &owner, to, now_us);
}

enum err state_outbox_shift(struct state_db *db, int64_t shift_us, int64_t now_us)
{
    struct sql_query q = sql_start(&db->sql, S_OUTBOX_SHIFT);

    sql_bind_int(&q, 1, shift_us);
    sql_bind_int(&q, 2, now_us);
    return sql_run(&q);
}
