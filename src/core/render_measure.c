#include "render_speech.h"

#include <math.h>
#include <string.h>

#include "render_put.h"

#define CLAUSE_NUMBER_MAX 16

const char *compared_unit(const struct sensor *sensor, const struct limit *limit)
{
    return limit && limit->of == LIMIT_PERCENT_CHANGE ? "%" : sensor->canonical_unit;
}

double limit_point(const struct limit *limit, size_t i)
{
    double v = limit->value * limit->curve[i].value;

    return fabs(v) < 1e6 ? round(v * 1e9) / 1e9 : v;
}

void limit_range(const struct limit *limit, double *low, double *high)
{
    *low = *high = limit->value;
    if (limit->curve_len == 0)
        return;
    *low = *high = limit_point(limit, 0);
    for (size_t i = 1; i < limit->curve_len; i++) {
        double v = limit_point(limit, i);
        if (v < *low)
            *low = v;
        if (v > *high)
            *high = v;
    }
}

bool limit_provisional(const struct limit *limit)
{
    return limit->mark == 'J' || limit->mark == 'M';
}

/* Cites often repeat: source "JGJ 125-2016 5.3", clause "5.3". */
void limit_put_source(struct strbuf *out, const struct limit *limit)
{
    size_t source = strlen(limit->source), clause = strlen(limit->clause);

    strbuf_puts(out, limit->source);
    if (clause == 0 ||
        (source >= clause && strcmp(limit->source + source - clause, limit->clause) == 0))
        return;
    if (source > 0)
        strbuf_putc(out, ' ');
    strbuf_puts(out, limit->clause);
}

void speech_put_unit(struct strbuf *out, enum language language, const char *unit)
{
    static const struct {
        const char *unit;
        enum word word;
    } units[] = {
        {"mm", WORD_unit_mm},         {"m", WORD_unit_m},           {"mm/m", WORD_unit_mm_per_m},
        {"um/m", WORD_unit_um_per_m}, {"mm/s", WORD_unit_mm_per_s}, {"Hz", WORD_unit_hz},
        {"m/s2", WORD_unit_m_per_s2}, {"Cel", WORD_unit_celsius},   {"%RH", WORD_unit_rh},
        {"%", WORD_unit_percent},     {"V", WORD_unit_volt},        {"dBm", WORD_unit_dbm},
    };

    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(units[i].unit, unit) == 0)
            strbuf_puts(out, words_text(language, units[i].word));
}

static const char *unit_of(const struct speech *s, const struct limit *limit)
{
    return s->derived.name ? s->derived.unit : compared_unit(s->sensor, limit);
}

static int shown_decimals(const struct sensor *sensor, const char *unit)
{
    int decimals = quantity_info(sensor->quantity)->decimals;

    return strcmp(unit, "%") == 0 && decimals > 1 ? 1 : decimals;
}

/* Enough decimals that a value does not read like a limit it differs from. */
static int telling_decimals(double value, double limit, int decimals)
{
    for (int extra = 0; value != limit && extra < 4; extra++) {
        double scale = pow(10, decimals + extra);
        if (round(fabs(value) * scale) != round(fabs(limit) * scale))
            return decimals + extra;
    }
    return decimals;
}

static void set_number(struct speech *s, enum param param, double v, int decimals, bool plus,
                       const char *unit)
{
    if (!isfinite(v)) {
        speech_set_word(s, param, WORD_number_unknown);
        return;
    }
    if (plus && v > 0)
        strbuf_putc(&s->values[param], '+');
    put_fixed(&s->values[param], v, decimals);
    speech_put_unit(&s->values[param], s->language, unit);
}

/* A phrase of its own where the direction has a plain name. */
static enum word change_word(enum quantity q, bool rate, double value)
{
    if (value > 0 && q == Q_CRACK_WIDTH)
        return rate ? WORD_measure_rate_crack : WORD_measure_change_crack;
    if (value > 0 && q == Q_SETTLEMENT)
        return rate ? WORD_measure_rate_settlement : WORD_measure_change_settlement;
    if (value > 0 && q == Q_DEFLECTION && !rate)
        return WORD_measure_change_deflection;
    return rate ? WORD_measure_rate : WORD_measure_change;
}

