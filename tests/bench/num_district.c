#include "num_district.h"

#include <math.h>
#include <string.h>

#include "num_cases.h"
#include "process.h"
#include "report.h"
#include "shikumen/num/autocorr.h"
#include "shikumen/num/bocpd.h"
#include "shikumen/num/cusum.h"
#include "shikumen/num/horizon.h"
#include "shikumen/num/memory.h"
#include "shikumen/num/order.h"
#include "shikumen/num/pettitt.h"
#include "shikumen/num/rainflow.h"
#include "shikumen/num/random.h"
#include "shikumen/num/regress.h"
#include "shikumen/num/robust.h"
#include "shikumen/num/theilsen.h"
#include "shikumen/num/trend.h"
#include "shikumen/num/wood.h"

#define REGRESSORS 8
#define MEMORIES   3
#define DRAWS      200
#define DAY_H      24
#define WEEKS      52

/* What one sensor's stages hand to one another. */
struct sensor {
    const struct num_data *d;
    struct arena *arena;
    double y[YEAR_H];        /* as it arrives */
    double residual[YEAR_H]; /* without outliers and weather */
    double daily[YEAR_D], t_d[YEAR_D];
    struct hampel_point point[YEAR_H];
    struct matrix design;
    double sigma, phi; /* of the daily residual */
    double sink;
};

/* A crack that follows its own mix of the weather, with noise that remembers, outliers and, for
 * some, a slow growth. */
static void make_series(struct sensor *s, size_t number)
{
    struct random r = random_seeded(1000 + number);
    double share[REGRESSORS], noise = 0, growth = number % 10 == 0 ? 0.2 / YEAR_H : 0;

    for (size_t j = 0; j < REGRESSORS - 1; j++)
        share[j] = 0.01 * random_normal(&r);
    share[REGRESSORS - 1] = 0;
    for (size_t i = 0; i < YEAR_H; i++) {
        noise = 0.8 * noise + 0.01 * random_normal(&r);
        s->y[i] = 1 + growth * (double)i + noise + (random_uniform(&r) < 0.001 ? 5 : 0);
        for (size_t j = 0; j < REGRESSORS; j++)
            s->y[i] += share[j] * matrix_col(&s->d->design, j)[i];
    }
}

static void clean(struct sensor *s)
{
    const struct hampel_settings settings = {3, 3, 0.001};

    num_need(hampel_filter(&settings, s->y, YEAR_H, s->point), "hampel_filter");
    for (size_t i = 0; i < YEAR_H; i++)
        s->y[i] = s->point[i].outlier ? s->point[i].median : s->point[i].value;
}

static void remember(struct sensor *s)
{
    const struct memory_options options = {{6, 24, 240}, MEMORIES, MEMORY_LINEAR, INFINITY};
    const double *driver[] = {s->d->celsius, s->d->rh};
    double *t_h = arena_array(s->arena, YEAR_H, sizeof *t_h);
    struct matrix z;

    s->design = (struct matrix){YEAR_H, REGRESSORS,
                                arena_array(s->arena, (size_t)YEAR_H * REGRESSORS, sizeof(double))};
    num_need(t_h && s->design.at ? ERR_OK : ERR_NOMEM, "design");
    for (size_t i = 0; i < YEAR_H; i++)
        t_h[i] = (double)i;
    for (size_t k = 0; k < 2; k++) {
        num_need(memory_series(t_h, driver[k], YEAR_H, &options, 1, s->arena, &z), "memory_series");
        memcpy(matrix_col(&s->design, k * MEMORIES), z.at, MEMORIES * YEAR_H * sizeof(double));
        memcpy(matrix_col(&s->design, 2 * MEMORIES + k), driver[k], YEAR_H * sizeof(double));
    }
}

static void compensate(struct sensor *s)
{
    struct regression fit;
    struct newey_west hac;

    num_need(regress_fit(&s->design, s->y, NULL, true, s->arena, &fit), "regress_fit");
    num_need(newey_west(&fit, &s->design, NEWEY_WEST_RULE, 0, s->arena, &hac), "newey_west");
    memcpy(s->residual, fit.residual, sizeof s->residual);
    s->sink += fit.r2 + hac.standard_error[1];
}

static void daily(struct sensor *s)
{
    struct robust_location l;

    for (size_t i = 0; i < YEAR_D; i++) {
        double day[DAY_H];
        memcpy(day, s->residual + i * DAY_H, sizeof day);
        s->daily[i] = median(day, DAY_H);
        s->t_d[i] = (double)i;
    }
    num_need(robust_median(s->daily, YEAR_D, 1e-6, &l, s->arena), "robust_median");
    num_need(ar1_coefficient(s->daily, YEAR_D, AR1_CORRECTED, &s->phi), "ar1_coefficient");
    s->sigma = l.scale;
    s->sink += l.centre + s->phi;
}

