/* The assess loop: new readings to conclusions, steps and outbox rows. Runs until hub->stop; woken
 * by commits, never polling; waits out storage errors. */
#ifndef SHIKUMEN_SVC_ASSESS_H
#define SHIKUMEN_SVC_ASSESS_H

#include "shikumen/svc/hub.h"

void *assess_run(void *hub); /* thread function, struct hub * */

#endif
