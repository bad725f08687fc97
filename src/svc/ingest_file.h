/* One file of a logger on its way into the store: checked from beginning to end, then stored, in
 * slices, so that messages do not wait for a long one. Inside of the ingest loop. */
#ifndef SHIKUMEN_SVC_INGEST_FILE_H
#define SHIKUMEN_SVC_INGEST_FILE_H

#include "ingest_parts.h"
#include "shikumen/core/file_table.h"
#include "shikumen/core/reading_line.h"
#include "shikumen/io/history_in.h"
#include "shikumen/io/mseed_file.h"

#define FILE_FAULTS_KEPT 20
#define FILE_FAULTS_MAX  100 /* a file with more is not looked at to its end */

enum file_kind {
    FILE_KIND_NONE,  /* nothing says how it is to be read */
    FILE_KIND_TABLE, /* by a profile */
    FILE_KIND_LINES, /* readings or messages as NDJSON, or readings as CSV (interface section 10) */
    FILE_KIND_MSEED
};

/* What came of a file. */
struct file_result {
    int64_t lines;
    struct tally tally;
    int64_t first_us, last_us; /* of the readings taken; INT64_MAX, INT64_MIN: none */
    int64_t fault_count;
    struct strbuf faults; /* JSON objects with commas between */
};

/* A reading that waits for its thermistor's. */
struct file_waiting {
    uint32_t sensor;
    int64_t t_us;
    double value;
};

struct ingest_file {
    struct ingest *in;
    const char *name; /* borrowed */
    int fd;           /* borrowed */
    int64_t size;
    enum file_kind kind;
    const struct file_profile *profile;
    bool csv, storing, ended;
    struct history *lines;
    struct file_table *table;
    struct file_waiting *waiting;
    size_t waiting_count, waiting_capacity;
    int64_t waiting_key_us;        /* they arrived then */
    struct strbuf topic;           /* "file/NAME": what quarantine shows */
    int64_t refused_rows;          /* put into quarantine so far; further ones are counted */
    struct profile_memory *memory; /* of recorded messages: not that of the live ones */
    struct mseed_file seed;
    struct strbuf bytes; /* of miniSEED */
    size_t piece, sample;
    struct file_result result;
};

/* A file open at fd, both borrowed; the registry and the profiles are in's plan. ERR_NOMEM. */
enum err ingest_file_begin(struct ingest *in, const char *name, int fd,
                           struct ingest_file **out) MUST_USE;
/* Does a little of what is to be done with it; *more false: that was all. An error is the store's
 * (then also in->batch.failed), or ERR_NOMEM, or ERR_IO: the file cannot be read. */
enum err ingest_file_step(struct ingest_file *f, bool *more) MUST_USE;
void ingest_file_end(struct ingest_file *f); /* NULL allowed */

/* Whether it was refused as a whole: it has faults, or nothing of it was a reading of ours. */
bool ingest_file_refused(const struct ingest_file *f);
/* Appends what came of it as a JSON object. */
void ingest_file_report(const struct ingest_file *f, struct strbuf *out);

/* --- between ingest_file*.c --- */

/* Remembers a fault; line 0: of the file. */
void ingest_file_fault(struct ingest_file *f, int64_t line, int column, const char *zh,
                       const char *en);
/* A number in the unit given (n bytes; NULL: the sensor's own) that sensor says: stored, or refused
 * and counted. text is shown in quarantine. */
enum err ingest_file_reading(struct ingest_file *f, uint32_t sensor, const char *unit, size_t n,
                             double value, int64_t t_us, const char *text,
                             size_t text_len) MUST_USE;
enum err ingest_file_flush(struct ingest_file *f) MUST_USE; /* what waits for its thermistor */
/* Says what the file is, once; leaves kind NONE with a fault when nothing does. */
enum err ingest_file_recognise(struct ingest_file *f) MUST_USE;
/* miniSEED: reads it whole; the next record or readings of it, *more false when there are none. */
enum err ingest_file_read_mseed(struct ingest_file *f) MUST_USE;
enum err ingest_file_step_mseed(struct ingest_file *f, bool *more) MUST_USE;

#endif
