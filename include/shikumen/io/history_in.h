/* The lines of a file, plain or gzip (told by its first bytes), or of standard input, as UTF-8. Reads
 * ahead as much as one buffer holds; the file need not fit in memory. */
#ifndef SHIKUMEN_IO_HISTORY_IN_H
#define SHIKUMEN_IO_HISTORY_IN_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/err.h"

#define HISTORY_LINE_MAX (1u << 20)

struct history;

/* path "-": standard input. ERR_NOTFOUND, ERR_IO (errno kept), ERR_NOMEM. */
enum err history_open(const char *path, struct history **out) MUST_USE;

/* The file open at fd from where it stands, in an encoding that iconv knows; NULL: UTF-8, not looked
 * at. fd is not closed with it. A byte order mark is left out, and says that a file is UTF-16.
 * ERR_CONFIG when the encoding is not known, else as above. */
enum err history_open_fd(int fd, const char *encoding, struct history **out) MUST_USE;

/* The next line without its end ("\n" or "\r\n"), valid until the next call; the last one may lack
 * its end. ERR_NOTFOUND: there is none. ERR_RANGE: it is longer than HISTORY_LINE_MAX and left out.
 * ERR_IO (errno kept), ERR_CORRUPT (gzip damaged or cut short), ERR_PARSE (a byte that the encoding
 * does not have, in the line that would be the next). */
enum err history_line(struct history *h, const char **line, size_t *n) MUST_USE;

/* Whether the line given last was the file's last, and had no end. */
bool history_unended(const struct history *h);

void history_close(struct history *h); /* NULL allowed */

#endif
