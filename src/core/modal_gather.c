/* Bursts of a house into pieces of record with the same channels. */
#include <math.h>

#include "shikumen/base/strmap.h"
#include "shikumen/core/modal_watch.h"

#define BURSTS_MAX 4096
#define SYNC_US    1000

/* Bursts of one moment: order[from .. to - 1]. */
struct moment {
    size_t from, to, channels, rows;
    uint64_t layout;
};

struct gathering {
    const struct modal_burst *burst;
    size_t *order;
    struct moment *moment;
    size_t moments;
};

static int compare(const struct modal_burst *a, const struct modal_burst *b)
{
    const struct burst_record *x = a->record, *y = b->record;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->fs_hz < y->fs_hz || x->fs_hz > y->fs_hz)
        return x->fs_hz < y->fs_hz ? -1 : 1;
    if (x->t_us != y->t_us)
        return x->t_us < y->t_us ? -1 : 1;
    return (a->sensor > b->sensor) - (a->sensor < b->sensor);
}

/* By rate, time and sensor; they mostly come in order. */
static size_t sort_bursts(struct gathering *g, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        size_t at = kept;

        if (g->burst[i].record->fault || !g->burst[i].record->conv)
            continue;
        for (; at > 0 && compare(&g->burst[g->order[at - 1]], &g->burst[i]) > 0; at--)
            g->order[at] = g->order[at - 1];
        g->order[at] = i;
        kept++;
    }
    return kept;
}

static bool together(const struct burst_record *a, const struct burst_record *b)
{
    return a->kind == b->kind && !(a->fs_hz < b->fs_hz) && !(a->fs_hz > b->fs_hz) &&
           b->t_us - a->t_us <= SYNC_US;
}

/* Within a moment by sensor alone, so that small differences of time do not change the layout. */
static void sort_moment(struct gathering *g, const struct moment *m)
{
    for (size_t i = m->from + 1; i < m->to; i++) {
        size_t held = g->order[i], at = i;

        for (; at > m->from && g->burst[g->order[at - 1]].sensor > g->burst[held].sensor; at--)
            g->order[at] = g->order[at - 1];
        g->order[at] = held;
    }
}

static void describe_moment(struct gathering *g, struct moment *m)
{
    const struct burst_record *first = g->burst[g->order[m->from]].record;

    sort_moment(g, m);
    m->rows = first->samples;
    m->layout =
        hash64(hash64(0, &first->kind, sizeof first->kind), &first->fs_hz, sizeof first->fs_hz);
    for (size_t i = m->from; i < m->to; i++) {
        const struct modal_burst *b = &g->burst[g->order[i]];

        m->rows = b->record->samples < m->rows ? b->record->samples : m->rows;
        for (size_t a = 0; a < VIBRATION_AXES; a++) {
            uint64_t channel[2] = {b->sensor, a};

            if (!b->record->axis[a] || m->channels == MODAL_CHANNELS)
                continue;
            m->channels++;
            m->layout = hash64(m->layout, channel, sizeof channel);
        }
    }
}

static void find_moments(struct gathering *g, size_t n)
{
    for (size_t i = 0; i < n;) {
        struct moment *m = &g->moment[g->moments++];

        m->from = m->to = i;
        while (m->to < n &&
               together(g->burst[g->order[i]].record, g->burst[g->order[m->to]].record))
            m->to++;
        i = m->to;
        describe_moment(g, m);
    }
}

/* The moment whose layout has the most seconds of record; NULL without any. */
static const struct moment *best_layout(const struct gathering *g)
{
    const struct moment *best = NULL;
    double most_s = 0;

    for (size_t i = 0; i < g->moments; i++) {
        double s = 0;

        if (g->moment[i].channels < MODAL_CHANNELS_MIN)
            continue;
        for (size_t j = i; j < g->moments; j++)
            if (g->moment[j].layout == g->moment[i].layout)
                s +=
                    (double)g->moment[j].rows / g->burst[g->order[g->moment[j].from]].record->fs_hz;
        if (s > most_s) {
            most_s = s;
            best = &g->moment[i];
        }
    }
    return best;
}

static void put_segment(const struct gathering *g, const struct moment *m, struct modal_record *out)
{
    struct modal_segment *s = &out->segment[out->segments++];
    size_t channels = 0;

    *s = (struct modal_segment){.t_us = g->burst[g->order[m->from]].record->t_us, .rows = m->rows};
    for (size_t i = m->from; i < m->to; i++)
        for (size_t a = 0; a < VIBRATION_AXES && channels < MODAL_CHANNELS; a++)
            if (g->burst[g->order[i]].record->axis[a])
                s->channel[channels++] = g->burst[g->order[i]].record->axis[a];
}

enum err modal_gather(const struct modal_burst *burst, size_t n, struct arena *arena,
                      struct modal_record *out)
{
    struct arena_mark mark = arena_mark(arena);
    struct gathering g = {.burst = burst};
    const struct moment *best;

    *out = (struct modal_record){0};
    if (n > BURSTS_MAX)
        return ERR_RANGE;
    g.order = arena_array(arena, n, sizeof *g.order);
    g.moment = arena_array(arena, n, sizeof *g.moment);
    if (!g.order || !g.moment)
        return ERR_NOMEM;
    find_moments(&g, sort_bursts(&g, n));
    best = best_layout(&g);
    if (best) {
        out->fs_hz = burst[g.order[best->from]].record->fs_hz;
        out->channels = best->channels;
        out->layout = best->layout;
    }
    for (size_t i = 0; best && i < g.moments && out->segments < MODAL_SEGMENTS; i++)
        if (g.moment[i].layout == best->layout)
            put_segment(&g, &g.moment[i], out);
    arena_rewind(arena, mark);
    return ERR_OK;
}
