#include <stdio.h>
#include <string.h>

#include "assess_parts.h"
#include "shikumen/core/derived.h"

static void pack_forecast(const struct finding_forecast *f, struct packed_finding *p)
{
    if (!f->limit)
        return;
    p->ahead_level = f->limit->level;
    p->ahead_of = (int32_t)f->limit->of;
    p->ahead_value = f->limit->value;
    p->t05_us = f->t05_us;
    p->t50_us = f->t50_us;
    p->t95_us = f->t95_us;
    p->p30 = f->p30;
    p->p180 = f->p180;
    p->p365 = f->p365;
}

struct packed_finding assess_pack(const struct finding *f)
{
    struct packed_finding p = {.kind = (int32_t)f->kind,
                               .level = f->level,
                               .unconfirmed = f->unconfirmed,
                               .value = f->value,
                               .reading = f->reading,
                               .baseline = f->baseline,
                               .t_us = f->t_us,
                               .since_us = f->since_us,
                               .model_version = f->model_version,
                               .cause = f->cause,
                               .together = f->together,
                               .error = f->error,
                               .jump = f->jump,
                               .unsettled = f->unsettled,
                               .moved = (int32_t)f->moved,
                               .asked = (int32_t)f->asked};
    if (f->limit) {
        p.limit_level = f->limit->level;
        p.of = (int32_t)f->limit->of;
        p.limit_value = f->limit->value;
    }
    pack_forecast(&f->forecast, &p);
    if (f->derived)
        snprintf(p.derived, sizeof p.derived, "%s", f->derived);
    return p;
}

static const struct limit *find_limit(const struct sensor *s, int32_t level, int32_t of,
                                      double value)
{
    for (size_t i = 0; s->limits && i < s->limits->count; i++) {
        const struct limit *l = &s->limits->limits[i];
        if (l->level == level && (int32_t)l->of == of && l->value == value)
            return l;
    }
    return NULL;
}

/* A limit of the sensor, or in the ladder of what is derived from it. */
static const struct limit *limit_of(const struct sensor *s, const struct derived *d, int32_t level,
                                    int32_t of, double value)
{
    return d->name ? derived_limit(d, level, value) : find_limit(s, level, of, value);
}

struct finding assess_unpack(const struct sensor *s, const struct packed_finding *p)
{
    struct derived d = {0};
    char name[sizeof p->derived + 1] = "";
    memcpy(name, p->derived, sizeof p->derived);
    if (!derived_find(name, &d))
        d.name = NULL;
    struct finding f = {.kind = (enum alert_kind)p->kind,
                        .level = p->level,
                        .limit = limit_of(s, &d, p->limit_level, p->of, p->limit_value),
                        .value = p->value,
                        .reading = p->reading,
                        .t_us = p->t_us,
                        .since_us = p->since_us,
                        .baseline = p->baseline,
                        .unconfirmed = p->unconfirmed != 0,
                        .error = p->error,
                        .jump = p->jump,
                        .unsettled = p->unsettled != 0,
                        .moved = (uint32_t)p->moved,
                        .asked = (uint32_t)p->asked,
                        .model_version = p->model_version,
                        .cause = p->cause,
                        .together = p->together != 0,
                        .derived = d.name};
    const struct limit *ahead = limit_of(s, &d, p->ahead_level, p->ahead_of, p->ahead_value);
    if (ahead)
        f.forecast = (struct finding_forecast){ahead,  p->t05_us, p->t50_us, p->t95_us,
                                               p->p30, p->p180,   p->p365};
    return f;
}
