#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"

#include "shikumen/num/random.h"
#include "shikumen/num/score.h"
#include "shikumen/num/special.h"

static const double p8[] = {.9, .8, .3, .1, .6, .2, .05, .4};
static const bool y8[] = {1, 1, 0, 0, 1, 0, 0, 1};

static void exact_scores(void **state)
{
    double p[] = {1, 0, 0.5}, v;
    bool y[] = {1, 0, 1}, wrong[] = {0, 1};

    (void)state;
    assert_int_equal(score_brier(p, y, 3, &v), ERR_OK);
    assert_near(v, 0.25 / 3, 1e-16);
    assert_int_equal(score_brier(p, wrong, 2, &v), ERR_OK);
    assert_near(v, 1, 0);
    assert_int_equal(score_log_loss(p, wrong, 2, &v), ERR_OK); /* certain and wrong: clipped */
    assert_near(v, -log(SCORE_CLIP), 1e-14);
    assert_int_equal(score_log_loss(p + 2, y + 2, 1, &v), ERR_OK);
    assert_near(v, log(2), 1e-16);
    assert_int_equal(score_skill(p, y, 2, 0.5, &v), ERR_OK);
    assert_near(v, 1, 0);
    assert_int_equal(score_skill(p, y, 3, 1, &v), ERR_OK); /* base errs in one of three */
    assert_near(v, 0.75, 1e-15);
}

static void exact_proportion(void **state)
{
    struct score_proportion q;

    (void)state;
    assert_int_equal(score_proportion(0, 10, 0.9, &q), ERR_OK);
    assert_near(q.lower, 0, 0);
    assert_close(q.upper, beta_quantile(0.95, 0.5, 10.5), 1e-12);
    assert_int_equal(score_proportion(10, 10, 0.9, &q), ERR_OK);
    assert_near(q.upper, 1, 0);
    assert_near(q.rate, 1, 0);
}

static void exact_interval_score(void **state)
{
    double lower[] = {0, 0, 0}, upper[] = {1, 1, 1}, x[] = {0.5, -0.5, 1.25};
    struct score_interval s;

    (void)state;
    assert_int_equal(score_interval(lower, upper, x, 3, 0.8, &s), ERR_OK);
    assert_int_equal(s.hits, 1);
    assert_near(s.score, (1 + (1 + 10 * 0.5) + (1 + 10 * 0.25)) / 3, 1e-14);
    x[1] = 0; /* the ends belong to it */
    x[2] = 1;
    assert_int_equal(score_interval(lower, upper, x, 3, 0.8, &s), ERR_OK);
    assert_int_equal(s.hits, 3);
    assert_near(s.coverage.rate, 1, 0);
    assert_near(s.score, 1, 1e-15);
}

/* Two forecasts, each alone in its bin: 0.2 of which 1 in 4 came, 0.8 of which 2 in 4. */
static void exact_decomposition(void **state)
{
    double p[] = {.2, .2, .2, .2, .8, .8, .8, .8};
    bool y[] = {1, 0, 0, 0, 1, 1, 0, 0};
    struct score_bin bin[10];
    struct score_reliability r;

    (void)state;
    assert_int_equal(score_reliability(p, y, 8, 10, 0.9, bin, &r), ERR_OK);
    assert_int_equal(bin[2].n, 4);
    assert_int_equal(bin[2].events, 1);
    assert_near(bin[2].p_mean, 0.2, 1e-16);
    assert_near(bin[8].observed.rate, 0.5, 0);
    assert_int_equal(bin[5].n, 0);
    assert_near(bin[5].observed.upper - bin[5].observed.lower, 1, 0);
    assert_near(r.reliability, (0.05 * 0.05 + 0.3 * 0.3) / 2, 1e-16);
    assert_near(r.resolution, 0.125 * 0.125, 1e-16);
    assert_near(r.uncertainty, 0.375 * 0.625, 1e-16);
    assert_near(r.within, 0, 1e-16);
    assert_near(r.calibration_error, (0.05 + 0.3) / 2, 1e-16);
    assert_near(r.brier, (0.64 + 3 * 0.04 + 2 * 0.04 + 2 * 0.64) / 8, 1e-16);
}

