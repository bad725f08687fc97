#include "render_daily.h"
#include "render_derived.h"
#include "render_load.h"
#include "render_slow.h"

#include <string.h>

#include "shikumen/base/clock.h"

static void say(struct strbuf *out, const struct speech *s, enum word word)
{
    words_fill(out, s->language, word, s->values);
}

static bool ended(const struct speech *s)
{
    return s->step->event == EVENT_RESOLVED;
}

static enum word head_of(enum alert_event event)
{
    static const enum word heads[EVENT_COUNT] = {
        [EVENT_RAISED] = WORD_head_raised,       [EVENT_WORSENED] = WORD_head_worsened,
        [EVENT_EASED] = WORD_head_eased,         [EVENT_ACKNOWLEDGED] = WORD_head_acknowledged,
        [EVENT_ESCALATED] = WORD_head_escalated, [EVENT_RESOLVED] = WORD_head_resolved,
        [EVENT_REOPENED] = WORD_head_reopened,   [EVENT_COMMENTED] = WORD_head_commented,
        [EVENT_ASSIGNED] = WORD_head_assigned,   [EVENT_REMINDED] = WORD_head_reminded,
        [EVENT_UPDATED] = WORD_head_updated,
    };

    return event < EVENT_COUNT ? heads[event] : WORD_head_raised;
}

/* What was not known of a sudden change is: at the level that is shown. */
static enum word head_word(const struct alert_step *step)
{
    if (slow_is_withdrawn(step))
        return WORD_head_withdrawn;
    return step->settled && step->event == EVENT_UPDATED ? WORD_head_confirmed
                                                         : head_of(step->event);
}

/* Sentences and advice by kind of alert. */
static const struct kind_words {
    enum word over, back, advise_high, advise_low;
} kind_words[KIND_COUNT] = {
    [KIND_LIMIT] = {WORD_over_limit, WORD_back_limit, WORD_advise_structure_high,
                    WORD_advise_structure_low},
    [KIND_RATE] = {WORD_over_rate, WORD_back_rate, WORD_advise_rate_high, WORD_advise_rate_low},
    [KIND_TREND] = {WORD_plain_active, WORD_plain_ended, WORD_advise_structure_high,
                    WORD_advise_structure_low},
    [KIND_STEP] = {WORD_plain_active, WORD_plain_ended, WORD_advise_structure_high,
                   WORD_advise_structure_low},
    [KIND_VIBRATION] = {WORD_over_vibration, WORD_back_vibration, WORD_advise_vibration_high,
                        WORD_advise_vibration_low},
    [KIND_FREQUENCY] = {WORD_over_frequency, WORD_back_frequency, WORD_advise_frequency_high,
                        WORD_advise_frequency_low},
    [KIND_MOISTURE] = {WORD_over_moisture, WORD_back_moisture, WORD_advise_moisture_high,
                       WORD_advise_moisture_low},
    [KIND_LEAK] = {WORD_over_leak, WORD_back_leak, WORD_advise_leak, WORD_advise_leak},
    [KIND_SILENCE] = {WORD_plain_active, WORD_plain_ended, WORD_advise_silence,
                      WORD_advise_silence},
    [KIND_FAULT] = {WORD_over_fault, WORD_back_fault, WORD_advise_fault, WORD_advise_fault},
    [KIND_CONSTRUCTION] = {WORD_over_construction, WORD_back_limit, WORD_advise_vibration_high,
                           WORD_advise_vibration_low},
    [KIND_HEARTBEAT] = {WORD_system_heartbeat, WORD_system_heartbeat, WORD_advise_heartbeat,
                        WORD_advise_heartbeat},
};

static struct kind_words words_of(const struct speech *s)
{
    return kind_words[s->step->episode->kind];
}

static enum quantity quantity_of(const struct speech *s)
{
    return s->sensor ? s->sensor->quantity : Q_COUNT;
}

static enum word over_word(const struct speech *s)
{
    enum alert_kind kind = s->step->episode->kind;

    if (derived_is(s))
        return derived_over(s);
    if (kind == KIND_FAULT && quantity_of(s) == Q_BATTERY)
        return WORD_over_battery;
    if (kind == KIND_FAULT && quantity_of(s) == Q_RSSI)
        return WORD_over_signal;
    if (kind == KIND_MOISTURE && s->finding->limit->below)
        return WORD_over_limit;
    if (kind == KIND_MOISTURE && s->lasted_us < US_PER_HOUR)
        return WORD_over_moisture_now;
    return words_of(s).over;
}

