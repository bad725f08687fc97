/* NIST StRD, linear least squares and univariate summary statistics. */
#include "nist_strd.h"
#include "regress_fixture.h"
#include "shikumen/num/stats.h"

static struct nist set;

/* Largest relative error of the coefficients and standard errors against certified values; a value
 * certified as 0 counts absolutely. */
static void assert_certified(const struct regression *f, const double *estimate, const double *sd,
                             double of_estimate, double of_sd)
{
    for (size_t j = 0; j < f->p; j++) {
        assert_close(f->coefficient[j], estimate[j], of_estimate);
        assert_near(f->standard_error[j], sd[j], of_sd * (sd[j] > 0 ? sd[j] : 1));
    }
}

/* Certified values have 15 digits. Norris: the criterion of the reference. The others: eps times
 * the condition kappa of the centred and scaled columns (Pontius 8.3, Wampler 1.6e3), plus kappa^2
 * times residual over fit (Wampler3 2e-3, Wampler4 0.2, Wampler5 20), over the share of the
 * smallest term in the fit (6e-6 for Wampler but 0.1 for Wampler2): 6e-8, 4e-12, 3e-7, 2e-5 and
 * 2e-3 for Wampler1 to 5. Asked is about a tenth of this bound. */
static void vector_certified_fits(void **state)
{
    static const struct {
        const char *name;
        size_t degree;
        bool intercept;
        double of_estimate, of_sd;
    } sets[] = {
        {"Norris.dat", 1, true, 1e-9, 1e-9},    {"Pontius.dat", 2, true, 1e-11, 1e-12},
        {"NoInt1.dat", 1, false, 1e-14, 1e-14}, {"NoInt2.dat", 1, false, 1e-14, 1e-14},
        {"Wampler1.dat", 5, true, 1e-8, 1e-8},  {"Wampler2.dat", 5, true, 1e-11, 1e-11},
        {"Wampler3.dat", 5, true, 1e-8, 1e-12}, {"Wampler4.dat", 5, true, 1e-6, 1e-12},
        {"Wampler5.dat", 5, true, 1e-4, 1e-12},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(sets); i++) {
        struct arena a = {0};
        struct matrix x;
        double *y;
        struct regression f;

        nist_read(&set, sets[i].name);
        nist_powers(&set, sets[i].degree, &a, &x, &y);
        f = fitted(&x, y, NULL, sets[i].intercept, &a);
        assert_int_equal(f.rank, set.parameters);
        assert_int_equal(f.p, set.parameters);
        assert_certified(&f, set.estimate, set.sd, sets[i].of_estimate, sets[i].of_sd);
        assert_near(f.s, set.s, sets[i].of_sd * (set.s > 0 ? set.s : 1));
        assert_near(f.rss, set.rss, 2 * sets[i].of_sd * (set.rss > 0 ? set.rss : 1));
        assert_close(f.r2, set.r2, 1e-12);
        arena_free(&a);
    }
}

/* Criterion of the reference: 1e-9 relative. */
static void vector_longley(void **state)
{
    static const double estimate[7] = {-3482258.63459582, 15.0618722713733,  -0.358191792925910E-01,
                                       -2.02022980381683, -1.03322686717359, -0.511041056535807E-01,
                                       1829.15146461355};
    static const double sd[7] = {890420.383607373,  84.9149257747669,  0.334910077722432E-01,
                                 0.488399681651699, 0.214274163161675, 0.226073200069370,
                                 455.478499142212};
    struct arena a = {0};
    struct matrix x;
    double *y;
    struct regression f;

    (void)state;
    nist_longley(&a, &x, &y);
    f = fitted(&x, y, NULL, true, &a);
    assert_certified(&f, estimate, sd, 1e-9, 1e-9);
    assert_close(f.s, 304.854073561965, 1e-9);
    assert_close(f.rss, 836424.055505915, 1e-9);
    assert_close(f.r2, 0.995479004577296, 1e-9);
    arena_free(&a);
}

/* Degree 10 on raw x; criterion of the reference: 1e-6 relative. The standard deviations are
 * NIST's, confirmed by the normal equations in rational numbers. */
static void vector_filip(void **state)
{
    static const double estimate[11] = {
        -1467.48961422980,      -2772.17959193342,      -2316.37108160893,     -1127.97394098372,
        -354.478233703349,      -75.1242017393757,      -10.8753180355343,     -1.06221498588947,
        -0.670191154593408E-01, -0.246781078275479E-02, -0.402962525080404E-04};
    static const double sd[11] = {
        298.084530995537,      559.779865474950,      466.477572127796,     227.204274477751,
        71.6478660875927,      15.2897178747400,      2.23691159816033,     0.221624321934227,
        0.142363763154724E-01, 0.535617408889821E-03, 0.896632837373868E-05};
    struct arena a = {0};
    struct matrix x;
    double *y;
    struct regression f;

    (void)state;
    nist_read(&set, "Filip.csv");
    assert_int_equal(set.n, 82);
    nist_powers(&set, 10, &a, &x, &y);
    f = fitted(&x, y, NULL, true, &a);
    assert_int_equal(f.rank, 11);
    assert_certified(&f, estimate, sd, 1e-6, 1e-6);
    assert_close(f.s, 0.334801051324544E-02, 1e-6);
    assert_close(f.rss, 0.795851382172941E-03, 1e-6);
    arena_free(&a);
}

/* Digits of the data limit the last two: 0.1 is known to eps * 1e7 / 0.1 = 2e-8 of itself. */
static void vector_univariate(void **state)
{
    static const struct {
        const char *name;
        double tolerance;
    } sets[] = {{"NumAcc1.dat", 1e-15},
                {"NumAcc2.dat", 1e-13},
                {"NumAcc3.dat", 2e-9},
                {"NumAcc4.dat", 2e-8}};

    (void)state;
    for (size_t i = 0; i < COUNT(sets); i++) {
        double x[NIST_ROWS], m, v, r[2];

        nist_read(&set, sets[i].name);
        assert_int_equal(set.n, i == 0 ? 3 : 1001);
        for (size_t j = 0; j < set.n; j++)
            x[j] = set.row[j][0];
        assert_int_equal(mean(x, set.n, &m), ERR_OK);
        assert_int_equal(variance(x, set.n, &v), ERR_OK);
        assert_int_equal(autocorrelation(x, set.n, 1, r), ERR_OK);
        assert_close(m, set.mean, 1e-15);
        assert_close(sqrt(v), set.deviation, sets[i].tolerance);
        assert_close(r[1], set.r1, sets[i].tolerance);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vector_certified_fits),
        cmocka_unit_test(vector_longley),
        cmocka_unit_test(vector_filip),
        cmocka_unit_test(vector_univariate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