/* p = 1 belongs to the last bin, an edge to the bin above. */
static void exact_bin_edges(void **state)
{
    double p[] = {0, 0.25, 0.5, 1};
    bool y[] = {0, 0, 1, 1};
    struct score_bin bin[4];
    struct score_reliability r;

    (void)state;
    assert_int_equal(score_reliability(p, y, 4, 4, 0.9, bin, &r), ERR_OK);
    for (int i = 0; i < 4; i++)
        assert_int_equal(bin[i].n, 1);
}

/* i / m belongs to bin i and the number below it to bin i - 1, also where i / m * m is not i (19 /
 * 22 is the first). */
static void exact_bin_edges_of_any_number(void **state)
{
    enum { MOST = 200 };
    struct score_bin bin[MOST];
    struct score_reliability r;
    bool y = true;

    (void)state;
    for (size_t m = 1; m <= MOST; m++)
        for (size_t i = 1; i < m; i++) {
            double edge = (double)i / (double)m, below = nextafter(edge, 0);

            assert_int_equal(score_reliability(&edge, &y, 1, m, 0.9, bin, &r), ERR_OK);
            assert_int_equal(bin[i].n, 1);
            assert_int_equal(score_reliability(&below, &y, 1, m, 0.9, bin, &r), ERR_OK);
            assert_int_equal(bin[i - 1].n, 1);
        }
}

/* Recomputed by hand from the definitions (eight forecasts); printed digits. */
static void vector_scores(void **state)
{
    double v;

    (void)state;
    assert_int_equal(score_brier(p8, y8, 8, &v), ERR_OK);
    assert_near(v, 0.0890625, 1e-16);
    assert_int_equal(score_log_loss(p8, y8, 8, &v), ERR_OK);
    assert_near(v, 0.3115116, 5e-8);
    assert_int_equal(score_skill(p8, y8, 8, (double)NAN, &v), ERR_OK);
    assert_near(v, 0.64375, 1e-15);
}

/* Jeffreys' 90 % interval of 3 in 10: scipy 1.10 stats.beta.ppf([.05, .95], 3.5, 7.5). */
static void vector_jeffreys(void **state)
{
    struct score_proportion q;

    (void)state;
    assert_int_equal(score_proportion(3, 10, 0.9, &q), ERR_OK);
    assert_near(q.lower, 0.11732937668, 5e-12);
    assert_near(q.upper, 0.558126766485, 5e-13);
}

/* brier = reliability - resolution + uncertainty + within, whatever the bins; order does not
 * matter; forecasting the opposite of the opposite is the same. */
static void invariant_identity_order_complement(void **state)
{
    enum { N = 500 };
    struct random random = random_seeded(12);
    double p[N], q[N], back[N], a, b;
    bool y[N], not_y[N], back_y[N];

    (void)state;
    for (int i = 0; i < N; i++) {
        p[i] = random_uniform(&random);
        y[i] = random_uniform(&random) < p[i] * p[i];
        q[i] = 1 - p[i];
        not_y[i] = !y[i];
        back[N - 1 - i] = p[i];
        back_y[N - 1 - i] = y[i];
    }
    for (size_t bins = 1; bins <= 50; bins += 7) {
        struct score_bin bin[50];
        struct score_reliability r, m;

        assert_int_equal(score_reliability(p, y, N, bins, 0.9, bin, &r), ERR_OK);
        assert_near(r.reliability - r.resolution + r.uncertainty + r.within, r.brier, 1e-14);
        assert_int_equal(score_reliability(back, back_y, N, bins, 0.9, bin, &m), ERR_OK);
        assert_near(m.reliability, r.reliability, 1e-14);
    }
    assert_int_equal(score_brier(p, y, N, &a), ERR_OK);
    assert_int_equal(score_brier(q, not_y, N, &b), ERR_OK);
    assert_near(a, b, 1e-15);
    assert_int_equal(score_log_loss(p, y, N, &a), ERR_OK);
    assert_int_equal(score_log_loss(q, not_y, N, &b), ERR_OK);
    assert_near(a, b, 1e-13);
}

/* Forecasts that know the probability score better than those blunted to the mean or pushed to the
 * extremes: both scores are proper. */
