#include "slow_works.h"

int64_t slow_works_load_us(const struct registry *r, uint32_t sensor, int64_t now_us)
{
    if (r->sensors[sensor].quantity != Q_SETTLEMENT)
        return INT64_MIN;
    for (size_t i = r->epoch_count; i > 0; i--) {
        const struct epoch *e = &r->epochs[i - 1];
        if (e->kind == EPOCH_EXCAVATION && e->t_us <= now_us &&
            registry_sensor_in_scope(r, sensor, e->scope))
            return e->t_us;
    }
    return INT64_MIN;
}

void slow_works_gather(const struct registry *r, uint32_t element, int64_t now_us,
                       struct gathered *g)
{
    for (size_t i = 0; i < r->epoch_count; i++) {
        const struct epoch *e = &r->epochs[i];
        if (e->kind != EPOCH_EXCAVATION || e->t_us > now_us || e->until_us <= now_us ||
            !registry_element_in_scope(r, element, e->scope))
            continue;
        gather_evidence(g, &(struct risk_evidence){.kind = EVIDENCE_WORKS,
                                                   .sensor = REGISTRY_NONE,
                                                   .quality = 1,
                                                   .cause = CAUSE_WORKS,
                                                   .from_us = e->t_us,
                                                   .to_us = now_us});
        return; /* one is enough */
    }
}
