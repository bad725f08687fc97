/* Classes that persons have put in the place of the model's, wherever a class is shown. */
#ifndef SHIKUMEN_VIEW_OVERRIDE_LIST_H
#define SHIKUMEN_VIEW_OVERRIDE_LIST_H

#include "shikumen/model/act.h"
#include "shikumen/view/desk.h"
#include "shikumen/view/table.h"

struct override_list {
    struct class_override *items; /* that have not ended; live until the command ends */
    size_t count;
    int64_t now_us; /* as of */
};

/* Those that have not ended; state.db must be open. Its errors. */
enum err overrides_take(struct desk *d, struct override_list *out) MUST_USE;
/* The same as it was at at_us: those that had not ended by then. */
enum err overrides_take_at(struct desk *d, int64_t at_us, struct override_list *out) MUST_USE;
/* The one of a house or an element that is in force at now_us; NULL: none. */
const struct class_override *override_of(const struct override_list *list, const char *subject);

/* For people: "M，王工，至 2027-01-01 08:00:00：理由". Lives until the command ends. */
const char *override_words(struct desk *d, const struct class_override *o);
/* Appends it as a JSON object. */
void override_json(const struct class_override *o, struct strbuf *out);
/* Author and end for people, the object for programs; null for NULL. */
struct cell override_cell(struct table *t, const struct class_override *o);

#endif
