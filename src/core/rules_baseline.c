#include "rules_internal.h"

#define EMPTY UINT32_MAX

void rule_baseline_start(struct rule_baseline *b, int64_t start_us)
{
    *b = (struct rule_baseline){.start_us = start_us, .median = RULE_NONE};
    for (size_t i = 0; i < RULE_SLOTS; i++)
        b->offset_us[i] = EMPTY;
}

/* Slots of twice the width; of two that become one the earlier reading stays. */
static void coarsen(struct rule_baseline *b)
{
    for (size_t i = 0; i < RULE_SLOTS; i++) {
        uint32_t offset_us = b->offset_us[i];
        size_t to = i / 2;

        if (offset_us == EMPTY)
            continue;
        b->offset_us[i] = EMPTY;
        if (i % 2 == 1 && b->offset_us[to] != EMPTY) {
            b->count--;
            continue;
        }
        b->offset_us[to] = offset_us + (i % 2 == 1 ? UINT32_C(1) << b->shift : 0);
        b->value[to] = b->value[i];
    }
    b->shift++;
}

static double median_of(const struct rule_baseline *b)
{
    double sorted[RULE_SLOTS];
    size_t n = 0;

    for (size_t i = 0; i < RULE_SLOTS; i++) {
        size_t at = n;

        if (b->offset_us[i] == EMPTY)
            continue;
        for (; at > 0 && sorted[at - 1] > b->value[i]; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = b->value[i];
        n++;
    }
    if (n == 0)
        return RULE_NONE;
    return n % 2 ? sorted[n / 2] : 0.5 * sorted[n / 2 - 1] + 0.5 * sorted[n / 2];
}

/* Puts the reading into its slot; false when an earlier one is there. */
static bool put(struct rule_baseline *b, int64_t after_us, double x)
{
    size_t slot;
    uint32_t offset_us;

    while (after_us >> b->shift >= RULE_SLOTS)
        coarsen(b);
    slot = (size_t)(after_us >> b->shift);
    offset_us = (uint32_t)(after_us - ((int64_t)slot << b->shift));
    if (b->offset_us[slot] <= offset_us && b->offset_us[slot] != EMPTY)
        return false;
    if (b->offset_us[slot] == EMPTY)
        b->count++;
    b->offset_us[slot] = offset_us;
    b->value[slot] = x;
    return true;
}

/* A reading after a period that had too few of them: any free slot, once. */
static bool append(struct rule_baseline *b, int64_t after_us, double x)
{
    uint32_t mark = (uint32_t)((uint64_t)after_us & RULE_OFFSET_MAX);
    size_t to = RULE_SLOTS;

    for (size_t i = RULE_SLOTS; i-- > 0;) {
        if (b->offset_us[i] == EMPTY)
            to = i;
        else if (b->offset_us[i] == mark)
            return false;
    }
    if (to == RULE_SLOTS)
        return false;
    b->offset_us[to] = mark;
    b->value[to] = x;
    b->count++;
    return true;
}

void rule_baseline_learn(struct rule_baseline *b, int64_t t_us, double x)
{
    int64_t after_us;
    bool over;

    if (b->frozen || b->start_us == RULE_NEVER || t_us < b->start_us)
        return;
    after_us = t_us - b->start_us;
    over = after_us >= RULES_BASELINE_US;
    if (!(over ? append(b, after_us, x) : put(b, after_us, x)))
        return;
    if (b->count >= RULE_BASELINE_LEAST || !isnan(b->median)) {
        b->median = median_of(b);
        b->frozen = over;
    }
}

double rule_baseline_use(struct rule_baseline *b, int64_t t_us, double x)
{
    if (b->count == 0 && (b->start_us == RULE_NEVER || t_us - b->start_us >= RULES_BASELINE_US))
        b->start_us = t_us;
    if (isnan(b->median))
        rule_baseline_learn(b, t_us, x);
    else if (!b->frozen && t_us - b->start_us >= RULES_BASELINE_US)
        b->frozen = true;
    return rule_baseline_at(b, t_us);
}

double rule_baseline_at(const struct rule_baseline *b, int64_t t_us)
{
    return b->start_us != RULE_NEVER && t_us >= b->start_us ? b->median : RULE_NONE;
}
