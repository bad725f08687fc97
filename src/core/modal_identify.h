/* A record of several pieces to modes that stand above the floor. Private to modal_*.c. */
#ifndef SHIKUMEN_CORE_MODAL_IDENTIFY_H
#define SHIKUMEN_CORE_MODAL_IDENTIFY_H

#include "shikumen/core/modal_watch.h"
#include "shikumen/num/modal.h"

struct modal_found {
    struct mode mode; /* shape: the arena's */
    double height_db;
};

struct modal_modes {
    enum modal_outcome outcome;
    double record_s, rate_hz; /* used, after decimation */
    size_t count;
    struct modal_found *mode; /* by ascending frequency */
};

/* ERR_NOMEM, ERR_RANGE; what is wrong with the record is the outcome. */
enum err modal_identify(const struct modal_record *record, struct arena *arena,
                        struct modal_modes *out) MUST_USE;

#endif
