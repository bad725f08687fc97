/* The lines of a history: a file, plain or gzip (told by its first bytes), or standard input. Reads
 * ahead as much as one buffer holds; the file need not fit in memory. */
#ifndef SHIKUMEN_CLI_HISTORY_IN_H
#define SHIKUMEN_CLI_HISTORY_IN_H

#include <stddef.h>

#include "shikumen/base/err.h"

#define HISTORY_LINE_MAX (1u << 20)

struct history;

/* path "-": standard input. ERR_NOTFOUND, ERR_IO (errno kept), ERR_NOMEM. */
enum err history_open(const char *path, struct history **out) MUST_USE;

/* The next line without its end ("\n" or "\r\n"), valid until the next call; the last one may lack
 * its end. ERR_NOTFOUND: there is none. ERR_RANGE: it is longer than HISTORY_LINE_MAX and left out.
 * ERR_IO (errno kept), ERR_CORRUPT (gzip damaged or cut short). */
enum err history_line(struct history *h, const char **line, size_t *n) MUST_USE;

void history_close(struct history *h); /* NULL allowed */

#endif
