/* The slow analysis is a fold over readings: the same whatever the batches, nearly the same when
 * readings come late or revised, and begun anew by epochs. */
#include "slow_site.h"

#define YELLOW 2

/* Also when what comes is days ahead of what is concluded, as long as the bins hold it all. */
static void test_same_bytes(void **state)
{
    static const size_t batches[] = {1, 1, 8, 56, 120};
    struct strbuf first = {0};

    (void)state;
    for (size_t k = 0; k < sizeof batches / sizeof *batches; k++) {
        struct site *s = site_new(3, 500, 7);
        add_ramp(s, 0, CRACK, 200, 0.6 / 365);
        add_step(s, 1, CRACK_2, 340, 0.4);
        drop(s, 1, CRACK_2, 339, 340);
        site_run(s, 0, s->steps, batches[k]);
        assert_true(s->tolds >= 2 && !s->log.failed);
        if (k == 0)
            strbuf_append(&first, s->log.data, s->log.len);
        assert_int_equal(s->log.len, first.len);
        assert_memory_equal(s->log.data, first.data, first.len);
        site_free(s);
    }
    strbuf_free(&first);
}

/* --- late --- */

static void expect_same_movement(const struct site *a, const struct site *b)
{
    for (int p = CRACK; p <= SETTLED; p++) {
        struct slow_view x = slow_look(a->slow, site_sensor(a, 0, (enum place)p)),
                         y = slow_look(b->slow, site_sensor(b, 0, (enum place)p));
        assert_true(x.moved && y.moved);
        assert_int_equal(x.movement.days, y.movement.days);
        assert_true(fabs(x.movement.change - y.movement.change) < 1e-4);
        assert_true(fabs(x.movement.error - y.movement.error) < 1e-4);
        for (int w = 0; w < MOVEMENT_WINDOWS; w++)
            assert_true(fabs(x.movement.window[w].slope - y.movement.window[w].slope) < 1e-6);
        assert_true(fabs(x.coverage - y.coverage) < 1e-12);
    }
}

/* Steps up to the end of a day whose Monday is concluded. */
#define LATE_END (282 * PER_DAY)

/* A month of house 0's places first .. last comes two weeks after its end, backwards or not. */
static void run_late(struct site *s, enum place first, enum place last, bool backwards)
{
    size_t from = 205 * PER_DAY, to = 235 * PER_DAY, arrival = 250 * PER_DAY;

    site_run(s, 0, from, 1);
    for (size_t i = from; i < LATE_END; i++) {
        for (size_t h = 0; h < s->houses; h++)
            for (int p = 0; p < PER_HOUSE; p++)
                if (h > 0 || p < (int)first || p > (int)last || i >= to)
                    site_take(s, h, (enum place)p, i);
        for (size_t k = from; i == arrival && k < to; k++)
            for (int p = first; p <= (int)last; p++)
                site_take(s, 0, (enum place)p, backwards ? to - 1 - (k - from) : k);
        site_conclude(s, T0_US + (int64_t)i * STEP_US);
    }
}

static void test_a_late_month_is_as_good(void **state)
{
    static const struct {
        enum place first, last;
        bool backwards;
    } cases[] = {{CRACK, SETTLED, false}, /* the sensors themselves */
                 {T_WALL, HUMID, false},  /* what drives them */
                 {CRACK, HUMID, true}};

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct site *a = site_new(2, 285, 17), *b = site_new(2, 285, 17);
        site_run(a, 0, LATE_END, 1);
        run_late(b, cases[k].first, cases[k].last, cases[k].backwards);
        expect_same_movement(a, b);
        site_free(a);
        site_free(b);
    }
}

/* --- revised --- */

