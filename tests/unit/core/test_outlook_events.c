#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"
#include "shikumen/core/outlook_events.h"
#include "shikumen/num/random.h"

enum { MOST = 2000 };

static struct extremes_peak peak[MOST];

static struct outlook_events ask(size_t n, double seen_d, double recorded)
{
    struct outlook_events_seen s = {peak, n, seen_d, recorded};
    struct arena arena = {0};
    struct outlook_events o;

    assert_int_equal(outlook_events(&s, &arena, &o), ERR_OK);
    arena_free(&arena);
    return o;
}

/* Three beyond in 365 days and none: the vectors of the gamma-Poisson model. */
static void vector_counts(void **state)
{
    struct outlook_events o;

    (void)state;
    for (size_t i = 0; i < 3; i++)
        peak[i] = (struct extremes_peak){(double)i, 1.2};
    o = ask(3, 365, 1);
    assert_int_equal(o.method, OUTLOOK_EVENTS_COUNT);
    assert_int_equal(o.beyond, 3);
    assert_near(o.p30, 0.241536, 1e-3);
    assert_near(o.p180, 0.754169, 1e-3);
    assert_near(o.p365, 0.911612, 1e-6);
    o = ask(0, 365, 1);
    assert_near(o.p30, 0.038724, 1e-3);
    assert_near(o.p180, 0.181633, 1e-3);
    assert_near(o.p365, 0.292893, 1e-6);
}

/* Recorded from an eighth of the limit on: a sixteenth of the events goes beyond it. */
static void exact_unrecorded_are_thinned(void **state)
{
    struct outlook_events o = ask(0, 365, 0.125);

    (void)state;
    assert_int_equal(o.method, OUTLOOK_EVENTS_COUNT);
    assert_near(o.p365, 1 - pow(1 / (1 + 0.0625), 0.5), 1e-12);
    assert_near(o.rate_per_y, 0.5 * 365.25 / 365 / 16, 1e-12);
}

static void exact_observed_too_short(void **state)
{
    struct outlook_events o = ask(0, 29, 1);

    (void)state;
    assert_int_equal(o.method, OUTLOOK_EVENTS_NONE);
    assert_true(isnan(o.p30) && isnan(o.p180) && isnan(o.p365));
}

/* Exponential peaks, 200 a year for 3 years, the mean excess such that 0.5 a year pass the limit:
 * what is said of a year, averaged over 200 such records, is 1 - exp(-0.5) to 0.08. */
static void promise_tail_is_calibrated(void **state)
{
    double mean = 0.9 / log(400), sum = 0, none = 0;

    (void)state;
    for (uint64_t run = 0; run < 200; run++) {
        struct random chance = random_seeded(run);
        struct outlook_events o;
        double t = 0;
        size_t n = 0;

        for (; n < MOST; n++) {
            t += random_exponential(&chance) * 365 / 200;
            if (t > 3 * 365)
                break;
            peak[n] = (struct extremes_peak){t, 0.1 + mean * random_exponential(&chance)};
        }
        o = ask(n, 3 * 365, 0.1);
        assert_int_equal(o.method, OUTLOOK_EVENTS_TAIL_FITTED);
        assert_true(o.p30 < o.p180 && o.p180 < o.p365);
        sum += o.p365 / 200;
        none += (o.beyond == 0) / 200.0;
    }
    assert_near(sum, 1 - exp(-0.5), 0.08);
    assert_true(none > 0.1 && none < 0.4); /* and not by counting alone */
}

/* Many far below the limit: nearly no risk, though nothing is certain. */
static void truth_small_events_are_harmless(void **state)
{
    struct random chance = random_seeded(9);
    struct outlook_events o;

    (void)state;
    for (size_t i = 0; i < 400; i++)
        peak[i] = (struct extremes_peak){(double)i, 0.05 + 0.01 * random_exponential(&chance)};
    o = ask(400, 400, 0.05);
    assert_int_equal(o.method, OUTLOOK_EVENTS_TAIL_FITTED);
    assert_true(o.p365 < 0.01);
}

static void hostile_input(void **state)
{
    struct outlook_events_seen s = {peak, 2, 365, 0.1};
    struct arena arena = {0};
    struct outlook_events o;

    (void)state;
    peak[0] = (struct extremes_peak){2, 0.5};
    peak[1] = (struct extremes_peak){1, 0.5};
    assert_int_equal(outlook_events(&s, &arena, &o), ERR_ORDER);
    peak[1] = (struct extremes_peak){3, NAN};
    assert_int_equal(outlook_events(&s, &arena, &o), ERR_NOT_FINITE);
    peak[1] = (struct extremes_peak){3, -1};
    assert_int_equal(outlook_events(&s, &arena, &o), ERR_RANGE);
    peak[1].value = 0.5;
    s.recorded = 0;
    assert_int_equal(outlook_events(&s, &arena, &o), ERR_RANGE);
    s.recorded = NAN;
    assert_int_equal(outlook_events(&s, &arena, &o), ERR_NOT_FINITE);
    s.recorded = 1;
    s.seen_d = -1;
    assert_int_equal(outlook_events(&s, &arena, &o), ERR_RANGE);
    for (size_t i = 0; i < 100; i++)
        peak[i] = (struct extremes_peak){5, 0.5}; /* all equal: no tail */
    o = ask(100, 365, 0.1);
    assert_int_equal(o.method, OUTLOOK_EVENTS_COUNT);
    for (size_t i = 0; i < 100; i++)
        peak[i].value = 1.5; /* no tail below the limit */
    o = ask(100, 365, 0.1);
    assert_int_equal(o.method, OUTLOOK_EVENTS_COUNT);
    assert_true(o.p30 > 0.99);
    arena_free(&arena);
}

static void exact_names(void **state)
{
    (void)state;
    assert_string_equal(outlook_events_method_name(OUTLOOK_EVENTS_TAIL_FITTED), "gpd");
    assert_string_equal(outlook_events_method_name(OUTLOOK_EVENTS_COUNT), "gamma_poisson");
    assert_string_equal(outlook_events_method_name(OUTLOOK_EVENTS_METHOD_COUNT), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vector_counts),
        cmocka_unit_test(exact_unrecorded_are_thinned),
        cmocka_unit_test(exact_observed_too_short),
        cmocka_unit_test(promise_tail_is_calibrated),
        cmocka_unit_test(truth_small_events_are_harmless),
        cmocka_unit_test(hostile_input),
        cmocka_unit_test(exact_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
