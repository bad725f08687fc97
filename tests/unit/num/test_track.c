/* Assignment and mode tracking. */
#include "modal_fixture.h"
#include "shikumen/num/track.h"

static struct arena arena;

static int reset(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static double cost_of(const double *cost, size_t n, const size_t *column)
{
    double sum = 0.0;

    for (size_t i = 0; i < n; i++)
        sum += cost[i * n + column[i]];
    return sum;
}

/* Of the six sums 6, 11, 5, 9, 7, 6 the least: 1 + 2 + 2. */
static void exact_assignment(void **state)
{
    const double cost[] = {4, 1, 3, 2, 0, 5, 3, 2, 2};
    size_t column[3];

    (void)state;
    assert_int_equal(assignment_solve(cost, 3, column, &arena), ERR_OK);
    assert_int_equal(column[0], 1);
    assert_int_equal(column[1], 0);
    assert_int_equal(column[2], 2);
    assert_int_equal(assignment_solve(cost, 1, column, &arena), ERR_OK);
    assert_int_equal(column[0], 0);
}

/* scipy 1.10 optimize.linear_sum_assignment of cost_ij = (7 i + 3 j + 5 i j) mod 11: least sums
 * 15, 15.
 */
static double pattern_cost(size_t n, size_t *column)
{
    double cost[36];

    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            cost[i * n + j] = (double)((7 * i + 3 * j + 5 * i * j) % 11);
    assert_int_equal(assignment_solve(cost, n, column, &arena), ERR_OK);
    return cost_of(cost, n, column);
}

static void vector_assignment(void **state)
{
    size_t column[6];

    (void)state;
    assert_near(pattern_cost(6, column), 15.0, 0.0);
    assert_near(pattern_cost(5, column), 15.0, 0.0);
}

static double best_of_all(const double *cost, size_t n, size_t row, unsigned used)
{
    double best = HUGE_VAL;

    if (row == n)
        return 0.0;
    for (size_t j = 0; j < n; j++)
        if (!(used & 1u << j))
            best = fmin(best, cost[row * n + j] + best_of_all(cost, n, row + 1, used | 1u << j));
    return best;
}

static void truth_assignment_against_all_permutations(void **state)
{
    struct random r = random_seeded(2);

    (void)state;
    for (size_t run = 0; run < 400; run++) {
        size_t n = 1 + run % 7, column[7];
        double cost[49];
        unsigned used = 0;

        for (size_t i = 0; i < n * n; i++) /* ties too, and negative costs */
            cost[i] = run % 2 ? random_normal(&r) : (double)random_below(&r, 4);
        assert_int_equal(assignment_solve(cost, n, column, &arena), ERR_OK);
        for (size_t i = 0; i < n; i++)
            used |= 1u << column[i];
        assert_int_equal(used, (1u << n) - 1);
        assert_near(cost_of(cost, n, column), best_of_all(cost, n, 0, 0), 1e-12);
    }
}

static void invariant_assignment_shift_and_scale(void **state)
{
    struct random r = random_seeded(4);
    double a[64], b[64];
    size_t p[8], q[8];

    (void)state;
    for (size_t i = 0; i < 64; i++) {
        a[i] = random_normal(&r);
        b[i] = 1e5 * (a[i] + (double)(i / 8)); /* per row */
    }
    assert_int_equal(assignment_solve(a, 8, p, &arena), ERR_OK);
    assert_int_equal(assignment_solve(b, 8, q, &arena), ERR_OK);
    assert_memory_equal(p, q, sizeof p);
}

/* References and modes of the chain. */
struct scene {
    double complex shape[CHAIN][CHAIN], reference_shape[CHAIN][CHAIN];
    struct track_reference reference[CHAIN];
    struct mode mode[CHAIN];
};

static void fill_scene(struct scene *s)
{
    for (size_t j = 0; j < CHAIN; j++) {
        for (size_t i = 0; i < CHAIN; i++)
            s->shape[j][i] = s->reference_shape[j][i] = chain_shape(j, i);
        s->reference[j] =
            (struct track_reference){chain_f(j), chain_f(j), s->reference_shape[j], s->shape[j]};
        s->mode[j] = (struct mode){.f_hz = chain_f(j), .zeta = 0.02, .shape = s->shape[j]};
    }
}

static void exact_tracking(void **state)
{
    struct scene s;
    struct track_settings t = track_defaults();
    size_t of[CHAIN];

    (void)state;
    fill_scene(&s);
    struct mode modes[] = {s.mode[3], s.mode[0], s.mode[2]};
    modes[0].f_hz *= 1.049;
    modes[2].f_hz *= 1.051; /* outside the gate */
    assert_int_equal(track_assign(s.reference, CHAIN, modes, 3, CHAIN, &t, of, &arena), ERR_OK);
    assert_int_equal(of[0], 3);
    assert_int_equal(of[1], 0);
    assert_true(of[2] == TRACK_NONE);
    modes[1].shape = s.shape[4]; /* right frequency, wrong shape */
    assert_int_equal(track_assign(s.reference, CHAIN, modes, 3, CHAIN, &t, of, &arena), ERR_OK);
    assert_true(of[1] == TRACK_NONE);
    struct mode twins[] = {s.mode[1], s.mode[1]}; /* two for one: the nearer */
    twins[0].f_hz *= 1.01;
    assert_int_equal(track_assign(s.reference, CHAIN, twins, 2, CHAIN, &t, of, &arena), ERR_OK);
    assert_true(of[0] == TRACK_NONE);
    assert_int_equal(of[1], 1);
    assert_int_equal(track_assign(s.reference, 1, s.mode, CHAIN, CHAIN, &t, of, &arena), ERR_OK);
    assert_int_equal(of[0], 0);
    assert_true(of[4] == TRACK_NONE);
    assert_int_equal(track_assign(NULL, 0, s.mode, 2, CHAIN, &t, of, &arena), ERR_OK);
    assert_true(of[0] == TRACK_NONE && of[1] == TRACK_NONE);
    assert_int_equal(track_assign(s.reference, CHAIN, NULL, 0, CHAIN, &t, of, &arena), ERR_OK);
}

/* Greedy choice would give the first mode the second reference and leave the other without. */
static void exact_more_pairs_before_nearer_ones(void **state)
{
    double complex shape[1] = {1.0}, kept[2] = {1.0, 1.0};
    struct track_reference r[] = {{10.0, 10.0, &kept[0], shape}, {10.4, 10.4, &kept[1], shape}};
    struct mode m[] = {{.f_hz = 10.39, .shape = shape}, {.f_hz = 10.8, .shape = shape}};
    struct track_settings t = track_defaults();
    size_t of[2];

    (void)state;
    assert_int_equal(track_assign(r, 2, m, 2, 1, &t, of, &arena), ERR_OK);
    assert_int_equal(of[0], 0);
    assert_int_equal(of[1], 1);
}

static void exact_slow_reference(void **state)
{
    struct scene s;
    struct track_settings t = track_defaults();
    double complex turned[CHAIN];

    (void)state;
    fill_scene(&s);
    struct mode m = {.f_hz = chain_f(0) * 0.99, .shape = turned};
    for (size_t i = 0; i < CHAIN; i++)
        turned[i] = -3.0 * CMPLX(cos(1.0), sin(1.0)) * chain_shape(0, i);
    for (int n = 0; n < 50; n++)
        track_update(&s.reference[0], &m, CHAIN, &t);
    double expected = 1.0 - 0.01 * (1.0 - pow(0.98, 50.0));
    assert_near(s.reference[0].f_hz, chain_f(0) * expected, 1e-14);
    assert_near(s.reference[0].commissioned_f_hz, chain_f(0), 0.0);
    for (size_t i = 0; i < CHAIN; i++)
        assert_near(cabs(s.reference[0].shape[i] - chain_shape(0, i) / chain_shape(0, 0)), 0.0,
                    1e-14);
    struct track_shift shift = track_shift(&s.reference[0], &m, CHAIN);
    assert_near(shift.f, -0.01, 1e-15);
    assert_near(shift.mac, 1.0, 1e-14);
}

/* Weight w pulls a shape (1, 0) towards (1, e) as e (1 - (1 - w)^n) to first
 * order in e. */
static void truth_slow_shape(void **state)
{
    double complex kept[2] = {1.0, 0.0}, frozen[2] = {1.0, 0.0}, moved[2] = {1.0, 1e-4};
    struct track_reference r = {5.0, 5.0, kept, frozen};
    struct mode m = {.f_hz = 5.0, .shape = moved};
    struct track_settings t = track_defaults();

    (void)state;
    for (int n = 0; n < 100; n++)
        track_update(&r, &m, 2, &t);
    assert_near(creal(kept[1]), 1e-4 * (1.0 - pow(0.98, 100.0)), 1e-7);
    assert_true(frozen[1] == 0.0);
}

static void invariant_order_phase_and_units(void **state)
{
    struct scene s;
    struct track_settings t = track_defaults();
    size_t of[CHAIN];

    (void)state;
    fill_scene(&s);
    for (size_t j = 0; j < CHAIN; j++) {
        s.mode[j].f_hz *= 60.0; /* per minute */
        s.reference[j].f_hz *= 60.0;
        for (size_t i = 0; i < CHAIN; i++)
            s.shape[j][i] *= 1e-3 * CMPLX(cos((double)j), sin((double)j));
    }
    for (size_t shift = 0; shift < CHAIN; shift++) {
        struct mode m[CHAIN];

        for (size_t j = 0; j < CHAIN; j++)
            m[j] = s.mode[(j + shift) % CHAIN];
        assert_int_equal(track_assign(s.reference, CHAIN, m, CHAIN, CHAIN, &t, of, &arena), ERR_OK);
        for (size_t j = 0; j < CHAIN; j++)
            assert_int_equal(of[j], (j + shift) % CHAIN);
    }
}

/* Ten years of days: frequencies wander by season (4 %) and noise (0.3 %), shapes carry 5 % noise,
 * each mode is missed on a tenth of the days, a false mode appears daily. No wrong assignment is
 * expected: of more than 15 000 the 95 % bound is 3 / 15 000. */
static void promise_no_wrong_assignment_in_ten_years(void **state)
{
    struct scene s;
    struct track_settings t = {.f_gate = 0.08, .mac_gate = 0.8, .weight = 0.05};
    struct random r = random_seeded(365);
    size_t wrong = 0, right = 0, lost = 0, false_hits = 0;

    (void)state;
    fill_scene(&s);
    for (int day = 0; day < 3650; day++) {
        double complex shape[CHAIN + 1][CHAIN];
        struct mode m[CHAIN + 1];
        size_t truth[CHAIN + 1], n = 0, of[CHAIN + 1];

        for (size_t j = 0; j <= CHAIN; j++) {
            if (j < CHAIN && random_below(&r, 10) == 0)
                continue;
            for (size_t i = 0; i < CHAIN; i++)
                shape[n][i] = j < CHAIN ? CMPLX(chain_shape(j, i) + 0.05 * random_normal(&r),
                                                0.05 * random_normal(&r))
                                        : CMPLX(random_normal(&r), random_normal(&r));
            double f = j < CHAIN ? chain_f(j) * (1.0 + 0.04 * sin(2.0 * M_PI * day / 365.0)) *
                                       (1.0 + 0.003 * random_normal(&r))
                                 : 0.5 + 6.0 * random_uniform(&r);
            truth[n] = j;
            m[n] = (struct mode){.f_hz = f, .shape = shape[n]};
            n++;
        }
        assert_int_equal(track_assign(s.reference, CHAIN, m, n, CHAIN, &t, of, &arena), ERR_OK);
        for (size_t j = 0; j < n; j++) {
            if (of[j] == TRACK_NONE) {
                lost += truth[j] < CHAIN;
                continue;
            }
            if (truth[j] == CHAIN)
                false_hits++;
            else if (truth[j] == of[j])
                right++;
            else
                wrong++;
            track_update(&s.reference[of[j]], &m[j], CHAIN, &t);
        }
    }
    assert_int_equal(wrong, 0);
    assert_int_equal(lost, 0);
    assert_true(right > 15000);
    /* a random shape passes MAC 0.8 with probability 0.2^4, a random frequency one of the gates,
     * each 0.16 f wide, with 0.16 * 18.8 / 6, and a tenth of the references is free: 0.3 expected
     */
    assert_true(false_hits <= 3);
}

static void hostile_input(void **state)
{
    struct scene s;
    struct track_settings t = track_defaults(), bad;
    size_t of[CHAIN];
    const double nan_cost[] = {1, NAN, 2, 3}, huge[] = {1e300, -1e300, 1e-300, 0};

    (void)state;
    fill_scene(&s);
    assert_int_equal(assignment_solve(NULL, 0, of, &arena), ERR_OK);
    assert_int_equal(assignment_solve(nan_cost, 2, of, &arena), ERR_NOT_FINITE);
    assert_int_equal(assignment_solve(huge, 2, of, &arena), ERR_OK);
    assert_int_equal(of[0], 1);
    assert_int_equal(track_assign(s.reference, 2, s.mode, 2, 0, &t, of, &arena), ERR_RANGE);
    const double values[] = {0.0, -1.0, NAN, INFINITY};
    for (size_t i = 0; i < 4; i++) {
        fill_scene(&s);
        s.mode[1].f_hz = values[i];
        assert_int_equal(track_assign(s.reference, 2, s.mode, 2, CHAIN, &t, of, &arena), ERR_RANGE);
        track_update(&s.reference[1], &s.mode[1], CHAIN, &t);
        assert_near(s.reference[1].f_hz, chain_f(1), 0.0);
        fill_scene(&s);
        s.reference[1].f_hz = values[i];
        assert_int_equal(track_assign(s.reference, 2, s.mode, 2, CHAIN, &t, of, &arena), ERR_RANGE);
    }
    fill_scene(&s);
    bad = t, bad.f_gate = NAN;
    assert_int_equal(track_assign(s.reference, 2, s.mode, 2, CHAIN, &bad, of, &arena), ERR_RANGE);
    bad = t, bad.mac_gate = 1.1;
    assert_int_equal(track_assign(s.reference, 2, s.mode, 2, CHAIN, &bad, of, &arena), ERR_RANGE);
    s.shape[0][0] = NAN;
    assert_int_equal(track_assign(s.reference, 2, s.mode, 2, CHAIN, &t, of, &arena), ERR_OK);
    assert_true(of[0] == TRACK_NONE);
    track_update(&s.reference[0], &s.mode[0], CHAIN, &t);
    assert_near(s.reference[0].f_hz, chain_f(0), 0.0);
    s.shape[0][0] = 1e300;
    track_update(&s.reference[0], &s.mode[0], CHAIN, &t);
    assert_true(isfinite(creal(s.reference[0].shape[0])));
}

/* Sums of costs near the largest double would overflow and the search never end. */
static void hostile_costs_and_weights(void **state)
{
    const double beyond[] = {1.7e308, -1.7e308, -1.7e308, 1.7e308};
    const double weights[] = {-0.1, 1.1, NAN, INFINITY};
    struct scene s;
    struct track_settings t = track_defaults();
    size_t of[CHAIN];

    (void)state;
    assert_int_equal(assignment_solve(beyond, 2, of, &arena), ERR_NOT_FINITE);
    fill_scene(&s);
    s.mode[0].f_hz *= 1.01;
    for (size_t i = 0; i < 4; i++) {
        t.weight = weights[i];
        assert_int_equal(track_assign(s.reference, 2, s.mode, 2, CHAIN, &t, of, &arena), ERR_RANGE);
        track_update(&s.reference[0], &s.mode[0], CHAIN, &t);
        assert_true(s.reference[0].f_hz == chain_f(0));
        assert_true(s.reference_shape[0][1] == chain_shape(0, 1));
    }
    t = track_defaults();
    s.shape[0][3] = NAN; /* not in the first component */
    assert_int_equal(track_assign(s.reference, 2, s.mode, 2, CHAIN, &t, of, &arena), ERR_OK);
    assert_true(of[0] == TRACK_NONE);
    assert_int_equal(of[1], 1);
    track_update(&s.reference[0], &s.mode[0], CHAIN, &t);
    assert_true(s.reference[0].f_hz == chain_f(0));
    assert_int_equal(arena.used_bytes, 0); /* all was given back */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(exact_assignment, reset),
        cmocka_unit_test_teardown(vector_assignment, reset),
        cmocka_unit_test_teardown(truth_assignment_against_all_permutations, reset),
        cmocka_unit_test_teardown(invariant_assignment_shift_and_scale, reset),
        cmocka_unit_test_teardown(exact_tracking, reset),
        cmocka_unit_test_teardown(exact_more_pairs_before_nearer_ones, reset),
        cmocka_unit_test_teardown(exact_slow_reference, reset),
        cmocka_unit_test_teardown(truth_slow_shape, reset),
        cmocka_unit_test_teardown(invariant_order_phase_and_units, reset),
        cmocka_unit_test_teardown(promise_no_wrong_assignment_in_ten_years, reset),
        cmocka_unit_test_teardown(hostile_input, reset),
        cmocka_unit_test_teardown(hostile_costs_and_weights, reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
