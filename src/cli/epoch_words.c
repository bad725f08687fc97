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
