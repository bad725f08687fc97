/* The lines of a history into a replay: what is a reading of a registered sensor is taken, all else
 * is counted and, the first few times, told. */
#ifndef SHIKUMEN_CLI_BACKTEST_FEED_H
#define SHIKUMEN_CLI_BACKTEST_FEED_H

#include <stdint.h>

#include "shikumen/io/history_in.h"
#include "shikumen/svc/replay.h"

struct feed_counts {
    int64_t lines, readings, messages;
    int64_t hostile;      /* lines that are neither */
    int64_t out_of_order; /* arrivals before the one of an earlier line: taken as of the clock */
    int64_t refused[REFUSE_COUNT];
};

struct feed;

/* report is told of a line that is no reading: the first ten times. */
struct feed_report {
    void (*hostile)(void *context, int64_t line, const char *words);
    void (*progress)(void *context, int64_t lines); /* now and then; NULL: nobody looks */
    void *context;
};

enum err feed_new(const struct registry *registry, struct replay *replay,
                  const struct feed_report *report, struct feed **out) MUST_USE;
void feed_free(struct feed *f); /* NULL allowed */

/* Takes all lines. Errors of history_line (ERR_IO, ERR_CORRUPT: *from_store false) and of the
 * replay
 * (*from_store true). */
enum err feed_run(struct feed *f, struct history *h, bool *from_store) MUST_USE;

const struct feed_counts *feed_counts(const struct feed *f);

#endif
