#include "shikumen/model/quantity.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

/* canonical = (v * multiply - subtract) / divide; factors are exact integers, so that a decimal
 * factor costs one rounding; or 1000 tan(v * multiply / divide) for an angle. */
struct unit_conversion {
    const char *unit, *canonical;
    double multiply, subtract, divide;
    bool angle;
};

/* Each table ends with a NULL unit. Spellings are those of RFC 8428 section 12.1 and RFC 8798 where
 * these have the unit. */
static const struct unit_conversion length_units[] = {
    {"mm", "mm", 1, 0, 1, false},   {"um", "mm", 1, 0, 1000, false}, {"cm", "mm", 10, 0, 1, false},
    {"m", "mm", 1000, 0, 1, false}, {NULL, NULL, 0, 0, 0, false},
};

static const struct unit_conversion tilt_units[] = {
    {"mm/m", "mm/m", 1, 0, 1, false}, {"deg", "mm/m", PI, 0, 180, true},
    {"rad", "mm/m", 1, 0, 1, true},   {"arcsec", "mm/m", PI, 0, 648000, true},
    {NULL, NULL, 0, 0, 0, false},
};

static const struct unit_conversion strain_units[] = {
    {"um/m", "um/m", 1, 0, 1, false},    {"1", "um/m", 1000000, 0, 1, false},
    {"mm/m", "um/m", 1000, 0, 1, false}, {"/", "um/m", 1000000, 0, 1, false},
    {NULL, NULL, 0, 0, 0, false},
};

static const struct unit_conversion velocity_units[] = {
    {"mm/s", "mm/s", 1, 0, 1, false},
    {"m/s", "mm/s", 1000, 0, 1, false},
    {NULL, NULL, 0, 0, 0, false},
};

/* Standard gravity 9.80665 m/s2 (ISO 80000-3). */
static const struct unit_conversion acceleration_units[] = {
    {"m/s2", "m/s2", 1, 0, 1, false},
    {"g", "m/s2", 980665, 0, 100000, false},
    {"mg", "m/s2", 980665, 0, 100000000, false},
    {NULL, NULL, 0, 0, 0, false},
};

static const struct unit_conversion frequency_units[] = {
    {"Hz", "Hz", 1, 0, 1, false},
    {NULL, NULL, 0, 0, 0, false},
};

static const struct unit_conversion temperature_units[] = {
    {"Cel", "Cel", 1, 0, 1, false},
    {"K", "Cel", 1, 273.15, 1, false},
    {"degF", "Cel", 5, 160, 9, false},
    {NULL, NULL, 0, 0, 0, false},
};

static const struct unit_conversion humidity_units[] = {
    {"%RH", "%RH", 1, 0, 1, false}, {"/", "%RH", 100, 0, 1, false}, {"/100", "%RH", 1, 0, 1, false},
    {"%", "%RH", 1, 0, 1, false},   {NULL, NULL, 0, 0, 0, false},
};

static const struct unit_conversion moisture_units[] = {
    {"%", "%", 1, 0, 1, false},
    {"/", "%", 100, 0, 1, false},
    {"/100", "%", 1, 0, 1, false},
    {NULL, NULL, 0, 0, 0, false},
};

static const struct unit_conversion level_units[] = {
    {"m", "m", 1, 0, 1, false},
    {"mm", "m", 1, 0, 1000, false},
    {"cm", "m", 1, 0, 100, false},
    {NULL, NULL, 0, 0, 0, false},
};

static const struct unit_conversion rain_units[] = {
    {"mm", "mm", 1, 0, 1, false},
    {NULL, NULL, 0, 0, 0, false},
};

static const struct unit_conversion boolean_units[] = {
    {"/", "/", 1, 0, 1, false},
    {"boolean", "/", 1, 0, 1, false},
    {NULL, NULL, 0, 0, 0, false},
};

static const struct unit_conversion battery_units[] = {
    {"V", "V", 1, 0, 1, false},   {"mV", "V", 1, 0, 1000, false}, {"%", "%", 1, 0, 1, false},
    {"%EL", "%", 1, 0, 1, false}, {NULL, NULL, 0, 0, 0, false},
};

