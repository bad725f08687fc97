#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/num/order.h"
#include "slow_private.h"

#define LOOK_DAYS      14 /* back, for a jump */
#define SAME_DAYS      2  /* within which jumps are one event */
#define GAP_BINS       2  /* missing before a jump: half a day */
#define SILENT_DAYS    3  /* of readings of which none passes */
#define NOISE_FACTOR   6.0
#define NOISE_DAYS     21
#define DOUBT_DAYS     14 /* a doubt without new grounds ends */
#define UNIT_NEARNESS  0.03
#define UNIT_CLEAR     4.0 /* so far from zero; the scatter has its say too */
#define LATE_DAYS      3
#define UNSETTLED      2.0 /* floors */
#define UNSETTLED_DAYS 8   /* a jump is confirmed by then; what goes on is a movement [J] */
#define CLOSED         3.0 /* floors that no crack closes by in a day */
#define UNIT_BINS      64  /* looked at on either side of a jump */

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

/* --- jumps --- */

/* Median of the bins of the latest days before a day, or of the first from it on: of up to
 * MOVEMENT_CONFIRM days' worth, so that the bin in which a jump lies does no harm. */
static double reading_at(const struct channel *c, int64_t day, bool after)
{
    double value[MOVEMENT_CONFIRM * BINS_PER_DAY];
    int64_t bin = day * BINS_PER_DAY - !after;
    size_t count = 0;

    for (int i = 0; i < UNIT_BINS && count < MOVEMENT_CONFIRM * BINS_PER_DAY; i++) {
        double v = bins_mean(&c->bins, after ? bin + i : bin - i);
        if (!isnan(v))
            value[count++] = v;
    }
    return count > 0 ? median(value, count) : (double)NAN;
}

/* mm and m, cm, um, inch; deg and mm/m, rad. */
double slow_unit_factor(double before, double after, double floor)
{
    static const double factor[] = {
        1000, 100, 10, 25.4, 17.453292519943295, 1e6, 57.29577951308232};
    double near = hypot(UNIT_NEARNESS * before, floor / 2);

    if (!(UNIT_CLEAR * near < fabs(before)))
        return 0;
    for (size_t i = 0; i < sizeof factor / sizeof *factor; i++) {
        if (fabs(after / factor[i] - before) < near)
            return factor[i];
        if (fabs(after * factor[i] - before) < near)
            return 1 / factor[i];
    }
    return 0;
}

bool slow_is_scaled(double factor, double before, double after)
{
    double half = sqrt(factor) * before; /* as far from unscaled as from scaled */

    if (!(before > 0) || isnan(after))
        return false;
    return factor > 1 ? after > half : after < half;
}

/* Median difference from bin to bin beside a day: that of the jump does no harm. */
static double scatter_at(const struct channel *c, int64_t day, bool after)
{
    double d[MOVEMENT_CONFIRM * BINS_PER_DAY], last = NAN;
    int64_t bin = day * BINS_PER_DAY - !after;
    size_t count = 0;

    for (int i = 0; i < UNIT_BINS && count < MOVEMENT_CONFIRM * BINS_PER_DAY; i++) {
        double v = bins_mean(&c->bins, after ? bin + i : bin - i);
        if (isnan(v))
            continue;
        if (!isnan(last))
            d[count++] = fabs(v - last);
        last = v;
    }
    return count > 0 ? median(d, count) : (double)NAN;
}

/* True when the readings since a jump, taken for another unit, go on from where they were, and so
 * does their scatter. */
