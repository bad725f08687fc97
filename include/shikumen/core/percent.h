/* Percent-encoding (RFC 3986 section 2.1). Pure. */
#ifndef SHIKUMEN_CORE_PERCENT_H
#define SHIKUMEN_CORE_PERCENT_H

#include "shikumen/base/strbuf.h"

/* Appends text with every byte encoded but the unreserved ones and those of kept. */
void percent_put(struct strbuf *out, const char *text, const char *kept);

#endif