static void truth_proper(void **state)
{
    enum { N = 20000 };
    struct random random = random_seeded(13);
    static double p[N], sharp[N], blunt[N];
    static bool y[N];
    double score[3], loss[3];

    (void)state;
    for (int i = 0; i < N; i++) {
        p[i] = random_uniform(&random);
        y[i] = random_uniform(&random) < p[i];
        sharp[i] = logistic(2 * logit(p[i]));
        blunt[i] = logistic(0.5 * logit(p[i]));
    }
    for (int i = 0; i < 3; i++) {
        const double *q = i == 0 ? p : i == 1 ? sharp : blunt;

        assert_int_equal(score_brier(q, y, N, &score[i]), ERR_OK);
        assert_int_equal(score_log_loss(q, y, N, &loss[i]), ERR_OK);
    }
    assert_near(score[0], 1.0 / 6, 4 * 0.15 / sqrt(N)); /* E p(1-p); sd of a squared error < 0.3 */
    assert_true(score[0] < score[1] && score[0] < score[2]);
    assert_true(loss[0] < loss[1] && loss[0] < loss[2]);
}

/* Coverage of Jeffreys' 90 % interval over 17 rates and three n, exactly (all outcomes weighed by
 * the binomial law): 0.85 to 0.95 on average for each n, nowhere below 0.80 in 0.1 .. 0.9 (Brown,
 * Cai & DasGupta 2001 show the same oscillation). */
static void promise_jeffreys_coverage(void **state)
{
    static const size_t sizes[] = {10, 30, 100};

    (void)state;
    for (size_t s = 0; s < 3; s++) {
        size_t n = sizes[s];
        double mean = 0, least = 1;

        for (int i = 0; i < 17; i++) {
            double p = 0.1 + 0.05 * i, covered = 0;

            for (size_t k = 0; k <= n; k++) {
                double m = (double)n, x = (double)k;
                struct score_proportion q;

                assert_int_equal(score_proportion(k, n, 0.9, &q), ERR_OK);
                if (q.lower <= p && p <= q.upper)
                    covered += exp(lgamma(m + 1) - lgamma(x + 1) - lgamma(m - x + 1) + x * log(p) +
                                   (m - x) * log1p(-p));
            }
            mean += covered / 17;
            least = fmin(least, covered);
        }
        print_message("n %zu: coverage %.3f, least %.3f\n", n, mean, least);
        assert_true(mean > 0.85 && mean < 0.95);
        assert_true(least > 0.8);
    }
}

/* Normal samples in their own 90 % intervals: hits by the binomial law, and the score's expectation
 * 2 z + 2 / 0.1 * 2 (pdf(z) - 0.05 z). */
static void promise_interval_hits(void **state)
{
    enum { N = 20000 };
    static double lower[N], upper[N], x[N];
    double z = normal_quantile(0.95);
    struct random random = random_seeded(14);
    struct score_interval s;

    (void)state;
    for (int i = 0; i < N; i++) {
        double centre = 50 * random_normal(&random);

        lower[i] = centre - z;
        upper[i] = centre + z;
        x[i] = centre + random_normal(&random);
    }
    assert_int_equal(score_interval(lower, upper, x, N, 0.9, &s), ERR_OK);
    assert_near(s.coverage.rate, 0.9, 4 * sqrt(0.09 / N));
    assert_true(s.coverage.lower < 0.9 && 0.9 < s.coverage.upper);
    assert_near(s.score, 2 * z + 40 * (normal_pdf(z) - 0.05 * z), 4 * 3.0 / sqrt(N));
}

/* Forecasts that are right lie in nine of ten of their bins' intervals. */
static void promise_reliability_bins(void **state)
{
    enum { RUNS = 400, N = 500, BINS = 10 };
    struct random random = random_seeded(15);
    size_t inside = 0;

    (void)state;
    for (int run = 0; run < RUNS; run++) {
        struct score_bin bin[BINS];
        struct score_reliability r;
        double p[N];
        bool y[N];

        for (int i = 0; i < N; i++) {
            p[i] = random_uniform(&random);
            y[i] = random_uniform(&random) < p[i];
        }
        assert_int_equal(score_reliability(p, y, N, BINS, 0.9, bin, &r), ERR_OK);
        for (int i = 0; i < BINS; i++)
            inside +=
                bin[i].observed.lower <= bin[i].p_mean && bin[i].p_mean <= bin[i].observed.upper;
    }
    print_message("inside: %.3f\n", (double)inside / (RUNS * BINS));
    assert_true(inside > 0.85 * RUNS * BINS && inside < 0.95 * RUNS * BINS);
}

