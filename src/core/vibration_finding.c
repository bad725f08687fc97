/* What is made of the findings of one house, and of those of a row. */
#include <stddef.h>

#include "vibration_day.h"

#define ROW_HOUSES 2

int vibration_finding_level(enum vibration_finding_kind kind, const struct vibration_finding *f)
{
    static const double step[] = {VIBRATION_ATTENTION, 0.8, 1.0};
    int level = 0;

    if (!f->active)
        return 0;
    for (size_t i = 0; i < sizeof step / sizeof *step; i++)
        level += f->worst.limit && f->worst.ratio >= step[i];
    if (kind != VIBRATION_CONSTRUCTION)
        return level;
    if (f->night >= VIBRATION_BURSTS_GO_ON || f->sunday >= VIBRATION_BURSTS_GO_ON)
        return level > 2 ? level : 2;
    return level > 0 ? level : 1;
}

static void merge(struct vibration_finding *row, const struct vibration_finding *f)
{
    if (f->since_us < row->since_us)
        row->since_us = f->since_us;
    if (f->last_us > row->last_us)
        row->last_us = f->last_us;
    if (f->count > row->count)
        row->count = f->count;
    if (f->peak_mm_s > row->peak_mm_s) {
        row->peak_mm_s = f->peak_mm_s;
        row->peak_us = f->peak_us;
    }
    if (f->night > row->night)
        row->night = f->night;
    if (f->sunday > row->sunday)
        row->sunday = f->sunday;
    row->blasting = row->blasting && f->blasting;
    vibration_worse(&row->worst, &f->worst);
}

bool vibration_row_finding(const struct vibration_finding *const *of_house, size_t n,
                           struct vibration_finding *out, size_t *houses)
{
    *houses = 0;
    *out = (struct vibration_finding){
        .since_us = VIBRATION_NEVER, .last_us = VIBRATION_NEVER, .peak_us = VIBRATION_NEVER};
    for (size_t i = 0; i < n; i++) {
        if (!of_house[i]->active)
            continue;
        if ((*houses)++ == 0)
            *out = *of_house[i];
        else
            merge(out, of_house[i]);
    }
    out->active = *houses >= ROW_HOUSES;
    return out->active;
}
