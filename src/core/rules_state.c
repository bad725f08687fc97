#include <stdlib.h>

#include "rules_internal.h"
#include "shikumen/base/strmap.h"

/* Sizes of the parts of a state. */
struct plan {
    size_t limits, windows, kinds;
    int64_t window_us[UINT8_MAX];
    enum alert_kind kind[RULES_FINDINGS_MAX];
};

static bool judgeable(const struct limit *l)
{
    if (!isfinite(l->value) || !isfinite(l->clear) || l->level < LEVEL_BLUE || l->level > LEVEL_RED)
        return false;
    if (l->of == LIMIT_RATE)
        return l->window_us > 0;
    return l->of == LIMIT_VALUE || l->of == LIMIT_EVENT;
}

static size_t plan_window(struct plan *p, const struct limit *l)
{
    size_t i = 0;

    while (i < p->windows && p->window_us[i] != l->window_us)
        i++;
    if (i == p->windows && i < UINT8_MAX)
        p->window_us[p->windows++] = l->window_us;
    return i;
}

static size_t plan_kind(struct plan *p, enum alert_kind kind)
{
    size_t i = 0;

    while (i < p->kinds && p->kind[i] != kind)
        i++;
    if (i == p->kinds && i < RULES_FINDINGS_MAX)
        p->kind[p->kinds++] = kind;
    return i;
}

static struct plan plan_of(const struct sensor *s)
{
    struct plan p = {0};
    size_t count = s->limits ? s->limits->count : 0;

    for (size_t i = 0; i < count && p.limits < UINT8_MAX; i++) {
        const struct limit *l = &s->limits->limits[i];

        if (!judgeable(l))
            continue;
        p.limits++;
        plan_kind(&p, rules_kind(s->quantity, l));
        if (l->of == LIMIT_RATE)
            plan_window(&p, l);
    }
    return p;
}

static struct rule_state *allocate(const struct plan *p)
{
    size_t kinds_at = sizeof(struct rule_state) + p->limits * sizeof(struct rule_limit);
    size_t windows_at = kinds_at + p->kinds * sizeof(struct finding);
    char *block = calloc(1, windows_at + p->windows * sizeof(struct rule_window));
    struct rule_state *st = (void *)block;

    if (!st)
        return NULL;
    st->kinds = (void *)(block + kinds_at);
    st->windows = (void *)(block + windows_at);
    st->kind_count = (uint8_t)p->kinds;
    st->window_count = (uint16_t)p->windows;
    return st;
}

static void widen(struct rule_band *band, const struct limit *l)
{
    if (l->below)
        band->low = fmax(band->low, l->value);
    else
        band->high = fmin(band->high, rule_least(l));
}

static struct rule_band *band_of(struct rule_state *st, const struct rule_limit *l)
{
    if (l->limit->of == LIMIT_RATE)
        return &st->windows[l->window].band;
    if (l->limit->of != LIMIT_EVENT)
        return &st->value;
    st->has_event = true;
    return &st->event;
}

static void add_limits(struct rule_state *st, const struct sensor *s, struct plan *p)
{
    for (size_t i = 0; st->limit_count < p->limits; i++) {
        struct rule_limit *l = &st->limits[st->limit_count];

        if (!judgeable(&s->limits->limits[i]))
            continue;
        st->limit_count++;
        l->limit = &s->limits->limits[i];
        l->kind = (uint8_t)plan_kind(p, rules_kind(s->quantity, l->limit));
        if (l->limit->of == LIMIT_RATE)
            l->window = (uint16_t)plan_window(p, l->limit);
        widen(band_of(st, l), l->limit);
    }
}

static void add_windows(struct rule_state *st, const struct plan *p)
{
    const struct rule_band open = {-INFINITY, INFINITY};

    for (size_t i = 0; i < p->windows; i++) {
        int64_t window_us = rule_span(p->window_us[i]);

        st->windows[i].window_us = window_us;
        st->windows[i].width_us = rule_max(1, window_us / RULE_BUCKETS_PER_WINDOW);
        st->windows[i].reach_us = rule_max(window_us / 3, st->silence_us);
        st->windows[i].band = open;
    }
    st->value = st->event = open;
}

void rule_state_reset(struct rule_state *st)
{
    st->latest_us = st->passed_us = RULE_NEVER;
    st->active = false;
    for (size_t i = 0; i < st->limit_count; i++) {
        struct rule_limit *l = &st->limits[i];

        l->run_us = l->since_us = RULE_NEVER;
        l->held = l->unconfirmed = false;
        for (size_t j = 0; j < RULE_TURNS; j++)
            l->turned_us[j] = RULE_NEVER;
    }
    for (size_t i = 0; i < st->window_count; i++)
        rule_window_start(&st->windows[i]);
    for (size_t k = 0; k < st->kind_count; k++) {
        st->kinds[k] = (struct finding){.kind = st->kinds[k].kind, .baseline = RULE_NONE};
        st->kinds[k].t_us = st->kinds[k].since_us = RULE_NEVER;
    }
}

struct rule_state *rule_state_new(const struct sensor *s, int64_t baseline_start_us)
{
    struct plan p = plan_of(s);
    struct rule_state *st = p.limits > 0 ? allocate(&p) : NULL;

    if (!st)
        return NULL;
    st->quantity = s->quantity;
    st->two_sided = quantity_info(s->quantity)->two_sided;
    st->silence_us = RULE_SILENCE_PERIODS * rule_span(s->period_us);
    st->baseline_start_us = rule_time_valid(baseline_start_us) ? baseline_start_us : RULE_NEVER;
    for (size_t k = 0; k < p.kinds; k++)
        st->kinds[k].kind = p.kind[k];
    add_windows(st, &p);
    add_limits(st, s, &p);
    st->digest = rule_digest(st);
    if (s->calibration_digest)
        st->digest = hash64(st->digest, &s->calibration_digest, sizeof s->calibration_digest);
    rule_state_reset(st);
    return st;
}

void rule_state_free(struct rule_state *st)
{
    free(st);
}

/* A run of this length with the longest pause in it. */
static int64_t run_span(int64_t persist_us, int64_t silence_us)
{
    persist_us = rule_span(persist_us);
    return persist_us > 0 ? persist_us + rule_max(persist_us, silence_us) : 0;
}

int64_t rules_lookback_us(const struct rule_state *st)
{
    int64_t longest_us = 0;

    for (size_t i = 0; i < st->limit_count; i++) {
        const struct limit *l = st->limits[i].limit;
        int64_t back_us = rule_max(run_span(l->persist_us, st->silence_us),
                                   run_span(l->clear_persist_us, st->silence_us));

        if (l->of == LIMIT_RATE) {
            const struct rule_window *w = &st->windows[st->limits[i].window];
            back_us += w->window_us + w->reach_us + 3 * w->width_us;
        }
        longest_us = rule_max(longest_us, back_us);
    }
    return longest_us;
}
