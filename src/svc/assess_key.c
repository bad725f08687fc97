#include <string.h>

#include "assess_parts.h"

const char *assess_element_id(const struct registry *r, uint32_t sensor)
{
    uint32_t e = sensor == REGISTRY_NONE ? REGISTRY_NONE : r->sensors[sensor].element;
    return e == REGISTRY_NONE ? "" : r->elements[e].id;
}

char *assess_condition_key(struct assess *a, uint32_t sensor, const struct finding *f,
                           bool together)
{
    const struct registry *r = a->plan->registry;
    const struct sensor *s = &r->sensors[sensor];
    const char *what = assess_element_id(r, sensor), *quantity = quantity_info(s->quantity)->name;
    const char *name = alert_kind_name(f->kind == KIND_STEP ? KIND_TREND : f->kind);
    if (f->derived)
        quantity = arena_printf(&a->arena, "%s|%s", quantity, f->derived);
    if (!quantity)
        return NULL;
    if (together && s->house != REGISTRY_NONE)
        return arena_printf(&a->arena, "%s|row:%s/%s|%s", name, r->houses[s->house].lane,
                            r->houses[s->house].row, quantity);
    return arena_printf(&a->arena, "%s|%s|%s", name, *what ? what : s->id, quantity);
}

/* Behind the place in "moisture|PLACE|…"; NULL: another key. */
static const char *behind_damp_place(const char *key)
{
    return strncmp(key, "moisture|", 9) == 0 ? strchr(key + 9, '|') : NULL;
}

static bool is_rate(const char *key)
{
    return strncmp(key, "rate|", 5) == 0;
}

char *assess_episode_key(struct assess *a, const char *condition)
{
    const char *rest = behind_damp_place(condition);
    if (rest)
        return arena_printf(&a->arena, "%.*s", (int)(rest - condition), condition);
    if (is_rate(condition))
        return arena_printf(&a->arena, "trend%s", condition + 4);
    return arena_strdup(&a->arena, condition);
}

bool assess_is_former_key(const char *episode)
{
    return behind_damp_place(episode) != NULL || is_rate(episode);
}
