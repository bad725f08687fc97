/* What of a sensor is weather: a lagged regression on the environment of its element, trained on
 * the readings since its baseline, then frozen (ENGINEERING B2.1).
 *
 *   y = b0 + sum b_j (x_j - c_j) + e,   e AR(1)
 *
 * The columns x_j are bins of temperatures, humidities and water levels and their exponential
 * memories. Estimation is on generalised differences (Cochrane & Orcutt 1949; Prais & Winsten 1954)
 * with a trend and its square beside the columns: a slow movement makes e persistent, phi goes to
 * its bound, and what is left to learn from is the weather of days and weeks. So slow damage is
 * neither absorbed by the coefficients (how much of it is: test_compensate_damage) nor (the trend
 * is not part of the model) taken out of the residual. Wild
 * differences (steps, spikes) get no weight. Columns are chosen forward by BIC (Schwarz 1978) and
 * judged on weeks held back in turn; a model without skill there is none. */
#ifndef SHIKUMEN_CORE_COMPENSATE_H
#define SHIKUMEN_CORE_COMPENSATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

/* How much a model has seen [J]. Each stage adds what can be told apart by then. */
enum maturity {
    MATURITY_NONE,    /* below 3 days: nothing is said */
    MATURITY_RAW,     /* below 14 days: the readings as they are, robustly */
    MATURITY_DAILY,   /* below 60 days: what comes with the day */
    MATURITY_WEATHER, /* below 300 days: what comes with fronts and months */
    MATURITY_SEASON   /* a year and more */
};
const char *maturity_name(enum maturity m); /* "none", "raw", "daily", "weather", "season" */
enum maturity maturity_of(double days);

#define COMPENSATE_COLUMNS 18 /* candidates at most */
#define COMPENSATE_TERMS   6  /* chosen at most */

/* n consecutive bins. y and the columns: NaN where missing. lag_d of a column: its memory, 0 none;
 * columns of memories longer than a maturity allows are left alone. */
struct compensate_data {
    size_t n;
    const double *y;
    size_t columns;
    const double *x[COMPENSATE_COLUMNS];
    double lag_d[COMPENSATE_COLUMNS];
};

/* A frozen model. Plain data: may be stored. */
struct compensation {
    uint32_t version; /* counts trainings of this sensor; 0: never trained */
    enum maturity maturity;
    int64_t from_us, until_us; /* bins it was trained on (filled in by the caller) */
    uint32_t terms;
    uint8_t column[COMPENSATE_TERMS]; /* index into the candidates */
    double coefficient[COMPENSATE_TERMS], centre[COMPENSATE_TERMS];
    double covariance[COMPENSATE_TERMS * COMPENSATE_TERMS];
    double skill;  /* on held-back weeks, of differences over two days: 0 none .. 1 */
    double sigma;  /* robust standard deviation of e about its trend, unit of y */
    double phi;    /* of e from bin to bin, -0.9 .. COMPENSATE_PHI_MAX */
    double spread; /* standard deviation of the weather's part over the training bins */
};
#define COMPENSATE_PHI_MAX 0.995

/* Trains on data that spans so many days. ERR_TOO_FEW: below 3 days' worth of bins; ERR_CONSTANT: y
 * does not vary; ERR_NOMEM. Without fit columns, or without skill, the model has no terms and out
 * says so. O(n columns^2). */
enum err compensate_train(const struct compensate_data *data, double days, struct arena *arena,
                          struct compensation *out) MUST_USE;

/* The weather's part at the columns' values x (of the candidates, in their order): sum b (x - c).
 * NaN when a value it needs is missing. */
double compensate_weather(const struct compensation *c, const double *x);

/* Standard error of the difference of the weather's part between two settings of the columns. */
double compensate_error(const struct compensation *c, const double *x, const double *x0);

#endif
