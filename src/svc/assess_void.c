/* Limits of rate compare with a reading of days ago. When the slow analysis knows that it, or the
 * latest, tells nothing (sent in another unit, from an excursion), or that between them the gauge
 * was swapped, there is no rate, and the fault is told instead. What is withheld for that is looked
 * at again every day. */
#include <math.h>

#include "assess_parts.h"
#include "shikumen/base/clock.h"

#define MARGIN_PART 20 /* of the window: the reading of then is taken of its neighbours */

/* Without the jumps that were the sensor's own it is none. */
static bool is_its_jumps(const struct assess *a, uint32_t sensor, const struct finding *f,
                         int64_t from_us, int64_t to_us)
{
    double jumps = slow_own_jumps(a->slow.analysis, sensor, from_us, to_us);
    bool two_sided = quantity_info(a->plan->registry->sensors[sensor].quantity)->two_sided;
    double rest = f->value - jumps;

    if (two_sided) /* the value is without its sign */
        rest = fmin(fabs(f->value - jumps), fabs(f->value + jumps));
    return jumps != 0 && rest < f->limit->value;
}

bool assess_withholds(struct assess *a, uint32_t sensor, const struct finding *f)
{
    struct watch *w = &a->watches[sensor];
    const struct limit *l = f->limit;
    int64_t now_us = w->rules ? rules_latest_us(w->rules) : INT64_MIN;
    if (f->kind != KIND_RATE || f->level == LEVEL_NORMAL || !l || l->of != LIMIT_RATE ||
        now_us < INT64_MIN + 2 * l->window_us)
        return false;
    /* What was entered is left once the readings have been back for as long as that takes. */
    int64_t margin_us = l->window_us / MARGIN_PART + US_PER_DAY, then_us = now_us - l->window_us;
    int64_t leaving_us = l->persist_us + l->clear_persist_us;
    bool withheld = slow_is_void(a->slow.analysis, sensor, now_us - US_PER_DAY, now_us + 1) ||
                    slow_is_void(a->slow.analysis, sensor, then_us - margin_us - leaving_us,
                                 then_us + margin_us) ||
                    is_its_jumps(a, sensor, f, then_us - margin_us - leaving_us, now_us + 1);
    w->withheld = w->withheld || withheld;
    return withheld;
}

enum err assess_retell(struct assess *a)
{
    enum err e = ERR_OK;
    for (uint32_t i = 0; i < a->plan->registry->sensor_count && !e; i++) {
        struct finding held[RULES_FINDINGS_MAX];
        struct watch *w = &a->watches[i];
        if (!w->withheld)
            continue;
        w->withheld = false;
        for (size_t k = 0, n = rules_current(w->rules, held); k < n && !e; k++)
            if (held[k].kind == KIND_RATE)
                e = assess_add_change(a, i, &held[k]);
    }
    return e;
}
