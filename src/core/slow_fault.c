#include <math.h>
#include <stdlib.h>

#include "shikumen/num/order.h"
#include "slow_private.h"

#define SILENT_DAYS    3 /* of readings of which none passes */
#define NOISE_FACTOR   6.0
#define NOISE_DAYS     21
#define DOUBT_DAYS     14 /* a doubt without new grounds ends */
#define LATE_DAYS      3
#define UNSETTLED      2.0 /* floors */
#define UNSETTLED_DAYS 8   /* a jump is confirmed by then; what goes on is a movement [J] */

double slow_floor(enum quantity q, double level)
{
    switch (q) {
    case Q_CRACK_WIDTH:
        return 0.04;
    case Q_SETTLEMENT:
        return 0.6;
    case Q_TILT:
        return 0.08;
    case Q_STRAIN:
        return 15; /* a support let down gave 29 (test bridge Munich, tests/real) */
    case Q_MOISTURE_CONTENT:
        return 2.5;
    case Q_FREQUENCY:
        return 0.015 * fabs(level);
    default:
        return 0.2;
    }
}

bool slow_nothing_valid(const struct channel *c, int64_t day)
{
    unsigned total = 0, passed = 0;

    for (int64_t b = (day + 1 - SILENT_DAYS) * BINS_PER_DAY; b < (day + 1) * BINS_PER_DAY; b++) {
        struct bin bin = bins_at(&c->bins, b);
        total += bin.total;
        passed += bin.passed;
    }
    return total >= SILENT_DAYS * BINS_PER_DAY && passed == 0;
}

bool slow_is_void(const struct slow *s, uint32_t sensor, int64_t from_us, int64_t to_us)
{
    const struct slow_sensor *x = &s->sensor[sensor];
    const struct channel *c = &s->channel[sensor];
    bool unit = x->sudden.state == SUDDEN_ERRS && x->sudden.cause == DOUBT_UNIT;

    if (c->role != CHANNEL_DAMAGE)
        return false;
    if ((x->wrong_day != INT64_MIN && x->wrong_day * DAY_US < to_us) ||
        (unit && x->sudden.since_us < to_us))
        return true;
    for (uint32_t i = 0; i < c->void_count; i++)
        if (c->voids[i].from * DAY_US < to_us && c->voids[i].to * DAY_US > from_us)
            return true;
    return false;
}

double slow_own_jumps(const struct slow *s, uint32_t sensor, int64_t from_us, int64_t to_us)
{
    const struct sudden *u = &s->sensor[sensor].sudden;
    const struct channel *c = &s->channel[sensor];
    int64_t first = from_us / DAY_US, last = to_us / DAY_US;
    bool told = u->state == SUDDEN_ERRS && u->since_us >= from_us && u->since_us < to_us;
    double sum = 0;

    for (uint32_t i = 0; i < c->shifts; i++) {
        int64_t day = c->shift[i].day;
        if (day < first || day > last)
            continue;
        sum += c->shift[i].size;
        told = told && llabs(day - u->since_us / DAY_US) > LATE_DAYS; /* or it is the same */
    }
    return told ? sum + u->size : sum;
}

/* Robust noise from day to day of n days: their bend, for a steady movement has none however fast.
 */
static double noise_of(const float *r, size_t n)
{
    double bend[128], last = NAN, before = NAN;
    size_t count = 0;

    for (size_t i = n > 128 ? n - 128 : 0; i < n; i++) {
        if (!isfinite(r[i]))
            continue;
        if (!isnan(before))
            bend[count++] = fabs((double)r[i] - 2 * last + before) / sqrt(3.0);
        before = last;
        last = (double)r[i];
    }
    return count >= 10 ? median(bend, count) : (double)NAN;
}

static bool is_noisy(const struct slow *s, uint32_t sensor)
{
    const struct channel *c = &s->channel[sensor];
    double now, before;

    if (c->days < 5 * NOISE_DAYS)
        return false;
    now = noise_of(c->residual + c->days - NOISE_DAYS, NOISE_DAYS);
    before = noise_of(c->residual, c->days - NOISE_DAYS);
    return now > NOISE_FACTOR * before &&
           now > slow_floor(s->r->sensors[sensor].quantity, s->sensor[sensor].movement.level) / 2;
}

static bool closes(const struct slow *s, uint32_t sensor)
{
    const struct slow_sensor *x = &s->sensor[sensor];
    const struct movement *m = &x->movement;

    if (s->r->sensors[sensor].quantity != Q_CRACK_WIDTH || !x->moved || m->governing < 0 ||
        s->channel[sensor].model.maturity < MATURITY_SEASON) /* before, a season does it */
        return false;
    return m->window[m->governing].slope < 0 &&
           m->change + 2 * m->error < -slow_floor(Q_CRACK_WIDTH, 0);
}

/* The median of the latest days apart from that of the days before: what MOVEMENT_CONFIRM days will
 * show to be a jump, or the sensor's ill of a few days. */
static bool is_unsettled(const struct channel *c, double floor)
{
    double late[LATE_DAYS], before[2 * LATE_DAYS];
    size_t lates = 0, befores = 0;

    for (size_t i = c->days; i-- > 0 && befores < 2 * LATE_DAYS && c->days - i < 6 * LATE_DAYS;) {
        float v = c->residual[i];
        if (!isfinite(v))
            continue;
        if (lates < LATE_DAYS)
            late[lates++] = (double)v;
        else
            before[befores++] = (double)v;
    }
    if (lates < LATE_DAYS || befores < LATE_DAYS)
        return false;
    return fabs(median(late, lates) - median(before, befores)) > UNSETTLED * floor;
}

bool slow_examine(struct slow *s, uint32_t sensor, int64_t day)
{
    struct slow_sensor *x = &s->sensor[sensor];
    bool changed = x->wrong_day == INT64_MIN && slow_void_excursion(s, sensor);
    enum slow_doubt now = DOUBT_NONE;
    changed = slow_judge_jump(s, sensor) || changed;
    bool confirmed = x->step_seen_day != INT64_MIN && day < x->step_seen_day + 4 * LATE_DAYS;

    if (confirmed || !is_unsettled(&s->channel[sensor],
                                   slow_floor(s->r->sensors[sensor].quantity, x->movement.level)))
        x->unsettled_days = 0;
    else
        x->unsettled_days++;
    x->unsettled = x->unsettled_days > 0 && x->unsettled_days <= UNSETTLED_DAYS;

    if (slow_nothing_valid(&s->channel[sensor], day))
        now = DOUBT_NOTHING_VALID;
    else if (slow_thermometer_fails(s, sensor, day))
        now = DOUBT_THERMOMETER;
    else if (day % 7 == 0 && is_noisy(s, sensor))
        now = DOUBT_NOISE;
    else if (x->gain)
        now = DOUBT_GAIN;
    else if (x->wrong_day != INT64_MIN)
        now = DOUBT_UNIT; /* until it is put right */
    else if (closes(s, sensor))
        now = DOUBT_BACKWARDS;
    if (now != DOUBT_NONE) {
        x->doubt = now;
        x->doubt_day = day;
    } else if (x->doubt != DOUBT_NONE && day > x->doubt_day + DOUBT_DAYS)
        x->doubt = DOUBT_NONE;
    return changed;
}
