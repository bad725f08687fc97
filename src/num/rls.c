#include "shikumen/num/rls.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "shikumen/num/linalg.h"
#include "shikumen/num/sample.h"

static bool in_range(const struct rls_options *o)
{
    return o->forgetting > 0 && o->forgetting <= 1 && o->start_variance > 0 &&
           isfinite(o->start_variance) && o->trace_cap >= 0 && isfinite(o->trace_cap) &&
           o->least_excitation >= 0 && isfinite(o->least_excitation);
}

enum err rls_init(struct rls *r, size_t p, const struct rls_options *options, const double *start)
{
    if (p < 1 || p > RLS_MAX || !in_range(options) ||
        !isfinite((double)p * options->start_variance))
        return ERR_RANGE;
    if (start && sample_check(start, p, 1))
        return ERR_NOT_FINITE;
    *r = (struct rls){.options = *options, .p = p};
    if (start)
        memcpy(r->coefficient, start, p * sizeof *start);
    for (size_t i = 0; i < p; i++)
        r->covariance[i * p + i] = options->start_variance;
    if (r->options.trace_cap <= 0)
        r->options.trace_cap = (double)p * options->start_variance;
    return ERR_OK;
}

static double dot(const double *a, const double *b, size_t p)
{
    double sum = 0;

    for (size_t i = 0; i < p; i++)
        sum += a[i] * b[i];
    return sum;
}

/* P becomes of_old A P A^T + of_gain k k^T, A = I - k x^T (Joseph's form), from px = P x without a
 * matrix product: A P A^T = P - k px^T - m k^T with m = px - k x^T P x. */
static void update_covariance(double *cov, size_t p, const double *px, const double *k,
                              double excitation, double of_old, double of_gain)
{
    for (size_t i = 0; i < p; i++)
        for (size_t j = i; j < p; j++) {
            double m = px[i] - k[i] * excitation;
            double sum = of_old * (cov[i * p + j] - k[i] * px[j] - m * k[j]);

            cov[i * p + j] = cov[j * p + i] = sum + of_gain * k[i] * k[j];
        }
}

/* Whether P is positive definite as far as doubles tell: it has a Cholesky factor. */
static bool positive(const struct rls *r)
{
    double at[RLS_MAX * RLS_MAX];
    struct matrix factor = {r->p, r->p, at};

    memcpy(at, r->covariance, r->p * r->p * sizeof *at);
    return linalg_cholesky(&factor) == ERR_OK;
}

static double trace_of(const struct rls *r)
{
    double trace = 0;

    for (size_t i = 0; i < r->p; i++)
        trace += r->covariance[i * r->p + i];
    return trace;
}

static void cap_trace(struct rls *r)
{
    double factor = r->options.trace_cap / trace_of(r);

    for (size_t i = 0; factor < 1 && i < r->p * r->p; i++)
        r->covariance[i] *= factor;
}

struct rls_step rls_update(struct rls *r, const double *x, double y)
{
    double px[RLS_MAX], k[RLS_MAX] = {0}, excitation, lambda = r->options.forgetting;
    struct rls_step step = {.outcome = RLS_IGNORED};
    struct rls next;

    if (!isfinite(y) || sample_check(x, r->p, 1))
        return step;
    for (size_t i = 0; i < r->p; i++)
        px[i] = dot(r->covariance + i * r->p, x, r->p);
    excitation = dot(x, px, r->p);
    step.prediction = dot(x, r->coefficient, r->p);
    step.innovation = y - step.prediction;
    if (!isfinite(excitation) || !isfinite(step.innovation))
        return (struct rls_step){.outcome = RLS_IGNORED};
    step.outcome = RLS_IDLE;
    if (excitation <= r->options.least_excitation)
        return step;
    next = *r;
    for (size_t i = 0; i < r->p; i++) {
        k[i] = px[i] / (lambda + excitation);
        next.coefficient[i] += k[i] * step.innovation;
    }
    update_covariance(next.covariance, r->p, px, k, excitation, 1 / lambda, 1);
    if (trace_of(&next) > next.options.trace_cap) {
        memcpy(next.covariance, r->covariance, sizeof next.covariance);
        update_covariance(next.covariance, r->p, px, k, excitation, 1,
                          1 + lambda * (1 - lambda) / excitation);
        cap_trace(&next);
    }
    if (sample_check(next.coefficient, r->p, 1) || sample_check(next.covariance, r->p * r->p, 1) ||
        !positive(&next))
        return (struct rls_step){.outcome = RLS_IGNORED};
    *r = next;
    step.outcome = RLS_UPDATED;
    return step;
}
