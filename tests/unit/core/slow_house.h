/* Houses on paper from a registry's text, and what the slow analysis says of them; for the tests of
 * its doses and vibrations. */
#ifndef SHIKUMEN_TESTS_SLOW_HOUSE_H
#define SHIKUMEN_TESTS_SLOW_HOUSE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/base/strbuf.h"
#include "shikumen/core/registry_json.h"
#include "shikumen/core/slow.h"
#include "zones.h"

#define HOUR_US INT64_C(3600000000)
#define DAY_US  (24 * HOUR_US)
#define BEGIN   INT64_C(1704067200000000) /* 2024-01-01T00:00:00Z, a Monday */

enum { TOLD_MOST = 200 };

struct told {
    uint32_t sensor;
    struct finding f;
};

struct place {
    struct registry *r;
    struct slow *slow;
    struct arena arena;
    struct told told[TOLD_MOST];
    size_t tolds, forecasts;
    struct strbuf log;    /* everything said */
    char risk[65536];     /* the line of the latest risk of the first house */
    struct strbuf groups; /* lines of rows and the district, of the latest assessment */
    int64_t groups_us;
};

static inline struct registry *parse(const char *text)
{
    struct fault_list faults = {0};
    struct registry *r = NULL;
    const struct source_text source = {"r.json", text, strlen(text)};

    if (registry_parse(&source, NULL, 0, &faults, &r) != ERR_OK)
        fault_print(&faults, 2);
    assert_non_null(r);
    fault_list_free(&faults);
    r->zone = &zone_shanghai;
    return r;
}

static inline struct place *place_of(const char *text)
{
    struct place *p = calloc(1, sizeof *p);

    assert_non_null(p);
    p->r = parse(text);
    p->slow = slow_new(p->r);
    assert_non_null(p->slow);
    return p;
}

static inline void leave(struct place *p)
{
    slow_free(p->slow);
    registry_free(p->r);
    arena_free(&p->arena);
    strbuf_free(&p->log);
    strbuf_free(&p->groups);
    free(p);
}

static inline uint32_t sensor_of(const struct place *p, const char *id)
{
    uint32_t i = registry_sensor(p->r, id, strlen(id));

    assert_int_not_equal(i, REGISTRY_NONE);
    return i;
}

static inline void say_flag(struct place *p, const char *id, int64_t t_us, double value,
                            uint8_t flag)
{
    const struct reading r = {.t_us = t_us, .rx_us = t_us, .value = value, .flag = flag};

    slow_take(p->slow, sensor_of(p, id), &r);
}

static inline void say(struct place *p, const char *id, int64_t t_us, double value)
{
    say_flag(p, id, t_us, value, QF_PASS);
}

static inline enum err note_finding(void *context, uint32_t sensor, const struct finding *f)
{
    struct place *p = context;

    assert_true(p->tolds < TOLD_MOST);
    p->told[p->tolds++] = (struct told){sensor, *f};
    strbuf_printf(&p->log, "%u %d %s %d %a %lld %lld %d %a\n", sensor, (int)f->kind,
                  f->derived ? f->derived : "", f->level, f->value, (long long)f->t_us,
                  (long long)f->since_us, f->together, f->forecast.p365);
    return ERR_OK;
}

static inline enum err note_forecast(void *context, const struct ledger_entry *entry)
{
    struct place *p = context;

    p->forecasts++;
    ledger_put_line(entry, &p->log);
    return ERR_OK;
}

static inline enum err note_risk(void *context, int64_t at_us, const struct risk *house,
                                 const struct risk *elements, size_t n)
{
    struct place *p = context;
    struct strbuf line = {0};

    risk_write(p->r, house, elements, n, at_us, &line);
    assert_false(line.failed);
    strbuf_puts(&p->log, strbuf_text(&line));
    if (house->house == 0) {
        assert_true(line.len < sizeof p->risk);
        memcpy(p->risk, strbuf_text(&line), line.len + 1);
    }
    strbuf_free(&line);
    return ERR_OK;
}

static inline enum err note_group(void *context, int64_t at_us, const struct risk_group *g,
                                  bool as_row, const struct risk *houses, size_t n)
{
    struct place *p = context;

    if (at_us != p->groups_us)
        strbuf_clear(&p->groups);
    p->groups_us = at_us;
    risk_write_group(p->r, g, as_row, houses, n, at_us, &p->groups);
    return p->groups.failed ? ERR_NOMEM : ERR_OK;
}

static inline void conclude(struct place *p, int64_t now_us)
{
    const struct slow_sink sink = {.context = p,
                                   .finding = note_finding,
                                   .forecast = note_forecast,
                                   .risk = note_risk,
                                   .group = note_group};

    while (slow_due(p->slow, now_us)) {
        assert_int_equal(slow_day(p->slow, &p->arena, &sink), ERR_OK);
        arena_reset(&p->arena);
    }
}

/* The first finding of a derived quantity at a level or above; NULL: none. */
static inline const struct told *first_of(const struct place *p, const char *derived, int level)
{
    for (size_t i = 0; i < p->tolds; i++)
        if (p->told[i].f.derived && strcmp(p->told[i].f.derived, derived) == 0 &&
            p->told[i].f.level >= level)
            return &p->told[i];
    return NULL;
}

/* The last word on it; NULL: none. */
static inline const struct told *last_of(const struct place *p, const char *derived)
{
    const struct told *last = NULL;

    for (size_t i = 0; i < p->tolds; i++)
        if (p->told[i].f.derived && strcmp(p->told[i].f.derived, derived) == 0)
            last = &p->told[i];
    return last;
}

static inline double day_of(int64_t t_us)
{
    return (double)(t_us - BEGIN) / (double)DAY_US;
}

#endif
