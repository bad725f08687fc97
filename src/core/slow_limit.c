#include <math.h>

#include "slow_private.h"

double slow_compared(const struct limit *l, enum quantity q, const struct movement *m,
                     double *error)
{
    double base = fabs(m->baseline);

    if (l->of == LIMIT_RATE) {
        *error = m->window[0].error * (double)l->window_us / DAY_US;
        return m->window[0].slope * (double)l->window_us / DAY_US;
    }
    *error = m->error;
    if (l->of == LIMIT_VALUE)
        return quantity_info(q)->two_sided ? fabs(m->level) : m->level;
    if (l->of == LIMIT_PERCENT_CHANGE) {
        *error = base > 0 ? 100 * m->error / base : (double)INFINITY;
        return base > 0 ? -100 * m->change / m->baseline : 0;
    }
    return quantity_info(q)->two_sided ? fabs(m->change) : m->change;
}

bool slow_is_forecast(const struct limit *l)
{
    return l->of == LIMIT_VALUE || l->of == LIMIT_CHANGE || l->of == LIMIT_PERCENT_CHANGE;
}

double slow_limit_level(const struct limit *l, enum quantity q, const struct movement *m,
                        bool *below)
{
    bool falling =
        quantity_info(q)->two_sided && m->level < (l->of == LIMIT_CHANGE ? m->baseline : 0);

    *below = falling;
    switch (l->of) {
    case LIMIT_CHANGE:
        return m->baseline + (falling ? -l->value : l->value);
    case LIMIT_PERCENT_CHANGE:
        *below = true;
        return m->baseline * (1 - l->value / 100);
    default:
        *below = falling || l->below;
        return falling ? -l->value : l->value;
    }
}
