/* The shear frame of koma (simulated, 14 400 samples of 5 channels at 12 Hz): all five modes, by
 * SSI with clustering and by FDD. The exact frequencies are shifted by the time integration that
 * made the data: average acceleration turns omega into (2/dt) atan(omega dt/2), dt = 1/12 s (see
 * SOURCE.txt). */
#include "modal_fixture.h"
#include "shikumen/num/cluster.h"
#include "shikumen/num/fdd.h"
#include "shikumen/num/ssi.h"

enum { ROWS = 14400 };
static const double FS_HZ = 12.0, DURATION_S = 1200.0;

static struct arena arena;
static struct matrix record;
static double exact_f[CHAIN], exact_zeta[CHAIN];
static double complex exact_shape[CHAIN][CHAIN];

static void read_values(const char *name, double *x, size_t n)
{
    char path[512];

    snprintf(path, sizeof path, "%s/koma_shearframe/%s", TEST_DATA, name);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(fscanf(f, "%lf", &x[i]), 1);
        (void)fgetc(f);
    }
    fclose(f);
}

static int load(void **state)
{
    double *x = arena_array(&arena, ROWS * CHAIN, sizeof *x), omega[CHAIN], phi[CHAIN * CHAIN];

    (void)state;
    record = matrix_new(&arena, ROWS, CHAIN);
    read_values("data_shearframe.csv", x, ROWS * CHAIN);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t c = 0; c < CHAIN; c++)
            matrix_col(&record, c)[i] = x[i * CHAIN + c];
    read_values("omega_n.csv", omega, CHAIN);
    read_values("xi_ref.csv", exact_zeta, CHAIN);
    read_values("phi_ref.csv", phi, CHAIN * CHAIN);
    for (size_t j = 0; j < CHAIN; j++) {
        exact_f[j] = 2.0 * FS_HZ * atan(omega[j] / FS_HZ / 2.0) / (2.0 * M_PI);
        for (size_t i = 0; i < CHAIN; i++)
            exact_shape[j][i] = phi[i * CHAIN + j];
    }
    return 0;
}

static int release(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

/* Standard deviation of f by the uncertainty law, sqrt(zeta / (2 pi f T)) f (Au 2014). */
static double law_f(size_t j)
{
    return exact_f[j] * sqrt(exact_zeta[j] / (2.0 * M_PI * exact_f[j] * DURATION_S));
}

/* Tolerance: 3 standard errors as reported, which are between half and four times the law (the law
 * has no sensor noise; SSI is not efficient). Shapes: noise is as strong as the third mode, so the
 * upper two, weakest, agree to 0.98, the others to 0.99. */
static void vector_ssi(void **state)
{
    struct ssi_settings s = ssi_defaults(FS_HZ);
    struct cluster_settings cut = cluster_defaults();
    struct correlations c;
    struct ssi table;
    struct cluster_mode *m;
    size_t count;

    (void)state;
    assert_int_equal(ssi_correlations(&record, 80, 12, DETREND_LINEAR, &c, &arena), ERR_OK);
    assert_int_equal(ssi_identify(&c, &s, &table, &arena), ERR_OK);
    assert_int_equal(cluster_modes(&table, &cut, &m, &count, &arena), ERR_OK);
    assert_int_equal(count, CHAIN);
    for (size_t j = 0; j < CHAIN; j++) {
        double mac = modal_mac(m[j].mode.shape, exact_shape[j], CHAIN);

        print_message("SSI  f %.5f (exact %.5f, se %.5f) zeta %.4f (%.4f, se %.4f) MAC %.5f\n",
                      m[j].mode.f_hz, exact_f[j], m[j].mode.f_se_hz, m[j].mode.zeta, exact_zeta[j],
                      m[j].mode.zeta_se, mac);
        assert_true(m[j].mode.f_se_hz > 0.5 * law_f(j) && m[j].mode.f_se_hz < 4.0 * law_f(j));
        assert_near(m[j].mode.f_hz, exact_f[j], 3.0 * m[j].mode.f_se_hz);
        assert_near(m[j].mode.zeta, exact_zeta[j], 3.0 * m[j].mode.zeta_se);
        assert_true(mac > 0.99);
        assert_true(m[j].mpc > 0.9);
    }
}

/* Peaks that count, one per mode; 3 reported standard errors, and for the two upper modes, 13 %
 * apart and so sharing their bells, 0.5 % more. */
static void vector_efdd(void **state)
{
    struct welch w = welch_settings(FS_HZ, 0.006);
    struct fdd_settings s = fdd_defaults();
    struct spectral_matrix m;
    struct fdd d;
    struct fdd_peak *p;
    size_t count, found = 0;

    (void)state;
    assert_int_equal(spectral_matrix_welch(&record, &w, &m, &arena), ERR_OK);
    assert_int_equal(fdd_decompose(&m, &d, &arena), ERR_OK);
    assert_int_equal(fdd_peaks(&d, &s, &p, &count, &arena), ERR_OK);
    for (size_t i = 0; i < count; i++) {
        struct mode mode;

        if (!p[i].evaluated)
            continue;
        assert_true(found < CHAIN);
        assert_int_equal(fdd_mode(&d, p[i].line, &s, &mode, &arena), ERR_OK);
        double mac = modal_mac(mode.shape, exact_shape[found], CHAIN);
        print_message("EFDD f %.5f (exact %.5f, se %.5f) zeta %.4f (%.4f, se %.4f) MAC %.5f\n",
                      mode.f_hz, exact_f[found], mode.f_se_hz, mode.zeta, exact_zeta[found],
                      mode.zeta_se, mac);
        assert_near(mode.f_hz, exact_f[found],
                    3.0 * mode.f_se_hz + (found >= 3 ? 0.005 * exact_f[found] : 0.0));
        assert_near(mode.zeta, exact_zeta[found], 3.0 * mode.zeta_se + (found >= 3 ? 0.005 : 0.0));
        assert_true(mac > 0.99);
        found++;
    }
    assert_int_equal(found, CHAIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vector_ssi),
        cmocka_unit_test(vector_efdd),
    };

    return cmocka_run_group_tests(tests, load, release);
}
