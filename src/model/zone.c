#include "shikumen/model/zone.h"

#define US_PER_S 1000000LL

/* Index of the last change not after t_s; count when there is none. */
static size_t change_before(const struct zone_rules *z, int64_t t_s)
{
    size_t low = 0, high = z->count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (z->at_s[mid] <= t_s)
            low = mid + 1;
        else
            high = mid;
    }
    return low > 0 ? low - 1 : z->count;
}

int32_t zone_offset_s(const struct zone_rules *z, int64_t t_s)
{
    size_t i = change_before(z, t_s);

    return i < z->count ? z->offset_s[i] : z->first_s;
}

int64_t zone_to_utc_us(const struct zone_rules *z, int64_t wall_us)
{
    int64_t wall_s = wall_us / US_PER_S - (wall_us % US_PER_S < 0);
    int32_t before = zone_offset_s(z, wall_s - 86400);
    int32_t after = zone_offset_s(z, wall_s + 86400);

    /* the earlier of two times has the greater offset, and that is the one before */
    if (zone_offset_s(z, wall_s - before) == before || zone_offset_s(z, wall_s - after) != after)
        return wall_us - before * US_PER_S;
    return wall_us - after * US_PER_S;
}
