#include "shikumen/core/slow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "slow_private.h"

static const char *const doubt_names[DOUBT_COUNT] = {[DOUBT_NONE] = "none",
                                                     [DOUBT_NOTHING_VALID] = "nothing_valid",
                                                     [DOUBT_UNIT] = "unit",
                                                     [DOUBT_SWAPPED] = "swapped",
                                                     [DOUBT_NODE] = "node",
                                                     [DOUBT_NOISE] = "noise",
                                                     [DOUBT_GAIN] = "gain",
                                                     [DOUBT_STUCK] = "stuck",
                                                     [DOUBT_TWINS] = "twins",
                                                     [DOUBT_BACKWARDS] = "backwards",
                                                     [DOUBT_THERMOMETER] = "thermometer",
                                                     [DOUBT_BEYOND] = "beyond",
                                                     [DOUBT_RETURNED] = "returned"};

const char *slow_doubt_name(enum slow_doubt d)
{
    return d < DOUBT_COUNT ? doubt_names[d] : "none";
}

/* --- made from the registry --- */

static enum channel_role role_of(const struct sensor *s)
{
    if (channel_is_damage(s->quantity))
        return CHANNEL_DAMAGE;
    return channel_is_driver(s->quantity) ? CHANNEL_DRIVER : CHANNEL_NONE;
}

static bool make_memories(struct channel *c, enum quantity q)
{
    uint8_t lag[DRIVER_LAGS];
    size_t lags = driver_lags(q, lag);

    for (size_t i = 0; i < lags; i++) {
        if (lag[i] == 0)
            continue;
        c->memory[lag[i]] = calloc(BINS_KEPT, sizeof *c->memory[lag[i]]);
        if (!c->memory[lag[i]])
            return false;
    }
    return true;
}

static bool make_channel(struct slow *s, uint32_t i)
{
    const struct sensor *sensor = &s->r->sensors[i];
    struct channel *c = &s->channel[i];
    struct bin *bins;

    c->role = role_of(sensor);
    c->memory_end = INT64_MIN;
    if (c->role == CHANNEL_NONE)
        return true;
    bins = calloc(BINS_KEPT, sizeof *bins);
    if (!bins)
        return false;
    bins_init(&c->bins, bins, BINS_KEPT);
    channel_restart(c, INT64_MIN);
    if (c->role == CHANNEL_DAMAGE) {
        channel_choose_drivers(s->r, i, c);
        c->trip = sudden_trip(sensor);
    }
    return c->role != CHANNEL_DRIVER || make_memories(c, sensor->quantity);
}

static void start_sensor(struct slow_sensor *x)
{
    *x = (struct slow_sensor){.moved_day = INT64_MIN,
                              .step_seen_day = INT64_MIN,
                              .jump_day = INT64_MIN,
                              .wrong_day = INT64_MIN,
                              .doubt_day = INT64_MIN,
                              .ahead_day = INT64_MIN,
                              .surge_day = INT64_MIN,
                              .step = {.day = SIZE_MAX}};
    sudden_start(&x->sudden);
}

struct slow *slow_new(const struct registry *r)
{
    struct slow *s = calloc(1, sizeof *s);
    bool whole = s != NULL;

    if (!s)
        return NULL;
    *s = (struct slow){.r = r, .day = INT64_MIN, .clock_us = INT64_MIN, .epoch_us = INT64_MIN};
    s->sensor = calloc(r->sensor_count + 1, sizeof *s->sensor);
    s->channel = calloc(r->sensor_count + 1, sizeof *s->channel);
    s->doses = slow_doses_new(r);
    s->vibrations = slow_vibrations_new(r);
    whole = s->sensor && s->channel && s->doses && s->vibrations;
    for (uint32_t i = 0; i < r->sensor_count && whole; i++) {
        start_sensor(&s->sensor[i]);
        whole = make_channel(s, i);
    }
    if (whole)
        return s;
    slow_free(s);
    return NULL;
}

