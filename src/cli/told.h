/* A step of an alert as it was told, and told again with findings that were recomputed. */
#ifndef SHIKUMEN_CLI_TOLD_H
#define SHIKUMEN_CLI_TOLD_H

#include <cjson/cJSON.h>

#include "ctl.h"
#include "shikumen/svc/recompute.h"

struct told {
    struct episode episode; /* as it was then */
    enum alert_event event;
    int64_t at_us;
    cJSON *body;                    /* as told */
    struct recompute_share *shares; /* of its reasons, in their order; the first governs */
    int64_t *since_us;              /* of each */
    size_t count;
    const char *missing; /* a sensor of it that is no longer registered; NULL: none */
};

/* Takes the native body of step s of episode e apart; what it needs lives until the command ends.
 * ERR_CORRUPT: not a step; ERR_NOMEM. After any result told_free. */
enum err told_take(struct ctl *c, const struct episode *e, int step, int64_t at_us,
                   const char *body, struct told *out) MUST_USE;
void told_free(struct told *t);

/* The step that the command line names (unless --step its last with evidence of its own), after ctl_plan and ctl_state; e:
 * the alert as it stands. An exit code after saying what is wrong. After any result told_free. */
int told_find(struct ctl *c, struct episode *e, struct told *out);

/* The body that the shares, now recomputed, would be told in; NULL when memory is out. Free with
 * cJSON_Delete. */
cJSON *told_again(const struct ctl *c, const struct told *t);

#endif
