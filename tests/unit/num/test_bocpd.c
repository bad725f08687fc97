#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"
#include "nile.h"

#include <string.h>

#include "shikumen/num/bocpd.h"

static const double step_of_one[20] = {0.1, -0.2, 0,   0.2, -0.1, 0.1, -0.1, 0,   0.2, -0.2,
                                       1.1, 0.9,  1.0, 1.2, 0.8,  1.1, 1.0,  0.9, 1.1, 1.0};

/* Without pruning. */
static const struct bocpd_config gaussian = {.model = BOCPD_GAUSSIAN,
                                             .hazard = 1.0 / 50,
                                             .mean = 0,
                                             .mean_var = 4,
                                             .noise_var = 0.04,
                                             .capacity = 200};
static const struct bocpd_config normal_gamma = {.model = BOCPD_NORMAL_GAMMA,
                                                 .hazard = 1.0 / 50,
                                                 .mean = 0,
                                                 .kappa = 0.1,
                                                 .alpha = 1,
                                                 .beta = 0.05,
                                                 .capacity = 200};
static const struct bocpd_config nile_config = {.model = BOCPD_NORMAL_GAMMA,
                                                .hazard = 1.0 / 100,
                                                .mean = 1000,
                                                .kappa = 0.01,
                                                .alpha = 1,
                                                .beta = 10000,
                                                .capacity = 200};

static struct bocpd made(const struct bocpd_config *config, struct arena *a)
{
    struct bocpd b;

    assert_int_equal(bocpd_init(&b, config, a), ERR_OK);
    return b;
}

static struct bocpd_step fed(struct bocpd *b, const double *x, size_t n)
{
    struct bocpd_step s = {0};

    for (size_t i = 0; i < n; i++)
        assert_int_equal(bocpd_update(b, x[i], &s), ERR_OK);
    return s;
}

/* Log marginal likelihood of a segment, from its sums. */
static double segment(const struct bocpd_config *c, const double *x, size_t n)
{
    double m = 0, s = 0, k = (double)n;

    if (n == 0)
        return 0;
    for (size_t i = 0; i < n; i++)
        m += x[i] / k;
    for (size_t i = 0; i < n; i++)
        s += (x[i] - m) * (x[i] - m);
    if (c->model == BOCPD_GAUSSIAN) {
        double v = c->noise_var, total = v / k + c->mean_var, d = m - c->mean;

        return -(k * log(2 * M_PI * v) + log(k / v) - log(2 * M_PI) + s / v +
                 log(2 * M_PI * total) + d * d / total) /
               2;
    } else {
        double kn = c->kappa + k, an = c->alpha + k / 2, d = m - c->mean;
        double bn = c->beta + s / 2 + c->kappa * k * d * d / (2 * kn);

        return lgamma(an) - lgamma(c->alpha) + c->alpha * log(c->beta) - an * log(bn) +
               log(c->kappa / kn) / 2 - k / 2 * log(2 * M_PI);
    }
}

/* All 2^n ways to cut n samples (a cut after each sample or not, of probability hazard): the run
 * length posterior and the evidence by summing them up. */
static void enumerate(const struct bocpd_config *c, const double *x, size_t n, double *p,
                      double *evidence)
{
    *evidence = 0;
    for (size_t r = 0; r <= n; r++)
        p[r] = 0;
    for (size_t cuts = 0; cuts < (size_t)1 << n; cuts++) {
        double weight = 1;
        size_t start = 0;

        for (size_t i = 0; i < n; i++) {
            bool cut = cuts >> i & 1;

            weight *= cut ? c->hazard : 1 - c->hazard;
            if (cut) {
                weight *= exp(segment(c, x + start, i + 1 - start));
                start = i + 1;
            }
        }
        weight *= exp(segment(c, x + start, n - start));
        p[n - start] += weight;
        *evidence += weight;
    }
    for (size_t r = 0; r <= n; r++)
        p[r] /= *evidence;
}

