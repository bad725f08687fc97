/* Steps of alerts, and the figures that come of them. */
#ifndef SHIKUMEN_ALARM_LOAD_FIXTURE_H
#define SHIKUMEN_ALARM_LOAD_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chance.h"
#include "shikumen/core/alarm_load.h"

#define HOUR ALARM_HOUR_US
#define DAY  ALARM_DAY_US
#define T0   (20000 * DAY) /* a whole day */

static const struct alarm_scope all = {0};

static inline int setup(void **state)
{
    struct alarm_load *l;

    assert_int_equal(alarm_load_new(24 * HOUR, &l), ERR_OK);
    *state = l;
    return 0;
}

static inline int teardown(void **state)
{
    alarm_load_free(*state);
    return 0;
}

/* A step of structure alert number n, of its own house and sensor. */
static inline struct alarm_step step_of(int64_t n, enum alert_event event, int level, int64_t at_us)
{
    return (struct alarm_step){.episode = n,
                               .category = CATEGORY_STRUCTURE,
                               .kind = KIND_LIMIT,
                               .event = event,
                               .level = level,
                               .at_us = at_us,
                               .told = true,
                               .house = "H1",
                               .sensor = "H1/n1/d",
                               .of = LIMIT_VALUE,
                               .limit = "5 mm"};
}

static inline int take(struct alarm_load *l, const struct alarm_step *s)
{
    int raised;

    assert_int_equal(alarm_load_step(l, s, &raised), ERR_OK);
    return raised;
}

static inline int put(struct alarm_load *l, int64_t n, enum alert_event event, int level,
                      int64_t at_us)
{
    const struct alarm_step s = step_of(n, event, level, at_us);

    return take(l, &s);
}

static inline struct alarm_figures figures(const struct alarm_load *l, int64_t now_us)
{
    struct alarm_figures f;

    alarm_load_figures(l, now_us, &f);
    return f;
}

static inline int64_t sum_of(const struct alarm_load *l, int64_t now_us, size_t offset)
{
    struct alarm_figures f = figures(l, now_us);

    return alarm_sum((const struct alarm_counts *)(const void *)((const char *)&f + offset));
}
#define SUM(l, now_us, member) sum_of(l, now_us, offsetof(struct alarm_figures, member))

static inline struct alarm_week week(const struct alarm_load *l, int64_t now_us,
                                     const struct alarm_scope *scope)
{
    struct alarm_week w;

    assert_int_equal(alarm_load_week(l, now_us, scope, &w), ERR_OK);
    return w;
}

#endif
