/* Inside of the ingest loop: ingest_drop.c takes files out of their directory, ingest_drop_tell.c
 * says how that is going, and clears what was read. */
#ifndef SHIKUMEN_SVC_INGEST_DROP_H
#define SHIKUMEN_SVC_INGEST_DROP_H

#include "ingest_file.h"
#include "shikumen/io/drop_dir.h"

struct ingest_drop {
    struct drop_dir *directory;
    struct ingest_file *file; /* NULL: none on its way */
    char name[DROP_NAME_SIZE];
    int fd;
    bool read; /* to its end; what it holds is not committed yet */
    char left_name[DROP_NAME_SIZE], left_why[HUB_TEXT_SIZE]; /* of those left alone the latest */
    bool settled;                                            /* a file, since clearing began last */
    int64_t ended_us;         /* monotonic: when clearing ended last; 0: never */
    bool clearing, uncleared; /* it is going on; it failed the last time */
    int64_t cleared, cleared_bytes;
};

/* To the hub: what stands in the directory; that it cannot be used; that a file was read. */
void ingest_drop_tell(struct ingest *in);
void ingest_drop_tell_unusable(struct ingest *in, int error);
void ingest_drop_tell_read(struct ingest *in, const char *name, int64_t utc_us, bool refused);

/* A slice of clearing when it is due; whether there is more to do at once. */
bool ingest_drop_clear(struct ingest *in);

#endif
