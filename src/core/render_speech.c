#include "render_speech.h"

#include <string.h>

#include "render_derived.h"
#include "render_load.h"
#include "render_put.h"
#include "render_slow.h"
#include "shikumen/base/clock.h"

#define NAMED_SENSORS_MAX 3

const struct sensor *step_sensor_of(const struct alert_step *step, const struct step_sensor *share)
{
    if (share->sensor >= step->registry->sensor_count)
        return NULL;
    return &step->registry->sensors[share->sensor];
}

uint32_t step_house(const struct alert_step *step)
{
    return registry_house(step->registry, step->episode->house);
}

uint32_t step_element(const struct alert_step *step)
{
    return registry_element(step->registry, step->episode->element);
}

void speech_set(struct speech *s, enum param param, const char *text)
{
    strbuf_puts(&s->values[param], text);
}

void speech_set_name(struct speech *s, enum param param, const char *name)
{
    put_name(&s->values[param], name);
}

void speech_set_count(struct speech *s, enum param param, size_t n)
{
    strbuf_clear(&s->values[param]);
    strbuf_printf(&s->values[param], "%zu", n);
}

void speech_set_word(struct speech *s, enum param param, enum word word)
{
    words_fill(&s->values[param], s->language, word, s->values);
}

static const char *in_language(const struct speech *s, struct bilingual text)
{
    return s->language == LANGUAGE_ZH ? text.zh : text.en;
}

/* True when name says the number already: "Lane 12 No. 3" says 3, but not 1. */
static bool says_number(const char *name, const char *number)
{
    size_t n = strlen(number);

    for (const char *p = strstr(name, number); p; p = strstr(p + 1, number))
        if ((p == name || p[-1] < '0' || p[-1] > '9') && (p[n] < '0' || p[n] > '9'))
            return true;
    return false;
}

static void set_house(struct speech *s)
{
    const struct registry *r = s->step->registry;
    uint32_t i = step_house(s->step);
    struct strbuf numbered = {0};

    if (i == REGISTRY_NONE) {
        const char *id = s->step->episode->house;
        speech_set_name(s, PARAM_house, *id ? id : in_language(s, r->district_name));
        return;
    }
    speech_set_name(s, PARAM_house, in_language(s, r->houses[i].name));
    if (r->houses[i].number <= 0)
        return;
    speech_set_count(s, PARAM_number, (size_t)r->houses[i].number);
    if (says_number(in_language(s, r->houses[i].name), strbuf_text(&s->values[PARAM_number])))
        return;
    words_fill(&numbered, s->language, WORD_place_numbered, s->values);
    strbuf_free(&s->values[PARAM_house]);
    s->values[PARAM_house] = numbered;
}

static void set_place(struct speech *s)
{
    uint32_t element = step_element(s->step);

    set_house(s);
    if (element != REGISTRY_NONE)
        speech_set_name(s, PARAM_element,
                        in_language(s, s->step->registry->elements[element].name));
    else
        speech_set_name(s, PARAM_element, s->step->episode->element);
    if (s->values[PARAM_element].len > 0)
        speech_set_word(s, PARAM_where, WORD_place_element);
    else
        speech_set(s, PARAM_where, strbuf_text(&s->values[PARAM_house]));
}

/* word + level for a row of messages that are numbered by level. */
static enum word by_level(enum word first, int level)
{
    int i = level < LEVEL_NORMAL ? LEVEL_NORMAL : level > LEVEL_RED ? LEVEL_RED : level;

    return (enum word)((int)first + i);
}

/* The system and what is blind to a whole house are looked after sooner than their level says. */
static enum word deadline(const struct episode *e)
{
    if (e->category == CATEGORY_SYSTEM)
        return WORD_deadline_soon;
    if (e->category == CATEGORY_INSTRUMENT && e->level >= LEVEL_ORANGE)
        return WORD_deadline_4;
    return by_level(WORD_deadline_1, (e->level > LEVEL_RED ? LEVEL_RED : e->level) - LEVEL_BLUE);
}

static void set_levels(struct speech *s)
{
    const struct episode *e = s->step->episode;
    int previous = s->step->previous_level;

    speech_set_word(s, PARAM_level, by_level(WORD_level_0, e->level));
    speech_set_word(s, PARAM_previous, by_level(WORD_level_0, previous));
    speech_set_word(s, PARAM_previous_colour, by_level(WORD_colour_0, previous));
    speech_set_word(s, PARAM_deadline, deadline(e));
    speech_set_word(s, PARAM_kind, (enum word)((int)WORD_kind_limit + (int)e->kind));
}

