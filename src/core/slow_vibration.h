/* Vibrations in the slow analysis (core/vibration_watch.h): events are kept until their day is
 * concluded, paired with their frequencies and put in order; then the watch of their house hears
 * them. */
#ifndef SHIKUMEN_CORE_SLOW_VIBRATION_H
#define SHIKUMEN_CORE_SLOW_VIBRATION_H

#include "shikumen/core/slow.h"
#include "shikumen/core/vibration_watch.h"
#include "slow_gather.h"

struct slow_vibrations;

struct slow_vibrations *slow_vibrations_new(const struct registry *r); /* NULL: memory is out */
void slow_vibrations_free(struct slow_vibrations *v);                  /* NULL allowed */

/* A reading of a velocity or of a dominant frequency; others do nothing. */
void slow_vibrations_take(struct slow_vibrations *v, const struct registry *r, uint32_t sensor,
                          const struct reading *reading);
/* A reading of a day not yet concluded got another flag and does not count. */
void slow_vibrations_revised(struct slow_vibrations *v, const struct registry *r, uint32_t sensor,
                             int64_t t_us);
/* An event from a record. */
void slow_vibrations_burst(struct slow_vibrations *v, const struct registry *r, uint32_t sensor,
                           const struct vibration_event *e);
/* Sensors with a new baseline hold nothing (rules.h); what is still so is told anew. */
void slow_vibrations_epochs(struct slow_vibrations *v, const struct registry *r, int64_t now_us);

/* The day's events; works that began, grew or ended, told as kind construction, as one of the row
 * where several houses feel them; on Mondays the forecasts. */
enum err slow_vibrations_conclude(struct slow_vibrations *v, const struct registry *r, int64_t day,
                                  struct arena *arena, const struct slow_sink *sink) MUST_USE;

/* What the sensor holds; returns how many (0, 1). */
size_t slow_vibrations_current(const struct slow_vibrations *v, const struct registry *r,
                               uint32_t sensor, struct finding out[1]);

/* An element has a sensor of velocity or acceleration. */
bool slow_vibrations_watch(const struct slow_vibrations *v, const struct registry *r,
                           uint32_t element);
void slow_vibrations_gather(const struct slow_vibrations *v, const struct registry *r,
                            uint32_t element, int64_t day, struct gathered *g);

#endif