/* The recursion against all segmentations, 1024 of them, both models. */
static void exact_against_all_segmentations(void **state)
{
    enum { N = 10 };
    const struct bocpd_config *config[] = {&gaussian, &normal_gamma};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct arena a = {0};
        struct bocpd b = made(config[i], &a);
        const double *x = step_of_one + 5; /* the step in the middle */
        double p[N + 1], evidence, log_score = 0;

        enumerate(config[i], x, N, p, &evidence);
        for (size_t t = 0; t < N; t++)
            log_score += fed(&b, x + t, 1).log_score;
        for (size_t r = 0; r <= N; r++)
            assert_near(bocpd_probability(&b, r), p[r], 1e-13);
        assert_near(log_score, log(evidence), 1e-12);
        arena_free(&a);
    }
}

/* The first sample's density is the prior's Student t; alpha from tiny to large passes the
 * constants' product, their table and their series. lgamma's own error at alpha 1e5 is 1e-10. */
static void exact_first_density(void **state)
{
    static const double alpha[] = {1e-3, 0.5, 1, 7.25, 23.9, 24, 100, 1e5};

    (void)state;
    for (size_t i = 0; i < 8; i++) {
        struct bocpd_config c = normal_gamma;
        struct arena a = {0};
        struct bocpd b;
        double x = 0.7, scale = c.beta * 1.1 / (alpha[i] * 0.1), expected;

        c.alpha = alpha[i];
        b = made(&c, &a);
        expected = lgamma(alpha[i] + 0.5) - lgamma(alpha[i]) -
                   log(2 * alpha[i] * M_PI * scale) / 2 -
                   (alpha[i] + 0.5) * log1p(x * x / (2 * alpha[i] * scale));
        assert_near(fed(&b, &x, 1).log_score, expected, alpha[i] > 1000 ? 1e-9 : 1e-13);
        arena_free(&a);
    }
}

/* Before the first sample the prediction is the prior's: variance beta (kappa + 1) / (kappa (alpha
 * - 1)). */
static void exact_prior_prediction(void **state)
{
    struct bocpd_config c = normal_gamma;
    struct arena a = {0};
    struct bocpd_prediction next;
    struct bocpd b;

    (void)state;
    c.alpha = 1.5;
    b = made(&c, &a);
    next = bocpd_predict(&b);
    assert_near(next.mean, 0, 0);
    assert_near(next.sd, sqrt(0.05 * 1.1 / (0.1 * 0.5)), 1e-15);
    assert_near(next.sd_share, 1, 0);
    arena_free(&a);
}

/* 150 equal-looking samples without cuts worth the name (hazard 1e-12): the evidence is the
 * segment's, also when the run is longer than the capacity. */
static void exact_long_run(void **state)
{
    struct bocpd_config c = normal_gamma;
    struct arena a = {0};
    struct bocpd b;
    double x[150], log_score = 0;

    (void)state;
    c.hazard = 1e-12;
    c.capacity = 100;
    b = made(&c, &a);
    for (int i = 0; i < 150; i++) {
        x[i] = step_of_one[i % 10];
        log_score += fed(&b, x + i, 1).log_score;
    }
    assert_near(log_score, segment(&c, x, 150), 1e-8); /* 150 hazards of 1e-12 weigh 1e-10 */
    arena_free(&a);
}

/* A missing sample: every run grows by the hazard's rule and learns nothing. */
static void exact_missing(void **state)
{
    double gap = (double)NAN;
    struct arena a = {0};
    struct bocpd b = made(&gaussian, &a);
    struct bocpd_step s;
    double before[4];

    (void)state;
    fed(&b, step_of_one, 3);
    for (uint64_t r = 0; r < 4; r++)
        before[r] = bocpd_probability(&b, r);
    s = fed(&b, &gap, 1);
    assert_near(s.log_score, 0, 0);
    assert_near(bocpd_probability(&b, 0), 0.02, 1e-15);
    for (uint64_t r = 0; r < 4; r++)
        assert_near(bocpd_probability(&b, r + 1), 0.98 * before[r], 1e-15);
    assert_int_equal(b.run[0].seen, 3);
    assert_int_equal(s.map_run, 4);
    arena_free(&a);
}

