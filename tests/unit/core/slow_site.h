/* A small row of houses on paper, for the tests of slow.h: each with two cracks on one node, a
 * settlement point, a wall's temperature (the first crack's own) and the indoor humidity; a reading
 * every three hours from a Monday on; and everything the analysis said of them. */
#ifndef SLOW_SITE_H
#define SLOW_SITE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shikumen/base/strbuf.h"
#include "shikumen/core/registry_json.h"
#include "shikumen/core/slow.h"
#include "weather_truth.h"
#include "zones.h"

#define T0_US       INT64_C(1704067200000000) /* 2024-01-01T00:00:00Z, a Monday */
#define DAY         INT64_C(86400000000)
#define PER_DAY     8
#define STEP_US     (DAY / PER_DAY)
#define STEPS_MOST  (PER_DAY * 1200)
#define TOLD_MOST   256
#define HOUSES_MOST 8
#define MISSING     ((double)NAN)

enum place { CRACK, CRACK_2, SETTLED, T_WALL, HUMID, PER_HOUSE };

struct told {
    uint32_t sensor;
    struct finding f;
};

struct site {
    struct registry *r;
    struct slow *slow;
    struct arena arena;
    size_t houses, steps;
    double *value[HOUSES_MOST * PER_HOUSE]; /* by house and place, NaN: no reading */
    uint8_t *flag[HOUSES_MOST * PER_HOUSE];
    struct told told[TOLD_MOST];
    size_t tolds, forecasts, risks;
    struct strbuf log;
    void (*watch)(struct site *s, const struct ledger_entry *entry); /* of forecasts; NULL: none */
    double watched;
};

/* --- registry --- */

static inline void put_sensor(struct strbuf *out, size_t house, enum place at)
{
    static const char *const name[] = {"c", "c2", "s", "t", "h"};
    static const char crack[] =
        "\"quantity\":\"crack_width\",\"unit\":\"mm\",\"limits\":["
        "{\"level\":4,\"of\":\"change\",\"value\":1,\"clear\":0.9,\"unit\":\"mm\"},"
        "{\"level\":3,\"of\":\"change\",\"value\":0.5,\"clear\":0.45,\"unit\":\"mm\"},"
        "{\"level\":2,\"of\":\"change\",\"value\":0.1,\"clear\":0.09,\"unit\":\"mm\"}]";
    static const char *const rest[] = {
        crack, crack,
        "\"quantity\":\"settlement\",\"unit\":\"mm\",\"limits\":["
        "{\"level\":4,\"of\":\"change\",\"value\":20,\"clear\":18,\"unit\":\"mm\"},"
        "{\"level\":3,\"of\":\"change\",\"value\":10,\"clear\":9,\"unit\":\"mm\"},"
        "{\"level\":2,\"of\":\"change\",\"value\":2,\"clear\":1.8,\"unit\":\"mm\"}]",
        "\"quantity\":\"temperature\",\"medium\":\"wall\",\"unit\":\"Cel\"",
        "\"quantity\":\"humidity\",\"medium\":\"indoor\",\"unit\":\"%RH\""};

    strbuf_printf(out, "%s{\"id\":\"H%zu/n1/%s\",\"node\":\"H%zu/n1\",",
                  out->data[out->len - 1] == '[' ? "" : ",", house, name[at], house);
    if (at <= SETTLED)
        strbuf_printf(out, "\"element\":\"H%zu/wall\",", house);
    else
        strbuf_printf(out, "\"house\":\"H%zu\",", house);
    if (at == CRACK)
        strbuf_printf(out, "\"environment\":[\"H%zu/n1/t\"],", house);
    strbuf_printf(out, "%s,\"period_s\":10800}", rest[at]);
}

/* Houses of one row; by_kind: all sensors of a place, then those of the next. */
static inline struct registry *site_registry(size_t houses, bool by_kind, const char *epochs)
{
    struct strbuf text = {0};
    struct fault_list faults = {0};
    struct registry *r;

    strbuf_puts(&text, "{\"district\":{\"id\":\"d1\"},\"houses\":[");
    for (size_t h = 0; h < houses; h++)
        strbuf_printf(&text,
                      "%s{\"id\":\"H%zu\",\"lane\":\"L1\",\"row\":\"R1\",\"elements\":["
                      "{\"id\":\"H%zu/wall\",\"kind\":\"wall\"}]}",
                      h ? "," : "", h, h);
    strbuf_puts(&text, "],\"sensors\":[");
    for (size_t i = 0; i < houses * PER_HOUSE; i++)
        put_sensor(&text, by_kind ? i % houses : i / PER_HOUSE,
                   (enum place)(by_kind ? i / houses : i % PER_HOUSE));
    strbuf_printf(&text, "],\"epochs\":[%s]}", epochs);
    assert_false(text.failed);
    const struct source_text source = {"r.json", text.data, text.len};
    if (registry_parse(&source, NULL, 0, &faults, &r) != ERR_OK)
        fault_print(&faults, 2);
    assert_non_null(r);
    strbuf_free(&text);
    fault_list_free(&faults);
    r->zone = &zone_shanghai;
    return r;
}

