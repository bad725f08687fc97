/* A house with sensors, and texts of bursts, for the tests of vibration. */
#ifndef BURST_FIXTURE_H
#define BURST_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/base/strbuf.h"
#include "shikumen/core/burst.h"

#define T0_S  1763798400.125
#define T0_US 1763798400125000

enum { WALL, FOOT, BEAM, FLOOR, ELEMENTS };
enum { PROTECTED, PLAIN, HOUSES };
enum { ON_FOOT, LOW, MIDDLE, HIGH, NOWHERE, ON_FLOOR, ON_BEAM, PLAIN_FOOT, SENSORS };

static struct element site_elements[ELEMENTS] = {
    [WALL] = {.id = "H1/wall", .kind = ELEMENT_WALL, .material = "brick", .height_m = 7.2},
    [FOOT] = {.id = "H1/foot", .kind = ELEMENT_FOUNDATION, .material = "", .height_m = NAN},
    [BEAM] = {.id = "H1/beam", .kind = ELEMENT_BEAM, .material = "timber", .height_m = NAN},
    [FLOOR] = {.id = "H1/floor", .kind = ELEMENT_FLOOR, .material = "timber", .height_m = NAN},
};

static struct house site_houses[HOUSES] = {
    [PROTECTED] = {.id = "H1", .built_year = 1925, .storeys = 2, .protection = PROTECTION_CITY},
    [PLAIN] = {.id = "H2", .built_year = 1995, .storeys = 2, .protection = PROTECTION_NONE},
};

#define SITE_SENSOR(h, e, ax, z)                                                                   \
    {                                                                                              \
        .house = (h), .element = (e), .quantity = Q_VELOCITY, .axis = (ax), .medium = "",          \
        .position_m = {                                                                            \
            NAN,                                                                                   \
            NAN,                                                                                   \
            (z)                                                                                    \
        }                                                                                          \
    }

static struct sensor site_sensors[SENSORS] = {
    [ON_FOOT] = SITE_SENSOR(PROTECTED, FOOT, "", NAN),
    [LOW] = SITE_SENSOR(PROTECTED, WALL, "", 0.5),
    [MIDDLE] = SITE_SENSOR(PROTECTED, WALL, "", 2.0),
    [HIGH] = SITE_SENSOR(PROTECTED, WALL, "x", 6.9),
    [NOWHERE] = SITE_SENSOR(PROTECTED, WALL, "", NAN),
    [ON_FLOOR] = SITE_SENSOR(PROTECTED, FLOOR, "z", 3.6),
    [ON_BEAM] = SITE_SENSOR(PROTECTED, BEAM, "vertical", NAN),
    [PLAIN_FOOT] = SITE_SENSOR(PLAIN, REGISTRY_NONE, "", 0.1),
};

static const struct registry site_registry = {.houses = site_houses,
                                              .house_count = HOUSES,
                                              .elements = site_elements,
                                              .element_count = ELEMENTS,
                                              .sensors = site_sensors,
                                              .sensor_count = SENSORS};

/* Base64 of n samples as float32. */
static inline void put_base64(struct strbuf *out, const double *x, size_t n)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = 0;
    int have = 0;

    for (size_t i = 0; i < n; i++) {
        float v = (float)x[i];
        uint8_t bytes[4];

        memcpy(bytes, &v, sizeof bytes);
        for (size_t j = 0; j < sizeof bytes; j++) {
            bits = bits << 8 | bytes[j];
            have += 8;
            for (; have >= 6; have -= 6)
                strbuf_putc(out, digit[bits >> (have - 6) & 63]);
        }
    }
    if (have > 0)
        strbuf_putc(out, digit[bits << (6 - have) & 63]);
}

static inline void put_numbers(struct strbuf *out, const double *x, size_t n)
{
    strbuf_putc(out, '[');
    for (size_t i = 0; i < n; i++) {
        strbuf_puts(out, i > 0 ? "," : "");
        strbuf_number(out, (double)(float)x[i]);
    }
    strbuf_putc(out, ']');
}

/* The text of a burst of the axes that are not NULL. */
static inline void put_burst(struct strbuf *out, double fs_hz, const char *kind, const char *unit,
                             const double *const *axis, size_t n, bool base64)
{
    const char *before = "";

    strbuf_clear(out);
    strbuf_printf(out, "{\"t0\":%.3f,\"fs\":%.17g,\"kind\":\"%s\",\"unit\":\"%s\",\"axes\":{", T0_S,
                  fs_hz, kind, unit);
    for (int a = 0; a < 3; a++) {
        if (!axis[a])
            continue;
        strbuf_printf(out, "%s\"%c\":%s", before, 'x' + a, base64 ? "\"" : "");
        if (base64)
            put_base64(out, axis[a], n);
        else
            put_numbers(out, axis[a], n);
        strbuf_puts(out, base64 ? "\"" : "");
        before = ",";
    }
    strbuf_puts(out, "}}");
    assert_false(out->failed);
}

/* Hann-windowed sine of one peak at the middle of from_s .. from_s + length_s, added. */
static inline void add_pulse(double *x, size_t n, double fs_hz, double amplitude, double f_hz,
                             double from_s, double length_s)
{
    for (size_t i = 0; i < n; i++) {
        double t = (double)i / fs_hz - from_s;

        if (t < 0 || t > length_s)
            continue;
        x[i] += amplitude * 0.5 * (1 - cos(2 * M_PI * t / length_s)) * sin(2 * M_PI * f_hz * t);
    }
}

static inline void assert_near(double a, double b, double tolerance)
{
    if (fabs(a - b) <= tolerance)
        return;
    print_error("%.12g is not %.12g within %g\n", a, b, tolerance);
    fail();
}

struct fixture {
    struct arena arena;
    struct strbuf text;
};

static inline int setup(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    return *state ? 0 : -1;
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;

    strbuf_free(&f->text);
    arena_free(&f->arena);
    free(f);
    return 0;
}

static inline struct burst_record read_burst(struct fixture *f)
{
    struct burst_record b;

    assert_int_equal(burst_read(f->text.data, f->text.len, BURST_SAMPLES, &f->arena, &b), ERR_OK);
    return b;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
