/* What a cell of a table says: a number, a time, nothing. Private to file_table*.c. */
#ifndef SHIKUMEN_CORE_FILE_TABLE_VALUE_H
#define SHIKUMEN_CORE_FILE_TABLE_VALUE_H

#include "shikumen/core/file_profile.h"

/* The text of a cell, without quotes and blanks around it. */
struct cell {
    const char *text;
    size_t n;
};

bool file_cell_says(struct cell c, const char *text);

/* Whether it stands for no value. */
bool file_cell_is_missing(const struct file_profile *p, struct cell c);
/* A finite number with that decimal sign; false: it is none. */
bool file_cell_number(struct cell c, char decimal, double *out);
/* A time as the profile has them: what the logger's clock showed, as if it were UTC, or *is_utc.
 * False: it is none. */
bool file_cell_time(const struct file_profile *p, struct cell c, int64_t *t_us, bool *is_utc);

#endif
