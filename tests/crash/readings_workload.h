/* A little of everything that ingest does to readings.db. */
#ifndef SHIKUMEN_TESTS_READINGS_WORKLOAD_H
#define SHIKUMEN_TESTS_READINGS_WORKLOAD_H

#include <inttypes.h>
#include <math.h>
#include <sqlite3.h>

#include "crash_trial.h"
#include "shikumen/base/clock.h"
#include "shikumen/io/readings_db.h"
#include "shikumen/io/readings_query.h"

enum { SENSORS = 3, OPERATIONS = 50, EXPIRING = 48 };

#define START_US (20000 * US_PER_DAY)

struct readings_store {
    char directory[600];
    struct readings_db *db;
};

static enum err readings_store_open(const char *directory, void **out)
{
    char why[300] = "";
    struct readings_store *s = calloc(1, sizeof *s);
    assert_non_null(s);
    snprintf(s->directory, sizeof s->directory, "%s", directory);
    enum err e = readings_open(directory, why, sizeof why, &s->db);
    if (e)
        free(s);
    *out = e ? NULL : s;
    return e;
}

static void readings_store_close(void *store)
{
    struct readings_store *s = store;
    if (s)
        readings_close(s->db);
    free(s);
}

/* --- operations --- */

static int64_t time_of(int op, int k)
{
    return START_US + op * 3 * US_PER_HOUR + k * 600 * US_PER_S;
}

static enum err sensor_id(struct readings_store *s, int number, uint32_t *id)
{
    char name[40];
    snprintf(name, sizeof name, "H001/node/crack-%d", number);
    return readings_sensor(s->db, name, "crack_width", "mm", id);
}

static enum err count_as(struct readings_store *s, const char *what)
{
    enum err e = readings_count(s->db, "received", 1);
    return e ? e : readings_count(s->db, what, 1);
}

/* ERR_EXISTS: it is there already, though this operation has never been acknowledged. */
static enum err append_one(struct readings_store *s, uint32_t sensor, int64_t t_us, double value)
{
    struct reading r = {t_us, t_us + 900, value, sensor, QF_PASS, QT_NONE, false, false}, stored;
    bool found;
    enum err e = readings_find(s->db, sensor, t_us, &found, &stored);
    if (e || found)
        return e ? e : ERR_EXISTS;
    e = readings_append(s->db, &r);
    return e ? e : count_as(s, "stored");
}

static enum err commit(struct readings_store *s)
{
    int64_t seq;
    return readings_commit(s->db, &seq);
}

static enum err put_readings(struct readings_store *s, int op)
{
    enum err e = ERR_OK;
    for (int n = 0; n < SENSORS && !e; n++) {
        uint32_t id = 0;
        e = sensor_id(s, n, &id);
        for (int k = 0; k < 4 && !e; k++)
            e = append_one(s, id, time_of(op, k), op + k / 10.0);
        if (!e && op % 12 == 4) /* a late one, a day and a half old */
            e = append_one(s, id, time_of(op - 12, 0) + US_PER_S, sqrt(op));
    }
    return e;
}

static enum err append_some(struct readings_store *s, int op)
{
    enum err e = put_readings(s, op);
    return e ? e : commit(s);
}

static enum err put_the_rest(struct readings_store *s, int op)
{
    char topic[40], text[40];
    snprintf(topic, sizeof topic, "shikumen/v1/x/%d", op);
    snprintf(text, sizeof text, "[%d]", op);
    struct quarantine_entry q = {time_of(op, 0), topic,       "unknown_sensor", "H9/x", "?",
                                 text,           strlen(text)};
    struct node_row n = {"H001/node", op % 24 < 12, 3.3 + op,      (double)NAN,
                         (double)NAN, "1.0",        time_of(op, 1)};
    enum err e = put_readings(s, op);
    if (!e)
        e = readings_quarantine(s->db, &q);
    if (!e)
        e = count_as(s, "quarantined.unknown_sensor");
    if (!e)
        e = readings_node(s->db, &n);
    if (!e)
        e = readings_meta_put(s->db, "subscriptions", text);
    if (!e)
        e = readings_delivery_put(s->db, (uint16_t)op, (uint64_t)op * 77, time_of(op, 2));
    return e ? e : commit(s);
}

/* One reading that is probably sealed and one of the latest, and a vibration record. */
static enum err revise_some(struct readings_store *s, int op)
{
    bool is_new = false;
    uint32_t id = 0;
    enum err e = sensor_id(s, 0, &id);
    if (!e && op > 12)
        e = readings_revise(s->db, id, time_of(op - 11, 2), QF_FAIL, QT_SPIKE);
    if (!e)
        e = readings_revise(s->db, id, time_of(op - 1, 1), QF_SUSPECT, QT_RATE_OF_CHANGE);
    if (!e)
        e = readings_burst(s->db, id, time_of(op, 0), time_of(op, 1), "{\"v\":[1,2]}", 11, &is_new);
    if (!e && !is_new)
        return ERR_EXISTS;
    if (!e)
        e = count_as(s, "stored");
    return e ? e : commit(s);
}

static size_t pack_state(void *context, uint32_t sensor, uint8_t *bytes, size_t max)
{
    return (size_t)snprintf((char *)bytes, max, "%u after %d", sensor, *(const int *)context);
}

static enum err trim_some(struct readings_store *s)
{
    int64_t seq;
    enum err e = readings_commit(s->db, &seq);
    return e ? e : readings_trim(s->db, seq - 4);
}

