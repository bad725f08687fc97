/* Pairs fed with hours; weather of a lane house from a seed. */
#ifndef SHIKUMEN_TESTS_DOSES_FIXTURE_H
#define SHIKUMEN_TESTS_DOSES_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/core/doses.h"
#include "shikumen/num/random.h"

#define HOUR   (3600 * 1000000LL)
#define DAY    (24 * HOUR)
#define YEAR_H 8766
#define NONE   ((double)NAN)
/* 2020-01-01T00:00:00Z, which begins an hour, a day and a quarter of one. */
#define T0 (1577836800LL * 1000000)

static inline void near_to(double a, double b, double within)
{
    if (!(fabs(a - b) <= within))
        fail_msg("%.17g is not within %g of %.17g", a, within, b);
}

static inline struct dose_pair pair_of_basis(enum dose_basis basis)
{
    struct dose_pair p = {.basis = basis, .mould = MOULD_SENSITIVE, .decline = 0.5};

    for (size_t c = 0; c < DOSE_CHANNELS; c++)
        p.sensor[c] = REGISTRY_NONE;
    p.sensor[DOSE_CELSIUS] = 1;
    p.sensor[basis == DOSE_OF_TIMBER ? DOSE_MC : DOSE_RH] = 2;
    if (basis == DOSE_OF_LEAK)
        p.sensor[DOSE_LEAK] = 3;
    p.element = REGISTRY_NONE;
    return p;
}

static inline struct dose *new_dose(struct dose_pair p)
{
    struct dose *d = dose_new(&p);

    assert_non_null(d);
    return d;
}

static inline struct dose *new_of(enum dose_basis basis)
{
    return new_dose(pair_of_basis(basis));
}

/* One hour of both sensors, in the middle of hour h after T0. */
static inline void feed(struct dose *d, enum dose_channel wet_channel, int64_t h, double celsius,
                        double wet)
{
    dose_add(d, DOSE_CELSIUS, T0 + h * HOUR + HOUR / 2, celsius);
    dose_add(d, wet_channel, T0 + h * HOUR + HOUR / 2, wet);
}

/* count hours from hour h. */
static inline int64_t feed_hours(struct dose *d, enum dose_channel wet_channel, int64_t h,
                                 int64_t count, double celsius, double wet)
{
    for (int64_t i = 0; i < count; i++)
        feed(d, wet_channel, h + i, celsius, wet);
    return h + count;
}

static inline struct dose_view look(struct dose *d, int64_t h)
{
    struct arena arena = {0};
    struct dose_view v;

    assert_int_equal(dose_look(d, T0 + h * HOUR, &arena, &v), ERR_OK);
    arena_free(&arena);
    return v;
}

/* --- weather --- */

/* Outdoors and a room, hour by hour: season, years that differ, fronts of days, plum rain from the
 * middle of June to the middle of July. */
struct sky {
    struct random chance;
    double year_celsius, year_rh, front, damp;
    int64_t year;
    double room_rh; /* mean level of the room */
    double damping; /* of its humidity against outdoors */
};

struct room {
    double celsius, rh;
};

static inline struct sky sky_of(uint64_t seed, double room_rh)
{
    return (struct sky){
        .chance = random_seeded(seed), .year = INT64_MIN, .room_rh = room_rh, .damping = 0.6};
}

static inline struct room sky_hour(struct sky *s, int64_t h)
{
    double year = (double)h / YEAR_H, part = year - floor(year), plum = (part - 0.50) / 0.055;
    double season = 3 * sin(6.283185307179586 * (part - 0.35));
    double sun = 3 * cos(6.283185307179586 * ((double)h - 6.5) / 24);

    if ((int64_t)floor(year) != s->year) {
        s->year = (int64_t)floor(year);
        s->year_celsius = 0.5 * random_normal(&s->chance);
        s->year_rh = 1.2 * random_normal(&s->chance);
    }
    s->front += -s->front / 60 + 0.5 * random_normal(&s->chance);
    s->damp += -s->damp / 80 + 0.7 * random_normal(&s->chance);
    return (struct room){
        .celsius = 17 + 10 * sin(6.283185307179586 * (part - 0.30)) + s->year_celsius + 0.5 * sun +
                   0.7 * s->front,
        .rh = fmin(fmax(s->room_rh + s->year_rh + season +
                            s->damping * (11 * exp(-plum * plum) - 1.2 * sun + s->damp),
                        20),
                   99)};
}

#endif
