#include "render_slow.h"

#include <math.h>
#include <string.h>

#include "render_put.h"
#include "shikumen/base/clock.h"
#include "shikumen/core/slow.h"

#define NEAR_US (60 * US_PER_DAY) /* a forecast nearer than that is said to the day */

static void say(struct strbuf *out, const struct speech *s, enum word word)
{
    words_fill(out, s->language, word, s->values);
}

static bool is_movement(enum alert_kind kind)
{
    return kind == KIND_TREND || kind == KIND_STEP;
}

const struct finding *slow_finding(const struct episode *e, const struct step_sensor *share)
{
    bool moves = is_movement(e->kind) || is_movement(share->finding.kind);
    bool doubt = e->kind == KIND_FAULT && e->category != CATEGORY_SYSTEM && !share->finding.limit;

    return moves || doubt ? &share->finding : NULL;
}

bool slow_is_withdrawn(const struct alert_step *step)
{
    return step->settled && step->event == EVENT_UPDATED && step->sensor_count > 0 &&
           step->sensors[0].finding.level == LEVEL_NORMAL;
}

bool slow_is_doubt(const struct episode *e)
{
    return e->kind == KIND_FAULT;
}

static bool ended(const struct speech *s)
{
    return s->step->event == EVENT_RESOLVED || slow_is_withdrawn(s->step);
}

/* A trend that is no longer judged because its sensor is in doubt. */
static bool withdrawn(const struct speech *s)
{
    return ended(s) && s->slow->cause != DOUBT_NONE;
}

/* --- where --- */

static const struct house *house_of(const struct speech *s)
{
    return s->sensor->house < s->step->registry->house_count
               ? &s->step->registry->houses[s->sensor->house]
               : NULL;
}

static bool is_row(const struct speech *s)
{
    const struct house *h =
        s->slow->together && !slow_is_doubt(s->step->episode) ? house_of(s) : NULL;

    return h && h->row && *h->row;
}

/* Distinct houses with a sensor in alert. */
static size_t count_houses(const struct alert_step *step)
{
    size_t count = 0;

    for (size_t i = 0; i < step->sensor_count; i++) {
        const struct sensor *own = step_sensor_of(step, &step->sensors[i]);
        bool seen = !own || step->sensors[i].finding.level <= LEVEL_NORMAL;
        for (size_t k = 0; k < i && !seen; k++) {
            const struct sensor *other = step_sensor_of(step, &step->sensors[k]);
            seen = other && other->house == own->house &&
                   step->sensors[k].finding.level > LEVEL_NORMAL;
        }
        count += !seen;
    }
    return count;
}

/* "L01 R1"; a row that begins with the name of its lane needs it once. */
static void set_row(struct speech *s, const struct house *h)
{
    size_t n = h->lane ? strlen(h->lane) : 0;
    struct strbuf both = {0};

    if (n == 0 || strncmp(h->row, h->lane, n) == 0) {
        speech_set_name(s, PARAM_row, h->row);
        return;
    }
    speech_set_name(s, PARAM_row, h->lane);
    speech_set_name(s, PARAM_detail, h->row);
    words_fill(&both, s->language, WORD_row_of_lane, s->values);
    strbuf_free(&s->values[PARAM_row]);
    s->values[PARAM_row] = both;
    strbuf_clear(&s->values[PARAM_detail]);
}

/* The alert of a row names no element; the one that moves most does. */
static void add_element(struct speech *s)
{
    const struct registry *r = s->step->registry;

    if (s->values[PARAM_element].len > 0 || s->sensor->element >= r->element_count)
        return;
    speech_set_name(s, PARAM_element,
                    s->language == LANGUAGE_ZH ? r->elements[s->sensor->element].name.zh
                                               : r->elements[s->sensor->element].name.en);
    strbuf_clear(&s->values[PARAM_where]);
    speech_set_word(s, PARAM_where, WORD_place_element);
}

/* What came at once is said apart, beside the change that a limit compares. */
static bool is_sudden(const struct speech *s)
{
    return s->slow->kind == KIND_STEP && s->finding && isfinite(s->slow->jump) &&
           fabs(s->slow->jump) > 0;
}

/* A row that begins to move, before any limit is reached. */
static bool is_surge(const struct speech *s)
{
    return is_row(s) && s->slow->kind == KIND_TREND && !s->slow->limit && s->slow->moved > 0 &&
           s->slow->level > LEVEL_NORMAL;
}

static enum word subject_word(const struct speech *s)
{
    if (s->step->episode->kind == KIND_STEP)
        return WORD_slow_step;
    return s->sensor->quantity == Q_FREQUENCY ? WORD_slow_frequency : WORD_slow_trend;
}

