#include <math.h>

#include "outlook_internal.h"

/* Movement at t over the velocity at now. */
static double pace(const struct outlook_node *node, double now, double t)
{
    double x = t - node->from_d, age = now - node->from_d, s = node->scale;

    switch ((enum outlook_shape)node->shape) {
    case OUTLOOK_HINGE:
        return fmax(0, x);
    case OUTLOOK_SQUARE:
        return x > 0 ? x * x / (2 * age) : 0;
    case OUTLOOK_GROWTH:
        return s * exp((t - now) / s);
    case OUTLOOK_CREEP:
        return x > 0 ? (s - now) * log((s - node->from_d) / (s - t)) : 0;
    case OUTLOOK_SETTLING:
        return x > 0 ? x / (s + x) * (s + age) * (s + age) / s : 0;
    case OUTLOOK_CONSTANT:
    case OUTLOOK_BREAK:
    case OUTLOOK_WANDER:
    case OUTLOOK_SHAPE_COUNT:
        break;
    }
    return t - now;
}

void outlook_pace_of(const struct outlook_clean *c, const struct outlook_node *node, double *g)
{
    for (size_t i = 0; i < c->n; i++)
        g[i] = pace(node, c->now_d, c->t_d[i]);
    g[c->n] = pace(node, c->now_d, c->now_d);
}

struct outlook_pace outlook_pace_at(const struct outlook_node *node, double now_d)
{
    return (struct outlook_pace){.shape = node->shape,
                                 .age_d = now_d - node->from_d,
                                 .left_d = node->shape == OUTLOOK_CREEP ? node->scale - now_d
                                                                        : node->scale};
}

double outlook_pace_days(const struct outlook_pace *p, double h_d)
{
    const double most = 1e6;

    switch ((enum outlook_shape)p->shape) {
    case OUTLOOK_SQUARE:
        return h_d + h_d * h_d / (2 * p->age_d);
    case OUTLOOK_GROWTH:
        return fmin(most, p->left_d * expm1(h_d / p->left_d));
    case OUTLOOK_CREEP:
        return h_d < p->left_d ? fmin(most, -p->left_d * log1p(-h_d / p->left_d)) : most;
    case OUTLOOK_SETTLING:
        return h_d * (p->left_d + p->age_d) / (p->left_d + p->age_d + h_d);
    case OUTLOOK_CONSTANT:
    case OUTLOOK_HINGE:
    case OUTLOOK_BREAK:
    case OUTLOOK_WANDER:
    case OUTLOOK_SHAPE_COUNT:
        break;
    }
    return h_d;
}
