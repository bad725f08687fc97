/* Peaks, means and doses. */
#include <math.h>

#include "shikumen/num/sample.h"
#include "shikumen/num/stats.h"
#include "shikumen/num/vibration.h"

struct peak zero_to_peak(const double *x, size_t n)
{
    struct peak p = {.value = fabs(x[0])};

    for (size_t i = 1; i < n; i++)
        if (fabs(x[i]) > p.value)
            p = (struct peak){.value = fabs(x[i]), .index = i};
    return p;
}

/* A power of two that brings values up to largest near 1, so that squares neither overflow nor
 * vanish and no bit is lost. */
static double scale_for(double largest)
{
    int exponent;

    (void)frexp(largest, &exponent);
    return ldexp(1, -(exponent < -1000 ? -1000 : exponent));
}

/* Index and square of the largest vector of the scaled axes. */
static struct peak largest_vector(const double *const *axis, size_t axes, size_t n, size_t skip,
                                  double scale)
{
    struct peak p = {.value = -1};

    for (size_t i = skip; i < n; i++) {
        double square = 0;

        for (size_t a = 0; a < axes; a++) {
            double x = axis[a][i] * scale;

            square += x * x;
        }
        if (square > p.value)
            p = (struct peak){.value = square, .index = i};
    }
    return p;
}

enum err peak_particle_velocity(const double *const *axis, size_t axes, size_t n, size_t skip,
                                struct ppv *out)
{
    struct ppv p = {0};
    double scale;

    if (axes < 1 || axes > VIBRATION_AXES)
        return ERR_RANGE;
    if (n <= skip)
        return ERR_TOO_FEW;
    for (size_t a = 0; a < axes; a++) {
        enum err e = sample_check(axis[a], n, 1);

        if (e)
            return e;
        p.axis[a] = zero_to_peak(axis[a] + skip, n - skip);
        p.axis[a].index += skip;
        if (p.axis[a].value > p.axis[p.largest].value)
            p.largest = a;
    }
    scale = scale_for(p.axis[p.largest].value);
    p.vector = largest_vector(axis, axes, n, skip, scale);
    p.vector.value = sqrt(p.vector.value) / scale;
    if (!isfinite(p.vector.value))
        return ERR_NOT_FINITE;
    *out = p;
    return ERR_OK;
}

enum err vibration_dose(const double *a, size_t n, double fs_hz, struct vibration_dose *out)
{
    struct running_sum square = {0}, fourth = {0};
    struct vibration_dose d = {0};
    double scale;
    enum err e = sample_check(a, n, 1);

    if (e)
        return e;
    if (!isfinite(fs_hz) || !(fs_hz > 0))
        return ERR_RANGE;
    d.peak = zero_to_peak(a, n).value;
    scale = scale_for(d.peak);
    for (size_t i = 0; i < n; i++) {
        double x = a[i] * scale;

        running_sum_add(&square, x * x);
        running_sum_add(&fourth, x * x * (x * x));
    }
    d.rms = sqrt(running_sum_value(&square) / (double)n) / scale;
    d.vdv = sqrt(sqrt(running_sum_value(&fourth) / fs_hz)) / scale;
    d.evdv = 1.4 * d.rms * sqrt(sqrt((double)n / fs_hz));
    d.crest_factor = d.rms > 0 ? d.peak / d.rms : 0;
    if (!isfinite(d.vdv) || !isfinite(d.evdv))
        return ERR_NOT_FINITE;
    *out = d;
    return ERR_OK;
}

enum adverse_comment adverse_comment(double vdv, bool night)
{
    static const double from[] = {0.2, 0.4, 0.8, 1.6};
    double day_value = night ? 2 * vdv : vdv;
    int class = COMMENT_NONE;

    while (class < COMMENT_BEYOND && day_value >= from[class])
        class ++;
    return (enum adverse_comment) class;
}

static int positive(double x)
{
    return isfinite(x) && x > 0;
}

enum err stress_from_velocity(double e_pa, double rho_kg_m3, double load_ratio, double k_n,
                              double v_m_s, double *stress_pa)
{
    double s;

    if (!positive(e_pa) || !positive(rho_kg_m3) || !positive(load_ratio) || !positive(k_n))
        return ERR_RANGE;
    if (!isfinite(v_m_s) || v_m_s < 0)
        return ERR_RANGE;
    s = 1.73 * sqrt(e_pa * rho_kg_m3 * load_ratio) * k_n * v_m_s;
    if (!isfinite(s))
        return ERR_RANGE;
    *stress_pa = s;
    return ERR_OK;
}

double storey_frequency_hz(unsigned storeys)
{
    return storeys >= 5 ? 10.0 / storeys : 0;
}
