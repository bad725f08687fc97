/* The sentences of alerts about the alarm load (alarm_load.h). */
#ifndef SHIKUMEN_RENDER_LOAD_H
#define SHIKUMEN_RENDER_LOAD_H

#include "render_speech.h"

/* Sets the parameters of these sentences; s->step->load is there. */
void load_prepare(struct speech *s);

/* The line after its head. */
void load_say(struct strbuf *out, const struct speech *s);

/* The member "load" of the evidence. */
void load_put(struct strbuf *out, const struct alarm_over *load);

#endif
