/* What metrics are called: members of templates by the metric they stand in, and names whose type
 * and unit only the birth has. */
#include <string.h>

#include "shikumen/base/strmap.h"
#include "sparkplug_parts.h"

bool sparkplug_join(struct sparkplug *s, struct spb_metric *m)
{
    const struct spb_metric *parent;

    if (m->parent == SPB_TOP || m->joined)
        return true;
    parent = &s->payload.metrics[m->parent];
    if (!m->name || !parent->name || (parent->parent != SPB_TOP && !parent->joined))
        return false;
    m->name = arena_printf(s->w->arena, "%s/%s", parent->name, m->name);
    s->w->out_of_memory = s->w->out_of_memory || !m->name;
    m->joined = m->name != NULL;
    return m->joined;
}

void sparkplug_join_all(struct sparkplug *s)
{
    for (size_t i = 0; i < s->payload.count; i++) /* parents stand before their members */
        if (s->payload.metrics[i].name)
            (void)sparkplug_join(s, &s->payload.metrics[i]);
}

uint64_t sparkplug_names(const struct sparkplug *s)
{
    return s->device_hash & ~1ULL;
}

uint64_t sparkplug_name_key(const char *name)
{
    return hash64(2, name, strlen(name));
}
