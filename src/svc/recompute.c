#include "shikumen/svc/recompute.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "assess_parts.h"
#include "shikumen/base/clock.h"

struct job {
    struct assess *a;
    struct recompute_share *shares;
    size_t n;
};

/* --- what is found, to whom it belongs --- */

static bool is_movement(enum alert_kind kind)
{
    return kind == KIND_TREND || kind == KIND_STEP;
}

static bool same_matter(const struct recompute_share *x, const struct finding *f)
{
    if (x->kind != f->kind && !(is_movement(x->kind) && is_movement(f->kind)))
        return false;
    if (!x->derived || !f->derived)
        return !x->derived && !f->derived;
    return strcmp(x->derived, f->derived) == 0;
}

/* Works are over days after the last of them was felt, and that is when both are told to be. */
static bool is_meant(const struct recompute_share *x)
{
    return x->found && x->finding.t_us == x->t_us && x->finding.level == x->level;
}

/* Findings come in order of time: the last that is not later stays. */
static void take(void *context, uint32_t sensor, const struct finding *f)
{
    const struct job *j = context;
    for (size_t i = 0; i < j->n; i++) {
        struct recompute_share *x = &j->shares[i];
        if (x->sensor != sensor || f->t_us > x->t_us || is_meant(x) || !same_matter(x, f))
            continue;
        x->finding = *f;
        x->found = true;
    }
}

/* --- limits on what is read --- */

static bool is_slow(const struct registry *r, const struct recompute_share *x)
{
    return x->derived || is_movement(x->kind) ||
           (x->kind == KIND_FAULT && !quantity_info(r->sensors[x->sensor].quantity)->instrument);
}

/* Up to the deciding reading; each share has rules of its own. */
static enum err judge_share(struct job *j, struct recompute_share *x)
{
    struct job own = {j->a, x, 1};
    struct watch *w = &j->a->watches[x->sensor];
    rule_state_free(w->rules);
    w->rules = rule_state_new(&j->a->plan->registry->sensors[x->sensor], w->baseline_us);
    return w->rules ? assess_judge_stored(j->a, x->sensor, w->baseline_us, x->t_us + 1, take, &own)
                    : ERR_OK;
}

/* --- the slow analysis --- */

static enum err take_slow(void *context, uint32_t sensor, const struct finding *f)
{
    take(context, sensor, f);
    return ERR_OK;
}

/* The day after the latest that was concluded: a finding's time is the end of the day concluded, or
 * an event before that; then the clock tells. */
static int64_t end_day(const struct recompute_share *x, int64_t at_us)
{
    int64_t by_time = x->t_us / US_PER_DAY + 1, by_clock = (at_us - SLOW_GRACE_US) / US_PER_DAY;
    return x->kind == KIND_CONSTRUCTION && by_clock > by_time ? by_clock : by_time;
}

static enum err judge_slowly(struct job *j)
{
    const struct slow_sink sink = {.context = j, .finding = take_slow};
    int64_t until_day = INT64_MIN;
    for (size_t i = 0; i < j->n; i++) {
        int64_t day = end_day(&j->shares[i], j->a->now_us);
        if (is_slow(j->a->plan->registry, &j->shares[i]) && day > until_day)
            until_day = day;
    }
    if (until_day == INT64_MIN && j->a->slow.seen) /* all that were over by the clock */
        until_day = (j->a->now_us - SLOW_GRACE_US) / US_PER_DAY;
    if (until_day == INT64_MIN)
        return ERR_OK;
    struct slow_again again = {.sink = &sink,
                               .until_day = until_day,
                               .last_day = until_day,
                               .came_before_us = j->a->fresh_rx_us,
                               .every_mode = true};
    enum err e = assess_slow_new(j->a);
    return e ? e : assess_slow_again(j->a, &again);
}

/* --- the readings themselves --- */

struct survey {
    struct recompute_share *share;
    int64_t came_before_us, heard_us, passed;
};

