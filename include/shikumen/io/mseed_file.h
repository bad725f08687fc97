/* miniSEED 2 (FDSN, SEED reference manual 2.4) by libmseed: the continuous pieces of a file. */
#ifndef SHIKUMEN_IO_MSEED_FILE_H
#define SHIKUMEN_IO_MSEED_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/err.h"

#define MSEED_BYTES_MAX   (16u << 20) /* of a file [J] */
#define MSEED_SAMPLES_MAX 8000000u    /* of all its pieces together [J] */
#define MSEED_SOURCE_SIZE 48

/* A piece without a gap. */
struct mseed_piece {
    char source[MSEED_SOURCE_SIZE]; /* "NET.STA.LOC.CHA" */
    int64_t t_us;                   /* of the first sample */
    double fs_hz;                   /* positive */
    const double *samples;          /* as recorded */
    size_t count;
};

struct mseed_file {
    struct mseed_piece *pieces; /* by channel, then time, as libmseed strings them together */
    size_t count;
    double *samples;
};

/* Whether n bytes begin as a data record does. */
bool mseed_begins(const void *bytes, size_t n);

/* ERR_PARSE: a record at *offset that cannot be decoded; ERR_RANGE: too many samples; ERR_NOMEM. On
 * an error *out is empty. */
enum err mseed_read(const void *bytes, size_t n, struct mseed_file *out, size_t *offset) MUST_USE;
void mseed_free(struct mseed_file *f);

#endif
