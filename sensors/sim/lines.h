/* Readings as lines of text (docs/interface.md section 10), fast. */
#ifndef SHIKUMEN_SIM_LINES_H
#define SHIKUMEN_SIM_LINES_H

#include <stdint.h>

#include "district.h"
#include "pending.h"
#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

#define LINES_LONGEST 320

/* The parts of every sensor's lines that never change, and the day last written. */
struct lines {
    const char **middle, **tail; /* ","sensor":"…","v":  and  ,"u":"mm","rx":" */
    int64_t day;
    char day_text[12]; /* "2026-11-22T" */
};

/* Memory is the arena's. ERR_NOMEM. */
enum err lines_init(struct lines *l, const struct district *d, struct arena *arena) MUST_USE;

/* Writes a's line, newline included, at most LINES_LONGEST bytes; returns its end. */
char *lines_put(struct lines *l, const struct arrival *a, char *at);

/* Writes scaled / 10^decimals ("-0.42"), at most 24 bytes; returns its end. */
char *lines_number(int64_t scaled, int decimals, char *at);

#endif
