#include "pending.h"

#include <stdbool.h>
#include <stdlib.h>

#include "shikumen/base/array.h"

static int compare(const void *left, const void *right)
{
    const struct arrival *a = left, *b = right;

    if (a->rx_us != b->rx_us)
        return a->rx_us < b->rx_us ? -1 : 1;
    if (a->sensor != b->sensor)
        return a->sensor < b->sensor ? -1 : 1;
    if (a->t_us != b->t_us)
        return a->t_us < b->t_us ? -1 : 1;
    return (a->scaled > b->scaled) - (a->scaled < b->scaled);
}

static enum err grow(struct arrival **list, size_t *capacity, size_t count)
{
    struct arrival *bigger = array_grow(*list, capacity, count + 1, sizeof *bigger);

    if (!bigger)
        return ERR_NOMEM;
    *list = bigger;
    return ERR_OK;
}

static void swap(struct arrival *a, struct arrival *b)
{
    struct arrival kept = *a;

    *a = *b;
    *b = kept;
}

static void sift_up(struct arrival *heap, size_t i)
{
    for (; i > 0 && compare(&heap[i], &heap[(i - 1) / 2]) < 0; i = (i - 1) / 2)
        swap(&heap[i], &heap[(i - 1) / 2]);
}

static void sift_down(struct arrival *heap, size_t count)
{
    for (size_t i = 0;;) {
        size_t least = i;
        for (size_t k = 2 * i + 1; k < 2 * i + 3 && k < count; k++)
            if (compare(&heap[k], &heap[least]) < 0)
                least = k;
        if (least == i)
            return;
        swap(&heap[i], &heap[least]);
        i = least;
    }
}

static enum err put_now(struct pending *p, const struct arrival *a)
{
    enum err e = grow(&p->now, &p->now_capacity, p->now_count);

    if (e == ERR_OK)
        p->now[p->now_count++] = *a;
    return e;
}

enum err pending_put(struct pending *p, const struct arrival *a)
{
    enum err e;

    if (a->rx_us < p->until_us)
        return put_now(p, a);
    e = grow(&p->later, &p->later_capacity, p->later_count);
    if (e != ERR_OK)
        return e;
    p->later[p->later_count] = *a;
    sift_up(p->later, p->later_count++);
    return ERR_OK;
}

enum err pending_take(struct pending *p, int64_t until_us)
{
    bool sorted = true;

    while (p->later_count > 0 && p->later[0].rx_us < until_us) {
        enum err e = put_now(p, &p->later[0]);
        if (e != ERR_OK)
            return e;
        p->later[0] = p->later[--p->later_count];
        sift_down(p->later, p->later_count);
    }
    for (size_t i = 1; i < p->now_count && sorted; i++)
        sorted = compare(&p->now[i - 1], &p->now[i]) <= 0;
    if (!sorted)
        qsort(p->now, p->now_count, sizeof *p->now, compare);
    return ERR_OK;
}

void pending_begin(struct pending *p, int64_t until_us)
{
    p->now_count = 0;
    p->until_us = until_us;
}

void pending_free(struct pending *p)
{
    free(p->now);
    free(p->later);
    *p = (struct pending){0};
}
