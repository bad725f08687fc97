/* readings.db, the writer's side: every reading once, appended in batches.
 *
 * Layout. A commit appends one or more rows to `journal`, each a compact blob of readings in order
 * of arrival: two or three dirty pages a commit however many sensors spoke. When enough has
 * gathered, readings_seal folds the journal into `block`: one blob per (UTC day, sensor), keyed so
 * that a day lies together. A query reads blocks plus the journal rows not yet sealed
 * (readings_query.h), so the store is one whole at every moment. WAL, synchronous=FULL; one handle,
 * one thread, the only writer of the file.
 *
 * Errors of every function: ERR_FULL, ERR_BUSY, ERR_IO, ERR_CORRUPT, ERR_NOMEM. After any of them
 * the handle is only good for readings_error and readings_close: what was not committed is gone,
 * and the caller must not acknowledge it. */
#ifndef SHIKUMEN_IO_READINGS_DB_H
#define SHIKUMEN_IO_READINGS_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"
#include "shikumen/model/burst_fate.h"
#include "shikumen/model/reading.h"

struct readings_db;

enum readings_mode {
    READINGS_DURABLE,
    /* For a replay: nothing is synced, so a power cut may ruin the file; it can be made again. */
    READINGS_SCRATCH
};

/* Opens directory/readings.db, creating and migrating it, and reads the journal back. On failure
 * *out is NULL and why says what happened. */
enum err readings_open(const char *directory, char *why, size_t why_size,
                       struct readings_db **out) MUST_USE; /* durable */
enum err readings_open_as(enum readings_mode mode, const char *directory, char *why,
                          size_t why_size, struct readings_db **out) MUST_USE;
void readings_close(struct readings_db *db); /* uncommitted work is dropped; NULL allowed */
const char *readings_error(const struct readings_db *db);

/* Id (1..) of a sensor, made when new. Ids are never reused. ERR_RANGE above 2^24 sensors. */
enum err readings_sensor(struct readings_db *db, const char *name, const char *quantity,
                         const char *unit, uint32_t *id) MUST_USE;

/* Is there a reading of sensor at t_us (committed or in this batch)? *stored is it when found. */
enum err readings_find(struct readings_db *db, uint32_t sensor, int64_t t_us, bool *found,
                       struct reading *stored) MUST_USE;

/* Adds a reading to the batch; the caller has made sure with readings_find that its (sensor, time)
 * is new. */
enum err readings_append(struct readings_db *db, const struct reading *r) MUST_USE;

/* Gives the stored reading of sensor at t_us another flag and test. */
enum err readings_revise(struct readings_db *db, uint32_t sensor, int64_t t_us, uint8_t flag,
                         uint8_t test) MUST_USE;

/* Up to before readings earlier than t_us and up to after ones later, ascending, into out (room for
 * before + after); *n their number, *at how many are earlier. At most 16 on either side, among the
 * sealed readings of the day of t_us and its two neighbours and the sensor's latest 4096 unsealed.
 */
enum err readings_around(struct readings_db *db, uint32_t sensor, int64_t t_us, size_t before,
                         size_t after, struct reading *out, size_t *n, size_t *at) MUST_USE;

/* Adds to a counter ("received", "quarantined.unknown_sensor"). */
enum err readings_count(struct readings_db *db, const char *counter, int64_t add) MUST_USE;

struct quarantine_entry {
    int64_t rx_us;
    const char *topic, *reason, *sensor, *detail; /* sensor NULL when unknown */
    const void *payload;
    size_t payload_len;
};
#define QUARANTINE_PAYLOAD_MAX 65536 /* of a longer one the beginning is kept, with its length */
#define QUARANTINE_KEEP_BYTES                                                                      \
    (64LL << 20) /* the oldest give way beyond this; the counters stay                             \
                  */
enum err readings_quarantine(struct readings_db *db, const struct quarantine_entry *e) MUST_USE;
/* Forgets what was refused for this reason and arrived before; the counters stay. */
enum err readings_quarantine_expire(struct readings_db *db, const char *reason,
                                    int64_t before_us) MUST_USE;

/* A vibration record as it came; *is_new false when sensor and time are there already. */
enum err readings_burst(struct readings_db *db, uint32_t sensor, int64_t t_us, int64_t rx_us,
                        const char *json, size_t len, bool *is_new) MUST_USE;