/* With its year when that is not the step's. */
void speech_set_time(struct speech *s, enum param param, int64_t t_us, enum time_words words)
{
    static const enum word forms[][2] = {[TIME_MINUTE] = {WORD_date, WORD_date_year},
                                         [TIME_DAY] = {WORD_date_day, WORD_date_day_year},
                                         [TIME_MONTH] = {WORD_date_month, WORD_date_month}};
    const struct time_zone *zone = s->step->registry->zone;
    struct local_time t = local_time_of(t_us, zone);
    struct local_time now = local_time_of(s->step->at_us, zone);
    static const enum param parts[] = {PARAM_year, PARAM_month, PARAM_day, PARAM_clock};

    if (!t.valid) {
        speech_set_word(s, param, WORD_date_unknown);
        return;
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        strbuf_clear(&s->values[parts[i]]);
    speech_set_count(s, PARAM_year, (size_t)t.year);
    speech_set_word(s, PARAM_month, (enum word)((int)WORD_month_1 + t.month - 1));
    speech_set_count(s, PARAM_day, (size_t)t.day);
    strbuf_printf(&s->values[PARAM_clock], "%02d:%02d%s", t.hour, t.minute, t.local ? "" : " UTC");
    speech_set_word(s, param, forms[words][t.year != now.year]);
}

void speech_set_span(struct speech *s, enum param param, int64_t span_us)
{
    if (span_us >= 2 * US_PER_DAY && span_us % US_PER_DAY == 0) {
        speech_set_count(s, PARAM_amount, (size_t)(span_us / US_PER_DAY));
        speech_set_word(s, param, WORD_days);
    } else if (span_us >= 2 * US_PER_HOUR && span_us % US_PER_HOUR == 0) {
        speech_set_count(s, PARAM_amount, (size_t)(span_us / US_PER_HOUR));
        speech_set_word(s, param, WORD_hours);
    } else {
        speech_set_count(s, PARAM_amount, span_us > 0 ? (size_t)(span_us / (60 * US_PER_S)) : 0);
        speech_set_word(s, param, WORD_minutes);
    }
}

/* How long it has lasted, rounded down to what people say. */
static void set_duration(struct speech *s)
{
    int64_t since_us = s->finding->since_us, t_us = s->finding->t_us, span_us = 0;

    if (since_us != INT64_MIN && t_us > since_us)
        span_us = since_us < 0 && t_us > INT64_MAX + since_us ? INT64_MAX : t_us - since_us;
    if (span_us >= 2 * US_PER_DAY)
        span_us -= span_us % US_PER_DAY;
    else if (span_us >= 2 * US_PER_HOUR)
        span_us -= span_us % US_PER_HOUR;
    s->lasted_us = span_us;
    speech_set_span(s, PARAM_duration, span_us);
}

static bool is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : !a && !b;
}

bool speech_of_several(const struct alert_step *step)
{
    const struct finding *first = &step->sensors[0].finding;

    for (size_t i = 1; i < step->sensor_count; i++) {
        const struct finding *f = &step->sensors[i].finding;
        if (!is_same(first->derived, f->derived) ||
            (first->kind == KIND_RATE) != (f->kind == KIND_RATE))
            return true;
    }
    return false;
}

/* One sensor may find several things. */
static size_t alerting_sensors(const struct alert_step *step)
{
    size_t n = 0;

    for (size_t i = 0; i < step->sensor_count; i++) {
        bool counts = step->sensors[i].finding.level > LEVEL_NORMAL;
        for (size_t k = 0; k < i && counts; k++)
            counts = step->sensors[k].sensor != step->sensors[i].sensor;
        n += counts;
    }
    return n;
}

