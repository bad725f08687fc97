/* Forecasts of a movement that is a few days old. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shikumen/core/outlook.h"
#include "shikumen/num/random.h"

static struct outlook ask(struct outlook_beginning b, double limit, bool below)
{
    const struct outlook_limit l = {.value = limit, .below = below};
    struct outlook_stand stand;
    struct outlook o;

    outlook_begun(&b, &stand);
    assert_int_equal(outlook_of(&stand, &l, &o), ERR_OK);
    return o;
}

static void exact_between_the_courses(void **state)
{
    const struct outlook_beginning b = {0.4, 0.01, 0.05, 0.005, 5};
    struct outlook o = ask(b, 2, false);
    (void)state;

    assert_int_equal(o.state, OUTLOOK_DATED);
    assert_true(o.p30 > 0.05 && o.p30 <= o.p180 && o.p180 <= o.p365 && o.p365 < 1);
    assert_true(o.t05_d < 32 && o.t50_d > 32); /* as it began: 32 days */
    o = ask((struct outlook_beginning){0.4, 0.01, -0.05, 0.005, 5}, 2, false);
    assert_int_equal(o.state, OUTLOOK_BEYOND);
    assert_true(o.p365 < 1e-3);
    o = ask((struct outlook_beginning){-0.4, 0.01, -0.05, 0.005, 5}, -2, true);
    assert_int_equal(o.state, OUTLOOK_DATED);
    o = ask((struct outlook_beginning){2.4, 0.01, 0.05, 0.005, 5}, 2, false);
    assert_int_equal(o.state, OUTLOOK_EXCEEDED);
    assert_true(o.p30 >= 1);
    o = ask((struct outlook_beginning){0, 0.05, 0.001, 0.01, 5}, 2, false);
    assert_int_equal(o.state, OUTLOOK_BEYOND); /* may be none */
}

static void hostile_numbers(void **state)
{
    const struct outlook_beginning b = {0.4, 0.01, 0.05, 0.005, 5};
    const struct outlook_limit l = {.value = NAN};
    struct outlook_stand stand;
    struct outlook o;
    (void)state;

    outlook_begun(&b, &stand);
    assert_int_equal(outlook_of(&stand, &l, &o), ERR_NOT_FINITE);
    o = ask((struct outlook_beginning){0.4, 0, 0.05, 0, 0}, 2, false); /* no doubt, no age */
    assert_true(o.p30 >= 0 && o.p365 <= 1);
}

/* Excavations that come to rest by an exponential of 30 to 150 days after 1.5 to 5, seen at the age
 * of four to ten days: how often the limit of 2 is crossed within [t05, t95], of those where it is;
 * and how often within 30 and 365 days, beside what was said. */
static void promise_of_what_comes_to_rest(void **state)
{
    struct random chance = random_seeded(77);
    double within = 0, crossed = 0, said30 = 0, came30 = 0, said365 = 0, came365 = 0;
    const int runs = 2000;
    (void)state;

    for (int i = 0; i < runs; i++) {
        double size = 1.5 + 3.5 * random_uniform(&chance);
        double constant_d = 30 + 120 * random_uniform(&chance);
        double age_d = 4 + 6 * random_uniform(&chance);
        double level = size * (1 - exp(-age_d / constant_d));
        double slope = size / constant_d * exp(-age_d / constant_d);
        double crossing_d = size > 2 ? -constant_d * log(1 - 2 / size) - age_d : (double)INFINITY;
        struct outlook o =
            ask((struct outlook_beginning){level, 0.02, slope + 0.005 * random_normal(&chance),
                                           hypot(0.25 * slope, 0.005), 18},
                2, false);
        if (o.state != OUTLOOK_DATED || crossing_d <= 0)
            continue;
        said30 += o.p30;
        said365 += o.p365;
        came30 += crossing_d <= 30;
        came365 += crossing_d <= 365;
        if (!isfinite(crossing_d))
            continue;
        crossed++;
        within += crossing_d >= o.t05_d && !(crossing_d > o.t95_d);
    }
    print_message("within %.3f of %.0f; 30 d said %.3f came %.3f; 365 d said %.3f came %.3f\n",
                  within / crossed, crossed, said30 / runs, came30 / runs, said365 / runs,
                  came365 / runs);
    assert_true(crossed > 500 && within > 0.85 * crossed);
    assert_true(fabs(said30 - came30) < 0.1 * runs);
    assert_true(fabs(said365 - came365) < 0.2 * runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(exact_between_the_courses),
                                       cmocka_unit_test(hostile_numbers),
                                       cmocka_unit_test(promise_of_what_comes_to_rest)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
