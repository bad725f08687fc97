#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"

#include <stdbool.h>

#include "shikumen/num/fusion.h"
#include "shikumen/num/random.h"
#include "shikumen/num/special.h"

/* Odds 1 : 1, evidence of factor 10 (10 decibans) and 1/10 of another. */
static void exact_odds(void **state)
{
    struct fusion_evidence e[] = {{log(10), 1, 0}, {log(10), 0.5, 0}, {-log(10), 1, 0}};
    struct fusion f;
    double db[3];

    (void)state;
    assert_int_equal(fusion_of(0.5, e, 1, db, &f), ERR_OK);
    assert_near(f.p, 10.0 / 11, 1e-15);
    assert_near(db[0], 10, 1e-14);
    assert_int_equal(fusion_of(0.5, e, 3, db, &f), ERR_OK);
    assert_near(f.log_odds, 0.5 * log(10), 1e-15);
    assert_near(db[1], 5, 1e-14);
    assert_near(db[2], -10, 1e-14);
    assert_int_equal(fusion_of(0.02, e, 0, NULL, &f), ERR_OK);
    assert_near(f.p, 0.02, 1e-16);
}

/* One cause: the largest contribution (weight times quality) in full, the others by half, the two
 * signs apart; another cause and cause 0 are not touched. */
static void exact_same_cause(void **state)
{
    struct fusion_evidence e[] = {{1.0, 1, 3},  {2.0, 1, 3}, {3.0, 0.5, 3}, {-1.0, 1, 3},
                                  {-0.5, 1, 3}, {0.8, 1, 4}, {1.0, 1, 0},   {1.0, 1, 0}};
    static const double counted[] = {0.5, 2, 0.75, -1, -0.25, 0.8, 1, 1};
    struct fusion_evidence tie[] = {{1, 1, 5}, {1, 1, 5}};
    struct fusion f;
    double db[8];

    (void)state;
    assert_int_equal(fusion_of(0.5, e, 8, db, &f), ERR_OK);
    for (int i = 0; i < 8; i++)
        assert_near(db[i] * log(10) / 10, counted[i], 1e-15);
    assert_near(f.log_odds, 4.8, 1e-14);
    assert_int_equal(fusion_of(0.5, tie, 2, db, &f), ERR_OK);
    assert_true(db[0] > db[1]); /* of equals the first in full */
    assert_near(f.log_odds, 1.5, 0);
}

static void exact_combination(void **state)
{
    double certain[] = {0.3, 1}, tiny[] = {1e-20, 2e-20}, one[] = {0.25}, zero[] = {0, 0};
    struct fusion_combination c;

    (void)state;
    assert_int_equal(fusion_combine(certain, 2, 0.5, &c), ERR_OK);
    assert_near(c.p, 1, 0);
    assert_near(c.p_sum, 1, 0);
    assert_int_equal(fusion_combine(tiny, 2, 0, &c), ERR_OK);
    assert_close(c.p_or, 3e-20, 1e-15);
    assert_int_equal(fusion_combine(one, 1, 0.5, &c), ERR_OK);
    assert_near(c.p, 0.25, 0);
    assert_int_equal(fusion_combine(zero, 2, 0.5, &c), ERR_OK);
    assert_near(c.p + c.p_or + c.p_sum, 0, 0);
}

static void exact_ladder(void **state)
{
    static const struct {
        double margin;
        enum margin_level level;
    } row[] = {{-1, MARGIN_CLEAR},    {0.599, MARGIN_CLEAR},   {0.6, MARGIN_ATTENTION},
               {0.8, MARGIN_WARNING}, {0.999, MARGIN_WARNING}, {1, MARGIN_ALARM},
               {1e300, MARGIN_ALARM}};

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        assert_int_equal(margin_level(row[i].margin), row[i].level);
    assert_int_equal(margin_level_held(0.95, MARGIN_ALARM), MARGIN_ALARM);
    assert_int_equal(margin_level_held(0.89, MARGIN_ALARM), MARGIN_WARNING);
    assert_int_equal(margin_level_held(0.55, MARGIN_ALARM), MARGIN_ATTENTION);
    assert_int_equal(margin_level_held(0.45, MARGIN_ALARM), MARGIN_CLEAR);
    assert_int_equal(margin_level_held(1.2, MARGIN_CLEAR), MARGIN_ALARM);
    assert_int_equal(margin_level_held(0.5, MARGIN_UNKNOWN), MARGIN_CLEAR);
}