/* Recomputed, and by a public implementation of the paper; digits as printed. Mean 0 +- 2 known
 * noise 0.2, hazard 1/50, a step of one after ten samples. */
static void vector_gaussian(void **state)
{
    static const double at_11[] = {0.02, 0.97935386, 3.733e-05, 3.015e-05};
    static const double at_12[] = {0.02, 0.003171, 0.97681519, 9.75e-06};
    static const double digit_11[] = {1e-15, 5e-9, 5e-9, 5e-9},
                        digit_12[] = {1e-15, 5e-7, 5e-9, 5e-9};
    struct arena a = {0};
    struct bocpd b = made(&gaussian, &a);

    (void)state;
    for (size_t t = 1; t <= 20; t++) {
        struct bocpd_step s = fed(&b, step_of_one + t - 1, 1);

        assert_int_equal(s.map_run, t <= 10 ? t : t - 10);
        for (uint64_t r = 0; t == 11 && r < 4; r++)
            assert_near(bocpd_probability(&b, r), at_11[r], digit_11[r]);
        for (uint64_t r = 0; t == 12 && r < 4; r++)
            assert_near(bocpd_probability(&b, r), at_12[r], digit_12[r]);
        if (t == 11) {
            assert_near(bocpd_predict(&b).mean, 1.0667105573, 5e-11);
            assert_near(bocpd_predict(&b).sd, 0.427322832524, 5e-13); /* scipy 1.10, same mixture */
            assert_near(bocpd_predict(&b).sd_share, 1, 1e-15);
        }
    }
    assert_near(bocpd_probability(&b, 10), 0.9673375367, 5e-11);
    arena_free(&a);
}

/* Recomputed; digits as printed. */
static void vector_normal_gamma(void **state)
{
    static const double at_11[] = {0.02, 0.8742526, 0.04471406, 0.02350963, 0.00568551};
    struct arena a = {0};
    struct bocpd b = made(&normal_gamma, &a);

    (void)state;
    fed(&b, step_of_one, 10);
    assert_near(bocpd_probability(&b, 10), 0.9458209723, 5e-11);
    fed(&b, step_of_one + 10, 1);
    for (uint64_t r = 0; r < 5; r++)
        assert_near(bocpd_probability(&b, r), at_11[r], r == 1 ? 5e-8 : 5e-9);
    arena_free(&a);
}

/* Nile 1871-1970: the change of 1898 is seen in 1902, when the most probable run falls from 31
 * to 4. Sum of the log scores by scipy 1.10 (stats.t.logpdf, special.logsumexp) on the same
 * recursion. */
static void vector_nile(void **state)
{
    struct arena a = {0};
    struct bocpd b = made(&nile_config, &a);
    struct bocpd_step s = {0};
    double log_score = 0;

    (void)state;
    for (size_t t = 1; t <= 100; t++) {
        s = fed(&b, nile + t - 1, 1);
        log_score += s.log_score;
        if (t == 31)
            assert_int_equal(s.map_run, 31);
        if (t == 32)
            assert_int_equal(s.map_run, 4);
    }
    assert_int_equal(s.map_run, 72);
    assert_near(s.map_p, 0.726947, 5e-7);
    assert_near(log_score, -642.9266933000557, 1e-10);
    arena_free(&a);
}

/* The same vectors pruned: the most probable run lengths are the same after every sample.
 * Probabilities move by less than truncate for each sample, at which one run more may fall below
 * it, or by less than the least of 60 run lengths can have. */
