#include <math.h>
#include <string.h>

#include "slow_private.h"

#define YEAR_D 365.25

/* --- limits --- */

static bool concerns_stability(const struct limit *l, enum quantity q)
{
    bool shape = q == Q_TILT || q == Q_CRACK_WIDTH || q == Q_SETTLEMENT || q == Q_DISPLACEMENT;

    return shape && l->level == LEVEL_RED && strncmp(l->source, "JGJ", 3) == 0;
}

static struct risk_limit compared_limit(const struct slow *s, uint32_t sensor,
                                        const struct limit *l, int64_t day)
{
    const struct slow_sensor *x = &s->sensor[sensor];
    const struct channel *c = &s->channel[sensor];
    enum quantity q = s->r->sensors[sensor].quantity;
    struct risk_limit out = {.sensor = sensor,
                             .limit = l,
                             .p30 = NAN,
                             .p180 = NAN,
                             .p365 = NAN,
                             .t05_d = NAN,
                             .t50_d = NAN,
                             .t95_d = NAN,
                             .from_us = c->first_day * DAY_US,
                             .to_us = (day + 1) * DAY_US,
                             .model_version = c->model.version,
                             .stability = concerns_stability(l, q)};

    out.value = slow_compared(l, q, &x->movement, &out.value_se);
    out.margin = l->below || !(l->value > 0) ? (double)NAN : fmax(0, out.value / l->value);
    if (x->doubt != DOUBT_NONE)
        out.margin = NAN; /* it is not known what the building does, nor what it will do */
    else if (l == x->ahead_limit && x->ahead.state != OUTLOOK_ABSTAINED) {
        struct outlook told = x->ahead;

        outlook_discount(&told, x->building_share);
        out.p30 = told.p30;
        out.p180 = told.p180;
        out.p365 = told.p365;
        out.t05_d = x->ahead.t05_d;
        out.t50_d = x->ahead.t50_d;
        out.t95_d = x->ahead.t95_d;
    }
    return out;
}

static void add_limits(const struct slow *s, uint32_t sensor, int64_t day, struct gathered *g)
{
    const struct limit_set *set = s->r->sensors[sensor].limits;

    for (size_t i = 0; set && i < set->count; i++) {
        struct risk_limit l = compared_limit(s, sensor, &set->limits[i], day);
        if (slow_is_forecast(&set->limits[i]) || set->limits[i].of == LIMIT_RATE)
            gather_limit(g, &l);
    }
}

/* --- evidence --- */

static void add_evidence(struct gathered *g, enum evidence_kind kind, uint32_t sensor,
                         double quality, double value, const struct channel *c, int64_t day)
{
    gather_evidence(g, &(struct risk_evidence){.kind = kind,
                                               .sensor = sensor,
                                               .quality = quality,
                                               .cause = CAUSE_MOVEMENT,
                                               .value = value,
                                               .from_us = c->first_day * DAY_US,
                                               .to_us = (day + 1) * DAY_US});
}

static bool beyond_three_errors(const struct movement *m)
{
    return m->error > 0 && -m->change > 3 * m->error;
}

static void weigh_movement(const struct slow *s, uint32_t sensor, int64_t day, double quality,
                           struct gathered *g)
{
    const struct slow_sensor *x = &s->sensor[sensor];
    const struct channel *c = &s->channel[sensor];
    const struct movement *m = &x->movement;
    int w = m->governing;

    if (!x->moved || x->doubt != DOUBT_NONE)
        return;
    if (w >= 0)
        add_evidence(g, EVIDENCE_TREND, sensor, quality, m->window[w].slope * YEAR_D, c, day);
    else if ((double)c->days >= YEAR_D)
        add_evidence(g, EVIDENCE_STABLE, sensor, quality, (double)c->days / YEAR_D, c, day);
    if (x->step.day != SIZE_MAX)
        add_evidence(g, EVIDENCE_CHANGE_POINT, sensor, quality, x->step.size, c, day);
    if (s->r->sensors[sensor].quantity == Q_FREQUENCY && beyond_three_errors(m))
        add_evidence(g, EVIDENCE_FREQUENCY_DROP, sensor, quality,
                     -100 * m->change / fmax(fabs(m->baseline), 1e-9), c, day);
}

/* --- the worth of the data --- */

static double good_share(const struct channel *c, int64_t day)
{
    double total = 0, passed = 0;

    for (int64_t b = (day + 1 - 28) * BINS_PER_DAY; b < (day + 1) * BINS_PER_DAY; b++) {
        struct bin bin = bins_at(&c->bins, b);
        total += bin.total;
        passed += bin.passed;
    }
    return total > 0 ? passed / total : 0;
}

static void weigh_data(const struct slow *s, uint32_t sensor, int64_t day, struct gathered *g)
{
    const struct channel *c = &s->channel[sensor];
    double coverage = channel_coverage(c, day + 1);

    g->sensors++;
    g->coverage += coverage;
    g->good += good_share(c, day);
    g->history_d = fmax(g->history_d, (double)(day + 1 - c->first_day) * coverage);
    g->health += s->sensor[sensor].doubt == DOUBT_NONE ? 1 : 0;
    /* A young model is little skill; a sensor that weather does not move needs none. */
    g->skill += fmin(1, 0.5 + (double)c->days / (2 * YEAR_D));
    weigh_movement(s, sensor, day, fmin(1, coverage), g);
}

