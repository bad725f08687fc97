#include <math.h>

#include "outlook_internal.h"

static const double phis[] = {0, 0.25, 0.5, 0.7, 0.85, 0.95};
static const double wanders[] = {2, 4, 8, 16, 32, 64};
static const double doublings_d[] = {60, 90, 135, 200, 300, 450};
static const double lefts_d[] = {20, 40, 80, 160, 320, 640};
static const double halves_d[] = {20, 60, 180, 480};
#define COUNT(a) (sizeof(a) / sizeof *(a))

#define ONSETS 12 /* evenly over the series; breaks, creep and squares: every third */
#define FINE   6  /* onsets between the neighbours of the likeliest */
#define SCALES 5  /* scales, likewise */
#define SHAPES                                                                                     \
    (1 + ONSETS * (1 + COUNT(halves_d)) + COUNT(wanders) + COUNT(doublings_d) + COUNT(halves_d) +  \
     (2 + COUNT(lefts_d)) * (ONSETS / 3))
#define GROWTH     0.5  /* share of growth, of 1 for a constant slope [J] */
#define SLOWING    2.0  /* of coming to rest without a known load [J] */
#define LOADED     4.0  /* of that with one [J] */
#define NEGLIGIBLE 1e-3 /* weight over that of the likeliest */

/* What is tried. prior: log of the share. */
struct shapes {
    struct outlook_node node[SHAPES];
    double prior[SHAPES];
    size_t count;
};

static void add(struct shapes *s, enum outlook_shape shape, double from_d, double scale,
                double share)
{
    s->node[s->count] = (struct outlook_node){(int32_t)shape, 0, from_d, scale, 0, 0};
    s->prior[s->count++] = log(share);
}

static void add_growth(struct shapes *s, double now_d, double from_d, double share)
{
    add(s, OUTLOOK_SQUARE, from_d, NAN, share);
    for (size_t i = 0; i < COUNT(lefts_d); i++)
        add(s, OUTLOOK_CREEP, from_d, now_d + lefts_d[i], share / COUNT(lefts_d));
}

static void add_slowing(struct shapes *s, double from_d, double share)
{
    for (size_t i = 0; i < COUNT(halves_d); i++)
        add(s, OUTLOOK_SETTLING, from_d, halves_d[i], share / COUNT(halves_d));
}

static double onset_step(const struct outlook_clean *c)
{
    return (c->t_d[c->n - 1] - c->t_d[0]) / (ONSETS + 1);
}

/* A constant slope, one that began or broke, and one that wanders have equal shares, the others
 * those above [J]. */
static void list(struct shapes *s, const struct outlook_clean *c, const struct outlook_series *in)
{
    double step = onset_step(c);

    add(s, OUTLOOK_CONSTANT, NAN, NAN, 1);
    if (!in->active)
        return;
    for (size_t i = 1; i <= ONSETS; i++) {
        add(s, OUTLOOK_HINGE, c->t_d[0] + step * (double)i, NAN, 0.5 / ONSETS);
        add_slowing(s, c->t_d[0] + step * ((double)i - 0.5), SLOWING / ONSETS);
    }
    for (size_t i = 2; i <= ONSETS; i += 3)
        add(s, OUTLOOK_BREAK, c->t_d[0] + step * (double)i, NAN, 0.5 * 3 / ONSETS);
    for (size_t i = 0; i < COUNT(wanders); i++)
        add(s, OUTLOOK_WANDER, NAN, wanders[i], 1.0 / COUNT(wanders));
    for (size_t i = 0; i < COUNT(doublings_d); i++)
        add(s, OUTLOOK_GROWTH, NAN, doublings_d[i], GROWTH / 3 / COUNT(doublings_d));
    for (size_t i = 0; i < ONSETS; i += 3)
        add_growth(s, c->now_d, c->t_d[0] + step * (double)i, GROWTH / ONSETS);
    if (in->load_d < c->t_d[c->n - 1])
        add_slowing(s, in->load_d, LOADED);
}

