#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "near.h"
#include "shikumen/num/random.h"
#include "shikumen/num/special.h"
#include "shikumen/num/trigger.h"

/* nsta = 3, nlta = 10; computed with the definitions and with ObsPy's recursion, 8 decimals. */
static const double record[20] = {.1, -.1,  .1, -.1, .1, -.1, .1, -.1, .1, -.1,
                                  1., -1.2, .8, -.6, .4, -.2, .1, -.1, .1, -.1};

static void vector_classic(void **state)
{
    static const double want[] = {1.0,        3.11926606, 3.24074074, 3.25925926,
                                  2.32380952, 1.05936073, 0.50724638, 0.19021739,
                                  0.05434783, 0.02717391, 0.02717391};
    double r[20];

    (void)state;
    assert_int_equal(sta_lta_classic(record, 20, 3, 10, r), ERR_OK);
    for (int i = 0; i < 9; i++)
        assert_true(r[i] == 0);
    for (int i = 0; i < 11; i++)
        assert_near(r[9 + i], want[i], 5.1e-9);
}

static void vector_recursive(void **state)
{
    static const double want[] = {3.22070162, 2.95675199, 2.45235211, 2.00670933, 1.59412431,
                                  1.21513577, 0.91082443, 0.68764056, 0.52457151, 0.40608739};
    double r[20];

    (void)state;
    assert_int_equal(sta_lta_recursive(record, 20, 3, 10, r), ERR_OK);
    for (int i = 0; i < 10; i++)
        assert_true(r[i] == 0);
    for (int i = 0; i < 10; i++)
        assert_near(r[10 + i], want[i], 5.1e-9);
}

static void noise(double *x, size_t n, uint64_t seed)
{
    struct random r = random_seeded(seed);

    for (size_t i = 0; i < n; i++)
        x[i] = random_normal(&r);
}

/* The sliding sums give what a fresh sum of every window gives. */
static void exact_classic_by_definition(void **state)
{
    enum { N = 3000, S = 7, L = 100 };
    static double x[N], r[N];

    (void)state;
    noise(x, N, 1);
    for (int i = 500; i < 520; i++)
        x[i] *= 1e8; /* leaves nothing behind when it has passed */
    assert_int_equal(sta_lta_classic(x, N, S, L, r), ERR_OK);
    for (int i = L - 1; i < N; i++) {
        double s = 0, l = 0;

        for (int k = 0; k < L; k++) {
            l += x[i - k] * x[i - k] / L;
            s += k < S ? x[i - k] * x[i - k] / S : 0;
        }
        assert_close(r[i], s / l, 1e-12);
    }
}

static void invariant_scale_and_sign(void **state)
{
    enum { N = 2000 };
    static double x[N], y[N], a[N], b[N];

    (void)state;
    noise(x, N, 2);
    for (int i = 0; i < N; i++)
        y[i] = -0x1p-200 * x[i];
    assert_int_equal(sta_lta_classic(x, N, 10, 200, a), ERR_OK);
    assert_int_equal(sta_lta_classic(y, N, 10, 200, b), ERR_OK);
    assert_memory_equal(a, b, sizeof a);
    assert_int_equal(sta_lta_recursive(x, N, 10, 200, a), ERR_OK);
    assert_int_equal(sta_lta_recursive(y, N, 10, 200, b), ERR_OK);
    assert_memory_equal(a, b, sizeof a);
}

/* Type-I error per sample on Gaussian noise: P(ratio > r) = 1 - I(r nsta / nlta; nsta/2, (nlta -
 * nsta)/2). 2 million samples, one in nsta counts as independent; 5 binomial standard errors, which
 * is less than half of the least p, 8e-4. */