static void set_place(struct speech *s)
{
    size_t houses = count_houses(s->step);

    if (!is_row(s)) {
        speech_set(s, PARAM_place, strbuf_text(&s->values[PARAM_where]));
        speech_set_word(s, PARAM_subject, subject_word(s));
        return;
    }
    add_element(s);
    set_row(s, house_of(s));
    speech_set_count(s, PARAM_houses, is_surge(s) ? s->slow->moved : houses);
    speech_set_count(s, PARAM_total, s->slow->asked);
    speech_set_word(s, PARAM_place, WORD_slow_row_place);
    speech_set_word(s, PARAM_subject, houses > 1 ? WORD_slow_row : WORD_slow_row_some);
}

/* --- how much --- */

static void set_note(struct speech *s)
{
    bool known = isfinite(s->slow->error) && s->slow->error > 0;

    speech_set_word(s, PARAM_weather,
                    s->slow->model_version > 0 ? WORD_slow_compensated : WORD_slow_raw);
    speech_set_word(s, PARAM_note, known ? WORD_slow_note_error : WORD_slow_note);
}

/* Percent of its limit, rounded down. */
static void set_share(struct speech *s)
{
    double share = floor(100 * fabs(s->finding->value / s->finding->limit->value));

    if (!(share <= 9999))
        speech_set_word(s, PARAM_share, WORD_number_unknown);
    else
        put_fixed(&s->values[PARAM_share], share, 0);
}

/* --- what is ahead --- */

static void set_ahead_time(struct speech *s, enum param param, int64_t t_us)
{
    bool near_by = t_us < s->step->at_us || t_us - s->step->at_us < NEAR_US;

    if (t_us == INT64_MAX)
        speech_set_word(s, param, WORD_date_never);
    else
        speech_set_time(s, param, t_us, near_by ? TIME_DAY : TIME_MONTH);
}

/* In tenths, as people say it. */
static enum word chance_word(double p)
{
    if (!(p >= 0 && p <= 1))
        return WORD_chance_unknown;
    if (p < 0.05)
        return WORD_chance_0;
    return p >= 0.95 ? WORD_chance_10 : (enum word)((int)WORD_chance_0 + (int)floor(10 * p + 0.5));
}

static enum word ahead_limit_word(const struct limit *limit)
{
    if (limit->of == LIMIT_CHANGE)
        return WORD_ahead_change;
    return limit->of == LIMIT_PERCENT_CHANGE ? WORD_ahead_percent : WORD_ahead_value;
}

static void set_ahead_limit(struct speech *s, const struct limit *limit)
{
    struct strbuf *own = &s->values[PARAM_limit], kept = *own;

    if (s->finding && s->finding->limit == limit) {
        speech_set_word(s, PARAM_ahead, WORD_ahead_same);
        return;
    }
    *own = (struct strbuf){0};
    speech_put_limit(s, PARAM_limit, limit);
    speech_set_word(s, PARAM_ahead, ahead_limit_word(limit));
    strbuf_free(own);
    *own = kept;
}

static void set_forecast(struct speech *s)
{
    const struct finding_forecast *f = &s->slow->forecast;

    if (!f->limit)
        return;
    set_ahead_limit(s, f->limit);
    set_ahead_time(s, PARAM_t05, f->t05_us);
    set_ahead_time(s, PARAM_t50, f->t50_us);
    set_ahead_time(s, PARAM_t95, f->t95_us);
    strbuf_clear(&s->values[PARAM_chance]);
    speech_set_word(s, PARAM_chance, chance_word(f->p365));
}

void slow_prepare(struct speech *s)
{
    set_place(s);
    if (slow_is_doubt(s->step->episode))
        return;
    if (s->finding)
        set_share(s);
    else
        speech_measure_alone(s);
    if (is_sudden(s))
        speech_put_jump(s, s->slow->jump);
    speech_set_count(s, PARAM_others, s->slow->moved > 0 ? s->slow->moved : s->slow->asked);
    set_note(s);
    set_forecast(s);
}

/* True when the forecast is of a limit that is not reached already. */
static bool is_ahead(const struct speech *s)
{
    const struct limit *limit = s->slow->forecast.limit;

    return limit && !ended(s) && !(s->finding && s->over && s->finding->limit == limit);
}

static enum word ahead_word(const struct speech *s)
{
    const struct finding_forecast *f = &s->slow->forecast;

    if (f->t50_us <= s->slow->t_us)
        return WORD_ahead_now;
    if (f->t50_us != INT64_MAX)
        return WORD_ahead_dated;
    return f->t05_us != INT64_MAX ? WORD_ahead_late : WORD_ahead_never;
}

/* --- the line --- */

