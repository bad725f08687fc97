#include "shikumen/num/cluster.h"

#include <math.h>
#include <stdbool.h>

#include "shikumen/num/order.h"

enum { MOST_POLES = 4096 };

struct cluster_settings cluster_defaults(void)
{
    return (struct cluster_settings){.cut = 0.04, .least_share = 0.4};
}

double cluster_distance(const struct ssi_pole *a, const struct ssi_pole *b, size_t n)
{
    return fabs(a->f_hz - b->f_hz) / fmax(a->f_hz, b->f_hz) + 1.0 -
           modal_mac(a->shape, b->shape, n);
}

/* Clusters live in the slots of the matrix; a merged one moves to the smaller slot. */
struct linkage {
    double *d;
    size_t n;
    size_t *size; /* 0: slot is empty */
    size_t *chain, length;
    size_t *parent; /* of each item: the slot it went to, itself while it is a slot */
};

/* The nearest other slot; the one before in the chain wins a tie, so that chains end. */
static size_t nearest_slot(const struct linkage *g, size_t from, size_t before)
{
    size_t best = before;
    double least = before < g->n ? g->d[from * g->n + before] : HUGE_VAL;

    for (size_t j = 0; j < g->n; j++)
        if (j != from && g->size[j] > 0 && (best == g->n || g->d[from * g->n + j] < least)) {
            best = j;
            least = g->d[from * g->n + j];
        }
    return best;
}

/* Slot b joins slot a; distances to the union are means weighted by size. Rounding must not carry a
 * mean below both: a chain then comes back to a slot it holds. */
static void merge(struct linkage *g, size_t a, size_t b)
{
    double na = (double)g->size[a], nb = (double)g->size[b];

    for (size_t j = 0; j < g->n; j++) {
        double da = g->d[a * g->n + j], db = g->d[b * g->n + j];
        double d = fmax((na * da + nb * db) / (na + nb), fmin(da, db));

        g->d[a * g->n + j] = d;
        g->d[j * g->n + a] = d;
    }
    g->size[a] += g->size[b];
    g->size[b] = 0;
    g->parent[b] = a;
}

/* A slot whose nearest neighbour is above the cut will merge no more: means of distances only grow
 * for average linkage (it is reducible). Such a slot leaves the table as it is. */
static void close_slot(struct linkage *g, size_t a)
{
    g->size[a] = 0;
}

static bool start_chain(struct linkage *g)
{
    for (size_t j = 0; j < g->n; j++)
        if (g->size[j] > 0) {
            g->chain[0] = j;
            g->length = 1;
            return true;
        }
    return false;
}

/* One step of the chain: longer, or its end merged or closed. */
static void advance(struct linkage *g, double cut)
{
    size_t top = g->chain[g->length - 1];
    size_t before = g->length > 1 ? g->chain[g->length - 2] : g->n;
    size_t next = nearest_slot(g, top, before);

    if (next == g->n || !(g->d[top * g->n + next] <= cut)) {
        close_slot(g, top);
        g->length--;
    } else if (next == before) {
        merge(g, top < before ? top : before, top < before ? before : top);
        g->length -= 2;
    } else {
        g->chain[g->length++] = next;
    }
}

static size_t root_of(const size_t *parent, size_t i)
{
    while (parent[i] != i)
        i = parent[i];
    return i;
}

static size_t number_clusters(const struct linkage *g, size_t *label)
{
    size_t count = 0;

    /* a root is the smallest item of its cluster, so its own label is set first */
    for (size_t i = 0; i < g->n; i++)
        label[i] = g->parent[i] == i ? count++ : label[root_of(g->parent, i)];
    return count;
}

enum err cluster_average_linkage(double *distance, size_t n, double cut, size_t *label,
                                 size_t *clusters, struct arena *arena)
{
    for (size_t i = 0; i < n * n; i++)
        if (!(distance[i] >= 0.0) || !isfinite(distance[i]))
            return ERR_NOT_FINITE;
    struct arena_mark mark = arena_mark(arena);
    struct linkage g = {.d = distance, .n = n};
    g.size = arena_array(arena, n, sizeof *g.size);
    g.chain = arena_array(arena, n + 1, sizeof *g.chain);
    g.parent = arena_array(arena, n, sizeof *g.parent);
    if (!g.size || !g.chain || !g.parent) {
        arena_rewind(arena, mark);
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        g.size[i] = 1;
        g.parent[i] = i;
    }
    while (g.length > 0 || start_chain(&g))
        advance(&g, cut);
    *clusters = number_clusters(&g, label);
    arena_rewind(arena, mark);
    return ERR_OK;
}

/* The stable poles and their clusters; scratch for one cluster at a time. */
struct gathering {
    const struct ssi *ssi;
    const struct ssi_pole **pole;
    size_t *label, poles, clusters;
    const struct ssi_pole **member; /* of the cluster at hand, one per order */
    size_t members;
    double *values, *change;
};

static enum err gathering_new(struct gathering *g, const struct ssi *s, struct arena *arena)
{
    g->ssi = s;
    g->pole = arena_array(arena, s->poles, sizeof *g->pole);
    g->label = arena_array(arena, s->poles, sizeof *g->label);
    g->member = arena_array(arena, s->poles, sizeof *g->member);
    g->values = arena_array(arena, s->poles, sizeof *g->values);
    g->change = arena_array(arena, s->blocks, sizeof *g->change);
    if (!g->pole || !g->label || !g->member || !g->values || !g->change)
        return ERR_NOMEM;
    for (size_t i = 0; i < s->poles; i++)
        if (ssi_stable(s->pole + i))
            g->pole[g->poles++] = s->pole + i;
    return g->poles > MOST_POLES ? ERR_RANGE : ERR_OK;
}

