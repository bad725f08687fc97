#include "shikumen/core/rules.h"

#include <string.h>

#include "rules_internal.h"

enum alert_kind rules_kind(enum quantity q, const struct limit *l)
{
    if (quantity_info(q)->instrument)
        return KIND_FAULT;
    if (q == Q_LEAK)
        return KIND_LEAK;
    if (l->of == LIMIT_RATE)
        return KIND_RATE;
    if (l->of == LIMIT_CHANGE || l->of == LIMIT_PERCENT_CHANGE || l->of == LIMIT_DIFFERENTIAL)
        return KIND_TREND;
    if (l->of == LIMIT_EVENT || q == Q_VELOCITY || q == Q_ACCELERATION)
        return KIND_VIBRATION;
    if (q == Q_FREQUENCY)
        return KIND_FREQUENCY;
    return q == Q_MOISTURE_CONTENT || q == Q_HUMIDITY ? KIND_MOISTURE : KIND_LIMIT;
}

/* --- what was compared, against all limits of a kind at once --- */

static inline bool inside(const struct rule_band *band, double v, bool magnitude)
{
    return !((magnitude ? fabs(v) : v) >= band->high) && !(v <= band->low);
}

/* No limit is crossed by the reading, nothing is held, nothing running. */
static inline bool quiet(const struct rule_state *st, double x)
{
    if (st->active || !inside(&st->value, x, st->two_sided))
        return false;
    if (st->has_event && !inside(&st->event, x, true))
        return false;
    for (size_t i = 0; i < st->window_count; i++) {
        if (!inside(&st->windows[i].band, st->windows[i].rate, st->two_sided))
            return false;
    }
    return true;
}

/* --- findings --- */

static const struct rule_limit *governing(const struct rule_state *st, size_t kind,
                                          const struct rule_input *in)
{
    const struct rule_limit *best = NULL;
    double best_excess = 0;

    for (size_t i = 0; i < st->limit_count; i++) {
        const struct rule_limit *l = &st->limits[i];
        double excess;

        if (!l->held || l->kind != kind || (best && l->limit->level < best->limit->level))
            continue;
        excess = rule_excess(l->limit, rule_factor(l->limit, in->frequency_hz),
                             rule_compared(st, l, in));
        if (best && l->limit->level == best->limit->level && !(excess > best_excess))
            continue;
        best = l;
        best_excess = excess;
    }
    return best;
}

/* The state of the limit that the finding names. */
static const struct rule_limit *owner(const struct rule_state *st, const struct finding *f)
{
    const struct rule_limit *l = st->limits;

    while (l->limit != f->limit)
        l++;
    return l;
}

static void decide(const struct rule_state *st, struct finding *f, const struct rule_input *in)
{
    const struct rule_limit *l = owner(st, f);

    f->value = rule_compared(st, l, in);
    f->reading = in->x;
    f->t_us = in->t_us;
    f->since_us = l->since_us;
    f->unconfirmed = l->unconfirmed;
}

/* Brings the finding of a kind up to date with the limits held; true when it changed. */
static bool settle(struct rule_state *st, size_t kind, const struct rule_input *in)
{
    struct finding *f = &st->kinds[kind];
    const struct rule_limit *best = governing(st, kind, in);
    int level = best ? best->limit->level : LEVEL_NORMAL;

    if (f->level == level && (!best || f->limit == best->limit))
        return false;
    f->level = level;
    if (best)
        f->limit = best->limit;
    decide(st, f, in);
    return true;
}

static size_t settle_touched(struct rule_state *st, unsigned touched, const struct rule_input *in,
                             struct finding out[RULES_FINDINGS_MAX])
{
    size_t n = 0;

    for (size_t k = 0; touched != 0 && k < st->kind_count; k++) {
        if ((touched & 1U << k) && settle(st, k, in))
            out[n++] = st->kinds[k];
    }
    return n;
}

/* --- one reading --- */

static void confirm(struct rule_state *st, const struct rule_limit *l)
{
    if (st->kinds[l->kind].limit == l->limit)
        st->kinds[l->kind].unconfirmed = false;
}

/* Moves all limits by a passing reading; the kinds of which one was entered or left, as bits. */
static unsigned move_limits(struct rule_state *st, const struct rule_input *in, bool may_turn)
{
    unsigned touched = 0;
    bool active = false;

    for (size_t i = 0; i < st->limit_count; i++) {
        struct rule_limit *l = &st->limits[i];
        enum rule_position p = rule_position(l->limit, rule_factor(l->limit, in->frequency_hz),
                                             rule_compared(st, l, in));

        if (rule_limit_judge(l, p, in->t_us, st->passed_us, st->silence_us, may_turn))
            touched |= 1U << l->kind;
        if (p == POSITION_CROSSING && l->held && !l->unconfirmed)
            confirm(st, l);
        active = active || l->held || l->run_us != RULE_NEVER;
    }
    st->active = active;
    st->passed_us = in->t_us;
    return touched;
}

static unsigned move_suspect(struct rule_state *st, const struct rule_input *in, bool may_turn)
{
    unsigned touched = 0;

    for (size_t i = 0; i < st->limit_count; i++) {
        struct rule_limit *l = &st->limits[i];
        enum rule_position p = rule_position(l->limit, rule_factor(l->limit, in->frequency_hz),
                                             rule_compared(st, l, in));

        if (rule_limit_suspect(l, p, in->t_us, may_turn))
            touched |= 1U << l->kind;
        st->active = st->active || l->held;
    }
    return touched;
}

