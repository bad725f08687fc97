#include "epoch_words.h"

#include <string.h>

const char *epoch_kinds_text(struct ctl *c)
{
    struct strbuf all = {0};
    const char *text;

    for (int kind = 0; kind < EPOCH_KIND_COUNT; kind++)
        strbuf_printf(&all, "%s%s", kind > 0 ? ", " : "", epoch_kind_name((enum epoch_kind)kind));
    text = arena_strdup(&c->arena, strbuf_text(&all));
    strbuf_free(&all);
    return text ? text : "";
}

static bool is_lane_or_row(const struct registry *r, const char *scope)
{
    for (size_t i = 0; i < r->house_count; i++)
        if (strcmp(scope, r->houses[i].lane) == 0 || strcmp(scope, r->houses[i].row) == 0)
            return true;
    return false;
}

bool epoch_scope_known(const struct registry *r, const char *scope)
{
    return strcmp(scope, r->district_id) == 0 ||
           registry_sensor(r, scope, strlen(scope)) != REGISTRY_NONE ||
           registry_element(r, scope) != REGISTRY_NONE ||
           registry_house(r, scope) != REGISTRY_NONE || is_lane_or_row(r, scope);
}

const char *epoch_scope_near(struct ctl *c, const char *scope)
{
    const struct registry *r = c->plan->registry;
    size_t room = r->sensor_count + r->element_count + 3 * r->house_count + 1, n = 0;
    const char **names = arena_array(&c->arena, room, sizeof *names);

    if (!names)
        return NULL;
    names[n++] = r->district_id;
    for (size_t i = 0; i < r->house_count; i++) {
        names[n++] = r->houses[i].id;
        names[n++] = r->houses[i].lane;
        names[n++] = r->houses[i].row;
    }
    for (size_t i = 0; i < r->element_count; i++)
        names[n++] = r->elements[i].id;
    for (size_t i = 0; i < r->sensor_count; i++)
        names[n++] = r->sensors[i].id;
    return fault_suggest(scope, names, n);
}
