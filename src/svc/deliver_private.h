/* The inside of the deliver loop: lanes (endpoints of the plan in force) and jobs (messages from
 * the start of their POST until its outcome is committed, with the rows of the outbox that they
 * tell).
 */
#ifndef SHIKUMEN_SVC_DELIVER_PRIVATE_H
#define SHIKUMEN_SVC_DELIVER_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/core/format.h"
#include "shikumen/io/http_client.h"
#include "shikumen/io/state_db.h"
#include "shikumen/io/webhook_sign.h"
#include "shikumen/svc/hub.h"

#define DELIVER_JOBS         256 /* posted and not yet settled, at most */
#define DELIVER_FLYING       64  /* requests under way at once */
#define DELIVER_PER_ENDPOINT 4
#define DELIVER_GATHER       256 /* steps looked at to merge the worst of them */

enum job_state { JOB_FREE, JOB_FLYING, JOB_ANSWERED };

/* A row of the outbox that a message tells. */
struct job_row {
    int64_t row, episode_row;
    char episode_id[ALERT_ID_SIZE];
    int step;
    int attempts; /* this one included */
    int64_t first_try_us;
    struct outbox_result result; /* once answered */
};

struct job {
    enum job_state state;
    struct plan *plan; /* that it was started under; owns endpoint and template */
    const struct endpoint *endpoint;
    const struct format *format;
    const struct format_template *template;
    struct job_row *rows;
    size_t count; /* 0: tells again what stands; nothing of it is settled */
    char error[256];
};

struct lane {
    const struct endpoint *endpoint;
    const struct format *format;
    const struct format_template *template;
    const struct time_zone *zone; /* of the plan */
    struct webhook_key key;
    struct strbuf address, topic; /* with the secret of the URL in them */
    char key_fault[96];           /* why a secret cannot be used; nothing is posted until it can */
    int flying, answered;         /* jobs */
    size_t rows;                  /* of them */
    int64_t next_us; /* wall clock: when its next row is due; INT64_MAX: not known to be any */
    bool failing;    /* its latest attempt failed */
    /* Monotonic clock. */
    struct limiter limiter;
    int64_t resend_us;    /* when what stands is told again */
    int64_t resend_after; /* row of the latest episode told again in this turn */
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
    bool again;   /* the next round has work at once */
    bool adopted; /* a plan whose outbox was not looked through yet */
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
/* After a plan was adopted: says once of what waits for which endpoints it has none of. Errors of
 * state.db. */
enum err deliver_say_gone(struct deliver *d) MUST_USE;
/* Reads the secrets again that could not be used. */
void deliver_retry_keys(struct deliver *d);

/* Starts what is due and fits. Returns how many were started, the storage error in *e. */
int deliver_start(struct deliver *d, enum err *e);
/* Steps that are due, gathered: those of one lane, until they are told or not. */
struct due {
    struct outbox_row row; /* texts in the arena */
    struct step_view view, first;
    struct format_sent *sent;
    size_t sent_count;
    bool readable;
};
/* Renders the steps (worst first) into one message and posts it as request id. ERR_RANGE: the URL
 * is none; ERR_NOMEM. */
enum err deliver_post(struct deliver *d, const struct lane *lane, struct due *const *steps,
                      size_t count, uint64_t id, int64_t now_us) MUST_USE;

/* The lane that the job belongs to now; NULL when its endpoint is gone. */
struct lane *deliver_lane_of(const struct deliver *d, const struct job *job);
/* Notes the answers. */
void deliver_take(struct deliver *d, const struct http_result *results, size_t n);
/* Notes that a job could not be posted; for_good: it never can. */
void deliver_fail(struct deliver *d, struct job *job, const char *why, bool for_good);
/* Commits what became of the answered jobs (of at most 64 per call). */
enum err deliver_settle(struct deliver *d) MUST_USE;
void deliver_job_free(struct deliver *d, struct job *job);

#endif
