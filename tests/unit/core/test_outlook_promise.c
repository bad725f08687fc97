/* What forecasts are worth against what came, on simulated truth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"
#include "outlook_truth.h"

static struct truth w;

/* Forecasts of one kind of truth. */
struct record {
    size_t n, dated, within, near;
    double p180, p365, came180, came365;
};

static void note(struct record *r, const struct outlook *o, double came_d)
{
    r->n++;
    r->p180 += o->p180;
    r->p365 += o->p365;
    r->came180 += came_d <= 180;
    r->came365 += came_d <= 365;
    if (o->state != OUTLOOK_DATED)
        return;
    r->dated++;
    r->within += came_d >= o->t05_d && !(came_d > o->t95_d);
    r->near += fabs(log(o->t50_d / came_d)) < 0.25;
}

/* A line from an onset on, noise of 1; it has moved by 5 to 30 and comes to the limit in 20 to 700
 * days. */
static struct record lines(double phi, uint64_t runs)
{
    struct record r = {0};

    for (uint64_t i = 0; i < runs; i++) {
        size_t n = 40 + (size_t)(i % 100);
        double onset, moved, slope, came_d;
        struct outlook o;

        truth_start(&w, n, true, 1000 + i);
        onset = 0.7 * 7 * (double)n * random_uniform(&w.chance);
        moved = 5 + 25 * random_uniform(&w.chance);
        came_d = 20 + 680 * random_uniform(&w.chance);
        slope = moved / (7 * (double)(n - 1) - onset);
        truth_ramp(&w, onset, slope);
        truth_noise(&w, 1, phi);
        o = truth_ask(&w, moved + slope * came_d, false, NULL);
        note(&r, &o, came_d);
    }
    return r;
}

/* Intervals of 0.90 that allow for what is no line hold more of lines; what is said to come within
 * a year is what comes, to 0.08. */
static void promise_lines(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct record r = lines(0.4 * i, 300);
        double n = (double)r.n;

        assert_true((double)r.dated > 0.85 * n);
        assert_true((double)r.within > 0.9 * (double)r.dated);
        assert_true((double)r.near > 0.6 * (double)r.dated);
        assert_near(r.p180 / n, r.came180 / n, 0.08);
        assert_near(r.p365 / n, r.came365 / n, 0.08);
    }
}

/* Squares since an onset, noise of 1: as far again as it has come. */
static void promise_acceleration(void **state)
{
    struct record r = {0};

    (void)state;
    for (uint64_t i = 0; i < 300; i++) {
        size_t n = 50 + (size_t)(i % 100);
        double onset, moved, age, came_d;
        struct outlook o;

        truth_start(&w, n, true, 5000 + i);
        onset = 0.5 * 7 * (double)n * random_uniform(&w.chance);
        age = 7 * (double)(n - 1) - onset;
        moved = 8 + 12 * random_uniform(&w.chance);
        for (size_t j = 0; j < n; j++)
            w.y[j] = moved * pow(fmax(0, w.t[j] - w.t[0] - onset) / age, 2);
        truth_noise(&w, 1, 0.4);
        came_d = age * (sqrt(2) - 1);
        o = truth_ask(&w, 2 * moved, false, NULL);
        note(&r, &o, came_d);
    }
    assert_true((double)r.dated > 0.9 * (double)r.n);
    assert_true((double)r.within > 0.8 * (double)r.dated);
    assert_true((double)r.near > 0.5 * (double)r.dated);
}

/* Nothing moves: of series with noise of 1, correlated or with what a wrong season leaves, not one
 * in a hundred has a p365 above 0.05 for a limit 10 away, however short. */
static void promise_quiet_series_do_not_alarm(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        size_t alarms = 0;

        for (uint64_t i = 0; i < 500; i++) {
            double turn = 6.28 * (double)i / 500;
            struct outlook o;

            truth_start(&w, 10 + (size_t)(i % 200), false, 9000 + i);
            truth_noise(&w, 1, kind == 3 ? 0 : 0.4 * kind);
            for (size_t j = 0; kind == 3 && j < w.s.n; j++)
                w.y[j] += 1.4 * sin(6.2832 * w.t[j] / 365.25 + turn);
            o = truth_ask(&w, 10, false, NULL);
            assert_int_equal(o.state, OUTLOOK_BEYOND);
            alarms += o.p365 > 0.05;
        }
        assert_in_range(alarms, 0, 5);
    }
}

/* Steps by chance, a half to five a year, of 4 to 12: within a year by what was said, to 0.12 (the
 * rate of a few steps is all there is to go by). */
static void promise_steps(void **state)
{
    struct record r = {0};

    (void)state;
    for (uint64_t i = 0; i < 400; i++) {
        size_t n = 80 + (size_t)(i % 120);
        double per_week = 0.5 * pow(10, random_uniform(&w.chance)) / 52, sum = 0, came_d = 1e9;
        struct outlook o;

        truth_start(&w, n, false, 20000 + i);
        truth_noise(&w, 1, 0.4);
        for (size_t j = 2; j + 2 < n && w.s.steps < 60; j++)
            if (random_uniform(&w.chance) < per_week) {
                double size = 4 + 8 * random_uniform(&w.chance);

                truth_step(&w, j, size);
                sum += size;
            }
        o = truth_ask(&w, sum + 12, false, NULL);
        sum = 0;
        for (int week = 1; week < 600 && came_d > 1e8; week++) {
            if (random_uniform(&w.chance) < per_week)
                sum += 4 + 8 * random_uniform(&w.chance);
            if (sum >= 12)
                came_d = 7 * week;
        }
        if (w.s.steps >= 2)
            note(&r, &o, came_d);
    }
    assert_true((double)r.dated > 0.85 * (double)r.n);
    assert_near(r.p180 / (double)r.n, r.came180 / (double)r.n, 0.12);
    assert_near(r.p365 / (double)r.n, r.came365 / (double)r.n, 0.12);
    assert_near((double)r.within / (double)r.dated, 0.91, 0.06);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(promise_lines),
        cmocka_unit_test(promise_acceleration),
        cmocka_unit_test(promise_quiet_series_do_not_alarm),
        cmocka_unit_test(promise_steps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