static void hostile_scores(void **state)
{
    double bad[] = {0.5, (double)NAN}, out[] = {0.5, 1.5}, negative[] = {-0.1}, fine[] = {0.5, 0.5};
    bool y[] = {1, 1}, none[] = {0, 0};
    struct score_bin bin[3];
    struct score_reliability r;
    struct score_proportion q;
    double v = 7;

    (void)state;
    assert_int_equal(score_brier(fine, y, 0, &v), ERR_TOO_FEW);
    assert_int_equal(score_brier(bad, y, 2, &v), ERR_NOT_FINITE);
    assert_int_equal(score_brier(out, y, 2, &v), ERR_RANGE);
    assert_int_equal(score_log_loss(negative, y, 1, &v), ERR_RANGE);
    assert_int_equal(score_log_loss(bad, y, 2, &v), ERR_NOT_FINITE);
    assert_int_equal(score_log_loss(fine, y, 0, &v), ERR_TOO_FEW);
    assert_int_equal(score_skill(fine, y, 2, (double)NAN, &v), ERR_CONSTANT);
    assert_int_equal(score_skill(fine, y, 2, 1, &v), ERR_CONSTANT);
    assert_int_equal(score_skill(fine, y, 2, 2, &v), ERR_RANGE);
    assert_int_equal(score_skill(fine, y, 2, (double)INFINITY, &v), ERR_RANGE);
    assert_int_equal(score_skill(bad, y, 2, 0.5, &v), ERR_NOT_FINITE);
    assert_int_equal(score_skill(fine, none, 2, 1e-160, &v), ERR_NOT_FINITE); /* overflow */
    assert_near(v, 7, 0);
    assert_int_equal(score_reliability(fine, y, 2, 0, 0.9, bin, &r), ERR_RANGE);
    assert_int_equal(score_reliability(fine, y, 2, 3, 1, bin, &r), ERR_RANGE);
    assert_int_equal(score_reliability(fine, y, 2, 3, (double)NAN, bin, &r), ERR_RANGE);
    assert_int_equal(score_reliability(bad, y, 2, 3, 0.9, bin, &r), ERR_NOT_FINITE);
    assert_int_equal(score_reliability(fine, y, 0, 3, 0.9, bin, &r), ERR_TOO_FEW);
    assert_int_equal(score_reliability(fine, y, 1, 1, 0.9, bin, &r), ERR_OK);
    assert_int_equal(score_proportion(1, 0, 0.9, &q), ERR_TOO_FEW);
    assert_int_equal(score_proportion(3, 2, 0.9, &q), ERR_RANGE);
    assert_int_equal(score_proportion(1, 2, 0, &q), ERR_RANGE);
}

static void hostile_intervals(void **state)
{
    double lower[] = {-1e308, 0}, upper[] = {1e308, 1}, x[] = {0, 0.5}, bad[] = {0, (double)NAN};
    double swapped[] = {-2e307, -1};
    struct score_interval s;

    (void)state;
    assert_int_equal(score_interval(lower, upper, x, 0, 0.9, &s), ERR_TOO_FEW);
    assert_int_equal(score_interval(lower, upper, x, 2, 0.9, &s), ERR_NOT_FINITE); /* overflow */
    assert_int_equal(score_interval(bad, upper, x, 2, 0.9, &s), ERR_NOT_FINITE);
    assert_int_equal(score_interval(lower, bad, x, 2, 0.9, &s), ERR_NOT_FINITE);
    assert_int_equal(score_interval(lower, upper, bad, 2, 0.9, &s), ERR_NOT_FINITE);
    assert_int_equal(score_interval(lower, swapped, x, 2, 0.9, &s), ERR_RANGE);
    assert_int_equal(score_interval(lower + 1, upper + 1, x + 1, 1, 1, &s), ERR_RANGE);
    assert_int_equal(score_interval(lower + 1, upper + 1, x + 1, 1, 0.9, &s), ERR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_scores),
        cmocka_unit_test(exact_proportion),
        cmocka_unit_test(exact_interval_score),
        cmocka_unit_test(exact_decomposition),
        cmocka_unit_test(exact_bin_edges),
        cmocka_unit_test(exact_bin_edges_of_any_number),
        cmocka_unit_test(vector_scores),
        cmocka_unit_test(vector_jeffreys),
        cmocka_unit_test(invariant_identity_order_complement),
        cmocka_unit_test(truth_proper),
        cmocka_unit_test(promise_jeffreys_coverage),
        cmocka_unit_test(promise_interval_hits),
        cmocka_unit_test(promise_reliability_bins),
        cmocka_unit_test(hostile_scores),
        cmocka_unit_test(hostile_intervals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