static bool is_unit_mistake(const struct channel *c, int64_t day, double floor)
{
    double factor = slow_unit_factor(reading_at(c, day, false), reading_at(c, day, true), floor);

    return factor != 0 &&
           slow_is_scaled(factor, scatter_at(c, day, false), scatter_at(c, day, true));
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
        int64_t jump = s->sensor[i].jump_day;
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

/* True when a mistake of unit was on and the readings are back where they were before it. */
static bool is_unit_again(const struct slow_sensor *x)
{
    double near = hypot(2 * UNIT_NEARNESS * x->right_level, 2 * x->step.error);

    return x->wrong_day != INT64_MIN && fabs(x->step.after - x->right_level) < near;
}

/* Whose jump it was. */
static enum slow_doubt jump_doubt(const struct slow *s, uint32_t sensor, int64_t day)
{
    const struct channel *c = &s->channel[sensor];
    const struct movement_step *step = &s->sensor[sensor].step;
    struct witnesses w = witnesses_of(s, sensor, day);
    bool closed = s->r->sensors[sensor].quantity == Q_CRACK_WIDTH &&
                  c->model.maturity >= MATURITY_SEASON &&  /* before, weather looks like it; */
                  s->sensor[sensor].doubt != DOUBT_GAIN && /* so does what a loose gauge does */
                  step->size < -CLOSED * slow_floor(Q_CRACK_WIDTH, 0);
    bool followed = sudden_followed(&s->sensor[sensor].sudden, day);
    int gap = followed ? 0 : gap_before(c, day);

    if (is_unit_mistake(c, day, slow_floor(s->r->sensors[sensor].quantity, step->before)) ||
        is_unit_again(&s->sensor[sensor]))
        return DOUBT_UNIT;
    if (gap >= GAP_BINS && w.node_jumped > 0)
        return DOUBT_NODE;
    if ((gap >= GAP_BINS || closed) && w.house_jumped == 0) /* no crack closes in a day */
        return DOUBT_SWAPPED;
    return DOUBT_NONE;
}

void slow_seek(struct slow *s, uint32_t sensor)
{
    struct slow_sensor *x = &s->sensor[sensor];
    struct channel *c = &s->channel[sensor];
    double level = c->days > 0 ? (double)c->residual[c->days - 1] : 0;
    struct movement_step step = movement_step_of(c->residual, c->days, LOOK_DAYS,
                                                 slow_floor(s->r->sensors[sensor].quantity, level));
    int64_t day = step.day == SIZE_MAX ? INT64_MIN : c->first_day + (int64_t)step.day;

    if (step.day == SIZE_MAX ||
        (x->jump_day != INT64_MIN && day > x->jump_day && day <= x->jump_day + SAME_DAYS))
        return; /* none, or what is left of the one seen when it leaves the days looked at */
    x->step = step;
    x->jump_day = day;
}

static void keep_step(struct slow_sensor *x, int64_t day)
{
    if (x->steps > 0 && day <= x->steps_at[x->steps - 1])
        return;
    if (x->steps == OUTLOOK_STEPS_MAX)
        memmove(x->steps_at, x->steps_at + 1, --x->steps * sizeof *x->steps_at);
    x->steps_at[x->steps++] = day;
}

/* Into a wrong unit, or out of it: then the days between say nothing. */
static void change_unit(struct slow_sensor *x, struct channel *c, int64_t day)
{
    if (x->wrong_day == INT64_MIN) {
        x->wrong_day = day;
        x->wrong_size = x->step.size;
        x->right_level = x->step.before;
        channel_shift(c, day, x->step.size);
        return;
    }
    channel_shift(c, x->wrong_day, -x->wrong_size);
    channel_void(c, x->wrong_day, day);
    x->wrong_day = INT64_MIN;
}

/* A jump back to where the readings were before a few days that were elsewhere, which were too few
 * (or too many of them did not pass) to be a jump of their own. *from: the first of these days. */
static bool ends_excursion(const struct slow_sensor *x, const struct channel *c, int64_t day,
                           double floor, int64_t *from)
{
    double earlier[2 * MOVEMENT_CONFIRM], level;
    size_t known = 0, gone = 0;

    *from = day;
    for (int64_t i = day - c->first_day; i-- > 0 && known < 2 * MOVEMENT_CONFIRM;) {
        double v = (double)c->residual[i];
        if (!isfinite(v))
            continue;
        if (known == 0 && fabs(v - x->step.after) > fabs(x->step.size) / 8) {
            *from = c->first_day + i;
            gone++;
            continue;
        }
        earlier[known++] = v;
    }
    if (gone == 0 || gone > MOVEMENT_CONFIRM || known < 2 * MOVEMENT_CONFIRM)
        return false;
    level = median(earlier, known);
    return fabs(x->step.after - level) < hypot(2 * x->step.error, floor / 2);
}

/* Whose the latest jump was, when it is a new one. True when residuals were changed. */
static bool judge_jump(struct slow *s, uint32_t sensor)
{
    struct slow_sensor *x = &s->sensor[sensor];
    struct channel *c = &s->channel[sensor];
    double floor = slow_floor(s->r->sensors[sensor].quantity, x->step.before);
    int64_t day = x->jump_day, from;
    enum slow_doubt doubt;

    if (day == INT64_MIN || (x->step_seen_day != INT64_MIN && day <= x->step_seen_day + SAME_DAYS))
        return false;
    x->step_seen_day = day;
    doubt = jump_doubt(s, sensor, day);
    if (x->wrong_day == INT64_MIN && ends_excursion(x, c, day, floor, &from)) {
        bool unit = slow_unit_factor(x->step.before, x->step.after, floor) != 0;
        x->doubt = unit ? DOUBT_UNIT : DOUBT_RETURNED;
        x->doubt_day = c->first_day + (int64_t)c->days;
        x->step.day = SIZE_MAX;
        channel_void(c, from, day);
        return true;
    }
    if (x->wrong_day != INT64_MIN && doubt != DOUBT_UNIT)
        return false; /* in a wrong unit nothing else can be told */
    if (doubt == DOUBT_NONE) {
        keep_step(x, day);
        return false;
    }
    x->doubt = doubt;
    x->doubt_day = c->first_day + (int64_t)c->days;
    if (doubt == DOUBT_UNIT)
        change_unit(x, c, day);
    else
        channel_shift(c, day, x->step.size);
    x->step.day = SIZE_MAX;
    return true;
}

/* --- other ills --- */

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
    bool changed = judge_jump(s, sensor);
    enum slow_doubt now = DOUBT_NONE;
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
