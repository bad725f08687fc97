#include <math.h>
#include <string.h>

#include "shikumen/core/ledger.h"

static bool came(enum ledger_fate fate)
{
    return fate == LEDGER_HIT || fate == LEDGER_MISS;
}

static void add_horizon(struct ledger_horizon_sum *h, const struct ledger_score *s, size_t i)
{
    size_t bin;

    h->fate[s->fate[i]]++;
    if (s->fate[i] == LEDGER_OPEN || s->fate[i] == LEDGER_UNSCORED)
        return;
    h->brier += s->brier[i];
    h->log_loss += s->log_loss[i];
    bin = (size_t)fmax(0, fmin(LEDGER_BINS - 1, s->p[i] * LEDGER_BINS));
    h->bin[bin].n++;
    h->bin[bin].events += came(s->fate[i]);
    h->bin[bin].p += s->p[i];
}

void ledger_add(struct ledger_summary *sum, const struct ledger_score *score)
{
    for (size_t i = 0; i < LEDGER_HORIZONS; i++)
        add_horizon(&sum->horizon[i], score, i);
    sum->dated += score->inside != LEDGER_NOT_DATED;
    sum->early += score->inside == LEDGER_EARLY;
    sum->within += score->inside == LEDGER_WITHIN;
    sum->late += score->inside == LEDGER_LATE;
    if (!isnan(score->t50_error_d)) {
        sum->errors++;
        sum->error_d += score->t50_error_d;
        sum->absolute_error_d += fabs(score->t50_error_d);
    }
}

struct ledger_figures ledger_figures(const struct ledger_summary *sum, size_t horizon)
{
    const struct ledger_horizon_sum *h = &sum->horizon[horizon];
    struct ledger_figures f = {.events = h->fate[LEDGER_HIT] + h->fate[LEDGER_MISS]};
    double n, share, error = 0;

    f.scored = f.events + h->fate[LEDGER_FALSE] + h->fate[LEDGER_QUIET];
    n = (double)f.scored;
    f.brier = f.log_loss = f.skill = f.calibration_error = NAN;
    if (f.scored == 0)
        return f;
    share = (double)f.events / n;
    f.brier = h->brier / n;
    f.log_loss = h->log_loss / n;
    if (f.events > 0 && f.events < f.scored)
        f.skill = 1 - f.brier / (share * (1 - share));
    for (size_t i = 0; i < LEDGER_BINS; i++)
        error += fabs(h->bin[i].p - (double)h->bin[i].events);
    f.calibration_error = error / n;
    return f;
}

enum err ledger_coverage(const struct ledger_summary *sum, struct score_proportion *out)
{
    return score_proportion((size_t)sum->within, (size_t)(sum->early + sum->within + sum->late),
                            0.95, out);
}

/* --- recalibration --- */

static enum err by_platt(const double *p, const bool *happened, size_t n,
                         struct ledger_calibration *c)
{
    double share = (double)n / (double)(n + LEDGER_HALF);
    struct platt found;
    enum err e = platt_fit(p, happened, n, true, &found);

    if (e == ERR_CONSTANT || e == ERR_DIVERGED || (e == ERR_OK && !(found.slope > 0)))
        return ERR_OK;
    c->corrects = e == ERR_OK;
    c->platt.slope = 1 + share * (found.slope - 1);
    c->platt.intercept = share * found.intercept;
    return e;
}

enum err ledger_calibrate(const double *p, const bool *happened, size_t n,
                          struct ledger_calibration *out)
{
    struct ledger_calibration c = {.outcomes = (uint32_t)n, .platt = {1, 0}};
    enum err e = ERR_OK;
    size_t events = 0;

    for (size_t i = 0; i < n; i++) {
        if (!isfinite(p[i]))
            return ERR_NOT_FINITE;
        if (p[i] < 0 || p[i] > 1)
            return ERR_RANGE;
        events += happened[i];
    }
    if (n >= LEDGER_LEAST && events >= LEDGER_LEAST_OF_KIND && n - events >= LEDGER_LEAST_OF_KIND)
        e = by_platt(p, happened, n, &c);
    if (e == ERR_OK)
        *out = c;
    return e;
}

double ledger_recalibrated(const struct ledger_calibration *c, double p)
{
    return isnan(p) || p >= 1 || !c->corrects ? p : platt_apply(&c->platt, p);
}

void ledger_recalibrate(const struct ledger_calibration c[LEDGER_HORIZONS], struct outlook *outlook)
{
    outlook->p30 = ledger_recalibrated(&c[0], outlook->p30);
    outlook->p180 = fmax(outlook->p30, ledger_recalibrated(&c[1], outlook->p180));
    outlook->p365 = fmax(outlook->p180, ledger_recalibrated(&c[2], outlook->p365));
}