static const struct unit_conversion rssi_units[] = {
    {"dBm", "dBm", 1, 0, 1, false},
    {NULL, NULL, 0, 0, 0, false},
};

/* What instruments say. digits: f^2 / 1000 of a vibrating wire, f in Hz. */
#define RAW(name)                                                                                  \
    {                                                                                              \
        name, name, 1, 0, 1, false                                                                 \
    }
static const struct unit_conversion raw_units[] = {
    RAW("digits"), RAW("Hz"),  RAW("us"),   RAW("count"),  RAW("mV/V"),
    RAW("uV"),     RAW("mV"),  RAW("V"),    RAW("mA"),     RAW("ohm"),
    RAW("kohm"),   RAW("%"),   RAW("1"),    RAW("/"),      RAW("um"),
    RAW("mm"),     RAW("cm"),  RAW("m"),    RAW("in"),     RAW("um/m"),
    RAW("mm/m"),   RAW("deg"), RAW("rad"),  RAW("arcsec"), RAW("Cel"),
    RAW("K"),      RAW("Pa"),  RAW("kPa"),  RAW("mbar"),   RAW("bar"),
    RAW("g"),      RAW("mg"),  RAW("m/s2"), RAW("%RH"),    {NULL, NULL, 0, 0, 0, false},
};
#undef RAW

static const struct {
    struct quantity_info info;
    const struct unit_conversion *units;
    const char *units_text;
} rows[Q_COUNT] = {
    [Q_CRACK_WIDTH] = {{.name = "crack_width",
                        .canonical_unit = "mm",
                        .zh = "裂缝宽度",
                        .en = "crack width",
                        .decimals = 2},
                       length_units,
                       "mm, um, cm, m"},
    [Q_SETTLEMENT] = {{.name = "settlement",
                       .canonical_unit = "mm",
                       .zh = "沉降",
                       .en = "settlement",
                       .decimals = 2},
                      length_units,
                      "mm, um, cm, m"},
    [Q_DISPLACEMENT] = {{.name = "displacement",
                         .canonical_unit = "mm",
                         .zh = "位移",
                         .en = "displacement",
                         .two_sided = true,
                         .decimals = 2},
                        length_units,
                        "mm, um, cm, m"},
    [Q_DEFLECTION] = {{.name = "deflection",
                       .canonical_unit = "mm",
                       .zh = "挠度",
                       .en = "deflection",
                       .decimals = 2},
                      length_units,
                      "mm, um, cm, m"},
    [Q_TILT] = {{.name = "tilt",
                 .canonical_unit = "mm/m",
                 .zh = "倾斜",
                 .en = "tilt",
                 .two_sided = true,
                 .decimals = 2},
                tilt_units,
                "mm/m, deg, rad, arcsec"},
    [Q_STRAIN] = {{.name = "strain",
                   .canonical_unit = "um/m",
                   .zh = "应变",
                   .en = "strain",
                   .two_sided = true,
                   .decimals = 0},
                  strain_units,
                  "um/m, 1, mm/m, /"},
    [Q_VELOCITY] = {{.name = "velocity",
                     .canonical_unit = "mm/s",
                     .zh = "振动速度峰值",
                     .en = "peak particle velocity",
                     .two_sided = true,
                     .decimals = 2},
                    velocity_units,
                    "mm/s, m/s"},
    [Q_ACCELERATION] = {{.name = "acceleration",
                         .canonical_unit = "m/s2",
                         .zh = "加速度",
                         .en = "acceleration",
                         .two_sided = true,
                         .decimals = 3},
                        acceleration_units,
                        "m/s2, g, mg"},
    [Q_FREQUENCY] = {{.name = "frequency",
                      .canonical_unit = "Hz",
                      .zh = "固有频率",
                      .en = "natural frequency",
                      .decimals = 2},
                     frequency_units,
                     "Hz"},
    [Q_DOMINANT_FREQUENCY] = {{.name = "dominant_frequency",
                               .canonical_unit = "Hz",
                               .zh = "振动主频",
                               .en = "dominant frequency",
                               .decimals = 1},
                              frequency_units,
                              "Hz"},
    [Q_TEMPERATURE] = {{.name = "temperature",
                        .canonical_unit = "Cel",
                        .zh = "温度",
                        .en = "temperature",
                        .decimals = 1},
                       temperature_units,
                       "Cel, K, degF"},
    [Q_HUMIDITY] = {{.name = "humidity",
                     .canonical_unit = "%RH",
                     .zh = "相对湿度",
                     .en = "relative humidity",
                     .decimals = 1},
                    humidity_units,
                    "%RH, /, /100, %"},
    [Q_MOISTURE_CONTENT] = {{.name = "moisture_content",
                             .canonical_unit = "%",
                             .zh = "木材含水率",
                             .en = "timber moisture content",
                             .decimals = 1},
                            moisture_units,
                            "%, /, /100"},
    [Q_WATER_LEVEL] = {{.name = "water_level",
                        .canonical_unit = "m",
                        .zh = "水位",
                        .en = "water level",
                        .decimals = 3},
                       level_units,
                       "m, mm, cm"},
    [Q_RAIN] =
        {{.name = "rain", .canonical_unit = "mm", .zh = "降雨量", .en = "rain", .decimals = 1},
         rain_units,
         "mm"},
    [Q_LEAK] = {{.name = "leak",
                 .canonical_unit = "/",
                 .zh = "漏水",
                 .en = "leak",
                 .boolean = true,
                 .decimals = 0},
                boolean_units,
                "/, boolean"},
    [Q_DOOR] = {{.name = "door",
                 .canonical_unit = "/",
                 .zh = "门窗开闭",
                 .en = "door",
                 .boolean = true,
                 .decimals = 0},
                boolean_units,
                "/, boolean"},
    [Q_BATTERY] = {{.name = "battery",
                    .canonical_unit = "V",
                    .zh = "电池",
                    .en = "battery",
                    .instrument = true,
                    .decimals = 2},
                   battery_units,
                   "V, mV, %, %EL"},
    [Q_RSSI] = {{.name = "rssi",
                 .canonical_unit = "dBm",
                 .zh = "信号强度",
                 .en = "signal strength",
                 .instrument = true,
                 .decimals = 0},
                rssi_units,
                "dBm"},
};

