/* Alerts of whose sensors nothing is heard now: how things stand there is not known, and nothing
 * says that it is over. */
#ifndef SHIKUMEN_VIEW_LINK_LOSS_H
#define SHIKUMEN_VIEW_LINK_LOSS_H

#include "shikumen/io/state_db.h"
#include "shikumen/view/census.h"

struct link_loss {
    struct desk *desk;
    struct census census;
    bool known; /* false: registry or readings are not to be had, and no alert is called unknown */
};

/* What is silent now; state.db must be open. ERR_NOMEM. */
enum err link_loss_take(struct desk *d, struct link_loss *out) MUST_USE;

/* Whether an alert is open and all of its sensors (of a group those of its open members) are silent
 * now; *since_us is then when the last of them was heard, INT64_MIN: never. Of silence and of the
 * system itself never. Errors of state.db. */
enum err link_loss_of(const struct link_loss *l, const struct episode *e, bool *unknown,
                      int64_t *since_us) MUST_USE;

#endif
