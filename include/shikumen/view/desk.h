/* What the views work with: settings, the registry and the two databases, as whoever asks has
 * opened them. The command line makes one for each command, the API one for each request. One
 * thread at a time. */
#ifndef SHIKUMEN_VIEW_DESK_H
#define SHIKUMEN_VIEW_DESK_H

#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/io/readings_query.h"
#include "shikumen/io/state_db.h"
#include "shikumen/model/registry.h"
#include "shikumen/model/settings.h"

/* How far the language of the reader is known. */
enum desk_language { DESK_BOTH, DESK_ZH, DESK_EN };

/* Which database an error comes from: its handle has the text of it. */
enum desk_part { DESK_NEITHER, DESK_READINGS, DESK_STATE };

/* All of it is borrowed and outlives what the views make. */
struct desk {
    const struct settings *settings;  /* NULL: not read */
    const struct registry *registry;  /* NULL: not read, or faulty */
    struct readings_reader *readings; /* NULL: not there; then nobody has ever spoken */
    struct state_db *state;           /* NULL: not there */
    struct arena *arena;              /* for whatever the views make */
    int64_t now_us;
    enum desk_language language;
    const struct time_zone *zone; /* of local times */
    enum desk_part failed;
};

/* zh or en, as the reader speaks; en while that is not known. */
const char *desk_word(const struct desk *d, const char *zh, const char *en);
/* A name in the reader's language. */
const char *desk_name(const struct desk *d, struct bilingual name);
/* A copy in the arena; "" when memory is out. */
const char *desk_keep(struct desk *d, const char *text);
/* Appends to out in the reader's language. Both formats take the same arguments. */
void desk_put(const struct desk *d, struct strbuf *out, const char *zh, const char *en, ...)
    __attribute__((format(printf, 3, 5), format(printf, 4, 5)));

/* Return e, and remember for an error other than ERR_NOMEM which database it comes from. */
enum err desk_readings(struct desk *d, enum err e) MUST_USE;
enum err desk_state(struct desk *d, enum err e) MUST_USE;

#endif
