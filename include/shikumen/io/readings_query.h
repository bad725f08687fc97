/* readings.db, the readers' side: a read-only view that is whole at every moment (sealed blocks
 * plus the journal). One handle per thread or process; works with the daemon running or stopped.
 * Errors: ERR_NOTFOUND (no such file), ERR_BUSY, ERR_IO, ERR_CORRUPT, ERR_NOMEM. */
#ifndef SHIKUMEN_IO_READINGS_QUERY_H
#define SHIKUMEN_IO_READINGS_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/io/readings_db.h"
#include "shikumen/model/reading.h"
#include "shikumen/model/registry.h"

struct readings_reader;

enum err reader_open(const char *directory, char *why, size_t why_size,
                     struct readings_reader **out) MUST_USE;
void reader_close(struct readings_reader *r); /* NULL allowed */
const char *reader_error(const struct readings_reader *r);

/* From now on values are given as the calibrations of registry make them of the raw ones stored:
 * by every function below, in canonical units. The thermal correction takes the thermistor's latest
 * reading at or before that time, not older than the calibration says and not failed; none: there
 * is no correction. registry must outlive the reader or the next call; NULL: values as stored. */
enum err reader_calibrate(struct readings_reader *r, const struct registry *registry) MUST_USE;

/* In a call of reader_reading_fn: whether its reading lacks a thermal correction that it should
 * have.
 */
bool reader_lacks(const struct readings_reader *r);

/* --- in order of arrival: what the assessor follows --- */

/* An entry of the journal: a reading as stored, or a later revision of one's flag. */
struct journal_entry {
    int64_t seq;
    bool revision;
    struct reading reading; /* of a revision only sensor, t_us, flag and test count */
};
typedef enum err reader_entry_fn(void *context, const struct journal_entry *e);

/* Calls fn for the entries of journal rows after after_seq, at most max_rows rows; *last_seq is the
 * last row seen (after_seq when there was none). *gap is set when rows right after after_seq are no
 * longer kept. */
enum err reader_since(struct readings_reader *r, int64_t after_seq, int max_rows,
                      reader_entry_fn *fn, void *context, int64_t *last_seq, bool *gap) MUST_USE;

/* --- by sensor and device time --- */

typedef enum err reader_reading_fn(void *context, const struct reading *r);

/* Readings of a sensor with from_us <= t < to_us, ascending, with their present flags. */
enum err reader_window(struct readings_reader *r, uint32_t sensor, int64_t from_us, int64_t to_us,
                       reader_reading_fn *fn, void *context) MUST_USE;

/* All readings whose device time lies in a UTC day (days since 1970-01-01), ordered by sensor, then
 * time. */
enum err reader_day(struct readings_reader *r, int64_t day, reader_reading_fn *fn,
                    void *context) MUST_USE;
/* First and last day that hold readings; ERR_NOTFOUND when there are none. */
enum err reader_days(struct readings_reader *r, int64_t *first, int64_t *last) MUST_USE;

/* --- sensors, nodes, counters, quarantine --- */

struct sensor_row {
    uint32_t id;
    const char *name, *quantity, *unit;
    int64_t last_t_us;  /* INT64_MIN when it never spoke */
    int64_t last_rx_us; /* of what was not historical; INT64_MIN: never */
    double last_value;  /* NaN when it never spoke */
    uint8_t last_flag;
};
typedef enum err reader_sensor_fn(void *context, const struct sensor_row *s);
/* Ascending id. last_value and last_flag are of the latest device time. */
enum err reader_sensors(struct readings_reader *r, reader_sensor_fn *fn, void *context) MUST_USE;
enum err reader_sensor_id(struct readings_reader *r, const char *name, uint32_t *id) MUST_USE;

struct reader_node {
    const char *node;
    bool online;
    double battery_v, battery_pct, rssi_dbm; /* NaN unknown */
    const char *firmware;
    int64_t rx_us;
    int64_t seq; /* journal row of its latest change of state */
};
typedef enum err reader_node_fn(void *context, const struct reader_node *n);
enum err reader_nodes(struct readings_reader *r, int64_t changed_after_seq, reader_node_fn *fn,
                      void *context) MUST_USE;

