#include "slow_vibration.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/core/derived.h"
#include "slow_private.h"
#include "slow_vibration_private.h"

#define WORKS_MOST LEVEL_YELLOW /* single events over their limit are the rules' */
#define ROW_LEAST  2            /* houses that feel the same works */

/* --- made from the registry --- */

static uint32_t frequency_of(const struct registry *r, uint32_t i)
{
    const struct sensor *s = &r->sensors[i];
    const struct node *n;

    if (s->quantity != Q_VELOCITY || s->node == REGISTRY_NONE)
        return REGISTRY_NONE;
    n = &r->nodes[s->node];
    for (size_t k = 0; k < n->sensor_count; k++) {
        const struct sensor *f = &r->sensors[n->sensors[k]];
        if (f->quantity == Q_DOMINANT_FREQUENCY && strcmp(f->axis, s->axis) == 0)
            return n->sensors[k];
    }
    return REGISTRY_NONE;
}

static uint32_t lead_of(const struct registry *r, uint32_t house)
{
    static const enum quantity order[] = {Q_VELOCITY, Q_ACCELERATION};

    for (size_t k = 0; k < sizeof order / sizeof *order; k++)
        for (uint32_t i = 0; i < r->sensor_count; i++)
            if (r->sensors[i].house == house && r->sensors[i].quantity == order[k])
                return i;
    return REGISTRY_NONE;
}

static void start_house(struct slow_shaken *x, const struct time_zone *zone, uint32_t lead)
{
    *x = (struct slow_shaken){.zone = zone,
                              .lead = lead,
                              .baseline_us = INT64_MIN,
                              .day = INT64_MIN,
                              .deaf_day = INT64_MIN};
}

/* Ratios go with the peak, and are largest where the frequency is not known. */
static void start_sensor(struct slow_vibrations *v, const struct registry *r, uint32_t i)
{
    struct vibration_event e;

    v->site[i] = burst_site(r, i);
    v->strictest[i] = burst_event_of_reading(0, 1, 0, &v->site[i], &e) == ERR_OK
                          ? burst_worst_ratio(&e)
                          : (double)INFINITY;
}

struct slow_vibrations *slow_vibrations_new(const struct registry *r)
{
    struct slow_vibrations *v = calloc(1, sizeof *v);

    if (!v)
        return NULL;
    v->house = calloc(r->house_count + 1, sizeof *v->house);
    v->frequency_of = calloc(r->sensor_count + 1, sizeof *v->frequency_of);
    v->site = calloc(r->sensor_count + 1, sizeof *v->site);
    v->strictest = calloc(r->sensor_count + 1, sizeof *v->strictest);
    if (!v->house || !v->frequency_of || !v->site || !v->strictest) {
        free(v->strictest);
        free(v->site);
        free(v->house);
        free(v->frequency_of);
        free(v);
        return NULL;
    }
    for (uint32_t h = 0; h < r->house_count; h++)
        start_house(&v->house[h], r->zone, lead_of(r, h));
    for (uint32_t i = 0; i < r->sensor_count; i++) {
        v->frequency_of[i] = frequency_of(r, i);
        if (r->sensors[i].quantity == Q_VELOCITY)
            start_sensor(v, r, i);
    }
    v->house[r->house_count].lead = REGISTRY_NONE;
    v->house_count = r->house_count;
    return v;
}

void slow_vibrations_free(struct slow_vibrations *v)
{
    if (!v)
        return;
    for (size_t h = 0; h < v->house_count; h++) {
        free(v->house[h].watch);
        free(v->house[h].ratio);
    }
    for (size_t i = 0; i < v->pendings; i++)
        free(v->pending[i].event);
    free(v->house);
    free(v->strictest);
    free(v->site);
    free(v->frequency_of);
    free(v->pending);
    free(v);
}

/* --- events --- */

/* False: memory is out, and the event is as if it had not come. */
static bool keep(struct slow_vibrations *v, const struct slow_event *e)
{
    if (v->pendings == v->capacity) {
        size_t capacity = v->capacity * 2 + 64;
        struct slow_event *bigger = realloc(v->pending, capacity * sizeof *bigger);
        if (!bigger)
            return false;
        v->pending = bigger;
        v->capacity = capacity;
    }
    v->pending[v->pendings++] = *e;
    return true;
}

void slow_vibrations_take(struct slow_vibrations *v, const struct registry *r, uint32_t sensor,
                          const struct reading *reading)
{
    enum quantity q = r->sensors[sensor].quantity;
    struct slow_event e = {.t_us = reading->t_us,
                           .sensor = sensor,
                           .frequency = q == Q_DOMINANT_FREQUENCY,
                           .value = reading->value};

    if ((q != Q_VELOCITY && !e.frequency) || r->sensors[sensor].house == REGISTRY_NONE ||
        reading->flag != QF_PASS)
        return;
    (void)keep(v, &e);
}

