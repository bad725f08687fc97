#include <math.h>
#include <string.h>

#include "shikumen/num/autocorr.h"
#include "shikumen/num/regress.h"
#include "slow_private.h"

#define WEEK_LEAST  2
#define WEEKS_LEAST 8
#define GAIN_WEEKS  26
#define GAIN_Z      8.0 /* of the answer to temperature, in standard errors [J] */
#define GAIN_FLOORS 3.0 /* that it moves the residual, and */
#define GAIN_R2     0.7 /* of its variance that it explains [J] */
#define SLOW_LAG    3   /* 5 d */
#define SLOWEST_LAG 4   /* 20 d */

/* Weekly residuals beside time, temperature and damp. */
struct weeks {
    size_t n, k; /* rows, columns of x */
    double *y;
    struct matrix x;
    double temperature_spread;
};

static uint32_t driver_of(const struct slow *s, const struct channel *c, enum quantity q)
{
    for (uint32_t i = 0; i < c->drivers; i++)
        if (s->r->sensors[c->driver[i]].quantity == q)
            return c->driver[i];
    return REGISTRY_NONE;
}

static double mean_of_week(const struct channel *driver, uint8_t lag, double day)
{
    int64_t from = (int64_t)(day - 3) * BINS_PER_DAY;
    double sum = 0;
    int count = 0;

    for (int64_t b = from; b < from + 7 * BINS_PER_DAY; b++) {
        double v = driver_value(driver, lag, b);
        if (isnan(v))
            continue;
        sum += v;
        count++;
    }
    return count > 0 ? sum / count : (double)NAN;
}

/* The drivers that are known in all of the weeks become columns behind time. */
static void add_driver(const struct slow *s, const struct channel *c, uint32_t driver, uint8_t lag,
                       const double *t_d, struct weeks *w)
{
    double *x = matrix_col(&w->x, w->k), low = INFINITY, high = -INFINITY;

    if (driver == REGISTRY_NONE)
        return;
    for (size_t i = 0; i < w->n; i++) {
        x[i] = mean_of_week(&s->channel[driver], lag, (double)c->first_day + t_d[i]);
        if (isnan(x[i]))
            return;
        low = fmin(low, x[i]);
        high = fmax(high, x[i]);
    }
    if (!(high > low))
        return;
    if (w->k == 1)
        w->temperature_spread = high - low;
    w->k++;
}

static enum err gather(const struct slow *s, uint32_t sensor, size_t weeks, struct arena *arena,
                       struct weeks *w)
{
    const struct channel *c = &s->channel[sensor];
    size_t days = weeks * 7 < c->days ? weeks * 7 : c->days, first = c->days - days;
    double *t_d = arena_array(arena, days / 7 + 1, sizeof *t_d);

    *w = (struct weeks){.k = 1, .y = arena_array(arena, days / 7 + 1, sizeof *w->y)};
    if (!t_d || !w->y)
        return ERR_NOMEM;
    w->n = movement_weeks(c->residual, c->days, first + days % 7, WEEK_LEAST, t_d, w->y);
    w->x = matrix_new(arena, w->n, 4);
    if (!w->x.at)
        return ERR_NOMEM;
    memcpy(matrix_col(&w->x, 0), t_d, w->n * sizeof *t_d);
    add_driver(s, c, driver_of(s, c, Q_TEMPERATURE), SLOW_LAG, t_d, w);
    if (w->k > 1)
        add_driver(s, c, driver_of(s, c, Q_TEMPERATURE), SLOWEST_LAG, t_d, w);
    add_driver(s, c, driver_of(s, c, Q_HUMIDITY), SLOWEST_LAG, t_d, w);
    w->x.cols = w->k;
    return ERR_OK;
}

/* How much wider errors are than those of independent residuals. */
static double widening(const struct regression *fit)
{
    double phi;

    if (ar1_coefficient(fit->residual, fit->n, AR1_CORRECTED, &phi) != ERR_OK || phi <= 0)
        return 1;
    return sqrt((1 + fmin(phi, 0.9)) / (1 - fmin(phi, 0.9)));
}

static bool fit_weeks(const struct weeks *w, struct arena *arena, struct regression *fit)
{
    return w->n >= WEEKS_LEAST && w->n > w->k + 3 && w->k > 1 &&
           regress_fit(&w->x, w->y, NULL, true, arena, fit) == ERR_OK && !fit->dropped[1];
}

/* The answer to temperature of half a year's residuals, which should be none. */
static void judge_gain(struct slow_sensor *x, const struct weeks *w, const struct regression *fit,
                       double floor)
{
    double wide = widening(fit), moved = fabs(fit->coefficient[2]) * w->temperature_spread;

    x->gain = fabs(fit->coefficient[2]) > GAIN_Z * wide * fit->standard_error[2] &&
              moved > GAIN_FLOORS * floor && fit->r2 > GAIN_R2;
}

static void take_back(struct movement *m, const struct regression *fit)
{
    struct movement_window *w = &m->window[m->governing];
    double slope = fit->coefficient[1], error = fit->standard_error[1] * widening(fit);

    if (fabs(slope) > MOVEMENT_Z * error && slope * w->slope > 0)
        return;
    w->significant = false;
    m->governing = -1;
}

enum err slow_doubt_weather(struct slow *s, uint32_t sensor, int64_t day, struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    struct slow_sensor *x = &s->sensor[sensor];
    struct regression fit;
    struct weeks w;
    enum err e = ERR_OK;

    (void)day;
    while (e == ERR_OK && x->moved && x->movement.governing >= 0) {
        int before = x->movement.governing;
        e = gather(s, sensor, x->movement.window[before].weeks, arena, &w);
        if (e == ERR_OK && fit_weeks(&w, arena, &fit))
            take_back(&x->movement, &fit);
        if (x->movement.governing == before)
            break;
        movement_govern(&x->movement);
    }
    if (e == ERR_OK)
        e = gather(s, sensor, GAIN_WEEKS, arena, &w);
    x->gain = false;
    if (e == ERR_OK && w.n >= GAIN_WEEKS / 2 && fit_weeks(&w, arena, &fit))
        judge_gain(x, &w, &fit, slow_floor(s->r->sensors[sensor].quantity, x->movement.level));
    arena_rewind(arena, mark);
    return e;
}
