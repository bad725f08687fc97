/* Inside of the ingest loop: ingest.c reads, commits and releases; ingest_link.c connects;
 * ingest_message.c turns a message into rows of the batch; ingest_store.c opens the store and keeps
 * what belongs to it. */
#ifndef SHIKUMEN_SVC_INGEST_PARTS_H
#define SHIKUMEN_SVC_INGEST_PARTS_H

#include "shikumen/core/payload.h"
#include "shikumen/core/profile.h"
#include "shikumen/core/quality.h"
#include "shikumen/io/mqtt_client.h"
#include "shikumen/io/readings_db.h"
#include "shikumen/svc/hub.h"

#define MID_SECTOR_NONE (-1)
#define BATCH_BYTES     (4 << 20) /* of payload in a batch, but for the last message */

/* What the present batch adds to the counters. */
struct tally {
    int64_t messages, received, stored, duplicate, conflict, lost;
    int64_t quarantined[REFUSE_COUNT];
    int64_t files_done, files_refused;                     /* read to their end */
    int64_t file_stored, file_duplicate, file_quarantined; /* readings of files, of those above */
};

/* Told of every entry of the journal as it is appended, in its order; revision: of the reading only
 * sensor, t_us, flag and test count. */
struct ingest_follower {
    enum err (*appended)(void *context, const struct reading *r, bool revision);
    void *context;
};

/* What is read and not committed yet. */
struct ingest_batch {
    struct tally tally;
    size_t bytes;     /* of payload */
    int64_t since_us; /* monotonic: when the oldest message of it came; 0: it is empty */
    bool status;      /* it holds the status of a node */
    bool urgent;      /* it holds a reading that one look can turn into an alert */
    enum err failed;  /* its first storage error: it must not be committed */
};

/* The registry's sensors in the store. */
struct ingest_map {
    uint32_t *ids;                 /* registry index -> id in the store */
    int64_t *baseline_us;          /* registry index -> start of its present epoch */
    int64_t epoch_at_us;           /* wall clock: when baseline_us is next to be renewed */
    bool *prompt;                  /* registry index -> has a limit without persistence */
    uint32_t *index;               /* id -> registry index, REGISTRY_NONE */
    struct quality_state *quality; /* by id */
    int64_t *heard_us;             /* by id: monotonic time it last spoke; 0: not yet */
    size_t capacity;               /* of what is by id */
};

/* The directory of files. */
struct ingest_files {
    struct ingest_drop *drop; /* NULL: there is none */
    int64_t at_us;            /* monotonic: when it is looked at next */
    bool told;                /* that it cannot be opened */
    bool busy;                /* with a file: do not wait */
};

/* The connection to the broker; times are monotonic. */
struct ingest_link {
    int64_t connecting_since_us, connected_since_us, last_message_us;
    int64_t redelivery_window; /* messages without a repeat after which none is expected */
    int64_t redeliveries_left; /* messages on a resumed connection that may still be repeats */
    int mid_sector;            /* of the latest message, MID_SECTOR_NONE */
    int quick_losses;          /* connections lost soon after they were made, one after the other */
};

struct ingest {
    struct hub *hub;
    const struct ingest_follower *follower; /* NULL: who follows reads the journal */
    struct plan *plan;
    struct readings_db *db;        /* NULL while the store is unusable */
    struct mqtt_client *mqtt;      /* NULL while not connected */
    struct arena arena;            /* of one message */
    struct profile_memory *memory; /* of the messages read by profiles since the store was opened */
    struct ingest_batch batch;
    struct ingest_map map;
    struct ingest_files files;
    struct ingest_link link;
    bool any_heard; /* a reading came since the start */
    bool from_file; /* what is taken now comes from a file: it says nothing of the broker */

    int64_t last_arrival_us;         /* wall clock: of the latest message */
    int64_t retry_at_us, backoff_us; /* monotonic: next try to open the store or to connect */
    int64_t expire_at_us;            /* monotonic */
    /* monotonic: when unmatched messages are next thinned and counted anew */
    int64_t unmatched_at_us;
    size_t unmatched_kept; /* since then */
};

/* ingest_link.c: the connection. */
void ingest_connect(struct ingest *in);
void ingest_hang_up(struct ingest *in);
/* The next try, to open the store or to connect, waits twice as long as the one before. */
void ingest_back_off(struct ingest *in);
/* CONNACK and SUBACK have come. */
enum err ingest_connected(struct ingest *in) MUST_USE;
void ingest_connection_lost(struct ingest *in);
/* One that is dead, or of no use, is ended; one that works is said to. */
void ingest_watch_broker(struct ingest *in);
/* ingest_quiet.c: nothing came for longer than the sensors that were heard lately leave between two
 * readings. It looks healthy to TCP and to keep-alive. */
bool ingest_delivers_nothing(const struct ingest *in);

/* Opens the store, maps the registry onto it and restores the quality states. */
enum err ingest_store_open(struct ingest *in) MUST_USE;
void ingest_store_close(struct ingest *in);
void ingest_store_free(struct ingest *in); /* closes it and frees all that in holds */
/* Maps the registry of in->plan onto the open store. */
enum err ingest_store_adopt(struct ingest *in) MUST_USE;
/* ingest_calibrate.c: the value measured when sensor (registry index) says raw at t_us, and whether
 * a thermal correction is lacking because there is no temperature. */
enum err ingest_measured(struct ingest *in, uint32_t sensor, int64_t t_us, double raw,
                         double *value, bool *lacking) MUST_USE;
/* Whether a sensor's readings are worth nothing before those of its thermistor: of a message they
 * are taken after all others. */
bool ingest_waits(const struct ingest *in, uint32_t sensor);
/* After another plan was taken: judges the quality of stored readings again where another
 * calibration makes other values of them. */
enum err ingest_recalibrate(struct ingest *in) MUST_USE;

/* Seals what is committed; nothing may be pending. */
enum err ingest_store_seal(struct ingest *in) MUST_USE;
/* Sealing, trimming and expiry when due. */
enum err ingest_store_care(struct ingest *in) MUST_USE;
/* Commits the batch with its counters. */
enum err ingest_store_commit(struct ingest *in) MUST_USE;

/* Puts the epochs in force that have begun by now_us. */
void ingest_take_epochs(struct ingest *in, int64_t now_us);

/* A new sensor, a repair or a re-zero: what came before is no neighbour of what comes after. */
void ingest_start_epoch(struct quality_state *q, int64_t epoch_us, int64_t t_us);

/* One reading that arrives now: stored with its quality, unless it is there already. What payload.h
 * refuses must not come here. */
enum err ingest_reading(struct ingest *in, const struct decoded_reading *d, int64_t rx_us) MUST_USE;

/* What a payload says, as it is judged at m->rx_us, and as arriving now; memory: of the messages
 * before it, NULL: none. Uses in->arena. */
enum err ingest_payload(struct ingest *in, const struct message *m,
                        struct profile_memory *memory) MUST_USE;

/* ingest_drop.c: a slice of a file, when there is one; whether there is more to do at once. A
 * storage error is left in in->batch.failed. */
bool ingest_drop_turn(struct ingest *in);
/* From now on there is no such directory. */
void ingest_drop_tell_none(struct ingest *in);
/* Which file was read last, out of the store. */
enum err ingest_drop_recall(struct ingest *in) MUST_USE;
/* Forgets the file on its way, from which nothing uncommitted may be lost: it is read again. */
void ingest_drop_stop(struct ingest *in);

/* Adds a message to the batch; a storage error is left in in->batch.failed. */
void ingest_message(struct ingest *in, const struct mqtt_message *m);

#endif
