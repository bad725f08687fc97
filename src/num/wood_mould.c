#include <math.h>
#include <stdbool.h>

#include "shikumen/num/sample.h"
#include "shikumen/num/wood.h"

static const struct mould_material materials[MOULD_CLASSES] = {
    [MOULD_VERY_SENSITIVE] = {1, 2, 1, 7, 2, 80},
    [MOULD_SENSITIVE] = {0.578, 0.386, 0.3, 6, 1, 80},
    [MOULD_MEDIUM_RESISTANT] = {0.072, 0.097, 0, 5, 1.5, 85},
    [MOULD_RESISTANT] = {0.033, 0.014, 0, 3, 1, 85},
};

const struct mould_material *mould_material(enum mould_class c)
{
    return &materials[(unsigned)c < MOULD_CLASSES ? c : MOULD_VERY_SENSITIVE];
}

double mould_critical_rh(const struct mould_material *m, double t)
{
    if (t < 0)
        return 100;
    return fmax(((-0.00267 * t + 0.160) * t - 3.13) * t + 100, m->rh_min);
}

/* Growth of hours alike: what does not depend on the index; weeks are those in which mould appears
 * on pine. */
struct growth {
    double greatest, weeks;
};

static struct growth growth_at(const struct mould_material *m, double t, double rh, double critical)
{
    double x = critical < 100 ? (critical - rh) / (critical - 100) : 1;

    return (struct growth){.greatest = fmax(m->a + m->b * x - m->c * x * x, 0),
                           .weeks = exp(-0.68 * log(t) - 13.9 * log(rh) + 66.02)};
}

/* Index per day. */
static double growth_rate(const struct mould *s, const struct mould_material *m,
                          const struct growth *g)
{
    double k1 = s->index < 1 ? m->k1_below : m->k1_above;
    double k2 = fmax(1 - exp(2.3 * (s->index - g->greatest)), 0);

    return k1 * k2 / (7 * g->weeks);
}

/* Index per day of original pine wood, dry for so many hours. */
static double decline_rate(double dry_hours)
{
    if (dry_hours <= 6)
        return -0.032;
    return dry_hours <= 24 ? 0 : -0.016;
}

void mould_hours(struct mould *s, const struct mould_material *m, double decline, double celsius,
                 double rh, int hours)
{
    double critical = mould_critical_rh(m, celsius), rate;
    struct growth g = {0, 0};
    bool grows;

    if (!isfinite(celsius) || !isfinite(rh) || !isfinite(decline) || decline < 0)
        return;
    rh = fmin(fmax(rh, 0), 100);
    grows = celsius > 0 && celsius < 50 && rh >= critical;
    if (grows)
        g = growth_at(m, celsius, rh, critical);
    for (int i = 0; i < hours; i++) {
        s->dry_hours = grows ? 0 : s->dry_hours + 1;
        rate = grows ? growth_rate(s, m, &g) : decline * decline_rate(s->dry_hours);
        s->index = fmax(s->index + rate / 24, 0);
        s->peak = fmax(s->peak, s->index);
    }
}

void mould_step(struct mould *s, const struct mould_material *m, double decline, double celsius,
                double rh)
{
    mould_hours(s, m, decline, celsius, rh, 1);
}

enum err mould_run(struct mould *s, const struct mould_material *m, double decline,
                   const double *celsius, const double *rh, size_t n, double *index)
{
    enum err e = sample_check(celsius, n, 0);

    if (e == ERR_OK)
        e = sample_check(rh, n, 0);
    if (e)
        return e;
    if (!(decline >= 0 && isfinite(decline)))
        return ERR_RANGE;
    for (size_t i = 0; i < n; i++) {
        mould_step(s, m, decline, celsius[i], rh[i]);
        if (index)
            index[i] = s->index;
    }
    return ERR_OK;
}
