#include "shikumen/num/vibration_limits.h"

#include <math.h>

#include "vibration_limits_table.h"

#define PI               3.14159265358979323846
#define OCCASIONAL_BELOW 1000ul /* events, SN 640 312a */
#define PERMANENT_ABOVE  100000ul

const struct vibration_limit *vibration_limits(size_t *count)
{
    *count = vibration_limit_rows;
    return vibration_limit_table;
}

const struct curve_point *din_4150_3_curve(unsigned line)
{
    return line >= 1 && line <= 3 ? vibration_limit_table[line - 1].curve : NULL;
}

double vibration_limit_at(const struct vibration_limit *l, double f_hz)
{
    if (l->below_hz > 0 && f_hz > 0 && f_hz < l->below_hz)
        return l->factor * 2 * PI * f_hz * l->displacement_mm;
    return l->factor * curve_at(l->curve, l->points, f_hz);
}

/* The lower of the limits at both frequencies (0: not known) that exist; 0 when none does. */
static double lower_limit(const struct vibration_limit *l, double f1, double f2, double *at_hz)
{
    double a = vibration_limit_at(l, f1), b = vibration_limit_at(l, f2);
    bool second = f2 > 0 && b > 0 && (!(f1 > 0) || !(a > 0) || b < a);

    *at_hz = second ? f2 : f1;
    return second ? b : a;
}

static size_t largest_component(const struct vibration_peaks *p)
{
    size_t k = 0;

    for (size_t i = 1; i < 3; i++)
        if (p->peak_mm_s[i] > p->peak_mm_s[k])
            k = i;
    return k;
}

/* Never below the largest component, whatever was given. */
static double vector_of(const struct vibration_peaks *p)
{
    if (p->vector_mm_s > 0)
        return fmax(p->vector_mm_s, p->peak_mm_s[largest_component(p)]);
    return hypot(hypot(p->peak_mm_s[0], p->peak_mm_s[1]), p->peak_mm_s[2]);
}

/* Keeps the larger ratio; a limit of 0 is none. */
static void compare(struct vibration_verdict *v, const struct vibration_peaks *p, size_t component,
                    size_t frequency_of, double value, double wave_velocity)
{
    double at_hz = 0, limit;

    if (v->limit->over_wave_velocity)
        limit = vibration_limit_at(v->limit, wave_velocity);
    else
        limit = lower_limit(v->limit, p->crossing_hz[frequency_of], p->spectrum_hz[frequency_of],
                            &at_hz);
    if (!(limit > 0))
        return;
    if (v->application == LIMIT_APPLIES && !(value / limit > v->ratio))
        return;
    v->application = LIMIT_APPLIES;
    v->component = component;
    v->value_mm_s = value;
    v->limit_mm_s = limit;
    v->frequency_hz = at_hz;
    v->ratio = value / limit;
}

static void measure(struct vibration_verdict *v, const struct vibration_peaks *p,
                    double wave_velocity)
{
    size_t from = 0, to = 3;

    v->application = LIMIT_OUTSIDE_FREQUENCY;
    if (v->limit->quantity == QUANTITY_VECTOR) {
        compare(v, p, 3, largest_component(p), vector_of(p), wave_velocity);
        return;
    }
    if (v->limit->quantity == QUANTITY_LARGEST_HORIZONTAL)
        to = 2;
    if (v->limit->quantity == QUANTITY_VERTICAL)
        from = 2;
    for (size_t i = from; i < to; i++)
        compare(v, p, i, i, p->peak_mm_s[i], wave_velocity);
}

