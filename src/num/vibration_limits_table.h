/* Rows of vibration_limits_table.c and the bits they are chosen by. */
#ifndef VIBRATION_LIMITS_TABLE_H
#define VIBRATION_LIMITS_TABLE_H

#include "shikumen/num/vibration_limits.h"

/* What a building is; a row is for it when it has all bits of the row. */
enum building_bits {
    B_LINE_1 = 1 << 0, /* of DIN 4150-3: industrial */
    B_LINE_2 = 1 << 1, /* dwelling */
    B_LINE_3 = 1 << 2, /* worth preserving, or damaged */
    B_INDUSTRIAL = 1 << 3,
    B_DWELLING = 1 << 4,
    B_SOUND = 1 << 5, /* meets the seismic standard */
    B_OLD = 1 << 6,   /* does not */
    B_LOCAL = 1 << 7, /* protected below provincial level, or not listed */
    B_PIPE_MASONRY = 1 << 8,
    B_PIPE_CONCRETE = 1 << 9,
    B_PIPE_STEEL = 1 << 10,
    B_MATERIAL = 1 << 11, /* << enum bearing_material: 11 to 13 */
    B_HERITAGE = 1 << 14, /* << enum heritage_level: 14 to 17 */
};

enum count_bits { COUNT_OCCASIONAL = 1, COUNT_FREQUENT = 2, COUNT_PERMANENT = 4 };

extern const struct vibration_limit vibration_limit_table[];
extern const size_t vibration_limit_rows;

#endif
