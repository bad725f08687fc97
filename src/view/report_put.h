/* Members of the content of a report. Private to view/report. */
#ifndef SHIKUMEN_VIEW_REPORT_PUT_H
#define SHIKUMEN_VIEW_REPORT_PUT_H

#include "report_parts.h"
#include "shikumen/view/paper.h"

/* To nine significant digits, as everywhere in our JSON; null when not finite. */
void content_real(struct strbuf *out, const char *name, double x);
void content_count(struct strbuf *out, const char *name, int64_t n); /* null: INT64_MIN */
void content_name(struct strbuf *out, const char *name, struct bilingual text);
/* A parsed value as it stands; null for NULL. */
void content_item(struct strbuf *out, const char *name, const cJSON *item);
void content_member(struct strbuf *out, const cJSON *object, const char *name);
void content_member_as(struct strbuf *out, const char *as, const cJSON *object, const char *name);

/* Alerts, acts of persons, forecasts, limits: what is no list of things that stand. */
void report_put_events(const struct report *r, struct strbuf *out);

/* --- looked up --- */

/* The class that a person put in the place of the model's, in force at the end; NULL none. */
const struct class_override *report_override(const struct report *r, const char *subject);
/* What the line of the house says of an element, in a report on the house; NULL nothing. */
const cJSON *report_element_state(const struct report *r, uint32_t element);
/* The window that says best how fast it moves: the governing one, else the longest; NULL none. */
const struct movement_window *report_window(const struct slow_view *v);
/* The sets of limits of the sensors of the report, each once, in the order of the registry: the
 * next after *from; NULL: no more. */
const struct limit_set *report_next_limits(const struct report *r, size_t *from);

#endif
