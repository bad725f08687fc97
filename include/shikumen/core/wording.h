/* Words about what was not taken: messages, records, lines of files, rules of profiles. They come
 * about in English, where something does not fit, and are stored like that; this gives them in
 * Chinese, of old stores too. Pure. */
#ifndef SHIKUMEN_CORE_WORDING_H
#define SHIKUMEN_CORE_WORDING_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/core/payload.h"

/* Appends en in Chinese; what it quotes stays as it is. False, and nothing appended, when it is
 * nothing that this program says. */
bool wording_put_zh(struct strbuf *out, const char *en);

/* The same in the arena; NULL also when memory is out. */
const char *wording_zh(struct arena *arena, const char *en);

/* The same, en itself in place of NULL. */
const char *wording_zh_or(struct arena *arena, const char *en);

/* Why something was refused, as a few words: "the sensor is not registered". The name of the reason
 * itself for one that is not known (of a newer program). */
const char *refusal_zh(const char *name);
const char *refusal_en(const char *name);

/* The sentences with "{}" for what is quoted and "{w}" for words that are a sentence themselves;
 * NULL from the count on. Of tests. */
const char *wording_pattern(size_t i);

#endif