/* Ten days of spikes that first passed and were then found suspect. */
static void test_revised_readings(void **state)
{
    struct site *a = site_new(2, 285, 18), *b = site_new(2, 285, 18);
    size_t from = 230 * PER_DAY, to = 240 * PER_DAY, revised = 242 * PER_DAY;
    double *clean = site_values(a, 0, CRACK), *spiked = site_values(b, 0, CRACK);
    uint32_t sensor = site_sensor(b, 0, CRACK), got;
    int64_t from_us;
    int bins = 0;

    (void)state;
    for (size_t i = from; i < to; i += 2) {
        spiked[i] = clean[i] + 5;
        site_flags(a, 0, CRACK)[i] = QF_SUSPECT;
    }
    site_run(a, 0, LATE_END, 1);
    site_run(b, 0, revised, 1);
    assert_false(slow_stale(b->slow, &got, &from_us));
    for (size_t i = from; i < to; i += 2)
        slow_revised(b->slow, sensor, T0_US + (int64_t)i * STEP_US);
    while (slow_stale(b->slow, &got, &from_us)) {
        size_t at = (size_t)((from_us - T0_US) / STEP_US); /* two readings a bin, the second good */
        assert_int_equal(got, sensor);
        assert_true(from_us % BIN_US == 0);
        slow_put(b->slow, got, from_us, clean[at + 1], 1, 2);
        assert_in_range(++bins, 1, 40);
    }
    assert_int_equal(bins, 40);
    site_run(b, revised, LATE_END, 1);
    expect_same_movement(a, b);
    site_free(a);
    site_free(b);
}

static void test_revisions_of_what_takes_no_part(void **state)
{
    struct site *s = site_new(1, 30, 19);
    uint32_t sensor = site_sensor(s, 0, CRACK), got;
    int64_t from_us;

    (void)state;
    site_run(s, 0, s->steps, 1);
    slow_revised(s->slow, sensor, T0_US);
    slow_revised(s->slow, sensor, T0_US + BIN_US - 1); /* the same bin */
    slow_revised(s->slow, sensor, T0_US - 1);
    assert_true(slow_stale(s->slow, &got, &from_us));
    assert_true(from_us == T0_US - BIN_US);
    slow_put(s->slow, got, from_us, 1, 1, 1);
    assert_true(slow_stale(s->slow, &got, &from_us));
    assert_true(from_us == T0_US);
    slow_put(s->slow, got, from_us, 0, 0, 0);
    assert_false(slow_stale(s->slow, &got, &from_us));
    site_free(s);
}

/* --- epochs --- */

/* A re-zero and a repair in the register: what jumps there is no movement. */
static void test_epoch_starts_anew(void **state)
{
    static const char epochs[] =
        "{\"t\":\"2024-11-26T00:00:00Z\",\"scope\":\"H0/n1/c\",\"kind\":\"rezero\"}";
    struct site *s = site_with(2, 620, 23, false, epochs);
    int64_t rezero_us = T0_US + 330 * DAY;

    (void)state;
    add_step(s, 0, CRACK, 330, 0.4);
    add_step(s, 1, CRACK, 330, 0.4); /* the same, and nobody said so */
    slow_epochs(s->slow, T0_US);
    site_run(s, 0, 330 * PER_DAY, 1);
    assert_int_equal(s->tolds, 0);
    uint32_t version = slow_look(s->slow, site_sensor(s, 0, CRACK)).model_version;
    slow_epochs(s->slow, rezero_us);
    site_run(s, 330 * PER_DAY, s->steps, 1);
    struct slow_view v = slow_look(s->slow, site_sensor(s, 0, CRACK));
    assert_int_equal(worst_told(s, 0, PER_HOUSE, KIND_TREND), 0);
    assert_int_equal(worst_told(s, 0, PER_HOUSE, KIND_FAULT), 0);
    assert_true(worst_told(s, 1, CRACK, KIND_STEP) >= YELLOW);
    assert_true(v.from_us == rezero_us);
    assert_true(version > 0 && v.model_version > version);
    assert_true(fabs(v.movement.change) < 0.1);
    assert_true(slow_look(s->slow, site_sensor(s, 0, CRACK_2)).from_us == T0_US);
    site_free(s);
}

