#include <math.h>
#include <string.h>

#include "shikumen/num/order.h"
#include "shikumen/num/random.h"
#include "theilsen_pairs.h"

#define SEED              1
#define SAMPLE_LEAST      1024 /* slopes drawn per round: this or n */
#define COLLECT_LEAST     8192 /* slopes that are looked at one by one: this or COLLECT_PER_POINT n */
#define COLLECT_PER_POINT 8
#define TRIALS            64

/* count pairs have exact slopes <= b. */
struct trial {
    double b;
    uint64_t count;
};

/* The search for ranks, ascending. The slope looked for lies in (low.b, high.b]. */
struct search {
    const struct pairs *p;
    struct random random;
    struct line *lines, *work; /* lines: in their order just above low.b; n each */
    struct trial low, high;
    struct trial known[TRIALS]; /* trials that ranks to come can start from */
    size_t knowns;
    double *slope; /* room for collect_max */
    size_t collect_max;
    uint64_t *wanted; /* room for sample */
    size_t sample;
    uint64_t held; /* slope holds those of ranks low.count + 1 .. low.count + held */
    size_t ranked; /* so many of them stand in front, in their places */
    int alike;     /* all held are slope[0], within rounding, which stands alone */
};

static enum err search_init(struct search *s, const struct pairs *p, struct arena *a)
{
    *s = (struct search){.p = p, .random = random_seeded(SEED)};
    s->sample = p->n > SAMPLE_LEAST ? p->n : SAMPLE_LEAST;
    s->collect_max = p->n * COLLECT_PER_POINT;
    if (s->collect_max < COLLECT_LEAST)
        s->collect_max = COLLECT_LEAST;
    s->lines = arena_array(a, p->n, sizeof(*s->lines));
    s->work = arena_array(a, p->n, sizeof(*s->work));
    s->slope = arena_array(a, s->collect_max, sizeof(*s->slope));
    s->wanted = arena_array(a, s->sample, sizeof(*s->wanted));
    if (!s->lines || !s->work || !s->slope || !s->wanted)
        return ERR_NOMEM;
    memcpy(s->lines, p->base, p->n * sizeof(*s->lines));
    s->low = (struct trial){-PAIRS_BEYOND, 0};
    s->known[s->knowns++] = (struct trial){PAIRS_BEYOND, p->count};
    return ERR_OK;
}

static uint64_t between(const struct search *s)
{
    return s->high.count - s->low.count;
}

/* Sorts the work lines to slope b; how many pairs lie in (low.b, b]. */
static uint64_t advance(struct search *s, double b, struct slope_sink *sink)
{
    memcpy(s->work, s->lines, s->p->n * sizeof(*s->work));
    return pairs_reorder(s->p, s->work, b, sink);
}

/* Narrows the interval at b, if b lies inside it. */
static void attempt(struct search *s, double b, uint64_t rank)
{
    struct trial t = {b, 0};
    struct line *swap = s->lines;

    if (!(b > s->low.b && b < s->high.b))
        return;
    t.count = s->low.count + advance(s, b, NULL);
    if (t.count >= rank) {
        s->high = t;
        if (s->knowns < TRIALS)
            s->known[s->knowns++] = t;
        return;
    }
    s->low = t;
    s->lines = s->work;
    s->work = swap;
}

/* One slope from each of `sample` equal parts of the pairs inside the interval, sorted. */
static void draw(struct search *s)
{
    struct slope_sink sink = {.wanted = s->wanted, .wanted_count = s->sample, .slope = s->slope};
    double part = (double)between(s) / (double)s->sample;

    for (size_t i = 0; i < s->sample; i++)
        s->wanted[i] = (uint64_t)(((double)i + random_uniform(&s->random)) * part);
    advance(s, s->high.b, &sink);
    order_sort(s->slope, sink.filled);
}

/* The next slope above b that is told from b. */
static double next_above(double b)
{
    double next = nextafter(b, INFINITY);

    if (fabs(next) >= PAIRS_LEAST)
        return next;
    return b < 0 ? 0 : PAIRS_LEAST;
}

