#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"

#include "shikumen/num/bocpd.h"
#include "shikumen/num/random.h"
#include "shikumen/num/special.h"

static struct bocpd made(const struct bocpd_config *config, struct arena *a)
{
    struct bocpd b;

    assert_int_equal(bocpd_init(&b, config, a), ERR_OK);
    return b;
}

static const struct bocpd_config daily = {.model = BOCPD_NORMAL_GAMMA,
                                          .hazard = 1e-3,
                                          .mean = 0,
                                          .kappa = 0.1,
                                          .alpha = 2,
                                          .beta = 2,
                                          .truncate = BOCPD_TRUNCATE,
                                          .capacity = BOCPD_CAPACITY};

/* A shift of 3 sigma after 100 of 200 samples: found ten samples later, dated to within three in
 * nine of ten series; before it, no alarm. */
static void truth_step(void **state)
{
    enum { RUNS = 200 };
    struct random r = random_seeded(71);
    int found = 0, dated = 0, early = 0;

    (void)state;
    for (int run = 0; run < RUNS; run++) {
        struct arena a = {0};
        struct bocpd b = made(&daily, &a);
        struct bocpd_step s = {0};

        for (int t = 1; t <= 200; t++) {
            double x = random_normal(&r) + (t <= 100 ? 0 : 3);

            assert_int_equal(bocpd_update(&b, x, &s), ERR_OK);
            early += t == 100 && bocpd_recent(&b, 20) > 0.5;
            found += t == 110 && bocpd_recent(&b, 15) > 0.9;
        }
        dated += s.map_run >= 97 && s.map_run <= 103;
        arena_free(&a);
    }
    print_message("found %d, dated %d, early %d of %d\n", found, dated, early, RUNS);
    assert_true(found >= 190);
    assert_true(dated >= 180);
    assert_true(early <= 4);
}

/* A drop of the noise from 1 to 0.2, the mean staying, is a change to the normal-gamma model. */
static void truth_variance(void **state)
{
    struct random r = random_seeded(72);
    struct arena a = {0};
    struct bocpd b = made(&daily, &a);
    struct bocpd_step s = {0};

    (void)state;
    for (int t = 1; t <= 300; t++)
        assert_int_equal(bocpd_update(&b, random_normal(&r) * (t <= 200 ? 1 : 0.2), &s), ERR_OK);
    assert_true(s.map_run >= 90 && s.map_run <= 110);
    arena_free(&a);
}

/* Shape 3, scale 1: a sum of three exponentials. */
static double gamma_3(struct random *r)
{
    return random_exponential(r) + random_exponential(r) + random_exponential(r);
}

/* Series drawn from the very model, so that its probabilities must come true: P(run < 10) after 60
 * samples, summed over bins, against how often it was so (four binomial standard errors); and its
 * predictive mean and sd against the next sample. */
static void calibrated(const struct bocpd_config *c, uint64_t seed)
{
    enum { RUNS = 4000, T = 60, BINS = 5 };
    struct random r = random_seeded(seed);
    double forecast[BINS] = {0}, came[BINS] = {0}, spread[BINS] = {0}, z = 0, zz = 0, zzzz = 0,
           error;
    int used = 0;

    for (int run = 0; run < RUNS; run++) {
        struct arena a = {0};
        struct bocpd b = made(c, &a);
        struct bocpd_prediction next;
        struct bocpd_step s;
        double mean = 0, sd = 0, p, last = 0;
        int age = 0, bin;

        for (int t = 0; t <= T; t++) {
            if (t == 0 || random_uniform(&r) < c->hazard) {
                bool known = c->model == BOCPD_GAUSSIAN;

                age = 0;
                sd = sqrt(known ? c->noise_var : c->beta / gamma_3(&r));
                mean =
                    c->mean + random_normal(&r) * (known ? sqrt(c->mean_var) : sd / sqrt(c->kappa));
            }
            last = mean + sd * random_normal(&r);
            if (t == T)
                break;
            assert_int_equal(bocpd_update(&b, last, &s), ERR_OK);
            age++;
        }
        /* age counts the samples of the run the last sample belongs to, had no cut followed; after
         * a cut at the end it is 0: both are run lengths of the posterior. */
        p = bocpd_recent(&b, 10);
        bin = p >= 1 ? BINS - 1 : (int)(p * BINS);
        forecast[bin] += p;
        came[bin] += age < 10;
        spread[bin] += p * (1 - p);
        next = bocpd_predict(&b);
        if (next.sd_share > 0.999) {
            double off = (last - next.mean) / next.sd;

            z += off / RUNS;
            zz += off * off / RUNS;
            zzzz += off * off * off * off / RUNS;
            used++;
        }
        arena_free(&a);
    }
    for (int i = 0; i < BINS; i++) {
        print_message("bin %d: %.1f forecast, %.0f came\n", i, forecast[i], came[i]);
        assert_near(came[i], forecast[i], 4 * sqrt(spread[i]) + 1e-3);
    }
    error = sqrt((zzzz - zz * zz) / RUNS);
    print_message("standardised next sample: mean %.4f, square %.4f +- %.4f\n", z, zz, error);
    assert_int_equal(used, RUNS);
    assert_near(z, 0, 4 * sqrt(zz / RUNS));
    assert_near(zz, 1, 4 * error);
}

