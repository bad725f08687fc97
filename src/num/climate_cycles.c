#include <math.h>

#include "shikumen/num/climate.h"

enum err salt_init(struct salt *s, const struct salt_settings *settings)
{
    if (!isfinite(settings->lo) || !isfinite(settings->hi) || settings->lo > settings->hi)
        return ERR_RANGE;
    if (settings->hold < 1)
        return ERR_RANGE;
    *s = (struct salt){.settings = *settings};
    return ERR_OK;
}

void salt_add(struct salt *s, double rh)
{
    bool humid = rh >= s->settings.hi;

    if (!isfinite(rh))
        return;
    if (s->state == SALT_UNKNOWN)
        s->state = humid ? SALT_SOLUTION : SALT_CRYSTAL;
    if (s->state == SALT_SOLUTION) {
        if (rh < s->settings.lo) {
            s->state = SALT_CRYSTAL;
            s->held = 0;
            s->crystallisations++;
        }
        return;
    }
    s->held = humid ? s->held + 1 : 0;
    if (s->held >= s->settings.hold) {
        s->state = SALT_SOLUTION;
        s->dissolutions++;
    }
}

/* ERR_TOO_FEW when all are missing (NaN), ERR_NOT_FINITE for an infinity. */
static enum err check_present(const double *x, size_t n)
{
    size_t present = 0;

    for (size_t i = 0; i < n; i++) {
        if (isinf(x[i]))
            return ERR_NOT_FINITE;
        present += isnan(x[i]) ? 0 : 1;
    }
    return present > 0 ? ERR_OK : ERR_TOO_FEW;
}

enum err salt_count(const struct salt_settings *settings, const double *rh, size_t n,
                    struct salt *out)
{
    struct salt s;
    enum err e = check_present(rh, n);

    if (e == ERR_OK)
        e = salt_init(&s, settings);
    if (e)
        return e;
    for (size_t i = 0; i < n; i++)
        salt_add(&s, rh[i]);
    *out = s;
    return ERR_OK;
}

bool freeze_wet(double pore_rh, double hours_since_leak)
{
    return pore_rh > FREEZE_WET_RH || hours_since_leak <= FREEZE_LEAK_H;
}

void freeze_add(struct freeze *s, double wall_celsius, bool wet)
{
    if (!isfinite(wall_celsius))
        return;
    if (wall_celsius > THAW_CELSIUS) {
        s->thawed = true;
    } else if (s->thawed && wall_celsius < FREEZE_CELSIUS) {
        s->thawed = false;
        s->freezings++;
        s->cycles += wet;
    }
}

enum err freeze_count(const double *wall_celsius, const double *pore_rh,
                      const double *hours_since_leak, size_t n, struct freeze *out)
{
    struct freeze s = {0};
    enum err e = check_present(wall_celsius, n);

    if (e)
        return e;
    for (size_t i = 0; i < n; i++) {
        double rh = pore_rh ? pore_rh[i] : (double)NAN;
        double hours = hours_since_leak ? hours_since_leak[i] : (double)NAN;

        freeze_add(&s, wall_celsius[i], freeze_wet(rh, hours));
    }
    *out = s;
    return ERR_OK;
}
