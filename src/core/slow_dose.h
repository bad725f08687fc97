/* Doses of climate in the slow analysis (core/doses.h): what passed is kept until its day is
 * concluded, so that a day's conclusions know nothing of later ones, however readings are batched;
 * then it goes into the pairs of its sensor, in order of arrival. */
#ifndef SHIKUMEN_CORE_SLOW_DOSE_H
#define SHIKUMEN_CORE_SLOW_DOSE_H

#include "shikumen/core/doses.h"
#include "shikumen/core/slow.h"
#include "slow_gather.h"

struct slow_doses;

struct slow_doses *slow_doses_new(const struct registry *r); /* NULL: memory is out */
void slow_doses_free(struct slow_doses *d);                  /* NULL allowed */

void slow_doses_take(struct slow_doses *d, uint32_t sensor, const struct reading *r);
/* A reading of a day not yet concluded got another flag and does not count. */
void slow_doses_revised(struct slow_doses *d, uint32_t sensor, int64_t t_us);
/* Sensors with a new baseline hold nothing (rules.h); what is still so is told anew. */
void slow_doses_epochs(struct slow_doses *d, const struct registry *r, int64_t now_us);

/* The day's readings, what changed by them told as kind moisture (level 2 and more), and in its
 * weeks the forecasts. A pair with a sensor in doubt tells nothing new. */
enum err slow_doses_conclude(struct slow_doses *d, const struct slow *s, int64_t day,
                             struct arena *arena, const struct slow_sink *sink) MUST_USE;

/* What the sensor holds; returns how many. */
size_t slow_doses_current(const struct slow_doses *d, uint32_t sensor,
                          struct finding out[DOSE_MEASURES]);

/* An element has a pair: its own, or as the structure of its house that of a room. */
bool slow_doses_watch(const struct slow_doses *d, const struct registry *r, uint32_t element);
/* Limits, evidence and worth of its pairs. */
void slow_doses_gather(const struct slow_doses *d, const struct registry *r, uint32_t element,
                       int64_t day, struct gathered *g);

#endif