static enum word back_word(const struct speech *s)
{
    enum alert_kind kind = s->step->episode->kind;

    if (kind == KIND_FAULT && quantity_of(s) == Q_BATTERY)
        return WORD_back_battery;
    if (kind == KIND_FAULT && quantity_of(s) == Q_RSSI)
        return WORD_back_signal;
    if (kind == KIND_MOISTURE && s->finding->limit->below)
        return WORD_back_limit;
    return words_of(s).back;
}

/* What a measured condition says. */
static enum word finding_word(const struct speech *s)
{
    bool leak = s->step->episode->kind == KIND_LEAK;

    if (!s->finding && ended(s))
        return s->step->handed_over ? WORD_plain_merged : WORD_plain_ended;
    if (!s->finding)
        return WORD_plain_active;
    if (ended(s) && derived_is(s) && derived_back(s) != WORD_COUNT)
        return derived_back(s);
    if (ended(s))
        return s->over ? WORD_ended_over : back_word(s);
    if (s->step->event == EVENT_EASED && s->over && !speech_of_several(s->step))
        return leak ? WORD_eased_leak : WORD_eased;
    return s->over ? over_word(s) : WORD_held;
}

static void say_finding(struct strbuf *out, const struct speech *s)
{
    bool structure = s->step->episode->category == CATEGORY_STRUCTURE;

    say(out, s, finding_word(s));
    if (!s->finding)
        return;
    if (s->finding->unconfirmed)
        say(out, s, WORD_note_unconfirmed);
    if (s->finding->limit->curve_len > 1)
        say(out, s, WORD_note_by_frequency);
    if (!ended(s) && s->alerting > 1)
        say(out, s, WORD_note_more);
    if (structure && s->step->event == EVENT_EASED && speech_of_several(s->step))
        say(out, s, WORD_slow_note_safe);
    else if (structure && (ended(s) || s->step->event == EVENT_EASED) &&
             s->step->episode->kind != KIND_LEAK)
        say(out, s, WORD_note_values_only);
}

static void say_silence(struct strbuf *out, struct speech *s)
{
    bool node = *s->step->node != '\0';

    if (ended(s)) {
        say(out, s, node ? WORD_silence_back_node : WORD_silence_back_sensors);
        return;
    }
    if (!node)
        say(out, s, WORD_silence_sensors);
    else if (s->step->node_offline)
        say(out, s, WORD_silence_offline);
    else
        say(out, s, s->step->all_silent ? WORD_silence_all : WORD_silence_some);
    say(out, s, WORD_silence_note);
    if (s->step->blind > 0) {
        speech_set_count(s, PARAM_amount, s->step->blind);
        say(out, s, WORD_silence_blind);
    }
}

static const struct cause_words {
    const char *code;
    enum word active, ended, advise;
} cause_words[] = {
    {"nothing_delivered", WORD_system_nothing_delivered, WORD_system_nothing_delivered_ended,
     WORD_advise_system},
    {"broker_unreachable", WORD_system_broker_unreachable, WORD_system_broker_unreachable_ended,
     WORD_advise_system},
    {"store_degraded", WORD_system_store_degraded, WORD_system_store_degraded_ended,
     WORD_advise_system},
    {"endpoint_parked", WORD_system_endpoint_parked, WORD_system_endpoint_parked_ended,
     WORD_advise_receiver},
    {"silence_ends", WORD_system_silence_ends, WORD_system_silence_ends_ended,
     WORD_advise_silence_ends},
    {DAILY_WAITING_CAUSE, WORD_waiting_now, WORD_waiting_over, WORD_advise_waiting},
    {"alarm_load", WORD_load_district, WORD_load_district_ended, WORD_advise_load},
};

static struct cause_words cause_of(const struct alert_step *step)
{
    size_t n = strcspn(step->cause, ":");

    for (size_t i = 0; i < sizeof cause_words / sizeof *cause_words; i++)
        if (strlen(cause_words[i].code) == n && strncmp(cause_words[i].code, step->cause, n) == 0)
            return cause_words[i];
    return (struct cause_words){"", WORD_system_other, WORD_system_other_ended, WORD_advise_system};
}

static void say_heartbeat(struct strbuf *out, struct speech *s)
{
    if (s->step->daily)
        daily_say(out, s);
    else
        say(out, s, WORD_system_heartbeat);
}

