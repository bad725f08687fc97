/* A little of everything that the assessor and deliver do to state.db. */
#ifndef SHIKUMEN_TESTS_STATE_WORKLOAD_H
#define SHIKUMEN_TESTS_STATE_WORKLOAD_H

#include <inttypes.h>
#include <sqlite3.h>

#include "crash_trial.h"
#include "shikumen/base/clock.h"
#include "shikumen/io/state_db.h"

enum { OPERATIONS = 40 };

#define START_US (20000 * US_PER_DAY)

struct state_store {
    char directory[600];
    struct state_db *assess, *deliver;
};

static enum err state_store_fill(struct state_store *s)
{
    enum err e = state_open(s->directory, STATE_WRITE, NULL, 0, &s->assess);
    return e ? e : state_open(s->directory, STATE_DELIVER, NULL, 0, &s->deliver);
}

static void state_store_close(void *store)
{
    struct state_store *s = store;
    if (!s)
        return;
    state_close(s->deliver);
    state_close(s->assess);
    free(s);
}

static enum err state_store_open(const char *directory, void **out)
{
    struct state_store *s = calloc(1, sizeof *s);
    assert_non_null(s);
    snprintf(s->directory, sizeof s->directory, "%s", directory);
    enum err e = state_store_fill(s);
    if (e)
        state_store_close(s);
    *out = e ? NULL : s;
    return e;
}

/* --- operations --- */

static int64_t now_of(int op)
{
    return START_US + op * US_PER_HOUR;
}

static enum err put_step(struct state_store *s, struct episode *ep, enum alert_event event, int op)
{
    char body[100];
    snprintf(body, sizeof body, "{\"op\":%d}", op);
    ep->changed_us = now_of(op);
    enum err e = state_episode_put(s->assess, ep);
    if (!e)
        e = state_step_put(s->assess, ep, event, now_of(op), body, strlen(body));
    if (!e)
        e = state_outbox_put(s->assess, ep, "city", now_of(op));
    if (!e)
        e = state_outbox_put(s->assess, ep, "phone", now_of(op));
    return e ? e : state_number_put(s->assess, "assessed_seq", op);
}

static void key_of(int op, char key[40])
{
    snprintf(key, 40, "limit|H%03d/wall|tilt", op / 8);
}

/* What the slow analysis leaves once a week. */
static enum err put_slow(struct state_store *s, int op)
{
    const struct state_forecast f = {.at_us = now_of(op),
                                     .limit = {.element = "wall",
                                               .sensor = "H001/n/tilt",
                                               .quantity = "tilt",
                                               .of = "change",
                                               .value = op % 16,
                                               .source = "J"},
                                     .state = "dated",
                                     .reason = "fine",
                                     .method = "quiet",
                                     .t05_us = STATE_UNKNOWN_US,
                                     .t50_us = STATE_UNKNOWN_US,
                                     .t95_us = STATE_UNKNOWN_US,
                                     .p180 = 0.25,
                                     .p365 = 0.5};
    const struct state_crossing c = {START_US, now_of(op), now_of(op)};
    const struct state_risk r = {.house = "H001",
                                 .at_us = now_of(op),
                                 .class_name = "M",
                                 .colour = "yellow",
                                 .score = op,
                                 .line = "{}"};
    size_t written = 0;
    enum err e = state_forecast_put(s->assess, &f);
    if (!e)
        e = state_crossing_put(s->assess, &f.limit, &c);
    if (!e)
        e = state_risk_put(s->assess, &r);
    if (!e)
        e = state_slow_put(s->assess, "H001/n/tilt", &op, sizeof op, &written);
    return e ? e : state_forecast_prune(s->assess, now_of(op));
}

static enum err raise_alert(struct state_store *s, int op)
{
    char key[40];
    struct episode ep = {.key = key,
                         .category = CATEGORY_STRUCTURE,
                         .kind = KIND_LIMIT,
                         .level = 2,
                         .peak_level = 2,
                         .step = 1,
                         .opened_us = now_of(op),
                         .house = "H001",
                         .element = "wall"};
    key_of(op, key);
    snprintf(ep.id, sizeof ep.id, "00000000-0000-4000-8000-%012d", op);
    enum err e = put_step(s, &ep, EVENT_RAISED, op);
    if (!e && op % 16 == 0)
        e = put_slow(s, op);
    if (!e)
        e = state_rules_put(s->assess, "H001/n/tilt", key, strlen(key));
    if (!e)
        e = state_registry_put(s->assess, now_of(op), "{}", 2, (uint64_t)op);
    return e ? e : state_condition_put(s->assess, key, "H001/n/tilt", 2, &op, sizeof op);
}

