/* Inside of the readings writer: readings_db.c appends and commits, readings_seal.c folds,
 * readings_beside.c keeps what is no reading, readings_bursts.c the vibration records. */
#ifndef SHIKUMEN_IO_READINGS_DB_PRIVATE_H
#define SHIKUMEN_IO_READINGS_DB_PRIVATE_H

#include "block_codec.h"
#include "memtable.h"
#include "shikumen/io/readings_db.h"
#include "sqlite_util.h"

enum readings_statement {
    R_SENSOR_GET,
    R_SENSOR_PUT,
    R_JOURNAL_PUT,
    R_JOURNAL_LAST,
    R_JOURNAL_READ,
    R_COUNT,
    R_META_GET,
    R_META_PUT,
    R_QUARANTINE_PUT,
    R_QUARANTINE_EXPIRE,
    R_QUARANTINE_TRIM,
    R_QUARANTINE_SIZE,
    R_BURST_PUT,
    R_BURST_RATE,
    R_BURST_UNDECIDED,
    R_BURST_RATIOS,
    R_BURST_DECIDE,
    R_BURST_DROP,
    R_NODE_PUT,
    R_NODE_GET,
    R_DELIVERY_PUT,
    R_DELIVERY_GET,
    R_DELIVERY_FORGET,
    R_BLOCKS_AT,
    R_BLOCKS_OF_DAY,
    R_BLOCK_PUT,
    R_STATE_PUT,
    R_STATE_TOUCH,
    R_STATES,
    R_TRIM,
    R_EXPIRE_BLOCKS,
    R_EXPIRE_BURSTS,
    R_EXPIRING,
    R_BLOCK_LAST,
    R_ORIGINS,
    R_ORIGIN_PUT,
    R_ORIGIN_LAST,
    R_STATEMENT_COUNT
};

#define JOURNAL_ROW_READINGS 8192 /* at most this many a row */
#define SEAL_READINGS                                                                              \
    98304                        /* the journal is sealed when it holds this many: with the batch  \
                                    that reached it, the memtable keeps its 131072 entries */
#define SEAL_COLD_REVISIONS 4096 /* or this many revisions of sealed readings */
#define BLOCK_FULL_READINGS 4096 /* a block that has this many gets a further part */
#define COUNTERS_MAX        32

struct pending_counter {
    char name[48];
    int64_t add;
};

/* What the writer knows of a sensor without asking the file. */
struct sensor_memory {
    int64_t last_t_us, last_rx_us; /* INT64_MIN: never spoke */
    double last_value;
    uint8_t last_flag;
    bool dirty;         /* changed since sealed */
    int64_t sealed_day; /* it has no block of a later day; INT64_MIN: none at all */
    uint32_t origin;    /* number of its latest in db->origins; 0: none */
};

/* An origin of a sensor's readings, as in the file but for the last arrival. */
struct origin_memory {
    uint64_t key; /* hash of the origin */
    int64_t row, last_us, saved_us;
    uint32_t before; /* number of another of the sensor; 0: none */
};

struct readings_db {
    struct sql_db sql;
    bool in_transaction;
    int64_t last_seq, sealed_seq;
    struct memtable memtable;
    struct journal_encoder encoder; /* the row being filled */
    size_t pending;                 /* entries and rows since the last commit */
    int64_t first_pending_seq;
    struct pending_counter counters[COUNTERS_MAX];
    size_t counter_count;
    struct sensor_memory *sensors; /* by id */
    size_t sensor_capacity;
    struct origin_memory *origins; /* number n is [n - 1] */
    size_t origin_count, origin_capacity;
    struct strbuf meta;       /* result of readings_meta_get */
    int64_t quarantine_bytes; /* about what the quarantine table holds */
    /* the sealed block looked at last */
    int64_t cached_key;
    struct reading *cached;
    size_t cached_count, cached_capacity;
};

enum err readings_begin(struct readings_db *db) MUST_USE; /* opens the transaction when none is */
/* readings_origin.c: reads them all; writes last arrivals that the file has not, in the transaction
 * that is open. */
enum err readings_origins_load(struct readings_db *db) MUST_USE;
enum err readings_origins_save(struct readings_db *db) MUST_USE;
/* readings_open.c reads the journal by it: an entry into what is known of its sensor. */
enum err readings_take_entry(struct readings_db *db, const struct codec_entry *entry) MUST_USE;
/* readings_sealed.c: room for count readings; a block into the cache, which then is of its key. */
enum err readings_reserve(struct reading **array, size_t *capacity, size_t count) MUST_USE;
enum err readings_cache_block(struct readings_db *db, int64_t key, const void *data,
                              size_t size) MUST_USE;
/* Leaves the block that holds (sensor, t_us) in the cache and *r on the reading; NULL when none. */
enum err readings_find_sealed(struct readings_db *db, uint32_t sensor, int64_t t_us,
                              struct reading **r) MUST_USE;
/* Ends the journal row being filled. */
enum err readings_flush_row(struct readings_db *db) MUST_USE;
enum err readings_memory(struct readings_db *db, uint32_t sensor,
                         struct sensor_memory **m) MUST_USE;

#endif
