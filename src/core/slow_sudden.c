#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/num/order.h"
#include "slow_private.h"

#define LEAST_READINGS 3
#define LEAST_US       (1800 * 1000000LL) /* from the first of them to the last */
#define APART_US       (300 * 1000000LL)  /* faster readings are not looked at one by one */
#define SILENT_PERIODS 5
#define PACE_SHARE     (1.0 / 32)
#define PACE_MOST      4.0 /* times itself: a jump is no scatter */
#define USUALS         2.5
#define BACK           0.5          /* of the size: nearer to before is back */
#define AGAIN_US       (2 * DAY_US) /* what else moves or changes meanwhile is of the same matter */
#define WAIT_DAYS      14           /* for the days to settle it */
#define NEAR_DAYS      3            /* a step of the days is the one told */
#define FOLLOWED       0.9          /* of the step */
#define KNOWN_ERRORS   2.0
#define FAULT_LEVEL    LEVEL_YELLOW
#define GAP_US         (DAY_US / 2)

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
    double v[LEAST_READINGS];

    memcpy(v, u->value, sizeof v);
    return median(v, LEAST_READINGS);
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

/* What a limit compares of it. */
static double compared(const struct limit *l, bool two_sided, const struct jump *j)
{
    double v = l->of == LIMIT_CHANGE ? j->known + j->size : j->size;

    return two_sided ? fabs(v) : v;
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
        bool enough = compared(l, two_sided, j) >= l->value && fabs(j->size) >= 0.5 * l->value;
        if (sudden_counts(l) && enough && (!best || l->level > best->level))
            best = l;
    }
    return best;
}

/* --- telling --- */

static const struct limit *told_limit(const struct slow_sensor *x, const struct hold *h)
{
    return h == &x->move ? h->limit : NULL;
}

bool sudden_holds(const struct slow *s, uint32_t sensor, const struct hold *h)
{
    const struct slow_sensor *x = &s->sensor[sensor];

    return x->sudden.state == (h == &x->move ? SUDDEN_MOVED : SUDDEN_ERRS);
}

bool sudden_is_own(const struct slow_sensor *x, const struct hold *h)
{
    return h->kind == KIND_STEP && h->since_us == x->sudden.since_us;
}

struct finding sudden_finding(const struct slow *s, uint32_t sensor, const struct hold *h)
{
    const struct slow_sensor *x = &s->sensor[sensor];
    const struct sudden *u = &x->sudden;
    const struct limit *l = told_limit(x, h);
    struct jump j = {.size = u->size, .known = u->known};
    struct finding f = {.kind = h->kind,
                        .level = h->level,
                        .limit = l,
                        .reading = u->reading,
                        .baseline = u->reading - u->size - u->known,
                        .t_us = u->told_us,
                        .since_us = u->since_us,
                        .error = u->error,
                        .model_version = u->model_version,
                        .cause = (uint32_t)u->cause};

    f.value =
        l ? compared(l, quantity_info(s->r->sensors[sensor].quantity)->two_sided, &j) : u->size;
    if (h == &x->move) {
        f.jump = u->size;
        f.unsettled = true;
        f.moved = u->moved;
        f.asked = u->asked;
    }
    return f;
}

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

/* What was held before is held again. */
static struct finding withdraw(struct slow *s, uint32_t sensor, enum slow_doubt cause, int64_t t_us)
{
    struct slow_sensor *x = &s->sensor[sensor];
    struct hold *h = x->sudden.state == SUDDEN_MOVED ? &x->move : &x->fault;
    bool goes_on = h == &x->move && x->sudden.prior.level > LEVEL_NORMAL;
    struct finding f;

    x->sudden.cause = cause;
    x->sudden.told_us = t_us;
    h->level = LEVEL_NORMAL;
    h->rising_days = h->falling_days = 0;
    f = sudden_finding(s, sensor, h);
    f.unsettled = false;
    x->sudden.state = SUDDEN_NONE;
    x->sudden.cause = DOUBT_NONE;
    if (!goes_on)
        return f;
    *h = x->sudden.prior;
    return slow_held_finding(s, sensor, h, x->moved_day);
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
        tell(s, withdraw(s, sensor, DOUBT_NONE, u->t_us[0]));
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
    return fabs(j->size) >= USUALS * usual;
}

