#include "shikumen/num/blast.h"

#include <math.h>

#include "shikumen/num/sample.h"

static int positive(double x)
{
    return isfinite(x) && x > 0;
}

enum err scaled_distance(double distance_m, double charge_kg, double *sd)
{
    double d = distance_m / sqrt(charge_kg);

    if (!positive(distance_m) || !positive(charge_kg) || !positive(d))
        return ERR_RANGE;
    *sd = d;
    return ERR_OK;
}

static enum err check(const double *x, size_t n)
{
    enum err e = sample_check(x, n, 3);

    for (size_t i = 0; !e && i < n; i++)
        if (!(x[i] > 0))
            e = ERR_RANGE;
    return e;
}

enum err blast_law_fit(const double *sd, const double *ppv_mm_s, size_t n, struct arena *arena,
                       struct blast_law *out)
{
    struct arena_mark mark = arena_mark(arena);
    struct blast_law law = {0};
    struct matrix x;
    double *y;
    enum err e = check(sd, n);

    if (!e)
        e = check(ppv_mm_s, n);
    if (e)
        return e;
    x = matrix_new(arena, n, 1);
    y = arena_array(arena, n, sizeof *y);
    if (!x.at || !y) {
        arena_rewind(arena, mark);
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        x.at[i] = log10(sd[i]);
        y[i] = log10(ppv_mm_s[i]);
    }
    e = regress_fit(&x, y, NULL, true, arena, &law.fit);
    if (e) {
        arena_rewind(arena, mark);
        return e;
    }
    law.intercept = law.fit.coefficient[0];
    law.slope = law.fit.coefficient[1];
    law.s = law.fit.s;
    law.r2 = law.fit.r2;
    *out = law;
    return ERR_OK;
}

enum err scaled_distance_ppv(const struct blast_law *law, double sd, double probability,
                             struct blast_ppv *out)
{
    struct regress_prediction p;
    struct blast_ppv v;
    double row;
    enum err e;

    if (!positive(sd) || !(probability > 0.5) || !(probability < 1))
        return ERR_RANGE;
    row = log10(sd);
    e = regress_predict(&law->fit, &row, 2 * probability - 1, &p);
    if (e)
        return e;
    v.median = pow(10, p.value);
    v.upper = pow(10, p.value + p.half_value);
    if (!isfinite(v.median) || !isfinite(v.upper))
        return ERR_NOT_FINITE;
    *out = v;
    return ERR_OK;
}
