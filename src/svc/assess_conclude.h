/* Findings to conditions, episodes and steps: one transaction for each round. */
#ifndef SHIKUMEN_SVC_ASSESS_CONCLUDE_H
#define SHIKUMEN_SVC_ASSESS_CONCLUDE_H

#include "shikumen/core/render.h"
#include "shikumen/core/rules.h"

struct assess;

/* What one sensor holds (or has just left), and the episode that tells of it. */
struct condition {
    char *key, *episode; /* assess_condition_key, assess_episode_key */
    uint32_t sensor;     /* registry index; REGISTRY_NONE for silence and system conditions */
    struct finding finding;
};

/* What a condition is stored as: enough to find its limit in the registry again. */
struct packed_finding {
    int32_t kind, level, of, unconfirmed;
    double limit_value, value, reading, baseline;
    int64_t t_us, since_us;
    int32_t limit_level; /* 0: there is no limit */
    uint32_t model_version, cause, together;
    double error;
    int32_t ahead_level, ahead_of; /* limit of the forecast; ahead_level 0: none */
    double ahead_value, p30, p180, p365;
    int64_t t05_us, t50_us, t95_us;
    char derived[24]; /* name of the derived quantity; "": what the sensor measures */
    double jump;      /* not there in those stored before it was, */
    int32_t unsettled, moved, asked, spare; /* nor these */
};

struct conditions {
    struct condition *items;
    size_t count, capacity;
};

/* --- assess_packed.c --- */
struct packed_finding assess_pack(const struct finding *f);
/* limit NULL when the sensor no longer has it. */
struct finding assess_unpack(const struct sensor *s, const struct packed_finding *p);

/* --- assess_reconcile.c --- */
/* Whatever the rules hold and the conditions do not, or the other way round, becomes a change: so
 * nothing is lost between a snapshot and a step, whatever happened between. */
enum err assess_reconcile(struct assess *a) MUST_USE;

/* --- assess_key.c --- */

/* Of a sensor's element; "" without one. */
const char *assess_element_id(const struct registry *r, uint32_t sensor);
/* What a sensor's finding is kept under: kind, element (without one the sensor), quantity and what
 * is derived of it. A slow movement is one condition, however it came (kinds TREND, STEP); of a row
 * that moves as one (together) it is the row's. The arena's; NULL: memory is out. */
char *assess_condition_key(struct assess *a, uint32_t sensor, const struct finding *f,
                           bool together);
/* Of the episode that tells of a condition: all damp of one place is one matter (moisture, mould,
 * rot have one cause and one walk), and so is all movement of one quantity, by a limit of rate or
 * by its trend. The arena's; NULL: memory is out. */
char *assess_episode_key(struct assess *a, const char *condition);
/* Of an episode as earlier versions had it, one for each condition. */
bool assess_is_former_key(const char *episode);

/* --- assess_conclude.c --- */

void assess_free_condition(struct condition *c); /* its keys */
/* Begins the transaction of the round when none is open. */
enum err assess_begin(struct assess *a) MUST_USE;
/* Turns the gathered changes into conditions, episodes, steps and outbox rows. */
enum err assess_conclude(struct assess *a, int64_t now_us) MUST_USE;
/* Commits with the cursor, when a transaction is open. */
enum err assess_commit(struct assess *a) MUST_USE;
/* The end of a round, after what was to be followed: conclusions, what time alone brings, commit.
 */
enum err assess_end_round(struct assess *a, int64_t now_us) MUST_USE;
/* Wall clock: when time alone calls for a round (epochs apart: epoch_at_us). */
int64_t assess_due_us(const struct assess *a);
/* The episode that a condition with this key belongs to: the latest, or a new one. */
enum err assess_find_episode(struct assess *a, const char *key, int64_t now_us,
                             struct episode *e) MUST_USE;
/* Advances the episode of key to level and writes its step; step has all but episode, event, level
 * and time. */
enum err assess_step(struct assess *a, const char *key, enum alert_category category,
                     enum alert_kind kind, const char *house, const char *element, int level,
                     int64_t now_us, struct alert_step *step) MUST_USE;

enum err assess_add_condition(struct assess *a, const char *key, uint32_t sensor,
                              const struct finding *f) MUST_USE;

#endif