static enum err change_alert(struct state_store *s, int op, bool resolve)
{
    char key[40];
    struct episode ep;
    struct arena arena = {0};
    key_of(op, key);
    enum err e = state_episode_by_key(s->assess, key, &arena, &ep);
    ep.step++;
    ep.level = resolve ? LEVEL_NORMAL : LEVEL_RED;
    ep.peak_level = LEVEL_RED;
    ep.resolved_us = resolve ? now_of(op) : 0;
    if (!e)
        e = put_step(s, &ep, resolve ? EVENT_RESOLVED : EVENT_WORSENED, op);
    if (!e)
        e = state_condition_put(s->assess, key, "H001/n/tilt", ep.level, &op, sizeof op);
    arena_free(&arena);
    return e;
}

struct due {
    int64_t row[4];
    int n;
};

static enum err take_due(void *context, const struct outbox_row *row)
{
    struct due *d = context;
    d->row[d->n++] = row->row;
    return ERR_OK;
}

/* One delivered, the next put off, a third parked and its episode given to the phone. */
static enum err settle_some(struct state_store *s, int op)
{
    struct due due = {0};
    enum err e =
        state_outbox_due(s->deliver, op % 16 < 8 ? "city" : "phone", now_of(op), 3, take_due, &due);
    for (int i = 0; i < due.n && !e; i++) {
        bool delivered = i == 0;
        struct outbox_result r = {due.row[i],
                                  delivered ? OUTBOX_DELIVERED : OUTBOX_PENDING,
                                  1,
                                  now_of(op),
                                  now_of(op + i),
                                  now_of(op),
                                  delivered ? 204 : 503,
                                  delivered ? "" : "503"};
        if (i == 2) {
            r.state = OUTBOX_PARKED;
            e = state_outbox_divert(s->deliver, due.row[i], "sms", now_of(op));
        }
        if (!e)
            e = state_outbox_settle(s->deliver, &r);
    }
    return e;
}

static enum err in_transaction(struct state_db *db, struct state_store *s, int op,
                               enum err (*work)(struct state_store *, int))
{
    enum err e = state_begin(db);
    if (!e)
        e = work(s, op);
    if (!e)
        return state_commit(db);
    state_rollback(db);
    return e;
}

static enum err worsen(struct state_store *s, int op)
{
    return change_alert(s, op, false);
}

static enum err resolve(struct state_store *s, int op)
{
    return change_alert(s, op, true);
}

