/* Whose a jump was: the building's, or the gauge's that was swapped, reset, or sent another unit.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/num/order.h"
#include "slow_private.h"

#define LOOK_DAYS     14  /* back, for a jump */
#define SAME_DAYS     2   /* within which jumps are one event */
#define GAP_BINS      2   /* missing before a jump: half a day */
#define GAP_SHARE     0.7 /* of a jump beside it: it happened meanwhile [J] */
#define GAP_MOST      (35 * BINS_PER_DAY)
#define UNIT_NEARNESS 0.03
#define UNIT_CLEAR    4.0 /* so far from zero; the scatter has its say too */
#define BACK_DAYS     2   /* on which it is back */
#define AWAY          2.0 /* floors: further is away [J] */
#define CLOSED        3.0 /* floors that no crack closes by in a day */
#define UNIT_BINS     64  /* looked at on either side of a jump */

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
 * does their scatter, as their days have it or as the readings had it when it was told. */
static bool is_unit_mistake(const struct channel *c, const struct sudden *u, int64_t day,
                            double floor)
{
    double factor = slow_unit_factor(reading_at(c, day, false), reading_at(c, day, true), floor);
    bool told = u->state == SUDDEN_ERRS && u->cause == DOUBT_UNIT &&
                llabs(day - u->since_us / DAY_US) <= SAME_DAYS;

    return factor != 0 &&
           (told || slow_is_scaled(factor, scatter_at(c, day, false), scatter_at(c, day, true)));
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

/* Median of the bins of a day's worth that passed, before a bin or from it on. */
static double bins_beside(const struct channel *c, int64_t bin, bool after)
{
    double value[BINS_PER_DAY];
    size_t count = 0;

    for (int64_t i = 0; i < BINS_PER_DAY; i++) {
        double v = bins_mean(&c->bins, after ? bin + i : bin - 1 - i);
        if (!isnan(v))
            value[count++] = v;
    }
    return count > 0 ? median(value, count) : (double)NAN;
}

/* Bins without a passing reading right before one. */
static int missing_before(const struct channel *c, int64_t bin)
{
    int missing = 0;

    while (missing < GAP_MOST && bins_at(&c->bins, bin - 1 - missing).passed == 0)
        missing++;
    return missing;
}

/* The day of a jump is known to a day or two only: bins missing near it over which most of it
 * happened. */
static int gap_near(const struct channel *c, int64_t day, double size)
{
    int64_t from = (day - SAME_DAYS) * BINS_PER_DAY, to = (day + SAME_DAYS) * BINS_PER_DAY;
    int longest = gap_before(c, day);

    for (int64_t bin = from; bin < to; bin++) {
        int missing = bins_at(&c->bins, bin).passed > 0 ? missing_before(c, bin) : 0;
        if (missing <= longest)
            continue;
        double over = bins_beside(c, bin, true) - bins_beside(c, bin - missing, false);
        if (over / size > GAP_SHARE)
            longest = missing;
    }
    return longest;
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
    int gap = followed ? 0 : gap_near(c, day, step->size);

    if (is_unit_mistake(c, &s->sensor[sensor].sudden, day,
                        slow_floor(s->r->sensors[sensor].quantity, step->before)) ||
        is_unit_again(&s->sensor[sensor]))
        return DOUBT_UNIT;
    if (sudden_is_absurd(&s->r->sensors[sensor], step->size) && w.house_jumped == 0)
        return DOUBT_BEYOND;
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

/* Days elsewhere that end with a jump: *out. The jump may be known to a day or two only. */
static size_t days_away(const struct slow_sensor *x, const struct channel *c, int64_t day,
                        struct channel_void *out)
{
    size_t away = 0;

    *out = (struct channel_void){day, day};
    for (int64_t i = day - 1; i >= c->first_day && away <= MOVEMENT_CONFIRM; i--) {
        double v = (double)c->residual[i - c->first_day];
        bool near = fabs(v - x->step.after) <= fabs(x->step.size) / 8;
        if (!isfinite(v))
            continue;
        if (near && (away > 0 || i < day - SAME_DAYS))
            break;
        if (near)
            continue;
        out->from = i;
        out->to = away == 0 ? i + 1 : out->to;
        away++;
    }
    return away;
}

/* Median of the known days, at most twice MOVEMENT_CONFIRM, before an index; NaN: fewer. */
static double level_before(const struct channel *c, int64_t i)
{
    double v[2 * MOVEMENT_CONFIRM];
    size_t n = 0;

    while (i-- > 0 && n < 2 * MOVEMENT_CONFIRM)
        if (isfinite(c->residual[i]))
            v[n++] = (double)c->residual[i];
    return n == 2 * MOVEMENT_CONFIRM ? median(v, n) : (double)NAN;
}

/* A jump back to where the readings were before a few days that were elsewhere, which were too few
 * (or too many of them did not pass) to be a jump of their own. */
static bool ends_excursion(const struct slow_sensor *x, const struct channel *c, int64_t day,
                           double floor, struct channel_void *out)
{
    size_t away = days_away(x, c, day, out);
    double earlier = level_before(c, out->from - c->first_day);

    return away > 0 && away <= MOVEMENT_CONFIRM &&
           fabs(x->step.after - earlier) < hypot(2 * x->step.error, floor);
}

/* The latest days are alike: it is back, and not by chance. */
static bool has_settled(const struct channel *c, int64_t last, double floor)
{
    for (int64_t i = last - 1; i > last - BACK_DAYS; i--)
        if (!(fabs((double)(c->residual[i] - c->residual[last])) < floor))
            return false;
    return isfinite(c->residual[last]);
}

bool slow_void_excursion(struct slow *s, uint32_t sensor)
{
    struct channel *c = &s->channel[sensor];
    double floor = slow_floor(s->r->sensors[sensor].quantity, s->sensor[sensor].movement.level);
    int64_t last = (int64_t)c->days - 1, end = last - BACK_DAYS + 1, i = end;
    size_t away = 0;

    if (end <= MOVEMENT_CONFIRM || !has_settled(c, last, floor))
        return false;
    for (; i > 0 && away <= MOVEMENT_CONFIRM; i--) {
        double apart = fabs((double)(c->residual[i - 1] - c->residual[last]));
        if (apart <= AWAY * floor)
            break;
        away += isfinite(apart);
    }
    if (away == 0 || away > MOVEMENT_CONFIRM ||
        !(fabs((double)c->residual[last] - level_before(c, i)) < floor))
        return false;
    channel_void(c, c->first_day + i, c->first_day + end);
    return true;
}

bool slow_judge_jump(struct slow *s, uint32_t sensor)
{
    struct slow_sensor *x = &s->sensor[sensor];
    struct channel *c = &s->channel[sensor];
    double floor = slow_floor(s->r->sensors[sensor].quantity, x->step.before);
    struct channel_void away;
    int64_t day = x->jump_day;
    enum slow_doubt doubt;

    if (day == INT64_MIN || (x->step_seen_day != INT64_MIN && day <= x->step_seen_day + SAME_DAYS))
        return false;
    x->step_seen_day = day;
    doubt = jump_doubt(s, sensor, day);
    if (x->wrong_day == INT64_MIN && ends_excursion(x, c, day, floor, &away)) {
        bool unit = slow_unit_factor(x->step.before, x->step.after, floor) != 0;
        x->doubt = unit ? DOUBT_UNIT : DOUBT_RETURNED;
        x->doubt_day = c->first_day + (int64_t)c->days;
        x->step.day = SIZE_MAX;
        channel_void(c, away.from, away.to);
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