/* Short of the limit: a pace near its limit, a level that is held, or what is foreseen. */
static enum word within_word(const struct speech *s)
{
    const struct finding *f = s->finding;

    if (f->limit->of == LIMIT_RATE && isfinite(f->value / f->limit->value))
        return WORD_slow_pace;
    return f->level < f->limit->level ? WORD_slow_within : WORD_slow_held;
}

static enum word movement_word(const struct speech *s)
{
    if (ended(s) && s->step->handed_over)
        return s->slow->together ? WORD_slow_to_row : WORD_slow_from_row;
    if (ended(s) && s->slow->cause == DOUBT_RETURNED)
        return WORD_sudden_returned;
    if (withdrawn(s))
        return WORD_slow_withdrawn;
    if (is_surge(s))
        return WORD_slow_surge;
    if (!s->finding)
        return ended(s) ? WORD_slow_back_alone : WORD_slow_alone;
    if (ended(s))
        return s->over ? WORD_slow_ended_over : WORD_slow_back;
    if (s->slow->unsettled)
        return s->over ? WORD_sudden_over : WORD_sudden_within;
    if (!s->over)
        return within_word(s);
    return s->step->event == EVENT_EASED && !speech_of_several(s->step) ? WORD_slow_eased
                                                                        : WORD_slow_over;
}

static enum word by_cause(enum word first, const struct finding *f)
{
    return (enum word)((int)first + (f->cause < DOUBT_COUNT ? (int)f->cause : DOUBT_NONE));
}

static void say_doubt(struct strbuf *out, const struct speech *s)
{
    if (ended(s)) {
        say(out, s, WORD_doubt_over);
        return;
    }
    say(out, s, by_cause(WORD_doubt_none, s->slow));
    say(out, s, WORD_doubt_note);
}

/* What is known of a sudden change within hours, and what the days make of it. */
static void say_sudden(struct strbuf *out, const struct speech *s)
{
    if (ended(s) || !is_sudden(s))
        return;
    if (!s->slow->unsettled) {
        if (!is_row(s))
            say(out, s, WORD_slow_jump);
        if (s->step->settled)
            say(out, s, WORD_sudden_confirmed);
        return;
    }
    say(out, s, WORD_sudden_unknown);
    if (s->slow->moved > 0)
        say(out, s, WORD_sudden_others_moved);
    else
        say(out, s, s->slow->asked > 0 ? WORD_sudden_others_still : WORD_sudden_no_others);
}

void slow_say(struct strbuf *out, const struct speech *s)
{
    bool structure = s->step->episode->category == CATEGORY_STRUCTURE;

    if (slow_is_doubt(s->step->episode)) {
        say_doubt(out, s);
        return;
    }
    say(out, s, movement_word(s));
    say_sudden(out, s);
    if (is_ahead(s))
        say(out, s, ahead_word(s));
    if (s->slow->unconfirmed)
        say(out, s, WORD_note_unconfirmed);
    if (!ended(s) && s->alerting > 1 && !is_row(s))
        say(out, s, WORD_note_more);
    if (structure && !withdrawn(s) && !(ended(s) && s->step->handed_over) &&
        (ended(s) || s->step->event == EVENT_EASED))
        say(out, s, WORD_slow_note_safe);
}

/* --- advice --- */

static enum word advise_word(const struct speech *s)
{
    enum quantity q = s->sensor->quantity;
    bool high = s->step->episode->level >= LEVEL_ORANGE;

    if (is_surge(s))
        return WORD_advise_surge;
    if (is_row(s))
        return high ? WORD_advise_row_high : WORD_advise_row_low;
    if (q == Q_FREQUENCY)
        return high ? WORD_advise_frequency_high : WORD_advise_frequency_low;
    if (q == Q_SETTLEMENT || q == Q_TILT)
        return high ? WORD_advise_rate_high : WORD_advise_rate_low;
    return high ? WORD_advise_structure_high : WORD_advise_structure_low;
}

void slow_advise(struct strbuf *out, const struct speech *s)
{
    uint32_t cause = s->slow->cause;

    if (s->slow->unsettled) {
        say(out, s, WORD_advise_sudden);
        say(out, s, WORD_advise_doubt_epoch);
        return;
    }
    if (!slow_is_doubt(s->step->episode)) {
        say(out, s, advise_word(s));
        if (is_ahead(s))
            say(out, s, WORD_advise_ahead);
        return;
    }
    say(out, s, by_cause(WORD_advise_doubt_none, s->slow));
    if (cause != DOUBT_NOTHING_VALID)
        say(out, s, WORD_advise_doubt_epoch);
    say(out, s, WORD_advise_doubt_meanwhile);
}
