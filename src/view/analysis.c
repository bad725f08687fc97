#include "shikumen/view/analysis.h"

const char *analysis_lack_name(enum analysis_lack lack)
{
    static const char *const names[] = {"", "not_for_it", "not_yet", "other"};

    return names[lack];
}

struct loading {
    struct desk *desk;
    struct slow *slow;
    uint64_t key;
    struct strbuf bytes;
    enum analysis_lack lack;
};

/* ERR_OK without the piece when that says why there is none. */
static enum err load_piece(struct loading *l, size_t piece)
{
    struct arena_mark mark = arena_mark(l->desk->arena);
    const char *name = slow_piece_name(l->slow, piece, l->desk->arena);
    enum err e = name ? state_slow_get(l->desk->state, name, &l->bytes) : ERR_NOMEM;

    if (e == ERR_NOTFOUND) {
        l->lack = ANALYSIS_NOT_YET;
        e = ERR_OK;
    } else if (e != ERR_OK) {
        e = desk_state(l->desk, e);
    } else {
        e = slow_unpack(l->slow, piece, l->key, l->desk->arena, l->bytes.data, l->bytes.len);
        if (e == ERR_RANGE) {
            l->lack = ANALYSIS_OTHER;
            e = ERR_OK;
        }
    }
    arena_rewind(l->desk->arena, mark);
    return e;
}

/* The whole, the sensor, and what its weather is taken of. */
static enum err load_pieces(struct loading *l, uint32_t sensor)
{
    struct slow_model model;
    enum err e = load_piece(l, 0);

    if (!slow_model_of(l->slow, sensor, &model)) {
        l->lack = ANALYSIS_NOT_FOR_IT;
        return e;
    }
    if (e == ERR_OK && l->lack == ANALYSIS_THERE)
        e = load_piece(l, slow_piece_of(sensor));
    for (size_t i = 0; i < model.offered_count && e == ERR_OK && l->lack == ANALYSIS_THERE; i++)
        e = load_piece(l, slow_piece_of(model.offered[i]));
    return e;
}

enum err analysis_load(struct desk *d, uint64_t registry_digest, uint32_t sensor,
                       struct analysis *out)
{
    struct loading l = {.desk = d, .key = slow_key(registry_digest)};
    enum err e;

    *out = (struct analysis){.sensor = sensor, .lack = ANALYSIS_NOT_YET};
    slow_trace_init(&out->trace, sensor);
    if (!d->state)
        return ERR_OK;
    l.slow = slow_new(d->registry);
    if (!l.slow)
        return ERR_NOMEM;
    e = load_pieces(&l, sensor);
    if (e == ERR_OK && l.lack == ANALYSIS_THERE)
        e = slow_trace_take(&out->trace, l.slow);
    if (e == ERR_OK && l.lack == ANALYSIS_THERE && out->trace.count == 0)
        l.lack = ANALYSIS_NOT_YET;
    out->lack = l.lack;
    slow_free(l.slow);
    strbuf_free(&l.bytes);
    return e;
}

void analysis_free(struct analysis *a)
{
    slow_trace_free(&a->trace);
}
