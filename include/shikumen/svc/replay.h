/* A replay: the code of the ingest and the assess loop on readings of the past, in one thread, on a
 * simulated clock that follows their arrival. Same readings, same bytes: nothing but what is given
 * here has a say. The stores are made in the folder of the plan and are whole after replay_close.
 *
 * Rounds of the assessor. Time is a grid of REPLAY_GRID_US. A round takes place at a point of it
 * when something waits to be concluded or a time has come (an event without its frequency,
 * silence); an epoch begins at its own time. Rounds up to an arrival precede it. So what is
 * concluded, and when, does not depend on how the readings are handed over or committed. */
#ifndef SHIKUMEN_SVC_REPLAY_H
#define SHIKUMEN_SVC_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "shikumen/core/alarm_load.h"
#include "shikumen/core/payload.h"
#include "shikumen/svc/assess.h"
#include "shikumen/svc/plan.h"

#define REPLAY_GRID_US (60 * 1000000LL)

struct replay;

/* A replay of plan (which it retains) in plan->settings->store.path, a folder that exists and holds
 * no store. Its clock starts with the first arrival. sink, and what it points to, must outlive it.
 * keep: the store is to be looked into afterwards, so forecasts and risk are kept in it as the
 * daemon keeps them; else the sink alone is told. ERR_NOMEM, ERR_IO. */
enum err replay_open(struct plan *plan, const struct assess_sink *sink, bool keep,
                     struct replay **out) MUST_USE;

/* A reading that arrives at rx_us (not before the clock: then now), value in the canonical unit.
 * What payload_fault refuses must not come here. Errors: those of the stores; after one, only
 * replay_error and replay_close. */
enum err replay_take(struct replay *r, uint32_t sensor, int64_t t_us, double value,
                     int64_t rx_us) MUST_USE;

/* A message that arrives at rx_us, as from the broker. */
enum err replay_message(struct replay *r, const char *topic, const void *payload, size_t n,
                        int64_t rx_us) MUST_USE;

/* Brings the clock to now_us: rounds that fall due take place. Nothing when it is there already. */
enum err replay_advance(struct replay *r, int64_t now_us) MUST_USE;

struct replay_counts {
    int64_t messages, received, stored, duplicate, conflict;
    int64_t quarantined[REFUSE_COUNT];
    int64_t first_us, last_us; /* of the clock; INT64_MIN before the first arrival */
    int64_t rounds, commits;
};
struct replay_counts replay_counts(const struct replay *r);

/* The alarm load of all that was concluded, nothing forgotten; NULL before the first arrival. */
const struct alarm_load *replay_alarm_load(const struct replay *r);

const char *replay_error(const struct replay *r);

/* Concludes what waits, commits, and leaves the stores as a daemon would that stops. */
enum err replay_finish(struct replay *r) MUST_USE;
void replay_close(struct replay *r); /* NULL allowed */

#endif
