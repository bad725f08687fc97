/* A sensor in the slow analysis as bytes. What grows or goes round comes in slots that stay where
 * they are, so that from day to day few bytes differ. */
#include "slow_pack.h"

#define WEEKS_MOST 1200
#define DAYS_APART 20000 /* of residuals, about twice what is kept */

FIELDS_OF(struct channel, 1456);
FIELDS_OF(struct compensation, 456);
FIELDS_OF(struct slow_sensor, 2792);
FIELDS_OF(struct sudden, 248);
FIELDS_OF(struct movement, 224);
FIELDS_OF(struct outlook, 64);
FIELDS_OF(struct outlook_fit, 1224);
FIELDS_OF(struct hold, 40);

/* --- series --- */

static void put_bins(struct pack_fields *f, struct bins *b)
{
    bool any = field_bool(f, b->end != INT64_MIN);

    for (size_t i = 0; i < b->capacity && any; i++) {
        struct bin *at = &b->at[i];
        field_floats(f, &at->mean, 1);
        at->total = (uint16_t)field_upto(f, at->total, 2, UINT16_MAX);
        at->passed = (uint16_t)field_upto(f, at->passed, 2, at->total);
    }
    b->end = field_bin(f, b->end);
    b->begin = field_bin(f, b->begin);
    b->origin = field_double(f, b->origin);
    if (f->in)
        pack_require(f->in, any == (b->end != INT64_MIN) && any == (b->begin != INT64_MIN) &&
                                b->begin <= b->end);
}

/* 0: nobody stands in; else one more than the sensor that does. */
static void put_stand_in(struct pack_fields *f, const struct slow *s, struct channel *c)
{
    uint64_t at = c->stand_in ? (uint64_t)(c->stand_in - s->channel) + 1 : 0;

    at = field_upto(f, at, 4, s->r->sensor_count);
    c->stand_in = at > 0 ? &s->channel[at - 1] : NULL;
    if (f->in)
        pack_require(f->in,
                     !c->stand_in || (c->stand_in != c && c->stand_in->role == CHANNEL_DRIVER));
    c->stand_a = field_double(f, c->stand_a);
    c->stand_b = field_double(f, c->stand_b);
    c->stand_from = field_bin(f, c->stand_from);
    c->eras = (uint32_t)field_upto(f, c->eras, 1, DRIVER_ERAS);
    for (uint32_t i = 0; i < c->eras; i++) {
        c->era[i].from = field_bin(f, c->era[i].from);
        c->era[i].offset = field_double(f, c->era[i].offset);
    }
    c->leaves = (uint32_t)field_upto(f, c->leaves, 1, DRIVER_LEAVES);
    for (uint32_t i = 0; i < c->leaves; i++) {
        struct driver_leave *leave = &c->leave[i];
        leave->from = field_bin(f, leave->from);
        leave->to = field_bool(f, leave->to == INT64_MAX) ? INT64_MAX : field_bin(f, leave->to);
    }
}

static void put_memories(struct pack_fields *f, struct channel *c)
{
    for (size_t lag = 0; lag < DRIVER_LAGS; lag++)
        if (c->memory[lag])
            field_floats(f, c->memory[lag], c->bins.capacity);
    for (size_t lag = 0; lag < DRIVER_LAGS; lag++) {
        c->memory_at_end[lag].z = field_double(f, c->memory_at_end[lag].z);
        c->memory_at_end[lag].unknown = field_double(f, c->memory_at_end[lag].unknown);
    }
    c->memory_end = field_bin(f, c->memory_end);
    c->memory_goes_on = field_bool(f, c->memory_goes_on);
}

/* Residuals end before the next day to be concluded. */
static enum err put_residuals(struct pack_fields *f, const struct slow *s, struct channel *c)
{
    size_t days = (size_t)field_upto(f, c->days, 4, DAYS_APART);

    c->first_day = field_day(f, c->first_day);
    if (f->in)
        pack_require(f->in, c->first_day == INT64_MIN
                                ? days == 0
                                : s->day != INT64_MIN && s->day - c->first_day < DAYS_APART &&
                                      c->first_day + (int64_t)days <= s->day &&
                                      days <= (f->in->n - f->in->at) / sizeof *c->residual);
    if (f->in && f->in->bad)
        return ERR_OK;
    if (f->in && !channel_reserve(c, days))
        return ERR_NOMEM;
    field_floats(f, c->residual, days);
    c->days = days;
    return ERR_OK;
}

/* --- the model of weather --- */

