/* The assess loop: new readings to conclusions, steps and outbox rows. Runs until hub->stop; woken
 * by commits, never polling; waits out storage errors. */
#ifndef SHIKUMEN_SVC_ASSESS_H
#define SHIKUMEN_SVC_ASSESS_H

#include <stddef.h>

#include "shikumen/model/alert.h"
#include "shikumen/svc/hub.h"

/* Takes what is concluded as it is concluded, one finished JSON object without a line end each.
 * Callbacks may be NULL. */
struct assess_sink {
    void (*step)(void *context, const struct episode *e, enum alert_event event, const char *json,
                 size_t n); /* docs/interface.md section 6 */
    void (*forecast)(void *context, const char *json, size_t n);
    void (*risk)(void *context, const char *json, size_t n);
    void *context;
};

void *assess_run(void *hub); /* thread function, struct hub * */

#endif