/* The likeliest so far, in no order. */
struct best {
    struct outlook_node node[OUTLOOK_NODES];
    double log_w[OUTLOOK_NODES];
    size_t count;
    struct outlook_node top[OUTLOOK_SHAPE_COUNT]; /* the likeliest of each shape */
    double top_log_w[OUTLOOK_SHAPE_COUNT];
    bool seen[OUTLOOK_SHAPE_COUNT];
};

static void offer(struct best *b, const struct outlook_node *node, double log_w)
{
    size_t at = b->count;
    int32_t shape = node->shape;

    if (!b->seen[shape] || log_w > b->top_log_w[shape]) {
        b->seen[shape] = true;
        b->top[shape] = *node;
        b->top_log_w[shape] = log_w;
    }
    if (b->count < OUTLOOK_NODES)
        b->count++;
    else {
        at = 0;
        for (size_t i = 1; i < b->count; i++)
            if (b->log_w[i] < b->log_w[at])
                at = i;
        if (log_w <= b->log_w[at])
            return;
    }
    b->node[at] = *node;
    b->log_w[at] = log_w;
}

/* g: of every shape (n + 1 each). */
static enum err judge(const struct shapes *s, const struct outlook_white *w, double phi,
                      const double *g, struct best *best)
{
    struct outlook_state_at at;

    for (size_t i = 0; i < s->count; i++) {
        struct outlook_node node = s->node[i];
        enum err e = outlook_is_line(node.shape) ? outlook_line(w, g + i * (w->c->n + 1), &at)
                                                 : outlook_trend(w, &node, &at);

        if (e == ERR_SINGULAR || e == ERR_NOT_FINITE)
            continue; /* cannot be told here */
        if (e != ERR_OK)
            return e;
        node.phi = phi;
        node.sigma = at.sigma;
        offer(best, &node, at.log_l + s->prior[i]);
    }
    return ERR_OK;
}

static enum err try_all(const struct outlook_clean *c, const struct shapes *s, struct arena *arena,
                        struct best *best)
{
    struct arena_mark mark = arena_mark(arena);
    double *g = arena_array(arena, s->count * (c->n + 1), sizeof *g);
    enum err e = g == NULL ? ERR_NOMEM : ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < s->count; i++)
        if (outlook_is_line(s->node[i].shape))
            outlook_pace_of(c, &s->node[i], g + i * (c->n + 1));
    for (size_t i = 0; e == ERR_OK && i < COUNT(phis); i++) {
        struct arena_mark each = arena_mark(arena);
        struct outlook_white w;

        e = outlook_whiten(c, phis[i], arena, &w);
        if (e == ERR_OK)
            e = judge(s, &w, phis[i], g, best);
        arena_rewind(arena, each);
    }
    arena_rewind(arena, mark);
    return e;
}

/* A scale between its neighbours in the tables; NaN if there is none. */
static double finer_scale(const struct outlook_node *top, double now_d, size_t i)
{
    double factor = exp2((2 * (double)i + 1 - SCALES) / SCALES);

    return top->shape == OUTLOOK_CREEP ? now_d + (top->scale - now_d) * factor
                                       : top->scale * factor;
}

/* Onsets and scales about those of a node. */
static void refine(const struct outlook_clean *c, double load_d, const struct outlook_node *top,
                   struct shapes *s)
{
    bool dated = !isnan(top->from_d) && top->from_d != load_d, scaled = !isnan(top->scale);
    bool dense = top->shape == OUTLOOK_HINGE || top->shape == OUTLOOK_SETTLING;
    /* An onset before the series makes no other line of these. */
    bool rests = top->shape == OUTLOOK_HINGE || top->shape == OUTLOOK_CREEP;
    size_t onsets = dated ? FINE : 1, scales = scaled ? SCALES : 1;
    double range = onset_step(c) * (dense ? 1 : 3);

