#include "shikumen/base/strbuf.h"
#include "slow_private.h"

enum err slow_tell(const struct slow_sink *sink, uint32_t sensor, const struct finding *f)
{
    return sink->finding ? sink->finding(sink->context, sensor, f) : ERR_OK;
}

enum err slow_tell_ahead(const struct slow_sink *sink, const struct registry *r, uint32_t element,
                         const struct limit *l, int64_t day, struct arena *arena,
                         struct ledger_entry entry)
{
    struct strbuf source = {0};

    if (!sink->forecast)
        return ERR_OK;
    ledger_put_source(l, &source);
    entry.limit_source = source.failed ? NULL : arena_strdup(arena, strbuf_text(&source));
    strbuf_free(&source);
    entry.at_us = (day + 1) * DAY_US;
    entry.element = element == REGISTRY_NONE ? "" : r->elements[element].id;
    entry.limit = l->value;
    entry.of = l->of;
    return entry.limit_source ? sink->forecast(sink->context, &entry) : ERR_NOMEM;
}
