/* Which waveforms are worth their space. */
#include <math.h>

#include "shikumen/core/burst.h"

static enum burst_fate fate_of(double ratio)
{
    if (ratio >= BURST_KEEP_RATIO)
        return BURST_KEEP;
    return ratio < BURST_DROP_RATIO ? BURST_DROP : BURST_STAY; /* NaN stays */
}

void burst_fates(const double *ratio, size_t n, enum burst_fate *fate)
{
    size_t largest = n;

    for (size_t i = 0; i < n; i++) {
        fate[i] = fate_of(ratio[i]);
        if (!isnan(ratio[i]) && (largest == n || ratio[i] > ratio[largest]))
            largest = i;
    }
    if (largest < n)
        fate[largest] = BURST_KEEP;
}

double burst_limit_ratio(const struct vibration_event *event, const struct limit_set *limits)
{
    double ratio = 0;

    for (size_t i = 0; limits && i < limits->count; i++) {
        const struct limit *l = &limits->limits[i];
        double at = l->value;

        if (l->of != LIMIT_EVENT)
            continue;
        if (l->curve_len > 0)
            at *= curve_at(l->curve, l->curve_len, event->frequency_hz);
        if (at > 0)
            ratio = fmax(ratio, event->peak_mm_s / at);
    }
    return ratio;
}

enum err burst_rate(const struct registry *r, uint32_t sensor, const void *json, size_t n,
                    struct arena *arena, double *ratio)
{
    const struct burst_site site = burst_site(r, sensor);
    struct burst_assessment *a = arena_alloc(arena, sizeof *a);
    struct burst_record record;
    enum err e = a ? burst_read(json, n, BURST_SAMPLES, arena, &record) : ERR_NOMEM;

    if (!e)
        e = burst_assess(&record, &site, arena, a);
    if (!e)
        *ratio = fmax(burst_worst_ratio(&a->event),
                      burst_limit_ratio(&a->event, r->sensors[sensor].limits));
    return e;
}
