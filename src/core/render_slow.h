/* The sentences of the slow analysis (slow.h): lasting and sudden movement, forecasts, sensors in
 * doubt, rows of houses that move alike. */
#ifndef SHIKUMEN_RENDER_SLOW_H
#define SHIKUMEN_RENDER_SLOW_H

#include <stdbool.h>

#include "render_speech.h"

/* The finding of a share when it is one of the slow analysis (kinds trend and step, and a fault
 * that no limit tells), else NULL. */
const struct finding *slow_finding(const struct episode *e, const struct step_sensor *share);

/* Such a finding says why a sensor is in doubt, or no longer is: nothing was compared. */
bool slow_is_doubt(const struct episode *e);

/* A sudden change that is withdrawn while its alert still waits for a person. */
bool slow_is_withdrawn(const struct alert_step *step);

/* Sets the parameters of these sentences; s->slow is set, value and limit are. */
void slow_prepare(struct speech *s);

/* The line after its head. */
void slow_say(struct strbuf *out, const struct speech *s);

/* What to do about a condition that lasts, without who decides. */
void slow_advise(struct strbuf *out, const struct speech *s);

#endif
