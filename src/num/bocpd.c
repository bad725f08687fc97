#include "shikumen/num/bocpd.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define LIMIT       1e100
#define TWO_PI      6.283185307179586477
#define SERIES_FROM 24.0 /* where the asymptotic series below is exact to rounding */

/* log Gamma(a + 1/2) - log Gamma(a) - log(a) / 2 - log(2 pi) / 2: what Student's density with 2 a
 * degrees of freedom has before the square. DLMF 5.11; small a by Gamma(a + 1) = a Gamma(a). */
static double student_constant(double a)
{
    double ratio = 1, b = a, r, series;

    for (; b < SERIES_FROM; b++)
        ratio *= b / (b + 0.5);
    r = 1 / (b * b);
    series = (-1.0 / 8 + r * (1.0 / 192 + r * (-1.0 / 640 + r * (17.0 / 14336)))) / b;
    if (b > a)
        series += log(ratio) + log(b / a) / 2;
    return series - log(TWO_PI) / 2;
}

/* Variance of a sample of a run that has seen so many, as its predictive normal has it. */
static double gaussian_variance(const struct bocpd_config *c, double seen)
{
    return 1 / (1 / c->mean_var + seen / c->noise_var) + c->noise_var;
}

/* What the predictive density and the update of a run that has seen so many samples take from that
 * number alone. */
static struct bocpd_factors factors(const struct bocpd_config *c, double seen)
{
    double kappa = c->kappa + seen, alpha = c->alpha + seen / 2, v;

    if (c->model == BOCPD_NORMAL_GAMMA)
        return (struct bocpd_factors){
            .constant = student_constant(alpha) - log((kappa + 1) / (alpha * kappa)) / 2,
            .weight = kappa / (2 * (kappa + 1)),
            .gain = 1 / (kappa + 1),
            .power = alpha + 0.5,
        };
    v = gaussian_variance(c, seen);
    return (struct bocpd_factors){
        .constant = -log(TWO_PI * v) / 2,
        .weight = 1 / (2 * v),
        .gain = 1 / (c->noise_var * (1 / c->mean_var + (seen + 1) / c->noise_var)),
    };
}

static bool positive_within(double x, double least, double most)
{
    return x >= least && x <= most;
}

static enum err check_prior(const struct bocpd_config *c)
{
    if (c->model == BOCPD_GAUSSIAN) {
        if (!isfinite(c->mean_var) || !isfinite(c->noise_var))
            return ERR_NOT_FINITE;
        return positive_within(c->mean_var, 1 / LIMIT, LIMIT) &&
                       positive_within(c->noise_var, 1 / LIMIT, LIMIT)
                   ? ERR_OK
                   : ERR_RANGE;
    }
    if (c->model != BOCPD_NORMAL_GAMMA)
        return ERR_RANGE;
    if (!isfinite(c->kappa) || !isfinite(c->alpha) || !isfinite(c->beta))
        return ERR_NOT_FINITE;
    return positive_within(c->kappa, 1e-3, 1e6) && positive_within(c->alpha, 1e-3, 1e6) &&
                   positive_within(c->beta, 1 / LIMIT, LIMIT)
               ? ERR_OK
               : ERR_RANGE;
}

static enum err check(const struct bocpd_config *c)
{
    if (!isfinite(c->hazard) || !isfinite(c->mean) || !isfinite(c->truncate))
        return ERR_NOT_FINITE;
    if (c->hazard <= 0 || c->hazard >= 1 || c->truncate < 0 || c->truncate >= c->hazard)
        return ERR_RANGE;
    if (c->capacity < 2 || fabs(c->mean) > LIMIT)
        return ERR_RANGE;
    return check_prior(c);
}

/* Run length 0, of the given probability, after count samples. */
static struct bocpd_run fresh(const struct bocpd *b, double p)
{
    bool gamma = b->config.model == BOCPD_NORMAL_GAMMA;

