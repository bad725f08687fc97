/* The ingest loop: broker to readings.db, acknowledged only after COMMIT. Runs until hub->stop;
 * waits out storage and network errors. */
#ifndef SHIKUMEN_SVC_INGEST_H
#define SHIKUMEN_SVC_INGEST_H

#include "shikumen/svc/hub.h"

void *ingest_run(void *hub); /* thread function, struct hub * */

#endif
