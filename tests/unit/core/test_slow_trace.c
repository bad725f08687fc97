/* What can be followed of the slow analysis: residuals that add up, the level that was judged, and
 * a model that takes the weather off by hand. */
#include "shikumen/core/slow_trace.h"
#include "slow_site.h"

/* One more day each call, followed as the shell follows it. */
static void run_traced(struct site *s, size_t from, size_t to, struct slow_trace *t)
{
    for (size_t i = from; i < to; i += PER_DAY) {
        site_run(s, i, i + PER_DAY, PER_DAY);
        assert_int_equal(slow_trace_take(t, s->slow), ERR_OK);
    }
}

static double off(double a, double b)
{
    return fabs(a - b);
}

/* Days whose residual is known; all parts of it are, and add up. */
static size_t expect_sums(const struct slow_trace *t)
{
    size_t known = 0;

    for (size_t i = 0; i < t->count; i++) {
        const struct slow_trace_day *d = &t->days[i];
        if (isnan(d->residual)) {
            assert_true(isnan(d->weather) || isnan(d->shift));
            continue;
        }
        known++;
        assert_true(off(d->measured - d->weather + d->shift, (double)d->residual) < 1e-5);
    }
    return known;
}

static void test_parts_add_up_to_the_level_judged(void **state)
{
    struct site *s = site_new(3, 760, 11);
    uint32_t sensor = site_sensor(s, 1, CRACK);
    struct slow_trace t;

    (void)state;
    add_ramp(s, 1, CRACK, 420, 0.8 / 365);
    slow_trace_init(&t, sensor);
    run_traced(s, 0, s->steps, &t);
    assert_true(t.count >= 755 && expect_sums(&t) > 700);
    for (size_t i = 0; i < t.count; i++)
        assert_true(t.days[i].day == T0_US / DAY + (int64_t)i && t.days[i].baseline == 0);
    assert_true(t.view.moved && t.view.movement.change > 0.4);
    assert_true(off(slow_trace_level(&t, t.count - 1), t.view.movement.level) < 1e-9);
    assert_int_equal(t.days[t.count - 1].version, t.view.model_version);
    assert_true(t.model_in_force && t.model.fit.terms > 0 && t.model.offered_count >= 2);
    slow_trace_free(&t);
    site_free(s);
}

/* The terms of the model, put together from the readings alone, are the weather of the last days.
 */
static void test_the_model_can_be_used_by_hand(void **state)
{
    struct site *s = site_new(2, 500, 3);
    struct slow_trace t;
    double wall = 0, sum = 0;
    const struct slow_term *term;
    size_t last;

    (void)state;
    slow_trace_init(&t, site_sensor(s, 0, CRACK));
    run_traced(s, 0, s->steps, &t);
    assert_true(t.model.fit.terms > 0);
    last = t.count - 1;
    for (size_t k = 0; k < t.model.fit.terms; k++) {
        const double *x;
        double memory = NAN;
        term = &t.model.term[k];
        x = site_values(s, 0, term->sensor == site_sensor(s, 0, T_WALL) ? T_WALL : HUMID);
        assert_true(term->sensor == site_sensor(s, 0, T_WALL) ||
                    term->sensor == site_sensor(s, 0, HUMID));
        sum = 0;
        for (size_t bin = 0; bin < 4 * (last + 1); bin++) { /* two readings a bin */
            double keep = term->memory_d > 0 ? exp(-0.25 / term->memory_d) : 0;
            double u = (x[2 * bin] + x[2 * bin + 1]) / 2;
            memory = isnan(memory) ? u : keep * memory + (1 - keep) * u;
            if (bin >= 4 * last)
                sum += (term->hinge ? fmax(0, memory - term->knot) : memory) / 4;
        }
        wall += term->coefficient * (sum - term->centre);
    }
    assert_true(fabs(t.days[last].weather) > 1e-3);
    assert_true(off(wall, t.days[last].weather) < 1e-4);
    slow_trace_free(&t);
    site_free(s);
}

/* A new baseline begins anew; what was before it stays to be seen. */
static void test_a_new_baseline_keeps_the_old_days(void **state)
{
    struct site *s = site_with(2, 300, 5, false,
                               "{\"t\":\"2024-07-19T00:00:00Z\",\"scope\":\"H0/n1/c\",\"kind\":"
                               "\"rezero\"}");
    struct slow_trace t;
    size_t before = 190, old_count;

    (void)state;
    slow_trace_init(&t, site_sensor(s, 0, CRACK));
    run_traced(s, 0, before * PER_DAY, &t);
    old_count = t.count;
    assert_true(old_count > 180);
    for (size_t i = before; i < 300; i++) {
        slow_epochs(s->slow, T0_US + (int64_t)i * DAY);
        run_traced(s, i * PER_DAY, (i + 1) * PER_DAY, &t);
    }
    assert_true(t.baseline > old_count - 1 && t.count > t.baseline + 80);
    assert_int_equal(t.days[t.baseline].baseline, t.baseline);
    assert_true(t.days[t.baseline].day == T0_US / DAY + 200);
    assert_true(expect_sums(&t) > 250);
    slow_trace_free(&t);
    site_free(s);
}

/* Too little, gaps, nothing at all. */
static void test_little_to_follow(void **state)
{
    struct site *s = site_new(1, 60, 9);
    struct slow_trace t, none;
    struct slow_model m;

    (void)state;
    for (size_t i = (size_t)20 * PER_DAY; i < (size_t)40 * PER_DAY; i++)
        site_values(s, 0, CRACK)[i] = MISSING;
    slow_trace_init(&t, site_sensor(s, 0, CRACK));
    slow_trace_init(&none, site_sensor(s, 0, T_WALL));
    assert_int_equal(slow_trace_take(&t, s->slow), ERR_OK);
    assert_int_equal(t.count, 0);
    run_traced(s, 0, s->steps, &t);
    assert_int_equal(slow_trace_take(&none, s->slow), ERR_OK);
    assert_int_equal(none.count, 0);
    assert_false(slow_model_of(s->slow, site_sensor(s, 0, T_WALL), &m));
    for (size_t i = 21; i < 39; i++)
        assert_true(isnan(t.days[i].measured) && isnan(t.days[i].residual));
    assert_true(!isnan(slow_trace_level(&t, 30)));
    slow_trace_free(&t);
    slow_trace_free(&none);
    site_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_add_up_to_the_level_judged),
        cmocka_unit_test(test_the_model_can_be_used_by_hand),
        cmocka_unit_test(test_a_new_baseline_keeps_the_old_days),
        cmocka_unit_test(test_little_to_follow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
