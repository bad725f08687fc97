#include "assess_parts.h"

/* A repair, a re-zero, another sensor: what was held against the old baseline is over. What is
 * still so by the new one is found again. */
static enum err end_conditions(struct assess *a, uint32_t sensor)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < a->conditions.count && !e; i++) {
        struct finding left = a->conditions.items[i].finding;
        left.level = LEVEL_NORMAL;
        if (a->conditions.items[i].sensor == sensor)
            e = assess_add_change(a, sensor, &left);
    }
    return e;
}

static enum err start_baseline(struct assess *a, uint32_t sensor, int64_t baseline_us)
{
    struct watch *w = &a->watches[sensor];
    if (w->rules) {
        struct rule_state *rules = rule_state_new(&a->plan->registry->sensors[sensor], baseline_us);
        if (!rules)
            return ERR_NOMEM;
        rule_state_free(w->rules);
        w->rules = rules;
        w->dirty = true;
    }
    w->baseline_us = baseline_us;
    return end_conditions(a, sensor);
}

enum err assess_take_epochs(struct assess *a, int64_t now_us)
{
    const struct registry *r = a->plan->registry;
    enum err e = ERR_OK;
    if (now_us < a->epoch_at_us)
        return ERR_OK;
    for (uint32_t i = 0; i < r->sensor_count && !e; i++) {
        int64_t baseline_us = registry_baseline_start_us(r, i, now_us);
        if (baseline_us != a->watches[i].baseline_us)
            e = start_baseline(a, i, baseline_us);
    }
    slow_epochs(a->slow.analysis, now_us);
    a->epoch_at_us = registry_next_baseline_us(r, now_us);
    return e;
}