static enum err checkpoint(struct state_store *s)
{
    char path[700];
    sqlite3 *raw;
    snprintf(path, sizeof path, "%s/state.db", s->directory);
    assert_int_equal(sqlite3_open_v2(path, &raw, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_wal_checkpoint_v2(raw, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    sqlite3_close(raw);
    return ERR_OK;
}

static enum err state_store_reopen(struct state_store *s)
{
    state_close(s->deliver);
    state_close(s->assess);
    s->assess = s->deliver = NULL;
    return state_store_fill(s);
}

static enum err state_run(void *store, int op)
{
    struct state_store *s = store;
    switch (op % 8) {
    case 0:
        return in_transaction(s->assess, s, op, raise_alert);
    case 1:
        return in_transaction(s->assess, s, op, worsen);
    case 4:
        return checkpoint(s);
    case 5:
        return in_transaction(s->assess, s, op, resolve);
    case 7:
        return state_store_reopen(s);
    default:
        return in_transaction(s->deliver, s, op, settle_some);
    }
}

/* Deliver commits with synchronous=NORMAL: what it posted twice does no harm. */
static bool state_promise(int op)
{
    return op % 8 == 0 || op % 8 == 1 || op % 8 == 5;
}

/* --- all there is, as text --- */

struct dump {
    struct strbuf *out;
    struct state_db *db;
};

static enum err dump_rule(void *context, const char *sensor, const void *bytes, size_t n)
{
    struct dump *d = context;
    strbuf_printf(d->out, "rule %s %.*s\n", sensor, (int)n, (const char *)bytes);
    return ERR_OK;
}

static enum err dump_condition(void *context, const char *key, const char *sensor, int level,
                               const void *bytes, size_t n)
{
    struct dump *d = context;
    int op = -1;
    if (n == sizeof op)
        memcpy(&op, bytes, n);
    strbuf_printf(d->out, "condition %s %s %d %d\n", key, sensor, level, op);
    return ERR_OK;
}

static enum err dump_step(void *context, const struct step_row *s)
{
    struct dump *d = context;
    strbuf_printf(d->out, " step %d %d %" PRId64 " %s\n", s->step, (int)s->event, s->at_us,
                  s->body);
    return ERR_OK;
}

static enum err dump_delivery(void *context, const struct delivery_row *r)
{
    struct dump *d = context;
    strbuf_printf(d->out, " to %s step %d: %d %d %" PRId64 " %" PRId64 " %d %s\n", r->endpoint,
                  r->step, (int)r->state, r->attempts, r->due_us, r->settled_us, r->http_status,
                  r->error);
    return ERR_OK;
}

static enum err dump_episode(void *context, const struct episode *ep)
{
    struct dump *d = context;
    strbuf_printf(d->out, "episode %" PRId64 " %s %s %d %d %d %" PRId64 " %" PRId64 "\n", ep->row,
                  ep->id, ep->key, ep->level, ep->peak_level, ep->step, ep->changed_us,
                  ep->resolved_us);
    enum err e = state_step_each(d->db, ep->row, dump_step, d);
    return e ? e : state_delivery_each(d->db, ep->row, dump_delivery, d);
}

static enum err dump_counts(void *context, const struct outbox_counts *c)
{
    struct dump *d = context;
    strbuf_printf(d->out, "%s %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %s\n", c->endpoint,
                  c->pending, c->delivered, c->parked, c->failures, c->last_error);
    return ERR_OK;
}

static enum err dump_forecast(void *context, const struct state_forecast *f,
                              const struct state_crossing *came)
{
    struct dump *d = context;
    strbuf_printf(d->out, "forecast %s %g %" PRId64 " %g %" PRId64 "\n", f->limit.sensor,
                  f->limit.value, f->at_us, f->p365, came ? came->reached_us : -1);
    return ERR_OK;
}

static enum err dump_risk(void *context, const struct state_risk *r)
{
    struct dump *d = context;
    strbuf_printf(d->out, "risk %s %" PRId64 " %g %s\n", r->house, r->at_us, r->score, r->line);
    return ERR_OK;
}

static enum err dump_packed(struct dump *d, const char *name)
{
    struct strbuf bytes = {0};
    enum err e = state_slow_get(d->db, name, &bytes);
    if (!e)
        e = dump_condition(d, "packed", name, 0, bytes.data, bytes.len);
    strbuf_free(&bytes);
    return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err dump_slow(struct dump *d)
{
    struct forecast_filter all = {.since_us = INT64_MIN};
    enum err e = state_forecast_each(d->db, &all, dump_forecast, d);
    if (!e)
        e = state_risk_each(d->db, "H001", dump_risk, d);
    return e ? e : dump_packed(d, "H001/n/tilt");
}

static enum err dump_all(struct dump *d)
{
    struct alert_filter all = {.since_us = INT64_MIN};
    int64_t seq, loaded_us = 0;
    enum err e = state_verify(d->db, d->out), none;
    if (!e)
        e = state_number_get(d->db, "assessed_seq", -1, &seq);
    if (!e)
        strbuf_printf(d->out, "assessed %" PRId64 "\n", seq);
    none = e ? e : state_registry_get(d->db, d->out, &loaded_us);
    strbuf_printf(d->out, "registry of %" PRId64 "\n", loaded_us);
    e = none == ERR_NOTFOUND ? ERR_OK : none;
    if (!e)
        e = state_rules_each(d->db, dump_rule, d);
    if (!e)
        e = state_condition_each(d->db, dump_condition, d);
    if (!e)
        e = state_episode_each(d->db, &all, dump_episode, d);
    if (!e)
        e = dump_slow(d);
    return e ? e : state_outbox_counts_each(d->db, dump_counts, d);
}

static enum err state_dump(void *store, struct strbuf *out)
{
    struct state_store *s = store;
    struct dump d = {.out = out};
    enum err e = state_open(s->directory, STATE_READ_ONLY, NULL, 0, &d.db);
    if (!e)
        e = dump_all(&d);
    state_close(d.db);
    return e;
}

static const struct workload state_workload = {
    .operations = OPERATIONS,
    .open = state_store_open,
    .close = state_store_close,
    .run = state_run,
    .promises = state_promise,
    .dump = state_dump,
};

#endif