    for (size_t i = 0; i < onsets * scales; i++) {
        double from = top->from_d;

        if (dated)
            from += range * (2 * (double)(i % onsets) + 1 - FINE) / FINE;
        if (!dated || (from < c->t_d[c->n - 3] && (from >= c->t_d[0] || !rests)))
            add(s, (enum outlook_shape)top->shape, from, finer_scale(top, c->now_d, i / onsets),
                0.5 / ONSETS / (double)(onsets * scales));
    }
}

_Static_assert(2 * FINE + SCALES + 2 * FINE * SCALES <= SHAPES, "room for what is refined");

/* Lines over a time of their own are cheap: each kind about its likeliest. */
static void refine_all(const struct outlook_clean *c, double load_d, const struct best *b,
                       struct shapes *s)
{
    s->count = 0;
    for (int32_t shape = OUTLOOK_CONSTANT + 1; shape < OUTLOOK_SHAPE_COUNT; shape++)
        if (b->seen[shape] && outlook_is_line(shape))
            refine(c, load_d, &b->top[shape], s);
}

static enum err search(const struct outlook_clean *c, const struct outlook_series *series,
                       struct arena *arena, struct best *best)
{
    struct shapes *s = arena_alloc(arena, sizeof *s);
    enum err e = ERR_OK;

    if (s == NULL)
        return ERR_NOMEM;
    list(s, c, series);
    e = try_all(c, s, arena, best);
    if (e == ERR_OK && series->active) {
        refine_all(c, series->load_d, best, s);
        e = try_all(c, s, arena, best);
    }
    return e;
}

/* Likeliest first; those of negligible weight are left out. */
static void weigh(struct best *b, struct outlook_fit *out)
{
    double total = 0, highest = 0;

    for (size_t k = 0; k < b->count; k++) {
        size_t top = 0;

        for (size_t i = 1; i < b->count; i++)
            if (b->log_w[i] > b->log_w[top])
                top = i;
        highest = k == 0 ? b->log_w[top] : highest;
        b->node[top].weight = exp(b->log_w[top] - highest);
        if (b->node[top].weight < NEGLIGIBLE)
            break;
        out->node[out->count++] = b->node[top];
        total += b->node[top].weight;
        b->log_w[top] = -HUGE_VAL;
    }
    for (size_t i = 0; i < out->count; i++) {
        out->node[i].weight /= total;
        out->sigma += out->node[i].weight * out->node[i].sigma;
        out->phi += out->node[i].weight * out->node[i].phi;
    }
}

static double last_step(const struct outlook_series *series)
{
    return series->steps > 0 ? series->step_d[series->steps - 1] : -HUGE_VAL;
}

enum err outlook_fit(const struct outlook_series *series, struct arena *arena,
                     struct outlook_fit *out)
{
    struct arena_mark mark = arena_mark(arena);
    struct best best = {.count = 0};
    struct outlook_clean c;
    enum err e = outlook_clean(series, arena, &c);

    if (e == ERR_OK) {
        *out = (struct outlook_fit){.active = series->active,
                                    .values = c.n,
                                    .steps = series->steps,
                                    .last_step_d = last_step(series),
                                    .last_d = c.n > 0 ? c.t_d[c.n - 1] : series->now_d,
                                    .reason = (int32_t)outlook_clean_reason(&c)};
        if (out->reason == OUTLOOK_FINE)
            e = search(&c, series, arena, &best);
        if (e == ERR_OK && out->reason == OUTLOOK_FINE)
            weigh(&best, out);
        if (e == ERR_OK && out->reason == OUTLOOK_FINE && out->count == 0)
            out->reason = OUTLOOK_NO_NOISE;
    }
    arena_rewind(arena, mark);
    return e;
}

bool outlook_is_stale(const struct outlook_fit *fit, const struct outlook_series *series)
{
    return fit->count == 0 || fit->active != series->active || fit->steps != series->steps ||
           fit->last_step_d != last_step(series) ||
           !(series->now_d - fit->last_d < OUTLOOK_REFIT_D);
}
