#include "theilsen_pairs.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "shikumen/num/order.h"

#define SMALL 8 /* runs sorted by insertion */

/* --- exact sign of (c.x - a.x) - b (c.t - a.t) --- */

struct exact {
    double value, error; /* the true result is their sum */
};

static struct exact two_sum(double a, double b)
{
    double sum = a + b, b_part = sum - a;

    return (struct exact){sum, (a - (sum - b_part)) + (b - b_part)};
}

static struct exact two_product(double a, double b)
{
    double product = a * b;

    return (struct exact){product, fma(a, b, -product)};
}

/* Sign of the sum of n <= 6 terms by Shewchuk's expansion (Discrete Comput. Geom. 18, 1997): its
 * parts do not overlap, so the last that is not zero has the sign of the sum. */
static int sign_of_sum(const double *term, size_t n)
{
    double part[6];

    for (size_t i = 0; i < n; i++) {
        double carry = term[i];

        for (size_t k = 0; k < i; k++) {
            struct exact s = two_sum(carry, part[k]);

            carry = s.value;
            part[k] = s.error;
        }
        part[i] = carry;
    }
    while (n-- > 0)
        if (part[n] != 0)
            return part[n] > 0 ? 1 : -1;
    return 0;
}

static int exact_sign(const struct line *a, const struct line *c, double b)
{
    struct exact x = two_sum(c->x, -a->x), t = two_sum(c->t, -a->t);
    struct exact high = two_product(-b, t.value), low = two_product(-b, t.error);
    const double term[] = {low.error, low.value, high.error, x.error, high.value, x.value};

    return sign_of_sum(term, 6);
}

/* --- sorting lines at a slope --- */

struct sort {
    double b;
    double tolerance; /* keys further apart than this are in their true order */
    struct line *scratch;
    struct slope_sink *sink;
};

/* Whether c comes before a just above slope b, when a came first below it. */
static inline int before(const struct sort *s, const struct line *c, const struct line *a)
{
    double difference = c->r - a->r;
    int sign;

    if (fabs(difference) > s->tolerance)
        return difference < 0;
    if (s->b >= PAIRS_BEYOND)
        return c->t > a->t;
    sign = exact_sign(a, c, s->b);
    return sign != 0 ? sign < 0 : c->t > a->t;
}

static double slope_between(const struct line *a, const struct line *c)
{
    return (c->x - a->x) / (c->t - a->t);
}

/* c moves before the count lines from a on. */
static void deliver(struct slope_sink *sink, const struct line *a, size_t count,
                    const struct line *c)
{
    if (!sink->wanted) {
        for (size_t i = 0; i < count; i++)
            sink->slope[sink->filled++] = slope_between(&a[i], c);
        return;
    }
    while (sink->filled < sink->wanted_count && sink->wanted[sink->filled] < sink->seen + count) {
        uint64_t i = sink->wanted[sink->filled] - sink->seen;

        sink->slope[sink->filled++] = slope_between(&a[i], c);
    }
    sink->seen += count;
}

static uint64_t insertion_sort(const struct sort *s, struct line *a, size_t n)
{
    uint64_t moved = 0;

    for (size_t i = 1; i < n; i++) {
        struct line c = a[i];
        size_t at = i;

        while (at > 0 && before(s, &c, &a[at - 1]))
            at--;
        if (at == i)
            continue;
        if (s->sink)
            deliver(s->sink, &a[at], i - at, &c);
        memmove(&a[at + 1], &a[at], (i - at) * sizeof(*a));
        a[at] = c;
        moved += i - at;
    }
    return moved;
}

static uint64_t merge(const struct sort *s, struct line *a, size_t left, size_t n)
{
    struct line *from = s->scratch;
    size_t l = 0, r = left, to = 0;
    uint64_t moved = 0;

    memcpy(from, a, left * sizeof(*a));
    while (l < left && r < n) {
        if (!before(s, &a[r], &from[l])) {
            a[to++] = from[l++];
            continue;
        }
        if (s->sink)
            deliver(s->sink, &from[l], left - l, &a[r]);
        moved += left - l;
        a[to++] = a[r++];
    }
    memcpy(&a[to], &from[l], (left - l) * sizeof(*a));
    return moved;
}

