#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "kalman_simulate.h"
#include "near.h"
#include "shikumen/num/horizon.h"

enum { N = 100, DRAWS = 100 };

static const struct kalman_model level_truth = {KALMAN_LEVEL, false, 1, 0.1, 0, 0};
static const struct kalman_model trend_truth = {KALMAN_TREND, false, 1, 0.05, 1e-3, 0};
static const struct kalman_model line_truth = {KALMAN_TREND, false, 1, 0, 0, 0};

/* A series of N values, and the filters at its end: by the truth, and by draws of what the series
 * says of the variances. */
struct run {
    struct random chance;
    double t[N], y[N];
    double a[2]; /* true state at the end */
    struct kalman known, draws[DRAWS];
};

static void start_run(struct run *r, const struct kalman_model *truth, double slope, uint64_t seed)
{
    r->chance = random_seeded(seed);
    r->a[0] = 0;
    r->a[1] = truth->kind == KALMAN_TREND ? slope : 0;
    simulate(&r->chance, truth, N, 1, r->a, r->t, r->y);
    assert_int_equal(kalman_start_diffuse(truth, &r->known), ERR_OK);
    assert_int_equal(kalman_filter(&r->known, r->t, r->y, N, NULL), ERR_OK);
}

static void draw(struct run *r, uint64_t seed, struct arena *arena)
{
    struct kalman_model form = {.kind = r->known.model.kind};
    struct kalman_fit f;

    assert_int_equal(kalman_fit(&form, r->t, r->y, N, arena, &f), ERR_OK);
    assert_int_equal(kalman_draws(&f, r->t, r->y, N, seed, DRAWS, arena, r->draws), ERR_OK);
}

static double exceedance(const struct kalman *states, size_t count, double limit, double h,
                         enum horizon_kind kind)
{
    struct horizon_limit l = {.value = limit, .inflation = 1};
    double p;

    assert_int_equal(horizon_probability(states, count, &l, kind, h, &p), ERR_OK);
    return p;
}

/* 0.9 when the level h later lies in the 90 % interval: P(level > what it became) in 0.05..0.95. */
static bool covers(const struct kalman *states, size_t count, double became, double h)
{
    double p = exceedance(states, count, became, h, HORIZON_MARGINAL);

    return p >= 0.05 && p <= 0.95;
}

/* Known variances: the interval is exact; 4 standard errors of a share of 3000. */
static void promise_coverage_with_known_variances(void **state)
{
    enum { RUNS = 3000 };
    const struct kalman_model *truth[2] = {&level_truth, &trend_truth};
    static struct run r;

    (void)state;
    for (int i = 0; i < 2; i++) {
        size_t covered = 0;

        for (uint64_t run = 0; run < RUNS; run++) {
            start_run(&r, truth[i], 0.05, run);
            simulate_step(&r.chance, truth[i], 25, r.a);
            covered += covers(&r.known, 1, r.a[0], 25);
        }
        assert_near((double)covered / RUNS, 0.9, 4 * sqrt(0.09 / RUNS));
    }
}

static double estimated_coverage(const struct kalman_model *truth, uint64_t runs, double h)
{
    static struct run r;
    struct arena arena = {0};
    size_t covered = 0;

    for (uint64_t run = 0; run < runs; run++) {
        start_run(&r, truth, 0.05, 50000 + run);
        draw(&r, run, &arena);
        simulate_step(&r.chance, truth, h, r.a);
        covered += covers(r.draws, DRAWS, r.a[0], h);
    }
    arena_free(&arena);
    return (double)covered / (double)runs;
}

/* Variances from the 100 values themselves, with their uncertainty: 0.85 to 0.95 for 0.90; the
 * standard error of a share of 2000 is 0.0067. */
static void promise_coverage_with_estimated_variances(void **state)
{
    double level = estimated_coverage(&level_truth, 2000, 25);
    double trend = estimated_coverage(&trend_truth, 2000, 25);

    (void)state;
    assert_near(level, 0.9, 0.05);
    assert_near(trend, 0.9, 0.05);
}

/* Where nothing wanders, 100 values cannot tell that from little: the interval errs wide. */
static void promise_coverage_of_a_line_is_conservative(void **state)
{
    (void)state;
    assert_true(estimated_coverage(&line_truth, 1000, 25) >= 0.9);
}

