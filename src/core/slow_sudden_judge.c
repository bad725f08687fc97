#include <math.h>
#include <string.h>

#include "shikumen/num/order.h"
#include "slow_private.h"

/* A run of readings far from where the gauge was: how much it is, whose, and what is told. */

#define LEAST_US     (1800 * 1000000LL) /* from the first of them to the last */
#define USUALS       2.5
#define PACES        3.0          /* differences from reading to reading: noise is no jump [J] */
#define PART         0.5          /* of a limit, at once */
#define BACK         0.5          /* of the size: nearer to before is back */
#define HOME         0.125        /* of the size: as near to where it was before is home */
#define AGAIN_US     (2 * DAY_US) /* what else moves or changes meanwhile is of the same matter */
#define KNOWN_ERRORS 2.0
#define FAULT_LEVEL  LEVEL_YELLOW
#define GAP_US       (DAY_US / 2)

/* --- how much --- */

struct jump {
    double size, error; /* beyond the weather */
    double after;
    bool weather; /* something was taken off */
    double known;
    const struct limit *limit;
};

double sudden_middle(const struct sudden *u)
{
    double v[SUDDEN_LEAST];

    memcpy(v, u->value, sizeof v);
    return median(v, SUDDEN_LEAST);
}

static double known_change(const struct slow_sensor *x)
{
    const struct movement *m = &x->movement;

    if (x->sudden.state == SUDDEN_MOVED)
        return x->sudden.known;
    return x->moved && fabs(m->change) > KNOWN_ERRORS * m->error ? m->change : 0;
}

/* Weather makes less of it, never more: a thermometer that errs is no jump. */
static void measure(const struct slow *s, uint32_t sensor, struct jump *j)
{
    const struct sudden *u = &s->sensor[sensor].sudden;
    const struct channel *c = &s->channel[sensor];
    double weather = sudden_weather(s, c, u->before_day, u->t_us[0]);
    double raw = sudden_middle(u) - u->before;

    j->weather = !isnan(weather);
    j->size = raw;
    if (weather * raw > 0)
        j->size = fabs(weather) < fabs(raw) ? raw - weather : 0;
    j->after = u->before + j->size;
    j->known = known_change(&s->sensor[sensor]);
}

/* The highest limit reached, of which a good part came at once. Back to where it began is none. */
static const struct limit *reached(const struct sensor *own, const struct jump *j)
{
    bool two_sided = quantity_info(own->quantity)->two_sided;
    const struct limit *best = NULL;

    if (fabs(j->known + j->size) < fabs(j->known))
        return NULL;
    for (size_t i = 0; own->limits && i < own->limits->count; i++) {
        const struct limit *l = &own->limits->limits[i];
        bool enough = sudden_compared(l, two_sided, j->known, j->size) >= l->value &&
                      fabs(j->size) >= PART * l->value;
        if (sudden_counts(l) && enough && (!best || l->level > best->level))
            best = l;
    }
    return best;
}

/* --- telling --- */

static void tell(struct slow *s, struct finding f)
{
    if (s->found_count < SLOW_FOUND)
        s->found[s->found_count++] = f;
}

static void note(const struct slow *s, uint32_t sensor, const struct jump *j,
                 const struct sudden_witness *w)
{
    struct slow_sensor *x = &s->sensor[sensor];
    struct sudden *u = &x->sudden;

    u->told_us = u->t_us[0];
    u->known = j->known;
    u->size = j->size;
    u->error = j->error;
    u->reading = j->after;
    u->model_version = j->weather ? s->channel[sensor].model.version : 0;
    u->moved = w->moved;
    u->asked = w->asked;
}

static void hold_at(struct hold *h, int level, enum alert_kind kind, const struct limit *limit,
                    int64_t since_us)
{
    *h = (struct hold){.level = level, .kind = kind, .limit = limit, .since_us = since_us};
}

/* --- judging --- */

/* It goes on after it was told: gauges that are knocked do not. */
static bool is_growing(const struct sudden *u, const struct jump *j, double trip)
{
    return u->state == SUDDEN_MOVED && fabs(j->size) > fabs(u->size) + trip;
}

/* Another gauge that moved speaks for it, and so does what was held before. */
static int level_of(const struct slow_sensor *x, const struct sudden_witness *w,
                    const struct jump *j, double trip)
{
    bool told = x->sudden.state == SUDDEN_MOVED;
    int before = told ? x->sudden.prior.level : x->move.level;

    return w->moved > 0 || before >= LEVEL_YELLOW || is_growing(&x->sudden, j, trip)
               ? j->limit->level
               : LEVEL_ORANGE;
}

static void tell_moved(struct slow *s, uint32_t sensor, const struct jump *j,
                       const struct sudden_witness *w)
{
    struct slow_sensor *x = &s->sensor[sensor];
    struct sudden *u = &x->sudden;
    bool first = u->state != SUDDEN_MOVED;
    int level = level_of(x, w, j, s->channel[sensor].trip);

    if (!first && level <= x->move.level && j->limit->level <= x->move.limit->level)
        return;
    if (u->state == SUDDEN_ERRS)
        tell(s, sudden_withdraw(s, sensor, DOUBT_NONE, u->t_us[0]));
    if (first) {
        u->prior = x->move;
        u->since_us = u->run_us;
        u->followed_day = u->gap_us < GAP_US ? u->run_us / DAY_US : u->followed_day;
    }
    u->state = SUDDEN_MOVED;
    u->cause = DOUBT_NONE;
    note(s, sensor, j, w);
    hold_at(&x->move, level > u->prior.level ? level : u->prior.level, KIND_STEP, j->limit,
            u->since_us);
    tell(s, sudden_finding(s, sensor, &x->move));
}

