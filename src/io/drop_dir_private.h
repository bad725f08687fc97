/* Inside of the directory of files: drop_dir.c looks, drop_aside.c moves, drop_clear.c clears. */
#ifndef SHIKUMEN_IO_DROP_DIR_PRIVATE_H
#define SHIKUMEN_IO_DROP_DIR_PRIVATE_H

#include <sys/stat.h>
#include <time.h>

#include "shikumen/base/clock.h"
#include "shikumen/io/drop_dir.h"

#define SEEN_MAX      4096 /* files looked at in one round; the others have their turn later */
#define ODD_MAX       64   /* that are no files and were told of */
#define LEAVE_US      (60 * US_PER_S)
#define LEFT_MOST     6 /* a minute, twice as long each time, ... */
#define LEAVE_MOST_US (3600 * US_PER_S)
#define RESULT        ".result.json"

/* A file and how long it has been as it is. */
struct seen {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec changed, status; /* of its content; of anything of it */
    int64_t since_us;                /* monotonic */
    int64_t leave_us;                /* monotonic: left alone until then; 0: not */
    int left;  /* how often it was left since any of it changed, LEFT_MOST at most */
    bool here; /* in this round */
};

/* What is no file, and was told of. */
struct odd {
    dev_t device;
    ino_t inode;
    bool here;
};

struct clearing;

struct drop_dir {
    int fd, done_fd, refused_fd;
    int64_t settle_us;
    struct seen *seen;
    size_t count;
    struct odd odd[ODD_MAX];
    size_t odd_count;
    struct stat given; /* the file that drop_next gave last */
    struct drop_census census;
    struct clearing *clearing; /* NULL: not at it */
};

static inline bool drop_same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* Stops clearing where it is. */
void drop_clear_stop(struct drop_dir *d);

#endif
