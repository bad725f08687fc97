/* Time zones as the system has them: /usr/share/zoneinfo. */
#ifndef SHIKUMEN_IO_ZONE_FILE_H
#define SHIKUMEN_IO_ZONE_FILE_H

#include "shikumen/base/err.h"
#include "shikumen/base/fault.h"
#include "shikumen/model/zone.h"

/* Puts the zone called name among the list's, if it is not there: one of the IANA database, or a
 * fixed offset, which needs no file. *out (NULL allowed) is the list's; NULL after an error.
 * ERR_NOTFOUND: no such zone; ERR_PARSE: its file is not sound; ERR_IO, ERR_NOMEM. */
enum err zone_list_add(struct zone_list *l, const char *name,
                       const struct time_zone **out) MUST_USE;

/* The same; a zone that cannot be had is a fault of that member of the file (ERR_CONFIG). */
enum err zone_list_need(struct zone_list *l, const char *name, const char *file, const char *member,
                        struct fault_list *faults, const struct time_zone **out) MUST_USE;

#endif
