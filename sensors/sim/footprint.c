#include "footprint.h"

#include <string.h>

/* A one-bay house of the usual plan and the lanes between them. */
#define HOUSE_WIDTH_M 4.1
#define HOUSE_DEPTH_M 12.0
#define LANE_WIDTH_M  3.2
#define STREET_M      8.0

/* Houses of the row before this one. */
static size_t place_in_row(const struct district *d, size_t house)
{
    size_t first = house;

    while (first > 0 && district_same_row(&d->houses[first - 1], &d->houses[house]))
        first--;
    return house - first;
}

double footprint_lane_pitch_m(const struct district *d)
{
    size_t longest = 1, length = 0;

    for (size_t i = 0; i < d->house_count; i++) {
        bool same = i > 0 && district_same_row(&d->houses[i - 1], &d->houses[i]);
        length = same ? length + 1 : 1;
        longest = length > longest ? length : longest;
    }
    return (double)longest * HOUSE_WIDTH_M + STREET_M;
}

struct footprint footprint_of(const struct district *d, size_t house, double lane_pitch_m)
{
    const struct sim_house *h = &d->houses[house];

    return (struct footprint){
        .east_m = h->lane * lane_pitch_m + (double)place_in_row(d, house) * HOUSE_WIDTH_M,
        .north_m = (h->row - 1) * (HOUSE_DEPTH_M + LANE_WIDTH_M),
        .width_m = HOUSE_WIDTH_M,
        .depth_m = HOUSE_DEPTH_M,
    };
}

void footprint_heights_m(const char *element, double heights_m[2])
{
    static const struct {
        const char *element;
        double low_m, high_m;
    } known[] = {
        {"foundation", 0.1, 0.3}, {"gate", 0.4, 2.4},  {"lintel", 2.8, 3.0},
        {"floor-2", 3.3, 3.5},    {"truss", 7.3, 8.4},
    };

    heights_m[0] = 0.3;
    heights_m[1] = 6.5;
    for (size_t i = 0; element && i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].element, element) == 0) {
            heights_m[0] = known[i].low_m;
            heights_m[1] = known[i].high_m;
        }
}