/* Predicted against observed frequency in five bins. */
struct calibration {
    double predicted[5], happened[5];
    size_t n[5];
};

static void record(struct calibration *c, double p, bool happened)
{
    size_t bin = p < 0.1 ? 0 : p < 0.35 ? 1 : p < 0.65 ? 2 : p < 0.9 ? 3 : 4;

    c->predicted[bin] += p;
    c->happened[bin] += happened;
    c->n[bin]++;
}

/* In every bin with 20 or more: within 4 standard errors of the mean prediction. */
static void assert_calibrated(const struct calibration *c)
{
    size_t bins = 0;

    for (size_t i = 0; i < 5; i++) {
        double n = (double)c->n[i], p = c->predicted[i] / n;

        if (c->n[i] < 20)
            continue;
        bins++;
        assert_near(c->happened[i] / n, p, 4 * sqrt(p * (1 - p) / n) + 1 / n);
    }
    assert_true(bins >= 4);
}

/* A value each 3.65 days for a year; a limit somewhere ahead; exceeded 30, 180, 365 days later? */
static void calibrate(uint64_t runs, bool estimated, struct calibration c[3])
{
    const struct kalman_model truth = {KALMAN_TREND, false, 1, 0.02, 2e-6, 0};
    static const double horizon[4] = {0, 30, 180, 365};
    static struct run r;
    struct arena arena = {0};

    for (uint64_t run = 0; run < runs; run++) {
        struct horizon_limit limit = {.inflation = 1};
        struct horizon_risk risk;

        r.chance = random_seeded(70000 + run);
        r.a[0] = 0;
        r.a[1] = 0.01;
        simulate(&r.chance, &truth, N, 3.65, r.a, r.t, r.y);
        assert_int_equal(kalman_start_diffuse(&truth, &r.known), ERR_OK);
        assert_int_equal(kalman_filter(&r.known, r.t, r.y, N, NULL), ERR_OK);
        limit.value = r.known.a[0] + 0.1 + 8 * random_uniform(&r.chance);
        if (estimated)
            draw(&r, run, &arena);
        assert_int_equal(horizon_risk(estimated ? r.draws : &r.known, estimated ? DRAWS : 1, &limit,
                                      HORIZON_MARGINAL, &risk),
                         ERR_OK);
        for (int i = 0; i < 3; i++) {
            simulate_step(&r.chance, &truth, horizon[i + 1] - horizon[i], r.a);
            record(&c[i], i == 0 ? risk.p30 : i == 1 ? risk.p180 : risk.p365, r.a[0] > limit.value);
        }
    }
    arena_free(&arena);
}

static void promise_calibration_with_known_variances(void **state)
{
    struct calibration c[3] = {0};

    (void)state;
    calibrate(3000, false, c);
    for (int i = 0; i < 3; i++)
        assert_calibrated(&c[i]);
}

/* All horizons together: 100 values a year say little of how a slope wanders. */
static void promise_calibration_with_estimated_variances(void **state)
{
    struct calibration c[3] = {0}, all = {0};

    (void)state;
    calibrate(2000, true, c);
    for (int i = 0; i < 3; i++)
        for (int b = 0; b < 5; b++) {
            all.predicted[b] += c[i].predicted[b];
            all.happened[b] += c[i].happened[b];
            all.n[b] += c[i].n[b];
        }
    assert_calibrated(&all);
}

/* When a path of the model from state a first reaches limit, to a step; a Brownian bridge decides
 * within the steps. INFINITY: not within end. */
static double first_reached(struct random *chance, const struct kalman_model *m, double *a,
                            double limit, double step, double end)
{
    if (a[0] >= limit)
        return 0;
    for (double t = step; t <= end; t += step) {
        double before = limit - a[0], after;

        simulate_step(chance, m, step, a);
        after = limit - a[0];
        if (after <= 0 || random_uniform(chance) < exp(-2 * before * after / (m->q_level * step)))
            return t;
    }
    return (double)INFINITY;
}