static void promise_false_rate_of_classic(void **state)
{
    enum { N = 2000000, S = 10, L = 400 };
    static double x[N], r[N];
    static const double threshold[] = {1.2, 1.5, 2, 2.5, 3};

    (void)state;
    noise(x, N, 3);
    assert_int_equal(sta_lta_classic(x, N, S, L, r), ERR_OK);
    for (int k = 0; k < 5; k++) {
        double p = 1 - beta_cdf(threshold[k] * S / L, S / 2.0, (L - S) / 2.0), above = 0;

        for (int i = L - 1; i < N; i++)
            above += r[i] > threshold[k];
        above /= N - L + 1;
        assert_true(5 * sqrt(p * (1 - p) * S / (N - L)) < p / 2);
        assert_near(above, p, 5 * sqrt(p * (1 - p) * S / (N - L)));
    }
}

/* 3 axes of white noise at 200 Hz, the default options: not one event in 2 hours (4.3 million
 * values). With a short mean of 6 samples 1948 in 24 hours of another seed: 162 in 2, 5 Poisson
 * standard errors. */
static void promise_no_false_event(void **state)
{
    enum { N = 2 * 3600 * 200 };
    struct trigger_options o = trigger_defaults(200);
    struct trigger calm, nervous;
    struct random r = random_seeded(4);
    unsigned events = 0, false_alarms = 0;

    (void)state;
    assert_int_equal(trigger_init(&o, &calm), ERR_OK);
    o.sta_s = 0.03;
    o.post_s = 0;
    assert_int_equal(trigger_init(&o, &nervous), ERR_OK);
    for (int i = 0; i < N; i++) {
        double x[3] = {random_normal(&r), random_normal(&r), random_normal(&r)};

        events += trigger_step(&calm, x);
        false_alarms += trigger_step(&nervous, x);
    }
    assert_int_equal(events, 0);
    if (false_alarms < 98 || false_alarms > 226)
        fail_msg("%u", false_alarms);
}

enum { FS = 100, LENGTH = 300 * FS };
static double axis[3][LENGTH];
static const double *const axes[3] = {axis[0], axis[1], axis[2]};

static void quiet(uint64_t seed)
{
    for (uint64_t a = 0; a < 3; a++)
        noise(axis[a], LENGTH, seed + a);
}

static void shake(int axis_number, double from_s, double to_s, double factor)
{
    for (int i = (int)(from_s * FS); i < (int)(to_s * FS); i++)
        axis[axis_number][i] *= factor;
}

/* Two bursts known to the sample; the window holds them with pre- and post-event. */
static void truth_two_events(void **state)
{
    struct trigger_options o = trigger_defaults(FS);
    struct trigger_event e[4];
    size_t count;

    (void)state;
    for (uint64_t seed = 10; seed < 40; seed += 3) {
        quiet(seed);
        shake(1, 100, 103, 20);
        shake(2, 200, 201, 20);
        assert_int_equal(trigger_events(&o, axes, LENGTH, e, 4, &count), ERR_OK);
        assert_int_equal(count, 2);
        assert_near((double)e[0].on / FS, 100.05, 0.1);
        assert_near((double)e[0].off / FS, 105, 1.5);
        assert_near((double)e[1].on / FS, 200.05, 0.1);
        for (int k = 0; k < 2; k++) {
            assert_true(e[k].from == e[k].on - 2 * FS && e[k].to == e[k].off + 5 * FS);
            assert_true(e[k].largest_ratio > 50 && !e[k].cut);
        }
        o.votes = 2;
        assert_int_equal(trigger_events(&o, axes, LENGTH, e, 4, &count), ERR_OK);
        assert_int_equal(count, 0);
        shake(0, 200, 201, 20);
        assert_int_equal(trigger_events(&o, axes, LENGTH, e, 4, &count), ERR_OK);
        assert_int_equal(count, 1);
        o.votes = 1;
    }
}

