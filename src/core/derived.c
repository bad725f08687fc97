#include "shikumen/core/derived.h"

#include <string.h>

#include "shikumen/core/doses.h"

#define WORKS(level_, value_, clause_)                                                             \
    {                                                                                              \
        .level = (level_), .of = LIMIT_VALUE, .value = (value_), .clear = (value_), .unit = "",    \
        .shown_value = (value_), .source = "ladder of shikumend", .clause = (clause_),             \
        .edition = "", .mark = 'J'                                                                 \
    }

static const struct limit works[] = {
    WORKS(2, 0.8, "0.8 of the limit for short-term vibration"),
    WORKS(2, 0, "works at night (22 to 6 h, GB 12523-2011) or on Sundays are told, however weak"),
    WORKS(1, 0, "works nearby are told, however weak"),
};

static const int dose_decimals[DOSE_MEASURES] = {
    [DOSE_M_MOULD] = 1, [DOSE_M_DECAY] = 2, [DOSE_M_MASS_LOSS] = 1,
    [DOSE_M_WET] = 1,   [DOSE_M_EMC] = 1,   [DOSE_M_BAND] = 0,
};

static struct derived of_dose(enum dose_measure m)
{
    struct derived d = {.name = dose_measure_name(m),
                        .zh = dose_measure_zh(m),
                        .en = dose_measure_en(m),
                        .unit = dose_measure_unit(m),
                        .decimals = dose_decimals[m]};

    d.rows = dose_limits(m, &d.n);
    return d;
}

bool derived_find(const char *name, struct derived *out)
{
    for (size_t m = 0; name && m < DOSE_MEASURES; m++) {
        if (strcmp(name, dose_measure_name((enum dose_measure)m)) != 0)
            continue;
        *out = of_dose((enum dose_measure)m);
        return true;
    }
    if (!name || strcmp(name, DERIVED_WORKS) != 0)
        return false;
    *out = (struct derived){.name = DERIVED_WORKS,
                            .zh = "施工振动占限值的比例",
                            .en = "vibration of works as a share of its limit",
                            .unit = "",
                            .decimals = 2,
                            .rows = works,
                            .n = sizeof works / sizeof *works};
    return true;
}

const struct limit *derived_limit(const struct derived *d, int level, double value)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->rows[i].level == level && d->rows[i].value == value)
            return &d->rows[i];
    return NULL;
}
