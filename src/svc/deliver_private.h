/* The inside of the deliver loop: lanes (endpoints of the plan in force) and jobs (rows of the
 * outbox from the start of their POST until its outcome is committed). */
#ifndef SHIKUMEN_SVC_DELIVER_PRIVATE_H
#define SHIKUMEN_SVC_DELIVER_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/io/http_client.h"
#include "shikumen/io/state_db.h"
#include "shikumen/io/webhook_sign.h"
#include "shikumen/svc/hub.h"

#define DELIVER_JOBS         256 /* posted and not yet settled, at most */
#define DELIVER_FLYING       64  /* requests under way at once */
#define DELIVER_PER_ENDPOINT 4

enum job_state { JOB_FREE, JOB_FLYING, JOB_ANSWERED };

struct job {
    enum job_state state;
    struct plan *plan; /* that it was started under; owns endpoint */
    const struct endpoint *endpoint;
    int64_t row, episode_row;
    char episode_id[ALERT_ID_SIZE];
    int step;
    int attempts; /* this one included */
    int64_t first_try_us;
    struct outbox_result result; /* once answered */
    char error[128];
};

struct lane {
    const struct endpoint *endpoint;
    struct webhook_key key;
    char key_fault[96]; /* why its secret cannot be used; nothing is posted until it can */
    int flying, answered;
    int64_t next_us; /* wall clock: when its next row is due; INT64_MAX: not known to be any */
    bool failing;    /* its latest attempt failed */
};

/* When to try again what failed: pauses grow by doubling. Monotonic clock. */
struct pause {
    int64_t until_us, length_us, since_us; /* since_us: first failure, 0 when all is well */
};

struct deliver {
    struct hub *hub;
    struct http_client *http;
    struct state_db *db; /* NULL: closed after a failure */
    struct plan *plan;
    struct lane *lanes;
    size_t lane_count;
    struct job jobs[DELIVER_JOBS];
    int flying, answered;
    bool again; /* the next round has work at once */
    struct pause store_pause, settle_pause, key_pause;
    char store_fault[HUB_TEXT_SIZE], settle_fault[HUB_TEXT_SIZE];
    int64_t wall_ahead_us; /* wall clock minus monotonic clock, as last seen */
    int64_t shift_us;      /* steps of the wall clock not yet applied to the outbox */
};

void pause_longer(struct pause *p, int64_t first_us, int64_t longest_us);
void pause_end(struct pause *p);
bool pause_over(const struct pause *p);

/* Takes over the plan in force if it is another; jobs under way are kept. */
enum err deliver_adopt(struct deliver *d) MUST_USE;
void deliver_free_lanes(struct deliver *d);
/* Reads the secrets again that could not be used. */
void deliver_retry_keys(struct deliver *d);

/* Starts what is due and fits. Returns how many were started, the storage error in *e. */
int deliver_start(struct deliver *d, enum err *e);
/* Notes the answers. */
void deliver_take(struct deliver *d, const struct http_result *results, size_t n);
/* Commits what became of the answered jobs (of at most 64 per call). */
enum err deliver_settle(struct deliver *d) MUST_USE;
void deliver_job_free(struct deliver *d, struct job *job);

#endif
