#include <string.h>

#include "assess_parts.h"

/* A slow movement is one matter, sudden or not. */
static enum alert_kind matter_of(const struct finding *f)
{
    return f->kind == KIND_STEP ? KIND_TREND : f->kind;
}

/* Two findings of one sensor about the same. */
static bool same_matter(const struct finding *x, const struct finding *y)
{
    if (matter_of(x) != matter_of(y) || !x->derived != !y->derived)
        return false;
    return !x->derived || strcmp(x->derived, y->derived) == 0;
}

static const struct condition *find_condition(struct assess *a, uint32_t sensor,
                                              const struct finding *f)
{
    for (size_t i = 0; i < a->conditions.count; i++)
        if (a->conditions.items[i].sensor == sensor &&
            same_matter(&a->conditions.items[i].finding, f))
            return &a->conditions.items[i];
    return NULL;
}

static bool is_slow(enum alert_kind kind)
{
    return kind == KIND_TREND || kind == KIND_STEP || kind == KIND_FAULT;
}

/* What is held of a sensor now, by its rules and by the slow analysis. */
static size_t held_now(const struct assess *a, uint32_t sensor,
                       struct finding out[RULES_FINDINGS_MAX + SLOW_CURRENT])
{
    const struct watch *w = &a->watches[sensor];
    size_t n = w->rules ? rules_current(w->rules, out) : 0;
    return n + slow_current(a->slow.analysis, sensor, out + n);
}

/* Rules, or a slow analysis, that have judged nothing say nothing against a condition, unless it is
 * from before the present baseline. */
static bool says_nothing(const struct assess *a, const struct condition *c)
{
    const struct watch *w = &a->watches[c->sensor];
    if (c->finding.t_us < w->baseline_us)
        return false;
    if (c->finding.derived)
        return slow_next_day(a->slow.analysis) == INT64_MIN;
    if (is_slow(c->finding.kind) &&
        !quantity_info(a->plan->registry->sensors[c->sensor].quantity)->instrument)
        return slow_look(a->slow.analysis, c->sensor).at_us == INT64_MIN;
    return !w->rules || rules_latest_us(w->rules) == INT64_MIN;
}

enum err assess_reconcile(struct assess *a)
{
    enum err e = ERR_OK;
    for (uint32_t i = 0; i < a->plan->registry->sensor_count && !e; i++) {
        struct finding now[RULES_FINDINGS_MAX + SLOW_CURRENT];
        size_t n = held_now(a, i, now);
        for (size_t k = 0; k < n && !e; k++) {
            const struct condition *c = find_condition(a, i, &now[k]);
            if (!c || c->finding.level != now[k].level)
                e = assess_add_change(a, i, &now[k]);
        }
    }
    for (size_t c = 0; c < a->conditions.count && !e; c++) {
        struct finding now[RULES_FINDINGS_MAX + SLOW_CURRENT],
            left = a->conditions.items[c].finding;
        bool held = false;
        for (size_t k = 0, n = held_now(a, a->conditions.items[c].sensor, now); k < n; k++)
            held = held || same_matter(&now[k], &left);
        if (held || says_nothing(a, &a->conditions.items[c]))
            continue;
        left.level = 0;
        e = assess_add_change(a, a->conditions.items[c].sensor, &left);
    }
    return e;
}
