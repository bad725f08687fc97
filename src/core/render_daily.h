/* The sentences of what is told once a day (core/daily.h). */
#ifndef SHIKUMEN_RENDER_DAILY_H
#define SHIKUMEN_RENDER_DAILY_H

#include "render_speech.h"
#include "shikumen/core/daily.h"

/* The report, without a head; s->step->daily is there. */
void daily_say(struct strbuf *out, struct speech *s);

/* Which alerts wait, after the head and the first sentence. */
void daily_say_waiting(struct strbuf *out, struct speech *s);

/* The member "daily" of the evidence: of a report all, of a reminder what waits. */
void daily_put(struct strbuf *out, const struct alert_step *step);

#endif
