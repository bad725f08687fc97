/* A year of hours, and a few years of days. */
#include <math.h>
#include <string.h>

#include "num_cases.h"
#include "shikumen/num/autocorr.h"
#include "shikumen/num/climate.h"
#include "shikumen/num/novelty.h"
#include "shikumen/num/order.h"
#include "shikumen/num/regress.h"
#include "shikumen/num/ridge.h"
#include "shikumen/num/robust.h"
#include "shikumen/num/special.h"
#include "shikumen/num/stats.h"
#include "shikumen/num/theilsen.h"
#include "shikumen/num/trend.h"
#include "shikumen/num/wood.h"

static double sum_abs(const double *x, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += fabs(x[i]);
    return sum;
}

/* Coefficients, their covariance and the residuals. */
double case_regress(struct num_work *w)
{
    struct regression fit;

    num_need(regress_fit(&w->d->design, w->d->response, NULL, true, &w->arena, &fit), "regress");
    return sum_abs(fit.coefficient, fit.p) + sum_abs(fit.standard_error, fit.p) + fit.rss;
}

double case_newey_west(struct num_work *w)
{
    struct regression fit;
    struct newey_west hac;

    num_need(regress_fit(&w->d->design, w->d->response, NULL, true, &w->arena, &fit), "regress");
    num_need(newey_west(&fit, &w->d->design, NEWEY_WEST_ESTIMATED, 0, &w->arena, &hac),
             "newey_west");
    return sum_abs(hac.standard_error, fit.p);
}

double case_ridge(struct num_work *w)
{
    struct ridge fit;

    num_need(
        ridge_choose(&w->d->design, w->d->response, 1e-8 * YEAR_H, YEAR_H, 33, &w->arena, &fit),
        "ridge");
    return sum_abs(fit.coefficient, fit.k + 1);
}

/* Without the three points at either end, where the windows of both sides differ. */
double case_hampel(struct num_work *w)
{
    const struct hampel_settings settings = {3, 3, 0};
    struct hampel_point *out = arena_array(&w->arena, YEAR_H, sizeof *out);
    double sum = 0;

    num_need(out ? ERR_OK : ERR_NOMEM, "hampel");
    num_need(hampel_filter(&settings, w->d->residual, YEAR_H, out), "hampel");
    for (size_t i = 3; i < YEAR_H - 3; i++)
        sum += fabs(out[i].median) + (out[i].outlier ? 1 : 0);
    return sum;
}

double case_quantile(struct num_work *w)
{
    double sum;

    memcpy(w->scratch, w->d->residual, YEAR_H * sizeof *w->scratch);
    sum = median(w->scratch, YEAR_H);
    memcpy(w->scratch, w->d->residual, YEAR_H * sizeof *w->scratch);
    return sum + quantile(w->scratch, YEAR_H, 0.93);
}

double case_autocorrelation(struct num_work *w)
{
    double r[49];

    num_need(autocorrelation(w->d->residual, YEAR_H, 48, r), "autocorrelation");
    return sum_abs(r, 49);
}

static double kendall(struct num_work *w, const double *x, size_t n)
{
    struct mann_kendall out;

    num_need(mann_kendall(x, n, &out, &w->arena), "mann_kendall");
    return out.tau_b;
}

double case_mann_kendall(struct num_work *w)
{
    return kendall(w, w->d->daily, YEAR_D);
}

double case_mann_kendall_long(struct num_work *w)
{
    return kendall(w, w->d->long_daily, LONG_D);
}

static double line(struct num_work *w, const double *x, size_t n)
{
    struct theil_sen out;

    num_need(theil_sen(NULL, x, n, 0.90, 1, &out, &w->arena), "theil_sen");
    return out.slope + out.lower + out.upper;
}

double case_theil_sen(struct num_work *w)
{
    return line(w, w->d->daily, YEAR_D);
}

double case_theil_sen_long(struct num_work *w)
{
    return line(w, w->d->long_daily, LONG_D);
}

/* Three components; T2, Q and their p of every day. */
double case_pca(struct num_work *w)
{
    struct pca model;
    struct pca_score s;
    double row[6], scratch[6], sum = 0;

    num_need(pca_fit(&w->d->features, 3, 0, &w->arena, &model), "pca");
    for (size_t i = 0; i < YEAR_D; i++) {
        for (size_t j = 0; j < 6; j++)
            row[j] = matrix_col(&w->d->features, j)[i];
        num_need(pca_score(&model, row, scratch, &s), "pca_score");
        sum += s.t2 + s.q + s.p_t2 + s.p_q;
    }
    return sum;
}

double case_en15757(struct num_work *w)
{
    struct en15757 band;

    num_need(en15757_band(w->d->rh, MONTHS_13_H, 1, w->scratch, &band, &w->arena), "en15757");
    return band.p93 - band.p7 + w->scratch[MONTHS_13_H / 2];
}

double case_emc(struct num_work *w)
{
    double mc, sum = 0;

    for (size_t i = 0; i < YEAR_H; i++) {
        num_need(emc_wood(w->d->celsius[i], w->d->rh[i], &mc), "emc");
        sum += mc;
    }
    return sum;
}

double case_normal_quantile(struct num_work *w)
{
    double sum = 0;

    for (size_t i = 0; i < QUANTILES_N; i++) {
        double z = normal_quantile(w->d->probability[i]);
        sum += z * z;
    }
    return sum;
}