    return (struct bocpd_run){
        .log_p = log(p),
        .p = p,
        .mean = b->config.mean,
        .beta = gamma ? b->config.beta : 0,
        .log_beta = gamma ? log(b->config.beta) : 0,
        .start = b->count,
    };
}

enum err bocpd_init(struct bocpd *b, const struct bocpd_config *config, struct arena *a)
{
    struct arena_mark mark = arena_mark(a);
    enum err e = check(config);
    struct bocpd_factors *table;
    struct bocpd_run *run;

    if (e)
        return e;
    run = arena_array(a, config->capacity, sizeof *run);
    table = arena_array(a, config->capacity, sizeof *table);
    if (!run || !table) {
        arena_rewind(a, mark);
        return ERR_NOMEM;
    }
    *b = (struct bocpd){.config = *config, .runs = 1, .run = run, .factors = table};
    for (size_t i = 0; i < config->capacity; i++)
        table[i] = factors(config, (double)i);
    run[0] = fresh(b, 1);
    return ERR_OK;
}

static bool plausible(const struct bocpd *b, uint64_t count, const struct bocpd_run *r)
{
    return r->p >= 0 && r->p <= 1 && fabs(exp(r->log_p) - r->p) < 1e-6 && r->log_p >= -DBL_MAX &&
           fabs(r->mean) <= LIMIT && r->start <= count && r->seen <= count - r->start &&
           (b->config.model == BOCPD_GAUSSIAN ||
            (r->beta > 0 && r->beta <= DBL_MAX && fabs(r->log_beta - log(r->beta)) < 1e-6));
}

enum err bocpd_restore(struct bocpd *b, uint64_t count, const struct bocpd_run *run, size_t runs)
{
    double sum = 0;

    if (runs == 0 || runs > b->config.capacity || run[runs - 1].start != count)
        return ERR_CORRUPT;
    for (size_t i = 0; i < runs; i++) {
        if (!plausible(b, count, &run[i]) || (i > 0 && run[i].start <= run[i - 1].start))
            return ERR_CORRUPT;
        sum += run[i].p;
    }
    if (fabs(sum - 1) > 1e-6)
        return ERR_CORRUPT;
    memmove(b->run, run, runs * sizeof *run);
    b->runs = runs;
    b->count = count;
    return ERR_OK;
}

/* Log predictive density of x in a run, which then takes x in. */
static double observe_run(const struct bocpd *b, struct bocpd_run *r, double x)
{
    struct bocpd_factors beyond, *f = &beyond;
    double d = x - r->mean, more, log_growth;

    if (r->seen < b->config.capacity)
        f = &b->factors[r->seen];
    else
        beyond = factors(&b->config, (double)r->seen);
    more = d * d * f->weight;
    r->mean += d * f->gain;
    r->seen++;
    if (b->config.model == BOCPD_GAUSSIAN)
        return f->constant - more;
    log_growth = log1p(more / r->beta);
    r->beta += more;
    r->log_beta += log_growth;
    return f->constant - (r->log_beta - log_growth) / 2 - f->power * log_growth;
}

/* Weighs every run by what it expected of x; the log of the sum is the log density of x. */
static double observe(struct bocpd *b, double x)
{
    double most = -(double)INFINITY, sum = 0, log_sum;

    for (size_t i = 0; i < b->runs; i++) {
        struct bocpd_run *r = &b->run[i];

        r->log_p += observe_run(b, r, x);
        if (r->log_p > most)
            most = r->log_p;
    }
    for (size_t i = 0; i < b->runs; i++) {
        b->run[i].log_p -= most;
        b->run[i].p = exp(b->run[i].log_p);
        sum += b->run[i].p;
    }
    log_sum = sum > 0 ? log(sum) : 0; /* without a run there is no sum */
    for (size_t i = 0; i < b->runs; i++) {
        b->run[i].log_p -= log_sum;
        b->run[i].p /= sum;
    }
    return most + log_sum;
}