static uint64_t merge_sort(const struct sort *s, struct line *a, size_t n)
{
    size_t left = n / 2;
    uint64_t moved;

    if (n <= SMALL)
        return insertion_sort(s, a, n);
    moved = merge_sort(s, a, left);
    moved += merge_sort(s, a + left, n - left);
    if (before(s, &a[left], &a[left - 1]))
        moved += merge(s, a, left, n);
    return moved;
}

uint64_t pairs_reorder(const struct pairs *p, struct line *lines, double b, struct slope_sink *sink)
{
    /* r is off by at most eps/2 (|x| + 2 |b t|); twice that for a difference, twice again to be
     * sure. */
    const struct sort s = {b, b == 0 ? 0 : 4 * DBL_EPSILON * (p->x_max + fabs(b)), p->scratch,
                           sink};
    uint64_t moved = 0;

    for (size_t i = 0; i < p->n; i++)
        lines[i].r = lines[i].x - b * lines[i].t;
    for (size_t g = 0; g < p->groups; g++)
        moved += merge_sort(&s, lines + p->start[g], p->start[g + 1] - p->start[g]);
    return moved;
}

/* --- the points --- */

static double largest(const double *x, size_t n)
{
    double most = 0;

    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs(x[i]));
    return most;
}

/* Exponent e of the least power of two that is not below value, so that value 2^-e <= 1. */
static int exponent_of(double value)
{
    int e = 0;

    if (value > 0)
        frexp(value, &e);
    return e;
}

/* order of n points by t, then x. index, order, scratch: n each; key: n. */
static void sort_points(const double *t, const double *x, size_t n, size_t *order, size_t *index,
                        size_t *scratch, double *key)
{
    order_index(x, n, index, scratch);
    for (size_t i = 0; i < n; i++)
        key[i] = t[index[i]];
    order_index(key, n, order, scratch);
    for (size_t i = 0; i < n; i++)
        order[i] = index[order[i]];
}

static enum err fill(struct pairs *p, const double *t, const double *x, struct arena *a)
{
    size_t *order = arena_array(a, p->n, sizeof(*order));
    size_t *index = arena_array(a, p->n, sizeof(*index));
    size_t *scratch = arena_array(a, p->n, sizeof(*scratch));
    double *key = arena_array(a, p->n, sizeof(*key));

    if (!order || !index || !scratch || !key)
        return ERR_NOMEM;
    for (size_t g = 0; g < p->groups; g++) {
        size_t from = p->start[g], n = p->start[g + 1] - from;

        sort_points(t + from, x + from, n, order, index, scratch, key);
        for (size_t i = 0; i < n; i++)
            p->base[from + i] = (struct line){.t = ldexp(t[from + order[i]], -p->t_exponent),
                                              .x = ldexp(x[from + order[i]], -p->x_exponent)};
        for (size_t i = 1; i < n; i++)
            if (t[from + order[i]] > t[from + order[i - 1]] &&
                p->base[from + i].t <= p->base[from + i - 1].t)
                return ERR_NOT_FINITE; /* the difference was scaled away */
    }
    return ERR_OK;
}

/* Counts the pairs of different times of one group. */
static enum err count_pairs(struct pairs *p, const struct line *line, size_t n)
{
    size_t first = 0; /* of the points at the present time */

    for (size_t i = 1; i < n; i++) {
        double step = line[i].t - line[i - 1].t;

        if (step > 0)
            first = i;
        if (step > 0 && step < PAIRS_LEAST)
            return ERR_NOT_FINITE;
        p->count += first;
    }
    return ERR_OK;
}

enum err pairs_init(struct pairs *p, const double *t, const double *x, const size_t *start,
                    size_t groups, struct arena *a)
{
    size_t n = start[groups];
    struct arena_mark mark;
    enum err e;

    *p = (struct pairs){.n = n, .groups = groups, .start = start};
    p->base = arena_array(a, n, sizeof(*p->base));
    p->scratch = arena_array(a, n, sizeof(*p->scratch));
    if (!p->base || !p->scratch)
        return ERR_NOMEM;
    p->t_exponent = exponent_of(largest(t, n));
    p->x_exponent = exponent_of(largest(x, n));
    p->x_max = ldexp(largest(x, n), -p->x_exponent);
    mark = arena_mark(a);
    e = fill(p, t, x, a);
    arena_rewind(a, mark);
    for (size_t g = 0; e == ERR_OK && g < groups; g++)
        e = count_pairs(p, p->base + start[g], start[g + 1] - start[g]);
    return e ? e : p->count > 0 ? ERR_OK : ERR_CONSTANT;
}
