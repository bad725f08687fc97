#include "shikumen/svc/status.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"
#include "shikumen/core/wording.h"
#include "shikumen/io/readings_query.h"
#include "shikumen/io/state_db.h"

static int64_t beat_of(struct hub *h, enum loop l)
{
    return atomic_load(&h->beat_us[l]);
}

static void add_reason(struct reasons *r, const char *who, const char *what)
{
    if (r->count < STATUS_REASONS_MOST)
        snprintf(r->text[r->count++], sizeof r->text[0], "%s: %s", who, what);
}

void reasons_collect(struct hub *h, int64_t monotonic_us, struct reasons *r)
{
    struct hub_files files;
    char text[HUB_TEXT_SIZE];
    int64_t since_us;

    r->count = 0;
    for (enum loop l = 0; l < LOOP_COUNT; l++) {
        int64_t beat_us = beat_of(h, l);
        if (hub_fault_get(h, l, text, &since_us))
            add_reason(r, loop_name(l), text);
        if (beat_us == 0) {
            add_reason(r, loop_name(l), "starting");
        } else if (monotonic_us - beat_us > BEAT_MAX_US) {
            snprintf(text, sizeof text, "no sign of life for %" PRId64 " s",
                     (int64_t)((monotonic_us - beat_us) / US_PER_S));
            add_reason(r, loop_name(l), text);
        }
    }
    hub_broker_get(h, text);
    if (strcmp(text, "connected") != 0)
        add_reason(r, "broker", text);
    hub_files_get(h, &files);
    if (*files.fault)
        add_reason(r, "files", files.fault);
}

bool status_all_alive(struct hub *h, int64_t monotonic_us)
{
    for (enum loop l = 0; l < LOOP_COUNT; l++)
        if (monotonic_us - beat_of(h, l) > BEAT_MAX_US)
            return false;
    return true;
}

/* The loops create and migrate the databases; once both can be read that is done. */
static bool databases_are_there(const char *directory)
{
    struct readings_reader *readings = NULL;
    struct state_db *state = NULL;
    bool there = reader_open(directory, NULL, 0, &readings) == ERR_OK &&
                 state_open(directory, STATE_READ_ONLY, NULL, 0, &state) == ERR_OK;

    state_close(state);
    reader_close(readings);
    return there;
}

bool status_all_open(struct hub *h)
{
    struct plan *plan = hub_plan(h);
    char text[HUB_TEXT_SIZE];
    int64_t since_us;
    bool open = databases_are_there(plan->settings->store.path);

    plan_release(plan);
    for (enum loop l = 0; l < LOOP_COUNT; l++)
        if (hub_fault_get(h, l, text, &since_us) && strncmp(text, "store", 5) == 0)
            open = false;
    return open;
}

static void put_counted(struct strbuf *out, int64_t count, const char *one, const char *many)
{
    strbuf_printf(out, "%" PRId64 " %s", count, count == 1 ? one : many);
}

void status_sentence(struct hub *h, int64_t monotonic_us, struct strbuf *out)
{
    struct plan *plan = hub_plan(h);
    struct reasons r;

    reasons_collect(h, monotonic_us, &r);
    for (size_t i = 0; i < r.count; i++)
        strbuf_printf(out, "%s%s", i ? ", " : "degraded: ", r.text[i]);
    strbuf_puts(out, r.count ? "; " : "broker connected; ");
    put_counted(out, (int64_t)plan->registry->sensor_count, "sensor", "sensors");
    strbuf_puts(out, " of ");
    put_counted(out, (int64_t)plan->registry->house_count, "house", "houses");
    strbuf_printf(out, ", %" PRId64 " silent", (int64_t)atomic_load(&h->sensors_silent));
    plan_release(plan);
}

static void put_text(struct strbuf *out, const char *text)
{
    strbuf_json_string(out, text, strlen(text));
}

void reasons_put(const struct reasons *r, struct strbuf *out)
{
    struct strbuf zh = {0};

    strbuf_puts(out, "\"reasons\":[");
    for (size_t i = 0; i < r->count; i++) {
        strbuf_puts(out, i ? "," : "");
        put_text(out, r->text[i]);
    }
    strbuf_puts(out, "],\"reasons_zh\":[");
    for (size_t i = 0; i < r->count; i++) {
        strbuf_clear(&zh);
        strbuf_puts(out, i ? "," : "");
        put_text(out, wording_put_zh(&zh, r->text[i]) ? strbuf_text(&zh) : r->text[i]);
    }
    strbuf_putc(out, ']');
    strbuf_free(&zh);
}

static void put_loop(struct hub *h, enum loop l, int64_t monotonic_us, struct strbuf *out)
{
    char text[HUB_TEXT_SIZE], since[UTC_TEXT_SIZE];
    int64_t beat_us = beat_of(h, l), since_us = 0;
    bool faulty = hub_fault_get(h, l, text, &since_us);
    bool beats = beat_us != 0 && monotonic_us - beat_us <= BEAT_MAX_US;

    put_text(out, loop_name(l));
    strbuf_printf(out, ":{\"ok\":%s,\"fault\":", !faulty && beats ? "true" : "false");
    if (faulty)
        put_text(out, text);
    else
        strbuf_puts(out, "null");
    strbuf_puts(out, ",\"since\":");
    if (faulty)
        put_text(out, utc_format(since_us, since));
    else
        strbuf_puts(out, "null");
    strbuf_puts(out, ",\"beat_age_s\":");
    if (beat_us != 0)
        strbuf_number(out, (double)(monotonic_us - beat_us) / 1e6);
    else
        strbuf_puts(out, "null");
    strbuf_putc(out, '}');
}

