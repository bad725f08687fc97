/* What numpy and scipy have no counterpart of. */
#include <math.h>
#include <stdlib.h>

#include "num_cases.h"
#include "report.h"
#include "shikumen/num/bocpd.h"
#include "shikumen/num/cluster.h"
#include "shikumen/num/cusum.h"
#include "shikumen/num/extremes.h"
#include "shikumen/num/horizon.h"
#include "shikumen/num/mcd.h"
#include "shikumen/num/rainflow.h"
#include "shikumen/num/random.h"
#include "shikumen/num/wood.h"

#define POLES  500
#define ORDERS 30
#define DRAWS  200

void num_need(enum err e, const char *what)
{
    if (e)
        give_up("%s: %s", what, err_name(e));
}

/* Five modes of ORDERS poles each, and others that are nowhere else. */
static void make_poles(struct num_work *w)
{
    struct random r = random_seeded(60);
    struct ssi_pole *pole = calloc(POLES, sizeof *pole);
    double complex *shape = calloc(POLES * MODAL_CHANNELS, sizeof *shape);

    if (!pole || !shape)
        give_up("out of memory");
    for (size_t i = 0; i < POLES; i++) {
        size_t mode = i % 17;
        double complex *s = shape + i * MODAL_CHANNELS;
        for (size_t c = 0; c < MODAL_CHANNELS; c++)
            s[c] = mode < 5 ? sin((double)((mode + 1) * (c + 1)) / 2) + 0.01 * random_normal(&r)
                            : random_normal(&r);
        modal_normalise(s, MODAL_CHANNELS);
        pole[i] = (struct ssi_pole){.order = 2 + 2 * (i / 17),
                                    .f_hz = mode < 5 ? (double)(mode + 1) *
                                                           (2 + 0.005 * random_normal(&r))
                                                     : 20 * random_uniform(&r),
                                    .zeta = 0.01 + 0.001 * random_uniform(&r),
                                    .mpc = 1,
                                    .hard = true,
                                    .stable_f = true,
                                    .stable_zeta = true,
                                    .stable_shape = true,
                                    .shape = s};
    }
    w->poles =
        (struct ssi){.channels = MODAL_CHANNELS, .orders = ORDERS, .poles = POLES, .pole = pole};
}

void num_work_init(struct num_work *w, const struct num_data *d)
{
    *w = (struct num_work){.d = d,
                           .scratch = calloc(SIGNAL_N, sizeof(double)),
                           .scratch2 = calloc(SIGNAL_N, sizeof(double))};
    if (!w->scratch || !w->scratch2)
        give_up("out of memory");
    for (size_t i = 0; i < YEAR_D; i++)
        w->scratch2[i] = (double)i;
    num_need(fft_new(SIGNAL_N, &w->fft, &w->plans), "fft_new");
    make_poles(w);
}

void num_work_free(struct num_work *w)
{
    free((void *)(uintptr_t)w->poles.pole[0].shape);
    free(w->poles.pole);
    free(w->scratch);
    free(w->scratch2);
    arena_free(&w->arena);
    arena_free(&w->plans);
}

static void fit_daily(struct num_work *w, struct kalman_fit *fit)
{
    const struct kalman_model form = {.kind = KALMAN_TREND};

    num_need(kalman_fit(&form, w->scratch2, w->d->daily, YEAR_D, &w->arena, fit), "kalman_fit");
}

double case_kalman_fit(struct num_work *w)
{
    struct kalman_fit fit;

    fit_daily(w, &fit);
    return fit.log_likelihood;
}

/* From a fit (not measured): draws of the variances, then p30 .. p365 and the times. */
double case_horizon(struct num_work *w)
{
    static struct kalman_fit fit;
    struct kalman states[DRAWS];
    struct horizon_limit limit = {.value = 1.5, .inflation = 1};
    struct horizon_risk risk;

    if (fit.terms == 0)
        fit_daily(w, &fit);
    num_need(kalman_draws(&fit, w->scratch2, w->d->daily, YEAR_D, 7, DRAWS, &w->arena, states),
             "kalman_draws");
    num_need(horizon_risk(states, DRAWS, &limit, HORIZON_PASSAGE, &risk), "horizon_risk");
    return risk.p365 + risk.time.t50_d;
}

double case_bocpd(struct num_work *w)
{
    const struct bocpd_config config = {.model = BOCPD_NORMAL_GAMMA,
                                        .hazard = 0.001,
                                        .kappa = 0.1,
                                        .alpha = 2,
                                        .beta = 0.001,
                                        .truncate = BOCPD_TRUNCATE,
                                        .capacity = BOCPD_CAPACITY};
    struct bocpd b;
    struct bocpd_step step;
    double sum = 0;

    num_need(bocpd_init(&b, &config, &w->arena), "bocpd");
    for (size_t i = 0; i < YEAR_D; i++) {
        num_need(bocpd_update(&b, w->d->daily[i], &step), "bocpd");
        sum += step.map_p;
    }
    return sum;
}

double case_cusum(struct num_work *w)
{
    const struct cusum_design design = {.sigma = 1, .k = 0.5, .h = 5, .phi = 0.5};
    struct cusum_result out;

    num_need(cusum_run(&design, w->d->residual, YEAR_H, w->scratch, NULL, &out), "cusum");
    return w->scratch[YEAR_H - 1];
}

double case_rainflow(struct num_work *w)
{
    struct rainflow_cycle *cycles;
    size_t count;

    num_need(rainflow_count(w->d->response, YEAR_H, &cycles, &count, &w->arena), "rainflow");
    return (double)count;
}

double case_mould(struct num_work *w)
{
    struct mould s = {0};

    num_need(mould_run(&s, mould_material(MOULD_SENSITIVE), MOULD_DECLINE_ORIGINAL, w->d->celsius,
                       w->d->rh, YEAR_H, NULL),
             "mould");
    return s.peak;
}

double case_mcd(struct num_work *w)
{
    struct matrix x = {YEAR_D, 4, w->d->features.at};
    struct mcd out;

    num_need(mcd_fit(&x, 0.75, &w->arena, &out), "mcd");
    return out.log_determinant;
}

double case_gpd(struct num_work *w)
{
    struct extremes_gpd out;

    num_need(extremes_gpd_fit(w->d->excess, EXCESSES, &w->arena, &out), "gpd");
    return out.xi;
}

double case_cluster(struct num_work *w)
{
    struct cluster_settings settings = cluster_defaults();
    struct cluster_mode *modes;
    size_t count;

    num_need(cluster_modes(&w->poles, &settings, &modes, &count, &w->arena), "cluster_modes");
    return (double)count;
}
