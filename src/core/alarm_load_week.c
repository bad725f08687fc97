#include "alarm_load_parts.h"

#include <stdlib.h>
#include <string.h>

/* What of the week comes from one origin. */
struct share {
    const struct alarm_origin *origin;
    int64_t count;
};

struct shares {
    struct share *items; /* of every origin; count 0 left out by gather */
    size_t count;
    int64_t sum;
};

static bool in_scope(const struct alarm_scope *scope, const char *house)
{
    if (scope->only)
        return strcmp(scope->only, house) == 0;
    for (size_t i = 0; i < scope->without_count; i++)
        if (strcmp(scope->without[i], house) == 0)
            return false;
    return true;
}

static void add_buckets(const struct alarm_load *l, int64_t now_us, const struct alarm_scope *scope,
                        struct shares *s)
{
    int64_t hour = alarm_span(now_us, ALARM_HOUR_US);

    for (size_t i = alarm_first_bucket(l, hour - ALARM_WEEK_H + 1);
         i < l->bucket_count && l->buckets[i].hour <= hour; i++) {
        const struct alarm_bucket *b = &l->buckets[i];
        if (!in_scope(scope, l->origins[b->origin].house))
            continue;
        s->items[b->origin].count += b->count;
        s->sum += b->count;
    }
}

/* Free items. */
static enum err gather(const struct alarm_load *l, int64_t now_us, const struct alarm_scope *scope,
                       struct shares *s)
{
    *s = (struct shares){.items = calloc(l->origin_count + 1, sizeof *s->items)};
    if (!s->items)
        return ERR_NOMEM;
    add_buckets(l, now_us, scope, s);
    for (size_t i = 0; i < l->origin_count; i++)
        if (s->items[i].count > 0)
            s->items[s->count++] = (struct share){&l->origins[i], s->items[i].count};
    return ERR_OK;
}

/* --- groups of shares --- */

typedef int order_fn(const void *a, const void *b);

static int by_sensor(const void *x, const void *y)
{
    const struct share *a = x, *b = y;
    return strcmp(a->origin->sensor, b->origin->sensor);
}

static int by_house(const void *x, const void *y)
{
    const struct share *a = x, *b = y;
    return strcmp(a->origin->house, b->origin->house);
}

static int by_rule(const void *x, const void *y)
{
    const struct alarm_origin *a = ((const struct share *)x)->origin;
    const struct alarm_origin *b = ((const struct share *)y)->origin;
    int order = (int)a->category - (int)b->category;

    if (order == 0)
        order = (int)a->kind - (int)b->kind;
    if (order == 0)
        order = (int)a->of - (int)b->of;
    return order ? order : strcmp(a->limit, b->limit);
}

/* The largest group of equals in this order, the first of equally large ones; those without a name
 * for it are none. */
static struct share largest(struct shares *s, order_fn *order, bool (*named)(const struct share *))
{
    struct share best = {NULL, 0};

    qsort(s->items, s->count, sizeof *s->items, order);
    for (size_t from = 0, i; from < s->count; from = i) {
        int64_t n = 0;
        for (i = from; i < s->count && order(&s->items[from], &s->items[i]) == 0; i++)
            n += s->items[i].count;
        if (n > best.count && named(&s->items[from]))
            best = (struct share){s->items[from].origin, n};
    }
    return best;
}

static bool has_sensor(const struct share *s)
{
    return *s->origin->sensor != '\0';
}

static bool has_house(const struct share *s)
{
    return *s->origin->house != '\0';
}

static bool always(const struct share *s)
{
    return s->count > 0;
}

static struct alarm_cause cause_of(struct shares *s)
{
    struct share sensor = largest(s, by_sensor, has_sensor);
    bool alone = sensor.origin && 2 * sensor.count >= s->sum;
    struct share of = alone ? sensor : largest(s, by_rule, always);

    if (!of.origin)
        return (struct alarm_cause){.sensor = "", .house = "", .limit = ""};
    return (struct alarm_cause){.count = of.count,
                                .by_sensor = alone,
                                .sensor = alone ? of.origin->sensor : "",
                                .house = alone ? of.origin->house : "",
                                .category = of.origin->category,
                                .kind = of.origin->kind,
                                .of = of.origin->of,
                                .limit = alone ? "" : of.origin->limit};
}

enum err alarm_load_week(const struct alarm_load *l, int64_t now_us,
                         const struct alarm_scope *scope, struct alarm_week *out)
{
    struct shares s;
    enum err e = gather(l, now_us, scope, &s);

    if (e != ERR_OK)
        return e;
    *out = (struct alarm_week){s.sum, cause_of(&s)};
    free(s.items);
    return ERR_OK;
}

enum err alarm_load_worst_house(const struct alarm_load *l, int64_t now_us,
                                const struct alarm_scope *scope, struct alarm_house *out)
{
    struct shares s;
    enum err e = gather(l, now_us, scope, &s);

    if (e != ERR_OK)
        return e;
    struct share worst = largest(&s, by_house, has_house);
    *out = (struct alarm_house){worst.origin ? worst.origin->house : "", worst.count};
    free(s.items);
    return ERR_OK;
}

/* --- the budget --- */

double alarm_allowed(double budget_per_house_week, size_t houses, int house_most)
{
    double allowed = budget_per_house_week * (double)houses;

    return allowed > house_most ? allowed : house_most;
}

bool alarm_over(int64_t count, double allowed, bool was_over)
{
    return (double)count > (was_over ? 0.8 * allowed : allowed);
}
