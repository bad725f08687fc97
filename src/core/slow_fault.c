#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/num/order.h"
#include "slow_private.h"

#define LOOK_DAYS     14 /* back, for a jump */
#define SAME_DAYS     2  /* within which jumps are one event */
#define GAP_BINS      2  /* missing before a jump: half a day */
#define SILENT_DAYS   3  /* of readings of which none passes */
#define NOISE_FACTOR  6.0
#define NOISE_DAYS    21
#define DOUBT_DAYS    14 /* a doubt without new grounds ends */
#define UNIT_NEARNESS 0.03

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
        return 30;
    case Q_MOISTURE_CONTENT:
        return 2.5;
    case Q_FREQUENCY:
        return 0.015 * fabs(level);
    default:
        return 0.2;
    }
}

/* --- jumps --- */

/* Factors between units that get mixed up: mm and m, cm, um, inch; deg and mm/m, rad. */
static bool is_unit_factor(double ratio)
{
    static const double factor[] = {
        1000, 100, 10, 25.4, 17.453292519943295, 1e6, 57.29577951308232};

    for (size_t i = 0; i < sizeof factor / sizeof *factor; i++)
        if (fabs(ratio / factor[i] - 1) < UNIT_NEARNESS ||
            fabs(ratio * factor[i] - 1) < UNIT_NEARNESS)
            return true;
    return false;
}

/* Bins without a passing reading right before a day. */
static int gap_before(const struct channel *c, int64_t day)
{
    int64_t bin = day * BINS_PER_DAY;
    int missing = 0;

    while (bins_at(&c->bins, bin).passed == 0 && missing < 2 * BINS_PER_DAY) { /* the jump's bin */
        bin++;
        missing++;
    }
    for (bin = day * BINS_PER_DAY - 1; bins_at(&c->bins, bin).passed == 0 && missing < 64; bin--)
        missing++;
    return missing;
}

static int64_t step_day(const struct slow *s, uint32_t sensor)
{
    const struct slow_sensor *x = &s->sensor[sensor];

    return x->step.day == SIZE_MAX ? INT64_MIN
                                   : s->channel[sensor].first_day + (int64_t)x->step.day;
}

struct witnesses {
    int node, node_jumped;   /* other channels of the node */
    int house, house_jumped; /* of the house, on other nodes or the same */
};

static struct witnesses witnesses_of(const struct slow *s, uint32_t sensor, int64_t day)
{
    const struct sensor *own = &s->r->sensors[sensor];
    struct witnesses w = {0};

    for (uint32_t i = 0; i < s->r->sensor_count; i++) {
        const struct sensor *other = &s->r->sensors[i];
        if (i == sensor || s->channel[i].role != CHANNEL_DAMAGE || other->house != own->house ||
            s->channel[i].days == 0)
            continue;
        int64_t jump = step_day(s, i);
        bool jumped = jump != INT64_MIN && llabs(jump - day) <= SAME_DAYS;
        w.house++;
        w.house_jumped += jumped;
        if (other->node != REGISTRY_NONE && other->node == own->node) {
            w.node++;
            w.node_jumped += jumped;
        }
    }
    return w;
}

/* Whose jump it was. */
static enum slow_doubt jump_doubt(const struct slow *s, uint32_t sensor, int64_t day)
{
    const struct channel *c = &s->channel[sensor];
    const struct movement_step *step = &s->sensor[sensor].step;
    struct witnesses w = witnesses_of(s, sensor, day);
    int gap = gap_before(c, day);

    if (step->before != 0 && is_unit_factor(step->after / step->before))
        return DOUBT_UNIT;
    if (gap >= GAP_BINS && w.node_jumped > 0)
        return DOUBT_NODE;
    if (gap >= GAP_BINS && w.house_jumped == 0)
        return DOUBT_SWAPPED;
    return DOUBT_NONE;
}

/* True when residuals were changed. */
static bool look_for_jump(struct slow *s, uint32_t sensor)
{
    struct slow_sensor *x = &s->sensor[sensor];
    struct channel *c = &s->channel[sensor];
    double level = c->days > 0 ? (double)c->residual[c->days - 1] : 0;
    struct movement_step step = movement_step_of(c->residual, c->days, LOOK_DAYS,
                                                 slow_floor(s->r->sensors[sensor].quantity, level));
    int64_t day;
    enum slow_doubt doubt;

    if (step.day == SIZE_MAX)
        return false;
    x->step = step;
    day = step_day(s, sensor);
    if (x->step_seen_day != INT64_MIN && day <= x->step_seen_day + SAME_DAYS)
        return false;
    x->step_seen_day = day;
    doubt = jump_doubt(s, sensor, day);
    if (doubt == DOUBT_NONE)
        return false;
    x->doubt = doubt;
    x->doubt_day = c->first_day + (int64_t)c->days;
    channel_shift(c, day, step.size);
    x->step.day = SIZE_MAX;
    return true;
}

/* --- other ills --- */

static bool nothing_valid(const struct channel *c, int64_t day)
{
    unsigned total = 0, passed = 0;

    for (int64_t b = (day + 1 - SILENT_DAYS) * BINS_PER_DAY; b < (day + 1) * BINS_PER_DAY; b++) {
        struct bin bin = bins_at(&c->bins, b);
        total += bin.total;
        passed += bin.passed;
    }
    return total >= SILENT_DAYS * BINS_PER_DAY && passed == 0;
}

/* Robust noise from day to day of n days. */
static double noise_of(const float *r, size_t n)
{
    double step[128], last = NAN;
    size_t count = 0;

    for (size_t i = n > 128 ? n - 128 : 0; i < n; i++) {
        if (!isfinite(r[i]))
            continue;
        if (!isnan(last))
            step[count++] = fabs((double)r[i] - last);
        last = (double)r[i];
    }
    return count >= 10 ? median(step, count) : (double)NAN;
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

    if (s->r->sensors[sensor].quantity != Q_CRACK_WIDTH || !x->moved || m->governing < 0)
        return false;
    return m->window[m->governing].slope < 0 &&
           m->change + 2 * m->error < -slow_floor(Q_CRACK_WIDTH, 0);
}

bool slow_examine(struct slow *s, uint32_t sensor, int64_t day)
{
    struct slow_sensor *x = &s->sensor[sensor];
    bool changed = look_for_jump(s, sensor);
    enum slow_doubt now = DOUBT_NONE;

    if (nothing_valid(&s->channel[sensor], day))
        now = DOUBT_NOTHING_VALID;
    else if (day % 7 == 0 && is_noisy(s, sensor))
        now = DOUBT_NOISE;
    else if (x->gain)
        now = DOUBT_GAIN;
    else if (closes(s, sensor))
        now = DOUBT_BACKWARDS;
    if (now != DOUBT_NONE) {
        x->doubt = now;
        x->doubt_day = day;
    } else if (x->doubt != DOUBT_NONE && day > x->doubt_day + DOUBT_DAYS)
        x->doubt = DOUBT_NONE;
    return changed;
}
