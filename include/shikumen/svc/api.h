/* The HTTP side: the API, the pages, the streams (docs/http-api.md). Runs until hub->stop; an
 * address that cannot be had is a fault that is waited out. */
#ifndef SHIKUMEN_SVC_API_H
#define SHIKUMEN_SVC_API_H

#include "shikumen/svc/hub.h"

void *api_run(void *hub); /* thread function, struct hub * */

#endif
