#include <math.h>

#include "shikumen/base/clock.h"
#include "state_db_private.h"

/* Weeks begin on Tuesdays 00:00 UTC, when Mondays are concluded; 1970-01-01 was a Thursday. */
#define FIRST_WEEK_US (5 * US_PER_DAY)
#define WEEK_US       (7 * US_PER_DAY)
#define ALL_KEPT_US   (14 * US_PER_DAY)
#define FORECASTS_US  (1827 * US_PER_DAY) /* five years */
#define HORIZON_US    (365 * US_PER_DAY)  /* of the longest forecast that is scored */

static void bind_time(struct sql_query *q, int parameter, int64_t t_us)
{
    if (t_us != STATE_UNKNOWN_US)
        sql_bind_int(q, parameter, t_us);
}

/* --- forecasts --- */

/* The row of a limit, by S_FORESEEN_PUT or S_FORESEEN_ADD. */
static enum err limit_row(struct state_db *db, enum state_statement how,
                          const struct state_limit *limit, int64_t *row)
{
    struct sql_query q;

    if (!isfinite(limit->value))
        return sql_refuse(&db->sql, ERR_RANGE, "the value of a limit is not finite");
    q = sql_start(&db->sql, how);
    sql_bind_text(&q, 1, limit->sensor);
    sql_bind_text(&q, 2, limit->quantity);
    sql_bind_text(&q, 3, limit->of);
    sql_bind_real(&q, 4, limit->value);
    sql_bind_text(&q, 5, limit->element);
    sql_bind_text(&q, 6, limit->source);
    *row = sql_row(&q) ? sql_int(&q, 0) : 0;
    return sql_run(&q);
}

enum err state_forecast_put(struct state_db *db, const struct state_forecast *f)
{
    int64_t row;
    struct sql_query q;
    enum err e = limit_row(db, S_FORESEEN_PUT, &f->limit, &row);

    if (e != ERR_OK)
        return e;
    q = sql_start(&db->sql, S_FORECAST_PUT);
    sql_bind_int(&q, 1, row);
    sql_bind_int(&q, 2, f->at_us);
    sql_bind_text(&q, 3, f->state);
    sql_bind_text(&q, 4, f->reason);
    sql_bind_text(&q, 5, f->method);
    bind_time(&q, 6, f->t05_us);
    bind_time(&q, 7, f->t50_us);
    bind_time(&q, 8, f->t95_us);
    sql_bind_real(&q, 9, f->p30);
    sql_bind_real(&q, 10, f->p180);
    sql_bind_real(&q, 11, f->p365);
    return sql_run(&q);
}

static struct state_limit read_limit(const struct sql_query *q)
{
    return (struct state_limit){
        .element = sql_text(q, 0),
        .sensor = sql_text(q, 1),
        .quantity = sql_text(q, 2),
        .of = sql_text(q, 3),
        .value = sql_real(q, 4),
        .source = sql_text(q, 5),
    };
}

/* From three columns. */
static struct state_crossing read_crossing(const struct sql_query *q, int column)
{
    return (struct state_crossing){
        .baseline_us = sql_int(q, column),
        .reached_us = sql_int_or(q, column + 1, STATE_UNKNOWN_US),
        .observed_until_us = sql_int_or(q, column + 2, STATE_UNKNOWN_US),
    };
}

static enum err give_forecast(const struct sql_query *q, state_forecast_fn *fn, void *context)
{
    struct state_forecast f = {
        .limit = read_limit(q),
        .at_us = sql_int(q, 6),
        .state = sql_text(q, 7),
        .reason = sql_text(q, 8),
        .method = sql_text(q, 9),
        .t05_us = sql_int_or(q, 10, STATE_UNKNOWN_US),
        .t50_us = sql_int_or(q, 11, STATE_UNKNOWN_US),
        .t95_us = sql_int_or(q, 12, STATE_UNKNOWN_US),
        .p30 = sql_real(q, 13),
        .p180 = sql_real(q, 14),
        .p365 = sql_real(q, 15),
    };
    struct state_crossing came = read_crossing(q, 16);

    return fn(context, &f, came.observed_until_us == STATE_UNKNOWN_US ? NULL : &came);
}

enum err state_forecast_each(struct state_db *db, const struct forecast_filter *filter,
                             state_forecast_fn *fn, void *context)
{
    struct sql_query q =
        sql_start(&db->sql, filter->latest_only ? S_FORECAST_LATEST : S_FORECAST_EACH);
    enum err e = ERR_OK, ended;

    sql_bind_text(&q, 1, filter->element);
    sql_bind_text(&q, 2, filter->sensor);
    sql_bind_int(&q, 3, filter->since_us);
    while (e == ERR_OK && sql_row(&q))
        e = give_forecast(&q, fn, context);
    ended = sql_end(&q);
    return e != ERR_OK ? e : ended;
}

