/* Names, numbers and times as people read them. */
#ifndef SHIKUMEN_RENDER_PUT_H
#define SHIKUMEN_RENDER_PUT_H

#include <stdbool.h>
#include <stdint.h>

#include "shikumen/base/strbuf.h"
#include "shikumen/model/zone.h"

/* Appends a name that may come from anywhere as one harmless piece of a line: at most 60
 * characters, valid UTF-8, controls and characters that turn the reading direction left out. */
void put_name(struct strbuf *out, const char *name);

/* Appends v (finite) with that many decimals, 0 to 9; never "-0". */
void put_fixed(struct strbuf *out, double v, int decimals);

/* Appends v with up to three decimals, no trailing zeros; smaller than that in full. */
void put_short(struct strbuf *out, double v);

struct local_time {
    bool valid; /* false: t_us is outside the years 1 to 9999 */
    bool local; /* false: the zone is UTC, which is then said */
    int year, month, day, hour, minute;
};

/* t_us in a zone. */
struct local_time local_time_of(int64_t t_us, const struct time_zone *zone);

#endif
