/* Time zones as the system has them (TZif, RFC 8536). */
#ifndef SHIKUMEN_IO_ZONE_FILE_H
#define SHIKUMEN_IO_ZONE_FILE_H

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/model/zone.h"

/* Reads the zone called name ("Asia/Shanghai"); memory is the arena's. After the last change that
 * the file lists (2037 in Debian's) its offset stays. ERR_NOTFOUND, ERR_PARSE, ERR_IO, ERR_NOMEM.
 */
enum err zone_file_read(const char *name, struct arena *arena, struct zone_rules *out) MUST_USE;

#endif
