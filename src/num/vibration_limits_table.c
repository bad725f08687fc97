/* The standards as rows; one macro per kind of row. */
#include "vibration_limits_table.h"

#define AT(place)       (1u << (place))
#define SHORT_TERM      (1u << SOURCE_PILING | 1u << SOURCE_BLASTING)
#define LONG_TERM       (1u << SOURCE_PERMANENT)
#define PILING          (1u << SOURCE_PILING)
#define BLASTING        (1u << SOURCE_BLASTING)
#define HERITAGE(level) ((unsigned)B_HERITAGE << (level))
#define MATERIAL(m)     ((unsigned)B_MATERIAL << (m))
#define ROW(p, s, b, q) .places = AT(p), .sources = (s), .buildings = (b), .quantity = (q)
#define CURVE(n, ...)   .points = (n), .curve = {__VA_ARGS__}
#define LEVEL(v)        CURVE(1, {1, v})

/* clang-format off */
#define DIN .standard = "DIN 4150-3", .edition = "1999-02", .mark = 'S', .factor = 1
#define DIN_FOUNDATION(line, ...)                                                                  \
    {DIN, .clause = "short-term vibration, line " #line ", foundation, figure 1",                  \
     ROW(PLACE_FOUNDATION, SHORT_TERM, B_LINE_##line, QUANTITY_LARGEST_COMPONENT),                 \
     CURVE(4, __VA_ARGS__)}
#define DIN_TOP(term, when, line, v)                                                               \
    {DIN, .clause = term " vibration, line " #line ", top floor, horizontal",                      \
     ROW(PLACE_TOP_FLOOR, when, B_LINE_##line, QUANTITY_LARGEST_HORIZONTAL), LEVEL(v)}
#define DIN_PIPE(what, bit, v)                                                                     \
    {DIN, .clause = "short-term vibration, buried pipe, " what,                                    \
     ROW(PLACE_BURIED_PIPE, SHORT_TERM, bit, QUANTITY_LARGEST_COMPONENT), LEVEL(v)},               \
    {DIN, .clause = "long-term vibration, buried pipe, " what ", 50 % of short-term",              \
     ROW(PLACE_BURIED_PIPE, LONG_TERM, bit, QUANTITY_LARGEST_COMPONENT), LEVEL(0.5 * (v))}

/* Below 4 Hz line 2 is a displacement of 0.6 mm; continuous vibration: half [M]. */
#define BS .standard = "BS 7385-2", .edition = "1993", .below_hz = 4
#define BS_BASE(m, f, when, b, text, displacement, ...)                                            \
    {BS, .mark = m, .factor = f, .clause = text, .displacement_mm = displacement,                  \
     ROW(PLACE_FOUNDATION, when, b, QUANTITY_LARGEST_COMPONENT), __VA_ARGS__}

/* Normally sensitive [S]; highly sensitive: half of it [J]. The standard's quantity is the vector. */
#define SN(m, f, b, c, class, column, v1, v2, v3)                                                  \
    {.standard = "SN 640 312a", .edition = "1992", .mark = m, .factor = f, .counts = c,            \
     .clause = class " sensitive, " column,                                                        \
     ROW(PLACE_FOUNDATION, SHORT_TERM | LONG_TERM, b, QUANTITY_VECTOR),                            \
     CURVE(6, {1, v1}, {30, v1}, {30, v2}, {60, v2}, {60, v3}, {100, v3})}
#define SN_NORMAL(c, column, ...) SN('S', 1, B_LINE_2, c, "normally", column, __VA_ARGS__)
#define SN_HIGH(c, column, ...) SN('J', 0.5, B_LINE_3, c, "highly", column ", half of normal", __VA_ARGS__)

/* Three protection levels per material over the wave velocity Vp of the material [M]. */
#define GBT(table, place, material, level, name, vp1, v1, vp2, v2)                                 \
    {.standard = "GB/T 50452", .edition = "2008", .mark = 'M', .factor = 1,                        \
     .clause = "table " table ", " name, .over_wave_velocity = true,                               \
     ROW(place, LONG_TERM, MATERIAL(material) | HERITAGE(level), QUANTITY_LARGEST_HORIZONTAL),     \
     CURVE(2, {vp1, v1}, {vp2, v2})}
#define GBT_BRICK(level, name, v1, v2)                                                             \
    GBT("3.2.1", PLACE_TOP_FLOOR, BEARING_BRICK, level, "brick, " name, 1600, v1, 2100, v2)
#define GBT_STONE(level, name, v1, v2)                                                             \
    GBT("3.2.2", PLACE_TOP_FLOOR, BEARING_STONE, level, "stone, " name, 2300, v1, 2900, v2)
#define GBT_TIMBER(level, name, v1, v2)                                                            \
    GBT("3.2.3", PLACE_COLUMN_HEAD, BEARING_TIMBER, level, "timber, " name, 4600, v1, 5600, v2)

/* Table 7.1.2 [M], foundation and top floor; 70 % for old houses by 7.1.3 and 8.0.3. */
#define GB868(when, b, f, name, top, v10, v50, v100)                                               \
    {.standard = "GB 50868", .edition = "2013", .mark = 'M', .factor = f,                          \
     .clause = "table 7.1.2, " name ", foundation",                                                \
     ROW(PLACE_FOUNDATION, when, b, QUANTITY_LARGEST_COMPONENT),                                   \
     CURVE(4, {1, v10}, {10, v10}, {50, v50}, {100, v100})},                                       \
    {.standard = "GB 50868", .edition = "2013", .mark = 'M', .factor = f,                          \
     .clause = "table 7.1.2, " name ", top floor, horizontal",                                     \
     ROW(PLACE_TOP_FLOOR, when, b, QUANTITY_LARGEST_HORIZONTAL), LEVEL(top)}
#define GB868_DWELLING(when, b, f, name) GB868(when, b, f, name, 5, 2, 5, 7)

/* The lower end of each printed range, below 10, to 50 and to 100 Hz. */
#define GB6722(year, m, b, name, v1, v2, v3)                                                       \
    {.standard = "GB 6722", .edition = year, .mark = m, .factor = 1,                               \
     .clause = "blasting, " name ", lower end of the range",                                       \
     ROW(PLACE_FOUNDATION, BLASTING, b, QUANTITY_LARGEST_COMPONENT),                               \
     CURVE(6, {1, v1}, {10, v1}, {10, v2}, {50, v2}, {50, v3}, {100, v3})}

const struct vibration_limit vibration_limit_table[] = {
    DIN_FOUNDATION(1, {1, 20}, {10, 20}, {50, 40}, {100, 50}),
    DIN_FOUNDATION(2, {1, 5}, {10, 5}, {50, 15}, {100, 20}),
    DIN_FOUNDATION(3, {1, 3}, {10, 3}, {50, 8}, {100, 10}),
    DIN_TOP("short-term", SHORT_TERM, 1, 40),
    DIN_TOP("short-term", SHORT_TERM, 2, 15),
    DIN_TOP("short-term", SHORT_TERM, 3, 8),
    DIN_TOP("long-term", LONG_TERM, 1, 10),
    DIN_TOP("long-term", LONG_TERM, 2, 5),
    DIN_TOP("long-term", LONG_TERM, 3, 2.5),
    {DIN, .clause = "short-term vibration, floor, vertical (line 3: may have to be reduced)",
     ROW(PLACE_FLOOR_MIDDLE, SHORT_TERM, 0, QUANTITY_VERTICAL), LEVEL(20)},
    DIN_PIPE("welded steel", B_PIPE_STEEL, 100),
    DIN_PIPE("stoneware, concrete, metal", B_PIPE_CONCRETE, 80),
    DIN_PIPE("masonry, plastic", B_PIPE_MASONRY, 50),

    BS_BASE('S', 1, SHORT_TERM, B_INDUSTRIAL, "table 1, line 1, base of building", 0, LEVEL(50)),
    BS_BASE('S', 1, SHORT_TERM, B_DWELLING, "table 1, line 2, base of building", 0.6,
            CURVE(3, {4, 15}, {15, 20}, {40, 50})),
    BS_BASE('M', 0.5, LONG_TERM, B_INDUSTRIAL, "table 1, line 1, continuous: 50 %", 0, LEVEL(50)),
    BS_BASE('M', 0.5, LONG_TERM, B_DWELLING, "table 1, line 2, continuous: 50 %", 0.6,
            CURVE(3, {4, 15}, {15, 20}, {40, 50})),

    SN_NORMAL(COUNT_OCCASIONAL, "occasional", 15, 20, 30),
    SN_NORMAL(COUNT_FREQUENT, "frequent", 6, 8, 12),
    SN_NORMAL(COUNT_PERMANENT, "permanent", 2, 4, 6),
    SN_HIGH(COUNT_OCCASIONAL, "occasional", 15, 20, 30),
    SN_HIGH(COUNT_FREQUENT, "frequent", 6, 8, 12),
    SN_HIGH(COUNT_PERMANENT, "permanent", 2, 4, 6),

    GBT_BRICK(HERITAGE_NATIONAL, "national key unit", 0.15, 0.20),
    GBT_BRICK(HERITAGE_PROVINCIAL, "provincial", 0.27, 0.36),
    GBT_BRICK(HERITAGE_CITY, "city, county", 0.45, 0.60),
    GBT_STONE(HERITAGE_NATIONAL, "national key unit", 0.20, 0.25),
    GBT_STONE(HERITAGE_PROVINCIAL, "provincial", 0.36, 0.45),
    GBT_STONE(HERITAGE_CITY, "city, county", 0.60, 0.75),
    GBT_TIMBER(HERITAGE_NATIONAL, "national key unit", 0.18, 0.22),
    GBT_TIMBER(HERITAGE_PROVINCIAL, "provincial", 0.25, 0.30),
    GBT_TIMBER(HERITAGE_CITY, "city, county", 0.29, 0.35),

    GB868(LONG_TERM | PILING, B_LINE_1, 1, "industrial, public", 10, 5, 10, 12.5),
    GB868_DWELLING(LONG_TERM | PILING, B_LINE_2 | B_SOUND, 1, "residential"),
    GB868_DWELLING(LONG_TERM | PILING, B_LINE_2 | B_OLD, 0.7, "residential, 70 % by 7.1.3"),
    GB868_DWELLING(PILING, B_LINE_3 | B_DWELLING | B_SOUND, 1, "residential, for comparison"),
    GB868_DWELLING(PILING, B_LINE_3 | B_DWELLING | B_OLD, 0.7, "residential, 70 %, for comparison"),
    GB868(LONG_TERM, B_LINE_3, 1, "sensitive, worth protecting", 2.5, 1, 2.5, 3),

    GB6722("2003", 'S', B_LINE_3 | B_LOCAL, "historic building", 1, 2, 3),
    GB6722("2014", 'M', B_LINE_3 | B_LOCAL, "historic building", 1, 2, 3),
    GB6722("2003", 'S', B_LINE_2 | MATERIAL(BEARING_BRICK), "ordinary brick house", 20, 23, 27),
    GB6722("2003", 'S', B_LINE_2 | MATERIAL(BEARING_STONE), "earth or rubble house", 5, 7, 11),
};
/* clang-format on */

const size_t vibration_limit_rows = sizeof vibration_limit_table / sizeof vibration_limit_table[0];