/* Simulated paths from a known state: 4 standard errors of a share of 5000. */
static void promise_first_passage_against_paths(void **state)
{
    enum { RUNS = 5000 };
    const struct kalman_model m = {KALMAN_TREND, false, 1, 0.0004, 0, 0};
    static const double drift[3] = {-0.002, 0, 0.004};
    struct random chance = random_seeded(1);

    (void)state;
    for (int i = 0; i < 3; i++) {
        double p = horizon_first_passage(0.25, drift[i], 0.02, 52);
        size_t passed = 0;

        for (int run = 0; run < RUNS; run++) {
            double a[2] = {0, drift[i]};

            passed += first_reached(&chance, &m, a, 0.25, 4, 52) <= 52;
        }
        assert_near((double)passed / RUNS, p, 4 * sqrt(p * (1 - p) / RUNS));
    }
}

/* A state drawn from what a filter knows: its Cholesky factor times two normals. */
static void draw_state(struct random *chance, const struct kalman *k, double *a)
{
    double root = sqrt(k->p[0]), z = random_normal(chance), tail = k->p[1] / root;

    a[0] = k->a[0] + root * z;
    a[1] = k->a[1] + tail * z + sqrt(k->p[2] - tail * tail) * random_normal(chance);
}

/* Uncertain state: exact with a steady slope; with a wandering one within 0.02 besides. */
static void promise_passage_against_paths(void **state)
{
    enum { RUNS = 3000 };
    static const double q_slope[2] = {0, 1e-5}, bias[2] = {0, 0.02};
    struct random chance = random_seeded(2);

    (void)state;
    for (int i = 0; i < 2; i++) {
        const struct kalman_model m = {KALMAN_TREND, false, 1, 0.01, q_slope[i], 0};
        const double at[2] = {0, 0.02}, p0[3] = {0.04, 0.001, 0.0002};
        struct kalman k;
        size_t passed = 0;
        double p;

        assert_int_equal(kalman_start(&m, at, p0, &k), ERR_OK);
        p = exceedance(&k, 1, 1, 30, HORIZON_PASSAGE);
        for (int run = 0; run < RUNS; run++) {
            double a[2];

            draw_state(&chance, &k, a);
            passed += first_reached(&chance, &m, a, 1, 1, 30) <= 30;
        }
        assert_near((double)passed / RUNS, p, 4 * sqrt(p * (1 - p) / RUNS) + bias[i]);
    }
}

/* The level passes before t05, t50, t95 in 5, 50, 95 % of 1500 futures (PASSAGE), and stands beyond
 * the limit at those times (MARGINAL); 4 standard errors, and a day of a slope of 1/50 of a
 * distribution's width. */
static void promise_times_are_quantiles(void **state)
{
    enum { RUNS = 1500 };
    const struct kalman_model truth = {KALMAN_TREND, false, 0.25, 0.01, 0, 0};
    static const double goal[3] = {0.05, 0.5, 0.95};
    static struct run r;
    size_t passed[3] = {0}, stands[3] = {0};

    (void)state;
    for (uint64_t run = 0; run < RUNS; run++) {
        struct horizon_limit limit = {.inflation = 1};
        struct horizon_time by_passage, marginal;
        double a[2], now = 0, reached;

        start_run(&r, &truth, 0.15, 90000 + run);
        limit.value = r.known.a[0] + 10;
        assert_int_equal(horizon_time(&r.known, 1, &limit, HORIZON_PASSAGE, 1, &by_passage),
                         ERR_OK);
        assert_int_equal(horizon_time(&r.known, 1, &limit, HORIZON_MARGINAL, 1, &marginal), ERR_OK);
        a[0] = r.a[0];
        a[1] = r.a[1];
        reached = first_reached(&r.chance, &truth, a, limit.value, 1, 1000);
        passed[0] += reached <= by_passage.t05_d;
        passed[1] += reached <= by_passage.t50_d;
        passed[2] += reached <= by_passage.t95_d;
        for (int i = 0; i < 3; i++) {
            double then = i == 0 ? marginal.t05_d : i == 1 ? marginal.t50_d : marginal.t95_d;

            simulate_step(&r.chance, &truth, then - now, r.a);
            now = then;
            stands[i] += r.a[0] > limit.value;
        }
    }
    for (int i = 0; i < 3; i++) {
        double tolerance = 4 * sqrt(goal[i] * (1 - goal[i]) / RUNS) + 0.02;

        assert_near((double)passed[i] / RUNS, goal[i], tolerance);
        assert_near((double)stands[i] / RUNS, goal[i], tolerance);
    }
}