static enum err run_before(struct state_db *db, enum state_statement statement, int64_t before_us)
{
    struct sql_query q = sql_start(&db->sql, statement);

    sql_bind_int(&q, 1, before_us);
    return sql_run(&q);
}

/* Of what lies before before_us the first of each span stays. */
static enum err thin(struct state_db *db, enum state_statement statement, int64_t before_us,
                     int64_t span_us)
{
    struct sql_query q = sql_start(&db->sql, statement);

    sql_bind_int(&q, 1, before_us);
    sql_bind_int(&q, 2, span_us);
    sql_bind_int(&q, 3, FIRST_WEEK_US);
    return sql_run(&q);
}

enum err state_forecast_prune(struct state_db *db, int64_t now_us)
{
    struct sql_query q;
    enum err e = thin(db, S_FORECAST_THIN, now_us - 26 * WEEK_US, 4 * WEEK_US);

    if (e == ERR_OK)
        e = thin(db, S_FORECAST_THIN, now_us - ALL_KEPT_US, WEEK_US);
    if (e == ERR_OK)
        e = run_before(db, S_FORECAST_FORGET, now_us - FORECASTS_US);
    if (e == ERR_OK)
        e = run_before(db, S_CROSSING_PRUNE, now_us - FORECASTS_US - HORIZON_US);
    if (e != ERR_OK)
        return e;
    q = sql_start(&db->sql, S_FORESEEN_PRUNE);
    return sql_run(&q);
}

/* --- crossings --- */

enum err state_crossing_put(struct state_db *db, const struct state_limit *limit,
                            const struct state_crossing *c)
{
    int64_t row;
    struct sql_query q;
    enum err e = limit_row(db, S_FORESEEN_ADD, limit, &row);

    if (e != ERR_OK)
        return e;
    q = sql_start(&db->sql, S_CROSSING_PUT);
    sql_bind_int(&q, 1, row);
    sql_bind_int(&q, 2, c->baseline_us);
    bind_time(&q, 3, c->reached_us);
    sql_bind_int(&q, 4, c->observed_until_us);
    return sql_run(&q);
}

enum err state_crossing_each(struct state_db *db, state_crossing_fn *fn, void *context)
{
    struct sql_query q = sql_start(&db->sql, S_CROSSING_EACH);
    enum err e = ERR_OK, ended;

    while (e == ERR_OK && sql_row(&q)) {
        struct state_limit limit = read_limit(&q);
        struct state_crossing c = read_crossing(&q, 6);
        e = fn(context, &limit, &c);
    }
    ended = sql_end(&q);
    return e != ERR_OK ? e : ended;
}

/* --- risk --- */

/* Parameters 1 to 11, from at_us to the line. */
static void bind_standing(struct sql_query *q, const struct state_risk *r)
{
    sql_bind_int(q, 1, r->at_us);
    sql_bind_text(q, 2, r->class_name);
    sql_bind_text(q, 3, r->colour);
    sql_bind_int(q, 4, r->grey);
    sql_bind_real(q, 5, r->score);
    sql_bind_real(q, 6, r->confidence);
    sql_bind_real(q, 7, r->coverage);
    sql_bind_real(q, 8, r->p30);
    sql_bind_real(q, 9, r->p180);
    sql_bind_real(q, 10, r->p365);
    sql_bind_text(q, 11, r->line);
}

static struct state_risk read_standing(const struct sql_query *q)
{
    return (struct state_risk){
        .house = "",
        .at_us = sql_int(q, 0),
        .class_name = sql_text(q, 1),
        .colour = sql_text(q, 2),
        .grey = sql_int(q, 3) != 0,
        .score = sql_real(q, 4),
        .confidence = sql_real(q, 5),
        .coverage = sql_real(q, 6),
        .p30 = sql_real(q, 7),
        .p180 = sql_real(q, 8),
        .p365 = sql_real(q, 9),
        .line = sql_text(q, 10),
    };
}

enum err state_risk_put(struct state_db *db, const struct state_risk *r)
{
    struct sql_query q = sql_start(&db->sql, S_RISK_PUT);

    bind_standing(&q, r);
    sql_bind_text(&q, 12, r->house);
    return sql_run(&q);
}

static enum err each_risk(struct sql_query *q, state_risk_fn *fn, void *context)
{
    enum err e = ERR_OK, ended;

    while (e == ERR_OK && sql_row(q)) {
        struct state_risk r = read_standing(q);
        r.house = sql_text(q, 11);
        e = fn(context, &r);
    }
    ended = sql_end(q);
    return e != ERR_OK ? e : ended;
}

enum err state_risk_at(struct state_db *db, int64_t at_us, state_risk_fn *fn, void *context)
{
    struct sql_query q = sql_start(&db->sql, S_RISK_AT);

