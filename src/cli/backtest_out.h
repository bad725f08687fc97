/* What a backtest writes: alerts, forecasts and risk as they are concluded, and the summary. */
#ifndef SHIKUMEN_CLI_BACKTEST_OUT_H
#define SHIKUMEN_CLI_BACKTEST_OUT_H

#include "backtest_feed.h"
#include "outfile.h"
#include "shikumen/base/strmap.h"
#include "shikumen/svc/replay.h"

/* An alert as it stands, once however many steps it has. */
struct alert_tally {
    enum alert_category category;
    int peak_level;
};

struct backtest_out {
    struct outfile alerts, forecasts, risk, summary;
    struct assess_sink sink; /* writes to the above */
    struct arena arena;
    struct strmap by_id;
    struct alert_tally *tallies;
    size_t tally_count, tally_capacity;
    int64_t steps;
    bool out_of_memory;
};

/* Starts the files in folder, which exists. ERR_IO, ERR_FULL (errno kept), ERR_NOMEM. */
enum err backtest_out_open(struct backtest_out *o, const char *folder) MUST_USE;
/* Writes the summary and gives the files their names. Errors as above. run_seconds is the only
 * figure that another run would not repeat. */
enum err backtest_out_finish(struct backtest_out *o, const struct registry *r,
                             const struct feed_counts *fed, const struct replay_counts *replayed,
                             double run_seconds) MUST_USE;
/* Drops what was not finished. */
void backtest_out_close(struct backtest_out *o);

#endif