/* A pace that has lasted, not what happened within one window. */
static enum word pace_word(enum quantity q, double value)
{
    if (value > 0 && q == Q_CRACK_WIDTH)
        return WORD_measure_pace_crack;
    if (value > 0 && q == Q_SETTLEMENT)
        return WORD_measure_pace_settlement;
    return WORD_measure_pace;
}

static enum word measure_word(const struct speech *s)
{
    const struct finding *f = s->finding;
    enum quantity q = s->sensor->quantity;

    switch (f->limit->of) {
    case LIMIT_CHANGE:
        return change_word(q, false, f->value);
    case LIMIT_RATE:
        if (s->slow && f->kind == KIND_STEP)
            return WORD_measure_step_pace;
        return s->slow ? pace_word(q, f->value) : change_word(q, true, f->value);
    case LIMIT_PERCENT_CHANGE:
        return WORD_measure_percent;
    case LIMIT_DIFFERENTIAL:
        return WORD_measure_differential;
    case LIMIT_EVENT:
        return WORD_measure_event;
    case LIMIT_VALUE:
        return s->slow && isfinite(f->baseline) ? WORD_measure_value_change : WORD_measure_value;
    case LIMIT_OF_COUNT:
        break;
    }
    return WORD_measure_value;
}

/* A two-sided quantity is compared by magnitude; its sign is in the reading. */
static double signed_value(const struct finding *f, bool two_sided)
{
    double direction = f->limit->of == LIMIT_CHANGE ? f->reading - f->baseline : f->reading;

    if (!two_sided || f->limit->of > LIMIT_CHANGE || !isfinite(direction))
        return f->value;
    return copysign(f->value, direction);
}

/* Decimals that leave one digit of v, at most four. */
static int error_decimals(double v, int decimals)
{
    for (; decimals < 4 && v * pow(10, decimals) < 0.95; decimals++)
        ;
    return decimals;
}

/* What the slow analysis adds to a value: its standard error, and the change behind a level. */
static void set_slow(struct speech *s, const struct finding *f, const char *unit)
{
    int decimals = shown_decimals(s->sensor, unit);

    set_number(s, PARAM_error, f->error, error_decimals(f->error, decimals), false, unit);
    set_number(s, PARAM_change, f->reading - f->baseline, decimals, true, unit);
}

static void set_quantity(struct speech *s)
{
    const struct quantity_info *q = quantity_info(s->sensor->quantity);
    bool own = s->derived.name == NULL;

    if (s->language == LANGUAGE_ZH)
        speech_set(s, PARAM_quantity, own ? q->zh : s->derived.zh);
    else
        speech_set(s, PARAM_quantity, own ? q->en : s->derived.en);
}

static void set_measure(struct speech *s)
{
    const struct finding *f = s->finding;
    const struct quantity_info *q = quantity_info(s->sensor->quantity);
    const char *unit = unit_of(s, f->limit);
    int decimals = s->derived.name ? s->derived.decimals : shown_decimals(s->sensor, unit);
    enum word word = measure_word(s);
    bool plus = word == WORD_measure_change || word == WORD_measure_pace ||
                (word == WORD_measure_rate && !q->two_sided);

    set_quantity(s);
    if (s->slow)
        set_slow(s, f, unit);
    if (f->limit->of == LIMIT_RATE)
        speech_set_span(s, PARAM_window, f->limit->window_us);
    set_number(s, PARAM_value, signed_value(f, q->two_sided),
               telling_decimals(f->value, f->limit->value, decimals), plus, unit);
    set_number(s, PARAM_reading, f->reading, shown_decimals(s->sensor, s->sensor->canonical_unit),
               false, s->sensor->canonical_unit);
    speech_set_word(s, PARAM_measure, word);
}

/* A judgement of this project has no source to name; what it leans on is in the data. */
static enum word limit_word(const struct limit *limit)
{
    bool source = *limit->source != '\0';

