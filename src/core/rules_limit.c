#include "rules_internal.h"

bool rule_momentary(const struct limit *l)
{
    return l->of == LIMIT_EVENT && l->persist_us <= 0;
}

double rule_compared(const struct rule_state *st, const struct rule_limit *l,
                     const struct rule_input *in)
{
    double v = l->limit->of == LIMIT_RATE ? st->windows[l->window].rate : in->x;

    if (l->limit->of == LIMIT_EVENT)
        return fabs(v);
    return st->two_sided && !l->limit->below ? fabs(v) : v;
}

double rule_factor(const struct limit *l, double frequency_hz)
{
    if (l->of != LIMIT_EVENT || l->curve_len == 0)
        return 1;
    return curve_at(l->curve, l->curve_len, frequency_hz);
}

double rule_least(const struct limit *l)
{
    return l->value * rule_factor(l, RULE_NONE);
}

enum rule_position rule_position(const struct limit *l, double factor, double v)
{
    double enter = l->value * factor, clear = l->clear * factor;

    if (isnan(v))
        return POSITION_UNKNOWN;
    if (l->below ? v <= enter : v >= enter)
        return POSITION_CROSSING;
    if (l->below ? v > clear : v < clear)
        return POSITION_CLEAR;
    return POSITION_BETWEEN;
}

double rule_excess(const struct limit *l, double factor, double v)
{
    double enter = l->value * factor;

    if (!l->below || enter < 0)
        return v / enter;
    return v > 0 ? enter / v : (double)INFINITY;
}

static void turn(struct rule_limit *l, int64_t t_us)
{
    for (size_t i = RULE_TURNS - 1; i > 0; i--)
        l->turned_us[i] = l->turned_us[i - 1];
    l->turned_us[0] = t_us;
    l->held = !l->held;
    l->unconfirmed = false;
    if (l->held)
        l->since_us = l->run_us;
    l->run_us = l->held && rule_momentary(l->limit) ? t_us : RULE_NEVER;
}

/* A held momentary limit: run_us is the latest event that was not clear. */
static bool judge_momentary(struct rule_limit *l, enum rule_position p, int64_t t_us, bool may_turn)
{
    if (p == POSITION_CROSSING)
        l->unconfirmed = false;
    if (p != POSITION_CLEAR || l->run_us == RULE_NEVER)
        l->run_us = t_us;
    if (p != POSITION_CLEAR || !may_turn ||
        t_us - l->run_us < rule_span(l->limit->clear_persist_us))
        return false;
    turn(l, t_us);
    return true;
}

bool rule_limit_judge(struct rule_limit *l, enum rule_position p, int64_t t_us, int64_t previous_us,
                      int64_t silence_us, bool may_turn)
{
    enum rule_position away = l->held ? POSITION_CLEAR : POSITION_CROSSING;
    enum rule_position home = l->held ? POSITION_CROSSING : POSITION_CLEAR;
    int64_t persist_us = rule_span(l->held ? l->limit->clear_persist_us : l->limit->persist_us);

    if (p == POSITION_UNKNOWN)
        return false;
    if (l->held && rule_momentary(l->limit))
        return judge_momentary(l, p, t_us, may_turn);
    if (p == home) {
        l->run_us = RULE_NEVER;
        l->unconfirmed = false;
        return false;
    }
    if (l->run_us != RULE_NEVER && t_us - previous_us > rule_max(persist_us, silence_us))
        l->run_us = RULE_NEVER;
    if (p != away)
        return false;
    if (l->run_us == RULE_NEVER)
        l->run_us = t_us;
    if (!may_turn || t_us - l->run_us < persist_us)
        return false;
    turn(l, t_us);
    return true;
}

bool rule_limit_suspect(struct rule_limit *l, enum rule_position p, int64_t t_us, bool may_turn)
{
    const struct limit *m = l->limit;
    bool listens = m->persist_us <= 0 && m->of != LIMIT_RATE;

    if (!listens || p != POSITION_CROSSING)
        return false;
    if (l->held) {
        l->run_us = rule_momentary(m) ? t_us : RULE_NEVER;
        return false;
    }
    if (!may_turn)
        return false;
    l->run_us = t_us;
    turn(l, t_us);
    l->unconfirmed = true;
    return true;
}

bool rule_limit_roll_back(struct rule_limit *l, int64_t late_us)
{
    bool undone = false;

    while (l->turned_us[0] != RULE_NEVER && l->turned_us[0] >= late_us) {
        for (size_t i = 0; i + 1 < RULE_TURNS; i++)
            l->turned_us[i] = l->turned_us[i + 1];
        l->turned_us[RULE_TURNS - 1] = RULE_NEVER;
        l->held = !l->held;
        l->unconfirmed = false;
        undone = true;
    }
    if (undone && l->held && l->turned_us[0] != RULE_NEVER && l->since_us > l->turned_us[0])
        l->since_us = l->turned_us[0];
    l->run_us = l->held && rule_momentary(l->limit) ? l->turned_us[0] : RULE_NEVER;
    return undone;
}
