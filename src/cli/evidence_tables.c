#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "shikumen/base/array.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"
#include "shikumen/view/forecast_words.h"
#include "shikumen/view/listing.h"

/* --- fields --- */

static void put_text(struct strbuf *out, const char *text)
{
    csv_field(out, text);
    strbuf_putc(out, ',');
}

/* Nothing when not known; nine digits, more than any sensor has. */
static void put_real(struct strbuf *out, double x)
{
    if (isfinite(x))
        strbuf_printf(out, "%.9g", x);
    strbuf_putc(out, ',');
}

static void put_time(struct strbuf *out, int64_t t_us)
{
    char text[UTC_TEXT_SIZE];

    strbuf_printf(out, "%s,", t_us == STATE_UNKNOWN_US ? "" : utc_format(t_us, text));
}

static void put_day(struct strbuf *out, int64_t day)
{
    char text[UTC_TEXT_SIZE];

    strbuf_printf(out, "%.10s,", utc_format(day * US_PER_DAY, text));
}

/* The last field of a line, in place of its comma. */
static void end_line(struct strbuf *out)
{
    if (out->len > 0 && !out->failed)
        out->data[out->len - 1] = '\n';
}

/* --- readings.csv --- */

struct raw {
    struct evidence *e;
    const struct evidence_sensor *sensor;
    struct strbuf *out;
};

static enum err put_reading(void *context, const struct reading *r)
{
    struct raw *x = context;

    reading_csv(x->out, x->sensor->id, x->sensor->unit, r);
    x->e->rows++;
    x->e->flagged += r->flag != QF_PASS;
    return x->out->failed ? ERR_NOMEM : ERR_OK;
}

static int put_readings(struct evidence *e, struct packet *p)
{
    struct raw x = {.e = e, .out = packet_add(p, "readings.csv")};
    enum err error = x.out ? ERR_OK : ERR_NOMEM;

    if (x.out)
        strbuf_puts(x.out, READING_CSV_HEADER);
    for (size_t i = 0; i < e->count && error == ERR_OK; i++) {
        x.sensor = &e->sensors[i];
        if (x.sensor->role != EVIDENCE_NEIGHBOUR && x.sensor->stored != 0)
            error = reader_window(e->c->desk.readings, x.sensor->stored, e->from_us, e->to_us,
                                  put_reading, &x);
    }
    return ctl_readings_result(e->c, error);
}

/* --- residual.csv --- */

static void put_residual(const struct evidence_sensor *s, size_t i, struct strbuf *out)
{
    const struct slow_trace_day *d = &s->trace->days[i];

    put_day(out, d->day);
    put_text(out, s->id);
    put_real(out, d->measured);
    put_real(out, d->weather);
    put_real(out, d->shift);
    put_real(out, (double)d->residual);
    put_real(out, slow_trace_level(s->trace, i));
    put_text(out, s->unit);
    strbuf_printf(out, isnan(d->residual) ? "," : "%u,", (unsigned)d->version);
    put_day(out, s->trace->days[d->baseline].day);
    end_line(out);
}

static int put_residuals(struct evidence *e, struct packet *p)
{
    struct strbuf *out = NULL;

    for (size_t i = 0; i < e->count; i++) {
        const struct evidence_sensor *s = &e->sensors[i];
        if (s->role != EVIDENCE_ALERT || !s->trace)
            continue;
        if (!out) {
            out = packet_add(p, "residual.csv");
            if (!out)
                return ctl_result(e->c, ERR_NOMEM);
            strbuf_puts(out, "day,sensor,measured,weather,shift,residual,level,u,model_version,"
                             "baseline\n");
        }
        for (size_t k = 0; k < s->trace->count; k++)
            if (s->trace->days[k].day * US_PER_DAY >= e->wanted_us - US_PER_DAY)
                put_residual(s, k, out);
    }
    return EXIT_DONE;
}

/* --- neighbours.csv --- */

struct day_values {
    const struct evidence *e;
    const struct evidence_sensor *sensor;
    struct strbuf *out;
    int64_t day; /* INT64_MIN: none yet */
    double *passed;
    size_t count, capacity, flagged;
    size_t trace_at; /* where the sensor's trace was last looked at */
};

