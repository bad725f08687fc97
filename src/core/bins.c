#include "shikumen/core/bins.h"

#include <string.h>

void bins_init(struct bins *b, struct bin *at, size_t capacity)
{
    *b = (struct bins){.at = at,
                       .capacity = capacity,
                       .end = INT64_MIN,
                       .begin = INT64_MIN,
                       .origin = (double)NAN};
}

int64_t bin_of(int64_t t_us)
{
    int64_t n = t_us / BIN_US;

    return n - (t_us % BIN_US < 0);
}

static struct bin *slot(const struct bins *b, int64_t number)
{
    return &b->at[bins_slot(b->capacity, number)];
}

/* Bins between the latest one and number become empty. */
static void move_on(struct bins *b, int64_t number)
{
    int64_t from = b->end;

    if (from == INT64_MIN || number - from >= (int64_t)b->capacity) {
        memset(b->at, 0, b->capacity * sizeof *b->at);
        from = number;
    }
    for (; from < number; from++)
        *slot(b, from) = (struct bin){0};
    *slot(b, number) = (struct bin){0};
    b->end = number + 1;
}

/* The slot of a bin that is to be filled, NULL when it is too old. */
static struct bin *reach(struct bins *b, int64_t number)
{
    if (b->end == INT64_MIN || number >= b->end)
        move_on(b, number);
    else if (number < b->end - (int64_t)b->capacity)
        return NULL;
    if (b->begin == INT64_MIN || number < b->begin)
        b->begin = number;
    return slot(b, number);
}

bool bins_add(struct bins *b, int64_t t_us, double value, bool passed)
{
    struct bin *at;

    if (!isfinite(value))
        return false;
    at = reach(b, bin_of(t_us));
    if (!at)
        return false;
    if (passed && isnan(b->origin))
        b->origin = value;
    if (at->total < UINT16_MAX)
        at->total++;
    if (!passed || at->passed == UINT16_MAX)
        return true;
    at->passed++;
    at->mean += (float)(value - b->origin - (double)at->mean) / (float)at->passed;
    return true;
}

bool bins_put(struct bins *b, int64_t number, double mean, uint16_t passed, uint16_t total)
{
    struct bin *at;

    if (!isfinite(mean) && passed > 0)
        return false;
    at = reach(b, number);
    if (!at)
        return false;
    if (passed > 0 && isnan(b->origin))
        b->origin = mean;
    *at = (struct bin){passed > 0 ? (float)(mean - b->origin) : 0, passed, total};
    return true;
}
