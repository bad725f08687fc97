/* The file of access tokens: of each a line "NAME ROLE sha256:HEX", the digest of a token that is
 * shown once, when it is made. "#" begins a comment. Pure. */
#ifndef SHIKUMEN_CORE_TOKENS_H
#define SHIKUMEN_CORE_TOKENS_H

#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/base/fault.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/model/token.h"

#define TOKENS_MOST 400

/* Reads the file's text into the arena. ERR_CONFIG with a fault, and its line, for each line that
 * is not of that form, names a name or a digest again, or is one too many; ERR_NOMEM. */
enum err tokens_parse(const char *file, const char *text, size_t n, struct arena *arena,
                      struct fault_list *faults, struct token_list *out) MUST_USE;

/* The token with this digest, NULL when there is none. Takes as long whether and wherever it is
 * found. */
const struct token *tokens_find(const struct token_list *list,
                                const uint8_t hash[TOKEN_HASH_BYTES]);

/* Why a name is none that may stand in the file, in both languages; NULL when it is one. */
const char *token_name_fault(const char *name);

/* Appends the line of a token, with its line feed. */
void token_line(const struct token *t, struct strbuf *out);

#endif
