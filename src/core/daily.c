#include "shikumen/core/daily.h"

#include <stdlib.h>

#include "shikumen/core/quiet.h"

static int longest_first(const void *x, const void *y)
{
    const struct episode *a = x, *b = y;

    if (a->alarmed_us != b->alarmed_us)
        return a->alarmed_us < b->alarmed_us ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

void daily_order(struct episode *waiting, size_t count)
{
    if (count > 1)
        qsort(waiting, count, sizeof *waiting, longest_first);
}

int64_t daily_due_us(int minute, const struct time_zone *zone, int64_t last_us, int64_t now_us)
{
    return quiet_next_us(minute, zone, last_us < now_us ? last_us : now_us);
}