void slow_vibrations_revised(struct slow_vibrations *v, const struct registry *r, uint32_t sensor,
                             int64_t t_us)
{
    enum quantity q = r->sensors[sensor].quantity;
    bool kept = q == Q_VELOCITY || q == Q_DOMINANT_FREQUENCY;

    for (size_t i = kept ? v->pendings : 0; i > 0; i--) {
        struct slow_event *e = &v->pending[i - 1];
        if (e->sensor == sensor && e->t_us == t_us && !e->event) {
            e->value = (double)NAN;
            return;
        }
    }
}

void slow_vibrations_burst(struct slow_vibrations *v, const struct registry *r, uint32_t sensor,
                           const struct vibration_event *e)
{
    struct slow_event kept = {.t_us = e->t_us, .sensor = sensor};

    if (r->sensors[sensor].house == REGISTRY_NONE)
        return;
    kept.event = malloc(sizeof *kept.event);
    if (!kept.event)
        return;
    *kept.event = *e;
    if (!keep(v, &kept))
        free(kept.event);
}

/* --- works --- */

static struct vibration_finding works_of(const struct slow_shaken *x)
{
    struct vibration_finding all[VIBRATION_FINDINGS] = {0};

    if (x->watch)
        vibration_watch_findings(x->watch, all);
    return all[VIBRATION_CONSTRUCTION];
}

/* Neighbours in the row feel works too. */
static bool felt_by_row(const struct slow_vibrations *v, const struct registry *r, uint32_t house)
{
    const struct house *own = &r->houses[house];
    size_t houses = 0;

    for (uint32_t h = 0; h < r->house_count && *own->row; h++)
        houses += strcmp(r->houses[h].lane, own->lane) == 0 &&
                  strcmp(r->houses[h].row, own->row) == 0 && works_of(&v->house[h]).active;
    return houses >= ROW_LEAST;
}

static uint32_t bits_of(const struct vibration_finding *w)
{
    return (w->night >= VIBRATION_BURSTS_GO_ON ? WORKS_NIGHT : 0U) |
           (w->sunday >= VIBRATION_BURSTS_GO_ON ? WORKS_SUNDAY : 0U) |
           (w->blasting ? WORKS_BLASTING : 0U);
}

/* The row of the ladder that brought the level; the ladder is by descending level and value. */
static const struct limit *row_of(const struct derived *d, int level, double ratio)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->rows[i].level <= level && ratio >= d->rows[i].value)
            return &d->rows[i];
    return &d->rows[d->n - 1];
}

static struct finding finding_of(const struct vibration_finding *w, int level, bool together)
{
    struct derived d;
    struct finding f = {.kind = KIND_CONSTRUCTION,
                        .level = level,
                        .value = w->worst.ratio,
                        .reading = w->worst.ratio,
                        .t_us = w->last_us,
                        .since_us = w->since_us,
                        .baseline = NAN,
                        .cause = bits_of(w),
                        .together = together};

    if (!derived_find(DERIVED_WORKS, &d))
        return f;
    f.derived = d.name;
    f.limit = row_of(&d, level, w->worst.ratio);
    return f;
}

static enum err judge(struct slow_vibrations *v, const struct registry *r, uint32_t house,
                      const struct slow_sink *sink)
{
    struct slow_shaken *x = &v->house[house];
    struct vibration_finding w = works_of(x);
    int level = vibration_finding_level(VIBRATION_CONSTRUCTION, &w);
    bool together = level > 0 ? felt_by_row(v, r, house) : x->held.together;

    if (level > WORKS_MOST)
        level = WORKS_MOST;
    if (level == x->held.level && together == x->held.together &&
        (level == 0 || bits_of(&w) == x->held.cause))
        return ERR_OK;
    if (level == 0 && x->held.level == 0)
        return ERR_OK;
    x->held = finding_of(&w, level, together);
    return slow_tell(sink, x->lead, &x->held);
}

size_t slow_vibrations_current(const struct slow_vibrations *v, const struct registry *r,
                               uint32_t sensor, struct finding out[1])
{
    uint32_t house = r->sensors[sensor].house;

    if (house == REGISTRY_NONE || v->house[house].lead != sensor || v->house[house].held.level == 0)
        return 0;
    out[0] = v->house[house].held;
    return 1;
}

void slow_vibrations_epochs(struct slow_vibrations *v, const struct registry *r, int64_t now_us)
{
    for (uint32_t h = 0; h < r->house_count; h++) {
        struct slow_shaken *x = &v->house[h];
        int64_t baseline_us;
        if (x->lead == REGISTRY_NONE)
            continue;
        baseline_us = registry_baseline_start_us(r, x->lead, now_us);
        if (baseline_us != x->baseline_us)
            x->held.level = LEVEL_NORMAL;
        x->baseline_us = baseline_us;
    }
}

enum err slow_vibrations_conclude(struct slow_vibrations *v, const struct registry *r, int64_t day,
                                  struct arena *arena, const struct slow_sink *sink)
{
    enum err e = slow_vibrations_hear(v, r, day);

    if (e == ERR_OK && slow_is_monday(day))
        e = slow_vibrations_ahead(v, r, day, arena, sink);
    for (uint32_t h = 0; h < r->house_count && e == ERR_OK; h++)
        if (v->house[h].watch)
            e = judge(v, r, h, sink);
    return e;
}
