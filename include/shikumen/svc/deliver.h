/* The deliver loop: posts what the outbox says is due, settles what came of it. Runs until
 * hub->stop; waits out storage errors. */
#ifndef SHIKUMEN_SVC_DELIVER_H
#define SHIKUMEN_SVC_DELIVER_H

#include "shikumen/svc/hub.h"

void *deliver_run(void *hub); /* thread function, struct hub * */

#endif
