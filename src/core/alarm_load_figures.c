#include "alarm_load_parts.h"

static void add_week(const struct alarm_load *l, int64_t now_us, struct alarm_figures *out)
{
    int64_t hour = alarm_span(now_us, ALARM_HOUR_US);

    for (size_t i = alarm_first_bucket(l, hour - ALARM_WEEK_H + 1);
         i < l->bucket_count && l->buckets[i].hour <= hour; i++) {
        const struct alarm_bucket *b = &l->buckets[i];
        out->week.n[l->origins[b->origin].category][b->level] += b->count;
    }
}

static void add_answers(const struct alarm_load *l, int64_t now_us, struct alarm_figures *out)
{
    int64_t day = alarm_span(now_us, ALARM_DAY_US) - ALARM_KEPT_D;

    for (size_t i = 0; i < l->answer_count; i++) {
        const struct alarm_answer *a = &l->answers[i];
        if (a->day <= day)
            continue;
        out->due.n[a->category][a->level] += a->due;
        out->in_time.n[a->category][a->level] += a->in_time;
    }
}

static void add_entry(const struct alarm_load *l, const struct alarm_entry *e, int64_t now_us,
                      struct alarm_figures *out)
{
    int shown = e->level > 0 ? e->level : e->peak;

    out->standing.n[e->category][e->level] += e->known;
    out->stale.n[e->category][e->level] += alarm_is_stale(e, now_us);
    out->chattering.n[e->category][shown] += alarm_chatters(e, now_us);
    if (e->asked_level == 0)
        return;
    out->unacknowledged.n[e->category][e->asked_level]++;
    out->due.n[e->category][e->asked_level] += alarm_overdue(l, e, now_us);
}

void alarm_load_figures(const struct alarm_load *l, int64_t now_us, struct alarm_figures *out)
{
    *out = (struct alarm_figures){0};
    add_week(l, now_us, out);
    add_answers(l, now_us, out);
    for (size_t i = 0; i < l->entry_count; i++)
        add_entry(l, &l->entries[i], now_us, out);
}

int64_t alarm_sum(const struct alarm_counts *counts)
{
    int64_t sum = 0;

    for (int c = 0; c < CATEGORY_COUNT; c++)
        for (int level = LEVEL_BLUE; level <= LEVEL_RED; level++)
            sum += counts->n[c][level];
    return sum;
}

/* Two places in the buckets: those of the hour that ends a week, those of the one that left it. */
static void find_busiest(const struct alarm_load *l, struct alarm_totals *out)
{
    int64_t n = 0;
    size_t first = 0;

    out->busiest_us = INT64_MIN;
    for (size_t i = 0; i < l->bucket_count; i++) {
        n += l->buckets[i].count;
        out->counted += l->buckets[i].count;
        for (; l->buckets[first].hour <= l->buckets[i].hour - ALARM_WEEK_H; first++)
            n -= l->buckets[first].count;
        if (n <= out->busiest_week)
            continue;
        out->busiest_week = n;
        out->busiest_us = l->buckets[i].hour * ALARM_HOUR_US;
    }
}

void alarm_load_totals(const struct alarm_load *l, int64_t now_us, struct alarm_totals *out)
{
    *out = (struct alarm_totals){.alerts = l->alerts,
                                 .raised = l->raised,
                                 .chattered = l->chattered,
                                 .went_stale = l->went_stale};
    for (size_t i = 0; i < l->entry_count; i++)
        if (!l->entries[i].was_stale && alarm_is_stale(&l->entries[i], now_us))
            out->went_stale.n[l->entries[i].category][l->entries[i].level]++;
    find_busiest(l, out);
}
