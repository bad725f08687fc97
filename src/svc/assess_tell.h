/* Steps on their way to people, and what keeps them back. */
#ifndef SHIKUMEN_SVC_ASSESS_TELL_H
#define SHIKUMEN_SVC_ASSESS_TELL_H

#include "shikumen/core/render_act.h"
#include "shikumen/core/silencing.h"
#include "shikumen/model/alert.h"
#include "shikumen/model/settings.h"

struct assess;

/* A step of this round, not yet given to anybody. */
struct untold {
    char id[ALERT_ID_SIZE]; /* of the episode */
    int step;
    enum alert_event event;
    int level, previous_level, peak_level; /* as of the step */
    const char *body;
};

struct untold_steps {
    struct untold *items;
    size_t count, capacity;
    struct arena arena; /* of their bodies */
};

/* --- assess_tell.c --- */
/* Keeps a step of e (its number and times are set) with its native JSON, proposes what it calls
 * for; who gets it is decided at the end of the round. */
enum err assess_put_step(struct assess *a, struct episode *e, enum alert_event event,
                         int previous_level, const struct strbuf *body, int64_t now_us) MUST_USE;
/* The same of what a person or time did: the native JSON is that of the latest judged step with
 * what step says; its number, time and level are those of e. ERR_CORRUPT: that JSON cannot be read.
 */
enum err assess_put_act(struct assess *a, struct episode *e, struct act_step *step,
                        int64_t now_us) MUST_USE;
/* Keeps what changed of it without a step. */
enum err assess_keep_episode(struct assess *a, struct episode *e) MUST_USE;
/* The end of a round: alerts that belong together are grouped, and the steps of the round given to
 * the endpoints that want them, unless a silence or another alert that speaks for them keeps them
 * back. */
enum err assess_tell_round(struct assess *a, int64_t now_us) MUST_USE;
/* Whether the endpoint is there for its house, or for any house of a group. */
enum err assess_concerns(struct assess *a, const struct endpoint *p, const struct episode *e,
                         bool *yes) MUST_USE;
/* Nobody speaks for it any more: its latest step is given to whoever wants it. */
enum err assess_speak(struct assess *a, const struct episode *e, int64_t now_us) MUST_USE;
/* A silence in force keeps it back. */
enum err assess_is_silenced(struct assess *a, const struct episode *e, int64_t now_us,
                            bool *silenced) MUST_USE;
/* The latest step of an episode: its native JSON is appended to body. judged: of those that no
 * person made. */
enum err assess_latest_body(struct assess *a, const struct episode *e, bool judged,
                            struct strbuf *body) MUST_USE;
/* A silence has ended, at end_us: what the silences before kept back, and those in force now do
 * not, is given to whoever wants it. */
enum err assess_tell_withheld(struct assess *a, struct silencings before, int64_t end_us,
                              int64_t now_us) MUST_USE;

/* --- assess_time.c --- */
/* What time alone brings to alerts: ends, re-openings, escalations. */
enum err assess_alerts_sweep(struct assess *a, int64_t now_us) MUST_USE;
/* When time changes this one; INT64_MAX: never. */
int64_t assess_episode_due_us(struct assess *a, const struct episode *e);
/* Whether its latest escalation, the step e->step, was meant for this endpoint. */
enum err assess_escalates_to(struct assess *a, const struct episode *e, const char *endpoint,
                             bool *yes) MUST_USE;

#endif
