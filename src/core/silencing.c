#include "shikumen/core/silencing.h"

#include <string.h>

#define DAY_US (86400 * INT64_C(1000000))

bool silencing_scope_known(const struct registry *r, const char *scope)
{
    if (*scope == '\0')
        return false;
    for (size_t i = 0; i < r->house_count; i++)
        if (strcmp(scope, r->houses[i].lane) == 0 || strcmp(scope, r->houses[i].row) == 0)
            return true;
    return registry_house(r, scope) != REGISTRY_NONE ||
           registry_element(r, scope) != REGISTRY_NONE ||
           registry_sensor(r, scope, strlen(scope)) != REGISTRY_NONE;
}

bool silencing_in_force(const struct silencing *s, int64_t now_us)
{
    return s->ended_us == 0 && now_us >= s->from_us && now_us < s->until_us;
}

static bool counts(const struct silencing *s, enum alert_kind kind, int64_t now_us)
{
    return silencing_in_force(s, now_us) && (s->kind == KIND_COUNT || s->kind == kind);
}

static bool holds_sensor(struct silencings all, const struct registry *r, uint32_t sensor,
                         enum alert_kind kind, int64_t now_us)
{
    for (size_t i = 0; i < all.count; i++)
        if (counts(&all.items[i], kind, now_us) &&
            registry_sensor_in_scope(r, sensor, all.items[i].scope) &&
            strcmp(all.items[i].scope, r->district_id) != 0)
            return true;
    return false;
}

/* A house or element by itself. */
static bool in_scope(const struct registry *r, const struct silencing_subject *about,
                     const char *scope)
{
    uint32_t house = registry_house(r, about->house), element = registry_element(r, about->element);

    if (*scope == '\0' || strcmp(scope, r->district_id) == 0)
        return false;
    if (element != REGISTRY_NONE && registry_element_in_scope(r, element, scope))
        return true;
    return house != REGISTRY_NONE &&
           (strcmp(r->houses[house].id, scope) == 0 || strcmp(r->houses[house].lane, scope) == 0 ||
            strcmp(r->houses[house].row, scope) == 0);
}

bool silencing_matches(struct silencings all, const struct registry *r,
                       const struct silencing_subject *about, int64_t now_us)
{
    bool held = about->sensor_count > 0;

    if (about->level >= LEVEL_RED)
        return false;
    for (size_t i = 0; i < about->sensor_count && held; i++)
        held = about->sensors[i] < r->sensor_count &&
               holds_sensor(all, r, about->sensors[i], about->kind, now_us);
    for (size_t i = 0; i < all.count && about->sensor_count == 0 && !held; i++)
        held = counts(&all.items[i], about->kind, now_us) && in_scope(r, about, all.items[i].scope);
    return held;
}

int64_t silencing_reminder_us(const struct silencing *s)
{
    int64_t half_us = (s->until_us - s->from_us) / 2;

    return s->until_us - (half_us < DAY_US ? half_us : DAY_US);
}