/* Registry index of a sensor of the site. */
static inline uint32_t site_sensor(const struct site *s, size_t house, enum place at)
{
    static const char *const name[] = {"c", "c2", "s", "t", "h"};
    char id[40];
    int n = snprintf(id, sizeof id, "H%zu/n1/%s", house, name[at]);

    return registry_sensor(s->r, id, (size_t)n);
}

static inline double *site_values(struct site *s, size_t house, enum place at)
{
    return s->value[house * PER_HOUSE + at];
}

static inline uint8_t *site_flags(struct site *s, size_t house, enum place at)
{
    return s->flag[house * PER_HOUSE + at];
}

/* --- readings: cracks breathe by some 0.3 mm in the year, ground by some 0.3 mm --- */

static inline void make_house(struct site *s, size_t house, const double *outside,
                              const double *damp, uint64_t seed)
{
    struct random chance = random_seeded(seed);
    size_t n = s->steps;
    double *wall = site_values(s, house, T_WALL), *slow = calloc(n, sizeof *slow);

    assert_non_null(slow);
    truth_memory(outside, n, PER_DAY, 0.3, wall);
    truth_memory(wall, n, PER_DAY, 5, slow);
    for (size_t i = 0; i < n; i++) {
        site_values(s, house, CRACK)[i] = 2 - 0.010 * slow[i] - 0.003 * wall[i];
        site_values(s, house, CRACK_2)[i] = 1 - 0.006 * slow[i] - 0.004 * wall[i];
        site_values(s, house, SETTLED)[i] = 5 + 0.012 * slow[i];
        site_values(s, house, HUMID)[i] = damp[i];
    }
    truth_noise(&chance, 0.008, 0.7, site_values(s, house, CRACK), n);
    truth_noise(&chance, 0.008, 0.7, site_values(s, house, CRACK_2), n);
    truth_noise(&chance, 0.06, 0.7, site_values(s, house, SETTLED), n);
    truth_noise(&chance, 0.1, 0.5, wall, n);
    truth_noise(&chance, 2, 0.95, site_values(s, house, HUMID), n);
    free(slow);
}

static inline struct site *site_with(size_t houses, size_t days, uint64_t seed, bool by_kind,
                                     const char *epochs)
{
    struct site *s = calloc(1, sizeof *s);
    struct random chance = random_seeded(seed);
    double *outside = calloc(days * PER_DAY, sizeof *outside);
    double *damp = calloc(days * PER_DAY, sizeof *damp);

    assert_true(s && outside && damp && houses <= HOUSES_MOST && days * PER_DAY <= STEPS_MOST);
    s->houses = houses;
    s->steps = days * PER_DAY;
    s->r = site_registry(houses, by_kind, epochs);
    s->slow = slow_new(s->r);
    assert_non_null(s->slow);
    for (size_t i = 0; i < houses * PER_HOUSE; i++) {
        s->value[i] = calloc(s->steps, sizeof *s->value[i]);
        s->flag[i] = calloc(s->steps, 1);
        assert_true(s->value[i] && s->flag[i]);
        memset(s->flag[i], QF_PASS, s->steps);
    }
    truth_temperature(&chance, 0, PER_DAY, outside, s->steps);
    for (size_t i = 0; i < s->steps; i++)
        damp[i] = 75;
    truth_noise(&chance, 8, 0.95, damp, s->steps);
    for (size_t h = 0; h < houses; h++)
        make_house(s, h, outside, damp, seed * 1000 + h);
    free(outside);
    free(damp);
    return s;
}

static inline struct site *site_new(size_t houses, size_t days, uint64_t seed)
{
    return site_with(houses, days, seed, false, "");
}

static inline void site_free(struct site *s)
{
    for (size_t i = 0; i < s->houses * PER_HOUSE; i++) {
        free(s->value[i]);
        free(s->flag[i]);
    }
    slow_free(s->slow);
    registry_free(s->r);
    arena_free(&s->arena);
    strbuf_free(&s->log);
    free(s);
}

/* Adds slope a day from a day on. */
static inline void add_ramp(struct site *s, size_t house, enum place at, double from_d,
                            double slope)
{
    double *v = site_values(s, house, at);

    for (size_t i = 0; i < s->steps; i++)
        v[i] += slope * fmax(0, (double)i / PER_DAY - from_d);
}

static inline void add_step(struct site *s, size_t house, enum place at, double day, double size)
{
    double *v = site_values(s, house, at);

    for (size_t i = (size_t)(day * PER_DAY); i < s->steps; i++)
        v[i] += size;
}

/* No readings from one day to another. */
static inline void drop(struct site *s, size_t house, enum place at, double from_d, double to_d)
{
    double *v = site_values(s, house, at);

    for (size_t i = (size_t)(from_d * PER_DAY); i < (size_t)(to_d * PER_DAY) && i < s->steps; i++)
        v[i] = MISSING;
}

/* --- what is said --- */