static const struct bocpd_run *most_probable(const struct bocpd *b)
{
    const struct bocpd_run *best = b->run;

    for (size_t i = 1; i < b->runs; i++)
        if (b->run[i].p > best->p)
            best = &b->run[i];
    return best;
}

static size_t least_probable(const struct bocpd *b)
{
    size_t least = 0;

    for (size_t i = 1; i < b->runs; i++)
        if (b->run[i].p < b->run[least].p)
            least = i;
    return least;
}

/* Drops what is improbable (never all), and one more if there is no room for the next; p of the
 * rest sums to what it is told. */
static void prune(struct bocpd *b, double total)
{
    size_t n = 0, victim = b->runs == b->config.capacity ? least_probable(b) : b->runs;
    double bound = fmin(b->config.truncate / total, most_probable(b)->p), kept = 0, log_scale;

    for (size_t i = 0; i < b->runs; i++) {
        struct bocpd_run *r = &b->run[i];

        if (i == victim || r->p < bound || r->log_p < -LIMIT)
            continue;
        kept += r->p;
        if (n < i)
            b->run[n] = *r;
        n++;
    }
    b->runs = n;
    total /= kept;
    log_scale = log(total);
    for (size_t i = 0; i < n; i++) {
        b->run[i].p *= total;
        b->run[i].log_p += log_scale;
    }
}

enum err bocpd_update(struct bocpd *b, double x, struct bocpd_step *out)
{
    const struct bocpd_run *best;
    double log_score = 0;

    if (fabs(x) > LIMIT)
        return ERR_NOT_FINITE;
    b->count++;
    if (!isnan(x))
        log_score = observe(b, x);
    prune(b, 1 - b->config.hazard);
    b->run[b->runs] = fresh(b, b->config.hazard);
    b->runs++;
    best = most_probable(b);
    *out = (struct bocpd_step){b->count - best->start, best->p, log_score};
    return ERR_OK;
}

double bocpd_recent(const struct bocpd *b, uint64_t w)
{
    double sum = 0;

    for (size_t i = b->runs; i-- > 0 && b->count - b->run[i].start < w;)
        sum += b->run[i].p;
    return fmin(sum, 1);
}

double bocpd_probability(const struct bocpd *b, uint64_t r)
{
    for (size_t i = b->runs; i-- > 0 && b->count - b->run[i].start <= r;)
        if (b->count - b->run[i].start == r)
            return b->run[i].p;
    return 0;
}

/* Predictive variance of a run; infinite where it does not exist. */
static double run_variance(const struct bocpd *b, const struct bocpd_run *r)
{
    const struct bocpd_config *c = &b->config;
    double kappa = c->kappa + (double)r->seen, alpha = c->alpha + (double)r->seen / 2;

    if (c->model == BOCPD_GAUSSIAN)
        return gaussian_variance(c, (double)r->seen);
    return alpha > 1 ? r->beta * (kappa + 1) / (kappa * (alpha - 1)) : (double)INFINITY;
}

struct bocpd_prediction bocpd_predict(const struct bocpd *b)
{
    struct bocpd_prediction out = {0};
    double centre = 0, variance = 0;

    for (size_t i = 0; i < b->runs; i++) {
        out.mean += b->run[i].p * b->run[i].mean;
        if (isfinite(run_variance(b, &b->run[i]))) {
            out.sd_share += b->run[i].p;
            centre += b->run[i].p * b->run[i].mean;
        }
    }
    if (out.sd_share <= 0)
        return out;
    centre /= out.sd_share;
    for (size_t i = 0; i < b->runs; i++) {
        double v = run_variance(b, &b->run[i]), d = b->run[i].mean - centre;

        if (isfinite(v))
            variance += b->run[i].p * (v + d * d);
    }
    out.sd = sqrt(variance / out.sd_share);
    out.sd_share = fmin(out.sd_share, 1);
    return out;
}
