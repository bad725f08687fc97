#include "shikumen/num/kalman.h"

#include <math.h>
#include <string.h>

#include "kalman_model.h"

static const double log_two_pi = 1.8378770664093454836;

void kalman_noise(const struct kalman_model *m, double dt, double q[3])
{
    if (m->kind == KALMAN_LEVEL) {
        q[0] = m->q_level * dt;
        q[1] = q[2] = 0;
    } else if (m->discrete) {
        q[0] = m->q_level * dt + m->q_slope * dt * (dt - 1) * (2 * dt - 1) / 6;
        q[1] = m->q_slope * dt * (dt - 1) / 2;
        q[2] = m->q_slope * dt;
    } else {
        q[2] = m->q_slope * dt;
        q[1] = q[2] * dt / 2;
        q[0] = m->q_level * dt + q[2] * dt * dt / 3;
    }
}

enum err kalman_model_check(const struct kalman_model *m)
{
    if (!isfinite(m->r) || !isfinite(m->q_level) || !isfinite(m->clip))
        return ERR_NOT_FINITE;
    if (m->kind == KALMAN_TREND && !isfinite(m->q_slope))
        return ERR_NOT_FINITE;
    if (m->kind != KALMAN_LEVEL && m->kind != KALMAN_TREND)
        return ERR_RANGE;
    if (m->r < 0 || m->q_level < 0 || m->clip < 0)
        return ERR_RANGE;
    return m->kind == KALMAN_TREND && m->q_slope < 0 ? ERR_RANGE : ERR_OK;
}

enum err kalman_start_diffuse(const struct kalman_model *model, struct kalman *out)
{
    enum err e = kalman_model_check(model);

    if (e != ERR_OK)
        return e;
    *out = (struct kalman){.model = *model, .diffuse = (unsigned)model->kind};
    return ERR_OK;
}

enum err kalman_start(const struct kalman_model *model, const double *a, const double *p,
                      struct kalman *out)
{
    bool trend = model->kind == KALMAN_TREND;
    enum err e = kalman_model_check(model);

    if (e != ERR_OK)
        return e;
    if (!isfinite(a[0]) || !isfinite(p[0]) ||
        (trend && (!isfinite(a[1]) || !isfinite(p[1]) || !isfinite(p[2]))))
        return ERR_NOT_FINITE;
    if (p[0] < 0 || (trend && (p[2] < 0 || fabs(p[1]) > (1 + 1e-12) * sqrt(p[0]) * sqrt(p[2]))))
        return ERR_RANGE;
    *out = (struct kalman){.model = *model, .a = {a[0]}, .p = {p[0]}};
    if (trend) {
        out->a[1] = a[1];
        out->p[1] = p[1];
        out->p[2] = p[2];
    }
    return ERR_OK;
}

void kalman_ahead(const struct kalman *k, double h, double *a, double *p)
{
    double q[3];

    kalman_noise(&k->model, h, q);
    a[0] = k->a[0] + h * k->a[1];
    a[1] = k->a[1];
    p[0] = k->p[0] + h * (2 * k->p[1] + h * k->p[2]) + q[0];
    p[1] = k->p[1] + h * k->p[2] + q[1];
    p[2] = k->p[2] + q[2];
}

/* The second observation of a trend, wait_d after the level a[0]: its prior being flat, the level
 * is y alone; the slope is the difference quotient. */
static void set_slope(struct kalman *k, double y)
{
    double q[3], dt = k->wait_d, r = k->model.r;

    kalman_noise(&k->model, dt, q);
    k->a[1] = (y - k->a[0]) / dt;
    k->a[0] = y;
    k->p[2] = (r + k->p[0] + q[0]) / dt / dt + q[2] - 2 * q[1] / dt;
    if (k->p[2] < 0) /* by rounding; a NaN stays one */
        k->p[2] = 0;
    k->p[1] = r / dt;
    k->p[0] = r;
    k->wait_d = 0;
    k->diffuse = 0;
}

static void set_level(struct kalman *k, double y)
{
    k->a[0] = y;
    k->p[0] = k->model.r;
    k->wait_d = 0;
    k->diffuse--;
}

