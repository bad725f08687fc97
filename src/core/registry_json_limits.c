#include <math.h>
#include <string.h>

#include "registry_build.h"

#define COUNT_OF(table)  (sizeof(table) / sizeof *(table))
#define LIMITS_MAX       64
#define CURVE_MAX        64
#define CLEAR_FRACTION   0.9
#define CONFIDENCE_MARKS "V, S, C, J, M"

/* One limit being read: how its numbers are converted. */
struct limit_source {
    struct json_reader *r;
    const struct json_value *v;
    const struct unit_conversion *unit; /* NULL: as given (percent of a baseline, or faulty) */
    struct limit *limit;
};

static double canonical(const struct limit_source *s, double x)
{
    enum limit_of of = s->limit->of;

    if (!s->unit)
        return x;
    if (of == LIMIT_VALUE || of == LIMIT_EVENT)
        return unit_to_canonical(s->unit, x);
    return unit_difference_to_canonical(s->unit, x);
}

static void read_of(const struct limit_source *s)
{
    const char *names[LIMIT_OF_COUNT];
    size_t of = LIMIT_VALUE;

    for (size_t i = 0; i < LIMIT_OF_COUNT; i++)
        names[i] = limit_of_name((enum limit_of)i);
    if (json_get_choice(s->r, s->v, "of", JSON_MUST, "what a limit can be of", names,
                        LIMIT_OF_COUNT, &of))
        s->limit->of = (enum limit_of)of;
}

static void read_unit(struct limit_source *s, enum quantity q)
{
    const char *unit = json_get_text(s->r, s->v, "unit", JSON_MUST);
    struct json_value at = json_member(s->v, "unit");

    s->limit->unit = json_keep(s->r, unit);
    if (!unit)
        return;
    if (s->limit->of == LIMIT_PERCENT_CHANGE) {
        if (strcmp(unit, "%") != 0)
            json_fault(s->r, &at, "\"%s\" is not the unit of a percent change (%%)", unit);
        return;
    }
    s->unit = unit_find(q, unit);
    if (!s->unit)
        json_fault(s->r, &at, "\"%s\" is not a unit of %s (%s)", unit, quantity_info(q)->name,
                   quantity_units_text(q));
}

static bool read_point(const struct limit_source *s, const struct json_value *v,
                       struct curve_point *point)
{
    double pair[2] = {0, 0};
    size_t i = 0;

    if (!cJSON_IsArray(v->item) || json_count(v) != 2) {
        json_fault(s->r, v, "a pair [frequency in Hz, value] is needed");
        return false;
    }
    for (const cJSON *c = v->item->child; c; c = c->next, i++) {
        struct json_value at = {.item = c, .up = v, .index = i};
        if (!json_number(s->r, &at, &pair[i]))
            return false;
        if (pair[i] <= 0) {
            json_fault(s->r, &at, "%.10g is not above 0", pair[i]);
            return false;
        }
    }
    *point = (struct curve_point){.frequency_hz = pair[0], .value = canonical(s, pair[1])};
    return true;
}

static void read_curve(const struct limit_source *s)
{
    struct json_value list;
    struct curve_point *points;
    size_t i = 0;

    if (!json_get_list(s->r, s->v, "curve", JSON_MAY, &list) || !list.item)
        return;
    if (s->limit->of != LIMIT_EVENT || json_count(&list) == 0 || json_count(&list) > CURVE_MAX) {
        json_fault(s->r, &list, "only a limit of an event has a curve, of 1..%d points", CURVE_MAX);
        return;
    }
    points = json_keep_array(s->r, json_count(&list), sizeof *points);
    for (const cJSON *c = list.item->child; c && points; c = c->next, i++) {
        struct json_value at = {.item = c, .up = &list, .index = i};
        if (read_point(s, &at, &points[i]) && i > 0 &&
            points[i].frequency_hz <= points[i - 1].frequency_hz)
            json_fault(s->r, &at, "the frequency does not ascend");
    }
    s->limit->curve = points;
    s->limit->curve_len = points ? i : 0;
}

/* value and clear; a factor on the curve is not converted. */
static void read_value(struct limit_source *s)
{
    struct limit *l = s->limit;
    struct json_value at = json_member(s->v, "value"), clear_at = json_member(s->v, "clear");
    double clear;

    if (l->curve)
        s->unit = NULL;
    if (!json_get_number(s->r, s->v, "value", JSON_MUST, &l->shown_value))
        return;
    clear = l->shown_value * (l->shown_value < 0 ? 2 - CLEAR_FRACTION : CLEAR_FRACTION);
    json_get_number(s->r, s->v, "clear", JSON_MAY, &clear);
    l->value = canonical(s, l->shown_value);
    l->clear = canonical(s, clear);
    l->below = clear > l->shown_value;
    if (!isfinite(l->value))
        json_fault(s->r, &at, "%.10g %s cannot be converted", l->shown_value, l->unit);
    else if (!isfinite(l->clear))
        json_fault(s->r, &clear_at, "%.10g %s cannot be converted", clear, l->unit);
    else if (l->clear == l->value)
        json_fault(s->r, &clear_at,
                   "must differ from value, or the limit is entered and left at "
                   "once; below it, or above it for a lower limit");
    else if ((l->of == LIMIT_EVENT || l->of == LIMIT_PERCENT_CHANGE) && l->shown_value <= 0)
        json_fault(s->r, &at, "%.10g is not above 0", l->shown_value);
    else if (l->of == LIMIT_EVENT && l->below)
        json_fault(s->r, &clear_at, "an event has no lower limit: must be below value");
}