const struct quantity_info *quantity_info(enum quantity q)
{
    return &rows[q].info;
}

enum quantity quantity_by_name(const char *name)
{
    enum quantity q = Q_CRACK_WIDTH;

    while (q < Q_COUNT && strcmp(rows[q].info.name, name) != 0)
        q++;
    return q;
}

const struct unit_conversion *unit_find(enum quantity q, const char *unit)
{
    for (const struct unit_conversion *c = rows[q].units; c->unit; c++)
        if (strcmp(c->unit, unit) == 0)
            return c;
    return NULL;
}

const char *unit_name(const struct unit_conversion *c)
{
    return c->unit;
}

const struct unit_conversion *unit_raw_find(const char *unit)
{
    for (const struct unit_conversion *c = raw_units; c->unit; c++)
        if (strcmp(c->unit, unit) == 0)
            return c;
    return NULL;
}

const char *unit_raw_text(void)
{
    return "digits, Hz, us, count, mV/V, uV, mV, V, mA, ohm, kohm, %, 1, /, um, mm, cm, m, in, "
           "um/m, "
           "mm/m, deg, rad, arcsec, Cel, K, Pa, kPa, mbar, bar, g, mg, m/s2, %RH";
}

const char *unit_canonical(const struct unit_conversion *c)
{
    return c->canonical;
}

/* Slope of an angle, mm/m; an angle of a right angle or more has none. */
static double slope(const struct unit_conversion *c, double v)
{
    double angle_rad = v * c->multiply / c->divide;

    return fabs(angle_rad) < PI / 2 ? 1000 * tan(angle_rad) : (double)NAN;
}

double unit_to_canonical(const struct unit_conversion *c, double v)
{
    return c->angle ? slope(c, v) : (v * c->multiply - c->subtract) / c->divide;
}

double unit_difference_to_canonical(const struct unit_conversion *c, double v)
{
    return c->angle ? slope(c, v) : v * c->multiply / c->divide;
}

const char *quantity_units_text(enum quantity q)
{
    return rows[q].units_text;
}
