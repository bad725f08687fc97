#include "course.h"

#include <math.h>
#include <string.h>

#include "chance.h"
#include "shikumen/base/clock.h"

#define PI                3.14159265358979323846
#define FAILED_PART       0.995 /* of its life; then an accelerating damage stays as it is */
#define LINEAR_MAX        10.0  /* times size */
#define STEP_TAKES_US     (6 * (double)US_PER_HOUR)
#define HALF_FACTOR       0.196 /* time factor at half consolidation (Terzaghi) */
#define DRAWDOWN_MM_PER_M 12.0  /* settlement per metre of lowered water [J] */
#define DRAWDOWN_MAX_M    2.5
#define DRAWDOWN_DAYS     30.0

enum stream { STREAM_INTERVAL = 1, STREAM_SIZE, STREAM_HOUSE };

static uint32_t house_by_id(const struct district *d, const char *id)
{
    size_t i = district_house(d, id);

    return i < d->house_count ? (uint32_t)i : SIM_NONE;
}

static uint32_t row_by_id(const struct district *d, const char *id)
{
    char row[SIM_ROW_ID_SIZE];

    for (size_t i = 0; i < d->house_count; i++)
        if (strcmp(district_row(&d->houses[i], row), id) == 0)
            return (uint32_t)i;
    return SIM_NONE;
}

static bool make_steps(struct course *c, struct arena *arena)
{
    double at_days = 0;

    c->step_count = COURSE_STEPS_MAX;
    c->step_us = arena_array(arena, COURSE_STEPS_MAX, sizeof *c->step_us);
    c->step_size = arena_array(arena, COURSE_STEPS_MAX, sizeof *c->step_size);
    for (size_t i = 0; i < COURSE_STEPS_MAX && c->step_us && c->step_size; i++) {
        c->step_us[i] = at_days * (double)US_PER_DAY;
        c->step_size[i] = chance_between(chance_mix(c->seed, STREAM_SIZE), i, 0.7, 1.3);
        at_days +=
            c->damage->days * chance_between(chance_mix(c->seed, STREAM_INTERVAL), i, 0.6, 1.4);
    }
    return c->step_us && c->step_size;
}

static bool any_touched(const struct course *c, const struct district *d)
{
    for (uint32_t i = 0; i < d->sensor_count; i++)
        if (course_factor(c, d, i) != 0)
            return true;
    return false;
}

static bool any_shaken(const struct course *c, const struct district *d)
{
    for (uint32_t i = 0; i < d->sensor_count; i++)
        if (d->sensors[i].design->response == RESPONSE_VELOCITY &&
            course_concerns(c, d, d->sensors[i].house))
            return true;
    return false;
}

bool course_init(struct course *c, const struct scenario_damage *d, uint64_t seed,
                 const struct district *of, struct arena *arena)
{
    *c = (struct course){.damage = d, .sensor = SIM_NONE, .house = SIM_NONE, .seed = seed};
    if (d->kind <= DAMAGE_STEPWISE) {
        c->sensor = district_sensor_by_id(of, d->at);
        c->house = c->sensor == SIM_NONE ? SIM_NONE : of->sensors[c->sensor].house;
    } else if (d->kind <= DAMAGE_FREQUENCY_DROP) {
        c->house = house_by_id(of, d->at);
    } else {
        c->house = row_by_id(of, d->at);
        c->whole_row = true;
    }
    if (c->house == SIM_NONE || (d->kind == DAMAGE_STEPWISE && !make_steps(c, arena)))
        return false;
    return d->kind >= DAMAGE_METRO ? any_shaken(c, of) : any_touched(c, of);
}

static double accelerating(double days, double life)
{
    double part = days / life;

    /* Inverse velocity falls on a straight line: v = A / (tf - t) (Fukuzono 1985, alpha = 2). */
    return log(1 / (1 - (part < FAILED_PART ? part : FAILED_PART))) / log(10);
}

static double stepwise(const struct course *c, double since_us)
{
    double sum = 0;

    for (size_t i = 0; i < c->step_count && c->step_us[i] <= since_us; i++) {
        double part = (since_us - c->step_us[i]) / STEP_TAKES_US;
        sum += c->step_size[i] * (part < 1 ? part : 1);
    }
    return sum;
}

/* Average degree of one-dimensional consolidation (Terzaghi). */
static double consolidation(double days, double half_days)
{
    double factor = HALF_FACTOR * days / half_days;

    if (factor < PI / 4 * 0.36)
        return sqrt(4 * factor / PI);
    return 1 - 8 / (PI * PI) * exp(-PI * PI / 4 * factor);
}