static struct risk_quality quality_of(const struct gathered *g)
{
    double n = g->sensors;

    if (g->sensors == 0)
        return (struct risk_quality){0};
    return (struct risk_quality){.coverage = g->coverage / n,
                                 .good_share = g->good / n,
                                 .history_d = g->history_d,
                                 .skill = g->skill / n,
                                 .health = g->health / n};
}

/* --- element and house --- */

/* g is room. */
static enum err judge_element(const struct slow *s, uint32_t element, int64_t day,
                              struct arena *arena, struct gathered *g, struct risk *out)
{
    struct risk_site site = risk_site_element(s->r, element);
    struct risk_input in;

    *g = (struct gathered){.limits = 0};
    for (uint32_t i = 0; i < s->r->sensor_count; i++) {
        if (s->r->sensors[i].element != element || s->channel[i].role != CHANNEL_DAMAGE ||
            !s->sensor[i].moved)
            continue;
        add_limits(s, i, day, g);
        weigh_data(s, i, day, g);
    }
    slow_doses_gather(s->doses, s->r, element, day, g);
    slow_vibrations_gather(s->vibrations, s->r, element, day, g);
    slow_works_gather(s->r, element, (day + 1) * DAY_US - 1, g);
    in = (struct risk_input){.element = element,
                             .limits = g->limit,
                             .limit_count = g->limits,
                             .evidence = g->evidence,
                             .evidence_count = g->evidences,
                             .quality = quality_of(g),
                             .vulnerability = site.vulnerability,
                             .exposure = site.exposure};
    return risk_element(s->r, &in, arena, out);
}

/* Elements without a sensor that takes part say nothing and are left out. */
static bool is_watched(const struct slow *s, uint32_t element)
{
    for (uint32_t i = 0; i < s->r->sensor_count; i++)
        if (s->r->sensors[i].element == element && s->channel[i].role == CHANNEL_DAMAGE)
            return true;
    return slow_doses_watch(s->doses, s->r, element) ||
           slow_vibrations_watch(s->vibrations, s->r, element);
}

static enum err judge_house(const struct slow *s, uint32_t house, int64_t day, struct arena *arena,
                            const struct slow_sink *sink, struct gathered *g, struct risk *whole)
{
    struct risk *elements = arena_array(arena, s->r->element_count + 1, sizeof *elements);
    size_t n = 0;
    enum err e = elements ? ERR_OK : ERR_NOMEM;

    for (uint32_t i = 0; i < s->r->element_count && e == ERR_OK; i++)
        if (s->r->elements[i].house == house && is_watched(s, i))
            e = judge_element(s, i, day, arena, g, &elements[n++]);
    if (e == ERR_OK)
        e = risk_house(s->r, house, elements, n, arena, whole);
    if (e != ERR_OK || !sink->risk)
        return e;
    return sink->risk(sink->context, (day + 1) * DAY_US, whole, elements, n);
}

/* --- rows and the district --- */

static bool same_row(const struct house *a, const struct house *b)
{
    return strcmp(a->row, b->row) == 0 && strcmp(a->lane, b->lane) == 0;
}

/* The houses of the row of house first; none when an earlier one is of it. */
static size_t row_of(const struct registry *r, const struct risk *houses, size_t first,
                     struct risk *row)
{
    size_t n = 0;

    for (size_t i = 0; i < r->house_count; i++) {
        if (!same_row(&r->houses[i], &r->houses[first]))
            continue;
        if (i < first)
            return 0;
        row[n++] = houses[i];
    }
    return n;
}

/* Houses without a row count in the district alone. */
static enum err judge_groups(const struct slow *s, const struct risk *houses, int64_t day,
                             struct arena *arena, const struct slow_sink *sink)
{
    size_t count = s->r->house_count, n = 0;
    struct risk_group *rows = arena_array(arena, count + 1, sizeof *rows), whole;
    struct risk *row = arena_array(arena, count + 1, sizeof *row);
    int64_t at_us = (day + 1) * DAY_US;
    enum err e = rows && row ? ERR_OK : ERR_NOMEM;

    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        size_t members = row_of(s->r, houses, i, row);
        if (members == 0)
            continue;
        e = risk_row(row, members, arena, &rows[n]);
        if (e == ERR_OK && *s->r->houses[i].row)
            e = sink->group(sink->context, at_us, &rows[n], true, row, members);
        n++;
    }
    if (e == ERR_OK)
        e = risk_district(rows, n, arena, &whole);
    return e == ERR_OK ? sink->group(sink->context, at_us, &whole, false, houses, count) : e;
}

enum err slow_risk(const struct slow *s, int64_t day, struct arena *arena,
                   const struct slow_sink *sink)
{
    struct arena_mark mark = arena_mark(arena);
    struct risk *houses;
    struct gathered *g;
    enum err e;

    if (!sink->risk && !sink->group)
        return ERR_OK;
    houses = arena_array(arena, s->r->house_count + 1, sizeof *houses);
    g = arena_alloc(arena, sizeof *g);
    e = houses && g ? ERR_OK : ERR_NOMEM;
    for (uint32_t i = 0; i < s->r->house_count && e == ERR_OK; i++)
        e = judge_house(s, i, day, arena, sink, g, &houses[i]);
    if (e == ERR_OK && sink->group)
        e = judge_groups(s, houses, day, arena, sink);
    arena_rewind(arena, mark);
    return e;
}