static void put_model(struct pack_fields *f, struct compensation *m)
{
    m->version = (uint32_t)field_upto(f, m->version, 4, UINT32_MAX);
    m->maturity = (enum maturity)field_upto(f, m->maturity, 1, MATURITY_SEASON);
    m->from_us = field_time(f, m->from_us);
    m->until_us = field_time(f, m->until_us);
    m->terms = (uint32_t)field_upto(f, m->terms, 1, COMPENSATE_TERMS);
    for (uint32_t i = 0; i < m->terms; i++) {
        m->column[i] = (uint8_t)field_upto(f, m->column[i], 1, COMPENSATE_COLUMNS - 1);
        m->coefficient[i] = field_double(f, m->coefficient[i]);
        m->centre[i] = field_double(f, m->centre[i]);
        field_doubles(f, &m->covariance[i * COMPENSATE_TERMS], m->terms);
    }
    m->skill = field_double(f, m->skill);
    m->sigma = field_double(f, m->sigma);
    m->phi = field_double(f, m->phi);
    m->spread = field_double(f, m->spread);
}

/* Columns name their driver by its place among those of the channel. */
static void put_column(struct pack_fields *f, const struct channel *c, struct channel_column *col)
{
    uint32_t at = 0;

    while (at + 1 < c->drivers && c->driver[at] != col->driver)
        at++;
    at = (uint32_t)field_upto(f, at, 1, c->drivers > 0 ? c->drivers - 1 : 0);
    col->driver = c->driver[at];
    col->lag = (uint8_t)field_upto(f, col->lag, 1, DRIVER_LAGS - 1);
    col->hinge = field_bool(f, col->hinge);
}

static void put_weather(struct pack_fields *f, struct channel *c)
{
    put_model(f, &c->model);
    c->columns = (uint32_t)field_upto(f, c->columns, 1, c->drivers > 0 ? COMPENSATE_COLUMNS : 0);
    for (uint32_t i = 0; i < c->columns; i++) {
        put_column(f, c, &c->column[i]);
        c->reference[i] = field_double(f, c->reference[i]);
    }
    for (uint32_t i = 0; i < c->model.terms && f->in; i++)
        pack_require(f->in, c->model.column[i] < c->columns);
    c->knot = field_double(f, c->knot);
    c->referenced = field_bool(f, c->referenced);
    c->due_day = field_day_or_never(f, c->due_day);
}

static void put_corrections(struct pack_fields *f, struct channel *c)
{
    c->shifts = (uint32_t)field_upto(f, c->shifts, 1, CHANNEL_SHIFTS);
    for (uint32_t i = 0; i < c->shifts; i++) {
        c->shift[i].day = field_day(f, c->shift[i].day);
        c->shift[i].size = field_double(f, c->shift[i].size);
    }
    c->void_count = (uint32_t)field_upto(f, c->void_count, 1, CHANNEL_VOIDS);
    for (uint32_t i = 0; i < c->void_count; i++) {
        c->voids[i].from = field_day(f, c->voids[i].from);
        c->voids[i].to = field_day(f, c->voids[i].to);
    }
}

/* --- how it moves --- */

static void put_step(struct pack_fields *f, struct movement_step *step)
{
    bool none = field_bool(f, step->day == SIZE_MAX);
    size_t day = (size_t)field_upto(f, none ? 0 : step->day, 4, DAYS_APART);

    step->day = none ? SIZE_MAX : day;
    step->before = field_double(f, step->before);
    step->after = field_double(f, step->after);
    step->size = field_double(f, step->size);
    step->error = field_double(f, step->error);
}

static void put_movement(struct pack_fields *f, struct movement *m)
{
    double *plain[] = {&m->baseline, &m->level, &m->change, &m->error, &m->white, &m->wander};

    m->days = (size_t)field_upto(f, m->days, 4, DAYS_APART);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        *plain[i] = field_double(f, *plain[i]);
    for (size_t w = 0; w < MOVEMENT_WINDOWS; w++) {
        struct movement_window *x = &m->window[w];
        x->weeks = (size_t)field_upto(f, x->weeks, 4, WEEKS_MOST);
        x->slope = field_double(f, x->slope);
        x->error = field_double(f, x->error);
        x->p = field_double(f, x->p);
        x->significant = field_bool(f, x->significant);
    }
    m->governing = (int)field_int(f, m->governing, -1, MOVEMENT_WINDOWS - 1);
}