/* What SQLite does by itself after a thousand pages; there too its failure is not the writer's. */
static enum err checkpoint(const char *directory, const char *file)
{
    char path[700];
    sqlite3 *raw;
    snprintf(path, sizeof path, "%s/%s", directory, file);
    assert_int_equal(sqlite3_open_v2(path, &raw, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_wal_checkpoint_v2(raw, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    sqlite3_close(raw);
    return ERR_OK;
}

static enum err readings_store_reopen(struct readings_store *s)
{
    readings_close(s->db);
    s->db = NULL;
    return readings_open(s->directory, NULL, 0, &s->db);
}

static enum err readings_run(void *store, int op)
{
    struct readings_store *s = store;
    if (op == EXPIRING)
        return readings_expire(s->db, time_of(20, 0));
    switch (op % 12) {
    case 3:
        return put_the_rest(s, op);
    case 5:
        return revise_some(s, op);
    case 7:
        return readings_seal(s->db, pack_state, &op);
    case 9:
        return checkpoint(s->directory, "readings.db");
    case 10:
        return trim_some(s);
    case 11:
        return readings_store_reopen(s);
    default:
        return append_some(s, op);
    }
}

static bool readings_promise(int op)
{
    (void)op;
    return true;
}

/* --- all there is, as text --- */

struct dump {
    struct strbuf *out;
    struct readings_reader *reader;
};

static enum err dump_reading(void *context, const struct reading *r)
{
    struct dump *d = context;
    strbuf_printf(d->out, " %u@%" PRId64 "+%" PRId64 "=%a/%d.%d\n", r->sensor, r->t_us,
                  r->rx_us - r->t_us, r->value, r->flag, r->test);
    return ERR_OK;
}

static enum err dump_entry(void *context, const struct journal_entry *e)
{
    struct dump *d = context;
    strbuf_printf(d->out, "%" PRId64 "%s", e->seq, e->revision ? " revised" : "");
    return dump_reading(context, &e->reading);
}

static enum err dump_sensor(void *context, const struct sensor_row *s)
{
    struct dump *d = context;
    strbuf_printf(d->out, "%u %s %" PRId64 " %" PRId64 " %a %d\n", s->id, s->name, s->last_t_us,
                  s->last_rx_us, s->last_value, s->last_flag);
    return ERR_OK;
}

static enum err dump_node(void *context, const struct reader_node *n)
{
    struct dump *d = context;
    strbuf_printf(d->out, "%s %d %a %a %s %" PRId64 " %" PRId64 "\n", n->node, n->online,
                  n->battery_v, n->rssi_dbm, n->firmware, n->rx_us, n->seq);
    return ERR_OK;
}

static enum err dump_counter(void *context, const char *name, int64_t n)
{
    struct dump *d = context;
    strbuf_printf(d->out, "%s=%" PRId64 "\n", name, n);
    return ERR_OK;
}

static enum err dump_quarantine(void *context, const struct quarantine_row *q)
{
    struct dump *d = context;
    strbuf_printf(d->out, "%" PRId64 " %" PRId64 " %s %s %s %.*s\n", q->id, q->rx_us, q->topic,
                  q->reason, q->sensor, (int)q->payload_len, (const char *)q->payload);
    return ERR_OK;
}

static enum err dump_state(void *context, uint32_t sensor, const uint8_t *bytes, size_t n)
{
    struct dump *d = context;
    strbuf_printf(d->out, "state %u: %.*s\n", sensor, (int)n, (const char *)bytes);
    return ERR_OK;
}

static enum err dump_reader(struct dump *d)
{
    int64_t last_seq;
    bool gap;
    enum err e = reader_verify(d->reader, d->out);
    for (uint32_t id = 1; id <= SENSORS && !e; id++)
        e = reader_window(d->reader, id, INT64_MIN, INT64_MAX, dump_reading, d);
    if (!e)
        e = reader_since(d->reader, 0, -1, dump_entry, d, &last_seq, &gap);
    if (!e)
        e = reader_sensors(d->reader, dump_sensor, d);
    if (!e)
        e = reader_nodes(d->reader, -1, dump_node, d);
    if (!e)
        e = reader_counters(d->reader, dump_counter, d);
    return e ? e : reader_quarantine(d->reader, NULL, NULL, 100, dump_quarantine, d);
}

static enum err dump_writer(struct readings_store *s, struct dump *d)
{
    const char *text;
    enum err e = readings_states_each(s->db, dump_state, d);
    if (!e)
        e = readings_meta_get(s->db, "subscriptions", &text);
    if (!e)
        strbuf_printf(d->out, "subscriptions %s\n", text ? text : "none");
    for (int op = 0; op < OPERATIONS && !e; op++) {
        bool found;
        int64_t rx_us;
        e = readings_delivery_get(s->db, (uint16_t)op, (uint64_t)op * 77, &found, &rx_us);
        if (!e && found)
            strbuf_printf(d->out, "delivered %d\n", op);
    }
    return e;
}

static enum err readings_dump(void *store, struct strbuf *out)
{
    struct readings_store *s = store;
    struct dump d = {.out = out};
    enum err e = reader_open(s->directory, NULL, 0, &d.reader);
    if (!e)
        e = dump_reader(&d);
    reader_close(d.reader);
    return e ? e : dump_writer(s, &d);
}

static const struct workload readings_workload = {
    .operations = OPERATIONS,
    .open = readings_store_open,
    .close = readings_store_close,
    .run = readings_run,
    .promises = readings_promise,
    .dump = readings_dump,
};

#endif