static void promise_calibrated_gaussian(void **state)
{
    struct bocpd_config c = {.model = BOCPD_GAUSSIAN,
                             .hazard = 1.0 / 30,
                             .mean = 5,
                             .mean_var = 4,
                             .noise_var = 1,
                             .truncate = BOCPD_TRUNCATE,
                             .capacity = BOCPD_CAPACITY};

    (void)state;
    calibrated(&c, 81);
}

static void promise_calibrated_normal_gamma(void **state)
{
    struct bocpd_config c = {.model = BOCPD_NORMAL_GAMMA,
                             .hazard = 1.0 / 30,
                             .mean = 5,
                             .kappa = 0.2,
                             .alpha = 3,
                             .beta = 3,
                             .truncate = BOCPD_TRUNCATE,
                             .capacity = BOCPD_CAPACITY};

    (void)state;
    calibrated(&c, 82);
}

/* Independent samples without a change, 365 of them, hazard 1/1000: the share of series that ever
 * say "a change within 30 samples" with more than 0.9. A change is a priori within a year in 31 %.
 */
static void promise_false_alarms(void **state)
{
    enum { RUNS = 2000 };
    struct random r = random_seeded(91);
    int alarms = 0;

    (void)state;
    for (int run = 0; run < RUNS; run++) {
        struct arena a = {0};
        struct bocpd b = made(&daily, &a);
        struct bocpd_step s;
        bool alarm = false;

        for (int t = 1; t <= 365; t++) {
            assert_int_equal(bocpd_update(&b, random_normal(&r), &s), ERR_OK);
            alarm = alarm || (t > 60 && bocpd_recent(&b, 30) > 0.9);
        }
        alarms += alarm;
        arena_free(&a);
    }
    print_message("false alarms: %d of %d series\n", alarms, RUNS);
    assert_true(alarms <= RUNS / 20);
}

static void hostile_config(void **state)
{
    struct bocpd_config good = daily, d;
    struct arena a = {0};
    struct bocpd b;

    (void)state;
#define REFUSED(field, value, error)                                                               \
    d = good;                                                                                      \
    d.field = (value);                                                                             \
    assert_int_equal(bocpd_init(&b, &d, &a), error)
    REFUSED(hazard, 0, ERR_RANGE);
    REFUSED(hazard, 1, ERR_RANGE);
    REFUSED(hazard, (double)NAN, ERR_NOT_FINITE);
    REFUSED(mean, (double)INFINITY, ERR_NOT_FINITE);
    REFUSED(mean, 1e101, ERR_RANGE);
    REFUSED(kappa, 0, ERR_RANGE);
    REFUSED(kappa, (double)NAN, ERR_NOT_FINITE);
    REFUSED(alpha, -1, ERR_RANGE);
    REFUSED(alpha, (double)NAN, ERR_NOT_FINITE);
    REFUSED(beta, 0, ERR_RANGE);
    REFUSED(beta, (double)NAN, ERR_NOT_FINITE);
    REFUSED(truncate, -1, ERR_RANGE);
    REFUSED(truncate, 1e-3, ERR_RANGE);
    REFUSED(truncate, (double)NAN, ERR_NOT_FINITE);
    REFUSED(capacity, 1, ERR_RANGE);
    REFUSED(capacity, SIZE_MAX / 2, ERR_NOMEM);
    REFUSED(model, (enum bocpd_model)7, ERR_RANGE);
    good.model = BOCPD_GAUSSIAN;
    REFUSED(mean_var, 0, ERR_RANGE);
    REFUSED(noise_var, 1, ERR_RANGE); /* mean_var is 0 */
    REFUSED(mean_var, (double)NAN, ERR_NOT_FINITE);
    good.mean_var = 1;
    REFUSED(noise_var, -1, ERR_RANGE);
    REFUSED(noise_var, (double)INFINITY, ERR_NOT_FINITE);
    arena_free(&a);
}

static void finite_state(const struct bocpd *b, const struct bocpd_step *s)
{
    struct bocpd_prediction next = bocpd_predict(b);
    double sum = 0;

    for (size_t i = 0; i < b->runs; i++) {
        assert_true(isfinite(b->run[i].log_p) && isfinite(b->run[i].mean));
        assert_true(isfinite(b->run[i].beta) && isfinite(b->run[i].log_beta));
        sum += b->run[i].p;
    }
    assert_near(sum, 1, 1e-12);
    assert_true(isfinite(s->log_score) && isfinite(next.mean) && isfinite(next.sd));
    assert_near(bocpd_recent(b, UINT64_MAX), 1, 1e-12);
}