static enum err survey_reading(void *context, const struct reading *r)
{
    struct survey *s = context;
    struct recompute_share *x = s->share;
    if (x->first_us == INT64_MAX)
        x->first_us = r->t_us;
    if (r->rx_us >= s->came_before_us)
        return ERR_OK;
    if (r->rx_us > s->heard_us && !r->historical)
        s->heard_us = r->rx_us;
    s->passed += r->flag == QF_PASS && r->t_us >= x->t_us - US_PER_DAY && r->t_us <= x->t_us;
    return ERR_OK;
}

static enum err survey_burst(void *context, const struct burst_row *b)
{
    struct survey *s = context;
    if (b->rx_us < s->came_before_us && b->rx_us > s->heard_us)
        s->heard_us = b->rx_us;
    return ERR_OK;
}

/* The earliest, the share of the day before, and of a silence when it was last heard. */
static enum err survey(struct assess *a, struct recompute_share *x)
{
    struct survey s = {x, a->fresh_rx_us, INT64_MIN, 0};
    uint32_t id = a->watches[x->sensor].id;
    double expected = (double)US_PER_DAY / (double)a->plan->registry->sensors[x->sensor].period_us;
    x->first_us = INT64_MAX;
    enum err e =
        id == 0 ? ERR_OK : reader_window(a->reader, id, INT64_MIN, INT64_MAX, survey_reading, &s);
    if (!e && id != 0 && x->kind == KIND_SILENCE && s.heard_us == INT64_MIN) /* records alone */
        e = reader_bursts_of(a->reader, id, INT64_MIN, INT64_MAX, survey_burst, &s);
    x->coverage = fmin(1.0, (double)s.passed / fmax(1.0, expected));
    if (x->kind == KIND_SILENCE) {
        x->finding = (struct finding){.kind = KIND_SILENCE, .t_us = s.heard_us};
        x->found = true;
    }
    return e;
}

/* --- all of it --- */

/* What was held against an older baseline was over when it ended. */
static void end_baselines(struct job *j)
{
    for (size_t i = 0; i < j->n; i++) {
        struct recompute_share *x = &j->shares[i];
        if (x->kind != KIND_SILENCE && x->found &&
            x->finding.t_us < j->a->watches[x->sensor].baseline_us)
            x->finding.level = LEVEL_NORMAL;
    }
}

static enum err judge_all(struct job *j)
{
    const struct registry *r = j->a->plan->registry;
    enum err e = ERR_OK;
    for (size_t i = 0; i < j->n && !e; i++) {
        struct recompute_share *x = &j->shares[i];
        *x = (struct recompute_share){.sensor = x->sensor,
                                      .kind = x->kind,
                                      .derived = x->derived,
                                      .t_us = x->t_us,
                                      .level = x->level};
        e = survey(j->a, x);
        if (!e && x->kind != KIND_SILENCE && !is_slow(r, x))
            e = judge_share(j, x);
    }
    if (!e)
        e = judge_slowly(j);
    end_baselines(j);
    return e;
}

enum err recompute_shares(struct plan *plan, int64_t at_us, struct recompute_share *shares,
                          size_t n, char *why, size_t why_size)
{
    return recompute_seen(plan, at_us, shares, n, NULL, NULL, why, why_size);
}

enum err recompute_seen(struct plan *plan, int64_t at_us, struct recompute_share *shares, size_t n,
                        recompute_seen_fn *seen, void *context, char *why, size_t why_size)
{
    struct hub hub;
    enum err e = hub_init(&hub, (struct log){.fd = -1}, plan_retain(plan));
    if (e) {
        plan_release(plan);
        return e;
    }
    struct assess a = {.hub = &hub,
                       .plan = hub_plan(&hub),
                       .fresh_rx_us = at_us + 1,
                       .slow = {.seen = seen, .seen_context = context}};
    struct job j = {&a, shares, n};
    e = assess_open_readings(&a, at_us);
    if (!e) {
        a.error = reader_error(a.reader);
        e = judge_all(&j);
    }
    if (e)
        snprintf(why, why_size, "%s", a.error && *a.error ? a.error : err_name(e));
    assess_close(&a);
    plan_release(a.plan);
    arena_free(&a.arena);
    hub_finish(&hub);
    return e;
}
