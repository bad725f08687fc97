/* What persons do, and what stands because of it: silences and overrides. */
#ifndef SHIKUMEN_SVC_ASSESS_ACTS_H
#define SHIKUMEN_SVC_ASSESS_ACTS_H

#include "shikumen/core/signoff.h"
#include "shikumen/core/silencing.h"
#include "shikumen/model/act.h"
#include "shikumen/model/alert.h"

struct assess;

/* That have not ended; by row. */
struct standing {
    struct arena arena; /* of the next two */
    struct silencings silences;
    const struct class_override *overrides;
    size_t override_count;
    int64_t at_us; /* wall clock: when one of them begins, is reminded of or ends */
};

/* --- assess_standing.c --- */
/* Silences and overrides that have not ended, from state.db; again after each change. */
enum err assess_standing_load(struct assess *a) MUST_USE;
/* What time alone brings: reminders and ends. */
enum err assess_standing_sweep(struct assess *a, int64_t now_us) MUST_USE;
/* Ends a silence; by a person, or by ACTOR_SELF when its time is over. ERR_NOTFOUND. */
enum err assess_end_silence(struct assess *a, int64_t row, const char *by, int64_t now_us) MUST_USE;

/* --- assess_acts.c --- */
/* What came of an act. */
struct act_result {
    bool done;
    struct act_refusal why;        /* when it is not */
    char made[ALERT_ID_SIZE + 16]; /* id of what it made, "" when nothing */
};
/* Applies the acts that wait, in order, each with its outcome. */
enum err assess_acts(struct assess *a, int64_t now_us) MUST_USE;

/* --- assess_episode_acts.c --- */
/* A person acknowledges, comments on, assigns or ends an alert: its step. */
enum err assess_act_on_episode(struct assess *a, const struct act *act, enum alert_event event,
                               int64_t now_us, struct act_result *result) MUST_USE;

#endif