static void vector_pruned(void **state)
{
    static const struct {
        const struct bocpd_config *config;
        const double *x;
        size_t n, capacity;
        double truncate, within;
    } row[] = {{&gaussian, step_of_one, 20, 500, 1e-6, 20e-6},
               {&normal_gamma, step_of_one, 20, 500, 1e-6, 20e-6},
               {&nile_config, nile, 100, 500, 1e-6, 100e-6},
               {&nile_config, nile, 100, 60, 0, 1.0 / 60}};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct bocpd_config pruned = *row[i].config;
        struct arena a = {0};
        struct bocpd b = made(row[i].config, &a), c;
        double worst = 0;
        size_t most = 0;

        pruned.truncate = row[i].truncate;
        pruned.capacity = row[i].capacity;
        c = made(&pruned, &a);
        for (size_t t = 0; t < row[i].n; t++) {
            assert_int_equal(fed(&b, row[i].x + t, 1).map_run, fed(&c, row[i].x + t, 1).map_run);
            assert_near(bocpd_probability(&c, 0), pruned.hazard, 0);
            for (uint64_t r = 0; r <= t + 1; r++)
                worst = fmax(worst, fabs(bocpd_probability(&b, r) - bocpd_probability(&c, r)));
            most = c.runs > most ? c.runs : most;
        }
        print_message("row %zu: worst difference %.2e, runs at most %zu\n", i, worst, most);
        assert_true(worst < row[i].within);
        assert_true(most < b.runs && most <= row[i].capacity);
        arena_free(&a);
    }
}

/* Samples and prior in other units and from another origin: the same run lengths. */
static void invariant_shift_and_scale(void **state)
{
    struct bocpd_config c = nile_config, g = gaussian;
    struct arena a = {0};
    struct bocpd plain = made(&c, &a), moved, gplain = made(&g, &a), gmoved;

    (void)state;
    c.mean = c.mean * 4 + 512;
    c.beta *= 16;
    moved = made(&c, &a);
    g.mean = 8;
    g.mean_var *= 16;
    g.noise_var *= 16;
    gmoved = made(&g, &a);
    for (size_t t = 0; t < 100; t++) {
        double x = 4 * nile[t] + 512;
        double score = fed(&plain, nile + t, 1).log_score;

        assert_near(fed(&moved, &x, 1).log_score, score - log(4), 1e-12);
        assert_near(bocpd_recent(&moved, 10), bocpd_recent(&plain, 10), 1e-12);
    }
    for (size_t t = 0; t < 20; t++) {
        double x = 4 * step_of_one[t] + 8;

        fed(&gplain, step_of_one + t, 1);
        fed(&gmoved, &x, 1);
        assert_near(bocpd_recent(&gmoved, 5), bocpd_recent(&gplain, 5), 1e-12);
    }
    arena_free(&a);
}

/* Stored at any point and put back elsewhere: the same bits ever after. */
static void invariant_stored_state(void **state)
{
    struct bocpd_config c = nile_config;

    (void)state;
    c.truncate = 1e-6;
    c.capacity = 40;
    for (size_t cut = 0; cut <= 100; cut += 7) {
        struct arena a = {0};
        struct bocpd whole = made(&c, &a), part = made(&c, &a), back = made(&c, &a);
        struct bocpd_step s, r;

        s = fed(&whole, nile, 100);
        fed(&part, nile, cut);
        assert_int_equal(bocpd_restore(&back, part.count, part.run, part.runs), ERR_OK);
        r = fed(&back, nile + cut, 100 - cut);
        if (cut < 100)
            assert_memory_equal(&s, &r, sizeof s);
        assert_int_equal(whole.runs, back.runs);
        assert_memory_equal(whole.run, back.run, whole.runs * sizeof *whole.run);
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_against_all_segmentations),
        cmocka_unit_test(exact_first_density),
        cmocka_unit_test(exact_prior_prediction),
        cmocka_unit_test(exact_long_run),
        cmocka_unit_test(exact_missing),
        cmocka_unit_test(vector_gaussian),
        cmocka_unit_test(vector_normal_gamma),
        cmocka_unit_test(vector_nile),
        cmocka_unit_test(vector_pruned),
        cmocka_unit_test(invariant_shift_and_scale),
        cmocka_unit_test(invariant_stored_state),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