/* Innovation v clipped (Huber); *loss, v^2/S within the clip, goes on as the logarithm of a power
 * of v^2/S with the same slope, so that the likelihood's equation for scale sums clipped squares.
 */
static double clip(struct kalman *k, double v, double s, double *loss)
{
    double c = k->model.clip;

    if (*loss <= c * c)
        return v;
    k->clipped++;
    *loss = c * c * (1 + log(*loss / (c * c)));
    return copysign(c * sqrt(s), v);
}

/* Sums log S with a logarithm only now and then. */
static void add_log(struct kalman *k, double s)
{
    double product = k->product > 0 ? k->product * s : s;

    if (s > 1e-100 && s < 1e100 && product > 1e-200 && product < 1e200) {
        k->product = product;
        return;
    }
    k->sum_log = kalman_sum_log(k) + log(s);
    k->product = 0;
}

double kalman_sum_log(const struct kalman *k)
{
    return k->product > 0 ? k->sum_log + log(k->product) : k->sum_log;
}

static enum err update(struct kalman *k, double y)
{
    double v = y - k->a[0], r = k->model.r, s = k->p[0] + r, loss, k0, k1, p11 = k->p[0], m;

    if (!(s > 0))
        return ERR_SINGULAR;
    loss = v * v / s;
    k->innovation = v;
    k->innovation_variance = s;
    if (k->model.clip > 0)
        v = clip(k, v, s, &loss);
    k->gain[0] = k0 = p11 / s;
    k->gain[1] = k1 = k->p[1] / s;
    k->a[0] += k0 * v;
    k->a[1] += k1 * v;
    m = 1 - k0;
    k->p[2] += k1 * (k1 * (p11 + r) - 2 * k->p[1]);
    k->p[1] = m * (k->p[1] - k1 * p11) + k0 * k1 * r;
    k->p[0] = m * m * p11 + k0 * k0 * r;
    add_log(k, s);
    k->sum_square += loss;
    k->terms++;
    return ERR_OK;
}

static enum err observe(struct kalman *k, double y)
{
    if (k->diffuse == (unsigned)k->model.kind)
        set_level(k, y);
    else if (k->diffuse > 0 && k->wait_d > 0)
        set_slope(k, y);
    else
        return update(k, y);
    return ERR_OK;
}

enum err kalman_advance(struct kalman *k, double dt, double y)
{
    k->innovation = k->innovation_variance = k->gain[0] = k->gain[1] = 0;
    if (k->diffuse > 0)
        k->wait_d += dt;
    else if (dt > 0)
        kalman_ahead(k, dt, k->a, k->p);
    return isnan(y) ? ERR_OK : observe(k, y);
}

bool kalman_is_finite(const struct kalman *k)
{
    return isfinite(k->a[0] + k->a[1] + k->p[0] + k->p[1] + k->p[2] + k->sum_square + k->wait_d);
}

enum err kalman_step(struct kalman *k, double dt, double y)
{
    struct kalman before = *k;
    enum err e;

    if (!isfinite(dt) || isinf(y))
        return ERR_NOT_FINITE;
    if (dt < 0)
        return ERR_ORDER;
    if (k->model.discrete && dt != floor(dt))
        return ERR_RANGE;
    e = kalman_advance(k, dt, y);
    if (e == ERR_OK && !kalman_is_finite(k))
        e = ERR_NOT_FINITE;
    if (e != ERR_OK)
        *k = before;
    return e;
}

double kalman_log_likelihood(const struct kalman *k)
{
    return -0.5 * ((double)k->terms * log_two_pi + kalman_sum_log(k) + k->sum_square);
}

double kalman_standardised(const struct kalman *k)
{
    return k->innovation_variance > 0 ? k->innovation / sqrt(k->innovation_variance) : 0;
}

enum err kalman_filter(struct kalman *k, const double *t_d, const double *y, size_t n,
                       double *standardised)
{
    for (size_t i = 0; i < n; i++) {
        enum err e = kalman_step(k, i == 0 ? 0 : t_d[i] - t_d[i - 1], y[i]);

        if (e != ERR_OK)
            return e;
        if (standardised != NULL)
            standardised[i] = k->innovation_variance > 0 ? kalman_standardised(k) : (double)NAN;
    }
    return ERR_OK;
}
