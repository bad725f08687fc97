#include "shikumen/num/score.h"

#include <math.h>

#include "score_check.h"
#include "shikumen/num/sample.h"
#include "shikumen/num/special.h"
#include "shikumen/num/stats.h"

enum err score_check(const double *p, size_t n, size_t least)
{
    enum err e = sample_check(p, n, least);

    if (e)
        return e;
    for (size_t i = 0; i < n; i++)
        if (p[i] < 0 || p[i] > 1)
            return ERR_RANGE;
    return ERR_OK;
}

static double squared_error(const double *p, const bool *y, size_t n)
{
    struct running_sum sum = {0};

    for (size_t i = 0; i < n; i++)
        running_sum_add(&sum, (p[i] - y[i]) * (p[i] - y[i]));
    return running_sum_value(&sum) / (double)n;
}

static double rate_of(const bool *y, size_t n)
{
    size_t events = 0;

    for (size_t i = 0; i < n; i++)
        events += y[i];
    return (double)events / (double)n;
}

enum err score_brier(const double *p, const bool *y, size_t n, double *out)
{
    enum err e = score_check(p, n, 1);

    if (!e)
        *out = squared_error(p, y, n);
    return e;
}

enum err score_log_loss(const double *p, const bool *y, size_t n, double *out)
{
    enum err e = score_check(p, n, 1);
    struct running_sum sum = {0};

    if (e)
        return e;
    for (size_t i = 0; i < n; i++) {
        double q = y[i] ? p[i] : 1 - p[i];

        running_sum_add(&sum, -log(fmax(SCORE_CLIP, fmin(1 - SCORE_CLIP, q))));
    }
    *out = running_sum_value(&sum) / (double)n;
    return ERR_OK;
}

enum err score_skill(const double *p, const bool *y, size_t n, double base, double *out)
{
    enum err e = score_check(p, n, 1);
    double rate, base_score, skill;

    if (e)
        return e;
    if (isinf(base) || base < 0 || base > 1)
        return ERR_RANGE;
    rate = rate_of(y, n);
    if (isnan(base))
        base = rate;
    base_score = rate * (1 - rate) + (base - rate) * (base - rate);
    if (base_score <= 0)
        return ERR_CONSTANT;
    skill = 1 - squared_error(p, y, n) / base_score;
    if (!isfinite(skill))
        return ERR_NOT_FINITE;
    *out = skill;
    return ERR_OK;
}

enum err score_proportion(size_t events, size_t n, double confidence, struct score_proportion *out)
{
    double x = (double)events, m = (double)n, tail = (1 - confidence) / 2;

    if (n == 0)
        return ERR_TOO_FEW;
    if (events > n || !(confidence > 0 && confidence < 1))
        return ERR_RANGE;
    out->rate = x / m;
    out->lower = events == 0 ? 0 : beta_quantile(tail, x + 0.5, m - x + 0.5);
    out->upper = events == n ? 1 : beta_quantile(1 - tail, x + 0.5, m - x + 0.5);
    return ERR_OK;
}

/* The product may round over the quotient that is the bin's edge. */
static size_t bin_of(double p, size_t bins)
{
    double m = (double)bins;
    size_t i = (size_t)(p * m);

    if (i > 0 && p < (double)i / m)
        i--;
    else if (p >= (double)(i + 1) / m)
        i++;
    return i < bins ? i : bins - 1;
}

static enum err fill_bins(const double *p, const bool *y, size_t n, size_t bins, double confidence,
                          struct score_bin *bin)
{
    for (size_t i = 0; i < bins; i++)
        bin[i] = (struct score_bin){.observed = {.upper = 1}};
    for (size_t i = 0; i < n; i++) {
        struct score_bin *b = &bin[bin_of(p[i], bins)];

        b->n++;
        b->events += y[i];
        b->p_mean += (p[i] - b->p_mean) / (double)b->n;
    }
    for (size_t i = 0; i < bins; i++) {
        enum err e = bin[i].n == 0
                         ? ERR_OK
                         : score_proportion(bin[i].events, bin[i].n, confidence, &bin[i].observed);
        if (e)
            return e;
    }
    return ERR_OK;
}

/* brier - reliability + resolution - uncertainty, from the deviations within the bins. */
static double within_bins(const double *p, const bool *y, size_t n, size_t bins,
                          const struct score_bin *bin)
{
    struct running_sum sum = {0};

    for (size_t i = 0; i < n; i++) {
        const struct score_bin *b = &bin[bin_of(p[i], bins)];
        double dp = p[i] - b->p_mean, dy = y[i] - b->observed.rate;

        running_sum_add(&sum, dp * (dp - 2 * dy));
    }
    return running_sum_value(&sum) / (double)n;
}

enum err score_reliability(const double *p, const bool *y, size_t n, size_t bins, double confidence,
                           struct score_bin *bin, struct score_reliability *out)
{
    enum err e = score_check(p, n, 1);
    struct score_reliability r = {0};
    double rate;

    if (e)
        return e;
    if (bins == 0 || !(confidence > 0 && confidence < 1))
        return ERR_RANGE;
    e = fill_bins(p, y, n, bins, confidence, bin);
    if (e)
        return e;
    rate = rate_of(y, n);
    for (size_t i = 0; i < bins; i++) {
        double share = (double)bin[i].n / (double)n;
        double off = bin[i].p_mean - bin[i].observed.rate, apart = bin[i].observed.rate - rate;

        r.reliability += share * off * off;
        r.resolution += share * apart * apart;
        r.calibration_error += share * fabs(off);
    }
    r.brier = squared_error(p, y, n);
    r.uncertainty = rate * (1 - rate);
    r.within = within_bins(p, y, n, bins, bin);
    *out = r;
    return ERR_OK;
}

static enum err check_intervals(const double *lower, const double *upper, const double *actual,
                                size_t n)
{
    enum err e = sample_check(actual, n, 1);

    if (!e)
        e = sample_check(lower, n, 1);
    if (!e)
        e = sample_check(upper, n, 1);
    for (size_t i = 0; !e && i < n; i++)
        if (lower[i] > upper[i])
            e = ERR_RANGE;
    return e;
}

enum err score_interval(const double *lower, const double *upper, const double *actual, size_t n,
                        double confidence, struct score_interval *out)
{
    enum err e = check_intervals(lower, upper, actual, n);
    struct score_interval result = {0};
    struct running_sum sum = {0};

    if (e)
        return e;
    if (!(confidence > 0 && confidence < 1))
        return ERR_RANGE;
    for (size_t i = 0; i < n; i++) {
        double miss = fmax(0, fmax(lower[i] - actual[i], actual[i] - upper[i]));

        result.hits += actual[i] >= lower[i] && actual[i] <= upper[i];
        running_sum_add(&sum, upper[i] - lower[i] + 2 / (1 - confidence) * miss);
    }
    result.score = running_sum_value(&sum) / (double)n;
    if (!isfinite(result.score))
        return ERR_NOT_FINITE;
    e = score_proportion(result.hits, n, 0.95, &result.coverage);
    if (!e)
        *out = result;
    return e;
}