static void put_health(struct hub *h, int64_t monotonic_us, struct strbuf *out)
{
    char broker[HUB_TEXT_SIZE];
    struct reasons r;

    reasons_collect(h, monotonic_us, &r);
    hub_broker_get(h, broker);
    strbuf_printf(out, ",\"state\":\"%s\",", r.count ? "degraded" : "ok");
    reasons_put(&r, out);
    strbuf_puts(out, ",\"broker\":");
    put_text(out, strncmp(broker, "connecting", 10) == 0 ? "connecting" : broker);
    strbuf_puts(out, ",\"loops\":{");
    for (enum loop l = 0; l < LOOP_COUNT; l++) {
        strbuf_puts(out, l ? "," : "");
        put_loop(h, l, monotonic_us, out);
    }
    strbuf_putc(out, '}');
}

static void put_lag(struct strbuf *out, const char *name, bool behind, int64_t lag_us)
{
    strbuf_printf(out, ",\"%s\":", name);
    strbuf_number(out, behind && lag_us > 0 ? (double)lag_us / 1e6 : 0);
}

static void put_count(struct strbuf *out, const char *name, const atomic_int_fast64_t *figure)
{
    strbuf_printf(out, ",\"%s\":%" PRId64, name, (int64_t)atomic_load(figure));
}

/* Cumulative, as a histogram of OpenMetrics is. */
static void put_commit_seconds(struct hub *h, struct strbuf *out)
{
    int64_t count = 0;

    strbuf_puts(out, ",\"shikumen_commit_seconds\":{\"buckets\":{");
    for (int i = 0; i < HUB_COMMIT_BUCKETS; i++) {
        count += (int64_t)atomic_load(&h->commit_bucket[i]);
        strbuf_puts(out, i ? ",\"" : "\"");
        if (hub_commit_bound_us[i] == INT64_MAX)
            strbuf_puts(out, "+Inf");
        else
            strbuf_number(out, (double)hub_commit_bound_us[i] / 1e6);
        strbuf_printf(out, "\":%" PRId64, count);
    }
    strbuf_puts(out, "},\"sum\":");
    strbuf_number(out, (double)atomic_load(&h->commit_us) / 1e6);
    strbuf_printf(out, ",\"count\":%" PRId64 "}", count);
}

/* Who is served, and who was not. */
static void put_http(struct hub *h, struct strbuf *out)
{
    strbuf_printf(out,
                  ",\"http\":{\"connections\":%" PRId64 ",\"streams\":%" PRId64 ",\"cut\":%" PRId64
                  ",\"turned_away\":%" PRId64 "}",
                  (int64_t)atomic_load(&h->http_connections),
                  (int64_t)atomic_load(&h->http_streams), (int64_t)atomic_load(&h->http_cut),
                  (int64_t)atomic_load(&h->http_turned_away));
}

static void put_named(struct strbuf *out, const char *name, const char *text)
{
    strbuf_printf(out, ",\"%s\":", name);
    put_text(out, text);
}

static void put_time(struct strbuf *out, const char *name, int64_t t_us)
{
    char time[UTC_TEXT_SIZE];

    put_named(out, name, utc_format(t_us, time));
}

/* null: there is no directory of files. */
static void put_files(struct hub *h, struct strbuf *out)
{
    struct hub_files f;

    hub_files_get(h, &f);
    strbuf_puts(out, ",\"files\":");
    if (!f.known && !*f.fault && f.last_us == 0) {
        strbuf_puts(out, "null");
        return;
    }
    if (f.known)
        strbuf_printf(out, "{\"waiting\":%" PRId64 ",\"left\":%" PRId64 ",\"ignored\":%" PRId64,
                      f.waiting, f.left, f.ignored);
    else
        strbuf_puts(out, "{\"waiting\":null,\"left\":null,\"ignored\":null");
    if (*f.fault)
        put_named(out, "fault", f.fault);
    if (f.oldest_us != 0) {
        put_named(out, "oldest", f.oldest);
        put_time(out, "oldest_since", f.oldest_us);
    }
    if (f.ignored > 0)
        put_named(out, "ignored_name", f.ignored_name);
    if (f.last_us != 0) {
        put_named(out, "last", f.last);
        put_named(out, "last_result", f.last_refused ? "refused" : "done");
        put_time(out, "last_at", f.last_us);
    }
    strbuf_putc(out, '}');
}

void status_json(struct hub *h, int64_t started_us, int64_t now_us, int64_t monotonic_us,
                 struct strbuf *out)
{
    int64_t message_us = atomic_load(&h->last_message_us);
    int64_t assessed = atomic_load(&h->assessed_seq);
    int64_t ingested_us = atomic_load(&h->ingested_us);
    char started[UTC_TEXT_SIZE];

    strbuf_printf(out, "{\"version\":\"%s\",\"pid\":%ld,\"started\":\"%s\"", SHIKUMEN_VERSION,
                  (long)getpid(), utc_format(started_us, started));
    put_health(h, monotonic_us, out);
    put_count(out, "shikumen_messages_received_total", &h->messages_received);
    put_count(out, "shikumen_commits_total", &h->commits);
    put_commit_seconds(h, out);
    put_lag(out, "shikumen_ingest_lag_seconds", message_us > ingested_us, now_us - message_us);
    put_lag(out, "shikumen_assess_lag_seconds", atomic_load(&h->ingested_seq) > assessed,
            now_us - ingested_us);
    put_count(out, "shikumen_sensors_silent", &h->sensors_silent);
    put_count(out, "houses_unknown", &h->houses_unknown);
    put_count(out, "ingested_seq", &h->ingested_seq);
    put_count(out, "assessed_seq", &h->assessed_seq);
    put_http(h, out);
    put_files(h, out);
    strbuf_puts(out, "}\n");
}
