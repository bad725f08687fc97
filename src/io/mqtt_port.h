/* Whether somebody listens. libmosquitto's connect waits as long as the kernel does, minutes for a
 * host that swallows packets: so this is asked first. */
#ifndef SHIKUMEN_IO_MQTT_PORT_H
#define SHIKUMEN_IO_MQTT_PORT_H

#include <stdbool.h>
#include <stddef.h>

/* Waits at most 5 s for each address of host. False: why says what came instead. */
bool mqtt_port_answers(const char *host, int number, char *why, size_t why_size);

#endif
