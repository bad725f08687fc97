#include <math.h>

#include "registry_build.h"

#define COUNT_OF(table) (sizeof(table) / sizeof *(table))
#define S_PER_H         3600.0

/* The object "quality" of a sensor whose numbers stand in unit. */
struct quality_source {
    struct json_reader *r;
    const struct json_value *v;
    const struct unit_conversion *unit;
};

/* One bound of a range: null leaves that side open. */
static void read_bound(const struct quality_source *s, const struct json_value *at, double *bound)
{
    double x;

    *bound = NAN;
    if (cJSON_IsNull(at->item) || !json_number(s->r, at, &x))
        return;
    *bound = unit_to_canonical(s->unit, x);
    if (!isfinite(*bound))
        json_fault(s->r, at, "%.10g cannot be converted", x);
}

/* Member key, a pair [min, max]; null switches both off, absent leaves them. */
static void read_range(const struct quality_source *s, const char *key, double *min, double *max)
{
    struct json_value list, low, high;

    if (json_member_is_null(s->v, key))
        *min = *max = NAN;
    if (!json_get_list(s->r, s->v, key, JSON_MAY, &list) || !list.item)
        return;
    if (json_count(&list) != 2) {
        json_fault(s->r, &list, "a pair [least, greatest] is needed");
        return;
    }
    low = (struct json_value){.item = list.item->child, .up = &list, .index = 0};
    high = (struct json_value){.item = list.item->child->next, .up = &list, .index = 1};
    read_bound(s, &low, min);
    read_bound(s, &high, max);
    if (*min >= *max)
        json_fault(s->r, &list, "the first number is not below the second");
}

/* Member key, a difference of at least 0 in the sensor's unit; null gives off, absent leaves it. */
static void read_difference(const struct quality_source *s, const char *key, double off,
                            double *out)
{
    struct json_value at = json_member(s->v, key);
    double x, converted;

    if (json_member_is_null(s->v, key))
        *out = off;
    if (!json_get_number(s->r, s->v, key, JSON_MAY, &x))
        return;
    converted = unit_difference_to_canonical(s->unit, x);
    if (!(converted >= 0) || !isfinite(converted))
        json_fault(s->r, &at, "%.10g is not a threshold from 0 up", x);
    else
        *out = converted;
}

static void read_rate(const struct quality_source *s, const char *key, double *per_s)
{
    double per_h = *per_s * S_PER_H;

    if (!json_member(s->v, key).item && !json_member_is_null(s->v, key))
        return;
    read_difference(s, key, NAN, &per_h);
    *per_s = per_h / S_PER_H;
}

/* Seconds; null switches off. */
static void read_window(const struct quality_source *s, const char *key, int64_t *us)
{
    if (json_member_is_null(s->v, key))
        *us = 0;
    json_get_seconds(s->r, s->v, key, JSON_MAY, true, us);
}

static void read_overrides(const struct quality_source *s, struct quality_config *c)
{
    read_window(s, "gap_s", &c->gap_us);
    read_range(s, "fail", &c->fail_min, &c->fail_max);
    read_range(s, "suspect", &c->suspect_min, &c->suspect_max);
    read_difference(s, "spike_suspect", NAN, &c->spike_suspect);
    read_difference(s, "spike_fail", NAN, &c->spike_fail);
    read_rate(s, "rate_suspect_per_h", &c->rate_suspect_per_s);
    read_rate(s, "rate_fail_per_h", &c->rate_fail_per_s);
    read_difference(s, "rate_min_step", 0, &c->rate_min_step);
    read_difference(s, "flat_tolerance", NAN, &c->flat_tolerance);
    read_window(s, "flat_suspect_s", &c->flat_suspect_us);
    read_window(s, "flat_fail_s", &c->flat_fail_us);
    read_difference(s, "attenuated_suspect", NAN, &c->attenuated_suspect);
    read_difference(s, "attenuated_fail", NAN, &c->attenuated_fail);
    read_window(s, "attenuated_window_s", &c->attenuated_window_us);
}

void registry_read_quality(struct json_reader *r, const struct json_value *sensor,
                           const struct unit_conversion *unit, struct quality_config *config)
{
    static const char *const keys[] = {"gap_s",           "fail",
                                       "suspect",         "spike_suspect",
                                       "spike_fail",      "rate_min_step",
                                       "rate_fail_per_h", "rate_suspect_per_h",
                                       "flat_tolerance",  "flat_suspect_s",
                                       "flat_fail_s",     "attenuated_suspect",
                                       "attenuated_fail", "attenuated_window_s"};
    struct json_value quality = json_member(sensor, "quality");
    struct quality_source s = {.r = r, .v = sensor, .unit = unit};

    if (json_member(sensor, "range").item)
        read_range(&s, "range", &config->fail_min, &config->fail_max);
    if (!quality.item || !json_check_object(r, &quality, keys, COUNT_OF(keys)))
        return;
    s.v = &quality;
    read_overrides(&s, config);
}
