/* The ladders of the doses, and what their measures are called. */
#include "doses_internal.h"

#define HOURS(n)  ((n)*DOSE_HOUR_US)
#define DAYS(n)   HOURS((n)*24)
#define CLEARED   DAYS(7)
#define WET_AGAIN 0.9 /* left below 90 % of the value [J] */

#define LIMIT(level_, value_, after_us, unit_, source_, clause_, edition_, mark_)                  \
    {                                                                                              \
        .level = (level_), .of = LIMIT_VALUE, .value = (value_), .clear = WET_AGAIN * (value_),    \
        .persist_us = (after_us), .clear_persist_us = CLEARED, .unit = (unit_),                    \
        .shown_value = (value_), .source = (source_), .clause = (clause_), .edition = (edition_),  \
        .mark = (mark_)                                                                            \
    }

#define MOULD_SOURCE "Hukka & Viitanen, Wood Sci. Technol. 33; Ojanen et al."
#define MOULD(level, value, clause, mark)                                                          \
    LIMIT(level, value, 0, "", MOULD_SOURCE, clause, "1999; 2010", mark)
#define DECAY_SOURCE "Viitanen et al., Eur. J. Wood Prod. 68"
#define DECAY(level, value, clause, mark)                                                          \
    LIMIT(level, value, 0, "", DECAY_SOURCE, clause, "2010", mark)
#define WET(level, value, after_us, clause)                                                        \
    LIMIT(level, value, after_us, "%", "Wood Handbook (FPL-GTR-282), ladder of shikumend", clause, \
          "2021", 'J')
#define BAND(level, value, clause)                                                                 \
    LIMIT(level, value, 0, "%", "EN 15757, ladder of shikumend", clause, "2010", 'M')

/* "At once" is two hourly means and the one they began from. */
#define WET_LADDER                                                                                 \
    WET(4, 28, HOURS(2), "near fibre saturation"), WET(4, 25, DAYS(14), "alarm after 14 days"),    \
        WET(3, 22, HOURS(2), "warning at once"),                                                   \
        WET(3, 20, DAYS(30), "risk of rot is small below 20 %; 30 days"),                          \
        WET(2, 18, DAYS(30), "attention after 30 days")

/* A band from the 7th to the 93rd percentile leaves out 14 % by its making, so the ladder begins
 * there and stays a step lower than for damage [J]: it says the climate is not what it was. */
static const struct limit limits[DOSE_LIMITS] = {
    MOULD(4, 3, "index 3: seen by eye", 'V'),
    MOULD(3, 2, "index 2: several colonies under the microscope", 'J'),
    MOULD(2, 1, "index 1: first growth under the microscope", 'J'),
    DECAY(4, 1, "activation 1: decay begins", 'S'),
    DECAY(3, 0.5, "half of the activation", 'J'),
    DECAY(2, 0.25, "a quarter of the activation", 'J'),
    LIMIT(4, 5, 0, "%", DECAY_SOURCE, "mass loss 5 %: check the section", "2010", 'M'),
    WET_LADDER,
    WET_LADDER,
    BAND(2, 25, "a quarter of 30 days outside the band"),
    BAND(1, 14, "more of 30 days outside the band than a year has"),
};

static const struct {
    const char *name, *zh, *en, *unit;
    size_t first;
} measures[DOSE_MEASURES] = {
    [DOSE_M_MOULD] = {"mould_index", "霉菌指数", "mould index", "", 0},
    [DOSE_M_DECAY] = {"decay_activation", "腐朽活化度", "decay activation", "", 3},
    [DOSE_M_MASS_LOSS] = {"mass_loss", "木材质量损失（相对剂量）",
                          "mass loss of timber (relative dose)", "%", 6},
    [DOSE_M_WET] = {"moisture_content", "木材含水率", "moisture content of timber", "%", 7},
    [DOSE_M_EMC] = {"equilibrium_moisture", "木材平衡含水率", "equilibrium moisture of timber", "%",
                    12},
    [DOSE_M_BAND] = {"humidity_band", "超出历史湿度带的时间比例",
                     "share of time outside the historic humidity band", "%", 17},
};

size_t dose_limit_first(enum dose_measure m)
{
    return m < DOSE_MEASURES ? measures[m].first : DOSE_LIMITS;
}

const struct limit *dose_limits(enum dose_measure m, size_t *n)
{
    *n = dose_limit_first((enum dose_measure)(m + 1)) - dose_limit_first(m);
    return &limits[dose_limit_first(m)];
}

const char *dose_measure_name(enum dose_measure m)
{
    return measures[m].name;
}

const char *dose_measure_zh(enum dose_measure m)
{
    return measures[m].zh;
}

const char *dose_measure_en(enum dose_measure m)
{
    return measures[m].en;
}

const char *dose_measure_unit(enum dose_measure m)
{
    return measures[m].unit;
}
