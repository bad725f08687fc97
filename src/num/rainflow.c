#include "shikumen/num/rainflow.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "shikumen/num/sample.h"

enum err rainflow_init(struct rainflow *r, size_t capacity, struct arena *arena)
{
    struct rainflow_point *open;

    if (capacity < 3)
        return ERR_RANGE;
    open = arena_array(arena, capacity, sizeof *open);
    if (!open)
        return ERR_NOMEM;
    *r = (struct rainflow){.open = open, .capacity = capacity};
    return ERR_OK;
}

/* Halves first: the sum of two values near the largest double overflows, the mean does not. */
static struct rainflow_cycle between(struct rainflow_point a, struct rainflow_point b, double count)
{
    return (struct rainflow_cycle){fabs(b.value - a.value), 0.5 * a.value + 0.5 * b.value, count,
                                   a.sample, b.sample};
}

/* ASTM E1049-85, 5.4.4, steps 2 to 5, after a reversal was added. */
static void close_cycles(struct rainflow_point *open, size_t *count, rainflow_sink *sink,
                         void *context)
{
    while (*count >= 3) {
        struct rainflow_point *p = open + *count - 3;
        double x = fabs(p[2].value - p[1].value), y = fabs(p[1].value - p[0].value);
        struct rainflow_cycle cycle = between(p[0], p[1], *count == 3 ? 0.5 : 1);

        if (x < y)
            return;
        sink(&cycle, context);
        if (*count == 3) {
            p[0] = p[1];
            p[1] = p[2];
            *count = 2;
        } else {
            p[0] = p[2];
            *count -= 2;
        }
    }
}

enum err rainflow_push(struct rainflow *r, double value, rainflow_sink *sink, void *context)
{
    struct rainflow_point point = {value, r->samples};
    int direction;

    if (!(fabs(value) <= DBL_MAX / 2)) /* so that every range is finite */
        return ERR_NOT_FINITE;
    direction = r->samples == 0 ? 0 : (value > r->last.value) - (value < r->last.value);
    if (r->samples > 0 && direction != 0 && direction != r->direction) {
        if (r->open_count == r->capacity)
            return ERR_FULL;
        r->open[r->open_count++] = r->last;
        close_cycles(r->open, &r->open_count, sink, context);
    }
    r->direction = direction != 0 ? direction : r->direction;
    if (r->samples > 0 && direction == 0 && r->direction == 0)
        point.sample = r->last.sample; /* level from the start: the first sample is the reversal */
    r->last = point;
    r->samples++;
    return ERR_OK;
}

enum err rainflow_residue(const struct rainflow *r, rainflow_sink *sink, void *context,
                          struct arena *scratch)
{
    struct arena_mark mark = arena_mark(scratch);
    size_t count = r->open_count;
    struct rainflow_point *open = arena_array(scratch, count + 1, sizeof *open);

    if (!open)
        return ERR_NOMEM;
    memcpy(open, r->open, count * sizeof *open);
    if (r->direction != 0)
        open[count++] = r->last;
    close_cycles(open, &count, sink, context);
    for (size_t i = 1; i < count; i++) {
        struct rainflow_cycle half = between(open[i - 1], open[i], 0.5);

        sink(&half, context);
    }
    arena_rewind(scratch, mark);
    return ERR_OK;
}

struct list {
    struct rainflow_cycle *at;
    size_t count;
};

static void append(const struct rainflow_cycle *cycle, void *context)
{
    struct list *list = context;

    list->at[list->count++] = *cycle;
}

enum err rainflow_count(const double *x, size_t n, struct rainflow_cycle **cycles, size_t *count,
                        struct arena *arena)
{
    struct arena_mark start = arena_mark(arena), scratch;
    struct rainflow r;
    struct list list = {.count = 0};
    enum err e = sample_check(x, n, 2);

    if (e)
        return e;
    list.at = arena_array(arena, n, sizeof *list.at); /* n reversals have at most n - 1 ranges */
    if (!list.at)
        return ERR_NOMEM;
    scratch = arena_mark(arena);
    e = rainflow_init(&r, n + 2, arena);
    for (size_t i = 0; !e && i < n; i++)
        e = rainflow_push(&r, x[i], append, &list);
    if (!e)
        e = rainflow_residue(&r, append, &list, arena);
    arena_rewind(arena, e ? start : scratch);
    if (e)
        return e;
    *cycles = list.at;
    *count = list.count;
    return ERR_OK;
}

enum err rainflow_histogram(const struct rainflow_cycle *cycles, size_t count, double width,
                            double *bin, size_t bins)
{
    if (!(width > 0) || bins < 1)
        return ERR_RANGE;
    for (size_t i = 0; i < bins; i++)
        bin[i] = 0;
    for (size_t i = 0; i < count; i++) {
        double at = ceil(cycles[i].range / width) - 1;
        size_t k = at <= 0 ? 0 : at >= (double)(bins - 1) ? bins - 1 : (size_t)at;

        bin[k] += cycles[i].count;
    }
    return ERR_OK;
}