static void exact_confidence(void **state)
{
    double all[] = {1, 1, 1, 1, 1}, none[] = {1, 0, 1, 0, 1},
           tiny[] = {1e-80, 1e-80, 1e-80, 1e-80, 1e-80};
    struct fusion_confidence c;

    (void)state;
    assert_int_equal(fusion_confidence(all, &c), ERR_OK);
    assert_near(c.value, 1, 0);
    assert_int_equal(c.which, CONFIDENCE_COVERAGE);
    assert_int_equal(fusion_confidence(none, &c), ERR_OK);
    assert_near(c.value, 0, 0);
    assert_int_equal(c.which, CONFIDENCE_FLAGS);
    assert_int_equal(fusion_confidence(tiny, &c), ERR_OK);
    assert_close(c.value, 1e-80, 1e-12);
}

/* Recomputed from the definition, six and three digits printed: prior 0.02 and five kinds of
 * evidence. */
static void vector_fusion(void **state)
{
    static const struct fusion_evidence e[] = {
        {1.6, 1, 0}, {1.1, 0.8, 0}, {1.3, 0.9, 0}, {-0.3, 1, 0}, {1.2, 0.6, 0}};
    static const double p[] = {0.091803, 0.195947, 0.439838, 0.367764, 0.544427};
    static const double decibans[] = {6.949, 3.822, 5.081, -1.303, 3.127};
    struct fusion f;
    double db[5];

    (void)state;
    for (size_t n = 1; n <= 5; n++) {
        assert_int_equal(fusion_of(0.02, e, n, db, &f), ERR_OK);
        assert_near(f.p, p[n - 1], 5e-7);
        assert_near(db[n - 1], decibans[n - 1], 5e-4);
    }
}

static void vector_combination(void **state)
{
    double p[] = {0.12, 0.05, 0.30, 0.02};
    struct fusion_combination c;

    (void)state;
    assert_int_equal(fusion_combine(p, 4, FUSION_RHO, &c), ERR_OK);
    assert_near(c.p_max, 0.30, 0);
    assert_near(c.p_or, 0.426504, 5e-7);
    assert_near(c.p_sum, 0.49, 1e-15);
    assert_near(c.p, 0.363252, 5e-7);
}

static void vector_confidence(void **state)
{
    double factor[] = {.96, .93, 200.0 / 365, .7, .9};
    struct fusion_confidence c;

    (void)state;
    assert_int_equal(fusion_confidence(factor, &c), ERR_OK);
    assert_near(c.value, 0.790253, 5e-7);
    assert_near(c.weakest, 0.547945, 5e-7);
    assert_int_equal(c.which, CONFIDENCE_HISTORY);
}

enum { EVIDENCE = 12 };

static void draw(struct random *r, struct fusion_evidence *e)
{
    for (int i = 0; i < EVIDENCE; i++)
        e[i] = (struct fusion_evidence){3 * random_normal(r), random_uniform(r),
                                        (unsigned)random_below(r, 4)};
}

/* The order of the evidence, the naming of the causes and taking complements (all weights and the
 * prior reversed) do not matter; the decibans add up to the whole. */
static void invariant_order_names_complement(void **state)
{
    struct random r = random_seeded(1);
    struct fusion_evidence e[EVIDENCE], back[EVIDENCE], other[EVIDENCE];
    struct fusion f, g, h;
    double db[EVIDENCE];

    (void)state;
    for (int run = 0; run < 500; run++) {
        double sum = 0;

        draw(&r, e);
        for (int i = 0; i < EVIDENCE; i++) {
            back[EVIDENCE - 1 - i] = e[i];
            back[EVIDENCE - 1 - i].cause = e[i].cause ? 31 - e[i].cause : 0;
            other[i] = e[i];
            other[i].weight = -e[i].weight;
        }
        assert_int_equal(fusion_of(0.1, e, EVIDENCE, db, &f), ERR_OK);
        assert_int_equal(fusion_of(0.1, back, EVIDENCE, NULL, &g), ERR_OK);
        assert_int_equal(fusion_of(0.9, other, EVIDENCE, NULL, &h), ERR_OK);
        for (int i = 0; i < EVIDENCE; i++)
            sum += db[i];
        assert_near(g.log_odds, f.log_odds, 1e-13);
        assert_near(h.log_odds, -f.log_odds, 1e-13);
        assert_near(logit(0.1) + sum * log(10) / 10, f.log_odds, 1e-13);
    }
}