    sql_bind_int(&q, 1, at_us);
    return each_risk(&q, fn, context);
}

enum err state_risk_each(struct state_db *db, const char *house, state_risk_fn *fn, void *context)
{
    struct sql_query q;

    if (!house)
        return state_risk_at(db, INT64_MAX, fn, context);
    q = sql_start(&db->sql, S_RISK_OF_HOUSE);
    sql_bind_text(&q, 1, house);
    return each_risk(&q, fn, context);
}

enum err state_group_put(struct state_db *db, const struct state_group *g)
{
    struct sql_query q = sql_start(&db->sql, S_GROUP_PUT);

    bind_standing(&q, &g->risk);
    sql_bind_text(&q, 12, g->lane);
    sql_bind_text(&q, 13, g->row);
    return sql_run(&q);
}

enum err state_group_each(struct state_db *db, state_group_fn *fn, void *context)
{
    return state_group_at(db, INT64_MAX, fn, context);
}

enum err state_group_at(struct state_db *db, int64_t at_us, state_group_fn *fn, void *context)
{
    struct sql_query q = sql_start(&db->sql, S_GROUP_AT);
    enum err e = ERR_OK, ended;

    sql_bind_int(&q, 1, at_us);
    while (e == ERR_OK && sql_row(&q)) {
        struct state_group g = {sql_text(&q, 11), sql_text(&q, 12), read_standing(&q)};
        e = fn(context, &g);
    }
    ended = sql_end(&q);
    return e != ERR_OK ? e : ended;
}

enum err state_risk_prune(struct state_db *db, int64_t now_us)
{
    enum err e = run_before(db, S_RISK_THIN_MONTHS, now_us - 60 * WEEK_US);

    if (e == ERR_OK)
        e = run_before(db, S_GROUP_THIN_MONTHS, now_us - 60 * WEEK_US);
    if (e == ERR_OK)
        e = thin(db, S_RISK_THIN_WEEKS, now_us - ALL_KEPT_US, WEEK_US);
    return e == ERR_OK ? thin(db, S_GROUP_THIN_WEEKS, now_us - ALL_KEPT_US, WEEK_US) : e;
}

/* --- packed state --- */

/* A part with its key stays within the page of its row (a quarter of 4 kB). */
#define PART_BYTES 896

static struct sql_query start_part(struct state_db *db, enum state_statement how, size_t part,
                                   const char *name)
{
    struct sql_query q = sql_start(&db->sql, how);

    sql_bind_int(&q, 1, (int64_t)part);
    sql_bind_text(&q, 2, name);
    return q;
}

static enum err put_part(struct state_db *db, size_t part, const char *name, const void *bytes,
                         size_t n, size_t *written)
{
    struct sql_query q = start_part(db, S_SLOW_PUT, part, name);

    sql_bind_blob(&q, 3, bytes, n);
    if (sql_row(&q))
        *written += n;
    return sql_run(&q);
}

/* Parts of something longer that was there before. */
static enum err end_parts(struct state_db *db, size_t part, const char *name)
{
    bool more = true;
    enum err e = ERR_OK;

    for (; more && e == ERR_OK; part++) {
        struct sql_query q = start_part(db, S_SLOW_END, part, name);
        more = sql_row(&q);
        e = sql_run(&q);
    }
    return e;
}

enum err state_slow_put(struct state_db *db, const char *name, const void *bytes, size_t n,
                        size_t *written)
{
    const char *at = bytes;
    size_t part = 0;
    enum err e = ERR_OK;

    for (size_t done = 0; done < n && e == ERR_OK; done += PART_BYTES, part++)
        e = put_part(db, part, name, at + done, n - done < PART_BYTES ? n - done : PART_BYTES,
                     written);
    return e == ERR_OK ? end_parts(db, part, name) : e;
}

enum err state_slow_get(struct state_db *db, const char *name, struct strbuf *out)
{
    enum err e = ERR_OK;
    bool more = true;

    strbuf_clear(out);
    for (size_t part = 0; more && e == ERR_OK; part++) {
        struct sql_query q = start_part(db, S_SLOW_GET, part, name);
        size_t n = 0;
        more = sql_row(&q);
        if (more) {
            const void *bytes = sql_blob(&q, 0, &n);
            strbuf_append(out, bytes, n);
        }
        e = sql_end(&q);
        more = more && n == PART_BYTES;
    }
    if (e == ERR_OK && out->failed)
        return ERR_NOMEM;
    return e == ERR_OK && out->len == 0 ? ERR_NOTFOUND : e;
}

enum err state_slow_clear(struct state_db *db)
{
    struct sql_query q = sql_start(&db->sql, S_SLOW_CLEAR);

    return sql_run(&q);
}
