/* Where a secret file lies. */
#ifndef SHIKUMEN_IO_SECRET_H
#define SHIKUMEN_IO_SECRET_H

#include <stdbool.h>

#include "shikumen/base/strbuf.h"

/* Sets out to "$CREDENTIALS_DIRECTORY/<last component of path>" and returns true when that file
 * exists; else false, out empty. */
bool secret_credential(const char *path, struct strbuf *out);

#endif
