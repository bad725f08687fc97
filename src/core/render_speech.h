/* A step of an alert put into the parameters of its words, in one language. */
#ifndef SHIKUMEN_RENDER_SPEECH_H
#define SHIKUMEN_RENDER_SPEECH_H

#include <stdbool.h>

#include "render_words.h"
#include "shikumen/core/derived.h"
#include "shikumen/core/render.h"

struct speech {
    const struct alert_step *step;
    enum language language;
    const struct finding *finding; /* that governs; NULL: nothing measured */
    const struct finding *slow;    /* the same when the slow analysis made it; a limit may lack */
    struct derived derived;        /* what finding is of; name NULL: of what its sensor measures */
    const struct sensor *sensor;   /* its sensor; NULL when there is none */
    bool over;                     /* the value is at or past the limit */
    int64_t lasted_us;             /* from the first crossing to the deciding reading */
    size_t alerting;               /* sensors of the step that are above level 0 */
    struct strbuf values[PARAM_COUNT];
};

/* Fills values; give them back with speech_end. */
void speech_begin(struct speech *s, const struct alert_step *step, enum language language);

/* Frees the values; out fails when one of them had. */
void speech_end(struct speech *s, struct strbuf *out);

/* Sets a parameter: to text as it is, to a name made harmless, to a number, to a message, to a span
 * of time in the largest unit that divides it. */
void speech_set(struct speech *s, enum param param, const char *text);
void speech_set_name(struct speech *s, enum param param, const char *name);
void speech_set_count(struct speech *s, enum param param, size_t n);
void speech_set_word(struct speech *s, enum param param, enum word word);
void speech_set_span(struct speech *s, enum param param, int64_t span_us);

/* How exactly a time is said; a month always with its year. */
enum time_words { TIME_MINUTE, TIME_DAY, TIME_MONTH };

/* Sets a parameter to the district's local time. */
void speech_set_time(struct speech *s, enum param param, int64_t t_us, enum time_words words);

/* Sets the parameters of the finding's value and limit, and over. */
void speech_measure(struct speech *s);

/* The same for a finding of the slow analysis that was compared with no limit. */
void speech_measure_alone(struct speech *s);
/* Of several measures, as of moisture and mould, or a rate and its trend: what eased may be another
 * than the one that governs now. */
bool speech_of_several(const struct alert_step *step);
/* Sets PARAM_jump, in the canonical unit. */
void speech_put_jump(struct speech *s, double jump);

/* Appends a limit with unit and source, as a phrase, to a parameter. */
void speech_put_limit(struct speech *s, enum param param, const struct limit *limit);

/* The sensor a share is about; NULL when the registry has no such index. */
const struct sensor *step_sensor_of(const struct alert_step *step, const struct step_sensor *share);

/* Indices of the step's house and element, REGISTRY_NONE when it has none that is registered. */
uint32_t step_house(const struct alert_step *step);
uint32_t step_element(const struct alert_step *step);

/* What the compared value and its limit are in: "mm", "%". */
const char *compared_unit(const struct sensor *sensor, const struct limit *limit);

/* A unit as it follows a number, " mm"; nothing when it has no word. */
void speech_put_unit(struct strbuf *out, enum language language, const char *unit);

/* The limit at point i of its curve, without the dust of binary fractions (0.8 * 3 is 2.4). */
double limit_point(const struct limit *limit, size_t i);

/* The range a limit takes over frequency, in the compared unit; both ends equal without a curve. */
void limit_range(const struct limit *limit, double *low, double *high);

/* True when the limit's number rests on judgement or memory (marks J and M). */
bool limit_provisional(const struct limit *limit);

/* Source and clause, "JGJ 125-2016 5.3"; nothing when there is no source. */
void limit_put_source(struct strbuf *out, const struct limit *limit);

#endif
