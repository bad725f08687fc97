/* What the loops share: the stop flag, the plan in force, heartbeats, wake-up descriptors and live
 * figures for status. Everything else is handed over as committed rows. */
#ifndef SHIKUMEN_SVC_HUB_H
#define SHIKUMEN_SVC_HUB_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"
#include "shikumen/base/log.h"
#include "shikumen/svc/plan.h"

enum loop { LOOP_INGEST, LOOP_ASSESS, LOOP_DELIVER, LOOP_HTTP, LOOP_COUNT };
const char *loop_name(enum loop l);

#define HUB_TEXT_SIZE      160
#define HUB_COMMIT_BUCKETS 6

/* How a loop is doing. fault is "" while it works; set when it starts to wait for something
 * ("store: disk full"), said once. */
struct loop_health {
    pthread_mutex_t mutex;
    char fault[HUB_TEXT_SIZE];
    int64_t fault_since_us; /* wall clock */
};

/* Where time and chance come from: the machine in the daemon, the input in a replay. */
struct hub_sources {
    int64_t (*utc_us)(void *context);       /* wall clock */
    int64_t (*monotonic_us)(void *context); /* for intervals */
    enum err (*random)(void *context, uint8_t *bytes, size_t n);
    void *context;
};

#define HUB_FILE_NAME_SIZE 256

/* The directory of files (files.drop) as ingest last saw it. Times are of the wall clock, 0: none.
 */
struct hub_files {
    bool known;                 /* there is one, and it was looked at */
    char fault[HUB_TEXT_SIZE];  /* "" while it works */
    int64_t waiting, oldest_us; /* files; since when the oldest lies there */
    int64_t left, ignored;      /* for an error; because they are no files */
    int64_t last_us;            /* when the latest was read to its end */
    bool last_refused;
    char oldest[HUB_FILE_NAME_SIZE], ignored_name[HUB_FILE_NAME_SIZE], last[HUB_FILE_NAME_SIZE];
};

struct hub {
    struct log log;
    struct hub_sources sources;
    bool replay; /* the stores are for one run: they need not survive a power cut */
    atomic_bool stop;
    int wake_fd[LOOP_COUNT];                 /* eventfd, non-blocking */
    atomic_int_fast64_t beat_us[LOOP_COUNT]; /* monotonic time of the latest round */
    struct loop_health health[LOOP_COUNT];

    pthread_mutex_t plan_mutex;
    struct plan *plan; /* in force; taken with hub_plan */

    pthread_mutex_t broker_mutex;
    char broker[HUB_TEXT_SIZE]; /* "connected", "connecting", "refused: ..." */

    pthread_mutex_t files_mutex;
    struct hub_files files; /* taken with hub_files_get */

    /* figures, written by the loop that owns them */
    atomic_int_fast64_t listening_since_us; /* connected to the broker since (wall clock); 0: not */
    atomic_int_fast64_t messages_received, commits, last_message_us;
    atomic_int_fast64_t commit_us;                         /* spent in commits, all together */
    atomic_int_fast64_t commit_bucket[HUB_COMMIT_BUCKETS]; /* commits by hub_commit_bound_us */
    atomic_int_fast64_t ingested_seq;                      /* journal row of the latest commit */
    atomic_bool ingested_known; /* false until ingest has opened the store */
    /* registry_digest of the plan the store was last brought in line with: what is judged by
     * another calibration must wait for it. */
    atomic_uint_fast64_t ingested_plan;
    atomic_int_fast64_t ingested_us;  /* wall clock of the latest commit */
    atomic_int_fast64_t assessed_seq; /* journal row judged */
    atomic_int_fast64_t
        snapshot_seq; /* rows up to here are needed by nobody but the store itself */
    atomic_int_fast64_t sensors_silent, houses_unknown;
    atomic_int_fast64_t http_connections, http_streams; /* open now */
    atomic_int_fast64_t http_cut, http_turned_away;     /* since the server was started */
    atomic_bool
        nothing_delivered; /* connected, but sensors that should speak are not heard at all */
};

/* Takes the plan. Time and chance are the machine's; svc/replay puts others in their place. */
enum err hub_init(struct hub *h, struct log log, struct plan *plan) MUST_USE;
void hub_finish(struct hub *h);

int64_t hub_utc_us(const struct hub *h);
int64_t hub_monotonic_us(const struct hub *h);
enum err hub_random(const struct hub *h, uint8_t *bytes, size_t n) MUST_USE;

/* The plan in force, with a reference for the caller; give back with plan_release. */
struct plan *hub_plan(struct hub *h);
/* Puts a new plan in force (takes the reference) and wakes all loops. */
void hub_set_plan(struct hub *h, struct plan *plan);

void hub_wake(struct hub *h, enum loop l);
void hub_drain(struct hub *h, enum loop l); /* clears the loop's wake-up */
void hub_stop(struct hub *h);
bool hub_stopping(const struct hub *h);
/* Upper bounds of the buckets of commit durations; the last is INT64_MAX. */
extern const int64_t hub_commit_bound_us[HUB_COMMIT_BUCKETS];
/* Counts a commit that took so long. */
void hub_committed(struct hub *h, int64_t duration_us);

void hub_beat(struct hub *h, enum loop l);

/* Sets ("" clears) a loop's fault; logs once per change, not once per call. */
void hub_fault(struct hub *h, enum loop l, const char *format, ...) PRINTF_LIKE(3, 4);
bool hub_fault_get(struct hub *h, enum loop l, char text[HUB_TEXT_SIZE], int64_t *since_us);
void hub_broker_set(struct hub *h, const char *format, ...) PRINTF_LIKE(2, 3); /* logs changes */
void hub_broker_get(struct hub *h, char text[HUB_TEXT_SIZE]);

void hub_files_set(struct hub *h, const struct hub_files *files);
void hub_files_get(struct hub *h, struct hub_files *out);

#endif