/* Notes the largest ratio of a stored burst to any limit; finite. One that is never rated stays
 * until the retention. */
enum err readings_burst_rate(struct readings_db *db, uint32_t sensor, int64_t t_us,
                             double ratio) MUST_USE;

/* Says of the n rated bursts of one sensor and month what becomes of each (core: burst_fates). */
typedef void readings_fates_fn(const double *ratio, size_t n, enum burst_fate *fate);

/* Decides over one sensor's bursts of one UTC month that ended before t_us and holds any undecided,
 * late ones included, in one transaction; nothing may be pending. *more false: there was none. */
enum err readings_thin(struct readings_db *db, int64_t t_us, readings_fates_fn *fates,
                       bool *more) MUST_USE;

struct node_row {
    const char *node;
    bool online;
    double battery_v, battery_pct, rssi_dbm; /* NaN unknown: what was known stays */
    const char *firmware;
    int64_t rx_us;
};
enum err readings_node(struct readings_db *db, const struct node_row *n) MUST_USE;

/* By which profile readings were decoded. */
struct reading_origin {
    const char *profile;
    int version;
    uint64_t digest;      /* of its file */
    const char *envelope; /* the profile of what it stood in; "": in nothing */
    int envelope_version;
    uint64_t envelope_digest;
};
/* Notes that a reading of sensor, arrived at rx_us, is of this origin. Written when it is new, and
 * once a day at most while it goes on; nothing otherwise. */
enum err readings_origin(struct readings_db *db, uint32_t sensor, const struct reading_origin *o,
                         int64_t rx_us) MUST_USE;

/* Remembers that the message with this MQTT id and digest arrived at rx_us and was handled, so that
 * its redelivery after a lost acknowledgement is recognised; and asks. */
enum err readings_delivery_put(struct readings_db *db, uint16_t mid, uint64_t digest,
                               int64_t rx_us) MUST_USE;
enum err readings_delivery_get(struct readings_db *db, uint16_t mid, uint64_t digest, bool *found,
                               int64_t *rx_us) MUST_USE;
/* Forgets the messages with these MQTT ids, first and last included: they cannot come again. */
enum err readings_delivery_forget(struct readings_db *db, uint16_t first, uint16_t last) MUST_USE;

/* Small named texts ("subscriptions"); *value is valid until the next call, NULL when never set. */
enum err readings_meta_get(struct readings_db *db, const char *name, const char **value) MUST_USE;
enum err readings_meta_put(struct readings_db *db, const char *name, const char *value) MUST_USE;

/* True when something waits for readings_commit. */
bool readings_pending(const struct readings_db *db);
size_t readings_pending_count(const struct readings_db *db);

/* Makes the batch durable. *seq is the last journal row. */
enum err readings_commit(struct readings_db *db, int64_t *seq) MUST_USE;

/* Packed quality state of a sensor at sealing; returns its size, 0 to leave the stored one. */
typedef size_t readings_pack_fn(void *context, uint32_t sensor, uint8_t *bytes, size_t max);

/* True when the journal holds so much that it should be sealed now. */
bool readings_seal_due(const struct readings_db *db);
/* Folds the committed journal into blocks, with the quality states that belong to that moment; one
 * transaction. Nothing may be pending. */
enum err readings_seal(struct readings_db *db, readings_pack_fn *pack, void *context) MUST_USE;

/* Deletes sealed journal rows up to and including seq (those every other loop has done with). */
enum err readings_trim(struct readings_db *db, int64_t seq) MUST_USE;
/* Deletes blocks and bursts of days before the one t_us lies in; bursts that are kept for good or
 * not decided yet stay. */
enum err readings_expire(struct readings_db *db, int64_t t_us) MUST_USE;

/* Stored quality states, then the readings since they were packed, in order of arrival: replaying
 * these restores each sensor's state exactly. */
typedef enum err readings_state_fn(void *context, uint32_t sensor, const uint8_t *bytes, size_t n);
enum err readings_states_each(struct readings_db *db, readings_state_fn *fn,
                              void *context) MUST_USE;
typedef void readings_replay_fn(void *context, const struct reading *r);
void readings_replay(const struct readings_db *db, readings_replay_fn *fn, void *context);

#endif
