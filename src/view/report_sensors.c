/* What each sensor sent in the span: how much of what was due, gaps, flags, and where it stood at
 * both ends. */
#include <math.h>
#include <stdlib.h>

#include "report_parts.h"
#include "shikumen/base/clock.h"
#include "shikumen/view/census.h"

#define GAP_PERIODS 5
#define ENDS_US     (7 * US_PER_DAY) /* medians over so much at either end */
#define ENDS_MOST   4096             /* readings for such a median; of more, the first */

struct survey {
    struct report_sensor *s;
    const struct sensor *of;
    int64_t from_us, to_us, begin_until_us, end_from_us, latest_us;
    double *begin, *end;
    size_t begins, ends;
};

static void note_gap(struct survey *v, int64_t from_us, int64_t until_us)
{
    if (v->of->period_us <= 0 || until_us - from_us <= GAP_PERIODS * v->of->period_us)
        return;
    v->s->gaps++;
    if (until_us - from_us > v->s->longest_gap_us) {
        v->s->longest_gap_us = until_us - from_us;
        v->s->longest_from_us = from_us;
    }
}

static void take_value(struct survey *v, const struct reading *r)
{
    v->s->least = fmin(v->s->least, r->value); /* NaN gives way */
    v->s->most = fmax(v->s->most, r->value);
    if (r->t_us >= v->s->begin_us && r->t_us < v->begin_until_us && v->begins < ENDS_MOST)
        v->begin[v->begins++] = r->value;
    if (r->t_us >= v->end_from_us && v->ends < ENDS_MOST)
        v->end[v->ends++] = r->value;
}

static enum err take(void *context, const struct reading *r)
{
    struct survey *v = context;

    if (r->rx_us >= v->to_us) /* nobody knew of it then */
        return ERR_OK;
    note_gap(v, v->latest_us, r->t_us);
    v->latest_us = r->t_us;
    v->s->last_us = r->t_us;
    v->s->suspect += r->flag == QF_SUSPECT;
    v->s->failed += r->flag == QF_FAIL;
    v->s->other += r->flag != QF_SUSPECT && r->flag != QF_FAIL && r->flag != QF_PASS;
    v->s->passed += r->flag == QF_PASS;
    if (r->flag == QF_PASS)
        take_value(v, r);
    return ERR_OK;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *x, size_t n)
{
    if (n == 0)
        return NAN;
    qsort(x, n, sizeof *x, by_value);
    return n % 2 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2;
}

/* Ends of the part of the span that belongs to the baseline in force at its end: nothing is
 * compared over the start of a baseline. */
static void set_ends(const struct report *r, struct survey *v)
{
    int64_t baseline_us = registry_baseline_start_us(r->registry, v->s->sensor, r->to_us);
    int64_t third_us;

    v->s->begin_us = baseline_us > v->from_us ? baseline_us : v->from_us;
    third_us = (v->to_us - v->s->begin_us) / 3;
    third_us = third_us < ENDS_US ? third_us : ENDS_US;
    v->begin_until_us = v->s->begin_us + third_us;
    v->end_from_us = v->to_us - third_us;
}

static void conclude(struct survey *v)
{
    struct report_sensor *s = v->s;
    bool shakes = v->of->quantity == Q_VELOCITY || v->of->quantity == Q_ACCELERATION;

    note_gap(v, v->latest_us, v->to_us);
    s->begin = median(v->begin, v->begins);
    s->end = median(v->end, v->ends);
    s->records_only = shakes && s->last_us == INT64_MIN;
    if (v->of->period_us > 0 && v->to_us > v->from_us && !s->records_only)
        s->due = (double)(v->to_us - v->from_us) / (double)v->of->period_us;
    s->coverage = s->due > 0 ? fmin(1, (double)s->passed / s->due) : (double)NAN;
}

static enum err survey(struct report *r, struct report_sensor *s, struct survey *v)
{
    enum err e = ERR_OK;

    v->s = s;
    v->of = &r->registry->sensors[s->sensor];
    v->to_us = r->to_us;
    v->from_us = v->of->installed_us > r->from_us ? v->of->installed_us : r->from_us;
    v->latest_us = v->from_us;
    v->begins = v->ends = 0;
    set_ends(r, v);
    if (s->stored != 0 && r->d->readings && v->from_us < v->to_us)
        e = reader_window(r->d->readings, s->stored, v->from_us, v->to_us, take, v);
    conclude(v);
    return desk_readings(r->d, e);
}

enum err report_take_sensors(struct report *r)
{
    struct survey v = {.begin = arena_array(r->d->arena, ENDS_MOST, sizeof(double)),
                       .end = arena_array(r->d->arena, ENDS_MOST, sizeof(double))};
    struct census census = {0};
    enum err e = census_take(r->d, &census);

    if (!v.begin || !v.end)
        return ERR_NOMEM;
    for (size_t i = 0; e == ERR_OK && i < r->registry->sensor_count; i++) {
        const struct sensor *of = &r->registry->sensors[i];
        struct report_sensor *s;
        if (of->house == REGISTRY_NONE || !report_about(r, of->house))
            continue;
        s = REPORT_ADD(r, sensor_list, sensors);
        if (!s)
            return ERR_NOMEM;
        *s = (struct report_sensor){.sensor = (uint32_t)i,
                                    .stored = census.last[i].id,
                                    .last_us = INT64_MIN,
                                    .instrument = quantity_info(of->quantity)->instrument,
                                    .least = (double)NAN,
                                    .most = (double)NAN};
        e = survey(r, s, &v);
    }
    return e;
}
