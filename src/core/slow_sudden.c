#include <math.h>
#include <string.h>

#include "slow_private.h"

/* The readings as they come: kept, and whether they are far from where it was. */

#define APART_US       (300 * 1000000LL) /* faster readings are not looked at one by one */
#define SILENT_PERIODS 5
#define PACE_SHARE     (1.0 / 32)
#define PACE_MOST      4.0 /* times itself: a jump is no scatter */

void sudden_start(struct sudden *u)
{
    *u = (struct sudden){
        .before_day = INT64_MIN, .before = NAN, .pace = NAN, .followed_day = INT64_MIN};
}

/* --- readings --- */

static bool is_beyond(const struct reading *r)
{
    return r->flag == QF_FAIL && r->test == QT_GROSS_RANGE;
}

static bool is_usable(const struct reading *r)
{
    bool jumps = r->flag == QF_SUSPECT && r->test == QT_RATE_OF_CHANGE;

    return isfinite(r->value) && (r->flag == QF_PASS || jumps || is_beyond(r));
}

static void follow_pace(struct sudden *u, double value)
{
    double d = u->count > 0 ? fabs(value - u->value[0]) : (double)NAN;

    if (isnan(u->pace) || isnan(d))
        u->pace = d;
    else
        u->pace += PACE_SHARE * ((u->pace > 0 ? fmin(d, PACE_MOST * u->pace) : d) - u->pace);
}

static void keep(struct sudden *u, const struct reading *r)
{
    if (u->run == 0) /* that of a jump is another's */
        follow_pace(u, r->value);
    memmove(u->t_us + 1, u->t_us, (SUDDEN_READINGS - 1) * sizeof *u->t_us);
    memmove(u->value + 1, u->value, (SUDDEN_READINGS - 1) * sizeof *u->value);
    memmove(u->beyond + 1, u->beyond, (SUDDEN_READINGS - 1) * sizeof *u->beyond);
    u->t_us[0] = r->t_us;
    u->value[0] = r->value;
    u->beyond[0] = is_beyond(r);
    if (u->count < SUDDEN_READINGS)
        u->count++;
}

/* Where it was, once a day; while something is told that stays what it was. */
static void look_back(struct sudden *u, const struct channel *c, int64_t t_us)
{
    int64_t day = sudden_day_of(t_us);

    if (u->state != SUDDEN_NONE || day == u->before_day)
        return;
    u->before_day = day;
    u->before = sudden_before(c, day, true);
}

/* A run goes on, begins or ends with the latest reading; gap_us: since the one before. */
static void follow_run(struct sudden *u, double trip, bool two_sided, int64_t gap_us,
                       int64_t silence_us)
{
    double away = u->value[0] - u->before;
    bool up = away > 0, out = fabs(away) >= trip && (up || two_sided);

    if (!out && !(u->beyond[0] && !isnan(u->before))) {
        u->run = 0;
        return;
    }
    if (u->run == 0 || up != u->upward || gap_us > silence_us) {
        u->run = 0;
        u->run_us = u->t_us[0];
        u->gap_us = gap_us;
        u->first = u->count > 1 ? u->value[0] - u->value[1] : 0;
        u->upward = up;
    }
    if (u->run < UINT16_MAX)
        u->run++;
}

void sudden_take(struct slow *s, uint32_t sensor, const struct reading *r)
{
    struct sudden *u = &s->sensor[sensor].sudden;
    const struct sensor *own = &s->r->sensors[sensor];
    const struct channel *c = &s->channel[sensor];
    int64_t gap_us = u->count > 0 ? r->t_us - u->t_us[0] : 0;

    if (!is_usable(r) || (u->count > 0 && gap_us < APART_US) ||
        (c->role == CHANNEL_DAMAGE && r->t_us < c->baseline_us))
        return;
    keep(u, r);
    if (c->role != CHANNEL_DAMAGE || !isfinite(c->trip))
        return;
    look_back(u, c, r->t_us);
    follow_run(u, c->trip, quantity_info(own->quantity)->two_sided, gap_us,
               SILENT_PERIODS * own->period_us);
    if (u->run >= SUDDEN_LEAST || u->state != SUDDEN_NONE)
        sudden_judge(s, sensor);
}
