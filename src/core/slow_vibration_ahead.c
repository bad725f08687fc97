#include <math.h>
#include <stdlib.h>

#include "slow_private.h"
#include "slow_vibration_private.h"

#define TOLD_WEEKS 4   /* between forecasts that go to the ledger */
#define QUIET      0.5 /* of the limit: a year below it speaks for a sound house (risk.h) */
#define YEAR_D     365.25
#define LEAST_D    90 /* watched before anything is foretold: tails of fewer days mislead [J] */
#define PEAKS_MOST 64

static bool shakes(enum quantity q)
{
    return q == Q_VELOCITY || q == Q_ACCELERATION;
}

const struct limit *slow_event_limit(const struct sensor *s)
{
    for (size_t i = 0; s->limits && i < s->limits->count; i++) /* by descending level */
        if (s->limits->limits[i].of == LIMIT_EVENT)
            return &s->limits->limits[i];
    return NULL;
}

/* --- forecasts --- */

/* Daily maxima above a threshold that leaves at most PEAKS_MOST of them. */
struct rare {
    double t_d[KEPT_DAYS], ratio[KEPT_DAYS];
    size_t n;
    double threshold;
};

static int falling(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;

    return (a < b) - (a > b);
}

static enum err gather_rare(const struct slow_shaken *x, int64_t day, struct arena *arena,
                            struct rare *out)
{
    double *sorted = arena_array(arena, KEPT_DAYS, sizeof *sorted);
    size_t kept = 0;

    if (!sorted)
        return ERR_NOMEM;
    out->n = 0;
    out->threshold = VIBRATION_PEAK_RATIO;
    for (int64_t d = day - KEPT_DAYS + 1; d <= day; d++) {
        double ratio = slow_shaken_ratio(x, d);
        if (!(ratio > VIBRATION_PEAK_RATIO))
            continue;
        out->t_d[out->n] = (double)(d - day + KEPT_DAYS);
        sorted[out->n] = out->ratio[out->n] = ratio;
        out->n++;
    }
    qsort(sorted, out->n, sizeof *sorted, falling);
    if (out->n > PEAKS_MOST)
        out->threshold = sorted[PEAKS_MOST];
    for (size_t i = 0; i < out->n; i++)
        if (out->ratio[i] > out->threshold) {
            out->t_d[kept] = out->t_d[i];
            out->ratio[kept++] = out->ratio[i];
        }
    out->n = kept;
    return ERR_OK;
}

/* Works that passed the limit day after day are one event: of each run of days the largest. Below
 * the limit every day says how far the tail reaches. */
static enum err cluster(const struct rare *r, struct extremes_peak *peak, size_t *count)
{
    bool beyond = false;

    *count = r->n;
    for (size_t i = 0; i < r->n; i++) {
        peak[i] = (struct extremes_peak){r->t_d[i], r->ratio[i]};
        beyond = beyond || r->ratio[i] > 1;
    }
    return beyond ? extremes_peaks(r->t_d, r->ratio, r->n, r->threshold, VIBRATION_QUIET_DAYS, peak,
                                   count)
                  : ERR_OK;
}

static enum err foresee(struct slow_shaken *x, int64_t day, struct arena *arena)
{
    struct rare *rare = arena_alloc(arena, sizeof *rare);
    struct extremes_peak peak[PEAKS_MOST];
    struct outlook_events_seen seen = {.peak = peak};
    double days, heard = slow_shaken_heard(x, day, KEPT_DAYS, &days);
    enum err e = rare ? gather_rare(x, day, arena, rare) : ERR_NOMEM;

    x->ahead = (struct outlook_events){.p30 = NAN, .p180 = NAN, .p365 = NAN};
    if (e || days * heard < LEAST_D)
        return e;
    e = cluster(rare, peak, &seen.n);
    seen.seen_d = days * heard;
    seen.recorded = fmin(1, rare->threshold);
    if (e == ERR_OK)
        e = outlook_events(&seen, arena, &x->ahead);
    return e == ERR_NOMEM ? e : ERR_OK; /* what cannot be computed is not forecast */
}

#define HEARD_LEAST 0.5 /* of the days since the forecast before: else nobody watched [J] */

/* What came since the forecast before. */
static void look_back(const struct slow_shaken *x, int64_t day, struct ledger_entry *entry)
{
    double days;

    for (int64_t d = day - 7 * TOLD_WEEKS + 1; d <= day; d++) {
        if (!(slow_shaken_ratio(x, d) >= 1) || d * DAY_US < x->baseline_us)
            continue;
        if (entry->over_from_us == 0)
            entry->over_from_us = (d + 1) * DAY_US;
        entry->over_until_us = (d + 1) * DAY_US;
    }
    entry->unheard = !(slow_shaken_heard(x, day, 7 * TOLD_WEEKS, &days) >= HEARD_LEAST);
}

static enum err tell(const struct slow_shaken *x, const struct registry *r, uint32_t sensor,
                     int64_t day, struct arena *arena, const struct slow_sink *sink)
{
    const struct sensor *s = &r->sensors[sensor];
    bool none = x->ahead.method == OUTLOOK_EVENTS_NONE;
    struct outlook o = {.state = none ? OUTLOOK_ABSTAINED : OUTLOOK_BEYOND,
                        .reason = none ? OUTLOOK_TOO_SHORT : OUTLOOK_FINE,
                        .method = none ? OUTLOOK_NONE : OUTLOOK_PEAKS,
                        .t05_d = NAN,
                        .t50_d = NAN,
                        .t95_d = NAN,
                        .p30 = x->ahead.p30,
                        .p180 = x->ahead.p180,
                        .p365 = x->ahead.p365};

    struct ledger_entry entry = {
        .sensor = s->id, .quantity = quantity_info(s->quantity)->name, .outlook = o};

    look_back(x, day, &entry);
    return slow_tell_ahead(sink, r, s->element, slow_event_limit(s), day, arena, entry);
}