typedef enum err reader_counter_fn(void *context, const char *name, int64_t n);
enum err reader_counters(struct readings_reader *r, reader_counter_fn *fn, void *context) MUST_USE;

struct quarantine_row {
    int64_t id, rx_us;
    const char *topic, *reason, *sensor, *detail; /* sensor "" when unknown */
    const void *payload; /* the beginning of it when payload_len is less than full_len */
    size_t payload_len, full_len;
};
typedef enum err reader_quarantine_fn(void *context, const struct quarantine_row *q);
/* Latest first, at most limit; reason and sensor narrow it when not NULL. */
enum err reader_quarantine(struct readings_reader *r, const char *reason, const char *sensor,
                           int limit, reader_quarantine_fn *fn, void *context) MUST_USE;

struct origin_row {
    uint32_t sensor;
    struct reading_origin origin;
    int64_t first_rx_us, last_rx_us; /* the last to within a day */
};
typedef enum err reader_origin_fn(void *context, const struct origin_row *o);
/* By which profiles the readings of a sensor (0: of all) were decoded, in order of sensor and first
 * arrival. None of what came natively, nor of stores that no daemon has opened since. */
enum err reader_origins(struct readings_reader *r, uint32_t sensor, reader_origin_fn *fn,
                        void *context) MUST_USE;

struct unknown_sensor {
    const char *name, *topic, *payload; /* of the latest refusal */
    int64_t count, first_rx_us, last_rx_us;
};
typedef enum err reader_unknown_fn(void *context, const struct unknown_sensor *u);
/* What speaks but is not registered, most frequent first, among the quarantine rows kept. */
enum err reader_unknown_sensors(struct readings_reader *r, reader_unknown_fn *fn,
                                void *context) MUST_USE;

struct burst_row {
    int64_t id; /* order of arrival, ascending, never used again */
    uint32_t sensor;
    int64_t t_us, rx_us;
    const void *json; /* as it came */
    size_t json_len;
};
typedef enum err reader_burst_fn(void *context, const struct burst_row *b);
/* Vibration records that arrived after the one with id after (0: all), in order of arrival, at most
 * limit. */
enum err reader_bursts_since(struct readings_reader *r, int64_t after, int limit,
                             reader_burst_fn *fn, void *context) MUST_USE;
/* Those of one sensor with device times in [from_us, to_us), ascending. */
enum err reader_bursts_of(struct readings_reader *r, uint32_t sensor, int64_t from_us,
                          int64_t to_us, reader_burst_fn *fn, void *context) MUST_USE;
/* The one with that id. ERR_NOTFOUND. */
enum err reader_burst_one(struct readings_reader *r, int64_t id, reader_burst_fn *fn,
                          void *context) MUST_USE;

/* What is known of a record without reading it. */
struct burst_entry {
    int64_t id, t_us, rx_us;
    double ratio; /* largest to any limit; NaN: not rated */
    bool kept;    /* for good */
    int64_t json_len;
};
typedef enum err reader_burst_entry_fn(void *context, const struct burst_entry *b);
/* Those of one sensor with device times in [from_us, to_us), latest first, at most limit. */
enum err reader_burst_entries(struct readings_reader *r, uint32_t sensor, int64_t from_us,
                              int64_t to_us, int limit, reader_burst_entry_fn *fn,
                              void *context) MUST_USE;
/* When the latest of one sensor by device time arrived; INT64_MIN: none is stored. */
enum err reader_burst_last(struct readings_reader *r, uint32_t sensor, int64_t *rx_us) MUST_USE;

/* Integrity of the file, decodability of every block, and the counters against what is stored
 * (stored = readings in blocks and journal, as long as nothing has expired); one line per fault
 * appended to out. ERR_CORRUPT when there is any. */
enum err reader_verify(struct readings_reader *r, struct strbuf *out) MUST_USE;

/* Consistent copy with VACUUM INTO; ERR_EXISTS when path exists. */
enum err reader_backup(struct readings_reader *r, const char *path) MUST_USE;

#endif
