/* What a backtest writes: alerts, forecasts and risk as they are concluded, and the summary. */
#ifndef SHIKUMEN_CLI_BACKTEST_OUT_H
#define SHIKUMEN_CLI_BACKTEST_OUT_H

#include "backtest_feed.h"
#include "outfile.h"
#include "shikumen/svc/replay.h"

struct backtest_out {
    struct outfile alerts, forecasts, risk, summary;
    struct assess_sink sink; /* writes to the above */
    int64_t steps;
};

/* Starts the files in folder, which exists. ERR_IO, ERR_FULL (errno kept), ERR_NOMEM. */
enum err backtest_out_open(struct backtest_out *o, const char *folder) MUST_USE;
/* What the summary tells. run_seconds is the only figure that another run would not repeat. */
struct backtest_run {
    const struct registry *registry;
    const struct settings *settings;
    const struct feed_counts *fed;
    struct replay_counts replayed;
    const struct alarm_load *load;
    double run_seconds;
};
/* Writes the summary and gives the files their names. Errors as above. */
enum err backtest_out_finish(struct backtest_out *o, const struct backtest_run *run) MUST_USE;
/* Drops what was not finished. */
void backtest_out_close(struct backtest_out *o);

#endif