/* The residual of that day, of the latest baseline that has it. */
static double residual_at(struct day_values *v)
{
    const struct slow_trace *t = v->sensor->trace;
    double residual = NAN;

    for (size_t i = v->trace_at; t && i < t->count; i++) {
        if (t->days[i].day == v->day)
            residual = (double)t->days[i].residual;
        if (t->days[i].day < v->day)
            v->trace_at = i;
        else if (t->days[i].day > v->day)
            break;
    }
    return residual;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* NaN of nothing; reorders x. */
static double median_of(double *x, size_t n)
{
    if (n == 0)
        return NAN;
    qsort(x, n, sizeof *x, by_size);
    return n % 2 == 1 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2;
}

static void end_day(struct day_values *v)
{
    if (v->day == INT64_MIN)
        return;
    put_day(v->out, v->day);
    put_text(v->out, v->sensor->id);
    put_text(v->out, v->sensor->relation);
    put_text(v->out, v->sensor->quantity);
    put_real(v->out, median_of(v->passed, v->count));
    put_text(v->out, v->sensor->unit);
    strbuf_printf(v->out, "%zu,%zu,", v->count, v->flagged);
    put_real(v->out, residual_at(v));
    end_line(v->out);
}

static enum err take_value(void *context, const struct reading *r)
{
    struct day_values *v = context;
    int64_t day = r->t_us / US_PER_DAY - (r->t_us % US_PER_DAY < 0);

    if (day != v->day) {
        end_day(v);
        v->day = day;
        v->count = v->flagged = 0;
    }
    if (r->flag != QF_PASS) {
        v->flagged++;
        return ERR_OK;
    }
    double *bigger = array_grow(v->passed, &v->capacity, v->count + 1, sizeof *bigger);
    if (!bigger)
        return ERR_NOMEM;
    v->passed = bigger;
    v->passed[v->count++] = r->value;
    return v->out->failed ? ERR_NOMEM : ERR_OK;
}

static enum err put_neighbour(struct day_values *v)
{
    enum err error;

    v->day = INT64_MIN;
    v->trace_at = 0;
    error = reader_window(v->e->c->desk.readings, v->sensor->stored, v->e->wanted_us, v->e->to_us,
                          take_value, v);
    end_day(v);
    return error;
}

static int put_neighbours(struct evidence *e, struct packet *p)
{
    struct day_values v = {.e = e};
    enum err error = ERR_OK;

    for (size_t i = 0; i < e->count && error == ERR_OK; i++) {
        v.sensor = &e->sensors[i];
        if (!*v.sensor->relation || v.sensor->stored == 0)
            continue;
        if (!v.out) {
            v.out = packet_add(p, "neighbours.csv");
            if (!v.out)
                return ctl_result(e->c, ERR_NOMEM);
            strbuf_puts(v.out, "day,sensor,relation,quantity,median,u,passed,flagged,residual\n");
        }
        error = put_neighbour(&v);
    }
    free(v.passed);
    return ctl_readings_result(e->c, error);
}

/* --- records.ndjson --- */

struct records {
    struct evidence *e;
    const struct evidence_sensor *sensor;
    struct packet *p;
    struct strbuf *out;
};

/* As it came, on one line: in JSON line ends are blanks. */
static void put_json_line(struct strbuf *out, const char *json, size_t n)
{
    for (size_t i = 0; i < n; i++)
        strbuf_putc(out, json[i] == '\n' || json[i] == '\r' ? ' ' : json[i]);
}

static enum err put_record(void *context, const struct burst_row *b)
{
    struct records *x = context;
    char time[UTC_TEXT_SIZE];

    if (!x->out && !(x->out = packet_add(x->p, "records.ndjson")))
        return ERR_NOMEM;
    if (x->out->len + b->json_len > EVIDENCE_RECORDS_MAX) {
        x->e->records_cut = true;
        return ERR_OK;
    }
    strbuf_printf(x->out, "{\"t\":\"%s\",\"sensor\":", utc_format(b->t_us, time));
    strbuf_json_string(x->out, x->sensor->id, strlen(x->sensor->id));
    strbuf_printf(x->out, ",\"rx\":\"%s\",\"record\":", utc_format(b->rx_us, time));
    put_json_line(x->out, b->json, b->json_len);
    strbuf_puts(x->out, "}\n");
    x->e->records++;
    return x->out->failed ? ERR_NOMEM : ERR_OK;
}

/* Vibration records from the first crossing on: there may be very many before. */
static int put_records(struct evidence *e, struct packet *p)
{
    struct records x = {.e = e, .p = p};
    int64_t from_us = e->steps[0].at_us;
    enum err error = ERR_OK;

    for (size_t i = 0; i < e->told.count; i++)
        if (e->told.since_us[i] != INT64_MIN && e->told.since_us[i] < from_us)
            from_us = e->told.since_us[i];
    for (size_t i = 0; i < e->count && error == ERR_OK; i++) {
        x.sensor = &e->sensors[i];
        if (x.sensor->role == EVIDENCE_ALERT && x.sensor->stored != 0)
            error = reader_bursts_of(e->c->desk.readings, x.sensor->stored, from_us, e->to_us,
                                     put_record, &x);
    }
    return ctl_readings_result(e->c, error);
}

/* --- forecasts.csv --- */

struct ahead {
    struct evidence *e;
    struct packet *p;
    struct strbuf *out;
};

static void put_forecast(struct strbuf *out, const struct registry *r,
                         const struct state_forecast *f, const struct state_crossing *came)
{
    const struct limit *limit = forecast_limit(r, &f->limit);

    put_time(out, f->at_us);
    put_text(out, f->limit.sensor);
    put_text(out, f->limit.quantity);
    put_text(out, f->limit.of);
    put_real(out, f->limit.value);
    strbuf_printf(out, limit ? "%d," : ",", limit ? limit->level : 0);
    put_text(out, f->limit.source);
    put_time(out, f->t05_us);
    put_time(out, f->t50_us);
    put_time(out, f->t95_us);
    put_real(out, f->p30);
    put_real(out, f->p180);
    put_real(out, f->p365);
    put_text(out, f->state);
    put_text(out, f->reason);
    put_text(out, f->method);
    put_time(out, came ? came->reached_us : STATE_UNKNOWN_US);
    put_time(out, came ? came->observed_until_us : STATE_UNKNOWN_US);
    end_line(out);
}

static enum err take_forecast(void *context, const struct state_forecast *f,
                              const struct state_crossing *came)
{
    struct ahead *x = context;

    if (f->at_us > x->e->told.at_us)
        return ERR_OK;
    if (!x->out) {
        x->out = packet_add(x->p, "forecasts.csv");
        if (!x->out)
            return ERR_NOMEM;
        strbuf_puts(x->out, "at,sensor,quantity,of,limit,level,limit_source,t05,t50,t95,p30,p180,"
                            "p365,state,reason,method,reached,observed_until\n");
    }
    put_forecast(x->out, x->e->c->plan->registry, f, came);
    return x->out->failed ? ERR_NOMEM : ERR_OK;
}

static int put_forecasts(struct evidence *e, struct packet *p)
{
    struct ahead x = {.e = e, .p = p};
    enum err error = ERR_OK;

    for (size_t i = 0; i < e->count && error == ERR_OK; i++) {
        const struct forecast_filter filter = {.sensor = e->sensors[i].id, .since_us = INT64_MIN};
        if (e->sensors[i].role == EVIDENCE_ALERT)
            error = state_forecast_each(e->c->desk.state, &filter, take_forecast, &x);
    }
    return ctl_state_result(e->c, error);
}

int evidence_tables(struct evidence *e, struct packet *p)
{
    int code = put_readings(e, p);

    if (code == EXIT_DONE)
        code = put_residuals(e, p);
    if (code == EXIT_DONE)
        code = put_neighbours(e, p);
    if (code == EXIT_DONE)
        code = put_records(e, p);
    if (code == EXIT_DONE)
        code = evidence_origins(e, p);
    return code == EXIT_DONE ? put_forecasts(e, p) : code;
}
