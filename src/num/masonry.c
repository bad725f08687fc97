#include "shikumen/num/masonry.h"

#include <math.h>

#include "shikumen/num/sample.h"
#include "shikumen/num/stats.h"

/* How many of the ascending limits x has passed. */
static int passed(double x, const double *limit, int n)
{
    int category = 0;

    while (category < n && x > limit[category])
        category++;
    return category;
}

enum err burland_category(const double *width_mm, size_t n, int *category)
{
    static const double limit_mm[] = {1, 5, 15, 25};
    double widest = 0;
    int wide = 0;

    for (size_t i = 0; i < n; i++) {
        if (!isfinite(width_mm[i]))
            return ERR_NOT_FINITE;
        if (width_mm[i] < 0)
            return ERR_RANGE;
        widest = fmax(widest, width_mm[i]);
        wide += width_mm[i] > 3;
    }
    *category = widest < 0.1 ? 0 : 1 + passed(widest, limit_mm, 4);
    if (wide >= 3 && *category < 3)
        *category = 3;
    return ERR_OK;
}

enum err strain_category(double strain, enum strain_limits limits, int *category)
{
    static const double boscardin_cording[] = {0.5e-3, 0.75e-3, 1.5e-3, 3.0e-3};
    static const double son_cording[] = {0.5e-3, 0.75e-3, 1.67e-3, 3.33e-3};

    if (!isfinite(strain))
        return ERR_NOT_FINITE;
    switch (limits) {
    case STRAIN_BOSCARDIN_CORDING_1989:
        *category = passed(strain, boscardin_cording, 4);
        return ERR_OK;
    case STRAIN_SON_CORDING_2005:
        *category = passed(strain, son_cording, 4);
        return ERR_OK;
    }
    return ERR_RANGE;
}

enum err crack_index(const struct crack *cracks, size_t n, struct crack_index *out)
{
    static const double limit[] = {1, 1.5, 2.5, 3.5};
    struct running_sum area = {0}, weighted = {0};
    double counted = 0, width;

    for (size_t i = 0; i < n; i++) {
        double w = cracks[i].width_mm, l = cracks[i].length_mm;

        if (!isfinite(w) || !isfinite(l))
            return ERR_NOT_FINITE;
        if (w < 0 || l < 0)
            return ERR_RANGE;
        running_sum_add(&area, w * l);
        running_sum_add(&weighted, w * w * l);
        counted += w > 0 && l > 0;
    }
    width = counted > 0 ? running_sum_value(&weighted) / running_sum_value(&area) : 0;
    if (!isfinite(width))
        return ERR_NOT_FINITE;
    out->weighted_width_mm = width;
    out->psi = 2 * pow(counted, 0.15) * pow(width, 0.3);
    out->level = passed(out->psi, limit, 4);
    return ERR_OK;
}

enum err crack_index_house(const double *psi, const double *area_m2, size_t walls, double *out)
{
    struct running_sum area = {0}, weighted = {0};
    double index;

    if (walls == 0)
        return ERR_TOO_FEW;
    for (size_t i = 0; i < walls; i++) {
        if (!isfinite(psi[i]) || !isfinite(area_m2[i]))
            return ERR_NOT_FINITE;
        if (!(area_m2[i] > 0))
            return ERR_RANGE;
        running_sum_add(&area, area_m2[i]);
        running_sum_add(&weighted, psi[i] * area_m2[i]);
    }
    index = running_sum_value(&weighted) / running_sum_value(&area);
    if (!isfinite(index))
        return ERR_NOT_FINITE;
    *out = index;
    return ERR_OK;
}

enum err deep_beam_strain(const struct deep_beam *beam, struct deep_beam_strain *out)
{
    const double l = beam->length_m, h = beam->height_m, ratio = beam->stiffness_ratio;
    const double d = beam->deflection_ratio, ground = beam->ground_strain;
    double edge, inertia;
    struct deep_beam_strain s;