/* Constant blows make every number exact: mean squares of +-1 and of +-10. */
static void exact_detector(void **state)
{
    enum { RATE = 10 };
    struct trigger_options o = {.fs_hz = RATE,
                                .axes = 1,
                                .votes = 1,
                                .sta_s = 1,
                                .lta_s = 10,
                                .on = 4,
                                .off = 1.5,
                                .pre_s = 2,
                                .post_s = 1,
                                .longest_s = 3};
    struct trigger t;
    struct trigger_event first = {0};
    bool ended = false;

    (void)state;
    assert_int_equal(trigger_init(&o, &t), ERR_OK);
    for (int i = 0; i < 400 && !ended; i++) {
        double x = i == 200 || i == 201 ? 10 : i % 2 ? 1 : -1;

        ended = trigger_step(&t, &x);
    }
    assert_true(ended);
    first = t.event;
    /* at 200: sta = 1 + 99 / 10 = 10.9, lta = 1 + 99 / 100 = 1.99; at 201 lta is frozen, sta =
     * 10.9 + 89.1 / 10 = 19.81; then 1 + 18.81 * 0.9^k < 1.5 * 1.99 at k = 22 */
    assert_int_equal(first.on, 200);
    assert_close(first.largest_ratio, 19.81 / 1.99, 1e-12);
    assert_int_equal(first.off, 223);
    assert_int_equal(first.from, 180);
    assert_int_equal(first.to, 233);
    assert_false(first.cut);
    ended = false;
    for (int i = 234; i < 400 && !ended; i++) { /* its pre-event begins where the first ended */
        double x = i == 245 ? 20 : 1;

        ended = trigger_step(&t, &x);
    }
    assert_true(ended && t.event.on == 245 && t.event.from == 233);
    assert_int_equal(trigger_init(&o, &t), ERR_OK);
    for (int i = 0; i < 400; i++) { /* a blow in the first lta_s */
        double x = i >= 70 && i < 72 ? 10 : 1;

        assert_false(trigger_step(&t, &x));
    }
}

/* A level that stays is cut and learnt; a record that ends cuts too; a second blow in the
 * post-event time prolongs; windows never overlap. */
static void exact_cut_prolong_finish(void **state)
{
    struct trigger_options o = trigger_defaults(FS);
    struct trigger_event e[8];
    size_t count;

    (void)state;
    quiet(50);
    shake(0, 100, 300, 10); /* 200 s of works */
    assert_int_equal(trigger_events(&o, axes, LENGTH, e, 8, &count), ERR_OK);
    assert_int_equal(count, 1);
    assert_true(e[0].cut && e[0].to == e[0].on + 120 * FS && e[0].off == e[0].to);
    quiet(50);
    shake(0, 100, 101, 20);
    shake(1, 106, 107, 20);
    shake(2, 299, 300, 20);
    assert_int_equal(trigger_events(&o, axes, LENGTH, e, 1, &count), ERR_OK);
    assert_int_equal(count, 2);
    assert_true(e[0].on < 101 * FS && e[0].off > 107 * FS);
    assert_int_equal(trigger_events(&o, axes, LENGTH, e, 8, &count), ERR_OK);
    assert_true(e[1].cut && e[1].to == LENGTH && e[1].from >= e[0].to);
}

static void hostile_arrays(void **state)
{
    double x[12] = {0}, r[12] = {7};

    (void)state;
    assert_int_equal(sta_lta_classic(x, 0, 3, 10, r), ERR_TOO_FEW);
    assert_int_equal(sta_lta_classic(x, 9, 3, 10, r), ERR_TOO_FEW);
    assert_int_equal(sta_lta_recursive(x, 2, 3, 10, r), ERR_TOO_FEW);
    assert_int_equal(sta_lta_classic(x, 12, 0, 10, r), ERR_RANGE);
    assert_int_equal(sta_lta_recursive(x, 12, 10, 10, r), ERR_RANGE);
    x[4] = 1e200;
    assert_int_equal(sta_lta_classic(x, 12, 3, 10, r), ERR_NOT_FINITE);
    assert_int_equal(sta_lta_recursive(x, 12, 3, 10, r), ERR_NOT_FINITE);
    x[4] = x[5] = x[6] = 1.3e154;
    assert_int_equal(sta_lta_classic(x, 12, 3, 10, r), ERR_NOT_FINITE); /* the sum overflows */
    x[4] = (double)NAN;
    assert_int_equal(sta_lta_classic(x, 12, 3, 10, r), ERR_NOT_FINITE);
    assert_true(r[0] == 7);
    x[4] = x[5] = x[6] = 0;
    assert_int_equal(sta_lta_classic(x, 12, 3, 10, r), ERR_OK); /* silence */
    assert_true(r[0] == 0 && r[11] == 0);
    x[4] = 1e-300;
    assert_int_equal(sta_lta_recursive(x, 12, 3, 10, r), ERR_OK);
    assert_true(r[11] == 0);
}