static void judge_run(struct slow *s, uint32_t sensor)
{
    struct slow_sensor *x = &s->sensor[sensor];
    struct jump j = {0};
    struct sudden_witness w;
    enum slow_doubt whose;

    measure(s, sensor, &j);
    j.limit = reached(&s->r->sensors[sensor], &j);
    if ((!j.limit && !x->sudden.beyond[0]) || !is_unusual(s, sensor, &j))
        return;
    w = sudden_witnesses(s, sensor);
    whose = sudden_whose(s, sensor, &w);
    if (whose == DOUBT_BEYOND && x->sudden.state == SUDDEN_MOVED && j.limit)
        whose = DOUBT_NONE; /* it went on until the gauge could not follow */
    if (whose == DOUBT_UNIT && x->sudden.state == SUDDEN_MOVED)
        tell(s, withdraw(s, sensor, whose, x->sudden.t_us[0]));
    if (whose != DOUBT_NONE)
        tell_errs(s, sensor, whose, &j, &w);
    else if (j.limit && is_believed(x, &w))
        tell_moved(s, sensor, &j, &w);
}

/* The latest readings are nearer to where it was than to where it jumped. */
static bool is_back(const struct sudden *u)
{
    for (uint32_t i = 0; i < LEAST_READINGS; i++)
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
        tell(s, withdraw(s, sensor, DOUBT_NONE, u->t_us[0]));
    u->run = 0;
    u->gap_us = 0;
    u->before_day = INT64_MIN;
}

static void judge(struct slow *s, uint32_t sensor)
{
    struct sudden *u = &s->sensor[sensor].sudden;
    bool late = u->state != SUDDEN_NONE && u->t_us[0] - u->since_us > AGAIN_US;

    if (u->count < LEAST_READINGS || isnan(u->before))
        return;
    if (u->state != SUDDEN_MOVED && is_filled(&s->channel[sensor], u)) {
        forget_gap(s, sensor);
        return;
    }
    if (u->state != SUDDEN_NONE && u->t_us[LEAST_READINGS - 1] > u->told_us && is_back(u))
        tell(s, withdraw(s, sensor, DOUBT_RETURNED, u->t_us[0]));
    else if (!late && u->run >= LEAST_READINGS && u->t_us[0] - u->run_us >= LEAST_US)
        judge_run(s, sensor);
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
    if (u->run >= LEAST_READINGS || u->state != SUDDEN_NONE)
        judge(s, sensor);
}

/* --- what the days say of it --- */

bool sudden_followed(const struct sudden *u, int64_t day)
{
    return u->followed_day != INT64_MIN && llabs(day - u->followed_day) <= NEAR_DAYS;
}

/* The level of ten days, which is what is told from then on, shows the step too. */
static bool has_followed(const struct slow_sensor *x)
{
    return x->moved && fabs(x->movement.change - x->sudden.known) > FOLLOWED * fabs(x->step.size);
}

bool sudden_settle(struct slow *s, uint32_t sensor, int64_t day, enum slow_doubt whose, int64_t now,
                   struct finding *f)
{
    struct slow_sensor *x = &s->sensor[sensor];
    struct sudden *u = &x->sudden;
    int64_t since = u->since_us / DAY_US;
    bool ours = day != INT64_MIN && llabs(day - since) <= NEAR_DAYS;

    if (u->state == SUDDEN_NONE)
        return false;
    if (ours && (whose == DOUBT_NONE) != (u->state == SUDDEN_MOVED)) {
        *f = withdraw(s, sensor, whose, (now + 1) * DAY_US);
        return true;
    }
    if (now <= since + WAIT_DAYS && !(ours && (whose != DOUBT_NONE || has_followed(x))))
        return false;
    u->state = SUDDEN_NONE; /* unless it is confirmed, it goes on, or ends, like any other */
    if (ours && whose == DOUBT_NONE)
        *f = slow_held_finding(s, sensor, &x->move, now);
    return ours && whose == DOUBT_NONE;
}