static inline enum err hear_finding(void *context, uint32_t sensor, const struct finding *f)
{
    struct site *s = context;

    assert_true(s->tolds < TOLD_MOST);
    s->told[s->tolds++] = (struct told){sensor, *f};
    strbuf_printf(
        &s->log, "finding %u %d %d %a %a %a %a %lld %lld %u %u %d %a %a %a %lld %lld %lld\n",
        sensor, (int)f->kind, f->level, f->value, f->reading, f->baseline, f->error,
        (long long)f->t_us, (long long)f->since_us, f->model_version, f->cause, f->together,
        f->forecast.p30, f->forecast.p180, f->forecast.p365, (long long)f->forecast.t05_us,
        (long long)f->forecast.t50_us, (long long)f->forecast.t95_us);
    return ERR_OK;
}

static inline enum err hear_forecast(void *context, const struct ledger_entry *entry)
{
    struct site *s = context;

    s->forecasts++;
    ledger_put_line(entry, &s->log);
    if (s->watch)
        s->watch(s, entry);
    return ERR_OK;
}

static inline enum err hear_risk(void *context, int64_t at_us, const struct risk *house,
                                 const struct risk *elements, size_t n)
{
    struct site *s = context;

    s->risks++;
    risk_write(s->r, house, elements, n, at_us, &s->log);
    return ERR_OK;
}

static inline void site_conclude(struct site *s, int64_t now_us)
{
    const struct slow_sink sink = {
        .context = s, .finding = hear_finding, .forecast = hear_forecast, .risk = hear_risk};

    while (slow_due(s->slow, now_us)) {
        assert_int_equal(slow_day(s->slow, &s->arena, &sink), ERR_OK);
        arena_reset(&s->arena);
    }
}

/* A reading, and what is found by it at once. */
static inline void site_hear(struct site *s, uint32_t sensor, const struct reading *r)
{
    struct finding found[SLOW_FOUND];

    slow_take(s->slow, sensor, r);
    for (size_t i = 0, n = slow_found(s->slow, found); i < n; i++)
        assert_int_equal(hear_finding(s, sensor, &found[i]), ERR_OK);
}

static inline void site_take(struct site *s, size_t house, enum place at, size_t step)
{
    double v = site_values(s, house, at)[step];
    struct reading r = {.t_us = T0_US + (int64_t)step * STEP_US,
                        .rx_us = T0_US + (int64_t)step * STEP_US,
                        .value = v,
                        .flag = site_flags(s, house, at)[step]};

    if (!isnan(v))
        site_hear(s, site_sensor(s, house, at), &r);
}

/* All readings of the steps [from, to), concluding after every batch steps. */
static inline void site_run(struct site *s, size_t from, size_t to, size_t batch)
{
    for (size_t i = from; i < to; i++) {
        int64_t now_us = T0_US + (int64_t)i * STEP_US;
        for (size_t h = 0; h < s->houses; h++)
            for (size_t p = 0; p < PER_HOUSE; p++)
                site_take(s, h, (enum place)p, i);
        if (i % batch == batch - 1 || i + 1 == to)
            site_conclude(s, now_us);
    }
}

/* --- questions --- */

/* Highest level a sensor was told to have in a kind; of all sensors of a house when at is
 * PER_HOUSE. */
static inline int worst_told(const struct site *s, size_t house, enum place at,
                             enum alert_kind kind)
{
    int worst = 0;

    for (size_t i = 0; i < s->tolds; i++) {
        bool same = at == PER_HOUSE ? s->r->sensors[s->told[i].sensor].house == house
                                    : s->told[i].sensor == site_sensor(s, house, at);
        if (same && s->told[i].f.kind == kind && s->told[i].f.level > worst)
            worst = s->told[i].f.level;
    }
    return worst;
}

/* As movement, steady or sudden. */
static inline int worst_moved(const struct site *s, size_t house, enum place at)
{
    int steady = worst_told(s, house, at, KIND_TREND), sudden = worst_told(s, house, at, KIND_STEP);

    return steady > sudden ? steady : sudden;
}

/* The first finding of a sensor in a kind at a level or above; NULL: none. */
static inline const struct finding *first_told(const struct site *s, size_t house, enum place at,
                                               enum alert_kind kind, int level)
{
    for (size_t i = 0; i < s->tolds; i++)
        if (s->told[i].sensor == site_sensor(s, house, at) && s->told[i].f.kind == kind &&
            s->told[i].f.level >= level)
            return &s->told[i].f;
    return NULL;
}

static inline double day_of(int64_t t_us)
{
    return (double)(t_us - T0_US) / (double)DAY;
}

static inline void site_print(const struct site *s)
{
    for (size_t i = 0; i < s->tolds; i++)
        print_message("  day %.0f %s kind %s level %d value %.3f+-%.3f cause %s together %d\n",
                      day_of(s->told[i].f.t_us), s->r->sensors[s->told[i].sensor].id,
                      alert_kind_name(s->told[i].f.kind), s->told[i].f.level, s->told[i].f.value,
                      s->told[i].f.error, slow_doubt_name((enum slow_doubt)s->told[i].f.cause),
                      s->told[i].f.together);
}

#endif
