#include "shikumen/num/wood.h"

#include <math.h>

#include "shikumen/num/optimise.h"
#include "shikumen/num/sample.h"

/* x finite. */
static double clamped(double x, double lo, double hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

/* Eq. 4-5, h = RH / 100. */
static double emc(double t, double h)
{
    double w = 349 + 1.29 * t + 0.0135 * t * t;
    double k = 0.805 + 0.000736 * t - 0.00000273 * t * t;
    double k1 = 6.27 - 0.00938 * t - 0.000303 * t * t;
    double k2 = 1.91 + 0.0407 * t - 0.000293 * t * t;
    double kh = k * h, first = k1 * kh, second = k1 * k2 * kh * kh;

    return 1800 / w * (kh / (1 - kh) + (first + 2 * second) / (1 + first + second));
}

static enum err check_temperature(double celsius)
{
    if (!isfinite(celsius))
        return ERR_NOT_FINITE;
    return celsius >= -30 && celsius <= 132 ? ERR_OK : ERR_RANGE;
}

enum err emc_wood(double celsius, double rh, double *mc_percent)
{
    if (!isfinite(celsius) || !isfinite(rh))
        return ERR_NOT_FINITE;
    if (check_temperature(celsius) || !(rh >= 0 && rh <= 100))
        return ERR_RANGE;
    *mc_percent = emc(celsius, rh / 100);
    return ERR_OK;
}

struct wood_target {
    double celsius, mc_percent;
};

static double emc_excess(double h, void *context)
{
    const struct wood_target *t = context;

    return emc(t->celsius, h) - t->mc_percent;
}

enum err emc_relative_humidity(double celsius, double mc_percent, double *rh)
{
    struct wood_target target = {celsius, mc_percent};
    enum err e = check_temperature(celsius);
    double h;

    if (!isfinite(mc_percent))
        return ERR_NOT_FINITE;
    if (e)
        return e;
    if (mc_percent < 0 || mc_percent > emc(celsius, 1))
        return ERR_RANGE;
    e = find_root(emc_excess, &target, 0, 1, 1e-14, &h);
    if (e == ERR_OK)
        *rh = clamped(100 * h, 0, 100);
    return e;
}

enum err wood_meter_corrected(double reading_percent, double celsius, double calibration_celsius,
                              double slope, double *mc_percent)
{
    double mc = reading_percent - slope * (celsius - calibration_celsius);

    if (!isfinite(mc))
        return ERR_NOT_FINITE;
    if (reading_percent < 0 || slope < 0)
        return ERR_RANGE;
    *mc_percent = fmax(mc, 0);
    return ERR_OK;
}

double decay_critical_hours(double celsius, double rh)
{
    double head_start = (2.3 - 0.024 * rh) * celsius + 0.035 * rh;
    double per_month = -42.9 + 0.14 * celsius + 0.45 * rh;

    if (head_start <= 0)
        return 0;
    return per_month > 0 ? head_start / per_month * 30 * 24 : (double)INFINITY;
}

double decay_rate(double celsius, double rh)
{
    return fmax(-5.96e-2 + 1.96e-4 * celsius + 6.25e-4 * rh, 0);
}

void decay_step(struct decay *s, double celsius, double rh, double dt_h)
{
    if (!isfinite(celsius) || !isfinite(rh) || !isfinite(dt_h) || dt_h <= 0)
        return;
    rh = clamped(rh, 0, 100);
    if (celsius > 0 && rh > 95) {
        double critical = decay_critical_hours(celsius, rh), loss = decay_rate(celsius, rh) * dt_h;

        if (!isfinite(s->mass_loss_percent + loss))
            return;
        s->activation = critical > 0 ? fmin(s->activation + dt_h / critical, 1) : 1;
        if (s->activation >= 1)
            s->mass_loss_percent += loss;
    } else {
        s->activation = fmax(s->activation - dt_h / DECAY_RECOVERY_H, 0);
    }
}

enum err decay_run(struct decay *s, const double *celsius, const double *rh, size_t n, double dt_h,
                   double *mass_loss_percent)
{
    enum err e = sample_check(celsius, n, 0);

    if (e == ERR_OK)
        e = sample_check(rh, n, 0);
    if (e)
        return e;
    if (!(dt_h > 0 && isfinite(dt_h)))
        return ERR_RANGE;
    for (size_t i = 0; i < n; i++) {
        decay_step(s, celsius[i], rh[i], dt_h);
        if (mass_loss_percent)
            mass_loss_percent[i] = s->mass_loss_percent;
    }
    return ERR_OK;
}
