#include "shikumen/view/listing.h"

#include <math.h>
#include <string.h>

#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"
#include "shikumen/view/words.h"

/* --- single readings --- */

/* Arrivals are stored to the millisecond. */
const char *reading_clock(const struct reading *r)
{
    if (!r->clock_doubt)
        return NULL;
    return r->t_us - r->rx_us >= 0 && r->t_us - r->rx_us < US_PER_MS ? "arrival" : "suspect";
}

void reading_json(struct strbuf *out, const char *name, const char *unit, const struct reading *r)
{
    char time[UTC_TEXT_SIZE];

    strbuf_printf(out, "{\"t\":\"%s\",\"sensor\":", utc_format(r->t_us, time));
    strbuf_json_string(out, name, strlen(name));
    strbuf_puts(out, ",\"v\":");
    strbuf_number(out, r->value);
    strbuf_puts(out, ",\"u\":");
    strbuf_json_string(out, unit, strlen(unit));
    strbuf_printf(out, ",\"flag\":%u,\"test\":", (unsigned)r->flag);
    if (r->test == QT_NONE)
        strbuf_puts(out, "null");
    else
        strbuf_printf(out, "\"%s\"", quality_test_name((enum quality_test)r->test));
    strbuf_printf(out, ",\"rx\":\"%s\"", utc_format(r->rx_us, time));
    if (r->historical)
        strbuf_puts(out, ",\"historical\":true");
    if (r->clock_doubt)
        strbuf_printf(out, ",\"clock\":\"%s\"", reading_clock(r));
    strbuf_putc(out, '}');
}

void reading_csv(struct strbuf *out, const char *name, const char *unit, const struct reading *r)
{
    char time[UTC_TEXT_SIZE];

    strbuf_printf(out, "%s,", utc_format(r->t_us, time));
    csv_field(out, name);
    strbuf_putc(out, ',');
    strbuf_number(out, r->value);
    strbuf_putc(out, ',');
    csv_field(out, unit);
    strbuf_printf(out, ",%u,%s,%s\n", (unsigned)r->flag,
                  r->test == QT_NONE ? "" : quality_test_name((enum quality_test)r->test),
                  utc_format(r->rx_us, time));
}

struct listing {
    const struct listed *sensor;
    const struct listing_query *query;
    struct strbuf *out;
    size_t rows;
    int64_t next_us;
};

/* Stops at the first that is too many. */
static enum err list_reading(void *context, const struct reading *r)
{
    struct listing *l = context;

    if (l->rows == l->query->most) {
        l->next_us = r->t_us;
        return ERR_CLOSED;
    }
    if (l->query->csv) {
        reading_csv(l->out, l->sensor->name, l->sensor->unit, r);
    } else {
        strbuf_puts(l->out, l->rows ? ",\n " : "");
        reading_json(l->out, l->sensor->name, l->sensor->unit, r);
    }
    l->rows++;
    return l->out->failed ? ERR_NOMEM : ERR_OK;
}

enum err view_readings(struct desk *d, const struct listed *sensor, const struct listing_query *q,
                       struct strbuf *out, int64_t *next_us)
{
    struct listing l = {.sensor = sensor, .query = q, .out = out, .next_us = INT64_MAX};
    enum err e = reader_window(d->readings, sensor->id, q->from_us, q->to_us, list_reading, &l);

    *next_us = l.next_us;
    return e == ERR_CLOSED && l.next_us != INT64_MAX ? ERR_OK : desk_readings(d, e);
}

/* --- by hour and day --- */

enum { COL_T, COL_SENSOR, COL_N, COL_MEAN, COL_MIN, COL_MAX, COL_UNIT, COL_FLAGGED, COL_COUNT };

static const struct column columns[COL_COUNT] = {
    [COL_T] = {"t", "时段起 (UTC)", "FROM (UTC)", false, 0},
    [COL_SENSOR] = {"sensor", NULL, NULL, false, 0},
    [COL_N] = {"n", "合格", "PASSED", true, 0},
    [COL_MEAN] = {"mean", "平均", "MEAN", true, 0},
    [COL_MIN] = {"min", "最小", "MIN", true, 0},
    [COL_MAX] = {"max", "最大", "MAX", true, 0},
    [COL_UNIT] = {"u", "单位", "UNIT", false, 0},
    [COL_FLAGGED] = {"flagged", "不合格", "FLAGGED", true, 0},
};

struct summary {
    struct table *table;
    const struct listed *sensor;
    int64_t width_us;
    int64_t begin_us; /* of the bucket; INT64_MIN: none yet */
    int64_t passed, flagged;
    double mean, min, max;
    size_t most;
    int64_t next_us;
};

static enum err end_bucket(struct summary *s)
{
    struct table *t = s->table;
    char time[UTC_TEXT_SIZE];
    struct cell *row;

    if (s->begin_us == INT64_MIN)
        return ERR_OK;
    row = table_row(t);
    if (!row)
        return ERR_NOMEM;
    row[COL_T] = cell_shown(t, cell_time(s->begin_us), TINT_NONE, utc_format(s->begin_us, time));
    row[COL_SENSOR] = cell_text(t, s->sensor->name);
    row[COL_N] = cell_int(s->passed);
    row[COL_UNIT] = cell_text(t, s->sensor->unit);
    row[COL_FLAGGED] = cell_int(s->flagged);
    if (s->passed == 0)
        return ERR_OK;
    row[COL_MEAN] = cell_value(t, s->mean, s->sensor->quantity);
    row[COL_MIN] = cell_value(t, s->min, s->sensor->quantity);
    row[COL_MAX] = cell_value(t, s->max, s->sensor->quantity);
    return ERR_OK;
}

static void begin_bucket(struct summary *s, int64_t begin_us)
{
    s->begin_us = begin_us;
    s->passed = s->flagged = 0;
    s->mean = 0;
    s->min = HUGE_VAL;
    s->max = -HUGE_VAL;
}

static enum err take(void *context, const struct reading *r)
{
    struct summary *s = context;
    int64_t into_us = (r->t_us % s->width_us + s->width_us) % s->width_us;
    enum err e = ERR_OK;

    if (r->t_us - into_us != s->begin_us) {
        e = end_bucket(s);
        begin_bucket(s, r->t_us - into_us);
    }
    if (e == ERR_OK && s->table->rows == s->most) {
        s->next_us = s->begin_us;
        return ERR_CLOSED;
    }
    if (r->flag != QF_PASS) {
        s->flagged++;
        return e;
    }
    s->passed++;
    s->mean += (r->value - s->mean) / (double)s->passed;
    s->min = fmin(s->min, r->value);
    s->max = fmax(s->max, r->value);
    return e;
}

enum err view_buckets(struct desk *d, const struct listed *sensor, const struct listing_query *q,
                      struct table *t, int64_t *next_us)
{
    struct summary s = {.table = t,
                        .sensor = sensor,
                        .width_us = q->step == LISTING_HOUR ? US_PER_HOUR : US_PER_DAY,
                        .begin_us = INT64_MIN,
                        .most = q->most,
                        .next_us = INT64_MAX};
    enum err e;

    table_begin(t, d, columns, COL_COUNT);
    e = reader_window(d->readings, sensor->id, q->from_us, q->to_us, take, &s);
    *next_us = s.next_us;
    if (e == ERR_CLOSED && s.next_us != INT64_MAX)
        return ERR_OK;
    return desk_readings(d, e == ERR_OK ? end_bucket(&s) : e);
}
