/* What settings must satisfy together, once all files are read. */
#ifndef SHIKUMEN_IO_SETTINGS_CHECK_H
#define SHIKUMEN_IO_SETTINGS_CHECK_H

#include "settings_table.h"
#include "shikumen/base/fault.h"

/* Where something was named. */
struct place {
    const char *file;
    int line; /* 0: nowhere, it has its default */
};

/* Where every setting was named, by row; endpoint e has its own place and one per row from
 * endpoints[e * (endpoint_row_count + 1)] on. */
struct places {
    const char *file; /* FILE, for what is not named anywhere */
    struct place *rows;
    struct place *endpoints;
};

/* Adds what is not given but follows from the rest (port, client id, who is a fallback). */
void settings_complete(struct settings *s);

/* Adds a fault for everything that does not fit together or does not exist. */
void settings_check(const struct settings *s, const struct places *places,
                    struct fault_list *faults);

#endif
