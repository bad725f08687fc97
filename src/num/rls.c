#include "shikumen/num/rls.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

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

/* Joseph's form, from px = P x, without a matrix product: with M = P - k px^T and m = M x,
 * M (I - x k^T) + lambda k k^T = M - m k^T + lambda k k^T. */
static void update_covariance(double *cov, size_t p, const double *x, const double *px,
                              const double *k, double lambda)
{
    double excitation = dot(x, px, p), m[RLS_MAX];

    for (size_t i = 0; i < p; i++)
        m[i] = px[i] - k[i] * excitation - lambda * k[i];
    for (size_t i = 0; i < p; i++)
        for (size_t j = i; j < p; j++) {
            double upper = cov[i * p + j] - k[i] * px[j] - m[i] * k[j];
            double lower = cov[j * p + i] - k[j] * px[i] - m[j] * k[i];

            cov[i * p + j] = cov[j * p + i] = (upper + lower) / 2 / lambda;
        }
}

static void cap_trace(struct rls *r)
{
    double trace = 0, factor;

    for (size_t i = 0; i < r->p; i++)
        trace += r->covariance[i * r->p + i];
    factor = r->options.trace_cap / trace;
    for (size_t i = 0; factor < 1 && i < r->p * r->p; i++)
        r->covariance[i] *= factor;
}

struct rls_step rls_update(struct rls *r, const double *x, double y)
{
    double px[RLS_MAX], k[RLS_MAX], excitation, lambda = r->options.forgetting;
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
    update_covariance(next.covariance, r->p, x, px, k, lambda);
    cap_trace(&next);
    if (sample_check(next.coefficient, r->p, 1) || sample_check(next.covariance, r->p * r->p, 1))
        return (struct rls_step){.outcome = RLS_IGNORED};
    *r = next;
    step.outcome = RLS_UPDATED;
    return step;
}
