#include "shikumen/core/compensate.h"

#include <math.h>
#include <string.h>

#include "shikumen/core/bins.h"

static const struct {
    const char *name;
    double from_d;
} stages[] = {[MATURITY_NONE] = {"none", 0},
              [MATURITY_RAW] = {"raw", 3},
              [MATURITY_DAILY] = {"daily", 14},
              [MATURITY_WEATHER] = {"weather", 60},
              [MATURITY_SEASON] = {"season", 300}};

const char *maturity_name(enum maturity m)
{
    return m <= MATURITY_SEASON ? stages[m].name : "none";
}

enum maturity maturity_of(double days)
{
    enum maturity m = MATURITY_SEASON;

    while (m > MATURITY_NONE && !(days >= stages[m].from_d))
        m--;
    return m;
}

double compensate_weather(const struct compensation *c, const double *x)
{
    double sum = 0;

    for (uint32_t j = 0; j < c->terms; j++)
        sum += c->coefficient[j] * (x[c->column[j]] - c->centre[j]);
    return sum;
}

double compensate_error(const struct compensation *c, const double *x, const double *x0)
{
    double sum = 0;

    for (uint32_t i = 0; i < c->terms; i++)
        for (uint32_t j = 0; j < c->terms; j++)
            sum += (x[c->column[i]] - x0[c->column[i]]) * c->covariance[i * COMPENSATE_TERMS + j] *
                   (x[c->column[j]] - x0[c->column[j]]);
    return sqrt(fmax(0, sum));
}