/* Stronger evidence never lowers the probability, better quality never lowers what speaks for it.
 */
static void invariant_monotone(void **state)
{
    struct random r = random_seeded(2);
    struct fusion_evidence e[EVIDENCE];
    struct fusion before, after;

    (void)state;
    for (int run = 0; run < 5000; run++) {
        size_t i = random_below(&r, EVIDENCE);

        draw(&r, e);
        assert_int_equal(fusion_of(0.1, e, EVIDENCE, NULL, &before), ERR_OK);
        if (run % 2 || e[i].weight < 0)
            e[i].weight += random_exponential(&r);
        else
            e[i].quality += (1 - e[i].quality) * random_uniform(&r);
        assert_int_equal(fusion_of(0.1, e, EVIDENCE, NULL, &after), ERR_OK);
        assert_true(after.log_odds >= before.log_odds - 1e-13);
    }
}

/* p lies between p_max and p_or, p_or below p_sum; more or larger probabilities never lower any. */
static void invariant_combination_bounds(void **state)
{
    struct random r = random_seeded(3);

    (void)state;
    for (int run = 0; run < 5000; run++) {
        double p[8], rho = random_uniform(&r);
        size_t n = 2 + random_below(&r, 6), i = random_below(&r, n);
        struct fusion_combination c, d;

        for (size_t j = 0; j < n; j++)
            p[j] = run % 2 ? random_uniform(&r) : 1e-12 * random_uniform(&r);
        assert_int_equal(fusion_combine(p, n, rho, &c), ERR_OK);
        assert_true(c.p_max <= c.p && c.p <= c.p_or && c.p_or <= c.p_sum && c.p_sum <= 1);
        p[i] += (1 - p[i]) * random_uniform(&r);
        assert_int_equal(fusion_combine(p, n, rho, &d), ERR_OK);
        assert_true(d.p_max >= c.p_max && d.p >= c.p * (1 - 1e-14) &&
                    d.p_or >= c.p_or * (1 - 1e-14));
    }
}

/* Houses of which the prior share is active and evidence that is given with the probabilities its
 * weight says (independent): the fused probabilities come true, bin by bin within 4 binomial
 * errors. */
static void promise_fusion_is_calibrated(void **state)
{
    enum { RUNS = 20000, KINDS = 6, BINS = 5 };
    static const double if_active[KINDS] = {0.7, 0.5, 0.4, 0.3, 0.2, 0.6};
    static const double if_stable[KINDS] = {0.1, 0.2, 0.1, 0.05, 0.3, 0.5};
    struct random r = random_seeded(4);
    double forecast[BINS] = {0}, came[BINS] = {0}, spread[BINS] = {0};

    (void)state;
    for (int run = 0; run < RUNS; run++) {
        struct fusion_evidence e[KINDS];
        struct fusion f;
        bool active = random_uniform(&r) < 0.2;
        int bin;

        for (int k = 0; k < KINDS; k++) {
            double a = if_active[k], s = if_stable[k];
            bool seen = random_uniform(&r) < (active ? a : s);

            e[k] = (struct fusion_evidence){seen ? log(a / s) : log((1 - a) / (1 - s)), 1, 0};
        }
        assert_int_equal(fusion_of(0.2, e, KINDS, NULL, &f), ERR_OK);
        bin = (int)fmin(BINS - 1, f.p * BINS);
        forecast[bin] += f.p;
        came[bin] += active;
        spread[bin] += f.p * (1 - f.p);
    }
    for (int i = 0; i < BINS; i++) {
        assert_true(forecast[i] > 0);
        assert_near(came[i], forecast[i], 4 * sqrt(spread[i]));
    }
}

/* Limit states with common causes, simulated: the frequency of "any exceeded" lies in the interval
 * [p_max, p_sum], at p_or when independent and at p_max when one variable drives all. */