void slow_free(struct slow *s)
{
    if (!s)
        return;
    for (uint32_t i = 0; s->channel && i < s->r->sensor_count; i++) {
        struct channel *c = &s->channel[i];
        free(c->bins.at);
        free(c->residual);
        for (int lag = 0; lag < DRIVER_LAGS; lag++)
            free(c->memory[lag]);
    }
    free(s->channel);
    free(s->sensor);
    free(s->stale);
    slow_doses_free(s->doses);
    slow_vibrations_free(s->vibrations);
    free(s);
}

/* --- epochs --- */

static void restart(struct slow *s, uint32_t sensor, int64_t baseline_us)
{
    channel_restart(&s->channel[sensor], baseline_us);
    start_sensor(&s->sensor[sensor]); /* what it held is over, as of the rules (rules.h) */
}

void slow_epochs(struct slow *s, int64_t now_us)
{
    for (uint32_t i = 0; i < s->r->sensor_count; i++) {
        struct channel *c = &s->channel[i];
        int64_t baseline_us;
        if (c->role == CHANNEL_NONE)
            continue;
        baseline_us = registry_baseline_start_us(s->r, i, now_us);
        if (baseline_us == c->baseline_us)
            continue;
        if (c->role == CHANNEL_DAMAGE)
            restart(s, i, baseline_us);
        else {
            driver_rezeroed(c, baseline_us);
            s->sensor[i].apart_weeks = 0;
        }
        c->baseline_us = baseline_us;
    }
    slow_doses_epochs(s->doses, s->r, now_us);
    slow_vibrations_epochs(s->vibrations, s->r, now_us);
    s->epoch_us = now_us;
}

/* --- readings --- */

void slow_take(struct slow *s, uint32_t sensor, const struct reading *r)
{
    struct channel *c = &s->channel[sensor];
    int64_t bin, day;

    s->found_count = 0;
    if (r->t_us > s->clock_us)
        s->clock_us = r->t_us;
    if (s->day == INT64_MIN)
        s->day = bin_of(r->t_us) / BINS_PER_DAY;
    slow_doses_take(s->doses, sensor, r);
    slow_vibrations_take(s->vibrations, s->r, sensor, r);
    if (c->role == CHANNEL_NONE || !bins_add(&c->bins, r->t_us, r->value, r->flag == QF_PASS))
        return;
    sudden_take(s, sensor, r);
    bin = bin_of(r->t_us);
    day = bin / BINS_PER_DAY;
    if (day >= s->day)
        return;
    driver_touch(c, bin);
    if (day < c->dirty_day)
        c->dirty_day = day;
}

size_t slow_found(const struct slow *s, struct finding out[SLOW_FOUND])
{
    for (size_t i = 0; i < s->found_count; i++)
        out[i] = s->found[i];
    return s->found_count;
}

void slow_burst(struct slow *s, uint32_t sensor, const struct vibration_event *e)
{
    if (e->t_us > s->clock_us)
        s->clock_us = e->t_us;
    if (s->day == INT64_MIN)
        s->day = bin_of(e->t_us) / BINS_PER_DAY;
    slow_vibrations_burst(s->vibrations, s->r, sensor, e);
}

void slow_revised(struct slow *s, uint32_t sensor, int64_t t_us)
{
    int64_t bin = bin_of(t_us);

    slow_doses_revised(s->doses, sensor, t_us);
    slow_vibrations_revised(s->vibrations, s->r, sensor, t_us);
    if (s->channel[sensor].role == CHANNEL_NONE)
        return;
    for (size_t i = 0; i < s->stale_count; i++)
        if (s->stale[i].sensor == sensor && s->stale[i].bin == bin)
            return;
    if (s->stale_count == s->stale_capacity) {
        size_t capacity = s->stale_capacity * 2 + 64;
        struct stale *bigger = realloc(s->stale, capacity * sizeof *bigger);
        if (!bigger)
            return; /* the bin keeps a reading too many */
        s->stale = bigger;
        s->stale_capacity = capacity;
    }
    s->stale[s->stale_count++] = (struct stale){sensor, bin};
}

bool slow_stale(const struct slow *s, uint32_t *sensor, int64_t *from_us)
{
    if (s->stale_count == 0)
        return false;
    *sensor = s->stale[s->stale_count - 1].sensor;
    *from_us = s->stale[s->stale_count - 1].bin * BIN_US;
    return true;
}

