/* Who is measured: the daemon, and what stands beside it, each on a broker of its own with the same
 * settings, and all subscribed to shikumen/v1/# at QoS 1 with a persistent session. */
#ifndef SHIKUMEN_BENCH_CONTENDER_H
#define SHIKUMEN_BENCH_CONTENDER_H

#include <stdbool.h>
#include <stdint.h>

#include "broker.h"

enum contender_kind {
    SHIKUMEND,     /* build/.../bin/shikumend */
    MOSQUITTO_SUB, /* receives and throws away: the bound that broker and library set */
    PEER_STORE,    /* bench_peer_store: rows in SQLite as one would first write it */
    PEER_POST,     /* bench_peer_post: a POST for each reading over the limit, nothing stored */
};

struct contender_options {
    enum contender_kind kind;
    int sensors, alarms;  /* registered; SHIKUMEND */
    int64_t messages;     /* it ends after so many; MOSQUITTO_SUB */
    const char *post_url; /* NULL: no receiver */
    const char *limits;   /* directory of limit sets; SHIKUMEND */
};

struct contender {
    enum contender_kind kind;
    char *folder, *store;
    struct broker broker;
    struct process process;
    struct sqlite3 *db; /* its store, once there is one */
    double cpu_s;       /* user and system, all threads, so far */
    double peak_rss_mb;
};

/* Starts broker and contender in a new temporary folder and waits until it has subscribed; on
 * failure gives up with its log. */
struct contender contender_start(const struct contender_options *o);

/* Brings cpu_s and peak_rss_mb up to date; false when the process has ended (they stay). */
bool contender_sample(struct contender *c);
/* Readings in its store as another process sees them (committed); 0 while there is none. */
int64_t contender_stored(struct contender *c);
/* What it holds in memory now, MB. */
double contender_rss_mb(const struct contender *c);

/* Stops the contender as an operator would. */
void contender_stop(struct contender *c);
/* Size of the files of its store; after contender_stop. */
int64_t contender_bytes(const struct contender *c);
/* Stops whatever runs and removes the folder. */
void contender_finish(struct contender *c);

#endif
