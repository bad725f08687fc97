/* What of a sensor is weather: truth found again, no skill without cause, hostile input. */
#include "compensate_fixture.h"

static void test_maturity(void **state)
{
    static const struct {
        double days;
        enum maturity m;
    } cases[] = {{-1, MATURITY_NONE},     {0, MATURITY_NONE},        {2.99, MATURITY_NONE},
                 {3, MATURITY_RAW},       {13.99, MATURITY_RAW},     {14, MATURITY_DAILY},
                 {59.99, MATURITY_DAILY}, {60, MATURITY_WEATHER},    {299.99, MATURITY_WEATHER},
                 {300, MATURITY_SEASON},  {1e9, MATURITY_SEASON},    {INFINITY, MATURITY_SEASON},
                 {NAN, MATURITY_NONE},    {-INFINITY, MATURITY_NONE}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(maturity_of(cases[i].days), cases[i].m);
    assert_string_equal(maturity_name(MATURITY_NONE), "none");
    assert_string_equal(maturity_name(MATURITY_SEASON), "season");
    assert_string_equal(maturity_name((enum maturity)17), "none");
}

/* --- a model by hand --- */

static void test_weather_and_error_by_hand(void **state)
{
    struct compensation c = {
        .terms = 2,
        .column = {3, 1},
        .coefficient = {2, -1},
        .centre = {10, 20},
    };
    const double x[4] = {NAN, 25, NAN, 11}, x0[4] = {NAN, 24, NAN, 9}, missing[4] = {0, 25, 0, NAN};

    (void)state;
    c.covariance[0] = 4;
    c.covariance[1] = c.covariance[COMPENSATE_TERMS] = 1;
    c.covariance[COMPENSATE_TERMS + 1] = 9;
    assert_true(compensate_weather(&c, x) == 2 * 1 - 5);
    assert_true(fabs(compensate_error(&c, x, x0) - sqrt(4 * 4 + 2 * 2 + 9)) < 1e-12);
    assert_true(compensate_error(&c, x, x) == 0);
    assert_true(isnan(compensate_weather(&c, missing)));
    c.terms = 0;
    assert_true(compensate_weather(&c, missing) == 0);
    assert_true(compensate_error(&c, x, missing) == 0);
}

/* --- truth --- */

/* Weather's part found again within its standard errors; noise measured. 60 walls, a year each. */
static void test_truth_is_found(void **state)
{
    enum { WALLS = 60 };
    struct wall *w = new_wall();
    double squares = 0, worst = 0, spread = 0;

    (void)state;
    for (uint64_t seed = 0; seed < WALLS; seed++) {
        double x[COLUMNS], x0[COLUMNS];
        wall_start(w, 365, 1000 + seed);
        struct compensation c = train(w);
        assert_int_equal(c.maturity, MATURITY_SEASON);
        assert_true(c.terms >= 2 && c.terms <= COMPENSATE_TERMS);
        assert_true(c.skill > 0.25 && c.skill <= 1);
        assert_true(fabs(c.sigma / NOISE - 1) < 0.25);
        assert_true(fabs(c.phi - 0.8) < 0.1);
        columns_at(w, 400, x0);
        columns_at(w, 1200, x); /* 200 days later */
        double error = compensate_error(&c, x, x0);
        double off = compensate_weather(&c, x) - compensate_weather(&c, x0) -
                     (weather_of(w, 1200) - weather_of(w, 400));
        assert_true(error > 0);
        squares += off / error * off / error / WALLS;
        worst = fmax(worst, fabs(off));
        spread += c.spread / WALLS;
    }
    assert_true(sqrt(squares) > 0.7 && sqrt(squares) < 1.5);
    assert_true(worst < 0.01); /* of some 0.3 */
    assert_true(spread > 0.08 && spread < 0.15);
    free(w);
}

/* The mean of weather's part over the training is none: residuals keep the level. */
static void test_level_stays(void **state)
{
    struct wall *w = new_wall();
    double sum = 0, x[COLUMNS];

    (void)state;
    wall_start(w, 300, 5);
    struct compensation c = train(w);
    for (size_t i = 0; i < w->data.n; i++) {
        columns_at(w, i, x);
        sum += compensate_weather(&c, x);
    }
    assert_true(c.terms > 0);
    assert_true(fabs(sum / (double)w->data.n) < 1e-9);
    free(w);
}

static void test_same_input_same_bytes(void **state)
{
    struct wall *w = new_wall();

    (void)state;
    wall_start(w, 365, 77);
    struct compensation a = train(w), b = train(w);
    assert_memory_equal(&a, &b, sizeof a);
    free(w);
}

/* --- no cause, no terms --- */

/* Noise of any persistence beside real weather: how many of 100 sensors get a model at all, and how
 * large a part of their spread it claims. */
static void test_no_skill_no_terms(void **state)
{
    static const double phi[] = {0, 0.8, 0.95, 0.999};
    struct wall *w = new_wall();

    (void)state;
    for (size_t k = 0; k < 4; k++) {
        int with = 0;
        for (uint64_t seed = 0; seed < 100; seed++) {
            wall_start(w, seed % 2 ? 365 : 120, 7000 + 100 * k + seed);
            for (size_t i = 0; i < w->data.n; i++)
                w->y[i] = 3;
            truth_noise(&w->chance, 1, phi[k], w->y, w->data.n);
            struct compensation c = train(w);
            with += c.terms > 0;
            if (c.terms == 0)
                assert_true(c.skill == 0 && c.spread == 0);
        }
        print_message("noise of phi %g: %d of 100 with terms\n", phi[k], with);
        assert_in_range(with, 0, 5);
    }
    free(w);
}

/* Ten columns of nothing (white, slow, walks) beside the true ones. */
static void test_noise_columns_are_not_chosen(void **state)
{
    enum { WALLS = 60, FALSE_COLUMNS = COMPENSATE_COLUMNS - COLUMNS };
    static const double phi[] = {0, 0.9, 0.99, 0.999};
    struct wall *w = new_wall();
    int chosen = 0;

    (void)state;
    for (uint64_t seed = 0; seed < WALLS; seed++) {
        wall_start(w, 365, 300 + seed);
        for (size_t j = COLUMNS; j < COMPENSATE_COLUMNS; j++) {
            memset(w->x[j], 0, sizeof w->x[j]);
            truth_noise(&w->chance, 5, phi[j % 4], w->x[j], w->data.n);
            w->data.x[j] = w->x[j];
            w->data.lag_d[j] = 0;
        }
        w->data.columns = COMPENSATE_COLUMNS;
        struct compensation c = train(w);
        assert_true(c.terms >= 2);
        for (uint32_t t = 0; t < c.terms; t++)
            chosen += c.column[t] >= COLUMNS;
    }
    print_message("%d of %d columns of noise chosen\n", chosen, WALLS * FALSE_COLUMNS);
    assert_in_range(chosen, 0, WALLS * FALSE_COLUMNS / 50);
    free(w);
}

/* --- little data --- */

static void test_stages(void **state)
{
    static const struct {
        size_t days, most;
        double lag_d;
    } cases[] = {{4, 0, 0},   {13, 0, 0},  {20, 2, 1},   {40, 2, 1},  {59, 2, 5},
                 {100, 4, 5}, {199, 4, 5}, {200, 4, 20}, {300, 6, 20}};
    struct wall *w = new_wall();

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        for (uint64_t seed = 0; seed < 10; seed++) {
            wall_start(w, cases[k].days, 40 + seed);
            struct compensation c = train(w);
            assert_int_equal(c.maturity, maturity_of((double)cases[k].days));
            assert_true(c.terms <= cases[k].most);
            for (uint32_t t = 0; t < c.terms; t++)
                assert_true(truth_lag_d[c.column[t]] <= cases[k].lag_d);
        }
    free(w);
}

static enum err try_train(const struct compensate_data *d, double days)
{
    struct arena arena = {0};
    struct compensation c;
    enum err e;

    memset(&c, 0x5a, sizeof c);
    e = compensate_train(d, days, &arena, &c);
    if (e != ERR_OK) {
        const unsigned char *byte = (const unsigned char *)&c;
        for (size_t i = 0; i < sizeof c; i++)
            assert_int_equal(byte[i], 0x5a); /* untouched */
    }
    arena_free(&arena);
    return e;
}

static void test_too_few(void **state)
{
    struct wall *w = new_wall();

    (void)state;
    wall_start(w, 30, 1);
    for (size_t n = 0; n <= 11; n++) {
        w->data.n = n;
        assert_int_equal(try_train(&w->data, 30), ERR_TOO_FEW);
    }
    w->data.n = 120;
    assert_int_equal(try_train(&w->data, 2.9), ERR_TOO_FEW);
    assert_int_equal(try_train(&w->data, NAN), ERR_TOO_FEW);
    assert_int_equal(try_train(&w->data, 30), ERR_OK);
    for (size_t i = 0; i < 120; i++)
        w->y[i] = NAN;
    assert_int_equal(try_train(&w->data, 30), ERR_TOO_FEW);
    free(w);
}

static void test_constant(void **state)
{
    struct wall *w = new_wall();

    (void)state;
    wall_start(w, 100, 1);
    for (size_t i = 0; i < w->data.n; i++)
        w->y[i] = 0.1;
    assert_int_equal(try_train(&w->data, 100), ERR_CONSTANT);
    w->y[57] = 0.2; /* one value off: nothing to learn, nothing breaks */
    assert_int_equal(try_train(&w->data, 100), ERR_OK);
    assert_int_equal(train(w).terms, 0);
    free(w);
}

/* --- columns unfit --- */

static void test_unfit_columns_are_left_alone(void **state)
{
    struct wall *w = new_wall(), *same = new_wall();

    (void)state;
    wall_start(w, 365, 9);
    wall_start(same, 365, 9);
    for (size_t i = 0; i < w->data.n; i++) {
        w->x[8][i] = NAN;
        w->x[9][i] = 12;                                /* constant */
        w->x[10][i] = i % 2 ? w->x[0][i] : (double)NAN; /* half missing */
        w->x[11][i] = i % 2 ? (double)INFINITY : -(double)INFINITY;
    }
    for (size_t j = 8; j < 12; j++)
        w->data.x[j] = w->x[j];
    w->data.columns = 12;
    struct compensation a = train(w), b = train(same);
    assert_memory_equal(&a, &b, sizeof a);
    w->x[8][100] = 5; /* alone */
    a = train(w);
    assert_memory_equal(&a, &b, sizeof a);
    free(w);
    free(same);
}

/* The same column twice, and a multiple of it: one of them at most. */
static void test_dependent_columns(void **state)
{
    struct wall *w = new_wall();

    (void)state;
    wall_start(w, 365, 10);
    for (size_t j = 8; j < 12; j++) {
        for (size_t i = 0; i < w->data.n; i++)
            w->x[j][i] = (double)(j - 7) * w->x[T_5D][i] + (double)j;
        w->data.x[j] = w->x[j];
        w->data.lag_d[j] = 5;
    }
    w->data.columns = 12;
    struct compensation c = train(w);
    int copies = 0;
    for (uint32_t t = 0; t < c.terms; t++) {
        copies += c.column[t] >= 8 || c.column[t] == T_5D;
        assert_true(isfinite(c.coefficient[t]));
    }
    assert_int_equal(copies, 1);
    free(w);
}

static void test_without_columns(void **state)
{
    struct wall *w = new_wall();

    (void)state;
    wall_start(w, 365, 12);
    w->data.columns = 0;
    struct compensation c = train(w);
    assert_int_equal(c.terms, 0);
    assert_true(c.skill == 0 && c.sigma > 0);
    free(w);
}

/* --- wild and missing values --- */

static void test_gaps_and_spikes(void **state)
{
    struct wall *w = new_wall();

    (void)state;
    for (uint64_t seed = 0; seed < 30; seed++) {
        double x[COLUMNS], x0[COLUMNS];
        wall_start(w, 365, 500 + seed);
        for (size_t i = 0; i < w->data.n; i++) {
            if (random_uniform(&w->chance) < 0.2 || (i > 600 && i < 700))
                w->y[i] = seed % 2 ? (double)NAN : (double)INFINITY;
            else if (random_uniform(&w->chance) < 0.01)
                w->y[i] += 5 * random_normal(&w->chance);
            if (random_uniform(&w->chance) < 0.05)
                w->x[5][i] = NAN;
        }
        columns_at(w, 400, x0);
        columns_at(w, 1200, x);
        x[5] = x0[5] = 75;
        struct compensation c = train(w);
        assert_true(c.terms >= 1 && c.skill > 0.3);
        assert_true(fabs(compensate_weather(&c, x) - compensate_weather(&c, x0) -
                         (weather_of(w, 1200) - weather_of(w, 400))) < 0.06);
    }
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_maturity),
        cmocka_unit_test(test_weather_and_error_by_hand),
        cmocka_unit_test(test_truth_is_found),
        cmocka_unit_test(test_level_stays),
        cmocka_unit_test(test_same_input_same_bytes),
        cmocka_unit_test(test_no_skill_no_terms),
        cmocka_unit_test(test_noise_columns_are_not_chosen),
        cmocka_unit_test(test_stages),
        cmocka_unit_test(test_too_few),
        cmocka_unit_test(test_constant),
        cmocka_unit_test(test_unfit_columns_are_left_alone),
        cmocka_unit_test(test_dependent_columns),
        cmocka_unit_test(test_without_columns),
        cmocka_unit_test(test_gaps_and_spikes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
