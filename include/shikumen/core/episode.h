/* The life of an alert: what step, if any, a change of its condition, time or a person makes. Pure.
 *
 * A condition rises and falls; what people are shown follows it up at once, and down when nothing
 * holds it: red and orange are held until a person has acknowledged that level (an alarm is
 * latched, ANSI/ISA-18.2-2016, IEC 62682:2022), and what has come back twice within a day is held
 * until it has been quiet for a day (a chattering alarm is one alarm). A person may resolve what
 * lasts; it opens again a day later if it lasts still, at once if it is worse. */
#ifndef SHIKUMEN_CORE_EPISODE_H
#define SHIKUMEN_CORE_EPISODE_H

#include <stdbool.h>
#include <stdint.h>

#include "shikumen/model/alert.h"

#define EPISODE_DAY_US (86400 * 1000000LL)
/* A condition that comes back within this time re-opens its episode instead of making a new one
 * [J]. */
#define EPISODE_REOPEN_US (7 * EPISODE_DAY_US)
/* Two returns within this time are chatter; so long quiet ends it [J]. */
#define EPISODE_CHATTER_US EPISODE_DAY_US
/* After so long what a person resolved opens again while it lasts [J]. */
#define EPISODE_HAND_US EPISODE_DAY_US
/* Levels from here on are held until acknowledged. */
#define EPISODE_LATCH_LEVEL LEVEL_ORANGE

/* Its condition has condition_level at now_us (wall clock). A zero-initialised e (step 0) is a
 * condition never seen. Returns true when that makes a step: *event tells which, and e has its new
 * level, peak, step number and times. False: nothing to tell. A condition resolved longer ago than
 * EPISODE_REOPEN_US must be given as new. */
bool episode_advance(struct episode *e, int condition_level, int64_t now_us,
                     enum alert_event *event);

/* What time alone, or an acknowledgement before, brings at now_us; as episode_advance. One that is
 * spoken for is held by nothing. */
bool episode_tick(struct episode *e, int64_t now_us, enum alert_event *event);
/* When episode_tick will next bring something; INT64_MAX: only conditions and people can. */
int64_t episode_due_us(const struct episode *e);

/* A named person has seen the level that is shown: a step EVENT_ACKNOWLEDGED. False: it is
 * resolved, or this level was acknowledged before. What it held may fall at the next episode_tick.
 */
bool episode_acknowledge(struct episode *e, int64_t now_us);
/* A named person ends it, whatever lasts: a step EVENT_RESOLVED, acknowledged by that too. False:
 * it is resolved. */
bool episode_resolve(struct episode *e, int64_t now_us);
/* A step that changes no level: a comment, an assignment, an escalation, a reminder. */
void episode_note(struct episode *e, int64_t now_us);

/* Open at orange or red and not yet acknowledged at this level. */
bool episode_waits(const struct episode *e);
/* It came back twice within a day and has not been quiet for a day since. */
bool episode_chatters(const struct episode *e, int64_t now_us);

/* Writes a random (version 4) UUID made of 16 random bytes. */
void episode_id(const uint8_t random[16], char id[ALERT_ID_SIZE]);

#endif