    if (limit->mark == 'J')
        return WORD_limit_judgement;
    if (limit->mark == 'M')
        return source ? WORD_limit_unverified : WORD_limit_provisional;
    return source ? WORD_limit_cited : WORD_limit_plain;
}

/* Source with the number of its clause; a clause in words is too long for a line. */
static void put_brief_source(struct strbuf *out, const struct limit *limit)
{
    size_t n = strspn(limit->clause, "0123456789.");
    bool number = n > 1 && n < CLAUSE_NUMBER_MAX && memchr(limit->clause, '.', n);

    put_name(out, limit->source);
    if (!number || !*limit->source)
        return;
    strbuf_putc(out, ' ');
    strbuf_append(out, limit->clause, n);
}

static void set_bound(struct speech *s, const struct limit *limit)
{
    struct strbuf *bound = &s->values[PARAM_bound];
    double low, high;

    limit_range(limit, &low, &high);
    if (low != high) {
        strbuf_clear(&s->values[PARAM_amount]);
        strbuf_clear(&s->values[PARAM_high]);
        put_short(&s->values[PARAM_amount], low);
        put_short(&s->values[PARAM_high], high);
        speech_set_word(s, PARAM_bound, WORD_bound_range);
    } else {
        if (quantity_info(s->sensor->quantity)->two_sided && !limit->below &&
            limit->of != LIMIT_EVENT)
            strbuf_puts(bound, "±");
        put_short(bound, low);
    }
    speech_put_unit(bound, s->language, unit_of(s, limit));
}

void speech_put_limit(struct speech *s, enum param param, const struct limit *limit)
{
    strbuf_clear(&s->values[PARAM_bound]);
    strbuf_clear(&s->values[PARAM_source]);
    set_bound(s, limit);
    put_brief_source(&s->values[PARAM_source], limit);
    speech_set_word(s, param, limit_word(limit));
}

/* Where the value stands to its limit. Of a limit over frequency only the judge knew the point. */
static void set_relation(struct speech *s)
{
    const struct finding *f = s->finding;
    const struct limit *limit = f->limit;
    enum word word = limit->below ? WORD_relation_below : WORD_relation_above;
    bool magnitude = limit->of == LIMIT_RATE && quantity_info(s->sensor->quantity)->two_sided;
    double value = magnitude ? fabs(f->value) : f->value;

    if (limit->curve_len > 0)
        s->over = f->level > LEVEL_NORMAL;
    else if (value == limit->value) {
        s->over = true;
        word = WORD_relation_at;
    } else
        s->over = limit->below ? value < limit->value : value > limit->value;
    speech_set_word(s, PARAM_relation, word);
}

void speech_put_jump(struct speech *s, double jump)
{
    const char *unit = s->sensor->canonical_unit;

    set_number(s, PARAM_jump, jump, shown_decimals(s->sensor, unit), true, unit);
}

void speech_measure(struct speech *s)
{
    set_measure(s);
    speech_put_limit(s, PARAM_limit, s->finding->limit);
    set_relation(s);
}

/* kind STEP: at once; of houses that move together: within days; else since the baseline. */
static enum word alone_word(const struct speech *s)
{
    const struct finding *f = s->slow;

    if (f->kind == KIND_STEP)
        return WORD_measure_step;
    if (!f->together || f->moved == 0)
        return WORD_measure_change;
    if (f->value > 0 && s->sensor->quantity == Q_CRACK_WIDTH)
        return WORD_measure_surge_crack;
    return f->value > 0 && s->sensor->quantity == Q_SETTLEMENT ? WORD_measure_surge_settlement
                                                               : WORD_measure_surge;
}

void speech_measure_alone(struct speech *s)
{
    const char *unit = s->sensor->canonical_unit;
    enum word word = alone_word(s);
    bool plain = word == WORD_measure_surge_crack || word == WORD_measure_surge_settlement;

    set_quantity(s);
    set_slow(s, s->slow, unit);
    set_number(s, PARAM_value, s->slow->value, shown_decimals(s->sensor, unit), !plain, unit);
    speech_set_word(s, PARAM_measure, word);
}