    if (!(l > 0 && h > 0 && ratio > 0 && d >= 0) ||
        (beam->bending != BENDING_SAGGING && beam->bending != BENDING_HOGGING))
        return ERR_RANGE;
    if (isinf(l) || isinf(h) || isinf(ratio))
        return ERR_NOT_FINITE;
    edge = beam->bending == BENDING_SAGGING ? h / 2 : h;
    inertia = h * h * h / (beam->bending == BENDING_SAGGING ? 12 : 3);
    s.bending = d / (l / (12 * edge) + 3 * inertia * ratio / (2 * edge * l * h));
    s.diagonal = d / (1 + h * l * l / (18 * inertia * ratio));
    s.total_bending = s.bending + ground;
    s.total_diagonal = 0.35 * ground + hypot(0.65 * ground, s.diagonal);
    s.largest = fmax(s.total_bending, s.total_diagonal);
    if (!isfinite(s.total_bending) || !isfinite(s.total_diagonal))
        return ERR_NOT_FINITE;
    *out = s;
    return ERR_OK;
}

enum err principal_strain(double angular_distortion, double horizontal_strain,
                          struct principal_strain *out)
{
    double strain = horizontal_strain / 2 + hypot(horizontal_strain, angular_distortion) / 2;

    if (!isfinite(strain))
        return ERR_NOT_FINITE;
    out->strain = strain;
    out->direction_deg = 0.5 * atan2(angular_distortion, horizontal_strain) * 180 / M_PI;
    return ERR_OK;
}

/* Slope, in mm per m, and mean of the least-squares line. */
static enum err fit_line(const double *x, const double *y, size_t n, struct settlement_shape *out)
{
    struct running_sum sxx = {0}, sxy = {0};
    double x_mean;
    enum err e = mean(x, n, &x_mean);

    if (!e)
        e = mean(y, n, &out->mean_mm);
    for (size_t i = 0; !e && i < n; i++) {
        running_sum_add(&sxx, (x[i] - x_mean) * (x[i] - x_mean));
        running_sum_add(&sxy, (x[i] - x_mean) * (y[i] - out->mean_mm));
    }
    if (!e)
        out->tilt = running_sum_value(&sxy) / running_sum_value(&sxx) / 1000;
    return e;
}

static void steepest_bay(const double *x, const double *y, size_t n, struct settlement_shape *out)
{
    for (size_t i = 0; i + 1 < n; i++) {
        double slope = (y[i + 1] - y[i]) / (x[i + 1] - x[i]) / 1000 - out->tilt;

        if (fabs(slope) > fabs(out->angular_distortion)) {
            out->angular_distortion = slope;
            out->bay = i;
        }
    }
}

static void deflections(const double *x, const double *y, size_t n, struct settlement_shape *out)
{
    double length = x[n - 1] - x[0], rise = y[n - 1] - y[0];

    for (size_t i = 1; i + 1 < n; i++) {
        double below = (y[i] - (y[0] + rise * ((x[i] - x[0]) / length))) / (1000 * length);

        out->sagging_ratio = fmax(out->sagging_ratio, below);
        out->hogging_ratio = fmax(out->hogging_ratio, -below);
    }
}

enum err settlement_shape(const double *position_m, const double *settlement_mm, size_t n,
                          struct settlement_shape *out)
{
    struct settlement_shape s = {.has_deflection = n >= 4};
    enum err e = sample_check(position_m, n, 3);

    if (!e)
        e = sample_check(settlement_mm, n, 3);
    if (!e)
        e = sample_increasing(position_m, n);
    if (!e)
        e = fit_line(position_m, settlement_mm, n, &s);
    if (e)
        return e;
    steepest_bay(position_m, settlement_mm, n, &s);
    if (s.has_deflection)
        deflections(position_m, settlement_mm, n, &s);
    if (!isfinite(s.tilt) || !isfinite(s.angular_distortion) || !isfinite(s.sagging_ratio) ||
        !isfinite(s.hogging_ratio))
        return ERR_NOT_FINITE;
    *out = s;
    return ERR_OK;
}
