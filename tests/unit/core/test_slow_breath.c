/* A gauge whose own answer to temperature grows, and a wall that moves: the day tells which. */
#include "slow_site.h"

#define FROM_D 420 /* after the last training */
#define DAYS   800

/* What it adds: a share of the wall's distance from its yearly mean, more every day. */
static void loosen(struct site *s, enum place at, double per_kelvin_year)
{
    double *v = site_values(s, 0, at);
    const double *wall = site_values(s, 0, T_WALL);

    for (size_t i = FROM_D * PER_DAY; i < s->steps; i++)
        v[i] += per_kelvin_year * ((double)i / PER_DAY - FROM_D) / 365.25 * (wall[i] - 17);
}

static void truth_a_loose_gauge_is_the_gauges(void **state)
{
    static const double gain[] = {0.03, -0.03, 0.05};

    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct site *s = site_new(3, DAYS, seed);
        loosen(s, CRACK, gain[seed - 1]);
        site_run(s, 0, s->steps, PER_DAY);
        const struct finding *f = first_told(s, 0, CRACK, KIND_FAULT, LEVEL_YELLOW);
        assert_non_null(f);
        assert_int_equal(f->cause, DOUBT_GAIN);
        assert_true(worst_moved(s, 0, CRACK) < LEVEL_YELLOW);
        site_free(s);
    }
}

/* 0.5 mm a year beside the same breath as ever. */
static void truth_a_crack_is_the_walls(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct site *s = site_new(3, DAYS, seed);
        add_ramp(s, 0, CRACK, FROM_D, 0.0014);
        site_run(s, 0, s->steps, PER_DAY);
        assert_true(worst_moved(s, 0, CRACK) >= LEVEL_YELLOW);
        assert_null(first_told(s, 0, CRACK, KIND_FAULT, LEVEL_BLUE));
        site_free(s);
    }
}

/* A crack that opens breathes more; what is left when that is taken off is told. */
static void truth_a_crack_that_breathes_more(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct site *s = site_new(3, DAYS, seed);
        loosen(s, CRACK, -0.006);
        add_ramp(s, 0, CRACK, FROM_D, 0.0014);
        site_run(s, 0, s->steps, PER_DAY);
        assert_true(worst_moved(s, 0, CRACK) >= LEVEL_YELLOW);
        site_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(truth_a_loose_gauge_is_the_gauges),
                                       cmocka_unit_test(truth_a_crack_is_the_walls),
                                       cmocka_unit_test(truth_a_crack_that_breathes_more)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
