/* Sources of the registry against the profiles they name. */
#include <stdio.h>
#include <string.h>

#include "profile_part.h"
#include "shikumen/base/strbuf.h"

/* The value of p that makes this channel; NULL when none does. Those of a part with a channel of
 * its own are known by what follows it: "DS18B20-1/temperature". */
static const struct profile_value *value_of(const struct profile *p, const char *channel)
{
    const char *slash = strrchr(channel, '/');

    for (size_t i = 0; i < p->part_count; i++) {
        const struct profile_part *part = &p->parts[i];
        const char *name = part->channel.given && slash ? slash + 1 : channel;
        for (size_t k = 0; k < part->value_count; k++) {
            const struct profile_value *v = &part->values[k];
            if (strcmp(v->name, name) == 0 || v->any || (part->channel.given && !*v->name))
                return v;
        }
    }
    return NULL;
}

/* The envelopes' own values (signal strength) belong to every device inside. */
static const struct profile_value *value_outside(const struct profile_set *set,
                                                 const struct profile *p, const char *channel)
{
    const struct profile_value *v;

    for (size_t i = 0; i < set->count; i++)
        for (size_t k = 0; k < p->inside_count; k++)
            if (set->at[i].topic_count > 0 && (strcmp(set->at[i].id, p->inside[k]) == 0 ||
                                               strcmp(set->at[i].carries, p->inside[k]) == 0)) {
                v = value_of(&set->at[i], channel);
                if (v)
                    return v;
            }
    return NULL;
}

static bool unit_fits(const struct sensor *s, const struct profile_value *v)
{
    const struct unit_conversion *c;

    if (!v->unit)
        return true;
    for (size_t i = 0; i < s->calibration_count; i++)
        if (s->calibrations[i].raw == unit_raw_find(v->unit))
            return true;
    c = unit_find(s->quantity, v->unit);
    return c && strcmp(unit_canonical(c), s->canonical_unit) == 0;
}

static void append_channels(struct strbuf *out, const struct profile *p)
{
    for (size_t i = 0; i < p->part_count; i++)
        for (size_t k = 0; k < p->parts[i].value_count; k++)
            if (*p->parts[i].values[k].name)
                strbuf_printf(out, "%s%s", out->len ? ", " : "", p->parts[i].values[k].name);
}

static void unknown_profile(const struct profile_set *set, const struct sensor *s, const char *path,
                            const char *file, struct fault_list *faults)
{
    const char *names[512], *near = NULL;
    size_t n = set && set->count < 512 ? set->count : 0;

    for (size_t i = 0; i < n; i++)
        names[i] = set->at[i].id;
    if (n > 0)
        near = fault_suggest(s->source->profile, names, n);
    fault_add(faults, file, 0, "%s: there is no profile \"%s\"%s%s%s", path, s->source->profile,
              near  ? ", did you mean \""
              : set ? ""
                    : " (there is no folder of profiles)",
              near ? near : "", near ? "\"?" : "");
}

static void check_source(const struct profile_set *set, const struct sensor *s, size_t index,
                         const char *file, struct fault_list *faults)
{
    const struct profile *p = profile_find(set, s->source->profile);
    const struct profile_value *v;
    struct strbuf channels = {0};
    char path[64];

    snprintf(path, sizeof path, "sensors[%zu].source.%s", index, p ? "channel" : "profile");
    if (!p) {
        unknown_profile(set, s, path, file, faults);
        return;
    }
    if (p->format == PROFILE_SENML || p->format == PROFILE_SENML_CBOR)
        return;
    v = value_of(p, s->source->channel);
    if (!v)
        v = value_outside(set, p, s->source->channel);
    append_channels(&channels, p);
    if (!v)
        fault_add(faults, file, 0, "%s: profile \"%s\" has no channel \"%s\" (%s)", path, p->id,
                  s->source->channel, strbuf_text(&channels));
    else if (!unit_fits(s, v))
        fault_add(faults, file, 0,
                  "%s: \"%s\" is in %s, which is neither a unit of %s (%s) nor that of a "
                  "calibration of this sensor",
                  path, s->source->channel, v->unit, quantity_info(s->quantity)->name,
                  quantity_units_text(s->quantity));
    strbuf_free(&channels);
}

enum err profile_check_sources(const struct profile_set *set, const struct registry *r,
                               const char *registry_file, struct fault_list *faults)
{
    size_t before = faults->count;

    for (size_t i = 0; i < r->sensor_count; i++)
        if (r->sensors[i].source)
            check_source(set, &r->sensors[i], i, registry_file, faults);
    return faults->count > before ? ERR_CONFIG : ERR_OK;
}

/* --- ranges --- */

static double canonical(const struct sensor *s, const struct profile_value *v, double bound)
{
    const struct unit_conversion *c = v->unit ? unit_find(s->quantity, v->unit) : s->unit;

    return c ? unit_to_canonical(c, bound) : (double)NAN;
}

void profile_apply_ranges(const struct profile_set *set, struct registry *r)
{
    for (size_t i = 0; i < r->sensor_count; i++) {
        struct sensor *s = &r->sensors[i];
        const struct profile *p = s->source ? profile_find(set, s->source->profile) : NULL;
        const struct profile_value *v = p ? value_of(p, s->source->channel) : NULL;
        if (!v || s->calibration_count > 0)
            continue;
        double min = canonical(s, v, v->min), max = canonical(s, v, v->max);
        if (isfinite(min) && !(s->quality.fail_min >= min))
            s->quality.fail_min = min;
        if (isfinite(max) && !(s->quality.fail_max <= max))
            s->quality.fail_max = max;
    }
}