enum err slow_vibrations_ahead(struct slow_vibrations *v, const struct registry *r, int64_t day,
                               struct arena *arena, const struct slow_sink *sink)
{
    struct arena_mark mark = arena_mark(arena);
    enum err e = ERR_OK;

    for (size_t h = 0; h < v->house_count && e == ERR_OK; h++)
        if (v->house[h].watch)
            e = foresee(&v->house[h], day, arena);
    for (uint32_t i = 0; i < r->sensor_count && e == ERR_OK; i++) {
        uint32_t house = r->sensors[i].house;
        if (house == REGISTRY_NONE || r->sensors[i].quantity != Q_VELOCITY ||
            !v->house[house].watch || !slow_event_limit(&r->sensors[i]) ||
            ((day + 3) / 7 + house) % TOLD_WEEKS != 0)
            continue;
        e = tell(&v->house[house], r, i, day, arena, sink);
    }
    arena_rewind(arena, mark);
    return e;
}

/* --- for risk --- */

bool slow_vibrations_watch(const struct slow_vibrations *v, const struct registry *r,
                           uint32_t element)
{
    const struct slow_shaken *x = &v->house[r->elements[element].house];

    for (uint32_t i = 0; i < r->sensor_count && x->watch; i++)
        if (r->sensors[i].element == element && shakes(r->sensors[i].quantity))
            return true;
    return false;
}

/* The largest event of the recent days; ratio 0: none that has a limit. */
static void largest(const struct slow_shaken *x, int64_t day, double *ratio, double *mm_s)
{
    *ratio = *mm_s = 0;
    for (int64_t d = day - RECENT_DAYS + 1; d <= day; d++) {
        if (!(slow_shaken_ratio(x, d) > *ratio))
            continue;
        *ratio = slow_shaken_ratio(x, d);
        *mm_s = x->day - d < RECENT_DAYS ? (double)x->mm_s[d % RECENT_DAYS] : (double)NAN;
    }
}

static void add_limit(const struct slow_shaken *x, uint32_t sensor, const struct limit *l,
                      int64_t day, struct gathered *g)
{
    struct risk_limit out = {.sensor = sensor,
                             .limit = l,
                             .value_se = NAN,
                             .p30 = x->ahead.p30,
                             .p180 = x->ahead.p180,
                             .p365 = x->ahead.p365,
                             .t05_d = NAN,
                             .t50_d = NAN,
                             .t95_d = NAN,
                             .from_us = x->watch->start_us,
                             .to_us = (day + 1) * DAY_US};

    largest(x, day, &out.margin, &out.value);
    gather_limit(g, &out);
}

/* No day of a whole year reached half the limit. */
static bool was_quiet(const struct slow_shaken *x, int64_t day)
{
    double days, heard = slow_shaken_heard(x, day, 365, &days);

    for (int64_t d = day - 364; d <= day; d++)
        if (slow_shaken_ratio(x, d) >= QUIET)
            return false;
    return days >= 365 && heard > 0.5;
}

static void weigh(const struct slow_shaken *x, uint32_t sensor, int64_t day, struct gathered *g)
{
    double mm_s, days;
    struct risk_evidence e = {.sensor = sensor,
                              .quality = slow_shaken_heard(x, day, 365, &days),
                              .cause = CAUSE_VIBRATION,
                              .from_us = x->watch->start_us,
                              .to_us = (day + 1) * DAY_US};

    largest(x, day, &e.value, &mm_s);
    if (e.value > 1) {
        e.kind = EVIDENCE_VIBRATION_OVER;
        gather_evidence(g, &e);
    } else if (was_quiet(x, day)) {
        e.kind = EVIDENCE_VIBRATION_QUIET;
        e.value = 0;
        gather_evidence(g, &e);
    }
}

static void weigh_data(const struct slow_shaken *x, int64_t day, struct gathered *g)
{
    double days, heard = slow_shaken_heard(x, day, 365, &days), all;
    double known = slow_shaken_heard(x, day, KEPT_DAYS, &all);

    g->sensors++;
    g->coverage += heard;
    g->good += 1;
    g->health += 1;
    g->history_d = fmax(g->history_d, all * known);
    g->skill += fmin(1, 0.5 + all / (2 * YEAR_D));
}

/* One sensor of an element speaks for all of them: the watch is the house's. */
void slow_vibrations_gather(const struct slow_vibrations *v, const struct registry *r,
                            uint32_t element, int64_t day, struct gathered *g)
{
    const struct slow_shaken *x = &v->house[r->elements[element].house];

    for (uint32_t i = 0; i < r->sensor_count && x->watch; i++) {
        const struct limit *l = slow_event_limit(&r->sensors[i]);
        if (r->sensors[i].element != element || !shakes(r->sensors[i].quantity))
            continue;
        if (l)
            add_limit(x, i, l, day, g);
        weigh(x, i, day, g);
        weigh_data(x, day, g);
        return;
    }
}
