/* The lines of a logger's table, TOA5 or CSV, as readings by a profile. Pure. */
#ifndef SHIKUMEN_CORE_FILE_TABLE_H
#define SHIKUMEN_CORE_FILE_TABLE_H

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/core/file_profile.h"

struct file_table;

/* What is wrong with a line. */
struct table_fault {
    int column;          /* 1..; 0: the whole line */
    const char *zh, *en; /* what, and what is allowed; in the arena given or constant */
};

struct table_reading {
    const struct file_series *series;
    int64_t t_us;
    double value; /* scaled, in the unit of the series */
};

/* Rows whose moment is not certain, because the clock of the logger was put back or forward. */
struct table_doubts {
    int64_t assumed; /* the time was shown twice and nothing says which: taken for the first */
    int64_t never;   /* it was never shown: taken as by a clock that was put forward too late */
};

/* A table by a profile, which must outlive it. ERR_NOMEM. */
enum err file_table_open(const struct file_profile *profile, struct file_table **out) MUST_USE;
void file_table_close(struct file_table *t); /* NULL allowed */

/* Takes the next line (n bytes of UTF-8 without its end): heading, comment, or a row, whose
 * readings are *readings (valid until the next line) and their number *count. A missing value is
 * none, and so is one that is not a number in TOA5 ("NAN"). ERR_PARSE: *fault says what is wrong.
 * ERR_NOMEM. */
enum err file_table_line(struct file_table *t, const char *line, size_t n, struct arena *arena,
                         const struct table_reading **readings, size_t *count,
                         struct table_fault *fault) MUST_USE;

/* Whether the heading was complete: what ended before is no table. */
bool file_table_begun(const struct file_table *t);
struct table_doubts file_table_doubts(const struct file_table *t);

/* True for the first line of a TOA5 file whose station and table are those of the profile. */
bool file_is_toa5(const char *line, size_t n);
bool file_toa5_fits(const struct file_profile *p, const char *line, size_t n);

#endif
