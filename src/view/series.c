#include "shikumen/view/series.h"

#include <math.h>
#include <string.h>

#include "shikumen/base/clock.h"
#include "shikumen/view/paper.h"

#define GAP_PERIODS 5 /* as the quality test of gaps has it */

/* --- the sensor --- */

static bool is_by_event(enum quantity q)
{
    return q == Q_VELOCITY || q == Q_ACCELERATION || q == Q_DOMINANT_FREQUENCY || q == Q_DOOR;
}

static void take_registered(struct series_sensor *x, const struct sensor *s)
{
    x->registered = s;
    x->id = s->id;
    x->quantity = quantity_info(s->quantity)->name;
    x->unit = s->canonical_unit;
    x->period_us = s->period_us;
    x->gap_us = s->quality.gap_us > 0 ? s->quality.gap_us : GAP_PERIODS * s->period_us;
    x->by_event = is_by_event(s->quantity);
}

struct looking {
    struct desk *desk;
    const char *id;
    struct series_sensor *out;
};

static enum err take_stored(void *context, const struct sensor_row *row)
{
    struct looking *l = context;

    if (strcmp(row->name, l->id) != 0)
        return ERR_OK;
    l->out->stored = row->id;
    if (l->out->registered)
        return ERR_EXISTS;
    l->out->id = desk_keep(l->desk, row->name);
    l->out->quantity = desk_keep(l->desk, row->quantity);
    l->out->unit = desk_keep(l->desk, row->unit);
    l->out->by_event = is_by_event(quantity_by_name(row->quantity));
    return ERR_EXISTS; /* enough */
}

enum err series_sensor_find(struct desk *d, const char *id, struct series_sensor *out)
{
    const struct registry *r = d->registry;
    uint32_t at = r ? registry_sensor(r, id, strlen(id)) : REGISTRY_NONE;
    struct looking l = {d, id, out};
    enum err e = ERR_OK;

    *out = (struct series_sensor){.gap_us = US_PER_DAY};
    if (at != REGISTRY_NONE)
        take_registered(out, &r->sensors[at]);
    if (d->readings)
        e = reader_sensors(d->readings, take_stored, &l);
    if (e != ERR_OK && e != ERR_EXISTS)
        return desk_readings(d, e);
    return out->id ? ERR_OK : ERR_NOTFOUND;
}

/* --- its readings --- */

static enum err take_reading(void *context, const struct reading *r)
{
    series_take(context, r);
    return ERR_OK;
}

/* The span that an open end stands for; an hour when nothing is stored. */
static enum err close_span(struct desk *d, const struct series_query *q, int64_t *from_us,
                           int64_t *to_us)
{
    int64_t first, last;
    enum err e = ERR_NOTFOUND;

    *to_us = q->to_us == INT64_MAX ? d->now_us : q->to_us;
    *from_us = q->from_us;
    if (q->from_us != INT64_MIN)
        return ERR_OK;
    if (d->readings)
        e = reader_days(d->readings, &first, &last);
    *from_us = e == ERR_OK ? first * US_PER_DAY : *to_us;
    if (*from_us >= *to_us)
        *from_us = *to_us - US_PER_HOUR;
    return e == ERR_NOTFOUND ? ERR_OK : desk_readings(d, e);
}

enum err view_series(struct desk *d, const struct series_query *q, struct series_sensor *sensor,
                     struct series *s)
{
    int64_t from_us, to_us;
    enum err e = series_sensor_find(d, q->sensor, sensor);

    if (e == ERR_OK)
        e = close_span(d, q, &from_us, &to_us);
    if (e == ERR_OK)
        e = series_begin(s, from_us, to_us, sensor->gap_us, q->points, d->arena);
    if (e != ERR_OK)
        return e;
    if (sensor->stored != 0)
        e = reader_window(d->readings, sensor->stored, from_us, to_us, take_reading, s);
    series_end(s);
    return desk_readings(d, e);
}

int64_t series_expected(const struct desk *d, const struct series_sensor *sensor,
                        const struct series *s)
{
    int64_t from_us = s->from_us, to_us = s->to_us < d->now_us ? s->to_us : d->now_us;
    int64_t begun_us = sensor->registered ? sensor->registered->installed_us : INT64_MIN;

    if (sensor->by_event || sensor->period_us <= 0)
        return -1;
    if (begun_us == INT64_MIN)
        begun_us = s->total.first_us;
    if (begun_us == INT64_MIN)
        return -1;
    from_us = begun_us > from_us ? begun_us : from_us;
    return to_us > from_us ? (to_us - from_us + sensor->period_us / 2) / sensor->period_us : 0;
}

void view_series_json(const struct desk *d, const struct series_sensor *sensor,
                      const struct series *s, struct strbuf *out)
{
    int64_t expected = series_expected(d, sensor, s);

    strbuf_putc(out, '{');
    paper_text(out, "sensor", sensor->id);
    paper_text(out, "quantity", sensor->quantity);
    paper_text(out, "unit", sensor->unit);
    paper_number(out, "period_s",
                 sensor->period_us > 0 ? (double)sensor->period_us / (double)US_PER_S
                                       : (double)NAN);
    paper_bool(out, "by_event", sensor->by_event);
    paper_time(out, "from", s->from_us);
    paper_time(out, "to", s->to_us);
    paper_number(out, "expected", expected >= 0 ? (double)expected : (double)NAN);
    strbuf_puts(out, ",\n");
    series_json(s, out);
    strbuf_puts(out, ",\"next\":null}");
}