static void truth_dependence(void **state)
{
    enum { RUNS = 40000 };
    static const double p[] = {0.12, 0.05, 0.30, 0.02}, share[] = {0, 0.5, 1};
    struct random r = random_seeded(6);
    struct fusion_combination c;

    (void)state;
    assert_int_equal(fusion_combine(p, 4, FUSION_RHO, &c), ERR_OK);
    for (int k = 0; k < 3; k++) {
        double any = 0, error = 4 * sqrt(0.25 / RUNS);

        for (int run = 0; run < RUNS; run++) {
            double common = random_normal(&r);
            bool exceeded = false;

            for (int i = 0; i < 4; i++) {
                double z = sqrt(share[k]) * common + sqrt(1 - share[k]) * random_normal(&r);

                exceeded = exceeded || z < normal_quantile(p[i]);
            }
            any += exceeded;
        }
        any /= RUNS;
        assert_true(any > c.p_max - error && any < c.p_sum + error);
        if (k == 0)
            assert_near(any, c.p_or, error);
        if (k == 2)
            assert_near(any, c.p_max, error);
    }
}

static void hostile_fusion(void **state)
{
    struct fusion_evidence good = {1, 1, 1}, e;
    struct fusion f = {7, 7};

    (void)state;
    assert_int_equal(fusion_of(0, &good, 1, NULL, &f), ERR_RANGE);
    assert_int_equal(fusion_of(1, &good, 1, NULL, &f), ERR_RANGE);
    assert_int_equal(fusion_of((double)NAN, &good, 1, NULL, &f), ERR_NOT_FINITE);
#define REFUSED(field, value, error)                                                               \
    e = good;                                                                                      \
    e.field = (value);                                                                             \
    assert_int_equal(fusion_of(0.5, &e, 1, NULL, &f), error)
    REFUSED(weight, (double)NAN, ERR_NOT_FINITE);
    REFUSED(weight, -(double)INFINITY, ERR_NOT_FINITE);
    REFUSED(weight, 1e300, ERR_RANGE);
    REFUSED(quality, -0.1, ERR_RANGE);
    REFUSED(quality, 1.1, ERR_RANGE);
    REFUSED(quality, (double)NAN, ERR_NOT_FINITE);
    REFUSED(cause, FUSION_CAUSES, ERR_RANGE);
    assert_near(f.p, 7, 0);
    assert_int_equal(fusion_of(1e-300, &good, 1, NULL, &f), ERR_OK);
    assert_true(f.p > 0 && isfinite(f.log_odds));
}

static void hostile_others(void **state)
{
    double bad[] = {0.1, (double)NAN}, out[] = {0.1, 1.1}, fine[] = {0.1, 0.2};
    double factor[] = {1, 1, 1, 1, (double)NAN}, large[] = {1, 1, 1, 1, 1.01};
    struct fusion_combination c = {.p = 7};
    struct fusion_confidence k = {.value = 7};

    (void)state;
    assert_int_equal(fusion_combine(fine, 0, 0.5, &c), ERR_TOO_FEW);
    assert_int_equal(fusion_combine(bad, 2, 0.5, &c), ERR_NOT_FINITE);
    assert_int_equal(fusion_combine(out, 2, 0.5, &c), ERR_RANGE);
    assert_int_equal(fusion_combine(fine, 2, -0.1, &c), ERR_RANGE);
    assert_int_equal(fusion_combine(fine, 2, (double)NAN, &c), ERR_NOT_FINITE);
    assert_int_equal(fusion_confidence(factor, &k), ERR_NOT_FINITE);
    assert_int_equal(fusion_confidence(large, &k), ERR_RANGE);
    assert_near(c.p + k.value, 14, 0);
    assert_int_equal(margin_level((double)NAN), MARGIN_UNKNOWN);
    assert_int_equal(margin_level((double)INFINITY), MARGIN_ALARM);
    assert_int_equal(margin_level(-(double)INFINITY), MARGIN_CLEAR);
    assert_int_equal(margin_level_held((double)NAN, MARGIN_ALARM), MARGIN_UNKNOWN);
    assert_int_equal(margin_level_held(0.7, (enum margin_level)99), MARGIN_ATTENTION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_odds),
        cmocka_unit_test(exact_same_cause),
        cmocka_unit_test(exact_combination),
        cmocka_unit_test(exact_ladder),
        cmocka_unit_test(exact_confidence),
        cmocka_unit_test(vector_fusion),
        cmocka_unit_test(vector_combination),
        cmocka_unit_test(vector_confidence),
        cmocka_unit_test(invariant_order_names_complement),
        cmocka_unit_test(invariant_monotone),
        cmocka_unit_test(invariant_combination_bounds),
        cmocka_unit_test(promise_fusion_is_calibrated),
        cmocka_unit_test(truth_dependence),
        cmocka_unit_test(hostile_fusion),
        cmocka_unit_test(hostile_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
