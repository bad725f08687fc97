/* How the daemon is doing, for systemd and for whoever asks. */
#ifndef SHIKUMEN_SVC_STATUS_H
#define SHIKUMEN_SVC_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "shikumen/base/strbuf.h"
#include "shikumen/svc/hub.h"

/* A loop that gives no sign of life for so long hangs. */
#define BEAT_MAX_US 30000000

#define STATUS_REASONS_MOST (2 * LOOP_COUNT + 2)

/* Why the daemon is degraded; count 0: it is not. */
struct reasons {
    size_t count;
    char text[STATUS_REASONS_MOST][HUB_TEXT_SIZE + 64];
};

void reasons_collect(struct hub *h, int64_t monotonic_us, struct reasons *r);
/* Appends "reasons":[…],"reasons_zh":[…]. */
void reasons_put(const struct reasons *r, struct strbuf *out);

/* True when every loop was at work within BEAT_MAX_US. */
bool status_all_alive(struct hub *h, int64_t monotonic_us);

/* True when both databases are open and no loop waits for the store. The broker is not waited
 * for. */
bool status_all_open(struct hub *h);

/* One sentence: "degraded: broker: connecting; 180 sensors of 12 houses". */
void status_sentence(struct hub *h, int64_t monotonic_us, struct strbuf *out);

/* The live figures as one JSON document with a line feed. */
void status_json(struct hub *h, int64_t started_us, int64_t now_us, int64_t monotonic_us,
                 struct strbuf *out);

#endif