/* Constants, jumps of 1e100, gaps: everything stays finite and sums to one, in both models, with
 * and without pruning; what is beyond is refused and leaves the state. */
static void hostile_samples(void **state)
{
    static const double x[] = {1e100, -1e100, 0, 1e-300, 5, 5, 5, 5, 5, 5, 5, 1e-9};

    (void)state;
    for (int variant = 0; variant < 8; variant++) {
        struct bocpd_config c = daily;
        struct arena a = {0};
        struct bocpd_step s = {0};
        struct bocpd b;

        c.model = variant & 1 ? BOCPD_GAUSSIAN : BOCPD_NORMAL_GAMMA;
        c.mean_var = c.noise_var = c.beta = variant & 2 ? 1e-100 : 1;
        c.truncate = variant & 4 ? 1e-6 : 0;
        c.capacity = variant & 4 ? 2 : 50;
        b = made(&c, &a);
        for (int t = 0; t < 240; t++) {
            assert_int_equal(bocpd_update(&b, t % 17 == 16 ? (double)NAN : x[t / 2 % 12], &s),
                             ERR_OK);
            finite_state(&b, &s);
        }
        assert_true(b.runs <= c.capacity);
        assert_int_equal(bocpd_update(&b, 1e300, &s), ERR_NOT_FINITE);
        assert_int_equal(bocpd_update(&b, -(double)INFINITY, &s), ERR_NOT_FINITE);
        assert_int_equal(b.count, 240);
        arena_free(&a);
    }
}

/* Nothing seen yet, and nothing but gaps. Alpha 1 has no variance: the share says so. */
static void hostile_empty(void **state)
{
    struct bocpd_config c = daily;
    struct arena a = {0};
    struct bocpd_step s;
    struct bocpd b;

    (void)state;
    c.alpha = 1;
    b = made(&c, &a);
    assert_near(bocpd_predict(&b).sd_share, 0, 0);
    assert_near(bocpd_predict(&b).sd, 0, 0);
    assert_near(bocpd_recent(&b, 0), 0, 0);
    assert_near(bocpd_recent(&b, 1), 1, 0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(bocpd_update(&b, (double)NAN, &s), ERR_OK);
    assert_int_equal(s.map_run, 100);
    assert_near(s.map_p, pow(0.999, 100), 1e-12);
    assert_near(bocpd_probability(&b, 101), 0, 0);
    arena_free(&a);
}

static void hostile_restore(void **state)
{
    struct arena a = {0};
    struct bocpd b = made(&daily, &a), target = made(&daily, &a);
    struct bocpd_run run[BOCPD_CAPACITY + 1];
    struct bocpd_step s;
    size_t n;

    (void)state;
    for (int i = 0; i < 20; i++)
        assert_int_equal(bocpd_update(&b, i, &s), ERR_OK);
    n = b.runs;
    assert_true(n >= 3);
#define BROKEN(statement)                                                                          \
    for (size_t i = 0; i < n; i++)                                                                 \
        run[i] = b.run[i];                                                                         \
    statement;                                                                                     \
    assert_int_equal(bocpd_restore(&target, 20, run, n), ERR_CORRUPT)
    BROKEN(run[0].p = (double)NAN);
    BROKEN(run[0].p = 2);
    BROKEN(run[1].p += 1e-3);
    BROKEN(run[1].log_p = (double)NAN);
    BROKEN(run[1].log_p = 1);
    BROKEN(run[0].log_p = run[1].log_p = -1e200);
    BROKEN(run[n - 2].log_p -= 1);
    BROKEN(run[1].mean = (double)INFINITY);
    BROKEN(run[1].beta = 0);
    BROKEN(run[1].log_beta += 1);
    BROKEN(run[1].start = run[0].start);
    BROKEN(run[n - 1].start = 19);
    BROKEN(run[1].seen = 21);
    assert_int_equal(bocpd_restore(&target, 20, run, 0), ERR_CORRUPT);
    assert_int_equal(bocpd_restore(&target, 20, run, BOCPD_CAPACITY + 1), ERR_CORRUPT);
    assert_int_equal(target.count, 0);
    assert_int_equal(target.runs, 1);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(truth_step),
        cmocka_unit_test(truth_variance),
        cmocka_unit_test(promise_calibrated_gaussian),
        cmocka_unit_test(promise_calibrated_normal_gamma),
        cmocka_unit_test(promise_false_alarms),
        cmocka_unit_test(hostile_config),
        cmocka_unit_test(hostile_samples),
        cmocka_unit_test(hostile_empty),
        cmocka_unit_test(hostile_restore),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