static void tell_errs(struct slow *s, uint32_t sensor, enum slow_doubt cause, const struct jump *j,
                      const struct sudden_witness *w)
{
    struct slow_sensor *x = &s->sensor[sensor];

    if (x->sudden.state != SUDDEN_NONE || x->fault.level > LEVEL_NORMAL)
        return; /* the other is told, or this is */
    x->sudden.state = SUDDEN_ERRS;
    x->sudden.cause = cause;
    x->sudden.since_us = x->sudden.run_us;
    note(s, sensor, j, w);
    hold_at(&x->fault, cause == DOUBT_BEYOND ? LEVEL_ORANGE : FAULT_LEVEL, KIND_FAULT, NULL,
            x->sudden.since_us);
    tell(s, sudden_finding(s, sensor, &x->fault));
}

/* A gauge already in doubt is believed when others moved as well. */
static bool is_believed(const struct slow_sensor *x, const struct sudden_witness *w)
{
    bool told = x->sudden.state == SUDDEN_ERRS && x->sudden.cause != DOUBT_BEYOND;
    bool sound = x->doubt == DOUBT_NONE || x->doubt == DOUBT_GAIN || x->doubt == DOUBT_BACKWARDS;

    return (sound && !told) || w->moved > 0;
}

static bool is_unusual(const struct slow *s, uint32_t sensor, struct jump *j)
{
    const struct sudden *u = &s->sensor[sensor].sudden;
    double usual = sudden_usual(&s->channel[sensor], u->before_day);

    j->error = usual / 1.6448536269514722; /* nine of ten normal ones are within so many sigma */
    return fabs(j->size) >= USUALS * usual && !(fabs(j->size) < PACES * u->pace);
}

/* It was elsewhere for a day or three, and comes back: no wall moved, and what sent the gauge there
 * is left to the days. */
static bool comes_home(const struct slow *s, uint32_t sensor, const struct jump *j)
{
    const struct sudden *u = &s->sensor[sensor].sudden;
    double earlier = sudden_earlier(&s->channel[sensor], u->before_day);

    return u->state == SUDDEN_NONE && fabs(sudden_middle(u) - earlier) < HOME * fabs(j->size);
}

static void judge_run(struct slow *s, uint32_t sensor)
{
    struct slow_sensor *x = &s->sensor[sensor];
    struct jump j = {0};
    struct sudden_witness w;
    enum slow_doubt whose;

    measure(s, sensor, &j);
    j.limit = reached(&s->r->sensors[sensor], &j);
    if ((!j.limit && !x->sudden.beyond[0]) || !is_unusual(s, sensor, &j) ||
        comes_home(s, sensor, &j))
        return;
    w = sudden_witnesses(s, sensor);
    whose = sudden_whose(s, sensor, &w);
    if (whose == DOUBT_BEYOND && x->sudden.state == SUDDEN_MOVED && j.limit)
        whose = DOUBT_NONE; /* it went on until the gauge could not follow */
    if (whose == DOUBT_UNIT && x->sudden.state == SUDDEN_MOVED)
        tell(s, sudden_withdraw(s, sensor, whose, x->sudden.t_us[0]));
    if (whose != DOUBT_NONE)
        tell_errs(s, sensor, whose, &j, &w);
    else if (j.limit && is_believed(x, &w))
        tell_moved(s, sensor, &j, &w);
}

/* The latest readings are nearer to where it was than to where it jumped. */
static bool is_back(const struct sudden *u)
{
    for (uint32_t i = 0; i < SUDDEN_LEAST; i++)
        if (u->beyond[i] || fabs(u->value[i] - u->before) > BACK * fabs(u->size))
            return false;
    return true;
}

/* What was missing before the run came afterwards. */
static bool is_filled(const struct channel *c, const struct sudden *u)
{
    int64_t bin = bin_of(u->run_us - u->gap_us) + 1, end = bin_of(u->run_us);

    if (u->gap_us < GAP_US)
        return false;
    while (bin < end && bins_at(&c->bins, bin).passed > 0)
        bin++;
    return bin >= end;
}

/* Then it was no jump over a gap, and what came is looked at by its days. */
static void forget_gap(struct slow *s, uint32_t sensor)
{
    struct sudden *u = &s->sensor[sensor].sudden;

    if (u->state == SUDDEN_ERRS)
        tell(s, sudden_withdraw(s, sensor, DOUBT_NONE, u->t_us[0]));
    u->run = 0;
    u->gap_us = 0;
    u->before_day = INT64_MIN;
}

void sudden_judge(struct slow *s, uint32_t sensor)
{
    struct sudden *u = &s->sensor[sensor].sudden;
    bool late = u->state != SUDDEN_NONE && u->t_us[0] - u->since_us > AGAIN_US;

    if (u->count < SUDDEN_LEAST || isnan(u->before))
        return;
    if (u->state != SUDDEN_MOVED && is_filled(&s->channel[sensor], u)) {
        forget_gap(s, sensor);
        return;
    }
    if (u->state != SUDDEN_NONE && u->t_us[SUDDEN_LEAST - 1] > u->told_us && is_back(u))
        tell(s, sudden_withdraw(s, sensor, DOUBT_RETURNED, u->t_us[0]));
    else if (!late && u->run >= SUDDEN_LEAST && u->t_us[0] - u->run_us >= LEAST_US)
        judge_run(s, sensor);
}
