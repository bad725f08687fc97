/* A document as JSON, as it goes to shikumen-pdf, and back. Pure. */
#ifndef SHIKUMEN_CORE_DOCUMENT_JSON_H
#define SHIKUMEN_CORE_DOCUMENT_JSON_H

#include "shikumen/base/err.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/model/document.h"

/* Appends {"language","title","subtitle","subject","author","date","running","foot","blocks":[…]}.
 */
void document_json(const struct document *d, struct strbuf *out);

/* Reads it again, all memory of d->arena (document_begin need not have been called); members that
 * are not there are empty. ERR_PARSE: not JSON, or no such document; ERR_NOMEM. */
enum err document_read(const char *json, size_t len, struct arena *arena,
                       struct document *d) MUST_USE;

#endif