static double approaching(double days, double constant_days)
{
    return constant_days > 0 ? 1 - exp(-days / constant_days) : 1;
}

double course_at(const struct course *c, int64_t t_us)
{
    const struct scenario_damage *d = c->damage;
    double since_us = (double)(t_us - d->onset_us), days = since_us / (double)US_PER_DAY;
    double linear = days / (d->days > 0 ? d->days : 1);

    if (since_us <= 0)
        return 0;
    switch (d->kind) {
    case DAMAGE_LINEAR:
        return d->size * (linear < LINEAR_MAX ? linear : LINEAR_MAX);
    case DAMAGE_ACCELERATING:
        return d->size * accelerating(days, d->days);
    case DAMAGE_STEPWISE:
        return d->size * stepwise(c, since_us);
    case DAMAGE_ROW_DEWATERING:
        return d->size * consolidation(days, d->days) * approaching(days, DRAWDOWN_DAYS);
    case DAMAGE_HOUSE_SETTLEMENT:
        return d->size * approaching(days, d->days) * approaching(days, d->days);
    case DAMAGE_ROOF_LEAK:
    case DAMAGE_FREQUENCY_DROP:
    case DAMAGE_ROW_EXCAVATION:
        return d->size * approaching(days, d->days);
    default:
        return 0;
    }
}

bool course_concerns(const struct course *c, const struct district *d, uint32_t house)
{
    return c->whole_row ? district_same_row(&d->houses[house], &d->houses[c->house])
                        : house == c->house;
}

bool course_harmful(const struct course *c)
{
    return c->damage->kind != DAMAGE_METRO;
}

/* House by house of a row, round about 1. */
static double share(const struct course *c, uint32_t house)
{
    return chance_between(chance_mix(c->seed, STREAM_HOUSE), house, 0.85, 1.15);
}

static bool is_tilt_x(const struct sim_sensor *s)
{
    return strcmp(s->design->name, "tilt-x") == 0;
}

static double house_settles(const struct sim_sensor *s)
{
    enum response r = s->design->response;
    bool front = r == RESPONSE_CRACK && s->design->node == 1;

    return r == RESPONSE_SETTLEMENT ? 1 : is_tilt_x(s) ? 0.10 : front ? 0.03 : 0;
}

static double row_settles(const struct course *c, const struct sim_sensor *s)
{
    double own = share(c, s->house);

    return s->design->response == RESPONSE_SETTLEMENT ? own : is_tilt_x(s) ? 0.08 * (own - 1) : 0;
}

static double row_tilts(const struct course *c, const struct sim_sensor *s)
{
    enum response r = s->design->response;
    bool front = r == RESPONSE_CRACK && s->design->node == 1;
    double own = share(c, s->house);

    return is_tilt_x(s) ? own : r == RESPONSE_SETTLEMENT ? 0.9 * own : front ? 0.04 * own : 0;
}

/* The wet end of the truss, or the floor where nothing is in the truss. */
static double leaks(const struct district *d, const struct sim_sensor *s)
{
    bool under_roof = district_sensor(d, s->house, "moist-2") != SIM_NONE;

    return strcmp(s->design->name, under_roof ? "moist-2" : "moist-1") == 0 ||
           s->design->response == RESPONSE_LEAK;
}

double course_factor(const struct course *c, const struct district *d, uint32_t sensor)
{
    const struct sim_sensor *s = &d->sensors[sensor];

    if (!course_concerns(c, d, s->house))
        return 0;
    switch (c->damage->kind) {
    case DAMAGE_LINEAR:
    case DAMAGE_ACCELERATING:
    case DAMAGE_STEPWISE:
        return sensor == c->sensor;
    case DAMAGE_HOUSE_SETTLEMENT:
        return house_settles(s);
    case DAMAGE_ROOF_LEAK:
        return leaks(d, s);
    case DAMAGE_FREQUENCY_DROP:
        return s->design->response == RESPONSE_FREQUENCY;
    case DAMAGE_ROW_DEWATERING:
        return row_settles(c, s);
    case DAMAGE_ROW_EXCAVATION:
        return row_tilts(c, s);
    default:
        return 0;
    }
}

double course_drawdown_m(const struct course *c, int64_t t_us)
{
    double days = (double)(t_us - c->damage->onset_us) / (double)US_PER_DAY;
    double full = c->damage->size / DRAWDOWN_MM_PER_M;

    if (c->damage->kind != DAMAGE_ROW_DEWATERING || days <= 0)
        return 0;
    return (full < DRAWDOWN_MAX_M ? full : DRAWDOWN_MAX_M) * approaching(days, DRAWDOWN_DAYS);
}
