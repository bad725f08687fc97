#include "shikumen/core/slow_trace.h"

#include <math.h>
#include <stdlib.h>

#include "shikumen/num/order.h"
#include "slow_private.h"

_Static_assert(SLOW_OFFERED == DRIVERS && SLOW_JUMPS == CHANNEL_SHIFTS, "all of them have room");

#define LEVEL_DAYS 10 /* as of a movement (movement.c) */

/* --- the model --- */

static struct slow_term term_of(const struct channel *c, uint32_t t)
{
    const struct compensation *m = &c->model;
    const struct channel_column *col = &c->column[m->column[t]];

    return (struct slow_term){.sensor = col->driver,
                              .memory_d = driver_lag_d[col->lag],
                              .hinge = col->hinge,
                              .knot = c->knot,
                              .coefficient = m->coefficient[t],
                              .error = sqrt(fmax(0, m->covariance[t * COMPENSATE_TERMS + t])),
                              .centre = m->centre[t]};
}

static void put_stand_in(const struct slow *s, uint32_t driver, struct slow_model *out)
{
    const struct channel *c = &s->channel[driver];
    size_t n = out->stand_in_count;

    if (!c->stand_in)
        return;
    out->stand_in[n].of = driver;
    out->stand_in[n].sensor = (uint32_t)(c->stand_in - s->channel);
    out->stand_in[n].a = c->stand_a;
    out->stand_in[n].b = c->stand_b;
    out->stand_in[n].from_us = c->stand_from * BIN_US;
    out->stand_in_count++;
}

bool slow_model_of(const struct slow *s, uint32_t sensor, struct slow_model *out)
{
    const struct channel *c = &s->channel[sensor];

    *out = (struct slow_model){.fit = c->model, .jumps = c->shifts, .offered_count = c->drivers};
    if (c->role != CHANNEL_DAMAGE)
        return false;
    for (uint32_t t = 0; t < c->model.terms; t++)
        out->term[t] = term_of(c, t);
    for (uint32_t i = 0; i < c->drivers; i++) {
        out->offered[i] = c->driver[i];
        put_stand_in(s, c->driver[i], out);
    }
    for (uint32_t i = 0; i < c->shifts; i++) {
        out->jump[i].day = c->shift[i].day;
        out->jump[i].size = c->shift[i].size;
    }
    return true;
}

/* --- days --- */

void slow_trace_init(struct slow_trace *t, uint32_t sensor)
{
    *t = (struct slow_trace){.sensor = sensor, .first_day = INT64_MIN, .baseline_us = INT64_MIN};
}

void slow_trace_free(struct slow_trace *t)
{
    free(t->days);
    slow_trace_init(t, t->sensor);
}

static enum err reserve(struct slow_trace *t, size_t days)
{
    size_t capacity = days + days / 2 + 512;
    struct slow_trace_day *bigger;

    if (days <= t->capacity)
        return ERR_OK;
    bigger = realloc(t->days, capacity * sizeof *bigger);
    if (!bigger)
        return ERR_NOMEM;
    t->days = bigger;
    t->capacity = capacity;
    return ERR_OK;
}

/* Over the bins that the residual is of; when these are too few, whatever was measured. */
static void measure(const struct channel *c, const struct channel *all, struct slow_trace_day *x)
{
    double sum = 0, weather = 0, alone = 0;
    int count = 0, bins = 0;

    for (int64_t b = x->day * BINS_PER_DAY; b < (x->day + 1) * BINS_PER_DAY; b++) {
        double v = b >= channel_first_bin(c) ? bins_mean(&c->bins, b) : (double)NAN, w;
        if (isnan(v))
            continue;
        w = channel_weather_at(c, all, b);
        alone += v;
        bins++;
        if (isnan(w))
            continue;
        sum += v;
        weather += w;
        count++;
    }
    if (count < DAY_BINS_LEAST) {
        x->measured = bins > 0 ? alone / bins : (double)NAN;
        x->weather = NAN;
        return;
    }
    x->measured = sum / count;
    x->weather = weather / count;
}

static bool is_same(float a, float b)
{
    return isnan(a) ? isnan(b) : !(a < b) && !(a > b) && !isnan(b);
}

/* Days older than the bins keep what they had, as their residuals do. */
static void take_day(struct slow_trace *t, const struct slow *s, const struct channel *c,
                     int64_t day, bool is_new)
{
    struct slow_trace_day *x = &t->days[t->baseline + (size_t)(day - t->first_day)];
    float residual = c->residual[day - c->first_day];

    if (is_new)
        *x = (struct slow_trace_day){
            .day = day, .baseline = t->baseline, .measured = NAN, .weather = NAN, .residual = NAN};
    else if (is_same(x->residual, residual))
        return;
    x->residual = residual;
    x->version = c->model.version;
    x->shift = channel_shift_at(c, day);
    if (day * BINS_PER_DAY >= bins_first(&c->bins))
        measure(c, s->channel, x);
}

static void begin_baseline(struct slow_trace *t, const struct channel *c)
{
    if (t->first_day != INT64_MIN && t->baseline_us == c->baseline_us)
        return;
    t->model_in_force = t->model_in_force && t->first_day == INT64_MIN;
    t->baseline = t->count;
    t->first_day = c->first_day;
    t->baseline_us = c->baseline_us;
}

static void take_model(struct slow_trace *t, const struct slow *s)
{
    struct slow_model model;

    if (!slow_model_of(s, t->sensor, &model))
        return;
    if (model.fit.maturity == MATURITY_NONE && t->model.fit.maturity != MATURITY_NONE)
        return;
    t->model = model;
    t->model_in_force = true;
}

enum err slow_trace_take(struct slow_trace *t, const struct slow *s)
{
    const struct channel *c = &s->channel[t->sensor];
    struct slow_view view = slow_look(s, t->sensor);
    size_t count;

    take_model(t, s);
    if (c->role != CHANNEL_DAMAGE || c->first_day == INT64_MIN || c->days == 0)
        return ERR_OK;
    begin_baseline(t, c);
    count = t->baseline + (size_t)(c->first_day - t->first_day) + c->days;
    if (reserve(t, count) != ERR_OK)
        return ERR_NOMEM;
    for (int64_t day = c->first_day; day < c->first_day + (int64_t)c->days; day++)
        take_day(t, s, c, day, t->baseline + (size_t)(day - t->first_day) >= t->count);
    t->count = count;
    t->view = view;
    return ERR_OK;
}

double slow_trace_level(const struct slow_trace *t, size_t i)
{
    double latest[LEVEL_DAYS];
    size_t n = 0;

    for (size_t k = i + 1; k > t->days[i].baseline && n < LEVEL_DAYS; k--)
        if (!isnan(t->days[k - 1].residual))
            latest[n++] = (double)t->days[k - 1].residual;
    return n > 0 ? median(latest, n) : (double)NAN;
}
