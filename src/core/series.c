#include "shikumen/core/series.h"

#include <math.h>

#include "shikumen/base/clock.h"

#define SPAN_MOST_US (1000 * 366 * US_PER_DAY)

/* --- buckets --- */

static const int32_t widths_s[] = {1,     2,     5,      10,     15,      30,      60,      120,
                                   300,   600,   900,    1800,   3600,    7200,    10800,   21600,
                                   43200, 86400, 172800, 604800, 2419200, 7862400, 15724800, 31449600};

int64_t series_width_us(int64_t span_us, size_t points)
{
    size_t i = 0, last = sizeof widths_s / sizeof *widths_s - 1;
    int64_t width_us;

    while (i < last && span_us / (widths_s[i] * US_PER_S) >= (int64_t)points)
        i++;
    width_us = widths_s[i] * US_PER_S;
    while (span_us / width_us >= (int64_t)points)
        width_us *= 2;
    return width_us;
}

static int64_t bucket_of(int64_t t_us, int64_t width_us)
{
    return t_us / width_us - (t_us % width_us < 0);
}

static struct series_range no_readings(void)
{
    return (struct series_range){.first = NAN, .least = NAN, .most = NAN, .last = NAN, .mean = NAN};
}

static void begin_bucket(struct series_bucket *b, int64_t begin_us, const struct reading *r)
{
    *b = (struct series_bucket){.begin_us = begin_us,
                                .passed = no_readings(),
                                .suspect = no_readings(),
                                .failed = no_readings(),
                                .worst = r->flag,
                                .because = r->test};
}

bool series_worse(uint8_t a, uint8_t b)
{
    static const uint8_t order[] = {QF_PASS, QF_NOT_EVALUATED, QF_MISSING, QF_SUSPECT, QF_FAIL};
    size_t rank_a = 0, rank_b = 0;

    for (size_t i = 0; i < sizeof order; i++) {
        rank_a = order[i] == a ? i : rank_a;
        rank_b = order[i] == b ? i : rank_b;
    }
    return rank_a > rank_b;
}

static bool passes(const struct reading *r)
{
    return r->flag == QF_PASS || r->flag == QF_NOT_EVALUATED;
}

static void range_take(struct series_range *x, const struct reading *r)
{
    if (x->count == 0) {
        x->first = x->least = x->most = r->value;
        x->first_us = r->t_us;
        x->mean = 0;
    }
    x->count++;
    x->least = fmin(x->least, r->value);
    x->most = fmax(x->most, r->value);
    x->mean += r->value / x->count - x->mean / x->count;
    x->last = r->value;
    x->last_us = r->t_us;
}

static void bucket_take(struct series_bucket *b, const struct reading *r, bool broken)
{
    if (series_worse(r->flag, b->worst)) {
        b->worst = r->flag;
        b->because = r->test;
    }
    if (!passes(r)) {
        range_take(r->flag == QF_SUSPECT ? &b->suspect : &b->failed, r);
        return;
    }
    if (b->passed.count == 0)
        b->broken = broken;
    range_take(&b->passed, r);
}

/* --- over the whole span --- */

static void total_take(struct series_total *t, const struct reading *r)
{
    if (t->first_us == INT64_MIN)
        t->first_us = r->t_us;
    t->last_us = r->t_us;
    if (!passes(r)) {
        t->suspect += r->flag == QF_SUSPECT;
        t->failed += r->flag != QF_SUSPECT;
        return;
    }
    if (t->passed == 0)
        t->mean = 0;
    if (t->passed == 0 || r->value < t->least) {
        t->least = r->value;
        t->least_us = r->t_us;
    }
    if (t->passed == 0 || r->value > t->most) {
        t->most = r->value;
        t->most_us = r->t_us;
    }
    t->passed++;
    t->mean += r->value / t->passed - t->mean / t->passed;
    t->last = r->value;
}

/* --- the fold --- */

enum err series_begin(struct series *s, int64_t from_us, int64_t to_us, int64_t gap_us,
                      size_t points, struct arena *arena)
{
    *s = (struct series){.from_us = from_us,
                         .to_us = to_us,
                         .gap_us = gap_us,
                         .points = points,
                         .latest_us = INT64_MIN,
                         .latest_passed_us = INT64_MIN};
    s->total = (struct series_total){.first_us = INT64_MIN,
                                     .last_us = INT64_MIN,
                                     .least_us = INT64_MIN,
                                     .most_us = INT64_MIN,
                                     .least = NAN,
                                     .most = NAN,
                                     .mean = NAN,
                                     .last = NAN};
    if (points < SERIES_POINTS_LEAST || points > SERIES_POINTS_MOST || from_us >= to_us ||
        from_us < -SPAN_MOST_US || to_us > SPAN_MOST_US || gap_us <= 0)
        return ERR_RANGE;
    s->width_us = series_width_us(to_us - from_us, points);
    s->slots = (size_t)(bucket_of(to_us - 1, s->width_us) - bucket_of(from_us, s->width_us)) + 1;
    s->at = arena_array(arena, s->slots, sizeof *s->at);
    s->raw = arena_array(arena, points, sizeof *s->raw);
    return s->at && s->raw ? ERR_OK : ERR_NOMEM;
}

static void take_raw(struct series *s, const struct reading *r, bool broken)
{
    if (s->raw_count < s->points) {
        begin_bucket(&s->raw[s->raw_count], r->t_us, r);
        bucket_take(&s->raw[s->raw_count], r, broken);
    }
    s->raw_count++;
}

static void take_bucket(struct series *s, const struct reading *r, bool broken)
{
    int64_t begin_us = bucket_of(r->t_us, s->width_us) * s->width_us;

    if (s->count == 0 || s->at[s->count - 1].begin_us != begin_us)
        begin_bucket(&s->at[s->count++], begin_us, r);
    bucket_take(&s->at[s->count - 1], r, broken);
}

void series_take(struct series *s, const struct reading *r)
{
    bool broken;

    if (r->t_us < s->from_us || r->t_us >= s->to_us || r->t_us < s->latest_us ||
        !isfinite(r->value))
        return;
    broken = s->latest_passed_us != INT64_MIN && r->t_us - s->latest_passed_us > s->gap_us;
    if (s->latest_us != INT64_MIN && r->t_us - s->latest_us > s->gap_us)
        s->total.gaps++;
    take_raw(s, r, broken);
    take_bucket(s, r, broken);
    total_take(&s->total, r);
    s->latest_us = r->t_us;
    if (passes(r))
        s->latest_passed_us = r->t_us;
}

void series_end(struct series *s)
{
    if (s->raw_count > s->points)
        return;
    s->at = s->raw;
    s->count = s->raw_count;
    s->width_us = 0;
}
