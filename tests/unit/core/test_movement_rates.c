/* How often noise is taken for movement or a step, and how often either is found. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "shikumen/core/movement.h"
#include "shikumen/num/random.h"

#define DAYS_MOST 1500

/* --- noise: by day, or by week and wandering --- */

struct noise {
    const char *name;
    double white, ar, keep, walk; /* sd; of AR(1) sd and coefficient by day; sd of daily steps */
};

static const struct noise noises[] = {
    {"white", 1, 0, 0, 0},
    {"AR(1) of 3 days", 0.3, 1, 0.72, 0},
    {"AR(1) of 20 days", 0.3, 1, 0.951, 0},
    {"AR(1) of 60 days", 0.3, 1, 0.9835, 0},
    {"random walk", 1, 0, 0, 0.1},
    {"random walk alone", 0, 0, 0, 0.2},
};
#define NOISES (sizeof noises / sizeof *noises)

static void make(const struct noise *x, struct random *chance, float *r, size_t n)
{
    double ar = x->ar * random_normal(chance), walk = 0;

    for (size_t i = 0; i < n; i++) {
        r[i] = (float)(x->white * random_normal(chance) + ar + walk);
        ar = x->keep * ar + x->ar * sqrt(1 - x->keep * x->keep) * random_normal(chance);
        walk += x->walk * random_normal(chance);
    }
}

static struct movement judge(const float *r, size_t n, struct arena *arena)
{
    static const struct movement_doubt no_doubt;
    struct movement m;

    assert_int_equal(movement_of(r, n, &no_doubt, arena, &m), ERR_OK);
    return m;
}

struct rates {
    int moved, beyond; /* a significant slope; a change of more than three errors */
};

static struct rates rates_of(const struct noise *x, size_t days, int series, uint64_t seed)
{
    struct random chance = random_seeded(seed);
    struct arena arena = {0};
    struct rates out = {0};
    float r[DAYS_MOST];

    for (int i = 0; i < series; i++) {
        make(x, &chance, r, days);
        struct movement m = judge(r, days, &arena);
        out.moved += m.governing >= 0;
        out.beyond += fabs(m.change) > 3 * m.error;
    }
    arena_free(&arena);
    return out;
}

#define SERIES 400
static const size_t lengths[] = {180, 400, 800, 1500};

/* Of 4800 series of noise that does not outlast a month at most 1 % move in any of the four
 * windows (measured: 0.3 to 0.6 %), and no more change. */
static void test_noise_is_no_movement(void **state)
{
    struct rates sum = {0};

    (void)state;
    for (size_t k = 0; k < 3; k++)
        for (size_t l = 0; l < 4; l++) {
            struct rates one = rates_of(&noises[k], lengths[l], SERIES, 100 * k + l);
            assert_in_range(one.moved, 0, SERIES / 25);
            sum.moved += one.moved;
            sum.beyond += one.beyond;
        }
    print_message("of 4800: %d moved, %d changed\n", sum.moved, sum.beyond);
    assert_in_range(sum.moved, 0, 48);
    assert_in_range(sum.beyond, 0, 48);
}

/* What wanders for months looks like movement while the record is hardly longer than that; bounds,
 * not promises: the caller's doubts (slow.h) come on top. */
static void test_wandering_is_bounded(void **state)
{
    (void)state;
    for (size_t k = 3; k < NOISES; k++)
        for (size_t l = 0; l < 4; l++) {
            struct rates one = rates_of(&noises[k], lengths[l], SERIES, 100 * k + l);
            print_message("%s, %zu days: %d of %d moved\n", noises[k].name, lengths[l], one.moved,
                          SERIES);
            assert_in_range(one.moved, 0, k == 3 ? (l == 0 ? 40 : 10) : 100);
        }
}

/* Lines over two years. Those found go the right way. */
static void test_lines_are_found(void **state)
{
    static const struct {
        size_t noise;
        double total; /* daily sd of the noise is 1 */
        int least;    /* of 100 */
    } cases[] = {{0, 8, 80}, {0, 16, 95}, {1, 32, 80}, {4, 32, 90}};
    struct arena arena = {0};
    float r[DAYS_MOST];

    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct random chance = random_seeded(900 + c);
        int found = 0, wrong = 0;
        for (int i = 0; i < 100; i++) {
            double way = i % 2 ? -1 : 1;
            make(&noises[cases[c].noise], &chance, r, 730);
            for (size_t d = 0; d < 730; d++)
                r[d] += (float)(way * cases[c].total * (double)d / 730);
            struct movement m = judge(r, 730, &arena);
            found += m.governing >= 0 && m.window[m.governing].slope * way > 0;
            wrong += m.governing >= 0 && m.window[m.governing].slope * way < 0;
        }
        print_message("%s, %g in two years: %d of 100\n", noises[cases[c].noise].name,
                      cases[c].total, found);
        assert_in_range(found, cases[c].least, 100);
        assert_int_equal(wrong, 0);
    }
    arena_free(&arena);
}

