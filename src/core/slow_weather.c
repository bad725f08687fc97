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
#define GAIN_R2     0.7 /* of its variance about a trend that weather explains [J] */
#define SLOW_LAG    3   /* 5 d */
#define SLOWEST_LAG 4   /* 20 d */

/* Weekly residuals beside time, temperature and damp. */
struct weeks {
    size_t n, k; /* rows, columns of x */
    double *y;
    struct matrix x;
    size_t temperatures; /* columns 1 .. of it */
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
    w->k += high > low;
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
    w->temperatures = w->k - 1;
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

/* How far temperature's columns together move the fit: two that nearly agree may each do so much
 * more, and cancel. */
static double moved_by_temperature(const struct weeks *w, const struct regression *fit)
{
    double low = INFINITY, high = -INFINITY;

    for (size_t i = 0; i < w->n; i++) {
        double sum = 0;
        for (size_t j = 1; j <= w->temperatures; j++)
            sum += fit->coefficient[1 + j] * matrix_col(&w->x, j)[i];
        low = fmin(low, sum);
        high = fmax(high, sum);
    }
    return high - low;
}

/* The answer to temperature of half a year's residuals, which should be none. What it explains is
 * told beside a trend, which damage has; and damage that is larger than that comes first: it may
 * have taught the model a wrong answer. */
static void judge_gain(struct slow_sensor *x, const struct weeks *w, const struct regression *fit,
                       double floor, struct arena *arena)
{
    struct matrix time = w->x;
    struct regression trend;
    double moved = w->temperatures > 0 ? moved_by_temperature(w, fit) : 0;

    time.cols = 1;
    if (!(moved > GAIN_FLOORS * floor && moved > fabs(x->movement.change)) ||
        !(fabs(fit->coefficient[2]) > GAIN_Z * widening(fit) * fit->standard_error[2]) ||
        regress_fit(&time, w->y, NULL, true, arena, &trend) != ERR_OK)
        return;
    x->gain = fit->rss < (1 - GAIN_R2) * trend.rss;
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
    if (e == ERR_OK && s->channel[sensor].model.terms > 0 && w.n >= GAIN_WEEKS / 2 &&
        fit_weeks(&w, arena, &fit))
        judge_gain(x, &w, &fit, slow_floor(s->r->sensors[sensor].quantity, x->movement.level),
                   arena);
    if (e == ERR_OK && s->channel[sensor].model.terms > 0 &&
        (x->movement.governing >= 0 || x->step.day != SIZE_MAX))
        x->gain = x->gain || slow_breathes_away(s, sensor, day);
    arena_rewind(arena, mark);
    return e;
}