static void trend(struct sensor *s)
{
    struct theil_sen line;
    struct hamed_rao test;

    num_need(theil_sen(s->t_d, s->daily, YEAR_D, 0.90, 1, &line, s->arena), "theil_sen");
    num_need(mann_kendall_hamed_rao(s->t_d, s->daily, YEAR_D, line.slope, HAMED_RAO_ALPHA, 10,
                                    &test, s->arena),
             "mann_kendall_hamed_rao");
    s->sink += line.slope + test.test.p;
}

static void change(struct sensor *s)
{
    const struct cusum_design design = {.sigma = s->sigma, .k = 0.5, .h = 5, .phi = s->phi};
    const struct bocpd_config config = {.model = BOCPD_NORMAL_GAMMA,
                                        .hazard = 0.001,
                                        .kappa = 0.1,
                                        .alpha = 2,
                                        .beta = 2 * s->sigma * s->sigma,
                                        .truncate = BOCPD_TRUNCATE,
                                        .capacity = BOCPD_CAPACITY};
    struct cusum_result out;
    struct pettitt single;
    struct bocpd_step step;
    struct bocpd b;

    num_need(cusum_run(&design, s->daily, YEAR_D, NULL, NULL, &out), "cusum_run");
    num_need(pettitt(s->daily, YEAR_D, s->arena, &single), "pettitt");
    num_need(bocpd_init(&b, &config, s->arena), "bocpd_init");
    for (size_t i = 0; i < YEAR_D; i++)
        num_need(bocpd_update(&b, s->daily[i], &step), "bocpd_update");
    s->sink += (double)out.at + single.p + step.map_p;
}

/* On weekly medians, whose errors are nearly white as the filter wants them. */
static void forecast(struct sensor *s)
{
    const struct kalman_model form = {.kind = KALMAN_TREND};
    const struct horizon_limit limit = {.value = 1, .inflation = 1};
    double weekly[WEEKS], t_d[WEEKS];
    struct kalman states[DRAWS];
    struct horizon_risk risk;
    struct kalman_fit fit;

    for (size_t i = 0; i < WEEKS; i++) {
        double week[7];
        memcpy(week, s->daily + 7 * i, sizeof week);
        weekly[i] = median(week, 7);
        t_d[i] = 7 * (double)i;
    }
    num_need(kalman_fit(&form, t_d, weekly, WEEKS, s->arena, &fit), "kalman_fit");
    num_need(kalman_draws(&fit, t_d, weekly, WEEKS, 7, DRAWS, s->arena, states), "kalman_draws");
    num_need(horizon_risk(states, DRAWS, &limit, HORIZON_PASSAGE, &risk), "horizon_risk");
    s->sink += risk.p365 + risk.time.t50_d;
}

/* Timber beside it, and the cycles the wall goes through. */
static void doses(struct sensor *s)
{
    struct mould mould = {0};
    struct decay decay = {0};
    struct rainflow_cycle *cycles;
    size_t count;
    double mc;

    for (size_t i = 0; i < YEAR_H; i++) {
        num_need(emc_wood(s->d->celsius[i], s->d->rh[i], &mc), "emc_wood");
        s->sink += mc / YEAR_H;
    }
    num_need(mould_run(&mould, mould_material(MOULD_SENSITIVE), MOULD_DECLINE_ORIGINAL,
                       s->d->celsius, s->d->rh, YEAR_H, NULL),
             "mould_run");
    num_need(decay_run(&decay, s->d->celsius, s->d->rh, YEAR_H, 1, NULL), "decay_run");
    num_need(rainflow_count(s->y, YEAR_H, &cycles, &count, s->arena), "rainflow_count");
    s->sink += mould.peak + decay.activation + (double)count;
}

static const struct {
    const char *name;
    void (*run)(struct sensor *s);
} stages[DISTRICT_STAGES] = {
    {"clean", clean}, {"memories", remember}, {"regress", compensate}, {"daily", daily},
    {"trend", trend}, {"change", change},     {"forecast", forecast},  {"doses", doses},
};

const char *num_district_stage(size_t stage)
{
    return stages[stage].name;
}

void num_district_run(size_t sensors, struct num_district *out)
{
    static struct num_data data;
    static struct sensor s;
    struct arena of_data = {0}, arena = {0};

    *out = (struct num_district){0};
    num_data_make(&data, &of_data);
    s = (struct sensor){.d = &data, .arena = &arena};
    for (size_t i = 0; i < sensors; i++) {
        make_series(&s, i);
        arena_reset(&arena);
        for (size_t k = 0; k < DISTRICT_STAGES; k++) {
            double start_s = now_s();
            stages[k].run(&s);
            out->took_s[k] += now_s() - start_s;
        }
    }
    out->sink = s.sink;
    arena_free(&arena);
    arena_free(&of_data);
}