static void hostile_detector(void **state)
{
    const struct trigger_options good = trigger_defaults(FS);
    struct trigger_options o[14];
    struct trigger t, before;
    struct trigger_event e;
    size_t count = 5;
    double nan3[3] = {1, (double)NAN, 1}, big[3] = {1e200, 0, 0}, one[3] = {1, 1, 1};

    (void)state;
    for (int i = 0; i < 14; i++)
        o[i] = good;
    o[0].fs_hz = 0;
    o[1].fs_hz = (double)NAN;
    o[2].axes = 0;
    o[3].axes = TRIGGER_AXES + 1;
    o[4].votes = 0;
    o[5].votes = 4;
    o[6].sta_s = 0.001;
    o[7].lta_s = 0.5;
    o[8].on = 1;
    o[9].off = 5;
    o[10].off = 0;
    o[11].pre_s = -1;
    o[12].longest_s = (double)INFINITY;
    o[13].post_s = 1e300;
    for (int i = 0; i < 14; i++) {
        assert_int_equal(trigger_init(&o[i], &t), ERR_RANGE);
        assert_int_equal(trigger_events(&o[i], axes, LENGTH, &e, 1, &count), ERR_RANGE);
    }
    assert_int_equal(trigger_events(&good, axes, 0, &e, 1, &count), ERR_TOO_FEW);
    quiet(1);
    axis[1][77] = (double)INFINITY;
    assert_int_equal(trigger_events(&good, axes, LENGTH, &e, 1, &count), ERR_NOT_FINITE);
    assert_int_equal(count, 5);
    assert_int_equal(trigger_init(&good, &t), ERR_OK);
    assert_false(trigger_finish(&t));
    for (int i = 0; i < 100; i++)
        assert_false(trigger_step(&t, one));
    before = t;
    assert_false(trigger_step(&t, nan3));
    assert_false(trigger_step(&t, big));
    assert_int_equal(t.count, before.count + 2);
    assert_memory_equal(t.sta, before.sta, sizeof t.sta);
    assert_memory_equal(t.lta, before.lta, sizeof t.lta);
    for (int i = 0; i < 10000; i++)
        assert_false(trigger_step(&t, one)); /* a constant is no event */
}

/* A frozen long mean of 1e-297 under squares of 1e300: the ratio is large, not infinite. */
static void hostile_ratio(void **state)
{
    struct trigger_options o = trigger_defaults(FS);
    struct trigger t;

    (void)state;
    o.axes = 1;
    assert_int_equal(trigger_init(&o, &t), ERR_OK);
    for (int i = 0; i < 4200; i++) {
        double x = i < 4000 ? 1e-148 : i < 4100 ? 1e-146 : 1e150;

        assert_false(trigger_step(&t, &x));
    }
    assert_true(trigger_finish(&t));
    assert_true(isfinite(t.event.largest_ratio) && t.event.largest_ratio > 1e300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vector_classic),
        cmocka_unit_test(vector_recursive),
        cmocka_unit_test(exact_classic_by_definition),
        cmocka_unit_test(exact_detector),
        cmocka_unit_test(exact_cut_prolong_finish),
        cmocka_unit_test(invariant_scale_and_sign),
        cmocka_unit_test(truth_two_events),
        cmocka_unit_test(promise_false_rate_of_classic),
        cmocka_unit_test(promise_no_false_event),
        cmocka_unit_test(hostile_arrays),
        cmocka_unit_test(hostile_detector),
        cmocka_unit_test(hostile_ratio),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
