/* A scenario made into a history, and a history judged, by the programs themselves. */
#ifndef SHIKUMEN_SIM_RUN_H
#define SHIKUMEN_SIM_RUN_H

/* shikumen-sim of this path writes the scenario's history. Its exit code (process_run). */
int sim_history(const char *program, const char *scenario, const char *history, double timeout_s);

/* shikumenctl of this path runs its backtest over the history with the limits of a folder, into
 * out; what it says goes to the file log. Its exit code. */
int sim_backtest(const char *program, const char *history, const char *limits, const char *out,
                 const char *log, double timeout_s);

#endif
