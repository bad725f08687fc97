/* A connection to the broker: QoS 1, bounded number of unacknowledged messages, reconnects by
 * itself and then sends again what was not acknowledged. */
#ifndef SHIKUMEN_SIM_UPLINK_H
#define SHIKUMEN_SIM_UPLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "options.h"
#include "shikumen/base/err.h"

#define UPLINK_WINDOW 1000

struct uplink;

/* Connects (20 s of patience). will_topic: where the broker says {"state":"offline"} when the
 * connection is lost; NULL: none. ERR_NET: not reachable; ERR_REFUSED: the broker said no;
 * ERR_CONFIG: password or TLS files; ERR_NOMEM. The fault is told on stderr. */
enum err uplink_open(const struct options *o, const char *will_topic, struct uplink **out) MUST_USE;

/* True when a message may be sent now. */
bool uplink_ready(const struct uplink *u);
/* Sends a message. ERR_NET: it was not taken. */
enum err uplink_send(struct uplink *u, const char *topic, const void *payload, size_t n,
                     bool retain) MUST_USE;
/* Network work, waiting at most timeout_ms for something to do; 0: not at all. */
void uplink_step(struct uplink *u, int timeout_ms);
/* Messages sent and not acknowledged. */
int64_t uplink_unacked(const struct uplink *u);

/* A clean goodbye; NULL allowed. */
void uplink_close(struct uplink *u);
/* Falls silent: the connection is dropped without a goodbye, the broker publishes the will. */
void uplink_drop(struct uplink *u);

#endif
