/* SenML packs shown like what other profiles make of messages. */
#include <string.h>

#include "profile_part.h"
#include "shikumen/core/senml.h"

/* Device and channel of a name; the whole is the channel when it has no parts. */
static bool split(struct arena *arena, const char *name, struct profile_reading *r)
{
    size_t n = strlen(name);

    while (n > 0 && name[n - 1] != '/' && name[n - 1] != ':')
        n--;
    r->device = n > 1 ? arena_strndup(arena, name, n - 1) : "";
    r->channel = arena_strdup(arena, name + (n > 1 ? n : 0));
    return r->device && r->channel;
}

static bool show(struct arena *arena, const struct senml_record *rec, struct profile_reading *r)
{
    bool number = rec->kind == SENML_NUMBER || rec->kind == SENML_BOOLEAN;

    *r = (struct profile_reading){.unit = rec->unit,
                                  .quantity = Q_COUNT,
                                  .value = rec->value,
                                  .t_us = rec->t_us,
                                  .clock = rec->relative_time ? "arrival" : "device",
                                  .text = rec->text ? rec->text : "",
                                  .fault = rec->fault ? senml_fault_words(rec->fault) : NULL};
    if (!r->fault && !number)
        r->fault = "not a number";
    return split(arena, rec->name ? rec->name : "", r);
}

enum err profile_read_senml(const struct message *m, struct arena *arena,
                            struct profile_result *out)
{
    bool cbor = out->envelope && out->envelope->format == PROFILE_SENML_CBOR;
    struct senml_pack pack;
    enum err e = cbor ? senml_parse_cbor(m->payload, m->payload_len, NULL, m->rx_us, arena, &pack)
                      : senml_parse(m->payload, m->payload_len, NULL, m->rx_us, arena, &pack);

    if (e != ERR_OK)
        return e;
    out->why = pack.fault ? pack.detail : NULL;
    out->readings = arena_array(arena, pack.count, sizeof *out->readings);
    if (!out->readings)
        return ERR_NOMEM;
    for (size_t i = 0; i < pack.count; i++)
        if (!show(arena, &pack.records[i], &out->readings[out->reading_count++]))
            return ERR_NOMEM;
    return ERR_OK;
}
