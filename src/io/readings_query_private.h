/* Inside of the readings reader: readings_query.c finds readings, readings_listing.c what stands
 * beside them, readings_verify.c looks for damage. */
#ifndef SHIKUMEN_IO_READINGS_QUERY_PRIVATE_H
#define SHIKUMEN_IO_READINGS_QUERY_PRIVATE_H

#include "memtable.h"
#include "shikumen/io/readings_query.h"
#include "sqlite_util.h"

enum reader_statement {
    RQ_SINCE,
    RQ_FIRST_SEQ,
    RQ_SEALED,
    RQ_BLOCKS_OF_DAY,
    RQ_BLOCKS_DAY,
    RQ_DAYS,
    RQ_SENSORS,
    RQ_SENSOR_ID,
    RQ_NODES_SINCE,
    RQ_NODES,
    RQ_NODES_BEFORE,
    RQ_COUNTERS,
    RQ_QUARANTINE,
    RQ_UNKNOWN,
    RQ_BURSTS_SINCE,
    RQ_BURSTS_OF,
    RQ_BURST_LAST,
    RQ_BURST_ONE,
    RQ_BURST_ENTRIES,
    RQ_ORIGIN_THERE,
    RQ_ORIGINS,
    RQ_BLOCKS_ALL,
    RQ_TOTALS,
    RQ_NAMES,
    RQ_COUNT
};

struct readings_reader {
    struct sql_db sql;
    struct memtable tail; /* journal rows after sealed_seq, up to tail_seq */
    int64_t sealed_seq, tail_seq;
    struct reading *found; /* of one query */
    size_t found_count, found_capacity;
    struct reader_calibration *calibration; /* NULL: values as stored */
    bool lacks; /* the last reading had no temperature to be corrected by */
};

/* readings_calibrate.c: the value of a stored reading as the registry's calibration makes it; the
 * tail must be up to date. */
enum err reader_measured(struct readings_reader *r, struct reading *x) MUST_USE;
/* Whether any value depends on another reading. */
bool reader_needs_tail(const struct readings_reader *r);
void reader_calibration_free(struct readings_reader *r);

/* A query sees one state of the file, and the tail that belongs to it, from begin to end. end gives
 * e back. */
enum err reader_snapshot_begin(struct readings_reader *r) MUST_USE;
enum err reader_snapshot_end(struct readings_reader *r, enum err e);

/* Decodes a block behind r->found, with the revisions that are not sealed yet. */
enum err reader_take_block(struct readings_reader *r, int64_t key, const void *data,
                           size_t size) MUST_USE;

#endif
