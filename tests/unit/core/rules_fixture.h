/* Sensors and limits made by hand, and runs of readings, for the tests of the rules. */
#ifndef SHIKUMEN_TESTS_RULES_FIXTURE_H
#define SHIKUMEN_TESTS_RULES_FIXTURE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shikumen/core/rules.h"

#define SECOND 1000000LL
#define HOUR   (3600 * SECOND)
#define DAY    (24 * HOUR)
#define T0     (1767225600 * SECOND) /* 2026-01-01T00:00:00Z */
#define NONE   ((double)NAN)

#define LIMITS_MAX 6

/* A sensor with its limits and its state. */
struct rig {
    struct limit limits[LIMITS_MAX];
    struct limit_set set;
    struct sensor sensor;
    struct rule_state *st;
    struct finding out[RULES_FINDINGS_MAX];
};

static inline struct limit limit_make(int level, enum limit_of of, double value, double clear)
{
    return (struct limit){.level = level,
                          .of = of,
                          .value = value,
                          .clear = clear,
                          .below = clear > value,
                          .unit = "",
                          .shown_value = value,
                          .source = "",
                          .clause = "",
                          .edition = "",
                          .mark = 'J'};
}

static inline void rig_add(struct rig *g, struct limit l)
{
    assert_true(g->set.count < LIMITS_MAX);
    g->limits[g->set.count++] = l;
}

static inline void rig_start(struct rig *g, enum quantity q, int64_t period_us)
{
    g->set.name = "test";
    g->set.title_zh = g->set.title_en = "";
    g->set.quantity = q;
    g->set.limits = g->limits;
    g->sensor =
        (struct sensor){.id = "s", .quantity = q, .period_us = period_us, .limits = &g->set};
    g->st = rule_state_new(&g->sensor, INT64_MIN);
    assert_non_null(g->st);
}

static inline void rig_end(struct rig *g)
{
    rule_state_free(g->st);
}

static inline struct reading reading_at(int64_t t_us, double x)
{
    return (struct reading){.t_us = t_us, .rx_us = t_us, .value = x, .sensor = 1, .flag = QF_PASS};
}

/* Judges x at T0 + t_us; the number of findings, which are in out. */
static inline size_t feed(struct rig *g, int64_t t_us, double x)
{
    struct reading r = reading_at(T0 + t_us, x);

    return rules_judge(g->st, &r, NONE, g->out);
}

static inline size_t feed_flagged(struct rig *g, int64_t t_us, double x, uint8_t flag, uint8_t test)
{
    struct reading r = reading_at(T0 + t_us, x);

    r.flag = flag;
    r.test = test;
    return rules_judge(g->st, &r, NONE, g->out);
}

/* Highest level held, whatever the kind. */
static inline int level_now(const struct rig *g)
{
    struct finding now[RULES_FINDINGS_MAX];
    size_t n = rules_current(g->st, now);
    int level = 0;

    for (size_t i = 0; i < n; i++)
        level = now[i].level > level ? now[i].level : level;
    return level;
}

/* xorshift64* (Vigna 2016): the same numbers everywhere. */
static inline uint64_t random_next(uint64_t *s)
{
    *s ^= *s >> 12;
    *s ^= *s << 25;
    *s ^= *s >> 27;
    return *s * 0x2545f4914f6cdd1dULL;
}

static inline double random_unit(uint64_t *s)
{
    return (double)(random_next(s) >> 11) / 9007199254740992.0;
}

static inline void rate_limit(struct rig *g, double value, int64_t window_us, int64_t persist_us)
{
    rig_add(g, limit_make(4, LIMIT_RATE, value, 0.9 * value));
    g->limits[g->set.count - 1].window_us = window_us;
    g->limits[g->set.count - 1].persist_us = persist_us;
}

#endif
