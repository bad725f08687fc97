/* How risk is said to people: never by colour alone, and too little data never as if all were well.
 */
#ifndef SHIKUMEN_VIEW_RISK_WORDS_H
#define SHIKUMEN_VIEW_RISK_WORDS_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "shikumen/view/member.h"
#include "shikumen/view/override_list.h"
#include "shikumen/view/table.h"

/* What risk.ndjson says of a house or an element, as it is shown. */
struct risk_view {
    const char *class_name, *colour; /* as stored */
    bool grey;                       /* not enough data: shown grey, never green */
    bool provisional;
    const struct class_override *override; /* a person's class in its place; NULL: none */
};
/* Of an object of that line; what is missing is not enough data. Borrows from it. */
struct risk_view risk_view(const cJSON *of);

/* Whether a limit is reached already, hence a chance of 1, while the class still waits for data. */
bool risk_waits(const cJSON *of);

/* The class in force: of an override with the model's beside it for people. */
struct cell cell_class(struct table *t, const struct risk_view *v);
/* What the model says, whatever a person put in its place; for programs. */
struct cell cell_model_class(struct table *t, const struct risk_view *v);
struct cell cell_colour(struct table *t, const struct risk_view *v); /* shape and word */
/* A share as percent: "12 %", "<0.1 %". */
struct cell cell_share(struct table *t, double share);
/* The same with the interval of two numbers of a list; anything else as range: without. */
struct cell cell_share_within(struct table *t, double share, const cJSON *range);
/* Confidence with the name of its weakest factor ("" none). */
struct cell cell_confidence(struct table *t, double confidence, const char *weakest);

const char *word_factor(const struct desk *d, const char *name);

#define SHARE_TEXT_SIZE 24
/* "12 %"; "–" for what is not finite. Returns text. */
const char *share_text(double share, char text[SHARE_TEXT_SIZE]);

/* Why such a house is grey beside such a chance (risk_waits). */
const char *word_waits(const struct desk *d);

/* The scheme's name, for people. */
const char *word_scheme(const struct desk *d);

#endif