static unsigned building_bits(const struct vibration_building *b)
{
    bool preserved = b->protected_or_damaged || b->heritage != HERITAGE_NONE;
    unsigned bits = (unsigned)B_MATERIAL << b->material | (unsigned)B_HERITAGE << b->heritage |
                    (unsigned)B_PIPE_MASONRY << b->pipe;

    if (preserved)
        bits |= B_LINE_3;
    else
        bits |= b->use == USE_INDUSTRIAL ? B_LINE_1 : B_LINE_2;
    bits |= b->use == USE_INDUSTRIAL ? B_INDUSTRIAL : B_DWELLING;
    bits |= b->below_seismic_standard ? B_OLD : B_SOUND;
    if (b->heritage < HERITAGE_PROVINCIAL)
        bits |= B_LOCAL;
    return bits;
}

static unsigned count_bit(const struct vibration_peaks *p)
{
    if (p->event_count > 0 && p->event_count < OCCASIONAL_BELOW)
        return COUNT_OCCASIONAL;
    if (p->event_count > 0)
        return p->event_count > PERMANENT_ABOVE ? COUNT_PERMANENT : COUNT_FREQUENT;
    if (p->source == SOURCE_PERMANENT)
        return COUNT_PERMANENT;
    return p->source == SOURCE_PILING ? COUNT_FREQUENT : COUNT_OCCASIONAL;
}

static enum vibration_application application(const struct vibration_limit *l,
                                              const struct vibration_peaks *p, unsigned building)
{
    if (!(l->places & 1u << p->place))
        return LIMIT_OTHER_PLACE;
    if (!(l->sources & 1u << p->source))
        return LIMIT_OTHER_SOURCE;
    if ((l->buildings & building) != l->buildings)
        return LIMIT_OTHER_BUILDING;
    if (l->counts && !(l->counts & count_bit(p)))
        return LIMIT_OTHER_COUNT;
    return LIMIT_APPLIES;
}

static enum err input_check(const struct vibration_peaks *p, const struct vibration_building *b)
{
    for (size_t i = 0; i < 3; i++) {
        if (!isfinite(p->peak_mm_s[i]) || !isfinite(p->crossing_hz[i]) ||
            !isfinite(p->spectrum_hz[i]))
            return ERR_NOT_FINITE;
        if (p->peak_mm_s[i] < 0 || p->crossing_hz[i] < 0 || p->spectrum_hz[i] < 0)
            return ERR_RANGE;
    }
    if (!isfinite(p->vector_mm_s) || !isfinite(vector_of(p)))
        return ERR_NOT_FINITE;
    if (p->vector_mm_s < 0 || !isfinite(b->wave_velocity_m_s) || b->wave_velocity_m_s < 0)
        return ERR_RANGE;
    if ((unsigned)p->place > PLACE_BURIED_PIPE || (unsigned)p->source > SOURCE_KNOCK ||
        (unsigned)b->use > USE_INDUSTRIAL || (unsigned)b->heritage > HERITAGE_NATIONAL ||
        (unsigned)b->material > BEARING_TIMBER || (unsigned)b->pipe > PIPE_STEEL)
        return ERR_RANGE;
    return ERR_OK;
}

enum err vibration_judge(const struct vibration_peaks *peaks,
                         const struct vibration_building *building, struct vibration_verdicts *out)
{
    struct vibration_verdicts all = {.governing = NO_VERDICT};
    unsigned bits;
    enum err e = input_check(peaks, building);

    if (e)
        return e;
    bits = building_bits(building);
    for (size_t i = 0; i < vibration_limit_rows && i < VERDICTS_MAX; i++) {
        struct vibration_verdict *v = &all.verdict[all.count++];

        v->limit = &vibration_limit_table[i];
        v->application = application(v->limit, peaks, bits);
        if (v->application == LIMIT_APPLIES)
            measure(v, peaks, building->wave_velocity_m_s);
        if (v->application != LIMIT_APPLIES)
            continue;
        if (!isfinite(v->ratio))
            return ERR_NOT_FINITE;
        all.applicable++;
        if (all.governing == NO_VERDICT || v->ratio > all.verdict[all.governing].ratio)
            all.governing = i;
    }
    *out = all;
    return ERR_OK;
}