static enum err find_clusters(struct gathering *g, double cut, struct arena *arena)
{
    size_t n = g->poles;
    struct arena_mark mark = arena_mark(arena);
    double *d = arena_array(arena, n * n, sizeof *d);

    if (!d)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            d[i * n + j] = cluster_distance(g->pole[i], g->pole[j], g->ssi->channels);
            d[j * n + i] = d[i * n + j];
        }
    enum err e = cluster_average_linkage(d, n, cut, g->label, &g->clusters, arena);
    arena_rewind(arena, mark);
    return e;
}

enum pole_value { POLE_F, POLE_ZETA };

static double value_of(const struct ssi_pole *p, enum pole_value which)
{
    return which == POLE_F ? p->f_hz : p->zeta;
}

static double median_of(struct gathering *g, enum pole_value which)
{
    for (size_t i = 0; i < g->members; i++)
        g->values[i] = value_of(g->member[i], which);
    return median(g->values, g->members);
}

/* Standard error of the median over orders: scatter over blocks of the median change. */
static double standard_error(struct gathering *g, enum pole_value which)
{
    for (size_t b = 0; b < g->ssi->blocks; b++) {
        size_t n = 0;

        for (size_t i = 0; i < g->members; i++) {
            const struct ssi_pole *p = g->member[i];

            if (p->f_change_hz)
                g->values[n++] = which == POLE_F ? p->f_change_hz[b] : p->zeta_change[b];
        }
        if (n == 0)
            return 0.0;
        g->change[b] = median(g->values, n);
    }
    return ssi_scatter(g->change, g->ssi->blocks);
}

static double spread_of(const struct gathering *g, enum pole_value which)
{
    double n = 0.0, mean = 0.0, m2 = 0.0;

    for (size_t i = 0; i < g->members; i++) {
        double x = value_of(g->member[i], which), d = x - mean;

        n += 1.0;
        mean += d / n;
        m2 += d * (x - mean);
    }
    return n > 1.0 ? sqrt(m2 / (n - 1.0)) : 0.0;
}

/* All members of the cluster, then of each order the one nearest to their median frequency; poles
 * come in the order of the table, so those of one order stand together. */
static void choose_members(struct gathering *g, size_t cluster)
{
    g->members = 0;
    for (size_t i = 0; i < g->poles; i++)
        if (g->label[i] == cluster)
            g->member[g->members++] = g->pole[i];
    double f = median_of(g, POLE_F);
    size_t kept = 0;
    for (size_t i = 0; i < g->members; i++) {
        const struct ssi_pole *p = g->member[i];

        if (kept == 0 || g->member[kept - 1]->order != p->order)
            g->member[kept++] = p;
        else if (fabs(p->f_hz - f) < fabs(g->member[kept - 1]->f_hz - f))
            g->member[kept - 1] = p;
    }
    g->members = kept;
}

static struct cluster_mode represent(struct gathering *g)
{
    struct cluster_mode m = {.orders = g->members};

    m.mode.f_hz = median_of(g, POLE_F);
    m.mode.zeta = median_of(g, POLE_ZETA);
    m.mode.f_se_hz = standard_error(g, POLE_F);
    m.mode.zeta_se = standard_error(g, POLE_ZETA);
    m.f_spread_hz = spread_of(g, POLE_F);
    m.zeta_spread = spread_of(g, POLE_ZETA);
    const struct ssi_pole *best = g->member[0];
    for (size_t i = 1; i < g->members; i++)
        if (fabs(g->member[i]->zeta - m.mode.zeta) < fabs(best->zeta - m.mode.zeta))
            best = g->member[i];
    m.mode.shape = best->shape;
    m.mpc = best->mpc;
    m.mpd = best->mpd;
    return m;
}

static void insert_by_frequency(struct cluster_mode *modes, size_t count, struct cluster_mode m)
{
    for (; count > 0 && modes[count - 1].mode.f_hz > m.mode.f_hz; count--)
        modes[count] = modes[count - 1];
    modes[count] = m;
}

static enum err gather(const struct ssi *s, const struct cluster_settings *c,
                       struct cluster_mode *modes, size_t *count, struct arena *arena)
{
    struct gathering g = {0};
    enum err e = gathering_new(&g, s, arena);

    if (!e)
        e = find_clusters(&g, c->cut, arena);
    *count = 0;
    for (size_t k = 0; k < g.clusters && !e; k++) {
        choose_members(&g, k);
        if ((double)g.members >= c->least_share * (double)s->orders)
            insert_by_frequency(modes, (*count)++, represent(&g));
    }
    return e;
}

enum err cluster_modes(const struct ssi *s, const struct cluster_settings *c,
                       struct cluster_mode **out, size_t *count, struct arena *arena)
{
    if (!(c->cut > 0.0 && c->cut <= 1.0) || !(c->least_share > 0.0 && c->least_share <= 1.0))
        return ERR_RANGE;
    struct arena_mark start = arena_mark(arena);
    struct cluster_mode *modes = arena_array(arena, s->poles, sizeof *modes);
    if (!modes)
        return ERR_NOMEM;
    struct arena_mark mark = arena_mark(arena);
    size_t found = 0;
    enum err e = gather(s, c, modes, &found, arena);
    arena_rewind(arena, e ? start : mark);
    if (e)
        return e;
    *out = modes;
    *count = found;
    return ERR_OK;
}
