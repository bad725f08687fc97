/* Asks a running daemon for its live figures, over the socket in its store directory. */
#ifndef SHIKUMEN_IO_CONTROL_CLIENT_H
#define SHIKUMEN_IO_CONTROL_CLIENT_H

#include "shikumen/base/err.h"
#include "shikumen/base/strbuf.h"

/* Appends the JSON document that the daemon working on store_path answers with (docs/interface.md
 * section 9). ERR_NOTFOUND when no daemon answers within 2 s or what it says does not end;
 * ERR_REFUSED when its socket may not be used; ERR_NOMEM. */
enum err control_fetch(const char *store_path, struct strbuf *json) MUST_USE;

#endif