static void put_fit(struct pack_fields *f, struct outlook_fit *fit)
{
    fit->active = field_bool(f, fit->active);
    fit->values = (size_t)field_upto(f, fit->values, 4, WEEKS_MOST);
    fit->steps = (size_t)field_upto(f, fit->steps, 1, OUTLOOK_STEPS_MAX);
    fit->last_d = field_double(f, fit->last_d);
    fit->last_step_d = field_double(f, fit->last_step_d);
    fit->sigma = field_double(f, fit->sigma);
    fit->phi = field_double(f, fit->phi);
    fit->reason = (int32_t)field_upto(f, (uint64_t)fit->reason, 1, OUTLOOK_REASON_COUNT - 1);
    fit->count = (size_t)field_upto(f, fit->count, 1, OUTLOOK_NODES);
    for (size_t i = 0; i < fit->count; i++) {
        struct outlook_node *n = &fit->node[i];
        n->shape = (int32_t)field_upto(f, (uint64_t)n->shape, 1, OUTLOOK_SHAPE_COUNT - 1);
        n->phi = field_double(f, n->phi);
        n->from_d = field_double(f, n->from_d);
        n->scale = field_double(f, n->scale);
        n->sigma = field_double(f, n->sigma);
        n->weight = field_share(f, n->weight);
    }
}

static void put_outlook(struct pack_fields *f, struct outlook *o)
{
    o->state = (enum outlook_state)field_upto(f, o->state, 1, OUTLOOK_STATE_COUNT - 1);
    o->reason = (enum outlook_reason)field_upto(f, o->reason, 1, OUTLOOK_REASON_COUNT - 1);
    o->method = (enum outlook_method)field_upto(f, o->method, 1, OUTLOOK_METHOD_COUNT - 1);
    o->t05_d = field_days(f, o->t05_d);
    o->t50_d = field_days(f, o->t50_d);
    o->t95_d = field_days(f, o->t95_d);
    o->p30 = field_share(f, o->p30);
    o->p180 = field_share(f, o->p180);
    o->p365 = field_share(f, o->p365);
}

static void put_hold(struct pack_fields *f, const struct limit_set *set, struct hold *h)
{
    h->level = (int)field_upto(f, (uint64_t)h->level, 1, LEVEL_RED);
    h->kind = (enum alert_kind)field_upto(f, h->kind, 1, KIND_COUNT - 1);
    h->limit = field_limit(f, h->limit, set ? set->limits : NULL, set ? set->count : 0);
    h->since_us = field_time(f, h->since_us);
    h->rising = (int)field_upto(f, (uint64_t)h->rising, 1, LEVEL_RED);
    h->rising_days = (int)field_upto(f, (uint64_t)h->rising_days, 2, UINT16_MAX);
    h->falling_days = (int)field_upto(f, (uint64_t)h->falling_days, 2, UINT16_MAX);
}

static void put_forecasts(struct pack_fields *f, struct slow_sensor *x)
{
    for (size_t i = 0; i < SENSOR_FORECASTS; i++) {
        struct slow_forecast *of = &x->forecast[i];
        of->day = field_day(f, of->day);
        for (size_t h = 0; h < LEDGER_HORIZONS && of->day != 0; h++) {
            of->p[h] = field_share(f, of->p[h]);
            of->settled[h] = field_bool(f, of->settled[h]);
        }
    }
    x->forecast_day = field_day(f, x->forecast_day);
    x->crossed_day = field_day(f, x->crossed_day);
}

static void put_jumps(struct pack_fields *f, struct slow_sensor *x)
{
    put_step(f, &x->step);
    x->unsettled_days = (int)field_upto(f, (uint64_t)x->unsettled_days, 4, INT32_MAX);
    x->unsettled = field_bool(f, x->unsettled);
    x->step_seen_day = field_day(f, x->step_seen_day);
    x->jump_day = field_day(f, x->jump_day);
    x->steps = (size_t)field_upto(f, x->steps, 1, OUTLOOK_STEPS_MAX);
    for (size_t i = 0; i < x->steps; i++)
        x->steps_at[i] = field_day(f, x->steps_at[i]);
    x->shift = field_double(f, x->shift);
    x->wrong_day = field_day(f, x->wrong_day);
    x->wrong_size = field_double(f, x->wrong_size);
    x->right_level = field_double(f, x->right_level);
}

/* A time that is there. */
static int64_t field_moment(struct pack_fields *f, int64_t us)
{
    us = field_time(f, us);
    if (f->in)
        pack_require(f->in, us != INT64_MIN);
    return us;
}