/* The same with variances from the 100 values themselves: t05 to t95 holds the first passage in 85
 * to 95 % of 2000 futures (standard error 0.0067). Of t50, rounded up to whole days, the
 * probability told there is compared with what came: 4 standard errors and the 0.02 of a wandering
 * slope, as above. t95 at HORIZON_MAX_D says that it may never come. */
static void promise_times_cover_with_estimated_variances(void **state)
{
    enum { RUNS = 2000 };
    const struct kalman_model truth = {KALMAN_TREND, false, 0.25, 0.01, 1e-4, 0};
    static struct run r;
    struct arena arena = {0};
    size_t held = 0, before = 0;
    double told = 0;

    (void)state;
    for (uint64_t run = 0; run < RUNS; run++) {
        struct horizon_limit limit = {.inflation = 1};
        struct horizon_time t;
        double reached;

        start_run(&r, &truth, 0.3, 110000 + run);
        draw(&r, run, &arena);
        limit.value = r.known.a[0] + 10;
        assert_int_equal(horizon_time(r.draws, DRAWS, &limit, HORIZON_PASSAGE, 1, &t), ERR_OK);
        reached = first_reached(&r.chance, &truth, r.a, limit.value, 1, HORIZON_MAX_D);
        held += reached >= t.t05_d && (reached <= t.t95_d || t.t95_d >= HORIZON_MAX_D);
        before += reached <= t.t50_d;
        told += exceedance(r.draws, DRAWS, limit.value, t.t50_d, HORIZON_PASSAGE) / RUNS;
    }
    assert_near((double)held / RUNS, 0.9, 0.05);
    assert_near((double)before / RUNS, told, 4 * sqrt(0.25 / RUNS) + 0.02);
    arena_free(&arena);
}

/* A filter that believes in half the true standard deviations is told a factor of 2; one that
 * believes in the truth, of 1, and covers 90 %. */
static void promise_backtest_finds_the_inflation(void **state)
{
    enum { LONG = 3000 };
    const struct kalman_model truth = {KALMAN_LEVEL, false, 1, 0.3, 0, 0};
    static double t[LONG], y[LONG];
    struct random chance = random_seeded(3);
    struct kalman_model half = truth;
    struct horizon_backtest b;
    struct arena arena = {0};
    double a[2] = {0, 0};
    struct kalman k;

    (void)state;
    simulate(&chance, &truth, LONG, 1, a, t, y);
    assert_int_equal(kalman_start_diffuse(&truth, &k), ERR_OK);
    assert_int_equal(horizon_backtest(&k, t, y, LONG, 50, 5, &arena, &b), ERR_OK);
    assert_int_equal(b.forecasts, LONG - 50 - 5);
    /* forecasts overlap over 5 values: 590 independent ones, 4 standard errors */
    assert_near(b.coverage, 0.9, 4 * sqrt(0.09 / 590));
    assert_near(b.inflation, 1, 0.15);
    half.r /= 4;
    half.q_level /= 4;
    assert_int_equal(kalman_start_diffuse(&half, &k), ERR_OK);
    assert_int_equal(horizon_backtest(&k, t, y, LONG, 50, 5, &arena, &b), ERR_OK);
    assert_near(b.inflation, 2, 0.3);
    assert_true(b.coverage < 0.7);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(promise_coverage_with_known_variances),
        cmocka_unit_test(promise_coverage_with_estimated_variances),
        cmocka_unit_test(promise_coverage_of_a_line_is_conservative),
        cmocka_unit_test(promise_calibration_with_known_variances),
        cmocka_unit_test(promise_calibration_with_estimated_variances),
        cmocka_unit_test(promise_first_passage_against_paths),
        cmocka_unit_test(promise_passage_against_paths),
        cmocka_unit_test(promise_times_are_quantiles),
        cmocka_unit_test(promise_times_cover_with_estimated_variances),
        cmocka_unit_test(promise_backtest_finds_the_inflation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
