/* How each house stood at both ends of the span, and what its sensors come to. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report_parts.h"
#include "shikumen/base/clock.h"

#define POOR_COVERAGE  0.8
#define SILENT_PERIODS 5

/* --- what was said of it --- */

struct lines {
    struct report *r;
    struct report_house *h;
    struct report_list list;
};

static cJSON *parse(const struct state_risk *x)
{
    return cJSON_Parse(x->line);
}

/* Latest first. ERR_EXISTS ends it: nothing further is needed. */
static enum err take_line(void *context, const struct state_risk *x)
{
    struct lines *l = context;
    const struct report *r = l->r;
    struct report_point *point;

    if (x->at_us > r->to_us)
        return ERR_OK;
    if (!l->h->line && !(l->h->line = parse(x)))
        return ERR_NOMEM;
    if (!l->h->before && x->at_us <= r->from_us && !(l->h->before = parse(x)))
        return ERR_NOMEM;
    if (r->house == REGISTRY_NONE)
        return l->h->before ? ERR_EXISTS : ERR_OK;
    point = report_grow(l->r, &l->list, (void **)&l->h->history, sizeof *point);
    if (!point)
        return ERR_NOMEM;
    *point = (struct report_point){x->at_us, x->score, x->p365, x->grey};
    return ERR_OK;
}

static void turn_round(struct report_point *p, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        struct report_point x = p[i];
        p[i] = p[n - 1 - i];
        p[n - 1 - i] = x;
    }
}

static enum err take_risk(struct report *r, struct report_house *h)
{
    struct lines l = {.r = r, .h = h};
    enum err e = ERR_OK;

    if (r->d->state)
        e = state_risk_each(r->d->state, r->registry->houses[h->house].id, take_line, &l);
    h->history_count = l.list.count;
    turn_round(h->history, h->history_count);
    return e == ERR_EXISTS ? ERR_OK : desk_state(r->d, e);
}

/* --- what its sensors come to --- */

static void add_sensor(struct report *r, const struct report_sensor *s)
{
    const struct sensor *of = &r->registry->sensors[s->sensor];
    struct report_house *h = report_house_at(r, of->house);

    if (!h || s->instrument)
        return;
    h->sensors++;
    if (s->records_only)
        return;
    h->due += s->due;
    h->there += fmin(s->due, (double)s->passed);
    h->gaps += s->gaps;
    h->sensors_poor += s->due > 0 && s->coverage < POOR_COVERAGE;
    h->sensors_silent +=
        of->period_us > 0 && s->due > 0 &&
        (s->last_us == INT64_MIN || r->to_us - s->last_us > SILENT_PERIODS * of->period_us);
}

static enum err add_houses(struct report *r)
{
    r->houses = arena_array(r->d->arena, r->registry->house_count + 1, sizeof *r->houses);
    if (!r->houses)
        return ERR_NOMEM;
    for (size_t i = 0; i < r->registry->house_count; i++)
        if (report_about(r, (uint32_t)i))
            r->houses[r->house_count++] = (struct report_house){.house = (uint32_t)i};
    return ERR_OK;
}

/* --- the worst first --- */

static double member(const cJSON *line, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(line, name);

    return cJSON_IsNumber(item) ? item->valuedouble : -1;
}

/* By score, what is not known last; of equals as the registry has them. */
static int by_score(const void *a, const void *b)
{
    const struct report_house *x = a, *y = b;
    double sx = member(x->line, "score"), sy = member(y->line, "score");

    if (sx < sy || sx > sy)
        return sx < sy ? 1 : -1;
    return x->house < y->house ? -1 : x->house > y->house;
}

enum err report_take_houses(struct report *r)
{
    enum err e = add_houses(r);

    for (size_t i = 0; e == ERR_OK && i < r->house_count; i++)
        e = take_risk(r, &r->houses[i]);
    if (e != ERR_OK)
        return e;
    for (size_t i = 0; i < r->sensor_list.count; i++)
        add_sensor(r, &r->sensors[i]);
    for (size_t i = 0; i < r->house_count; i++) {
        struct report_house *h = &r->houses[i];
        h->coverage = h->due > 0 ? h->there / h->due : (double)NAN;
    }
    qsort(r->houses, r->house_count, sizeof *r->houses, by_score);
    return ERR_OK;
}