/* --- steps --- */

/* One look a day at 100 series of 400 days, without a floor: false ones per look at most 0.5 %,
 * none in white noise; and with a floor of four daily sd none at all. */
static void test_noise_has_no_steps(void **state)
{
    float r[DAYS_MOST];

    (void)state;
    for (size_t k = 0; k < 5; k++) {
        struct random chance = random_seeded(50 + k);
        int looks = 0, steps = 0, large = 0;
        for (int i = 0; i < 100; i++) {
            make(&noises[k], &chance, r, 400);
            for (size_t n = 30; n <= 400; n++, looks++) {
                steps += movement_step_of(r, n, 14, 0).day != SIZE_MAX;
                large += movement_step_of(r, n, 14, 4).day != SIZE_MAX;
            }
        }
        print_message("%s: %d steps in %d looks\n", noises[k].name, steps, looks);
        assert_in_range(steps, 0, k == 0 ? 0 : looks / 200);
        assert_int_equal(large, 0);
    }
}

/* Found on its very day and with its size, in whatever noise. */
static void test_steps_are_found(void **state)
{
    float r[DAYS_MOST];

    (void)state;
    for (size_t k = 0; k < NOISES; k++)
        for (double size = 8; size <= 16; size *= 2) {
            struct random chance = random_seeded(70 + k);
            int found = 0, right = 0, near = 0;
            for (int i = 0; i < 200; i++) {
                double way = i % 2 ? -size : size;
                make(&noises[k], &chance, r, 60);
                for (size_t d = 50; d < 60; d++)
                    r[d] += (float)way;
                struct movement_step s = movement_step_of(r, 60, 14, 2);
                found += s.day != SIZE_MAX;
                right += s.day == 50;
                near += s.day != SIZE_MAX && fabs(s.size - way) < 3 * s.error + 1;
            }
            assert_in_range(found, size > 8 ? 198 : 150, 200);
            assert_in_range(right, size > 8 ? 195 : 130, 200);
            assert_in_range(near, found * 95 / 100, found);
        }
}

/* By hand: not before it is confirmed, over gaps, below the floor, out of the days looked at. */
static void test_steps_by_hand(void **state)
{
    float r[40];

    (void)state;
    for (size_t i = 0; i < 40; i++)
        r[i] = i < 20 ? 1 : 3;
    for (size_t n = 0; n <= 40; n++) {
        struct movement_step s = movement_step_of(r, n, 14, 0.5);
        bool seen = n >= 26 && n <= 34; /* then medians look back on it from a day or two later */
        if (n < 26 || n > 36)
            assert_true(s.day == SIZE_MAX);
        if (seen)
            assert_true(s.day == 20 && s.before == 1 && s.after == 3 && s.size == 2);
    }
    assert_true(movement_step_of(r, 30, 14, 2.1).day == SIZE_MAX);
    assert_true(movement_step_of(r, 30, 14, NAN).day == SIZE_MAX);
    assert_true(movement_step_of(NULL, 0, 14, 0).day == SIZE_MAX);
    for (size_t i = 17; i < 23; i++)
        r[i] = NAN; /* the first day with data after the gap is its day */
    assert_true(movement_step_of(r, 32, 14, 0.5).day == 23);
    for (size_t i = 0; i < 40; i++)
        r[i] = i % 3 ? NAN : INFINITY;
    assert_true(movement_step_of(r, 40, 40, 0).day == SIZE_MAX);
}

/* The larger of two. */
static void test_the_plainest_step(void **state)
{
    float r[40];

    (void)state;
    for (size_t i = 0; i < 40; i++)
        r[i] = (i >= 28 ? 5.0f : 0) + (i >= 34 ? 1.0f : 0);
    struct movement_step s = movement_step_of(r, 40, 14, 0.5);
    assert_int_equal(s.day, 28);
    assert_true(s.size == 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_noise_is_no_movement), cmocka_unit_test(test_wandering_is_bounded),
        cmocka_unit_test(test_lines_are_found),      cmocka_unit_test(test_noise_has_no_steps),
        cmocka_unit_test(test_steps_are_found),      cmocka_unit_test(test_steps_by_hand),
        cmocka_unit_test(test_the_plainest_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
