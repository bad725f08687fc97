/* Times as people give and read them. */
#ifndef SHIKUMEN_VIEW_WHEN_H
#define SHIKUMEN_VIEW_WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/model/zone.h"

#define WHEN_TEXT_SIZE 40

/* RFC 3339, a date (midnight UTC), a span before now (-30s, -90m, -24h, -7d, -4w) or after it
 * (+8h); "now". */
bool when_parse(const char *text, int64_t now_us, int64_t *t_us);

/* The same for what is asked of a moment: a date alone is the last moment of that day in the
 * zone. */
bool when_parse_as_of(const char *text, int64_t now_us, const struct time_zone *zone,
                      int64_t *t_us);

/* "2026-07-22 16:00:05" in the zone, without fractions; "–" for INT64_MIN, INT64_MAX and outside of
 * the years 1 to 9999. Returns text. */
const char *when_local(const struct time_zone *zone, int64_t t_us, char text[WHEN_TEXT_SIZE]);

/* A span for people: "12 s", "5 min", "3 h", "9 d"; negative ones with a sign. Returns text. */
const char *when_span(int64_t span_us, char text[WHEN_TEXT_SIZE]);

#endif
