/* Which moment a logger means whose clock keeps a zone's summer time. Private to file_table*.c. */
#ifndef SHIKUMEN_CORE_FILE_TABLE_CLOCK_H
#define SHIKUMEN_CORE_FILE_TABLE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "shikumen/core/file_table.h"
#include "shikumen/model/zone.h"

/* What the rows before have shown; start with FILE_CLOCK_NEW. */
struct file_clock {
    bool begun;
    int64_t last_us;
    int way;      /* of the rows: -1 the newest first, else 1 */
    bool assumed; /* the times of the latest rows are taken for the first of two */
};

#define FILE_CLOCK_NEW ((struct file_clock){.way = 1})

/* What is not certain of a time. */
enum file_doubt {
    FILE_CERTAIN,
    FILE_ASSUMED, /* the clocks showed it twice and no row says which: the first */
    FILE_NEVER    /* they never showed it: as by a clock that was put forward too late */
};

/* The moment at which the clocks of z showed wall_us in this row. Of two, the one with which the
 * times of the rows go on as they did. It depends on the rows of the file alone, so that a file
 * read again gives the same readings. */
int64_t file_clock_read(struct file_clock *c, const struct time_zone *z, int64_t wall_us,
                        enum file_doubt *doubt);

/* The same, with what is not certain counted; z NULL: the row says its moment itself. */
int64_t file_clock_moment(struct file_clock *c, const struct time_zone *z, int64_t t_us,
                          struct table_doubts *doubts);

#endif
