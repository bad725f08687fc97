/* An entry put into the text of a registry, the rest of which stays as people wrote it. */
#ifndef SHIKUMEN_CLI_REGISTRY_EDIT_H
#define SHIKUMEN_CLI_REGISTRY_EDIT_H

#include <stddef.h>

#include "shikumen/base/err.h"
#include "shikumen/base/strbuf.h"

/* Appends to out the n bytes of text, a JSON object, with entry (a JSON value) as the last of its
 * member "epochs", which is made when it is missing or null; the entry stands as its predecessor
 * does. ERR_PARSE when text is no object or "epochs" no list; ERR_NOMEM. That text is JSON
 * otherwise is for the caller to check. */
enum err registry_edit_epoch(const char *text, size_t n, const char *entry,
                             struct strbuf *out) MUST_USE;

#endif
