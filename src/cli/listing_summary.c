#include <math.h>
#include <stdio.h>
#include <string.h>

#include "listing.h"
#include "print.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"
#include "shikumen/view/words.h"

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
    struct table table;
    const struct listed *sensor;
    int64_t width_us;
    int64_t begin_us; /* of the bucket; INT64_MIN: none yet */
    int64_t passed, flagged;
    double mean, min, max;
};

static enum err end_bucket(struct summary *s)
{
    struct table *t = &s->table;
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

int listing_summary(struct ctl *c, const struct listed *sensor)
{
    const struct options *o = &c->options;
    struct summary s = {.sensor = sensor,
                        .width_us = o->step == STEP_HOUR ? US_PER_HOUR : US_PER_DAY,
                        .begin_us = INT64_MIN};
    enum err e;
    int code;

    table_begin(&s.table, &c->desk, columns, COL_COUNT);
    e = reader_window(c->desk.readings, sensor->id, o->from_us, o->to_us, take, &s);
    code = ctl_readings_result(c, e == ERR_OK ? end_bucket(&s) : e);
    if (code == EXIT_DONE)
        code = table_print(c, &s.table, "这段时间没有读数", "no readings in that time");
    table_end(&s.table);
    return code;
}