void slow_put(struct slow *s, uint32_t sensor, int64_t from_us, double mean, uint16_t passed,
              uint16_t total)
{
    struct channel *c = &s->channel[sensor];
    int64_t bin = bin_of(from_us), day = bin / BINS_PER_DAY;

    if (s->stale_count > 0)
        s->stale_count--;
    if (!bins_put(&c->bins, bin, mean, passed, total) || day >= s->day)
        return;
    driver_touch(c, bin);
    if (day < c->dirty_day)
        c->dirty_day = day;
}

/* --- days --- */

int64_t slow_clock_us(const struct slow *s)
{
    return s->clock_us;
}

int64_t slow_next_day(const struct slow *s)
{
    return s->day;
}

int64_t slow_due_us(const struct slow *s)
{
    return s->day == INT64_MIN ? INT64_MAX : (s->day + 1) * DAY_US + SLOW_GRACE_US;
}

bool slow_due(const struct slow *s, int64_t now_us)
{
    return s->day != INT64_MIN && now_us >= slow_due_us(s);
}

static void follow_drivers(struct slow *s, int64_t day)
{
    for (uint32_t i = 0; i < s->r->sensor_count; i++)
        if (s->channel[i].role == CHANNEL_DRIVER)
            driver_update(&s->channel[i], (day + 1) * BINS_PER_DAY);
}

/* What came late of the weather is late for whom it drives. */
static void pass_on_late(const struct slow *s, struct channel *c)
{
    for (uint32_t d = 0; d < c->drivers; d++) {
        const struct channel *driver = &s->channel[c->driver[d]];
        if (driver->dirty_day < c->dirty_day)
            c->dirty_day = driver->dirty_day;
    }
}

static enum err follow_sensors(struct slow *s, int64_t day, struct arena *arena)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; i < s->r->sensor_count && e == ERR_OK; i++) {
        struct channel *c = &s->channel[i];
        if (c->role != CHANNEL_DAMAGE)
            continue;
        pass_on_late(s, c);
        e = channel_follow(c, s->channel, day) ? ERR_OK : ERR_NOMEM;
        if (e == ERR_OK)
            e = channel_train(s->r, c, s->channel, day, arena);
    }
    for (uint32_t i = 0; i < s->r->sensor_count && e == ERR_OK; i++)
        if (s->channel[i].role == CHANNEL_DRIVER)
            s->channel[i].dirty_day = INT64_MAX;
    return e;
}

enum err slow_day(struct slow *s, struct arena *arena, const struct slow_sink *sink)
{
    int64_t day = s->day;
    enum err e;

    slow_follow_leaps(s, day);
    drivers_stand_in(s->r, s->channel, day);
    follow_drivers(s, day);
    e = follow_sensors(s, day, arena);
    if (e == ERR_OK)
        e = slow_conclude(s, day, arena, sink);
    if (e == ERR_OK)
        s->day = day + 1;
    return e;
}

/* --- for others --- */

struct slow_view slow_look(const struct slow *s, uint32_t sensor)
{
    const struct slow_sensor *x = &s->sensor[sensor];
    const struct channel *c = &s->channel[sensor];
    struct slow_view v = {.at_us = INT64_MIN, .from_us = INT64_MIN};

    if (c->role == CHANNEL_NONE || s->day == INT64_MIN)
        return v;
    v.coverage = channel_coverage(c, s->day);
    if (c->role != CHANNEL_DAMAGE || c->first_day == INT64_MIN)
        return v;
    v.maturity = c->model.version > 0 ? c->model.maturity : MATURITY_RAW;
    v.model_version = c->model.version;
    v.skill = c->model.skill;
    v.sigma = c->model.sigma;
    v.doubt = x->doubt;
    v.moved = x->moved;
    v.movement = x->movement;
    v.together = x->together;
    for (size_t w = 0; w < MOVEMENT_WINDOWS; w++) {
        v.peer_slope[w] = x->peer_slope[w];
        v.peer_error[w] = x->peer_error[w];
    }
    v.from_us = c->first_day * DAY_US;
    v.at_us = s->day * DAY_US;
    return v;
}
