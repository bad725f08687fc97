#include "shikumen/view/origins.h"

#include <string.h>

#include "shikumen/base/utc.h"

/* Rows on their way: those of one sensor come one after the other. */
struct taking {
    const struct census *census;
    struct arena *arena;
    const char **lists;
    uint32_t stored, index; /* the sensor whose list is being made; REGISTRY_NONE: of nobody here */
    struct strbuf list;
};

static uint32_t index_of(const struct census *census, uint32_t stored)
{
    for (uint32_t i = 0; i < census->registry->sensor_count; i++)
        if (census->last[i].id == stored)
            return i;
    return REGISTRY_NONE;
}

static enum err finish(struct taking *t)
{
    enum err e = ERR_OK;

    if (t->index != REGISTRY_NONE && t->list.len > 0) {
        strbuf_putc(&t->list, ']');
        t->lists[t->index] = arena_strndup(t->arena, strbuf_text(&t->list), t->list.len);
        e = t->list.failed || !t->lists[t->index] ? ERR_NOMEM : ERR_OK;
    }
    strbuf_clear(&t->list);
    return e;
}

static void put_profile(struct strbuf *out, const char *name, int version, uint64_t digest,
                        const char *prefix)
{
    strbuf_json_string(out, name, strlen(name));
    strbuf_printf(out, ",\"%sversion\":%d,\"%sdigest\":\"%016llx\"", prefix, version, prefix,
                  (unsigned long long)digest);
}

static enum err take(void *context, const struct origin_row *row)
{
    struct taking *t = context;
    const struct reading_origin *o = &row->origin;
    char first[UTC_TEXT_SIZE], last[UTC_TEXT_SIZE];

    if (row->sensor != t->stored) {
        enum err e = finish(t);
        if (e != ERR_OK)
            return e;
        t->stored = row->sensor;
        t->index = index_of(t->census, row->sensor);
    }
    strbuf_puts(&t->list, t->list.len > 0 ? "," : "[");
    strbuf_puts(&t->list, "{\"profile\":");
    put_profile(&t->list, o->profile, o->version, o->digest, "");
    strbuf_puts(&t->list, ",\"envelope\":");
    if (*o->envelope)
        put_profile(&t->list, o->envelope, o->envelope_version, o->envelope_digest, "envelope_");
    else
        strbuf_puts(&t->list, "null");
    strbuf_printf(&t->list, ",\"first_rx\":\"%s\",\"last_rx\":\"%s\"}",
                  utc_format(row->first_rx_us, first), utc_format(row->last_rx_us, last));
    return ERR_OK;
}

enum err origins_take(struct desk *d, const struct census *census, uint32_t only,
                      const char *const **by_sensor)
{
    size_t count = census->registry->sensor_count;
    struct taking t = {.census = census, .arena = d->arena, .index = REGISTRY_NONE};
    uint32_t stored = only == REGISTRY_NONE ? 0 : census->last[only].id;
    enum err e = ERR_OK;

    t.lists = arena_array(d->arena, count + 1, sizeof *t.lists);
    if (!t.lists)
        return ERR_NOMEM;
    if (d->readings && (only == REGISTRY_NONE || stored != 0))
        e = reader_origins(d->readings, stored, take, &t);
    if (e == ERR_OK)
        e = finish(&t);
    strbuf_free(&t.list);
    *by_sensor = t.lists;
    return e;
}
