/* How a report is worded: in the language of its desk, numbers and dates as that writes them.
 * Private to view/report. */
#ifndef SHIKUMEN_VIEW_REPORT_WORDS_H
#define SHIKUMEN_VIEW_REPORT_WORDS_H

#include "report_put.h"
#include "shikumen/model/document.h"
#include "shikumen/view/member.h"
#include "shikumen/view/risk_words.h"
#include "shikumen/view/words.h"

/* A report being written. */
struct writer {
    struct report *r;
    struct desk *d;
    struct document *doc;
    struct table table; /* without columns: cells of other views take their language from it */
    int figure;         /* number of the latest */
};

/* zh or en. */
#define W(w, zh, en) desk_word((w)->d, (zh), (en))

/* Both formats take the same arguments. Lives as long as the arena; "" when memory is out. */
const char *say(struct writer *w, const char *zh, const char *en, ...)
    __attribute__((format(printf, 2, 4), format(printf, 3, 4)));

void say_heading(struct writer *w, int level, const char *zh, const char *en);
void say_text(struct writer *w, const char *zh, const char *en);
void say_warning(struct writer *w, const char *zh, const char *en);
void say_key(struct writer *w, const char *zh, const char *en, const char *value);

/* "2026年11月30日", "30 November 2026"; "–" when not known. */
const char *day_words(struct writer *w, int64_t t_us);
/* "2026-11-30 16:05", local, for tables. */
const char *time_cell(struct writer *w, int64_t t_us);
const char *day_cell(struct writer *w, int64_t t_us); /* "2026-11-30" */
/* "3 天 4 小时", "3 d 4 h". */
const char *span_words(struct writer *w, int64_t span_us);
/* The span of the report, its last day included. */
const char *report_span_words(struct writer *w);

/* "12 %"; "–" when not finite. */
const char *percent_words(struct writer *w, double share);
const char *count_words(struct writer *w, int64_t n); /* "12,345" in English */
/* With the decimals of the quantity, and two more for how much it changes; "–" when not finite. */
const char *value_words(struct writer *w, double x, enum quantity q, int more);
const char *unit_words(const char *unit); /* "Cel" is "°C" */
const char *money_words(struct writer *w, double cny);

/* --- classes --- */

struct doc_cell colour_cell(struct writer *w, const cJSON *state); /* shape and word */
/* With a person's class in its place said so. */
const char *class_words(struct writer *w, const cJSON *state, const char *subject);
struct doc_cell grade_cell(struct writer *w, const char *scale,
                           const cJSON *state); /* cc, uc, rc */
const char *grade_words(struct writer *w, const char *scale, int grade);
const char *level_words(struct writer *w, int level); /* shape and word */
enum doc_tint level_tint(int level);
/* With its interval. */
const char *chance_words(struct writer *w, const cJSON *state, const char *name);
const char *confidence_words(struct writer *w, const cJSON *state);

const char *house_name(struct writer *w, uint32_t house);     /* "–" for REGISTRY_NONE */
const char *element_name(struct writer *w, uint32_t element); /* likewise */
const char *element_kind_words(struct writer *w, enum element_kind kind);
const char *material_words(struct writer *w, const char *material); /* as given when not known */
const char *protection_words(struct writer *w, enum protection p);
const char *proposal_kind_words(struct writer *w, enum proposal_kind kind);
const char *proposal_state_words(struct writer *w, enum proposal_state state);

/* --- parts of the document --- */

void report_write_front(struct writer *w);       /* summary, identification, scope */
void report_write_description(struct writer *w); /* of a house */
void report_write_method(struct writer *w);
void report_write_condition(struct writer *w); /* of a house */
void report_write_risk(struct writer *w);
void report_write_urgency(struct writer *w);
void report_write_measures(struct writer *w);
void report_write_overall(struct writer *w);
void report_write_annexes(struct writer *w);
void report_write_district(struct writer *w); /* description, condition */
void report_write_district_risk(struct writer *w);
void report_write_forecasts(struct writer *w);
void report_write_reasons(struct writer *w, const cJSON *state, int most);

/* --- figures --- */

void figure_of_sensor(struct writer *w, const struct report_sensor *s);
void figure_of_score(struct writer *w);
void figure_of_plan(struct writer *w);
/* Whether there is anything to draw of it. */
bool figure_wanted(const struct writer *w, const struct report_sensor *s);

#endif