static void read_times(const struct limit_source *s)
{
    struct limit *l = s->limit;
    struct json_value window = json_member(s->v, "window_s");

    json_get_seconds(s->r, s->v, "persist_s", JSON_MAY, false, &l->persist_us);
    l->clear_persist_us = l->persist_us;
    json_get_seconds(s->r, s->v, "clear_persist_s", JSON_MAY, false, &l->clear_persist_us);
    if (l->of == LIMIT_RATE)
        json_get_seconds(s->r, s->v, "window_s", JSON_MUST, true, &l->window_us);
    else if (window.item)
        json_fault(s->r, &window, "only a limit of a rate has a window");
}

static void read_origin(const struct limit_source *s, bool in_place)
{
    static const char *const marks[] = {"V", "S", "C", "J", "M"};
    enum json_need need = in_place ? JSON_MAY : JSON_MUST;
    struct limit *l = s->limit;
    size_t mark = 3;

    l->source = json_keep(s->r, json_get_text(s->r, s->v, "source", need));
    l->clause = json_keep(s->r, json_get_text(s->r, s->v, "clause", need));
    l->edition = json_keep(s->r, json_get_text(s->r, s->v, "edition", JSON_MAY));
    if (json_get_choice(s->r, s->v, "mark", need, "a confidence mark", marks, COUNT_OF(marks),
                        &mark) ||
        in_place)
        l->mark = marks[mark < COUNT_OF(marks) ? mark : 3][0];
}

static void read_limit(struct json_reader *r, const struct json_value *v, enum quantity q,
                       bool in_place, struct limit *limit)
{
    static const char *const keys[] = {
        "level",           "of",       "value",  "clear",  "unit",    "curve", "label", "persist_s",
        "clear_persist_s", "window_s", "source", "clause", "edition", "mark"};
    struct limit_source s = {.r = r, .v = v, .limit = limit};

    if (!json_check_object(r, v, keys, COUNT_OF(keys)))
        return;
    json_get_whole(r, v, "level", JSON_MUST, 1, 4, &limit->level);
    read_of(&s);
    read_unit(&s, q);
    read_curve(&s);
    read_value(&s);
    read_times(&s);
    read_origin(&s, in_place);
    registry_read_name(r, v, "label", "");
}

/* Stable: limits of one level stay in the order of the file. */
static void sort_by_level(struct limit *limits, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct limit moved = limits[i];
        size_t j = i;
        for (; j > 0 && limits[j - 1].level < moved.level; j--)
            limits[j] = limits[j - 1];
        limits[j] = moved;
    }
}

void registry_read_limits(struct json_reader *r, const struct json_value *list, enum quantity q,
                          bool in_place, struct limit_set *set)
{
    size_t count = json_count(list), i = 0;
    struct limit *limits;

    if (count > LIMITS_MAX) {
        json_fault(r, list, "%zu limits, at most %d are allowed", count, LIMITS_MAX);
        return;
    }
    limits = json_keep_array(r, count, sizeof *limits);
    if (!limits)
        return;
    for (const cJSON *c = list->item->child; c; c = c->next, i++) {
        struct json_value at = {.item = c, .up = list, .index = i};
        limits[i].unit = limits[i].source = limits[i].clause = limits[i].edition = "";
        read_limit(r, &at, q, in_place, &limits[i]);
    }
    sort_by_level(limits, count);
    set->limits = limits;
    set->count = count;
}

void registry_read_limit_set(struct json_reader *r, const struct json_value *document,
                             struct limit_set *set)
{
    static const char *const keys[] = {"name", "title", "quantity", "limits", "note"};
    const char *quantities[Q_COUNT];
    struct json_value list;
    struct bilingual title;
    size_t q = Q_COUNT;

    if (!json_check_object(r, document, keys, COUNT_OF(keys)))
        return;
    for (size_t i = 0; i < Q_COUNT; i++)
        quantities[i] = quantity_info((enum quantity)i)->name;
    set->name = json_keep(r, json_get_text(r, document, "name", JSON_MUST));
    title = registry_read_name(r, document, "title", set->name);
    set->title_zh = title.zh;
    set->title_en = title.en;
    registry_read_name(r, document, "note", "");
    if (json_get_list(r, document, "limits", JSON_MUST, &list) && list.item->child == NULL)
        json_fault(r, &list, "empty, a limit is needed");
    if (!json_get_choice(r, document, "quantity", JSON_MUST, "a quantity", quantities, Q_COUNT, &q))
        return;
    set->quantity = (enum quantity)q;
    if (list.item)
        registry_read_limits(r, &list, set->quantity, false, set);
}
