/* What is told once a day: that the system lives and how the watch stands, and which alerts wait
 * for a person. No figure says anything about the safety of a house. Pure. */
#ifndef SHIKUMEN_CORE_DAILY_H
#define SHIKUMEN_CORE_DAILY_H

#include <stddef.h>
#include <stdint.h>

#include "shikumen/model/alert.h"
#include "shikumen/model/zone.h"

#define DAILY_HEARTBEAT_KEY "heartbeat|daily"
#define DAILY_WAITING_KEY   "system|waiting"
#define DAILY_WAITING_CAUSE "waiting"
/* Orange and red that have waited so long are named in the reminder [J]. */
#define DAILY_WAITED_US (86400 * 1000000LL)
#define DAILY_NAMED     10 /* alerts that a text names at most [J] */

struct daily_report {
    int64_t houses, unknown;       /* watched; of these without any data now */
    int64_t open[LEVEL_RED + 1];   /* open alerts by level */
    const struct episode *waiting; /* orange and red not acknowledged, longest first */
    size_t waiting_count;
    size_t silences;        /* in force */
    int64_t silence_end_us; /* the next end of one; with silences */
    int64_t alerts;         /* of the last seven days; -1: not known */
    double allowed;         /* that they may be */
    const char *audit_head; /* "SEQ:HASH" before this step, "" when the chain is empty */
};

/* Sorts alerts that wait: longest first, of equals by row. */
void daily_order(struct episode *waiting, size_t count);

/* The next moment at which the daily report is due, minute after local midnight in the zone, when
 * the last one was made at last_us; a missed one is due at once, and only once. A last one in the
 * future of now_us (the clock was set back) counts as now. */
int64_t daily_due_us(int minute, const struct time_zone *zone, int64_t last_us, int64_t now_us);

#endif
