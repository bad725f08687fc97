/* The sentences of derived quantities (derived.h): mould, decay, climate of timber, works that are
 * felt. */
#ifndef SHIKUMEN_RENDER_DERIVED_H
#define SHIKUMEN_RENDER_DERIVED_H

#include "render_speech.h"

/* What the finding's value and a limit of the same are in. */
const char *finding_unit(const struct sensor *sensor, const struct finding *f,
                         const struct limit *limit);

/* True when the finding is of a derived quantity; it is then in s->derived. */
bool derived_is(const struct speech *s);

/* Sets {share}: percent of the limit that works reach. */
void derived_prepare(struct speech *s);

/* What is said when it holds, when it has ended (WORD_COUNT: what is said of any), what to do. */
enum word derived_over(const struct speech *s);
enum word derived_back(const struct speech *s);
/* Mould and damp are no reason to keep people away; rot and what shakes a house are. */
bool derived_endangers(const struct speech *s);
enum word derived_advice(const struct speech *s);

#endif