/* The slope in the middle of those between low and high, counted as representable numbers. */
static double middle_slope(double low, double high)
{
    int64_t i, j, middle;
    double b;

    if (low < 0 && high > 0)
        return 0;
    memcpy(&i, &low, sizeof(i));
    memcpy(&j, &high, sizeof(j));
    i = i < 0 ? INT64_MIN - i : i;
    j = j < 0 ? INT64_MIN - j : j;
    middle = (i & j) + ((i ^ j) >> 1);
    middle = middle < 0 ? INT64_MIN - middle : middle;
    memcpy(&b, &middle, sizeof(b));
    return fabs(b) >= PAIRS_LEAST ? b : low < 0 ? -PAIRS_LEAST : PAIRS_LEAST;
}

/* Trial slopes either side of where the sample puts the rank, three standard deviations away and
 * one representable number further, so that a group of equal slopes falls between them. */
static void narrow(struct search *s, uint64_t rank)
{
    uint64_t width = between(s);
    double size = (double)s->sample;
    double at = (double)(rank - s->low.count) / (double)width;
    double margin = 3 * sqrt(size * at * (1 - at)) + 1;
    double from = floor(at * size - margin), to = ceil(at * size + margin);
    double lower, upper;

    draw(s);
    lower = -next_above(-s->slope[from > 0 ? (size_t)from : 0]);
    upper = next_above(s->slope[to < size ? (size_t)to : s->sample - 1]);
    attempt(s, lower, rank);
    attempt(s, upper, rank);
    if (between(s) > width / 2)
        attempt(s, middle_slope(s->low.b, s->high.b), rank);
}

static void collect_all(struct search *s)
{
    struct slope_sink sink = {.slope = s->slope};

    s->held = between(s);
    s->ranked = 0;
    s->alike = 0;
    advance(s, s->high.b, &sink);
}

/* No double lies inside the interval: one of its slopes stands for all. */
static void collect_one(struct search *s)
{
    const uint64_t first = 0;
    struct slope_sink sink = {.wanted = &first, .wanted_count = 1, .slope = s->slope};

    s->held = between(s);
    s->alike = 1;
    advance(s, s->high.b, &sink);
}

static void find(struct search *s, uint64_t rank)
{
    s->high = s->known[0];
    for (size_t i = 1; i < s->knowns; i++)
        if (s->known[i].count >= rank && s->known[i].b < s->high.b)
            s->high = s->known[i];
    while (between(s) > s->collect_max) {
        if (next_above(s->low.b) >= s->high.b) {
            collect_one(s);
            return;
        }
        narrow(s, rank);
    }
    collect_all(s);
}

static double slope_of_rank(struct search *s, uint64_t rank)
{
    size_t k;

    if (rank > s->low.count + s->held)
        find(s, rank);
    if (s->alike)
        return s->slope[0];
    k = (size_t)(rank - s->low.count - 1);
    if (k >= s->ranked)
        order_select(s->slope + s->ranked, (size_t)s->held - s->ranked, k - s->ranked);
    s->ranked = k + 1;
    return s->slope[k];
}

enum err pairs_select(const struct pairs *p, const uint64_t *rank, size_t ranks, double *value,
                      struct arena *a)
{
    struct arena_mark mark = arena_mark(a);
    struct search s;
    enum err e = search_init(&s, p, a);

    for (size_t i = 0; e == ERR_OK && i < ranks; i++) {
        value[i] = ldexp(slope_of_rank(&s, rank[i]), p->x_exponent - p->t_exponent);
        if (!isfinite(value[i]))
            e = ERR_NOT_FINITE;
    }
    arena_rewind(a, mark);
    return e;
}

enum err pairs_median(const struct pairs *p, double *value, struct arena *a)
{
    const uint64_t rank[] = {(p->count + 1) / 2, p->count / 2 + 1};
    double middle[2];
    enum err e = pairs_select(p, rank, 2, middle, a);

    if (e == ERR_OK)
        *value = middle[0] / 2 + middle[1] / 2;
    return e;
}