static void set_finding(struct speech *s)
{
    const struct step_sensor *share = s->step->sensors;
    enum time_words words;

    if (s->step->sensor_count == 0 || !(s->sensor = step_sensor_of(s->step, share)))
        return;
    speech_set_name(s, PARAM_sensor, s->sensor->id);
    s->slow = slow_finding(s->step->episode, share);
    if (s->step->episode->kind == KIND_SILENCE || (!share->finding.limit && !s->slow))
        return;
    s->finding = share->finding.limit ? &share->finding : NULL;
    if (!derived_find(share->finding.derived, &s->derived))
        s->derived.name = NULL;
    words = (s->slow && !s->slow->unsettled) || derived_is(s) ? TIME_DAY : TIME_MINUTE;
    speech_set_time(s, PARAM_since, share->finding.since_us, words);
    speech_set_time(s, PARAM_at, share->finding.t_us, words);
    s->alerting = alerting_sensors(s->step);
    speech_set_count(s, PARAM_count, s->alerting);
    if (s->finding) {
        set_duration(s);
        speech_measure(s);
        if (derived_is(s))
            derived_prepare(s);
    }
    if (s->slow)
        slow_prepare(s);
}

static void set_node(struct speech *s)
{
    const struct registry *r = s->step->registry;
    const char *id = s->step->node;
    uint32_t i;

    if (!*id && s->sensor && s->sensor->node != REGISTRY_NONE)
        id = r->nodes[s->sensor->node].id;
    else if (!*id && s->sensor)
        id = s->sensor->id;
    speech_set_name(s, PARAM_node, id);
    i = registry_node(r, id, strlen(id));
    speech_set_count(s, PARAM_total,
                     i == REGISTRY_NONE ? s->step->sensor_count : r->nodes[i].sensor_count);
}

/* A sensor's name without that of its node: "crack-1". */
static const char *short_id(const struct sensor *sensor, const char *node)
{
    size_t n = strlen(node);

    return n > 0 && strncmp(sensor->id, node, n) == 0 && sensor->id[n] == '/' ? sensor->id + n + 1
                                                                              : sensor->id;
}

/* Appends one more to the list in PARAM_sensors. */
static void list_sensor(struct speech *s, const char *id, bool first)
{
    struct strbuf longer = {0};

    strbuf_clear(&s->values[PARAM_sensor]);
    speech_set_name(s, PARAM_sensor, id);
    if (first) {
        speech_set(s, PARAM_sensors, strbuf_text(&s->values[PARAM_sensor]));
        return;
    }
    words_fill(&longer, s->language, WORD_silence_list, s->values);
    strbuf_free(&s->values[PARAM_sensors]);
    s->values[PARAM_sensors] = longer;
}

static void list_silent(struct speech *s)
{
    const struct alert_step *step = s->step;
    struct strbuf longer = {0};
    size_t named = 0;

    for (size_t i = 0; i < step->sensor_count && named < NAMED_SENSORS_MAX; i++) {
        const struct sensor *sensor = step_sensor_of(step, &step->sensors[i]);
        if (sensor)
            list_sensor(s, short_id(sensor, step->node), named++ == 0);
    }
    if (named == step->sensor_count)
        return;
    words_fill(&longer, s->language, WORD_silence_list_more, s->values);
    strbuf_free(&s->values[PARAM_sensors]);
    s->values[PARAM_sensors] = longer;
}

static void set_silence(struct speech *s)
{
    int64_t last_us = INT64_MIN;

    if (s->step->episode->kind != KIND_SILENCE)
        return;
    for (size_t i = 0; i < s->step->sensor_count; i++)
        if (s->step->sensors[i].finding.t_us > last_us)
            last_us = s->step->sensors[i].finding.t_us;
    if (last_us == INT64_MIN)
        speech_set_word(s, PARAM_last, WORD_silence_never);
    else {
        speech_set_time(s, PARAM_at, last_us, TIME_MINUTE);
        speech_set_word(s, PARAM_last, WORD_silence_last);
    }
    speech_set_count(s, PARAM_count, s->step->sensor_count);
    list_silent(s);
}

static void set_cause(struct speech *s)
{
    const char *colon = strchr(s->step->cause, ':');

    speech_set_name(s, PARAM_cause, s->step->cause);
    if (colon && colon[1])
        speech_set_name(s, PARAM_detail, colon + 1);
    else
        speech_set_word(s, PARAM_detail, WORD_detail_unknown);
}

void speech_begin(struct speech *s, const struct alert_step *step, enum language language)
{
    *s = (struct speech){.step = step, .language = language};
    set_place(s);
    set_levels(s);
    set_finding(s);
    set_node(s);
    set_silence(s);
    set_cause(s);
    if (step->load)
        load_prepare(s);
}

void speech_end(struct speech *s, struct strbuf *out)
{
    for (size_t i = 0; i < PARAM_COUNT; i++) {
        if (s->values[i].failed)
            out->failed = true;
        strbuf_free(&s->values[i]);
    }
}
