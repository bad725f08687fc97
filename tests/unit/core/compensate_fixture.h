/* A wall's year by bins, with what drives it, for the tests of compensate.h. */
#ifndef COMPENSATE_FIXTURE_H
#define COMPENSATE_FIXTURE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shikumen/core/bins.h"
#include "shikumen/core/compensate.h"
#include "weather_truth.h"

#define BINS_MOST (420 * BINS_PER_DAY)
#define LAGS      5
#define COLUMNS   8 /* temperature with five lags, humidity with three */

static const double truth_lag_d[COLUMNS] = {0, 0.25, 1, 5, 20, 0, 5, 20};
#define T_NOW  0
#define T_5D   3
#define GAIN_A (-0.010) /* of T_5D and */
#define GAIN_B (-0.004) /* of T_NOW: a wall whose cracks open by 0.3 mm in winter */
#define NOISE  0.01     /* AR(1) of coefficient 0.8 */

struct wall {
    struct random chance;
    struct compensate_data data;
    double x[COMPENSATE_COLUMNS][BINS_MOST], y[BINS_MOST], damage[BINS_MOST];
};

static inline double weather_of(const struct wall *w, size_t i)
{
    return GAIN_A * w->x[T_5D][i] + GAIN_B * w->x[T_NOW][i];
}

/* So many days from any day of a year on. */
static inline void wall_start(struct wall *w, size_t days, uint64_t seed)
{
    size_t n = days * BINS_PER_DAY;

    w->chance = random_seeded(seed);
    truth_temperature(&w->chance, 365 * random_uniform(&w->chance), BINS_PER_DAY, w->x[0], n);
    for (size_t i = 0; i < n; i++)
        w->x[LAGS][i] = 75;
    truth_noise(&w->chance, 8, 0.9, w->x[LAGS], n);
    for (size_t j = 1; j < COLUMNS; j++)
        if (j != LAGS)
            truth_memory(w->x[j < LAGS ? 0 : LAGS], n, BINS_PER_DAY, truth_lag_d[j], w->x[j]);
    w->data = (struct compensate_data){.n = n, .y = w->y, .columns = COLUMNS};
    for (size_t j = 0; j < COLUMNS; j++) {
        w->data.x[j] = w->x[j];
        w->data.lag_d[j] = truth_lag_d[j];
    }
    for (size_t i = 0; i < n; i++)
        w->y[i] = 3 + weather_of(w, i);
    truth_noise(&w->chance, NOISE, 0.8, w->y, n);
    memset(w->damage, 0, sizeof w->damage);
}

static inline void columns_at(const struct wall *w, size_t i, double *x)
{
    for (size_t j = 0; j < w->data.columns; j++)
        x[j] = w->x[j][i];
}

static inline struct compensation train(const struct wall *w)
{
    struct arena arena = {0};
    struct compensation c;

    assert_int_equal(compensate_train(&w->data, (double)w->data.n / BINS_PER_DAY, &arena, &c),
                     ERR_OK);
    arena_free(&arena);
    return c;
}

static inline struct wall *new_wall(void)
{
    struct wall *w = calloc(1, sizeof *w);

    assert_non_null(w);
    return w;
}

#endif
