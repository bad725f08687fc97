/* The part of `status` about what persons have said: silences and overrides in force, open
 * proposals, acts that wait. */
#ifndef SHIKUMEN_CLI_STATUS_STANDING_H
#define SHIKUMEN_CLI_STATUS_STANDING_H

#include "ctl.h"
#include "shikumen/view/override_list.h"

struct standing_figures {
    struct silencing *silences; /* in force; live until the command ends */
    size_t silence_count;
    struct override_list overrides;
    int64_t acts_waiting, proposals_open;
};

/* From c->desk.state. */
enum err standing_take(struct ctl *c, struct standing_figures *s) MUST_USE;

/* Appends the members of `status --json`, the first with a comma before it. */
void standing_json(const struct standing_figures *s, struct strbuf *out);
/* Appends lines for people; label is called for what begins each. */
typedef void standing_label_fn(const struct ctl *c, struct strbuf *out, const char *zh,
                               const char *en);
void standing_text(struct ctl *c, const struct standing_figures *s, standing_label_fn *label,
                   struct strbuf *out);

#endif