static bool usable(const struct reading *r)
{
    bool jump = r->flag == QF_SUSPECT && r->test == QT_RATE_OF_CHANGE;

    return (r->flag == QF_PASS || jump) && isfinite(r->value) && rule_time_valid(r->t_us);
}

static struct rule_input input_of(const struct reading *r, double frequency_hz)
{
    return (struct rule_input){.t_us = r->t_us, .x = r->value, .frequency_hz = frequency_hz};
}

/* What was read before the baseline started makes no rate with what came after. */
static void push_windows(struct rule_state *st, const struct reading *r)
{
    for (size_t i = 0; i < st->window_count && r->t_us >= st->baseline_start_us; i++)
        rule_window_push(&st->windows[i], r->t_us, r->value);
}

static size_t judge_usable(struct rule_state *st, const struct reading *r, double frequency_hz,
                           struct finding out[RULES_FINDINGS_MAX])
{
    const struct rule_input in = input_of(r, frequency_hz);

    if (r->flag != QF_PASS)
        return settle_touched(st, move_suspect(st, &in, true), &in, out);
    push_windows(st, r);
    if (quiet(st, r->value))
        return 0;
    return settle_touched(st, move_limits(st, &in, true), &in, out);
}

size_t rules_judge(struct rule_state *st, const struct reading *r, double frequency_hz,
                   struct finding out[RULES_FINDINGS_MAX])
{
    if (r->t_us <= st->latest_us || !rule_time_valid(r->t_us))
        return 0;
    st->latest_us = r->t_us;
    return usable(r) ? judge_usable(st, r, frequency_hz, out) : 0;
}

int64_t rules_latest_us(const struct rule_state *st)
{
    return st->latest_us;
}

size_t rules_current(const struct rule_state *st, struct finding out[RULES_FINDINGS_MAX])
{
    size_t n = 0;

    for (size_t k = 0; k < st->kind_count; k++) {
        if (st->kinds[k].level > LEVEL_NORMAL)
            out[n++] = st->kinds[k];
    }
    return n;
}

/* --- late and revised readings --- */

/* Takes back what late_us and later readings decided. Findings that change by it get the time
 * RULE_NEVER until a reading decides them. */
static void take_back(struct rule_state *st, int64_t late_us)
{
    const struct rule_input unknown = {RULE_NEVER, RULE_NONE, RULE_NONE};
    unsigned touched = 0;

    for (size_t i = 0; i < st->limit_count; i++) {
        if (rule_limit_roll_back(&st->limits[i], late_us))
            touched |= 1U << st->limits[i].kind;
    }
    for (size_t i = 0; i < st->window_count; i++)
        rule_window_start(&st->windows[i]);
    st->active = true;
    for (size_t k = 0; k < st->kind_count; k++) {
        if (touched & 1U << k)
            settle(st, k, &unknown);
    }
}

/* A reading before late_us: what it decided stands, only runs and windows are followed. */
static void follow(struct rule_state *st, const struct reading *r, double frequency_hz)
{
    const struct rule_input in = input_of(r, frequency_hz);

    if (r->flag != QF_PASS) {
        move_suspect(st, &in, false);
        return;
    }
    push_windows(st, r);
    move_limits(st, &in, false);
}

/* Writes the findings that differ from before. One that no reading has decided since is decided by
 * the last. */
static size_t differences(struct rule_state *st, const struct finding *before,
                          const struct rule_input *last, struct finding out[RULES_FINDINGS_MAX])
{
    size_t n = 0;

    for (size_t k = 0; k < st->kind_count; k++) {
        struct finding *f = &st->kinds[k];

        if (f->level == before[k].level && (f->level == 0 || f->limit == before[k].limit)) {
            if (f->level > 0)
                f->since_us = owner(st, f)->since_us;
            continue;
        }
        if (f->t_us == RULE_NEVER)
            decide(st, f, last);
        out[n++] = *f;
    }
    return n;
}

size_t rules_rejudge(struct rule_state *st, int64_t late_us, const struct reading *readings,
                     const double *frequency_hz, size_t n, struct finding out[RULES_FINDINGS_MAX])
{
    struct finding before[RULES_FINDINGS_MAX], ignored[RULES_FINDINGS_MAX];
    struct rule_input last = {RULE_NEVER, RULE_NONE, RULE_NONE};

    if (n == 0)
        return 0;
    memcpy(before, st->kinds, st->kind_count * sizeof *before);
    take_back(st, late_us);
    for (size_t i = 0; i < n; i++) {
        const struct reading *r = &readings[i];
        double f_hz = frequency_hz ? frequency_hz[i] : RULE_NONE;

        if (r->t_us <= last.t_us || !rule_time_valid(r->t_us))
            continue;
        last = input_of(r, f_hz);
        if (usable(r) && r->t_us < late_us)
            follow(st, r, f_hz);
        else if (usable(r))
            judge_usable(st, r, f_hz, ignored);
    }
    st->latest_us = rule_max(st->latest_us, last.t_us);
    return differences(st, before, &last, out);
}
