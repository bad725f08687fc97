#include "backtest_out.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "backtest_load.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/base/utc.h"

/* --- as it is concluded --- */

static void put_line(FILE *stream, const char *json, size_t n)
{
    fwrite(json, 1, n, stream); /* ferror is asked at the end */
    if (n == 0 || json[n - 1] != '\n')
        fputc('\n', stream);
}

static void take_step(void *context, const struct episode *e, enum alert_event event,
                      const char *json, size_t n)
{
    struct backtest_out *o = context;

    (void)e;
    (void)event;
    o->steps++;
    put_line(o->alerts.stream, json, n);
}

static void take_forecast(void *context, const char *json, size_t n)
{
    struct backtest_out *o = context;

    put_line(o->forecasts.stream, json, n);
}

static void take_risk(void *context, const char *json, size_t n)
{
    struct backtest_out *o = context;

    put_line(o->risk.stream, json, n);
}

static enum err open_one(const char *folder, const char *name, struct outfile *f)
{
    char *path = NULL;
    enum err e = ERR_NOMEM;

    if (asprintf(&path, "%s/%s", folder, name) >= 0) {
        e = outfile_open(path, f);
        free(path);
    }
    return e;
}

enum err backtest_out_open(struct backtest_out *o, const char *folder)
{
    enum err e;

    *o = (struct backtest_out){
        .sink = {.step = take_step, .forecast = take_forecast, .risk = take_risk, .context = o}};
    e = open_one(folder, "alerts.ndjson", &o->alerts);
    if (e == ERR_OK)
        e = open_one(folder, "forecasts.ndjson", &o->forecasts);
    if (e == ERR_OK)
        e = open_one(folder, "risk.ndjson", &o->risk);
    return e == ERR_OK ? open_one(folder, "summary.json", &o->summary) : e;
}

void backtest_out_close(struct backtest_out *o)
{
    outfile_drop(&o->alerts);
    outfile_drop(&o->forecasts);
    outfile_drop(&o->risk);
    outfile_drop(&o->summary);
}

/* --- the summary --- */

static void put_count(struct strbuf *b, const char *name, int64_t n)
{
    strbuf_printf(b, "  \"%s\": %" PRId64 ",\n", name, n);
}

static void put_time(struct strbuf *b, const char *name, int64_t t_us)
{
    char text[UTC_TEXT_SIZE];

    if (t_us == INT64_MIN)
        strbuf_printf(b, "  \"%s\": null,\n", name);
    else
        strbuf_printf(b, "  \"%s\": \"%s\",\n", name, utc_format(t_us, text));
}

static void put_refused(struct strbuf *b, const struct feed_counts *fed,
                        const struct replay_counts *replayed)
{
    strbuf_printf(b, "  \"refused\": {\"line\": %" PRId64, fed->hostile);
    for (int i = 0; i < REFUSE_COUNT; i++)
        strbuf_printf(b, ", \"%s\": %" PRId64, refusal_name((enum refusal)i),
                      fed->refused[i] + replayed->quarantined[i]);
    strbuf_puts(b, "},\n");
}

static void put_counts(struct strbuf *b, const struct feed_counts *fed,
                       const struct replay_counts *replayed)
{
    put_count(b, "lines", fed->lines);
    put_count(b, "readings", fed->readings);
    put_count(b, "messages", fed->messages);
    put_count(b, "stored", replayed->stored);
    put_count(b, "duplicate", replayed->duplicate);
    put_count(b, "conflict", replayed->conflict);
    put_count(b, "out_of_order", fed->out_of_order);
    put_refused(b, fed, replayed);
}

static void put_summary(struct strbuf *b, const struct backtest_out *o,
                        const struct backtest_run *run)
{
    double span_us = (double)(run->replayed.last_us - run->replayed.first_us);

    strbuf_puts(b, "{\n");
    put_counts(b, run->fed, &run->replayed);
    put_time(b, "first", run->replayed.first_us);
    put_time(b, "last", run->replayed.last_us);
    strbuf_puts(b, "  \"span_days\": ");
    strbuf_number(b, span_us / (double)US_PER_DAY);
    strbuf_puts(b, ",\n");
    put_count(b, "houses", (int64_t)run->registry->house_count);
    put_count(b, "sensors", (int64_t)run->registry->sensor_count);
    put_count(b, "epochs", (int64_t)run->registry->epoch_count);
    put_count(b, "steps", o->steps);
    backtest_load_put(b, run);
}

static enum err close_one(struct outfile *f)
{
    if (ferror(f->stream)) {
        errno = errno ? errno : EIO;
        return ERR_IO;
    }
    return outfile_finish(f);
}

enum err backtest_out_finish(struct backtest_out *o, const struct backtest_run *run)
{
    struct strbuf b = {0};
    enum err e;

    put_summary(&b, o, run);
    strbuf_puts(&b, "  \"timing\": {\"run_seconds\": ");
    strbuf_printf(&b, "%.3f, \"readings_per_second\": %.0f}\n}\n", run->run_seconds,
                  run->run_seconds > 0.0 ? (double)run->replayed.received / run->run_seconds : 0.0);
    fwrite(strbuf_text(&b), 1, b.len, o->summary.stream);
    e = b.failed ? ERR_NOMEM : close_one(&o->alerts);
    if (e == ERR_OK)
        e = close_one(&o->forecasts);
    if (e == ERR_OK)
        e = close_one(&o->risk);
    if (e == ERR_OK)
        e = close_one(&o->summary);
    strbuf_free(&b);
    return e;
}
