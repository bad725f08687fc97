#include "schedule.h"

#include <stdbool.h>
#include <stdlib.h>

#include "pack.h"

static bool before(const struct wake *a, const struct wake *b)
{
    return a->t_us != b->t_us ? a->t_us < b->t_us : a->node < b->node;
}

static void sift_down(struct schedule *s, size_t i)
{
    for (;;) {
        size_t least = i, child = 2 * i + 1;
        struct wake moved = s->heap[i];

        for (size_t k = child; k < child + 2 && k < s->count; k++)
            if (before(&s->heap[k], &s->heap[least]))
                least = k;
        if (least == i)
            return;
        s->heap[i] = s->heap[least];
        s->heap[least] = moved;
        i = least;
    }
}

enum err schedule_init(struct schedule *s, const struct district *d, int64_t start_us)
{
    s->count = d->node_count;
    s->heap = calloc(d->node_count, sizeof *s->heap);
    if (!s->heap)
        return ERR_NOMEM;
    for (size_t i = 0; i < d->node_count; i++)
        s->heap[i] = (struct wake){pack_first_tick_us(&d->nodes[i], start_us), (uint32_t)i};
    for (size_t i = s->count / 2; i-- > 0;)
        sift_down(s, i);
    return ERR_OK;
}

void schedule_free(struct schedule *s)
{
    free(s->heap);
    *s = (struct schedule){0};
}

struct wake schedule_next(const struct schedule *s)
{
    return s->heap[0];
}

void schedule_advance(struct schedule *s)
{
    s->heap[0].t_us += SIM_REPORT_US;
    sift_down(s, 0);
}