static void put_run(struct pack_fields *f, struct sudden *u)
{
    u->count = (uint32_t)field_upto(f, u->count, 1, SUDDEN_READINGS);
    for (uint32_t i = 0; i < u->count; i++) {
        u->t_us[i] = field_moment(f, u->t_us[i]);
        u->value[i] = field_double(f, u->value[i]);
        u->beyond[i] = field_bool(f, u->beyond[i]);
    }
    u->pace = field_double(f, u->pace);
    u->before_day = field_day(f, u->before_day);
    u->before = field_double(f, u->before);
    u->run = (uint32_t)field_upto(f, u->run, 2, UINT16_MAX);
    u->run_us = field_moment(f, u->run_us);
    u->gap_us = field_moment(f, u->gap_us);
    u->first = field_double(f, u->first);
    u->upward = field_bool(f, u->upward);
}

static void put_sudden(struct pack_fields *f, const struct limit_set *set, struct sudden *u)
{
    put_run(f, u);
    u->followed_day = field_day(f, u->followed_day);
    u->since_us = field_moment(f, u->since_us);
    u->state = (enum sudden_state)field_upto(f, u->state, 1, SUDDEN_STATE_COUNT - 1);
    if (u->state == SUDDEN_NONE)
        return;
    u->told_us = field_moment(f, u->told_us);
    u->known = field_double(f, u->known);
    u->size = field_double(f, u->size);
    u->error = field_double(f, u->error);
    u->reading = field_double(f, u->reading);
    u->model_version = (uint32_t)field_upto(f, u->model_version, 4, UINT32_MAX);
    u->moved = (uint32_t)field_upto(f, u->moved, 4, UINT32_MAX);
    u->asked = (uint32_t)field_upto(f, u->asked, 4, UINT32_MAX);
    u->cause = (enum slow_doubt)field_upto(f, u->cause, 1, DOUBT_COUNT - 1);
    put_hold(f, set, &u->prior);
}

static void put_judgement(struct pack_fields *f, const struct limit_set *set, struct slow_sensor *x)
{
    x->doubt = (enum slow_doubt)field_upto(f, x->doubt, 1, DOUBT_COUNT - 1);
    x->doubt_day = field_day(f, x->doubt_day);
    x->apart_weeks = (int)field_upto(f, (uint64_t)x->apart_weeks, 4, INT32_MAX);
    x->gain = field_bool(f, x->gain);
    put_hold(f, set, &x->move);
    put_hold(f, set, &x->fault);
    put_fit(f, &x->fit);
    x->ahead_limit = field_limit(f, x->ahead_limit, set ? set->limits : NULL, set ? set->count : 0);
    put_outlook(f, &x->ahead);
    x->building_share = field_share(f, x->building_share);
    x->ahead_day = field_day(f, x->ahead_day);
    field_doubles(f, x->peer_slope, MOVEMENT_WINDOWS);
    field_doubles(f, x->peer_error, MOVEMENT_WINDOWS);
    x->together = field_bool(f, x->together);
    x->surge_day = field_day(f, x->surge_day);
}

/* What is held was concluded of a day, or told of hours, and then by a limit. */
static bool is_held_by_something(const struct slow_sensor *x)
{
    bool concluded = x->moved_day != INT64_MIN;

    if (x->sudden.state == SUDDEN_MOVED)
        return x->move.limit && (concluded || x->sudden.prior.level == 0);
    return concluded || x->move.level == 0;
}

static void put_sensor(struct pack_fields *f, const struct limit_set *set, struct slow_sensor *x)
{
    put_forecasts(f, x);
    put_movement(f, &x->movement);
    x->moved = field_bool(f, x->moved);
    x->moved_day = field_day(f, x->moved_day);
    put_jumps(f, x);
    put_judgement(f, set, x);
    put_sudden(f, set, &x->sudden);
    if (f->in)
        pack_require(f->in,
                     is_held_by_something(x) && (!x->ahead_limit || x->ahead_day != INT64_MIN));
}

enum err slow_fields_sensor(struct pack_fields *f, struct slow *s, uint32_t sensor)
{
    struct channel *c = &s->channel[sensor];

    if (c->role == CHANNEL_NONE)
        return ERR_OK;
    put_bins(f, &c->bins);
    put_memories(f, c);
    put_stand_in(f, s, c);
    c->dirty_day = field_day_or_never(f, c->dirty_day);
    c->baseline_us = field_time(f, c->baseline_us);
    put_weather(f, c);
    put_corrections(f, c);
    put_sensor(f, s->r->sensors[sensor].limits, &s->sensor[sensor]);
    return put_residuals(f, s, c);
}