static void say_summary(struct strbuf *out, struct speech *s)
{
    const struct alert_step *step = s->step;

    if (step->episode->kind == KIND_HEARTBEAT) {
        say_heartbeat(out, s);
        return;
    }
    say(out, s, head_word(step));
    if (step->daily && !ended(s))
        daily_say_waiting(out, s);
    else if (step->load)
        load_say(out, s);
    else if (step->episode->category == CATEGORY_SYSTEM && *step->cause)
        say(out, s, ended(s) ? cause_of(step).ended : cause_of(step).active);
    else if (step->episode->kind == KIND_SILENCE)
        say_silence(out, s);
    else if (s->slow)
        slow_say(out, s);
    else
        say_finding(out, s);
}

/* People may be in danger from what was measured. */
static bool keep_away(const struct speech *s)
{
    const struct episode *e = s->step->episode;

    if (derived_is(s) && !derived_endangers(s))
        return false;
    return e->level >= LEVEL_RED && e->category == CATEGORY_STRUCTURE && e->kind != KIND_LEAK &&
           e->kind != KIND_SILENCE && e->kind != KIND_FAULT && e->kind != KIND_HEARTBEAT;
}

static enum word advise_word(const struct speech *s)
{
    const struct episode *e = s->step->episode;

    if (e->category == CATEGORY_SYSTEM && e->kind != KIND_HEARTBEAT)
        return cause_of(s->step).advise;
    if (e->kind == KIND_FAULT && quantity_of(s) == Q_BATTERY)
        return WORD_advise_fault_battery;
    if (derived_is(s))
        return derived_advice(s);
    return e->level >= LEVEL_ORANGE ? words_of(s).advise_high : words_of(s).advise_low;
}

static enum word decide_word(const struct episode *e)
{
    if (e->category == CATEGORY_SYSTEM)
        return WORD_advise_decide_system;
    if (e->category == CATEGORY_INSTRUMENT || e->level < LEVEL_ORANGE || e->kind == KIND_LEAK)
        return WORD_advise_decide_low;
    return WORD_advise_decide_high;
}

static enum word advise_ended_word(const struct alert_step *step)
{
    const struct episode *e = step->episode;

    if (step->load)
        return WORD_advise_ended_load;
    if (cause_of(step).advise == WORD_advise_waiting)
        return WORD_advise_waiting_over;
    if (e->category == CATEGORY_SYSTEM)
        return cause_of(step).advise == WORD_advise_silence_ends ? WORD_advise_ended_silence
                                                                 : WORD_advise_ended_system;
    if (e->category == CATEGORY_INSTRUMENT)
        return WORD_advise_ended_instrument;
    return e->kind == KIND_LEAK ? WORD_advise_ended_leak : WORD_advise_eased;
}

static void say_advice(struct strbuf *out, struct speech *s)
{
    const struct episode *e = s->step->episode;

    if ((ended(s) || slow_is_withdrawn(s->step)) && e->kind != KIND_HEARTBEAT) {
        say(out, s, WORD_advise);
        say(out, s, advise_ended_word(s->step));
        return;
    }
    say(out, s, keep_away(s) ? WORD_advise_keep_away : WORD_advise);
    if (s->step->event == EVENT_ESCALATED)
        say(out, s, WORD_advise_escalated);
    if (s->finding && s->finding->unconfirmed)
        say(out, s, WORD_advise_check);
    if (s->slow)
        slow_advise(out, s);
    else
        say(out, s, advise_word(s));
    if (e->kind == KIND_HEARTBEAT || s->step->daily)
        return;
    if (s->step->event == EVENT_EASED && e->category == CATEGORY_STRUCTURE)
        say(out, s, WORD_advise_eased);
    else
        say(out, s, decide_word(e));
}

static void render(const struct alert_step *step, enum language language, struct strbuf *out,
                   void (*text)(struct strbuf *, struct speech *))
{
    struct speech s;

    speech_begin(&s, step, language);
    text(out, &s);
    speech_end(&s, out);
}

void render_summary_zh(const struct alert_step *step, struct strbuf *out)
{
    render(step, LANGUAGE_ZH, out, say_summary);
}

void render_summary_en(const struct alert_step *step, struct strbuf *out)
{
    render(step, LANGUAGE_EN, out, say_summary);
}

void render_advice_zh(const struct alert_step *step, struct strbuf *out)
{
    render(step, LANGUAGE_ZH, out, say_advice);
}

void render_advice_en(const struct alert_step *step, struct strbuf *out)
{
    render(step, LANGUAGE_EN, out, say_advice);
}