/* What was moving and held is over with the epoch. */
static void test_epoch_ends_what_was_held(void **state)
{
    static const char epochs[] =
        "{\"t\":\"2025-07-04T00:00:00Z\",\"scope\":\"H0\",\"kind\":\"repair\"}";
    struct site *s = site_with(2, 620, 24, false, epochs);
    struct finding held[SLOW_CURRENT];

    (void)state;
    add_ramp(s, 0, CRACK, 380, 0.8 / 365);
    add_ramp(s, 0, CRACK, 550, -0.8 / 365); /* stopped by the repair */
    slow_epochs(s->slow, T0_US);
    site_run(s, 0, 550 * PER_DAY, 1);
    assert_int_equal(slow_current(s->slow, site_sensor(s, 0, CRACK), held), 1);
    assert_true(held[0].kind == KIND_TREND && held[0].level >= YELLOW);
    slow_epochs(s->slow, T0_US + 550 * DAY);
    site_run(s, 550 * PER_DAY, s->steps, 1);
    assert_int_equal(slow_current(s->slow, site_sensor(s, 0, CRACK), held), 0);
    site_free(s);
}

/* --- hostile --- */

static void test_hostile_readings(void **state)
{
    static const double values[] = {INFINITY, -INFINITY, 1e300, -1e300, 1e38, 0, -0.0, 5e-324};
    struct site *s = site_new(2, 200, 25);
    struct random chance = random_seeded(2);

    (void)state;
    assert_false(slow_due(s->slow, INT64_MAX)); /* nothing read yet */
    assert_true(slow_look(s->slow, 0).at_us == INT64_MIN);
    for (size_t i = 0; i < s->steps; i++)
        for (int p = 0; p < PER_HOUSE; p++)
            if (random_below(&chance, 10) == 0)
                site_values(s, 0, (enum place)p)[i] = values[random_below(&chance, 8)];
    site_run(s, 0, s->steps, 1);
    assert_int_equal(worst_told(s, 1, PER_HOUSE, KIND_TREND), 0);
    assert_int_equal(worst_told(s, 1, PER_HOUSE, KIND_FAULT), 0);
    assert_null(strstr(strbuf_text(&s->log), "nan"));
    site_free(s);
}

/* A wild reading that did not pass changes nothing at all. */
static void test_failed_readings_are_not_heard(void **state)
{
    struct site *a = site_new(2, 285, 26), *b = site_new(2, 285, 26);
    struct random chance = random_seeded(3);

    (void)state;
    for (size_t i = 0; i < a->steps; i++)
        if (i == 0 || random_below(&chance, 20) == 0) {
            site_flags(a, 0, CRACK)[i] = site_flags(b, 0, CRACK)[i] = QF_FAIL;
            site_values(b, 0, CRACK)[i] = 1e12;
        }
    site_run(a, 0, LATE_END, 1);
    site_run(b, 0, LATE_END, 1);
    expect_same_movement(a, b);
    site_free(a);
    site_free(b);
}

static void test_empty_and_short(void **state)
{
    struct site *s = site_new(1, 10, 27);

    (void)state;
    site_conclude(s, T0_US + 100 * DAY);
    assert_int_equal(s->log.len, 0);
    site_run(s, 0, 1, 1); /* one reading each */
    assert_false(slow_due(s->slow, T0_US + DAY + SLOW_GRACE_US - 1));
    assert_true(slow_due(s->slow, T0_US + DAY + SLOW_GRACE_US));
    site_conclude(s, T0_US + 40 * DAY);
    struct slow_view v = slow_look(s->slow, site_sensor(s, 0, CRACK));
    assert_int_equal(v.model_version, 0);
    assert_false(v.moved);
    assert_int_equal(s->tolds, 0);
    site_free(s);
    slow_free(NULL);
}

static void test_names(void **state)
{
    (void)state;
    for (int d = 0; d < DOUBT_COUNT; d++)
        for (int e = 0; e < d; e++)
            assert_string_not_equal(slow_doubt_name((enum slow_doubt)d),
                                    slow_doubt_name((enum slow_doubt)e));
    assert_string_equal(slow_doubt_name(DOUBT_COUNT), "none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_a_late_month_is_as_good),
        cmocka_unit_test(test_revised_readings),
        cmocka_unit_test(test_revisions_of_what_takes_no_part),
        cmocka_unit_test(test_epoch_starts_anew),
        cmocka_unit_test(test_epoch_ends_what_was_held),
        cmocka_unit_test(test_hostile_readings),
        cmocka_unit_test(test_failed_readings_are_not_heard),
        cmocka_unit_test(test_empty_and_short),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
