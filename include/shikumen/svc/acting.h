/* How an act of a person is put on the record, whoever takes it (shikumenctl, the API): what it is
 * on is looked up, it is checked, and it is written into state.db as an act that waits for the
 * assessor. */
#ifndef SHIKUMEN_SVC_ACTING_H
#define SHIKUMEN_SVC_ACTING_H

#include "shikumen/core/act.h"
#include "shikumen/io/state_acts.h"
#include "shikumen/view/desk.h"

/* Of an alert's id at least so many characters are wanted from somebody who acts on it. */
#define ACTING_ID_LEAST 6

/* The only episode whose id begins with id; texts in the desk's arena. ERR_NOTFOUND or ERR_RANGE
 * (there are several) with why; those of state.db, ERR_NOMEM. */
enum err acting_episode(struct desk *d, const char *id, struct episode *out,
                        struct act_refusal *why) MUST_USE;

/* The id of the registry nearest to scope, for "did you mean"; NULL when none is near. */
const char *acting_scope_near(struct desk *d, const char *scope);

/* Fills the subject of act from name as its verb wants it (the episode whose id begins with name,
 * of ACTING_ID_LEAST characters or more; a scope of the registry; a proposal, silence or override)
 * and looks whether that is there. Needs the desk's state, for a scope its registry instead.
 * ERR_NOTFOUND, ERR_RANGE (too short, or several) and ERR_REFUSED (it is in no state for that) with
 * why; those of state.db (the desk remembers them), ERR_NOMEM. */
enum err acting_look(struct desk *d, const char *name, struct act *act,
                     struct act_refusal *why) MUST_USE;

/* Writes the act, which act_check has found fit, and sets its row. why (at least why_size bytes)
 * says what state.db answered. */
enum err acting_record(const struct settings *s, const struct act *act, int64_t at_us, int64_t *row,
                       char *why, size_t why_size) MUST_USE;

/* Appends {"act","outcome","made","why"} and a line feed. */
void acting_json(const struct act_row *r, struct strbuf *out);

#endif
