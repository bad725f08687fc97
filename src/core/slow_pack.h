/* Bytes of the slow analysis, in pieces: slow_pack.c names them and has what is of the whole;
 * slow_pack_sensor.c a sensor, slow_dose_pack.c a pair of the doses, slow_vibration_pack.c a house,
 * and the latter two what waits for the end of its day. All lists of fields work both ways
 * (pack_fields.h) and bring what is read into a state as slow_new made it; reading alone can fail,
 * with ERR_NOMEM, or what is wrong with bytes packed on their own. */
#ifndef SHIKUMEN_CORE_SLOW_PACK_H
#define SHIKUMEN_CORE_SLOW_PACK_H

#include "pack_fields.h"
#include "slow_private.h"

/* --- slow_pack_sensor.c --- */
enum err slow_fields_sensor(struct pack_fields *f, struct slow *s, uint32_t sensor) MUST_USE;

/* --- slow_pack.c --- */
/* A finding that rests on one of n rows; name: of its derived quantity, when it has one. */
void slow_fields_finding(struct pack_fields *f, struct finding *x, const struct limit *rows,
                         size_t n, const char *name);

/* --- slow_dose_pack.c --- */
size_t slow_doses_count(const struct slow_doses *d);
/* The doses of a pair alone, before it is written. */
enum err slow_dose_bytes(const struct slow_doses *d, size_t pair, struct arena *arena,
                         const void **bytes, size_t *n) MUST_USE;
enum err slow_fields_dose(struct pack_fields *f, struct slow_doses *d, size_t pair,
                          const void *bytes, size_t n) MUST_USE;
enum err slow_fields_doses_waiting(struct pack_fields *f, const struct registry *r,
                                   struct slow_doses *d) MUST_USE;

/* --- slow_vibration_pack.c --- */
/* The watch of a house alone, before it is written; no bytes: it has heard nothing. */
enum err slow_shaken_bytes(const struct slow_vibrations *v, uint32_t house, struct arena *arena,
                           const void **bytes, size_t *n) MUST_USE;
enum err slow_fields_shaken(struct pack_fields *f, struct slow_vibrations *v, uint32_t house,
                            const void *bytes, size_t n) MUST_USE;
enum err slow_fields_events_waiting(struct pack_fields *f, const struct registry *r,
                                    struct slow_vibrations *v) MUST_USE;

#endif
